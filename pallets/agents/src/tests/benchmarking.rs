//! The chain on which the benchmarks run as tests.

use crate::mock::{RuntimeGenesisConfig, Test, GENESIS};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::BuildStorage;

/// A chain without accounts, with a keystore.
pub(crate) fn chain() -> sp_io::TestExternalities {
    let mut chain = sp_io::TestExternalities::new(
        RuntimeGenesisConfig::default().build_storage().expect("the genesis is valid"),
    );
    chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    chain.execute_with(|| frame_system::BlockHash::<Test>::insert(0, sp_core::H256(GENESIS)));
    // Each benchmark starts from what is committed.
    chain.commit_all().expect("a new chain has no open transaction");
    chain
}
