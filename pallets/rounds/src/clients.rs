//! How many running rounds each client has.

use crate::{Config, Error, OpenRoundsOf, Pallet};
use frame_support::{defensive, ensure, traits::Get};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// Count one more running round of `client`. Errors: it has as many as it may have.
    pub(crate) fn count_round_of(client: &T::AccountId) -> DispatchResult {
        let running = OpenRoundsOf::<T>::get(client);
        ensure!(running < T::MaxOpenRoundsPerClient::get(), Error::<T>::TooManyRoundsOfClient);
        OpenRoundsOf::<T>::insert(client, running.saturating_add(1));
        Ok(())
    }

    /// A round of `client` is over.
    pub(crate) fn uncount_round_of(client: &T::AccountId) {
        OpenRoundsOf::<T>::mutate_exists(client, |running| match running.take() {
            None | Some(0) => {
                defensive!("a running round is counted for its client");
            }
            Some(1) => {}
            Some(more) => *running = Some(more.saturating_sub(1)),
        });
    }
}
