//! A made-up swarm: answers of known quality, graders with known noise and bias, and every kind of
//! adversary.
//!
//! The world decides what agents do; who grades whom, scores, ratings and payments are the chain's
//! own functions, or one of the baselines in [`crate::baselines`]. Scores and ratings are those of
//! rules in which every answer stands by itself ([`waggle_primitives::rule::Rule::Separate`]): the
//! chain's until spec version 5, and the paper's. Grades have five levels, as a model that is asked
//! for one of five words would give them.

use crate::{assigning::Assigning, draws::Draws};
use waggle_primitives::{
    consensus::Comparisons,
    grades::GradeMatrix,
    rating::{update, Estimator},
    record::RatingRecord,
    Grade, Hash32,
};

/// How good an agent's answers are, 0..=1.
#[derive(Clone, Copy, Debug)]
pub enum Answering {
    /// Anything, each time anew.
    Uniform,
    /// About `mean`, with a Gaussian `spread`.
    Skilled {
        /// Quality on average.
        mean: f64,
        /// Standard deviation from prompt to prompt.
        spread: f64,
    },
    /// Anything in the lower half.
    Poor,
    /// Always the same.
    Fixed(f64),
}

/// How an agent grades the answers that are assigned to it.
#[derive(Clone, Copy, Debug)]
pub enum Grading {
    /// The quality plus `bias`, with Gaussian `noise`.
    Honest {
        /// Standard deviation.
        noise: f64,
        /// What it adds to every grade.
        bias: f64,
    },
    /// Any of the five levels, without a look.
    Random,
    /// Always the same.
    Constant(f64),
    /// 1 to its ring, 0 to everybody else.
    Ring,
    /// Honest before round `wakes`, [`Grading::Ring`] from it on.
    Sleeper {
        /// Standard deviation before it wakes.
        noise: f64,
        /// The round in which it turns.
        wakes: usize,
    },
    /// Honest on good days, random on bad ones: every fifth day of ten rounds is a bad one.
    Buggy {
        /// Standard deviation on good days.
        noise: f64,
    },
    /// Honest, but with an error of the answer that all of this kind share: models of one family
    /// that like the same things.
    Kindred {
        /// Standard deviation of its own error.
        noise: f64,
    },
}

/// One agent of a world.
#[derive(Clone, Copy, Debug)]
pub struct Agent {
    /// How good its answers are.
    pub answering: Answering,
    /// How it grades.
    pub grading: Grading,
    /// Whether it belongs to the adversary.
    pub ring: bool,
}

impl Agent {
    /// Answers of any quality, graded honestly.
    pub fn honest(noise: f64, bias: f64) -> Self {
        Self {
            answering: Answering::Uniform,
            grading: Grading::Honest { noise, bias },
            ring: false,
        }
    }

    /// One of the adversary's agents. Rings have poor answers, which is why they need each other's
    /// grades.
    pub fn adversary(grading: Grading) -> Self {
        let answering = match grading {
            Grading::Ring | Grading::Sleeper { .. } => Answering::Poor,
            _ => Answering::Uniform,
        };
        Self { answering, grading, ring: true }
    }

    /// Noise and bias of an honest grader.
    pub fn truth(&self) -> Option<(f64, f64)> {
        match self.grading {
            Grading::Honest { noise, bias } => Some((noise, bias)),
            _ => None,
        }
    }
}

/// A swarm that plays one round after the other.
pub struct World {
    /// The world's randomness.
    pub draws: Draws,
    /// Who takes part, by place.
    pub agents: Vec<Agent>,
    /// What is known of how they grade, by place.
    pub records: Vec<RatingRecord>,
    /// Number of the next round, from 0.
    pub round: usize,
}

/// One round of a world.
pub struct Round {
    /// The assignment's seed.
    pub seed: Hash32,
    /// How good each answer really is, 0..=1, by place.
    pub qualities: Vec<f64>,
    /// What the graders said.
    pub grades: GradeMatrix,
}

impl Round {
    /// Quality of the best answer.
    pub fn best(&self) -> f64 {
        self.qualities.iter().copied().fold(f64::MIN, f64::max)
    }
}

/// How far the shared error of [`Grading::Kindred`] reaches.
const KINDRED_ERROR: f64 = 0.35;

impl World {
    /// A world of newcomers.
    pub fn new(draws: Draws, agents: Vec<Agent>) -> Self {
        let records = vec![RatingRecord::default(); agents.len()];
        Self { draws, agents, records, round: 0 }
    }

