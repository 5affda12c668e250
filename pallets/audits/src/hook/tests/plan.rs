//! What is asked of the worker, and when it is too late to ask.

use super::{claim, on_a_node, sample, work};
use crate::hook::{
    memory::{remember, Found},
    plan::{in_turn, is_late, missing, replayable, with_text, Kind, MAX_JOBS_PER_RUN},
};
use waggle_primitives::audit::{embedding::Embedding, sample::MAX_SAMPLE_ANSWER_BYTES};

#[test]
fn answers_that_say_something_should_be_embedded() {
    assert_eq!(with_text(&sample()), [0, 2, 3]);
}

#[test]
fn answers_of_the_own_claim_should_be_replayed_when_all_of_them_is_kept() {
    assert_eq!(replayable(&sample(), Some(&claim(1))), [0, 3]);
    assert_eq!(replayable(&sample(), Some(&claim(2))), [2]);
    assert_eq!(replayable(&sample(), Some(&claim(3))), [0usize; 0]);
    assert_eq!(replayable(&sample(), None), [0usize; 0]);
    let mut cut = sample();
    let long = vec![b'x'; MAX_SAMPLE_ANSWER_BYTES as usize];
    cut.answers[0].text = long.try_into().unwrap();
    assert_eq!(replayable(&cut, Some(&claim(1))), [3], "more may have followed");
    cut.prompt = None;
    assert_eq!(replayable(&cut, Some(&claim(1))), [0usize; 0]);
    let (mut secret, mut of_secret) = (claim(1), sample());
    secret.model.weights = None;
    of_secret.answers[0].claim = Some(secret.clone());
    assert_eq!(replayable(&of_secret, Some(&secret)), [0usize; 0], "nobody else can have it");
}

#[test]
fn what_is_known_should_not_be_asked_again() {
    on_a_node(|agent| {
        let (key, work) = (agent.key(), work(5, 7));
        let both = |sample| [(sample, Kind::Embed), (sample, Kind::Replay)];
        assert_eq!(missing(&key, &work), [both(0), both(1)].concat());
        remember::<Embedding>(&key, &work, 1, Found::Nothing).unwrap();
        assert_eq!(missing(&key, &work), [&both(0)[..], &[(1, Kind::Replay)]].concat());
    });
}

#[test]
fn every_job_should_be_among_the_first_in_some_block() {
    let all: Vec<usize> = (0..10).collect();
    let first = |now| in_turn(all.clone(), now)[..MAX_JOBS_PER_RUN].to_vec();
    assert_eq!(first(0), first(63), "time for a job to be done");
    let seen: std::collections::BTreeSet<usize> = (0..640).flat_map(first).collect();
    assert_eq!(seen.len(), all.len());
    assert_eq!(in_turn(Vec::<u8>::new(), 77), [0u8; 0]);
}

#[test]
fn time_should_be_over_in_the_last_tenth_of_the_stage() {
    // 400 blocks of an epoch of 800, to block 100.
    assert!(!is_late(59, &work(5, 7), 800));
    assert!(is_late(60, &work(5, 7), 800));
    // A commit takes its time in short epochs too.
    assert!(!is_late(95, &work(5, 7), 20));
    assert!(is_late(96, &work(5, 7), 20));
}
