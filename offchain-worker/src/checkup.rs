//! The self-test: can a module grade? It is asked to grade what is known, a right and a nearly
//! right answer to each of a fixed set of questions, as rounds ask it: it answers first, and then
//! both are candidates of one job, with its own answer as the reference.
//!
//! The questions are public, so a cheater passes if it likes. The checkup protects an honest
//! operator, whose agent would lose its tickets with a model that cannot grade.

use crate::{
    backend::Sampling,
    module::{Grading, Module, NoResult, Question},
    protocol::{Candidate, Field},
    units::Toolbox,
};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// A question, a right answer and a wrong one of about the same length.
type Known = (&'static str, &'static str, &'static str);

/// What is asked. Whoever follows instructions at all knows all of it.
pub const QUESTIONS: [Known; 16] = [
    (
        "What is the capital of France?",
        "The capital of France is Paris.",
        "The capital of France is Lyon.",
    ),
    ("What is 17 + 25?", "17 + 25 = 42", "17 + 25 = 54"),
    ("Is a whale a fish? Answer with yes or no.", "No.", "Yes."),
    (
        "All cats are animals. Tom is a cat. Is Tom an animal?",
        "Yes, Tom is an animal.",
        "No, Tom is no animal.",
    ),
    ("What is 6 times 7?", "6 times 7 is 42.", "6 times 7 is 48."),
    (
        "What is the opposite of hot?",
        "The opposite of hot is cold.",
        "The opposite of hot is tall.",
    ),
    ("What is the capital of Japan?", "Tokyo", "Seoul"),
    ("If today is Monday, which day is tomorrow?", "Tomorrow is Tuesday.", "Tomorrow is Sunday."),
    ("Name three colours.", "Red, green and blue.", "Red, seven and Rome."),
    ("What is 100 minus 37?", "63", "73"),
    ("How many legs does a spider have?", "A spider has eight legs.", "A spider has three legs."),
    ("Which number is larger, 19 or 91?", "91 is larger than 19.", "19 is larger than 91."),
    (
        "Write one sentence about the sea.",
        "The sea is wide and blue, and its waves never rest.",
        "A car has four wheels, and its engine needs oil.",
    ),
    (
        "What does water become when it freezes?",
        "Water becomes ice when it freezes.",
        "Water becomes sand when it freezes.",
    ),
    ("Who wrote Romeo and Juliet?", "William Shakespeare", "Wolfgang A. Mozart"),
    ("Spell the word \"house\" backwards.", "esuoh", "house"),
];

/// The least share of questions whose right answer stands above the wrong one, in percent.
pub const LEAST_ORDERED: usize = 75;

/// How far right answers stand above wrong ones at least, on average, in basis points.
pub const LEAST_DIFFERENCE: u16 = 500;

/// How long one grade may take. Slower models miss every grading window.
pub const LONGEST_GRADE: Duration = Duration::from_secs(30);

/// The longest answer of its own that a model is asked for, in tokens and bytes.
const OWN_TOKENS: usize = 48;
const OWN_BYTES: usize = 1024;

/// How many slow questions are enough to see that a model is slow.
const SLOW_QUESTIONS: usize = 3;

/// So that no two checkups ask the same: what was asked lately is recalled, not put to the engine.
static ASKED: AtomicUsize = AtomicUsize::new(1);

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
    /// Mean grade mass, `0.0..=1.0`; `None` for other modules than language models.
    pub mass: Option<f64>,
    /// What the first grade of a job took.
    pub first_grade: Duration,
    /// What each further grade of a job took.
    pub further_grade: Duration,
}

/// Why a module is not fit to grade: the model's or the template's fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// It was asked nothing.
    #[error("it was asked nothing")]
    Untested,
    /// Each grade takes too long.
    #[error(
        "a grade takes {0:?}, too long for any grading window: take a smaller model, a faster \
         engine or a GPU"
    )]
    Slow(Duration),
    /// It does not tell right from wrong.
    #[error(
        "right answers get {right} and wrong ones {wrong} basis points on average: it does not \
         tell them apart, take another model or grading template"
    )]
    Flat {
        /// Mean grade of right answers, in basis points.
        right: u16,
        /// Mean grade of wrong answers, in basis points.
        wrong: u16,
    },
    /// It takes wrong for right too often.
    #[error(
        "right stands above wrong in {ordered} of {questions} questions only: take another model \
         or grading template"
    )]
    Disordered {
        /// How many times right stood above wrong.
        ordered: usize,
        /// Of so many.
        questions: usize,
    },
}

