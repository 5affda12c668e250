//! The invariants hold after any sequence of calls, and money is only ever held or free.

use crate::{mock::*, Agents as AgentsMap};
use proptest::{collection::vec, prelude::*};
use waggle_primitives::traits::AgentRegistry;

#[derive(Clone, Debug)]
enum Step {
    Register { owner: AccountId, seed: u8 },
    Rotate { owner: AccountId, seed: u8 },
    Retire(AccountId),
    Unbond(AccountId),
    Enter(AccountId),
    Leave(AccountId),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let owner = || 1..=3u64;
    prop_oneof![
        (owner(), 1..=4u8).prop_map(|(owner, seed)| Step::Register { owner, seed }),
        (owner(), 1..=4u8).prop_map(|(owner, seed)| Step::Rotate { owner, seed }),
        owner().prop_map(Step::Retire),
        owner().prop_map(Step::Unbond),
        owner().prop_map(Step::Enter),
        owner().prop_map(Step::Leave),
        (1..=UnbondingBlocks::get()).prop_map(Step::Wait),
    ]
}

/// Take a step. Refusals are as good as successes here.
fn take(step: Step) {
    let signed = RuntimeOrigin::signed;
    let _ = match step {
        Step::Register { owner, seed } => register(owner, seed),
        Step::Rotate { owner, seed } => Agents::rotate_key(signed(owner), key(seed), proof(seed, owner)),
        Step::Retire(owner) => Agents::retire(signed(owner)),
        Step::Unbond(owner) => Agents::unbond(signed(owner)),
        Step::Enter(owner) => Agents::entered_round(&owner),
        Step::Leave(owner) => {
            if AgentsMap::<Test>::get(owner).is_some_and(|agent| agent.open_rounds > 0) {
                Agents::left_round(&owner);
            }
            Ok(())
        }
        Step::Wait(blocks) => {
            System::set_block_number(System::block_number() + blocks);
            Ok(())
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_calls_should_keep_the_invariants(steps in vec(step(), 0..40)) {
        build_and_execute(|| {
            for step in steps {
                take(step);
                Agents::do_try_state().unwrap();
                for owner in 1..=3 {
                    let bond = if AgentsMap::<Test>::contains_key(owner) { Bond::get() } else { 0 };
                    assert_eq!((bond_of(owner), Balances::free_balance(owner)), (bond, ENDOWMENT - bond));
                    if let Some(key) = Agents::key_of(&owner) {
                        assert_eq!(Agents::owner_of(&key), Some(owner));
                    }
                }
            }
        });
    }
}
