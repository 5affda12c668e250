//! What the store of jobs promises, step by step and at random.

use super::*;
use crate::{chance::Chance, protocol::Hex32};
use std::collections::HashSet;

const LIMITS: JobLimits = JobLimits { queue: 4, results: 3, result_ttl: Duration::from_secs(60) };

struct World {
    jobs: Jobs<u32>,
    now: Instant,
}

impl World {
    fn new() -> Self {
        Self { jobs: Jobs::new(LIMITS, 2, 7), now: Instant::now() }
    }

    fn pass(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
    }

    fn submit(&mut self, id: u8, deadline_ms: u64) -> Result<Submitted, SubmitError> {
        self.submit_as(Class::Answer, id, deadline_ms, 0)
    }

    fn submit_as(
        &mut self,
        class: Class,
        id: u8,
        deadline_ms: u64,
        expected_ms: u64,
    ) -> Result<Submitted, SubmitError> {
        let deadline = self.now + Duration::from_millis(deadline_ms);
        let submission = Submission {
            id: name(id),
            fingerprint: u64::from(id),
            lane: 0,
            class,
            deadline,
            expected: Duration::from_millis(expected_ms),
            reserve: Duration::from_millis(expected_ms),
            work: u32::from(id),
        };
        self.jobs.submit(self.now, submission)
    }

    fn next(&mut self) -> Option<u32> {
        self.jobs.expire(self.now, 0);
        match self.jobs.next(self.now, 0) {
            Next::Job(started) => Some(started.work),
            Next::Wait(_) => None,
        }
    }

    /// When the lane is to look again, in milliseconds from now.
    fn pause(&mut self) -> Option<u128> {
        self.jobs.expire(self.now, 0);
        match self.jobs.next(self.now, 0) {
            Next::Job(started) => panic!("{started:?} is ready"),
            Next::Wait(moment) => moment.map(|moment| (moment - self.now).as_millis()),
        }
    }

    fn finish(&mut self, id: u8, outcome: Outcome) {
        self.jobs.finish(self.now, name(id), outcome);
    }

    fn status(&self, id: u8) -> Option<JobStatus> {
        self.jobs.status(&name(id))
    }
}

fn name(id: u8) -> JobId {
    Hex32([id; 32])
}

fn answer() -> Outcome {
    Outcome::Done(JobResult::Answer { answer: "49".into() })
}

fn failure() -> Outcome {
    Outcome::Failed("engine gone".into())
}

#[test]
fn job_should_run_once_when_posted_again() {
    let mut world = World::new();
    assert!(world.submit(1, 100).unwrap().queued);
    assert!(!world.submit(1, 100).unwrap().queued);
    assert_eq!(world.next(), Some(1));
    let again = world.submit(1, 100).unwrap();
    assert_eq!((again.status, again.queued), (JobStatus::Pending, false));
    assert_eq!(world.next(), None);
    world.finish(1, answer());
    world.pass(500);
    let done = world.submit(1, 0).unwrap();
    assert_eq!(done.status, answer().into());
    assert!(!done.queued && done.change.is_none());
    assert_eq!(world.next(), None);
}

#[test]
fn submit_should_conflict_when_contents_differ() {
    let mut world = World::new();
    world.submit(1, 100).unwrap();
    let (id, deadline) = (name(1), world.now + Duration::from_secs(1));
    let (class, expected, reserve) = (Class::Answer, Duration::ZERO, Duration::ZERO);
    let other =
        Submission { id, fingerprint: 99, lane: 0, class, deadline, expected, reserve, work: 0 };
    assert_eq!(world.jobs.submit(world.now, other).unwrap_err(), SubmitError::Conflict);
}

#[test]
fn submit_should_fail_when_the_queue_is_full() {
    let mut world = World::new();
    for id in 0..4 {
        world.submit(id, 100).unwrap();
    }
    assert_eq!(world.submit(4, 100).unwrap_err(), SubmitError::QueueFull);
    assert_eq!(world.submit(3, 100).unwrap().status, JobStatus::Pending);
    world.next();
    world.submit(4, 100).unwrap();
}

#[test]
fn next_should_take_the_first_deadline_and_skip_other_lanes() {
    let mut world = World::new();
    for (id, deadline) in [(1, 300), (2, 100), (3, 200), (4, 100)] {
        world.submit(id, deadline).unwrap();
    }
    assert!(matches!(world.jobs.next(world.now, 1), Next::Wait(None)));
    assert_eq!(
        [world.next(), world.next(), world.next(), world.next(), world.next()],
        [Some(2), Some(4), Some(3), Some(1), None]
    );
}

