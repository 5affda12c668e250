//! Evidence over several epochs. A member of a large domain answers few of an epoch's samples, and
//! in a small one there are few: by itself no epoch would ever say anything of it.
//!
//! Each kind of evidence has a window of its own. While there is too little of it, the window goes
//! on into later epochs; once there was enough for a verdict, the next one starts from nothing. So
//! no lesson counts in two verdicts, and two flags in a row are of two windows that share none.

use super::{AuditRules, Conduct, Deviations, Evidence, Replay, Tally, Verdict, Votes, MAX_CLAIMS};
use crate::{claim::Epoch, types::Hash32};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Reverse;
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

/// How many epochs a window has at most: a week of hours. With 32 samples of 16 answers an epoch,
/// members of a domain of five thousand have 16 prompts in that time, on average. What is older may
/// be of kin, knowledge bases and prompts that are not there any more.
pub const MAX_WINDOW: u32 = 168;

/// In which epoch the window of each kind of evidence begins.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct Since {
    /// Of votes between claims.
    pub contrast: Epoch,
    /// Of distances from kin.
    pub distance: Epoch,
    /// Of likelihoods.
    pub replay: Epoch,
    /// Of conduct.
    pub conduct: Epoch,
}

/// What a member's windows have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Where they begin.
    pub since: Since,
    /// The evidence.
    pub tally: Tally,
}

impl Window {
    /// Of one epoch.
    pub fn of(epoch: Epoch, tally: Tally) -> Self {
        let since = Since { contrast: epoch, distance: epoch, replay: epoch, conduct: epoch };
        Self { since, tally }
    }

    /// What goes on once the verdicts on this were said: of each kind that had too little to say
    /// anything, all of it. Of votes, where other claims had enough and these did not, those: the
    /// others had their say.
    pub fn rest(self, rules: &AuditRules) -> Self {
        let Self { since, mut tally } = self;
        for (evidence, verdict) in tally.verdicts(rules) {
            let goes_on = matches!(verdict, Verdict::NotEnough { .. });
            match evidence {
                Evidence::Contrast => {
                    let want = rules.contrast.least_prompts.max(1);
                    tally.contrasts.retain(|(_, votes)| goes_on && votes.prompts < want);
                }
                Evidence::Distance if !goes_on => tally.deviations = Deviations::default(),
                Evidence::Replay if !goes_on => tally.replay = Replay::default(),
                Evidence::Conduct(_) if !goes_on => tally.conduct = Conduct::default(),
                Evidence::Distance | Evidence::Replay | Evidence::Conduct(_) => {}
            }
        }
        if tally.contrasts.is_empty() {
            tally.prompts = 0;
        }
        Self { since, tally }
    }

    /// With what the samples of a later epoch say. What is too old is dropped, and of another claim
    /// all but conduct.
    pub fn and(self, epoch: Epoch, tally: Tally, rules: &AuditRules) -> Self {
        let Self { since, tally: before } = self.without_the_old(epoch, tally.claim);
        let begin = |is_new: bool, since: Epoch| if is_new { epoch } else { since };
        let since = Since {
            contrast: begin(before.contrasts.is_empty(), since.contrast),
            distance: begin(before.deviations.prompts == 0, since.distance),
            replay: begin(before.replay.tokens == 0, since.replay),
            conduct: begin(before.conduct.seats == 0, since.conduct),
        };
        let want = rules.contrast.least_prompts.max(1);
        let tally = Tally {
            claim: tally.claim,
            prompts: before.prompts.saturating_add(tally.prompts),
            contrasts: votes_of_both(&before.contrasts, &tally.contrasts, want),
            deviations: before.deviations.with(tally.deviations),
            replay: before.replay.with(tally.replay),
            conduct: before.conduct.with(tally.conduct),
        };
        Self { since, tally }
    }

    /// What may count in `epoch`, of a member that claims this.
    fn without_the_old(self, epoch: Epoch, claim: Option<Hash32>) -> Self {
        let Self { since, mut tally } = self;
        let is_other = tally.claim != claim;
        let is_old = |since: Epoch| epoch.saturating_sub(since) >= MAX_WINDOW;
        if is_other || is_old(since.contrast) {
            tally.contrasts = BoundedVec::default();
            tally.prompts = 0;
        }
        if is_other || is_old(since.distance) {
            tally.deviations = Deviations::default();
        }
        if is_other || is_old(since.replay) {
            tally.replay = Replay::default();
        }
        if is_old(since.conduct) {
            tally.conduct = Conduct::default();
        }
        Self { since, tally }
    }
}

/// The votes against each claim, by what is known.
type Contrasts = BoundedVec<(Hash32, Votes), ConstU32<MAX_CLAIMS>>;

/// The votes of both; where that is more claims than are kept, those with the most prompts, so that
/// whoever makes up claims has to go on with them. As soon as `want` prompts compare with one
/// claim, earlier votes against claims that the new samples do not have are left out: the member
/// shall not wait for them to be judged.
fn votes_of_both(before: &Contrasts, new: &Contrasts, want: u32) -> Contrasts {
    let mut both: Vec<(Hash32, Votes)> = new
        .iter()
        .map(|(claim, votes)| {
            let earlier = before.iter().find(|(known, _)| known == claim);
            (*claim, earlier.map_or(*votes, |(_, earlier)| earlier.with(*votes)))
        })
        .collect();
    if both.iter().all(|(_, votes)| votes.prompts < want) {
        let is_new = |claim: &Hash32| new.iter().any(|(known, _)| known == claim);
        both.extend(before.iter().filter(|(claim, _)| !is_new(claim)).copied());
    }
    both.sort_by_key(|(_, votes)| Reverse(votes.prompts));
    BoundedVec::truncate_from(both)
}

#[cfg(test)]
mod tests;
