//! What can go wrong for a client: one line each, saying whose fault it is and what to do.

use crate::{amount::Amount, AccountId};
use waggle_primitives::{CancelReason, DomainId, RoundId};
use waggle_receipt::Refusal;

/// Why a command of `waggle` failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    // The caller's fault: a retry with the same input fails again.
    /// The key of the account cannot be read.
    #[error("cannot use {source_name} as a key: {reason}")]
    Key {
        /// `--suri` or the key file.
        source_name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing was asked, or nothing that can be seen.
    #[error("the prompt is empty: nothing of it can be seen")]
    PromptEmpty,
    /// The prompt is too long for this chain.
    #[error("the prompt is {bytes} bytes long; this chain takes at most {max}")]
    PromptTooLong {
        /// Its length.
        bytes: usize,
        /// The chain's limit.
        max: u32,
    },
    /// The reward is too small for this chain.
    #[error("a reward of {reward} WAG is too small; this chain asks for at least {minimum} WAG")]
    RewardTooSmall {
        /// What was offered.
        reward: Amount,
        /// The chain's minimum.
        minimum: Amount,
    },
    /// A number is outside of the bounds of this chain.
    #[error("{option} is {value}; this chain takes {min} to {max}")]
    OutOfBounds {
        /// The option of the command line.
        option: &'static str,
        /// What was given.
        value: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// The account cannot pay.
    #[error(
        "{account} has {free} WAG free, and the reward is {reward} WAG plus the fee: send it funds \
         or offer less"
    )]
    NoFunds {
        /// Who asks.
        account: AccountId,
        /// What it has.
        free: Amount,
        /// What it offers.
        reward: Amount,
    },
    /// No such domain.
    #[error("there is no domain {0} on this chain: `waggle domains` lists them")]
    NoSuchDomain(DomainId),
    /// Nobody audits this domain.
    #[error("domain {0} is not audited: `waggle audits` lists those that are")]
    NotAudited(DomainId),
    /// Nobody else may answer, so the round would be cancelled.
    #[error(
        "domain {domain} has {members} members, too few for --min-agents {min_agents}: ask for \
         fewer, if the chain takes that, or in another domain (`waggle domains` lists them)"
    )]
    TooFewMembers {
        /// The domain.
        domain: DomainId,
        /// Its members.
        members: u32,
        /// How many must answer.
        min_agents: u32,
    },
    /// A domain without a name.
    #[error("the title is empty: say what is asked in the domain")]
    TitleEmpty,
    /// A text is longer than any chain takes it.
    #[error("the {what} is {bytes} bytes long; it may have at most {max}")]
    TextTooLong {
        /// Which text.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The protocol's limit.
        max: u32,
    },
    /// The account cannot pay for a domain.
    #[error(
        "{account} has {free} WAG free, and a domain costs {fee} WAG plus the fee of the \
         transaction: send it funds"
    )]
    FoundingUnaffordable {
        /// Who founds.
        account: AccountId,
        /// What it has.
        free: Amount,
        /// What it costs.
        fee: Amount,
    },
    /// Neither an address nor an agent key.
    #[error("{0:?} names no agent: give its owner's address, or its agent key in hex")]
    Who(String),
    /// No such agent.
    #[error("there is no such agent on this chain: `waggle agents` lists them")]
    UnknownAgent,
    /// No such round.
    #[error("round {0} is not known to this chain: it never was, or its result has been pruned")]
    UnknownRound(RoundId),
    /// The account may not reveal anything of this domain.
    #[error(
        "{account} is no examiner of domain {domain}, so it could not reveal anything there: \
         governance appoints examiners (examinations.appoint)"
    )]
    NotExaminer {
        /// Who wants to reveal.
        account: AccountId,
        /// The domain.
        domain: DomainId,
    },
    /// No answer could be right.
    #[error(
        "nothing is left of the truth {0:?} without blanks and punctuation: no answer could equal \
         it"
    )]
    TruthEmpty(String),
    /// The truth is too long to be revealed.
    #[error("the truth is {bytes} bytes long; at most {max} can be revealed")]
    TruthTooLong {
        /// Its length.
        bytes: usize,
        /// The protocol's limit.
        max: u32,
    },
    /// What opens the seal of an examination cannot be written down.
    #[error("cannot write {path}, without which what is sealed could never be revealed: {reason}")]
    Unkept {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file that was named cannot be read.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },

    // The machine's or the network's fault: a retry may help.
    /// The operating system gives no random numbers.
    #[error("this machine gives no random numbers: {0}")]
    NoRandomness(String),
    /// Nobody answers.
    #[error("no node answers at {url}: {reason}")]
    NoNode {
        /// Where.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The node runs another chain, or an old runtime.
    #[error("the node at {url} runs a chain without the Waggle runtime API, or with an older one")]
    NotWaggle {
        /// Where.
        url: String,
    },
    /// The node refused a request, or the connection broke.
    #[error("the node at {url} failed: {reason}")]
    Node {
        /// Where.
        url: String,
        /// What it said.
        reason: String,
    },
    /// The node's reply is not what this client understands.
    #[error(
        "the node's {what} cannot be read: this client and the chain's runtime differ in version \
         ({reason})"
    )]
    Unreadable {
        /// What was asked for.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The pool or the runtime refused a transaction.
    #[error("the chain refused: {0}")]
    Refused(String),
    /// A transaction was sent, and it is not known whether a block takes it.
    #[error(
        "no block is known to have the transaction, but each until {until_block} may still take \
         it: see with `waggle rounds` whether one did (then the nonce of {account} is beyond \
         {nonce}) before you send it again"
    )]
    Unsure {
        /// The last block that may take it.
        until_block: u32,
        /// Who sent it.
        account: AccountId,
        /// Its nonce: when a final block has the account beyond it, the transaction is taken or
        /// never will be.
        nonce: u64,
    },
    /// The chain stands still.
    #[error("no new block for {0} s: is the chain still running?")]
    NoBlocks(u64),

    // Nobody's fault, or the swarm's.
    /// The round ended without an answer.
    #[error("round {round} was cancelled and the reward returned: {reason}")]
    Cancelled {
        /// The round.
        round: RoundId,
        /// Why.
        reason: String,
    },
    /// No answer was good enough for the client.
    #[error(
        "nobody won round {0}: no answer scored what --min-score asks for; `waggle watch {0}` \
         shows all of them"
    )]
    NobodyWon(RoundId),
    /// A re-org took the round away. Its transaction may have been taken up again, in a round of
    /// another number.
    #[error(
        "round {0} was on a part of the chain that has been given up: see if `waggle rounds` has \
         it again, else ask again"
    )]
    RoundGone(RoundId),
    /// The round is still running: there is nothing to report yet.
    #[error("round {0} is not over yet: `waggle watch {0}` waits for it")]
    NotOver(RoundId),
    /// The round is over, and its end may still be taken back.
    #[error(
        "round {round} ended in block {ended}, and block {finalised} is the last final one: try \
         again in a second or two, or with --wait"
    )]
    NotFinal {
        /// The round.
        round: RoundId,
        /// The block in which it ended.
        ended: u32,
        /// The last final block.
        finalised: u32,
    },
    /// The node gives a receipt that is none.
    #[error("the node's receipt is none: {0}")]
    BadReceipt(Refusal),
}

