//! The types that a node is made of, with our runtime and block filled in.

use sc_consensus::LongestChain;
use sc_service::{TFullBackend, TFullClient};
use sc_transaction_pool::TransactionPoolHandle;
use waggle_runtime::{Header, RuntimeApi};

/// A block as a node handles it. Its extrinsics stay encoded: the runtime alone reads them, and
/// clients get them over RPC as hex, which is what they expect.
pub type Block = sp_runtime::generic::Block<Header, sp_runtime::OpaqueExtrinsic>;
/// Runs the runtime's wasm.
pub type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
/// The chain.
pub type Client = TFullClient<Block, RuntimeApi, Executor>;
/// Its database.
pub type Backend = TFullBackend<Block>;
/// How the best chain is chosen.
pub type SelectChain = LongestChain<Backend, Block>;
/// Pending transactions.
pub type Pool = TransactionPoolHandle<Block, Client>;
