//! The few operations on [`Fixed`] that its crate lacks. All saturate; none depends on the order of
//! its inputs.

use crate::types::Fixed;
use alloc::vec::Vec;
use sp_arithmetic::{
    traits::{Saturating, Zero},
    FixedPointNumber, SignedRounding,
};

/// Median; of an even number of values the mean of the middle two (rounded towards zero). `None` of
/// nothing.
pub(crate) fn median(mut values: Vec<Fixed>) -> Option<Fixed> {
    values.sort_unstable();
    let upper = values.get(values.len().div_euclid(2)).copied()?;
    if values.len().rem_euclid(2) == 1 {
        return Some(upper);
    }
    let lower = values.get(values.len().div_euclid(2).checked_sub(1)?).copied()?;
    Some(quotient(lower.saturating_add(upper), Fixed::from_u32(2)))
}

/// `value²`.
pub(crate) fn square(value: Fixed) -> Fixed {
    value.saturating_mul(value)
}

/// `numerator / denominator`, rounded to nearest (a half towards zero); 0 when there is no such
/// number (a denominator of 0, an overflow).
pub(crate) fn quotient(numerator: Fixed, denominator: Fixed) -> Fixed {
    numerator
        .checked_rounding_div(denominator, SignedRounding::NearestPrefMinor)
        .unwrap_or_default()
}

/// `√value`, cut off at the last digit; 0 of anything below 0.
pub(crate) fn square_root(value: Fixed) -> Fixed {
    value.checked_sqrt().unwrap_or_default()
}

/// `count` as a number.
pub(crate) fn from_count(count: usize) -> Fixed {
    Fixed::saturating_from_integer(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The mean; 0 of nothing.
pub(crate) fn mean(values: &[Fixed]) -> Fixed {
    let sum = values.iter().fold(Fixed::zero(), |sum, value| sum.saturating_add(*value));
    quotient(sum, from_count(values.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn roots_are_exact_to_the_last_digit(inner in 0..=1_000_000_000_000_000_000i128) {
            let root = square_root(Fixed::from_inner(inner)).into_inner();
            prop_assert!(root * root <= inner * 1_000_000_000_000_000_000);
            prop_assert!((root + 1) * (root + 1) > inner * 1_000_000_000_000_000_000);
        }
    }
}
