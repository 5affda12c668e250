//! Long random histories on the real runtime: fees, real blocks and weights, the treasury, and the
//! parameters of the chain.
//!
//! Clients, owners and agents act at random, right and wrong, late and twice; some seal doubly and
//! are reported, and so are others; branches are given up for others, on which the old ones'
//! transactions arrive again. After every block all money is
//! where [`ledger::Ledger`] explains it from the events alone, no round is overdue, and the
//! pallets' invariants hold. What exactly each act does is the affair of the longer history in the
//! rounds pallet's tests, which has a model of the protocol.
//!
//! The environment variables `WAGGLE_SEED` and `WAGGLE_HISTORY_BLOCKS` choose another history and
//! its length, `WAGGLE_HISTORIES` how many there are.

mod ledger;
mod reports;

#[path = "../../../../pallets/rounds/src/tests/history/chance.rs"]
mod chance;
#[path = "../../../../pallets/rounds/src/tests/history/plan.rs"]
mod plan;
#[path = "../../../../pallets/rounds/src/tests/history/tally.rs"]
mod tally;

use super::{
    chain::{Chain, Snapshot},
    client::Client,
    swarm::{authorised, transaction, Agent, RoundsCall, NO_TRUTH},
};
use crate::{
    genesis_config_presets::{dev_agent_seed, dev_owner_seed},
    Runtime, RuntimeCall, UncheckedExtrinsic, EXISTENTIAL_DEPOSIT, MILLI_WAG, MINIMUM_REWARD,
    MIN_ANSWERING_BLOCKS, WAG,
};
use chance::Chance;
use ledger::Ledger;
use pallet_waggle_rounds::Refusal;
use plan::Plan;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionValidityError, UnknownTransaction},
    ApplyExtrinsicResult, DispatchError,
};
use tally::Tally;
use waggle_primitives::{domain::GENERAL, Act, Grade, RoundId, RoundTerms, SignedAct, MIN_SWARM};

/// Blocks when nobody says otherwise.
const BLOCKS: u64 = 1_000;
/// The seed when nobody says otherwise.
const SEED: u64 = 8;
/// Owners with an agent each.
const OWNERS: u32 = 9;
/// Agent keys that owners change to.
const SPARE_KEYS: u32 = 12;

/// What a transaction is to a history.
#[derive(Clone)]
enum Sent {
    /// Acts of agents, in an authorised call.
    Acts(UncheckedExtrinsic),
    /// A call that an account pays for.
    Paid(UncheckedExtrinsic),
    /// A report of a node, in an authorised call.
    Report(UncheckedExtrinsic),
}

/// A branch that will be given up.
struct Fork {
    snapshot: Snapshot,
    ledger: Ledger,
    blocks_left: u32,
    sent: Vec<Sent>,
}

