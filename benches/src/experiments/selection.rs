//! Selection quality: how much worse the chosen answer is than the best one present (regret), and
//! how often it is the best one (hit rate), by rule, size of the swarm and part of it that
//! colludes.
//!
//! Each world plays [`LEARNING`] rounds, in which ratings are learnt online, and then [`MEASURED`]
//! rounds that count, in which learning goes on. Rules that need the same grades see the same
//! grades. A ring grades its own answers 1 and all others 0; its answers are of any quality in the
//! lower half, everybody else's of any quality. No rule but the majority looks for equal answers.

use crate::{
    assigning::Assigning,
    baselines::{best_of, bradley_terry, oracle_scores, pairs, Pooling, Preference},
    draws::Draws,
    effort::Bench,
    output::{rounded, Confidence, Output},
    plot::{write_plot, Figure, Panel, Series},
    statistics::Estimate,
    world::{five_levels, mixed_swarm, part_of, Agent, Grading, Round, World},
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::{
    grades::GradeMatrix,
    rating::Estimator,
    record::RatingRecord,
    score::{scores, winner},
    weighting::{weights, Aggregation},
};

/// Rounds before measuring begins.
pub const LEARNING: usize = 100;
/// Rounds that are measured.
pub const MEASURED: usize = 100;
/// Sizes of the swarms.
pub const SIZES: [usize; 5] = [4, 7, 10, 30, 100];
/// Parts that collude.
pub const SHARES: [f64; 5] = [0.0, 0.1, 0.2, 0.3, 0.4];

/// A way to choose the winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The paper to the letter: independent random S_j, plain ratings, sum.
    Paper,
    /// Balanced assignment, leave-one-out ratings, sum.
    BalancedSum,
    /// Balanced assignment, leave-one-out ratings, mean weighted by rating.
    BalancedMean,
    /// Balanced assignment, leave-one-out ratings, mean weighted by precision
    /// ([`Aggregation::Precision`]).
    Default,
    /// The same with sharpened weights ([`Aggregation::Sharpened`]): the chain's rule until spec
    /// version 5.
    Sharpened,
    /// A proposal: precision weights, with a balanced assignment that spreads good graders evenly.
    Layered,
    /// The same with sharpened weights.
    SharpenedLayered,
    /// Pairwise comparisons, as many as the others have grades.
    BradleyTerry,
    /// The same, comparisons weighted by how often the grader agreed with the outcome before.
    WeightedBradleyTerry,
    /// The same grades as with precision weights, weighed by one who knows the graders.
    Oracle,
    /// Where answers can be equal: the answer given most often.
    Majority,
    /// Where answers can be equal: sharpened weights, every answer by itself.
    DefaultOnEqual,
}

impl Rule {
    /// The name in `selection.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Paper => "paper",
            Rule::BalancedSum => "balanced-sum",
            Rule::BalancedMean => "balanced-mean",
            Rule::Default => "precision",
            Rule::Sharpened => "sharpened",
            Rule::Layered => "layered",
            Rule::SharpenedLayered => "sharpened-layered",
            Rule::BradleyTerry => "bradley-terry",
            Rule::WeightedBradleyTerry => "bradley-terry-weighted",
            Rule::Oracle => "oracle",
            Rule::Majority => "majority-equal-answers",
            Rule::DefaultOnEqual => "default-equal-answers",
        }
    }
}

/// One line of `selection.csv`.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Size of the swarm.
    pub n: usize,
    /// Part of it that colludes.
    pub adversaries: f64,
    /// How the winner was chosen.
    pub rule: Rule,
    /// Quality lost against the best answer present.
    pub regret: Estimate,
    /// Part of the rounds in which the best answer won.
    pub hit_rate: Estimate,
}

/// Regret and hits of one rule in one world.
#[derive(Clone, Copy, Default)]
struct Tally {
    regret: f64,
    hits: f64,
    rounds: f64,
}

impl Tally {
    fn count(&mut self, best: f64, chosen: f64) {
        self.regret += best - chosen;
        self.hits += f64::from(u8::from(chosen >= best));
        self.rounds += 1.0;
    }
}

/// What one world says of each rule.
type Tallies = Vec<(Rule, Tally)>;

/// Worlds for a figure of swarms of `n`: large swarms are dear, and tell more in each round.
pub fn worlds(n: usize) -> usize {
    match n {
        0..=10 => 64,
        11..=40 => 24,
        _ => 8,
    }
}

