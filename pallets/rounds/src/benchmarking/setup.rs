//! What the runtime has to make for the benchmarks.

use crate::Config;
use waggle_primitives::{AgentKey, DomainId};

/// What the benchmarks need of the runtime: this pallet can make neither money nor agents nor
/// randomness.
pub trait Setup: Config {
    /// Give `account` money for a bond, rewards and tickets, and the treasury as much.
    fn endow(account: &Self::AccountId);
    /// The domain in which the benchmarks ask: one that was founded.
    fn domain() -> DomainId;
    /// Register an agent of `owner`, which has been endowed, with a profile as long as it may be,
    /// and let it be a member of [`Setup::domain`].
    fn register(owner: &Self::AccountId, key: AgentKey);
    /// Give that domain a reward pool that was touched last in another epoch.
    fn fill_pool();
    /// Whether a round is counted in that domain that the agent of `owner` served.
    fn has_served(owner: &Self::AccountId) -> bool;
    /// Have rounds of that domain audited, of which these are members: each claims as much as it
    /// may.
    fn have_audited(owners: &[Self::AccountId]);
    /// How often in a row an agent may stay away before it is taken off the roster.
    fn max_absences() -> u32;
    /// For how many blocks after an absence no other one counts.
    fn absence_period() -> u32;
    /// Give this block the randomness that blocks of this chain have.
    fn provide_randomness();
}
