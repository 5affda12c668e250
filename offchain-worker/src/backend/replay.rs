//! How likely the tokens of an answer are, if the claimed model drew it as claimed: the other side
//! of [`super::draw`]. Pure arithmetic; `primitives/src/audit/replay.rs` says what it is for.
//!
//! The distribution is the one that is drawn from: the logits over the temperature, among the
//! tokens that `top_k`, `top_p` and `min_p` leave, in this order. A token beyond them has a
//! probability of 0, and the surprise is cut off at 16 nats: an honest token that another machine
//! puts just beyond the edge must not flag an epoch by itself.
//!
//! **Ends and blanks** are judged as if they had never been among the tokens: they are left out of
//! the distribution, and where the answer has one, that place says nothing. Who reads an answer
//! does not know whether it ended by itself, was cut, or had white space at its ends. Given that a
//! token is none of these, it is drawn from what remains, so an honest sampler's surprises have the
//! entropies as their means all the same.

use super::{draw::drawn_among, Sampling};

/// What stands for one nat, and for one nat² of variance.
const NAT: f64 = 1_024.0;

/// The most that a token's surprise adds, in nats: as if one in nine million had been drawn.
const MOST_SURPRISE: f64 = 16.0;

/// Sums over the tokens of an answer, in 1/1 024 nat or nat², each token rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// How many tokens were judged.
    pub tokens: u32,
    /// Σ -ln p of the tokens.
    pub surprise: u64,
    /// Σ of the entropies: what was to be expected of that.
    pub entropy: u64,
    /// Σ of the variances of -ln p.
    pub variance: u64,
}

impl Replay {
    /// Adds a place at which the answer has `token` and the model shows these `logits`. `ends` are
    /// the sorted ids of ends and blanks. `false` if the logits are no numbers.
    pub(super) fn add(
        &mut self,
        logits: &[f32],
        sampling: &Sampling,
        token: usize,
        ends: &[usize],
    ) -> bool {
        let is_end = |token: &usize| ends.binary_search(token).is_ok();
        let Some(mut left) = drawn_among(logits, sampling) else { return false };
        if is_end(&token) {
            return true;
        }
        left.retain(|(other, weight)| *weight > 0.0 && !is_end(other));
        let total: f64 = left.iter().map(|(_, weight)| weight).sum();
        let (mut mean, mut square, mut own) = (0.0, 0.0, f64::INFINITY);
        for (other, weight) in &left {
            let share = weight / total;
            let surprise = -share.ln();
            mean += share * surprise;
            square += share * surprise * surprise;
            if *other == token {
                own = surprise;
            }
        }
        self.tokens = self.tokens.saturating_add(1);
        self.surprise = self.surprise.saturating_add(units(own.min(MOST_SURPRISE)));
        self.entropy = self.entropy.saturating_add(units(mean));
        self.variance = self.variance.saturating_add(units(square - mean * mean));
        true
    }
}

