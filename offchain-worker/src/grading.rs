//! From logits to a grade: pure arithmetic.
//!
//! A model grades with one generated token. Each *grade token* (`"1"` … `"5"`) is worth a value in
//! `0.0..=1.0`; the grade is the expectation of that value under the model's own probabilities,
//! normalised over the grade tokens. The *mass* is the probability that the model gives to the
//! grade tokens together: a model that wanted to say something else has not graded.

use crate::protocol::MAX_GRADE;

/// The logits that one grade needs, read where the model was about to generate its first token.
#[derive(Clone, Debug, PartialEq)]
pub struct NextLogits {
    /// The logits of the tokens asked for, in their order.
    pub picked: Vec<f32>,
    /// The logarithm of the sum of the exponentials of all logits of the vocabulary.
    pub log_total: f64,
}

impl NextLogits {
    /// Picks `ids` out of all `logits`; an id outside the vocabulary counts as impossible.
    pub fn pick(logits: &[f32], ids: &[u32]) -> Self {
        let at = |id: &u32| usize::try_from(*id).ok().and_then(|index| logits.get(index)).copied();
        Self {
            picked: ids.iter().map(|id| at(id).unwrap_or(f32::NEG_INFINITY)).collect(),
            log_total: log_sum_exp(logits.iter().map(|logit| f64::from(*logit))),
        }
    }
}

/// The tokens with which a model grades.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Token ids and what each is worth, `0.0..=1.0`. Several ids may write the same grade (`"5"`,
    /// `" 5"`).
    pub tokens: Vec<(u32, f64)>,
    /// The least mass of a valid grade, `0.0..=1.0`.
    pub min_mass: f64,
}

/// A grade and how sure the model was to grade at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The expected value, `0.0..=1.0`.
    pub value: f64,
    /// The probability of all grade tokens together, `0.0..=1.0`.
    pub mass: f64,
}

impl Verdict {
    /// The value in basis points, `0..=10_000`.
    pub fn grade(&self) -> u16 {
        basis_points(self.value)
    }
}

/// Why there is no grade; asking the same model again gives the same.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoGrade {
    /// The model would have said something else.
    #[error("grade tokens carry only {mass:.4} of the probability, {min_mass} is needed")]
    LowMass {
        /// What the grade tokens carry.
        mass: f64,
        /// What they would have to carry.
        min_mass: f64,
    },
    /// NaN or infinite logits, or not one for each token: a broken model.
    #[error("the model's logits are not finite numbers")]
    NotFinite,
}

impl Scale {
    /// The ids to pick from the logits.
    pub fn ids(&self) -> Vec<u32> {
        self.tokens.iter().map(|(id, _)| *id).collect()
    }

    /// The lowest grade that can be given, in basis points.
    pub fn lowest(&self) -> u16 {
        basis_points(self.tokens.iter().map(|(_, value)| *value).fold(1.0, f64::min))
    }

    /// The grade that `logits`, picked by [`Scale::ids`], stand for.
    ///
    /// # Errors
    /// [`NoGrade`] when the model did not grade or its logits are no numbers.
    pub fn verdict(&self, logits: &NextLogits) -> Result<Verdict, NoGrade> {
        let picked: Vec<f64> = logits.picked.iter().map(|logit| f64::from(*logit)).collect();
        let log_grades = log_sum_exp(picked.iter().copied());
        if picked.len() == self.tokens.len()
            && log_grades == f64::NEG_INFINITY
            && logits.log_total.is_finite()
        {
            return Err(NoGrade::LowMass { mass: 0.0, min_mass: self.min_mass });
        }
        if picked.len() != self.tokens.len()
            || !log_grades.is_finite()
            || !logits.log_total.is_finite()
        {
            return Err(NoGrade::NotFinite);
        }
        let mass = (log_grades - logits.log_total).exp().min(1.0);
        if mass < self.min_mass {
            return Err(NoGrade::LowMass { mass, min_mass: self.min_mass });
        }
        let expectation: f64 = picked
            .iter()
            .zip(&self.tokens)
            .map(|(logit, (_, value))| (logit - log_grades).exp() * value)
            .sum();
        Ok(Verdict { value: expectation.clamp(0.0, 1.0), mass })
    }
}

/// A number of `0.0..=1.0` in basis points, rounded to the nearest; what lies outside is clamped.
pub fn basis_points(value: f64) -> u16 {
    // The clamped product is a whole number of 0..=10_000, which the cast keeps.
    (value.clamp(0.0, 1.0) * f64::from(MAX_GRADE)).round() as u16
}

