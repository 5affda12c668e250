//! How fast a model works: moving averages of what its jobs took, and what follows from them for
//! the next.

use std::time::{Duration, Instant};

/// How much the newest measurement counts.
const WEIGHT: f64 = 0.3;

/// In which time an estimate of answers halves when nothing new is measured: one slow answer must
/// not keep a model from answering for good.
const HALF_LIFE: Duration = Duration::from_secs(60);

/// How many times as long as on average a grade may take.
const MARGIN: u32 = 2;

/// What else a grade needs: waking up, an answer that ends a moment late.
const LATENCY: Duration = Duration::from_millis(500);

/// The pace of one model.
#[derive(Debug, Default)]
pub struct Pace {
    /// Seconds for an answer.
    answer: Average,
    /// Seconds for one candidate of a grading job.
    candidate: Average,
    /// Tokens written in a second.
    tokens: Average,
}

#[derive(Clone, Copy, Debug, Default)]
struct Average(Option<(f64, Instant)>);

impl Average {
    fn observe(&mut self, now: Instant, value: f64) {
        let mean = self.0.map_or(value, |(mean, _)| mean + WEIGHT * (value - mean));
        self.0 = Some((mean, now));
    }
}

impl Pace {
    /// An answer took this long. One that was stopped counts too: it takes at least that.
    pub fn answered(&mut self, now: Instant, took: Duration) {
        self.answer.observe(now, took.as_secs_f64());
    }

    /// So many tokens were written in that time.
    pub fn wrote(&mut self, now: Instant, tokens: u32, took: Duration) {
        if !took.is_zero() {
            self.tokens.observe(now, f64::from(tokens) / took.as_secs_f64());
        }
    }

    /// Grading so many candidates took this long.
    pub fn graded(&mut self, now: Instant, candidates: usize, took: Duration) {
        self.candidate.observe(now, took.as_secs_f64() / candidates.max(1) as f64);
    }

    /// How long an answer is going to take; nothing where nothing is known.
    pub fn answer(&self, now: Instant) -> Duration {
        let Some((mean, since)) = self.answer.0 else { return Duration::ZERO };
        let age = now.saturating_duration_since(since).as_secs_f64() / HALF_LIFE.as_secs_f64();
        seconds(mean * 0.5f64.powf(age))
    }

    /// How long grading so many candidates is going to take; nothing where nothing is known.
    pub fn grades(&self, candidates: usize) -> Duration {
        seconds(self.candidate.0.map_or(0.0, |(mean, _)| mean * candidates as f64))
    }

    /// How long before its deadline such a job is to begin, so that it ends in time; of the time
    /// that is `left` the half where nothing is known.
    pub fn reserve(&self, candidates: usize, left: Duration) -> Duration {
        match self.candidate.0 {
            Some(_) => (self.grades(candidates) * MARGIN).saturating_add(LATENCY),
            None => left / 2,
        }
    }

    /// Tokens written in a second, lately.
    pub fn tokens_per_second(&self) -> Option<f64> {
        self.tokens.0.map(|(mean, _)| mean)
    }
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn estimates_should_follow_what_is_measured() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!((pace.answer(now), pace.grades(9)), (Duration::ZERO, Duration::ZERO));
        assert_eq!(pace.reserve(9, 10 * SECOND), 5 * SECOND);
        pace.answered(now, 10 * SECOND);
        assert_eq!(pace.answer(now), 10 * SECOND);
        for _ in 0..20 {
            pace.answered(now, 2 * SECOND);
        }
        assert!(pace.answer(now) < 3 * SECOND, "{:?}", pace.answer(now));
        pace.graded(now, 4, 2 * SECOND);
        assert_eq!(pace.grades(8), 4 * SECOND);
        assert_eq!(pace.reserve(8, SECOND), 8 * SECOND + LATENCY, "as much to spare");
        pace.wrote(now, 30, 3 * SECOND);
        assert_eq!(pace.tokens_per_second(), Some(10.0));
    }

    #[test]
    fn estimate_should_fade_when_nothing_new_is_measured() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.answered(now, 60 * SECOND);
        assert_eq!(pace.answer(now + HALF_LIFE), 30 * SECOND);
        assert!(pace.answer(now + 10 * HALF_LIFE) < SECOND);
    }
}
