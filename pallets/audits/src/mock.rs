//! A runtime with balances and this pallet: agents, domains, bonds and randomness are made up.
//!
//! Owner `i`, `1..=LAST_OWNER`, has the agent key whose seed is 32 bytes of `i`, a bond, and money.
//! Every owner's agent is a member of every domain, until a test says otherwise.

use crate as pallet_waggle_audits;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU128, ConstU32, ConstU64, Hooks},
    weights::Weight,
    PalletId,
};
use frame_system::offchain::{
    CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use sp_core::{ed25519, Pair};
use sp_runtime::{generic, testing::UintAuthorityId, traits::BlakeTwo256, DispatchResult, Perbill};
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{
    audit::{
        conduct::ConductBounds, contrast::ContrastRules, distance::DistanceRules,
        replay::ReplayRules, AuditRules,
    },
    choice::Question,
    claim::{epoch_of, ClaimedModel, ClaimedSampling, Epoch, ALL},
    traits::{AgentRegistry, AuditedDomains, BlockRandomness, Bonds},
    AgentKey, Claim, DomainId, Fixed, Hash32, StakeLimits,
};

/// An owner's account.
pub type AccountId = u64;
/// What transactions carry in addition to the call.
pub type TxExtension = frame_system::AuthorizeCall<Test>;
/// A transaction.
pub type Extrinsic =
    generic::UncheckedExtrinsic<AccountId, RuntimeCall, UintAuthorityId, TxExtension>;
type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;

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
    pub type Audits = pallet_waggle_audits;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ConstU128<DEPOSIT>;
    type AccountStore = System;
}

/// Least balance of an account.
pub const DEPOSIT: u128 = 10;
/// What every owner has at the start.
pub const ENDOWMENT: u128 = 100_000;
/// What every owner has at stake for its agent.
pub const BOND: u128 = 1_000;
/// What an auditor is paid for an answer.
pub const PAY: u128 = 3;
/// How many blocks an epoch has.
pub const EPOCH_BLOCKS: u32 = 40;
/// For how many blocks who is suspended and no member does not join again.
pub const SUSPENSION_BLOCKS: u32 = 25;
/// The owners that have agents: 1 to this one.
pub const LAST_OWNER: AccountId = 60;
/// An owner without an agent, which has money.
pub const STRANGER: AccountId = 61;
/// How many domains may be audited.
pub const MAX_AUDITED: u32 = 2;
/// Domains below this number are there.
pub const DOMAINS: DomainId = 9;

parameter_types! {
    pub Rules: AuditRules = AuditRules {
        contrast: ContrastRules::default(),
        distance: DistanceRules::default(),
        replay: ReplayRules::default(),
        conduct: ConductBounds {
            least_seats: 8,
            timeouts: Perbill::from_percent(20),
            slow: Perbill::from_percent(50),
            exceptions: Perbill::from_percent(25),
        },
        far: Fixed::from_rational(1, 100),
    };
    pub const PursesId: PalletId = PalletId(*b"wag/purs");
    pub const SuspensionSlash: Perbill = Perbill::from_percent(20);
    /// How many auditors a committee has.
    pub static CommitteeSize: u32 = 5;
    /// What this block's author draws.
    pub static Randomness: Option<Hash32> = Some([9; 32]);
    /// This block's author, and how many there are.
    pub static Authors: (u32, u32) = (0, 1);
    /// How many blocks draw a committee.
    pub static DrawBlocks: u32 = 1;
    /// Owners whose agents have retired.
    pub static Retired: BTreeSet<AccountId> = BTreeSet::new();
    /// Keys that owners have taken instead of their first ones.
    pub static Rotated: BTreeMap<AccountId, AgentKey> = BTreeMap::new();
    /// Who has left which domain.
    pub static Left: BTreeSet<(DomainId, AccountId)> = BTreeSet::new();
    /// What is claimed.
    pub static Claims: BTreeMap<(DomainId, AccountId), Claim> = BTreeMap::new();
    /// Who is suspended, and since when.
    pub static Suspended: BTreeMap<(DomainId, AccountId), u32> = BTreeMap::new();
    /// What is left of the bonds that were slashed.
    pub static Slashed: BTreeMap<AccountId, u128> = BTreeMap::new();
    /// How many rounds were judged.
    pub static Rounds: u64 = 0;
}

/// The agents.
pub struct Agents;

impl AgentRegistry<AccountId> for Agents {
    fn owner_of(key: &AgentKey) -> Option<AccountId> {
        (1..=LAST_OWNER).find(|owner| Self::key_of(owner) == Some(*key))
    }
    fn key_of(owner: &AccountId) -> Option<AgentKey> {
        let is_active = (1..=LAST_OWNER).contains(owner) && !Retired::get().contains(owner);
        is_active.then(|| Rotated::get().get(owner).copied().unwrap_or_else(|| key(*owner)))
    }
    fn is_registered(owner: &AccountId) -> bool {
        (1..=LAST_OWNER).contains(owner)
    }
    fn is_punished(_: &AccountId) -> bool {
        false
    }
    fn is_in_rounds(_: &AccountId) -> bool {
        false
    }
    fn limits_of(_: &AccountId) -> Option<StakeLimits> {
        None
    }
    fn entered_round(_: &AccountId) -> DispatchResult {
        Ok(())
    }
    fn left_round(_: &AccountId) {}
}

/// The domains.
pub struct Domains;

