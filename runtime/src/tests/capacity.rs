//! What a block holds, reckoned from the measured weights. The tables are those of
//! `docs/capacity.md`: this test fails when the page says something else, and writes them into it
//! when `WAGGLE_WRITE_DOCS` is set.
//!
//! A transaction enters a block only if what it costs at most, its reserve, still fits; what it did
//! not use is given back when it is done. So a block holds `1 + (room − reserve) / cost` of a kind.

use super::{
    chain::Chain,
    swarm::{submit, transaction, Agent, RoundsCall},
};
use crate::{
    configs::RuntimeBlockWeights, constants::*, transactions::extension,
    weights::pallet_waggle_rounds::WeightInfo, Runtime, RuntimeCall, System, UncheckedExtrinsic,
};
use codec::Encode;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use frame_system::ExtensionsWeightInfo as _;
use pallet_transaction_payment::WeightInfo as _;
use pallet_waggle_rounds::WeightInfo as _;
use sp_core::ed25519::{Public, Signature};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, MultiSignature, Perbill};
use std::{fmt::Write, fs};
use waggle_primitives::{
    assignment::grades_per_agent, audit::sample::MAX_SAMPLE_ANSWERS, Act, Sealed, SignedAct,
    MAX_ANSWER_BYTES, MAX_PROMPT_BYTES, MAX_SWARM,
};

/// A runtime whose database costs nothing: what a piece costs there is its time alone.
mod without_database {
    use frame_support::derive_impl;

    #[frame_support::runtime]
    mod runtime {
        #[runtime::runtime]
        #[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
        pub(crate) struct Timed;

        #[runtime::pallet_index(0)]
        pub(crate) type System = frame_system;
    }

    #[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
    impl frame_system::Config for Timed {
        type Block = frame_system::mocking::MockBlock<Timed>;
    }
}
use without_database::Timed;

/// A short prompt or answer, in bytes.
const SHORT: u32 = 200;
/// Sizes of swarms on the page.
const SWARMS: [u32; 3] = [7, 30, 100];
/// Picoseconds in a millisecond.
const MS: f64 = 1e9;

/// Where time goes, in picoseconds, and how long something is.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// Checks of acts before they are taken, signatures above all, without storage.
    admission: u64,
    /// Reads and writes.
    storage: u64,
    /// All else that the pallet does.
    work: u64,
    /// What every transaction costs.
    overhead: u64,
    /// Bytes in the block.
    bytes: u64,
}

impl Cost {
    fn time(&self) -> u64 {
        self.admission + self.storage + self.work + self.overhead
    }

    fn plus(self, other: Self) -> Self {
        Self {
            admission: self.admission + other.admission,
            storage: self.storage + other.storage,
            work: self.work + other.work,
            overhead: self.overhead + other.overhead,
            bytes: self.bytes + other.bytes,
        }
    }

    fn times(self, n: u32) -> Self {
        (0..n).fold(Self::default(), |sum, _| sum.plus(self))
    }

    /// The largest part of the time, unless the block is full of bytes before.
    fn bottleneck(&self) -> &'static str {
        if self.bytes as f64 / block_bytes() > self.time() as f64 / block_time() {
            return "bytes";
        }
        let parts = [
            (self.admission, "signatures"),
            (self.storage, "storage"),
            (self.work, "work"),
            (self.overhead, "transactions"),
        ];
        parts.into_iter().max().map(|(_, name)| name).unwrap()
    }
}

/// What ordinary transactions may use of a block, in picoseconds.
fn block_time() -> f64 {
    let weights = RuntimeBlockWeights::get();
    let room = weights.get(DispatchClass::Normal).max_total.unwrap() - weights.base_block;
    room.ref_time() as f64
}

/// What ordinary transactions may use of a block, in bytes.
fn block_bytes() -> f64 {
    f64::from(NORMAL_DISPATCH_RATIO.mul_floor(BLOCK_BYTES))
}

/// A piece of work, split into storage and the rest.
macro_rules! piece {
    ($name:ident($($argument:expr),*)) => {{
        let all = WeightInfo::<Runtime>::$name($($argument),*).ref_time();
        let work = WeightInfo::<Timed>::$name($($argument),*).ref_time();
        Cost { work, storage: all - work, ..Default::default() }
    }};
}

