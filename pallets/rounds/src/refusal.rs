//! Why an act is refused: one list for the transaction pool and for dispatch.
//!
//! An act is checked by the same code in both, so what a block would refuse never enters the pool.
//! The pool reports a refusal as `InvalidTransaction::Custom(code)` with the code of
//! [`Refusal::code`], a block as the pallet's error of the same name. Only [`Refusal::TooEarly`]
//! and [`Refusal::NotDrawn`] are `UnknownTransaction::Custom(code)` in the pool: a node that hears
//! of an act before it has seen the block that calls for it must not ban the act. What is invalid
//! is banned: by our nodes' pool for ten seconds, by the fork-aware one, which can be chosen, until
//! the next block. A refusal is always the sender's affair: nothing is written. Whether sending the
//! act again can help is said for each.
//!
//! A client that knows only the metadata finds name and documentation of a code there: the pallet's
//! constant `Refusals` lists all refusals, and in its type each one's index is its code.

use crate::{Config, Error};
use codec::Encode;
use scale_info::TypeInfo;
use sp_runtime::transaction_validity::{
    InvalidTransaction, TransactionValidityError, UnknownTransaction,
};

/// Why an act is refused. The numbers are part of the node's interface: they never change their
/// meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, TypeInfo)]
#[scale_info(capture_docs = "always")]
#[repr(u8)]
pub enum Refusal {
    /// The agent key is not registered, or its owner has retired. Again after registration.
    UnknownAgent = 1,
    /// The signature is not the agent's over this act on this chain. Never again.
    BadSignature = 2,
    /// The round is over. Never again.
    NoSuchRound = 3,
    /// The round has left the act's phase behind. Never again.
    WrongPhase = 4,
    /// The act's phase is over: its deadline has passed. Never again.
    DeadlinePassed = 5,
    /// The agent, or another key of its owner, has made this move already. Never again.
    AlreadyActed = 6,
    /// The agent did not enter this round, and cannot any more. Never again.
    NotInRound = 7,
    /// The owner cannot pay the ticket. Again with more funds.
    CannotPayTicket = 8,
    /// The key does not open the agent's seal in this round. Again with the right key.
    WrongKey = 9,
    /// The sealed grades are not two bytes for each answer to grade. Again with the right length.
    WrongLength = 10,
    /// As many agents as the client asked for have committed. Never again.
    SwarmFull = 11,
    /// The agent's owner is the round's client. Never again.
    OwnRound = 12,
    /// The sealed answer is empty. Again with an answer.
    EmptyAnswer = 13,
    /// The agent missed the step before: it did not open its answer, or did not commit grades.
    /// Never again.
    MissedStep = 14,
    /// A batch without acts. Never again.
    EmptyBatch = 15,
    /// A batch that holds the same move of the same agent in the same round twice. Never again.
    RepeatedAct = 16,
    /// The act's phase, or the round itself, lies ahead of this state. Again when its time has
    /// come.
    TooEarly = 17,
    /// The agent did not join the round's domain before the block of the round's submission. Never
    /// again in this round.
    JoinedTooLate = 18,
    /// The ticket is beyond what the owner lets its agent put at stake. Again when the owner raises
    /// the limits, or other rounds are over.
    BeyondLimits = 19,
    /// The seats that are left are for others, who are on the roster, or were drawn. Again if too
    /// few of those come: then seats are for all.
    NotDrawn = 20,
}

impl Refusal {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 20] = [
        Self::UnknownAgent,
        Self::BadSignature,
        Self::NoSuchRound,
        Self::WrongPhase,
        Self::DeadlinePassed,
        Self::AlreadyActed,
        Self::NotInRound,
        Self::CannotPayTicket,
        Self::WrongKey,
        Self::WrongLength,
        Self::SwarmFull,
        Self::OwnRound,
        Self::EmptyAnswer,
        Self::MissedStep,
        Self::EmptyBatch,
        Self::RepeatedAct,
        Self::TooEarly,
        Self::JoinedTooLate,
        Self::BeyondLimits,
        Self::NotDrawn,
    ];

    /// The code in `InvalidTransaction::Custom`.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Refusal> for TransactionValidityError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooEarly | Refusal::NotDrawn => {
                UnknownTransaction::Custom(refusal.code()).into()
            }
            _ => InvalidTransaction::Custom(refusal.code()).into(),
        }
    }
}

impl<T: Config> From<Refusal> for Error<T> {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownAgent => Error::UnknownAgent,
            Refusal::BadSignature => Error::BadSignature,
            Refusal::NoSuchRound => Error::NoSuchRound,
            Refusal::WrongPhase => Error::WrongPhase,
            Refusal::DeadlinePassed => Error::DeadlinePassed,
            Refusal::AlreadyActed => Error::AlreadyActed,
            Refusal::NotInRound => Error::NotInRound,
            Refusal::CannotPayTicket => Error::CannotPayTicket,
            Refusal::WrongKey => Error::WrongKey,
            Refusal::WrongLength => Error::WrongLength,
            Refusal::SwarmFull => Error::SwarmFull,
            Refusal::OwnRound => Error::OwnRound,
            Refusal::EmptyAnswer => Error::EmptyAnswer,
            Refusal::MissedStep => Error::MissedStep,
            Refusal::EmptyBatch => Error::EmptyBatch,
            Refusal::RepeatedAct => Error::RepeatedAct,
            Refusal::TooEarly => Error::TooEarly,
            Refusal::JoinedTooLate => Error::JoinedTooLate,
            Refusal::BeyondLimits => Error::BeyondLimits,
            Refusal::NotDrawn => Error::NotDrawn,
        }
    }
}
