//! Where the seed of an assignment comes from.
//!
//! [`VrfOutput`] is what the chain runs on: a VRF output can be withheld with its block, but not
//! chosen. [`ParentHash`], the paper's source, can be ground by a block's author; it is here so
//! that an experiment can measure by how much.

use crate::{Hash, Runtime, System};
use codec::Encode;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest};
use sp_io::hashing::blake2_256;
use waggle_primitives::{traits::BlockRandomness, Hash32};

/// `blake2_256("waggle/vrf" ‖ VRF pre-output)` of the author of the block being executed, from the
/// block's BABE pre-digest. `None` outside of blocks and in blocks without a VRF output, which this
/// chain's BABE refuses.
pub struct VrfOutput;

impl BlockRandomness for VrfOutput {
    fn draw() -> Option<Hash32> {
        let pre_digest = pre_digest()?;
        let signature = pre_digest.vrf_signature()?;
        Some((b"waggle/vrf", &signature.pre_output).using_encoded(blake2_256))
    }

    fn author() -> Option<u32> {
        pre_digest().map(|pre_digest| pre_digest.authority_index())
    }

    fn authors() -> u32 {
        let authors = pallet_babe::Authorities::<Runtime>::decode_len().unwrap_or_default();
        u32::try_from(authors).unwrap_or(u32::MAX)
    }
}

/// What BABE says of the block being executed.
fn pre_digest() -> Option<PreDigest> {
    let digest = System::digest();
    digest.logs.iter().find_map(CompatibleDigestItem::as_babe_pre_digest)
}

/// The hash of the parent of the block being executed. `None` in the first block.
pub struct ParentHash;

impl BlockRandomness for ParentHash {
    fn draw() -> Option<Hash32> {
        let parent = System::parent_hash();
        (parent != Hash::zero()).then_some(parent.0)
    }

    fn author() -> Option<u32> {
        VrfOutput::author()
    }

    fn authors() -> u32 {
        VrfOutput::authors()
    }
}
