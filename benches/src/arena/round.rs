//! One round, as the chain settles it: who grades whom, scores, winner, ratings. All by
//! `waggle-primitives`.

use super::worker::Worker;
use crate::draws::Draws;
use anyhow::Result;
use sp_crypto_hashing::blake2_256;
use waggle_primitives::{
    assignment::{assign, seed},
    consensus::Comparisons,
    grades::GradeMatrix,
    rating::{update, Estimator},
    record::RatingRecord,
    score::{scores, winner},
    weighting::{weights, Aggregation},
    Fixed, Grade, Hash32,
};

/// What is known of how the agents grade: by number in the line-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Records(pub Vec<RatingRecord>);

impl Records {
    /// This many agents, of which nothing is known.
    pub fn newcomers(agents: usize) -> Self {
        Self(vec![RatingRecord::default(); agents])
    }
}

/// Whether graders see their own answer with the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// As the node does it.
    Own,
    /// Only prompt and candidate.
    None,
}

/// What makes one round unlike another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Draws assignment and ties.
    pub number: u64,
    /// Draws the answers: see [`Worker::ask`].
    pub draw: u64,
    /// What the graders see.
    pub reference: Reference,
}

/// Seed and assignment of a round with the answers of `places` agents: `graded[j]` are the places
/// whose answers the agent at place j grades. The chain takes randomness and keys from blocks and
/// agents; here they follow from the number.
pub fn assignment(number: u64, places: usize) -> (Hash32, Vec<Vec<usize>>) {
    let mut draws = Draws::of("arena/assignment", number as usize);
    let keys: Vec<Hash32> = (0..places).map(|_| draws.hash()).collect();
    let seed = seed(number, &draws.hash(), &keys);
    let graded = assign(&seed, places);
    (seed, graded)
}

/// One grader's grades: (place of the answer, grade) in the order of its assignment; empty if it
/// gave none.
pub type Given = Vec<(usize, Grade)>;

/// How a round ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// By place.
    pub scores: Vec<Fixed>,
    /// Place of the chosen answer; none if nobody graded, where the chain cancels the round.
    pub winner: Option<usize>,
    /// By place: what is known of the graders after the round.
    pub after: Vec<RatingRecord>,
}

/// Settle a round. `before` and `given` are by place.
pub fn settle(
    aggregation: Aggregation,
    before: &[RatingRecord],
    given: Vec<Given>,
    seed: &Hash32,
) -> Settled {
    let matrix = GradeMatrix { given };
    if matrix.given.iter().all(Vec::is_empty) {
        return Settled {
            scores: vec![Fixed::default(); before.len()],
            winner: None,
            after: before.to_vec(),
        };
    }
    let scores = scores(aggregation, &weights(aggregation, before, &matrix), &matrix);
    let winner = winner(&scores, seed);
    let after = update(Estimator::default(), before, &Comparisons::of(before, &matrix));
    Settled { scores, winner, after }
}

/// A round that was played.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// By number in the line-up; none where the agent declined.
    pub answers: Vec<Option<String>>,
    /// The agents that answered: number in the line-up, by place.
    pub places: Vec<usize>,
    /// By place: what each grader said.
    pub given: Vec<Given>,
    /// How it ended.
    pub settled: Settled,
}

impl Played {
    /// The answer that the client gets.
    pub fn winning_answer(&self) -> Option<&str> {
        let agent = *self.places.get(self.settled.winner?)?;
        self.answers.get(agent)?.as_deref()
    }
}

/// Ask all agents of `worker`, let them grade each other, settle by the chain's default rule, and
/// learn from it.
///
/// # Errors
/// If the worker fails. Agents that decline are no error: they are not in the round, or give no
/// grades.
pub fn play(worker: &Worker, prompt: &str, round: &Round, records: &mut Records) -> Result<Played> {
    let draw = u64::from_le_bytes(
        blake2_256(&codec::Encode::encode(&(round.number, round.draw)))[..8].try_into()?,
    );
    let answers: Vec<Option<String>> =
        worker.ask_all(prompt, draw)?.into_iter().map(super::worker::Reply::done).collect();
    play_answers(worker, prompt, answers, round, records)
}

/// As [`play`], with these answers instead of the agents' own: attacks, copies, junk.
///
/// # Errors
/// As [`play`].
pub fn play_answers(
    worker: &Worker,
    prompt: &str,
    answers: Vec<Option<String>>,
    round: &Round,
    records: &mut Records,
) -> Result<Played> {
    let places: Vec<usize> = (0..answers.len()).filter(|agent| answers[*agent].is_some()).collect();
    let text = |place: usize| {
        places.get(place).and_then(|agent| answers.get(*agent)?.as_deref()).unwrap_or_default()
    };
    let (seed, graded) = assignment(round.number, places.len());
    let given = worker.over_models(|agent| {
        let Some(place) = places.iter().position(|other| *other == agent) else {
            return Ok(Given::new());
        };
        let candidates: Vec<&str> = graded[place].iter().map(|answer| text(*answer)).collect();
        let reference = (round.reference == Reference::Own).then(|| text(place));
        let grades =
            worker.grade(agent, prompt, reference, &candidates)?.done().unwrap_or_default();
        Ok(graded[place].iter().copied().zip(grades).collect())
    })?;
    let given: Vec<Given> = places.iter().map(|agent| given[*agent].clone()).collect();
    let before: Vec<RatingRecord> = places.iter().map(|agent| records.0[*agent]).collect();
    let settled = settle(Aggregation::default(), &before, given.clone(), &seed);
    for (agent, after) in places.iter().zip(&settled.after) {
        records.0[*agent] = *after;
    }
    Ok(Played { answers, places, given, settled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settle_should_choose_what_the_graders_praise() {
        let (seed, graded) = assignment(1, 8);
        assert!(graded.iter().all(|places| places.len() == 2));
        let grade = |answer: usize| if answer == 5 { Grade::MAX } else { Grade::MIN };
        let given = graded
            .iter()
            .map(|places| places.iter().map(|answer| (*answer, grade(*answer))).collect());
        let before = Records::newcomers(8).0;
        let settled = settle(Aggregation::default(), &before, given.collect(), &seed);
        assert_eq!(settled.winner, Some(5));
        assert_ne!(settled.after, before);
        assert_eq!(
            settle(Aggregation::default(), &before, vec![Vec::new(); 8], &seed).winner,
            None
        );
    }

    /// The experiments settle with the default of `waggle-primitives`; the runtime names its rule
    /// in one place.
    #[test]
    fn rule_should_be_the_runtimes() {
        let runtime = include_str!("../../../runtime/src/configs/protocol.rs");
        let line = runtime.lines().find(|line| line.contains("const ScoreAggregation")).unwrap();
        let rule = line.rsplit("::").next().unwrap().trim_end_matches(';');
        assert!(rule == "default()" || rule == format!("{:?}", Aggregation::default()), "{line}");
    }
}
