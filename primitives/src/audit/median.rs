//! What several auditors say together: medians, which no minority moves beyond what honest ones
//! said.

use super::{
    embedding::{Embedding, UNIT},
    replay::Replay,
};
use crate::{
    arithmetic::{median, quotient},
    types::Fixed,
};
use alloc::vec::Vec;

/// Fewest results of auditors that say anything.
pub const LEAST_AUDITORS: usize = 5;

/// The median of numbers: margins, z, parts. `None` of fewer than [`LEAST_AUDITORS`].
pub fn of_numbers(results: &[Fixed]) -> Option<Fixed> {
    (results.len() >= LEAST_AUDITORS).then(|| median(results.to_vec())).flatten()
}

/// The median in every dimension; of an even number of results the mean of the middle two, rounded
/// towards zero. Results of other dimensions are left out. `None` of fewer than
/// [`LEAST_AUDITORS`], or if the medians are all zero.
pub fn of_embeddings(results: &[Embedding], dimensions: usize) -> Option<Embedding> {
    let results: Vec<&[i8]> =
        results.iter().map(Embedding::quanta).filter(|quanta| quanta.len() == dimensions).collect();
    if results.len() < LEAST_AUDITORS {
        return None;
    }
    let medians: Option<Vec<i8>> = (0..dimensions)
        .map(|dimension| {
            let quanta = results.iter().filter_map(|quanta| quanta.get(dimension).copied());
            middle(quanta.collect())
        })
        .collect();
    Embedding::new(medians?)
}

fn middle(mut values: Vec<i8>) -> Option<i8> {
    values.sort_unstable();
    let upper = values.get(values.len().div_euclid(2)).copied()?;
    let lower = values.get(values.len().saturating_sub(1).div_euclid(2)).copied()?;
    let sum = i16::from(lower).saturating_add(upper.into());
    i8::try_from(sum.checked_div(2)?).ok()
}

/// The median of each sum by itself; of an even number the lower one of the middle two. So none of
/// them is beyond what honest auditors said: of whole replays one with the median z could be any
/// number of tokens long, and outweigh all others of the epoch. Those of which nothing can be said
/// are left out. `None` of fewer than [`LEAST_AUDITORS`].
pub fn of_replays(results: &[Replay]) -> Option<Replay> {
    let results: Vec<&Replay> = results.iter().filter(|replay| replay.z().is_some()).collect();
    if results.len() < LEAST_AUDITORS {
        return None;
    }
    Some(Replay {
        tokens: lower_middle(results.iter().map(|replay| replay.tokens).collect())?,
        surprise: lower_middle(results.iter().map(|replay| replay.surprise).collect())?,
        entropy: lower_middle(results.iter().map(|replay| replay.entropy).collect())?,
        variance: lower_middle(results.iter().map(|replay| replay.variance).collect())?,
    })
}

fn lower_middle<Sum: Copy + Ord>(mut sums: Vec<Sum>) -> Option<Sum> {
    sums.sort_unstable();
    sums.get(sums.len().saturating_sub(1).div_euclid(2)).copied()
}

/// How far a result is from the median: ‖x − m‖². `None` if dimensions differ, which is as far as
/// can be.
pub fn distance(result: &Embedding, median: &Embedding) -> Option<Fixed> {
    if result.dimensions() != median.dimensions() {
        return None;
    }
    let squared = result.quanta().iter().zip(median.quanta()).fold(0i128, |sum, (one, other)| {
        let apart = i128::from(*one).saturating_sub(i128::from(*other));
        sum.saturating_add(apart.saturating_mul(apart))
    });
    let unit = i128::from(UNIT);
    Some(quotient(Fixed::from_inner(squared), Fixed::from_inner(unit.saturating_mul(unit))))
}

