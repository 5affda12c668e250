//! Adversaries, and how ratings behave over time: what each kind gains, how fast it is found, what
//! it costs the client; and remedies against the known weaknesses of ratings that are learnt from
//! the same rounds' consensus.
//!
//! Swarms of 30 honest graders (noise 0.05..=0.5, bias ±0.1) of which a part is replaced by
//! adversaries. Answers are of any quality, those of rings and sleepers of any in the lower half.
//! Everything is by the chain's rule until spec version 5, sharpened weights and leave-one-out
//! ratings, unless a remedy is named.

use crate::{
    assigning::Assigning,
    draws::Draws,
    effort::Bench,
    learning::Learning,
    money::Settled,
    output::{rounded, Output},
    plot::{write_plot, Figure, Panel, Series},
    statistics::{mean, Estimate},
    world::{mixed_swarm, part_of, Agent, Grading, Round, World},
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::{
    rating::Estimator,
    record::RatingRecord,
    score::{scores, winner},
    weighting::{weights, Aggregation},
};

const AGENTS: usize = 30;
const WORLDS: usize = 16;
/// Rounds of the table: learnt from, then measured.
const LEARNING: usize = 100;
const MEASURED: usize = 100;

/// The kinds of adversaries in the table, and the parts of the swarm that they have.
pub const KINDS: [(&str, Grading, bool, &[f64]); 4] = [
    ("lazy", Grading::Random, false, &[0.1, 0.3]),
    ("buggy", Grading::Buggy { noise: 0.1 }, false, &[0.1, 0.3]),
    ("ring", Grading::Ring, false, &[0.05, 0.1, 0.2, 0.3, 0.4]),
    ("whitewashing-ring", Grading::Ring, true, &[0.05, 0.1, 0.2, 0.3, 0.4]),
];

/// One line of `adversaries.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Kind of adversary.
    pub adversary: &'static str,
    /// Part of the swarm.
    pub share: f64,
    /// Quality lost against the best answer, mean over rounds 100 to 200.
    pub regret: f64,
    /// Half-width of its 95 % confidence interval.
    pub regret_half_width: f64,
    /// Part of the wins, divided by part of the swarm: 1 is fair.
    pub wins: f64,
    /// What it gets as a grader, divided by what an honest agent gets.
    pub grading_pay: f64,
    /// First round after which its mean weight is below half of the honest agents' mean; empty if
    /// never.
    pub found_after: Option<usize>,
    /// Its mean weight in the end, divided by the honest agents'.
    pub weight: f64,
}

/// What one world shows of adversaries.
struct Seen {
    regret: f64,
    wins: f64,
    grading_pay: f64,
    weights: Vec<f64>,
}

/// Mean weight of the adversary's agents, divided by that of the others.
fn relative_weight(world: &World, round: &Round) -> f64 {
    let weights = weights(Aggregation::Sharpened, &world.records, &round.grades).weights;
    let of = |ring: bool| {
        let of = weights.iter().zip(&world.agents).filter(|(_, agent)| agent.ring == ring);
        mean(&of.map(|(weight, _)| weight.to_float()).collect::<Vec<_>>())
    };
    of(true) / of(false)
}

fn chosen(world: &World, round: &Round, aggregation: Aggregation) -> usize {
    let weights = weights(aggregation, &world.records, &round.grades);
    winner(&scores(aggregation, &weights, &round.grades), &round.seed).unwrap_or(0)
}

/// Start the adversary's agents anew.
fn whitewash(world: &mut World) {
    let World { agents, records, .. } = world;
    let rings = agents.iter().zip(records).filter(|(agent, _)| agent.ring);
    rings.for_each(|(_, record)| *record = RatingRecord::default());
}

