//! What a round brings each kind of agent, taken apart so that prices and shares can be varied
//! without playing again. Rounds are judged by the chain's rule until spec version 5, in which
//! every answer stands by itself and graders are paid for the skill that they show in the round.
//!
//! Payments are linear in the rules: the profit of an agent is
//! `winner share · reward · wins + (1 − winner share) · reward · grading − loss · poor`.
//! [`Takings`] holds the three factors. `tests` check that this agrees with
//! `rewards::settle` itself.

use crate::{statistics::mean, world::Round};
use sp_arithmetic::Perbill;
use waggle_primitives::{
    candidates::Candidates,
    consensus::Comparisons,
    grades::GradeMatrix,
    record::RatingRecord,
    rewards::{settle, skill, Outcome, PaymentRules, Payments},
    score::{scores, winner},
    weighting::{weights, Aggregation, GraderWeights},
    Fixed, Grade,
};

/// One unit of money in these experiments, as the chain counts it.
pub const UNIT: f64 = 1e12;

/// What an agent, or several, got in a round or on average over many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Takings {
    /// Rounds that are averaged over.
    pub rounds: f64,
    /// Wins.
    pub wins: f64,
    /// Part of the graders' part; nobody has any where nobody has skill, since the client keeps it.
    pub grading: f64,
    /// Part of the graders' part if it were paid by [`closeness`].
    pub grading_by_closeness: f64,
    /// Answers below the median.
    pub poor: f64,
}

impl Takings {
    /// Add a round, or many.
    pub fn add(&mut self, other: Takings) {
        self.rounds += other.rounds;
        self.wins += other.wins;
        self.grading += other.grading;
        self.grading_by_closeness += other.grading_by_closeness;
        self.poor += other.poor;
    }

    /// Profit for each round, in parts of the reward, if graders are paid by skill. `loss` is what
    /// a poor answer loses, in parts of the reward.
    pub fn profit(&self, winner_share: f64, loss: f64) -> f64 {
        self.profit_with(winner_share, loss, self.grading)
    }

    /// The same if graders were paid by [`closeness`].
    pub fn profit_by_closeness(&self, winner_share: f64, loss: f64) -> f64 {
        self.profit_with(winner_share, loss, self.grading_by_closeness)
    }

    fn profit_with(&self, winner_share: f64, loss: f64, grading: f64) -> f64 {
        let sum = winner_share * self.wins + (1.0 - winner_share) * grading - loss * self.poor;
        sum / self.rounds.max(1.0)
    }
}

/// A way to pay graders that the chain had once, by place: `1 − mean |g' − m|`, how close a
/// grader's grades came to the leave-one-out means. Whoever grades everything with the middle gets
/// as much as anybody else.
pub fn closeness(weights: &GraderWeights, grades: &GradeMatrix) -> Vec<f64> {
    const PRIOR_WEIGHT: f64 = 1.0 / 0.26;
    let of = |grader: usize| {
        let (weight, bias) = weights.of(grader);
        (weight.to_float(), bias.to_float())
    };
    let graders: Vec<(f64, f64)> = (0..grades.given.len()).map(of).collect();
    let said = |grader: usize, grade: Grade| {
        f64::from(grade.basis_points()) / 10_000.0 - graders[grader].1
    };
    let mut pools = vec![(PRIOR_WEIGHT, PRIOR_WEIGHT * 0.5); grades.given.len()];
    for (grader, given) in grades.given.iter().enumerate() {
        for (answer, grade) in given {
            pools[*answer].0 += graders[grader].0;
            pools[*answer].1 += graders[grader].0 * said(grader, *grade);
        }
    }
    let close = |grader: usize, given: &[(usize, Grade)]| {
        let weight = graders[grader].0;
        let distance = |(answer, grade): &(usize, Grade)| {
            let (all, sum) = pools[*answer];
            let own = said(grader, *grade);
            (own - (sum - weight * own) / (all - weight)).abs()
        };
        let distances: Vec<f64> = given.iter().map(distance).collect();
        if distances.is_empty() {
            0.0
        } else {
            (1.0 - mean(&distances)).max(0.0)
        }
    };
    grades.given.iter().enumerate().map(|(grader, given)| close(grader, given)).collect()
}

/// What becomes of a round in which everybody keeps its word.
pub struct Settled {
    /// The winner's place.
    pub winner: usize,
    /// The scores.
    pub scores: Vec<Fixed>,
    /// How skilled each grader was.
    pub skill: Vec<Fixed>,
    /// How close each grader was ([`closeness`]).
    pub closeness: Vec<f64>,
}

