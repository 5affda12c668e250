//! Tells the operator of agent keys in the keystore that no agent works with, and what to do.
//!
//! Without this such a key is silent: the node signs nothing with it, or nobody gives it a seat,
//! and nothing in the log says why the agent earns nothing. The keystore is read when the node
//! starts and then with a new best block, at most once in `PAUSE`: keys that are inserted or
//! taken out meanwhile are noticed. Each key is named once for what is wrong with it, and once more
//! when something else is.
//!
//! What there is to remember is one entry for each key in the keystore, which is the operator's.
//!
//! Out of scope: whether the owner can pay tickets, the roster, the worker; the hook and
//! `waggle agent show` tell of these. Storage is read as the runtime lays it out that this node was
//! built with.

use crate::types::{Block, Client};
use futures::StreamExt;
use pallet_waggle_agents::{BarredKeys, OwnerOf};
use pallet_waggle_rounds::api::WaggleApi;
use sc_client_api::{BlockchainEvents, StorageKey, StorageProvider};
use sp_api::ProvideRuntimeApi;
use sp_consensus::SyncOracle;
use sp_core::{crypto::ByteArray, ecdsa, ed25519, hexdisplay::HexDisplay, sr25519, Pair};
use sp_keystore::{Error as KeystoreError, Keystore, KeystorePtr};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};
use substrate_prometheus_endpoint::{GaugeVec, U64};
use waggle_primitives::{AgentKey, AGENT_KEY_TYPE};
use waggle_runtime::{AccountId, Hash, Runtime};

/// Shortest time between two looks at the chain's state.
const PAUSE: Duration = Duration::from_secs(10);

/// What this module logs under when it cannot look.
const LOG_TARGET: &str = "waggle::idle-keys";

/// What a key signs to show that it can: no act, no seal and no registration is signed over this.
const PROBE: &[u8] = b"waggle/can-this-key-sign";

/// Why nobody works with a key. All but the retirements and rotations are mistakes of the operator,
/// or of whoever made the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Cause {
    /// An sr25519 key, such as accounts have.
    #[error(
        "is an sr25519 key, and agents need ed25519 ones: insert its secret once more with \
         `--scheme ed25519`, register the key that this makes, and take this file out"
    )]
    Sr25519,
    /// A key of ECDSA.
    #[error(
        "is an ecdsa key, and agents need ed25519 ones: insert its secret once more with `--scheme \
         ed25519`, register the key that this makes, and take this file out"
    )]
    Ecdsa,
    /// The secret makes another key.
    #[error(
        "is not the one that its secret makes: the file has a wrong name or a wrong secret, or the \
         keystore another password; insert the secret once more with `waggle-node key insert \
         --key-type wagl --scheme ed25519`, and take this file out"
    )]
    AnotherSecret,
    /// The file is not readable, or does not hold a secret as the keystore writes it.
    #[error(
        "cannot be read: its file must belong to the node's user and hold what `waggle-node key \
         insert` writes"
    )]
    Unreadable,
    /// No agent has it.
    #[error(
        "is no agent's on this chain: register one with it (`waggle agent register`), give it to \
         an agent (`waggle agent rotate`), or take its file out"
    )]
    Unregistered,
    /// An agent had it before the last rotation.
    #[error(
        "was its agent's until the last rotation: leave it until the rounds are over that it is \
         in, then take its file out"
    )]
    Rotated,
    /// Its agent has retired.
    #[error(
        "is of an agent that has retired and enters no rounds: free the bond with `waggle agent \
         unbond`, then register anew, or take its file out when its last round is over"
    )]
    Retired,
    /// It sealed doubly.
    #[error(
        "is barred for ever, because it sealed two different things for one step of a round: see \
         that no other node has it, take its file out when its last round is over, and register \
         another key after `waggle agent unbond`"
    )]
    Barred,
}

impl Cause {
    /// All of them.
    const ALL: [Self; 8] = [
        Self::Sr25519,
        Self::Ecdsa,
        Self::AnotherSecret,
        Self::Unreadable,
        Self::Unregistered,
        Self::Rotated,
        Self::Retired,
        Self::Barred,
    ];

    /// Its name in the metrics.
    fn label(self) -> &'static str {
        match self {
            Self::Sr25519 => "sr25519",
            Self::Ecdsa => "ecdsa",
            Self::AnotherSecret => "another_secret",
            Self::Unreadable => "unreadable",
            Self::Unregistered => "unregistered",
            Self::Rotated => "rotated",
            Self::Retired => "retired",
            Self::Barred => "barred",
        }
    }
}

/// What is wrong, by public key as the keystore has it.
type Causes = BTreeMap<Vec<u8>, Cause>;

/// Looks at the keystore and the chain, and warns.
pub struct IdleKeyWatch<S> {
    client: Arc<Client>,
    keystore: KeystorePtr,
    sync: S,
    gauge: Option<GaugeVec<U64>>,
    /// Keys whose secret was found to be right.
    sound: BTreeSet<AgentKey>,
    told: Told,
}

