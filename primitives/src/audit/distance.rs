//! Is a member's answer further from its kin's than they are from each other? Gaia's own test
//! (arXiv 2504.13443): beyond three standard deviations. It needs no other claim to compare with,
//! so that it finds models and knowledge bases that nobody registered; but it is blind to what
//! differs less than kin do among themselves.

use super::{centroid::Centroid, embedding::Embedding, verdict::Verdict};
use crate::{
    arithmetic::{mean, quotient, square, square_root},
    types::Fixed,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::Saturating;

/// Fewest references that say how far kin are apart.
pub const LEAST_KIN: u32 = 3;
/// Added to the variance of every prompt, 0.01²: where kin all say the same, a word more is no
/// proof.
const VARIANCE_FLOOR: Fixed = Fixed::from_rational(1, 10_000);

/// When distances say something.
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
pub struct DistanceRules {
    /// The fewest prompts for a verdict.
    pub least_prompts: u32,
    /// Above so many standard deviations a member is flagged.
    pub deviations: Fixed,
}

/// Gaia's three.
impl Default for DistanceRules {
    fn default() -> Self {
        Self { least_prompts: 8, deviations: Fixed::from_u32(3) }
    }
}

/// The references of a claim to one prompt, and how far they are from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    centroid: Centroid,
    mean: Fixed,
    variance: Fixed,
}

impl Kin {
    /// Of these: [`LEAST_KIN`] at least, without the member that is to be judged. `None` of fewer,
    /// or if their dimensions differ.
    pub fn of(references: &[Embedding]) -> Option<Self> {
        let centroid = Centroid::of(references)?;
        if centroid.count() < LEAST_KIN {
            return None;
        }
        let distances: Vec<Fixed> = references
            .iter()
            .map(|reference| {
                let others = centroid.clone().without(reference)?;
                others.distance(reference).map(square_root)
            })
            .collect::<Option<_>>()?;
        let mean = mean(&distances);
        let squares = distances.iter().fold(Fixed::default(), |sum, distance| {
            sum.saturating_add(square(distance.saturating_sub(mean)))
        });
        let variance = quotient(squares, Fixed::from_u32(centroid.count().saturating_sub(1)));
        Some(Self { centroid, mean, variance })
    }

    /// How much further away an answer is. `None` if its dimensions differ.
    pub fn deviation(&self, answer: &Embedding) -> Option<Deviation> {
        let distance = square_root(self.centroid.distance(answer)?);
        Some(Deviation {
            excess: distance.saturating_sub(self.mean),
            variance: self.variance.saturating_add(VARIANCE_FLOOR),
        })
    }
}

/// How much further an answer to a prompt is from its kin than they are from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Its distance from their centroid, less the mean of theirs from that of the others.
    pub excess: Fixed,
    /// The variance of theirs; above 0.
    pub variance: Fixed,
}

/// The deviations of an epoch's prompts.
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
pub struct Deviations {
    /// Σ excess.
    pub excess: Fixed,
    /// Σ variance.
    pub variance: Fixed,
    /// How many prompts.
    pub prompts: u32,
}

impl Deviations {
    /// Of these prompts. Those without a deviation do not count.
    pub fn of(deviations: impl IntoIterator<Item = Option<Deviation>>) -> Self {
        deviations.into_iter().fold(Self::default(), Self::after)
    }

    /// After one more prompt; the same if it has no deviation.
    pub fn after(self, deviation: Option<Deviation>) -> Self {
        deviation.map_or(self, |deviation| Self {
            excess: self.excess.saturating_add(deviation.excess),
            variance: self.variance.saturating_add(deviation.variance),
            prompts: self.prompts.saturating_add(1),
        })
    }

    /// With those of other prompts.
    pub fn with(self, other: Self) -> Self {
        Self {
            excess: self.excess.saturating_add(other.excess),
            variance: self.variance.saturating_add(other.variance),
            prompts: self.prompts.saturating_add(other.prompts),
        }
    }

    /// The excess in its standard deviations; 0 of none.
    pub fn z(&self) -> Fixed {
        quotient(self.excess, square_root(self.variance))
    }

    /// What they say at the end of the epoch.
    pub fn verdict(&self, rules: &DistanceRules) -> Verdict {
        if self.prompts < rules.least_prompts.max(1) {
            return Verdict::NotEnough { have: self.prompts, want: rules.least_prompts.max(1) };
        }
        if self.z() > rules.deviations {
            Verdict::Flag
        } else {
            Verdict::Pass
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::fixed;
    use proptest::prelude::*;

    fn embedding(quanta: &[i8]) -> Embedding {
        Embedding::new(quanta.to_vec()).unwrap()
    }

    /// Kin around (60, 60), not all alike.
    fn references() -> Vec<Embedding> {
        [[60, 60], [64, 60], [60, 66], [55, 60], [60, 57]].map(|at| embedding(&at)).to_vec()
    }

    #[test]
    fn whoever_is_far_from_its_kin_should_be_flagged() {
        let kin = Kin::of(&references()).unwrap();
        let epoch = |at: &[i8], prompts: usize| {
            Deviations::of(vec![kin.deviation(&embedding(at)); prompts])
        };
        let rules = DistanceRules::default();
        assert_eq!(epoch(&[61, 61], 20).verdict(&rules), Verdict::Pass);
        assert_eq!(epoch(&[120, 0], 20).verdict(&rules), Verdict::Flag);
        let few = Verdict::NotEnough { have: 7, want: 8 };
        assert_eq!(epoch(&[120, 0], 7).verdict(&rules), few);
    }

    #[test]
    fn absent_answers_should_be_no_pass_and_no_flag() {
        let rules = DistanceRules::default();
        let nothing = Verdict::NotEnough { have: 0, want: 8 };
        assert_eq!(Deviations::of(vec![None; 50]).verdict(&rules), nothing);
        assert_eq!(Kin::of(&references()[..2]), None);
        let kin = Kin::of(&references()).unwrap();
        assert_eq!(kin.deviation(&embedding(&[1, 2, 3])), None);
    }

    #[test]
    fn kin_that_all_say_the_same_should_leave_room_for_a_word_more() {
        let kin = Kin::of(&vec![embedding(&[100, 10]); 5]).unwrap();
        let near = Deviations::of(vec![kin.deviation(&embedding(&[100, 11])); 20]);
        assert_eq!(near.verdict(&DistanceRules::default()), Verdict::Pass);
        let far = Deviations::of(vec![kin.deviation(&embedding(&[90, 30])); 20]);
        assert_eq!(far.verdict(&DistanceRules::default()), Verdict::Flag);
    }

    proptest! {
        #[test]
        fn order_of_members_and_prompts_should_not_matter(
            points in prop::collection::vec(prop::array::uniform3(1i8..=127), 3..10),
            excesses in prop::collection::vec(-100i32..=100, 1..30),
        ) {
            let mut references: Vec<Embedding> =
                points.iter().map(|quanta| embedding(quanta)).collect();
            let straight = Kin::of(&references).unwrap();
            references.reverse();
            prop_assert_eq!(Kin::of(&references).unwrap(), straight);

            let deviation = |excess: &i32| Some(Deviation {
                excess: fixed(f64::from(*excess) / 100.0),
                variance: VARIANCE_FLOOR,
            });
            let straight = Deviations::of(excesses.iter().map(deviation));
            prop_assert_eq!(Deviations::of(excesses.iter().rev().map(deviation)), straight);
        }
    }
}
