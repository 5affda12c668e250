//! A chain to test on: balances and the six pallets for real; randomness, auditors and limits by
//! hand.
//!
//! Agent `i` has the agent key whose seed is 32 bytes of `i + 1` and the owner `100 + i`. Blocks
//! are built as the executive builds them: `initialize`, then `on_poll`; after each block the
//! invariants of all pallets are checked.

use crate as pallet_waggle_rounds;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU128, ConstU32, ConstU64, Hooks},
    weights::WeightMeter,
    PalletId,
};
use frame_system::offchain::{
    CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{generic, testing::UintAuthorityId, traits::BlakeTwo256, BuildStorage, Perbill};
use waggle_primitives::{
    attendance::LearningRules,
    price::AskingPrices,
    reward_pool::PoolRules,
    rewards::PaymentRules,
    rule::Rule,
    traits::{BlockRandomness, SampledRound, SampledRounds},
    AgentKey, Fixed, Hash32,
};
pub use waggle_primitives::{choice::Question, domain::GENERAL, DomainId};

/// An owner's or client's account.
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
    pub type Agents = pallet_waggle_agents;
    #[runtime::pallet_index(3)]
    pub type Tickets = pallet_waggle_tickets;
    #[runtime::pallet_index(4)]
    pub type Ratings = pallet_waggle_ratings;
    #[runtime::pallet_index(5)]
    pub type Rounds = pallet_waggle_rounds;
    #[runtime::pallet_index(6)]
    pub type Examinations = pallet_waggle_examinations;
    #[runtime::pallet_index(7)]
    pub type Domains = pallet_waggle_domains;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
}

impl pallet_waggle_agents::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Bond = ConstU128<BOND>;
    type UnbondingBlocks = ConstU32<5>;
    type Treasury = ConstU64<TREASURY>;
    type ReporterShare = ReporterShare;
    type OnAgents = (Domains, Ratings);
    type WeightInfo = ();
}

impl pallet_waggle_domains::Config for Test {
    type Agents = Agents;
    type Currency = Balances;
    type Treasury = ConstU64<TREASURY>;
    type FoundingFee = ConstU128<FOUNDING_FEE>;
    type MaxMemberships = ConstU32<2>;
    type MembershipBlocks = ConstU32<0>;
    type MaxAbsences = ConstU32<3>;
    type AbsencePeriod = ConstU32<1>;
    type DefaultEpochBlocks = ConstU32<EPOCH_BLOCKS>;
    type SuspensionBlocks = ConstU32<5>;
    type PoolsId = PoolsId;
    type PoolRules = PoolPays;
    type CollectionEpochs = ConstU32<3>;
    type OnMemberLeft = Ratings;
    type WeightInfo = ();
}

impl pallet_waggle_tickets::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Treasury = ConstU64<TREASURY>;
    type MinimumTicket = ConstU128<MINIMUM_TICKET>;
    type MinimumReward = ConstU128<MINIMUM_REWARD>;
}

impl pallet_waggle_ratings::Config for Test {
    type Rule = Judging;
}

impl pallet_waggle_examinations::Config for Test {
    type Governance = frame_system::EnsureRoot<AccountId>;
    type Rounds = Rounds;
    type Reimbursement = Tickets;
    type MaxExaminers = ConstU32<4>;
    type WeightInfo = ();
}

/// Least balance of an account.
pub const EXISTENTIAL_DEPOSIT: u128 = 10;
/// What an agent's owner has on hold while registered.
pub const BOND: u128 = 100;
/// What it costs to found a domain.
pub const FOUNDING_FEE: u128 = 500;
/// The cheapest ticket.
pub const MINIMUM_TICKET: u128 = 50;
/// The smallest reward.
pub const MINIMUM_REWARD: u128 = 100;
/// What everybody has at the start.
pub const ENDOWMENT: u128 = 100_000;
/// Who asks.
pub const CLIENT: AccountId = 1;
/// Somebody with money who is neither client nor owner.
pub const STRANGER: AccountId = 2;
/// Where forfeits go.
pub const TREASURY: AccountId = 3;
/// What is sealed for a round that is no examination.
pub const NO_TRUTH: Hash32 = [0; 32];
/// Asking costs nothing but the reward, unless a test says otherwise.
pub const FREE: AskingPrices = AskingPrices { seat: 0, crowded_block: 0, vain_answer: 0 };
/// How many blocks an epoch has.
pub const EPOCH_BLOCKS: u32 = 100;
/// Registered agents of a new chain.
pub const AGENTS: u8 = 12;

