//! Domains and members as clients see them, for the runtime API. Never called in a block.

use crate::{
    founding::GENERAL_QUESTION, Config, DomainsOf, Founded, Membership, Memberships, Pallet,
    Populations,
};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::{
    domain::GENERAL,
    traits::Ratings,
    view::{DomainView, MembershipView},
    DomainId,
};

/// Most domains, or members, that are listed at once.
pub const MAX_LISTED: u32 = 1_000;

/// Title and description of the general domain.
const GENERAL_TEXTS: (&[u8], &[u8]) =
    (b"General", b"Questions of any kind. Every agent is a member when it registers.");

impl<T: Config> Pallet<T> {
    /// The domains from number `from` on, at most `limit` and [`MAX_LISTED`].
    pub fn listed(from: DomainId, limit: u32) -> Vec<DomainView> {
        let end = from.saturating_add(limit.min(MAX_LISTED)).min(Self::next_domain());
        (from..end).filter_map(Self::view).collect()
    }

    /// A domain.
    pub fn view(id: DomainId) -> Option<DomainView> {
        let population = Populations::<T>::get(id);
        let (title, description, question, founded) = if id == GENERAL {
            let (title, description) = GENERAL_TEXTS;
            (title.to_vec(), description.to_vec(), GENERAL_QUESTION, 0)
        } else {
            let domain = Founded::<T>::get(id)?;
            let (title, description) = (domain.title.into_inner(), domain.description.into_inner());
            (title, description, domain.question, domain.founded.saturated_into())
        };
        Some(DomainView {
            id,
            title,
            description,
            question,
            founded,
            members: population.members,
            on_roster: population.on_roster,
            pool: Self::pool_view(id),
        })
    }

    /// The owners of the members of a domain with what `R` knows of them there, in the order in
    /// which they are stored: those that come after `after`, at most `limit` and [`MAX_LISTED`].
    pub fn members<R: Ratings<T::AccountId>>(
        domain: DomainId,
        after: Option<&T::AccountId>,
        limit: u32,
    ) -> Vec<(T::AccountId, MembershipView)> {
        let members = match after {
            None => Memberships::<T>::iter_prefix(domain),
            Some(owner) => {
                let key = Memberships::<T>::hashed_key_for(domain, owner);
                Memberships::<T>::iter_prefix_from(domain, key)
            }
        };
        members
            .take(limit.min(MAX_LISTED) as usize)
            .map(|(owner, membership)| {
                let view = Self::membership_view::<R>(domain, &owner, membership);
                (owner, view)
            })
            .collect()
    }

    /// The domains of which the agent of `owner` is a member, with what `R` knows of it there.
    pub fn memberships_of<R: Ratings<T::AccountId>>(owner: &T::AccountId) -> Vec<MembershipView> {
        DomainsOf::<T>::get(owner)
            .into_iter()
            .filter_map(|domain| {
                let membership = Memberships::<T>::get(domain, owner)?;
                Some(Self::membership_view::<R>(domain, owner, membership))
            })
            .collect()
    }

    fn membership_view<R: Ratings<T::AccountId>>(
        domain: DomainId,
        owner: &T::AccountId,
        membership: Membership<BlockNumberFor<T>>,
    ) -> MembershipView {
        let known = R::get(domain, owner);
        let (claim, next_claim) = Self::claims_of(domain, owner);
        MembershipView {
            domain,
            since: membership.since.saturated_into(),
            absences: membership.place.map(|_| membership.absences),
            rating: known.rating(),
            bias: known.bias(),
            quality: known.quality(),
            rounds: known.rounds(),
            claim,
            next_claim,
            collectable: Self::collectable(domain, owner),
            suspended: Self::suspended_in(domain, owner),
        }
    }
}
