//! Figures of audits as others read them: a table for people, a line of JSON for programs, a line
//! of `audits.csv` for the page.

use super::{epochs::Test, measuring::Figure, records::Records};
use crate::output::rounded;
use serde::Serialize;

/// A line of `audits.csv`, or an object of `--json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    claim: String,
    actual: String,
    test: Test,
    prompts: u32,
    answers: usize,
    power: f64,
    false_positives: f64,
}

impl From<&Figure> for Line {
    fn from(figure: &Figure) -> Self {
        Self {
            claim: figure.claim.clone(),
            actual: figure.actual.clone(),
            test: figure.test,
            prompts: figure.prompts.round() as u32,
            answers: figure.answers,
            power: rounded(figure.power),
            false_positives: rounded(figure.false_positives),
        }
    }
}

/// A table of all figures.
pub fn table(records: &Records, figures: &[Figure]) -> String {
    let width = |of: fn(&Figure) -> &String, name: &str| {
        figures.iter().map(|figure| of(figure).chars().count()).max().unwrap_or(0).max(name.len())
    };
    let claims = width(|figure| &figure.claim, "claim");
    let actuals = width(|figure| &figure.actual, "actual");
    let (runs, models) = (records.runs.len(), records.models().len());
    let mut text = format!(
        "{runs} runs, each held out once; {models} models, {} dimensions\n  {:claims$}  \
         {:actuals$}  test        prompts  answers    power  false positives\n",
        records.dimensions, "claim", "actual"
    );
    for figure in figures {
        let test = match figure.test {
            Test::Contrast => "contrast",
            Test::Sequential => "sequential",
            Test::Distance => "distance",
        };
        text += &format!(
            "  {:claims$}  {:actuals$}  {test:<10}  {:7.1}  {:7}  {:5.1} %  {:13.3} %\n",
            figure.claim,
            figure.actual,
            figure.prompts,
            figure.answers,
            figure.power * 100.0,
            figure.false_positives * 100.0
        );
    }
    text
}