struct History {
    chance: Chance,
    chain: Chain,
    ledger: Ledger,
    tally: Tally,
    clients: Vec<Client>,
    owners: Vec<Client>,
    keys: Vec<Agent>,
    /// In how many of a hundred blocks an agent does a duty that it has.
    zeal: u32,
    /// Transactions on their way, with the blocks in which they arrive.
    post: Vec<(u32, Sent)>,
    archive: Vec<SignedAct>,
    fork: Option<Fork>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut chain = Chain::dev();
        let clients = [
            Sr25519Keyring::Bob,
            Sr25519Keyring::Charlie,
            Sr25519Keyring::Dave,
            Sr25519Keyring::Eve,
        ];
        let keys = (0..OWNERS)
            .map(dev_agent_seed)
            .chain((0..SPARE_KEYS).map(|spare| format!("//Spare//{spare}")));
        Self {
            chance: Chance::new(seed),
            ledger: Ledger::of(&mut chain),
            chain,
            tally: Tally::default(),
            clients: clients.into_iter().map(Client::known).collect(),
            owners: (0..OWNERS).map(|owner| Client::of_phrase(&dev_owner_seed(owner))).collect(),
            keys: keys.map(|seed| Agent::of_seed(&seed)).collect(),
            zeal: 60,
            post: Vec::new(),
            archive: Vec::new(),
            fork: None,
        }
    }

    /// Acts that agents send after the newest block, and acts that nobody asked for.
    fn plan_acts(&mut self) {
        for _ in 0..7 {
            let agent = self.chance.pick(&self.keys).clone();
            let mut acts = Vec::new();
            for duty in agent.duties(&mut self.chain) {
                if self.chance.percent(self.zeal) {
                    let answer = if self.chance.percent(70) { "49" } else { "48" };
                    acts.push(agent.act_on(&mut self.chain, duty, answer, "49"));
                }
            }
            self.post_acts(acts);
        }
        for _ in 0..self.chance.between(0, 6) {
            let act = self.nonsense();
            self.post_acts(vec![act]);
        }
    }

    /// Post acts, together or alone, at once or late, once or twice.
    fn post_acts(&mut self, acts: Vec<SignedAct>) {
        let now = self.chain.height();
        if self.chance.percent(2) {
            let acts = acts.iter().chain(&acts).take(16).cloned().collect::<Vec<_>>();
            let repeated = authorised(RoundsCall::act_batch { acts: acts.try_into().unwrap() });
            self.post.push((now + 1, Sent::Acts(repeated)));
        }
        let sent: Vec<_> = if !acts.is_empty() && acts.len() <= 16 && self.chance.percent(30) {
            vec![authorised(RoundsCall::act_batch { acts: acts.clone().try_into().unwrap() })]
        } else {
            acts.iter().cloned().map(transaction).collect()
        };
        if let Some(first) = acts.first().filter(|_| self.chance.percent(2)) {
            let mut forged = first.clone();
            forged.signature.0[0] ^= 1;
            self.post.push((now + 1, Sent::Acts(transaction(forged))));
        }
        for transaction in sent {
            let late = if self.chance.percent(15) { self.chance.between(1, 30) } else { 0 };
            self.post.push((now + 1 + late, Sent::Acts(transaction.clone())));
            if self.chance.percent(5) {
                self.post.push((now + 1 + self.chance.between(0, 5), Sent::Acts(transaction)));
            }
        }
        self.archive.extend(acts);
        if self.archive.len() > 200 {
            self.archive.drain(..100);
        }
    }

    fn some_round(&mut self) -> RoundId {
        let running: Vec<_> = self.ledger.rounds.keys().copied().collect();
        let next = self.ledger.next_round;
        if running.is_empty() || self.chance.percent(15) {
            return self.chance.below(next + 2);
        }
        *self.chance.pick(&running)
    }

    /// An act of any agent in any round.
    fn nonsense(&mut self) -> SignedAct {
        if !self.archive.is_empty() && self.chance.percent(30) {
            return self.chance.pick(&self.archive).clone();
        }
        let (agent, round) = (self.chance.pick(&self.keys).clone(), self.some_round());
        let chain = &mut self.chain;
        let grade = Grade::MAX;
        let mut signed = match self.chance.below(7) {
            0 => agent.commit_answer(chain, round, ""),
            1 => agent.commit_answer(chain, round, "50"),
            2 => agent.open_answer(chain, round),
            3 => agent.sign(chain, Act::OpenAnswer { round, key: self.chance.bytes() }),
            4 => agent.commit_grades(chain, round, &[grade; 2]),
            5 => agent.commit_grades(chain, round, &[grade; 9]),
            _ => agent.open_grades(chain, round),
        };
        if self.chance.percent(10) {
            signed.signature.0[0] ^= 1;
        }
        signed
    }

    /// What clients and owners send after the newest block: at most one transaction each, because
    /// of the nonces.
    fn plan_calls(&mut self) {
        for number in 0..self.clients.len() {
            // One of them asks more than it may.
            if self.chance.percent(if number == 0 { 50 } else { 10 }) {
                let call = self.call_of_a_client();
                self.post_call(self.clients[number].clone(), call);
            }
        }
        for number in 0..self.owners.len() {
            if self.chance.percent(4) {
                let owner = self.owners[number].clone();
                let call = self.call_of_an_owner(&owner);
                self.post_call(owner, call);
            }
        }
    }

    fn post_call(&mut self, who: Client, call: RuntimeCall) {
        let tip = if self.chance.percent(20) { MILLI_WAG } else { 0 };
        let transaction = who.sign(&mut self.chain, call, tip);
        let late = if self.chance.percent(10) { self.chance.between(1, 3) } else { 0 };
        self.post.push((self.chain.height() + 1 + late, Sent::Paid(transaction)));
    }

    fn call_of_a_client(&mut self) -> RuntimeCall {
        match self.chance.below(20) {
            0 => RoundsCall::poke { round: self.some_round() }.into(),
            1 => pallet_balances::Call::<Runtime>::transfer_keep_alive {
                dest: self.chance.pick(&self.owners).account().into(),
                value: WAG,
            }
            .into(),
            2 => RoundsCall::act_batch { acts: Default::default() }.into(),
            _ => self.submit(),
        }
    }

    fn submit(&mut self) -> RuntimeCall {
        let min_agents = self.chance.between(MIN_SWARM, 5);
        let mut terms = RoundTerms {
            reward: MINIMUM_REWARD + u128::from(self.chance.below(50_000)) * MILLI_WAG,
            answering_blocks: self.chance.between(MIN_ANSWERING_BLOCKS, 20),
            min_agents,
            max_agents: self.chance.between(min_agents, 8),
            min_score: *self.chance.pick(&[
                Grade::MIN,
                Grade::MIN,
                Grade::MIN,
                grade(1),
                grade(4_300),
                Grade::MAX,
            ]),
        };
        match self.chance.below(12) {
            0 => terms.reward = MINIMUM_REWARD - 1,
            1 => terms.answering_blocks = MIN_ANSWERING_BLOCKS - 1,
            2 => terms.max_agents = 101,
            3 => terms.reward = 10_000_000 * WAG,
            4 => terms.min_agents = MIN_SWARM - 1,
            _ => {}
        }
        let prompt = if self.chance.percent(3) { vec![] } else { b"37+12".to_vec() };
        let prompt = prompt.try_into().unwrap();
        let domain = if self.chance.percent(2) { GENERAL + 1 } else { GENERAL };
        RoundsCall::submit { prompt, domain, terms, sealed_truth: NO_TRUTH }.into()
    }

    fn call_of_an_owner(&mut self, owner: &Client) -> RuntimeCall {
        let key = self.chance.pick(&self.keys).clone();
        let proof = key.prove(&mut self.chain, &owner.account());
        match self.chance.below(12) {
            0 => pallet_waggle_agents::Call::<Runtime>::register {
                key: key.key(),
                proof,
                model: Default::default(),
                topics: Default::default(),
            }
            .into(),
            1..=3 => {
                pallet_waggle_agents::Call::<Runtime>::rotate_key { new_key: key.key(), proof }
                    .into()
            }
            4 => pallet_waggle_agents::Call::<Runtime>::set_profile {
                model: Default::default(),
                topics: Default::default(),
            }
            .into(),
            5 if self.chance.percent(5) => pallet_waggle_agents::Call::<Runtime>::retire {}.into(),
            6 => pallet_waggle_agents::Call::<Runtime>::unbond {}.into(),
            // Owners ask too: their agents may not answer.
            7 => self.submit(),
            // An owner gives all its money away, or somebody gives it some.
            8 if self.chance.percent(40) => pallet_balances::Call::<Runtime>::transfer_all {
                dest: self.clients[0].account().into(),
                keep_alive: self.chance.percent(50),
            }
            .into(),
            8 => pallet_balances::Call::<Runtime>::transfer_allow_death {
                dest: self.clients[1].account().into(),
                value: owner
                    .free(&mut self.chain)
                    .saturating_sub(EXISTENTIAL_DEPOSIT * u128::from(self.chance.below(30))),
            }
            .into(),
            _ => pallet_balances::Call::<Runtime>::transfer_allow_death {
                dest: self.chance.pick(&self.owners).account().into(),
                value: WAG,
            }
            .into(),
        }
    }

    /// Make a block of what arrives in it.
    fn block(&mut self) {
        let next = self.chain.height() + 1;
        let (due, later) =
            std::mem::take(&mut self.post).into_iter().partition(|(block, _)| *block <= next);
        self.post = later;
        let mut due: Vec<Sent> = due.into_iter().map(|(_, sent): (u32, Sent)| sent).collect();
        self.chance.shuffle(&mut due);
        if let Some(fork) = &mut self.fork {
            fork.sent.extend(due.iter().cloned());
        }
        let transactions = due.iter().map(|sent| match sent {
            Sent::Acts(transaction) | Sent::Paid(transaction) | Sent::Report(transaction) => {
                transaction.clone()
            }
        });
        let (results, events) = self.chain.block(transactions.collect());
        for (sent, result) in due.iter().zip(results) {
            self.note(sent, result);
        }
        self.ledger.follow(&mut self.chain, &events, &mut self.tally);
    }

    /// What became of a transaction.
    fn note(&mut self, sent: &Sent, result: ApplyExtrinsicResult) {
        match (sent, result) {
            (_, Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources))) => {
                // No room: the author keeps it for the next block.
                self.tally.count("block full");
                self.post.push((self.chain.height() + 1, sent.clone()));
            }
            (Sent::Acts(_), Ok(Ok(()))) => self.tally.count("acts admitted"),
            // It would have filled the block without effect and without a fee.
            (Sent::Acts(_), Ok(Err(error))) => {
                panic!("an authorised call was included and failed: {error:?}")
            }
            (
                Sent::Acts(_),
                Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(code)))
                | Err(TransactionValidityError::Unknown(UnknownTransaction::Custom(code))),
            ) => {
                self.tally.count(format!("acts refused: {:?}", Refusal::ALL[usize::from(code) - 1]))
            }
            (Sent::Acts(_), Err(error)) => {
                panic!("acts are refused with a code, not with {error:?}")
            }
            (Sent::Report(_), Ok(Ok(()))) => self.tally.count("report of a node succeeded"),
            (Sent::Report(_), Ok(Err(error))) => {
                panic!("an authorised report was included and failed: {error:?}")
            }
            (Sent::Report(_), Err(error)) => {
                self.tally.count(format!("report of a node refused: {}", reports::reason(error)))
            }
            (Sent::Paid(_), Ok(Ok(()))) => self.tally.count("call succeeded"),
            (Sent::Paid(_), Ok(Err(DispatchError::Module(error)))) => {
                self.tally.count(format!("call failed: {}", error.message.unwrap_or_default()))
            }
            (Sent::Paid(_), Ok(Err(error))) => self.tally.count(format!("call failed: {error:?}")),
            (Sent::Paid(_), Err(error)) => self.tally.count(format!("call refused: {error:?}")),
        }
    }

    /// Give the branch up, or begin one that will be.
    fn switch_branches(&mut self) {
        match self.fork.take() {
            Some(fork) if fork.blocks_left == 0 => {
                self.chain.return_to(fork.snapshot);
                self.ledger = fork.ledger;
                let now = self.chain.height();
                for sent in fork.sent {
                    self.post.push((now + 1 + self.chance.between(0, 3), sent));
                }
                self.tally.count("branch given up");
                self.ledger.check(&mut self.chain);
            }
            Some(fork) => self.fork = Some(Fork { blocks_left: fork.blocks_left - 1, ..fork }),
            None if self.chance.percent(3) => {
                self.fork = Some(Fork {
                    snapshot: self.chain.snapshot(),
                    ledger: self.ledger.clone(),
                    blocks_left: self.chance.between(0, 6),
                    sent: Vec::new(),
                });
            }
            None => {}
        }
    }

    fn play(&mut self, blocks: u64) {
        for _ in 0..blocks {
            if self.chance.percent(2) {
                self.zeal = self.chance.weighted(&[(4, 80), (2, 40), (1, 10), (2, 2)]);
            }
            self.plan_acts();
            self.plan_calls();
            self.plan_reports();
            self.block();
            self.switch_branches();
        }
    }

    /// Blocks in which nobody acts, until all rounds are over.
    fn wind_down(&mut self) {
        self.post.clear();
        for _ in 0..150 {
            self.block();
        }
        assert!(self.ledger.rounds.is_empty(), "rounds are stuck");
        self.chain
            .ask(|| assert!(pallet_waggle_rounds::Prompts::<Runtime>::iter().next().is_none()));
    }
}

