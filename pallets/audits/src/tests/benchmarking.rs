//! The chain on which the benchmarks run as tests.

use crate::{benchmarking::Setup, mock::*};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::BuildStorage;
use std::collections::BTreeMap;
use waggle_primitives::{AgentKey, DomainId};

/// A chain in block 1 with a keystore.
pub(crate) fn chain() -> sp_io::TestExternalities {
    let storage = genesis().build_storage().expect("the genesis is valid");
    let mut chain = sp_io::TestExternalities::new(storage);
    chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    chain.execute_with(|| System::set_block_number(1));
    // Each benchmark starts from what is committed.
    chain.commit_all().expect("a new chain has no open transaction");
    chain
}

impl Setup for Test {
    fn domain() -> DomainId {
        1
    }

    fn agent(number: u32, key: AgentKey) -> AccountId {
        let owner = AccountId::from(number) + 1;
        Rotated::mutate(|keys: &mut BTreeMap<_, _>| keys.insert(owner, key));
        owner
    }

    fn provide_randomness() {
        Randomness::set(Some([9; 32]));
    }
}
