//! The types of `waggle_primitives::view` as a client of this chain reads them: accounts are 32
//! bytes, amounts 128 bits.

use waggle_primitives::{audit, choice::Question, view, Grade};

/// An account as clients show it.
pub type AccountId = subxt::utils::AccountId32;
/// A round as the chain's runtime API shows it.
pub type Round = view::RoundView<AccountId, u128>;
/// An agent in a round.
pub type AgentInRound = view::AgentInRound<AccountId, u128>;
/// An agent as the chain's runtime API shows it.
pub type Agent = view::AgentView<AccountId>;
/// All that the chain knows of an agent.
pub type AgentDetail = view::AgentDetail<AccountId, u128>;
/// A domain as the chain's runtime API shows it.
pub type Domain = view::DomainView;
/// A member of a domain, with what is known of it there.
pub type Member = view::MemberView<AccountId>;
/// How a domain is audited, and how far the work is.
pub type Audit = audit::view::AuditView<AccountId>;
/// What the last epoch that was judged said of a member.
pub type Standing = audit::view::StandingView;
/// The protocol's constants on the connected chain.
pub type Constants = view::ProtocolConstants<u128>;

/// A fixed-point number as people and JSON know numbers.
pub fn number(fixed: waggle_primitives::Fixed) -> f64 {
    fixed.into_inner() as f64 / 1e18
}

/// What an answer has to score as people and JSON know it, 0 to 1. `None` if any is good enough.
pub fn asked_score(min_score: Grade) -> Option<f64> {
    (min_score != Grade::MIN).then(|| of_basis_points(min_score.basis_points().into()))
}

/// Basis points of 1.0 as people and JSON know numbers.
pub fn of_basis_points(points: u32) -> f64 {
    f64::from(points) / 10_000.0
}

/// A kind of questions as people and JSON know it.
pub fn kind(question: Question) -> &'static str {
    match question {
        Question::Closed => "closed",
        Question::Open => "open",
    }
}
