//! The token that comes next, drawn here instead of by mistral.rs.
//!
//! mistral.rs 0.8.1 draws from one generator for each engine, always begun with the same seed: two
//! operators of one model would give the same first answer. It also leaves `min_p` out unless there
//! is a `top_p`. Its logits processors see the raw logits before any of that. So `Draw` chooses
//! and leaves the engine nothing but its choice: temperature, then `top_k`, `top_p` and `min_p`, as
//! mistral.rs orders them, then one number of the request's own generator.
//!
//! It is also what stops an answer that is late, by choosing the token that ends it: a request
//! cannot be called off otherwise.

use super::Sampling;
use crate::chance::Chance;
use candle_core::Tensor;
use mistralrs::CustomLogitsProcessor;
use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Mutex, OnceLock, PoisonError,
    },
    time::Instant,
};

/// What counts as probable, relative to the likeliest token.
const PROBABLE: f64 = 1e-4;

/// Chooses all tokens of one reply.
pub(crate) struct Draw {
    sampling: Sampling,
    chance: Mutex<Chance>,
    /// When the reply is of no use any more, and the token that ends it.
    stop: Option<(Instant, u32)>,
    late: AtomicBool,
    first: OnceLock<Instant>,
}

impl Draw {
    /// Draws as `sampling` says; after `stop` it chooses that token.
    pub(crate) fn new(sampling: &Sampling, seed: u64, stop: Option<(Instant, u32)>) -> Self {
        Self {
            sampling: sampling.clone(),
            chance: Mutex::new(Chance::new(seed)),
            stop,
            late: AtomicBool::new(false),
            first: OnceLock::new(),
        }
    }

    /// Whether it ended the reply.
    pub(crate) fn was_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// When the first token was chosen, if one was.
    pub(crate) fn first_token(&self) -> Option<Instant> {
        self.first.get().copied()
    }
}

impl CustomLogitsProcessor for Draw {
    fn apply(&self, logits: &Tensor, _context: &[u32]) -> candle_core::Result<Tensor> {
        let now = Instant::now();
        let _ = self.first.set(now);
        let chosen = match self.stop {
            Some((until, end)) if now >= until => {
                self.late.store(true, Ordering::Relaxed);
                usize::try_from(end).unwrap_or_default()
            }
            _ if self.sampling.temperature <= 0.0 => return Ok(logits.clone()),
            _ => {
                let all = logits.flatten_all()?.to_vec1::<f32>()?;
                let unit = self.chance.lock().unwrap_or_else(PoisonError::into_inner).unit();
                // No numbers: the engine says so itself.
                let Some(chosen) = choose(&all, &self.sampling, unit) else {
                    return Ok(logits.clone());
                };
                chosen
            }
        };
        let size = logits.elem_count();
        let mut only = vec![0.0f32; size];
        if let Some(place) = only.get_mut(chosen) {
            *place = 1.0;
        }
        Tensor::from_vec(only, logits.shape(), logits.device())
    }
}

/// The tokens among which `sampling`, which leaves something to chance, draws; each with its weight
/// relative to the likeliest one, whose own is 1. `None` if the logits are no numbers.
pub(super) fn drawn_among(logits: &[f32], sampling: &Sampling) -> Option<Vec<(usize, f64)>> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !highest.is_finite() || logits.iter().any(|logit| logit.is_nan()) {
        return None;
    }
    let weight =
        |logit: f32| ((f64::from(logit) - f64::from(highest)) / sampling.temperature).exp();
    let mut left: Vec<(usize, f64)> =
        logits.iter().map(|logit| weight(*logit)).enumerate().collect();
    if sampling.top_k.is_some() || sampling.top_p.is_some() {
        likeliest(&mut left, sampling);
    }
    if let Some(min_p) = sampling.min_p {
        left.retain(|(_, weight)| *weight >= min_p);
    }
    Some(left)
}

/// The token on which `unit`, `0.0..1.0`, falls among those that `sampling` leaves, by their
/// probabilities. `None` if the logits are no numbers.
fn choose(logits: &[f32], sampling: &Sampling, unit: f64) -> Option<usize> {
    let left = drawn_among(logits, sampling)?;
    let total: f64 = left.iter().map(|(_, weight)| weight).sum();
    let mut reached = unit * total;
    for (token, weight) in &left {
        reached -= weight;
        if reached < 0.0 {
            return Some(*token);
        }
    }
    // Rounding: the last that can be.
    left.iter().rev().find(|(_, weight)| *weight > 0.0).map(|(token, _)| *token)
}

