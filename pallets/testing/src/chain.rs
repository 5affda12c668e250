//! A block to test in, and what happened in it.

use frame_system::{Config, Pallet as System};
use sp_runtime::{traits::One, BuildStorage};

/// Run `test` in block 1 of a chain with this genesis.
pub fn in_block_one<T: Config>(genesis: &impl BuildStorage, test: impl FnOnce()) {
    let storage = genesis.build_storage().expect("the genesis is valid");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::<T>::set_block_number(One::one());
        test();
    });
}

/// A pallet's events in this block so far, oldest first. Clears all events.
pub fn take_events<T, E>() -> Vec<E>
where
    T: Config,
    T::RuntimeEvent: TryInto<E>,
{
    let events = System::<T>::read_events_for_pallet::<E>();
    System::<T>::reset_events();
    events
}
