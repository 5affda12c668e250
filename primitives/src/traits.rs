//! The seams between the pallets: rounds meets agents, tickets, ratings and audits, examinations
//! meets rounds and tickets, and audits meets agents and domains, through these traits only.

use crate::{
    choice::Question,
    claim::{Claim, Epoch},
    domain::DomainId,
    rewards::Payments,
    rule::{Known, Rule},
    types::{AgentKey, Hash32, RoundId, StakeLimits},
    view::AgentPast,
};
use alloc::vec::Vec;
use sp_runtime::{DispatchResult, Perbill};

/// Who is an agent. Implemented by pallet-waggle-agents.
pub trait AgentRegistry<AccountId> {
    /// The owner whose current agent key is `key`, if it is registered and has not retired.
    fn owner_of(key: &AgentKey) -> Option<AccountId>;
    /// The current agent key of `owner`, if registered and not retired.
    fn key_of(owner: &AccountId) -> Option<AgentKey>;
    /// Whether `owner` has an agent, retired or not: it has until it takes its bond and leaves.
    fn is_registered(owner: &AccountId) -> bool;
    /// Whether `owner` has an agent whose bond was taken, because it sealed doubly.
    fn is_punished(owner: &AccountId) -> bool;
    /// Whether the agent of `owner` is in a running round.
    fn is_in_rounds(owner: &AccountId) -> bool;
    /// How much `owner` lets its agent put at stake. `None`: all that it can spend.
    fn limits_of(owner: &AccountId) -> Option<StakeLimits>;
    /// `owner` entered a round: it may not leave with its bond before the round ends. Errors: the
    /// agent is not registered.
    fn entered_round(owner: &AccountId) -> DispatchResult;
    /// A round that `owner` had entered is over.
    fn left_round(owner: &AccountId);
}

/// The domains: which there are, and who is a member of them. Implemented by pallet-waggle-domains.
pub trait Domains<AccountId> {
    /// What kind of questions are asked in the domain. `None`: there is no such domain.
    fn question_of(domain: DomainId) -> Option<Question>;
    /// Since when the agent of `owner` is a member of the domain: the block in which it joined, 0
    /// if that was before blocks were noted. `None`: it is none, or is suspended.
    fn member_since(domain: DomainId, owner: &AccountId) -> Option<u32>;
    /// How many blocks an epoch has. At least 1.
    fn epoch_blocks() -> u32;
    /// How many agents are on the roster of the domain: those among which seats are drawn. They are
    /// numbered from 0 without gaps.
    fn roster_size(domain: DomainId) -> u32;
    /// The number that the agent of `owner` had on the roster before block `before`, if it is still
    /// there.
    fn number_of(domain: DomainId, owner: &AccountId, before: u32) -> Option<u32>;
    /// The owner of the agent that has this number, and had it before block `before`.
    fn member_with(domain: DomainId, number: u32, before: u32) -> Option<AccountId>;
    /// The agent of `owner` came to a round: it is on the roster from now on if it was not.
    fn came(domain: DomainId, owner: &AccountId);
    /// The agent of `owner` had a seat in a round and did not come. Whoever does that too often in
    /// a row is taken off the roster.
    fn was_absent(domain: DomainId, owner: &AccountId);
    /// A round that teaches was settled in which these members kept their word: each has served
    /// one round, of which the domain's reward pool pays a part. Called once for a round, with its
    /// agents at most once each.
    fn served(domain: DomainId, owners: &[AccountId]);
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

/// What is known of agents in each domain: how well they grade and answer; and what their rounds
/// brought them. Implemented by pallet-waggle-ratings.
pub trait Ratings<AccountId> {
    /// The rule by which rounds are judged, and agents known.
    fn rule() -> Rule;
    /// What is known of the agent in the domain under the rule; what is known of a newcomer when
    /// that is nothing.
    fn get(domain: DomainId, agent: &AccountId) -> Known;
    /// Replace what is known of the agent in the domain, of which it is a member, after a round or
    /// an examination that taught something.
    fn set(domain: DomainId, agent: &AccountId, known: Known);
    /// A round that the agent had entered is over. Called once for each of its rounds, after
    /// [`Ratings::set`] if the round changed what is known of it.
    fn round_ended(agent: &AccountId, outcome: RoundOutcome);
    /// What the agent's rounds brought it, in all domains together.
    fn past(agent: &AccountId) -> AgentPast<u128>;
}

/// What a round brought an agent that had entered it. Amounts in the chain's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundOutcome {
    /// The round.
    pub round: RoundId,
    /// The domain in which it was asked.
    pub domain: DomainId,
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
    /// The domain in which a round was asked that is over; [`crate::domain::GENERAL`] of rounds of
    /// which nothing is kept.
    fn domain_of(round: RoundId) -> DomainId;
    /// Open the seal that the client of a judged round submitted ([`crate::examination::seal`]):
    /// what is known of the agents that answered learns from the truth, and the seal is gone.
    /// Agents that are members of its domain no more are passed over. Whether the caller may do so
    /// is its own affair. Errors: nothing changed.
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
    /// The round was not judged: it is not over, was cancelled, never was, or its result has been
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

/// Rounds of which auditors keep the answers. Implemented by pallet-waggle-audits, and told of each
/// round by pallet-waggle-rounds that was worth coming to and not opened to all.
pub trait SampledRounds<AccountId> {
    /// Whether rounds of this domain may be wanted at all.
    fn is_audited(domain: DomainId) -> bool;
    /// A round of this domain was judged, which was submitted in block `submitted` and in which
    /// `members` agents had committed answers. Which of these are to be kept, by index, ascending:
    /// nothing if the round is none of the samples. `seed`: of its assignment. Called once for each
    /// round; where it says something, [`Self::keep`] follows.
    fn wanted(domain: DomainId, submitted: u32, seed: &Hash32, members: u32) -> Vec<u32>;
    /// Keep the answers that are wanted. Never fails.
    fn keep(domain: DomainId, seed: &Hash32, sample: SampledRound<AccountId>);
}

impl<AccountId> SampledRounds<AccountId> for () {
    fn is_audited(_: DomainId) -> bool {
        false
    }
    fn wanted(_: DomainId, _: u32, _: &Hash32, _: u32) -> Vec<u32> {
        Vec::new()
    }
    fn keep(_: DomainId, _: &Hash32, _: SampledRound<AccountId>) {}
}

/// What is told of a round that is a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampledRound<AccountId> {
    /// The round.
    pub round: RoundId,
    /// The prompt's bytes, as the client sent them.
    pub prompt: Vec<u8>,
    /// The answers that are wanted, in the order of their indices.
    pub answers: Vec<TakenAnswer<AccountId>>,
}

