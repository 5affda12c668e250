//! What adversaries achieve as others read it: a table for people, a line of JSON for programs, a
//! line of `audit-adversaries.csv` for the page.

use super::measuring::{Figure, Measured, EPOCHS};
use crate::output::rounded;
use serde::Serialize;

/// A line of `audit-adversaries.csv`, or an object of `--json`. All numbers are parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    adversary: &'static str,
    note: String,
    flagged: f64,
    suspended_2: f64,
    suspended_4: f64,
    suspended_8: f64,
    honest_suspended: f64,
}

impl From<&Figure> for Line {
    fn from(figure: &Figure) -> Self {
        let [suspended_2, suspended_4, suspended_8] = figure.rates.suspended.map(rounded);
        Self {
            adversary: figure.adversary,
            note: figure.note.clone(),
            flagged: rounded(figure.rates.flagged),
            suspended_2,
            suspended_4,
            suspended_8,
            honest_suspended: rounded(figure.rates.honest_suspended),
        }
    }
}

/// A table of all figures.
pub fn table(measured: &Measured) -> String {
    let width = |of: fn(&Figure) -> &str| {
        measured.figures.iter().map(|figure| of(figure).chars().count()).max().unwrap_or(0)
    };
    let (kinds, notes) = (width(|figure| figure.adversary), width(|figure| figure.note.as_str()));
    let mut text = format!(
        "{} cells, {EPOCHS} epochs of {} prompts in each; suspended within 2, 4 and 8 epochs\n  \
         {:kinds$}  {:notes$}  flagged        2        4        8  honest ones\n",
        measured.cells, measured.prompts, "adversary", "what it does"
    );
    for figure in &measured.figures {
        let [two, four, eight] = figure.rates.suspended.map(|part| part * 100.0);
        text += &format!(
            "  {:kinds$}  {:notes$}  {:5.1} %  {two:5.1} %  {four:5.1} %  {eight:5.1} %  \
             {:9.2} %\n",
            figure.adversary,
            figure.note,
            figure.rates.flagged * 100.0,
            figure.rates.honest_suspended * 100.0
        );
    }
    text
}
