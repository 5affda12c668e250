//! The methods that a node serves in addition to Substrate's standard ones (`chain`, `state`,
//! `author`, `chainHead`, …, which `sc_service::spawn_tasks` adds): account nonces, fees, BABE's
//! slots, GRANDPA's justifications, and receipts of rounds.
//!
//! The protocol itself needs no method here: clients call the runtime API `WaggleApi` through
//! `state_call`.

use crate::{
    receipts::Receipts,
    types::{Backend, Block, Client, Pool, SelectChain},
};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};
use waggle_runtime::{BlockNumber, Hash};

/// What BABE's methods need.
#[derive(Clone)]
pub struct BabeDeps {
    /// Answers questions about epochs. Also what keeps BABE's worker alive: it ends, and the node
    /// with it, when the last handle is dropped.
    pub worker: BabeWorkerHandle<Block>,
    /// Which slots are this node's depends on its keys.
    pub keystore: KeystorePtr,
    /// Finds the best chain.
    pub select_chain: SelectChain,
}

/// What GRANDPA's methods need.
#[derive(Clone)]
pub struct GrandpaDeps {
    /// State of the voter, once it runs.
    pub voter_state: SharedVoterState,
    /// The current voters.
    pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    /// Justifications as they are made.
    pub justifications: GrandpaJustificationStream<Block>,
    /// Proves old blocks' finality.
    pub finality_proofs: Arc<FinalityProofProvider<Backend, Block>>,
}

/// What all the methods need.
#[derive(Clone)]
pub struct Deps {
    /// The chain.
    pub client: Arc<Client>,
    /// Pending transactions: an account's next nonce depends on them.
    pub pool: Arc<Pool>,
    /// BABE.
    pub babe: BabeDeps,
    /// GRANDPA.
    pub grandpa: GrandpaDeps,
    /// Makes receipts.
    pub receipts: Arc<Receipts>,
}

/// The methods. Errors: two of them have the same name.
pub fn create(
    deps: Deps,
    executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, jsonrpsee::core::RegisterMethodError> {
    let Deps { client, pool, babe, grandpa, receipts } = deps;
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(Babe::new(client, babe.worker, babe.keystore, babe.select_chain).into_rpc())?;
    module.merge(
        Grandpa::new(
            executor,
            grandpa.authority_set,
            grandpa.voter_state,
            grandpa.justifications,
            grandpa.finality_proofs,
        )
        .into_rpc(),
    )?;
    module.merge(receipts.into_rpc()?)?;
    Ok(module)
}
