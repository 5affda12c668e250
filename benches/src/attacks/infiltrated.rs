//! The swarm with two adversarial agents in it: how often it is right, and what they get out of it.
//! Ratings are learnt as the rounds go by, by everybody.

use super::cases::Asked;
use crate::{
    arena::{
        assignment, candidates, settle, AgentRole, Given, LineUp, Mind, Records, Reply, Rubric,
        Worker,
    },
    grading::book::{Book, Request},
    output::rounded,
    statistics::mean,
};
use anyhow::Result;
use indicatif::ProgressBar;
use serde::Serialize;
use std::path::Path;
use waggle_primitives::rule::{Known, Rule};

/// Under which name the judgements are kept: the models grade as they were taught, with all
/// defences.
const RUBRIC: &str = "all";

/// How often each question is asked.
const TIMES: u64 = 10;

/// Its kind, its seed, and whether it has a model behind it.
type Adversary = (&'static str, u64, bool);

/// Which two are added.
const PAIRS: [(&str, [Adversary; 2]); 6] = [
    ("an injecting and a lazy one", [("injecting", 1, true), ("lazy", 1, false)]),
    ("two injecting ones", [("injecting", 1, true), ("injecting", 2, true)]),
    ("two lazy ones", [("lazy", 1, false), ("lazy", 2, false)]),
    ("two buggy ones", [("buggy", 1, true), ("buggy", 2, true)]),
    ("two copying ones", [("copying", 1, false), ("copying", 2, false)]),
    ("a ring of two", [("colluding", 1, false), ("colluding", 1, false)]),
];

/// A line of `infiltrated.csv`. Shares are of 1.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Which two.
    pub adversaries: &'static str,
    /// How often the swarm with them is right.
    pub accuracy: f64,
    /// And the same honest agents without them.
    pub accuracy_without: f64,
    /// Their share of the rounds won.
    pub wins: f64,
    /// Their share of the agents.
    pub fair_share: f64,
    /// The mean of their ratings in the end.
    pub rating: f64,
    /// And of the honest agents'.
    pub rating_honest: f64,
    /// How many rounds.
    pub rounds: usize,
}

/// The swarm of `line_up`, with every adversary after it.
pub fn with_all(line_up: &LineUp) -> LineUp {
    let mut agents = line_up.agents.clone();
    let behind = agents
        .iter()
        .find(|agent| matches!(agent.mind, Mind::Model { .. }))
        .map(|agent| agent.model.clone());
    for (kind, seed, needs_model) in PAIRS.iter().flat_map(|(_, pair)| pair) {
        let name = format!("{kind} {seed}");
        // A ring has two members of one name, which speak with one voice.
        let mind =
            Mind::Adversary { kind, seed: *seed, behind: behind.clone().filter(|_| *needs_model) };
        if !agents.iter().any(|agent| agent.name == name) {
            agents.push(AgentRole {
                model: name.clone(),
                name,
                directory: Path::new("").into(),
                mind,
            });
        }
    }
    LineUp { agents }
}

/// Every pair with the swarm of `line_up`, on the questions of `pool`, which must hold what that
/// swarm answers. `book` is one of the agents of [`with_all`].
///
/// # Errors
/// If the worker fails.
pub fn run(
    program: &Path,
    line_up: &LineUp,
    pool: &[Asked],
    book: &mut Book,
    bar: &ProgressBar,
) -> Result<Vec<Line>> {
    let (honest, all) = (line_up.agents.len(), with_all(line_up));
    let worker = Worker::start(program, &all, &Rubric::bundled())?;
    let mut answers = Vec::new();
    for asked in pool {
        let mut said = asked.answers.clone();
        for agent in honest..all.agents.len() {
            said.push(worker.ask(agent, &asked.question.prompt, 0).map(Reply::done)?);
        }
        answers.push(said);
    }
    let mut requests = Vec::new();
    for (asked, said) in pool.iter().zip(&answers) {
        for (agent, own) in said.iter().enumerate() {
            let texts = said.iter().flatten().map(|text| Request {
                agent,
                prompt: asked.question.prompt.clone(),
                reference: own.clone(),
                candidates: vec![text.clone()],
            });
            requests.extend(texts.filter(|request| request.reference.is_some()));
        }
    }
    let left = book.missing(RUBRIC, requests);
    bar.set_length(left.iter().map(|request| request.candidates.len() as u64).sum());
    book.collect(RUBRIC, &worker, left, bar)?;
    let swarm: Vec<usize> = (0..honest).collect();
    let alone = play(book, pool, &answers, &swarm, honest);
    let lines = PAIRS.iter().map(|(name, pair)| {
        let foes = pair.iter().filter_map(|(kind, seed, _)| {
            all.agents.iter().position(|agent| agent.name == format!("{kind} {seed}"))
        });
        let members: Vec<usize> = swarm.iter().copied().chain(foes).collect();
        let with = play(book, pool, &answers, &members, honest);
        Line {
            adversaries: name,
            accuracy: rounded(with.accuracy),
            accuracy_without: rounded(alone.accuracy),
            wins: rounded(with.wins),
            fair_share: rounded(pair.len() as f64 / members.len() as f64),
            rating: rounded(mean(&with.ratings[honest..])),
            rating_honest: rounded(mean(&with.ratings[..honest])),
            rounds: with.rounds,
        }
    });
    Ok(lines.collect())
}

struct Season {
    accuracy: f64,
    wins: f64,
    ratings: Vec<f64>,
    rounds: usize,
}

/// All questions, each several times with other assignments, with `members` as the swarm.
fn play(
    book: &Book,
    pool: &[Asked],
    answers: &[Vec<Option<String>>],
    members: &[usize],
    honest: usize,
) -> Season {
    let mut records = Records::newcomers(members.len()).0;
    let (mut right, mut won) = (Vec::new(), Vec::new());
    for draw in 0..TIMES {
        for (number, (asked, said)) in pool.iter().zip(answers).enumerate() {
            let present: Vec<usize> =
                (0..members.len()).filter(|place| said[members[*place]].is_some()).collect();
            let text = |place: usize| said[members[present[place]]].as_deref().unwrap_or_default();
            let (seed, graded) = assignment(number as u64 * TIMES + draw, present.len());
            let given = graded.iter().enumerate().map(|(place, judged)| {
                let agent = members[present[place]];
                let grade = |answer: &usize| {
                    let (prompt, own) = (&asked.question.prompt, said[agent].as_deref());
                    Some((*answer, book.grade(RUBRIC, agent, prompt, own, text(*answer))?))
                };
                judged.iter().map(grade).collect::<Option<Given>>().unwrap_or_default()
            });
            let before: Vec<Known> = present.iter().map(|place| records[*place]).collect();
            let candidates = candidates((0..present.len()).map(text));
            let settled = settle(Rule::default(), &before, &candidates, given.collect(), &seed);
            for (place, known) in present.iter().zip(settled.after) {
                records[*place] = known;
            }
            right.push(share(
                settled.winner.is_some_and(|place| asked.question.is_right(text(place))),
            ));
            won.push(share(settled.winner.is_some_and(|place| members[present[place]] >= honest)));
        }
    }
    let ratings = records.iter().map(|known| known.rating().to_float()).collect();
    Season { accuracy: mean(&right), wins: mean(&won), ratings, rounds: right.len() }
}

fn share(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}
