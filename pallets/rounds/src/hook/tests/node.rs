//! A node with agents, on the chain of the pallet's mock: the hook runs as after a block, and what
//! it gives to the pool goes into the next block as it would on a real chain, through authorisation
//! and dispatch.

use super::{
    desk::{Conduct, Desk, Posted},
    register,
};
use crate::{
    hook::{self, acting::Purpose},
    mock::*,
};
use codec::Decode;
use frame_support::pallet_prelude::Authorize;
use sp_core::crypto::ByteArray;
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{traits::Dispatchable, transaction_validity::TransactionSource};
use std::{cell::RefCell, rc::Rc, sync::Arc};
use waggle_primitives::{
    view::Duty, AgentKey, Grade, Phase, RoundId, RoundTerms, SealStep, SignedAct, AGENT_KEY_TYPE,
};

/// When the tests begin, in milliseconds.
pub(crate) const START: u64 = 1_000_000;
/// The mock's slot.
pub(crate) const SLOT: u64 = 250;
/// What the client asks.
pub(crate) const PROMPT: &[u8] = b"37+12";

/// A chain and a node with the keys of some agents.
pub(crate) struct Node {
    chain: Rc<RefCell<sp_io::TestExternalities>>,
    pub(crate) desk: Desk,
}

impl Node {
    /// A node with the keys of `agents`, on a new chain.
    pub(crate) fn new(agents: &[u8]) -> Self {
        let node = Self { chain: Rc::new(RefCell::new(chain())), desk: Desk::new(START) };
        node.equip(agents);
        node
    }

    /// Another node with the keys of `agents`, on the same chain. From now on the chain's hook runs
    /// there.
    pub(crate) fn elsewhere(&self, agents: &[u8]) -> Self {
        let node = Self { chain: self.chain.clone(), desk: Desk::new(self.desk.now()) };
        node.equip(agents);
        node
    }

    fn equip(&self, agents: &[u8]) {
        let keystore = MemoryKeystore::new();
        for agent in agents {
            keystore
                .insert(AGENT_KEY_TYPE, &seed(*agent), key(*agent).as_slice())
                .expect("the key fits");
        }
        let mut chain = self.chain.borrow_mut();
        register(&mut chain, &self.desk);
        chain.register_extension(KeystoreExt(Arc::new(keystore)));
    }

    /// On the chain.
    pub(crate) fn on_chain<R>(&self, f: impl FnOnce() -> R) -> R {
        self.chain.borrow_mut().execute_with(f)
    }

    /// The chain as it is, to return to from a fork.
    pub(crate) fn snapshot(&self) -> sp_io::TestExternalities {
        let mut chain = self.chain.borrow_mut();
        chain.commit_all().expect("no transaction is open");
        let mut snapshot = sp_io::TestExternalities::new_empty();
        snapshot.backend = chain.backend.clone();
        snapshot
    }

    /// The chain is what it was. What the node has stored off the chain stays.
    pub(crate) fn return_to(&self, snapshot: &sp_io::TestExternalities) {
        let mut chain = self.chain.borrow_mut();
        chain.commit_all().expect("no transaction is open");
        chain.backend = snapshot.backend.clone();
    }

    /// The client asks for `swarm` agents: four at least.
    pub(crate) fn ask(&self, swarm: u32) -> RoundId {
        self.ask_prompt(swarm, PROMPT)
    }

    /// The client asks `swarm` agents this: four at least.
    pub(crate) fn ask_prompt(&self, swarm: u32, prompt: &[u8]) -> RoundId {
        self.ask_picky(swarm, prompt, Grade::MIN)
    }

    /// The same, of whom the best answer has to score this much.
    pub(crate) fn ask_picky(&self, swarm: u32, prompt: &[u8], min_score: Grade) -> RoundId {
        self.on_chain(|| {
            let round = crate::NextRound::<Test>::get();
            let terms = RoundTerms {
                reward: 1_000,
                answering_blocks: 10,
                min_agents: swarm,
                max_agents: swarm,
                min_score,
            };
            let prompt = prompt.to_vec().try_into().expect("a short prompt");
            Rounds::submit(RuntimeOrigin::signed(CLIENT), prompt, GENERAL, terms, NO_TRUTH)
                .expect("the terms are fine");
            round
        })
    }

    /// What the worker does from now on.
    pub(crate) fn worker(&self, worker: impl FnMut(&Posted) -> Conduct + Send + 'static) {
        self.desk.worker(worker);
    }

