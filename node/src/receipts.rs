//! Makes [receipts](waggle_receipt) of rounds: the RPC method `waggle_receipt`.
//!
//! A receipt is made at the next block that becomes final: of that one the votes are at hand, and
//! its state is not pruned. What leads there from genesis is what a node sends to others that sync
//! by warp proofs. The state of genesis is pruned; the part of it that a receipt needs is worked
//! out again from the chain specification, once.
//!
//! Nobody needs to trust the node for a receipt: whoever gets it verifies it.

use crate::types::{Block, Client};
use codec::DecodeAll;
use futures::StreamExt;
use jsonrpsee::{
    core::RegisterMethodError,
    types::{ErrorObject, ErrorObjectOwned},
    RpcModule,
};
use sc_chain_spec::ChainSpec;
use sc_client_api::{ProofProvider, StorageProvider};
use sc_consensus_grandpa::GrandpaJustificationStream;
use sc_network_sync::strategy::warp::{EncodedProof, WarpSyncProvider};
use sp_blockchain::HeaderBackend;
use sp_core::{
    storage::{StateVersion, StorageKey},
    Blake2Hasher, Bytes, H256,
};
use sp_state_machine::{prove_read, InMemoryBackend, StorageProof};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OnceCell, Semaphore};
use waggle_primitives::RoundId;
use waggle_receipt::{
    changes_voters, format::MAX_RECEIPT_BYTES, keys, FinalBlock, Header, Receipt,
};

/// How long to wait for a block to become final.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many receipts are made at once. Whoever comes later waits.
const AT_ONCE: usize = 16;
/// How many justifications may wait for whoever has asked, before the log says so.
const QUEUE: usize = 1_000;

/// Why there is no receipt. Numbers are the codes of JSON-RPC errors.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The result is not in state: the round runs, or its end is not final, or long ago.
    #[error(
        "final block {block} has no result of round {round}: it never was, is not over, or ended \
         so long ago that its result has been removed"
    )]
    NoResult {
        /// The round.
        round: RoundId,
        /// The last final block.
        block: u32,
    },
    /// The chain finalises nothing.
    #[error("no block became final within {} s: try again later", PATIENCE.as_secs())]
    NoFinality,
    /// Too many want one.
    #[error("this node makes many receipts at the moment: try again later")]
    Busy,
    /// The validators changed too often for a receipt.
    #[error("the receipt would have {0} bytes, more than anybody verifies")]
    TooLong(usize),
    /// The node lacks something, such as the past that a warp sync has left out.
    #[error("this node cannot make receipts: {0}")]
    Unable(String),
}

impl Trouble {
    fn unable(reason: impl ToString) -> Self {
        Self::Unable(reason.to_string())
    }
}

impl From<Trouble> for ErrorObjectOwned {
    fn from(trouble: Trouble) -> Self {
        let code = match trouble {
            Trouble::NoResult { .. } => 21_001,
            Trouble::NoFinality => 21_002,
            Trouble::TooLong(_) => 21_003,
            Trouble::Unable(_) => 21_004,
            Trouble::Busy => 21_005,
        };
        ErrorObject::owned(code, trouble.to_string(), None::<()>)
    }
}

/// Makes receipts.
pub struct Receipts {
    client: Arc<Client>,
    justifications: GrandpaJustificationStream<Block>,
    changes: Arc<dyn WarpSyncProvider<Block>>,
    chain_spec: Arc<dyn ChainSpec>,
    voters: OnceCell<StorageProof>,
    turns: Arc<Semaphore>,
}

impl Receipts {
    /// Of the chain of `client`, that began as `chain_spec` says. `changes` knows how those who
    /// finalise blocks changed, `justifications` what they finalise from now on.
    pub fn new(
        client: Arc<Client>,
        justifications: GrandpaJustificationStream<Block>,
        changes: Arc<dyn WarpSyncProvider<Block>>,
        chain_spec: Box<dyn ChainSpec>,
    ) -> Self {
        let chain_spec = chain_spec.into();
        let (voters, turns) = (OnceCell::new(), Arc::new(Semaphore::new(AT_ONCE)));
        Self { client, justifications, changes, chain_spec, voters, turns }
    }

    /// The methods. Errors: one is there already.
    pub fn into_rpc(self: Arc<Self>) -> Result<RpcModule<Self>, RegisterMethodError> {
        let mut module = RpcModule::from_arc(self);
        module.register_async_method("waggle_receipt", |params, receipts, _| async move {
            let round: RoundId = params.one()?;
            let made = receipts.make(round).await;
            made.map(Bytes).map_err(ErrorObjectOwned::from)
        })?;
        Ok(module)
    }