/// All rules in swarms of `n` of which a part colludes.
pub fn measure(bench: &Bench, n: usize, share: f64) -> Vec<Line> {
    let name = format!("selection/{n}/{share}");
    let tallies = bench.over_worlds(&name, worlds(n), |draws| play_world(draws, n, share));
    let rules: Vec<Rule> = tallies
        .first()
        .map(|world| world.iter().map(|(rule, _)| *rule).collect())
        .unwrap_or_default();
    rules
        .into_iter()
        .enumerate()
        .map(|(i, rule)| {
            let of = |part: fn(&Tally) -> f64| {
                Estimate::of(
                    &tallies
                        .iter()
                        .map(|world| part(&world[i].1) / world[i].1.rounds)
                        .collect::<Vec<_>>(),
                )
            };
            Line { n, adversaries: share, rule, regret: of(|t| t.regret), hit_rate: of(|t| t.hits) }
        })
        .collect()
}

fn play_world(mut draws: Draws, n: usize, share: f64) -> Tallies {
    let agents = mixed_swarm(&mut draws, n, part_of(n, share), Grading::Ring);
    let branch =
        |draws: &mut Draws, name: &str| Draws::of(&format!("{name}/{:?}", draws.hash()), n);
    let mut tallies = graded(
        World::new(branch(&mut draws, "paper"), agents.clone()),
        Assigning::Independent,
        Estimator::Paper,
    );
    let balanced = World::new(branch(&mut draws, "balanced"), agents.clone());
    tallies.extend(graded(balanced, Assigning::Balanced, Estimator::LeaveOneOut));
    let layered = World::new(branch(&mut draws, "layered"), agents.clone());
    tallies.extend(graded(layered, Assigning::Layered, Estimator::LeaveOneOut));
    tallies.extend(compared(branch(&mut draws, "pairs"), &agents));
    tallies.extend(equal_answers(branch(&mut draws, "equal"), &agents));
    tallies
}

/// Rules that need grades: those that belong to this assignment.
fn graded(mut world: World, assigning: Assigning, estimator: Estimator) -> Tallies {
    let rules: &[Rule] = match assigning {
        Assigning::Independent => &[Rule::Paper],
        Assigning::Layered => &[Rule::Layered, Rule::SharpenedLayered],
        _ => &[Rule::BalancedSum, Rule::BalancedMean, Rule::Default, Rule::Sharpened, Rule::Oracle],
    };
    let mut tallies: Tallies = rules.iter().map(|rule| (*rule, Tally::default())).collect();
    world.live(assigning, estimator, LEARNING);
    for _ in 0..MEASURED {
        let round = world.play(assigning);
        for (rule, tally) in &mut tallies {
            let chosen = choose(*rule, &mut world, &round);
            tally.count(round.best(), round.qualities[chosen]);
        }
        world.learn(estimator, &round);
    }
    tallies
}

/// The place that a rule chooses.
fn choose(rule: Rule, world: &mut World, round: &Round) -> usize {
    match rule {
        Rule::Paper | Rule::BalancedSum => {
            by_the_chain(Aggregation::WeightedSum, &world.records, &round.grades, round)
        }
        Rule::BalancedMean => {
            let ratings: Vec<f64> =
                world.records.iter().map(|record| record.rating().to_float()).collect();
            let none = vec![0.0; ratings.len()];
            let pooling =
                Pooling { weights: &ratings, biases: &none, prior_weight: 0.0, prior_grade: 0.0 };
            best_of(&pooling.scores(&round.grades), &mut world.draws)
        }
        Rule::Sharpened | Rule::SharpenedLayered => {
            by_the_chain(Aggregation::Sharpened, &world.records, &round.grades, round)
        }
        Rule::Oracle => best_of(&oracle_scores(&world.agents, &round.grades), &mut world.draws),
        _ => by_the_chain(Aggregation::Precision, &world.records, &round.grades, round),
    }
}

fn by_the_chain(
    aggregation: Aggregation,
    records: &[RatingRecord],
    grades: &GradeMatrix,
    round: &Round,
) -> usize {
    let weights = weights(aggregation, records, grades);
    winner(&scores(aggregation, &weights, grades), &round.seed).unwrap_or(0)
}

