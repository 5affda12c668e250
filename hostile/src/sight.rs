//! What the author reads in blocks that are not final yet, and in the pool: which answers are open.

use codec::Encode;
use sc_client_api::BlockBackend;
use sc_transaction_pool_api::{InPoolTransaction, TransactionPool};
use sp_blockchain::Error;
use sp_consensus_babe::digests::CompatibleDigestItem;
use sp_runtime::traits::Header as _;
use std::collections::BTreeMap;
use waggle_node::{
    double_seals::acts_in,
    types::{Client, Pool},
};
use waggle_primitives::{seal, Act, AgentKey, Hash32, RoundId, SignedAct};
use waggle_runtime::{Hash, Header};

/// How many blocks are read, from the best one back: more than a round takes here.
const BLOCKS: usize = 64;

/// What there is to see from the best block.
#[derive(Default)]
pub(crate) struct Sight {
    /// Newest first.
    blocks: Vec<Seen>,
    sealed: BTreeMap<(RoundId, AgentKey), Vec<u8>>,
    keys: BTreeMap<(RoundId, AgentKey), Hash32>,
}

/// A block of the best chain.
struct Seen {
    number: u32,
    hash: Hash,
    parent: Hash,
    is_primary: bool,
}

impl Sight {
    /// From the block `best` back, and of what waits in `pool`.
    pub(crate) fn of(client: &Client, pool: &Pool, best: &Header) -> Result<Self, Error> {
        let mut sight = Self::default();
        let mut next = Some(best.clone());
        while let Some(header) = next.take() {
            if sight.blocks.len() >= BLOCKS || *header.number() == 0 {
                break;
            }
            let hash = header.hash();
            for transaction in client.block_body(hash)?.unwrap_or_default() {
                sight.read(&transaction.encode());
            }
            let mut logs = header.digest().logs().iter();
            let claim = logs.find_map(CompatibleDigestItem::as_babe_pre_digest);
            sight.blocks.push(Seen {
                number: *header.number(),
                hash,
                parent: *header.parent_hash(),
                is_primary: claim.is_some_and(|claim| claim.is_primary()),
            });
            next = client.header(*header.parent_hash())?;
        }
        for transaction in pool.ready() {
            sight.read(&transaction.data().encode());
        }
        Ok(sight)
    }

    fn read(&mut self, transaction: &[u8]) {
        for SignedAct { agent, act, .. } in acts_in(transaction).unwrap_or_default() {
            match act {
                Act::CommitAnswer { round, sealed } => {
                    self.sealed.insert((round, agent), sealed.ciphertext.into_inner());
                }
                Act::OpenAnswer { round, key } => {
                    self.keys.insert((round, agent), key);
                }
                Act::CommitGrades { .. } | Act::OpenGrades { .. } => {}
            }
        }
    }

    /// The answer that most agents gave in a round, of those that can be read.
    pub(crate) fn answer(&self, round: RoundId) -> Option<Vec<u8>> {
        let mut said = BTreeMap::<Vec<u8>, usize>::new();
        for ((of, agent), key) in &self.keys {
            let Some(sealed) = self.sealed.get(&(*of, *agent)).filter(|_| *of == round) else {
                continue;
            };
            *said.entry(seal::decrypt(key, sealed)).or_default() += 1;
        }
        said.into_iter().max_by_key(|(_, agents)| *agents).map(|(answer, _)| answer)
    }

    /// The blocks that a child of block `number` of the best chain would replace, oldest first.
    pub(crate) fn above(&self, number: u32) -> Vec<Hash> {
        let newer = self.blocks.iter().filter(|block| block.number > number);
        let mut hashes: Vec<Hash> = newer.map(|block| block.hash).collect();
        hashes.reverse();
        hashes
    }

    /// The hash of block `number`, if one above it was read.
    pub(crate) fn hash(&self, number: u32) -> Option<Hash> {
        let child = self.blocks.iter().find(|block| Some(block.number) == number.checked_add(1));
        child.map(|child| child.parent)
    }

    /// Whether a primary block on block `number` weighs more than what it replaces.
    pub(crate) fn outweighs(&self, number: u32) -> bool {
        self.blocks.iter().filter(|block| block.number > number).all(|block| !block.is_primary)
    }
}
