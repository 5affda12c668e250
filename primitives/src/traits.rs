//! The seams between the pallets: rounds meets agents, tickets and ratings, and examinations meets
//! rounds and tickets, through these traits only.

use crate::{
    rewards::Payments,
    rule::{Known, Rule},
    types::{AgentKey, Hash32, RoundId, StakeLimits},
    view::AgentPast,
};
use sp_runtime::DispatchResult;

/// Who is an agent. Implemented by pallet-waggle-agents.
pub trait AgentRegistry<AccountId> {
    /// The owner whose current agent key is `key`, if it is registered and has not retired.
    fn owner_of(key: &AgentKey) -> Option<AccountId>;
    /// The current agent key of `owner`, if registered and not retired.
    fn key_of(owner: &AccountId) -> Option<AgentKey>;
    /// Whether `owner` has an agent, retired or not: it has until it takes its bond and leaves.
    fn is_registered(owner: &AccountId) -> bool;
    /// Since when `owner` has its agent: the block in which it registered, 0 if that was before
    /// blocks were noted.
    fn member_since(owner: &AccountId) -> u32;
    /// How much `owner` lets its agent put at stake. `None`: all that it can spend.
    fn limits_of(owner: &AccountId) -> Option<StakeLimits>;
    /// How many agents are on the roster: those among which seats are drawn. They are numbered from
    /// 0 without gaps.
    fn members() -> u32;
    /// The number that the agent of `owner` had on the roster before block `before`, if it is still
    /// there.
    fn number_of(owner: &AccountId, before: u32) -> Option<u32>;
    /// The owner of the agent that has this number, and had it before block `before`.
    fn member_with(number: u32, before: u32) -> Option<AccountId>;
    /// The agent of `owner` had a seat in a round and did not come. Whoever does that too often in
    /// a row is taken off the roster.
    fn was_absent(owner: &AccountId);
    /// `owner` entered a round: it may not leave with its bond before the round ends, and is on the
    /// roster from now on if it was not. Errors: the agent is not registered.
    fn entered_round(owner: &AccountId) -> DispatchResult;
    /// A round that `owner` had entered is over.
    fn left_round(owner: &AccountId);
}

/// Money at stake in rounds. Implemented by pallet-waggle-tickets. All amounts stay on their
/// owner's account, on hold, until [`Ticketing::settle`].
pub trait Ticketing<AccountId> {
    /// Units of the chain's currency.
    type Balance;
    /// The smallest reward a client may offer.
    fn minimum_reward() -> Self::Balance;
    /// The cheapest ticket.
    fn minimum_ticket() -> Self::Balance;
    /// Take what it costs to ask from the client, for the treasury. Errors: the client has too
    /// little.
    fn charge(round: RoundId, client: &AccountId, fee: Self::Balance) -> DispatchResult;
    /// Hold the client's reward. Errors: the client has too little.
    fn hold_reward(round: RoundId, client: &AccountId, reward: Self::Balance) -> DispatchResult;
    /// Whether [`Ticketing::buy_ticket`] would succeed. Reads only.
    fn can_buy_ticket(owner: &AccountId, price: Self::Balance) -> bool;
    /// What all tickets that `owner` has now come to. Reads only.
    fn at_stake(owner: &AccountId) -> Self::Balance;
    /// Hold the price of a ticket. Errors: the owner has too little, or has a ticket for this
    /// round.
    fn buy_ticket(round: RoundId, owner: &AccountId, price: Self::Balance) -> DispatchResult;
    /// Pay out, return or forfeit everything that was held for `round`: `payments` and `owners`
    /// are by index. Afterwards nothing is held for the round. Never fails; what cannot be
    /// delivered goes to the treasury.
    fn settle(
        round: RoundId,
        client: &AccountId,
        owners: &[AccountId],
        payments: &Payments<Self::Balance>,
    );
    /// Give the client its reward back; tickets as `keeps_ticket` says, by index like `owners`; the
    /// others are forfeited.
    fn cancel(round: RoundId, client: &AccountId, owners: &[AccountId], keeps_ticket: &[bool]);
    /// Pay each of `owners` this much from the treasury, as far as it reaches, because its answer
    /// to a round was in vain. Never fails.
    fn console(round: RoundId, owners: &[AccountId], amount: Self::Balance);
}

