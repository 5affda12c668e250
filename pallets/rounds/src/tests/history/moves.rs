//! What clients, owners and strangers do: ask, poke, move money, come, change and leave. Each
//! call's outcome is the model's.

use super::{
    accounts, domains::FIELD, examinations::seal_of, model::spendable, model::UNBONDING, Effects,
    History, CLIENTS, KEYS, OWNERS, PROVIDED_FOR,
};
use crate::{
    mock::*,
    tests::swarm::{prompt, proof},
    Error,
};
use frame_support::traits::{LockableCurrency, WithdrawReasons};
use pallet_waggle_agents::{AgentRecord, AgentStatus, Enrolment, Error as AgentsError};
use sp_runtime::{traits::Dispatchable, DispatchError, DispatchResult};
use waggle_primitives::{AgentSignature, CancelReason, Grade, RoundId, RoundTerms, StakeLimits};

/// The lock that owners put on their money.
const LOCK: [u8; 8] = *b"savings ";

/// A kind of move.
#[derive(Clone, Copy)]
enum Move {
    Submit,
    Withdraw,
    Poke,
    ActFromAnAccount,
    Register,
    RotateKey,
    SetProfile,
    SetLimits,
    Retire,
    Unbond,
    Join,
    Leave,
    Report,
    Money,
}

/// Dispatch a signed call as a block does: what fails changes nothing.
fn call(who: AccountId, call: impl Into<RuntimeCall>) -> DispatchResult {
    call.into().dispatch(RuntimeOrigin::signed(who)).map(|_| ()).map_err(|failure| failure.error)
}

/// Dispatch a signed call of which nobody cares whether it fails.
fn attempt(who: AccountId, made: impl Into<RuntimeCall>) {
    let _ = call(who, made);
}

impl History {
    /// Some moves of this block.
    pub(crate) fn make_moves(&mut self) {
        for _ in 0..self.chance.between(0, self.mood.bustle) {
            let kinds = [
                (24, Move::Submit),
                (1, Move::Withdraw),
                (4, Move::Poke),
                (1, Move::ActFromAnAccount),
                (9, Move::Register),
                (4, Move::RotateKey),
                (2, Move::SetProfile),
                (2, Move::SetLimits),
                (1, Move::Retire),
                (4, Move::Unbond),
                (5, Move::Join),
                (2, Move::Leave),
                (2, Move::Report),
                (self.mood.poverty, Move::Money),
            ];
            match self.chance.weighted(&kinds) {
                Move::Submit => self.submit(),
                Move::Withdraw => self.withdraw(),
                Move::Poke => self.poke(),
                Move::ActFromAnAccount => self.send_from_an_account(),
                Move::Register => self.register(),
                Move::RotateKey => {
                    self.rotate_key();
                    // Keys of before can be reported for a short time only.
                    if self.chance.percent(20) {
                        self.report();
                    }
                }
                Move::SetProfile => self.set_profile(),
                Move::SetLimits => self.set_limits(),
                Move::Retire => self.retire(),
                Move::Unbond => self.unbond(),
                Move::Join => self.join(),
                Move::Leave => self.leave(),
                Move::Report => self.report(),
                Move::Money => self.move_money(),
            }
        }
    }

    /// A call is made. It must fail with `failure`, or succeed with the effects that `succeed`
    /// makes of the model.
    pub(super) fn make(
        &mut self,
        who: AccountId,
        what: &str,
        made: impl Into<RuntimeCall>,
        failure: Option<DispatchError>,
        succeed: impl FnOnce(&mut super::Model) -> Effects,
    ) {
        let (done, seen) = self.watch(|| call(who, made));
        assert_eq!(done.err(), failure, "{what} by {who}");
        let expected = match failure {
            Some(DispatchError::Module(error)) => {
                self.tally.count(format!("{what} failed: {}", error.message.unwrap_or_default()));
                Effects::default()
            }
            Some(other) => panic!("{what} failed with {other:?}"),
            None => {
                self.tally.count(format!("{what} succeeded"));
                succeed(&mut self.model)
            }
        };
        self.compare(seen, expected);
    }

