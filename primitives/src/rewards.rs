//! Ticket price, forfeits and the split of the reward (paper section 4.1).
//!
//! *Fair share*: what each agent would get of the reward if all got the same, `reward / n`. What a
//! poor answer loses is counted in fair shares, because what it could have won by luck is one.

use crate::{
    arithmetic::{mean, median, quotient, square},
    candidates::Candidates,
    consensus::Comparisons,
    types::{Fixed, MIN_SWARM},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::{
    helpers_128bit::multiply_by_rational_with_rounding,
    traits::{Saturating, Zero},
    FixedPointNumber, Perbill, Rounding,
};

/// Who gets which part of what.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct PaymentRules {
    /// The winners' part of the reward; the rest is the graders'.
    pub winner_share: Perbill,
    /// What a poor answer loses of its ticket, in fair shares: parts of reward / n with n agents
    /// that opened. Not negative. The ticket is what that comes to in the smallest swarm that
    /// there is.
    pub poor_answer_loss: Fixed,
    /// Of the winners' part, what those who opened their answers share where nobody wins.
    pub unwon_share: Perbill,
}

/// What happens to the money of one round. Conserved: what all agents are paid, `returned` and
/// `treasury` add up to the reward and the forfeited parts of the tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payments<Balance> {
    /// By index, for all agents that committed: what it gets of the reward.
    pub paid: Vec<Balance>,
    /// By index: what it loses of its ticket (0..=ticket); the rest of the ticket goes back to it.
    pub forfeited: Vec<Balance>,
    /// Of the reward, what goes back to the client.
    pub returned: Balance,
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
    /// By place: the index of the agent, one of those that opened their answers.
    pub opened: &'a [usize],
    /// By place: whether the agent opened well-formed grades, or had nothing to grade.
    pub kept_word: &'a [bool],
    /// By place.
    pub scores: &'a [Fixed],
    /// Which answers are equal, by place.
    pub candidates: &'a Candidates,
    /// Place of the answer that the client gets. Whoever gave an equal one is a winner too.
    pub winner: usize,
    /// Whether that answer is good enough for the client. If not, nobody wins.
    pub is_won: bool,
    /// By place: how skilled each grader is, 0..=1, as the round's rule has it.
    pub skill: &'a [Fixed],
}

/// What a poor answer loses in a swarm of `agents`, in the unit of `reward`, if its ticket is worth
/// that much; rounded down to whole units. A swarm of none counts as one of one.
fn poor_answer_loss(rules: &PaymentRules, reward: u128, agents: usize) -> u128 {
    let shares = u128::try_from(rules.poor_answer_loss.into_inner()).unwrap_or(0);
    let whole = Fixed::DIV.unsigned_abs().saturating_mul(agents.max(1) as u128);
    multiply_by_rational_with_rounding(reward, shares, whole, Rounding::Down).unwrap_or(u128::MAX)
}

/// The price of a ticket: the most that a poor answer can lose, which is in a swarm of
/// [`MIN_SWARM`], the smallest that there is; but at least `minimum`. So the loss that the rules
/// name is always covered.
///
/// No less for larger swarms: a ticket is also what it costs to keep a key back, which brings
/// another assignment, and what that is worth does not shrink with the swarm as fair shares do.
pub fn ticket_price(rules: &PaymentRules, minimum: u128, reward: u128) -> u128 {
    poor_answer_loss(rules, reward, MIN_SWARM as usize).max(minimum)
}

/// By place: the part of the difference which the others see between the answers a grader graded
/// that its grades account for, `max(0, 1 − Σ (g' − o)² / Σ (ō − o)²)`, 0..=1, with `o` the
/// weighted mean of the others' grades of an answer, without the prior, and `ō` the mean of o over
/// the grader's own grades. 0 for those that gave none, where the others see no difference, and
/// where nobody else graded. A grader that grades everything alike has none, whatever it says.
///
/// Without the prior, because a mean that is drawn towards 0.5 would make the grades of those who
/// agree look too bold.
pub fn skill(comparisons: &Comparisons) -> Vec<Fixed> {
    comparisons
        .by_grader()
        .iter()
        .map(|given| {
            let pairs: Vec<(Fixed, Fixed)> = given
                .iter()
                .filter_map(|comparison| Some((comparison.unbiased, comparison.others?)))
                .collect();
            let middle = mean(&pairs.iter().map(|(_, others)| *others).collect::<Vec<_>>());
            let (mut spread, mut error) = (Fixed::zero(), Fixed::zero());
            for (own, others) in pairs {
                spread = spread.saturating_add(square(middle.saturating_sub(others)));
                error = error.saturating_add(square(own.saturating_sub(others)));
            }
            quotient(spread.saturating_sub(error).max(Fixed::zero()), spread)
        })
        .collect()
}

