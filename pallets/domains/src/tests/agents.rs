//! What follows when agents come and go: the pallet's side of `OnAgents`, behind the real agents.

use crate::{
    mock::*, DomainsOf, Event, Membership, Memberships, Population, Populations, RosterPlace,
    Rosters,
};
use frame_support::assert_ok;
use waggle_primitives::{
    domain::GENERAL,
    traits::{AgentRegistry as _, Domains as _, OnAgents as _},
};

#[test]
fn whoever_registers_should_be_a_member_of_the_general_domain() {
    build_and_execute(|| {
        System::set_block_number(4);
        register(1);
        let place = Some(RosterPlace { number: 0, since: 4, former: None });
        assert_eq!(
            Memberships::<Test>::get(GENERAL, 1),
            Some(Membership { since: 4, place, absences: 0, absent_at: None, rejoined: None })
        );
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [GENERAL]);
        let population = Population { members: 1, on_roster: 1 };
        assert_eq!(Populations::<Test>::get(GENERAL), population);
        assert_eq!(events(), vec![], "the agent's registration says it");
    });
}

#[test]
fn agents_of_the_first_block_should_be_members_on_the_roster() {
    Chain::default().with_agent(4).with_agent(2).build_and_execute(|| {
        assert_eq!(roster(GENERAL), [4, 2]);
        assert_eq!(Domains::member_since(GENERAL, &2), Some(0));
        assert_eq!(Domains::number_of(GENERAL, &2, 1), Some(1));
    });
}

#[test]
fn agents_of_the_first_block_that_are_away_should_come_with_their_first_round() {
    Chain::default().with_agent(4).with_agent(2).away().build_and_execute(|| {
        assert_eq!(roster(GENERAL), [0; 0]);
        let population = Population { members: 2, on_roster: 0 };
        assert_eq!(Populations::<Test>::get(GENERAL), population);
        assert_eq!(Domains::member_since(GENERAL, &4), Some(0));
        Domains::was_absent(GENERAL, &4);
        Domains::came(GENERAL, &2);
        assert_eq!(roster(GENERAL), [2]);
        assert_eq!(events(), vec![Event::RosterJoined { domain: GENERAL, owner: 2 }]);
        assert_ok!(Domains::rejoin(RuntimeOrigin::signed(4), GENERAL));
        assert_eq!(roster(GENERAL), [2, 4]);
    });
}

/// As the migration of pallet-waggle-agents does with agents of before.
#[test]
fn registered_should_note_since_when_the_agent_is_there_and_give_it_a_place_from_now_on() {
    build_and_execute(|| {
        registered(1);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), GENERAL));
        System::set_block_number(20);
        Domains::registered(&1, 3, false);
        assert_eq!(Domains::member_since(GENERAL, &1), Some(3));
        assert_eq!(Domains::number_of(GENERAL, &1, 20), None);
        assert_eq!(Domains::number_of(GENERAL, &1, 21), Some(0));
    });
}

#[test]
fn registered_should_change_nothing_when_the_agent_is_a_member() {
    build_and_execute(|| {
        registered(2);
        let state = || {
            let members: Vec<_> = Memberships::<Test>::iter().collect();
            (members, DomainsOf::<Test>::get(1), Populations::<Test>::get(GENERAL))
        };
        let before = state();
        for away in [false, true] {
            Domains::registered(&1, 0, away);
        }
        assert_eq!(state(), before);
    });
}

#[test]
fn whoever_retires_should_be_on_no_roster_and_stay_a_member() {
    build_and_execute(|| {
        registered(3);
        let domain = found_with(&[1, 2]);
        stay_away(domain, 1, 1);
        retire(1);
        assert_eq!((roster(GENERAL), roster(domain)), (vec![3, 2], vec![2]));
        assert_eq!(DomainsOf::<Test>::get(1).into_inner(), [GENERAL, domain]);
        for domain in [GENERAL, domain] {
            let membership = Memberships::<Test>::get(domain, 1).unwrap();
            assert_eq!((membership.place, membership.absences), (None, 0));
        }
        assert_eq!(
            (Populations::<Test>::get(GENERAL), Populations::<Test>::get(domain)),
            (Population { members: 3, on_roster: 2 }, Population { members: 2, on_roster: 1 })
        );
        assert_eq!((events(), Left::get()), (vec![], vec![]));
    });
}

#[test]
fn whoever_was_taken_off_should_retire_as_any_other() {
    build_and_execute(|| {
        registered(2);
        stay_away(GENERAL, 2, 3);
        retire(2);
        assert_eq!(roster(GENERAL), [1]);
    });
}

#[test]
fn whoever_takes_its_bond_should_be_no_member_of_anything() {
    build_and_execute(|| {
        registered(2);
        let (first, second) = (found_with(&[1, 2]), found_with(&[2, 1]));
        retire(1);
        unbond(1);
        assert!(!Agents::is_registered(&1) && !DomainsOf::<Test>::contains_key(1));
        for domain in [GENERAL, first, second] {
            assert_eq!(Domains::member_since(domain, &1), None);
            assert_eq!(roster(domain), [2]);
            let population = Population { members: 1, on_roster: 1 };
            assert_eq!(Populations::<Test>::get(domain), population);
        }
        assert_eq!(Left::get(), vec![(GENERAL, 1), (first, 1), (second, 1)]);
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn nothing_should_be_left_when_all_have_taken_their_bonds() {
    build_and_execute(|| {
        registered(3);
        let domain = found_with(&[3, 2]);
        for owner in [2, 1, 3] {
            retire(owner);
        }
        for owner in [3, 2, 1] {
            unbond(owner);
        }
        assert_eq!(Memberships::<Test>::iter_keys().count(), 0);
        assert_eq!(DomainsOf::<Test>::iter_keys().count(), 0);
        assert_eq!(Rosters::<Test>::iter_keys().count(), 0);
        for domain in [GENERAL, domain] {
            assert_eq!(Populations::<Test>::get(domain), Population::default());
        }
    });
}

#[test]
fn whoever_has_left_all_domains_should_take_its_bond_as_any_other() {
    build_and_execute(|| {
        registered(1);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), GENERAL));
        Left::set(vec![]);
        retire(1);
        unbond(1);
        assert_eq!(Left::get(), vec![]);
    });
}

#[test]
fn whoever_registers_anew_should_be_a_new_member_of_the_general_domain_alone() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        retire(1);
        unbond(1);
        let now = System::block_number();
        register(1);
        assert_eq!(Domains::member_since(GENERAL, &1), Some(now as u32));
        assert_eq!(Domains::member_since(domain, &1), None);
        assert_eq!(roster(GENERAL), [1]);
    });
}