impl Checkup {
    /// Whether it can grade.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn verdict(&self) -> Result<(), Unfit> {
        let slowest = self.first_grade.max(self.further_grade);
        if self.questions == 0 {
            return Err(Unfit::Untested);
        }
        if slowest > LONGEST_GRADE {
            return Err(Unfit::Slow(slowest));
        }
        if self.right < self.wrong.saturating_add(LEAST_DIFFERENCE) {
            return Err(Unfit::Flat { right: self.right, wrong: self.wrong });
        }
        if self.ordered * 100 < self.questions * LEAST_ORDERED {
            let (ordered, questions) = (self.ordered, self.questions);
            return Err(Unfit::Disordered { ordered, questions });
        }
        Ok(())
    }
}

/// Asks `module` to grade the first `questions` of [`QUESTIONS`], and one of them again with a
/// single candidate, which shows what a first grade takes. Ends early when that is too long.
///
/// # Errors
/// [`NoResult`] as soon as there are no grades: the engine failed, or the model does not grade.
pub async fn examine(module: &dyn Module, questions: usize) -> Result<Checkup, NoResult> {
    let questions = questions.min(QUESTIONS.len());
    let first = ASKED.fetch_add(questions + 1, Ordering::Relaxed);
    let mut seen = Seen::default();
    // What comes first warms an engine up: it is not what a first grade takes.
    for (index, (question, right, wrong)) in QUESTIONS.iter().take(questions).enumerate() {
        let prompt = format!("Question {}. {question}", first + index);
        let own = own_answer(module, &prompt).await?;
        // By turns, since some models like the first best, and others the last.
        let right_first = index % 2 == 0;
        let texts = if right_first { [*right, *wrong] } else { [*wrong, *right] };
        let [one, other] = *seen.grade(module, &prompt, own.as_deref(), &texts).await? else {
            return Err(NoResult::NoGrades);
        };
        let (right, wrong) = if right_first { (one, other) } else { (other, one) };
        seen.ordered += usize::from(right > wrong);
        seen.right += usize::from(right);
        seen.wrong += usize::from(wrong);
        let is_slow = |took: &Duration| *took > 2 * LONGEST_GRADE;
        if seen.took.len() >= SLOW_QUESTIONS && seen.took.iter().all(is_slow) {
            break;
        }
    }
    let asked = seen.took.len();
    seen.took.sort();
    let both = seen.took.get(asked / 2).copied().unwrap_or_default();
    let mut alone = both / 2;
    if let Some((question, right, _)) = QUESTIONS.get(asked / 2).filter(|_| both < LONGEST_GRADE) {
        seen.took.clear();
        let prompt = format!("Question {}. {question}", first + questions);
        seen.grade(module, &prompt, None, &[right]).await?;
        alone = seen.took.first().copied().unwrap_or_default().min(both);
    }
    let mean = |sum: usize| u16::try_from(sum / asked.max(1)).unwrap_or(u16::MAX);
    let masses = seen.masses.len() as f64;
    Ok(Checkup {
        questions: asked,
        ordered: seen.ordered,
        right: mean(seen.right),
        wrong: mean(seen.wrong),
        mass: (masses > 0.0).then(|| seen.masses.iter().sum::<f64>() / masses),
        first_grade: alone,
        further_grade: both.saturating_sub(alone),
    })
}

/// The module's own answer to a question; `None` if it has none, which is for the grades to show.
async fn own_answer(module: &dyn Module, prompt: &str) -> Result<Option<String>, NoResult> {
    let question = Question {
        prompt,
        field: Field::default(),
        notes: &[],
        sampling: &Sampling::GREEDY,
        system: None,
        max_tokens: Some(OWN_TOKENS),
        max_bytes: OWN_BYTES,
        tools: Toolbox(&[]),
        until: Some(Instant::now() + 2 * LONGEST_GRADE),
        seed: 0,
        tally: None,
    };
    match module.answer(&question).await {
        Ok(answer) => Ok(Some(answer).filter(|answer| !answer.trim().is_empty())),
        Err(reason) if reason.is_of_engine() => Err(reason),
        Err(_) => Ok(None),
    }
}