/// Keeps the `top_k` likeliest, and of those as many as reach `top_p` of all.
fn likeliest(left: &mut Vec<(usize, f64)>, sampling: &Sampling) {
    let total: f64 = left.iter().map(|(_, weight)| weight).sum();
    // Equal ones in the order of their ids, so that a seed repeats.
    let order = |one: &(usize, f64), other: &(usize, f64)| {
        other.1.total_cmp(&one.1).then(one.0.cmp(&other.0))
    };
    if let Some(top_k) = sampling.top_k.filter(|top_k| (1..left.len()).contains(top_k)) {
        left.select_nth_unstable_by(top_k - 1, order);
        left.truncate(top_k);
    }
    if let Some(top_p) = sampling.top_p {
        // A vocabulary is long and nearly all of it improbable: where the others suffice, only
        // they are sorted.
        let probable = |entry: &&(usize, f64)| entry.1 >= PROBABLE;
        if left.iter().filter(probable).map(|(_, weight)| weight / total).sum::<f64>() >= top_p {
            left.retain(|(_, weight)| *weight >= PROBABLE);
        }
        left.sort_unstable_by(order);
        let mut sum = 0.0;
        let enough = left.iter().position(|(_, weight)| {
            sum += weight / total;
            sum >= top_p
        });
        left.truncate(enough.map_or(left.len(), |last| last + 1));
    } else {
        left.sort_unstable_by_key(|(token, _)| *token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use std::time::Duration;

    /// Probabilities 0.5, 0.25, 0.125, 0.125 at a temperature of 1.
    fn logits() -> Vec<f32> {
        [0.5f32, 0.25, 0.125, 0.125].map(f32::ln).to_vec()
    }

    fn warm() -> Sampling {
        Sampling { temperature: 1.0, ..Sampling::GREEDY }
    }

    /// How often each token comes in 8 000 draws.
    fn counts(sampling: &Sampling) -> [usize; 4] {
        let mut chance = Chance::new(7);
        let mut counts = [0; 4];
        for _ in 0..8_000 {
            counts[choose(&logits(), sampling, chance.unit()).unwrap()] += 1;
        }
        counts
    }

    #[test]
    fn tokens_should_come_as_often_as_they_are_probable() {
        let near = |counts: [usize; 4], expected: [usize; 4]| {
            for (count, expected) in counts.iter().zip(expected) {
                assert!(count.abs_diff(expected) < 250, "{counts:?}, not {expected:?}");
            }
        };
        near(counts(&warm()), [4_000, 2_000, 1_000, 1_000]);
        near(counts(&Sampling { temperature: 0.5, ..warm() }), [5_818, 1_455, 364, 364]);
        near(counts(&Sampling { top_k: Some(2), ..warm() }), [5_333, 2_667, 0, 0]);
        near(counts(&Sampling { top_p: Some(0.6), ..warm() }), [5_333, 2_667, 0, 0]);
        near(counts(&Sampling { top_p: Some(0.5), ..warm() }), [8_000, 0, 0, 0]);
        near(counts(&Sampling { min_p: Some(0.4), ..warm() }), [5_333, 2_667, 0, 0]);
        near(
            counts(&Sampling { top_k: Some(3), min_p: Some(0.1), ..warm() }),
            [4_571, 2_286, 1_143, 0],
        );
    }

    #[test]
    fn draws_should_repeat_with_a_seed_and_differ_without() {
        let logits = Tensor::new(logits(), &Device::Cpu).unwrap();
        let drawn = |seed| {
            let draw = Draw::new(&warm(), seed, None);
            let one = || draw.apply(&logits, &[]).unwrap().to_vec1::<f32>().unwrap();
            (0..40).map(|_| one()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert!(drawn(1).iter().all(|one| one.iter().sum::<f32>() == 1.0), "a single choice");
    }

    #[test]
    fn reply_should_end_when_it_is_late() {
        let logits = Tensor::new(logits(), &Device::Cpu).unwrap();
        let chosen = |until| {
            let draw = Draw::new(&Sampling::GREEDY, 1, Some((until, 3)));
            let seen = draw.apply(&logits, &[]).unwrap().to_vec1::<f32>().unwrap();
            (seen, draw.was_late(), draw.first_token().is_some())
        };
        assert_eq!(chosen(Instant::now()), (vec![0.0, 0.0, 0.0, 1.0], true, true));
        let (seen, late, _) = chosen(Instant::now() + Duration::from_secs(60));
        assert_eq!((seen, late), (logits.to_vec1::<f32>().unwrap(), false));
    }

    #[test]
    fn nothing_should_be_chosen_when_the_logits_are_no_numbers() {
        assert_eq!(choose(&[f32::NAN, 1.0], &warm(), 0.5), None);
        assert_eq!(choose(&[f32::NEG_INFINITY; 2], &warm(), 0.5), None);
        assert_eq!(choose(&[f32::NEG_INFINITY, 0.0], &warm(), 0.0), Some(1));
    }
}
