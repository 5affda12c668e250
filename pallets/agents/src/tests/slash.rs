//! Bonds that are taken in part. A bond is 100, an existential deposit 10.

use crate::{mock::*, Agents as AgentsMap, Event};
use frame_support::assert_ok;
use sp_runtime::Perbill;
use waggle_primitives::traits::{AgentRegistry, Bonds};

/// A quarter.
const PART: Perbill = Perbill::from_percent(25);

/// The bond that is noted for owner 1, what it has on hold, and what the treasury has.
fn bond_and_treasury() -> (u128, u128, u128) {
    let noted = AgentsMap::<Test>::get(1).map_or(0, |agent| agent.bond);
    (noted, bond_of(1), Balances::free_balance(TREASURY))
}

/// Run `test` with an agent of owner 1.
fn with_agent(test: impl FnOnce()) {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        let _ = events();
        test();
    });
}

#[test]
fn slash_should_take_a_part_of_what_is_left_for_the_treasury() {
    with_agent(|| {
        let issuance = Balances::total_issuance();
        assert_eq!(Agents::slash(&1, PART), 25);
        assert_eq!(bond_and_treasury(), (75, 75, 25));
        assert_eq!(Agents::slash(&1, PART), 18);
        assert_eq!(bond_and_treasury(), (57, 57, 43));
        assert_eq!(
            events(),
            [25, 18].map(|slashed| Event::BondSlashed { owner: 1, slashed }).to_vec()
        );
        assert_eq!(Balances::total_issuance(), issuance);
        assert!(!Agents::is_punished(&1) && Agents::key_of(&1).is_some(), "it goes on");
    });
}

#[test]
fn slash_should_never_take_all_of_a_bond() {
    with_agent(|| {
        while Agents::slash(&1, PART) > 0 {}
        assert_eq!(bond_and_treasury(), (12, 12, 88));
        let _ = events();
        assert_eq!(Agents::slash(&1, Perbill::one()), 0);
        assert_eq!((bond_and_treasury(), events()), ((12, 12, 88), vec![]));
    });
}

#[test]
fn what_is_left_should_be_taken_for_a_double_seal() {
    with_agent(|| {
        while Agents::slash(&1, PART) > 0 {}
        assert_ok!(report(4, two_answers(1)));
        assert_eq!(bond_and_treasury(), (0, 0, 99));
        assert_eq!(Balances::free_balance(4), ENDOWMENT + 1, "a tenth of 12");
        assert!(Agents::is_punished(&1));
        let _ = events();
        assert_eq!(Agents::slash(&1, PART), 0);
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn slash_should_take_nothing_of_whoever_has_no_agent() {
    build_and_execute(|| {
        assert_eq!(Agents::slash(&2, PART), 0);
        assert_eq!((events(), Balances::free_balance(2)), (vec![], ENDOWMENT));
    });
}

#[test]
fn slash_should_take_nothing_that_the_treasury_cannot_receive() {
    with_agent(|| {
        assert_eq!(Agents::slash(&1, Perbill::from_percent(5)), 0);
        assert_eq!((bond_and_treasury(), events()), ((100, 100, 0), vec![]));
    });
}

#[test]
fn unbond_should_give_back_what_is_left() {
    with_agent(|| {
        assert_eq!(Agents::slash(&1, PART), 25);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        assert_eq!(Agents::slash(&1, PART), 18, "who retires is not spared");
        System::set_block_number(1 + UnbondingBlocks::get());
        let _ = events();
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert_eq!(events(), vec![Event::AgentUnbonded { owner: 1, key: key(1), bond: 57 }]);
        assert_eq!(Balances::free_balance(1), ENDOWMENT - 43);
        // Whoever comes back brings a whole bond.
        assert_ok!(register(1, 1));
        assert_eq!(bond_of(1), Bond::get());
    });
}
