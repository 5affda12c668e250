//! The rules by which a round can be judged. A chain uses one of them.
//!
//! Under the default one, [`Rule::Calibrated`], equal answers stand together, graders are known by
//! how their grades go with the others', and who answered counts: see [`crate::choice`]. Under
//! [`Rule::Separate`] every answer stands by itself, as in the paper: see [`crate::score`] and
//! [`crate::rating`].

use crate::{
    calibration::Reading,
    candidates::Candidates,
    choice::{self, Question, Standing},
    consensus::Comparisons,
    grades::GradeMatrix,
    rating::{self, Estimator},
    record::RatingRecord,
    rewards::skill,
    score,
    types::{Fixed, Hash32},
    weighting::{self, Aggregation},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::traits::{One, Zero};

/// How the grades of a round are read, what they decide, and what is learnt from them.
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
pub enum Rule {
    /// The default, for questions of this kind.
    Calibrated(Question),
    /// Every answer by itself.
    Separate {
        /// How grades become scores.
        aggregation: Aggregation,
        /// How ratings are learnt.
        estimator: Estimator,
    },
}

impl Default for Rule {
    fn default() -> Self {
        Self::Calibrated(Question::Closed)
    }
}

/// What a rule knows of an agent.
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
pub enum Known {
    /// Under [`Rule::Calibrated`].
    Standing(Standing),
    /// Under [`Rule::Separate`].
    Record(RatingRecord),
}

impl Known {
    /// How well it grades, 0..=1: `(1 + ρ) / 2` of a standing, `1 − σ` of a record. 0.5 of a
    /// newcomer.
    pub fn rating(&self) -> Fixed {
        match self {
            Known::Standing(standing) => standing.grading.rating(),
            Known::Record(record) => record.rating(),
        }
    }

    /// By how much it habitually says more than the others.
    pub fn bias(&self) -> Fixed {
        match self {
            Known::Standing(standing) => standing.grading.bias(),
            Known::Record(record) => record.bias(),
        }
    }

    /// What an answer of its may be expected to get, 0..=1. `None` under rules that do not ask who
    /// answered.
    pub fn quality(&self) -> Option<Fixed> {
        match self {
            Known::Standing(standing) => Some(standing.answering.quality()),
            Known::Record(_) => None,
        }
    }

    /// Rounds in which its grades taught something.
    pub fn rounds(&self) -> u32 {
        match self {
            Known::Standing(standing) => standing.grading.rounds,
            Known::Record(record) => record.rounds,
        }
    }

    fn standing(&self) -> Standing {
        match self {
            Known::Standing(standing) => *standing,
            Known::Record(_) => Standing::default(),
        }
    }

    fn record(&self) -> RatingRecord {
        match self {
            Known::Record(record) => *record,
            Known::Standing(_) => RatingRecord::default(),
        }
    }
}

/// What a round made of an agent. All that anybody needs to compute the round's outcome again, with
/// its grades, seed and candidates.
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
pub enum Judgement {
    /// Nothing: it opened no answer, or the round was cancelled.
    #[default]
    #[codec(index = 0)]
    Unjudged,
    /// Under [`Rule::Separate`].
    #[codec(index = 1)]
    Separate {
        /// The score of its answer.
        score: Fixed,
        /// The weight that its grades had.
        weight: Fixed,
        /// Its habitual bias, taken off its grades.
        bias: Fixed,
        /// Its rating, 0..=1, before the round.
        rating_before: Fixed,
        /// Its rating, 0..=1, after the round.
        rating_after: Fixed,
    },
    /// Under [`Rule::Calibrated`].
    #[codec(index = 2)]
    Calibrated {
        /// The score of its answer, 0..=1.
        score: Fixed,
        /// What its answer scored before anybody graded it: from its author's record, 0..=1.
        prior: Fixed,
        /// The weight that its grades had; 0 if it opened none.
        weight: Fixed,
        /// How its grades were read.
        reading: Reading,
        /// Its rating, 0..=1, before the round.
        rating_before: Fixed,
        /// Its rating, 0..=1, after the round.
        rating_after: Fixed,
    },
}

impl Judgement {
    /// The same of a round that teaches nothing: the rating stays as it was.
    pub fn without_lesson(mut self) -> Self {
        match &mut self {
            Judgement::Unjudged => {}
            Judgement::Separate { rating_before, rating_after, .. }
            | Judgement::Calibrated { rating_before, rating_after, .. } => {
                *rating_after = *rating_before;
            }
        }
        self
    }

    /// The score of its answer.
    pub fn score(&self) -> Option<Fixed> {
        match self {
            Judgement::Unjudged => None,
            Judgement::Separate { score, .. } | Judgement::Calibrated { score, .. } => Some(*score),
        }
    }

    /// The weight that its grades had.
    pub fn weight(&self) -> Option<Fixed> {
        match self {
            Judgement::Unjudged => None,
            Judgement::Separate { weight, .. } | Judgement::Calibrated { weight, .. } => {
                Some(*weight)
            }
        }
    }

    /// Its rating before the round and after it.
    pub fn ratings(&self) -> Option<(Fixed, Fixed)> {
        match self {
            Judgement::Unjudged => None,
            Judgement::Separate { rating_before, rating_after, .. }
            | Judgement::Calibrated { rating_before, rating_after, .. } => {
                Some((*rating_before, *rating_after))
            }
        }
    }
}

/// What the grades of a round say, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The place of the answer that the client gets.
    pub winner: usize,
    /// The scores of the answers.
    pub scores: Vec<Fixed>,
    /// What each grader is paid for, 0..=1: of those that gave grades.
    pub skill: Vec<Fixed>,
    /// What the round made of each agent.
    pub judgements: Vec<Judgement>,
    /// What is known of each agent after the round.
    pub after: Vec<Known>,
}