/// `ln Σ exp(x)` without overflow; −∞ for nothing, NaN if any value is NaN.
fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let highest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return if values.clone().any(f64::is_nan) { f64::NAN } else { highest };
    }
    highest + values.map(|value| (value - highest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn five() -> Scale {
        let tokens = (0..5).map(|grade| (grade + 1, f64::from(grade) / 4.0)).collect();
        Scale { tokens, min_mass: 0.5 }
    }

    #[test]
    fn verdict_should_be_the_expectation_when_tokens_carry_all() {
        let scale = Scale { tokens: vec![(0, 0.0), (1, 1.0)], min_mass: 0.5 };
        let odds = NextLogits::pick(&[0.0, 3f32.ln()], &scale.ids());
        let verdict = scale.verdict(&odds).unwrap();
        assert_eq!(verdict.grade(), 7500);
        assert!((verdict.mass - 1.0).abs() < 1e-6);
        assert_eq!(
            scale.verdict(&NextLogits::pick(&[0.0, 100.0], &scale.ids())).unwrap().grade(),
            10_000
        );
        assert_eq!(
            scale.verdict(&NextLogits::pick(&[100.0, 0.0], &scale.ids())).unwrap().grade(),
            0
        );
    }

    #[test]
    fn verdict_should_equal_the_softmax_when_logits_are_arbitrary() {
        let scale = Scale { min_mass: 0.0, ..five() };
        let mut chance = Chance::new(1);
        for _ in 0..2_000 {
            let logits: Vec<f32> = (0..40).map(|_| chance.unit() as f32 * 20.0 - 10.0).collect();
            let exponentials: Vec<f64> =
                logits.iter().map(|logit| f64::from(*logit).exp()).collect();
            let total: f64 = exponentials.iter().sum();
            let grades: f64 = exponentials[1..=5].iter().sum();
            let mean: f64 =
                (1..=5).map(|id| exponentials[id] / grades * (id as f64 - 1.0) / 4.0).sum();
            let verdict = scale.verdict(&NextLogits::pick(&logits, &scale.ids())).unwrap();
            assert!(
                (f64::from(verdict.grade()) - mean * 10_000.0).abs() <= 0.51,
                "{verdict:?} {mean}"
            );
            assert!((verdict.mass - grades / total).abs() < 1e-6);
        }
    }

    #[test]
    fn verdict_should_not_change_when_all_logits_shift() {
        let mut chance = Chance::new(2);
        let scale = Scale { min_mass: 0.0, ..five() };
        for _ in 0..500 {
            let logits: Vec<f32> = (0..10).map(|_| (chance.unit() * 8.0).round() as f32).collect();
            let shifted: Vec<f32> = logits.iter().map(|logit| logit + 64.0).collect();
            let grade = |logits: &[f32]| {
                scale.verdict(&NextLogits::pick(logits, &scale.ids())).unwrap().grade()
            };
            assert_eq!(grade(&logits), grade(&shifted));
        }
    }

    #[test]
    fn verdict_should_fail_when_mass_is_low() {
        let mut logits = vec![0.0; 100];
        logits[50] = 20.0;
        let verdict = five().verdict(&NextLogits::pick(&logits, &five().ids()));
        assert!(
            matches!(verdict, Err(NoGrade::LowMass { mass, .. }) if mass < 1e-6),
            "{verdict:?}"
        );
        let none = NextLogits { picked: vec![f32::NEG_INFINITY; 5], log_total: 0.0 };
        let verdict = Scale { min_mass: 0.0, ..five() }.verdict(&none);
        assert!(matches!(verdict, Err(NoGrade::LowMass { mass: 0.0, .. })), "{verdict:?}");
    }

    #[test]
    fn verdict_should_fail_when_logits_are_no_numbers() {
        for logits in
            [vec![f32::NAN; 6], vec![f32::INFINITY; 6], vec![f32::NEG_INFINITY; 6], vec![]]
        {
            assert_eq!(
                five().verdict(&NextLogits::pick(&logits, &five().ids())),
                Err(NoGrade::NotFinite)
            );
        }
        let short = NextLogits { picked: vec![0.0], log_total: 0.0 };
        assert_eq!(five().verdict(&short), Err(NoGrade::NotFinite));
    }
}