/// The payments of a settled round.
///
/// * Who did not open its answer, or well-formed grades, loses its ticket: the winner too.
/// * Who kept its word with a poor answer loses `poor_answer_loss` fair shares of its ticket. Equal
///   answers stand or fall together: each counts as the mean score of its candidate. Poor is what
///   is then strictly below the median of all answers, and is not the winning one.
/// * All that is lost goes to the treasury: nobody gains by what makes another one lose.
/// * The winners, who gave the answer that the client gets or an equal one, share `winner_share` of
///   the reward alike, whether or not they kept their word as graders: the client has its answer.
/// * The rest is shared by the graders that kept their word, in proportion to their skill (the
///   winners among them). Where none of them has any, it goes back to the client, who got nothing
///   for it.
/// * If no answer is good enough for the client, nobody wins: all who opened theirs share
///   `unwon_share` of the winners' part alike, and the client gets the rest of it back. Nothing
///   else changes, so that junk pays for what it gets, and reading answers is not free.
/// * What rounding leaves goes to the treasury.
///
/// Conserved exactly as long as reward and tickets together fit in a `u128`; saturates beyond.
pub fn settle(rules: &PaymentRules, outcome: &Outcome<'_>) -> Payments<u128> {
    let mut payments = Payments {
        paid: (0..outcome.committed).map(|_| 0).collect(),
        forfeited: (0..outcome.committed).map(|_| outcome.ticket).collect(),
        returned: 0,
        treasury: 0,
    };
    forfeit_tickets(rules, outcome, &mut payments.forfeited);
    let winners_part = rules.winner_share.mul_floor(outcome.reward).min(outcome.reward);
    let graders_part = outcome.reward.saturating_sub(winners_part);

    let graders = graders_shares(outcome, graders_part);
    if graders.is_empty() {
        payments.returned = graders_part;
    }
    let authors = if outcome.is_won {
        alike(winners(outcome), winners_part)
    } else {
        let part = rules.unwon_share.mul_floor(winners_part).min(winners_part);
        let saved = winners_part.saturating_sub(part);
        payments.returned = payments.returned.saturating_add(saved);
        alike((0..outcome.opened.len()).collect(), part)
    };
    for (place, part) in authors.into_iter().chain(graders) {
        pay(&mut payments.paid, outcome.opened.get(place), part);
    }
    // Whatever went to nobody is the treasury's: so the sums agree by construction.
    let lost = payments.forfeited.iter().fold(0u128, |sum, forfeit| sum.saturating_add(*forfeit));
    let paid = payments.paid.iter().fold(0u128, |sum, part| sum.saturating_add(*part));
    payments.treasury =
        outcome.reward.saturating_add(lost).saturating_sub(paid).saturating_sub(payments.returned);
    payments
}

/// Lower the forfeits, whole tickets at first, of those that kept their word.
fn forfeit_tickets(rules: &PaymentRules, outcome: &Outcome<'_>, forfeited: &mut [u128]) {
    let poor_forfeit =
        poor_answer_loss(rules, outcome.reward, outcome.opened.len()).min(outcome.ticket);
    let are_poor = poor_answers(outcome);
    for ((index, kept_word), is_poor) in outcome.opened.iter().zip(outcome.kept_word).zip(are_poor)
    {
        let (true, Some(forfeit)) = (*kept_word, forfeited.get_mut(*index)) else { continue };
        *forfeit = if is_poor { poor_forfeit } else { 0 };
    }
}

/// By place: whether the answer is poor. It counts as the mean of its candidate, rather than the
/// best, so that copies gain nothing by the luck of one of them.
fn poor_answers(outcome: &Outcome<'_>) -> Vec<bool> {
    let candidates = outcome.candidates;
    let means: Vec<Fixed> =
        candidates.gathered(outcome.scores).iter().map(|scores| mean(scores)).collect();
    let by_place: Vec<Fixed> = candidates
        .by_place()
        .iter()
        .filter_map(|candidate| means.get(*candidate).copied())
        .collect();
    let middle = median(by_place.clone()).unwrap_or_default();
    let is_poor = |(place, mean): (usize, Fixed)| {
        mean < middle && !candidates.are_equal(place, outcome.winner)
    };
    by_place.into_iter().enumerate().map(is_poor).collect()
}

/// The places of all who gave the answer that the client gets, or an equal one.
fn winners(outcome: &Outcome<'_>) -> Vec<usize> {
    let candidate = outcome.candidates.at(outcome.winner);
    candidate.map(|candidate| outcome.candidates.members(candidate).collect()).unwrap_or_default()
}

/// Each of these places with the same part of `whole`, rounded down.
fn alike(places: Vec<usize>, whole: u128) -> Vec<(usize, u128)> {
    let part = whole.checked_div(places.len() as u128).unwrap_or_default();
    places.into_iter().map(|place| (place, part)).collect()
}

/// Place and part of each grader that kept its word and has skill; parts are rounded down.
fn graders_shares(outcome: &Outcome<'_>, graders_part: u128) -> Vec<(usize, u128)> {
    let skilled: Vec<(usize, u128)> = outcome
        .skill
        .iter()
        .zip(outcome.kept_word)
        .enumerate()
        .filter(|(_, (_, kept_word))| **kept_word)
        .map(|(place, (skill, _))| (place, u128::try_from(skill.into_inner()).unwrap_or(0)))
        .filter(|(_, skill)| *skill > 0)
        .collect();
    let total = skilled.iter().fold(0u128, |sum, (_, skill)| sum.saturating_add(*skill));
    skilled
        .into_iter()
        .map(|(place, skill)| {
            let part =
                multiply_by_rational_with_rounding(graders_part, skill, total, Rounding::Down);
            (place, part.unwrap_or(0))
        })
        .collect()
}

fn pay(paid: &mut [u128], index: Option<&usize>, part: u128) {
    if let Some(sum) = index.and_then(|index| paid.get_mut(*index)) {
        *sum = sum.saturating_add(part);
    }
}

#[cfg(test)]
mod tests;
