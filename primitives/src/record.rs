//! What is known of how an agent grades: its variance, its rating and its bias.
//!
//! An agent's record holds decayed sums; the posterior adds [`PRIOR_GRADES`] grades at σ₀ = 0.5 and
//! bias 0. A newcomer thus starts at rating 0.5, and an identity that starts anew has no more say
//! than one. How records are learnt is [`crate::rating`].

use crate::{
    arithmetic::{quotient, square_root},
    types::Fixed,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating, Zero};

/// σ₀², the grading variance that a newcomer is taken to have: σ₀ = 0.5.
pub const PRIOR_VARIANCE: Fixed = Fixed::from_rational(1, 4);
/// How many grades at σ₀ and without bias every agent is taken to have given before its first.
pub const PRIOR_GRADES: Fixed = Fixed::from_u32(10);
/// The smallest grading variance: 0.02². Keeps luck in a few rounds from looking like perfection.
pub const VARIANCE_FLOOR: Fixed = Fixed::from_rational(4, 10_000);

/// What is known of how an agent grades: decayed sums over its rated rounds. `Default` is a
/// newcomer.
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
pub struct RatingRecord {
    /// Decayed sum of `(g' − m)² − v` over the grades given.
    pub squared_deviations: Fixed,
    /// Decayed sum of `g − m` over the grades given.
    pub deviations: Fixed,
    /// Decayed number of grades given.
    pub grades: Fixed,
    /// Rated rounds so far.
    pub rounds: u32,
}

impl RatingRecord {
    /// σ², the agent's grading variance: posterior with a prior of 10 grades at σ₀ = 0.5;
    /// [`VARIANCE_FLOOR`]..=1.
    pub fn variance(&self) -> Fixed {
        let squared =
            self.squared_deviations.saturating_add(PRIOR_GRADES.saturating_mul(PRIOR_VARIANCE));
        quotient(squared, self.grades.saturating_add(PRIOR_GRADES))
            .clamp(VARIANCE_FLOOR, Fixed::one())
    }

    /// σ in 0..=1, the paper's grading deviation.
    pub fn sigma(&self) -> Fixed {
        square_root(self.variance())
    }

    /// `1 − σ`, clamped to 0..=1.
    pub fn rating(&self) -> Fixed {
        Fixed::one().saturating_sub(self.sigma()).clamp(Fixed::zero(), Fixed::one())
    }

    /// b, the agent's habitual bias, shrunk towards 0 by the prior count.
    pub fn bias(&self) -> Fixed {
        quotient(self.deviations, self.grades.saturating_add(PRIOR_GRADES))
    }
}

#[cfg(test)]
mod tests;
