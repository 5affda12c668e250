//! Is a member's answer nearer to the references of another claim than to those of its own?
//!
//! Every prompt casts a [`Vote`]: how far the answer lies on the way from where the claimed model's
//! answers are (-1) to where the other's are (1). What lies beyond counts as 1 or -1, so that no
//! odd answer outweighs all others, and prompts to which both say the same count next to nothing.
//! The mean of the votes is the *margin*: below 0 for the claim, above 0 against it.
//!
//! Two claims that are one and the same model would flag each other's members by chance. So votes
//! say nothing unless the references of the two are apart by more than they are likely to be by
//! chance: nobody makes honest members fall by registering their model once more.

use super::{centroid::Centroid, embedding::Embedding, verdict::Verdict};
use crate::{arithmetic::quotient, types::Fixed};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Saturating, Zero};

/// Added to the squared way between the two claims: where they are nearer to each other than about
/// 0.045 nothing but noise tells them apart.
const SEPARATION_FLOOR: Fixed = Fixed::from_rational(2, 1_000);

/// When votes say something.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct ContrastRules {
    /// The fewest prompts for a verdict.
    pub least_prompts: u32,
    /// The margin above which a member is flagged.
    pub threshold: Fixed,
    /// The least that two claims have to be apart on average ([`Vote::apart`]).
    pub least_apart: Fixed,
    /// The sum of votes, on either side, that settles the matter before the epoch is over.
    pub early_votes: Fixed,
}

/// Chosen on Gaia's data (`docs/verification.md`).
impl Default for ContrastRules {
    fn default() -> Self {
        Self {
            least_prompts: 8,
            threshold: Fixed::from_rational(5, 100),
            least_apart: Fixed::from_rational(5, 100),
            early_votes: Fixed::from_u32(4),
        }
    }
}

/// What a prompt says of a member, between its claim and one other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// How far the answer is on the way from the claimed model's to the other's, -1..=1.
    pub lean: Fixed,
    /// How far these two are apart: the part of the way between their references that is not due
    /// to chance. 0 on average if they are the same, and 1 at most; by chance below 0.
    pub apart: Fixed,
}

impl Vote {
    /// Of a prompt. Both centroids are of answers to it; the member's own must not be among them
    /// ([`Centroid::without`]). `None` if one of them has fewer than two references, or dimensions
    /// differ.
    pub fn of(answer: &Embedding, claimed: &Centroid, other: &Centroid) -> Option<Self> {
        let nearer = claimed.distance(answer)?.saturating_sub(other.distance(answer)?);
        let separation = claimed.separation(other)?;
        let by_chance = claimed.error()?.saturating_add(other.error()?);
        let way = separation.saturating_add(SEPARATION_FLOOR);
        let part = |of: Fixed| quotient(of, way).clamp(negative(Fixed::one()), Fixed::one());
        Some(Self { lean: part(nearer), apart: part(separation.saturating_sub(by_chance)) })
    }
}

fn negative(value: Fixed) -> Fixed {
    Fixed::zero().saturating_sub(value)
}

/// The votes of an epoch's prompts, between a member's claim and one other.
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
pub struct Votes {
    /// Σ lean.
    pub lean: Fixed,
    /// Σ apart.
    pub apart: Fixed,
    /// How many there are.
    pub prompts: u32,
}

impl Votes {
    /// Of these prompts. Those without a vote do not count.
    pub fn of(votes: impl IntoIterator<Item = Option<Vote>>) -> Self {
        votes.into_iter().fold(Self::default(), Self::after)
    }

    /// After one more prompt; the same if it has no vote.
    pub fn after(self, vote: Option<Vote>) -> Self {
        vote.map_or(self, |vote| Self {
            lean: self.lean.saturating_add(vote.lean),
            apart: self.apart.saturating_add(vote.apart),
            prompts: self.prompts.saturating_add(1),
        })
    }

    /// With those of other prompts, between the same claims.
    pub fn with(self, other: Self) -> Self {
        Self {
            lean: self.lean.saturating_add(other.lean),
            apart: self.apart.saturating_add(other.apart),
            prompts: self.prompts.saturating_add(other.prompts),
        }
    }

    /// Their mean, -1..=1; 0 of none.
    pub fn margin(&self) -> Fixed {
        quotient(self.lean, Fixed::from_u32(self.prompts))
    }

    /// Whether the two claims can be told apart by them.
    pub fn are_apart(&self, rules: &ContrastRules) -> bool {
        self.prompts > 0 && quotient(self.apart, Fixed::from_u32(self.prompts)) >= rules.least_apart
    }

    /// What they say at the end of the epoch. Not enough also where the claims cannot be told
    /// apart: then none of the prompts says anything.
    pub fn verdict(&self, rules: &ContrastRules) -> Verdict {
        let want = rules.least_prompts.max(1);
        if self.prompts < want {
            return Verdict::NotEnough { have: self.prompts, want };
        }
        if !self.are_apart(rules) {
            return Verdict::NotEnough { have: 0, want };
        }
        if self.margin() > rules.threshold {
            Verdict::Flag
        } else {
            Verdict::Pass
        }
    }

    /// What they say already, if more would hardly change it: `None` to go on asking.
    pub fn early(&self, rules: &ContrastRules) -> Option<Verdict> {
        let verdict = if self.lean >= rules.early_votes {
            Verdict::Flag
        } else if self.lean <= negative(rules.early_votes) {
            Verdict::Pass
        } else {
            return None;
        };
        let is_enough = self.prompts >= rules.least_prompts.max(1);
        (is_enough && self.are_apart(rules)).then_some(verdict)
    }
}

/// What the votes against all other claims say at the end of the epoch ([`Verdict::of_all`]).
/// Claims that had prompts enough and cannot be told from the member's are left out: to them it
/// makes no difference. Leave those out too that have no references: nobody could ever pass.
pub fn verdict(against: &[Votes], rules: &ContrastRules) -> Verdict {
    let is_same =
        |votes: &&Votes| votes.prompts >= rules.least_prompts.max(1) && !votes.are_apart(rules);
    let others = against.iter().filter(|votes| !is_same(votes));
    Verdict::of_all(others.map(|votes| votes.verdict(rules)))
}

/// What they say already: a flag as soon as one is, a pass as soon as all are. `None` to go on
/// asking.
pub fn early(against: &[Votes], rules: &ContrastRules) -> Option<Verdict> {
    let mut is_open = against.is_empty();
    for votes in against {
        match votes.early(rules) {
            Some(Verdict::Flag) => return Some(Verdict::Flag),
            Some(_) => {}
            None => is_open = true,
        }
    }
    (!is_open).then_some(Verdict::Pass)
}

#[cfg(test)]
mod tests;
