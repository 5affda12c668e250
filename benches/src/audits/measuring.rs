//! Every run held out once, every claim against every model: how often who runs another model is
//! flagged, and how often who runs what it claims.
//!
//! A claim's threshold is the chain's, or more where its references, each judged without itself,
//! say so: the margin that 1 % of their own epochs exceed. Nothing of the run that is held out goes
//! into it.

use super::{
    epochs::{margin, play, Outcome, Test},
    evidence::References,
    records::{Answers, Records},
};
use crate::effort::Bench;
use anyhow::{ensure, Result};
use std::collections::BTreeMap;
use waggle_primitives::{
    audit::{contrast::ContrastRules, standing::FLAGS_THAT_SUSPEND},
    types::Fixed,
};

/// Independent worlds for each run, claim and model.
const WORLDS: usize = 100;
/// Epochs of each world.
const EPOCHS: usize = 100;
/// The part of a claim's own epochs that may be above its threshold.
const ABOVE_THRESHOLD: f64 = 0.01;

/// What a test is worth on one claim and one model, over all runs that were held out.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What the member declares.
    pub claim: String,
    /// What it runs.
    pub actual: String,
    /// How it is tested.
    pub test: Test,
    /// Prompts of an epoch; where a test may end early, what it took on average.
    pub prompts: f64,
    /// Answers of the actual model that epochs were drawn from.
    pub answers: usize,
    /// The part of its epochs that are flagged, one by one.
    pub power: f64,
    /// The part of the epochs of a member that runs what it claims which are flagged, as is the
    /// epoch before: those that suspend it.
    pub false_positives: f64,
}

/// A member of one model that claims one, in a run that was held out.
struct Cell {
    claim: String,
    actual: String,
    answers: usize,
    /// By [`Test::ALL`]: the part of the epochs that are flagged, and the mean of their prompts.
    tests: [(f64, f64); 3],
}

/// What the tests are worth on these records, with epochs of so many prompts, or of as many as
/// there are questions.
///
/// # Errors
/// If no model has answers enough in two runs.
pub fn measure(bench: &Bench, records: &Records, prompts: usize) -> Result<Vec<Figure>> {
    let mut cells = Vec::new();
    for (run, answered) in &records.runs {
        let claims: BTreeMap<&str, Answers> = records
            .models()
            .into_iter()
            .map(|model| (model, records.without(run, model)))
            .filter(|(_, answers)| !answers.is_empty())
            .collect();
        for (claim, claimed) in &claims {
            let others = claims.iter().filter(|(name, _)| *name != claim);
            let references = References::of(claimed, others.map(|(_, answers)| answers));
            let trial = Trial { bench, name: format!("audits/{run}/{claim}"), claim, references };
            let registered = answered.iter().filter(|(name, _)| claims.contains_key(name.as_str()));
            for (actual, answers) in registered {
                cells.extend(trial.cell(actual, answers, prompts));
            }
        }
    }
    let figures = figures(&cells);
    let least = ContrastRules::default().least_prompts;
    ensure!(
        !figures.is_empty(),
        "nothing can be held out: no model has answers to {least} questions in one run, and two \
         answers to each of them in others, where another model has two as well"
    );
    Ok(figures)
}

/// A claim, while one run is held out.
struct Trial<'a> {
    bench: &'a Bench,
    /// Seeds its draws.
    name: String,
    claim: &'a str,
    references: References<'a>,
}

impl Trial<'_> {
    /// What the tests say of a member that runs `actual` and gave these answers; nothing if they
    /// are to too few questions, or there is no other claim.
    fn cell(&self, actual: &str, answers: &Answers, prompts: usize) -> Option<Cell> {
        let evidence = self.references.judge(answers);
        let prompts = prompts.min(evidence.len());
        if self.references.others() == 0
            || prompts < ContrastRules::default().least_prompts as usize
        {
            return None;
        }
        let (rules, others) = (self.rules(prompts), self.references.others());
        let name = format!("{}/{actual}", self.name);
        let worlds = self.bench.over_worlds(&name, WORLDS, |mut draws| {
            let epoch = |_| play(&evidence, others, prompts, &rules, &mut draws);
            (0..EPOCHS).map(epoch).collect::<Vec<[Outcome; 3]>>()
        });
        let count = (WORLDS * EPOCHS) as f64;
        let tests = [0usize, 1, 2].map(|test| {
            let outcomes = || worlds.iter().flatten().map(move |outcomes| outcomes[test]);
            let flagged = outcomes().filter(|outcome| outcome.is_flagged()).count() as f64;
            let took = outcomes().map(|outcome| f64::from(outcome.prompts)).sum::<f64>();
            (flagged / count, took / count)
        });
        let answers = evidence.iter().map(Vec::len).sum();
        Some(Cell { claim: self.claim.to_owned(), actual: actual.to_owned(), answers, tests })
    }

    /// The chain's rules, with the threshold that the references ask for.
    fn rules(&self, prompts: usize) -> ContrastRules {
        let (themselves, others) = (self.references.judge_themselves(), self.references.others());
        let name = format!("{}/threshold", self.name);
        let worlds = self.bench.over_worlds(&name, WORLDS, |mut draws| {
            let epoch = |_| margin(&themselves, others, prompts, &mut draws);
            (0..EPOCHS).filter_map(epoch).collect::<Vec<Fixed>>()
        });
        let mut margins: Vec<Fixed> = worlds.into_iter().flatten().collect();
        margins.sort_unstable();
        let above = (margins.len() as f64 * ABOVE_THRESHOLD) as usize;
        let asked = margins.iter().rev().nth(above).copied().unwrap_or_default();
        let chains = ContrastRules::default();
        ContrastRules { threshold: chains.threshold.max(asked), ..chains }
    }
}

/// What the cells say together: of each claim and each other model, the mean over the runs.
fn figures(cells: &[Cell]) -> Vec<Figure> {
    let mut pairs: BTreeMap<(&str, &str), Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        pairs.entry((cell.claim.as_str(), cell.actual.as_str())).or_default().push(cell);
    }
    let mut figures = Vec::new();
    for ((claim, actual), runs) in pairs.iter().filter(|((claim, actual), _)| claim != actual) {
        let Some(honest) = pairs.get(&(*claim, *claim)) else { continue };
        for (place, test) in Test::ALL.into_iter().enumerate() {
            // Epochs of one member are drawn independently of each other.
            let row = |(flagged, _): (f64, f64)| flagged.powi(FLAGS_THAT_SUSPEND as i32);
            let mean = |cells: &[&Cell], of: &dyn Fn((f64, f64)) -> f64| {
                cells.iter().map(|cell| of(cell.tests[place])).sum::<f64>() / cells.len() as f64
            };
            figures.push(Figure {
                claim: (*claim).to_owned(),
                actual: (*actual).to_owned(),
                test,
                prompts: mean(runs, &|(_, prompts)| prompts),
                answers: runs.iter().map(|cell| cell.answers).sum(),
                power: mean(runs, &|(flagged, _)| flagged),
                false_positives: mean(honest, &row),
            });
        }
    }
    figures
}
