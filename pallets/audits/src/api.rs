//! The runtime API: how clients and tests read what audits know. Reads only, and bounded; meant for
//! `state_call` and off-chain code, never for other pallets.

use alloc::vec::Vec;
use codec::Codec;
use waggle_primitives::{
    audit::view::{AuditDuty, AuditView, SampleView, StandingView},
    claim::Epoch,
    AgentKey, DomainId,
};

sp_api::decl_runtime_apis! {
    /// Audits as clients see them.
    pub trait AuditsApi<AccountId> where AccountId: Codec {
        /// The domains that are audited, in the order of their numbers.
        fn audits() -> Vec<AuditView<AccountId>>;
        /// A sample that is kept now. `None`: there is none of this number.
        fn audit_sample(
            domain: DomainId,
            epoch: Epoch,
            number: u32,
        ) -> Option<SampleView<AccountId>>;
        /// What the last epoch that was judged said of a member. `None`: nothing yet.
        fn standing(domain: DomainId, owner: AccountId) -> Option<StandingView>;
        /// The same of all of whom something was said, also of those that have left and answer for
        /// it still, in an order of no meaning: those that come after `after` there. At most 1 000.
        fn standings(
            domain: DomainId,
            after: Option<AccountId>,
            limit: u32,
        ) -> Vec<(AccountId, StandingView)>;
        /// What an auditor owes in the next block.
        fn audit_duties(agent: AgentKey) -> Vec<AuditDuty>;
    }
}
