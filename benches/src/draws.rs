//! Random numbers of the simulations. Everything is drawn from one published seed, so that a run
//! can be repeated to the last digit: each independent world has a generator of its own, named by
//! what it belongs to.
//!
//! Floating point is fine here: it stands for the world outside, not for the chain.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use sp_crypto_hashing::blake2_256;
use waggle_primitives::Hash32;

/// The seed of all published figures.
pub const SEED: u64 = 240_908_386;

/// A world's own generator.
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The generator of world number `world` of the figure `name`.
    pub fn of(name: &str, world: usize) -> Self {
        let text = format!("waggle/evidence/{SEED}/{name}/{world}");
        Self(ChaCha8Rng::from_seed(blake2_256(text.as_bytes())))
    }

    /// Uniform in 0..1.
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Gaussian with mean 0 and variance 1.
    pub fn gaussian(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// Uniform in `0..bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// 32 uniform bytes.
    pub fn hash(&mut self) -> Hash32 {
        self.0.random()
    }

    /// `0..n` in random order.
    pub fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            numbers.swap(i, self.below(i + 1));
        }
        numbers
    }
}
