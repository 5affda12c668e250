//! Examinations: questions whose right answer somebody knew before they were asked.
//!
//! Every submission carries 32 sealed bytes. In most rounds they are random. In an *examination*
//! they are the [`seal`] of the *truth*, which is the right answer; before it is opened, nobody can
//! tell it from random bytes. After the settlement an *examiner* opens it, and what is known of the
//! round's agents learns from the truth: of graders from what they said of right answers and of
//! wrong ones, of authors from whether they were right. That counts for more than what a swarm says
//! ([`TRUTH_GRADES`]), and is how a majority that errs alike is found out.
//!
//! An answer is *right* if it comes to the same in the end as the truth:
//! [`crate::final_answer`].
//!
//! Out of scope: who may examine, and who pays for it, which is pallet-waggle-examinations' affair;
//! what is learnt, which is each record's own.

use crate::types::Hash32;
use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// Longest truth, in bytes.
pub const MAX_TRUTH_BYTES: u32 = 1_024;
/// As how many grades that are compared with others, or answers that others grade, each one counts
/// that is compared with the truth.
pub const TRUTH_GRADES: u32 = 4;

/// `blake2_256("waggle/truth" ‖ client ‖ salt ‖ truth)`: what this client submits to examine. The
/// client is its account, in SCALE, which has one length on a chain; the truth's bytes are as they
/// are, without a length.
///
/// The client is in it so that a seal that somebody copies to a round of its own never opens there.
/// The salt is secret until then, and serves one question: without it whoever guesses the truth
/// could tell an examination.
pub fn seal(client: &impl Encode, salt: &Hash32, truth: &[u8]) -> Hash32 {
    let mut bytes = (b"waggle/truth", client, salt).encode();
    bytes.extend_from_slice(truth);
    blake2_256(&bytes)
}

#[cfg(test)]
mod tests;
