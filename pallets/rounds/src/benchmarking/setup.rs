//! What the runtime has to make for the benchmarks.

use crate::Config;
use waggle_primitives::AgentKey;

/// What the benchmarks need of the runtime: this pallet can make neither money nor agents nor
/// randomness.
pub trait Setup: Config {
    /// Give `account` money for a bond, rewards and tickets, and the treasury as much.
    fn endow(account: &Self::AccountId);
    /// Register an agent of `owner`, which has been endowed, with a profile as long as it may be.
    fn register(owner: &Self::AccountId, key: AgentKey);
    /// Give this block the randomness that blocks of this chain have.
    fn provide_randomness();
}
