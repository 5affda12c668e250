//! What can go wrong with a job, and how often the node's log hears of it.
//!
//! Each trouble costs the agent this block's turn and nothing else: the next block asks again. A
//! worker that is down gets one line for the whole node, again every [`REMIND_AFTER`], and one when
//! it is back; every other trouble gets one line for each agent, round and class of trouble. What
//! has been said is kept in offchain storage, because nothing else of a run outlives it.

use super::memory::Memo;
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use core::fmt;
use sp_core::{hexdisplay::HexDisplay, offchain::Duration};
use sp_runtime::offchain::storage::StorageValueRef;
use waggle_primitives::{AgentIndex, AgentKey, RoundId};

/// The hook's log target.
pub const LOG_TARGET: &str = "waggle::hook";
/// After what time a worker that is still down gets another line.
pub const REMIND_AFTER: Duration = Duration::from_millis(5 * 60 * 1000);

/// Where the time of the last line about an unreachable worker is kept, while it is unreachable.
const WORKER_DOWN_KEY: &[u8] = b"waggle/hook/worker-down";
/// Longest text of a worker that goes into the log, in characters.
const MAX_QUOTE: usize = 160;

/// Why a job brought no act in this block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, or it broke before a status came.
    Unreachable,
    /// Connected, but the reply was not complete within this block's time.
    Silent,
    /// The connection broke in the middle of the reply.
    BrokenOff,
    /// The reply is longer than is read.
    ReplyTooLong {
        /// How many bytes are read at most.
        limit: usize,
    },
    /// A status other than 200, with what the worker said.
    Status(u16, String),
    /// The body is not a reply of the protocol, with the parser's reason.
    Malformed(String),
    /// The answer has no bytes.
    EmptyAnswer,
    /// The answer has this many bytes, more than the chain takes.
    AnswerTooLong(usize),
    /// A grade, in basis points, above 1.0.
    GradeTooHigh(AgentIndex, u16),
    /// A grade for an author that was not to be graded, or a second one for the same.
    UnaskedGrade(AgentIndex),
    /// No grade for this author.
    MissingGrade(AgentIndex),
    /// The worker does not want this job; its reason.
    Declined(String),
    /// The worker tried and failed; its reason.
    Failed(String),
    /// The keystore did not sign.
    Unsigned,
    /// The act could not be stored, so it is not sent: another one might follow it.
    Unremembered,
    /// What was sealed is not in this node's storage, so it cannot be opened.
    Forgotten,
}

/// What a job is about, for the log.
pub struct Matter<'a> {
    /// As the log calls it.
    pub name: &'a dyn fmt::Display,
    /// The key in persistent offchain storage of what the log has heard of it.
    pub slot: Vec<u8>,
    /// Its number among all that share this slot.
    pub number: u64,
}

impl Trouble {
    /// The bit of its class in the set of what has been said of a matter. Everything that
    /// is wrong with a reply is one class: which fault of a misbehaving worker shows can change
    /// from block to block, and the first says enough.
    fn class(&self) -> u32 {
        match self {
            Trouble::Unreachable => 1 << 0,
            Trouble::Declined(_) => 1 << 1,
            Trouble::Failed(_) => 1 << 2,
            Trouble::Unsigned | Trouble::Unremembered | Trouble::Forgotten => 1 << 3,
            _ => 1 << 4,
        }
    }

    /// Say it of a round, unless it has been said.
    pub fn report(&self, agent: &AgentKey, round: RoundId) {
        let slot = Memo::Trouble.key(agent, round);
        let number = round;
        self.report_in(agent, Matter { name: &format_args!("round {round}"), slot, number });
    }

    /// Say it of any matter, unless it has been said.
    pub fn report_in(&self, agent: &AgentKey, matter: Matter) {
        let news = match self {
            Trouble::Unreachable => worker_went_down(),
            _ => first_of_its_class(&matter, self.class()),
        };
        let level = match self {
            _ if !news => log::Level::Debug,
            Trouble::Declined(_) => log::Level::Info,
            _ => log::Level::Warn,
        };
        log::log!(
            target: LOG_TARGET,
            level,
            "agent {} does nothing in {} yet: {self}",
            HexDisplay::from(&agent.0),
            matter.name,
        );
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Trouble::Unreachable => write!(f, "the worker cannot be reached"),
            Trouble::Silent => write!(f, "the worker did not reply in time"),
            Trouble::BrokenOff => write!(f, "the worker's reply broke off"),
            Trouble::ReplyTooLong { limit } => {
                write!(f, "the worker's reply is longer than {limit} bytes")
            }
            Trouble::Status(code, text) => {
                write!(f, "the worker replied with status {code}: {}", Quote(text))
            }
            Trouble::Malformed(reason) => {
                write!(f, "the worker's reply is malformed: {}", Quote(reason))
            }
            Trouble::EmptyAnswer => write!(f, "the worker's answer is empty"),
            Trouble::AnswerTooLong(bytes) => {
                write!(
                    f,
                    "the worker's answer of {bytes} bytes is longer than {}",
                    waggle_primitives::MAX_ANSWER_BYTES
                )
            }
            Trouble::GradeTooHigh(author, grade) => {
                write!(f, "the worker's grade {grade} for author {author} is above 10000")
            }
            Trouble::UnaskedGrade(author) => {
                write!(f, "the worker graded author {author} unasked or twice")
            }
            Trouble::MissingGrade(author) => write!(f, "the worker gave author {author} no grade"),
            Trouble::Declined(reason) => write!(f, "the worker declined: {}", Quote(reason)),
            Trouble::Failed(reason) => write!(f, "the worker failed: {}", Quote(reason)),
            Trouble::Unsigned => write!(f, "the keystore did not sign"),
            Trouble::Unremembered => write!(f, "the act could not be stored"),
            Trouble::Forgotten => write!(f, "what it sealed is not in this node's storage"),
        }
    }
}

/// A text of the worker in the log: one line, without control characters, of bounded length.
struct Quote<'a>(&'a str);

impl fmt::Display for Quote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.chars().take(MAX_QUOTE).try_for_each(|character| {
            fmt::Write::write_char(f, if character.is_control() { ' ' } else { character })
        })
    }
}

/// A worker that was unreachable has replied.
pub fn worker_replied() {
    let mut down = StorageValueRef::persistent(WORKER_DOWN_KEY);
    if matches!(down.get::<u64>(), Ok(Some(_))) {
        down.clear();
        log::info!(target: LOG_TARGET, "the worker can be reached again");
    }
}

/// Whether the log should hear that the worker cannot be reached.
fn worker_went_down() -> bool {
    let down = StorageValueRef::persistent(WORKER_DOWN_KEY);
    let now = sp_io::offchain::timestamp().unix_millis();
    let said_lately =
        matches!(down.get::<u64>(), Ok(Some(said)) if now.abs_diff(said) < REMIND_AFTER.millis());
    if !said_lately {
        down.set(&now);
    }
    !said_lately
}

/// What has been said of a matter.
#[derive(Encode, Decode)]
struct Said {
    number: u64,
    classes: u32,
}

/// Whether the log has not heard this class of trouble of this matter.
fn first_of_its_class(matter: &Matter, class: u32) -> bool {
    let said = StorageValueRef::persistent(&matter.slot);
    let classes = match said.get::<Said>() {
        Ok(Some(before)) if before.number == matter.number => before.classes,
        _ => 0,
    };
    let first = classes & class == 0;
    if first {
        said.set(&Said { number: matter.number, classes: classes | class });
    }
    first
}
