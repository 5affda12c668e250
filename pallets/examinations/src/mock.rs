//! A runtime with this pallet alone: made-up rounds, and a treasury of a few coins.

use crate as pallet_waggle_examinations;
use frame_support::{derive_impl, parameter_types, traits::ConstU32};
use sp_runtime::BuildStorage;
use waggle_primitives::{
    domain::GENERAL,
    traits::{ExaminationError, Examined, ExaminedRounds, Reimbursement},
    DomainId, Hash32, RoundId,
};

type Block = frame_system::mocking::MockBlock<Test>;

/// An account.
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
    pub type Examinations = pallet_waggle_examinations;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

impl pallet_waggle_examinations::Config for Test {
    type Governance = frame_system::EnsureRoot<AccountId>;
    type Rounds = MadeUpRounds;
    type Reimbursement = MadeUpTreasury;
    type MaxExaminers = ConstU32<MAX_EXAMINERS>;
    type WeightInfo = ();
}

/// Examiners at most.
pub(crate) const MAX_EXAMINERS: u32 = 3;
/// A domain that is not the general one.
pub(crate) const ELSEWHERE: DomainId = 3;
/// An examiner, once appointed.
pub(crate) const EXAMINER: AccountId = 1;
/// Who asked.
pub(crate) const CLIENT: AccountId = 2;
/// What the round cost.
pub(crate) const COST: u128 = 100;

/// What the rounds say of whatever truth they are told.
type Outcome = Result<Examined<AccountId>, ExaminationError>;

parameter_types! {
    /// What the rounds say next.
    pub(crate) static Says: Outcome = Ok(examined(5));
    /// The domain in which all rounds are asked.
    pub(crate) static AskedIn: DomainId = GENERAL;
    /// What the rounds were last asked.
    pub(crate) static Asked: Option<(RoundId, Vec<u8>, Hash32)> = None;
    /// What the treasury can spend.
    pub(crate) static Treasury: u128 = 0;
    /// Whom the treasury has paid, and how much.
    pub(crate) static Paid: Vec<(AccountId, u128)> = Vec::new();
}

/// A round of this many agents, two of which were right.
pub(crate) fn examined(agents: u32) -> Examined<AccountId> {
    Examined { client: CLIENT, cost: COST, right: 2, agents }
}

/// Rounds that say what the test wants.
pub struct MadeUpRounds;

impl ExaminedRounds<AccountId> for MadeUpRounds {
    fn domain_of(_: RoundId) -> DomainId {
        AskedIn::get()
    }

    fn examine(round: RoundId, truth: &[u8], salt: &Hash32) -> Outcome {
        Asked::set(Some((round, truth.to_vec(), *salt)));
        Says::get()
    }
}

/// Pays what it has.
pub struct MadeUpTreasury;

impl Reimbursement<AccountId> for MadeUpTreasury {
    fn reimburse(client: &AccountId, amount: u128) -> u128 {
        let paid = amount.min(Treasury::get());
        Treasury::set(Treasury::get() - paid);
        Paid::mutate(|payments| payments.push((*client, paid)));
        paid
    }
}

impl crate::benchmarking::Setup for Test {
    fn settled_round(agents: u32, _: u32, _: &[u8], _: &Hash32) -> RoundId {
        Says::set(Ok(examined(agents)));
        Treasury::set(COST);
        7
    }
}

/// A chain without examiners.
pub(crate) fn chain() -> sp_io::TestExternalities {
    RuntimeGenesisConfig::default().build_storage().expect("the genesis is valid").into()
}

/// Run `test` in block 1 of a fresh chain, then check the pallet's invariants.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    // Tests may share a thread, and with it these.
    Says::set(Ok(examined(5)));
    AskedIn::set(GENERAL);
    Asked::set(None);
    Treasury::set(10_000);
    Paid::set(Vec::new());
    waggle_testing::in_block_one::<Test>(&RuntimeGenesisConfig::default(), || {
        test();
        Examinations::do_try_state().expect("the invariants hold");
    });
}

/// This pallet's events so far, oldest first; clears them.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
