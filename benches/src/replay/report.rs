//! Figures of a replay as others read them: a table for people, a line of JSON for programs, a
//! line of `replay.csv` for the page.

use super::{measuring::Figures, rules::ByRule};
use crate::{output::rounded, statistics::Estimate};
use serde::Serialize;

/// A table of a set's figures, with 95 % confidence intervals over the plays.
pub fn table(figures: &Figures) -> String {
    let Figures { set, questions, answers, graders, seeds, .. } = figures;
    let ring = figures.ring.as_ref();
    let of_ring = ring.map(|ring| format!(", a ring of {:.0} %", ring.share * 100.0));
    let mut text = format!(
        "{set}: {questions} questions, {answers} answers, {graders} graders, {seeds} plays{}\n",
        of_ring.unwrap_or_default()
    );
    let above = if ring.is_some() { "ring wins" } else { "" };
    text += format!("  {:<13}{:<17}{above}", "choice", "mean truth").trim_end();
    text += "\n";
    let shown = |Estimate { mean, half_width }| format!("{mean:.3} ± {half_width:.3}");
    let picked = figures.picked.map(Some);
    let wins = ByRule {
        majority: ring.map(|ring| ring.wins.majority),
        version_3: ring.map(|ring| ring.wins.version_3),
        default: ring.map(|ring| ring.wins.default),
    };
    for (choice, truth, wins) in [
        ("random", Some(figures.random), None),
        ("best author", Some(figures.best_author), None),
        ("majority", picked.majority, wins.majority),
        ("version 3", picked.version_3, wins.version_3),
        ("default", picked.default, wins.default),
        ("oracle", Some(figures.oracle), None),
    ] {
        let cell = |estimate: Option<Estimate>| estimate.map(shown).unwrap_or_default();
        text += format!("  {choice:<13}{:<17}{}", cell(truth), cell(wins)).trim_end();
        text += "\n";
    }
    text
}

/// A set's figures as one object; the fields of a ring only where there is one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Object {
    set: String,
    questions: usize,
    random: f64,
    best_author: f64,
    majority: f64,
    version_3: f64,
    default: f64,
    oracle: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ring_wins: Option<Wins>,
}

/// Part of the rounds that the ring wins under each rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Wins {
    majority: f64,
    version_3: f64,
    default: f64,
}

fn of(estimate: Estimate) -> f64 {
    rounded(estimate.mean)
}

impl From<&Figures> for Object {
    fn from(figures: &Figures) -> Self {
        let picked = figures.picked.map(of);
        let wins = figures.ring.as_ref().map(|ring| ring.wins.map(of));
        Self {
            set: figures.set.clone(),
            questions: figures.questions,
            random: of(figures.random),
            best_author: of(figures.best_author),
            majority: picked.majority,
            version_3: picked.version_3,
            default: picked.default,
            oracle: of(figures.oracle),
            ring: figures.ring.as_ref().map(|ring| ring.share),
            ring_wins: wins.map(|ByRule { majority, version_3, default }| Wins {
                majority,
                version_3,
                default,
            }),
        }
    }
}

/// A line of `replay.csv`: a set without a ring (of share 0), or with one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    set: String,
    questions: usize,
    answers: usize,
    graders: usize,
    ring: f64,
    random: f64,
    best_author: f64,
    majority: f64,
    version_3: f64,
    default: f64,
    oracle: f64,
    majority_ring_wins: Option<f64>,
    version_3_ring_wins: Option<f64>,
    default_ring_wins: Option<f64>,
}

impl From<&Figures> for Line {
    fn from(figures: &Figures) -> Self {
        let object = Object::from(figures);
        Self {
            set: object.set,
            questions: object.questions,
            answers: figures.answers,
            graders: figures.graders,
            ring: object.ring.unwrap_or_default(),
            random: object.random,
            best_author: object.best_author,
            majority: object.majority,
            version_3: object.version_3,
            default: object.default,
            oracle: object.oracle,
            majority_ring_wins: object.ring_wins.map(|wins| wins.majority),
            version_3_ring_wins: object.ring_wins.map(|wins| wins.version_3),
            default_ring_wins: object.ring_wins.map(|wins| wins.default),
        }
    }
}