parameter_types! {
    pub const ReporterShare: Perbill = Perbill::from_percent(10);
    pub const Rules: PaymentRules = PaymentRules {
        winner_share: Perbill::from_percent(70),
        poor_answer_loss: Fixed::from_rational(2, 5),
        unwon_share: Perbill::from_percent(75),
    };
    pub const PoolsId: PalletId = PalletId(*b"wag/pool");
    pub const PoolPays: PoolRules =
        PoolRules { epoch_part: Perbill::from_percent(10), most_for_round: 15 };
    pub static Prices: AskingPrices = FREE;
    /// Whoever comes first has a seat, unless a test says otherwise.
    pub static DrawBlocks: u32 = 0;
    /// Every round teaches, unless a test says otherwise.
    pub static Learning: LearningRules = LearningRules::default();
    pub static Judging: Rule = Rule::default();
    pub static MaxOpenRounds: u32 = 4;
    pub static MaxOpenRoundsPerClient: u32 = 1_000;
    pub static ResultRetention: u32 = 50;
    /// What this block's author draws.
    pub static Randomness: Option<Hash32> = Some([9; 32]);
    /// This block's author, and how many there are.
    pub static Authors: (u32, u32) = (0, 1);
    /// Which answers of each judged round auditors want, by index.
    pub static Wanted: Vec<u32> = Vec::new();
    /// Of which judged rounds auditors were told, oldest first: the domain, when the round was
    /// submitted, its seed, and how many members it had.
    pub static Told: Vec<(DomainId, u32, Hash32, u32)> = Vec::new();
    /// What auditors got, oldest first.
    pub static Kept: Vec<(DomainId, Hash32, SampledRound<AccountId>)> = Vec::new();
}

/// Auditors that want [`Wanted`] and remember what they get.
pub struct Auditors;

impl SampledRounds<AccountId> for Auditors {
    fn is_audited(_: DomainId) -> bool {
        true
    }

