//! Long random histories: whatever accounts do, the chain is what the model says, and nobody's
//! money is made or lost.
//!
//! Clients, owners, agents and strangers act at random, right and wrong, late, twice and out of
//! order, alone and in batches, with full and empty purses; owners come, change keys, retire and
//! leave while their rounds run, and are reported for double seals, true ones and false ones; the
//! hook gets little weight at times; blocks lack randomness; branches are given up for others, on
//! which the acts of the old branch arrive again. After every step its events, its refusals and
//! everybody's money are compared with the model's, after every block the whole state ([`checks`]).
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`model`], [`candidates`], [`endings`] | what the chain should be |
//! | [`domains`] | who is a member of which domain |
//! | [`agents_acts`] | what agents send |
//! | [`examinations`] | what an examiner tells, and what that changes |
//! | [`double_seals`] | what is reported of agents, and what that costs them |
//! | [`moves`] | what everybody else does |
//! | [`checks`] | what must hold after every block |
//! | [`watching`] | what a step did, beside what it should have done |
//! | [`chance`], [`tally`] | random choices, and what came of them |
//! | [`plan`] | how many histories are played, and how long they are |
//!
//! The environment variables `WAGGLE_SEED` and `WAGGLE_HISTORY_BLOCKS` choose another history and
//! its length, `WAGGLE_HISTORIES` how many there are, with seeds in a row: `./scripts/histories`
//! sets them. The seed of each is printed.

mod agents_acts;
mod candidates;
mod chance;
mod checks;
mod domains;
mod double_seals;
mod endings;
mod examinations;
mod model;
mod moves;
mod plan;
mod tally;
mod watching;

use crate::{mock::*, weights::WeightInfo, Event};
use chance::Chance;
use frame_support::{
    traits::Hooks,
    weights::{Weight, WeightMeter},
};
use model::{Effects, Model};
use plan::Plan;
use sp_core::H256;
use std::collections::{BTreeMap, BTreeSet};
use tally::Tally;
use waggle_primitives::{price::AskingPrices, AgentKey, SignedAct};

type Weights = <Test as crate::Config>::WeightInfo;

/// Blocks of a history when nobody says otherwise.
const BLOCKS: u64 = 10_000;
/// The seed when nobody says otherwise.
const SEED: u64 = 2_026;

/// Blocks whose hashes are kept.
const HASHES: u32 = 20;

/// Owners that may have an agent; the first [`FIRST_AGENTS`] have one from the start.
const OWNERS: u8 = 10;
const FIRST_AGENTS: u8 = 8;
/// Agent keys that owners choose from.
const KEYS: u8 = 20;
/// Clients that ask in addition to owners.
const CLIENTS: [AccountId; 3] = [CLIENT, STRANGER, 4];
/// A client and an owner for whom another pallet provides: only such accounts can have money on
/// hold and nothing free.
const PROVIDED_FOR: [AccountId; 2] = [CLIENT, 100];

/// Everybody who may have money.
fn accounts() -> impl Iterator<Item = AccountId> {
    CLIENTS.into_iter().chain([TREASURY]).chain((0..OWNERS).map(owner))
}

/// How lively and how honest the chain is for a while.
#[derive(Clone, Copy)]
struct Mood {
    /// In how many of a hundred blocks an agent does a duty that it has.
    zeal: u32,
    /// Acts that arrive late, of a hundred.
    delay: u32,
    /// Acts of no use in a block, at most.
    nonsense: u32,
    /// Moves of clients and owners in a block, at most.
    bustle: u32,
    /// Of a hundred of their moves, those with money.
    poverty: u32,
    /// In how many of a hundred blocks the hook is short of weight.
    congestion: u32,
}

/// Where a branch began that will be given up.
struct Fork {
    model: Model,
    post: Vec<(u32, SignedAct)>,
    blocks_left: u32,
    sent: Vec<SignedAct>,
}

