//! Who has what at stake, told by events alone, and whether the chain agrees.

use super::tally::Tally;
use crate::{
    configs::money::TreasuryAccount, tests::chain::Chain, AccountId, Agents, Audits, Balance,
    Balances, Domains, Ratings, Rounds, Runtime, RuntimeEvent, RuntimeHoldReason, Tickets,
    Validators, AGENT_BOND, GRADING_BLOCKS, OPENING_ANSWERS_BLOCKS, OPENING_GRADES_BLOCKS,
};
use frame_support::traits::fungible::{hold::Inspect as _, Inspect};
use pallet_session::Event::NewSession;
use pallet_waggle_agents::Event as AgentsEvent;
use pallet_waggle_rounds::{
    types::{Ending, MemberResult},
    Event as RoundsEvent,
};
use pallet_waggle_tickets::{Event as TicketsEvent, HoldReason};
use sp_runtime::FixedPointNumber;
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{CancelReason, Phase, RoundId};

/// Blocks of the phases after the answers.
const PHASES: u32 = OPENING_ANSWERS_BLOCKS + GRADING_BLOCKS + OPENING_GRADES_BLOCKS;

/// What is at stake in a running round.
#[derive(Clone)]
pub(crate) struct Stakes {
    client: AccountId,
    reward: Balance,
    ticket: Balance,
    owners: Vec<AccountId>,
    /// The last block in which the round may end, but for those that are full of a session's begin.
    latest_end: u32,
    /// [`Ledger::full_blocks`] when that was so.
    full_blocks: u32,
    /// What the tickets pallet gave or paid out of it.
    out: Balance,
}

/// All stakes and bonds.
#[derive(Clone)]
pub(crate) struct Ledger {
    /// The running rounds.
    pub(crate) rounds: BTreeMap<RoundId, Stakes>,
    /// Id of the next round.
    pub(crate) next_round: RoundId,
    bonded: BTreeSet<AccountId>,
    issuance: Balance,
    /// Blocks in which a session began: no hook works there, and no act is in them.
    full_blocks: u32,
    /// Whether the newest block is one of them.
    is_full: bool,
}

impl Ledger {
    /// The ledger of a chain without rounds.
    pub(crate) fn of(chain: &mut Chain) -> Self {
        chain.ask(|| Self {
            rounds: BTreeMap::new(),
            next_round: 0,
            bonded: pallet_waggle_agents::Agents::<Runtime>::iter_keys().collect(),
            issuance: Balances::total_issuance(),
            full_blocks: 0,
            is_full: false,
        })
    }

    /// Note a new block's events, and check the chain.
    pub(crate) fn follow(&mut self, chain: &mut Chain, events: &[RuntimeEvent], tally: &mut Tally) {
        let height = chain.height();
        let begins =
            |event: &RuntimeEvent| matches!(event, RuntimeEvent::Session(NewSession { .. }));
        self.is_full = events.iter().any(begins);
        self.full_blocks += u32::from(self.is_full);
        for event in events {
            match event {
                RuntimeEvent::Rounds(event) => self.follow_rounds(chain, height, event, tally),
                RuntimeEvent::Tickets(event) => self.follow_tickets(event),
                RuntimeEvent::Agents(AgentsEvent::AgentRegistered { owner, bond, .. }) => {
                    assert_eq!(*bond, AGENT_BOND);
                    self.bonded.insert(owner.clone());
                }
                RuntimeEvent::Agents(AgentsEvent::AgentUnbonded { owner, .. }) => {
                    self.bonded.remove(owner);
                }
                RuntimeEvent::Agents(AgentsEvent::DoubleSealPunished {
                    owner, slashed, ..
                }) => {
                    assert_eq!(*slashed, AGENT_BOND);
                    assert!(self.bonded.remove(owner), "a bond is taken once");
                    tally.count("double seal punished");
                }
                _ => {}
            }
        }
        self.check(chain);
    }

