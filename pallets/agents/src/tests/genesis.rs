//! Agents at genesis.

use crate::{mock::*, Agents as AgentsMap};
use waggle_primitives::traits::AgentRegistry;

#[test]
fn genesis_agents_should_be_registered_with_their_bond_on_hold() {
    Chain::default()
        .with_agent(1, key(1), b"tiny-llama")
        .with_agent(2, key(2), b"tiny-phi")
        .build_and_execute(|| {
            assert_eq!(Agents::owner_of(&key(1)), Some(1));
            assert_eq!(Agents::owner_of(&key(2)), Some(2));
            let agent = AgentsMap::<Test>::get(2).unwrap();
            assert_eq!((&agent.model[..], agent.bond), (&b"tiny-phi"[..], Bond::get()));
            assert_eq!(
                (bond_of(2), Balances::free_balance(2)),
                (Bond::get(), ENDOWMENT - Bond::get())
            );
            assert_eq!(
                Balances::total_issuance(),
                5 * ENDOWMENT + Bond::get() + ExistentialDeposit::get() - 1
            );
        });
}

#[test]
fn genesis_agents_should_be_told_of_with_whether_they_are_away() {
    for away in [false, true] {
        let chain = Chain::default().with_agent(4, key(4), b"m").with_agent(2, key(2), b"m");
        let chain = if away { chain.away() } else { chain };
        chain.build_and_execute(|| {
            let told = |owner| Told::Registered { owner, since: 0, away };
            assert_eq!(Listener::take(), vec![told(4), told(2)]);
        });
    }
}

#[test]
#[should_panic(expected = "an owner has one agent at genesis")]
fn genesis_should_fail_when_an_owner_is_named_twice() {
    Chain::default().with_agent(1, key(1), b"").with_agent(1, key(2), b"").build_and_execute(|| {});
}

#[test]
#[should_panic(expected = "an agent key is registered once at genesis")]
fn genesis_should_fail_when_a_key_is_named_twice() {
    Chain::default().with_agent(1, key(1), b"").with_agent(2, key(1), b"").build_and_execute(|| {});
}

#[test]
#[should_panic(expected = "a model at genesis is not longer than MAX_MODEL_BYTES")]
fn genesis_should_fail_when_a_model_is_too_long() {
    Chain::default().with_agent(1, key(1), &[b'm'; 65]).build_and_execute(|| {});
}

#[test]
#[should_panic(expected = "an owner at genesis has the bond and the existential deposit")]
fn genesis_should_fail_when_an_owner_cannot_pay() {
    Chain::default().with_agent(POOR, key(1), b"").build_and_execute(|| {});
}
