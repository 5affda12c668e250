//! What the author puts into its blocks: what its plan says first, then what the replaced blocks
//! had, then the pool.

use crate::plan::{Plan, Plans};
use codec::{Compact, Decode, Encode};
use pallet_waggle_rounds::Call as RoundsCall;
use sc_block_builder::BlockBuilderBuilder;
use sc_client_api::BlockBackend;
use sc_transaction_pool_api::{InPoolTransaction, TransactionPool};
use sp_blockchain::Error;
use sp_consensus::{Environment, Proposal, ProposeArgs, Proposer};
use sp_runtime::{generic::Era, traits::Header as _, OpaqueExtrinsic};
use std::{
    future::{ready, Future, Ready},
    pin::Pin,
    sync::Arc,
    time::Instant,
};
use waggle_node::types::{Block, Client, Pool};
use waggle_primitives::SignedAct;
use waggle_runtime::{transactions::extension, Hash, Header, Runtime, UncheckedExtrinsic};

/// Makes blocks as plans say.
pub(crate) struct Blocks {
    /// The chain.
    pub(crate) client: Arc<Client>,
    /// Pending transactions.
    pub(crate) pool: Arc<Pool>,
    /// What to do next.
    pub(crate) plans: Plans,
}

/// Makes one block.
pub(crate) struct Builder {
    client: Arc<Client>,
    pool: Arc<Pool>,
    parent: Hash,
    number: u32,
    plan: Plan,
}

impl Environment<Block> for Blocks {
    type Proposer = Builder;
    type CreateProposer = Ready<Result<Builder, Error>>;
    type Error = Error;

    fn init(&mut self, parent: &Header) -> Self::CreateProposer {
        let plan = self.plans.take().filter(|plan| plan.parent == parent.hash());
        ready(Ok(Builder {
            client: self.client.clone(),
            pool: self.pool.clone(),
            parent: parent.hash(),
            number: *parent.number(),
            plan: plan.unwrap_or_default(),
        }))
    }
}

impl Proposer<Block> for Builder {
    type Error = Error;
    type Proposal = Pin<Box<dyn Future<Output = Result<Proposal<Block>, Error>> + Send>>;

    fn propose(self, args: ProposeArgs<Block>) -> Self::Proposal {
        Box::pin(ready(self.build(args)))
    }
}

impl Builder {
    fn build(self, args: ProposeArgs<Block>) -> Result<Proposal<Block>, Error> {
        let deadline = Instant::now() + args.max_duration / 2;
        let mut block = BlockBuilderBuilder::<Block, Client>::new(&*self.client)
            .on_parent_block(self.parent)
            .with_parent_block_number(self.number)
            .with_inherent_digests(args.inherent_digests)
            .build()?;
        for inherent in block.create_inherents(args.inherent_data)? {
            block.push(inherent)?;
        }
        for transaction in self.transactions()? {
            if Instant::now() > deadline {
                break;
            }
            // What does not fit here is left out.
            let _ = block.push(transaction);
        }
        let (block, storage_changes) = block.build()?.into_inner();
        Ok(Proposal { block, storage_changes })
    }

    /// What may go into the block, in this order.
    fn transactions(&self) -> Result<Vec<OpaqueExtrinsic>, Error> {
        let own = self.plan.acts.iter().cloned().filter_map(transaction);
        let mut all: Vec<OpaqueExtrinsic> = own.collect();
        for hash in &self.plan.replaced {
            let body = self.client.block_body(*hash)?.unwrap_or_default();
            all.extend(body.into_iter().filter(|transaction| !is_inherent(transaction)));
        }
        all.extend(self.pool.ready().map(|pending| (**pending.data()).clone()));
        Ok(all)
    }
}

/// An act as the hook sends it.
fn transaction(signed: SignedAct) -> Option<OpaqueExtrinsic> {
    let call = RoundsCall::<Runtime>::act { signed };
    let extension = extension(0, Era::Immortal);
    let transaction = UncheckedExtrinsic::new_transaction(call.into(), extension).encode();
    OpaqueExtrinsic::decode(&mut &transaction[..]).ok()
}

/// Whether a transaction is the author's own, which the new block has anyway: neither signed nor
/// with extensions. After its length comes its kind, in the two highest bits.
fn is_inherent(transaction: &OpaqueExtrinsic) -> bool {
    let bytes = transaction.encode();
    let mut rest = &bytes[..];
    Compact::<u32>::decode(&mut rest).is_ok() && rest.first().is_some_and(|kind| kind >> 6 == 0)
}
