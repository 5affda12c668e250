//! A runtime with sessions of [`SESSION`] blocks, offences and this pallet. Validator `i` has the
//! session key `i`.

use crate as pallet_waggle_validators;
use codec::Encode;
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::Precision::Exact,
        ConstU128, ConstU32, ConstU64, OnInitialize,
    },
    weights::constants::RocksDbWeight,
    PalletId,
};
use pallet_authorship::EventHandler;
use pallet_session::{
    disabling::UpToLimitDisablingStrategy,
    historical::{IdentificationTuple, NoteHistoricalRoot},
    PeriodicSessions, TestSessionHandler,
};
use sp_runtime::{
    impl_opaque_keys, testing::UintAuthorityId, traits::ConvertInto, BuildStorage, Perbill,
};
use sp_staking::{
    offence::{Kind, Offence, OffenceError, ReportOffence},
    SessionIndex,
};

type Block = frame_system::mocking::MockBlock<Test>;

/// A validator's account.
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
    pub type Session = pallet_session;
    #[runtime::pallet_index(3)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(4)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(5)]
    pub type Validators = pallet_waggle_validators;
}

impl_opaque_keys! {
    /// What a validator signs with. The macro wants it public.
    #[allow(unreachable_pub)]
    pub struct Keys {
        /// All.
        pub dummy: UintAuthorityId,
    }
}

/// Blocks in a session.
pub(crate) const SESSION: u64 = 5;
/// Validators at most.
pub(crate) const MAX_VALIDATORS: u32 = 9;
/// For how many sessions an offence can be proved.
pub(crate) const REPORT_SESSIONS: u32 = 4;
/// An account with less is removed.
pub(crate) const EXISTENTIAL_DEPOSIT: u128 = 2;
/// What a validator has on hold.
pub(crate) const BOND: u128 = 40;
/// What each account has in the beginning, and the treasury too.
pub(crate) const ENDOWMENT: u128 = 100;
/// An account that cannot pay a bond and keep the existential deposit.
pub(crate) const POOR: AccountId = 15;
/// The treasury.
pub(crate) const TREASURY: AccountId = 20;

parameter_types! {
    pub const LeastSlash: Perbill = Perbill::from_percent(10);
    pub const PotId: PalletId = PalletId(*b"wag/vals");
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u128>;
    type DbWeight = RocksDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
}

impl pallet_session::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
    type NextSessionRotation = PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
    type SessionManager = NoteHistoricalRoot<Test, Validators>;
    type SessionHandler = TestSessionHandler;
    type Keys = Keys;
    type DisablingStrategy = UpToLimitDisablingStrategy;
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ConstU128<0>;
}

impl pallet_session::historical::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = crate::NoIdentification;
}

impl pallet_offences::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = IdentificationTuple<Test>;
    type OnOffenceHandler = Validators;
}

impl pallet_waggle_validators::Config for Test {
    type Governance = frame_system::EnsureRoot<AccountId>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Bond = ConstU128<BOND>;
    type LeastSlash = LeastSlash;
    type Treasury = ConstU64<TREASURY>;
    type PotId = PotId;
    type MaxValidators = ConstU32<MAX_VALIDATORS>;
    type ReportSessions = ConstU32<REPORT_SESSIONS>;
    type WeightInfo = ();
}

/// An offence of one validator.
pub(crate) struct Misdeed {
    /// Who.
    pub(crate) offender: AccountId,
    /// In which session.
    pub(crate) session: SessionIndex,
    /// At which moment: the same offence twice at one moment is one.
    pub(crate) moment: u64,
}

impl Offence<IdentificationTuple<Test>> for Misdeed {
    const ID: Kind = *b"a misdeed, a kin";
    type Slot = u64;

    fn offenders(&self) -> Vec<IdentificationTuple<Test>> {
        vec![(self.offender, ())]
    }
    fn session_index(&self) -> SessionIndex {
        self.session
    }
    fn validator_set_count(&self) -> u32 {
        4
    }
    fn slot(&self) -> u64 {
        self.moment
    }
    fn slash_fraction(&self, offenders: u32) -> Perbill {
        Perbill::from_rational(offenders, 4)
    }
}

/// What reports of offences go through.
pub(crate) type Reports = crate::OncePerStay<Test, Offences>;