#[test]
fn expired_job_should_be_declined_and_start_anew_when_there_is_time() {
    let mut world = World::new();
    assert!(matches!(world.submit(1, 0).unwrap().status, JobStatus::Declined { .. }));
    assert_eq!(world.status(1), None);
    world.submit(1, 100).unwrap();
    world.pass(100);
    assert_eq!(world.next(), None);
    assert!(matches!(world.status(1), Some(JobStatus::Declined { .. })));
    assert!(matches!(world.submit(1, 0).unwrap().status, JobStatus::Declined { .. }));
    assert!(world.submit(1, 50).unwrap().queued);
    assert_eq!(world.next(), Some(1));
}

#[test]
fn posting_again_should_extend_the_deadline_and_never_shorten_it() {
    let mut world = World::new();
    world.submit(1, 100).unwrap();
    world.pass(90);
    world.submit(1, 100).unwrap();
    world.submit(1, 1).unwrap();
    world.pass(50);
    assert_eq!(world.next(), Some(1));
}

#[test]
fn failed_job_should_be_tried_again_until_it_is_given_up() {
    let mut world = World::new();
    for attempt in 1..=MAX_ATTEMPTS {
        assert!(world.submit(1, 1000).unwrap().queued, "attempt {attempt}");
        assert_eq!(world.next(), Some(1));
        world.finish(1, failure());
    }
    let status = world.submit(1, 1000).unwrap().status;
    assert!(matches!(status, JobStatus::Declined { reason } if reason.contains("engine gone")));
    assert_eq!(world.next(), None);
}

fn unavailable(after: Option<Duration>) -> Outcome {
    Outcome::Again { reason: "engine gone".into(), after }
}

#[test]
fn job_should_rest_and_be_tried_again_until_its_deadline_when_the_engine_fails() {
    let mut world = World::new();
    world.submit(1, 10_000).unwrap();
    let mut attempts = 0;
    let began = world.now;
    while world.next().is_some() {
        attempts += 1;
        world.finish(1, unavailable(None));
        assert_eq!(world.status(1), Some(JobStatus::Pending));
        assert_eq!(world.next(), None, "it rests");
        let Some(pause) = world.pause() else { break };
        world.pass(u64::try_from(pause).unwrap() + 1);
    }
    assert!((5..40).contains(&attempts), "{attempts}");
    assert!(world.now - began >= Duration::from_millis(9_900), "{:?}", world.now - began);
    let status = world.status(1);
    assert_eq!(status, Some(JobStatus::Failed { reason: "engine gone".into() }));
    assert!(world.submit(1, 1_000).unwrap().queued, "a later deadline begins anew");
    assert_eq!(world.next(), Some(1));
}

#[test]
fn reason_should_be_the_engines_failure_when_the_deadline_stops_the_last_attempt() {
    let mut world = World::new();
    world.submit(1, 1_000).unwrap();
    world.next();
    world.finish(1, unavailable(None));
    world.pass(999);
    assert_eq!(world.next(), Some(1));
    world.pass(1);
    world.finish(1, Outcome::Late("stopped".into()));
    assert_eq!(world.status(1), Some(JobStatus::Failed { reason: "engine gone".into() }));
    world.submit(2, 1_000).unwrap();
    world.next();
    world.pass(1_000);
    world.finish(2, Outcome::Late("stopped".into()));
    assert_eq!(world.status(2), Some(JobStatus::Declined { reason: "stopped".into() }));
}

#[test]
fn job_should_rest_for_as_long_as_the_engine_asks() {
    let mut world = World::new();
    world.submit(1, 60_000).unwrap();
    world.next();
    world.finish(1, unavailable(Some(Duration::from_secs(2))));
    let pause = world.pause().unwrap();
    assert!((2_000..2_300).contains(&pause), "{pause}");
    world.submit(2, 100_000).unwrap();
    assert_eq!(world.next(), Some(2), "the lane goes on with other jobs");
    world.finish(2, answer());
    world.pass(2_300);
    assert_eq!(world.next(), Some(1));
    world.finish(1, answer());
    assert_eq!(world.status(1), Some(answer().into()));
}

#[test]
fn grade_should_go_before_every_answer() {
    let mut world = World::new();
    world.submit(1, 100).unwrap();
    world.submit_as(Class::Grade, 2, 5_000, 0).unwrap();
    world.submit_as(Class::Grade, 3, 4_000, 0).unwrap();
    assert_eq!([world.next(), world.next(), world.next()], [Some(3), Some(2), Some(1)]);
}

