//! # Slots
//!
//! How long a slot is: a parameter of the genesis, read by everything that counts time, so that one
//! wasm serves chains of different pace. It cannot change later, because BABE's slot numbers are
//! the time divided by it.
//!
//! One storage value, no calls, no hooks, no events. A genesis with slots shorter than
//! [`crate::MIN_SLOT_MS`] is refused.

pub use pallet::*;

use frame_support::traits::Get;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use frame_support::{pallet_prelude::*, traits::StorageVersion};

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters: none of its own.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Slot duration in milliseconds. Written by the genesis.
    #[pallet::storage]
    pub type SlotDurationMs<T: Config> = StorageValue<_, u64, ValueQuery, DefaultSlotMs>;

    /// The slot duration of a chain whose genesis says nothing of it.
    #[pallet::type_value]
    pub fn DefaultSlotMs() -> u64 {
        crate::DEFAULT_SLOT_MS
    }

    /// The chain's pace.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Slot duration in milliseconds, at least [`crate::MIN_SLOT_MS`].
        pub slot_duration_ms: u64,
        /// The runtime.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self { slot_duration_ms: crate::DEFAULT_SLOT_MS, _config: Default::default() }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.slot_duration_ms >= crate::MIN_SLOT_MS,
                "slots.slotDurationMs is at least 100"
            );
            SlotDurationMs::<T>::put(self.slot_duration_ms);
        }
    }
}

/// The slot duration in milliseconds.
pub struct SlotDuration<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<u64> for SlotDuration<T> {
    fn get() -> u64 {
        SlotDurationMs::<T>::get()
    }
}

/// Half a slot in milliseconds: what two blocks are at least apart, and what BABE doubles to get
/// the slot duration.
pub struct HalfSlot<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<u64> for HalfSlot<T> {
    fn get() -> u64 {
        SlotDurationMs::<T>::get() / 2
    }
}
