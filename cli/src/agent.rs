//! Registering an agent and changing its registration, on behalf of its owner.
//!
//! The owner's account (sr25519) pays the bond and gets what the agent earns; the agent key
//! (ed25519) acts in rounds and lies in the keystore of its node. With its
//! signature it proves that its holder wants this owner. Where it answers is [`crate::domain`]'s
//! affair.

use sp_core::{ed25519, Pair};
use std::path::PathBuf;
use subxt::dynamic::Value;
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    account::account_id,
    amount::Amount,
    chain::Chain,
    secret,
    transaction::{transact, Done},
    AccountId, Failure,
};
use waggle_primitives::{registration::registration_payload, StakeLimits};

/// Where the agent key comes from.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct AgentKeyArgs {
    /// Secret URI of the agent key (ed25519), the same that the node's keystore has. Other users
    /// of the machine can see what is given here: use --agent-key-file for keys that are worth
    /// something.
    #[arg(long, value_name = "SURI")]
    pub agent_suri: Option<String>,
    /// File whose first line is the secret URI of the agent key.
    #[arg(long, value_name = "FILE")]
    pub agent_key_file: Option<PathBuf>,
}

/// What an agent says of itself.
#[derive(Clone, Debug, clap::Args)]
pub struct ProfileArgs {
    /// The model that it runs, for clients to read.
    #[arg(long, value_name = "NAME")]
    pub model: String,
    /// What it is good at, for clients to read.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub topics: String,
}

impl AgentKeyArgs {
    /// The agent key's pair. Errors never repeat the secret.
    pub fn pair(&self) -> Result<ed25519::Pair, Failure> {
        let (source_name, suri) =
            secret::read("--agent-suri", self.agent_suri.as_deref(), self.agent_key_file.as_ref())?;
        ed25519::Pair::from_string(&suri, None)
            .map_err(|_| Failure::Key { source_name, reason: "it is not a secret URI".into() })
    }
}

/// Register the agent with this key, owned by `owner`.
pub async fn register(
    chain: &Chain,
    owner: &Keypair,
    key: &ed25519::Pair,
    profile: &ProfileArgs,
) -> Result<Done, Failure> {
    let proof = proof(chain, owner, key);
    let (model, topics) = (profile.model.as_bytes().to_vec(), profile.topics.as_bytes().to_vec());
    transact(chain, owner, "Agents", "register", (key.public().0, proof, model, topics)).await
}

/// Give the owner's agent another key.
pub async fn rotate_key(
    chain: &Chain,
    owner: &Keypair,
    key: &ed25519::Pair,
) -> Result<Done, Failure> {
    let proof = proof(chain, owner, key);
    transact(chain, owner, "Agents", "rotate_key", (key.public().0, proof)).await
}

/// Change what the owner's agent says of itself.
pub async fn set_profile(
    chain: &Chain,
    owner: &Keypair,
    profile: &ProfileArgs,
) -> Result<Done, Failure> {
    let (model, topics) = (profile.model.as_bytes().to_vec(), profile.topics.as_bytes().to_vec());
    transact(chain, owner, "Agents", "set_profile", (model, topics)).await
}

/// How much an agent may put at stake.
#[derive(Clone, Debug, clap::Args)]
pub struct LimitArgs {
    /// The dearest ticket that it may buy, in WAG.
    #[arg(long, value_name = "WAG", required_unless_present = "none")]
    pub ticket: Option<Amount>,
    /// What all its tickets may come to at once, in WAG [default: ten of the dearest].
    #[arg(long, value_name = "WAG", requires = "ticket")]
    pub at_stake: Option<Amount>,
    /// Take the limits away: all that the owner can spend.
    #[arg(long, conflicts_with_all = ["ticket", "at_stake"])]
    pub none: bool,
}

impl LimitArgs {
    /// `None` without limits.
    fn limits(&self) -> Option<StakeLimits> {
        let ticket = self.ticket?.0;
        let at_stake = self.at_stake.map_or(ticket.saturating_mul(10), |amount| amount.0);
        Some(StakeLimits { ticket, at_stake })
    }
}

/// Let the owner's agent put no more than this at stake, whoever has its key.
pub async fn set_limits(
    chain: &Chain,
    owner: &Keypair,
    limits: &LimitArgs,
) -> Result<Done, Failure> {
    let limits = match limits.limits() {
        None => Value::unnamed_variant("None", []),
        Some(StakeLimits { ticket, at_stake }) => {
            let limits = Value::named_composite([
                ("ticket", Value::u128(ticket)),
                ("at_stake", Value::u128(at_stake)),
            ]);
            Value::unnamed_variant("Some", [limits])
        }
    };
    transact(chain, owner, "Agents", "set_limits", (limits,)).await
}

/// Let the owner's agent enter no more rounds.
pub async fn retire(chain: &Chain, owner: &Keypair) -> Result<Done, Failure> {
    transact(chain, owner, "Agents", "retire", ()).await
}

/// Take back the bond of the owner's retired agent.
pub async fn unbond(chain: &Chain, owner: &Keypair) -> Result<Done, Failure> {
    transact(chain, owner, "Agents", "unbond", ()).await
}

fn proof(chain: &Chain, owner: &Keypair, key: &ed25519::Pair) -> [u8; 64] {
    let owner: AccountId = account_id(owner);
    key.sign(&registration_payload(&chain.client().genesis_hash().0, &owner)).0
}
