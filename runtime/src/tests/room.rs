//! What a block has left for acts, whatever else is in it. `docs/capacity.md` says it in words.
//!
//! Acts have *room* in a block if hooks, inherents and scheduled calls leave them a quarter of what
//! ordinary transactions may fill. They do in all blocks but those in which a session begins. So
//! time that agents have for an act is never lost to the settlement of other rounds, and deadlines
//! stay where they are.

use super::{
    chain::Chain,
    swarm::{submit, transaction, Agent},
};
use crate::{
    configs::RuntimeBlockWeights, constants::*, genesis_config_presets::DEV_AGENTS, Babe, Rounds,
    Runtime, RuntimeCall, System, UncheckedExtrinsic,
};
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_timestamp::WeightInfo as _;
use pallet_treasury::WeightInfo as _;
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};
use waggle_primitives::{view::RoundState, RoundId};

/// All of a block, in picoseconds.
fn block() -> u64 {
    RuntimeBlockWeights::get().max_block.ref_time()
}

/// What acts have at least where they have room, in picoseconds.
fn quarter() -> u64 {
    let ordinary = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total;
    ordinary.expect("ordinary transactions have a limit").ref_time() / 4
}

/// What every block needs besides the hook of rounds: its own cost, the inherent that tells the
/// time, and once a day the treasury's look at what it is to pay. In picoseconds.
fn overhead() -> u64 {
    let weights = RuntimeBlockWeights::get();
    let time = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: 0 });
    let inherent = time.get_dispatch_info().total_weight()
        + weights.get(DispatchClass::Mandatory).base_extrinsic
        + <Runtime as pallet_timestamp::Config>::WeightInfo::on_finalize();
    let treasury = <Runtime as pallet_treasury::Config>::WeightInfo::on_initialize_proposals(0);
    (weights.base_block + inherent + treasury).ref_time()
}

/// Make a block of these transactions, which must all succeed. Returns what was used before the
/// first of them, in picoseconds.
fn used_before(chain: &mut Chain, transactions: Vec<UncheckedExtrinsic>) -> u64 {
    let height = chain.height() + 1;
    let (used, _) = chain.compose(|push| {
        for (index, transaction) in transactions.into_iter().enumerate() {
            assert_eq!(push(transaction), Ok(Ok(())), "transaction {index} of block {height}");
        }
        System::block_weight().get(DispatchClass::Mandatory).ref_time()
    });
    used
}

/// Enter a round of sixteen with all development agents.
fn enter(chain: &mut Chain, round: RoundId) -> Vec<UncheckedExtrinsic> {
    (0..DEV_AGENTS)
        .map(|agent| transaction(Agent::dev(agent).commit_answer(chain, round, "49")))
        .collect()
}

/// A chain of which 32 rounds are overdue, each with sixteen sealed answers that nobody opened.
fn with_overdue_rounds() -> Chain {
    let mut chain = Chain::dev();
    for _ in 0..MAX_OPEN_ROUNDS_PER_CLIENT {
        let asked = [Bob, Charlie, Dave, Eve]
            .map(|client| chain.signed(client, submit("37+12", 2 * WAG, DEV_AGENTS)));
        chain.block_of(asked.into());
    }
    let rounds: Vec<RoundId> = (0..4 * u64::from(MAX_OPEN_ROUNDS_PER_CLIENT)).collect();
    for some in rounds.chunks(4) {
        let entries = some.iter().flat_map(|round| enter(&mut chain, *round)).collect();
        chain.block_of(entries);
    }
    chain.skip(100);
    chain
}

#[test]
fn acts_should_have_room_beside_all_that_is_due_and_scheduled() {
    let scheduled = <Runtime as pallet_scheduler::Config>::MaximumWeight::get().ref_time();
    let used = overhead() + scheduled + Rounds::hooks_share().ref_time();
    assert!(used + quarter() <= block(), "{used} and {} of {}", quarter(), block());
}

/// Blocks of a migration that takes several of them have room for nothing else.
#[test]
fn no_block_should_be_left_to_migrations() {
    fn has_none<T: frame_system::Config<MultiBlockMigrator = ()>>() {}
    has_none::<Runtime>();
}

#[test]
fn a_round_should_go_on_as_if_it_were_alone_while_more_is_due_than_the_hook_may_do() {
    let mut chain = with_overdue_rounds();
    let round = chain.ask(pallet_waggle_rounds::NextRound::<Runtime>::get);
    let asked = chain.signed(Ferdie, submit("37+12", 2 * WAG, DEV_AGENTS));
    let mut used = vec![used_before(&mut chain, vec![asked])];
    let submitted = chain.height();
    let entries = enter(&mut chain, round);
    used.push(used_before(&mut chain, entries));
    for _ in 0..3 {
        let acts: Vec<_> = (0..DEV_AGENTS)
            .filter_map(|agent| {
                let agent = Agent::dev(agent);
                let mut duties = agent.duties(&mut chain).into_iter();
                let duty = duties.find(|duty| duty.round() == round)?;
                Some(transaction(agent.act_on(&mut chain, duty, "49", "49")))
            })
            .collect();
        assert_eq!(acts.len(), DEV_AGENTS as usize);
        used.push(used_before(&mut chain, acts));
    }
    let hook = Rounds::hooks_share().ref_time();
    // The last block may have little to do.
    for used in &used[..3] {
        assert!(used * 4 > hook * 3, "the hook was not busy: {used} of {hook}");
    }
    for used in used {
        // The scheduler looks for calls, and finds none.
        assert!(used <= overhead() + hook + block() / 100, "{used}");
        assert!(used + quarter() <= block(), "{used}");
    }
    let view = chain.ask(|| Rounds::round(round)).expect("its result is kept");
    assert!(matches!(view.state, RoundState::Settled { .. }), "{:?}", view.state);
    assert_eq!(view.blocks.ended, Some(submitted + 4));
}

/// The hook looks at each block of its calendars, and leaves those for later that are too many.
#[test]
fn a_call_should_be_included_at_once_after_fourteen_thousand_blocks_without_a_hook() {
    let mut chain = Chain::dev();
    chain.skip(14_400);
    let asked = chain.signed(Bob, submit("37+12", WAG, 4));
    let used = used_before(&mut chain, vec![asked]);
    let cursor = chain.ask(pallet_waggle_rounds::AgendaCursor::<Runtime>::get);
    assert!(cursor < chain.height(), "the hook was through in one block");
    assert!(used + quarter() <= block(), "{used}");
}

/// FRAME counts the block in which a session begins as full: neither the hook nor an act is in it.
/// It is one of 2 400, so no phase loses more than one block, and answers one of so many.
#[test]
fn only_the_first_block_of_a_session_should_have_no_room() {
    let mut chain = Chain::dev();
    let asked = chain.signed(Bob, submit("37+12", WAG, 4));
    let begins = chain.ask(|| *Babe::next_epoch().start_slot);
    chain.miss_slots(begins - chain.slot() - 1);
    let (results, _) = chain.block(vec![asked.clone()]);
    let full = TransactionValidityError::from(InvalidTransaction::ExhaustsResources);
    assert_eq!(results, [Err(full)]);
    assert!(chain.ask(|| System::block_weight().total()).ref_time() >= block());
    let used = used_before(&mut chain, vec![asked]);
    assert!(used + quarter() <= block(), "{used}");
    for phase in [OPENING_ANSWERS_BLOCKS, GRADING_BLOCKS, OPENING_GRADES_BLOCKS] {
        assert!(u64::from(phase) < EPOCH_SLOTS);
    }
}
