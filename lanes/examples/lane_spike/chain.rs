//! A chain without a network: the node's client and database, and blocks of the shipped runtime,
//! made and imported without BABE's checks.

use crate::{said, Failure};
use codec::{Decode, Encode};
use pallet_waggle_rounds::{api::WaggleApi, Call as RoundsCall};
use sc_block_builder::BlockBuilderBuilder;
use sc_client_api::{execution_extensions::ExecutionExtensions, HeaderBackend};
use sc_client_db::DatabaseSettings;
use sc_consensus::{
    BlockImport, BlockImportParams, ForkChoiceStrategy, ImportResult, StateAction, StorageChanges,
};
use sc_service::{
    BlocksPruning, ChainSpec, ClientConfig, DatabaseSource, GenesisBlockBuilder, PruningMode,
    TaskManager,
};
use sp_api::ProvideRuntimeApi;
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{
    digests::{CompatibleDigestItem, PreDigest, SecondaryVRFPreDigest},
    BabeApi,
};
use sp_core::{crypto::VrfSecret, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::Era,
    traits::{Block as _, Header as _},
    Digest, DigestItem, OpaqueExtrinsic,
};
use std::sync::Arc;
use tempfile::TempDir;
use waggle_node::{
    chain_spec,
    types::{Block, Client, Executor},
};
use waggle_primitives::{
    domain::GENERAL, examination::seal, view::Duty, Grade, Hash32, RoundId, RoundTerms, SealStep,
    SignedAct,
};
use waggle_runtime::{
    genesis_config_presets::{dev_agent_seed, DEV_AGENTS, DEV_PRESET},
    transactions::extension,
    AccountId, Address, Balance, Hash, Header, Runtime, RuntimeCall, Signature, SignedPayload,
    UncheckedExtrinsic, PRESET_SLOT_MS, VERSION, WAG,
};
use waggle_testing::Signer;

/// The round that is asked for.
pub(crate) const ROUND: RoundId = 0;
/// Who asks, for the first time.
const CLIENT: Sr25519Keyring = Sr25519Keyring::Bob;
const ANSWER: &[u8] = b"49";
/// The slot of the first block: some time after 1970.
const FIRST_SLOT: u64 = 7_000_000_000;
/// Blocks within which all agents have done their step.
const A_FEW_BLOCKS: usize = 16;

/// A chain with the genesis of the preset `dev`.
pub(crate) struct Chain {
    /// The node's client.
    pub(crate) client: Arc<Client>,
    /// What runs what the client and pools need.
    pub(crate) tasks: TaskManager,
    agents: Vec<Signer>,
    best: (u32, Hash),
    slot: u64,
    /// Goes away last.
    _folder: TempDir,
}