impl Settled {
    /// By the chain's rule until spec version 5.
    pub fn of(round: &Round, records: &[RatingRecord]) -> Self {
        let scoring = Aggregation::Sharpened;
        let scores = scores(scoring, &weights(scoring, records, &round.grades), &round.grades);
        let winner = winner(&scores, &round.seed).unwrap_or(0);
        let weights = weights(Aggregation::Precision, records, &round.grades);
        Self {
            winner,
            scores,
            skill: skill(&Comparisons::of(records, &round.grades)),
            closeness: closeness(&weights, &round.grades),
        }
    }

    /// The payments of the chain's own function.
    pub fn payments(&self, rules: &PaymentRules, reward: u128) -> Payments<u128> {
        let n = self.scores.len();
        settle(
            rules,
            &Outcome {
                reward,
                // All keep their word: what a poor answer loses is what the rules say.
                ticket: u128::MAX,
                committed: n,
                opened: &(0..n).collect::<Vec<_>>(),
                kept_word: &vec![true; n],
                scores: &self.scores,
                candidates: &Candidates::apart(n),
                winner: self.winner,
                is_won: true,
                skill: &self.skill,
            },
        )
    }

    /// By place.
    pub fn takings(&self) -> Vec<Takings> {
        // With a reward of 10^18 for the graders only, and a loss of the same, payments and
        // forfeits are the factors.
        const WHOLE: u128 = 1_000_000_000_000_000_000;
        let all = Fixed::from_u32(self.scores.len() as u32);
        let rules = PaymentRules {
            winner_share: Perbill::zero(),
            poor_answer_loss: all,
            unwon_share: Perbill::zero(),
        };
        let payments = self.payments(&rules, WHOLE);
        let part = |amount: u128| amount as f64 / WHOLE as f64;
        let all_closeness: f64 = self.closeness.iter().sum();
        payments
            .paid
            .iter()
            .zip(&payments.forfeited)
            .enumerate()
            .map(|(place, (paid, forfeited))| {
                let won = place == self.winner;
                Takings {
                    rounds: 1.0,
                    wins: f64::from(u8::from(won)),
                    grading: part(*paid),
                    grading_by_closeness: if all_closeness > 0.0 {
                        self.closeness[place] / all_closeness
                    } else {
                        0.0
                    },
                    poor: part(*forfeited),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assigning::Assigning,
        draws::Draws,
        world::{mixed_swarm, Grading, World},
    };

    #[test]
    fn who_grades_everything_alike_has_no_skill() {
        let mut draws = Draws::of("money/tests", 1);
        let agents = mixed_swarm(&mut draws, 10, 3, Grading::Constant(0.5));
        let mut world = World::new(draws, agents);
        world.live(Assigning::Balanced, waggle_primitives::rating::Estimator::LeaveOneOut, 50);
        // In one round all others may be unlucky with their few grades; in fifty they are not.
        let mut all = 0.0;
        for _ in 0..50 {
            let round = world.play(Assigning::Balanced);
            let settled = Settled::of(&round, &world.records);
            for (skill, agent) in settled.skill.iter().zip(&world.agents) {
                assert!(!agent.ring || *skill == Fixed::default(), "{skill}");
                all += skill.to_float();
            }
        }
        assert!(all > 1.0, "{all}");
    }

    #[test]
    fn nobody_should_be_paid_for_grading_when_nobody_has_skill() {
        let mut draws = Draws::of("money/tests", 2);
        // In a swarm of two nobody has two answers to tell apart.
        let agents = mixed_swarm(&mut draws, 2, 0, Grading::Random);
        let mut world = World::new(draws, agents);
        for _ in 0..20 {
            let round = world.play(Assigning::Balanced);
            let settled = Settled::of(&round, &world.records);
            assert!(settled.takings().iter().all(|takings| takings.grading.abs() < 1e-9));
        }
    }

    #[test]
    fn takings_agree_with_the_chains_own_payments() {
        let rules = PaymentRules {
            winner_share: Perbill::from_percent(70),
            poor_answer_loss: Fixed::from_rational(6, 5),
            unwon_share: Perbill::zero(),
        };
        let mut draws = Draws::of("money/tests", 0);
        let agents = mixed_swarm(&mut draws, 9, 2, Grading::Random);
        let mut world = World::new(draws, agents);
        for _ in 0..20 {
            let round = world.play(Assigning::Balanced);
            let settled = Settled::of(&round, &world.records);
            let payments = settled.payments(&rules, 20 * UNIT as u128);
            for (place, takings) in settled.takings().iter().enumerate() {
                let profit = (payments.paid[place] as f64 - payments.forfeited[place] as f64)
                    / (20.0 * UNIT);
                assert!(
                    (profit - takings.profit(0.7, 1.2 / 9.0)).abs() < 1e-9,
                    "{profit} {takings:?}"
                );
            }
        }
    }
}
