//! The rosters: who is on them, under which number, who leaves them, and `rejoin`.

use crate::{mock::*, Error, Event, Memberships, Populations};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::{domain::GENERAL, traits::Domains as _, DomainId};

/// How often the member was absent, if it is on the roster of the domain.
fn absences(domain: DomainId, owner: AccountId) -> Option<u32> {
    let membership = Memberships::<Test>::get(domain, owner).unwrap();
    membership.place.map(|_| membership.absences)
}

#[test]
fn absences_should_count_once_in_a_while() {
    build_and_execute(|| {
        registered(2);
        for (block, expected) in [(100, 1), (100, 1), (109, 1), (110, 2), (119, 2)] {
            System::set_block_number(block);
            Domains::was_absent(GENERAL, &1);
            assert_eq!(absences(GENERAL, 1), Some(expected), "in block {block}");
        }
        System::set_block_number(120);
        Domains::was_absent(GENERAL, &1);
        assert_eq!(absences(GENERAL, 1), None, "three times in a row");
    });
}

#[test]
fn absences_should_count_in_each_domain_by_itself() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[1]);
        System::set_block_number(100);
        for domain in [GENERAL, domain] {
            Domains::was_absent(domain, &1);
        }
        assert_eq!((absences(GENERAL, 1), absences(domain, 1)), (Some(1), Some(1)));
        Domains::came(GENERAL, &1);
        assert_eq!((absences(GENERAL, 1), absences(domain, 1)), (Some(0), Some(1)));
        stay_away(domain, 1, 2);
        assert_eq!((roster(GENERAL), roster(domain)), (vec![1], vec![]));
    });
}

#[test]
fn members_should_be_numbered_in_the_order_in_which_they_joined() {
    build_and_execute(|| {
        registered(3);
        assert_eq!(roster(GENERAL), [1, 2, 3]);
        assert_eq!(Domains::number_of(GENERAL, &2, 3), Some(1));
        assert_eq!(Domains::number_of(GENERAL, &2, 2), None, "it joined in block 2");
        assert_eq!(Domains::number_of(GENERAL, &4, 3), None);
        assert_eq!(Domains::number_of(1, &2, 3), None, "there is no such domain");
        assert_eq!(Domains::member_with(GENERAL, 1, 3), Some(2));
        assert_eq!(Domains::member_with(GENERAL, 1, 2), None);
        assert_eq!(Domains::member_with(GENERAL, 3, 9), None);
        assert_eq!((Domains::roster_size(GENERAL), Domains::roster_size(1)), (3, 0));
    });
}

#[test]
fn the_last_one_should_take_the_number_of_whoever_leaves() {
    build_and_execute(|| {
        registered(4);
        System::set_block_number(7);
        stay_away(GENERAL, 4, 1);
        retire(2);
        assert_eq!(roster(GENERAL), [1, 4, 3]);
        let number = |before| Domains::number_of(GENERAL, &4, before);
        let with = |number, before| Domains::member_with(GENERAL, number, before);
        assert_eq!(number(7), Some(3), "rounds of before go by its old number");
        assert_eq!((with(3, 7), with(1, 7)), (None, None));
        assert_eq!(number(4), None, "it joined in block 4");
        assert_eq!((number(8), with(1, 8)), (Some(1), Some(4)));
        assert_eq!(absences(GENERAL, 4), Some(1), "it stays as it was");
        // The last one leaves no gap behind, nor does the only one.
        for (leaves, stay) in [(3, vec![1, 4]), (1, vec![4]), (4, vec![])] {
            retire(leaves);
            assert_eq!(roster(GENERAL), stay);
        }
    });
}

#[test]
fn a_number_should_move_with_those_that_leave_the_domain_or_stay_away() {
    build_and_execute(|| {
        registered(3);
        System::set_block_number(7);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(1), GENERAL));
        assert_eq!(roster(GENERAL), [3, 2]);
        assert_eq!(Domains::number_of(GENERAL, &3, 7), Some(2));
        System::set_block_number(8);
        stay_away(GENERAL, 3, 3);
        assert_eq!(roster(GENERAL), [2]);
        assert_eq!(Domains::number_of(GENERAL, &3, 1_000), None);
    });
}

#[test]
fn only_the_last_number_before_should_be_known_of_whoever_moved_twice() {
    build_and_execute(|| {
        registered(4);
        for (block, leaves) in [(7, 2), (8, 3), (9, 1)] {
            System::set_block_number(block);
            retire(leaves);
        }
        assert_eq!(roster(GENERAL), [4]);
        let number = |before| Domains::number_of(GENERAL, &4, before);
        assert_eq!((number(10), number(9), number(8)), (Some(0), Some(1), Some(1)));
        assert_eq!((number(7), number(5)), (None, None), "it had number 3 then");
    });
}

#[test]
fn whoever_is_absent_too_often_in_a_row_should_be_taken_off() {
    build_and_execute(|| {
        registered(2);
        stay_away(GENERAL, 1, 2);
        Domains::came(GENERAL, &1);
        stay_away(GENERAL, 1, 2);
        assert_eq!((roster(GENERAL), events()), (vec![1, 2], vec![]), "not in a row");
        System::set_block_number(1_000);
        stay_away(GENERAL, 1, 1);
        assert_eq!(roster(GENERAL), [2]);
        assert_eq!(events(), vec![Event::RosterLeft { domain: GENERAL, owner: 1 }]);
        stay_away(GENERAL, 1, 5);
        assert_eq!(events(), vec![]);
        assert_eq!(Domains::member_since(GENERAL, &1), Some(1), "it is a member still");
        assert_eq!(Populations::<Test>::get(GENERAL).members, 2);
        assert_eq!(Left::get(), vec![]);
    });
}