/// What has been seen so far.
#[derive(Default)]
struct Seen {
    ordered: usize,
    right: usize,
    wrong: usize,
    masses: Vec<f64>,
    took: Vec<Duration>,
    grades: Vec<u16>,
}

impl Seen {
    /// The grades of these answers, in their order.
    async fn grade(
        &mut self,
        module: &dyn Module,
        prompt: &str,
        reference: Option<&str>,
        texts: &[&str],
    ) -> Result<&[u16], NoResult> {
        let candidates: Vec<Candidate> = (0..)
            .zip(texts)
            .map(|(author, text)| Candidate { author, text: text.to_string() })
            .collect();
        let grading = Grading { prompt, reference, candidates: &candidates, until: None };
        let since = Instant::now();
        let graded = module.grade(&grading).await;
        self.took.push(since.elapsed());
        self.masses.extend(graded.readings.masses);
        self.grades = graded.grades?.into_iter().map(|given| given.grade).collect();
        Ok(&self.grades)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::BackendError,
        module::{Graded, Readings},
        protocol::AuthorGrade,
    };
    use std::{collections::HashSet, sync::Mutex};

    /// Grades by what it is made of.
    struct Judge<F> {
        grade: F,
        prompts: Mutex<Vec<String>>,
    }

    #[async_trait::async_trait]
    impl<F: Fn(&str) -> Result<u16, NoResult> + Send + Sync> Module for Judge<F> {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            Err(NoResult::Empty)
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            self.prompts.lock().unwrap().push(grading.prompt.to_string());
            let grade = |one: &Candidate| {
                let grade = (self.grade)(&one.text)?;
                Ok(AuthorGrade { author: one.author, grade })
            };
            let grades = grading.candidates.iter().map(grade).collect();
            Graded { grades, readings: Readings { masses: vec![0.5, 1.0], recalled: 0 } }
        }
    }

    fn judge<F: Fn(&str) -> Result<u16, NoResult>>(grade: F) -> Judge<F> {
        Judge { grade, prompts: Mutex::default() }
    }

    /// Takes its own answer for right and all others for wrong; without one it cannot say.
    struct Believer<F>(F);

    #[async_trait::async_trait]
    impl<F: Fn(&Known) -> Result<String, NoResult> + Send + Sync> Module for Believer<F> {
        async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
            let known = QUESTIONS.iter().find(|(asked, ..)| question.prompt.ends_with(asked));
            (self.0)(known.unwrap())
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            let grade = |one: &Candidate| {
                let grade = match grading.reference {
                    Some(own) if own == one.text => 9_000,
                    Some(_) => 1_000,
                    None => 5_000,
                };
                AuthorGrade { author: one.author, grade }
            };
            let grades = grading.candidates.iter().map(grade).collect();
            Graded { grades: Ok(grades), readings: Readings::default() }
        }
    }

    fn believer<F: Fn(&Known) -> Result<String, NoResult>>(says: F) -> Believer<F> {
        Believer(says)
    }

    fn is_right(text: &str) -> bool {
        QUESTIONS.iter().any(|(_, right, _)| *right == text)
    }

    #[test]
    fn questions_should_have_two_different_answers_of_similar_length() {
        for (question, right, wrong) in QUESTIONS {
            assert_ne!(right, wrong, "{question}");
            assert!(right.len().abs_diff(wrong.len()) <= 3, "{question}: {right} / {wrong}");
            assert!(!QUESTIONS.iter().any(|(_, other, _)| *other == wrong), "{wrong}");
        }
    }

    #[tokio::test]
    async fn checkup_should_pass_when_right_stands_above_wrong() {
        let judge = judge(|text| Ok(if is_right(text) { 9_000 } else { 2_000 }));
        let checkup = examine(&judge, 99).await.unwrap();
        assert_eq!((checkup.questions, checkup.ordered), (QUESTIONS.len(), QUESTIONS.len()));
        assert_eq!((checkup.right, checkup.wrong, checkup.mass), (9_000, 2_000, Some(0.75)));
        assert_eq!(checkup.verdict(), Ok(()));
    }

    #[tokio::test]
    async fn checkup_should_fail_when_all_grades_are_the_same() {
        let checkup = examine(&judge(|_| Ok(5_700)), 12).await.unwrap();
        let unfit = checkup.verdict().unwrap_err();
        assert_eq!(unfit, Unfit::Flat { right: 5_700, wrong: 5_700 });
        assert!(!unfit.to_string().contains('\n'));
    }

    #[tokio::test]
    async fn checkup_should_fail_when_wrong_stands_above_right_too_often() {
        let of_kind =
            |text: &str| text.starts_with("Red") || text.chars().any(|c| c.is_ascii_digit());
        let judge = judge(move |text| {
            Ok(match (is_right(text), of_kind(text)) {
                (true, false) => 9_000,
                (false, true) => 5_100,
                _ => 5_000,
            })
        });
        let checkup = examine(&judge, 99).await.unwrap();
        assert!(matches!(checkup.verdict(), Err(Unfit::Disordered { .. })), "{checkup:?}");
    }

    #[tokio::test]
    async fn checkup_should_pass_when_right_is_what_the_module_says_itself() {
        let knows = believer(|(_, right, _)| Ok(right.to_string()));
        let checkup = examine(&knows, 99).await.unwrap();
        assert_eq!(checkup.ordered, QUESTIONS.len());
        assert_eq!((checkup.right, checkup.wrong), (9_000, 1_000));
        assert_eq!(checkup.verdict(), Ok(()));
    }

    #[tokio::test]
    async fn checkup_should_fail_when_wrong_is_what_the_module_says_itself() {
        let errs = believer(|(_, _, wrong)| Ok(wrong.to_string()));
        let checkup = examine(&errs, 99).await.unwrap();
        assert_eq!(checkup.ordered, 0);
        assert_eq!(checkup.verdict(), Err(Unfit::Flat { right: 1_000, wrong: 9_000 }));
    }

    #[tokio::test]
    async fn grades_should_go_without_a_reference_when_the_module_says_nothing() {
        let flat = Err(Unfit::Flat { right: 5_000, wrong: 5_000 });
        let blank = examine(&believer(|_| Ok(" \n".into())), 99).await.unwrap();
        assert_eq!((blank.questions, blank.verdict()), (QUESTIONS.len(), flat.clone()));
        let mute = examine(&believer(|_| Err(NoResult::Empty)), 99).await.unwrap();
        assert_eq!((mute.questions, mute.verdict()), (QUESTIONS.len(), flat));
    }

    #[tokio::test]
    async fn examination_should_end_when_the_engine_fails_at_the_modules_own_answer() {
        let gone = believer(|_| Err(BackendError::Engine("gone".into()).into()));
        assert!(examine(&gone, 99).await.unwrap_err().is_of_engine());
    }

    #[tokio::test]
    async fn examination_should_end_when_there_are_no_grades() {
        let gone = judge(|_| Err(BackendError::Engine("gone".into()).into()));
        assert!(examine(&gone, 12).await.unwrap_err().is_of_engine());
        assert_eq!(gone.prompts.lock().unwrap().len(), 1);
        let mute = examine(&judge(|_| Err(NoResult::NoGrades)), 12).await;
        assert!(matches!(mute, Err(NoResult::NoGrades)));
    }

    #[tokio::test]
    async fn no_question_should_be_asked_twice() {
        let judge = judge(|_| Ok(1));
        for _ in 0..3 {
            examine(&judge, 12).await.unwrap();
        }
        let prompts = judge.prompts.lock().unwrap();
        assert_eq!(prompts.iter().collect::<HashSet<_>>().len(), prompts.len());
        assert_eq!(prompts.len(), 3 * 13);
    }

    #[test]
    fn checkup_should_fail_when_a_grade_takes_too_long() {
        let checkup = Checkup {
            questions: 1,
            ordered: 1,
            right: 9_000,
            wrong: 0,
            mass: None,
            first_grade: 2 * LONGEST_GRADE,
            further_grade: Duration::ZERO,
        };
        assert_eq!(checkup.verdict(), Err(Unfit::Slow(2 * LONGEST_GRADE)));
    }
}
