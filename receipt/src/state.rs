//! A part of a block's state: the nodes of its trie that a receipt has.

use alloc::vec::Vec;
use sp_core::{Hasher, H256};
use sp_crypto_hashing::blake2_256;
use sp_runtime::traits::BlakeTwo256;
use sp_trie::{read_trie_value, LayoutV1, MemoryDB, StorageProof};

/// Blake2b-256, worked out here. Substrate's own, [`BlakeTwo256`], asks the runtime's host for it
/// where it is built as wasm.
struct Blake2b;

impl Hasher for Blake2b {
    type Out = H256;
    type StdHasher = <BlakeTwo256 as Hasher>::StdHasher;
    const LENGTH: usize = 32;

    fn hash(bytes: &[u8]) -> H256 {
        blake2_256(bytes).into()
    }
}

/// The nodes, and the root that a header names.
pub(crate) struct State {
    nodes: MemoryDB<Blake2b>,
    root: H256,
}

/// The nodes do not show whether there is a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unshown;

impl State {
    pub(crate) fn new(proof: &StorageProof, root: H256) -> Self {
        Self { nodes: proof.to_memory_db(), root }
    }

    /// The value of `key`. `None`: it is shown that there is none.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unshown> {
        // Nodes of either layout are read by this one.
        read_trie_value::<LayoutV1<Blake2b>, _>(&self.nodes, &self.root, key, None, None)
            .map_err(|_| Unshown)
    }
}
