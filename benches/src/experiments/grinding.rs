//! Grinding: how much more often a ring wins when the author of a block may choose among seeds,
//! under the paper's rule (a block hash that its author can change at will) and under the chain's,
//! now and until spec version 5 (an author's VRF output and the keys of all who opened).
//!
//! The ring is a fifth of 30 agents (or 10, or 100); it has graded honestly for 100 rounds, so
//! that its word counts, and turns in the round that is measured: best grades for its own
//! answers, worst for all others. At the time of the draw all answers are open, so it can foresee
//! scores well: it is taken to know every quality, and chooses the seed under which its best
//! answer leads by most if all others graded without error. Its gain is its part of wins beyond
//! that with one seed. Scores and ratings are by the chain's rule until spec version 5, in which
//! every answer stands by itself.
//!
//! Until spec version 5 the VRF output was that of the block that ended the opening. Block contents
//! do not change it; what an author can choose is the slot, since it knows its own outputs in
//! advance:
//! - `vrf-skip`: the author of that block may leave its slot, for the next author's unknown output;
//! - `vrf-late-opening`: one of the ring keeps its key back until one of the ring's own slots
//!   within the opening phase, and chooses among those. Costs nothing as long as it opens before
//!   the deadline.
//!
//! Today it is that of the block that ended answering. Who opens late changes nothing, and its
//! author decides on its slot before honest keys are known. Two ways are left:
//! - `vrf-fixed-block`: the ring of m opens last, knows the seed with each of its keys and without,
//!   and keeps at most one back: 1 + m seeds, for the ticket of whoever kept its key back. With
//!   `two-tickets` it may keep two back, which makes 1 + m + m(m − 1)/2. With `one-if-needed` it
//!   keeps one back only where it foresees to lose with all of them open, and to win without one;
//! - `vrf-replaced-block`: the ring has a primary slot before that block is final, and makes
//!   another one in its place: two seeds, and no ticket. The figure is for rounds in which it can
//!   (docs/finality.md says in how many that is).

use super::capture::PAYMENT;
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
    assignment::assign,
    grades::GradeMatrix,
    rating::Estimator,
    record::RatingRecord,
    score::{scores, winner},
    weighting::{weights, Aggregation},
    Hash32,
};

/// How many seeds an author tries.
pub const TRIES: [usize; 4] = [1, 10, 100, 1_000];
/// Agents of the swarm, where nothing else is said.
const AGENTS: usize = 30;
/// Other swarms, for what keeping a key back is worth there.
const OTHER_SWARMS: [usize; 2] = [10, 100];
/// Part of them, and of the validators, that the ring has.
const RING: f64 = 0.2;
/// Blocks of the opening phase: `OPENING_ANSWERS_BLOCKS` of the runtime.
const OPENING_ANSWERS_BLOCKS: usize = 20;
/// Rounds in each world in which the ring turns.
const TURNS: usize = 40;
/// Worlds.
const WORLDS: usize = 64;

/// Where the seed comes from, and what the ring may do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A block hash that its author can change.
    ParentHash,
    /// The rule until spec version 5; the author may skip its slot.
    VrfSkip,
    /// The same; one of the ring opens late.
    VrfLateOpening,
    /// The chain's rule; one of the ring may keep its key back.
    VrfFixedBlock,
    /// The same; two of the ring may.
    TwoTickets,
    /// The same; one of the ring may, and does only if that turns a round.
    OneIfNeeded,
    /// The chain's rule; the ring may put another block in the place of the one that draws.
    VrfReplacedBlock,
}

impl Source {
    /// All.
    pub const ALL: [Source; 7] = [
        Source::ParentHash,
        Source::VrfSkip,
        Source::VrfLateOpening,
        Source::VrfFixedBlock,
        Source::TwoTickets,
        Source::OneIfNeeded,
        Source::VrfReplacedBlock,
    ];

