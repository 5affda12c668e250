//! A runtime with balances, agents and this pallet. Owner `i` has the agent key whose seed is 32
//! bytes of `i`.

use crate as pallet_waggle_domains;
use crate::{Description, Rosters, Title};
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{fungible::Mutate, ConstU32},
    PalletId,
};
use sp_runtime::Perbill;
use waggle_primitives::{
    choice::Question,
    reward_pool::PoolRules,
    traits::{Domains as _, OnMemberLeft},
    AgentKey, DomainId,
};
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
    #[runtime::pallet_index(3)]
    pub type Domains = pallet_waggle_domains;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u128>;
}

parameter_types! {
    pub const ExistentialDeposit: u128 = 10;
    pub const Bond: u128 = 100;
    pub const UnbondingBlocks: u64 = 20;
    pub const Treasury: AccountId = TREASURY;
    pub const FoundingFee: u128 = 50;
    pub const AbsencePeriod: u64 = 10;
    pub const SuspensionBlocks: u64 = 30;
    pub const PoolsId: PalletId = PalletId(*b"wag/pool");
    pub const Rules: PoolRules =
        PoolRules { epoch_part: Perbill::from_percent(10), most_for_round: 15 };
}

parameter_types! {
    /// Members may leave at once, unless a test says otherwise.
    pub static MembershipBlocks: u64 = 0;
    /// Who has left which domain, oldest first.
    pub(crate) static Left: Vec<(DomainId, AccountId)> = Vec::new();
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
    type ReporterShare = ();
    type OnAgents = Domains;
    type WeightInfo = ();
}

impl pallet_waggle_domains::Config for Test {
    type Agents = Agents;
    type Currency = Balances;
    type Treasury = Treasury;
    type FoundingFee = FoundingFee;
    type MaxMemberships = ConstU32<MAX_MEMBERSHIPS>;
    type MembershipBlocks = MembershipBlocks;
    type MaxAbsences = ConstU32<3>;
    type AbsencePeriod = AbsencePeriod;
    type DefaultEpochBlocks = ConstU32<EPOCH_BLOCKS>;
    type SuspensionBlocks = SuspensionBlocks;
    type PoolsId = PoolsId;
    type PoolRules = Rules;
    type CollectionEpochs = ConstU32<COLLECTION_EPOCHS>;
    type OnMemberLeft = Recorder;
    type WeightInfo = ();
}

/// Of how many domains an agent may be a member.
pub(crate) const MAX_MEMBERSHIPS: u32 = 3;
/// How many blocks an epoch has.
pub(crate) const EPOCH_BLOCKS: u32 = 100;
/// For how many epochs, its own among them, pay is kept.
pub(crate) const COLLECTION_EPOCHS: u32 = 3;
/// What every endowed account has at the start.
pub(crate) const ENDOWMENT: u128 = 1_000;
/// What the treasury has at the start.
pub(crate) const TREASURE: u128 = 500;
/// The treasury's account.
pub(crate) const TREASURY: AccountId = 50;
/// An account without an agent that founds domains for the tests.
pub(crate) const FOUNDER: AccountId = 60;
/// An account that has the fee but not the existential deposit as well.
pub(crate) const POOR: AccountId = 61;
/// An account that has just both of them.
pub(crate) const THRIFTY: AccountId = 62;
/// An account that has as little as [`POOR`] besides an agent's bond.
pub(crate) const BOUND: AccountId = 63;

/// Remembers who has left which domain, in [`Left`].
pub struct Recorder;

impl OnMemberLeft<AccountId> for Recorder {
    fn member_left(domain: DomainId, owner: &AccountId) {
        Left::mutate(|left| left.push((domain, *owner)));
    }
}

impl crate::benchmarking::Setup for Test {
    fn agent(number: u32) -> AccountId {
        let owner = 100 + AccountId::from(number);
        assert_ok!(Balances::mint_into(&owner, ENDOWMENT));
        register(owner);
        owner
    }
}

/// A chain to be tested on.
#[derive(Default)]
pub(crate) struct Chain {
    agents: Vec<(AccountId, AgentKey, Vec<u8>)>,
    away: bool,
}

impl Chain {
    /// Have an agent at genesis.
    pub(crate) fn with_agent(mut self, owner: AccountId) -> Self {
        self.agents.push((owner, signer(owner).key(), b"m".to_vec()));
        self
    }

    /// The agents of genesis are away.
    pub(crate) fn away(mut self) -> Self {
        self.away = true;
        self
    }

