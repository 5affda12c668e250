//! Which candidate wins, by what the graders say and by what is known of who answered; and what is
//! learnt from it.
//!
//! The default rule ([`crate::rule`]); under the others, the paper's among them, every answer
//! stands alone. In this one:
//! * a grade counts as far as it is above or below what its grader usually says
//!   ([`crate::calibration::Reading`]), with the weight that its grader has earned;
//! * an answer's score starts from its author's record;
//! * equal answers are one candidate. To a [closed](Question::Closed) question they bear each
//!   other out: what each of them scores above [`FLOOR`], cubed, is added up, so that junk below
//!   the floor gains nothing by number, and little above it. To an [open](Question::Open) one they
//!   are copies: their mean counts.

use crate::{
    answering::AnswerRecord,
    arithmetic::{from_count, mean, median, quotient, square},
    assignment::Draws,
    calibration::Calibration,
    candidates::Candidates,
    consensus::{Comparisons, UNIFORM_PRIOR_WEIGHT},
    grades::GradeMatrix,
    rating::MIN_RATED_AGENTS,
    rewards,
    types::{Fixed, Hash32},
    weighting::{capped, precision_weights},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{Saturating, Zero};
use sp_crypto_hashing::blake2_256;

/// What the round's graders weigh on average. The author's record weighs
/// [`UNIFORM_PRIOR_WEIGHT`], as much as four of them.
pub const MEAN_WEIGHT: Fixed = Fixed::from_u32(3);
/// No author's record counts as more than this above the median of the round's authors: a record
/// that was made up in rounds of one's own is worth no more.
const RECORD_ABOVE_MEDIAN: Fixed = Fixed::from_rational(8, 100);
/// Scores up to here add nothing to a candidate.
pub const FLOOR: Fixed = Fixed::from_rational(1, 4);

/// What kind of question was asked: what it says that answers are equal.
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
pub enum Question {
    /// One answer is right, and who knows it says it. Equal answers bear each other out.
    Closed,
    /// Everybody's answer is a text of its own. Equal answers are copies, which gain nothing by
    /// their number.
    Open,
}

/// What is known of an agent. `Default` is a newcomer.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct Standing {
    /// How it grades.
    pub grading: Calibration,
    /// What its answers got.
    pub answering: AnswerRecord,
}

impl Standing {
    /// The standing after an examination: `is_right` of its answer, if it gave one; `given` as
    /// [`Calibration::after_truth`] takes it.
    pub(crate) fn after_truth(&self, is_right: Option<bool>, given: &[(Fixed, Fixed)]) -> Self {
        Self {
            grading: self.grading.after_truth(given).unwrap_or(self.grading),
            answering: is_right
                .map_or(self.answering, |is_right| self.answering.after_truth(is_right)),
        }
    }
}

/// What the grades of a round say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The score of each answer, by place, 0..=1.
    pub scores: Vec<Fixed>,
    /// What each answer scored before anybody graded it, by place, 0..=1: what its author's record
    /// lets one expect.
    pub priors: Vec<Fixed>,
    /// What each grader's word counted, by place: [`MEAN_WEIGHT`] on average of those that gave
    /// grades, 0 for the others.
    pub weights: Vec<Fixed>,
    /// What each candidate has in all.
    pub totals: Vec<Fixed>,
    /// The winning candidate.
    pub candidate: usize,
    /// Of its answers the best one, which the client gets: a place.
    pub winner: usize,
    /// What is known of the agents after the round, by place.
    pub after: Vec<Standing>,
    /// What each grader is paid for, by place, 0..=1: the skill that it is known for, as far as it
    /// shows it in this round.
    pub skill: Vec<Fixed>,
}

/// Judge a round. By place: `standings`, what was known of the agents before the round;
/// `candidates`, which answers are equal; `grades`. `question` says what equality means. Places
/// beyond those of `candidates` are of graders that gave no answer. `None` without answers.
///
/// Ties are broken by the round's seed, never by place: among candidates as
/// [`crate::score::winner`] does it among places, then among the best answers of the winning one,
/// from the same draws.
pub fn judge(
    standings: &[Standing],
    candidates: &Candidates,
    grades: &GradeMatrix,
    question: Question,
    seed: &Hash32,
) -> Option<Verdict> {
    let weights = weights(standings, grades);
    let said = said(standings, &weights, candidates, grades);
    let priors = priors(standings, candidates.by_place().len());
    let scores: Vec<Fixed> =
        said.iter().zip(&priors).map(|(said, prior)| said.with_prior(*prior)).collect();
    let totals = totals(&scores, candidates, question);
    let tie_seed = (b"waggle/tie", seed).using_encoded(blake2_256);
    let mut draws = Draws::new(&tie_seed);
    let candidate = best(totals.iter().copied().enumerate().collect(), &mut draws)?;
    let own = candidates.members(candidate).filter_map(|place| Some((place, *scores.get(place)?)));
    let winner = best(own.collect(), &mut draws)?;
    let comparisons = compared(standings, candidates, grades);
    let after = learn(standings, &comparisons, &said);
    let skill = skill(&after, &comparisons);
    Some(Verdict { scores, priors, weights, totals, candidate, winner, after, skill })
}

