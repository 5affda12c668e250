//! What the node's transaction pool does with a bundle that settles what pooled acts would do.
//!
//! The runtime has no such call yet. Its `act_batch` stands for it: the runtime checks the batch
//! and tells its tags, which are those of the acts in it. Only its priority is raised, or its tags
//! are replaced by one of its own, between the runtime and the pool. Everything else is what a node
//! runs: the single-state pool, the client, the shipped wasm.

use crate::{
    chain::{batch, single, Chain},
    said,
    table::Table,
    Failure,
};
use async_trait::async_trait;
use sc_transaction_pool::{
    BasicPool, ChainApi, FullChainApi, Options, RevalidationType, ValidateTransactionPriority,
};
use sc_transaction_pool_api::{
    ChainEvent, InPoolTransaction, MaintainedTransactionPool, TransactionPool,
};
use sp_blockchain::TreeRoute;
use sp_runtime::{
    generic::BlockId,
    transaction_validity::{TransactionSource, TransactionValidity},
    OpaqueExtrinsic,
};
use std::{sync::Arc, time::Duration};
use waggle_node::types::{Block, Client};
use waggle_primitives::SignedAct;
use waggle_runtime::{Hash, Header};

const COLUMNS: &[&str] =
    &["acts", "tags", "acts_priority", "bundle_priority", "outcome", "pooled", "next_block"];
/// How many acts are in the pool before the bundle.
const ACTS: [usize; 5] = [1, 4, 12, 15, 16];
/// A tag that no act has.
const OWN_TAG: &[u8] = b"waggle/bundle";
/// How long the pool may take to look at everything again after a block.
const REVALIDATION: Duration = Duration::from_secs(1);

/// How the bundle differs from a batch.
#[derive(Clone, Copy)]
struct Difference {
    name: &'static str,
    /// Its priority, by the sum of those of the acts; `None`: the batch's.
    priority: Option<fn(u64) -> u64>,
    has_own_tag: bool,
}

const DIFFERENCES: [Difference; 4] = [
    Difference { name: "acts'", priority: None, has_own_tag: false },
    Difference { name: "acts'", priority: Some(|sum| sum), has_own_tag: false },
    Difference { name: "acts'", priority: Some(|sum| sum.saturating_add(1)), has_own_tag: false },
    Difference { name: "own", priority: Some(|_| u64::MAX), has_own_tag: true },
];

/// What the pool asks of the chain; of the bundle it is told otherwise.
struct Raised {
    chain: FullChainApi<Client, Block>,
    bundle: Hash,
    priority: Option<u64>,
    has_own_tag: bool,
}

impl Raised {
    fn changed(&self, transaction: Hash, validity: TransactionValidity) -> TransactionValidity {
        validity.map(|mut valid| {
            if transaction == self.bundle {
                valid.priority = self.priority.unwrap_or(valid.priority);
                if self.has_own_tag {
                    valid.provides = vec![OWN_TAG.to_vec()];
                }
            }
            valid
        })
    }
}

#[async_trait]
impl ChainApi for Raised {
    type Block = Block;
    type Error = <FullChainApi<Client, Block> as ChainApi>::Error;

    async fn validate_transaction(
        &self,
        at: Hash,
        source: TransactionSource,
        transaction: Arc<OpaqueExtrinsic>,
        priority: ValidateTransactionPriority,
    ) -> Result<TransactionValidity, Self::Error> {
        let (hash, _) = self.chain.hash_and_length(&transaction);
        let validity = self.chain.validate_transaction(at, source, transaction, priority).await?;
        Ok(self.changed(hash, validity))
    }

    fn validate_transaction_blocking(
        &self,
        at: Hash,
        source: TransactionSource,
        transaction: Arc<OpaqueExtrinsic>,
    ) -> Result<TransactionValidity, Self::Error> {
        let (hash, _) = self.chain.hash_and_length(&transaction);
        let validity = self.chain.validate_transaction_blocking(at, source, transaction)?;
        Ok(self.changed(hash, validity))
    }

    fn block_id_to_number(&self, at: &BlockId<Block>) -> Result<Option<u32>, Self::Error> {
        self.chain.block_id_to_number(at)
    }

    fn block_id_to_hash(&self, at: &BlockId<Block>) -> Result<Option<Hash>, Self::Error> {
        self.chain.block_id_to_hash(at)
    }

    fn hash_and_length(&self, transaction: &OpaqueExtrinsic) -> (Hash, usize) {
        self.chain.hash_and_length(transaction)
    }

    async fn block_body(&self, at: Hash) -> Result<Option<Vec<OpaqueExtrinsic>>, Self::Error> {
        self.chain.block_body(at).await
    }

    fn block_header(&self, at: Hash) -> Result<Option<Header>, Self::Error> {
        self.chain.block_header(at)
    }