    /// Run the hook on the current block. Returns the acts that the pool has now, each once. The
    /// state stays as it is, whatever the hook wrote: as on a node.
    pub(crate) fn run_hook(&self) -> Vec<SignedAct> {
        let mut acts = Vec::new();
        for (_, act) in self.run_hook_timed() {
            if !acts.contains(&act) {
                acts.push(act);
            }
        }
        acts
    }

    /// Run the hook on the current block. Returns every act that it gave to the pool, with the time
    /// since the run began.
    pub(crate) fn run_hook_timed(&self) -> Vec<(u64, SignedAct)> {
        let start = self.desk.now();
        self.on_chain(|| {
            let number = System::block_number();
            let before = sp_io::storage::root(Default::default());
            hook::run::<Test>(number);
            assert_eq!(
                sp_io::storage::root(Default::default()),
                before,
                "the hook only reads the state"
            );
        });
        let sent = self.desk.take_pool();
        sent.into_iter().map(|(at, extrinsic)| (at - start, act_in(&extrinsic))).collect()
    }

    /// Build the next block with these acts; all of them must be admitted. Time passes by a slot.
    pub(crate) fn build_block(&self, acts: Vec<SignedAct>) {
        self.desk.pass(SLOT);
        self.on_chain(|| {
            next_block();
            for act in acts {
                let call = crate::Call::<Test>::act { signed: act };
                let (_, _) = call
                    .authorize(TransactionSource::InBlock)
                    .expect("acts are authorised calls")
                    .expect("the hook's acts are admitted");
                RuntimeCall::from(call)
                    .dispatch(frame_system::RawOrigin::Authorized.into())
                    .expect("the hook's acts are dispatched");
            }
            end_block();
            check_invariants();
        });
    }

    /// The hook runs and its acts go into the next block.
    pub(crate) fn step(&self) {
        let acts = self.run_hook();
        self.build_block(acts);
    }

    /// What the agent owes.
    pub(crate) fn duties(&self, agent: u8) -> Vec<Duty<u128>> {
        self.on_chain(|| Rounds::duties(&key(agent)))
    }

    /// The round's phase; `None` when it is over.
    pub(crate) fn phase(&self, round: RoundId) -> Option<Phase> {
        self.on_chain(|| crate::Rounds::<Test>::get(round).map(|record| record.phase))
    }

    /// What acts of this step in this round are for.
    pub(crate) fn purpose(&self, round: RoundId, step: SealStep) -> Purpose {
        Purpose {
            round,
            scope: self.on_chain(|| Rounds::scope(round, step)).expect("the round runs"),
        }
    }
}

/// The agent's secret as the keystore takes it.
fn seed(agent: u8) -> String {
    format!("0x{}", format!("{:02x}", agent + 1).repeat(32))
}

/// The act in an extrinsic that the hook gave to the pool.
pub(crate) fn act_in(extrinsic: &[u8]) -> SignedAct {
    let extrinsic = Extrinsic::decode(&mut &extrinsic[..]).expect("the pool gets extrinsics");
    assert!(
        !extrinsic.is_signed()
            && matches!(extrinsic.preamble, sp_runtime::generic::Preamble::General(..))
    );
    match extrinsic.function {
        RuntimeCall::Rounds(crate::Call::act { signed }) => signed,
        other => panic!("not an act: {other:?}"),
    }
}

/// The agent named in a job.
pub(crate) fn agent_of(posted: &Posted) -> AgentKey {
    let hex = posted.json()["agent"].as_str().expect("a string").to_owned();
    let bytes: Vec<u8> = (0..32)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex digits"))
        .collect();
    AgentKey::from_slice(&bytes).expect("32 bytes")
}

/// A worker that answers `49` and finds every answer worth `grade`.
pub(crate) fn honest(grade: u16) -> impl FnMut(&Posted) -> Conduct + Send + 'static {
    move |posted| {
        let job = posted.json();
        Conduct::ok(match job["kind"].as_str() {
            Some("answer") => serde_json::json!({"status": "done", "answer": "49"}).to_string(),
            Some("grade") => {
                let candidates = job["candidates"].as_array().expect("a list").iter();
                let graded = |candidate: &serde_json::Value| {
                    let author = &candidate["author"];
                    serde_json::json!({"author": author, "grade": grade})
                };
                let grades: Vec<_> = candidates.map(graded).collect();
                serde_json::json!({"status": "done", "grades": grades}).to_string()
            }
            other => panic!("no such kind of job: {other:?}"),
        })
    }
}