/// A chain, what it should be, and what happens to it.
struct History {
    chance: Chance,
    model: Model,
    tally: Tally,
    mood: Mood,
    /// Acts on their way, with the blocks in which they arrive.
    post: Vec<(u32, SignedAct)>,
    /// Acts that have been sent, on whatever branch.
    archive: Vec<SignedAct>,
    fork: Option<Fork>,
    /// What was shown as evidence of double seals, lately.
    reported: Vec<double_seals::Evidence>,
    /// The keys that owners choose from, by number.
    keys: Vec<AgentKey>,
    /// The acts of the last branch that was given up.
    given_up: Vec<SignedAct>,
    /// Blocks made on all branches.
    blocks_made: u64,
    /// Blocks in a row, from here on, in which the hook is short of weight.
    tight_for: u32,
}

impl History {
    fn new(seed: u64) -> Self {
        MaxOpenRounds::set(6);
        MaxOpenRoundsPerClient::set(3);
        ResultRetention::set(20);
        for account in PROVIDED_FOR {
            System::inc_providers(&account);
        }
        let agents = (0..FIRST_AGENTS)
            .map(owner)
            .map(|owner| (owner, pallet_waggle_agents::Agents::<Test>::get(owner)));
        let model = Model {
            now: System::block_number(),
            source: [0; 32],
            next_round: 0,
            rounds: BTreeMap::new(),
            results: BTreeMap::new(),
            candidacies: BTreeMap::new(),
            agents: agents.map(|(owner, agent)| (owner, agent.unwrap())).collect(),
            formers: BTreeMap::new(),
            barred: BTreeSet::new(),
            enrolments: pallet_waggle_agents::Enrolments::<Test>::iter().collect(),
            memberships: domains::begin(),
            known: BTreeMap::new(),
            asked_in: BTreeMap::new(),
            min_scores: BTreeMap::new(),
            pasts: BTreeMap::new(),
            truths: examinations::Truths::begin(),
            issuance: Balances::total_issuance(),
            tight_blocks: 0,
        };
        let mut history = Self {
            chance: Chance::new(seed),
            model,
            tally: Tally::default(),
            mood: Mood { zeal: 0, delay: 0, nonsense: 0, bustle: 0, poverty: 0, congestion: 0 },
            post: Vec::new(),
            archive: Vec::new(),
            fork: None,
            reported: Vec::new(),
            keys: (0..KEYS).map(key).collect(),
            given_up: Vec::new(),
            blocks_made: 0,
            tight_for: 0,
        };
        history.change_mood();
        history
    }

    fn change_mood(&mut self) {
        let chance = &mut self.chance;
        let dear = AskingPrices { seat: 11, crowded_block: 40, vain_answer: 7 };
        Prices::set(if chance.percent(50) { dear } else { FREE });
        self.mood = Mood {
            zeal: chance.weighted(&[(4, 90), (3, 60), (2, 30), (1, 10)]),
            delay: chance.weighted(&[(3, 5), (1, 40)]),
            nonsense: chance.weighted(&[(2, 1), (1, 4)]),
            bustle: chance.weighted(&[(2, 2), (1, 5)]),
            poverty: chance.weighted(&[(3, 30), (1, 70)]),
            congestion: chance.weighted(&[(3, 0), (2, 3), (1, 15)]),
        };
    }

    /// End this block: if there is room, the rounds in which nothing is missing are settled.
    fn end_block(&mut self) {
        let now = self.model.now;
        let limit = if self.chance.percent(20) { Weight::zero() } else { Weight::MAX };
        let (spent, seen) = self.watch(|| Rounds::on_idle(now, limit));
        assert!(spent.all_lte(limit));
        let mut expected = Effects::default();
        for event in &seen.effects.events {
            let (Event::Settled { round, .. } | Event::NobodyWon { round, .. }) = event else {
                panic!("the end did {event:?}")
            };
            assert!(self.model.rounds[round].awaits_settlement());
            self.tally.count("settled in the block of its last act");
            expected.extend(self.model.finish_phase(*round));
        }
        self.compare(seen, expected);
        let waits = self
            .model
            .rounds
            .values()
            .any(|round| round.awaits_settlement() && round.deadline == now);
        assert!(limit == Weight::zero() || !waits, "a complete round was left standing");
    }

