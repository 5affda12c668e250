//! Random numbers of the operating system, which nobody can guess.

use crate::Failure;
use waggle_primitives::Hash32;

/// 32 random bytes.
///
/// # Errors
/// [`Failure::NoRandomness`] if the operating system has none.
pub fn random_bytes() -> Result<Hash32, Failure> {
    let mut bytes = Hash32::default();
    getrandom::fill(&mut bytes).map_err(|error| Failure::NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// A random number of 32 bits, which people can write down.
///
/// # Errors
/// [`Failure::NoRandomness`] if the operating system has none.
pub fn random_number() -> Result<u32, Failure> {
    getrandom::u32().map_err(|error| Failure::NoRandomness(error.to_string()))
}
