//! Jobs of audits: answers as points, and how likely their tokens are (`docs/verification.md`).

use serde::{Deserialize, Serialize};

/// The most texts or answers of one job.
pub const MOST_AUDITED: usize = 32;

/// The highest temperature that can be claimed, in basis points of 1.0.
const MOST_TEMPERATURE: u32 = 100_000;

/// All of the probability, in basis points.
const ALL: u16 = 10_000;

/// How answers are drawn, as a member claims it on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimedSampling {
    /// In basis points of 1.0: 0, which is greedy, to 100 000.
    pub temperature: u32,
    /// Among the likeliest tokens that have this much of the probability together, in basis points:
    /// 1 to 10 000.
    pub top_p: u16,
    /// Among so many of the likeliest tokens. 0: among all.
    pub top_k: u32,
    /// Not with less than this part of the likeliest token's probability, in basis points: 0 to
    /// 10 000.
    pub min_p: u16,
}

impl ClaimedSampling {
    /// Whether all of it is in the ranges that are given above.
    pub fn is_valid(&self) -> bool {
        self.temperature <= MOST_TEMPERATURE && (1..=ALL).contains(&self.top_p) && self.min_p <= ALL
    }

    /// Whether nothing is left to chance.
    pub fn is_greedy(&self) -> bool {
        self.temperature == 0 || self.top_k == 1
    }
}

/// How likely the claimed model finds an answer, summed over its tokens, in 1/1 024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// The answer's author, as given in the job.
    pub author: u32,
    /// How many tokens were judged.
    pub tokens: u32,
    /// Σ -ln p of the tokens that the answer has, in nats.
    pub surprise: u64,
    /// Σ of what was to be expected of that, in nats.
    pub entropy: u64,
    /// Σ of its variance, in nats².
    pub variance: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMED: ClaimedSampling =
        ClaimedSampling { temperature: 7_000, top_p: 10_000, top_k: 0, min_p: 0 };

    #[test]
    fn sampling_should_be_in_the_ranges_of_claims() {
        assert!(CLAIMED.is_valid());
        for wrong in [
            ClaimedSampling { temperature: 100_001, ..CLAIMED },
            ClaimedSampling { top_p: 0, ..CLAIMED },
            ClaimedSampling { top_p: 10_001, ..CLAIMED },
            ClaimedSampling { min_p: 10_001, ..CLAIMED },
        ] {
            assert!(!wrong.is_valid(), "{wrong:?}");
        }
    }

    #[test]
    fn nothing_should_be_left_to_chance_at_zero_or_among_one() {
        assert!(!CLAIMED.is_greedy());
        assert!(ClaimedSampling { temperature: 0, ..CLAIMED }.is_greedy());
        assert!(ClaimedSampling { top_k: 1, ..CLAIMED }.is_greedy());
    }
}