    fn tree_route(&self, from: Hash, to: Hash) -> Result<TreeRoute<Block>, Self::Error> {
        self.chain.tree_route(from, to)
    }
}

/// What became of a bundle.
struct Seen {
    acts_priority: u64,
    bundle_priority: u64,
    outcome: &'static str,
    /// Transactions in the pool afterwards.
    pooled: usize,
    /// In it after a block that has the bundle. `None` if the pool does not have the bundle.
    next_block: Option<usize>,
}

/// Measure all differences with all numbers of acts.
pub(crate) async fn measure() -> Result<Table, Failure> {
    let mut table = Table::new(COLUMNS);
    let mut unchanged = None;
    for count in ACTS {
        for difference in DIFFERENCES {
            let mut chain = match unchanged.take() {
                Some(chain) => chain,
                None => answered().await?,
            };
            let acts = chain.acts()?;
            let acts = acts.get(..count).ok_or("too few agents")?;
            let seen = offer(&mut chain, acts, difference).await?;
            table.push([
                count.to_string(),
                difference.name.to_owned(),
                seen.acts_priority.to_string(),
                seen.bundle_priority.to_string(),
                seen.outcome.to_owned(),
                seen.pooled.to_string(),
                seen.next_block.map_or("-".into(), |left| left.to_string()),
            ]);
            // A block with the bundle ended the phase that its acts are of.
            unchanged = seen.next_block.is_none().then_some(chain);
        }
    }
    Ok(table)
}

/// A chain on which all agents owe the opening of their answers.
async fn answered() -> Result<Chain, Failure> {
    let mut chain = Chain::asking().await?;
    chain.answer().await?;
    Ok(chain)
}

/// Put acts into a pool, then their bundle.
async fn offer(
    chain: &mut Chain,
    acts: &[SignedAct],
    difference: Difference,
) -> Result<Seen, Failure> {
    let (number, best) = chain.best();
    let spawner = chain.tasks.spawn_essential_handle();
    let api = FullChainApi::new(chain.client.clone(), None, &spawner);
    let bundle = batch(acts)?;
    let priority_of = |transaction: OpaqueExtrinsic| -> Result<u64, Failure> {
        let source = TransactionSource::Local;
        let validity = api.validate_transaction_blocking(best, source, Arc::new(transaction));
        let valid = validity.map_err(said)?.map_err(|refused| format!("{refused:?}"))?;
        Ok(valid.priority)
    };
    let transactions: Vec<OpaqueExtrinsic> =
        acts.iter().cloned().map(single).collect::<Result<_, _>>()?;
    let mut acts_priority = 0u64;
    for transaction in &transactions {
        acts_priority = acts_priority.saturating_add(priority_of(transaction.clone())?);
    }
    let priority = difference.priority.map(|of| of(acts_priority));
    let bundle_priority = match priority {
        Some(priority) => priority,
        None => priority_of(bundle.clone())?,
    };
    let (hash, _) = api.hash_and_length(&bundle);
    let has_own_tag = difference.has_own_tag;
    let pool = BasicPool::with_revalidation_type(
        Options::default(),
        true.into(),
        Arc::new(Raised { chain: api, bundle: hash, priority, has_own_tag }),
        None,
        RevalidationType::Full,
        spawner,
        number,
        best,
        best,
    );
    for transaction in transactions {
        pool.submit_one(best, TransactionSource::Local, transaction).await.map_err(said)?;
    }
    let entered = pool.submit_one(best, TransactionSource::Local, bundle.clone()).await;
    let ready: Vec<Hash> =
        pool.ready().map(|pending| *InPoolTransaction::hash(&*pending)).collect();
    let outcome = match entered {
        Err(error) if error.to_string().contains("Too low priority") => "priority too low",
        Err(error) => return Err(said(error)),
        Ok(_) if ready == [hash] => "replaces them",
        Ok(_) if ready.len() == acts.len() + 1 && ready.first() == Some(&hash) => "goes first",
        Ok(_) => "stands behind",
    };
    let next_block = match ready.contains(&hash) {
        true => Some(left_after(chain, &pool, bundle).await?),
        false => None,
    };
    Ok(Seen { acts_priority, bundle_priority, outcome, pooled: ready.len(), next_block })
}

/// How many transactions the pool keeps after a block with the bundle.
async fn left_after(
    chain: &mut Chain,
    pool: &BasicPool<Raised, Block>,
    bundle: OpaqueExtrinsic,
) -> Result<usize, Failure> {
    chain.block(vec![bundle]).await?;
    let (_, hash) = chain.best();
    pool.maintain(ChainEvent::NewBestBlock { hash, tree_route: None }).await;
    tokio::time::sleep(REVALIDATION).await;
    Ok(pool.ready().count())
}
