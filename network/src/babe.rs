//! What BABE writes into a block's header: its slot, and which validator made it.

use codec::Decode;
use subxt::config::substrate::DigestItem;

/// BABE's name in a digest.
const BABE: [u8; 4] = *b"BABE";

/// A block's slot and author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The slot.
    pub slot: u64,
    /// The author's number among the authorities, from 0.
    pub author: u32,
}

impl Claim {
    /// What the logs of a header's digest say. `None` if BABE is not among them.
    pub fn of(logs: &[DigestItem]) -> Option<Self> {
        let pre_digest = logs.iter().find_map(|item| match item {
            DigestItem::PreRuntime(BABE, data) => Some(data),
            _ => None,
        })?;
        // The kind of the slot, the author's number and the slot; a VRF signature may follow.
        let (_, author, slot) = <(u8, u32, u64)>::decode(&mut &pre_digest[..]).ok()?;
        Some(Self { slot, author })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn claim_should_be_babes_and_nobody_elses() {
        let claim = |engine: &[u8; 4]| {
            let data = (1u8, 3u32, 77u64, [0u8; 8]).encode();
            Claim::of(&[DigestItem::Other(vec![1]), DigestItem::PreRuntime(*engine, data)])
        };
        assert_eq!(claim(b"BABE"), Some(Claim { slot: 77, author: 3 }));
        assert_eq!(claim(b"aura"), None);
    }
}
