//! Grinding: how much more often a ring wins when the author of a block may choose among seeds,
//! under the paper's rule (a block hash that its author can change at will) and under the chain's
//! (the author's VRF output and all agents' keys).
//!
//! The ring is a fifth of 30 agents; it has graded honestly for 100 rounds, so that its word
//! counts, and turns in the round that is measured: best grades for its own answers, worst for all
//! others. At the time of the draw all answers are open, so it can foresee scores well: it is taken
//! to know every quality, and chooses the seed under which its best answer leads by most if all
//! others graded without error. Its gain is its part of wins beyond that with one seed. Scores and
//! ratings are by the chain's rule until spec version 5, in which every answer stands by itself.
//!
//! Under the chain's rule block contents do not change the seed; what an author can choose is the
//! slot. It knows its own VRF outputs in advance:
//! - `vrf-skip`: the author of the block that ends the opening may leave its slot, for the next
//!   author's unknown output;
//! - `vrf-late-opening`: one of the ring keeps its key back until one of the ring's own slots
//!   within the opening phase, and chooses among those. Costs nothing as long as it opens before
//!   the deadline;
//! - `vrf-fixed-block`: a proposal: the output of the block in which answers could first be opened,
//!   whenever the opening ends. Who keeps a key back then changes nothing, and an author decides on
//!   its slot before honest keys are known; what is left is to forfeit the ticket of one of the
//!   ring: a second seed, among one agent fewer.

use crate::{
    assigning::Assigning,
    baselines::Pooling,
    draws::Draws,
    effort::Bench,
    output::{rounded, Confidence, Output},
    plot::{write_plot, Figure, Panel, Series},
    statistics::Estimate,
    world::{five_levels, part_of, Agent, Grading, World},
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::{
    grades::GradeMatrix,
    rating::Estimator,
    score::{scores, winner},
    weighting::{weights, Aggregation},
    Hash32,
};

/// How many seeds an author tries.
pub const TRIES: [usize; 4] = [1, 10, 100, 1_000];
/// Agents of the swarm.
const AGENTS: usize = 30;
/// Part of them, and of the validators, that the ring has.
const RING: f64 = 0.2;
/// Blocks of the opening phase: `OPENING_ANSWERS_BLOCKS` of the runtime.
const OPENING_ANSWERS_BLOCKS: usize = 20;
/// Rounds in each world in which the ring turns.
const TURNS: usize = 40;
/// Worlds.
const WORLDS: usize = 64;

/// Where the seed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A block hash that its author can change.
    ParentHash,
    /// The chain's rule; the author may skip its slot.
    VrfSkip,
    /// The chain's rule; one of the ring opens late.
    VrfLateOpening,
    /// The proposal.
    VrfFixedBlock,
}

impl Source {
    /// All.
    pub const ALL: [Source; 4] =
        [Source::ParentHash, Source::VrfSkip, Source::VrfLateOpening, Source::VrfFixedBlock];

    /// The name in `grinding.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Source::ParentHash => "parent-hash",
            Source::VrfSkip => "vrf-skip",
            Source::VrfLateOpening => "vrf-late-opening",
            Source::VrfFixedBlock => "vrf-fixed-block",
        }
    }
}

/// One line of `grinding.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Block hashes that the author tries.
    pub tries: usize,
    /// Where the seed comes from.
    pub rule: &'static str,
    /// Part of the rounds that the ring wins, less that with one seed.
    pub gain: f64,
}

/// One turn of the ring, before the draw.
struct Turn<'a> {
    world: &'a World,
    qualities: Vec<f64>,
    weights: Vec<f64>,
}

impl Turn<'_> {
    /// By how much the ring's best answer is foreseen to lead under this seed.
    fn foreseen_lead(&self, seed: &Hash32) -> f64 {
        let grades = self.grades(seed, |quality| quality);
        let none = vec![0.0; AGENTS];
        let pooling = Pooling {
            weights: &self.weights,
            biases: &none,
            prior_weight: 1.0 / 0.26,
            prior_grade: 0.5,
        };
        let best = |ring: bool, scores: &[f64]| {
            let of = scores.iter().zip(&self.world.agents).filter(|(_, agent)| agent.ring == ring);
            of.map(|(score, _)| *score).fold(f64::MIN, f64::max)
        };
        let scores = pooling.scores(&grades);
        best(true, &scores) - best(false, &scores)
    }

    fn grades(&self, seed: &Hash32, mut honest: impl FnMut(f64) -> f64) -> GradeMatrix {
        let agents = &self.world.agents;
        let given = Assigning::Balanced
            .assign(seed, &self.world.records)
            .into_iter()
            .enumerate()
            .map(|(grader, graded)| {
                let mut grade = |answer: usize| match agents[grader].ring {
                    true => five_levels(f64::from(u8::from(agents[answer].ring))),
                    false => five_levels(honest(self.qualities[answer])),
                };
                graded.into_iter().map(|answer| (answer, grade(answer))).collect()
            })
            .collect();
        GradeMatrix { given }
    }

    /// Of these seeds, the one that the ring likes best.
    fn favourite(&self, seeds: &[Hash32]) -> Hash32 {
        let leads = seeds.iter().map(|seed| (self.foreseen_lead(seed), seed));
        leads.max_by(|(a, _), (b, _)| a.total_cmp(b)).map_or([0; 32], |(_, seed)| *seed)
    }

    /// Whether the ring wins under this seed, once honest graders have made their errors.
    fn is_won(&self, seed: &Hash32, draws: &mut Draws) -> bool {
        let noises: Vec<f64> =
            self.world.agents.iter().map(|agent| agent.truth().map_or(0.0, |(n, _)| n)).collect();
        let mut grades = self.grades(seed, |quality| quality);
        for (grader, given) in
            grades.given.iter_mut().enumerate().filter(|(grader, _)| noises[*grader] > 0.0)
        {
            if !self.world.agents[grader].ring {
                for (answer, grade) in given {
                    *grade =
                        five_levels(self.qualities[*answer] + noises[grader] * draws.gaussian());
                }
            }
        }
        let weights = weights(Aggregation::Sharpened, &self.world.records, &grades);
        let winner = winner(&scores(Aggregation::Sharpened, &weights, &grades), seed).unwrap_or(0);
        self.world.agents[winner].ring
    }
}

