//! Means with confidence intervals, and errors.

pub use waggle_harness::statistics::{mean, spearman};

/// Standard errors on either side that make an interval of 95 %.
const Z: f64 = 1.96;

/// A mean over independent worlds, and how far off it may be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half the width of its 95 % confidence interval (1.96 standard errors over the worlds).
    pub half_width: f64,
}

impl Estimate {
    /// From one figure a world.
    pub fn of(values: &[f64]) -> Self {
        let mean = mean(values);
        let n = values.len() as f64;
        if n < 2.0 {
            return Self { mean, half_width: 0.0 };
        }
        Self { mean, half_width: Z * (variance(values) / n).sqrt() }
    }
}

/// How often something happened, and its 95 % confidence interval. Wilson's, which says something
/// also of what never happened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frequency {
    /// Part of the rounds in which it happened, 0..=1.
    pub part: f64,
    /// The interval's lower end.
    pub from: f64,
    /// The interval's upper end.
    pub to: f64,
}

impl Frequency {
    /// From the parts of `rounds` rounds in each of several independent worlds. The rounds of a
    /// world may go alike: where worlds differ by more than chance would have it, the interval is
    /// that of as many fewer rounds.
    pub fn of(worlds: &[f64], rounds: usize) -> Self {
        let part = mean(worlds);
        let played = (worlds.len() * rounds) as f64;
        if played < 1.0 {
            return Self { part, from: 0.0, to: 1.0 };
        }
        let by_chance = part * (1.0 - part) / rounds as f64;
        let alike = if by_chance > 0.0 { variance(worlds) / by_chance } else { 1.0 };
        let z_squared = Z * Z * alike.max(1.0) / played;
        let spread = (z_squared * (part * (1.0 - part) + z_squared / 4.0)).sqrt();
        let of = |sign: f64| (part + z_squared / 2.0 + sign * spread) / (1.0 + z_squared);
        Self { part, from: of(-1.0).max(0.0), to: of(1.0).min(1.0) }
    }
}

/// Of the values as a sample; 0 of fewer than two.
fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    squares / (values.len().max(2) - 1) as f64
}

/// The median; of an even number of values the mean of the middle two.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

/// Mean absolute difference.
pub fn mean_absolute_error(a: &[f64], b: &[f64]) -> f64 {
    mean(&a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_is_as_by_hand() {
        let estimate = Estimate::of(&[1.0, 3.0]);
        assert_eq!(estimate.mean, 2.0);
        assert!((estimate.half_width - 1.96).abs() < 1e-12);
        assert_eq!(Estimate::of(&[5.0]), Estimate { mean: 5.0, half_width: 0.0 });
    }

    #[test]
    fn frequency_should_have_wilsons_interval() {
        // Ten of a hundred: 0.0552 to 0.1744, by the tables.
        let alike = Frequency::of(&[0.1, 0.1], 50);
        assert!((alike.from - 0.0552).abs() < 1e-4 && (alike.to - 0.1744).abs() < 1e-4);
        let never = Frequency::of(&[0.0, 0.0], 50);
        assert_eq!((never.part, never.from), (0.0, 0.0));
        assert!((never.to - 0.0370).abs() < 1e-4, "{never:?}");
        assert_eq!(Frequency::of(&[], 50), Frequency { part: 0.0, from: 0.0, to: 1.0 });
    }

    #[test]
    fn frequency_should_be_less_sure_when_worlds_differ() {
        let (alike, apart) = (Frequency::of(&[0.5, 0.5], 50), Frequency::of(&[0.2, 0.8], 50));
        assert!(apart.from < alike.from && apart.to > alike.to, "{alike:?} {apart:?}");
        // Worlds in which every round goes alike count as one round each.
        let one = Frequency::of(&[0.0, 0.0, 1.0, 1.0], 50);
        assert!(one.from < 0.16 && one.to > 0.84, "{one:?}");
    }
}