/// In 1/1 024, rounded, within what a token may add.
fn units(nats: f64) -> u64 {
    // It is a whole number of 16 bits.
    (nats * NAT).round().clamp(0.0, u16::MAX.into()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    const WARM: Sampling = Sampling { temperature: 1.0, ..Sampling::GREEDY };

    /// Probabilities 0.5, 0.25, 0.125, 0.125 at a temperature of 1.
    fn logits() -> Vec<f32> {
        [0.5f32, 0.25, 0.125, 0.125].map(f32::ln).to_vec()
    }

    fn of(token: usize, sampling: &Sampling, ends: &[usize]) -> Replay {
        let mut replay = Replay::default();
        assert!(replay.add(&logits(), sampling, token, ends));
        replay
    }

    fn nats(nats: f64) -> u64 {
        (nats * 1_024.0).round() as u64
    }

    #[test]
    fn a_token_should_be_as_by_hand() {
        let two = std::f64::consts::LN_2;
        let expected = |surprise: f64| Replay {
            tokens: 1,
            surprise: nats(surprise * two),
            entropy: nats(1.75 * two),
            // 0.5·1² + 0.25·2² + 0.25·3² - 1.75²
            variance: nats((3.75 - 1.75 * 1.75) * two * two),
        };
        assert_eq!(of(0, &WARM, &[]), expected(1.0));
        assert_eq!(of(1, &WARM, &[]), expected(2.0));
        assert_eq!(of(3, &WARM, &[]), expected(3.0));
    }

    #[test]
    fn a_token_that_cannot_be_drawn_should_surprise_as_much_as_one_can() {
        let narrow = Sampling { top_k: Some(2), ..WARM };
        let (inside, outside) = (of(1, &narrow, &[]), of(2, &narrow, &[]));
        assert_eq!(inside.surprise, nats(3f64.ln()));
        assert_eq!(outside, Replay { surprise: nats(MOST_SURPRISE), ..inside });
        let beyond = of(99, &WARM, &[]);
        assert_eq!(beyond.surprise, nats(MOST_SURPRISE), "no token of the vocabulary");
        let sure = of(0, &Sampling { top_k: Some(1), ..WARM }, &[]);
        assert_eq!((sure.surprise, sure.entropy, sure.variance), (0, 0, 0));
    }

    #[test]
    fn ends_and_blanks_should_be_as_if_they_were_none_of_the_tokens() {
        assert_eq!(of(0, &WARM, &[0]), Replay::default());
        let rest = of(1, &WARM, &[0]);
        assert_eq!((rest.tokens, rest.surprise), (1, nats(2f64.ln())));
        let none = of(1, &Sampling { top_k: Some(1), ..WARM }, &[0]);
        let expected = Replay { tokens: 1, surprise: nats(MOST_SURPRISE), ..Replay::default() };
        assert_eq!(none, expected, "it would have ended");
    }

    #[test]
    fn logits_that_are_no_numbers_should_say_nothing() {
        let mut replay = Replay::default();
        assert!(!replay.add(&[f32::NAN, 1.0], &WARM, 1, &[]));
        assert!(!replay.add(&[f32::NEG_INFINITY; 2], &WARM, 1, &[]));
        assert_eq!(replay, Replay::default());
        assert!(replay.add(&[f32::NEG_INFINITY, 0.0], &WARM, 0, &[]));
        assert_eq!(replay.surprise, nats(MOST_SURPRISE));
    }

    /// By how many standard deviations `count` draws surprise too much.
    fn z(drawn: &Sampling, claimed: &Sampling, ends: &[usize], count: usize) -> f64 {
        let mut chance = Chance::new(7);
        let mut replay = Replay::default();
        for _ in 0..count {
            let logits: Vec<f32> = (0..40).map(|_| (chance.unit() * 6.0) as f32).collect();
            let left = drawn_among(&logits, drawn).unwrap();
            let total: f64 = left.iter().map(|(_, weight)| weight).sum();
            let mut reached = chance.unit() * total;
            let found = left.iter().find(|(_, weight)| {
                reached -= weight;
                reached < 0.0
            });
            let (token, _) = found.or(left.last()).unwrap();
            assert!(replay.add(&logits, claimed, *token, ends));
        }
        (replay.surprise as f64 - replay.entropy as f64)
            / NAT
            / (replay.variance as f64 / NAT).sqrt()
    }

    #[test]
    fn honest_samplers_should_be_told_from_others_by_some_hundred_tokens() {
        let narrow = Sampling { top_p: Some(0.9), min_p: Some(0.02), ..WARM };
        let cold = Sampling { temperature: 0.7, ..WARM };
        for honest in [&WARM, &narrow, &cold] {
            for ends in [&[][..], &[3, 5, 8][..]] {
                let found = z(honest, honest, ends, 4_000);
                assert!(found.abs() < 4.0, "{honest:?}: {found}");
            }
        }
        assert!(z(&cold, &WARM, &[], 400) < -4.0, "too likely");
        assert!(z(&WARM, &cold, &[], 400) > 4.0, "too unlikely");
        assert!(z(&WARM, &narrow, &[], 400) > 4.0, "what it could not have drawn");
    }
}