/// What is left of a grader's reputation after each round of comparisons.
const REPUTATION_DECAY: f64 = 0.95;

/// Bradley–Terry, plain and weighted: the same agents compare pairs, with the same noise on each
/// answer. A comparison is one token, as a grade is.
fn compared(draws: Draws, agents: &[Agent]) -> Tallies {
    let mut world = World::new(draws, agents.to_vec());
    let n = world.size();
    let mut tallies =
        [Rule::BradleyTerry, Rule::WeightedBradleyTerry].map(|rule| (rule, Tally::default()));
    // Part of its comparisons in which a grader agreed with the outcome: decayed sums.
    let mut agreed = vec![1.0; n];
    let mut counted = vec![2.0; n];
    let even = vec![1.0; n];
    for number in 0..LEARNING + MEASURED {
        let seed = world.draws.hash();
        let qualities: Vec<f64> = (0..n).map(|_| world.draws.uniform()).collect();
        let preferences: Vec<Preference> = Assigning::Balanced
            .assign(&seed, &world.records)
            .into_iter()
            .enumerate()
            .flat_map(|(grader, graded)| {
                pairs(&graded).into_iter().map(move |(a, b)| (grader, a, b)).collect::<Vec<_>>()
            })
            .map(|(grader, a, b)| {
                let a_is_better = prefers(&mut world, grader, (a, qualities[a]), (b, qualities[b]));
                let (winner, loser) = if a_is_better { (a, b) } else { (b, a) };
                Preference { grader, winner, loser }
            })
            .collect();
        let reputations: Vec<f64> = agreed
            .iter()
            .zip(&counted)
            .map(|(agreed, counted)| ((agreed / counted - 0.5) * 2.0f64).max(0.01))
            .collect();
        let best = qualities.iter().copied().fold(f64::MIN, f64::max);
        for ((_, tally), weights) in tallies.iter_mut().zip([&even, &reputations]) {
            let strengths = bradley_terry(n, &preferences, weights);
            if number >= LEARNING {
                tally.count(best, qualities[best_of(&strengths, &mut world.draws)]);
            }
            if std::ptr::eq(weights, &reputations) {
                agreed.iter_mut().chain(&mut counted).for_each(|sum| *sum *= REPUTATION_DECAY);
                for Preference { grader, winner, loser } in &preferences {
                    agreed[*grader] += f64::from(u8::from(strengths[*winner] > strengths[*loser]));
                    counted[*grader] += 1.0;
                }
            }
        }
    }
    tallies.to_vec()
}

fn prefers(
    world: &mut World,
    grader: usize,
    (a, quality_a): (usize, f64),
    (b, quality_b): (usize, f64),
) -> bool {
    match world.agents[grader].grading {
        Grading::Honest { noise, .. } => {
            let difference =
                quality_a - quality_b + noise * (world.draws.gaussian() - world.draws.gaussian());
            difference > 0.0
        }
        _ if world.agents[a].ring != world.agents[b].ring => world.agents[a].ring,
        _ => world.draws.chance(0.5),
    }
}

/// Wrong answers that somebody might give to a prompt with one right answer, in addition to the
/// ring's.
const WRONG_ANSWERS: usize = 3;

