//! Keys of the agents that development chains start with.
//!
//! The presets `dev` and `local` register [`DEV_AGENTS`] agents whose keys everybody knows.
//! `--dev-agents N` puts N of them into this node's keystore (in memory only), so that its
//! off-chain hook acts for them. On any other chain that is an error: a key that everybody knows
//! must not stand for anything there.

use sc_service::ChainType;
use sp_core::{ed25519, hexdisplay::HexDisplay, Pair};
use sp_keystore::Keystore;
use std::ops::Range;
use waggle_primitives::{AgentKey, AGENT_KEY_TYPE};
use waggle_runtime::genesis_config_presets::{dev_agent_seed, DEV_AGENTS};

/// Which of the development agents this node acts for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevAgents(Range<u32>);

/// Why this node cannot act for development agents. All but the last are the operator's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DevAgentsError {
    /// The chain does not start with such agents.
    #[error(
        "--dev-agents works on development and local chains only, and `{0}` is neither; insert \
         your own agent key with `waggle-node key insert --key-type wagl --scheme ed25519`"
    )]
    NotADevelopmentChain(String),
    /// The chain starts with fewer agents.
    #[error(
        "development agents {}..{} were asked for, and there are only {DEV_AGENTS}: lower \
         --dev-agents or --dev-agents-from",
        .0.start,
        .0.end
    )]
    TooMany(Range<u32>),
    /// The keystore refused a key.
    #[error("the keystore did not take the key of development agent {agent}: {reason}")]
    Keystore {
        /// Which agent.
        agent: u32,
        /// What the keystore said.
        reason: String,
    },
}

impl DevAgents {
    /// `count` agents beginning with number `first`, if development chains start with them.
    pub fn new(first: u32, count: u32) -> Result<Self, DevAgentsError> {
        let range = first..first.saturating_add(count);
        if count > 0 && range.end > DEV_AGENTS {
            return Err(DevAgentsError::TooMany(range));
        }
        Ok(Self(range))
    }

    /// Whether there is anything to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Put the agents' keys into `keystore`, which must belong to a node of a development chain.
    pub fn insert_keys(
        &self,
        chain: &str,
        chain_type: ChainType,
        keystore: &dyn Keystore,
    ) -> Result<Vec<AgentKey>, DevAgentsError> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        if !matches!(chain_type, ChainType::Development | ChainType::Local) {
            return Err(DevAgentsError::NotADevelopmentChain(chain.to_owned()));
        }
        let insert = |agent: u32| {
            let refused = |reason: String| DevAgentsError::Keystore { agent, reason };
            let pair = ed25519::Pair::from_string(&dev_agent_seed(agent), None);
            let pair = pair.map_err(|error| refused(format!("{error:?}")))?;
            // The keystore makes the pair anew for each signature. From a phrase that costs a
            // millisecond of stretching, and an agent signs twice for each act; from
            // the secret itself it costs nearly nothing.
            let secret = format!("0x{}", HexDisplay::from(&pair.seed()));
            keystore
                .ed25519_generate_new(AGENT_KEY_TYPE, Some(&secret))
                .map_err(|error| refused(error.to_string()))
        };
        self.0.clone().map(insert).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_keystore::testing::MemoryKeystore;
    use waggle_runtime::genesis_config_presets::dev_agent_key;

    #[test]
    fn keys_should_be_those_of_the_preset_when_inserted() {
        let keystore = MemoryKeystore::new();
        let agents = DevAgents::new(3, 4).unwrap();
        let inserted = agents.insert_keys("dev", ChainType::Development, &keystore).unwrap();
        assert_eq!(inserted, (3..7).map(dev_agent_key).collect::<Vec<_>>());
        let mut kept = keystore.ed25519_public_keys(AGENT_KEY_TYPE);
        kept.sort();
        let mut expected = inserted;
        expected.sort();
        assert_eq!(kept, expected);
    }

    #[test]
    fn insert_should_fail_when_the_chain_is_live() {
        let keystore = MemoryKeystore::new();
        assert_eq!(
            DevAgents::new(0, 1).unwrap().insert_keys("honey", ChainType::Live, &keystore),
            Err(DevAgentsError::NotADevelopmentChain("honey".into()))
        );
        assert!(keystore.ed25519_public_keys(AGENT_KEY_TYPE).is_empty());
        assert_eq!(
            DevAgents::new(9, 0).unwrap().insert_keys("honey", ChainType::Live, &keystore),
            Ok(vec![])
        );
    }

    #[test]
    fn new_should_fail_when_there_are_fewer_agents() {
        assert_eq!(DevAgents::new(0, DEV_AGENTS).map(|agents| agents.is_empty()), Ok(false));
        assert_eq!(DevAgents::new(1, DEV_AGENTS), Err(DevAgentsError::TooMany(1..DEV_AGENTS + 1)));
        assert_eq!(DevAgents::new(u32::MAX, 1), Err(DevAgentsError::TooMany(u32::MAX..u32::MAX)));
    }
}
