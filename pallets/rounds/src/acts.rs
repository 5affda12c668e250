//! Acts in a block: an admitted move is made, alone or in a batch, and may end its phase, but not
//! its round.

use crate::{admission::Admitted, Config, Error, Event, Pallet, Rounds};
use frame_support::{ensure, pallet_prelude::*, storage::with_storage_layer};
use waggle_primitives::{Phase, SignedAct};

impl<T: Config> Pallet<T> {
    /// See [`Pallet::act`]. Returns what was spent.
    pub(crate) fn do_act(signed: &SignedAct) -> Result<Weight, DispatchError> {
        let now = Self::current_block();
        let admitted = Self::admit(&signed.agent, &signed.act, now).map_err(Error::<T>::from)?;
        admitted.play(now)
    }

    /// See [`Pallet::act_batch`]. Returns what was spent.
    pub(crate) fn do_act_batch(acts: &[SignedAct]) -> Result<Weight, DispatchError> {
        ensure!(!acts.is_empty(), Error::<T>::EmptyBatch);
        let mut spent = Weight::zero();
        for signed in acts {
            match with_storage_layer(|| Self::do_act(signed)) {
                Ok(weight) => spent = spent.saturating_add(weight),
                Err(error) => {
                    spent = spent.saturating_add(Self::weight_of_act(&signed.act));
                    Self::deposit_event(Event::ActRefused {
                        agent: signed.agent,
                        round: signed.act.round(),
                        kind: signed.act.kind(),
                        error,
                    });
                }
            }
        }
        Ok(spent)
    }
}

impl<T: Config> Admitted<'_, T> {
    /// Make the move in block `now`. Returns what was spent on it, and on moving the round on.
    fn play(self, now: u32) -> Result<Weight, DispatchError> {
        let Self { round, mut record, action, .. } = self;
        let mut spent = Weight::zero();
        if now > record.deadline {
            // Due, but the hook has not come by: the act moves the round on itself.
            spent = spent.saturating_add(Pallet::<T>::finish_phase(round, record, now));
            record = Rounds::<T>::get(round).ok_or(Error::<T>::NoSuchRound)?;
        }
        spent = spent.saturating_add(action.make(round, &mut record)?);
        let is_complete = Pallet::<T>::is_complete(&record);
        match record.phase {
            Phase::OpeningGrades if is_complete => {
                spent = spent.saturating_add(Pallet::<T>::await_settlement(round, record, now));
            }
            _ if is_complete => {
                spent = spent.saturating_add(Pallet::<T>::finish_phase(round, record, now));
            }
            _ => Rounds::<T>::insert(round, record),
        }
        Ok(spent)
    }
}
