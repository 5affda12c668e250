//! A node as its operator sees it: which chain it runs, how far it has caught up, who its peers
//! are, and whether it has an agent's key. What the chain itself says is [`crate::chain`]'s.

use crate::{chain::root_cause, Failure};
use serde::Deserialize;
use serde_json::Value;
use std::{fmt, time::Duration};
use subxt::{
    config::RpcConfigFor,
    rpcs::{client::RpcParams, rpc_params, LegacyRpcMethods, RpcClient},
    PolkadotConfig,
};
use waggle_primitives::AgentKey;

/// How long to wait for a node to take the connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// The key type under which a keystore has agent keys.
const AGENT_KEY_TYPE: &str = "wagl";

/// What kind of chain a node runs, as its specification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainType {
    /// For one node on one machine.
    Development,
    /// For several nodes on one machine.
    Local,
    /// One that is meant.
    Live,
    /// Something else.
    Custom(String),
}

impl ChainType {
    /// Whether accounts whose keys everybody knows have money there, which is worth nothing.
    pub fn is_for_development(&self) -> bool {
        matches!(self, Self::Development | Self::Local)
    }

    fn of(value: &Value) -> Self {
        match value.as_str() {
            Some("Development") => Self::Development,
            Some("Local") => Self::Local,
            Some("Live") => Self::Live,
            Some(other) => Self::Custom(harmless(other)),
            None => Self::Custom(harmless(value["Custom"].as_str().unwrap_or_default())),
        }
    }
}

impl fmt::Display for ChainType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Local => "local",
            Self::Live => "live",
            Self::Custom(name) => name,
        })
    }
}

/// How far a node has caught up with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Its best block.
    pub best: u32,
    /// The highest block that it has heard of.
    pub highest: u32,
    /// Whether it is far behind, by its own word.
    pub is_syncing: bool,
    /// With how many others it is connected.
    pub peers: usize,
    /// Whether it looks for others at all.
    pub should_have_peers: bool,
}

/// What `system_syncState` says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SyncState {
    current_block: u32,
    highest_block: u32,
}

/// A connection to a node, for what it says of itself.
#[derive(Clone)]
pub struct Node {
    url: String,
    rpc: RpcClient,
    methods: LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>,
}

impl Node {
    /// Connect to the node at `url` (`ws://…` or `wss://…`).
    ///
    /// # Errors
    /// [`Failure::NoNode`].
    pub async fn connect(url: &str) -> Result<Self, Failure> {
        let no_node = |reason: String| Failure::NoNode { url: url.to_owned(), reason };
        let connecting = tokio::time::timeout(PATIENCE, RpcClient::from_insecure_url(url)).await;
        let rpc = connecting
            .map_err(|_| no_node(format!("no answer within {} s", PATIENCE.as_secs())))?
            .map_err(|error| no_node(root_cause(&error)))?;
        Ok(Self { url: url.to_owned(), methods: LegacyRpcMethods::new(rpc.clone()), rpc })
    }

    /// The chain's name, for people to read.
    ///
    /// # Errors
    /// [`Failure::Node`], as of all that follow.
    pub async fn chain_name(&self) -> Result<String, Failure> {
        let said = self.methods.system_chain().await.map_err(|error| self.failed(&error))?;
        Ok(harmless(&said))
    }

    /// What kind of chain it is.
    ///
    /// # Errors
    /// [`Failure::Node`].
    pub async fn chain_type(&self) -> Result<ChainType, Failure> {
        let said: Value = self.request("system_chainType", rpc_params![]).await?;
        Ok(ChainType::of(&said))
    }

    /// The version of the node's program.
    ///
    /// # Errors
    /// [`Failure::Node`].
    pub async fn version(&self) -> Result<String, Failure> {
        let said = self.methods.system_version().await.map_err(|error| self.failed(&error))?;
        Ok(harmless(&said))
    }

    /// How far it has caught up.
    ///
    /// # Errors
    /// [`Failure::Node`].
    pub async fn sync(&self) -> Result<Sync, Failure> {
        let health = self.methods.system_health().await.map_err(|error| self.failed(&error))?;
        let state: SyncState = self.request("system_syncState", rpc_params![]).await?;
        Ok(Sync {
            best: state.current_block,
            highest: state.highest_block,
            is_syncing: health.is_syncing,
            peers: health.peers,
            should_have_peers: health.should_have_peers,
        })
    }

    /// Where other nodes reach it, with its peer's name: what `--bootnodes` takes.
    ///
    /// # Errors
    /// [`Failure::Node`].
    pub async fn listen_addresses(&self) -> Result<Vec<String>, Failure> {
        self.request("system_localListenAddresses", rpc_params![]).await
    }

    /// Whether it has an agent's key. `None` if it tells nobody, as a node does that strangers may
    /// talk to.
    pub async fn has_agent_key(&self, key: &AgentKey) -> Option<bool> {
        self.methods.author_has_key(key.0.to_vec(), AGENT_KEY_TYPE.into()).await.ok()
    }

    async fn request<Reply: serde::de::DeserializeOwned>(
        &self,
        method: &str,
        parameters: RpcParams,
    ) -> Result<Reply, Failure> {
        self.rpc.request(method, parameters).await.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &(dyn std::error::Error + 'static)) -> Failure {
        Failure::Node { url: self.url.clone(), reason: root_cause(error) }
    }
}

/// What a node says is shown on terminals, which it must not steer.
fn harmless(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn chain_type_should_be_what_the_node_says_and_development_money_only_where_it_says_so() {
        for (said, expected, is_for_development) in [
            (json!("Development"), ChainType::Development, true),
            (json!("Local"), ChainType::Local, true),
            (json!("Live"), ChainType::Live, false),
            (json!({ "Custom": "Development" }), ChainType::Custom("Development".into()), false),
            (json!("development"), ChainType::Custom("development".into()), false),
            (json!("\u{1b}[2JLive"), ChainType::Custom("[2JLive".into()), false),
            (json!(null), ChainType::Custom(String::new()), false),
        ] {
            let found = ChainType::of(&said);
            assert_eq!(found, expected);
            assert_eq!(found.is_for_development(), is_for_development, "{said}");
        }
    }
}
