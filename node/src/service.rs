//! A node's parts, and how they are put together.
//!
//! Blocks are authored by BABE and finalized by GRANDPA. The database is ParityDb. The slot
//! duration is read from the chain, and GRANDPA's pace follows it (`gossip_duration`). What makes
//! the node a home for agents is little: their keys in the keystore, the worker's address in
//! off-chain storage, and off-chain workers on every node.

use crate::{
    dev_agents::DevAgents,
    double_seals::DoubleSealWatch,
    equivocations::EquivocationWatch,
    idle_keys::IdleKeyWatch,
    metrics::Metrics,
    receipts::Receipts,
    rpc,
    types::{Backend, Block, Client, Pool, SelectChain},
    worker_url::WorkerUrl,
};
use futures::FutureExt;
use sc_basic_authorship::ProposerFactory;
use sc_client_api::Backend as _;
use sc_consensus::{BlockImport, DefaultImportQueue, LongestChain};
use sc_consensus_babe::{BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{GrandpaPruningFilter, LinkHalf, SharedVoterState};
use sc_network::{
    config::NetworkBackendType, Litep2pNetworkBackend, NetworkBackend, NetworkWorker,
};
use sc_service::{
    error::Error as ServiceError, Configuration, PartialComponents, TaskManager, WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus::{Environment, Proposer};
use sp_consensus_babe::{inherents::InherentDataProvider as SlotProvider, SlotDuration};
use sp_inherents::CreateInherentDataProviders;
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};
use waggle_runtime::{Hash, RuntimeApi};

/// The parts of a node before its network; `I` is what imports blocks.
pub type Parts<I> =
    PartialComponents<Client, Backend, SelectChain, DefaultImportQueue<Block>, Pool, Consensus<I>>;

/// How often GRANDPA generates justifications that are kept, in blocks.
const JUSTIFICATION_PERIOD: u32 = 512;

/// GRANDPA's slowest pace: a little faster than Substrate's usual one (333 ms), so that a block is
/// final within four slots of a second.
const SLOWEST_GOSSIP: Duration = Duration::from_millis(250);

/// GRANDPA's fastest pace: below it voters spend more on messages than they gain.
const FASTEST_GOSSIP: Duration = Duration::from_millis(50);

/// The consensus parts of a node.
pub struct Consensus<I> {
    /// Imports blocks: BABE's checks, then GRANDPA's, then the client. Authors that contradict
    /// themselves are reported.
    block_import: I,
    /// What BABE's author shares with the import.
    babe: BabeLink<Block>,
    /// Keeps BABE's worker alive: its end is the end of the node.
    babe_worker: BabeWorkerHandle<Block>,
    /// What GRANDPA's voter shares with the import.
    grandpa: LinkHalf<Block, Client, SelectChain>,
    /// Telemetry, if the operator wants it.
    telemetry: Option<Telemetry>,
}

/// What the operator said about agents.
#[derive(Clone, Debug)]
pub struct Agents {
    /// Development agents to act for.
    pub dev_agents: DevAgents,
    /// Where the worker is.
    pub worker_url: WorkerUrl,
}

/// What a node that validates makes blocks with.
pub struct Authorship {
    /// The chain.
    pub client: Arc<Client>,
    /// Says which block is the best.
    pub select_chain: SelectChain,
    /// Pending transactions.
    pub pool: Arc<Pool>,
    /// Has the validator's keys.
    pub keystore: KeystorePtr,
    /// Tells of epochs.
    pub babe: BabeWorkerHandle<Block>,
    /// How long a slot is.
    pub slot_duration: SlotDuration,
    /// Fills blocks from the pool.
    pub proposer: ProposerFactory<Pool, Client>,
}

impl Authorship {
    /// How a node makes blocks: on the best one, and from the pool.
    fn honest(self) -> (SelectChain, ProposerFactory<Pool, Client>) {
        (self.select_chain, self.proposer)
    }
}

/// GRANDPA's gossip period on a chain with slots of `slot`: a quarter of it, within
/// [`FASTEST_GOSSIP`] and [`SLOWEST_GOSSIP`]. A voting round lasts four periods, so each slot has
/// one.
///
/// The period is a pace, no bound on delays: voters wait at least this long before they vote, and
/// beyond it for as long as it takes until enough votes are there. On a slower network rounds last
/// longer, and nothing else changes; what is final stays final at any pace.
fn gossip_duration(slot: Duration) -> Duration {
    (slot / 4).clamp(FASTEST_GOSSIP, SLOWEST_GOSSIP)
}

/// What every block says about itself: its slot and the time.
fn inherents(
    slot_duration: SlotDuration,
) -> impl CreateInherentDataProviders<
    Block,
    (),
    InherentDataProviders = (SlotProvider, TimestampProvider),
> + Clone
       + 'static {
    move |_parent: Hash, ()| async move {
        let timestamp = TimestampProvider::from_system_time();
        let slot = SlotProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration);
        Ok((slot, timestamp))
    }
}