impl Rule {
    /// The paper's (eqs. 3 to 5).
    pub const PAPER: Self =
        Self::Separate { aggregation: Aggregation::WeightedSum, estimator: Estimator::Paper };

    /// The same rule, for questions of this kind. Rules of single answers do not ask.
    pub fn asking(self, question: Question) -> Self {
        match self {
            Rule::Calibrated(_) => Rule::Calibrated(question),
            Rule::Separate { .. } => self,
        }
    }

    /// What is known of an agent of which nothing is known.
    pub fn newcomer(&self) -> Known {
        match self {
            Rule::Calibrated(_) => Known::Standing(Standing::default()),
            Rule::Separate { .. } => Known::Record(RatingRecord::default()),
        }
    }

    /// Judge a round. By place: `before`, what was known of the agents, where what another kind of
    /// rule knew counts for nothing; `candidates`, which answers are equal; `grades`. `seed` is the
    /// round's. `None` without answers.
    pub fn judge(
        &self,
        before: &[Known],
        candidates: &Candidates,
        grades: &GradeMatrix,
        seed: &Hash32,
    ) -> Option<Verdict> {
        match *self {
            Rule::Calibrated(question) => {
                let standings: Vec<Standing> = before.iter().map(Known::standing).collect();
                calibrated(&standings, candidates, grades, question, seed)
            }
            Rule::Separate { aggregation, estimator } => {
                let records: Vec<RatingRecord> = before.iter().map(Known::record).collect();
                separate(aggregation, estimator, &records, grades, seed)
            }
        }
    }

    /// What is known of the agents of a round when the truth has been told
    /// ([`crate::examination`]). By place: `before`, what is known of them now, where what another
    /// kind of rule knew counts for nothing; `right`, whether their answers are right; `grades`.
    ///
    /// Graders learn from what they said of right answers and of wrong ones; authors, if the rule
    /// asks who answered, from whether they were right. Unlike what a swarm says, the truth teaches
    /// in swarms of any size.
    pub fn examine(&self, before: &[Known], right: &[bool], grades: &GradeMatrix) -> Vec<Known> {
        let after = |(place, known): (usize, &Known)| {
            let given = beside_truth(place, right, grades);
            match *self {
                Rule::Calibrated(_) => {
                    let is_right = right.get(place).copied();
                    Known::Standing(known.standing().after_truth(is_right, &given))
                }
                Rule::Separate { estimator, .. } => {
                    let record = known.record();
                    let after = rating::after_truth(estimator, &record, &given);
                    Known::Record(after.unwrap_or(record))
                }
            }
        };
        before.iter().enumerate().map(after).collect()
    }
}

/// What the grader at this place said of each answer, and the truth: 1 of right answers, 0 of
/// others. Answers of which nothing is known are passed over.
fn beside_truth(grader: usize, right: &[bool], grades: &GradeMatrix) -> Vec<(Fixed, Fixed)> {
    let given = grades.given.get(grader).into_iter().flatten();
    given
        .filter_map(|(answer, grade)| {
            let truth = if *right.get(*answer)? { Fixed::one() } else { Fixed::zero() };
            Some((grade.to_fixed(), truth))
        })
        .collect()
}

/// By [`crate::choice`]. A grader is paid for the skill that it is known for and shows.
fn calibrated(
    standings: &[Standing],
    candidates: &Candidates,
    grades: &GradeMatrix,
    question: Question,
    seed: &Hash32,
) -> Option<Verdict> {
    let verdict = choice::judge(standings, candidates, grades, question, seed)?;
    let choice::Verdict { winner, scores, priors, weights, after, skill, .. } = verdict;
    let judgements = standings
        .iter()
        .zip(&after)
        .zip(scores.iter().zip(priors).zip(weights))
        .map(|((before, after), ((score, prior), weight))| Judgement::Calibrated {
            score: *score,
            prior,
            weight,
            reading: before.grading.reading(),
            rating_before: before.grading.rating(),
            rating_after: after.grading.rating(),
        })
        .collect();
    let after = after.into_iter().map(Known::Standing).collect();
    Some(Verdict { winner, scores, skill, judgements, after })
}

/// By [`crate::score`] and [`crate::rating`]. A grader is paid for the skill that it shows in this
/// round.
fn separate(
    aggregation: Aggregation,
    estimator: Estimator,
    records: &[RatingRecord],
    grades: &GradeMatrix,
    seed: &Hash32,
) -> Option<Verdict> {
    let weights = weighting::weights(aggregation, records, grades);
    let scores = score::scores(aggregation, &weights, grades);
    let winner = score::winner(&scores, seed)?;
    let comparisons = Comparisons::of(records, grades);
    let after = rating::update(estimator, records, &comparisons);
    let judgement = |(place, score): (usize, &Fixed)| {
        let (weight, bias) = weights.of(place);
        let rating =
            |records: &[RatingRecord]| records.get(place).copied().unwrap_or_default().rating();
        Judgement::Separate {
            score: *score,
            weight,
            bias,
            rating_before: rating(records),
            rating_after: rating(&after),
        }
    };
    let judgements = scores.iter().enumerate().map(judgement).collect();
    let after = after.into_iter().map(Known::Record).collect();
    Some(Verdict { winner, scores, skill: skill(&comparisons), judgements, after })
}

#[cfg(test)]
mod tests;
