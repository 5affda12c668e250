//! Malformed input: whatever bytes come in, the runtime says what is wrong with them, and its state
//! stays sound.
//!
//! Valid encodings ([`corpus`]) are spoilt ([`mutation`]) and fed to everything that takes bytes
//! from strangers:
//!
//! | target | what is spoilt | what must hold |
//! | --- | --- | --- |
//! | transaction | a transaction's body | it decodes or not; pool and block take or refuse it |
//! | call | a call that an account signs afterwards; acts, reports as nodes send them | the same |
//! | act | an act that its agent signs afterwards, alone and in a batch | the same |
//! | argument | the arguments of a runtime API | an answer, or [`sp_api`]'s panic |
//!
//! Calls and acts are signed afterwards so that signatures do not hide what is behind them. The
//! panic is the one that [`sp_api`] has for arguments that do not decode.
//!
//! Everywhere: no other panic, no more memory than a small multiple of the input ([`memory`]),
//! nothing that decodes under a limit needs much more than the limit, issuance unchanged, all money
//! on hold explained, and our pallets' own checks of their state (those of `try_state`) pass.
//!
//! Left out: what only a block's author can send, *bare* transactions that the pool refuses (a
//! wrong timestamp makes a block invalid by a panic, as on any Substrate chain), and the API
//! functions with which nodes execute blocks.
//!
//! `WAGGLE_FUZZ_MINUTES` makes the run long (`./scripts/fuzz`), `WAGGLE_SEED` repeats one.

mod corpus;
mod memory;
mod mutation;
mod soundness;

use crate::{tests::client::Client, tests::swarm::authorised, RuntimeCall, UncheckedExtrinsic};
use codec::{Decode, DecodeAll, DecodeWithMemLimit, Encode};
use corpus::{signers, Scene};
use frame_support::storage::{with_transaction, TransactionOutcome};
use memory::peak_of;
use mutation::{mutate, Draw, Mutation, MUTATIONS};
use soundness::{check_state, Books};
use sp_runtime::{generic::Preamble, DispatchError};
use std::{
    any::Any,
    collections::BTreeMap,
    panic::{catch_unwind, AssertUnwindSafe},
    time::{Duration, Instant},
};
use waggle_primitives::{Act, SignedAct};

/// Inputs of the short run, and its seed.
const SHORT: (u64, u64) = (60_000, 1);
/// Inputs on one chain, before the next one begins.
const INPUTS_PER_CHAIN: u64 = 2_000;
/// Transactions in a block.
const BLOCK: usize = 24;
/// Memory that decoding may take for each byte of input. A batch in a batch is 6 bytes if it claims
/// to be long, and codec makes room of 16 KiB for it.
const MEMORY_PER_BYTE: usize = 2_800;
/// Memory that decoding may take for any input.
const MEMORY_BASE: usize = 64 * 1024;
/// Stack of the run's thread: calls in calls nest as deep as the input is long.
const STACK: usize = 512 * 1024 * 1024;

/// What is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Transaction,
    Call,
    Act,
    Argument,
}

/// What became of the inputs of one target.
#[derive(Default)]
struct Tally {
    tried: u64,
    decoded: u64,
    /// Admitted by the pool; for arguments: answered.
    valid: u64,
    /// In a block, whether its call succeeded or not.
    in_block: u64,
    succeeded: u64,
}

/// A run's counts.
#[derive(Default)]
struct Counts {
    targets: BTreeMap<Target, Tally>,
    mutations: BTreeMap<Mutation, u64>,
    chains: u64,
}

impl Counts {
    fn tally(&mut self, target: Target) -> &mut Tally {
        self.targets.entry(target).or_default()
    }

    fn tried(&self) -> u64 {
        self.targets.values().map(|tally| tally.tried).sum()
    }

    fn print(&self) {
        eprintln!("fuzz: {} inputs on {} chains", self.tried(), self.chains);
        for (target, tally) in &self.targets {
            let Tally { tried, decoded, valid, in_block, succeeded } = tally;
            eprintln!(
                "fuzz: {target:?}: {tried} tried, {decoded} decoded, {valid} admitted or answered, \
                 {in_block} in blocks, {succeeded} succeeded"
            );
        }
        eprintln!("fuzz: {:?}", self.mutations);
    }
}

