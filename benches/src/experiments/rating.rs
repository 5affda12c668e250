//! Rating estimation (paper figs. 3–5): how well grading abilities are estimated after 10, 100 and
//! 1 000 rounds, by the paper's estimator and by the chain's until spec version 5, when each answer
//! is graded by a third of the swarm and when by all.
//!
//! Ten agents with noises from 0.05 to 0.5 and no bias. The true σ of an agent is the root mean
//! square of grade less quality, levels and limits of the scale included: what eq. 4 of the paper
//! means to estimate.

use crate::{
    assigning::Assigning,
    draws::Draws,
    effort::Bench,
    output::{rounded, Confidence, Output},
    plot::{write_plot, Figure, Panel, Series},
    statistics::{mean, mean_absolute_error, spearman, Estimate},
    world::{five_levels, Agent, World},
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::rating::Estimator;

/// After how many rounds is looked.
pub const ROUNDS: [usize; 3] = [10, 100, 1_000];
/// Agents of each world.
const AGENTS: usize = 10;
/// Worlds for each figure.
const WORLDS: usize = 64;

/// How many answers each agent grades.
pub const ASSIGNMENTS: [(Assigning, usize); 2] =
    [(Assigning::Balanced, 3), (Assigning::Everybody, AGENTS - 1)];
/// The estimators and their names in `rating.csv`; the default is that of [`Estimator`].
pub const ESTIMATORS: [(Estimator, &str); 2] =
    [(Estimator::Paper, "paper"), (Estimator::LeaveOneOut, "default")];

/// One line of `rating.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Rounds learnt from.
    pub rounds: usize,
    /// Answers that each agent grades.
    pub k: usize,
    /// Name of the estimator.
    pub estimator: &'static str,
    /// Correlation of ranks of estimated and true σ.
    pub spearman: f64,
    /// Mean absolute error of the estimated σ.
    pub mae: f64,
}

/// The noise of an agent.
fn noise(agent: usize) -> f64 {
    0.05 + 0.45 * agent as f64 / (AGENTS - 1) as f64
}

/// True σ of each agent, by 200 000 grades each.
pub fn true_sigmas() -> Vec<f64> {
    (0..AGENTS)
        .map(|agent| {
            let mut draws = Draws::of("rating/truth", agent);
            let squares: Vec<f64> = (0..200_000)
                .map(|_| {
                    let quality = draws.uniform();
                    let said = five_levels(quality + noise(agent) * draws.gaussian());
                    (f64::from(said.basis_points()) / 10_000.0 - quality).powi(2)
                })
                .collect();
            mean(&squares).sqrt()
        })
        .collect()
}

/// Estimated σ of each agent after each number of [`ROUNDS`] up to `most`, in one world.
fn estimate(
    draws: Draws,
    assigning: Assigning,
    estimator: Estimator,
    most: usize,
) -> Vec<Vec<f64>> {
    let mut world =
        World::new(draws, (0..AGENTS).map(|agent| Agent::honest(noise(agent), 0.0)).collect());
    ROUNDS
        .iter()
        .filter(|rounds| **rounds <= most)
        .map(|rounds| {
            let more = rounds - world.round;
            world.live(assigning, estimator, more);
            world.records.iter().map(|record| record.sigma().to_float()).collect()
        })
        .collect()
}

/// Rounds, Spearman's correlation, mean absolute error.
pub type After = (usize, Estimate, Estimate);

fn spearman_of(after: &After) -> Estimate {
    after.1
}

fn error_of(after: &After) -> Estimate {
    after.2
}

/// Spearman and mean absolute error after each number of rounds up to `most`.
pub fn measure(
    bench: &Bench,
    (assigning, k): (Assigning, usize),
    estimator: Estimator,
    most: usize,
) -> Vec<After> {
    let truth = true_sigmas();
    // Both estimators see the same worlds.
    let worlds = bench.over_worlds(&format!("rating/{k}"), WORLDS, |draws| {
        estimate(draws, assigning, estimator, most)
    });
    ROUNDS
        .iter()
        .enumerate()
        .filter(|(_, rounds)| **rounds <= most)
        .map(|(i, rounds)| {
            let of = |score: fn(&[f64], &[f64]) -> f64| {
                Estimate::of(
                    &worlds.iter().map(|world| score(&world[i], &truth)).collect::<Vec<_>>(),
                )
            };
            (*rounds, of(spearman), of(mean_absolute_error))
        })
        .collect()
}

