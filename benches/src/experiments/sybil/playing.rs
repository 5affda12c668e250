//! What the attacker does, and what everybody takes in simulated rounds.

use super::prices::Prices;
use crate::{
    assigning::Assigning,
    draws::Draws,
    effort::Bench,
    money::{Settled, Takings},
    statistics::{median, Estimate},
    world::{part_of, Agent, Answering, Grading, World},
};
use waggle_primitives::{rating::Estimator, record::RatingRecord};

/// What the attacker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Junk for an answer, any grades.
    JunkRandom,
    /// Junk for an answer, the middle for every grade: as close to what others say as one comes
    /// without a look.
    JunkMiddle,
    /// Junk for an answer, best grades for its own and worst for others.
    JunkHostile,
    /// The same, and a new identity every round.
    JunkHostileFresh,
    /// The prompt for an answer, which graders take for a poor answer rather than none; the middle
    /// for every grade.
    CopiedPrompt,
    /// Works with a model of the worst answers among the honest ones, and grades with little care.
    CheapModel,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Strategy; 6] = [
        Strategy::JunkRandom,
        Strategy::JunkMiddle,
        Strategy::JunkHostile,
        Strategy::JunkHostileFresh,
        Strategy::CopiedPrompt,
        Strategy::CheapModel,
    ];

    /// The name in `sybil.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::JunkRandom => "junk-random-grades",
            Strategy::JunkMiddle => "junk-middle-grades",
            Strategy::JunkHostile => "junk-hostile-grades",
            Strategy::JunkHostileFresh => "junk-hostile-new-identities",
            Strategy::CopiedPrompt => "copied-prompt",
            Strategy::CheapModel => "cheap-model",
        }
    }

    /// Whether it does no work, so that it must lose.
    pub fn is_junk(self) -> bool {
        self != Strategy::CheapModel
    }

    fn agent(self) -> Agent {
        let (answering, grading) = match self {
            Strategy::JunkRandom => (Answering::Fixed(0.05), Grading::Random),
            Strategy::JunkMiddle => (Answering::Fixed(0.05), Grading::Constant(0.5)),
            Strategy::JunkHostile | Strategy::JunkHostileFresh => {
                (Answering::Fixed(0.05), Grading::Ring)
            }
            Strategy::CopiedPrompt => (Answering::Fixed(0.2), Grading::Constant(0.5)),
            Strategy::CheapModel => (
                Answering::Skilled { mean: 0.4, spread: 0.2 },
                Grading::Honest { noise: 0.4, bias: 0.0 },
            ),
        };
        Agent { answering, grading, ring: true }
    }
}

/// What the attacker's identities take on average, and what the median honest agent takes under
/// given rules.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The attacker's identities, by world.
    pub attacker: Vec<Takings>,
    /// The honest agents, by world, from the least skilled to the most.
    pub honest: Vec<Vec<Takings>>,
}

impl Measured {
    /// Profit of an identity for each round in swarms of `n`, in parts of the reward.
    pub fn attackers_profit(&self, prices: Prices, n: usize) -> Estimate {
        Estimate::of(
            &self.attacker.iter().map(|takings| prices.profit(takings, n)).collect::<Vec<_>>(),
        )
    }

    /// Profit of the honest agent of median profit, each agent averaged over the worlds.
    pub fn median_honest_profit(&self, prices: Prices, n: usize) -> f64 {
        let agents = self.honest.first().map_or(0, Vec::len);
        let profits: Vec<f64> = (0..agents)
            .map(|rank| {
                let mut sum = Takings::default();
                self.honest.iter().for_each(|world| sum.add(world[rank]));
                prices.profit(&sum, n)
            })
            .collect();
        median(&profits)
    }
}

fn honest_agents(draws: &mut Draws, count: usize) -> Vec<Agent> {
    let spread = |rank: usize| if count > 1 { rank as f64 / (count - 1) as f64 } else { 0.5 };
    let noises = draws.shuffled(count);
    (0..count)
        .map(|rank| Agent {
            answering: Answering::Skilled { mean: 0.4 + 0.4 * spread(rank), spread: 0.2 },
            grading: Grading::Honest {
                noise: 0.05 + 0.45 * spread(noises[rank]),
                bias: if draws.chance(0.5) { 0.1 } else { -0.1 },
            },
            ring: false,
        })
        .collect()
}

/// Worlds, rounds of learning, measured rounds for swarms of `n`.
fn amount(n: usize) -> (usize, usize, usize) {
    match n {
        0..=10 => (64, 100, 200),
        11..=30 => (32, 100, 200),
        31..=100 => (12, 60, 100),
        101..=200 => (4, 20, 20),
        _ => (2, 8, 8),
    }
}

/// Play one strategy in swarms of `n`.
pub fn measure(bench: &Bench, n: usize, strategy: Strategy) -> Measured {
    let (worlds, learning, measured) = amount(n);
    let played =
        bench.over_worlds(&format!("sybil/{n}/{}", strategy.name()), worlds, |mut draws| {
            let identities = part_of(n, 0.1).max(1);
            let honest = n - identities;
            let mut agents = honest_agents(&mut draws, honest);
            agents.extend((0..identities).map(|_| strategy.agent()));
            let known = known_records(&mut draws, &agents[..honest], n);
            let mut world = World::new(draws, agents);
            world.records[..honest].copy_from_slice(&known);
            let mut attacker = Takings::default();
            let mut takings = vec![Takings::default(); honest];
            for number in 0..learning + measured {
                if strategy == Strategy::JunkHostileFresh {
                    world.records[honest..].fill(RatingRecord::default());
                }
                let round = world.play(Assigning::Balanced);
                if number >= learning {
                    for (place, taken) in
                        Settled::of(&round, &world.records).takings().into_iter().enumerate()
                    {
                        match takings.get_mut(place) {
                            Some(sum) => sum.add(taken),
                            None => attacker.add(taken),
                        }
                    }
                }
                world.learn(Estimator::LeaveOneOut, &round);
            }
            (attacker, takings)
        });
    let (attacker, honest) = played.into_iter().unzip();
    Measured { attacker, honest }
}

/// In swarms too small to learn in, what honest agents bring from larger ones.
fn known_records(draws: &mut Draws, agents: &[Agent], n: usize) -> Vec<RatingRecord> {
    if n >= 4 {
        return vec![RatingRecord::default(); agents.len()];
    }
    let mut all = agents.to_vec();
    all.extend(honest_agents(draws, 10 - agents.len()));
    let mut world = World::new(Draws::of(&format!("sybil/known/{:?}", draws.hash()), n), all);
    world.live(Assigning::Balanced, Estimator::LeaveOneOut, 100);
    world.records.truncate(agents.len());
    world.records
}

/// All strategies in swarms of these sizes: `[size][strategy]`.
pub fn measure_all(bench: &Bench, sizes: &[usize]) -> Vec<Vec<Measured>> {
    sizes
        .iter()
        .map(|n| Strategy::ALL.iter().map(|strategy| measure(bench, *n, *strategy)).collect())
        .collect()
}
