//! One digest over all of the protocol's arithmetic, to be compared between builds: native and
//! wasm, old and new.
//!
//! From a seed it plays rounds of made-up swarms, some graders silent, through seals, assignment,
//! final answers, weights, scores, winners, ratings, payments and examinations, and hashes every
//! result. Two builds that agree on a few seeds compute alike.

use crate::{
    assignment::{self, Draws},
    candidates::Candidates,
    choice::Question,
    final_answer::FinalAnswer,
    grades::GradeMatrix,
    rating::Estimator,
    rewards::{settle, ticket_price, Outcome, PaymentRules},
    rule::{Known, Rule, Verdict},
    seal::{encode_grades, SealContext},
    types::{AgentKey, Fixed, Grade, Hash32, RoundId, SealStep},
    weighting::Aggregation,
};
use alloc::vec::Vec;
use codec::Encode;
use sp_arithmetic::Perbill;
use sp_core::ConstU32;
use sp_crypto_hashing::blake2_256;

/// Sizes of the swarms that are played.
const SWARMS: [usize; 6] = [2, 3, 5, 10, 31, 100];
/// Rounds that each swarm plays.
const ROUNDS: RoundId = 3;
/// What a client pays, in units of the currency.
const REWARD: u128 = 20_000_000_000_001;
/// The rules by which each round is judged: all arithmetic that there is.
const RULES: [Rule; 5] = [
    Rule::Calibrated(Question::Closed),
    Rule::Calibrated(Question::Open),
    Rule::Separate { aggregation: Aggregation::Sharpened, estimator: Estimator::LeaveOneOut },
    Rule::Separate { aggregation: Aggregation::Precision, estimator: Estimator::LeaveOneOut },
    Rule::PAPER,
];

/// The digest of everything computed from `seed`.
pub fn digest(seed: &Hash32) -> Hash32 {
    let mut draws = Draws::new(seed);
    let mut digest = *seed;
    for n in SWARMS {
        let mut known: Vec<(Rule, Vec<Known>)> = RULES
            .into_iter()
            .map(|rule| (rule, (0..n).map(|_| rule.newcomer()).collect()))
            .collect();
        for round in 0..ROUNDS {
            let played = play(&mut draws, &digest, round, n);
            digest = (digest, &played.sealed).using_encoded(blake2_256);
            for (rule, known) in &mut known {
                let Played { seed, candidates, grades, .. } = &played;
                let Some(verdict) = rule.judge(known, candidates, grades, seed) else { continue };
                let examined = examined(rule, &verdict, &played);
                digest = (digest, outcome(&verdict, &played), examined).using_encoded(blake2_256);
                *known = verdict.after;
            }
        }
    }
    digest
}

/// What the agents of a made-up round did.
struct Played {
    seed: Hash32,
    /// Which answers are equal.
    candidates: Candidates,
    grades: GradeMatrix,
    /// The grades as sealed by a made-up agent: ciphertexts and commitments, encoded.
    sealed: Vec<u8>,
}

/// A round in which each place grades what is assigned to it, as the draws have it; one in eight
/// stays silent.
fn play(draws: &mut Draws, randomness: &Hash32, round: RoundId, n: usize) -> Played {
    let keys: Vec<Hash32> =
        (0..n).map(|place| (randomness, place as u64).using_encoded(blake2_256)).collect();
    let seed = assignment::seed(round, randomness, &keys);
    let assigned = assignment::assign(&seed, n);
    let mut sealed = Vec::new();
    let mut given = Vec::new();
    for (graded, key) in assigned.into_iter().zip(&keys) {
        let silent = draws.below(8) == 0;
        let grades: Vec<(usize, Grade)> = graded
            .into_iter()
            .filter(|_| !silent)
            .map(|answer| {
                (
                    answer,
                    u16::try_from(draws.below(10_001))
                        .ok()
                        .and_then(Grade::new)
                        .unwrap_or_default(),
                )
            })
            .collect();
        let plaintext = encode_grades(&grades.iter().map(|(_, grade)| *grade).collect::<Vec<_>>());
        let context = SealContext {
            scope: *randomness,
            round,
            agent: AgentKey::from_raw(*key),
            step: SealStep::Grades,
        };
        sealed.extend(context.seal::<ConstU32<1024>>(key, &plaintext).encode());
        given.push(grades);
    }
    let said: Vec<_> = (0..n).map(|_| made_up_answer(draws)).collect();
    let candidates = Candidates::of(&said);
    Played { seed, candidates, grades: GradeMatrix { given }, sealed }
}

/// The key of one of a few answers, written in one of two ways; of none now and then.
fn made_up_answer(draws: &mut Draws) -> Option<Hash32> {
    let answer = match draws.below(5) {
        0 => "**Answer:** 7.",
        1 => "It is seven.\nanswer:  7",
        2 => "Answer: X",
        3 => "x",
        _ => "?",
    };
    FinalAnswer::of(answer.as_bytes()).map(|answer| answer.key())
}

/// Everything that a round's settlement computes, encoded.
fn outcome(verdict: &Verdict, played: &Played) -> Vec<u8> {
    let Verdict { winner, scores, skill, judgements, after } = verdict;
    let known: Vec<_> = after.iter().map(|known| (known, described(known))).collect();
    (*winner as u64, scores, skill, judgements, known, payments(verdict, played)).encode()
}

/// What is known of the agents if the truth is what the first of them said, encoded.
fn examined(rule: &Rule, verdict: &Verdict, played: &Played) -> Vec<u8> {
    let candidates = &played.candidates;
    let places = 0..candidates.by_place().len();
    let right: Vec<bool> = places.map(|place| candidates.are_equal(0, place)).collect();
    let after = rule.examine(&verdict.after, &right, &played.grades);
    after.iter().map(|known| (known, described(known))).collect::<Vec<_>>().encode()
}

/// What everybody is paid and loses, and what goes to the client and the treasury.
fn payments(verdict: &Verdict, played: &Played) -> (Vec<u128>, Vec<u128>, u128, u128) {
    let rules = PaymentRules {
        winner_share: Perbill::from_percent(70),
        poor_answer_loss: Fixed::from_rational(7, 5),
        unwon_share: Perbill::zero(),
    };
    let Verdict { winner, scores, skill, .. } = verdict;
    let opened: Vec<usize> = (0..scores.len()).collect();
    let kept_word: Vec<bool> = played.grades.given.iter().map(|given| !given.is_empty()).collect();
    let payments = settle(
        &rules,
        &Outcome {
            reward: REWARD,
            ticket: ticket_price(&rules, 1, REWARD),
            committed: scores.len(),
            opened: &opened,
            kept_word: &kept_word,
            scores,
            candidates: &played.candidates,
            winner: *winner,
            is_won: true,
            skill,
        },
    );
    (payments.paid, payments.forfeited, payments.returned, payments.treasury)
}

/// All that is derived from what is known of an agent and stands in no [`Verdict`].
fn described(known: &Known) -> (Fixed, Fixed, Option<Fixed>, u32) {
    (known.rating(), known.bias(), known.quality(), known.rounds())
}

#[cfg(test)]
mod tests;