/// Write `rating.csv` and the plots.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let mut lines = Vec::new();
    let mut confidences = Vec::new();
    let mut panels: Vec<Panel> =
        ["Spearman's correlation with the true σ", "mean absolute error of σ"]
            .into_iter()
            .zip([(0.5, 1.0), (0.0, 0.3)])
            .map(|(title, y_range)| Panel {
                title: title.to_owned(),
                x_label: "rounds learnt from".to_owned(),
                y_label: if y_range.1 == 1.0 {
                    "correlation".to_owned()
                } else {
                    "error of σ (1 = whole scale)".to_owned()
                },
                categories: ROUNDS.iter().map(ToString::to_string).collect(),
                y_range,
                log: false,
                series: Vec::new(),
            })
            .collect();
    for assignment in ASSIGNMENTS {
        for estimator in ESTIMATORS {
            let k = assignment.1;
            let measured = measure(bench, assignment, estimator.0, 1_000);
            for (rounds, rank, error) in &measured {
                let line = Line {
                    rounds: *rounds,
                    k,
                    estimator: estimator.1,
                    spearman: rounded(rank.mean),
                    mae: rounded(error.mean),
                };
                confidences.push(Confidence::of(&[rounds, &k, &estimator.1], "spearman", *rank));
                confidences.push(Confidence::of(&[rounds, &k, &estimator.1], "mae", *error));
                lines.push(line);
            }
            for (panel, of) in
                panels.iter_mut().zip([spearman_of as fn(&After) -> Estimate, error_of])
            {
                let points = measured
                    .iter()
                    .enumerate()
                    .map(|(i, m)| (i as f64, of(m).mean, of(m).half_width))
                    .collect();
                panel.series.push(Series {
                    name: format!("{}, k = {k}", estimator.1),
                    points,
                    joined: true,
                });
            }
        }
    }
    output.write("rating.csv", &lines)?;
    output.write("rating-confidence.csv", &confidences)?;
    let title = "Estimating how well ten agents grade".to_owned();
    write_plot(&Figure { title, columns: 2, panels }, &output.path("rating"))?;
    scatter(output)
}

/// Estimated and true σ of each agent in one world, as the paper shows it.
fn scatter(output: &Output) -> Result<()> {
    let truth = true_sigmas();
    let estimated: Vec<Vec<Vec<f64>>> = ESTIMATORS
        .iter()
        .map(|(estimator, _)| {
            estimate(Draws::of("rating/scatter", 0), Assigning::Balanced, *estimator, 1_000)
        })
        .collect();
    let panels = ROUNDS
        .iter()
        .enumerate()
        .map(|(i, rounds)| {
            let points = |sigmas: &[f64]| {
                sigmas.iter().enumerate().map(|(p, s)| (p as f64, *s, 0.0)).collect()
            };
            let mut series =
                vec![Series { name: "true σ".to_owned(), points: points(&truth), joined: true }];
            for ((_, name), estimated) in ESTIMATORS.iter().zip(&estimated) {
                series.push(Series {
                    name: format!("{name}'s estimate"),
                    points: points(&estimated[i]),
                    joined: false,
                });
            }
            Panel {
                title: format!("after {rounds} rounds"),
                x_label: "agent, from careful to careless".to_owned(),
                y_label: "σ (1 = whole scale)".to_owned(),
                categories: (1..=AGENTS).map(|agent| agent.to_string()).collect(),
                y_range: (0.0, 0.6),
                log: false,
                series,
            }
        })
        .collect();
    let title =
        "Estimated and true σ of ten agents in one world, k = 3 (the paper's figures 3 to 5)"
            .to_owned();
    write_plot(&Figure { title, columns: 3, panels }, &output.path("rating-agents"))
}
