//! One question of a set as a round: who grades whom, what they say, and a ring, if there is one.
//!
//! A *ring* is a part of the authors that shares one wrong answer (truth 0, the same candidate).
//! Its members grade that answer 1 and all others 0. All other graders find it as bad as the worst
//! answer that they see to the question. Where some author does not grade, the same part of all
//! graders belongs to the ring too.

use super::sets::{Question, Set};
use crate::{assigning::by_outsiders, draws::Draws};
use waggle_primitives::{
    assignment::{assign, grades_per_agent},
    candidates::Candidates,
    choice::Question as Kind,
    grades::GradeMatrix,
    Grade, Hash32,
};

/// What a rule sees of a round.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// The round's seed: draws who grades whom, and breaks ties.
    pub seed: Hash32,
    /// Which answers are equal: of as many places as there are answers.
    pub candidates: Candidates,
    /// Whether equal answers bear each other out, or are copies.
    pub question: Kind,
    /// What the graders said, by place: authors first, outsiders after them. The places of
    /// outsiders have no answers, and must not be picked.
    pub grades: GradeMatrix,
}

impl Played {
    /// How many answers there are: the places 0.. below it.
    pub fn answers(&self) -> usize {
        self.candidates.by_place().len()
    }
}

/// A round, and what no rule sees of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// What rules see.
    pub played: Played,
    /// How good each answer is, 0..=1, by place.
    pub truth: Vec<f64>,
}

/// Who belongs to the ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// By place: whose answer is the ring's.
    pub answering: Vec<bool>,
    /// By place: who grades for the ring.
    pub grading: Vec<bool>,
}

impl Ring {
    /// A ring of this part of the authors, at least one of them; of none for a share of 0.
    pub fn drawn(set: &Set, share: f64, draws: &mut Draws) -> Self {
        let (answers, graders) = (set.answers(), set.graders());
        let mut ring = Self { answering: vec![false; answers], grading: vec![false; set.places()] };
        if share <= 0.0 {
            return ring;
        }
        for place in draws.shuffled(answers).into_iter().take(members(answers, share)) {
            ring.answering[place] = true;
            ring.grading[place] = set.is_grader[place];
        }
        if !set.is_grader[..answers].iter().all(|grades| *grades) {
            let drawn = draws.shuffled(graders.len());
            for number in drawn.into_iter().take(members(graders.len(), share)) {
                ring.grading[graders[number]] = true;
            }
        }
        ring
    }

    /// The part of the picked places that is the ring's.
    pub fn share_of(&self, picked: &[usize]) -> f64 {
        let won = picked.iter().filter(|place| self.answering[**place]).count();
        won as f64 / picked.len().max(1) as f64
    }

    /// What the grader at this place says of an answer.
    fn grade(&self, question: &Question, grader: usize, answer: usize) -> Option<Grade> {
        let said = &question.grades[grader];
        match (self.grading[grader], self.answering[answer]) {
            (true, true) => Some(Grade::MAX),
            (true, false) => Some(Grade::MIN),
            (false, true) => said.iter().flatten().min().copied(),
            (false, false) => said[answer],
        }
    }
}

/// The size of a ring among `n`: to the nearest, a half to the even number, at least one.
fn members(n: usize, share: f64) -> usize {
    ((n as f64 * share).round_ties_even() as usize).max(1)
}

impl Round {
    /// A question as a round of this set, with this ring.
    pub fn of(set: &Set, question: &Question, ring: &Ring, draws: &mut Draws) -> Self {
        let seed = draws.hash();
        let given = assigned(set, &seed)
            .into_iter()
            .enumerate()
            .map(|(grader, graded)| {
                let said = graded
                    .into_iter()
                    .filter_map(|answer| Some((answer, ring.grade(question, grader, answer)?)));
                said.collect()
            })
            .collect();
        let mut truth = question.truth.clone();
        // What the ring says is nobody else's answer: it has a number of its own.
        let ring_says = question.candidates.count();
        let mut says: Vec<Option<usize>> =
            question.candidates.by_place().iter().copied().map(Some).collect();
        for place in (0..set.answers()).filter(|place| ring.answering[*place]) {
            truth[place] = 0.0;
            says[place] = Some(ring_says);
        }
        let candidates = Candidates::of(&says);
        let played =
            Played { seed, candidates, question: set.kind(), grades: GradeMatrix { given } };
        Self { played, truth }
    }
}

/// By place, whom it grades. Where graders and authors are the same, as the chain has it.
fn assigned(set: &Set, seed: &Hash32) -> Vec<Vec<usize>> {
    let answers = set.answers();
    if set.outsiders.is_empty() && set.is_grader.iter().all(|grades| *grades) {
        return assign(seed, answers);
    }
    by_outsiders(seed, &set.is_grader, answers, grades_per_agent(answers))
}