/// `work`, and if it panics, the input that made it.
fn guarded<R>(what: &str, input: &[u8], work: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("{what} panics: {}\ninput: {hex}", message(&*panic))
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into())).unwrap_or_default()
}

/// One chain and what has been made of its input so far.
struct Run<'a> {
    scene: Scene,
    books: Books,
    draw: Draw,
    signers: &'a [Client],
    pending: Vec<(Target, UncheckedExtrinsic)>,
    counts: &'a mut Counts,
}

impl Run<'_> {
    fn step(&mut self) {
        let target = *self.draw.one(&[
            Target::Transaction,
            Target::Call,
            Target::Call,
            Target::Act,
            Target::Argument,
        ]);
        let mutation = *self.draw.one(&MUTATIONS);
        *self.counts.mutations.entry(mutation).or_default() += 1;
        self.counts.tally(target).tried += 1;
        match target {
            Target::Transaction => self.transaction(mutation),
            Target::Call => self.call(mutation),
            Target::Act => self.act(mutation),
            Target::Argument => self.argument(mutation),
        }
        if self.pending.len() >= BLOCK {
            self.make_block();
        }
    }

    fn any_call(&mut self) -> Vec<u8> {
        self.draw.one(&self.scene.calls).encode()
    }

    fn any_act(&mut self) -> SignedAct {
        self.draw.one(&self.scene.acts).clone()
    }

    /// Decode, with an eye on memory.
    fn decode<T>(
        &mut self,
        what: &str,
        input: &[u8],
        decode: impl FnOnce(&[u8]) -> Result<T, codec::Error>,
    ) -> Option<T> {
        let (decoded, peak) = peak_of(|| guarded(what, input, || decode(input)));
        let limit = MEMORY_BASE + MEMORY_PER_BYTE * input.len();
        assert!(
            peak <= limit,
            "{what} takes {peak} bytes for {} bytes of input: {input:02x?}",
            input.len()
        );
        decoded.ok()
    }

    fn transaction(&mut self, mutation: Mutation) {
        let body = |run: &mut Self| {
            let call = run.draw.one(&run.scene.calls).clone();
            let signer = run.draw.one(run.signers).clone();
            let act = run.any_act();
            let transaction = match run.draw.below(3) {
                0 => crate::tests::swarm::transaction(act),
                1 => UncheckedExtrinsic::new_bare(call),
                _ => signer.sign(&mut run.scene.chain, call, 0),
            };
            Vec::<u8>::decode(&mut &transaction.encode()[..]).unwrap()
        };
        let (valid, other) = (body(self), body(self));
        let body = mutate(&mut self.draw, mutation, &valid, &other);
        // As a node does: what comes over the network or from a user is as long as it says.
        let input = body.encode();
        let decoded = self.decode("a transaction", &input, |mut input| {
            UncheckedExtrinsic::decode_all(&mut input)
        });
        if let Some(transaction) = decoded {
            self.counts.tally(Target::Transaction).decoded += 1;
            self.pending.push((Target::Transaction, transaction));
        }
    }

    fn call(&mut self, mutation: Mutation) {
        let (valid, other) = (self.any_call(), self.any_call());
        let input = mutate(&mut self.draw, mutation, &valid, &other);
        let limit = self.draw.below(64 * 1024);
        let (limited, peak) = peak_of(|| {
            guarded("a call under a limit", &input, || {
                RuntimeCall::decode_with_mem_limit(&mut &input[..], limit)
            })
        });
        // A vector may have room for twice what is in it.
        assert!(
            peak <= 2 * limit + MEMORY_BASE,
            "{peak} bytes under a limit of {limit}: {input:02x?}"
        );
        let unlimited = self.decode("a call", &input, |mut input| RuntimeCall::decode(&mut input));
        assert!(
            limited.is_err() || limited.ok() == unlimited,
            "a limit changes nothing else: {input:02x?}"
        );
        let decoded =
            self.decode("a call", &input, |mut input| RuntimeCall::decode_all(&mut input));
        let Some(call) = decoded else { return };
        self.counts.tally(Target::Call).decoded += 1;
        let signer = self.draw.one(self.signers).clone();
        // Several of one signer in a block need nonces of their own.
        let nonce = signer.nonce(&mut self.scene.chain)
            + self.pending.iter().filter(|(_, pending)| signed_by(pending, &signer)).count() as u32;
        let signing = crate::tests::client::Signing::nonce(nonce);
        if let RuntimeCall::Rounds(_)
        | RuntimeCall::Agents(pallet_waggle_agents::Call::report_double_seal { .. }) = &call
        {
            self.pending.push((Target::Call, authorised(call.clone())));
        }
        self.pending.push((Target::Call, signer.sign_on(&mut self.scene.chain, call, &signing)));
    }

    fn act(&mut self, mutation: Mutation) {
        let (valid, other) = (self.any_act(), self.any_act());
        let input = mutate(&mut self.draw, mutation, &valid.act.encode(), &other.act.encode());
        let Some(act) = self.decode("an act", &input, |mut input| Act::decode_all(&mut input))
        else {
            return;
        };
        self.counts.tally(Target::Act).decoded += 1;
        let agent =
            self.scene.agents.iter().find(|agent| agent.key() == valid.agent).unwrap().clone();
        let signed = agent.sign(&mut self.scene.chain, act);
        let transaction = if self.draw.below(3) == 0 {
            let acts = vec![other, signed].try_into().unwrap();
            authorised(crate::tests::swarm::RoundsCall::act_batch { acts })
        } else {
            crate::tests::swarm::transaction(signed)
        };
        self.pending.push((Target::Act, transaction));
    }

    fn argument(&mut self, mutation: Mutation) {
        let (method, valid) = self.draw.one(&self.scene.arguments).clone();
        let (_, other) = self.draw.one(&self.scene.arguments).clone();
        let input = mutate(&mut self.draw, mutation, &valid, &other);
        let answer = self.scene.chain.ask(|| {
            with_transaction(|| {
                let answer =
                    catch_unwind(AssertUnwindSafe(|| crate::apis::api::dispatch(method, &input)));
                TransactionOutcome::Rollback(Ok::<_, DispatchError>(answer))
            })
            .unwrap()
        });
        match answer {
            Ok(answer) => {
                self.counts.tally(Target::Argument).decoded += 1;
                assert!(answer.is_some(), "{method} is a function of the runtime");
                self.counts.tally(Target::Argument).valid += 1;
            }
            Err(panic) => {
                let message = message(&*panic);
                assert!(
                    message.starts_with("Bad input data provided to"),
                    "{method} panics: {message}\ninput: {input:02x?}"
                );
            }
        }
    }

    /// The pool's word on all that decoded, then a block of them.
    fn make_block(&mut self) {
        let mut block = vec![];
        for (target, transaction) in std::mem::take(&mut self.pending) {
            let bytes = transaction.encode();
            let is_bare = matches!(transaction.preamble, Preamble::Bare(_));
            let verdict =
                guarded("validation", &bytes, || self.scene.chain.validate(transaction.clone()));
            self.counts.tally(target).valid += u64::from(verdict.is_ok());
            if verdict.is_ok() || !is_bare {
                block.push((target, transaction));
            }
        }
        let bytes =
            block.iter().map(|(_, transaction)| transaction.clone()).collect::<Vec<_>>().encode();
        let transactions = block.iter().map(|(_, transaction)| transaction.clone()).collect();
        let (results, events) = guarded("a block", &bytes, || self.scene.chain.block(transactions));
        for ((target, _), result) in block.iter().zip(results) {
            let tally = self.counts.tally(*target);
            tally.in_block += u64::from(result.is_ok());
            tally.succeeded += u64::from(result == Ok(Ok(())));
        }
        self.books.check(&mut self.scene.chain, &events);
    }
}