/// What each grader's word counts, by place: see [`Calibration::weight`]; none above four times the
/// median, and [`MEAN_WEIGHT`] on average.
fn weights(standings: &[Standing], grades: &GradeMatrix) -> Vec<Fixed> {
    let raw = grades.given.iter().enumerate().map(|(place, given)| {
        let standing = standings.get(place).copied().unwrap_or_default();
        (!given.is_empty()).then(|| standing.grading.weight())
    });
    let raw: Vec<Option<Fixed>> = raw.collect();
    let graders = from_count(raw.iter().flatten().count());
    let weights = capped(raw);
    let sum = weights.iter().fold(Fixed::zero(), |sum, weight| sum.saturating_add(*weight));
    let scale = quotient(MEAN_WEIGHT.saturating_mul(graders), sum);
    weights.into_iter().map(|weight| weight.saturating_mul(scale)).collect()
}

/// What the graders said of an answer, added up.
#[derive(Clone, Copy, Default)]
struct Said {
    /// Σ w.
    weight: Fixed,
    /// Σ w·g, of standardised grades.
    weighted: Fixed,
}

impl Said {
    /// The mean with the author's record as the prior.
    fn with_prior(&self, prior: Fixed) -> Fixed {
        quotient(
            self.weighted.saturating_add(UNIFORM_PRIOR_WEIGHT.saturating_mul(prior)),
            self.weight.saturating_add(UNIFORM_PRIOR_WEIGHT),
        )
    }

    /// The mean. `None` if nobody said anything that counts.
    fn mean(&self) -> Option<Fixed> {
        (!self.weight.is_zero()).then(|| quotient(self.weighted, self.weight))
    }
}

/// What was said of each answer, by place.
fn said(
    standings: &[Standing],
    weights: &[Fixed],
    candidates: &Candidates,
    grades: &GradeMatrix,
) -> Vec<Said> {
    let mut said: Vec<Said> = candidates.by_place().iter().map(|_| Said::default()).collect();
    for (grader, given) in grades.given.iter().enumerate() {
        let reading = standings.get(grader).copied().unwrap_or_default().grading.reading();
        let weight = weights.get(grader).copied().unwrap_or_default();
        for (answer, grade) in given {
            if let Some(said) = said.get_mut(*answer) {
                let grade = reading.of(*grade);
                said.weight = said.weight.saturating_add(weight);
                said.weighted = said.weighted.saturating_add(weight.saturating_mul(grade));
            }
        }
    }
    said
}

/// What each of the first `answers` places is expected to get, from its author's record.
fn priors(standings: &[Standing], answers: usize) -> Vec<Fixed> {
    let quality =
        |place: usize| standings.get(place).copied().unwrap_or_default().answering.quality();
    let qualities: Vec<Fixed> = (0..answers).map(quality).collect();
    let most = median(qualities.clone()).unwrap_or_default().saturating_add(RECORD_ABOVE_MEDIAN);
    qualities.into_iter().map(|quality| quality.min(most)).collect()
}

/// What each candidate has: the cubes of what its answers score above [`FLOOR`], added up if the
/// question is closed, on average if it is open.
fn totals(scores: &[Fixed], candidates: &Candidates, question: Question) -> Vec<Fixed> {
    let cube = |score: &Fixed| {
        let above = score.saturating_sub(FLOOR).max(Fixed::zero());
        square(above).saturating_mul(above)
    };
    let cubes: Vec<Fixed> = scores.iter().map(cube).collect();
    let total = |cubes: Vec<Fixed>| match question {
        Question::Closed => cubes.iter().fold(Fixed::zero(), |sum, cube| sum.saturating_add(*cube)),
        Question::Open => mean(&cubes),
    };
    candidates.gathered(&cubes).into_iter().map(total).collect()
}

/// The number with the greatest value; one of them is drawn where there are several.
fn best(values: Vec<(usize, Fixed)>, draws: &mut Draws) -> Option<usize> {
    let most = values.iter().map(|(_, value)| *value).max()?;
    let tied: Vec<usize> =
        values.iter().filter(|(_, value)| *value == most).map(|(number, _)| *number).collect();
    tied.get(draws.below(tied.len())).copied()
}

/// The grades beside what the other graders say, as what is known of those makes it.
fn compared(standings: &[Standing], candidates: &Candidates, grades: &GradeMatrix) -> Comparisons {
    let graders = grades.given.iter().enumerate().map(|(place, given)| {
        let grading = standings.get(place).copied().unwrap_or_default().grading;
        (!given.is_empty()).then(|| (grading.variance(), grading.bias()))
    });
    Comparisons::among(&precision_weights(graders), candidates, grades)
}

/// What is known of the agents after the round. Nothing new in rounds of fewer than
/// [`MIN_RATED_AGENTS`]; of graders what [`Calibration::after`] learns, of authors what their
/// answers got.
fn learn(standings: &[Standing], comparisons: &Comparisons, said: &[Said]) -> Vec<Standing> {
    let given = comparisons.by_grader();
    if given.len() < MIN_RATED_AGENTS {
        return standings.to_vec();
    }
    let after = |(place, standing): (usize, &Standing)| {
        let grading = given
            .get(place)
            .and_then(|given| standing.grading.after(given))
            .unwrap_or(standing.grading);
        let got = said.get(place).and_then(Said::mean);
        let answering = got.map_or(standing.answering, |got| standing.answering.after(got));
        Standing { grading, answering }
    };
    standings.iter().enumerate().map(after).collect()
}

/// The skill that each grader is known for, this round included, times what it shows in this round.
/// The first alone would pay those who farmed a record or sleep, whatever they say now; the second
/// alone would pay luck.
fn skill(after: &[Standing], comparisons: &Comparisons) -> Vec<Fixed> {
    let known = after.iter().map(|standing| standing.grading.skill());
    let shown = rewards::skill(comparisons);
    known.zip(shown).map(|(known, shown)| known.saturating_mul(shown)).collect()
}

#[cfg(test)]
mod tests;