    /// End this block and begin the next one.
    fn begin_block(&mut self) {
        self.end_block();
        self.blocks_made += 1;
        let number = self.model.now + 1;
        let parent = H256(sp_io::hashing::blake2_256(&self.blocks_made.to_le_bytes()));
        let randomness = (!self.chance.percent(10)).then(|| self.chance.bytes());
        self.model.now = number;
        self.model.source = randomness.unwrap_or(parent.0);
        Randomness::set(randomness);
        let mut meter = self.meter();
        let is_tight = meter.limit() != Weight::MAX;
        self.model.tight_blocks += u32::from(is_tight);
        let ((), seen) = self.watch(|| {
            System::initialize(&number, &parent, &Default::default());
            // As the end of a block does; the genesis stays.
            frame_system::BlockHash::<Test>::remove(number.saturating_sub(HASHES).max(1));
            Rounds::on_poll(number, &mut meter);
        });
        assert!(meter.consumed().all_lte(meter.limit()));

        let expected = self.expect_of_hook(&seen.effects.events);
        self.compare(seen, expected);
        if !is_tight {
            assert!(
                self.model.rounds.values().all(|round| number <= round.deadline),
                "a due round was left standing"
            );
            assert!(
                self.model.results.values().all(|result| number < expiry(result)),
                "a result was kept too long"
            );
        }
    }

    /// What the hook may use in this block.
    fn meter(&mut self) -> WeightMeter {
        if self.tight_for == 0 && self.chance.percent(self.mood.congestion) {
            self.tight_for = self.chance.between(1, 12);
        }
        if self.tight_for == 0 {
            return WeightMeter::new();
        }
        self.tight_for -= 1;
        let steps = Weights::agenda_step().saturating_mul(self.chance.below(4));
        let ending = Weights::end_round(100, waggle_primitives::MAX_ANSWER_BYTES);
        let rest = *self.chance.pick(&[
            Weight::zero(),
            Weights::change_phase(0),
            Weights::change_phase(20),
            ending,
        ]);
        let limit = Weights::agenda().saturating_add(steps).saturating_add(rest);
        self.tally.count("block with little weight");
        WeightMeter::with_limit(if self.chance.percent(30) { Weight::zero() } else { limit })
    }

    /// What the hook's events should have been if it came to these rounds and results, in its
    /// order: which is that of the hashes of their ids.
    fn expect_of_hook(&mut self, events: &[Event<Test>]) -> Effects {
        let now = self.model.now;
        let mut expected = Effects::default();
        for event in events {
            match event {
                Event::PhaseChanged { round, .. }
                | Event::Settled { round, .. }
                | Event::NobodyWon { round, .. }
                | Event::Cancelled { round, .. } => {
                    assert!(
                        now > self.model.rounds[round].deadline,
                        "the hook moved a round on that was not due"
                    );
                    self.tally.count("phase ended by the hook");
                    expected.extend(self.model.finish_phase(*round));
                }
                Event::ResultPruned { round } => {
                    let result = self.model.results.remove(round).expect("a result is pruned once");
                    self.model.candidacies.remove(round);
                    self.model.asked_in.remove(round);
                    self.model.min_scores.remove(round);
                    self.model.truths.forget(*round);
                    assert!(now >= expiry(&result), "a result was pruned early");
                    expected.events.push(event.clone());
                }
                other => panic!("the hook did {other:?}"),
            }
        }
        expected
    }