/// An answer of a round that is a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenAnswer<AccountId> {
    /// Whose it is.
    pub owner: AccountId,
    /// The answer's first bytes: as many as are kept ([`MAX_SAMPLE_ANSWER_BYTES`]), and what may be
    /// a character more, so that it can be cut between two of them. Empty if it was not opened.
    ///
    /// [`MAX_SAMPLE_ANSWER_BYTES`]: crate::audit::sample::MAX_SAMPLE_ANSWER_BYTES
    pub text: Vec<u8>,
    /// Whether the member opened its answer, and well-formed grades.
    pub kept_word: bool,
}

/// What audits see of domains. Implemented by pallet-waggle-domains.
pub trait AuditedDomains<AccountId> {
    /// What kind of questions are asked in the domain. `None`: there is no such domain.
    fn question_of(domain: DomainId) -> Option<Question>;
    /// Whether the agent of `owner` is a member of the domain.
    fn is_member(domain: DomainId, owner: &AccountId) -> bool;
    /// How many blocks an epoch has. At least 1.
    fn epoch_blocks() -> u32;
    /// The epoch of this block.
    fn epoch() -> Epoch;
    /// What the agent of `owner` claims in the domain in this epoch.
    fn claim_of(domain: DomainId, owner: &AccountId) -> Option<Claim>;
    /// Suspend a member: it is on no roster, enters no rounds and collects nothing, until it is
    /// reinstated, or leaves and joins again. Who is no member any more does not join again before
    /// the time is over after which a member may leave.
    fn suspend(domain: DomainId, owner: &AccountId);
    /// Take a suspension back. The member has to come back to the roster by itself. Returns whether
    /// there was one.
    fn reinstate(domain: DomainId, owner: &AccountId) -> bool;
    /// The block since which the agent of `owner` is suspended, a member or not. `None`: it is not.
    fn suspended_since(domain: DomainId, owner: &AccountId) -> Option<u32>;
    /// Whether [`AuditedDomains::release`] has something to do.
    fn is_release_due() -> bool;
    /// Forget that somebody who is no member any more was suspended, whose time is over. Of one at
    /// most: call it again while there is more.
    fn release();
}

/// Bonds that are taken in part. Implemented by pallet-waggle-agents.
pub trait Bonds<AccountId> {
    /// Take this part of what is left of the bond of `owner`, for the treasury. Returns how much,
    /// in the chain's smallest unit: 0 if there is no bond. Never fails.
    fn slash(owner: &AccountId, part: Perbill) -> u128;
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

/// What follows when agents come and go. Called by pallet-waggle-agents.
pub trait OnAgents<AccountId> {
    /// `owner` has an agent, since block `since`. `away`: no seats are to be drawn for it before it
    /// comes to a round.
    fn registered(_owner: &AccountId, _since: u32, _away: bool) {}
    /// The agent of `owner` enters no more rounds.
    fn retired(_owner: &AccountId) {}
    /// `owner` is no agent any more and is in no round.
    fn removed(_owner: &AccountId) {}
}

impl<AccountId> OnAgents<AccountId> for () {}

impl<AccountId, First: OnAgents<AccountId>, Second: OnAgents<AccountId>> OnAgents<AccountId>
    for (First, Second)
{
    fn registered(owner: &AccountId, since: u32, away: bool) {
        First::registered(owner, since, away);
        Second::registered(owner, since, away);
    }
    fn retired(owner: &AccountId) {
        First::retired(owner);
        Second::retired(owner);
    }
    fn removed(owner: &AccountId) {
        First::removed(owner);
        Second::removed(owner);
    }
}

/// What else goes when an agent is a member of a domain no more. Called by pallet-waggle-domains.
pub trait OnMemberLeft<AccountId> {
    /// The agent of `owner` has left `domain`, and is in no running round of it.
    fn member_left(domain: DomainId, owner: &AccountId);
}

impl<AccountId> OnMemberLeft<AccountId> for () {
    fn member_left(_: DomainId, _: &AccountId) {}
}

impl<AccountId, First: OnMemberLeft<AccountId>, Second: OnMemberLeft<AccountId>>
    OnMemberLeft<AccountId> for (First, Second)
{
    fn member_left(domain: DomainId, owner: &AccountId) {
        First::member_left(domain, owner);
        Second::member_left(domain, owner);
    }
}
