//! The roster: who is on it, under which number, who leaves it, and `rejoin`.

use crate::{migrations::*, mock::*, Error, Event, Roster, RosterEntries};
use frame_support::{
    assert_noop, assert_ok,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::traits::AgentRegistry;

/// Register owners 1 to `count`, each in a block of its own, from block 1 on.
fn registered(count: u64) {
    for owner in 1..=count {
        System::set_block_number(owner);
        assert_ok!(register(owner, owner as u8));
    }
}

/// The owners on the roster, by number.
fn roster() -> Vec<AccountId> {
    (0..Agents::members()).map(|number| Roster::<Test>::get(number).unwrap()).collect()
}

/// The agent of `owner` has a seat and does not come, this often, each in a time of its own. It is
/// the same block afterwards.
fn stay_away(owner: AccountId, times: u32) {
    let now = System::block_number();
    for time in 1..=u64::from(times) {
        System::set_block_number(now + 100 * time);
        Agents::was_absent(&owner);
    }
    System::set_block_number(now);
}

#[test]
fn absences_should_count_once_in_a_while() {
    build_and_execute(|| {
        registered(2);
        let absences = || RosterEntries::<Test>::get(1).map(|entry| entry.absences);
        System::set_block_number(100);
        for (block, expected) in [(100, 1), (100, 1), (109, 1), (110, 2), (119, 2)] {
            System::set_block_number(block);
            Agents::was_absent(&1);
            assert_eq!(absences(), Some(expected), "in block {block}");
        }
        System::set_block_number(120);
        Agents::was_absent(&1);
        assert_eq!(absences(), None, "three times in a row");
    });
}

#[test]
fn agents_should_be_numbered_in_the_order_in_which_they_registered() {
    build_and_execute(|| {
        registered(3);
        assert_eq!(roster(), [1, 2, 3]);
        assert_eq!(Agents::number_of(&2, 3), Some(1));
        assert_eq!(Agents::number_of(&2, 2), None, "it registered in block 2");
        assert_eq!(Agents::number_of(&4, 3), None);
        assert_eq!(Agents::member_with(1, 3), Some(2));
        assert_eq!(Agents::member_with(1, 2), None);
        assert_eq!(Agents::member_with(3, 9), None);
    });
}

#[test]
fn agents_of_the_first_block_should_be_on_the_roster() {
    Chain::default().with_agent(4, key(4), b"m").with_agent(2, key(2), b"m").build_and_execute(
        || {
            assert_eq!(roster(), [4, 2]);
            assert_eq!(Agents::number_of(&2, 1), Some(1));
        },
    );
}

#[test]
fn agents_of_the_first_block_that_are_away_should_come_with_their_first_round() {
    let chain = Chain::default().with_agent(4, key(4), b"m").with_agent(2, key(2), b"m");
    chain.away().build_and_execute(|| {
        assert_eq!(roster(), [0; 0]);
        assert_ok!(Agents::entered_round(&2));
        assert_eq!(roster(), [2]);
        Agents::left_round(&2);
    });
}

#[test]
fn the_last_one_should_take_the_number_of_whoever_leaves() {
    build_and_execute(|| {
        registered(4);
        System::set_block_number(7);
        stay_away(4, 1);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
        assert_eq!(roster(), [1, 4, 3]);
        assert_eq!(Agents::number_of(&4, 7), Some(3), "rounds of before go by its old number");
        assert_eq!((Agents::member_with(3, 7), Agents::member_with(1, 7)), (None, None));
        assert_eq!(Agents::number_of(&4, 4), None, "it registered in block 4");
        assert_eq!((Agents::number_of(&4, 8), Agents::member_with(1, 8)), (Some(1), Some(4)));
        assert_eq!(RosterEntries::<Test>::get(4).unwrap().absences, 1, "it stays as it was");
        // The last one leaves no gap behind, nor does the only one.
        for (leaves, stay) in [(3, vec![1, 4]), (1, vec![4]), (4, vec![])] {
            assert_ok!(Agents::retire(RuntimeOrigin::signed(leaves)));
            assert_eq!(roster(), stay);
        }
    });
}

#[test]
fn whoever_is_absent_too_often_in_a_row_should_be_taken_off() {
    build_and_execute(|| {
        registered(2);
        let _ = events();
        stay_away(1, 2);
        assert_ok!(Agents::entered_round(&1));
        Agents::left_round(&1);
        stay_away(1, 2);
        assert_eq!((roster(), events()), (vec![1, 2], vec![]), "not in a row");
        System::set_block_number(1_000);
        stay_away(1, 1);
        assert_eq!(roster(), [2]);
        assert_eq!(events(), [Event::RosterLeft { owner: 1 }]);
        stay_away(1, 5);
        assert_eq!(events(), []);
    });
}

#[test]
fn whoever_comes_to_a_round_should_be_on_the_roster_again() {
    build_and_execute(|| {
        registered(2);
        stay_away(1, 3);
        let _ = events();
        System::set_block_number(9);
        assert_ok!(Agents::entered_round(&1));
        assert_eq!((roster(), events()), (vec![2, 1], vec![Event::RosterJoined { owner: 1 }]));
        assert_eq!(Agents::number_of(&1, 9), None, "from the next round on");
        stay_away(1, 2);
        assert_eq!(roster(), [2, 1], "its absences of before are forgotten");
        Agents::left_round(&1);
    });
}

#[test]
fn rejoin_should_put_the_agent_on_the_roster_again() {
    build_and_execute(|| {
        registered(2);
        stay_away(1, 3);
        let _ = events();
        assert_ok!(Agents::rejoin(RuntimeOrigin::signed(1)));
        assert_eq!((roster(), events()), (vec![2, 1], vec![Event::RosterJoined { owner: 1 }]));
    });
}

#[test]
fn rejoin_should_fail_when_there_is_no_active_agent_or_it_is_there_already() {
    build_and_execute(|| {
        registered(1);
        let rejoin = |owner| Agents::rejoin(RuntimeOrigin::signed(owner));
        assert_noop!(rejoin(1), Error::<Test>::OnRoster);
        assert_noop!(rejoin(2), Error::<Test>::NotRegistered);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(1)));
        assert_noop!(rejoin(1), Error::<Test>::Retired);
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Agents::rejoin(origin), BadOrigin);
        }
    });
}

#[test]
fn v1_to_v2_should_put_the_agents_on_the_roster_that_have_not_retired() {
    build_and_execute(|| {
        registered(4);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(3)));
        // As version 1 left it.
        let _ = Roster::<Test>::clear(u32::MAX, None);
        let _ = RosterEntries::<Test>::clear(u32::MAX, None);
        StorageVersion::new(1).put::<Agents>();

        System::set_block_number(20);
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_ok!(FillRoster::<Test>::after());
        assert_eq!(Agents::on_chain_storage_version(), StorageVersion::new(2));
        let mut members = roster();
        members.sort_unstable();
        assert_eq!(members, [1, 2, 4]);

        stay_away(1, 3);
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(Agents::members(), 2, "not a second time");
    });
}

#[test]
fn an_agent_that_was_too_much_for_the_upgrade_should_leave_as_any_other() {
    build_and_execute(|| {
        registered(2);
        stay_away(2, 3);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
        assert_eq!(roster(), [1]);
    });
}