/// Why a round was cancelled, in words.
pub fn cancel_reason(reason: &CancelReason) -> &'static str {
    match reason {
        CancelReason::TooFewCommitted => "too few agents answered in time",
        CancelReason::TooFewOpened => "no agent opened its answer",
        CancelReason::NoGrades => "no agent opened its grades",
        CancelReason::Withdrawn => "its client withdrew the question",
    }
}

impl Failure {
    /// The exit status of a command that ends with this: 2 for wrong input, as clap does it; 1 for
    /// everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Key { .. }
            | Failure::PromptEmpty
            | Failure::PromptTooLong { .. }
            | Failure::RewardTooSmall { .. }
            | Failure::OutOfBounds { .. }
            | Failure::NoFunds { .. }
            | Failure::NoSuchDomain(_)
            | Failure::NotAudited(_)
            | Failure::TooFewMembers { .. }
            | Failure::TitleEmpty
            | Failure::TextTooLong { .. }
            | Failure::FoundingUnaffordable { .. }
            | Failure::UnknownRound(_)
            | Failure::Who(_)
            | Failure::UnknownAgent
            | Failure::NotExaminer { .. }
            | Failure::TruthEmpty(_)
            | Failure::TruthTooLong { .. }
            | Failure::Unkept { .. }
            | Failure::File { .. } => 2,
            _ => 1,
        }
    }

    /// The failure on one line: what a library below put on several is joined.
    pub fn one_line(&self) -> String {
        self.to_string()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
