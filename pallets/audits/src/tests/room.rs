//! The hook: it does what blocks have room for, and no more.

use super::scene::*;
use crate::{mock::*, Event, Samples, Samplings, WeightInfo, Works};
use frame_support::{
    assert_ok,
    traits::{Get, Hooks},
    weights::Weight,
};
use frame_system::limits::BlockWeights;

/// The weights of the mock.
type Weights = ();

fn look() -> Weight {
    <Weights as WeightInfo>::look()
}

fn judge_sample() -> Weight {
    <Weights as WeightInfo>::judge_sample(terms().dimensions.into())
}

/// The work on four samples is to be judged.
fn due() {
    audit(AUDITORS);
    all_claim(&SWARM);
    play(&SWARM, 4);
    begin_epoch(1);
    work_through(all_honest);
    let _ = events();
}

#[test]
fn little_room_should_be_enough_step_by_step() {
    build_and_execute(|| {
        due();
        // Two samples, two members, or the end: never all at once.
        let room = Weight::from_parts(2_100, 0);
        let mut judged = Vec::new();
        while Works::<Test>::contains_key(DOMAIN) {
            judged.push(work().judged);
            let used = next_block_with(room);
            assert!(used.all_lte(room), "{used:?} of {room:?}");
            assert!(judged.len() < 10, "it goes on");
        }
        assert_eq!(judged[..3], [0, 2, 4]);
        assert_eq!(judged.len(), 7);
        let is_end = |event: &Event<Test>| matches!(event, Event::EpochJudged { .. });
        assert_eq!(events().iter().filter(|event| is_end(event)).count(), 1);
    });
}

#[test]
fn step_by_step_should_come_to_the_same_as_at_once() {
    let standings = |room: Weight| {
        let mut all = Vec::new();
        build_and_execute(|| {
            due();
            while Works::<Test>::contains_key(DOMAIN) {
                next_block_with(room);
            }
            all = Audits::standings(DOMAIN, None, 100);
        });
        all
    };
    let at_once = standings(Weight::MAX);
    assert_eq!(at_once.len(), SWARM.len());
    assert_eq!(standings(Weight::from_parts(2_100, 0)), at_once);
}

#[test]
fn no_room_should_change_nothing() {
    build_and_execute(|| {
        due();
        let before = work();
        for room in [Weight::zero(), look().saturating_sub(Weight::from_parts(1, 0))] {
            assert_eq!(next_block_with(room), Weight::zero());
        }
        // Enough to look, and not enough to judge.
        let room = look().saturating_add(judge_sample()).saturating_sub(Weight::from_parts(1, 0));
        // One look at the domain, one that there is no other, and one for those who have left.
        assert_eq!(next_block_with(room), look().saturating_mul(3));
        assert_eq!(work(), before);
        assert!(events().is_empty());
    });
}

#[test]
fn nothing_to_do_should_cost_a_look_at_each_domain_and_one_for_those_who_have_left() {
    build_and_execute(|| {
        assert_eq!(next_block_with(Weight::MAX), look().saturating_mul(2));
        audit(AUDITORS);
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN + 1, Some(terms())));
        // Their sampling begins.
        next_block();
        let looks = look().saturating_mul(3);
        assert_eq!(next_block_with(Weight::MAX), looks);
    });
}

#[test]
fn a_domain_should_be_sampled_from_the_epoch_on_in_which_its_audits_begin() {
    build_and_execute(|| {
        due();
        let other = DOMAIN + 1;
        assert_ok!(Audits::set_terms(RuntimeOrigin::root(), other, Some(terms())));
        next_block();
        assert!(!Works::<Test>::contains_key(DOMAIN));
        assert_eq!(Samplings::<Test>::get(other).map(|sampling| sampling.epoch), Some(1));
    });
}

#[test]
fn a_block_should_keep_a_part_of_itself_to_others() {
    build_and_execute(|| {
        let weights: BlockWeights = <Test as frame_system::Config>::BlockWeights::get();
        assert!(Audits::share_of_block().all_lt(weights.max_block));
        assert!(Audits::dearest_step().all_lte(Audits::share_of_block()));
        Audits::integrity_test();
    });
}

#[test]
fn work_that_begins_too_late_should_be_passed_over() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, ROUNDS_PLAYED);
        run_to(EPOCH_BLOCKS);
        // No room for more than half of the time to examine.
        while System::block_number() < EPOCH_BLOCKS + EPOCH_BLOCKS / 4 {
            next_block_with(Weight::zero());
        }
        assert_eq!(Samples::<Test>::iter().count(), ROUNDS_PLAYED as usize);
        next_block();
        let passed = Event::EpochPassedOver { domain: DOMAIN, epoch: 0, samples: 10, auditors: 5 };
        assert_eq!(events(), [passed]);
        assert_eq!(Samples::<Test>::iter().count(), 0);
    });
}

#[test]
fn work_should_begin_in_the_last_block_in_which_half_of_the_time_is_left() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, ROUNDS_PLAYED);
        run_to(EPOCH_BLOCKS);
        while System::block_number() < EPOCH_BLOCKS + EPOCH_BLOCKS / 4 - 1 {
            next_block_with(Weight::zero());
        }
        next_block();
        assert_eq!(work().samples, ROUNDS_PLAYED);
    });
}

#[test]
fn an_epoch_should_not_be_sampled_while_samples_of_the_last_one_wait() {
    build_and_execute(|| {
        due();
        play(&SWARM, 3);
        // All of the epoch passes, and the work on the first one is not over.
        while System::block_number() < 2 * EPOCH_BLOCKS + 5 {
            next_block_with(Weight::zero());
        }
        play(&SWARM, 3);
        assert_eq!((work().epoch, Samples::<Test>::iter().count()), (0, 4 + 3));
        // When it is over, the next one begins, and with it the sampling of this epoch.
        next_block();
        assert_eq!((work().epoch, work().samples), (1, 3));
        play(&SWARM, 2);
        let kept = |epoch| Samples::<Test>::iter_prefix((DOMAIN, epoch)).count();
        assert_eq!([0, 1, 2].map(kept), [0, 3, 2]);
    });
}