fn grade(basis_points: u16) -> Grade {
    Grade::new(basis_points).expect("at most 10 000")
}

/// What a history of the usual length is bound to come to. The longer one in the rounds pallet's
/// tests comes to the rest.
const EXPECTED: &[&str] = &[
    "settled",
    "nobody won",
    "cancelled: TooFewCommitted",
    "cancelled: TooFewOpened",
    "acts admitted",
    "seats drawn",
    "seats opened to all",
    "branch given up",
    "acts refused: UnknownAgent",
    "acts refused: BadSignature",
    "acts refused: NoSuchRound",
    "acts refused: WrongPhase",
    "acts refused: AlreadyActed",
    "acts refused: NotInRound",
    "acts refused: CannotPayTicket",
    "acts refused: WrongKey",
    "acts refused: WrongLength",
    "acts refused: SwarmFull",
    "acts refused: EmptyAnswer",
    "acts refused: TooEarly",
    "acts refused: NotDrawn",
    "acts refused: EmptyBatch",
    "acts refused: RepeatedAct",
    "call succeeded",
    "call failed: EmptyPrompt",
    "call failed: AnsweringTimeOutOfBounds",
    "call failed: SwarmOutOfBounds",
    "call failed: RewardTooSmall",
    "call failed: RewardUnaffordable",
    "call failed: NotDue",
    "call failed: KeyTaken",
    "call failed: RotatedTooRecently",
    "call failed: AlreadyRegistered",
    "call failed: NotRetired",
    "call failed: BadOrigin",
    "call failed: NoDoubleSeal",
    "report of a node refused: BadProof",
    "double seal punished",
];

#[test]
fn money_should_be_explained_in_every_block_whatever_accounts_do() {
    let plan = Plan::or(SEED, BLOCKS);
    let tally = plan.play(|seed| {
        let mut history = History::new(seed);
        history.play(plan.blocks());
        while history.fork.is_some() {
            history.switch_branches();
        }
        history.wind_down();
        history.tally
    });
    println!("{tally}");
    if plan.blocks() >= BLOCKS {
        tally.assert_seen(EXPECTED);
    }
}
