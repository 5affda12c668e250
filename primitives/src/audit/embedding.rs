//! An answer as a point on the unit sphere, in whole numbers: what auditors commit, and the chain
//! multiplies.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

/// Most dimensions: the embedders in use have 384, 768 or 1 024.
pub const MAX_DIMENSIONS: u32 = 1_024;
/// What stands for 1.0: the quantum is 1/256. On Gaia's data no quantum from 1/1 024 to 1/16
/// changes what the tests find (`docs/verification.md`); this one leaves room for ±0.496.
pub const UNIT: u32 = 256;
/// [`UNIT`] twice.
const DOUBLED_UNIT: u64 = 2 * UNIT as u64;

/// A sentence embedding of unit length: each dimension in quanta of 1/256, -127..=127. Never empty
/// and never all zero, however it is decoded: no result is not a result.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo, MaxEncodedLen)]
pub struct Embedding(BoundedVec<i8, ConstU32<MAX_DIMENSIONS>>);

impl Decode for Embedding {
    fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
        let quanta = BoundedVec::<i8, ConstU32<MAX_DIMENSIONS>>::decode(input)?;
        Self::new(quanta.into_inner())
            .ok_or_else(|| codec::Error::from("an embedding is not zero, and above -128"))
    }
}

impl DecodeWithMemTracking for Embedding {}

impl Embedding {
    /// Of these quanta. `None` if there are none or too many, if all are zero, or one is -128.
    pub fn new(quanta: Vec<i8>) -> Option<Self> {
        let is_absent = quanta.iter().all(|value| *value == 0);
        if is_absent || quanta.contains(&i8::MIN) {
            return None;
        }
        BoundedVec::try_from(quanta).ok().map(Self)
    }

    /// The nearest to an embedding in which `unit` stands for 1.0. A half is rounded away from
    /// zero; what is beyond ±0.496 is cut off. `None` as in [`Self::new`], or if `unit` is 0.
    pub fn quantised(values: &[i32], unit: u32) -> Option<Self> {
        let quanta: Option<Vec<i8>> = values.iter().map(|value| quantum(*value, unit)).collect();
        Self::new(quanta?)
    }

    /// The quanta, by dimension.
    pub fn quanta(&self) -> &[i8] {
        &self.0
    }

    /// How many dimensions: 1..=[`MAX_DIMENSIONS`].
    pub fn dimensions(&self) -> usize {
        self.0.len()
    }

    /// The square of the length, in quanta².
    pub fn squared(&self) -> i64 {
        self.0.iter().fold(0i64, |sum, value| {
            let value = i64::from(*value);
            sum.saturating_add(value.saturating_mul(value))
        })
    }
}

fn quantum(value: i32, unit: u32) -> Option<i8> {
    let unit = u64::from(unit);
    let doubled = u64::from(value.unsigned_abs()).saturating_mul(DOUBLED_UNIT);
    let nearest = doubled.saturating_add(unit).checked_div(unit.saturating_mul(2))?;
    let size = i8::try_from(nearest).unwrap_or(i8::MAX);
    Some(if value < 0 { size.saturating_neg() } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_result_should_be_no_embedding() {
        assert_eq!(Embedding::new(vec![]), None);
        assert_eq!(Embedding::new(vec![0; 768]), None);
        assert_eq!(Embedding::new(vec![1, i8::MIN]), None);
        assert_eq!(Embedding::new(vec![1; MAX_DIMENSIONS as usize + 1]), None);
        assert_eq!(Embedding::quantised(&[1, 2], 0), None);
        assert_eq!(Embedding::quantised(&[1, -1], 10_000), None, "all is below half a quantum");
        assert!(Embedding::new(vec![1; MAX_DIMENSIONS as usize]).is_some());
    }

    #[test]
    fn decoding_should_let_nothing_in_that_is_no_embedding() {
        for quanta in [vec![], vec![0i8; 8], vec![i8::MIN, 1]] {
            assert!(Embedding::decode(&mut &quanta.encode()[..]).is_err());
        }
        let too_long = vec![1i8; MAX_DIMENSIONS as usize + 1];
        assert!(Embedding::decode(&mut &too_long.encode()[..]).is_err());
        let embedding = Embedding::new(vec![3, -4, 127]).unwrap();
        assert_eq!(Embedding::decode(&mut &embedding.encode()[..]), Ok(embedding));
    }

    #[test]
    fn quanta_should_be_the_nearest() {
        let halves = Embedding::quantised(&[3, -3, 1, -1, 255, 500, -500], 512).unwrap();
        assert_eq!(halves.quanta(), [2, -2, 1, -1, 127, 127, -127]);
        assert_eq!(Embedding::new(vec![3, -4]).unwrap().squared(), 25);
    }

    proptest! {
        #[test]
        fn quantisation_should_err_by_half_a_quantum_at_most(
            values in prop::collection::vec(-32_500i32..=32_500, 1..50),
        ) {
            if let Some(embedding) = Embedding::quantised(&values, 65_534) {
                for (value, quanta) in values.iter().zip(embedding.quanta()) {
                    let error = f64::from(*value) / 65_534.0 - f64::from(*quanta) / 256.0;
                    prop_assert!(error.abs() <= 0.5 / 256.0 + 1e-12);
                }
            }
        }
    }
}