/// The ring's part of wins in each world, for a number of tries; those who cannot try get the same
/// for all.
pub fn measure(bench: &Bench, source: Source, tries: usize) -> Vec<f64> {
    // The same worlds for all sources.
    bench.over_worlds("grinding", WORLDS, |draws| play_world(draws, source, tries))
}

/// Wins beyond the usual ones, world by world.
pub fn gain(won: &[f64], usual: &[f64]) -> Estimate {
    Estimate::of(&won.iter().zip(usual).map(|(won, usual)| won - usual).collect::<Vec<_>>())
}

fn play_world(mut draws: Draws, source: Source, tries: usize) -> f64 {
    let ring = part_of(AGENTS, RING);
    let mut agents: Vec<Agent> = (0..AGENTS)
        .map(|number| Agent::honest(0.05 + 0.45 * (number % 24) as f64 / 23.0, 0.0))
        .collect();
    agents.iter_mut().skip(AGENTS - ring).enumerate().for_each(|(i, agent)| {
        agent.grading =
            Grading::Honest { noise: 0.05 + 0.45 * i as f64 / (ring - 1) as f64, bias: 0.0 };
        agent.ring = true;
    });
    let seed_of_turns = draws.hash();
    let mut world = World::new(draws, agents);
    world.live(Assigning::Balanced, Estimator::LeaveOneOut, 100);
    let no_grades = GradeMatrix { given: vec![vec![(0, Default::default())]; AGENTS] };
    let known = weights(Aggregation::Sharpened, &world.records, &no_grades).weights;
    let mut won = 0.0;
    for turn in 0..TURNS {
        let mut draws = Draws::of(&format!("grinding/{seed_of_turns:?}"), turn);
        let qualities = (0..AGENTS).map(|_| draws.uniform()).collect();
        let turn = Turn {
            world: &world,
            qualities,
            weights: known.iter().map(|w| w.to_float()).collect(),
        };
        let seed = choose_seed(&turn, source, tries, &mut draws);
        won += f64::from(u8::from(turn.is_won(&seed, &mut draws)));
    }
    won / TURNS as f64
}

fn choose_seed(turn: &Turn<'_>, source: Source, tries: usize, draws: &mut Draws) -> Hash32 {
    let mut seeds = |count: usize| (0..count).map(|_| draws.hash()).collect::<Vec<_>>();
    match source {
        Source::ParentHash => {
            let seeds = seeds(tries);
            turn.favourite(&seeds)
        }
        Source::VrfSkip => {
            // What an unknown seed is worth on average is what it compares its own with.
            let (own, next, samples) =
                (draws.hash(), draws.hash(), (0..16).map(|_| draws.hash()).collect::<Vec<_>>());
            let usual = samples.iter().map(|seed| turn.foreseen_lead(seed)).sum::<f64>()
                / samples.len() as f64;
            let is_author = draws.chance(RING);
            if is_author && turn.foreseen_lead(&own) < usual {
                next
            } else {
                own
            }
        }
        Source::VrfLateOpening => {
            let own_slots = (0..OPENING_ANSWERS_BLOCKS).filter(|_| draws.chance(RING)).count();
            let seeds: Vec<Hash32> = (0..own_slots.max(1)).map(|_| draws.hash()).collect();
            turn.favourite(&seeds)
        }
        Source::VrfFixedBlock => {
            let seeds = seeds(2);
            turn.favourite(&seeds)
        }
    }
}

/// Write `grinding.csv` and its plot.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let usual = measure(bench, Source::ParentHash, 1);
    let mut lines = Vec::new();
    let mut confidences = Vec::new();
    let mut series = Vec::new();
    for source in Source::ALL {
        let mut points = Vec::new();
        let mut constant: Option<Vec<f64>> = None;
        for (i, tries) in TRIES.into_iter().enumerate() {
            // Trying hashes changes nothing under the other rules: one measurement stands for all.
            let won = match constant.take() {
                Some(won) if source != Source::ParentHash => won,
                _ => measure(bench, source, tries),
            };
            let gain = gain(&won, &usual);
            lines.push(Line { tries, rule: source.name(), gain: rounded(gain.mean) });
            confidences.push(Confidence::of(&[&tries, &source.name()], "gain", gain));
            let won_by = Estimate::of(&won);
            points.push((i as f64, won_by.mean, won_by.half_width));
            constant = Some(won);
        }
        series.push(Series { name: source.name().to_owned(), points, joined: true });
    }
    output.write("grinding.csv", &lines)?;
    output.write("grinding-confidence.csv", &confidences)?;
    let panel = Panel {
        title: "A ring of 6 among 30, with a fifth of the validators".to_owned(),
        x_label: "block hashes that the author tries".to_owned(),
        y_label: "part of the rounds that the ring wins".to_owned(),
        categories: TRIES.iter().map(ToString::to_string).collect(),
        y_range: (0.0, 1.0),
        log: false,
        series,
    };
    let title = "What choosing the seed is worth".to_owned();
    write_plot(&Figure { title, columns: 2, panels: vec![panel] }, &output.path("grinding"))
}
