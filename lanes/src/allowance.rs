//! How many messages a peer may send: so many a second, and some more at once.

use std::time::{Duration, Instant};

/// Messages a second that a peer may send. Seven agents say at most four things each in a round:
/// this is 35 such rounds a second through one peer, twice over.
pub const A_SECOND: u32 = 2_000;
/// Messages that it may send at once: all of a round of [`waggle_primitives::MAX_SWARM`].
pub const AT_ONCE: u32 = 400;

/// How long one message takes to be allowed again, in microseconds.
const MICROS_EACH: u64 = 1_000_000 / A_SECOND as u64;

/// What a peer may still send.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    left: u32,
    /// Up to when `left` has been added to.
    counted: Instant,
}

impl Allowance {
    /// That of a peer of which nothing is known yet.
    pub fn full(now: Instant) -> Self {
        Self { left: AT_ONCE, counted: now }
    }

    /// Take one message off it. `false` if there is none left.
    pub fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.counted).as_micros();
        let gained = u64::try_from(passed).unwrap_or(u64::MAX) / MICROS_EACH;
        if gained >= u64::from(AT_ONCE) {
            *self = Self::full(now);
        } else {
            // Less than AT_ONCE, so that it fits.
            self.left = AT_ONCE.min(self.left + gained as u32);
            self.counted += Duration::from_micros(gained * MICROS_EACH);
        }
        let is_allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowance_should_end_and_come_back_at_its_rate() {
        let begin = Instant::now();
        let mut allowance = Allowance::full(begin);
        let taken =
            |allowance: &mut Allowance, now| (0..).take_while(|_| allowance.take(now)).count();
        assert_eq!(taken(&mut allowance, begin), AT_ONCE as usize);
        assert_eq!(taken(&mut allowance, begin + Duration::from_micros(MICROS_EACH - 1)), 0);
        // What was not enough for a message is not lost.
        assert_eq!(taken(&mut allowance, begin + Duration::from_micros(MICROS_EACH)), 1);
        assert_eq!(taken(&mut allowance, begin + Duration::from_micros(11 * MICROS_EACH)), 10);
        assert_eq!(taken(&mut allowance, begin + Duration::from_secs(60)), AT_ONCE as usize);
    }

    #[test]
    fn allowance_should_last_for_ever_at_its_rate() {
        let begin = Instant::now();
        let mut allowance = Allowance::full(begin);
        for number in 0..u64::from(3 * A_SECOND) {
            assert!(allowance.take(begin + Duration::from_micros(number * MICROS_EACH)));
        }
    }
}
