//! What a receipt consists of, and its bytes.
//!
//! The bytes are [`MAGIC`], [`VERSION`], and the [`Receipt`] in SCALE, without anything behind it.

use crate::Refusal;
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};
use sp_core::H256;
use sp_runtime::traits::BlakeTwo256;
use sp_trie::StorageProof;
use waggle_primitives::RoundId;

/// A block's header on this chain.
pub type Header = sp_runtime::generic::Header<u32, BlakeTwo256>;
/// The votes that made a block final, with the headers that lead from the block to what was voted
/// for.
pub type Justification = sp_consensus_grandpa::GrandpaJustification<Header>;

/// What every receipt begins with.
pub const MAGIC: [u8; 4] = *b"WGRC";
/// The version of the format, in the byte after [`MAGIC`].
pub const VERSION: u8 = 1;
/// The longest receipt that is looked at, in bytes. Four validators that never changed and a round
/// of four come to a hundredth of it; each change of the validators adds about one KiB.
pub const MAX_RECEIPT_BYTES: usize = 1024 * 1024;

/// A block and what made it final.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Debug))]
pub struct FinalBlock {
    /// The block's header.
    pub header: Header,
    /// The votes for it.
    pub justification: Justification,
}

/// All that leads from a chain's genesis to the result of one round.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Debug))]
pub struct Receipt {
    /// The round.
    pub round: RoundId,
    /// The header of the chain's first block.
    pub genesis: Header,
    /// Nodes of the trie of the first block's state: those on the way to who finalises blocks.
    pub voters: StorageProof,
    /// The blocks that changed who finalises blocks, oldest first, up to `block`.
    pub changes: Vec<FinalBlock>,
    /// The block in whose state the result is.
    pub block: FinalBlock,
    /// Nodes of the trie of that state: those on the way to what [`crate::keys::of_result`] lists.
    pub result: StorageProof,
}

impl Receipt {
    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        (MAGIC, VERSION, self).encode()
    }

    /// The receipt with these bytes, not verified.
    ///
    /// # Errors
    /// [`Refusal::TooLong`], [`Refusal::NotAReceipt`], [`Refusal::Version`] and
    /// [`Refusal::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(Refusal::TooLong(bytes.len()));
        }
        let rest = bytes.strip_prefix(&MAGIC[..]).ok_or(Refusal::NotAReceipt)?;
        let (version, rest) = rest.split_first().ok_or(Refusal::NotAReceipt)?;
        if *version != VERSION {
            return Err(Refusal::Version(*version));
        }
        let mut rest = rest;
        Self::decode_all(&mut rest).map_err(|_| Refusal::Malformed)
    }
}

/// The hash of a block. `Header::hash` would ask the runtime's host for it, which a browser is not.
pub fn hash_of(header: &Header) -> H256 {
    header.using_encoded(sp_crypto_hashing::blake2_256).into()
}