/// Money that goes back to clients when their rounds are over. Implemented by
/// pallet-waggle-tickets. Amounts in the chain's smallest unit.
pub trait Reimbursement<AccountId> {
    /// Pay up to `amount` from the treasury to `client`: as much as the treasury can spend and keep
    /// the existential deposit. Returns what was paid; 0 also if the client's account would stay
    /// below the existential deposit. Never fails.
    fn reimburse(client: &AccountId, amount: u128) -> u128;
}

/// What is known of agents: how well they grade and answer, and what their rounds brought them.
/// Implemented by pallet-waggle-ratings.
pub trait Ratings<AccountId> {
    /// The rule by which rounds are judged, and agents known.
    fn rule() -> Rule;
    /// What is known of the agent under the rule; what is known of a newcomer when that is nothing.
    fn get(agent: &AccountId) -> Known;
    /// Replace what is known of the agent, after a round or an examination that taught something.
    fn set(agent: &AccountId, known: Known);
    /// A round that the agent had entered is over. Called once for each of its rounds, after
    /// [`Ratings::set`] if the round changed what is known of it.
    fn round_ended(agent: &AccountId, outcome: RoundOutcome);
    /// What the agent's rounds brought it.
    fn past(agent: &AccountId) -> AgentPast<u128>;
}

/// What a round brought an agent that had entered it. Amounts in the chain's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundOutcome {
    /// The round.
    pub round: RoundId,
    /// Whether its answer was chosen.
    pub won: bool,
    /// What it was paid beyond its ticket.
    pub paid: u128,
    /// What it lost of its ticket.
    pub forfeited: u128,
    /// Whether what is known of it changed.
    pub rated: bool,
}

/// Rounds of which somebody knew the right answer before. Implemented by pallet-waggle-rounds.
pub trait ExaminedRounds<AccountId> {
    /// Open the seal that the client of a settled round submitted ([`crate::examination::seal`]):
    /// what is known of the agents that answered learns from the truth, and the seal is gone.
    /// Agents that have left for good are passed over. Whether the caller may do so is its own
    /// affair. Errors: nothing changed.
    fn examine(
        round: RoundId,
        truth: &[u8],
        salt: &Hash32,
    ) -> Result<Examined<AccountId>, ExaminationError>;
}

/// A round that was examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined<AccountId> {
    /// Who asked and paid.
    pub client: AccountId,
    /// What the round cost the client: its reward, less what went back to it. In the chain's
    /// smallest unit.
    pub cost: u128,
    /// How many answers were right.
    pub right: u32,
    /// How many agents opened their answers: those that were examined.
    pub agents: u32,
}

/// Why a round was not examined. The fault is the examiner's. To try again helps only where the
/// round had not been settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExaminationError {
    /// The round has no winner: it is not over, was cancelled, never was, or its result has been
    /// pruned.
    NoResult,
    /// Nothing is sealed for the round: its seal was opened before, or it began when the chain knew
    /// of none.
    NothingSealed,
    /// The truth and the salt are not what was sealed. So it is of all rounds that are no
    /// examinations: their sealed bytes are random.
    WrongTruth,
    /// Nothing is left of the truth when blanks and punctuation are taken off: no answer equals it.
    EmptyTruth,
}

/// Where the assignment's randomness comes from.
pub trait BlockRandomness {
    /// Randomness of the block being executed: BABE's VRF output of its author, or, for the
    /// grinding experiment, the parent hash. `None` when the block carries none.
    fn draw() -> Option<Hash32>;
    /// Who makes the block being executed, as an index in the list of authors.
    fn author() -> Option<u32>;
    /// How many authors there are.
    fn authors() -> u32;
}

/// What else goes when an agent leaves for good with its bond. Called by pallet-waggle-agents.
pub trait OnAgentRemoved<AccountId> {
    /// `owner` is no agent any more and is in no round.
    fn agent_removed(owner: &AccountId);
}

impl<AccountId> OnAgentRemoved<AccountId> for () {
    fn agent_removed(_: &AccountId) {}
}