#[test]
fn whoever_comes_to_a_round_should_be_on_the_roster_again() {
    build_and_execute(|| {
        registered(2);
        stay_away(GENERAL, 1, 3);
        let _ = events();
        System::set_block_number(9);
        Domains::came(GENERAL, &1);
        let joined = Event::RosterJoined { domain: GENERAL, owner: 1 };
        assert_eq!((roster(GENERAL), events()), (vec![2, 1], vec![joined]));
        assert_eq!(Domains::number_of(GENERAL, &1, 9), None, "from the next round on");
        assert_eq!(Domains::number_of(GENERAL, &1, 10), Some(1));
        stay_away(GENERAL, 1, 2);
        assert_eq!(roster(GENERAL), [2, 1], "its absences of before are forgotten");
    });
}

#[test]
fn whoever_comes_while_it_is_on_the_roster_should_stay_as_it_was() {
    build_and_execute(|| {
        registered(2);
        let before = Memberships::<Test>::get(GENERAL, 1);
        System::set_block_number(9);
        Domains::came(GENERAL, &1);
        assert_eq!((Memberships::<Test>::get(GENERAL, 1), events()), (before, vec![]));
    });
}

#[test]
fn whoever_is_no_member_should_neither_come_nor_be_absent() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[2]);
        // It had entered a round of the domain, and left it.
        Domains::came(domain, &1);
        stay_away(domain, 1, 3);
        Domains::came(domain + 1, &1);
        assert_eq!((roster(domain), events()), (vec![2], vec![]));
        assert_eq!(Memberships::<Test>::iter_keys().count(), 3);
    });
}

#[test]
fn rejoin_should_put_the_member_on_the_roster_again() {
    build_and_execute(|| {
        registered(2);
        let domain = found_with(&[1, 2]);
        for domain in [GENERAL, domain] {
            stay_away(domain, 1, 3);
        }
        let _ = events();
        System::set_block_number(9);
        assert_ok!(Domains::rejoin(RuntimeOrigin::signed(1), domain));
        assert_eq!(events(), vec![Event::RosterJoined { domain, owner: 1 }]);
        assert_eq!((roster(domain), roster(GENERAL)), (vec![2, 1], vec![2]));
        assert_eq!(absences(domain, 1), Some(0));
        assert_eq!(Domains::number_of(domain, &1, 9), None, "from the next round on");
    });
}

/// What `rejoin` of this owner costs, having been taken off the roster before. It must succeed.
fn rejoined(domain: DomainId, owner: AccountId) -> Pays {
    stay_away(domain, owner, 3);
    Domains::rejoin(RuntimeOrigin::signed(owner), domain).expect("it is off the roster").pays_fee
}

#[test]
fn rejoin_should_be_free_once_in_a_while_in_each_domain() {
    build_and_execute(|| {
        registered(2);
        MembershipBlocks::set(50);
        let domain = found_with(&[1, 2]);
        System::set_block_number(100);
        assert_eq!(rejoined(GENERAL, 1), Pays::No);
        assert_eq!(rejoined(domain, 1), Pays::No, "each domain counts by itself");
        assert_eq!(rejoined(GENERAL, 2), Pays::No, "each member counts by itself");
        for block in [100, 149] {
            System::set_block_number(block);
            assert_eq!(rejoined(GENERAL, 1), Pays::Yes, "in block {block}");
        }
        // Those that it paid for put nothing off.
        System::set_block_number(150);
        assert_eq!(rejoined(GENERAL, 1), Pays::No);
        assert_eq!(rejoined(GENERAL, 1), Pays::Yes);
    });
}

#[test]
fn rejoin_should_stay_used_up_by_a_member_that_comes_back_otherwise() {
    build_and_execute(|| {
        registered(1);
        MembershipBlocks::set(50);
        System::set_block_number(100);
        assert_eq!(rejoined(GENERAL, 1), Pays::No);
        stay_away(GENERAL, 1, 3);
        Domains::came(GENERAL, &1);
        assert_eq!(roster(GENERAL), [1]);
        assert_eq!(rejoined(GENERAL, 1), Pays::Yes);
    });
}

/// Whoever wants blocks full of free calls needs an agent with a bond for each of them, which stays
/// away from three rounds first.
#[test]
fn rejoin_should_cost_the_fee_when_it_fails() {
    build_and_execute(|| {
        registered(1);
        let rejoin = |owner| Domains::rejoin(RuntimeOrigin::signed(owner), GENERAL);
        for owner in [1, 2] {
            let failed = rejoin(owner).expect_err("it is on the roster, or no agent");
            assert_eq!(failed.post_info.pays_fee, Pays::Yes);
        }
    });
}

#[test]
fn rejoin_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Domains::rejoin(origin, GENERAL), BadOrigin);
        }
    });
}

#[test]
fn rejoin_should_fail_when_it_is_no_active_agent_no_member_or_there_already() {
    build_and_execute(|| {
        registered(1);
        let domain = found_with(&[]);
        let rejoin = |owner, domain| Domains::rejoin(RuntimeOrigin::signed(owner), domain);
        assert_noop!(rejoin(1, GENERAL), Error::<Test>::OnRoster);
        for other in [domain, domain + 1] {
            assert_noop!(rejoin(1, other), Error::<Test>::NotMember);
        }
        assert_noop!(rejoin(2, GENERAL), Error::<Test>::NotAnAgent);
        stay_away(GENERAL, 1, 3);
        retire(1);
        assert_noop!(rejoin(1, GENERAL), Error::<Test>::NotAnAgent);
    });
}