    /// Give the branch up, or begin one that will be.
    fn switch_branches(&mut self) {
        match self.fork.take() {
            Some(fork) if fork.blocks_left == 0 => {
                sp_io::storage::rollback_transaction();
                self.model = fork.model;
                self.post = fork.post;
                self.given_up = fork.sent.clone();
                for signed in fork.sent {
                    let delay = self.chance.between(0, 3);
                    self.post.push((self.model.now + 1 + delay, signed));
                }
                self.tally.count("branch given up");
                self.check();
            }
            Some(fork) => self.fork = Some(Fork { blocks_left: fork.blocks_left - 1, ..fork }),
            None if self.chance.percent(3) => {
                sp_io::storage::start_transaction();
                let blocks_left = self.chance.between(0, 6);
                let (model, post) = (self.model.clone(), self.post.clone());
                self.fork = Some(Fork { model, post, blocks_left, sent: Vec::new() });
            }
            None => {}
        }
    }

    /// Make blocks until this many have been made on all branches, and end on one that stays.
    fn play_to(&mut self, blocks: u64) {
        while self.blocks_made < blocks {
            if self.chance.percent(1) {
                self.change_mood();
            }
            self.plan_acts();
            self.begin_block();
            self.deliver_acts();
            self.make_moves();
            self.examine();
            self.check();
            self.switch_branches();
        }
        while self.fork.is_some() {
            self.switch_branches();
        }
    }

    /// Make blocks in which nobody acts, until all rounds are over and their results pruned.
    fn wind_down(&mut self) {
        (self.mood.congestion, self.tight_for) = (0, 0);
        for _ in 0..20
            + model::OPENING
            + model::GRADING
            + model::OPENING_GRADES
            + ResultRetention::get()
            + 5
        {
            self.begin_block();
            self.check();
        }
        assert!(self.model.rounds.is_empty() && self.model.results.is_empty());
        self.check_keys();
    }
}

/// The block in which a result is to be pruned.
fn expiry(result: &crate::types::RoundResult<AccountId>) -> u32 {
    result.blocks.ended.expect("the round ended") + ResultRetention::get()
}

/// The name of an event's or error's variant.
fn name_of(event: &impl std::fmt::Debug) -> String {
    let text = format!("{event:?}");
    text.trim_start_matches("Event::")
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .into()
}

/// The same state without traces of what was deleted: externalities keep them, and iterations go
/// past all of them.
fn without_traces(mut chain: sp_io::TestExternalities) -> sp_io::TestExternalities {
    let pairs = chain.execute_with(super::census::state);
    let mut fresh = sp_io::TestExternalities::new_empty();
    fresh.execute_with(|| pairs.iter().for_each(|(key, value)| sp_io::storage::set(key, value)));
    fresh
}