    fn submit(&mut self) {
        let client =
            if self.chance.percent(70) { *self.chance.pick(&CLIENTS) } else { self.some_owner() };
        let min_agents = self.chance.between(4, 5);
        let reward = self.chance.weighted(&[(6, 1_000), (3, 4_000), (1, 30_000), (1, 100_001)]);
        let mut terms = RoundTerms {
            reward: MINIMUM_REWARD + u128::from(self.chance.below(reward)),
            answering_blocks: self.chance.between(2, 8),
            min_agents,
            max_agents: self.chance.between(min_agents, 8),
            min_score: self.some_min_score(),
        };
        let mut text = format!("question {}", self.chance.below(1 << 40));
        let mut domain = if self.chance.percent(75) { GENERAL } else { FIELD };
        match self.chance.below(40) {
            7 => domain = FIELD + 1,
            0 => text.clear(),
            1 => terms.answering_blocks = self.chance.between(0, 1),
            2 => terms.answering_blocks = 21,
            3 => terms.max_agents = min_agents - 1,
            4 => terms.min_agents = self.chance.between(1, 3),
            5 => terms.max_agents = 101,
            6 => terms.reward = MINIMUM_REWARD - 1,
            _ => {}
        }
        let own = self.model.rounds.values().filter(|round| round.client == client).count() as u32;
        let failure: Option<DispatchError> = if text.is_empty() {
            Some(Error::<Test>::EmptyPrompt.into())
        } else if domain > FIELD {
            Some(Error::<Test>::NoSuchDomain.into())
        } else if !(2..=20).contains(&terms.answering_blocks) {
            Some(Error::<Test>::AnsweringTimeOutOfBounds.into())
        } else if !(4 <= terms.min_agents
            && terms.min_agents <= terms.max_agents
            && terms.max_agents <= 100)
        {
            Some(Error::<Test>::SwarmOutOfBounds.into())
        } else if terms.reward < MINIMUM_REWARD {
            Some(Error::<Test>::RewardTooSmall.into())
        } else if self.model.rounds.len() as u32 == MaxOpenRounds::get() {
            Some(Error::<Test>::TooManyOpenRounds.into())
        } else if own == MaxOpenRoundsPerClient::get() {
            Some(Error::<Test>::TooManyRoundsOfClient.into())
        } else if self.model.price_of_room(&terms) > terms.reward {
            Some(Error::<Test>::TooCrowded.into())
        } else if spendable(client) < self.model.fee_of(&terms) {
            Some(pallet_waggle_tickets::Error::<Test>::FeeUnaffordable.into())
        } else if spendable(client) < self.model.fee_of(&terms) + terms.reward {
            Some(pallet_waggle_tickets::Error::<Test>::RewardUnaffordable.into())
        } else {
            None
        };
        let made = crate::Call::<Test>::submit {
            prompt: prompt(text.as_bytes()),
            domain,
            terms: terms.clone(),
            sealed_truth: seal_of(self.model.next_round, client),
        };
        self.make(client, "submit", made, failure, |model| {
            model.submit(client, text.as_bytes(), domain, terms)
        });
    }

    /// What a client asks an answer to score: mostly nothing, else more or less than answers do.
    fn some_min_score(&mut self) -> Grade {
        let of_1000 = self.chance.weighted(&[(6, 0), (1, 1), (2, 400), (1, 450), (1, 1_000)]);
        Grade::new(of_1000 as u16 * 10).expect("at most 10 000")
    }