    fn follow_rounds(
        &mut self,
        chain: &mut Chain,
        height: u32,
        event: &RoundsEvent<Runtime>,
        tally: &mut Tally,
    ) {
        match event {
            RoundsEvent::Submitted { round, client, reward, ticket, deadline, .. } => {
                assert_eq!(*round, self.next_round);
                self.next_round += 1;
                let stakes = Stakes {
                    client: client.clone(),
                    reward: *reward,
                    ticket: *ticket,
                    owners: Vec::new(),
                    latest_end: deadline + PHASES + 4,
                    full_blocks: self.full_blocks,
                    out: 0,
                };
                self.rounds.insert(*round, stakes);
            }
            RoundsEvent::AnswerCommitted { round, owner, .. } => {
                self.rounds.get_mut(round).expect("the round runs").owners.push(owner.clone());
            }
            RoundsEvent::Settled { round, returned, .. } => {
                tally.count("settled");
                if *returned > 0 {
                    tally.count("settled without skill");
                }
                self.end(chain, height, *round, *returned);
            }
            RoundsEvent::NobodyWon { round, returned, .. } => {
                tally.count("nobody won");
                self.end(chain, height, *round, *returned);
            }
            RoundsEvent::Cancelled { round, reason, .. } => {
                tally.count(format!("cancelled: {reason:?}"));
                self.end(chain, height, *round, 0);
            }
            RoundsEvent::SeatsDrawn { round, deadline, .. } => {
                tally.count("seats drawn");
                self.answers_until(*round, *deadline);
            }
            RoundsEvent::PhaseChanged { round, phase: Phase::Answering, deadline } => {
                tally.count("seats opened to all");
                self.answers_until(*round, *deadline);
            }
            RoundsEvent::ActRefused { .. } => panic!("an act of an authorised batch was refused"),
            _ => {}
        }
    }

    /// The round's time for answers ends in block `deadline`.
    fn answers_until(&mut self, round: RoundId, deadline: u32) {
        let stakes = self.rounds.get_mut(&round).expect("the round runs");
        (stakes.latest_end, stakes.full_blocks) = (deadline + PHASES + 4, self.full_blocks);
    }

    /// The last block in which the round with these stakes may end.
    fn latest_end(&self, stakes: &Stakes) -> u32 {
        stakes.latest_end + self.full_blocks - stakes.full_blocks
    }

    fn follow_tickets(&mut self, event: &TicketsEvent<Runtime>) {
        let (round, amount) = match event {
            TicketsEvent::RewardReturned { round, amount, .. }
            | TicketsEvent::RewardPaid { round, amount, .. }
            | TicketsEvent::TicketReturned { round, amount, .. }
            | TicketsEvent::TreasuryPaid { round, amount } => (round, amount),
            TicketsEvent::Undeliverable { .. } | TicketsEvent::DustBurnt { .. } => {
                panic!("the treasury exists, and everybody with a stake does: {event:?}")
            }
            _ => return,
        };
        self.rounds.get_mut(round).expect("the round's own end tells of its money first").out +=
            amount;
    }

