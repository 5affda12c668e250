//! What members say that they answer with. A claim holds for whole epochs: what is declared now
//! holds from the next one on. It costs the fee of a transaction and no deposit: there is one for a
//! membership at most, which the agent's bond pays for, and it goes with the membership.

use crate::{Claims, Config, EpochBlocks, Error, Event, Memberships, Pallet};
use frame_support::ensure;
use sp_runtime::{traits::SaturatedConversion, DispatchResult};
use waggle_primitives::{
    claim::{epoch_of, Epoch},
    traits::AgentRegistry,
    view::ClaimView,
    Claim, DomainId,
};

impl<T: Config> Pallet<T> {
    /// The epoch of this block.
    pub fn epoch() -> Epoch {
        let now = frame_system::Pallet::<T>::block_number();
        epoch_of(now.saturated_into(), EpochBlocks::<T>::get())
    }

    /// See [`Pallet::claim`].
    pub(crate) fn do_claim(
        domain: DomainId,
        owner: T::AccountId,
        claim: Option<Claim>,
    ) -> DispatchResult {
        ensure!(T::Agents::key_of(&owner).is_some(), Error::<T>::NotAnAgent);
        ensure!(Memberships::<T>::contains_key(domain, &owner), Error::<T>::NotMember);
        ensure!(claim.as_ref().is_none_or(Claim::is_valid), Error::<T>::InvalidClaim);
        let declared = Claims::<T>::get(domain, &owner);
        ensure!(claim.is_some() || declared.is_some(), Error::<T>::NothingClaimed);
        let (epoch, digest) = (Self::epoch(), claim.as_ref().map(Claim::digest));
        let declarations = declared.unwrap_or_default().declare(epoch, claim);
        if declarations.is_over(epoch) {
            Claims::<T>::remove(domain, &owner);
        } else {
            Claims::<T>::insert(domain, &owner, declarations);
        }
        let from_epoch = epoch.saturating_add(1);
        Self::deposit_event(Event::Claimed { domain, owner, digest, from_epoch });
        Ok(())
    }

    /// What the agent of `owner` claims in the domain now, and what it declared for later.
    pub(crate) fn claims_of(
        domain: DomainId,
        owner: &T::AccountId,
    ) -> (Option<ClaimView>, Option<ClaimView>) {
        let Some(declarations) = Claims::<T>::get(domain, owner) else { return (None, None) };
        let epoch = Self::epoch();
        let holds = declarations.at(epoch).filter(|declared| declared.claim.is_some());
        (holds.map(ClaimView::from), declarations.after(epoch).map(ClaimView::from))
    }
}
