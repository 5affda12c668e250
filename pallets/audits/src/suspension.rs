//! What an epoch says of a member, and what follows: its standing, its suspension, and the end of
//! both. Whoever has left the domain since is judged like a member ([`crate::leaving`]).

use crate::{Config, Error, Event, Pallet, Standing, Standings};
use frame_support::{ensure, traits::Get, BoundedVec};
use sp_runtime::DispatchResult;
use waggle_primitives::{
    audit::{
        standing::{Evidence, Row},
        tally::Window,
        Tally, Verdict,
    },
    claim::Epoch,
    traits::{AuditedDomains, Bonds},
    DomainId,
};

impl<T: Config> Pallet<T> {
    /// Judge a member by what all samples of `epoch` say of it, with what those of earlier epochs
    /// left open. Whoever is suspended already is not slashed again for what it did before.
    pub(crate) fn judge_member(domain: DomainId, epoch: Epoch, owner: &T::AccountId, tally: Tally) {
        let (before, rules) = (Standings::<T>::get(domain, owner), T::Rules::get());
        let Window { since, tally } = match &before {
            None => Window::of(epoch, tally),
            Some(Standing { tally: earlier, since, .. }) => {
                let earlier = Window { since: *since, tally: earlier.clone() };
                earlier.rest(&rules).and(epoch, tally, &rules)
            }
        };
        let verdicts = tally.verdicts(&rules).map(|(evidence, verdict)| {
            let row = row_before(before.as_ref(), &tally, evidence);
            (evidence, verdict, row.after(verdict))
        });
        let flags = verdicts.iter().filter(|(_, verdict, _)| *verdict == Verdict::Flag);
        let mut cause = None;
        for (evidence, _, row) in flags {
            if row.suspends() {
                cause = cause.or(Some(*evidence));
            }
            Self::deposit_event(Event::MemberFlagged {
                domain,
                epoch,
                owner: owner.clone(),
                evidence: *evidence,
                in_a_row: row.flags(),
            });
        }
        let verdicts = BoundedVec::truncate_from(verdicts.to_vec());
        Standings::<T>::insert(domain, owner, Standing { epoch, tally, since, verdicts });
        if let Some(evidence) = cause {
            Self::suspend(domain, epoch, owner, evidence);
        }
    }

    fn suspend(domain: DomainId, epoch: Epoch, owner: &T::AccountId, evidence: Evidence) {
        if T::Domains::suspended_since(domain, owner).is_some() {
            return;
        }
        T::Domains::suspend(domain, owner);
        let slashed = T::Bonds::slash(owner, T::SuspensionSlash::get());
        let owner = owner.clone();
        Self::deposit_event(Event::MemberSuspended { domain, epoch, owner, evidence, slashed });
    }

    /// See [`Pallet::lift`].
    pub(crate) fn do_lift(domain: DomainId, owner: T::AccountId) -> DispatchResult {
        ensure!(T::Domains::reinstate(domain, &owner), Error::<T>::NotSuspended);
        Standings::<T>::mutate(domain, &owner, |standing| {
            for (_, _, row) in standing.iter_mut().flat_map(|standing| standing.verdicts.iter_mut())
            {
                *row = Row::default();
            }
        });
        Self::deposit_event(Event::SuspensionLifted { domain, owner });
        Ok(())
    }
}

/// The row of flags that a member had by this evidence. A claim that changed starts new rows; only
/// of its conduct it makes no difference, or nobody would ever be suspended for that.
fn row_before(before: Option<&Standing>, tally: &Tally, evidence: Evidence) -> Row {
    let is_same = |standing: &&Standing| {
        matches!(evidence, Evidence::Conduct(_)) || standing.tally.claim == tally.claim
    };
    before
        .filter(is_same)
        .and_then(|standing| standing.verdicts.iter().find(|(known, _, _)| *known == evidence))
        .map(|(_, _, row)| *row)
        .unwrap_or_default()
}
