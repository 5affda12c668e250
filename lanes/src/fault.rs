//! Why a message is dropped, and what that costs the peer that sent it.

use sc_network::ReputationChange;

/// Why a message was dropped, in the order in which it is found out: what costs most to find out,
/// a bad signature, comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The peer has used up its allowance.
    TooMany,
    /// Longer than any message.
    Oversized,
    /// No message at all.
    Malformed,
    /// Of a round that does not run here, or not yet, or no more.
    Foreign,
    /// Of a place that the round does not have.
    NotAMember,
    /// The member has said this, or too much, at this step.
    Repeated,
    /// Not signed by the member.
    BadSignature,
}

impl Fault {
    /// What it costs the peer. Substrate cuts a peer off when it is below −71 % of `i32::MAX`, and
    /// forgives a part of it each second.
    ///
    /// A foreign round costs little: a peer may be a block ahead, or behind.
    pub const fn cost(self) -> ReputationChange {
        match self {
            Self::TooMany => ReputationChange::new(-(1 << 20), "Lane: too many messages"),
            Self::Oversized => ReputationChange::new(-(1 << 26), "Lane: oversized message"),
            Self::Malformed => ReputationChange::new(-(1 << 26), "Lane: malformed message"),
            Self::Foreign => ReputationChange::new(-(1 << 4), "Lane: message of another round"),
            Self::NotAMember => ReputationChange::new(-(1 << 20), "Lane: no member's message"),
            Self::Repeated => ReputationChange::new(-(1 << 8), "Lane: repeated message"),
            Self::BadSignature => ReputationChange::new(-(1 << 26), "Lane: bad signature"),
        }
    }
}