    /// A round is over: what went in came out, and everybody got what its word was worth. Of a
    /// settled one's reward `returned` went back to the client.
    fn end(&mut self, chain: &mut Chain, height: u32, round: RoundId, returned: Balance) {
        let stakes = self.rounds.remove(&round).expect("a round ends once");
        let latest = self.latest_end(&stakes);
        assert!(height <= latest, "round {round} was stuck beyond its deadlines");
        assert_eq!(
            stakes.out,
            stakes.reward + stakes.ticket * stakes.owners.len() as Balance,
            "money of {round}"
        );
        let result = chain
            .ask(|| pallet_waggle_rounds::Results::<Runtime>::get(round))
            .expect("a result is left");
        assert_eq!(
            result.members.iter().map(|member| member.owner.clone()).collect::<Vec<_>>(),
            stakes.owners
        );
        let paid: Balance = result.members.iter().map(|member| member.paid).sum();
        let forfeited: Balance = result.members.iter().map(|member| member.forfeited).sum();
        let settled = result.ending.is_judged();
        assert_eq!(
            paid + returned + result.treasury,
            if settled { stakes.reward + forfeited } else { forfeited }
        );
        let opened = result.members.iter().filter(|member| member.opened_answer).count() as Balance;
        if matches!(result.ending, Ending::NobodyWon { .. }) {
            let part = crate::UNWON_SHARE * (crate::WINNER_SHARE * stakes.reward) / opened;
            let paid = |member: &&MemberResult<AccountId>| member.paid + 2 >= part;
            assert_eq!(result.members.iter().filter(paid).count() as Balance, opened);
        }
        for member in &result.members {
            let kept_word = match result.ending {
                // Who is alone has nobody to grade.
                Ending::Settled { .. } | Ending::NobodyWon { .. } if opened == 1 => {
                    member.opened_answer
                }
                Ending::Settled { .. } | Ending::NobodyWon { .. } => member.opened_grades,
                Ending::Cancelled { reason: CancelReason::TooFewOpened } => false,
                Ending::Cancelled {
                    reason: CancelReason::TooFewCommitted | CancelReason::Withdrawn,
                } => true,
                Ending::Cancelled { reason: CancelReason::NoGrades } => {
                    panic!("rounds without grades are settled")
                }
            };
            if kept_word {
                let poor =
                    crate::POOR_ANSWER_LOSS.saturating_mul_int(stakes.reward) / opened.max(1);
                assert!(
                    member.forfeited == 0
                        || settled && member.forfeited.abs_diff(poor.min(stakes.ticket)) <= 1
                );
            } else {
                assert_eq!(member.forfeited, stakes.ticket);
            }
        }
    }

    /// Whether all money is where this ledger says, and the pallets' invariants hold.
    pub(crate) fn check(&self, chain: &mut Chain) {
        chain.ask(|| {
            let now = crate::System::block_number();
            let mut everything = 0;
            for account in frame_system::Account::<Runtime>::iter_keys() {
                self.check_holds(&account);
                everything += Balances::total_balance(&account);
            }
            assert_eq!(Balances::total_issuance(), self.issuance);
            assert_eq!(everything, self.issuance, "money is where nobody has it");
            assert!(Balances::balance(&TreasuryAccount::get()) > 0);

            let running: BTreeMap<_, _> = pallet_waggle_rounds::Rounds::<Runtime>::iter().collect();
            assert!(running.keys().eq(self.rounds.keys()));
            for (id, record) in running {
                let late = u32::from(self.is_full);
                assert!(now <= record.deadline + late, "round {id} is overdue");
                assert!(now <= self.latest_end(&self.rounds[&id]), "round {id} is stuck");
            }
            Rounds::check_state().expect("the invariants of rounds hold");
            Tickets::do_try_state().expect("the invariants of tickets hold");
            Agents::do_try_state().expect("the invariants of agents hold");
            Domains::do_try_state().expect("the invariants of domains hold");
            Audits::do_try_state().expect("the invariants of audits hold");
            Ratings::do_try_state().expect("the invariants of ratings hold");
            Validators::do_try_state().expect("the invariants of validators hold");
        });
    }

    fn check_holds(&self, account: &AccountId) {
        let held = |reason: RuntimeHoldReason| Balances::balance_on_hold(&reason, account);
        let rounds = self.rounds.values();
        let rewards: Balance =
            rounds.clone().filter(|round| round.client == *account).map(|round| round.reward).sum();
        let tickets: Balance =
            rounds.filter(|round| round.owners.contains(account)).map(|round| round.ticket).sum();
        let bond = if self.bonded.contains(account) { AGENT_BOND } else { 0 };
        assert_eq!(held(HoldReason::Reward.into()), rewards, "rewards of {account}");
        assert_eq!(held(HoldReason::Ticket.into()), tickets, "tickets of {account}");
        assert_eq!(
            held(pallet_waggle_agents::HoldReason::Bond.into()),
            bond,
            "the bond of {account}"
        );
    }
}
