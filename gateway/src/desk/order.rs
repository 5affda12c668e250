//! What a caller hands to the desk, and what it hears: orders, news, outcomes, and why there is
//! none.

use crate::store::{RequestId, StoreFailure};
use std::{sync::Arc, time::Duration};
use subxt_signer::sr25519::Keypair;
use tokio::sync::watch;
use waggle_client::{amount::Amount, submit::Terms, Failure};
use waggle_primitives::{DomainId, RoundId};

/// How the desk works.
#[derive(Clone)]
pub struct Settings {
    /// The node (`ws://…` or `wss://…`).
    pub node: String,
    /// The account whose money is spent: parent of those that pay.
    pub payer: Keypair,
    /// Derived accounts that pay, `//waggle//0` and on: each takes a few rounds at once.
    pub payers: u32,
    /// What each of them is brought to when it has less than half of it.
    pub float: Amount,
    /// Waiting orders at most, of all keys together.
    pub queue: usize,
    /// How long an outcome stays for its idempotency key.
    pub kept: Duration,
}

/// A question to be asked.
#[derive(Clone, Debug)]
pub struct Order {
    /// What goes on chain.
    pub prompt: String,
    /// Whose members may answer.
    pub domain: DomainId,
    /// The terms.
    pub terms: Terms,
    /// Under which name it may be asked for again.
    pub idempotency: Option<Idempotency>,
    /// Whether to wait until the outcome is final.
    pub finalised: bool,
}

/// A caller's name for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The name, 1 to 255 bytes.
    pub key: String,
    /// Hash of the request: the same name with another one is refused.
    pub body: [u8; 32],
}

/// A request that was taken.
pub struct Asked {
    /// Its number.
    pub id: RequestId,
    /// Whether it was asked before, under the same name.
    pub replayed: bool,
    /// What becomes of it. The last news is [`News::Over`].
    pub news: watch::Receiver<News>,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum News {
    /// It waits for its turn.
    Waiting {
        /// How many orders were before it when this was said.
        ahead: usize,
    },
    /// It is written down, and being sent.
    Submitting,
    /// Its round runs.
    Running {
        /// The round.
        round: RoundId,
        /// The best block as of which this is said.
        block: u32,
        /// The phase, in a word.
        stage: &'static str,
    },
    /// It is over.
    Over(Arc<Outcome>),
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The swarm chose an answer.
    Answered(Answered),
    /// There is none.
    Failed(Trouble),
}

/// The chosen answer, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The round.
    pub round: RoundId,
    /// The block in which it was settled.
    pub block: u32,
    /// Hash of the block as of which this is said, in hex with 0x.
    pub block_hash: String,
    /// Whether that block is final.
    pub finalised: bool,
    /// Address of the winner's owner.
    pub winner: String,
    /// The answer.
    pub text: String,
    /// What was paid for it.
    pub reward: Amount,
    /// What was paid besides: for asking, and for the transaction.
    pub fee: Amount,
    /// Agents that took part.
    pub agents: usize,
    /// The model that the winner declares; empty if it has left.
    pub model: String,
    /// From taking the order to the outcome.
    pub elapsed: Duration,
}

/// Hears how each order ended that this process ended, whoever took it, and what its key was
/// charged for it, in the chain's smallest unit.
pub type Tally = Arc<dyn Fn(&Outcome, u128) + Send + Sync>;

/// Why nothing was begun, and nothing is spent.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The key's budget for the day does not hold it.
    #[error("this costs up to {costs} WAG, and {left} WAG is left of today's budget")]
    NoBudget {
        /// What is left.
        left: Amount,
        /// What it may cost.
        costs: Amount,
        /// When the budget begins anew.
        resets_in: Duration,
    },
    /// More requests in a minute than the key may make.
    #[error("too many requests: try again in {} ms", .retry_after.as_millis())]
    TooFast {
        /// When to come again.
        retry_after: Duration,
    },
    /// As many orders wait as may, of all or of this key.
    #[error("too many orders wait: try again in {} s", .retry_after.as_secs())]
    QueueFull {
        /// When there may be room.
        retry_after: Duration,
    },
    /// The question itself cannot be asked.
    #[error(transparent)]
    Asking(Failure),
    /// The idempotency key was used with another request.
    #[error("this idempotency key was used with another request")]
    OtherBody,
    /// The key was revoked meanwhile.
    #[error("this key is revoked")]
    Revoked,
    /// The gateway is about to end.
    #[error("the gateway is closing: try again in a moment")]
    Closing,
    /// The node or the database is away.
    #[error(transparent)]
    Trouble(Trouble),
}

/// What went wrong; each says whether money is spent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// The round was cancelled, and the reward returned.
    #[error("round {round} was cancelled and the reward returned: {reason}")]
    Cancelled {
        /// The round.
        round: RoundId,
        /// Why.
        reason: String,
    },
    /// No answer was good enough; those who answered keep a part.
    #[error("nobody won round {round}: no answer was good enough; {kept} WAG of it is spent")]
    NobodyWon {
        /// The round.
        round: RoundId,
        /// What of the reward did not come back.
        kept: Amount,
    },
    /// It was not taken: no round began.
    #[error("it was not asked, and no reward is spent: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
    /// The node cannot be reached: nothing was sent.
    #[error("the chain cannot be reached, and nothing was sent: {reason}")]
    NodeAway {
        /// Why.
        reason: String,
    },
    /// Nobody can say whether it was taken; its cost is charged.
    #[error("it cannot be told whether the question was asked (until block {until_block})")]
    Unsure {
        /// Last block that could take it.
        until_block: u32,
    },
    /// The chain does not know the round, or not any more.
    #[error("round {0} is not known to the chain: it never was, or its result has been pruned")]
    NoSuchRound(RoundId),
    /// The database failed.
    #[error("{reason}")]
    Store {
        /// Why.
        reason: String,
    },
}

impl From<StoreFailure> for Trouble {
    fn from(failure: StoreFailure) -> Self {
        Self::Store { reason: failure.to_string() }
    }
}

impl From<Failure> for Trouble {
    /// Of a read: nothing was sent.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::UnknownRound(round) | Failure::RoundGone(round) => Self::NoSuchRound(round),
            Failure::NoNode { .. } | Failure::Node { .. } | Failure::NoBlocks(_) => {
                Self::NodeAway { reason: failure.one_line() }
            }
            other => Self::Refused { reason: other.one_line() },
        }
    }
}

/// Why the desk does not open.
#[derive(Debug, thiserror::Error)]
pub enum DeskFailure {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// The node, or what is read from it.
    #[error(transparent)]
    Node(#[from] Failure),
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
}

/// How things stand, for health checks and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether the node is connected.
    pub connected: bool,
    /// The best block that was seen.
    pub best_block: u32,
    /// Orders that wait for their turn.
    pub waiting: usize,
    /// Requests that are being sent, or whose round runs.
    pub running: usize,
    /// Derived accounts that could take another order.
    pub payers_free: usize,
}
