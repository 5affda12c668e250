//! A runtime with this pallet alone.

use crate as pallet_waggle_ratings;
use frame_support::{derive_impl, parameter_types, weights::constants::RocksDbWeight};
use sp_runtime::BuildStorage;
use waggle_primitives::rule::Rule;

type Block = frame_system::mocking::MockBlock<Test>;

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
    pub type Ratings = pallet_waggle_ratings;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type DbWeight = RocksDbWeight;
}

parameter_types! {
    pub static Judging: Rule = Rule::default();
}

impl pallet_waggle_ratings::Config for Test {
    type Rule = Judging;
}

/// Run `test` in block 1 of a fresh chain, then check the pallet's invariants.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    execute_on(&RuntimeGenesisConfig::default(), test);
}

/// Run `test` in block 1 of a chain with this storage, then check the pallet's invariants.
pub(crate) fn execute_on(genesis: &impl BuildStorage, test: impl FnOnce()) {
    // Tests may share a thread, and with it this.
    Judging::set(Rule::default());
    waggle_testing::in_block_one::<Test>(genesis, || {
        test();
        Ratings::do_try_state().expect("the invariants hold");
    });
}

/// This pallet's events so far, oldest first; clears them.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    waggle_testing::take_events::<Test, _>()
}
