//! How long a job rests before it is tried again.

use crate::chance::Chance;
use std::time::Duration;

/// The pause after the first failure; it doubles with each further one.
const FIRST: Duration = Duration::from_millis(200);

/// The longest pause that the worker chooses itself.
const LONGEST: Duration = Duration::from_secs(10);

/// Draws pauses.
pub(super) struct Rests(Chance);

impl Rests {
    pub(super) fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// The pause after so many `failures` of the engine: what it asks for (`asked`), or longer each
    /// time; a part of it is chance, so that the jobs of many agents do not come back all at once.
    /// At most half of what is `left` until the deadline, so that there is always a last attempt.
    pub(super) fn draw(
        &mut self,
        failures: u32,
        asked: Option<Duration>,
        left: Duration,
    ) -> Duration {
        let doubled = FIRST.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1)));
        let pause = match asked {
            // Never before the moment that the engine names.
            Some(asked) => asked.saturating_add(FIRST.mul_f64(self.0.unit())),
            None => doubled.min(LONGEST).mul_f64(0.5 + 0.5 * self.0.unit()),
        };
        pause.min((left / 2).max(FIRST / 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn pause_should_grow_and_stay_bounded_when_the_engine_keeps_failing() {
        let mut rests = Rests::new(7);
        let pauses: Vec<_> = (1..40).map(|failures| rests.draw(failures, None, LONG)).collect();
        assert!(pauses[0] >= FIRST / 2 && pauses[0] <= FIRST, "{pauses:?}");
        assert!(pauses[4] > pauses[0] * 4, "{pauses:?}");
        assert!(pauses.iter().all(|pause| *pause <= LONGEST), "{pauses:?}");
    }

    #[test]
    fn pause_should_be_what_the_engine_asks_for_when_there_is_time() {
        let mut rests = Rests::new(7);
        let asked = Duration::from_secs(2);
        for failures in 1..20 {
            let pause = rests.draw(failures, Some(asked), LONG);
            assert!(pause >= asked && pause <= asked + FIRST, "{pause:?}");
        }
    }

    #[test]
    fn pause_should_leave_time_for_another_attempt_when_the_deadline_is_near() {
        let mut rests = Rests::new(7);
        let left = Duration::from_secs(4);
        assert_eq!(rests.draw(1, Some(LONG), left), left / 2);
        assert!(rests.draw(1, Some(LONG), Duration::ZERO) > Duration::ZERO, "no busy loop");
    }
}