    fn withdraw(&mut self) {
        let round = self.some_round();
        let client = self.model.rounds.get(&round).map(|round| round.client);
        let client = client.filter(|_| self.chance.percent(80));
        let who = client.unwrap_or(*self.chance.pick(&CLIENTS));
        let failure = match self.model.rounds.get(&round) {
            None => Some(Error::<Test>::NoSuchRound.into()),
            Some(running) if running.client != who => Some(Error::<Test>::NotTheClient.into()),
            Some(running) if running.is_answered() => Some(Error::<Test>::HasAnswers.into()),
            Some(_) => None,
        };
        self.make(who, "withdraw", crate::Call::<Test>::withdraw { round }, failure, |model| {
            model.cancel(round, CancelReason::Withdrawn)
        });
    }

    fn poke(&mut self) {
        let due = self
            .model
            .rounds
            .iter()
            .find(|(_, round)| self.model.now > round.deadline)
            .map(|(id, _)| *id);
        let round = due.unwrap_or_else(|| self.some_round());
        self.poke_round(round);
    }

    fn poke_round(&mut self, round: RoundId) {
        let failure = match self.model.rounds.get(&round) {
            None => Some(Error::<Test>::NoSuchRound.into()),
            Some(running) if self.model.now <= running.deadline => {
                Some(Error::<Test>::NotDue.into())
            }
            Some(_) => None,
        };
        if failure.is_none() {
            self.tally.count("phase ended by poke");
        }
        let who = *self.chance.pick(&CLIENTS);
        self.make(who, "poke", crate::Call::<Test>::poke { round }, failure, |model| {
            model.finish_phase(round)
        });
    }

    pub(super) fn some_owner(&mut self) -> AccountId {
        owner(self.chance.below(OWNERS.into()) as u8)
    }

    /// The number of a key, and its signature for `who`, or for somebody else.
    fn some_key_for(&mut self, who: AccountId) -> (u8, AgentSignature, bool) {
        let number = self.chance.below(KEYS.into()) as u8;
        let is_proven = self.chance.percent(85);
        let owner = if is_proven { who } else { who + 1 };
        (number, proof(number, owner), is_proven)
    }

    fn register(&mut self) {
        let who = self.some_owner();
        let (number, proof, is_proven) = self.some_key_for(who);
        let free = System::account(who).data.free;
        let failure = if self.model.agents.contains_key(&who) {
            Some(AgentsError::<Test>::AlreadyRegistered.into())
        } else if self.model.barred.contains(&key(number)) {
            Some(AgentsError::<Test>::KeyBarred.into())
        } else if self.model.is_taken(&key(number)) {
            Some(AgentsError::<Test>::KeyTaken.into())
        } else if !is_proven {
            Some(AgentsError::<Test>::BadProof.into())
        } else if free < BOND + EXISTENTIAL_DEPOSIT {
            Some(AgentsError::<Test>::BondUnaffordable.into())
        } else {
            None
        };
        let (declared, topics) = self.profile();
        let made = pallet_waggle_agents::Call::<Test>::register {
            key: key(number),
            proof,
            model: declared.clone().try_into().unwrap(),
            topics: topics.clone().try_into().unwrap(),
        };
        self.make(who, "register", made, failure, |model| {
            model.formers.retain(|_, (former, _)| *former != key(number));
            let agent = AgentRecord {
                key: key(number),
                model: declared.try_into().unwrap(),
                topics: topics.try_into().unwrap(),
                bond: BOND,
                status: AgentStatus::Active,
                open_rounds: 0,
            };
            model.agents.insert(who, agent);
            model.enrolments.insert(who, Enrolment { since: model.now, limits: None });
            model.memberships.insert((GENERAL, who), model.now);
            Effects::default()
        });
    }

    fn profile(&mut self) -> (Vec<u8>, Vec<u8>) {
        (vec![b'm'; self.chance.below(65) as usize], vec![b't'; self.chance.below(257) as usize])
    }