/// What a history of the usual length is bound to come to.
const EXPECTED: &[&str] = &[
    // How rounds end, and what moves them on.
    "event Settled",
    "event NobodyWon",
    "good enough for its client",
    "not good enough, without skill",
    "equal answers",
    "cancelled: TooFewCommitted",
    "cancelled: TooFewOpened",
    "cancelled: Withdrawn",
    "event FeePaid",
    "event Consoled",
    "settled with one answer",
    "settled without grades",
    "settled with fewer than were asked for",
    "settled in the block of its last act",
    "phase ended by the hook",
    "phase ended by an act of the next one",
    "phase ended by its last act",
    "phase ended by poke",
    "seed from the parent hash",
    "block with little weight",
    "branch given up",
    "act of a given-up branch admitted",
    "act of a given-up branch refused",
    "act of a member with a key of long ago",
    "act of a member that has retired",
    "event GradesMalformed",
    "event ResultPruned",
    "event ActRefused",
    // Why acts are refused.
    "act refused: UnknownAgent",
    "act refused: BadSignature",
    "act refused: NoSuchRound",
    "act refused: WrongPhase",
    "act refused: DeadlinePassed",
    "act refused: AlreadyActed",
    "act refused: NotInRound",
    "act refused: CannotPayTicket",
    "act refused: WrongKey",
    "act refused: WrongLength",
    "act refused: SwarmFull",
    "act refused: OwnRound",
    "act refused: EmptyAnswer",
    "act refused: MissedStep",
    "act refused: TooEarly",
    "act refused: JoinedTooLate",
    "act refused: BeyondLimits",
    "batch refused: EmptyBatch",
    "batch refused: RepeatedAct",
    "batch refused: SwarmFull",
    "batch refused: CannotPayTicket",
    "batch refused: BadSignature",
    "batch admitted",
    // Why calls fail: `TicketUnaffordable` stands behind `CannotPayTicket`, `RewardAlreadyHeld`
    // and `TicketAlreadyBought` behind the ids of rounds and the members' index.
    "submit failed: EmptyPrompt",
    "submit failed: AnsweringTimeOutOfBounds",
    "submit failed: SwarmOutOfBounds",
    "submit failed: TooCrowded",
    "submit failed: RewardTooSmall",
    "submit failed: RewardUnaffordable",
    "submit failed: TooManyOpenRounds",
    "submit failed: TooManyRoundsOfClient",
    "poke failed: NoSuchRound",
    "poke failed: NotDue",
    "register failed: AlreadyRegistered",
    "register failed: KeyTaken",
    "register failed: KeyBarred",
    "register failed: BadProof",
    "register failed: BondUnaffordable",
    "rotate_key failed: NotRegistered",
    "rotate_key failed: Retired",
    "rotate_key failed: RotatedTooRecently",
    "rotate_key failed: KeyTaken",
    "rotate_key failed: KeyBarred",
    "rotate_key failed: BadProof",
    "set_profile failed: NotRegistered",
    "retire failed: NotRegistered",
    "retire failed: Retired",
    "unbond failed: NotRegistered",
    "unbond failed: NotRetired",
    "unbond failed: BondLocked",
    "unbond failed: RoundsOpen",
    "act from an account failed: BadOrigin",
    "submit failed: NoSuchDomain",
    "join failed: NotAnAgent",
    "join failed: AlreadyMember",
    "join failed: NoSuchDomain",
    "join succeeded",
    "leave failed: NotMember",
    "leave failed: RoundsOpen",
    "leave succeeded",
    "reveal failed: NotExaminer",
    "reveal failed: NoResult",
    "reveal failed: NothingSealed",
    "reveal failed: WrongTruth",
    "reveal succeeded",
    "client paid back",
    "report succeeded",
    "report failed: NoDoubleSeal",
    "report failed: AlreadyPunished",
    "report failed: NobodysKey",
    "report of a node succeeded",
    "report of a node failed: NoDoubleSeal",
    "report of a node failed: AlreadyPunished",
    "report of a node failed: NobodysKey",
    "double seal of a former key",
    "evidence shown again",
    // What becomes of agents and money.
    "event AgentUnbonded",
    "event DoubleSealPunished",
    "event KeyRotated",
    "event ProfileSet",
    "event MemberJoined",
    "event MemberLeft",
    "settled in another domain",
    "event RatingForgotten",
    "event RatingChanged",
    "event RewardReturned",
    "event RewardPaid",
    "event TicketForfeited",
    "event TreasuryPaid",
    // Money is burnt only if treasury, payee and source are all below the existential deposit: too
    // rare to be counted on.
    "event Undeliverable",
    "event DustLost",
    "account reaped",
    "account with exactly the existential deposit",
    "money locked",
];

#[test]
fn chain_should_be_what_the_model_says_whatever_accounts_do() {
    let plan = Plan::or(SEED, BLOCKS);
    let tally = plan.play(|seed| {
        let mut chain = chain_of(FIRST_AGENTS);
        let mut history = chain.execute_with(|| History::new(seed));
        while history.blocks_made < plan.blocks() {
            let next = plan.blocks().min(history.blocks_made + 100);
            chain.execute_with(|| history.play_to(next));
            chain = without_traces(chain);
        }
        chain.execute_with(|| history.wind_down());
        history.tally
    });
    println!("{tally}");
    if plan.blocks() >= BLOCKS {
        tally.assert_seen(EXPECTED);
    }
}
