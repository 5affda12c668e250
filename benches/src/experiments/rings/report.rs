//! What is measured, as files: `rings.csv` with one line for each case, `rings.toml`, the figure.

use super::{measure, Adversary, Case, Figures, Junk, Questions, SHARES, SIZES};
use crate::{
    effort::{Bench, Effort},
    output::{rounded, Output},
    page::{number, rows, text, Row},
    paths::provenance,
    plot::{write_plot, Figure, Panel, Series},
    statistics::{Estimate, Frequency},
};
use anyhow::Result;
use serde::Serialize;

/// A line of `rings.csv`: how often the adversary wins, with the 95 % interval, and how good the
/// picked answers are, with half the width of theirs; and the adversary's part of graders' pay.
#[derive(Debug, Serialize)]
struct Line {
    questions: &'static str,
    n: usize,
    adversary: &'static str,
    junk: &'static str,
    share: f64,
    rounds: usize,
    majority_wins: f64,
    majority_wins_from: f64,
    majority_wins_to: f64,
    version_3_wins: f64,
    version_3_wins_from: f64,
    version_3_wins_to: f64,
    default_wins: f64,
    default_wins_from: f64,
    default_wins_to: f64,
    majority: f64,
    majority_half_width: f64,
    version_3: f64,
    version_3_half_width: f64,
    default: f64,
    default_half_width: f64,
    best: f64,
    version_3_pay: f64,
    default_pay: f64,
}

impl From<&Figures> for Line {
    fn from(figures: &Figures) -> Self {
        let ends = |wins: Frequency| [wins.part, wins.from, wins.to].map(rounded);
        let wins = figures.wins.map(ends);
        let width = |of: Estimate| [of.mean, of.half_width].map(rounded);
        let quality = figures.quality.map(width);
        Self {
            questions: figures.questions.name(),
            n: figures.n,
            adversary: figures.case.adversary.name(),
            junk: figures.case.junk.name(),
            share: figures.case.share,
            rounds: figures.rounds,
            majority_wins: wins.majority[0],
            majority_wins_from: wins.majority[1],
            majority_wins_to: wins.majority[2],
            version_3_wins: wins.version_3[0],
            version_3_wins_from: wins.version_3[1],
            version_3_wins_to: wins.version_3[2],
            default_wins: wins.default[0],
            default_wins_from: wins.default[1],
            default_wins_to: wins.default[2],
            majority: quality.majority[0],
            majority_half_width: quality.majority[1],
            version_3: quality.version_3[0],
            version_3_half_width: quality.version_3[1],
            default: quality.default[0],
            default_half_width: quality.default[1],
            best: rounded(figures.best.mean),
            version_3_pay: rounded(figures.pay.version_3.mean),
            default_pay: rounded(figures.pay.default.mean),
        }
    }
}

/// Write `rings.csv`, `rings.toml` and the figure. A fast run leaves the largest swarms out.
///
/// # Errors
/// If a file cannot be written.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let sizes = match bench.effort {
        Effort::Full => &SIZES[..],
        Effort::Fast => &SIZES[..2],
    };
    let cases = Case::all();
    let mut lines: Vec<Line> = Vec::new();
    for questions in Questions::ALL {
        for n in sizes {
            lines.extend(measure(bench, questions, *n, &cases).iter().map(Line::from));
        }
    }
    output.write("rings.csv", &lines)?;
    let (date, commit) = provenance(output);
    let text =
        format!("# The run that wrote rings.csv.\ndate = \"{date}\"\ncommit = \"{commit}\"\n");
    std::fs::write(output.path("rings.toml"), text)?;
    draw(output)
}

/// Draw `ring-kinds`, as SVG and PNG, from `rings.csv`: how often copied junk wins.
///
/// # Errors
/// If the file cannot be read or a plot cannot be written.
pub fn draw(output: &Output) -> Result<()> {
    let mut rows = rows(output, "rings.csv")?;
    rows.retain(|row| text(row, "junk") == Junk::Copied.name());
    let mut panels = Vec::new();
    for adversary in Adversary::ALL.into_iter().filter(|other| *other != Adversary::Nobody) {
        for n in SIZES {
            let is_here = |row: &&Row| {
                text(row, "adversary") == adversary.name() && text(row, "n") == n.to_string()
            };
            let here: Vec<&Row> = rows.iter().filter(is_here).collect();
            if !here.is_empty() {
                panels.push(panel(adversary, n, &here));
            }
        }
    }
    let title = "How often junk in copies wins a round, by rule and kind of adversary".to_owned();
    write_plot(&Figure { title, columns: 3, panels }, &output.path("ring-kinds"))
}

fn panel(adversary: Adversary, n: usize, rows: &[&Row]) -> Panel {
    let series = |questions: Questions, rule: &str, column: &str| {
        let own = rows.iter().filter(|row| text(row, "questions") == questions.name());
        let point = |(share, row): (usize, &&Row)| {
            let of = |end: &str| number(row, &format!("{column}{end}"));
            // The figure's bars are as long on both sides.
            let half_width = (of("") - of("_from")).max(of("_to") - of(""));
            (share as f64, of(""), half_width)
        };
        Series {
            name: format!("{rule}, {}", questions.name()),
            points: own.enumerate().map(point).collect(),
            joined: true,
        }
    };
    let rules = [("version 3", "version_3_wins"), ("default", "default_wins")];
    let series_of =
        |questions: Questions| rules.map(|(rule, column)| series(questions, rule, column));
    Panel {
        title: format!("{}, {n} agents", adversary.name()),
        x_label: "part of the seats, %".to_owned(),
        y_label: "part of the rounds that it wins".to_owned(),
        categories: SHARES.iter().map(|share| format!("{:.0}", share * 100.0)).collect(),
        y_range: (0.0, 1.0),
        log: false,
        series: Questions::ALL.into_iter().flat_map(series_of).collect(),
    }
}
