//! When acts reach the pool, and how long a run lasts.

use super::{
    desk::Conduct,
    node::{honest, Node},
};
use crate::hook::timing::Timing;
use sp_core::offchain::Timestamp;

fn after(timing: &Timing, time: Timestamp) -> u64 {
    time.unix_millis() - timing.start.unix_millis()
}

#[test]
fn times_should_fit_into_any_slot() {
    for slot in [100, 250, 1_000, 6_000] {
        let timing = Timing::new(Timestamp::from_unix_millis(77), slot);
        let deadline = after(&timing, timing.deadline);
        let [first, second] = timing.sending.map(|time| after(&timing, time));
        assert!(first < second && second < deadline && deadline <= slot * 8 / 10, "{timing:?}");
        assert!(timing.answer_wait_ms < deadline && timing.grade_wait_ms < deadline, "{timing:?}");
        assert!(timing.turn.millis() > deadline && timing.turn.millis() < 2 * slot, "{timing:?}");
    }
    let timing = Timing::new(Timestamp::from_unix_millis(0), 250);
    assert_eq!(
        (after(&timing, timing.deadline), timing.answer_wait_ms, timing.grade_wait_ms),
        (200, 25, 175)
    );
    // No slot duration can make it panic.
    Timing::new(Timestamp::from_unix_millis(u64::MAX), u64::MAX);
    Timing::new(Timestamp::from_unix_millis(0), 0);
}

#[test]
fn acts_should_be_held_back_and_sent_twice() {
    let node = Node::new(&[0]);
    node.ask(4);
    node.worker(honest(0));
    let sent = node.run_hook_timed();
    assert_eq!(sent.iter().map(|(at, _)| *at).collect::<Vec<_>>(), vec![50, 100]);
    assert_eq!(sent[0].1, sent[1].1);
}

#[test]
fn late_acts_should_be_sent_at_once() {
    let node = Node::new(&[0]);
    node.ask(4);
    let mut worker = honest(0);
    node.worker(move |posted| worker(posted).after(110));
    assert_eq!(node.run_hook_timed().iter().map(|(at, _)| *at).collect::<Vec<_>>(), vec![110]);
}

#[test]
fn run_without_acts_should_end_with_the_last_reply() {
    let node = Node::new(&[0]);
    node.ask(4);
    node.worker(|_| Conduct::ok(r#"{"status":"pending"}"#).after(25));
    let start = node.desk.now();
    node.run_hook();
    assert_eq!(node.desk.now() - start, 25);
}