/// Prompts with one right answer (quality 1; all others 0), which honest agents find with
/// probabilities spread evenly over 0.3..=0.8; they share few ways to be wrong. The ring agrees on
/// one wrong answer. Grading is as everywhere.
fn equal_answers(draws: Draws, agents: &[Agent]) -> Tallies {
    let mut world = World::new(draws, agents.to_vec());
    let n = world.size();
    let skills = world.draws.shuffled(n);
    let accuracy = |place: usize| 0.3 + 0.5 * skills[place] as f64 / (n - 1) as f64;
    let mut tallies = [Rule::Majority, Rule::DefaultOnEqual].map(|rule| (rule, Tally::default()));
    for number in 0..LEARNING + MEASURED {
        let seed = world.draws.hash();
        // Answer 0 is right, 1..=WRONG_ANSWERS are wrong, the last one is the ring's.
        let answers: Vec<usize> = (0..n)
            .map(|place| match world.agents[place].ring {
                true => WRONG_ANSWERS + 1,
                false if world.draws.chance(accuracy(place)) => 0,
                false => 1 + world.draws.below(WRONG_ANSWERS),
            })
            .collect();
        let qualities: Vec<f64> =
            answers.iter().map(|answer| f64::from(u8::from(*answer == 0))).collect();
        let given = Assigning::Balanced
            .assign(&seed, &world.records)
            .into_iter()
            .enumerate()
            .map(|(grader, graded)| {
                let mut grade = |answer: usize| match world.agents[grader].truth() {
                    Some((noise, bias)) => {
                        five_levels(qualities[answer] + bias + noise * world.draws.gaussian())
                    }
                    None => five_levels(f64::from(u8::from(world.agents[answer].ring))),
                };
                graded.into_iter().map(|answer| (answer, grade(answer))).collect()
            })
            .collect();
        let best = qualities.iter().copied().fold(f64::MIN, f64::max);
        let round = Round { seed, qualities, grades: GradeMatrix { given } };
        if number >= LEARNING {
            let mut votes = vec![0.0; WRONG_ANSWERS + 2];
            answers.iter().for_each(|answer| votes[*answer] += 1.0);
            let voted = best_of(&votes, &mut world.draws);
            let [(_, majority), (_, default)] = &mut tallies;
            majority.count(best, f64::from(u8::from(voted == 0)).min(best));
            let chosen =
                by_the_chain(Aggregation::Sharpened, &world.records, &round.grades, &round);
            default.count(best, round.qualities[chosen]);
        }
        world.learn(Estimator::LeaveOneOut, &round);
    }
    tallies.to_vec()
}

/// One line of `selection.csv`.
#[derive(Debug, Serialize)]
struct Written {
    n: usize,
    adversaries: f64,
    rule: &'static str,
    regret: f64,
    hit_rate: f64,
}

/// Write `selection.csv` and its plots.
pub fn run(bench: &Bench, output: &Output) -> Result<()> {
    let lines: Vec<Line> = SIZES
        .iter()
        .flat_map(|n| SHARES.map(|share| (*n, share)))
        .flat_map(|(n, share)| measure(bench, n, share))
        .collect();
    let written: Vec<Written> = lines
        .iter()
        .map(|line| Written {
            n: line.n,
            adversaries: line.adversaries,
            rule: line.rule.name(),
            regret: rounded(line.regret.mean),
            hit_rate: rounded(line.hit_rate.mean),
        })
        .collect();
    let confidences: Vec<Confidence> = lines
        .iter()
        .flat_map(|line| {
            let of = |column, estimate| {
                Confidence::of(&[&line.n, &line.adversaries, &line.rule.name()], column, estimate)
            };
            [of("regret", line.regret), of("hit_rate", line.hit_rate)]
        })
        .collect();
    output.write("selection.csv", &written)?;
    output.write("selection-confidence.csv", &confidences)?;
    let graded = [
        Rule::Paper,
        Rule::BalancedSum,
        Rule::Default,
        Rule::Sharpened,
        Rule::WeightedBradleyTerry,
        Rule::SharpenedLayered,
        Rule::Oracle,
    ];
    let title =
        "How much worse the chosen answer is than the best one, by rule and size of the swarm";
    write_plot(&figure(title, &lines, &graded, 0.6), &output.path("selection"))?;
    let title = "Where answers can be equal: majority vote and the default";
    write_plot(
        &figure(title, &lines, &[Rule::Majority, Rule::DefaultOnEqual], 1.0),
        &output.path("selection-equal"),
    )
}

fn figure(title: &str, lines: &[Line], rules: &[Rule], top: f64) -> Figure {
    let points = |n: usize, rule: Rule| {
        let lines = lines.iter().filter(|line| line.n == n && line.rule == rule);
        lines
            .enumerate()
            .map(|(i, line)| (i as f64, line.regret.mean, line.regret.half_width))
            .collect()
    };
    let panels = SIZES
        .iter()
        .map(|n| Panel {
            title: format!("{n} agents"),
            x_label: "part that colludes, %".to_owned(),
            y_label: "mean regret (quality, 0..1)".to_owned(),
            categories: SHARES.iter().map(|share| format!("{:.0}", share * 100.0)).collect(),
            y_range: (0.0, top),
            log: false,
            series: rules
                .iter()
                .map(|rule| Series {
                    name: rule.name().to_owned(),
                    points: points(*n, *rule),
                    joined: true,
                })
                .collect(),
        })
        .collect();
    Figure { title: title.to_owned(), columns: 3, panels }
}