fn play_kind(mut draws: Draws, grading: Grading, whitewashes: bool, share: f64) -> Seen {
    let adversaries = part_of(AGENTS, share);
    let agents = mixed_swarm(&mut draws, AGENTS, adversaries, grading);
    let mut world = World::new(draws, agents);
    let mut seen = Seen { regret: 0.0, wins: 0.0, grading_pay: 0.0, weights: Vec::new() };
    let (mut pay, mut honest_pay) = (0.0, 0.0);
    for number in 0..LEARNING + MEASURED {
        if whitewashes {
            whitewash(&mut world);
        }
        let round = world.play(Assigning::Balanced);
        seen.weights.push(relative_weight(&world, &round));
        if number >= LEARNING {
            let settled = Settled::of(&round, &world.records);
            seen.regret += round.best() - round.qualities[settled.winner];
            seen.wins += f64::from(u8::from(world.agents[settled.winner].ring));
            for (takings, agent) in settled.takings().iter().zip(&world.agents) {
                *if agent.ring { &mut pay } else { &mut honest_pay } += takings.grading;
            }
        }
        world.learn(Estimator::LeaveOneOut, &round);
    }
    let rounds = MEASURED as f64;
    seen.regret /= rounds;
    seen.wins /= rounds * adversaries as f64 / AGENTS as f64;
    seen.grading_pay = (pay / adversaries as f64) / (honest_pay / (AGENTS - adversaries) as f64);
    seen
}

/// One kind of adversary with one part of the swarm.
pub fn measure(bench: &Bench, number: usize, share: f64) -> Line {
    let (adversary, grading, whitewashes, _) = KINDS[number];
    let name = format!("adversaries/{adversary}/{share}");
    let worlds =
        bench.over_worlds(&name, WORLDS, |draws| play_kind(draws, grading, whitewashes, share));
    let over = |of: fn(&Seen) -> f64| Estimate::of(&worlds.iter().map(of).collect::<Vec<_>>());
    let by_round: Vec<f64> = (0..LEARNING + MEASURED)
        .map(|round| mean(&worlds.iter().map(|seen| seen.weights[round]).collect::<Vec<_>>()))
        .collect();
    let regret = over(|seen| seen.regret);
    Line {
        adversary,
        share,
        regret: rounded(regret.mean),
        regret_half_width: rounded(regret.half_width),
        wins: rounded(over(|seen| seen.wins).mean),
        grading_pay: rounded(over(|seen| seen.grading_pay).mean),
        found_after: by_round.iter().position(|weight| *weight < 0.5),
        weight: rounded(by_round.last().copied().unwrap_or(0.0)),
    }
}

/// One line of `learning.csv`: a swarm under one way of learning, in one stretch of rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Stretch {
    /// What happens to the swarm.
    pub scenario: &'static str,
    /// How ratings are learnt, and scores made.
    pub learning: String,
    /// First round of the stretch.
    pub from: usize,
    /// First round after it.
    pub to: usize,
    /// Quality lost against the best answer.
    pub regret: f64,
    /// Half-width of its 95 % confidence interval.
    pub half_width: f64,
    /// Mean weight of the agents in question, divided by the others'.
    pub weight: f64,
}

/// What happens to a swarm over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Nothing: all are honest. In question: nobody.
    Honest,
    /// Three in ten behave for 100 rounds and then collude.
    Sleepers,
    /// Two in ten collude from the start.
    Ring,
    /// Six in ten share an error: they agree with each other, and not with those who see better.
    Kindred,
    /// A perfect grader joins after 200 rounds, among honest ones.
    LateJoiner,
}

impl Scenario {
    /// All.
    pub const ALL: [Scenario; 5] = [
        Scenario::Honest,
        Scenario::Ring,
        Scenario::Sleepers,
        Scenario::Kindred,
        Scenario::LateJoiner,
    ];

