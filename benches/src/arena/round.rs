//! One round, as the chain settles it: who grades whom, which answers are equal, scores, winner,
//! and what is learnt. All by `waggle-primitives`.

use super::worker::Worker;
use crate::draws::Draws;
use anyhow::Result;
use sp_crypto_hashing::blake2_256;
use waggle_primitives::{
    assignment::{assign, seed},
    candidates::Candidates,
    final_answer::FinalAnswer,
    grades::GradeMatrix,
    rule::{Known, Rule, Verdict},
    Fixed, Grade, Hash32,
};

/// What is known of the agents: by number in the line-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Records(pub Vec<Known>);

impl Records {
    /// This many agents, of which the chain's default rule knows nothing.
    pub fn newcomers(agents: usize) -> Self {
        Self(vec![Rule::default().newcomer(); agents])
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

/// Which of these answers are equal, by place, as the chain finds it: those that have the same
/// final answer.
pub fn candidates<'a>(answers: impl IntoIterator<Item = &'a str>) -> Candidates {
    let key = |answer: &str| FinalAnswer::of(answer.as_bytes()).map(|answer| answer.key());
    let keys: Vec<Option<Hash32>> = answers.into_iter().map(key).collect();
    Candidates::of(&keys)
}

/// One grader's grades: (place of the answer, grade) in the order of its assignment; empty if it
/// gave none.
pub type Given = Vec<(usize, Grade)>;

/// How a round ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// By place.
    pub scores: Vec<Fixed>,
    /// Place of the chosen answer; none if nobody graded, where the chain goes by what is known of
    /// the authors.
    pub winner: Option<usize>,
    /// By place: what is known of the agents after the round.
    pub after: Vec<Known>,
}

/// Settle a round by `rule`. `before`, `candidates` and `given` are by place.
pub fn settle(
    rule: Rule,
    before: &[Known],
    candidates: &Candidates,
    given: Vec<Given>,
    seed: &Hash32,
) -> Settled {
    let grades = GradeMatrix { given };
    let anybody_graded = grades.given.iter().any(|given| !given.is_empty());
    let verdict = rule.judge(before, candidates, &grades, seed).filter(|_| anybody_graded);
    match verdict {
        Some(Verdict { winner, scores, after, .. }) => {
            Settled { scores, winner: Some(winner), after }
        }
        None => Settled {
            scores: vec![Fixed::default(); before.len()],
            winner: None,
            after: before.to_vec(),
        },
    }
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
        let shown: Vec<&str> = graded[place].iter().map(|answer| text(*answer)).collect();
        let reference = (round.reference == Reference::Own).then(|| text(place));
        let grades = worker.grade(agent, prompt, reference, &shown)?.done().unwrap_or_default();
        Ok(graded[place].iter().copied().zip(grades).collect())
    })?;
    let given: Vec<Given> = places.iter().map(|agent| given[*agent].clone()).collect();
    let before: Vec<Known> = places.iter().map(|agent| records.0[*agent]).collect();
    let candidates = candidates((0..places.len()).map(text));
    let settled = settle(Rule::default(), &before, &candidates, given.clone(), &seed);
    for (agent, after) in places.iter().zip(&settled.after) {
        records.0[*agent] = *after;
    }
    Ok(Played { answers, places, given, settled })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_primitives::{rating::Estimator, weighting::Aggregation};

    #[test]
    fn answers_should_be_equal_when_they_end_alike() {
        let equal = candidates(["12", "that is\nAnswer: 12.", "13", " ", " ", "**12**"]);
        assert_eq!(equal.by_place(), [0, 0, 1, 2, 3, 0]);
    }

    #[test]
    fn settle_should_choose_what_the_graders_praise() {
        let (seed, graded) = assignment(1, 8);
        assert!(graded.iter().all(|places| places.len() == 2));
        let grade = |answer: usize| if answer == 5 { Grade::MAX } else { Grade::MIN };
        let given = graded
            .iter()
            .map(|places| places.iter().map(|answer| (*answer, grade(*answer))).collect());
        let (before, apart) = (Records::newcomers(8).0, Candidates::apart(8));
        let settled = settle(Rule::default(), &before, &apart, given.collect(), &seed);
        assert_eq!(settled.winner, Some(5));
        assert_ne!(settled.after, before);
        let ungraded = settle(Rule::default(), &before, &apart, vec![Vec::new(); 8], &seed);
        assert_eq!((ungraded.winner, ungraded.after), (None, before));
    }

    #[test]
    fn settle_should_let_equal_answers_bear_each_other_out_under_the_default_only() {
        let (seed, graded) = assignment(2, 8);
        let grade = |answer: usize| match answer {
            5 => Grade::MAX,
            1 | 2 => Grade::new(7_500).unwrap(),
            _ => Grade::MIN,
        };
        let given: Vec<Given> = graded
            .iter()
            .map(|places| places.iter().map(|answer| (*answer, grade(*answer))).collect())
            .collect();
        let equal = candidates(["a", "12", "Answer: 12", "b", "c", "13", "d", "e"]);
        let winner = |rule: Rule| {
            settle(rule, &Records::newcomers(8).0, &equal, given.clone(), &seed).winner
        };
        assert!([Some(1), Some(2)].contains(&winner(Rule::default())));
        let separate = Rule::Separate {
            aggregation: Aggregation::Sharpened,
            estimator: Estimator::LeaveOneOut,
        };
        assert_eq!(winner(separate), Some(5));
    }

    /// The experiments settle by the default of `waggle-primitives`; the runtime names its rule in
    /// one place.
    #[test]
    fn rule_should_be_the_runtimes() {
        let runtime = include_str!("../../../runtime/src/configs/protocol.rs");
        let line = runtime.lines().find(|line| line.contains("const JudgingRule")).unwrap();
        let written = line.rsplit(" = ").next().unwrap().trim_end_matches(';');
        let rule = written.replace("Rule::", "").replace("Question::", "");
        assert!(rule == "default()" || rule == format!("{:?}", Rule::default()), "{line}");
    }
}
