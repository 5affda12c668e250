//! Commit and reveal (paper eq. 1): one mechanism for sealed answers and sealed grades.
//!
//! `key = blake2_256("waggle/key" ‖ ed25519_sign(agent key, "waggle/seal" ‖ context))`. ed25519
//! signatures are deterministic, so no secret is stored: a node that lost its disk but not its key
//! can still open. The commitment binds scope, round, agent and step, so a copied seal opens to
//! nothing.
//!
//! A context has one key, and a key serves one plaintext: whoever sees two plaintexts of one agent
//! sealed in the same context learns where they differ. Hence an agent answers a prompt once and
//! keeps to it, and rounds of two forks that are about different things have different scopes,
//! whatever their numbers.

use crate::types::{AgentKey, AgentSignature, Grade, Hash32, RoundId, SealStep};
use alloc::vec::Vec;
use chacha20::{
    cipher::{KeyIvInit, StreamCipher},
    ChaCha20,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::Get;
use sp_crypto_hashing::blake2_256;
use sp_runtime::BoundedVec;

/// What a seal is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SealContext {
    /// The chain, and what the round is about: the runtime API tells it.
    pub scope: Hash32,
    /// The round.
    pub round: RoundId,
    /// The agent whose seal it is.
    pub agent: AgentKey,
    /// Answer or grades.
    pub step: SealStep,
}

/// Ciphertext and commitment, as they go on chain.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen)]
#[scale_info(skip_type_params(MaxBytes))]
pub struct Sealed<MaxBytes: Get<u32>> {
    /// The plaintext under ChaCha20; as long as the plaintext.
    pub ciphertext: BoundedVec<u8, MaxBytes>,
    /// `blake2_256("waggle/commit" ‖ context ‖ key)`.
    pub commitment: Hash32,
}

impl<MaxBytes: Get<u32>> Clone for Sealed<MaxBytes> {
    fn clone(&self) -> Self {
        Self { ciphertext: self.ciphertext.clone(), commitment: self.commitment }
    }
}

impl<MaxBytes: Get<u32>> PartialEq for Sealed<MaxBytes> {
    fn eq(&self, other: &Self) -> bool {
        self.ciphertext == other.ciphertext && self.commitment == other.commitment
    }
}

impl<MaxBytes: Get<u32>> Eq for Sealed<MaxBytes> {}

impl<MaxBytes: Get<u32>> core::fmt::Debug for Sealed<MaxBytes> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Sealed({} bytes)", self.ciphertext.len())
    }
}

impl SealContext {
    /// The message whose signature yields the key of the seal.
    pub fn key_message(&self) -> Vec<u8> {
        (b"waggle/seal", self).encode()
    }

    /// The key of the seal, from the agent key's signature over [`Self::key_message`].
    pub fn key(&self, signature: &AgentSignature) -> Hash32 {
        (b"waggle/key", signature).using_encoded(blake2_256)
    }

    /// The commitment to `key` in this context.
    pub fn commitment(&self, key: &Hash32) -> Hash32 {
        (b"waggle/commit", self, key).using_encoded(blake2_256)
    }

    /// Encrypt `plaintext` and commit to the key. `None` if it is longer than `MaxBytes`.
    pub fn seal<MaxBytes: Get<u32>>(
        &self,
        key: &Hash32,
        plaintext: &[u8],
    ) -> Option<Sealed<MaxBytes>> {
        let mut bytes = plaintext.to_vec();
        apply_keystream(key, &mut bytes);
        Some(Sealed {
            ciphertext: BoundedVec::try_from(bytes).ok()?,
            commitment: self.commitment(key),
        })
    }

    /// Whether `key` is the one that `commitment` was made with in this context.
    pub fn opens(&self, commitment: &Hash32, key: &Hash32) -> bool {
        &self.commitment(key) == commitment
    }
}

/// Encrypt or decrypt in place. The key serves a single message, so the nonce is zero.
pub fn apply_keystream(key: &Hash32, bytes: &mut [u8]) {
    ChaCha20::new(key.into(), &[0u8; 12].into()).apply_keystream(bytes);
}

/// The plaintext under `key`.
pub fn decrypt(key: &Hash32, ciphertext: &[u8]) -> Vec<u8> {
    let mut bytes = ciphertext.to_vec();
    apply_keystream(key, &mut bytes);
    bytes
}

/// Plaintext of sealed grades: each grade's basis points as two bytes, little endian, in the order
/// of the assignment.
pub fn encode_grades(grades: &[Grade]) -> Vec<u8> {
    grades.iter().flat_map(|grade| grade.basis_points().to_le_bytes()).collect()
}

/// The grades in `plaintext`. `None` unless there are exactly `expected` of them, each at most 1.0.
pub fn decode_grades(plaintext: &[u8], expected: usize) -> Option<Vec<Grade>> {
    if plaintext.len() != expected.checked_mul(2)? {
        return None;
    }
    plaintext
        .chunks_exact(2)
        .map(|pair| {
            <[u8; 2]>::try_from(pair).ok().and_then(|bytes| Grade::new(u16::from_le_bytes(bytes)))
        })
        .collect()
}

#[cfg(test)]
mod tests;