/// What every transaction costs, whatever it does.
fn overhead(transaction: &UncheckedExtrinsic, admission: u64) -> Cost {
    let base = RuntimeBlockWeights::get().get(DispatchClass::Normal).base_extrinsic.ref_time();
    let extensions = transaction.get_dispatch_info().extension_weight.ref_time();
    Cost {
        overhead: base + extensions - admission,
        bytes: transaction.encoded_size() as u64,
        ..Default::default()
    }
}

/// What an act gets back of that: it pays no fee and has no nonce.
fn spared() -> u64 {
    let fee =
        <Runtime as pallet_transaction_payment::Config>::WeightInfo::charge_transaction_payment();
    let nonce = <Runtime as frame_system::Config>::ExtensionsWeightInfo::check_nonce();
    fee.ref_time() + nonce.ref_time()
}

/// The four moves of an agent, with a body of this many bytes.
fn acts(answer: u32, n: u32) -> [(Act, Cost); 4] {
    let sealed_grades = grades_per_agent(n as usize) * 2;
    let answer_body = vec![0; answer as usize].try_into().unwrap();
    let grades_body = vec![0; sealed_grades].try_into().unwrap();
    [
        (
            Act::CommitAnswer {
                round: 0,
                sealed: Sealed { ciphertext: answer_body, commitment: [0; 32] },
            },
            piece!(commit_answer(answer)),
        ),
        (Act::OpenAnswer { round: 0, key: [0; 32] }, piece!(open_answer(answer))),
        (
            Act::CommitGrades {
                round: 0,
                sealed: Sealed { ciphertext: grades_body, commitment: [0; 32] },
            },
            piece!(commit_grades()),
        ),
        (Act::OpenGrades { round: 0, key: [0; 32] }, piece!(open_grades())),
    ]
    .map(|(act, done)| {
        let body = match &act {
            Act::CommitAnswer { .. } => answer,
            Act::CommitGrades { .. } => sealed_grades as u32,
            _ => 0,
        };
        let checked = piece!(authorize_act(body));
        let transaction = self::transaction(signed(act.clone()));
        let cost = done.plus(overhead(&transaction, checked.time() + spared()));
        (
            act,
            cost.plus(Cost {
                admission: checked.work,
                storage: checked.storage,
                ..Default::default()
            }),
        )
    })
}

fn signed(act: Act) -> SignedAct {
    SignedAct { agent: Public::default(), act, signature: Signature::default() }
}

/// A client's transaction.
fn asked(prompt: u32, n: u32) -> Cost {
    let call: RuntimeCall = submit(&"?".repeat(prompt as usize), WAG, n).into();
    let signature = MultiSignature::Sr25519(Default::default());
    let address = Sr25519Keyring::Bob.to_account_id().into();
    let transaction =
        UncheckedExtrinsic::new_signed(call, address, signature, extension(0, Era::Immortal));
    piece!(submit(prompt)).plus(overhead(&transaction, 0))
}

/// A round from its submission to its settlement: everybody acts, each phase ends with its last
/// act.
fn round(n: u32, prompt: u32, answer: u32) -> Cost {
    let [commit, open, grade, open_grades] = acts(answer, n).map(|(_, cost)| cost.times(n));
    let phases = piece!(change_phase(0)).times(2).plus(piece!(change_phase(n)));
    let end = piece!(settlement(n, answer));
    asked(prompt, n).plus(commit).plus(open).plus(grade).plus(open_grades).plus(phases).plus(end)
}

/// How many acts of a kind a block holds, and what stands in the way of more.
fn per_block(act: &Act, cost: &Cost) -> (u32, &'static str) {
    let by_cost = (block_time() / cost.time() as f64).min(block_bytes() / cost.bytes as f64);
    let by_reserve = 1.0 + (block_time() - reserved(act)).max(0.0) / cost.time() as f64;
    if by_reserve < 0.9 * by_cost {
        return (by_reserve as u32, "reserve");
    }
    (by_cost.min(by_reserve) as u32, cost.bottleneck())
}

