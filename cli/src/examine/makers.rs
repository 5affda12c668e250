//! Questions whose right answers are known: the caller's own, or made ones of the forms that the
//! bundled models learnt. All are closed: of each, one answer is right.

use waggle_client::Failure;
use waggle_harness::{
    questions::{Draw, Kind},
    tasks::right_answer,
};
use waggle_primitives::{examination::MAX_TRUTH_BYTES, final_answer::FinalAnswer};

/// What kind of questions are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Maker {
    /// 37+12
    Sums,
    /// 37-12
    Differences,
    /// sort 3 1 2
    Sort,
    /// reverse golk
    Reverse,
    /// max 4 19 2
    Max,
    /// All of them in turn.
    Mixed,
}

/// A question and its truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Solved {
    /// What is asked.
    pub(super) question: String,
    /// The right answer.
    pub(super) truth: String,
}

impl Solved {
    /// The caller's own. Errors: the truth could not be revealed, or no answer could equal it.
    pub(super) fn new(question: &str, truth: &str) -> Result<Self, Failure> {
        if truth.len() > MAX_TRUTH_BYTES as usize {
            return Err(Failure::TruthTooLong { bytes: truth.len(), max: MAX_TRUTH_BYTES });
        }
        match FinalAnswer::of(truth.as_bytes()) {
            Some(_) => Ok(Self { question: question.to_owned(), truth: truth.to_owned() }),
            None => Err(Failure::TruthEmpty(truth.to_owned())),
        }
    }
}

impl Maker {
    /// `count` questions, the same ones for the same seed.
    pub(super) fn make(self, count: u32, seed: u64) -> Vec<Solved> {
        let mut draw = Draw::new(seed);
        let questions = (0..count as usize).map(|number| match self.kind() {
            Some(kind) => draw.question_of(kind),
            None => draw.question(number),
        });
        let solved = questions.filter_map(|question| Some((right_answer(&question)?, question)));
        solved.map(|(truth, question)| Solved { question, truth }).collect()
    }

    /// The form of all its questions, if they have one.
    fn kind(self) -> Option<Kind> {
        match self {
            Maker::Sums => Some(Kind::Sums),
            Maker::Differences => Some(Kind::Differences),
            Maker::Sort => Some(Kind::Sort),
            Maker::Reverse => Some(Kind::Reverse),
            Maker::Max => Some(Kind::Max),
            Maker::Mixed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use std::collections::BTreeSet;

    #[test]
    fn makers_should_know_the_right_answers() {
        for maker in Maker::value_variants() {
            let made = maker.make(25, 7);
            assert_eq!(made.len(), 25, "{maker:?}");
            for Solved { question, truth } in made {
                assert_eq!(right_answer(&question), Some(truth.clone()));
                assert!(Solved::new(&question, &truth).is_ok(), "{question}: {truth}");
            }
        }
        let sum = &Maker::Sums.make(1, 7)[0];
        let (a, b) = sum.question.split_once('+').unwrap();
        let expected = a.parse::<u32>().unwrap() + b.parse::<u32>().unwrap();
        assert_eq!(sum.truth, expected.to_string());
    }

    #[test]
    fn makers_should_repeat_themselves_when_the_seed_is_the_same() {
        for maker in Maker::value_variants() {
            assert_eq!(maker.make(9, 7), maker.make(9, 7));
            assert_ne!(maker.make(9, 7), maker.make(9, 8));
        }
    }

    #[test]
    fn mixed_questions_should_be_of_all_forms() {
        let forms = |maker: Maker| -> BTreeSet<String> {
            let first = |question: &str| question.split(' ').next().unwrap().to_owned();
            let digitless = |form: String| form.replace(|c: char| c.is_ascii_digit(), "");
            maker.make(25, 7).iter().map(|solved| digitless(first(&solved.question))).collect()
        };
        assert_eq!(
            forms(Maker::Mixed).into_iter().collect::<Vec<_>>(),
            ["+", "-", "max", "reverse", "sort"]
        );
        assert_eq!(forms(Maker::Max).into_iter().collect::<Vec<_>>(), ["max"]);
    }

    #[test]
    fn truths_should_be_refused_when_no_answer_could_equal_them_or_they_are_too_long() {
        for empty in ["", " . ", "Answer:"] {
            let refused = Solved::new("37+12", empty).unwrap_err();
            assert!(matches!(refused, Failure::TruthEmpty(_)), "{empty:?}: {refused}");
            assert_eq!(refused.exit_code(), 2);
        }
        let longest = "x".repeat(MAX_TRUTH_BYTES as usize);
        assert!(Solved::new("?", &longest).is_ok());
        let refused = Solved::new("?", &(longest + "x")).unwrap_err();
        assert!(matches!(refused, Failure::TruthTooLong { bytes: 1_025, max: 1_024 }));
    }
}