impl Chain {
    /// The chain, with a round that all development agents are asked to take part in.
    pub(crate) async fn asking() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let tasks = TaskManager::new(tokio::runtime::Handle::current(), None).map_err(said)?;
        let client = Arc::new(client(&folder, &tasks)?);
        let agents = (0..DEV_AGENTS).map(|agent| Signer::of_phrase(&dev_agent_seed(agent)));
        let genesis = client.info().genesis_hash;
        let mut chain = Self {
            client,
            tasks,
            agents: agents.collect(),
            best: (0, genesis),
            slot: FIRST_SLOT,
            _folder: folder,
        };
        chain.block(Vec::new()).await?;
        let question = chain.question()?;
        chain.block(vec![question]).await?;
        Ok(chain)
    }

    /// Number and hash of the newest block.
    pub(crate) fn best(&self) -> (u32, Hash) {
        self.best
    }

    /// The agents.
    pub(crate) fn agents(&self) -> &[Signer] {
        &self.agents
    }

    /// What all agents that owe something now do.
    pub(crate) fn acts(&self) -> Result<Vec<SignedAct>, Failure> {
        let acts = self.agents.iter().filter_map(|agent| self.act_of(agent).transpose());
        acts.collect()
    }

    /// Let all agents enter the round, so that all owe an opening.
    pub(crate) async fn answer(&mut self) -> Result<(), Failure> {
        for _ in 0..A_FEW_BLOCKS {
            let acts = self.acts()?;
            if acts.len() == self.agents.len()
                && acts.iter().all(|signed| signed.act.sealed_bytes() == 0)
            {
                return Ok(());
            }
            let commits = acts.into_iter().filter(|signed| signed.act.sealed_bytes() > 0);
            let transactions = commits.map(single).collect::<Result<_, _>>()?;
            self.block(transactions).await?;
        }
        Err("not all agents came into the round".into())
    }

    /// The header of a block on the newest one, without its content.
    pub(crate) fn next_header(&self) -> Result<Header, Failure> {
        let (number, parent) = self.best;
        let zero = Hash::zero();
        Ok(Header::new(number + 1, zero, zero, parent, self.digest()?))
    }

    /// Make and import a block in which all of these transactions are admitted.
    pub(crate) async fn block(
        &mut self,
        transactions: Vec<OpaqueExtrinsic>,
    ) -> Result<(), Failure> {
        let (number, parent) = self.best;
        let mut block = BlockBuilderBuilder::<Block, Client>::new(&*self.client)
            .on_parent_block(parent)
            .with_parent_block_number(number)
            .with_inherent_digests(self.digest()?)
            .build()
            .map_err(said)?;
        let now = pallet_timestamp::Call::set { now: self.slot * PRESET_SLOT_MS };
        block
            .push(opaque(UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(now)))?)
            .map_err(said)?;
        for transaction in transactions {
            block.push(transaction).map_err(said)?;
        }
        let (block, changes) = block.build().map_err(said)?.into_inner();
        let (header, body) = block.deconstruct();
        let best = (*header.number(), header.hash());
        let mut import = BlockImportParams::new(BlockOrigin::Own, header);
        import.body = Some(body);
        import.state_action = StateAction::ApplyChanges(StorageChanges::Changes(changes));
        import.fork_choice = Some(ForkChoiceStrategy::LongestChain);
        match BlockImport::import_block(&*self.client, import).await.map_err(said)? {
            ImportResult::Imported(_) => {}
            other => return Err(format!("a block was not imported: {other:?}").into()),
        }
        self.best = best;
        self.slot += 1;
        Ok(())
    }

    /// What the author says of the next block: Alice is the only one.
    fn digest(&self) -> Result<Digest, Failure> {
        let api = self.client.runtime_api();
        let epoch = api.current_epoch(self.best.1).map_err(said)?;
        let data = sp_consensus_babe::make_vrf_sign_data(
            &epoch.randomness,
            self.slot.into(),
            epoch.epoch_index,
        );
        let claim = PreDigest::SecondaryVRF(SecondaryVRFPreDigest {
            authority_index: 0,
            slot: self.slot.into(),
            vrf_signature: Sr25519Keyring::Alice.pair().vrf_sign(&data),
        });
        Ok(Digest { logs: vec![DigestItem::babe_pre_digest(claim)] })
    }

    /// The client's question to all agents.
    fn question(&self) -> Result<OpaqueExtrinsic, Failure> {
        let sealed_truth = seal(&CLIENT.to_account_id(), &[5; 32], ANSWER);
        let terms = RoundTerms {
            reward: 80 * WAG,
            answering_blocks: 400,
            min_agents: DEV_AGENTS,
            max_agents: DEV_AGENTS,
            min_score: Grade::MIN,
        };
        let prompt = b"37+12".to_vec().try_into().map_err(|_| "the prompt is too long")?;
        let call = RoundsCall::<Runtime>::submit { prompt, domain: GENERAL, terms, sealed_truth };
        let (call, extension) = (RuntimeCall::from(call), extension(0, Era::Immortal));
        let genesis = self.client.info().genesis_hash;
        let implicit = (
            (),
            (),
            VERSION.spec_version,
            VERSION.transaction_version,
            genesis,
            genesis,
            (),
            (),
            (),
            None,
            (),
        );
        let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
        let signature = payload.using_encoded(|bytes| CLIENT.pair().sign(bytes));
        let address = Address::Id(CLIENT.to_account_id());
        opaque(UncheckedExtrinsic::new_signed(call, address, Signature::from(signature), extension))
    }

    /// What this agent does if it owes an answer or its opening.
    fn act_of(&self, agent: &Signer) -> Result<Option<SignedAct>, Failure> {
        let (api, at) = (self.client.runtime_api(), self.best.1);
        let duties: Vec<Duty<Balance>> =
            WaggleApi::<Block, AccountId>::duties(&*api, at, agent.key()).map_err(said)?;
        let Some(duty) = duties.into_iter().find(|duty| duty.round() == ROUND) else {
            return Ok(None);
        };
        let scope: Option<Hash32> =
            WaggleApi::<Block, AccountId>::scope(&*api, at, ROUND, SealStep::Answer)
                .map_err(said)?;
        let scope = scope.ok_or("the round does not run")?;
        Ok(match duty {
            Duty::Answer { .. } => Some(agent.commit_answer(scope, ROUND, ANSWER)),
            Duty::OpenAnswer { .. } => Some(agent.open_answer(scope, ROUND)),
            Duty::Grade { .. } | Duty::OpenGrades { .. } => None,
        })
    }
}

/// The node's client, with its database in a folder.
fn client(folder: &TempDir, tasks: &TaskManager) -> Result<Client, Failure> {
    let executor: Executor = Executor::builder().build();
    let backend = sc_service::new_db_backend::<Block>(DatabaseSettings {
        trie_cache_maximum_size: Some(64 << 20),
        state_pruning: Some(PruningMode::ArchiveAll),
        source: DatabaseSource::ParityDb { path: folder.path().join("chain") },
        blocks_pruning: BlocksPruning::KeepAll,
        pruning_filters: Vec::new(),
        metrics_registry: None,
    })
    .map_err(said)?;
    let specification = chain_spec::load(DEV_PRESET)?;
    let genesis = GenesisBlockBuilder::new(
        specification.as_storage_builder(),
        true,
        backend.clone(),
        executor.clone(),
    )
    .map_err(said)?;
    let extensions = ExecutionExtensions::new(None, Arc::new(executor.clone()));
    sc_service::new_client(
        backend,
        executor,
        genesis,
        None,
        None,
        extensions,
        Box::new(tasks.spawn_handle()),
        None,
        None,
        ClientConfig::default(),
    )
    .map_err(said)
}

/// An act as a transaction of its own.
pub(crate) fn single(signed: SignedAct) -> Result<OpaqueExtrinsic, Failure> {
    authorised(RoundsCall::act { signed })
}

/// Acts as one transaction.
pub(crate) fn batch(acts: &[SignedAct]) -> Result<OpaqueExtrinsic, Failure> {
    let acts = acts.to_vec().try_into().map_err(|_| "too many acts for a batch")?;
    authorised(RoundsCall::act_batch { acts })
}

fn authorised(call: RoundsCall<Runtime>) -> Result<OpaqueExtrinsic, Failure> {
    let extension = extension(0, Era::Immortal);
    opaque(UncheckedExtrinsic::new_transaction(call.into(), extension))
}

fn opaque(transaction: UncheckedExtrinsic) -> Result<OpaqueExtrinsic, Failure> {
    Ok(OpaqueExtrinsic::decode(&mut &transaction.encode()[..])?)
}
