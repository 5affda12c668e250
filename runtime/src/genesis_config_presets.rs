//! The chains `dev`, `local` and `governed`: well-known validators, funded well-known accounts, a
//! technical committee of three, and [`DEV_AGENTS`] registered agents, whose keys everybody knows.
//! For development only. On `dev` and `local` Alice has sudo's key; on `governed`, as on any chain
//! that is meant, nobody has.
//!
//! Agent `i` has the agent key ed25519 `//Waggle//agent//{i}` and the owner sr25519
//! `//Waggle//owner//{i}`, both of Substrate's development phrase. The keys are derived here, in
//! the runtime, at the cost of a second when a chain specification is made and nothing afterwards.

// Presets are made when a chain specification is, never in a block.
#![allow(clippy::expect_used)]

use crate::{
    configs::{consensus::BABE_GENESIS_EPOCH_CONFIG, money::TreasuryAccount},
    AccountId, AgentsConfig, AuditsConfig, BabeConfig, Balance, BalancesConfig, DomainsConfig,
    RuntimeGenesisConfig, SessionConfig, SessionKeys, SlotsConfig, SudoConfig,
    TechnicalCommitteeConfig, DOMAIN_EPOCH_BLOCKS, PRESET_SLOT_MS, WAG,
};
use alloc::{format, string::String, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_core::{ed25519, sr25519, Pair};
use sp_genesis_builder::PresetId;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use waggle_primitives::AgentKey;

/// One validator, Alice.
pub const DEV_PRESET: &str = "dev";
/// Four validators: Alice, Bob, Charlie and Dave.
pub const LOCAL_PRESET: &str = "local";
/// As [`LOCAL_PRESET`], without sudo.
pub const GOVERNED_PRESET: &str = "governed";

/// How many agents the presets register.
pub const DEV_AGENTS: u32 = 16;

/// What each well-known account has in the beginning.
const ENDOWMENT: Balance = 1_000_000 * WAG;
/// What each agent's owner has in the beginning, bond included.
const OWNER_ENDOWMENT: Balance = 10_000 * WAG;
/// What the treasury has in the beginning.
const TREASURY_ENDOWMENT: Balance = 1_000 * WAG;
/// The model that the agents declare until their owners say better.
const DEV_MODEL: &[u8] = b"development";

/// The secret of development agent `agent`'s key.
pub fn dev_agent_seed(agent: u32) -> String {
    format!("//Waggle//agent//{agent}")
}

/// The secret of the account of development agent `agent`'s owner.
pub fn dev_owner_seed(agent: u32) -> String {
    format!("//Waggle//owner//{agent}")
}

/// Development agent `agent`'s key.
pub fn dev_agent_key(agent: u32) -> AgentKey {
    ed25519::Pair::from_string(&dev_agent_seed(agent), None)
        .expect("numbers make good derivation paths; qed")
        .public()
}

/// The account of development agent `agent`'s owner.
pub fn dev_owner(agent: u32) -> AccountId {
    let pair = sr25519::Pair::from_string(&dev_owner_seed(agent), None)
        .expect("numbers make good derivation paths; qed");
    AccountId::new(pair.public().0)
}

/// A validator's session entry: its account, twice, and its keys.
fn validator(name: (Sr25519Keyring, Ed25519Keyring)) -> (AccountId, AccountId, SessionKeys) {
    let (block_author, voter) = name;
    let keys = SessionKeys { babe: block_author.public().into(), grandpa: voter.public().into() };
    (block_author.to_account_id(), block_author.to_account_id(), keys)
}

/// A development chain with these validators, and sudo's key on the account of `sudo`.
fn development_genesis(
    validators: Vec<(Sr25519Keyring, Ed25519Keyring)>,
    sudo: Option<Sr25519Keyring>,
) -> Value {
    use Sr25519Keyring::{Alice, Bob, Charlie};
    let accounts = Sr25519Keyring::iter().map(|account| (account.to_account_id(), ENDOWMENT));
    let owners = (0..DEV_AGENTS).map(|agent| (dev_owner(agent), OWNER_ENDOWMENT));
    let treasury = [(TreasuryAccount::get(), TREASURY_ENDOWMENT)];
    build_struct_json_patch!(RuntimeGenesisConfig {
        slots: SlotsConfig { slot_duration_ms: PRESET_SLOT_MS },
        babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
        balances: BalancesConfig {
            balances: accounts.chain(owners).chain(treasury).collect::<Vec<_>>()
        },
        session: SessionConfig { keys: validators.into_iter().map(validator).collect::<Vec<_>>() },
        sudo: SudoConfig { key: sudo.map(|account| account.to_account_id()) },
        technical_committee: TechnicalCommitteeConfig {
            members: [Alice, Bob, Charlie].map(|member| member.to_account_id()).to_vec(),
        },
        agents: AgentsConfig {
            agents: (0..DEV_AGENTS)
                .map(|agent| (dev_owner(agent), dev_agent_key(agent), DEV_MODEL.to_vec()))
                .collect::<Vec<_>>(),
            // Which of them a node runs, it is told when it starts.
            away: true,
        },
        domains: DomainsConfig { epoch_blocks: DOMAIN_EPOCH_BLOCKS },
        audits: AuditsConfig { audited: Vec::new() },
    })
}

/// The genesis of the preset `id` as JSON, to be merged into the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    use {Ed25519Keyring as Ed, Sr25519Keyring as Sr};
    let four = || {
        vec![
            (Sr::Alice, Ed::Alice),
            (Sr::Bob, Ed::Bob),
            (Sr::Charlie, Ed::Charlie),
            (Sr::Dave, Ed::Dave),
        ]
    };
    let (validators, sudo) = match id.as_ref() {
        DEV_PRESET => (vec![(Sr::Alice, Ed::Alice)], Some(Sr::Alice)),
        LOCAL_PRESET => (four(), Some(Sr::Alice)),
        GOVERNED_PRESET => (four(), None),
        _ => return None,
    };
    let genesis = serde_json::to_vec(&development_genesis(validators, sudo));
    Some(genesis.expect("a JSON value is written as JSON; qed"))
}

/// The presets.
pub fn preset_names() -> Vec<PresetId> {
    [DEV_PRESET, LOCAL_PRESET, GOVERNED_PRESET].map(PresetId::from).to_vec()
}
