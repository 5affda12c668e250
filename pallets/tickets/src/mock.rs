//! A runtime with balances and this pallet.

use crate as pallet_waggle_tickets;
use frame_support::{derive_impl, parameter_types, traits::fungible::hold::Inspect};

type Block = frame_system::mocking::MockBlock<Test>;

/// An account: a client or an agent's owner.
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
    pub type Tickets = pallet_waggle_tickets;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u128>;
}

parameter_types! {
    pub const ExistentialDeposit: u128 = 10;
    pub const Treasury: AccountId = TREASURY;
    pub const MinimumTicket: u128 = 20;
    pub const MinimumReward: u128 = 50;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type FreezeIdentifier = u8;
    type MaxFreezes = frame_support::traits::ConstU32<1>;
}

impl pallet_waggle_tickets::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Treasury = Treasury;
    type MinimumTicket = MinimumTicket;
    type MinimumReward = MinimumReward;
}

/// Accounts 1..=ACCOUNTS are endowed.
pub(crate) const ACCOUNTS: AccountId = 12;
/// What each of them has at the start.
pub(crate) const ENDOWMENT: u128 = 100_000;
/// The treasury's account: it exists.
pub(crate) const TREASURY: AccountId = 1_000;
/// The client of most tests.
pub(crate) const CLIENT: AccountId = 1;

/// Run `test` in block 1 of a fresh chain, then check the pallet's invariants and that no money
/// came or went.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    execute(|| {
        let issued = Balances::total_issuance();
        test();
        assert_eq!(Balances::total_issuance(), issued, "money came or went");
    });
}

/// Run `test` in block 1 of a fresh chain, then check the pallet's invariants.
pub(crate) fn execute(test: impl FnOnce()) {
    let mut balances: Vec<_> = (1..=ACCOUNTS).map(|account| (account, ENDOWMENT)).collect();
    balances.push((TREASURY, ExistentialDeposit::get()));
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
        ..Default::default()
    };
    waggle_testing::in_block_one::<Test>(&genesis, || {
        test();
        Tickets::do_try_state().expect("the invariants hold");
    });
}

/// What `who` can spend.
pub(crate) fn free(who: AccountId) -> u128 {
    Balances::free_balance(who)
}

/// What `who` has on hold, as rewards and as tickets.
pub(crate) fn held(who: AccountId) -> (u128, u128) {
    (
        Balances::balance_on_hold(&crate::HoldReason::Reward.into(), &who),
        Balances::balance_on_hold(&crate::HoldReason::Ticket.into(), &who),
    )
}

/// This pallet's events so far, oldest first; clears them.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