/// Whether an auditor has to be flagged itself: its result is further from the median than
/// `bound`, in ‖x − m‖², or has other dimensions.
pub fn is_far(result: &Embedding, median: &Embedding, bound: Fixed) -> bool {
    distance(result, median).is_none_or(|distance| distance > bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::fixed;
    use proptest::prelude::*;

    fn embedding(quanta: &[i8]) -> Embedding {
        Embedding::new(quanta.to_vec()).unwrap()
    }

    #[test]
    fn two_liars_of_five_should_move_nothing() {
        let mut results = vec![embedding(&[100, -20]); 3];
        results.extend(vec![embedding(&[-127, 127]); 2]);
        let median = of_embeddings(&results, 2).unwrap();
        assert_eq!(median, embedding(&[100, -20]));
        assert!(is_far(&results[4], &median, fixed(0.1)));
        assert!(is_far(&embedding(&[100, -20, 1]), &median, fixed(1_000.0)));
        assert!(!is_far(&embedding(&[101, -20]), &median, fixed(0.001)));
        let numbers = [0.1, 0.1, 0.1, 1.0, 1.0].map(fixed);
        assert_eq!(of_numbers(&numbers), Some(fixed(0.1)));
    }

    #[test]
    fn few_auditors_should_say_nothing() {
        let results = vec![embedding(&[100, -20]); 5];
        assert_eq!(of_embeddings(&results[..4], 2), None);
        assert_eq!(of_embeddings(&results, 3), None, "all have other dimensions");
        assert_eq!(of_numbers(&[fixed(1.0); 4]), None);
        let opposite = [[1i8, 0], [1, 0], [1, 0], [-1, 0], [-1, 0], [-1, 0]];
        assert_eq!(of_embeddings(&opposite.map(|quanta| embedding(&quanta)), 2), None);
    }

    #[test]
    fn a_median_of_an_even_number_should_be_the_mean_of_two() {
        let results = [[1i8], [3], [5], [8], [9], [127]].map(|quanta| embedding(&quanta));
        assert_eq!(of_embeddings(&results, 1), Some(embedding(&[6])));
        let negative = [[-1i8], [-3], [-5], [-8], [-9], [-127]].map(|quanta| embedding(&quanta));
        assert_eq!(of_embeddings(&negative, 1), Some(embedding(&[-6])));
        let distance = distance(&embedding(&[3, 0]), &embedding(&[0, 4])).unwrap();
        assert_eq!(distance.to_float(), 25.0 / 65_536.0);
    }

    /// So many tokens, each with these sums in [`NAT`].
    fn replay(tokens: u32, surprise: u64, entropy: u64, variance: u64) -> Replay {
        let of = |each: u64| each * u64::from(tokens);
        let (surprise, entropy, variance) = (of(surprise), of(entropy), of(variance));
        Replay { tokens, surprise, entropy, variance }
    }

    #[test]
    fn two_liars_of_five_should_move_no_replay() {
        let honest = replay(100, 1_500, 1_400, 1_024);
        for lie in [
            replay(100, 9_999, 1_400, 1_024),
            replay(100, 0, 1_400, 1_024),
            // As many deviations as the honest ones, of a hundred times as many tokens.
            Replay { tokens: 1_000_000, surprise: 15_100_000, ..replay(1_000_000, 0, 15, 1_024) },
            replay(1, 1_500, 1_400, 1_024),
        ] {
            let results = [lie, honest, lie, honest, honest];
            assert_eq!(of_replays(&results), Some(honest), "{lie:?}");
        }
    }

    #[test]
    fn replays_of_which_nothing_can_be_said_should_not_count() {
        let honest = replay(100, 1_500, 1_400, 1_024);
        assert_eq!(of_replays(&[honest; 4]), None, "too few");
        let greedy = Replay { variance: 0, ..honest };
        let mut results = vec![honest; 4];
        results.extend([greedy, Replay::default()]);
        assert_eq!(of_replays(&results), None, "two of six say nothing");
        results.push(honest);
        assert_eq!(of_replays(&results), Some(honest));
    }

    #[test]
    fn sums_of_replays_should_each_be_one_that_somebody_said() {
        let said = |surprise| Replay { surprise, ..replay(100, 0, 1_400, 1_024) };
        let six = [7, 3, 9, 1, 5, 11].map(said);
        assert_eq!(of_replays(&six), Some(said(5)), "the lower one of the middle two");
        assert_eq!(of_replays(&six[..5]), Some(said(5)));
    }

    proptest! {
        #[test]
        fn order_of_auditors_should_not_matter_to_replays(
            sums in prop::collection::vec(prop::array::uniform3(1u32..=9_999), 5..12),
        ) {
            let of = |[tokens, surprise, variance]: [u32; 3]| {
                let (surprise, variance) = (surprise.into(), variance.into());
                Replay { tokens, surprise, entropy: 5_000, variance }
            };
            let mut results: Vec<Replay> = sums.into_iter().map(of).collect();
            let straight = of_replays(&results).unwrap();
            results.reverse();
            results.swap(0, 2);
            prop_assert_eq!(of_replays(&results).unwrap(), straight);
        }

        #[test]
        fn order_of_auditors_should_not_matter(
            quanta in prop::collection::vec(prop::array::uniform3(1i8..=127), 5..12),
        ) {
            let mut results: Vec<Embedding> =
                quanta.iter().map(|quanta| embedding(quanta)).collect();
            let straight = of_embeddings(&results, 3).unwrap();
            results.reverse();
            results.swap(0, 2);
            prop_assert_eq!(of_embeddings(&results, 3).unwrap(), straight);
        }
    }
}