#[test]
fn work_ahead_should_be_what_runs_and_what_goes_first() {
    let mut world = World::new();
    world.submit_as(Class::Answer, 1, 9_000, 4_000).unwrap();
    world.next();
    world.submit_as(Class::Answer, 2, 9_000, 700).unwrap();
    world.submit_as(Class::Answer, 3, 50_000, 50).unwrap();
    world.submit_as(Class::Grade, 4, 50_000, 6).unwrap();
    world.pass(1_000);
    let ahead = |class, milliseconds| {
        let deadline = world.now + Duration::from_millis(milliseconds);
        world.jobs.ahead(world.now, 0, class, deadline).as_millis()
    };
    assert_eq!(ahead(Class::Answer, 20_000), 3_000 + 700 + 6);
    assert_eq!(ahead(Class::Answer, 60_000), 3_000 + 700 + 50 + 6);
    assert_eq!(ahead(Class::Grade, 1_000), 3_000);
}

#[test]
fn room_should_be_made_once_for_each_grade_that_needs_it() {
    let mut world = World::new();
    world.submit_as(Class::Answer, 1, 60_000, 50_000).unwrap();
    world.next();
    assert_eq!(world.jobs.needed_at(world.now, 0), None);
    world.submit_as(Class::Grade, 2, 15_000, 4_000).unwrap();
    world.submit_as(Class::Grade, 3, 15_500, 4_000).unwrap();
    let needed = world.jobs.needed_at(world.now, 0).unwrap() - world.now;
    assert_eq!(needed.as_millis(), 7_500, "both end in time");
    assert!(world.jobs.make_room(world.now, 0));
    let needed = world.jobs.needed_at(world.now, 0).unwrap() - world.now;
    assert_eq!(needed.as_millis(), 11_500);
    world.finish(1, unavailable(Some(Duration::ZERO)));
    assert_eq!([world.next(), world.next(), world.next()], [Some(2), Some(3), Some(1)]);
    assert!(!world.jobs.make_room(world.now, 0));
}

#[test]
fn late_answer_should_be_declined_and_start_anew_when_there_is_time() {
    let mut world = World::new();
    world.submit(1, 100).unwrap();
    world.next();
    world.pass(100);
    world.finish(1, Outcome::Late("stopped".into()));
    assert_eq!(world.status(1), Some(JobStatus::Declined { reason: "stopped".into() }));
    assert!(world.submit(1, 100).unwrap().queued);
}

#[test]
fn results_should_be_forgotten_by_number_and_age() {
    let mut world = World::new();
    for id in 0..6 {
        world.submit(id, 100).unwrap();
        world.next();
        world.finish(id, answer());
    }
    assert_eq!(world.jobs.remembered(), 3);
    assert_eq!([world.status(2), world.status(3)], [None, Some(answer().into())]);
    world.pass(60_000);
    world.submit(9, 100).unwrap();
    assert_eq!(world.jobs.remembered(), 0);
    assert_eq!(world.status(5), None);
}

#[test]
fn bounds_should_hold_when_operations_are_random() {
    let mut chance = Chance::new(5);
    for _ in 0..50 {
        let mut world = World::new();
        let mut running = HashSet::new();
        for _ in 0..400 {
            let id = chance.below(12) as u8;
            match chance.below(4) {
                0 => {
                    let _ = world.submit(id, chance.bits() % 80);
                }
                1 => {
                    if let Some(started) = world.next() {
                        assert!(running.insert(started as u8), "ran twice at once");
                    }
                }
                2 => {
                    let was_running = running.remove(&id);
                    let outcome = match chance.below(3) {
                        0 => answer(),
                        1 => failure(),
                        _ => unavailable(None),
                    };
                    let again = matches!(outcome, Outcome::Again { .. });
                    world.finish(id, outcome);
                    let pending = matches!(world.status(id), Some(JobStatus::Pending));
                    assert!(!was_running || pending == again);
                }
                _ => world.pass(chance.bits() % 30),
            }
            // Each job that ran may have come back to a full queue.
            assert!(world.jobs.queued() <= LIMITS.queue + 12);
            assert!(world.jobs.remembered() <= LIMITS.results);
            assert_eq!(world.jobs.running(), running.len());
            assert_eq!(
                world.jobs.jobs.len(),
                world.jobs.queued() + running.len() + world.jobs.remembered()
            );
        }
    }
}