    /// The name in `learning.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Scenario::Honest => "honest",
            Scenario::Sleepers => "sleepers",
            Scenario::Ring => "ring",
            Scenario::Kindred => "kindred-majority",
            Scenario::LateJoiner => "late-joiner",
        }
    }

    /// Stretches of rounds that are told apart.
    pub fn stretches(self) -> &'static [(usize, usize)] {
        match self {
            Scenario::Sleepers => &[(50, 100), (100, 120), (120, 200), (200, 300)],
            Scenario::LateJoiner => &[(200, 210), (210, 220), (220, 250), (250, 300)],
            _ => &[(0, 50), (200, 300)],
        }
    }

    fn agents(self, draws: &mut Draws) -> Vec<Agent> {
        match self {
            Scenario::Honest => mixed_swarm(draws, AGENTS, 0, Grading::Ring),
            Scenario::Ring => mixed_swarm(draws, AGENTS, part_of(AGENTS, 0.2), Grading::Ring),
            Scenario::Sleepers => mixed_swarm(
                draws,
                AGENTS,
                part_of(AGENTS, 0.3),
                Grading::Sleeper { noise: 0.15, wakes: 100 },
            ),
            Scenario::Kindred => {
                mixed_swarm(draws, AGENTS, part_of(AGENTS, 0.6), Grading::Kindred { noise: 0.1 })
            }
            Scenario::LateJoiner => {
                let mut agents = mixed_swarm(draws, AGENTS - 1, 0, Grading::Ring);
                agents.push(Agent::adversary(Grading::Honest { noise: 0.02, bias: 0.0 }));
                agents
            }
        }
    }
}

/// The ways in the comparison of remedies: name, how ratings are learnt, how grades become scores.
pub fn learnings() -> Vec<(String, Learning, Aggregation)> {
    let (default, sharpened) = (Learning::Chain(Estimator::LeaveOneOut), Aggregation::Sharpened);
    let mut learnings = vec![
        ("precision".to_owned(), default, Aggregation::Precision),
        ("sharpened".to_owned(), default, sharpened),
        ("sum".to_owned(), default, Aggregation::WeightedSum),
        ("the paper's".to_owned(), Learning::Chain(Estimator::Paper), Aggregation::WeightedSum),
        ("median reference".to_owned(), Learning::Median, sharpened),
        ("trimmed reference".to_owned(), Learning::Trimmed, sharpened),
        ("known answer every 20th round".to_owned(), Learning::KnownAnswers(20), sharpened),
    ];
    learnings.extend([25.0, 50.0, 200.0, 400.0, f64::INFINITY].map(|rounds| {
        (format!("half-life {rounds} rounds"), Learning::HalfLife(rounds), sharpened)
    }));
    learnings
}

/// Play a scenario.
pub fn measure_scenario(
    bench: &Bench,
    scenario: Scenario,
    (name, learning, aggregation): &(String, Learning, Aggregation),
) -> Vec<Stretch> {
    let last = scenario.stretches().iter().map(|(_, to)| *to).max().unwrap_or(0);
    // The same worlds for all ways of learning.
    let worlds =
        bench.over_worlds(&format!("learning/{}", scenario.name()), WORLDS, |mut draws| {
            let agents = scenario.agents(&mut draws);
            let mut world = World::new(draws, agents);
            let mut rounds = Vec::with_capacity(last);
            for number in 0..last {
                if scenario == Scenario::LateJoiner && number == 200 {
                    whitewash(&mut world);
                }
                let mut round = world.play(Assigning::Balanced);
                if scenario == Scenario::LateJoiner && number < 200 {
                    // It is not there yet: it says nothing, and its answer counts for nothing.
                    round.grades.given[AGENTS - 1].clear();
                }
                let winner = chosen(&world, &round, *aggregation);
                rounds.push((
                    round.best() - round.qualities[winner],
                    relative_weight(&world, &round),
                ));
                learning.learn(&mut world, &round);
            }
            rounds
        });
    scenario
        .stretches()
        .iter()
        .map(|(from, to)| {
            let of = |part: fn(&(f64, f64)) -> f64| -> Vec<f64> {
                worlds
                    .iter()
                    .map(|rounds| mean(&rounds[*from..*to].iter().map(part).collect::<Vec<_>>()))
                    .collect()
            };
            let regret = Estimate::of(&of(|round| round.0));
            let weight = mean(&of(|round| round.1));
            Stretch {
                scenario: scenario.name(),
                learning: name.clone(),
                from: *from,
                to: *to,
                regret: rounded(regret.mean),
                half_width: rounded(regret.half_width),
                weight: if weight.is_finite() { rounded(weight) } else { 0.0 },
            }
        })
        .collect()
}

