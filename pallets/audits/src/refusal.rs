//! Why an auditor's act is refused: one list for the transaction pool and for dispatch.
//!
//! The pool reports a refusal as `InvalidTransaction::Custom(code)`, a block as the pallet's error.
//! Only what lies ahead is `UnknownTransaction::Custom(code)` in the pool: a node that hears of an
//! act before it has seen the block that calls for it must not ban the act. Codes begin where those
//! of rounds cannot come.

use crate::{Config, Error};
use sp_runtime::transaction_validity::{
    InvalidTransaction, TransactionValidityError, UnknownTransaction,
};

/// Why an auditor's act is refused. The numbers are part of the node's interface: they never change
/// their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// The work on the samples of this epoch is over, or the domain is not audited. Never again.
    NoSuchWork = 101,
    /// The agent is not on the committee. Never again.
    NotOnCommittee = 102,
    /// The stage of the act is over. Never again.
    TooLate = 103,
    /// The auditor has done that already. Never again.
    AlreadyDone = 104,
    /// There are not as many seals as samples. Again with as many.
    WrongLength = 105,
    /// The auditor sealed nothing for this sample. Never again.
    NothingSealed = 106,
    /// The findings are not what was sealed, not as many as the sample has answers, or of other
    /// dimensions than the domain's model. Again with what was sealed.
    WrongFindings = 107,
    /// The signature is not the agent's over this act in this scope. Never again.
    BadSignature = 108,
    /// The act's stage lies ahead of this state. Again when its time has come.
    TooEarly = 109,
    /// The work on the samples of this epoch has not begun in this state. Again when it has.
    NotBegun = 110,
}

impl Refusal {
    /// The code in `InvalidTransaction::Custom`.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Refusal> for TransactionValidityError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooEarly | Refusal::NotBegun => {
                UnknownTransaction::Custom(refusal.code()).into()
            }
            _ => InvalidTransaction::Custom(refusal.code()).into(),
        }
    }
}

impl<T: Config> From<Refusal> for Error<T> {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchWork | Refusal::NotBegun => Error::NoSuchWork,
            Refusal::NotOnCommittee => Error::NotOnCommittee,
            Refusal::TooLate | Refusal::TooEarly => Error::WrongStage,
            Refusal::AlreadyDone => Error::AlreadyDone,
            Refusal::WrongLength => Error::WrongLength,
            Refusal::NothingSealed => Error::NothingSealed,
            Refusal::WrongFindings => Error::WrongFindings,
            Refusal::BadSignature => Error::BadSignature,
        }
    }
}