/// What must still fit into a block when an act comes, in picoseconds.
fn reserved(act: &Act) -> f64 {
    let base = RuntimeBlockWeights::get().get(DispatchClass::Normal).base_extrinsic;
    (transaction(signed(act.clone())).get_dispatch_info().total_weight() + base).ref_time() as f64
}

fn table_of_acts() -> String {
    let mut table = String::from(
        "| act | bytes | cost, ms | reserve, ms | in a block | a second at 0.25 s | bottleneck |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let [short, open, few, open_grades] = acts(SHORT, 7);
    let [long, open_long, many, _] = acts(MAX_ANSWER_BYTES, MAX_SWARM);
    for (name, (act, cost)) in [
        ("commit an answer of 200 bytes", short),
        ("open it", open),
        ("commit an answer of 16 KiB", long),
        ("open it, at most", open_long),
        ("commit 2 grades", few),
        ("commit 33 grades", many),
        ("open them", open_grades),
    ] {
        let (held, bottleneck) = per_block(&act, &cost);
        writeln!(
            table,
            "| {name} | {} | {:.2} | {:.1} | {held} | {} | {bottleneck} |",
            cost.bytes,
            cost.time() as f64 / MS,
            reserved(&act) / MS,
            held * 4,
        )
        .unwrap();
    }
    table
}

fn table_of_phases() -> String {
    let mut table = String::from(
        "| agents | commit 200 bytes | commit 16 KiB | open | commit grades | open grades |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for n in SWARMS {
        let [short, open, grade, open_grades] = acts(SHORT, n);
        let [long, ..] = acts(MAX_ANSWER_BYTES, n);
        let blocks = |(act, cost): (Act, Cost)| n.div_ceil(per_block(&act, &cost).0);
        let [short, long, open, grade, open_grades] =
            [short, long, open, grade, open_grades].map(blocks);
        writeln!(table, "| {n} | {short} | {long} | {open} | {grade} | {open_grades} |").unwrap();
    }
    table
}

/// The rounds on the page: prompt and answers in words, agents, and what they cost.
fn rounds() -> Vec<(&'static str, u32, Cost)> {
    let sizes = [("200 bytes", SHORT, SHORT), ("16 KiB", MAX_PROMPT_BYTES, MAX_ANSWER_BYTES)];
    let all = sizes.into_iter().flat_map(|size| SWARMS.map(|n| (size, n)));
    all.map(|((name, prompt, answer), n)| (name, n, round(n, prompt, answer))).collect()
}

fn table_of_rounds() -> String {
    let mut table = String::from(
        "| agents | prompt and answers | cost, ms | bytes | a second at 1 s | at 0.25 s \
         | bottleneck |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, n, cost) in rounds() {
        let in_a_block = (block_time() / cost.time() as f64).min(block_bytes() / cost.bytes as f64);
        writeln!(
            table,
            "| {n} | {name} | {:.1} | {} | {:.2} | {:.2} | {} |",
            cost.time() as f64 / MS,
            cost.bytes,
            in_a_block,
            in_a_block * 4.0,
            cost.bottleneck()
        )
        .unwrap();
    }
    table
}

fn table_of_shares() -> String {
    let mut table = String::from(
        "| agents | prompt and answers | signatures | storage | work | transactions |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, n, cost) in rounds() {
        let share = |part: u64| format!("{:.0} %", 100.0 * part as f64 / cost.time() as f64);
        writeln!(
            table,
            "| {n} | {name} | {} | {} | {} | {} |",
            share(cost.admission),
            share(cost.storage),
            share(cost.work),
            share(cost.overhead)
        )
        .unwrap();
    }
    table
}

fn table_of_ends() -> String {
    let mut table = String::from(
        "| agents | settled, ms | cancelled, ms | of a block |\n| --- | --- | --- | --- |\n",
    );
    for n in SWARMS {
        let (settled, cancelled) =
            (piece!(settlement(n, MAX_ANSWER_BYTES)).time(), piece!(cancel_round(n)).time());
        let block = RuntimeBlockWeights::get().max_block.ref_time() as f64;
        let share = 100.0 * settled.max(cancelled) as f64 / block;
        writeln!(
            table,
            "| {n} | {:.1} | {:.1} | {share:.0} % |",
            settled as f64 / MS,
            cancelled as f64 / MS
        )
        .unwrap();
    }
    table
}

/// The page with these tables between its markers.
fn page_with_tables(page: &str) -> String {
    let mut page = page.to_string();
    for (name, table) in [
        ("acts", table_of_acts()),
        ("phases", table_of_phases()),
        ("rounds", table_of_rounds()),
        ("shares", table_of_shares()),
        ("ends", table_of_ends()),
    ] {
        let (begin, end) =
            (format!("<!-- {name}: written by a test -->\n"), format!("<!-- end of {name} -->"));
        let from = page.find(&begin).unwrap_or_else(|| panic!("the page has no room for {name}"))
            + begin.len();
        let to = page.find(&end).unwrap();
        page.replace_range(from..to, &table);
    }
    page
}

#[test]
fn capacity_page_should_say_what_the_weights_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capacity.md");
    let page = fs::read_to_string(path).unwrap();
    let expected = page_with_tables(&page);
    if std::env::var_os("WAGGLE_WRITE_DOCS").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        assert_eq!(page, expected, "run the test once more with WAGGLE_WRITE_DOCS=1");
    }
}

