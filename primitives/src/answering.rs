//! What is known of how good an agent's answers are: from the grades that they got and, in
//! examinations ([`crate::examination`]), from the truth.

use crate::{
    arithmetic::quotient, calibration::STANDARD_BOUNDS, examination::TRUTH_GRADES, types::Fixed,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating};

/// What remains of an agent's sums after each of its rated rounds: a half-life of 23 rounds.
const DECAY: Fixed = Fixed::from_rational(97, 100);
/// How many answers every agent is taken to have given before its first,
const PRIOR_ANSWERS: Fixed = Fixed::from_u32(5);
/// and what they got: less than an answer gets on average, which is 0.5, so that a new identity has
/// no better record than one that has been there for long.
const PRIOR_QUALITY: Fixed = Fixed::from_rational(4, 10);

/// What an agent's answers got: decayed sums over its rated rounds. `Default` is a newcomer.
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
pub struct AnswerRecord {
    /// Σ of what the answers got: standardised grades, 0.2..=0.8 each.
    pub got: Fixed,
    /// Number of answers that were graded or examined.
    pub answers: Fixed,
}

impl AnswerRecord {
    /// What an answer of this agent may be expected to get, 0..=1: the decayed mean, with 5 answers
    /// at 0.4 before the first.
    pub fn quality(&self) -> Fixed {
        quotient(
            self.got.saturating_add(PRIOR_ANSWERS.saturating_mul(PRIOR_QUALITY)),
            self.answers.saturating_add(PRIOR_ANSWERS),
        )
    }

    /// The record after an answer that got `quality`.
    pub(crate) fn after(&self, quality: Fixed) -> Self {
        self.after_several(Fixed::one(), quality)
    }

    /// The record after an examination, in which the answer was right or wrong: as after
    /// [`TRUTH_GRADES`] answers that got the greatest standardised grade, or the least.
    pub(crate) fn after_truth(&self, is_right: bool) -> Self {
        let (worst, best) = STANDARD_BOUNDS;
        self.after_several(Fixed::from_u32(TRUTH_GRADES), if is_right { best } else { worst })
    }

    /// The record after a round that counts as this many answers which all got `quality`.
    fn after_several(&self, answers: Fixed, quality: Fixed) -> Self {
        let got = answers.saturating_mul(quality);
        Self {
            got: self.got.saturating_mul(DECAY).saturating_add(got),
            answers: self.answers.saturating_mul(DECAY).saturating_add(answers),
        }
    }
}