    fn wanted(domain: DomainId, submitted: u32, seed: &Hash32, members: u32) -> Vec<u32> {
        Told::mutate(|told| told.push((domain, submitted, *seed, members)));
        Wanted::get()
    }
    fn keep(domain: DomainId, seed: &Hash32, sample: SampledRound<AccountId>) {
        Kept::mutate(|kept| kept.push((domain, *seed, sample)));
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

impl pallet_waggle_rounds::Config for Test {
    type AgentRegistry = Agents;
    type Domains = Domains;
    type Ticketing = Tickets;
    type Ratings = Ratings;
    type Audits = Auditors;
    type BlockRandomness = Randomness;
    type PaymentRules = Rules;
    type AskingPrices = Prices;
    type LearningRules = Learning;
    type DrawBlocks = DrawBlocks;
    type MinAnsweringBlocks = ConstU32<2>;
    type MaxAnsweringBlocks = ConstU32<20>;
    type OpeningAnswersBlocks = ConstU32<3>;
    type GradingBlocks = ConstU32<4>;
    type OpeningGradesBlocks = ConstU32<3>;
    type ResultRetention = ResultRetention;
    type MaxOpenRounds = MaxOpenRounds;
    type MaxOpenRoundsPerClient = MaxOpenRoundsPerClient;
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

/// The key pair of agent `i`.
pub fn pair(agent: u8) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[agent.saturating_add(1); 32])
}

/// The agent key of agent `i`.
pub fn key(agent: u8) -> AgentKey {
    pair(agent).public()
}

/// The owner of agent `i`.
pub fn owner(agent: u8) -> AccountId {
    100 + AccountId::from(agent)
}

/// A chain in block 1 with [`AGENTS`] registered agents.
pub fn chain() -> sp_io::TestExternalities {
    chain_of(AGENTS)
}

/// A chain in block 1 with `agents` registered agents.
pub fn chain_of(agents: u8) -> sp_io::TestExternalities {
    let accounts = [CLIENT, STRANGER, TREASURY].into_iter().chain((0..agents).map(owner));
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: accounts.map(|account| (account, ENDOWMENT)).collect(),
            ..Default::default()
        },
        agents: pallet_waggle_agents::GenesisConfig {
            agents: (0..agents)
                .map(|agent| (owner(agent), key(agent), b"model".to_vec()))
                .collect(),
            away: false,
        },
        ..Default::default()
    };
    // Tests may share a thread, and with it these.
    Judging::set(Rule::default());
    Prices::set(FREE);
    DrawBlocks::set(0);
    Learning::set(LearningRules::default());
    Authors::set((0, 1));
    MaxOpenRounds::set(4);
    MaxOpenRoundsPerClient::set(1_000);
    ResultRetention::set(50);
    Randomness::set(Some([9; 32]));
    Wanted::set(Vec::new());
    Told::set(Vec::new());
    Kept::set(Vec::new());
    let mut externalities =
        sp_io::TestExternalities::new(genesis.build_storage().expect("the genesis is valid"));
    externalities.execute_with(next_block);
    externalities
}

/// Run `test` on a new chain, then check the invariants.
pub fn on_chain(test: impl FnOnce()) {
    chain().execute_with(|| {
        test();
        check_invariants();
    });
}

/// End this block and begin the next one, with room for all that is due.
pub fn next_block() {
    next_block_with(&mut WeightMeter::new());
}

/// End this block and begin the next one, whose `on_poll` has this meter.
pub fn next_block_with(meter: &mut WeightMeter) {
    end_block();
    check_invariants();
    let number = System::block_number() + 1;
    System::reset_events();
    System::initialize(&number, &H256([number as u8; 32]), &Default::default());
    Rounds::on_poll(number, meter);
    check_invariants();
}

/// Do what is done at the end of this block, with room for all of it.
pub fn end_block() {
    Rounds::on_idle(System::block_number(), WeightMeter::new().limit());
}

/// Found a domain of such questions, which these agents join, and begin the next block.
pub fn found(question: Question, agents: &[u8]) -> DomainId {
    let title = b"a field".to_vec().try_into().expect("short enough");
    let stranger = RuntimeOrigin::signed(STRANGER);
    Domains::found(stranger, title, Default::default(), question).expect("it has the money");
    let domain = pallet_waggle_domains::Founded::<Test>::count();
    for agent in agents {
        Domains::join(RuntimeOrigin::signed(owner(*agent)), domain).expect("it may join");
    }
    next_block();
    domain
}

/// Build blocks until `number` is the current one.
pub fn run_to(number: u32) {
    while System::block_number() < number {
        next_block();
    }
}

/// What `try_state` checks, of all pallets; and that nobody made money.
pub fn check_invariants() {
    Rounds::check_state().expect("the invariants of rounds hold");
    Tickets::do_try_state().expect("the invariants of tickets hold");
    Agents::do_try_state().expect("the invariants of agents hold");
    Domains::do_try_state().expect("the invariants of domains hold");
    Ratings::do_try_state().expect("the invariants of ratings hold");
    Examinations::do_try_state().expect("the invariants of examinations hold");
}

/// This pallet's events in this block so far, oldest first; clears them.
pub fn events() -> Vec<crate::Event<Test>> {
    let events = System::read_events_for_pallet::<crate::Event<Test>>();
    System::reset_events();
    events
}
