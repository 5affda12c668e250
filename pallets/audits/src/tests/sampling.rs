//! Which rounds are kept, and what of them.

use super::scene::*;
use crate::{mock::*, Samples, Sampling, Samplings};
use frame_support::assert_ok;
use std::collections::BTreeSet;
use waggle_primitives::{
    audit::sample::{
        chosen, slot, MAX_SAMPLES, MAX_SAMPLE_ANSWERS, MAX_SAMPLE_ANSWER_BYTES,
        MAX_SAMPLE_PROMPT_BYTES,
    },
    traits::{SampledRound, SampledRounds, TakenAnswer},
};

/// The rounds that are kept of an epoch, by number of the sample.
fn kept(epoch: u32) -> Vec<u64> {
    let rounds = (0..MAX_SAMPLES).map_while(|number| Samples::<Test>::get((DOMAIN, epoch), number));
    rounds.map(|sample| sample.round).collect()
}

/// Keep a round with this prompt and this answer. Returns what is kept.
fn keep(prompt: Vec<u8>, text: Vec<u8>) -> crate::Sample<AccountId> {
    let round = Rounds::get();
    Rounds::set(round + 1);
    let seed = seed_of(round);
    assert_eq!(Audits::wanted(DOMAIN, System::block_number(), &seed, 1), [0]);
    let answers = vec![TakenAnswer { owner: 1, text, kept_word: true }];
    Audits::keep(DOMAIN, &seed, SampledRound { round, prompt, answers });
    Samples::<Test>::get((DOMAIN, 0), round as u32).expect("it is kept")
}

#[test]
fn rounds_should_be_kept_with_claims_and_answers() {
    build_and_execute(|| {
        audit(AUDITORS);
        all_claim(&SWARM);
        let answers = [(1, vec![b'A', 1, 0]), (8, vec![b'B', 8, 0]), (5, Vec::new())];
        assert!(judged(&answers));
        let sample = Samples::<Test>::get((DOMAIN, 0), 0).unwrap();
        assert_eq!((sample.round, sample.prompt.unwrap().into_inner()), (0, b"Why?".to_vec()));
        let claims = [Some(claim(b'A')), None, Some(claim(b'B'))];
        for ((taken, (owner, text)), claim) in sample.answers.iter().zip(answers).zip(claims) {
            assert_eq!(taken.owner, owner);
            assert_eq!(taken.kept_word, !text.is_empty());
            assert_eq!(taken.text.to_vec(), text);
            assert_eq!(taken.claim, claim);
        }
        assert_eq!(sample.answers.len(), 3);
    });
}

#[test]
fn more_rounds_than_fit_should_be_a_reservoir() {
    build_and_execute(|| {
        audit(AUDITORS);
        let mut expected = Vec::new();
        for round in 0..150u32 {
            let is_kept = judged(&[(1, vec![b'A', 1, 1])]);
            let place = slot(&seed_of(round.into()), round);
            assert_eq!(is_kept, place.is_some());
            match place {
                Some(place) if place as usize == expected.len() => expected.push(u64::from(round)),
                Some(place) => expected[place as usize] = round.into(),
                None => {}
            }
        }
        let sampling = Sampling { epoch: 0, rounds: 150, samples: MAX_SAMPLES };
        assert_eq!(Samplings::<Test>::get(DOMAIN), Some(sampling));
        assert_eq!(kept(0), expected);
        let different: BTreeSet<_> = expected.iter().collect();
        assert_eq!(different.len(), MAX_SAMPLES as usize);
        assert!(expected.iter().any(|round| *round < 32) && expected.iter().any(|it| *it >= 32));
        // All of them are audited.
        begin_epoch(1);
        work_through(all_honest);
        next_block();
        assert_eq!(Samples::<Test>::iter().count(), 0);
    });
}

