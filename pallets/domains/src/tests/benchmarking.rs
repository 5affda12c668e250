//! The chain on which the benchmarks run as tests.

use crate::mock::RuntimeGenesisConfig;
use sp_runtime::BuildStorage;

/// A chain without accounts.
pub(crate) fn chain() -> sp_io::TestExternalities {
    RuntimeGenesisConfig::default().build_storage().expect("the genesis is valid").into()
}