    /// Number of agents.
    pub fn size(&self) -> usize {
        self.agents.len()
    }

    fn quality(&mut self, place: usize) -> f64 {
        match self.agents[place].answering {
            Answering::Uniform => self.draws.uniform(),
            Answering::Skilled { mean, spread } => {
                (mean + spread * self.draws.gaussian()).clamp(0.0, 1.0)
            }
            Answering::Poor => 0.5 * self.draws.uniform(),
            Answering::Fixed(quality) => quality,
        }
    }

    fn grade(&mut self, grader: usize, answer: usize, quality: f64, shared_error: f64) -> Grade {
        let like = f64::from(u8::from(self.agents[answer].ring));
        let honest =
            |draws: &mut Draws, noise: f64, bias: f64| quality + bias + noise * draws.gaussian();
        let said = match self.agents[grader].grading {
            Grading::Honest { noise, bias } => honest(&mut self.draws, noise, bias),
            Grading::Kindred { noise } => honest(&mut self.draws, noise, shared_error),
            Grading::Sleeper { noise, wakes } if self.round < wakes => {
                honest(&mut self.draws, noise, 0.0)
            }
            Grading::Buggy { noise } if (self.round / 10) % 5 != 4 => {
                honest(&mut self.draws, noise, 0.0)
            }
            Grading::Random | Grading::Buggy { .. } => self.draws.below(5) as f64 / 4.0,
            Grading::Constant(grade) => grade,
            Grading::Ring | Grading::Sleeper { .. } => like,
        };
        five_levels(said)
    }

    /// The next round's answers and grades. Records stay as they are until [`World::learn`].
    pub fn play(&mut self, assigning: Assigning) -> Round {
        let seed = self.draws.hash();
        let n = self.size();
        let qualities: Vec<f64> = (0..n).map(|place| self.quality(place)).collect();
        let shared: Vec<f64> = (0..n).map(|_| KINDRED_ERROR * self.draws.gaussian()).collect();
        let assigned = assigning.assign(&seed, &self.records);
        let given = assigned
            .into_iter()
            .enumerate()
            .map(|(grader, graded)| {
                let grade = |answer| {
                    (answer, self.grade(grader, answer, qualities[answer], shared[answer]))
                };
                graded.into_iter().map(grade).collect()
            })
            .collect();
        self.round += 1;
        Round { seed, qualities, grades: GradeMatrix { given } }
    }

    /// Change the records by what a round shows.
    pub fn learn(&mut self, estimator: Estimator, round: &Round) {
        self.records =
            update(estimator, &self.records, &Comparisons::of(&self.records, &round.grades));
    }

    /// Play this many rounds and learn from them.
    pub fn live(&mut self, assigning: Assigning, estimator: Estimator, rounds: usize) {
        for _ in 0..rounds {
            let round = self.play(assigning);
            self.learn(estimator, &round);
        }
    }
}

/// The nearest of five levels.
pub fn five_levels(said: f64) -> Grade {
    nearest_grade((said.clamp(0.0, 1.0) * 4.0).round() / 4.0)
}

/// The nearest grade: a hundredth of a percent is the least difference.
pub fn nearest_grade(said: f64) -> Grade {
    let most = f64::from(Grade::MAX.basis_points());
    Grade::new((said.clamp(0.0, 1.0) * most).round() as u16).unwrap_or_default()
}

/// Honest graders with noises spread evenly over 0.05..=0.5 and biases of ±0.1, then `adversaries`
/// of a kind, in random order.
pub fn mixed_swarm(
    draws: &mut Draws,
    n: usize,
    adversaries: usize,
    grading: Grading,
) -> Vec<Agent> {
    let honest = n - adversaries;
    let mut agents: Vec<Agent> = (0..honest)
        .map(|place| {
            let noise = 0.05 + 0.45 * place as f64 / (honest.max(2) - 1) as f64;
            Agent::honest(noise, if draws.chance(0.5) { 0.1 } else { -0.1 })
        })
        .collect();
    agents.extend((0..adversaries).map(|_| Agent::adversary(grading)));
    draws.shuffled(n).into_iter().map(|place| agents[place]).collect()
}

/// How many of `n` are `share` of them, rounded to nearest.
pub fn part_of(n: usize, share: f64) -> usize {
    (n as f64 * share).round() as usize
}
