//! # Origins
//!
//! Whom referenda speak for besides root, and what the money of votes is on hold for. No storage,
//! no calls, no hooks, no events.

pub use pallet::*;

use crate::{OriginCaller, RuntimeOrigin};
use frame_support::traits::{EnsureOrigin, OriginTrait};

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// The pallet's parameters: none of its own.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// What money is on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The votes of its account.
        Vote,
    }

    /// Whom a referendum speaks for.
    #[derive(
        PartialEq, Eq, Clone, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
    )]
    #[pallet::origin]
    pub enum Origin {
        /// Token holders, about a call that the technical committee has whitelisted. It may
        /// dispatch such a call as root, and nothing else.
        WhitelistedCaller,
    }
}

/// The origin is [`Origin::WhitelistedCaller`].
pub struct EnsureWhitelistedCaller;

impl EnsureOrigin<RuntimeOrigin> for EnsureWhitelistedCaller {
    type Success = ();

    fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
        if matches!(origin.caller(), OriginCaller::Origins(Origin::WhitelistedCaller)) {
            Ok(())
        } else {
            Err(origin)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Ok(Origin::WhitelistedCaller.into())
    }
}