/// Write `adversaries.csv`, `learning.csv` and their plots.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let lines: Vec<Line> = KINDS
        .iter()
        .enumerate()
        .flat_map(|(number, (.., shares))| shares.iter().map(move |share| (number, *share)))
        .map(|(number, share)| measure(bench, number, share))
        .collect();
    output.write("adversaries.csv", &lines)?;
    let stretches: Vec<Stretch> = Scenario::ALL
        .into_iter()
        .flat_map(|scenario| learnings().into_iter().map(move |learning| (scenario, learning)))
        .flat_map(|(scenario, learning)| measure_scenario(bench, scenario, &learning))
        .collect();
    output.write("learning.csv", &stretches)?;
    plot_rings(&lines, output)?;
    plot_sleepers(&stretches, output)
}

fn plot_rings(lines: &[Line], output: &Output) -> Result<()> {
    let of = |adversary: &str, value: fn(&Line) -> (f64, f64)| -> Vec<(f64, f64, f64)> {
        let lines = lines.iter().filter(|line| line.adversary == adversary);
        lines.enumerate().map(|(i, line)| (i as f64, value(line).0, value(line).1)).collect()
    };
    let panel = |title: &str, y_label: &str, y_range, value: fn(&Line) -> (f64, f64)| Panel {
        title: title.to_owned(),
        x_label: "part of the swarm, %".to_owned(),
        y_label: y_label.to_owned(),
        categories: KINDS[2].3.iter().map(|share| format!("{:.0}", share * 100.0)).collect(),
        y_range,
        log: false,
        series: [
            ("known ring", "ring"),
            ("ring with new identities every round", "whitewashing-ring"),
        ]
        .into_iter()
        .map(|(name, kind)| Series { name: name.to_owned(), points: of(kind, value), joined: true })
        .collect(),
    };
    let panels = vec![
        panel("what the client loses", "mean regret (quality, 0..1)", (0.0, 0.06), |l| {
            (l.regret, l.regret_half_width)
        }),
        panel("what the ring wins", "wins / fair part of the wins", (0.0, 1.0), |l| (l.wins, 0.0)),
        panel(
            "what the ring's word counts in the end",
            "weight / honest weight",
            (0.0, 0.4),
            |l| (l.weight, 0.0),
        ),
    ];
    let title = "Rings that praise each other, 30 agents".to_owned();
    write_plot(&Figure { title, columns: 3, panels }, &output.path("rings"))
}

fn plot_sleepers(stretches: &[Stretch], output: &Output) -> Result<()> {
    let ways = [
        "precision",
        "sharpened",
        "sum",
        "median reference",
        "known answer every 20th round",
        "half-life 25 rounds",
    ];
    let panel = |scenario: Scenario, title: &str, y_top: f64| Panel {
        title: title.to_owned(),
        x_label: "rounds".to_owned(),
        y_label: "mean regret (quality, 0..1)".to_owned(),
        categories: scenario.stretches().iter().map(|(from, to)| format!("{from}–{to}")).collect(),
        y_range: (0.0, y_top),
        log: false,
        series: ways
            .iter()
            .map(|way| Series {
                name: (*way).to_owned(),
                points: stretches
                    .iter()
                    .filter(|s| s.scenario == scenario.name() && s.learning == *way)
                    .enumerate()
                    .map(|(i, s)| (i as f64, s.regret, s.half_width))
                    .collect(),
                joined: true,
            })
            .collect(),
    };
    let panels = vec![
        panel(Scenario::Sleepers, "30 % collude from round 100 on", 0.3),
        panel(Scenario::Kindred, "60 % share an error", 0.3),
        panel(Scenario::Honest, "all honest", 0.15),
    ];
    let title = "Ways to learn ratings, 30 agents".to_owned();
    write_plot(&Figure { title, columns: 2, panels }, &output.path("learning"))
}
