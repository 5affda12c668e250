//! From what auditors say of a sample to what an epoch says of a member.
//!
//! A sample gives each of its answers a [`Lesson`]: the votes between its claim and every other one
//! that has references there, how far it is from its kin, how likely its tokens are, and whether
//! the member kept its word. Lessons are added up in a [`Tally`], and the tally is held against the
//! [`AuditRules`]. What is absent adds nothing. What an epoch has too little of goes on into later
//! ones, in a [`Window`].

use super::{
    centroid::Centroid,
    conduct::{Conduct, ConductBounds, Fault},
    contrast::{self, ContrastRules, Vote, Votes},
    distance::{Deviation, Deviations, DistanceRules, Kin},
    embedding::Embedding,
    replay::{Replay, ReplayRules},
    standing::Evidence,
    verdict::Verdict,
};
use crate::types::{Fixed, Hash32};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

mod window;

pub use window::{Since, Window, MAX_WINDOW};

/// With how many other claims a member is compared in an epoch at most: those that come first.
pub const MAX_CLAIMS: u32 = 8;

/// When evidence speaks against a member, or an auditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct AuditRules {
    /// Of votes between claims.
    pub contrast: ContrastRules,
    /// Of distances from kin.
    pub distance: DistanceRules,
    /// Of likelihoods.
    pub replay: ReplayRules,
    /// Of members that do not keep their word.
    pub conduct: ConductBounds,
    /// Further from the median than this, in ‖x − m‖², an auditor's embedding is wrong.
    pub far: Fixed,
}

/// One answer of a sample, as the auditors' medians have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The digest of what its author claims. `None`: nothing, so it is compared with nothing.
    pub claim: Option<Hash32>,
    /// Where it lies.
    pub embedding: Option<Embedding>,
    /// How likely its tokens are under the claimed model.
    pub replay: Option<Replay>,
    /// What the member did wrong in the round.
    pub fault: Option<Fault>,
}

/// What a sample says of one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// The digest of its claim.
    pub claim: Option<Hash32>,
    /// Whether its answer could be compared with anything: it has an embedding.
    pub is_embedded: bool,
    /// Between its claim and each other one that has references in the sample.
    pub contrasts: Vec<(Hash32, Vote)>,
    /// How much further it is from its kin than they are from each other.
    pub deviation: Option<Deviation>,
    /// How likely its tokens are.
    pub replay: Option<Replay>,
    /// What it did wrong.
    pub fault: Option<Fault>,
}

/// What a sample says of each of its answers, in their order. No answer is a reference of itself.
pub fn lessons(readings: &[Reading]) -> Vec<Lesson> {
    let mut kin: BTreeMap<Hash32, Vec<&Embedding>> = BTreeMap::new();
    for reading in readings {
        if let (Some(claim), Some(embedding)) = (reading.claim, &reading.embedding) {
            kin.entry(claim).or_default().push(embedding);
        }
    }
    let centroids: BTreeMap<Hash32, Centroid> = kin
        .iter()
        .filter_map(|(claim, answers)| Some((*claim, Centroid::of(answers.iter().copied())?)))
        .collect();
    readings.iter().map(|reading| lesson(reading, &kin, &centroids)).collect()
}

fn lesson(
    reading: &Reading,
    kin: &BTreeMap<Hash32, Vec<&Embedding>>,
    centroids: &BTreeMap<Hash32, Centroid>,
) -> Lesson {
    let Reading { claim, embedding, replay, fault } = reading;
    let mut lesson = Lesson {
        claim: *claim,
        is_embedded: embedding.is_some(),
        // Under which model would they be likely?
        replay: replay.filter(|_| claim.is_some()),
        fault: *fault,
        ..Default::default()
    };
    let (Some(claim), Some(answer)) = (claim, embedding) else { return lesson };
    let Some(own) = centroids.get(claim).cloned().and_then(|own| own.without(answer)) else {
        return lesson;
    };
    lesson.contrasts = centroids
        .iter()
        .filter(|(other, _)| *other != claim)
        .filter_map(|(other, centroid)| Some((*other, Vote::of(answer, &own, centroid)?)))
        .collect();
    lesson.deviation = kin.get(claim).and_then(|kin| {
        let mut others: Vec<Embedding> = kin.iter().map(|one| (*one).clone()).collect();
        let place = others.iter().position(|one| one == answer)?;
        others.swap_remove(place);
        Kin::of(&others)?.deviation(answer)
    });
    lesson
}

/// What the samples of an epoch say of a member, added up.
#[derive(
    Clone,
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
pub struct Tally {
    /// The digest of its claim. In an epoch there is one, and none from the moment in which the
    /// member left the domain and came back.
    pub claim: Option<Hash32>,
    /// In how many samples it has an answer with an embedding.
    pub prompts: u32,
    /// The votes between its claim and each other one.
    pub contrasts: BoundedVec<(Hash32, Votes), ConstU32<MAX_CLAIMS>>,
    /// How much further it is from its kin than they are from each other.
    pub deviations: Deviations,
    /// How likely its tokens are.
    pub replay: Replay,
    /// Whether it kept its word.
    pub conduct: Conduct,
}

impl Tally {
    /// After one more sample.
    pub fn after(mut self, lesson: &Lesson) -> Self {
        self.claim = lesson.claim.or(self.claim);
        self.prompts = self.prompts.saturating_add(lesson.is_embedded.into());
        for (other, vote) in &lesson.contrasts {
            let known = self.contrasts.iter_mut().find(|(claim, _)| claim == other);
            match known {
                Some((_, votes)) => *votes = votes.after(Some(*vote)),
                None => {
                    // Claims beyond the bound are left out.
                    let _ = self.contrasts.try_push((*other, Votes::of([Some(*vote)])));
                }
            }
        }
        self.deviations = self.deviations.after(lesson.deviation);
        self.replay = lesson.replay.map_or(self.replay, |replay| self.replay.with(replay));
        self.conduct = self.conduct.after(lesson.fault);
        self
    }

    /// What the epoch says of the member by each kind of evidence that auditors have.
    pub fn verdicts(&self, rules: &AuditRules) -> [(Evidence, Verdict); 4] {
        let votes: Vec<Votes> = self.contrasts.iter().map(|(_, votes)| *votes).collect();
        let exception = Fault::Exception;
        [
            (Evidence::Contrast, contrast::verdict(&votes, &rules.contrast)),
            (Evidence::Distance, self.deviations.verdict(&rules.distance)),
            (Evidence::Replay, self.replay.verdict(&rules.replay)),
            (Evidence::Conduct(exception), self.conduct.verdict(exception, &rules.conduct)),
        ]
    }
}

#[cfg(test)]
mod tests;