fn signed_by(transaction: &UncheckedExtrinsic, signer: &Client) -> bool {
    match &transaction.preamble {
        Preamble::Signed(address, ..) => *address == signer.account().into(),
        _ => false,
    }
}

/// Spoil and feed until `done` says so. Returns what was tried.
fn run(mut seed: u64, mut done: impl FnMut(&Counts) -> bool) -> Counts {
    let signers = signers();
    let mut counts = Counts::default();
    while !done(&counts) {
        let mut scene = Scene::new();
        let books = Books::open(&mut scene.chain);
        counts.chains += 1;
        let until = counts.tried() + INPUTS_PER_CHAIN;
        let mut run = Run {
            scene,
            books,
            draw: Draw::new(seed),
            signers: &signers,
            pending: vec![],
            counts: &mut counts,
        };
        while run.counts.tried() < until && !done(run.counts) {
            run.step();
        }
        run.make_block();
        check_state(&mut run.scene.chain);
        seed = seed.wrapping_add(1);
    }
    counts
}

/// [`run`] on a thread with room for deep nesting. Panics that are caught are not printed.
fn run_on_large_stack(seed: u64, done: impl FnMut(&Counts) -> bool + Send + 'static) -> Counts {
    const NAME: &str = "fuzz";
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(NAME) {
            print(panic);
        }
    }));
    let thread = std::thread::Builder::new()
        .name(NAME.into())
        .stack_size(STACK)
        .spawn(move || run(seed, done));
    thread.unwrap().join().unwrap_or_else(|panic| panic!("seed {seed}: {}", message(&*panic)))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn malformed_input_should_be_refused_and_leave_the_state_sound() {
    let seed = setting("WAGGLE_SEED").unwrap_or(SHORT.1);
    let counts = match setting("WAGGLE_FUZZ_MINUTES") {
        None => run_on_large_stack(seed, |counts| counts.tried() >= SHORT.0),
        Some(minutes) => {
            let (start, mut said) = (Instant::now(), 0);
            run_on_large_stack(seed, move |counts| {
                let seconds = start.elapsed().as_secs();
                if seconds >= said + 15 {
                    said = seconds;
                    eprintln!("fuzz: {seconds} s, {} inputs", counts.tried());
                }
                start.elapsed() >= Duration::from_secs(60 * minutes)
            })
        }
    };
    eprintln!("fuzz: seed {seed}");
    counts.print();
    // It reaches what is behind decoding: an input that never gets there tests nothing.
    for target in [Target::Transaction, Target::Call, Target::Act] {
        let Tally { tried, decoded, valid, in_block, succeeded } = &counts.targets[&target];
        assert!(
            decoded < tried && *decoded > tried / 20,
            "{target:?}: {decoded} of {tried} decode"
        );
        assert!(
            *valid > 0 && *in_block > 0 && *succeeded > 0,
            "{target:?}: {valid} {in_block} {succeeded}"
        );
    }
    let arguments = &counts.targets[&Target::Argument];
    assert!(arguments.valid > 0 && arguments.valid < arguments.tried);
    assert_eq!(counts.mutations.len(), MUTATIONS.len());
}

/// What a length in front that is not the transaction's does: a node never makes one, but
/// `state_call` takes it.
#[test]
fn transaction_should_not_decode_when_it_is_not_as_long_as_it_says() {
    let body = Vec::<u8>::decode(
        &mut &UncheckedExtrinsic::new_bare(frame_system::Call::remark { remark: vec![1] }.into())
            .encode()[..],
    )
    .unwrap();
    for length in [0, 1, body.len() as u32 - 1, body.len() as u32 + 1, 1 << 14, 1 << 20] {
        let input = [codec::Compact(length).encode(), body.clone()].concat();
        assert!(UncheckedExtrinsic::decode(&mut &input[..]).is_err(), "{length}");
        assert!(sp_runtime::OpaqueExtrinsic::decode_all(&mut &input[..]).is_err(), "{length}");
    }
}