    /// Run `test` in block 1, then check the invariants of domains and agents.
    pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
        // Tests may share a thread, and with it these.
        Left::set(Vec::new());
        MembershipBlocks::set(0);
        let fee = FoundingFee::get() + ExistentialDeposit::get();
        let mut balances: Vec<_> = (1..=9).map(|owner| (owner, ENDOWMENT)).collect();
        balances.extend([
            (TREASURY, TREASURE),
            (FOUNDER, 100_000),
            (POOR, fee - 1),
            (THRIFTY, fee),
            (BOUND, Bond::get() + fee - 1),
        ]);
        let genesis = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            agents: pallet_waggle_agents::GenesisConfig { agents: self.agents, away: self.away },
            ..Default::default()
        };
        waggle_testing::in_block_one::<Test>(&genesis, || {
            test();
            Domains::do_try_state().expect("the invariants hold");
            Agents::do_try_state().expect("the invariants of agents hold");
        });
    }
}

/// Run `test` in block 1 of a chain without agents, then check the invariants.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    Chain::default().build_and_execute(test);
}

/// What the agent of `owner` signs with.
fn signer(owner: AccountId) -> Signer {
    Signer::of_secret(&[owner as u8; 32])
}

/// Register the agent of `owner`.
pub(crate) fn register(owner: AccountId) {
    let signer = signer(owner);
    let proof = signer.prove(&System::block_hash(0).0, &owner);
    let origin = RuntimeOrigin::signed(owner);
    let (key, (model, topics)) = (signer.key(), Default::default());
    assert_ok!(Agents::register(origin, key, proof, model, topics));
}

/// Register owners 1 to `count`, each in a block of its own, from block 1 on.
pub(crate) fn registered(count: u64) {
    for owner in 1..=count {
        System::set_block_number(owner);
        register(owner);
    }
    let _ = events();
}

/// Retire the agent of `owner`.
pub(crate) fn retire(owner: AccountId) {
    assert_ok!(Agents::retire(RuntimeOrigin::signed(owner)));
}

/// Let the owner of a retired agent take its bond, in the first block in which all may that have
/// retired until now.
pub(crate) fn unbond(owner: AccountId) {
    System::set_block_number(System::block_number() + UnbondingBlocks::get());
    assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner)));
}

/// A title.
pub(crate) fn title(text: &str) -> Title {
    text.as_bytes().to_vec().try_into().expect("it is short enough")
}

/// A description.
pub(crate) fn description(text: &str) -> Description {
    text.as_bytes().to_vec().try_into().expect("it is short enough")
}

/// Found a domain. Returns its number.
pub(crate) fn found(question: Question) -> DomainId {
    let domain = Domains::next_domain();
    let founder = RuntimeOrigin::signed(FOUNDER);
    assert_ok!(Domains::found(founder, title("Chess"), description("Who mates?"), question));
    let _ = events();
    domain
}

/// Found a domain of closed questions and let these owners' agents join it, one after the other.
/// Returns its number.
pub(crate) fn found_with(owners: &[AccountId]) -> DomainId {
    let domain = found(Question::Closed);
    for owner in owners {
        assert_ok!(Domains::join(RuntimeOrigin::signed(*owner), domain));
    }
    let _ = events();
    domain
}

/// Go to the first block of an epoch.
pub(crate) fn go_to_epoch(epoch: u32) {
    System::set_block_number(u64::from(epoch * EPOCH_BLOCKS).max(1));
}

/// Fund the pool of a domain.
pub(crate) fn fund(domain: DomainId, amount: u128) {
    assert_ok!(Domains::fund(RuntimeOrigin::signed(FOUNDER), domain, amount));
    let _ = events();
}

/// The owners on the roster of a domain, by number.
pub(crate) fn roster(domain: DomainId) -> Vec<AccountId> {
    (0..Domains::roster_size(domain))
        .map(|number| Rosters::<Test>::get(domain, number).expect("a roster has no gaps"))
        .collect()
}

/// The agent of `owner` has a seat in the domain and does not come, this often, each in a time of
/// its own. It is the same block afterwards.
pub(crate) fn stay_away(domain: DomainId, owner: AccountId, times: u32) {
    let now = System::block_number();
    for time in 1..=u64::from(times) {
        System::set_block_number(now + 100 * time);
        Domains::was_absent(domain, &owner);
    }
    System::set_block_number(now);
}

/// This pallet's events so far, oldest first; clears them.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
