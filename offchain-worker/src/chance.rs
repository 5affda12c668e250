//! A small seeded generator for the tokens of answers, randomised tests and adversaries: a seed
//! draws the same numbers in every run, and no crate is needed for it.

use std::time::{Duration, Instant};

/// SplitMix64.
pub struct Chance(u64);

impl Chance {
    /// A generator that always draws the same sequence for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.unit() * bound as f64) as usize
    }

    /// `seed` with up to eight changes: bytes flipped, removed, doubled, put in, pieces moved, the
    /// end cut off.
    pub fn mutated(&mut self, seed: &[u8]) -> Vec<u8> {
        const TELLING: &[u8] = b"{}[]\",:\\0-9.eE\n\r\t\x00\xff\xc3\xa9";
        let mut bytes = seed.to_vec();
        for _ in 0..self.below(9) {
            let at = self.below(bytes.len() + 1);
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, TELLING[self.below(TELLING.len())]),
                2 => bytes.insert(at, self.bits() as u8),
                3 => {
                    let piece: Vec<u8> =
                        bytes.iter().skip(at).take(self.below(40)).copied().collect();
                    let target = self.below(bytes.len() + 1);
                    bytes.splice(target..target, piece);
                }
                4 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => (),
            }
        }
        bytes
    }
}

/// When a fuzzing test ends: `WAGGLE_FUZZ_SECONDS` from now, by default a few seconds.
pub fn fuzzing_until() -> Instant {
    let seconds =
        std::env::var("WAGGLE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    Instant::now() + Duration::from_secs(seconds)
}

/// A generator for a fuzzing test: `WAGGLE_SEED`, by default nothing, picks among the sequences of
/// each.
pub fn fuzzing_chance(test: u64) -> Chance {
    let seed: u64 =
        std::env::var("WAGGLE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_default();
    Chance::new(seed.wrapping_mul(1_000).wrapping_add(test))
}