    fn rotate_key(&mut self) {
        let who = self.some_owner();
        let (number, proof, is_proven) = self.some_key_for(who);
        let former = self.model.formers.get(&who);
        let is_recent = former.is_some_and(|(_, until)| self.model.now < *until);
        let failure = match self.model.status_of(who) {
            None => Some(AgentsError::<Test>::NotRegistered.into()),
            Some(AgentStatus::Retired { .. }) => Some(AgentsError::<Test>::Retired.into()),
            Some(_) if is_recent => Some(AgentsError::<Test>::RotatedTooRecently.into()),
            Some(_) if self.model.barred.contains(&key(number)) => {
                Some(AgentsError::<Test>::KeyBarred.into())
            }
            Some(_) if self.model.is_taken(&key(number)) => {
                Some(AgentsError::<Test>::KeyTaken.into())
            }
            Some(_) if !is_proven => Some(AgentsError::<Test>::BadProof.into()),
            Some(_) => None,
        };
        let made = pallet_waggle_agents::Call::<Test>::rotate_key { new_key: key(number), proof };
        self.make(who, "rotate_key", made, failure, |model| {
            let agent = model.agents.get_mut(&who).unwrap();
            let old = std::mem::replace(&mut agent.key, key(number));
            model.formers.retain(|_, (former, _)| *former != key(number));
            model.formers.insert(who, (old, model.now + UNBONDING));
            Effects::default()
        });
    }

    fn set_profile(&mut self) {
        let who = self.some_owner();
        let is_known = self.model.agents.contains_key(&who);
        let failure = (!is_known).then(|| AgentsError::<Test>::NotRegistered.into());
        let (declared, topics) = self.profile();
        let (declared, topics): (pallet_waggle_agents::Model, pallet_waggle_agents::Topics) =
            (declared.try_into().unwrap(), topics.try_into().unwrap());
        let made = pallet_waggle_agents::Call::<Test>::set_profile {
            model: declared.clone(),
            topics: topics.clone(),
        };
        self.make(who, "set_profile", made, failure, |model| {
            let agent = model.agents.get_mut(&who).unwrap();
            (agent.model, agent.topics) = (declared, topics);
            Effects::default()
        });
    }

    fn set_limits(&mut self) {
        let who = self.some_owner();
        let is_known = self.model.agents.contains_key(&who);
        let failure = (!is_known).then(|| AgentsError::<Test>::NotRegistered.into());
        let limits = self.chance.percent(60).then(|| StakeLimits {
            ticket: self.chance.below(2_000).into(),
            at_stake: self.chance.below(4_000).into(),
        });
        let made = pallet_waggle_agents::Call::<Test>::set_limits { limits };
        self.make(who, "set_limits", made, failure, |model| {
            model.enrolments.entry(who).or_default().limits = limits;
            Effects::default()
        });
    }

    fn retire(&mut self) {
        let who = self.some_owner();
        let failure = match self.model.status_of(who) {
            None => Some(AgentsError::<Test>::NotRegistered.into()),
            Some(AgentStatus::Retired { .. }) => Some(AgentsError::<Test>::Retired.into()),
            Some(AgentStatus::Active) => None,
        };
        self.make(who, "retire", pallet_waggle_agents::Call::<Test>::retire {}, failure, |model| {
            model.agents.get_mut(&who).unwrap().status = AgentStatus::Retired { since: model.now };
            Effects::default()
        });
    }

