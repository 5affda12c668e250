//! Ticket price, forfeits and the split of the reward (paper section 4.1).

use crate::{
    arithmetic::{mean, median},
    consensus::comparisons,
    score::{GradeMatrix, RankerWeights},
    types::Fixed,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::{
    helpers_128bit::multiply_by_rational_with_rounding,
    traits::{One, Saturating, Zero},
    FixedPointNumber, Perbill, Rounding,
};

/// Who gets which part of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen)]
pub struct PaymentRules {
    /// The ticket's price as a part of the reward.
    pub ticket_ratio: Perbill,
    /// The winner's part of the reward; the rest is the rankers'.
    pub winner_share: Perbill,
    /// The part of its ticket that an answer below the median score loses to the winner.
    pub poor_answer_forfeit: Perbill,
}

/// What happens to the money of one round. Conserved: rewards and forfeits of all agents and `treasury` add up to the
/// reward and the forfeited parts of the tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payments<Balance> {
    /// By place among **all agents that committed** (agent index): what it gets of the reward and of poor answers' tickets.
    pub paid: Vec<Balance>,
    /// By agent index: what it loses of its ticket (0..=ticket); the rest of the ticket goes back to it.
    pub forfeited: Vec<Balance>,
    /// Of the reward and the forfeits, what goes to the treasury.
    pub treasury: Balance,
}

/// A round's outcome, as far as money is concerned.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// What the client pays.
    pub reward: u128,
    /// What each of the agents holds.
    pub ticket: u128,
    /// Number of agents that committed.
    pub committed: usize,
    /// Agent index of each place: the agents that opened their answers.
    pub opened: &'a [usize],
    /// By place: whether the agent opened well-formed grades.
    pub kept_word: &'a [bool],
    /// By place.
    pub scores: &'a [Fixed],
    /// Place of the winner.
    pub winner: usize,
    /// By place: each ranker's closeness ([`closeness`]).
    pub closeness: &'a [Fixed],
}

/// `max(minimum, ticket_ratio · reward)`, rounded down to whole units.
pub fn ticket_price(rules: &PaymentRules, minimum: u128, reward: u128) -> u128 {
    rules.ticket_ratio.mul_floor(reward).max(minimum)
}

/// By place: how close each ranker's grades were to the leave-one-out means in this round: `1 − mean |g' − m|`,
/// floored at 0; 0 for those that gave none. `weights` are those of [`crate::score::Aggregation::Precision`], whatever
/// the scores are made with: the means are the same ones that ratings are learnt from.
pub fn closeness(weights: &RankerWeights, grades: &GradeMatrix) -> Vec<Fixed> {
    comparisons(weights, grades)
        .iter()
        .map(|given| {
            if given.is_empty() {
                return Fixed::zero();
            }
            let distances: Vec<Fixed> =
                given.iter().map(|c| c.unbiased.saturating_sub(c.reference).saturating_abs()).collect();
            Fixed::one().saturating_sub(mean(&distances)).max(Fixed::zero())
        })
        .collect()
}

/// The payments of a settled round.
///
/// * Who did not open its answer, or well-formed grades, loses its ticket to the treasury: the winner too.
/// * Who kept its word with an answer strictly below the median score loses `poor_answer_forfeit` of its ticket to the
///   winner.
/// * The winner gets `winner_share` of the reward, whether or not it kept its word as a ranker: the client has its answer.
/// * The rest is shared by the rankers that kept their word, in proportion to their closeness (the winner among them).
/// * What rounding leaves, and the rankers' part when nobody was close, goes to the treasury.
///
/// Conserved exactly as long as reward and tickets together fit in a `u128`; saturates beyond.
pub fn settle(rules: &PaymentRules, outcome: &Outcome<'_>) -> Payments<u128> {
    let mut payments = Payments {
        paid: (0..outcome.committed).map(|_| 0).collect(),
        forfeited: (0..outcome.committed).map(|_| outcome.ticket).collect(),
        treasury: 0,
    };
    let poor = forfeit_tickets(rules, outcome, &mut payments.forfeited);
    let winner_part = rules.winner_share.mul_floor(outcome.reward).min(outcome.reward);
    let rankers_part = outcome.reward.saturating_sub(winner_part);

    pay(&mut payments.paid, outcome.opened.get(outcome.winner), winner_part.saturating_add(poor));
    for (place, part) in rankers_shares(outcome, rankers_part) {
        pay(&mut payments.paid, outcome.opened.get(place), part);
    }
    // Whatever went to nobody is the treasury's: so the sums agree by construction.
    let lost = payments.forfeited.iter().fold(0u128, |sum, forfeit| sum.saturating_add(*forfeit));
    let paid = payments.paid.iter().fold(0u128, |sum, part| sum.saturating_add(*part));
    payments.treasury = outcome.reward.saturating_add(lost).saturating_sub(paid);
    payments
}

/// Lower the forfeits, whole tickets at first, of those that kept their word. Returns what poor answers lose together.
fn forfeit_tickets(rules: &PaymentRules, outcome: &Outcome<'_>, forfeited: &mut [u128]) -> u128 {
    let poor_forfeit = rules.poor_answer_forfeit.mul_floor(outcome.ticket).min(outcome.ticket);
    let median = median(outcome.scores.to_vec()).unwrap_or_default();
    let mut poor = 0u128;
    for ((agent, kept_word), score) in outcome.opened.iter().zip(outcome.kept_word).zip(outcome.scores) {
        let (true, Some(forfeit)) = (*kept_word, forfeited.get_mut(*agent)) else { continue };
        *forfeit = if *score < median { poor_forfeit } else { 0 };
        poor = poor.saturating_add(*forfeit);
    }
    poor
}

/// Place and part of each ranker that kept its word; parts are rounded down.
fn rankers_shares(outcome: &Outcome<'_>, rankers_part: u128) -> Vec<(usize, u128)> {
    let close: Vec<(usize, u128)> = outcome
        .closeness
        .iter()
        .zip(outcome.kept_word)
        .enumerate()
        .filter(|(_, (_, kept_word))| **kept_word)
        .map(|(place, (closeness, _))| (place, u128::try_from(closeness.into_inner()).unwrap_or(0)))
        .collect();
    let total = close.iter().fold(0u128, |sum, (_, closeness)| sum.saturating_add(*closeness));
    close
        .into_iter()
        .map(|(place, closeness)| {
            let part = multiply_by_rational_with_rounding(rankers_part, closeness, total, Rounding::Down);
            (place, part.unwrap_or(0))
        })
        .collect()
}

fn pay(paid: &mut [u128], agent: Option<&usize>, part: u128) {
    if let Some(sum) = agent.and_then(|agent| paid.get_mut(*agent)) {
        *sum = sum.saturating_add(part);
    }
}

#[cfg(test)]
mod tests;