impl AuditedDomains<AccountId> for Domains {
    fn question_of(domain: DomainId) -> Option<Question> {
        (domain < DOMAINS).then_some(Question::Open)
    }
    fn is_member(domain: DomainId, owner: &AccountId) -> bool {
        !Left::get().contains(&(domain, *owner))
    }
    fn epoch_blocks() -> u32 {
        EPOCH_BLOCKS
    }
    fn epoch() -> Epoch {
        epoch_of(System::block_number(), EPOCH_BLOCKS)
    }
    fn claim_of(domain: DomainId, owner: &AccountId) -> Option<Claim> {
        Claims::get().get(&(domain, *owner)).cloned()
    }
    fn suspend(domain: DomainId, owner: &AccountId) {
        let now = System::block_number();
        Suspended::mutate(|suspended| suspended.insert((domain, *owner), now));
    }
    fn reinstate(domain: DomainId, owner: &AccountId) -> bool {
        Suspended::mutate(|suspended| suspended.remove(&(domain, *owner)).is_some())
    }
    fn suspended_since(domain: DomainId, owner: &AccountId) -> Option<u32> {
        Suspended::get().get(&(domain, *owner)).copied()
    }
    fn is_release_due() -> bool {
        released().is_some()
    }
    fn release() {
        if let Some(released) = released() {
            Suspended::mutate(|suspended| suspended.remove(&released));
        }
    }
}

/// The next of those who are suspended and no members whose time is over.
fn released() -> Option<(DomainId, AccountId)> {
    let over = |since: u32| System::block_number() >= since + SUSPENSION_BLOCKS;
    let mut suspended = Suspended::get().into_iter();
    let found = suspended
        .find(|((domain, owner), since)| !Domains::is_member(*domain, owner) && over(*since));
    found.map(|(who, _)| who)
}

/// The bonds.
pub struct AgentBonds;

impl Bonds<AccountId> for AgentBonds {
    fn slash(owner: &AccountId, part: Perbill) -> u128 {
        let left = bond_of(*owner);
        let slashed = part.mul_floor(left);
        Slashed::mutate(|bonds| bonds.insert(*owner, left - slashed));
        slashed
    }
}

impl BlockRandomness for Randomness {
    fn draw() -> Option<Hash32> {
        Randomness::get()
    }
    fn author() -> Option<u32> {
        Some(Authors::get().0)
    }
    fn authors() -> u32 {
        Authors::get().1
    }
}

impl pallet_waggle_audits::Config for Test {
    type Governance = frame_system::EnsureRoot<AccountId>;
    type Agents = Agents;
    type Domains = Domains;
    type Bonds = AgentBonds;
    type Currency = Balances;
    type BlockRandomness = Randomness;
    type DrawBlocks = DrawBlocks;
    type Rules = Rules;
    type CommitteeSize = CommitteeSize;
    type PayForFinding = ConstU128<PAY>;
    type SuspensionSlash = SuspensionSlash;
    type PursesId = PursesId;
    type MaxAudited = ConstU32<MAX_AUDITED>;
    type SlotDuration = ConstU64<250>;
    type WeightInfo = ();
}

impl<C> CreateTransactionBase<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extrinsic = Extrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extension = TxExtension;
    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
        Extrinsic::new_transaction(call, extension)
    }
}

impl<C> CreateAuthorizedTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    fn create_extension() -> TxExtension {
        TxExtension::new()
    }
}

/// The key pair of an owner's agent.
pub fn pair(owner: AccountId) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[owner as u8; 32])
}

/// The agent key of an owner.
pub fn key(owner: AccountId) -> AgentKey {
    pair(owner).public()
}

/// What is left of an owner's bond.
pub fn bond_of(owner: AccountId) -> u128 {
    Slashed::get().get(&owner).copied().unwrap_or(BOND)
}

/// A claim of the model of this name.
pub fn claim(model: u8) -> Claim {
    let model = ClaimedModel {
        name: vec![model].try_into().expect("short enough"),
        weights: Some([model; 32]),
        quantisation: Default::default(),
        sampling: ClaimedSampling { temperature: 7_000, top_p: ALL, top_k: 0, min_p: 0 },
    };
    Claim { model, knowledge: None }
}

/// A chain in block 0 in which nothing is audited.
pub fn genesis() -> RuntimeGenesisConfig {
    // Tests may share a thread, and with it these.
    CommitteeSize::set(5);
    Randomness::set(Some([9; 32]));
    Authors::set((0, 1));
    DrawBlocks::set(1);
    Retired::set(BTreeSet::new());
    Rotated::set(BTreeMap::new());
    Left::set(BTreeSet::new());
    Claims::set(BTreeMap::new());
    Suspended::set(BTreeMap::new());
    Slashed::set(BTreeMap::new());
    Rounds::set(0);
    let balances = (1..=STRANGER).map(|owner| (owner, ENDOWMENT)).collect();
    RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
        ..Default::default()
    }
}

/// Run `test` in block 1, then check the invariants, and that nobody made money.
pub fn build_and_execute(test: impl FnOnce()) {
    waggle_testing::in_block_one::<Test>(&genesis(), || {
        let issuance = Balances::total_issuance();
        test();
        check_invariants();
        assert_eq!(Balances::total_issuance(), issuance);
    });
}

/// What `try_state` checks.
pub fn check_invariants() {
    Audits::do_try_state().expect("the invariants hold");
}

/// End this block, with room for all that is to be done, and begin the next one.
pub fn next_block() {
    next_block_with(Weight::MAX);
}

/// End this block, with this room, and begin the next one. Returns what was used of the room.
pub fn next_block_with(room: Weight) -> Weight {
    let used = Audits::on_idle(System::block_number(), room);
    check_invariants();
    System::set_block_number(System::block_number() + 1);
    used
}

/// Build blocks until `number` is the current one.
pub fn run_to(number: u32) {
    while System::block_number() < number {
        next_block();
    }
}

/// This pallet's events so far, oldest first; clears them.
pub fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