    fn unbond(&mut self) {
        let is_retired = |who: &AccountId| {
            matches!(self.model.status_of(*who), Some(AgentStatus::Retired { .. }))
        };
        let retired = (0..OWNERS).map(owner).find(is_retired);
        let who = retired.filter(|_| self.chance.percent(40)).unwrap_or_else(|| self.some_owner());
        let now = self.model.now;
        let failure = match self.model.agents.get(&who) {
            None => Some(AgentsError::<Test>::NotRegistered.into()),
            Some(agent) => match agent.status {
                AgentStatus::Active => Some(AgentsError::<Test>::NotRetired.into()),
                AgentStatus::Retired { since } if now < since + UNBONDING => {
                    Some(AgentsError::<Test>::BondLocked.into())
                }
                AgentStatus::Retired { .. } if agent.open_rounds > 0 => {
                    Some(AgentsError::<Test>::RoundsOpen.into())
                }
                AgentStatus::Retired { .. } => None,
            },
        };
        self.make(who, "unbond", pallet_waggle_agents::Call::<Test>::unbond {}, failure, |model| {
            model.agents.remove(&who);
            model.formers.remove(&who);
            model.enrolments.remove(&who);
            model.known.retain(|(_, owner), _| *owner != who);
            model.memberships.retain(|(_, owner), _| *owner != who);
            model.pasts.remove(&who);
            Effects::default()
        });
    }

    /// Money goes from one account to another, or is locked or unlocked.
    fn move_money(&mut self) {
        let everybody: Vec<_> = accounts().collect();
        let to = *self.chance.pick(&everybody);
        let from = match self.chance.below(8) {
            0 => TREASURY,
            1 => *self.chance.pick(&PROVIDED_FOR),
            _ => *self.chance.pick(&everybody),
        };
        let account = System::account(from).data;
        let all = account.free;
        let exists = frame_system::Account::<Test>::contains_key(from);
        let ((), seen) = match self.chance.below(10) {
            // To the last unit, to just below the existential deposit, to exactly that, to just
            // above it: as far as balances allow.
            0 => self.watch(|| attempt(from, transfer(to, all, true))),
            1 => self.watch(|| {
                attempt(from, transfer(to, all.saturating_sub(EXISTENTIAL_DEPOSIT - 1), true))
            }),
            2 => self.watch(|| {
                attempt(from, transfer(to, all.saturating_sub(EXISTENTIAL_DEPOSIT), false))
            }),
            3 => self.watch(|| {
                attempt(from, transfer(to, all.saturating_sub(EXISTENTIAL_DEPOSIT + 1), false))
            }),
            4 => {
                let call_ = pallet_balances::Call::<Test>::transfer_all {
                    dest: to,
                    keep_alive: self.chance.percent(50),
                };
                self.watch(|| attempt(from, call_))
            }
            5 if exists => {
                let amount =
                    u128::from(self.chance.below(all as u64 + account.reserved as u64 + 1));
                self.tally.count("money locked");
                self.watch(|| Balances::set_lock(LOCK, &from, amount, WithdrawReasons::all()))
            }
            6 => self.watch(|| Balances::remove_lock(LOCK, &from)),
            // The richest gives half to the poorest, so that the history goes on.
            _ => {
                let free = |account: &AccountId| System::account(account).data.free;
                let richest = everybody.iter().copied().max_by_key(free).unwrap();
                let poorest = everybody.iter().copied().min_by_key(free).unwrap();
                self.watch(|| attempt(richest, transfer(poorest, free(&richest) / 2, false)))
            }
        };
        let now = System::account(from).data;
        if now.free == EXISTENTIAL_DEPOSIT && now.reserved == 0 {
            self.tally.count("account with exactly the existential deposit");
        }
        if all > 0 && !frame_system::Account::<Test>::contains_key(from) {
            self.tally.count("account reaped");
        }
        // Whatever balances did, dust aside no money went.
        let lost = seen.burnt + seen.dust;
        assert_eq!(seen.effects.gains.values().sum::<i128>(), -(lost as i128));
        assert!(seen.effects.events.is_empty() && seen.burnt == 0);
        self.model.issuance -= lost;
    }
}

fn transfer(dest: AccountId, value: u128, may_die: bool) -> pallet_balances::Call<Test> {
    if may_die {
        pallet_balances::Call::<Test>::transfer_allow_death { dest, value }
    } else {
        pallet_balances::Call::<Test>::transfer_keep_alive { dest, value }
    }
}
