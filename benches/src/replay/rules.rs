//! The ways to choose an answer that a replay compares. A rule sees what the chain would see of a
//! round, chooses, and learns from the round before it sees the next one.

use super::rounds::Played;
use waggle_primitives::{
    choice::{judge, Standing},
    consensus::Comparisons,
    rating::{update, Estimator},
    record::RatingRecord,
    score::{scores, winner},
    weighting::{weights, Aggregation},
    Fixed,
};

/// A way to choose, with all that it has learnt so far.
pub trait Rule {
    /// Choose in this round, and learn from it. The places of the chosen answers: several where
    /// the rule cannot tell them apart, which then count as their mean.
    fn choose(&mut self, played: &Played) -> Vec<usize>;
}

/// One value for each rule that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByRule<T> {
    /// Of [`Majority`].
    pub majority: T,
    /// Of [`Version3`].
    pub version_3: T,
    /// Of [`Calibrated`].
    pub default: T,
}

impl<T> ByRule<T> {
    /// What `change` makes of each value.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> ByRule<U> {
        ByRule {
            majority: change(self.majority),
            version_3: change(self.version_3),
            default: change(self.default),
        }
    }

    /// The values, to be changed.
    pub fn each(&mut self) -> [&mut T; 3] {
        [&mut self.majority, &mut self.version_3, &mut self.default]
    }
}

impl ByRule<Box<dyn Rule>> {
    /// All rules, as they begin in a swarm of this many places.
    pub fn beginning(places: usize) -> Self {
        Self {
            majority: Box::new(Majority),
            version_3: Box::new(Version3::beginning(places)),
            default: Box::new(Calibrated::beginning(places)),
        }
    }
}

/// The answer that the most give. Looks at no grades and learns nothing.
pub struct Majority;

impl Rule for Majority {
    fn choose(&mut self, played: &Played) -> Vec<usize> {
        let given = played.candidates.by_place();
        let votes: Vec<usize> = given
            .iter()
            .map(|candidate| given.iter().filter(|other| *other == candidate).count())
            .collect();
        let most = votes.iter().max();
        (0..votes.len()).filter(|place| Some(&votes[*place]) == most).collect()
    }
}

/// The chain's rule from spec version 3 to 5: the best mean grade of each answer alone, under
/// sharpened weights. Ties are broken by the round's seed. Not by
/// [`waggle_primitives::rule::Rule`] itself, under which an outsider's place could win.
pub struct Version3 {
    /// What is known of how the graders grade, by place.
    pub records: Vec<RatingRecord>,
}

impl Version3 {
    /// With newcomers only.
    pub fn beginning(places: usize) -> Self {
        Self { records: vec![RatingRecord::default(); places] }
    }
}

impl Rule for Version3 {
    fn choose(&mut self, played: &Played) -> Vec<usize> {
        let weights = weights(Aggregation::Sharpened, &self.records, &played.grades);
        let mut scores = scores(Aggregation::Sharpened, &weights, &played.grades);
        // An outsider's place has a score too, that of an answer that nobody graded.
        scores.truncate(played.answers());
        let comparisons = Comparisons::of(&self.records, &played.grades);
        self.records = update(Estimator::LeaveOneOut, &self.records, &comparisons);
        winner(&scores, &played.seed).into_iter().collect()
    }
}

/// The chain's default ([`waggle_primitives::rule::Rule::Calibrated`]): equal answers stand
/// together, grades count as far as they differ from what their grader usually says, and who
/// answered counts.
pub struct Calibrated {
    /// What is known of the agents, by place.
    pub standings: Vec<Standing>,
    /// What the graders of the last round are paid for, by place.
    pub skill: Vec<Fixed>,
}

impl Calibrated {
    /// With newcomers only.
    pub fn beginning(places: usize) -> Self {
        Self { standings: vec![Standing::default(); places], skill: Vec::new() }
    }
}

impl Rule for Calibrated {
    fn choose(&mut self, played: &Played) -> Vec<usize> {
        let Played { candidates, grades, question, seed } = played;
        let verdict = judge(&self.standings, candidates, grades, *question, seed);
        let Some(verdict) = verdict else { return Vec::new() };
        self.standings = verdict.after;
        self.skill = verdict.skill;
        vec![verdict.winner]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_primitives::{candidates::Candidates, choice::Question, grades::GradeMatrix, Grade};

    fn played(candidates: &[usize], given: Vec<Vec<(usize, Grade)>>) -> Played {
        let keys: Vec<Option<usize>> = candidates.iter().copied().map(Some).collect();
        Played {
            seed: [7; 32],
            candidates: Candidates::of(&keys),
            question: Question::Closed,
            grades: GradeMatrix { given },
        }
    }

    #[test]
    fn majority_should_pick_all_of_the_most_frequent_answers() {
        assert_eq!(Majority.choose(&played(&[0, 1, 0, 2], vec![])), [0, 2]);
        assert_eq!(Majority.choose(&played(&[0, 1, 0, 1, 2], vec![])), [0, 1, 2, 3]);
    }

    #[test]
    fn version_3_should_never_pick_an_outsiders_place() {
        let low = Grade::new(1_000).unwrap();
        let given = |grade| vec![vec![], vec![], vec![(0, grade), (1, grade)], vec![(0, low)]];
        let mut rule = Version3::beginning(4);
        assert_eq!(rule.choose(&played(&[0, 1], given(Grade::MIN))), [1]);
        assert_eq!(rule.choose(&played(&[0, 1], given(Grade::MAX))), [1]);
        assert_ne!(rule.records[2], RatingRecord::default());
        assert_eq!(rule.records[0], RatingRecord::default());
    }
}