/// What the operator was told last.
#[derive(Default)]
struct Told(Causes);

impl Told {
    /// What is there now that was not told, or not as this.
    fn news(&mut self, now: Causes) -> Vec<(Vec<u8>, Cause)> {
        let is_news = |(key, cause): &(&Vec<u8>, &Cause)| self.0.get(*key) != Some(*cause);
        let news = now
            .iter()
            .filter(is_news)
            .map(|(key, cause)| (key.clone(), *cause))
            .collect::<Vec<_>>();
        self.0 = now;
        news
    }
}

/// What the chain's state says of a key.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// It sealed doubly.
    is_barred: bool,
    /// Whether the agent that has it now has retired. `None`: no agent has it.
    has_retired: Option<bool>,
    /// Whether an owner is noted with it: also with the one before the last rotation.
    has_owner: bool,
}

impl Standing {
    /// Why nobody works with the key. `None`: an agent does.
    fn cause(self) -> Option<Cause> {
        match self {
            Self { is_barred: true, .. } => Some(Cause::Barred),
            Self { has_retired: Some(true), .. } => Some(Cause::Retired),
            Self { has_retired: Some(false), .. } => None,
            Self { has_owner: true, .. } => Some(Cause::Rotated),
            Self { has_owner: false, .. } => Some(Cause::Unregistered),
        }
    }
}

/// The key, if the keystore can sign with it as agents do. Errors: why not.
fn checked(keystore: &dyn Keystore, public: &[u8]) -> Result<AgentKey, Cause> {
    if let Ok(key) = AgentKey::from_slice(public) {
        match keystore.ed25519_sign(AGENT_KEY_TYPE, &key, PROBE) {
            Ok(Some(signature)) if ed25519::Pair::verify(&signature, PROBE, &key) => {
                return Ok(key)
            }
            Err(KeystoreError::Other(_) | KeystoreError::Unavailable) => {
                return Err(Cause::Unreadable)
            }
            _ => {}
        }
    }
    if let Ok(key) = sr25519::Public::from_slice(public) {
        let signed = keystore.sr25519_sign(AGENT_KEY_TYPE, &key, PROBE);
        if matches!(signed, Ok(Some(with)) if sr25519::Pair::verify(&with, PROBE, &key)) {
            return Err(Cause::Sr25519);
        }
    }
    if let Ok(key) = ecdsa::Public::from_slice(public) {
        let signed = keystore.ecdsa_sign(AGENT_KEY_TYPE, &key, PROBE);
        if matches!(signed, Ok(Some(with)) if ecdsa::Pair::verify(&with, PROBE, &key)) {
            return Err(Cause::Ecdsa);
        }
    }
    Err(Cause::AnotherSecret)
}

impl<S: SyncOracle> IdleKeyWatch<S> {
    /// Watch `keystore`, and the agents of the chain of `client`; show with `gauge` how many keys
    /// are idle for which cause. While `sync` catches up with the chain its state is not looked at:
    /// agents may be registered in blocks to come.
    pub fn new(
        client: Arc<Client>,
        keystore: KeystorePtr,
        sync: S,
        gauge: Option<GaugeVec<U64>>,
    ) -> Self {
        Self { client, keystore, sync, gauge, sound: BTreeSet::new(), told: Told::default() }
    }

    /// Go on until the chain ends with the node.
    pub async fn follow(mut self) {
        let mut blocks = self.client.import_notification_stream();
        self.look_and_warn(None);
        let mut last = None::<Instant>;
        while let Some(block) = blocks.next().await {
            let is_early = last.is_some_and(|time| time.elapsed() < PAUSE);
            if !block.is_new_best || is_early || self.sync.is_major_syncing() {
                continue;
            }
            last = Some(Instant::now());
            self.look_and_warn(Some(block.hash));
        }
    }

    /// Look at the keys, and in the state of block `at` for their agents, and warn of what is new.
    fn look_and_warn(&mut self, at: Option<Hash>) {
        let causes = match self.look(at) {
            Ok(causes) => causes,
            Err(error) => {
                log::debug!(target: LOG_TARGET, "the agent keys cannot be looked at: {error}");
                return;
            }
        };
        if let Some(gauge) = &self.gauge {
            for cause in Cause::ALL {
                let count = causes.values().filter(|found| **found == cause).count();
                gauge.with_label_values(&[cause.label()]).set(count as u64);
            }
        }
        for (key, cause) in self.told.news(causes) {
            log::warn!("🐝 The agent key 0x{} in the keystore {cause}", HexDisplay::from(&key));
        }
    }

