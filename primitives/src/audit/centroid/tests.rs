//! What [`super`] promises: exact sums, in any order, without bias and without overflow.

use super::*;
use crate::audit::embedding::MAX_DIMENSIONS;
use proptest::prelude::*;

fn embedding(quanta: &[i8]) -> Embedding {
    Embedding::new(quanta.to_vec()).unwrap()
}

/// Embeddings of eight dimensions, none of them zero.
fn several(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Embedding>> {
    let one = prop::collection::vec(-127i8..=127, 8).prop_map(|mut quanta| {
        if quanta.iter().all(|value| *value == 0) {
            quanta[0] = 1;
        }
        embedding(&quanta)
    });
    prop::collection::vec(one, count)
}

fn as_floats(embedding: &Embedding) -> Vec<f64> {
    embedding.quanta().iter().map(|value| f64::from(*value) / 256.0).collect()
}

fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[test]
fn sums_should_not_overflow_at_a_thousand_members() {
    // As far apart as can be, and as many as can be.
    for dimensions in [768, MAX_DIMENSIONS as usize] {
        let (plus, minus) = (embedding(&vec![127; dimensions]), embedding(&vec![-127; dimensions]));
        let of = |one: &Embedding| Centroid::of((0..MAX_REFERENCES).map(|_| one)).unwrap();
        let (all_plus, all_minus) = (of(&plus), of(&minus));
        let squared = 127.0f64.powi(2) * dimensions as f64 / 65_536.0;
        assert_eq!(all_plus.distance(&plus).unwrap(), Fixed::from_u32(0));
        let far = all_plus.distance(&minus).unwrap();
        assert!((far.to_float() - 4.0 * squared).abs() < 1e-9, "{far:?}");
        assert_eq!(all_plus.separation(&all_minus), Some(far));
        assert_eq!(all_plus.error(), Some(Fixed::from_u32(0)));
        let halves = (0..MAX_REFERENCES / 2).flat_map(|_| [&plus, &minus]);
        let error = Centroid::of(halves).unwrap().error().unwrap().to_float();
        assert!((error - squared / 999.0).abs() < 1e-9, "{error}");
        assert_eq!(all_plus.clone().with(&plus), None, "one too many");
    }
}

#[test]
fn few_references_and_other_dimensions_should_say_nothing() {
    let (here, there) = (embedding(&[100, 0]), embedding(&[0, 100]));
    let one = Centroid::of([&here]).unwrap();
    assert_eq!(Centroid::default().distance(&here), None);
    assert_eq!(one.distance(&here), None);
    assert_eq!((one.error(), Centroid::default().error()), (None, None));
    assert_eq!(one.separation(&Centroid::default()), None);
    let two = one.clone().with(&there).unwrap();
    let longer = embedding(&[1, 2, 3]);
    assert_eq!(two.distance(&longer), None);
    assert_eq!(two.separation(&Centroid::of([&longer]).unwrap()), None);
    assert_eq!(two.clone().with(&longer), None);
    assert_eq!(two.clone().without(&longer), None);
    assert_eq!(Centroid::default().without(&here), None);
    assert_eq!(two.without(&there), Some(one));
}

#[test]
fn references_that_differ_should_seem_no_further_away() {
    // Draw all pairs of references from four points around a mean: the mean of the distances is
    // that from the mean itself.
    let points = [[100i8, 40], [100, -40], [60, 0], [20, 0]].map(|quanta| embedding(&quanta));
    let member = embedding(&[0, 120]);
    let mut distances = Vec::new();
    for one in &points {
        for other in &points {
            let pair = Centroid::of([one, other]).unwrap();
            distances.push(pair.distance(&member).unwrap().to_float());
        }
    }
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    assert!((mean - (70.0f64.powi(2) + 120.0f64.powi(2)) / 65_536.0).abs() < 1e-9, "{mean}");
}

proptest! {
    #[test]
    fn order_should_not_matter(embeddings in several(3..12), turn in 0usize..12) {
        let straight = Centroid::of(&embeddings).unwrap();
        let mut turned = embeddings.clone();
        turned.rotate_left(turn % embeddings.len());
        turned.swap(0, 1);
        prop_assert_eq!(&Centroid::of(&turned).unwrap(), &straight);
        let last = &embeddings[embeddings.len() - 1];
        let others = Centroid::of(&embeddings[..embeddings.len() - 1]);
        prop_assert_eq!(straight.without(last), others);
    }

    #[test]
    fn distances_should_be_those_of_real_numbers(
        mine in several(2..8),
        theirs in several(2..8),
        member in several(1..2),
    ) {
        let (one, other) = (Centroid::of(&mine).unwrap(), Centroid::of(&theirs).unwrap());
        let member_floats = as_floats(&member[0]);
        let points: Vec<Vec<f64>> = mine.iter().map(as_floats).collect();
        let count = points.len() as f64;
        let mut expected = product(&member_floats, &member_floats);
        for (place, point) in points.iter().enumerate() {
            expected -= 2.0 * product(&member_floats, point) / count;
            for (second, other) in points.iter().enumerate() {
                if place != second {
                    expected += product(point, other) / (count * (count - 1.0));
                }
            }
        }
        let found = one.distance(&member[0]).unwrap().to_float();
        prop_assert!((found - expected).abs() < 1e-9, "{} {}", found, expected);
        // From the centroid itself it is further, by how far that is off.
        let centre: Vec<f64> = (0..8)
            .map(|d| points.iter().map(|point| point[d]).sum::<f64>() / count)
            .collect();
        let biased: f64 =
            (0..8).map(|d| (member_floats[d] - centre[d]).powi(2)).sum();
        let error = one.error().unwrap().to_float();
        prop_assert!((biased - error - expected).abs() < 1e-9, "{} {}", biased, error);

        let mean = |points: &[Embedding], dimension: usize| {
            points.iter().map(|point| as_floats(point)[dimension]).sum::<f64>()
                / points.len() as f64
        };
        let apart: f64 =
            (0..8).map(|d| (mean(&mine, d) - mean(&theirs, d)).powi(2)).sum();
        let found = one.separation(&other).unwrap();
        prop_assert!((found.to_float() - apart).abs() < 1e-9);
        prop_assert_eq!(other.separation(&one), Some(found));
    }
}
