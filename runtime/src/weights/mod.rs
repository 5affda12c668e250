//! What the runtime's work costs: one file for each pallet, measured and written by
//! `./scripts/weights`.
//!
//! Session's, BABE's and GRANDPA's calls keep the weights that polkadot-sdk measured for its own
//! runtime: they are rare, and their benchmarks need pallets that this runtime does not have. So do
//! those of governance, of proxies, of multisig accounts and of batches: they are rare.

pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_treasury;
pub mod pallet_waggle_agents;
pub mod pallet_waggle_audits;
pub mod pallet_waggle_domains;
pub mod pallet_waggle_examinations;
pub mod pallet_waggle_rounds;
pub mod pallet_waggle_validators;
