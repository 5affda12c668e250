//! Upgrading the storage while rounds run, with the checks that `try-runtime` makes.

use super::swarm::*;
use crate::{
    migrations::{CountRoundsOfClients, NameSeats, RecordV3, V1ToV2, V3ToV4},
    mock::*,
    types::{Ending, RoundRecord},
    OpenRoundsOf,
};
use frame_support::{
    assert_ok,
    storage::unhashed,
    traits::{Get, GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};
use waggle_primitives::{assignment, lots::Seats, SealStep};

/// A chain as version 1 left it: two rounds of the client, one of a stranger, and one that is over.
fn version_1(test: impl FnOnce()) {
    on_chain(|| {
        play(&[0, 1, 2, 3]);
        ask(4, 5);
        ask(4, 5);
        let stranger = RuntimeOrigin::signed(STRANGER);
        assert_ok!(Rounds::submit(stranger, prompt(PROMPT), GENERAL, terms(4, 5), NO_TRUTH));
        let _ = OpenRoundsOf::<Test>::clear(u32::MAX, None);
        let running: Vec<_> = crate::Rounds::<Test>::iter_keys().collect();
        running.into_iter().for_each(as_version_3);
        StorageVersion::new(1).put::<Rounds>();
        test();
        // So that what follows can read them.
        StorageVersion::new(3).put::<Rounds>();
        V3ToV4::<Test>::on_runtime_upgrade();
    });
}

#[test]
fn v1_to_v2_should_count_the_rounds_that_run() {
    version_1(|| {
        let before = CountRoundsOfClients::<Test>::before().unwrap();
        let weight = V1ToV2::<Test>::on_runtime_upgrade();
        assert_ok!(CountRoundsOfClients::<Test>::after(before));
        assert_eq!(Rounds::on_chain_storage_version(), StorageVersion::new(2));
        assert_eq!(
            (OpenRoundsOf::<Test>::get(CLIENT), OpenRoundsOf::<Test>::get(STRANGER)),
            (2, 1)
        );
        let database: frame_support::weights::RuntimeDbWeight =
            <Test as frame_system::Config>::DbWeight::get();
        // Three rounds, and the version itself.
        assert_eq!(weight, database.reads_writes(3 * 2 + 1 + 1, 3 + 1));
    });
}

#[test]
fn v1_to_v2_should_do_nothing_the_second_time() {
    version_1(|| {
        V1ToV2::<Test>::on_runtime_upgrade();
        V1ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(
            (OpenRoundsOf::<Test>::get(CLIENT), OpenRoundsOf::<Test>::get(STRANGER)),
            (2, 1)
        );
    });
}

#[test]
fn checks_should_notice_when_a_round_was_not_counted() {
    version_1(|| {
        let before = CountRoundsOfClients::<Test>::before().unwrap();
        V1ToV2::<Test>::on_runtime_upgrade();
        OpenRoundsOf::<Test>::remove(STRANGER);
        assert!(CountRoundsOfClients::<Test>::after(before).is_err());
        OpenRoundsOf::<Test>::insert(STRANGER, 1);
        assert!(CountRoundsOfClients::<Test>::before().is_err(), "counted already");
    });
}

/// Write the running round `round` as version 3 kept it.
fn as_version_3(round: u64) {
    let RoundRecord {
        client,
        domain: _,
        terms,
        ticket,
        phase,
        deadline,
        blocks,
        prompt_hash,
        committed,
        opened,
        grades_committed,
        grades_opened,
        well_formed,
        randomness: _,
        seed,
        seats: _,
        entitled: _,
    } = crate::Rounds::<Test>::get(round).unwrap();
    let old = RecordV3 {
        client,
        terms: terms.into(),
        ticket,
        phase,
        deadline,
        blocks,
        prompt_hash,
        committed,
        opened,
        grades_committed,
        grades_opened,
        well_formed,
        seed,
    };
    unhashed::put(&crate::Rounds::<Test>::hashed_key_for(round), &old);
}

#[test]
fn v3_to_v4_should_leave_the_seats_of_running_rounds_to_whoever_comes_first() {
    on_chain(|| {
        let (played, fresh) = (ask(4, 5), ask(4, 4));
        all_commit(played, &[0, 1, 2, 3, 4]);
        for round in [played, fresh] {
            as_version_3(round);
        }
        StorageVersion::new(3).put::<Rounds>();
        DrawBlocks::set(3);

        let before = NameSeats::<Test>::before();
        let weight = V3ToV4::<Test>::on_runtime_upgrade();
        assert_ok!(NameSeats::<Test>::after(before));
        let database: frame_support::weights::RuntimeDbWeight =
            <Test as frame_system::Config>::DbWeight::get();
        assert_eq!(weight, database.reads_writes(2 * 2 + 1 + 1, 2 + 1));
        assert_eq!(
            crate::Rounds::<Test>::get(fresh).map(|record| (record.seats, record.terms)),
            Some((Seats::ForAll { members: 0 }, terms(4, 4)))
        );
        // They go on, and who comes first may enter.
        all_commit(fresh, &[8, 9, 10, 11]);
        Randomness::set(Some([30; 32]));
        all_open(played, &[0, 1, 2, 3, 4]);
        let keys = [0, 1, 2, 3, 4].map(|agent| seal_key(agent, played, SealStep::Answer));
        assert_eq!(
            crate::Rounds::<Test>::get(played).and_then(|record| record.seed),
            Some(assignment::seed(played, &[30; 32], &keys)),
            "of the block that ends the opening, for want of an earlier one"
        );
        all_grade(played, &[0, 1, 2, 3, 4]);
        all_open_grades(played, &[0, 1, 2, 3, 4]);
        assert!(matches!(result(played).ending, Ending::Settled { .. }));
        V3ToV4::<Test>::on_runtime_upgrade();
        assert!(crate::Rounds::<Test>::contains_key(fresh), "not a second time");
    });
}

#[test]
fn rounds_for_two_or_three_agents_should_go_on_as_they_began() {
    // What a ticket cost then: two fifths of a fair share in the smallest swarm that would do.
    for (enough, ticket) in [(2, 200), (3, 133)] {
        on_chain(|| {
            // As clients could ask until version 3.
            let round = ask(4, 4);
            crate::Rounds::<Test>::mutate(round, |record| {
                let record = record.as_mut().expect("the round runs");
                (record.terms.min_agents, record.terms.max_agents) = (enough, enough);
                record.ticket = ticket;
            });
            as_version_3(round);
            StorageVersion::new(3).put::<Rounds>();
            V3ToV4::<Test>::on_runtime_upgrade();

            let agents: Vec<u8> = (6..6 + enough as u8).collect();
            all_commit(round, &agents);
            next_block();
            all_open(round, &agents);
            next_block();
            all_grade(round, &agents);
            next_block();
            all_open_grades(round, &agents);
            let result = result(round);
            assert_eq!(result.ending, Ending::Settled { winner: enough - 1 });
            assert_eq!((result.terms.min_agents, result.ticket), (enough, ticket));
            assert!(Rounds::round(round).is_some());
        });
    }
}