/// The parts that commands without a network need too.
pub fn new_partial(
    config: &Configuration,
) -> Result<
    Parts<impl BlockImport<Block, Error = sp_consensus::Error> + Clone + Send + Sync + 'static>,
    ServiceError,
> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;

    let executor = sc_service::new_wasm_executor(&config.executor);
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, _>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            executor,
            vec![Arc::new(GrandpaPruningFilter)],
        )?;
    let client = Arc::new(client);

    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });

    let select_chain = LongestChain::new(backend.clone());
    let transaction_pool = Arc::new(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let (grandpa_import, grandpa) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry.as_ref().map(|telemetry| telemetry.handle()),
    )?;

    let babe_config = sc_consensus_babe::configuration(&*client)?;
    let slot_duration = babe_config.slot_duration();
    let (block_import, babe) = sc_consensus_babe::block_import(
        babe_config,
        grandpa_import.clone(),
        client.clone(),
        inherents(slot_duration),
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(transaction_pool.clone()),
    )?;
    let reports = OffchainTransactionPoolFactory::new(transaction_pool.clone());
    let block_import = EquivocationWatch::new(block_import, client.clone(), reports);

    let (import_queue, babe_worker) =
        sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
            link: babe.clone(),
            block_import: block_import.clone(),
            justification_import: Some(Box::new(grandpa_import)),
            client: client.clone(),
            slot_duration,
            spawner: &task_manager.spawn_essential_handle(),
            registry: config.prometheus_registry(),
            telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
        })?;

    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        keystore_container,
        select_chain,
        import_queue,
        transaction_pool,
        other: Consensus { block_import, babe, babe_worker, grandpa, telemetry },
    })
}

/// Start a node. It runs until the task manager is dropped or an essential task fails.
pub fn start(config: Configuration, agents: Agents) -> Result<TaskManager, ServiceError> {
    start_as(config, agents, Authorship::honest)
}

/// The same, of a validator that makes its blocks on those, and with that, which `author` returns.
/// A test does so with one that breaks the rules; a node's own is [`start`].
pub fn start_as<S, E>(
    config: Configuration,
    agents: Agents,
    author: impl FnOnce(Authorship) -> (S, E),
) -> Result<TaskManager, ServiceError>
where
    S: sp_consensus::SelectChain<Block> + 'static,
    E: Environment<Block, Error = sp_blockchain::Error> + Send + Sync + 'static,
    E::Proposer: Proposer<Block, Error = sp_blockchain::Error>,
{
    match config.network.network_backend {
        NetworkBackendType::Litep2p => {
            start_on::<Litep2pNetworkBackend, S, E>(config, agents, author)
        }
        NetworkBackendType::Libp2p => {
            start_on::<NetworkWorker<Block, Hash>, S, E>(config, agents, author)
        }
    }
}

