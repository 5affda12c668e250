//! Taking a question back before anybody has answered it.

use crate::{Agenda, Config, Error, Pallet, Rounds};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use waggle_primitives::{lots::Seats, CancelReason, RoundId};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::withdraw`].
    pub(crate) fn do_withdraw(client: &T::AccountId, round: RoundId) -> DispatchResult {
        let record = Rounds::<T>::get(round).ok_or(Error::<T>::NoSuchRound)?;
        ensure!(record.client == *client, Error::<T>::NotTheClient);
        ensure!(record.committed == 0, Error::<T>::HasAnswers);
        // Or clients would ask until they like those whose lots are drawn. Authors of blocks can
        // know that before the draw is over.
        let is_drawn = matches!(record.seats, Seats::Drawing { .. } | Seats::Drawn { .. });
        ensure!(!is_drawn, Error::<T>::SeatsTaken);
        Agenda::<T>::remove(record.deadline.saturating_add(1), round);
        Self::cancel(round, record, CancelReason::Withdrawn, Self::current_block());
        Ok(())
    }
}
