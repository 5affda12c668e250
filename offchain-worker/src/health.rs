//! Whether a model may answer: what its checkups showed, and whether its engine is alive.
//!
//! An agent that has answered owes grades, and not to give them costs it its ticket. So a model
//! that cannot grade must not answer. It still tries to grade, because a ticket may be at stake.
//!
//! A model without checkups (`checkup = false`) always may; its operator vouches for it.

use crate::{
    checkup::{Checkup, Unfit},
    module::NoResult,
};
use serde::Serialize;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How many failures of the engine one after another make it a failing one.
const FAILURES: u32 = 3;

/// How many jobs without a grade one after another call for a checkup.
const GRADELESS: u32 = 3;

/// What a job or a checkup says about what does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The engine replied.
    Alive,
    /// The engine replied, and with grades.
    Grades,
    /// The engine replied, but the model did not grade.
    NoGrades,
    /// The engine failed, for this reason.
    Failure(String),
    /// It says nothing.
    None,
}

impl From<&NoResult> for Sign {
    fn from(reason: &NoResult) -> Self {
        match reason {
            engine if engine.is_of_engine() => Self::Failure(engine.to_string()),
            NoResult::NoGrades | NoResult::NoGrade { .. } => Self::NoGrades,
            NoResult::Empty | NoResult::Unsure { .. } => Self::Alive,
            _ => Self::None,
        }
    }
}

/// Why a model does not answer for now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwell {
    /// Its first checkup is not over.
    #[error("the model is not yet examined")]
    NotExamined,
    /// It did not pass a checkup, or gives no grades.
    #[error("its grading is unhealthy: {0}")]
    Grading(String),
    /// Its engine fails.
    #[error("its engine fails: {0}")]
    Engine(String),
    /// It could not be loaded.
    #[error("the model could not be loaded: {0}")]
    Absent(String),
}

impl Unwell {
    /// The reason as a label of metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::NotExamined => "not_examined",
            Self::Grading(_) => "unhealthy",
            Self::Engine(_) => "engine",
            Self::Absent(_) => "not_loaded",
        }
    }
}

/// The health of one model.
#[derive(Debug)]
pub struct Health {
    checked: bool,
    state: Mutex<State>,
    /// Told when the examiner should look at once.
    pub due: Notify,
}

#[derive(Debug)]
struct State {
    grading: Grading,
    last: Option<Checkup>,
    examined: Option<Instant>,
    gradeless: u32,
    failures: u32,
    failure: Option<String>,
    success: Option<Instant>,
}

#[derive(Debug)]
enum Grading {
    Unknown,
    Fit,
    Unfit(String),
    /// There is no model at all.
    Absent(String),
}

/// A model in the reply to `GET /healthz`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelHealth {
    /// Its name in the configuration.
    pub name: String,
    /// `loading`, `examining`, `healthy`, `unhealthy` or `failed`.
    pub state: &'static str,
    /// Why it is unhealthy, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Seconds since its engine last replied; absent if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_s: Option<u64>,
    /// What its last checkup showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkup: Option<CheckupFigures>,
}

/// A checkup's figures as they are shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckupFigures {
    /// Seconds since then.
    pub age_s: u64,
    /// How many questions were asked.
    pub questions: usize,
    /// How many times right stood above wrong.
    pub ordered: usize,
    /// Mean grade of right answers, in basis points.
    pub right: u16,
    /// Mean grade of wrong answers, in basis points.
    pub wrong: u16,
    /// Mean grade mass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mass: Option<f64>,
    /// What the first grade of a job took, in milliseconds.
    pub first_grade_ms: u64,
    /// What each further grade took, in milliseconds.
    pub further_grade_ms: u64,
}

impl Health {
    /// Of a model that is examined before it answers, or not (`checked`).
    pub fn new(checked: bool) -> Self {
        let state = State {
            grading: Grading::Unknown,
            last: None,
            examined: None,
            gradeless: 0,
            failures: 0,
            failure: None,
            success: None,
        };
        Self { checked, state: Mutex::new(state), due: Notify::new() }
    }

    /// Of a model that could not be loaded.
    pub fn absent(reason: String) -> Self {
        let health = Self::new(false);
        health.state().grading = Grading::Absent(reason);
        health
    }

    /// Whether the model is examined.
    pub fn is_checked(&self) -> bool {
        self.checked
    }