    /// The name in `grinding.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Source::ParentHash => "parent-hash",
            Source::VrfSkip => "vrf-skip",
            Source::VrfLateOpening => "vrf-late-opening",
            Source::VrfFixedBlock => "vrf-fixed-block",
            Source::TwoTickets => "two-tickets",
            Source::OneIfNeeded => "one-if-needed",
            Source::VrfReplacedBlock => "vrf-replaced-block",
        }
    }

    /// The numbers of block hashes that are tried under it; elsewhere one says it of all.
    fn tries(self) -> &'static [usize] {
        match self {
            Source::ParentHash => &TRIES,
            _ => &[1],
        }
    }
}

/// One line of `grinding.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Agents of the swarm, a fifth of them in the ring.
    pub agents: usize,
    /// Block hashes that the author tries.
    pub tries: usize,
    /// Where the seed comes from.
    pub rule: &'static str,
    /// Seeds among which the ring chooses, on average.
    pub seeds: f64,
    /// Tickets that it loses a round by its choice, on average.
    pub tickets: f64,
    /// Part of the rounds that the ring wins, less that with one seed.
    pub gain: f64,
    /// The price of a ticket, in rewards, at which the ring's choice brings nothing. 0 where it
    /// loses no tickets.
    pub break_even: f64,
}

/// What came of the turns in one world, on average.
#[derive(Clone, Copy, Debug, Default)]
pub struct Played {
    /// Part of them that the ring won.
    pub won: f64,
    /// Seeds among which it chose.
    pub seeds: f64,
    /// Keys that it kept back.
    pub tickets: f64,
}

/// A seed that the ring can have.
struct Choice {
    seed: Hash32,
    /// Who must keep its key back for it.
    absent: Vec<usize>,
}

impl Choice {
    /// One under which everybody opens.
    fn of(seed: Hash32) -> Self {
        Self { seed, absent: Vec::new() }
    }

    /// Who opens, by place.
    fn present(&self, agents: usize) -> Vec<usize> {
        (0..agents).filter(|agent| !self.absent.contains(agent)).collect()
    }
}

/// One turn of the ring, before the draw.
struct Turn<'a> {
    world: &'a World,
    qualities: Vec<f64>,
    weights: Vec<f64>,
}

impl Turn<'_> {
    /// By how much the ring's best answer is foreseen to lead with this choice.
    fn foreseen_lead(&self, choice: &Choice) -> f64 {
        let present = choice.present(self.world.agents.len());
        let grades = self.grades(choice, &present);
        let none = vec![0.0; present.len()];
        let known: Vec<f64> = present.iter().map(|agent| self.weights[*agent]).collect();
        let pooling =
            Pooling { weights: &known, biases: &none, prior_weight: 1.0 / 0.26, prior_grade: 0.5 };
        let best = |ring: bool, scores: &[f64]| {
            let agents = present.iter().map(|agent| &self.world.agents[*agent]);
            let of = scores.iter().zip(agents).filter(|(_, agent)| agent.ring == ring);
            of.map(|(score, _)| *score).fold(f64::MIN, f64::max)
        };
        let scores = pooling.scores(&grades);
        best(true, &scores) - best(false, &scores)
    }

    /// What those who are present say, by place, if the honest ones make no errors.
    fn grades(&self, choice: &Choice, present: &[usize]) -> GradeMatrix {
        let agents = &self.world.agents;
        let given = assign(&choice.seed, present.len())
            .into_iter()
            .enumerate()
            .map(|(grader, graded)| {
                let grade = |answer: usize| match agents[present[grader]].ring {
                    true => five_levels(f64::from(u8::from(agents[present[answer]].ring))),
                    false => five_levels(self.qualities[present[answer]]),
                };
                graded.into_iter().map(|answer| (answer, grade(answer))).collect()
            })
            .collect();
        GradeMatrix { given }
    }

    /// Of these choices, the one that the ring likes best.
    fn favourite(&self, choices: Vec<Choice>) -> Choice {
        let leads = choices.into_iter().map(|choice| (self.foreseen_lead(&choice), choice));
        let best = leads.max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map_or(Choice::of([0; 32]), |(_, choice)| choice)
    }

    /// Whether the ring wins with this choice, once honest graders have made their errors.
    fn is_won(&self, choice: &Choice, draws: &mut Draws) -> bool {
        let present = choice.present(self.world.agents.len());
        let mut grades = self.grades(choice, &present);
        for (grader, given) in grades.given.iter_mut().enumerate() {
            let agent = &self.world.agents[present[grader]];
            let noise = agent.truth().map_or(0.0, |(noise, _)| noise);
            if noise > 0.0 && !agent.ring {
                for (answer, grade) in given {
                    let quality = self.qualities[present[*answer]];
                    *grade = five_levels(quality + noise * draws.gaussian());
                }
            }
        }
        let records: Vec<RatingRecord> =
            present.iter().map(|agent| self.world.records[*agent]).collect();
        let weights = weights(Aggregation::Sharpened, &records, &grades);
        let scores = scores(Aggregation::Sharpened, &weights, &grades);
        let winner = winner(&scores, &choice.seed).unwrap_or(0);
        self.world.agents[present[winner]].ring
    }
}

