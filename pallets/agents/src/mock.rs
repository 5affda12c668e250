//! A runtime with balances and this pallet. Owner `i` has the agent key whose seed is 32 bytes of
//! `i`.

use crate as pallet_waggle_agents;
use frame_support::{
    derive_impl, parameter_types, traits::fungible::hold::Inspect,
    weights::constants::RocksDbWeight,
};
use sp_runtime::Perbill;
use waggle_primitives::{
    domain::GENERAL, AgentKey, AgentSignature, DoubleSeal, Grade, Hash32, RoundTerms, ScopeParts,
};
pub(crate) use waggle_testing::mocks::{Listener, Told};
use waggle_testing::Signer;

type Block = frame_system::mocking::MockBlock<Test>;

/// An owner's account.
pub(crate) type AccountId = u64;

// The macro wants everything public.
#[allow(unreachable_pub)]
#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(2)]
    pub type Agents = pallet_waggle_agents;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u128>;
    type DbWeight = RocksDbWeight;
}

parameter_types! {
    pub const ExistentialDeposit: u128 = 10;
    pub const Bond: u128 = 100;
    pub const UnbondingBlocks: u64 = 20;
    pub const Treasury: AccountId = TREASURY;
    pub const ReporterShare: Perbill = Perbill::from_percent(10);
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
}

impl pallet_waggle_agents::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Bond = Bond;
    type UnbondingBlocks = UnbondingBlocks;
    type Treasury = Treasury;
    type ReporterShare = ReporterShare;
    type OnAgents = Listener;
    type WeightInfo = ();
}

/// Nothing follows here when agents come and go.
impl crate::benchmarking::Setup for Test {
    fn join_domains(_: &AccountId) {}
}

/// What every endowed owner has at the start.
pub(crate) const ENDOWMENT: u128 = 1_000;
/// An owner that has the bond but not the existential deposit as well.
pub(crate) const POOR: AccountId = 9;
/// Where bonds go that are taken. It does not exist at the start.
pub(crate) const TREASURY: AccountId = 77;
/// The hash of block 0.
pub(crate) const GENESIS: Hash32 = [77; 32];

/// A chain to be tested on.
#[derive(Default)]
pub(crate) struct Chain {
    agents: Vec<(AccountId, AgentKey, Vec<u8>)>,
    away: bool,
}

impl Chain {
    /// Have an agent at genesis.
    pub(crate) fn with_agent(mut self, owner: AccountId, key: AgentKey, model: &[u8]) -> Self {
        self.agents.push((owner, key, model.to_vec()));
        self
    }

    /// The agents of genesis are away.
    pub(crate) fn away(mut self) -> Self {
        self.away = true;
        self
    }

    /// Run `test` in block 1, then check the pallet's invariants. What was told of the agents of
    /// genesis is there to be taken.
    pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
        // Tests may share a thread, and with it what was told.
        let _ = Listener::take();
        let mut balances: Vec<_> = (1..=5).map(|owner| (owner, ENDOWMENT)).collect();
        balances.push((POOR, Bond::get() + ExistentialDeposit::get() - 1));
        let genesis = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            agents: pallet_waggle_agents::GenesisConfig { agents: self.agents, away: self.away },
            ..Default::default()
        };
        waggle_testing::in_block_one::<Test>(&genesis, || {
            frame_system::BlockHash::<Test>::insert(0, sp_core::H256(GENESIS));
            test();
            Agents::do_try_state().expect("the invariants hold");
        });
    }
}

/// Run `test` in block 1 of a chain without agents, then check the pallet's invariants.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    Chain::default().build_and_execute(test);
}

/// The agent key with the seed `seed`.
pub(crate) fn key(seed: u8) -> AgentKey {
    Signer::of_secret(&[seed; 32]).key()
}

/// The signature of `key(seed)` for `owner`.
pub(crate) fn proof(seed: u8, owner: AccountId) -> AgentSignature {
    Signer::of_secret(&[seed; 32]).prove(&GENESIS, &owner)
}

/// Register `owner` with `key(seed)` and an empty profile.
pub(crate) fn register(owner: AccountId, seed: u8) -> frame_support::dispatch::DispatchResult {
    let origin = RuntimeOrigin::signed(owner);
    Agents::register(origin, key(seed), proof(seed, owner), Default::default(), Default::default())
}

/// What an answer to some question covers, on this chain.
pub(crate) fn scope() -> ScopeParts<AccountId> {
    let terms = RoundTerms {
        reward: 20,
        answering_blocks: 4,
        min_agents: 2,
        max_agents: 3,
        min_score: Grade::MIN,
    };
    let prompt_hash = [5; 32];
    ScopeParts { client: 5, terms, prompt_hash, seed: None, domain: GENERAL }
}

/// Two answers of `key(seed)` in round 7.
pub(crate) fn two_answers(seed: u8) -> DoubleSeal<AccountId> {
    Signer::of_secret(&[seed; 32]).two_answers(&GENESIS, scope(), 7)
}

/// `who` reports this.
pub(crate) fn report(
    who: AccountId,
    evidence: DoubleSeal<AccountId>,
) -> frame_support::dispatch::DispatchResultWithPostInfo {
    Agents::report_double_seal(RuntimeOrigin::signed(who), Box::new(evidence))
}

/// What `owner` has on hold as a bond.
pub(crate) fn bond_of(owner: AccountId) -> u128 {
    Balances::balance_on_hold(&crate::HoldReason::Bond.into(), &owner)
}

/// This pallet's events so far, oldest first; clears them.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