    /// Whether it may answer.
    ///
    /// # Errors
    /// [`Unwell`] if not.
    pub fn may_answer(&self) -> Result<(), Unwell> {
        let state = self.state();
        match (&state.grading, state.failing()) {
            (Grading::Absent(reason), _) => Err(Unwell::Absent(reason.clone())),
            _ if !self.checked => Ok(()),
            (Grading::Unfit(reason), _) => Err(Unwell::Grading(reason.clone())),
            (_, Some(reason)) => Err(Unwell::Engine(reason.to_string())),
            (Grading::Unknown, _) => Err(Unwell::NotExamined),
            (Grading::Fit, None) => Ok(()),
        }
    }

    /// Takes note of what a job showed.
    pub fn saw(&self, now: Instant, sign: &Sign) {
        let mut state = self.state();
        match sign {
            Sign::None => return,
            Sign::Failure(reason) => {
                state.failures = state.failures.saturating_add(1);
                state.failure = Some(reason.clone());
                if state.failures == FAILURES {
                    self.due.notify_one();
                }
                return;
            }
            Sign::NoGrades => {
                state.gradeless = state.gradeless.saturating_add(1);
                if self.checked && state.gradeless == GRADELESS {
                    let reason = format!("it gave no grades in {GRADELESS} jobs one after another");
                    state.grading = Grading::Unfit(reason);
                    self.due.notify_one();
                }
            }
            Sign::Grades => state.gradeless = 0,
            Sign::Alive => (),
        }
        (state.failures, state.failure, state.success) = (0, None, Some(now));
    }

    /// An examination is over: what it showed.
    ///
    /// # Errors
    /// Why the model does not answer from now on.
    pub fn examined(&self, now: Instant, checkup: Result<Checkup, NoResult>) -> Result<(), Unwell> {
        let mut state = self.state();
        let verdict = match checkup {
            Ok(checkup) => {
                let verdict = checkup.verdict().map_err(|unfit: Unfit| unfit.to_string());
                (state.last, state.examined) = (Some(checkup), Some(now));
                (state.failures, state.failure, state.success) = (0, None, Some(now));
                verdict
            }
            Err(reason) if reason.is_of_engine() => {
                // It says nothing about grading, and what was known before may still hold.
                state.failures = state.failures.max(FAILURES);
                state.failure = Some(reason.to_string());
                return Err(Unwell::Engine(reason.to_string()));
            }
            Err(reason) => {
                (state.last, state.examined) = (None, Some(now));
                (state.failures, state.failure, state.success) = (0, None, Some(now));
                Err(reason.to_string())
            }
        };
        state.gradeless = 0;
        match verdict {
            Ok(()) => {
                state.grading = Grading::Fit;
                Ok(())
            }
            Err(reason) => {
                state.grading = Grading::Unfit(reason.clone());
                Err(Unwell::Grading(reason))
            }
        }
    }

    /// The engine was asked whether it is alive.
    pub fn probed(&self, now: Instant, alive: &Result<(), NoResult>) {
        let mut state = self.state();
        match alive {
            Ok(()) => (state.failures, state.failure, state.success) = (0, None, Some(now)),
            Err(reason) => {
                state.failures = state.failures.max(FAILURES);
                state.failure = Some(reason.to_string());
            }
        }
    }

    /// Why its engine counts as failing; `None` if it does not.
    pub fn failing(&self) -> Option<String> {
        self.state().failing().map(str::to_string)
    }

    /// Whether the engine has replied within `span`.
    pub fn replied_within(&self, now: Instant, span: Duration) -> bool {
        let success = self.state().success;
        success.is_some_and(|since| now.saturating_duration_since(since) < span)
    }

    /// What `GET /healthz` says about it.
    pub fn report(&self, now: Instant, name: &str) -> ModelHealth {
        let state = self.state();
        let seconds = |since: Instant| now.saturating_duration_since(since).as_secs();
        let (is, reason) = match (&state.grading, state.failing()) {
            (Grading::Absent(reason), _) => ("failed", Some(reason.clone())),
            (Grading::Unfit(reason), _) => ("unhealthy", Some(reason.clone())),
            (_, Some(reason)) => ("unhealthy", Some(reason.to_string())),
            (Grading::Unknown, None) if self.checked => ("examining", None),
            _ => ("healthy", None),
        };
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let checkup = state.last.as_ref().zip(state.examined).map(|(last, since)| CheckupFigures {
            age_s: seconds(since),
            questions: last.questions,
            ordered: last.ordered,
            right: last.right,
            wrong: last.wrong,
            mass: last.mass,
            first_grade_ms: milliseconds(last.first_grade),
            further_grade_ms: milliseconds(last.further_grade),
        });
        let last_success_s = state.success.map(seconds);
        ModelHealth { name: name.to_string(), state: is, reason, last_success_s, checkup }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn failing(&self) -> Option<&str> {
        (self.failures >= FAILURES).then(|| self.failure.as_deref().unwrap_or("it does not reply"))
    }
}

impl ModelHealth {
    /// A model that is being loaded.
    pub fn loading(name: &str) -> Self {
        Self {
            name: name.to_string(),
            state: "loading",
            reason: None,
            last_success_s: None,
            checkup: None,
        }
    }