/// What came of it in each world, for a number of tries; those who cannot try get the same for all.
pub fn measure(bench: &Bench, agents: usize, source: Source, tries: usize) -> Vec<Played> {
    // The same worlds for all sources.
    bench.over_worlds("grinding", WORLDS, |draws| play_world(draws, agents, source, tries))
}

/// Wins beyond the usual ones, world by world.
pub fn gain(played: &[Played], usual: &[Played]) -> Estimate {
    let gains = played.iter().zip(usual).map(|(played, usual)| played.won - usual.won);
    Estimate::of(&gains.collect::<Vec<_>>())
}

/// The mean over the worlds of what `part` says of each.
fn mean(played: &[Played], part: fn(&Played) -> f64) -> Estimate {
    Estimate::of(&played.iter().map(part).collect::<Vec<_>>())
}

fn play_world(mut draws: Draws, swarm: usize, source: Source, tries: usize) -> Played {
    let ring = part_of(swarm, RING);
    let mut agents: Vec<Agent> = (0..swarm)
        .map(|number| Agent::honest(0.05 + 0.45 * (number % 24) as f64 / 23.0, 0.0))
        .collect();
    agents.iter_mut().skip(swarm - ring).enumerate().for_each(|(i, agent)| {
        agent.grading =
            Grading::Honest { noise: 0.05 + 0.45 * i as f64 / (ring - 1) as f64, bias: 0.0 };
        agent.ring = true;
    });
    let seed_of_turns = draws.hash();
    let mut world = World::new(draws, agents);
    world.live(Assigning::Balanced, Estimator::LeaveOneOut, 100);
    let no_grades = GradeMatrix { given: vec![vec![(0, Default::default())]; swarm] };
    let known = weights(Aggregation::Sharpened, &world.records, &no_grades).weights;
    let mut played = Played::default();
    for turn_number in 0..TURNS {
        let mut draws = Draws::of(&format!("grinding/{seed_of_turns:?}"), turn_number);
        let qualities = (0..swarm).map(|_| draws.uniform()).collect();
        let turn = Turn {
            world: &world,
            qualities,
            weights: known.iter().map(|w| w.to_float()).collect(),
        };
        let (choice, seeds) = choose(&turn, source, tries, &mut draws);
        played.seeds += seeds as f64;
        played.tickets += choice.absent.len() as f64;
        // Of their own, so that rounds in which the ring changes nothing end alike under all rules.
        let mut errors = Draws::of(&format!("grinding/{seed_of_turns:?}/errors"), turn_number);
        played.won += f64::from(u8::from(turn.is_won(&choice, &mut errors)));
    }
    let part = |of: f64| of / TURNS as f64;
    Played { won: part(played.won), seeds: part(played.seeds), tickets: part(played.tickets) }
}

