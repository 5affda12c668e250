//! The runtime API: how the hook, the node, clients and tests read the protocol's state.
//!
//! Reads only. Everything is bounded by the limits of the protocol, but a call may touch megabytes:
//! it is meant for `state_call` and off-chain code, never for other pallets.

use alloc::vec::Vec;
use codec::Codec;
use waggle_primitives::{
    view::{AgentDetail, DomainView, Duty, MemberView, ProtocolConstants, RoundView},
    AgentKey, DomainId, DoubleSeal, Hash32, RoundId, ScopeParts, SealStep,
};

sp_api::decl_runtime_apis! {
    /// Rounds, duties and agents as clients see them. Balances are `u128` in the chain's smallest
    /// unit.
    ///
    /// Version 2 knows `agent` and `agent_of_key`, and tells more constants. Version 3 counts the
    /// loss of a poor answer in fair shares (`PaymentRules`), and knows `scope`. Version 4 knows
    /// `candidates`. Version 5 tells the rule, what a round made of an agent under it, how good an
    /// agent's answers are, what asking costs, since when an agent is there and what it may stake;
    /// who may take the seats of a round, and which rounds teach; domains, and what is known of
    /// their members there; and takes reports of double seals.
    #[api_version(5)]
    pub trait WaggleApi<AccountId> where AccountId: Codec {
        /// What the agent may or must do in the next block.
        fn duties(agent: AgentKey) -> Vec<Duty<u128>>;
        /// What an agent's signature and seals of this step cover in this round, in addition to its
        /// number. `None` if the round does not run, or if grades are meant and the assignment has
        /// not been drawn.
        fn scope(id: RoundId, step: SealStep) -> Option<Hash32>;
        /// What that scope is made of, besides the chain: for evidence of a double seal. `None`
        /// also of rounds that began under spec version 2 or before.
        fn scope_parts(id: RoundId, step: SealStep) -> Option<ScopeParts<AccountId>>;
        /// Put a report of a double seal into the pool of the node that asks, if it proves one that
        /// can be punished. `None` if not, or if the node gives no pool.
        fn report_double_seal(evidence: DoubleSeal<AccountId>) -> Option<()>;
        /// A round, running or finished; `None` if there is none or its result has been pruned.
        fn round(id: RoundId) -> Option<RoundView<AccountId, u128>>;
        /// Which answers of a round are equal: by index, the number of the candidate to which the
        /// agent's answer belongs, counted from 0 in the order of the first index. `None` for
        /// agents that have not opened their answer. Empty where none is known to be open: there
        /// is no such round, nobody opened an answer, or it ended under an earlier version.
        fn candidates(id: RoundId) -> Vec<Option<u32>>;
        /// The newest rounds, newest first, without prompts and answers. At most 100.
        fn recent_rounds(limit: u32) -> Vec<RoundView<AccountId, u128>>;
        /// The domains from this number on, in their order. At most 1 000.
        fn domains(from: DomainId, limit: u32) -> Vec<DomainView>;
        /// The members of a domain, in an order of no meaning: those that come after `after` there.
        /// At most 1 000.
        fn agents(
            domain: DomainId,
            after: Option<AccountId>,
            limit: u32,
        ) -> Vec<MemberView<AccountId>>;
        /// The agent of this owner, with its bond, its open rounds, its domains, its earnings and
        /// its last ratings.
        fn agent(owner: AccountId) -> Option<AgentDetail<AccountId, u128>>;
        /// The agent with this agent key, retired or not.
        fn agent_of_key(key: AgentKey) -> Option<AgentDetail<AccountId, u128>>;
        /// The chain's rules: what a client or an agent must know beforehand.
        fn constants() -> ProtocolConstants<u128>;
    }
}