/// The page reckons with what a block is really charged.
#[test]
fn an_act_should_weigh_in_a_block_what_the_page_says() {
    let mut chain = Chain::dev();
    let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", WAG, 4));
    chain.block_of(vec![call]);
    let agent = Agent::dev(0);
    let act = agent.commit_answer(&mut chain, 0, "49");
    chain.block_of(vec![transaction(act)]);
    let weight = chain.ask(|| *System::block_weight().get(DispatchClass::Normal));
    let [(_, commit), ..] = acts(2, 4);
    assert_eq!(weight.ref_time(), commit.time());
}

/// What the page says of rounds at a time.
#[test]
fn limits_should_be_those_of_the_page() {
    assert_eq!((MAX_OPEN_ROUNDS, MAX_OPEN_ROUNDS_PER_CLIENT), (64, 8));
    assert_eq!(
        (BLOCK_WEIGHT_MS, BLOCK_BYTES, NORMAL_DISPATCH_RATIO),
        (166, 5 << 20, Perbill::from_percent(75))
    );
}

/// Rounds of the greatest size, with the longest texts, end, and no act waits for that: in the same
/// block openings of grades have room.
#[test]
fn a_block_should_hold_the_end_of_the_largest_round() {
    let block = RuntimeBlockWeights::get().max_block.ref_time();
    let end = WeightInfo::<Runtime>::end_round(MAX_SWARM, MAX_ANSWER_BYTES).ref_time();
    assert!(end < block / 10 * 6, "{end} of {block}");
    let opening = transaction(signed(Act::OpenGrades { round: 0, key: [0; 32] }));
    let opening = opening.get_dispatch_info().total_weight().ref_time();
    let scheduled = <Runtime as pallet_scheduler::Config>::MaximumWeight::get().ref_time();
    let left = block / 10 * 4 - scheduled;
    assert!(opening * 20 < left, "twenty of {opening} beside a settlement and scheduled calls");
    let poke = RuntimeCall::Rounds(RoundsCall::poke { round: 0 });
    assert!((poke.get_dispatch_info().total_weight().ref_time() as f64) < block_time());
}

/// Acts are free, and whoever asks pays for them: no less than transactions of such weight would.
#[test]
fn asking_should_cost_no_less_than_the_work_on_a_round() {
    for (name, n, cost) in rounds() {
        let price = crate::SEAT_PRICE * u128::from(n);
        let work = u128::from(cost.time());
        let sampled = work + u128::from(piece!(sample(n.min(MAX_SAMPLE_ANSWERS))).time());
        assert!(price >= sampled, "{n} agents, {name}, a sample: {price} for {sampled}");
        assert!(price >= work, "{n} agents, {name}: {price} for {work}");
        assert!(price < work * 2, "{n} agents, {name}: {price} for {work}");
    }
}