    /// Whether jobs can be done with it.
    pub fn can_serve(&self) -> bool {
        matches!(self.state, "examining" | "healthy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::BackendError;

    fn checkup(right: u16, wrong: u16) -> Checkup {
        Checkup {
            questions: 16,
            ordered: 16,
            right,
            wrong,
            mass: Some(0.9),
            first_grade: Duration::from_millis(300),
            further_grade: Duration::from_millis(100),
        }
    }

    fn gone() -> NoResult {
        BackendError::Engine("gone".into()).into()
    }

    #[test]
    fn model_should_answer_only_after_it_passed_a_checkup() {
        let (health, now) = (Health::new(true), Instant::now());
        assert_eq!(health.may_answer(), Err(Unwell::NotExamined));
        assert_eq!(health.report(now, "m").state, "examining");
        assert!(health.report(now, "m").can_serve(), "it grades");
        health.examined(now, Ok(checkup(9_000, 1_000))).unwrap();
        assert_eq!(health.may_answer(), Ok(()));
        let report = health.report(now, "m");
        assert_eq!((report.state, report.last_success_s), ("healthy", Some(0)));
        assert_eq!(report.checkup.unwrap().first_grade_ms, 300);
        health.examined(now, Ok(checkup(5_700, 5_700))).unwrap_err();
        let unwell = health.may_answer().unwrap_err();
        assert!(unwell.to_string().contains("5700"), "{unwell}");
        assert!(!health.report(now, "m").can_serve());
    }

    #[test]
    fn model_should_answer_at_once_when_it_is_not_examined() {
        let (health, now) = (Health::new(false), Instant::now());
        for _ in 0..9 {
            health.saw(now, &Sign::NoGrades);
        }
        assert_eq!(health.may_answer(), Ok(()));
        assert_eq!(health.report(now, "m").state, "healthy");
    }

    #[test]
    fn engine_should_count_as_failing_until_it_replies() {
        let (health, now) = (Health::new(true), Instant::now());
        health.examined(now, Ok(checkup(9_000, 1_000))).unwrap();
        for failure in 1..=FAILURES {
            assert_eq!(health.may_answer(), Ok(()), "before failure {failure}");
            health.saw(now, &Sign::from(&gone()));
        }
        assert!(matches!(health.may_answer(), Err(Unwell::Engine(_))));
        let report = health.report(now, "m");
        assert!(report.reason.unwrap().contains("gone"));
        health.saw(now, &Sign::Alive);
        assert_eq!(health.may_answer(), Ok(()));
        health.probed(now, &Err(gone()));
        assert!(health.failing().is_some());
        health.probed(now, &Ok(()));
        assert_eq!(health.may_answer(), Ok(()), "its grading was healthy before");
    }

    #[tokio::test]
    async fn checkup_should_be_due_when_several_jobs_bring_no_grades() {
        let (health, now) = (Health::new(true), Instant::now());
        health.examined(now, Ok(checkup(9_000, 1_000))).unwrap();
        for sign in [Sign::NoGrades, Sign::NoGrades, Sign::Grades, Sign::NoGrades, Sign::NoGrades] {
            health.saw(now, &sign);
            assert_eq!(health.may_answer(), Ok(()));
        }
        health.saw(now, &Sign::NoGrades);
        assert!(matches!(health.may_answer(), Err(Unwell::Grading(_))));
        health.due.notified().await;
        health.examined(now, Ok(checkup(9_000, 1_000))).unwrap();
        assert_eq!(health.may_answer(), Ok(()));
    }

    #[test]
    fn grading_should_count_as_unhealthy_when_a_checkup_brings_no_grades() {
        let (health, now) = (Health::new(true), Instant::now());
        assert!(matches!(health.examined(now, Err(NoResult::NoGrades)), Err(Unwell::Grading(_))));
        let unhealthy = health.examined(now, Err(gone())).unwrap_err();
        assert!(matches!(unhealthy, Unwell::Engine(_)));
        assert!(matches!(health.may_answer(), Err(Unwell::Grading(_))), "that still holds");
    }
}
