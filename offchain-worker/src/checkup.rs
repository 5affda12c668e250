//! The self-test: a module grades answers of which is known which one is right.
//!
//! The questions are public, so that a cheater can pass it: it protects honest operators from
//! models that cannot grade.

use crate::{
    module::{Grading, Module, NoResult},
    protocol::Candidate,
};
use std::time::{Duration, Instant};

/// The least share of questions whose right answer has to stand above the wrong one.
const LEAST_ORDERED: f64 = 0.75;
/// The least distance of the mean grades, in basis points.
const LEAST_DISTANCE: u16 = 500;

/// A question, its right answer, and a wrong one of the same kind.
const QUESTIONS: [(&str, &str, &str); 12] = [
    ("What is the capital of France?", "Paris", "Lyon"),
    ("What is the capital of Japan?", "Tokyo", "Osaka"),
    ("What is the capital of Italy?", "Rome", "Milan"),
    ("What is 37 + 12?", "49", "47"),
    ("What is 9 times 8?", "72", "81"),
    ("What is 100 minus 36?", "64", "74"),
    ("Which number is larger, 0.9 or 0.11?", "0.9", "0.11"),
    ("How many legs does a spider have?", "8", "6"),
    ("Which planet is closest to the Sun?", "Mercury", "Mars"),
    (
        "All cats are animals. Tom is a cat. Is Tom an animal?",
        "Yes, Tom is an animal.",
        "No, Tom is not an animal.",
    ),
    ("What is the opposite of hot?", "cold", "warm"),
    ("Name three primary colours.", "Red, yellow and blue.", "Grey, brown and pink."),
];

/// What a module showed when it was asked to grade what is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkup {
    /// How many questions it was asked.
    pub questions: usize,
    /// How many times right stood above wrong.
    pub ordered: usize,
    /// Mean grade of right answers, in basis points.
    pub right: u16,
    /// Mean grade of wrong answers, in basis points.
    pub wrong: u16,
    /// Mean mass, `0.0..=1.0`; `None` for other modules than language models.
    pub mass: Option<f64>,
    /// The first grade of a question.
    pub first_grade: Duration,
    /// Each further grade of the same question.
    pub further_grade: Duration,
}

/// Why a module must not grade.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// It takes wrong answers for right ones.
    #[error("it puts right above wrong in {ordered} of {questions}: take a larger model")]
    Order {
        /// How often it was right.
        ordered: usize,
        /// How often it was asked.
        questions: usize,
    },
    /// It gives everything the same grade.
    #[error(
        "right answers get {right} and wrong ones {wrong} basis points: take a larger model, or \
         another grading template"
    )]
    Alike {
        /// Mean grade of right answers.
        right: u16,
        /// Mean grade of wrong answers.
        wrong: u16,
    },
}

impl Checkup {
    /// Whether the module may grade.
    ///
    /// # Errors
    /// [`Unfit`], in one line an operator can act on.
    pub fn verdict(&self) -> Result<(), Unfit> {
        let Self { questions, ordered, right, wrong, .. } = *self;
        if (ordered as f64) < LEAST_ORDERED * questions as f64 {
            return Err(Unfit::Order { ordered, questions });
        }
        if right < wrong.saturating_add(LEAST_DISTANCE) {
            return Err(Unfit::Alike { right, wrong });
        }
        Ok(())
    }
}

/// Asks `module` for the grades of at most that many known questions, as rounds do.
///
/// # Errors
/// [`NoResult`] if it brings no grades.
pub async fn examine(module: &dyn Module, questions: usize) -> Result<Checkup, NoResult> {
    let asked = QUESTIONS.iter().take(questions.max(1));
    let count = asked.len();
    let (mut ordered, mut rights, mut wrongs, mut masses) = (0, 0u64, 0u64, Vec::new());
    let (mut first, mut both) = (Duration::ZERO, Duration::ZERO);
    for (index, (prompt, right, wrong)) in asked.enumerate() {
        let right_first = index % 2 == 0;
        let texts = if right_first { [right, wrong] } else { [wrong, right] };
        let candidates: Vec<Candidate> = (0u32..)
            .zip(texts)
            .map(|(author, text)| Candidate { author, text: (*text).to_string() })
            .collect();
        let mut grades = Vec::new();
        for (number, candidate) in candidates.iter().enumerate() {
            let grading =
                Grading { prompt, reference: None, candidates: std::slice::from_ref(candidate) };
            let started = Instant::now();
            let graded = module.grade(&grading).await;
            let took = started.elapsed();
            *(if number == 0 { &mut first } else { &mut both }) += took;
            masses.extend(graded.readings.masses);
            grades.extend(graded.grades?.into_iter().map(|given| given.grade));
        }
        let (Some(one), Some(other)) = (grades.first(), grades.get(1)) else { continue };
        let (right, wrong) = if right_first { (*one, *other) } else { (*other, *one) };
        ordered += usize::from(right > wrong);
        rights += u64::from(right);
        wrongs += u64::from(wrong);
    }
    let mean = |sum: u64| u16::try_from(sum / count.max(1) as u64).unwrap_or(u16::MAX);
    let each = |sum: Duration| sum / u32::try_from(count.max(1)).unwrap_or(1);
    Ok(Checkup {
        questions: count,
        ordered,
        right: mean(rights),
        wrong: mean(wrongs),
        mass: (!masses.is_empty()).then(|| masses.iter().sum::<f64>() / masses.len() as f64),
        first_grade: each(first),
        further_grade: each(both),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        module::{Graded, Question},
        protocol::AuthorGrade,
    };

    /// Knows the answers, or gives everything the same grade.
    struct Grader(bool);

    #[async_trait::async_trait]
    impl Module for Grader {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            Err(NoResult::Empty)
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            let right = |text: &str| QUESTIONS.iter().any(|(_, right, _)| *right == text);
            let grade = |one: &Candidate| {
                let grade = if self.0 && right(&one.text) { 9_000 } else { 5_700 };
                AuthorGrade { author: one.author, grade }
            };
            Ok(grading.candidates.iter().map(grade).collect()).into()
        }
    }

    #[tokio::test]
    async fn grader_should_pass_when_it_tells_right_from_wrong() {
        let checkup = examine(&Grader(true), 99).await.unwrap();
        assert_eq!((checkup.questions, checkup.ordered), (12, 12));
        assert_eq!((checkup.right, checkup.wrong, checkup.mass), (9_000, 5_700, None));
        assert_eq!(checkup.verdict(), Ok(()));
    }

    #[tokio::test]
    async fn grader_should_fail_when_it_gives_everything_the_same_grade() {
        let checkup = examine(&Grader(false), 4).await.unwrap();
        assert_eq!(checkup.verdict(), Err(Unfit::Order { ordered: 0, questions: 4 }));
    }
}
