//! `benchmark pallet` of the polkadot-sdk for a runtime in a file, without a node, a database or
//! host functions of parachains. The options are those of `frame-omni-bencher v1 benchmark pallet`.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sc_cli::LoggerBuilder;
use sp_runtime::traits::BlakeTwo256;

// The node's allocator, so that what is measured allocates as it will on a validator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> sc_cli::Result<()> {
    LoggerBuilder::new("info,wasm_jit=off,cranelift=off").init()?;
    // Substrate's host functions are always there; Waggle's runtime needs no others.
    PalletCmd::parse().run_with_spec::<BlakeTwo256, ()>(None)
}