/// The same on the network backend `N`.
fn start_on<N, S, E>(
    config: Configuration,
    agents: Agents,
    author: impl FnOnce(Authorship) -> (S, E),
) -> Result<TaskManager, ServiceError>
where
    N: NetworkBackend<Block, Hash>,
    S: sp_consensus::SelectChain<Block> + 'static,
    E: Environment<Block, Error = sp_blockchain::Error> + Send + Sync + 'static,
    E::Proposer: Proposer<Block, Error = sp_blockchain::Error>,
{
    let Parts {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Consensus { block_import, babe, babe_worker, grandpa, mut telemetry },
    } = new_partial(&config)?;

    let offchain_storage = backend.offchain_storage();
    house_agents(&config, &agents, &keystore_container, offchain_storage.clone())?;

    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let mut net_config = sc_network::config::FullNetworkConfiguration::<_, _, N>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let genesis_hash = client.chain_info().genesis_hash;
    let grandpa_protocol =
        sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
    let (grandpa_peers, grandpa_notifications) =
        sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
            grandpa_protocol.clone(),
            metrics.clone(),
            net_config.peer_store_handle(),
        );
    net_config.add_notification_protocol(grandpa_peers);
    let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa.shared_authority_set().clone(),
        Vec::new(),
    ));

    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync.clone())),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    if config.offchain_worker.enabled {
        let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            keystore: Some(keystore_container.keystore()),
            offchain_db: offchain_storage,
            transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
            network_provider: Arc::new(network.clone()),
            is_validator: config.role.is_authority(),
            enable_http_requests: true,
            custom_extensions: |_| Vec::new(),
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-work",
            workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
        );
    }

    let role = config.role;
    let name = config.network.node_name.clone();
    let force_authoring = config.force_authoring;
    let finality = !config.disable_grandpa;
    let prometheus_registry = config.prometheus_registry().cloned();
    let (mut double_seals, mut idle_keys) = (None, None);
    if let Some(registry) = &prometheus_registry {
        let metrics = Metrics::register(registry)
            .map_err(|error| ServiceError::Application(Box::new(error)))?;
        double_seals = Some(metrics.double_seals());
        idle_keys = Some(metrics.idle_keys());
        let follow = metrics.follow(client.clone(), keystore_container.keystore());
        task_manager.spawn_handle().spawn("waggle-metrics", None, follow);
    }
    let reports = OffchainTransactionPoolFactory::new(transaction_pool.clone());
    let watch = DoubleSealWatch::new(client.clone(), reports, sync_service.clone(), double_seals);
    task_manager.spawn_handle().spawn_blocking("waggle-double-seals", None, watch.follow());
    let keystore = keystore_container.keystore();
    let watch = IdleKeyWatch::new(client.clone(), keystore, sync_service.clone(), idle_keys);
    task_manager.spawn_handle().spawn_blocking("waggle-idle-keys", None, watch.follow());
    let slot_duration = babe.config().slot_duration();
    let voter_state = SharedVoterState::empty();

    let receipts = Receipts::new(
        client.clone(),
        grandpa.justification_stream(),
        warp_sync,
        config.chain_spec.cloned_box(),
    );
    let rpc_deps = rpc::Deps {
        client: client.clone(),
        pool: transaction_pool.clone(),
        babe: rpc::BabeDeps {
            worker: babe_worker.clone(),
            keystore: keystore_container.keystore(),
            select_chain: select_chain.clone(),
        },
        grandpa: rpc::GrandpaDeps {
            voter_state: voter_state.clone(),
            authority_set: grandpa.shared_authority_set().clone(),
            justifications: grandpa.justification_stream(),
            finality_proofs: sc_consensus_grandpa::FinalityProofProvider::new_for_service(
                backend.clone(),
                Some(grandpa.shared_authority_set().clone()),
            ),
        },
        receipts: Arc::new(receipts),
    };
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: client.clone(),
        backend,
        task_manager: &mut task_manager,
        keystore: keystore_container.keystore(),
        transaction_pool: transaction_pool.clone(),
        rpc_builder: Box::new(move |executor| {
            rpc::create(rpc_deps.clone(), executor)
                .map_err(|error| ServiceError::Application(Box::new(error)))
        }),
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;
    // Without RPC nothing else would hold a handle of BABE's worker.
    task_manager.keep_alive(babe_worker.clone());

    if role.is_authority() {
        let proposer = ProposerFactory::new(
            task_manager.spawn_handle(),
            client.clone(),
            transaction_pool.clone(),
            prometheus_registry.as_ref(),
            telemetry.as_ref().map(|telemetry| telemetry.handle()),
        );
        let (select_chain, env) = author(Authorship {
            client: client.clone(),
            select_chain,
            pool: transaction_pool.clone(),
            keystore: keystore_container.keystore(),
            babe: babe_worker,
            slot_duration,
            proposer,
        });
        let author = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
            keystore: keystore_container.keystore(),
            client,
            select_chain,
            env,
            block_import,
            sync_oracle: sync_service.clone(),
            justification_sync_link: sync_service.clone(),
            create_inherent_data_providers: inherents(slot_duration),
            force_authoring,
            // A round's deadlines are counted in blocks, so blocks come on time even while finality
            // lags.
            backoff_authoring_blocks: None::<()>,
            babe_link: babe,
            // The runtime's block weight is the same share of a slot.
            block_proposal_slot_portion: SlotProportion::new(2f32 / 3f32),
            max_block_proposal_slot_portion: None,
            telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking(
            "babe-proposer",
            Some("block-authoring"),
            author,
        );
    }

    if finality {
        let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: gossip_duration(slot_duration.as_duration()),
                justification_generation_period: JUSTIFICATION_PERIOD,
                name: Some(name),
                observer_enabled: false,
                keystore: role.is_authority().then(|| keystore_container.keystore()),
                local_role: role,
                telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
                protocol_name: grandpa_protocol,
            },
            link: grandpa,
            network,
            sync: sync_service,
            notification_service: grandpa_notifications,
            voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
            prometheus_registry,
            shared_voter_state: voter_state,
            telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
    }

    Ok(task_manager)
}

/// Make the node a home for its agents: their keys, and the worker's address where the hook finds
/// it.
fn house_agents(
    config: &Configuration,
    agents: &Agents,
    keystore: &sc_service::KeystoreContainer,
    offchain_storage: Option<<Backend as sc_client_api::Backend<Block>>::OffchainStorage>,
) -> Result<(), ServiceError> {
    let keys = agents
        .dev_agents
        .insert_keys(config.chain_spec.id(), config.chain_spec.chain_type(), &*keystore.keystore())
        .map_err(|error| ServiceError::Application(Box::new(error)))?;
    if !keys.is_empty() {
        log::info!("🐝 Acting for {} development agents", keys.len());
    }
    if let Some(storage) = offchain_storage {
        agents.worker_url.publish(storage);
        log::info!("🐝 The worker of this node's agents is at {}", agents.worker_url);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gossip_should_follow_the_slot_within_bounds() {
        let gossip = |slot| gossip_duration(Duration::from_millis(slot)).as_millis();
        assert_eq!([50, 100, 250, 500, 1000, 6000].map(gossip), [50, 50, 62, 125, 250, 250]);
    }
}
