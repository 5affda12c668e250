//! Percentiles and means of small samples. There is one definition of each, because published
//! tables of several programs are compared.

/// The `share` percentile (0 to 1) of `values` by nearest rank: the smallest value that at least
/// `share` of all do not exceed. 0 without values.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or_default()
}

/// The largest value; 0 without values.
pub fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The mean; 0 without values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_should_be_values_of_the_sample() {
        let values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(
            [0.0, 0.5, 0.95, 0.96, 1.0].map(|share| percentile(&values, share)),
            [1.0, 10.0, 19.0, 20.0, 20.0]
        );
        assert_eq!(percentile(&[7.0], 0.5), 7.0);
        assert_eq!((percentile(&[], 0.5), mean(&[]), largest(&[])), (0.0, 0.0, 0.0));
    }
}
