//! The committee of an epoch's samples: who is on it, and what it does.
//!
//! Lots are drawn when the epoch is over, so that nobody knows while answers are given who will
//! look at them. Several blocks draw, of two authors where there are more, and offers stay as they
//! were before: an author that knows its own randomness cannot arrange them by it. Whoever has no
//! agent any more loses its offer when its lot is drawn.

use crate::{
    Auditor, Auditors, Committed, Config, Draws, Error, Event, Offers, Opened, Pallet, LOG_TARGET,
    MAX_COMMITTEE,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{traits::Get, BoundedVec};
use sp_core::ConstU32;
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;
use waggle_primitives::{
    audit::{AuditAct, SignedAuditAct},
    claim::Epoch,
    lots::{Draw, Lots},
    traits::{AgentRegistry, AuditedDomains, BlockRandomness},
    DomainId, Hash32,
};

/// How many lots are looked at for a committee at most.
pub(crate) const MAX_LOTS: u32 = 64;

/// Auditors in the order of their lots.
type Committee<T> =
    BoundedVec<Auditor<<T as frame_system::Config>::AccountId>, ConstU32<MAX_COMMITTEE>>;

impl<T: Config> Pallet<T> {
    /// Let this block contribute to the draw of a domain's committee. What the committee of the
    /// samples of `epoch` is drawn with, once enough blocks have contributed.
    pub(crate) fn committee_seed(domain: DomainId, epoch: Epoch) -> Option<Hash32> {
        let randomness = T::BlockRandomness::draw().unwrap_or_else(|| {
            log::warn!(target: LOG_TARGET, "no randomness in this block: its parent's hash draws");
            frame_system::Pallet::<T>::parent_hash().0
        });
        let author = T::BlockRandomness::author().unwrap_or_default();
        let mut draw = Draws::<T>::get(domain).unwrap_or_else(|| Draw::new(epoch.into()));
        draw.add(author, &randomness);
        let seed = draw.seed(T::DrawBlocks::get(), T::BlockRandomness::authors());
        if seed.is_some() {
            Draws::<T>::remove(domain);
        } else {
            Draws::<T>::insert(domain, draw);
        }
        let drawn = seed?;
        Some((b"waggle/audit/committee", domain, epoch, drawn).using_encoded(blake2_256))
    }

    /// Up to `CommitteeSize` of those who offer, by lot: without those that are suspended in the
    /// domain.
    pub(crate) fn draw_committee(domain: DomainId, seed: Hash32) -> Committee<T> {
        let offers = Offers::<T>::get(domain);
        let lots = Lots::new(seed, offers);
        let size = T::CommitteeSize::get().min(MAX_COMMITTEE) as usize;
        let (mut committee, mut gone) = (Committee::<T>::new(), Vec::new());
        for lot in 0..offers.min(MAX_LOTS) {
            if committee.len() >= size {
                break;
            }
            let number = lots.number_with(lot);
            let Some(owner) = number.and_then(|number| Auditors::<T>::get(domain, number)) else {
                continue;
            };
            match T::Agents::key_of(&owner) {
                None => gone.push(owner),
                Some(_) if T::Domains::suspended_since(domain, &owner).is_some() => {}
                Some(key) => {
                    // It is full at its bound.
                    let _ = committee.try_push(Auditor { owner, key, done: 0, findings: 0 });
                }
            }
        }
        // Afterwards: it changes the numbers.
        for owner in gone {
            Self::end_offer(domain, &owner, false);
        }
        committee
    }

    /// See [`Pallet::audit`].
    pub(crate) fn do_audit(signed: &SignedAuditAct) -> DispatchResult {
        let SignedAuditAct { agent, act, .. } = signed;
        Self::admit(agent, act, Self::current_block()).map_err(Error::<T>::from)?;
        match act {
            AuditAct::Commit { domain, epoch, seals } => {
                Committed::<T>::insert(domain, agent, seals);
                let (domain, epoch, agent) = (*domain, *epoch, *agent);
                Self::deposit_event(Event::FindingsCommitted { domain, epoch, agent });
            }
            AuditAct::Open { domain, epoch, sample, findings, .. } => {
                Committed::<T>::mutate(domain, agent, |seals| {
                    let seal = seals.as_mut().and_then(|seals| seals.get_mut(*sample as usize));
                    if let Some(seal) = seal {
                        *seal = None;
                    }
                });
                Opened::<T>::insert((*domain, *sample), agent, findings);
                let (domain, epoch, sample, agent) = (*domain, *epoch, *sample, *agent);
                Self::deposit_event(Event::FindingsOpened { domain, epoch, sample, agent });
            }
        }
        Ok(())
    }
}