/// What the ring chooses, and among how many seeds.
fn choose(turn: &Turn<'_>, source: Source, tries: usize, draws: &mut Draws) -> (Choice, usize) {
    let favourite = |choices: Vec<Choice>| {
        let seeds = choices.len();
        (turn.favourite(choices), seeds)
    };
    let mut seeds = |count: usize| (0..count).map(|_| Choice::of(draws.hash())).collect::<Vec<_>>();
    match source {
        Source::ParentHash => favourite(seeds(tries)),
        Source::VrfSkip => {
            // What an unknown seed is worth on average is what it compares its own with.
            let (mut two, samples) = (seeds(2), seeds(16));
            let usual = samples.iter().map(|choice| turn.foreseen_lead(choice)).sum::<f64>()
                / samples.len() as f64;
            let is_author = draws.chance(RING);
            let skips = is_author && turn.foreseen_lead(&two[0]) < usual;
            (two.swap_remove(usize::from(skips)), 1 + usize::from(is_author))
        }
        Source::VrfLateOpening => {
            let own_slots = (0..OPENING_ANSWERS_BLOCKS).filter(|_| draws.chance(RING)).count();
            favourite((0..own_slots.max(1)).map(|_| Choice::of(draws.hash())).collect())
        }
        Source::VrfFixedBlock => favourite(withholding(turn, 1, draws)),
        Source::TwoTickets => favourite(withholding(turn, 2, draws)),
        Source::OneIfNeeded => {
            let mut choices = withholding(turn, 1, draws);
            let seeds = choices.len();
            let all_open = choices.remove(0);
            if turn.foreseen_lead(&all_open) > 0.0 {
                return (all_open, seeds);
            }
            let best = turn.favourite(choices);
            let turns_it = turn.foreseen_lead(&best) > 0.0;
            (if turns_it { best } else { all_open }, seeds)
        }
        Source::VrfReplacedBlock => favourite(seeds(2)),
    }
}

/// The seeds of a ring that opens last and keeps at most `most` of its keys back, one or two.
fn withholding(turn: &Turn<'_>, most: usize, draws: &mut Draws) -> Vec<Choice> {
    let agents = turn.world.agents.iter().enumerate();
    let ring: Vec<usize> =
        agents.filter(|(_, agent)| agent.ring).map(|(number, _)| number).collect();
    let mut absent = vec![Vec::new()];
    for (i, agent) in ring.iter().enumerate() {
        absent.push(vec![*agent]);
        if most > 1 {
            absent.extend(ring[i + 1..].iter().map(|other| vec![*agent, *other]));
        }
    }
    absent.into_iter().map(|absent| Choice { seed: draws.hash(), absent }).collect()
}

/// What was played, and what came of it: a line, and the confidence of its gain.
fn line(agents: usize, source: Source, tries: usize, of: [&[Played]; 2]) -> (Line, Confidence) {
    let [played, usual] = of;
    let gain = gain(played, usual);
    let tickets = mean(played, |played| played.tickets).mean;
    let win = f64::from(PAYMENT.winner_share.deconstruct()) / 1e9;
    let break_even = if tickets > 0.0 { win * gain.mean / tickets } else { 0.0 };
    let line = Line {
        agents,
        tries,
        rule: source.name(),
        seeds: rounded(mean(played, |played| played.seeds).mean),
        tickets: rounded(tickets),
        gain: rounded(gain.mean),
        break_even: rounded(break_even),
    };
    (line, Confidence::of(&[&agents, &tries, &source.name()], "gain", gain))
}

/// Write `grinding.csv` and its plot.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let usual = measure(bench, AGENTS, Source::ParentHash, 1);
    let mut measured = Vec::new();
    let mut series = Vec::new();
    for source in Source::ALL {
        let mut points = Vec::new();
        for tries in source.tries() {
            let played = measure(bench, AGENTS, source, *tries);
            measured.push(line(AGENTS, source, *tries, [&played, &usual]));
            let won = mean(&played, |played| played.won);
            points.push((points.len() as f64, won.mean, won.half_width));
        }
        // Trying hashes changes nothing under the other rules: one measurement stands for all.
        if let [(_, won, half_width)] = points[..] {
            points = (0..TRIES.len()).map(|i| (i as f64, won, half_width)).collect();
        }
        series.push(Series { name: source.name().to_owned(), points, joined: true });
    }
    for agents in OTHER_SWARMS {
        let usual = measure(bench, agents, Source::ParentHash, 1);
        let played = measure(bench, agents, Source::OneIfNeeded, 1);
        measured.push(line(agents, Source::OneIfNeeded, 1, [&played, &usual]));
    }
    let (lines, confidences): (Vec<_>, Vec<_>) = measured.into_iter().unzip();
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