#[test]
fn answers_should_be_drawn_where_there_are_too_many() {
    build_and_execute(|| {
        audit(AUDITORS);
        let answers: Vec<_> =
            (1..=40u64).map(|owner| (owner, vec![b'A', owner as u8, 0])).collect();
        assert!(judged(&answers));
        let sample = Samples::<Test>::get((DOMAIN, 0), 0).unwrap();
        let owners: Vec<_> = sample.answers.iter().map(|answer| answer.owner).collect();
        let drawn = chosen(&seed_of(0), 40).into_iter().map(|index| AccountId::from(index) + 1);
        assert_eq!(owners, drawn.collect::<Vec<_>>());
        assert_eq!(owners.len(), MAX_SAMPLE_ANSWERS as usize);
    });
}

#[test]
fn long_answers_should_be_cut_between_characters() {
    build_and_execute(|| {
        audit(AUDITORS);
        let most = MAX_SAMPLE_ANSWER_BYTES as usize;
        let kept_of = |text: &[u8]| keep(b"Why?".to_vec(), text.to_vec()).answers[0].text.to_vec();
        for (before, character, left) in [
            (most - 1, "e", most),
            (most, "e", most),
            (most - 2, "é", most),
            (most - 1, "é", most - 1),
            (most - 2, "€", most - 2),
            (most - 1, "€", most - 1),
            (most - 3, "😀", most - 3),
            (most - 4, "😀", most),
        ] {
            let text = format!("{}{character}{}", "a".repeat(before), "b".repeat(9));
            let cut = text.as_bytes()[..left].to_vec();
            assert_eq!(kept_of(text.as_bytes()), cut, "{character} after {before} bytes");
            assert!(String::from_utf8(cut).is_ok());
        }
        assert_eq!(kept_of(b"short"), b"short");
        // What is no UTF-8 is cut somewhere.
        assert_eq!(kept_of(&[0b1011_1111; 9_000]).len(), most - 3);
    });
}

#[test]
fn long_prompts_should_not_be_kept() {
    build_and_execute(|| {
        audit(AUDITORS);
        let most = MAX_SAMPLE_PROMPT_BYTES as usize;
        assert!(keep(vec![b'?'; most], b"yes".to_vec()).prompt.is_some());
        let sample = keep(vec![b'?'; most + 1], b"yes".to_vec());
        assert_eq!(sample.prompt, None);
        assert_eq!(sample.answers.len(), 1);
    });
}

#[test]
fn rounds_should_not_be_kept_where_nobody_audits() {
    build_and_execute(|| {
        assert!(!judged(&[(1, vec![b'A', 1, 1])]));
        audit(AUDITORS);
        assert!(!judged(&[]), "nobody answered");
        let (domain, seed) = (DOMAIN + 1, seed_of(0));
        assert!(Audits::wanted(domain, System::block_number(), &seed, 3).is_empty());
        let round = SampledRound { round: 0, prompt: Vec::new(), answers: Vec::new() };
        Audits::keep(domain, &seed, round);
        assert_eq!(Samples::<Test>::iter().count(), 0);
        assert_eq!(Samplings::<Test>::iter().count(), 0);
    });
}

#[test]
fn rounds_of_an_earlier_epoch_should_not_count() {
    build_and_execute(|| {
        audit(AUDITORS);
        begin_epoch(1);
        let answers = [(1, vec![b'A', 1, 1])];
        assert!(!judged_late(EPOCH_BLOCKS - 1, &answers));
        assert_eq!(Samplings::<Test>::get(DOMAIN).map(|sampling| sampling.rounds), Some(0));
        assert!(judged_late(EPOCH_BLOCKS, &answers));
        assert_eq!(Samplings::<Test>::get(DOMAIN).map(|sampling| sampling.rounds), Some(1));
    });
}

#[test]
fn every_epoch_should_be_sampled_anew() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 40);
        begin_epoch(1);
        play(&SWARM, 1);
        assert_eq!(kept(1), [40]);
        let sampling = Sampling { epoch: 1, rounds: 1, samples: 1 };
        assert_eq!(Samplings::<Test>::get(DOMAIN), Some(sampling));
        assert_ok!(Audits::do_try_state());
    });
}