    fn look(&mut self, at: Option<Hash>) -> Result<Causes, sp_blockchain::Error> {
        let keys = self.keystore.keys(AGENT_KEY_TYPE);
        let keys = keys.map_err(|error| sp_blockchain::Error::Backend(error.to_string()))?;
        let mut causes = Causes::new();
        let mut sound = BTreeSet::new();
        for public in keys {
            // A secret that was right is not stretched again.
            let known = AgentKey::from_slice(&public).ok().filter(|key| self.sound.contains(key));
            let checked = known.map_or_else(|| checked(&*self.keystore, &public), Ok);
            let cause = match (checked, at) {
                (Err(cause), _) => Some(cause),
                (Ok(key), None) => {
                    sound.insert(key);
                    None
                }
                (Ok(key), Some(at)) => {
                    sound.insert(key);
                    self.standing(at, key)?.cause()
                }
            };
            causes.extend(cause.map(|cause| (public, cause)));
        }
        self.sound = sound;
        Ok(causes)
    }

    fn standing(&self, at: Hash, key: AgentKey) -> Result<Standing, sp_blockchain::Error> {
        let api = self.client.runtime_api();
        let agent = WaggleApi::<Block, AccountId>::agent_of_key(&*api, at, key)?;
        let is_there = |place: Vec<u8>| -> Result<bool, sp_blockchain::Error> {
            Ok(self.client.storage(at, &StorageKey(place))?.is_some())
        };
        Ok(Standing {
            is_barred: is_there(BarredKeys::<Runtime>::hashed_key_for(key))?,
            has_retired: agent.map(|detail| detail.agent.retired),
            has_owner: is_there(OwnerOf::<Runtime>::hashed_key_for(key))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_keystore::testing::MemoryKeystore;

    const SECRET: &str = "//Waggle//agent//0";

    /// What is found out about a key that was inserted with this public part.
    fn found(public: &[u8]) -> Result<AgentKey, Cause> {
        let keystore = MemoryKeystore::new();
        keystore.insert(AGENT_KEY_TYPE, SECRET, public).expect("a keystore in memory takes all");
        checked(&keystore, public)
    }

    fn public<P: Pair>(secret: &str) -> P::Public {
        P::from_string(secret, None).expect("a path of a development key").public()
    }

    #[test]
    fn key_should_be_named_by_its_scheme_when_that_is_not_the_agents() {
        let right = public::<ed25519::Pair>(SECRET);
        assert_eq!(found(right.as_slice()), Ok(right));
        assert_eq!(found(public::<sr25519::Pair>(SECRET).as_slice()), Err(Cause::Sr25519));
        assert_eq!(found(public::<ecdsa::Pair>(SECRET).as_slice()), Err(Cause::Ecdsa));
    }

    #[test]
    fn key_should_be_refused_when_its_secret_makes_another() {
        let other = public::<ed25519::Pair>("//Waggle//agent//1");
        assert_eq!(found(other.as_slice()), Err(Cause::AnotherSecret));
        assert_eq!(found(&[]), Err(Cause::AnotherSecret));
        assert_eq!(found(&[7; 40]), Err(Cause::AnotherSecret));
    }

    #[test]
    fn cause_should_be_the_one_that_the_operator_can_do_most_about() {
        let active = Standing { has_retired: Some(false), has_owner: true, is_barred: false };
        let retired = Standing { has_retired: Some(true), ..active };
        let nobodys = Standing { has_retired: None, has_owner: false, is_barred: false };
        assert_eq!(active.cause(), None);
        assert_eq!(retired.cause(), Some(Cause::Retired));
        assert_eq!(Standing { has_retired: None, ..active }.cause(), Some(Cause::Rotated));
        assert_eq!(nobodys.cause(), Some(Cause::Unregistered));
        // Barred keys stay so while their agent is there, and when it has left.
        for standing in [retired, nobodys] {
            assert_eq!(Standing { is_barred: true, ..standing }.cause(), Some(Cause::Barred));
        }
    }

    #[test]
    fn operator_should_be_told_once_until_something_else_is_wrong() {
        let now = |causes: &[(u8, Cause)]| -> Causes {
            causes.iter().map(|(key, cause)| (vec![*key], *cause)).collect()
        };
        let mut told = Told::default();
        let both = [(1, Cause::Sr25519), (2, Cause::Unregistered)];
        assert_eq!(told.news(now(&both)).len(), 2);
        assert_eq!(told.news(now(&both)), []);
        // Registered, retired; the other key was taken out.
        assert_eq!(told.news(now(&[])), []);
        assert_eq!(told.news(now(&[(2, Cause::Retired)])), [(vec![2], Cause::Retired)]);
        assert_eq!(
            told.news(now(&both)),
            [(vec![1], Cause::Sr25519), (vec![2], Cause::Unregistered)]
        );
    }

    #[test]
    fn labels_and_advice_should_differ_from_cause_to_cause() {
        let labels: BTreeSet<_> = Cause::ALL.into_iter().map(Cause::label).collect();
        let advice: BTreeSet<_> = Cause::ALL.into_iter().map(|cause| cause.to_string()).collect();
        assert_eq!((labels.len(), advice.len()), (Cause::ALL.len(), Cause::ALL.len()));
        let guide = include_str!("../../docs/agent-keys.md");
        assert!(labels.iter().all(|label| guide.contains(&format!("`{label}`"))), "{labels:?}");
    }
}
