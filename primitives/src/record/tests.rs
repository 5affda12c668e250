//! What [`super`] promises: where a newcomer starts, and bounds that no record breaks.

use super::*;
use crate::simulation::{extreme_record, fixed};
use proptest::prelude::*;

#[test]
fn a_newcomer_starts_at_one_half() {
    let newcomer = RatingRecord::default();
    assert_eq!(newcomer.variance(), PRIOR_VARIANCE);
    assert_eq!((newcomer.sigma(), newcomer.rating()), (fixed(0.5), fixed(0.5)));
    assert_eq!(newcomer.bias(), Fixed::zero());
}

proptest! {
    #[test]
    fn ratings_stay_in_bounds_whatever_the_record(record in extreme_record()) {
        prop_assert!((VARIANCE_FLOOR..=Fixed::one()).contains(&record.variance()));
        prop_assert!((fixed(0.02)..=Fixed::one()).contains(&record.sigma()));
        prop_assert!((Fixed::zero()..=fixed(0.98)).contains(&record.rating()));
        let _ = record.bias();
    }
}