    /// The bytes of a receipt of `round`, at the next block that becomes final.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn make(self: Arc<Self>, round: RoundId) -> Result<Vec<u8>, Trouble> {
        // Whoever asks for what is not there takes no turn from others.
        let info = self.client.info();
        self.has_result(info.finalized_hash, info.finalized_number, round)?;
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Trouble::Busy)?.map_err(Trouble::unable)?;
        let genesis = self.header(info.genesis_hash)?;
        let root = genesis.state_root;
        let voters = self.voters.get_or_try_init(|| self.prove_voters(root)).await?.clone();
        let block = self.next_final().await?;
        // It reads the database once for each change, which is not for threads that others wait on.
        let making = tokio::task::spawn_blocking(move || {
            let made = self.put_together(round, voters, block);
            // Not before, even if whoever asked has gone.
            drop(turn);
            made
        });
        making.await.map_err(Trouble::unable)?
    }

    /// The bytes of a receipt of `round` at `block`, on a chain that begins with `voters`.
    fn put_together(
        &self,
        round: RoundId,
        voters: StorageProof,
        block: FinalBlock,
    ) -> Result<Vec<u8>, Trouble> {
        let (hash, number) = (block.justification.commit.target_hash, block.header.number);
        self.has_result(hash, number, round)?;
        let genesis_hash = self.client.info().genesis_hash;
        let genesis = self.header(genesis_hash)?;
        let shown = keys::of_result(round);
        let mut shown = shown.iter().map(Vec::as_slice);
        let result = self.client.read_proof(hash, &mut shown).map_err(Trouble::unable)?;
        let changes = self.changes(genesis_hash, number)?;
        let receipt = Receipt { round, genesis, voters, changes, block, result }.to_bytes();
        if receipt.len() > MAX_RECEIPT_BYTES {
            return Err(Trouble::TooLong(receipt.len()));
        }
        Ok(receipt)
    }

    /// That the state of final block `number`, whose hash is `hash`, has a result of `round`.
    fn has_result(&self, hash: H256, number: u32, round: RoundId) -> Result<(), Trouble> {
        let found = self.client.storage_hash(hash, &StorageKey(keys::result(round)));
        match found.map_err(Trouble::unable)? {
            Some(_) => Ok(()),
            None => Err(Trouble::NoResult { round, block: number }),
        }
    }

    /// The next block that becomes final, with the votes for it.
    async fn next_final(&self) -> Result<FinalBlock, Trouble> {
        let justifications = self.justifications.subscribe(QUEUE);
        futures::pin_mut!(justifications);
        let next = tokio::time::timeout(PATIENCE, justifications.next()).await;
        let justification = next.ok().flatten().ok_or(Trouble::NoFinality)?.justification;
        let header = self.header(justification.commit.target_hash)?;
        Ok(FinalBlock { header, justification })
    }

    /// The blocks after `genesis` and before number `end` that changed who finalises blocks.
    fn changes(&self, genesis: H256, end: u32) -> Result<Vec<FinalBlock>, Trouble> {
        let EncodedProof(bytes) = self.changes.generate(genesis).map_err(Trouble::unable)?;
        // The blocks, and whether these are all.
        let (blocks, _) = <(Vec<FinalBlock>, bool)>::decode_all(&mut bytes.as_slice())
            .map_err(Trouble::unable)?;
        // The last one may be there only because it is final.
        let is_change =
            |block: &FinalBlock| block.header.number < end && changes_voters(&block.header);
        Ok(blocks.into_iter().take_while(is_change).collect())
    }

    /// The part of genesis' state, whose root is `root`, that says who finalises blocks.
    async fn prove_voters(&self, root: H256) -> Result<StorageProof, Trouble> {
        let chain_spec = self.chain_spec.clone();
        // It runs the runtime, and makes a trie of all.
        let proving = tokio::task::spawn_blocking(move || prove_voters(&*chain_spec, root));
        proving.await.map_err(Trouble::unable)?
    }

    fn header(&self, hash: H256) -> Result<Header, Trouble> {
        let header = self.client.header(hash).map_err(Trouble::unable)?;
        header.ok_or_else(|| Trouble::Unable(format!("block {hash:?} is not there")))
    }
}

/// The nodes of the trie of genesis' state on the way to who finalises blocks.
fn prove_voters(chain_spec: &dyn ChainSpec, root: H256) -> Result<StorageProof, Trouble> {
    let storage = chain_spec.as_storage_builder().build_storage().map_err(Trouble::unable)?;
    for version in [StateVersion::V1, StateVersion::V0] {
        let state = InMemoryBackend::<Blake2Hasher>::from((storage.clone(), version));
        if *state.root() == root {
            return prove_read(state, [keys::voters()]).map_err(Trouble::unable);
        }
    }
    Err(Trouble::unable("the chain specification is not that of its first block"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain_spec::load;
    use codec::Encode;

    #[test]
    fn voters_should_be_proven_of_the_first_block_alone() {
        let Ok(spec) = load("local") else {
            eprintln!("this build skipped the wasm: there is no chain");
            return;
        };
        let storage = sp_runtime::BuildStorage::build_storage(&spec).unwrap();
        let state = InMemoryBackend::<Blake2Hasher>::from((storage, StateVersion::V1));
        let proof = prove_voters(&spec, *state.root()).unwrap();
        let size = proof.encoded_size();
        assert!(size < 4_096, "{size} bytes");
        let refused = prove_voters(&spec, H256::repeat_byte(1)).unwrap_err();
        assert!(refused.to_string().contains("specification"), "{refused}");
    }
}
