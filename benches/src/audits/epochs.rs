//! Epochs: prompts and answers by lot, and the verdicts of the three tests on them.

use super::evidence::Evidence;
use crate::draws::Draws;
use serde::Serialize;
use waggle_primitives::{
    audit::{
        contrast::{self, ContrastRules, Votes},
        distance::{Deviations, DistanceRules},
        Verdict,
    },
    types::Fixed,
};

/// A way to say whether a member runs what it declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// Votes of all prompts against all other claims.
    Contrast,
    /// The same, ended as soon as the matter is settled.
    Sequential,
    /// Gaia's: beyond three standard deviations from kin.
    Distance,
}

impl Test {
    /// All of them.
    pub const ALL: [Test; 3] = [Test::Contrast, Test::Sequential, Test::Distance];
}

/// What a test says of an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// What it says.
    pub verdict: Verdict,
    /// How many prompts it took.
    pub prompts: u32,
}

impl Outcome {
    /// Whether the member is flagged.
    pub fn is_flagged(self) -> bool {
        self.verdict == Verdict::Flag
    }
}

/// Answers of one epoch: questions by lot, none twice, and one answer to each by lot.
struct Epoch<'a> {
    evidence: &'a Evidence,
    /// Question and answer, in the order in which they are asked.
    asked: Vec<(usize, usize)>,
    others: usize,
}

impl<'a> Epoch<'a> {
    fn drawn(evidence: &'a Evidence, others: usize, prompts: usize, draws: &mut Draws) -> Self {
        let questions = draws.shuffled(evidence.len());
        let asked = questions
            .into_iter()
            .take(prompts)
            .map(|question| (question, draws.below(evidence[question].len())))
            .collect();
        Self { evidence, asked, others }
    }

    /// Add the prompts up, one after the other, until `settled` says something; and how many it
    /// took.
    fn votes(&self, settled: impl Fn(&[Votes]) -> bool) -> (Vec<Votes>, u32) {
        let mut against = vec![Votes::default(); self.others];
        for (prompts, (question, answer)) in (1..).zip(&self.asked) {
            let said = &self.evidence[*question][*answer];
            for (votes, vote) in against.iter_mut().zip(&said.votes) {
                *votes = votes.after(*vote);
            }
            if settled(&against) {
                return (against, prompts);
            }
        }
        (against, self.asked.len() as u32)
    }

    fn deviations(&self) -> Deviations {
        let of = |(question, answer): &(usize, usize)| self.evidence[*question][*answer].deviation;
        Deviations::of(self.asked.iter().map(of))
    }
}

/// What the tests say of one epoch of a member, in the order of [`Test::ALL`]. `others` is the
/// number of other claims.
pub fn play(
    evidence: &Evidence,
    others: usize,
    prompts: usize,
    rules: &ContrastRules,
    draws: &mut Draws,
) -> [Outcome; 3] {
    let epoch = Epoch::drawn(evidence, others, prompts, draws);
    let asked = epoch.asked.len() as u32;
    let (whole, _) = epoch.votes(|_| false);
    let (part, took) = epoch.votes(|against| contrast::early(against, rules).is_some());
    let sequential =
        contrast::early(&part, rules).unwrap_or_else(|| contrast::verdict(&whole, rules));
    [
        Outcome { verdict: contrast::verdict(&whole, rules), prompts: asked },
        Outcome { verdict: sequential, prompts: took },
        Outcome { verdict: epoch.deviations().verdict(&DistanceRules::default()), prompts: asked },
    ]
}

/// The greatest margin of one epoch against any other claim that is apart from the member's; none
/// without.
pub fn margin(
    evidence: &Evidence,
    others: usize,
    prompts: usize,
    draws: &mut Draws,
) -> Option<Fixed> {
    let (against, _) = Epoch::drawn(evidence, others, prompts, draws).votes(|_| false);
    let rules = ContrastRules::default();
    against.iter().filter(|votes| votes.are_apart(&rules)).map(Votes::margin).max()
}