/// Report an offence of `offender` in the running session.
pub(crate) fn report(offender: AccountId, moment: u64) -> Result<(), OffenceError> {
    Reports::report_offence(vec![], Misdeed { offender, session: Session::current_index(), moment })
}

/// Whether an offence of `offender` would be news.
pub(crate) fn is_known(offender: AccountId, moment: u64) -> bool {
    <Reports as ReportOffence<_, _, Misdeed>>::is_known_offence(&[(offender, ())], &moment)
}

/// Run `test` in session 1 of a chain with the validators 1 to `count`, then check the pallet's
/// invariants, and that no money was made or lost. Accounts up to 9 are funded.
pub(crate) fn build_and_execute(count: u64, test: impl FnOnce()) {
    genesis(count).execute_with(|| {
        let issuance = Balances::total_issuance();
        next_session();
        test();
        Validators::do_try_state().expect("the invariants hold");
        assert_eq!(Balances::total_issuance(), issuance);
    });
}

/// A chain with the validators 1 to `count` in block 0.
pub(crate) fn genesis(count: u64) -> sp_io::TestExternalities {
    let mut balances: Vec<_> = (1..=10).map(|account| (account, ENDOWMENT)).collect();
    balances.extend([(POOR, BOND + EXISTENTIAL_DEPOSIT - 1), (TREASURY, ENDOWMENT)]);
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
        session: pallet_session::GenesisConfig {
            keys: (1..=count).map(|account| (account, account, keys(account))).collect(),
            ..Default::default()
        },
        ..Default::default()
    };
    genesis.build_storage().expect("the genesis is valid").into()
}

/// The session keys number `key`.
pub(crate) fn keys(key: u64) -> Keys {
    Keys { dummy: UintAuthorityId(key) }
}

/// Have `account` set the session keys number `key`, with a proof that they are its own.
pub(crate) fn set_keys(account: AccountId, key: u64) {
    let mut keys = keys(key);
    let proof = keys.create_ownership_proof(&account.encode()).expect("test keys sign").encode();
    Session::set_keys(RuntimeOrigin::signed(account), keys, proof).expect("the keys are good");
}

/// Let `account` be ready to be added, with the session keys number `key`.
pub(crate) fn prepare(account: AccountId, key: u64) {
    set_keys(account, key);
    assert_ok!(Validators::bond(RuntimeOrigin::signed(account)));
    let _ = events();
}

/// What `account` has that is not on hold.
pub(crate) fn free(account: AccountId) -> u128 {
    Balances::free_balance(account)
}

/// What `account` has on hold as a bond.
pub(crate) fn held(account: AccountId) -> u128 {
    Balances::balance_on_hold(&crate::HoldReason::ValidatorBond.into(), &account)
}

/// Let the validators 1 to `count` be as they were before there were bonds.
pub(crate) fn forget_bonds(count: u64) {
    for account in 1..=count {
        let reason = crate::HoldReason::ValidatorBond.into();
        assert_ok!(Balances::release_all(&reason, &account, Exact));
        crate::Bonds::<Test>::remove(account);
    }
}

/// Let `author` make this many blocks.
pub(crate) fn make_blocks(author: AccountId, blocks: u32) {
    for _ in 0..blocks {
        Validators::note_author(author);
    }
}

/// Go on to the first block of the next session.
pub(crate) fn next_session() {
    let (now, session) = (System::block_number(), Session::current_index());
    let first = (now / SESSION + 1) * SESSION;
    System::set_block_number(first);
    Session::on_initialize(first);
    assert_eq!(Session::current_index(), session + 1, "a session has begun");
    Validators::do_try_state().expect("the invariants hold");
}

/// The accounts of the set, in its order.
pub(crate) fn set() -> Vec<AccountId> {
    crate::Validators::<Test>::get().into_iter().map(|member| member.account).collect()
}

/// The validators that sit and are not disabled.
pub(crate) fn authors() -> Vec<AccountId> {
    let disabled = Session::disabled_validators();
    let sitting = Session::validators().into_iter().enumerate();
    sitting
        .filter(|(index, _)| !disabled.contains(&(*index as u32)))
        .map(|(_, account)| account)
        .collect()
}

/// This pallet's events so far, oldest first; clears them.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
