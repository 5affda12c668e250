//! Doing a job: units, module, result. No queue, no HTTP. Audits are in [`crate::audit`].

use crate::{
    backend::Usage,
    chance::Chance,
    delivery::tidy,
    health::Sign,
    jobs::Outcome,
    metrics::{Metrics, ModelLabel},
    module::{Graded, Grading, Module, NoResult, Question, Readings, Tally},
    protocol::{Field, Hex32, JobResult, Kind, Task},
    roster::Agent,
    units::{Draft, Toolbox},
    willingness::most_frequent,
};
use std::{sync::Arc, time::Instant};

/// A module and the name under which agents use it.
#[derive(Clone)]
pub struct ServedModel {
    /// Its name in the configuration.
    pub name: String,
    /// What does the jobs.
    pub module: Arc<dyn Module>,
    /// How many jobs it does at a time, at least 1.
    pub parallel: usize,
    /// Whether it has to show that it grades before it answers (see [`crate::checkup`]).
    pub checkup: bool,
    /// SHA-256 of its weights, as they are claimed on chain; `None` if others cannot have them.
    pub weights: Option<Hex32>,
}

/// What is to be answered.
#[derive(Clone, Copy)]
struct Asked<'a> {
    prompt: &'a str,
    max_bytes: usize,
    field: Field,
}

/// What bounds and seeds one attempt.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// After this the result is of no use.
    pub until: Instant,
    /// What chance is drawn from.
    pub seed: u64,
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Performed {
    /// For the job.
    pub outcome: Outcome,
    /// For the model's health.
    pub sign: Sign,
    /// What an answer took in tokens, as far as the engine says.
    pub usage: Usage,
}

impl ServedModel {
    /// Does `task` as `agent`. The future must be driven to its end (see [`Module`]).
    pub async fn perform(
        &self,
        agent: &Agent,
        task: &Task,
        bounds: Bounds,
        metrics: &Metrics,
    ) -> Performed {
        let tally = Tally::default();
        let (result, good) = match task {
            Task::Answer { prompt, max_bytes, field } => {
                let asked = Asked { prompt, max_bytes: *max_bytes, field: *field };
                match self.answer(agent, asked, (bounds, &tally)).await {
                    Ok((answer, sign)) => (Ok(JobResult::Answer { answer }), sign),
                    Err(reason) => (Err(reason), Sign::None),
                }
            }
            Task::Grade { prompt, reference, candidates } => {
                let (reference, until) = (reference.as_deref(), Some(bounds.until));
                let grading = Grading { prompt, reference, candidates, until };
                let Graded { grades, readings } = self.module.grade(&grading).await;
                self.observe(&readings, metrics);
                (grades.map(|grades| JobResult::Grades { grades }), Sign::Grades)
            }
            Task::Embed { .. } | Task::Replay { .. } => (Err(NoResult::Audit), Sign::None),
        };
        let (outcome, sign) = match result {
            Ok(result) => (Outcome::Done(result), good),
            Err(reason) => {
                let sign = Sign::from(&reason);
                (reason.into(), sign)
            }
        };
        Performed { outcome, sign, usage: tally.sum() }
    }

    fn observe(&self, readings: &Readings, metrics: &Metrics) {
        let label = ModelLabel { model: self.name.clone() };
        let mass = metrics.grade_mass.get_or_create(&label);
        readings.masses.iter().for_each(|share| mass.observe(*share));
        metrics.grades_recalled.get_or_create(&label).inc_by(readings.recalled);
    }

    async fn answer(
        &self,
        agent: &Agent,
        asked: Asked<'_>,
        limits: (Bounds, &Tally),
    ) -> Result<(String, Sign), NoResult> {
        let Asked { prompt, max_bytes, field } = asked;
        let mut draft = Draft::new(prompt);
        for unit in &agent.units {
            unit.before(&mut draft).await?;
        }
        let (mut answer, sign) = match draft.answer.take() {
            // A unit's answer says nothing about the engine.
            Some(answer) => (answer, Sign::None),
            None => (self.think(agent, &draft, (max_bytes, field), limits).await?, Sign::Alive),
        };
        answer = tidy(&answer, max_bytes);
        for unit in &agent.units {
            answer = tidy(&unit.after(&draft.prompt, answer).await?, max_bytes);
        }
        if answer.is_empty() {
            return Err(NoResult::Empty);
        }
        Ok((answer, sign))
    }

    /// One answer of the module; for an agent that estimates its competence, the most frequent of
    /// several.
    async fn think(
        &self,
        agent: &Agent,
        draft: &Draft<'_>,
        (max_bytes, field): (usize, Field),
        (bounds, tally): (Bounds, &Tally),
    ) -> Result<String, NoResult> {
        let mut question = Question {
            prompt: draft.prompt.as_sent(),
            field,
            notes: &draft.notes,
            sampling: &agent.sampling,
            system: agent.system.as_deref(),
            max_tokens: agent.max_tokens,
            max_bytes,
            tools: Toolbox(&agent.units),
            until: Some(bounds.until),
            seed: bounds.seed,
            tally: Some(tally),
        };
        let Some(competence) = agent.willingness.competence else {
            return self.module.answer(&question).await;
        };
        let mut answers = Vec::with_capacity(competence.samples);
        let mut seeds = Chance::new(bounds.seed);
        for _ in 0..competence.samples {
            question.seed = seeds.bits();
            answers.push(tidy(&self.module.answer(&question).await?, max_bytes));
        }
        let is_closed = field.question == Some(Kind::Closed);
        let (answer, share) = most_frequent(&answers, is_closed).ok_or(NoResult::Empty)?;
        if share < competence.min_agreement {
            return Err(NoResult::Unsure { share, least: competence.min_agreement });
        }
        Ok(answer.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::BackendError,
        protocol::{AuthorGrade, Candidate},
        units::{testing::Shouting, Unit},
        willingness::{Competence, Willingness},
    };
    use std::sync::Mutex;

    /// Says one thing after another.
    struct Scripted(Mutex<Vec<Result<String, BackendError>>>);

    #[async_trait::async_trait]
    impl Module for Scripted {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            Ok(self.0.lock().unwrap().remove(0)?)
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            let grade = |one: &Candidate| AuthorGrade { author: one.author, grade: 10_000 };
            let grades = Ok(grading.candidates.iter().map(grade).collect());
            Graded { grades, readings: Readings { masses: vec![0.75], recalled: 4 } }
        }
    }

    fn model(said: &[Result<&str, BackendError>]) -> ServedModel {
        let said = said.iter().map(|said| said.clone().map(str::to_string)).collect();
        let module = Arc::new(Scripted(Mutex::new(said)));
        ServedModel { name: "m".into(), module, parallel: 1, checkup: false, weights: None }
    }

    async fn perform(
        agent: &Agent,
        said: &[Result<&str, BackendError>],
        max_bytes: usize,
    ) -> Outcome {
        let task = Task::Answer { prompt: "What?".into(), max_bytes, field: Field::default() };
        model(said).perform(agent, &task, bounds(), &Metrics::default()).await.outcome
    }

    fn bounds() -> Bounds {
        Bounds { until: Instant::now() + std::time::Duration::from_secs(60), seed: 7 }
    }

    async fn answer(said: Result<&str, BackendError>, max_bytes: usize) -> Outcome {
        perform(&Agent::plain(0), &[said], max_bytes).await
    }

    fn done(answer: &str) -> Outcome {
        Outcome::Done(JobResult::Answer { answer: answer.into() })
    }

    #[tokio::test]
    async fn answer_should_be_trimmed_cut_and_clean() {
        assert_eq!(answer(Ok(" 49\0 \r\n"), 100).await, done("49"));
        assert_eq!(answer(Ok("ab é"), 4).await, done("ab"));
        assert_eq!(answer(Ok("ab é"), 5).await, done("ab é"));
    }

    #[tokio::test]
    async fn answer_should_stay_what_the_model_said() {
        let flag = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
        for said in ["🏳️‍🌈 ❤️‍🔥", flag, "น้ำ", "x ∈ ℝ", "你好，世界！", "Wait…", "Waggle™"]
        {
            assert_eq!(answer(Ok(said), 100).await, done(said));
        }
        assert_eq!(answer(Ok("ab🏳️‍🌈"), 15).await, done("ab"), "no half a flag");
    }

    #[tokio::test]
    async fn answer_should_be_declined_or_failed_when_there_is_none() {
        assert!(matches!(answer(Ok(" \n"), 100).await, Outcome::Failed(_)));
        assert!(matches!(answer(Ok("\u{200b}\u{e0041}"), 100).await, Outcome::Failed(_)));
        let long = BackendError::TooLong { tokens: 9, limit: 8 };
        assert!(matches!(answer(Err(long), 100).await, Outcome::Declined { .. }));
        assert!(matches!(
            answer(Err(BackendError::Engine("gone".into())), 100).await,
            Outcome::Again { after: None, .. }
        ));
    }

    #[tokio::test]
    async fn units_should_be_heard_after_the_module_and_within_the_limit() {
        let units: Vec<Arc<dyn Unit>> = vec![Arc::new(Shouting)];
        let agent = Agent { units, ..Agent::plain(0) };
        assert_eq!(perform(&agent, &[Ok("abc")], 100).await, done("ABC!"));
        assert_eq!(perform(&agent, &[Ok("abc")], 3).await, done("ABC"));
    }

    #[tokio::test]
    async fn agent_should_answer_only_when_enough_of_its_answers_agree() {
        let competence = Some(Competence { samples: 3, min_agreement: 0.6 });
        let agent = Agent {
            willingness: Willingness { competence, ..Willingness::default() },
            ..Agent::plain(0)
        };
        assert_eq!(perform(&agent, &[Ok("1"), Ok("2 "), Ok("2")], 100).await, done("2"));
        let forms = [Ok("２…"), Ok("1"), Ok("2\u{200b}...")];
        assert_eq!(perform(&agent, &forms, 100).await, done("２…"), "they agree as they look");
        let outcome = perform(&agent, &[Ok("1"), Ok("2"), Ok("3")], 100).await;
        assert!(matches!(outcome, Outcome::Declined { reason, .. } if reason.contains("0.33")));
    }

    #[tokio::test]
    async fn what_a_model_shows_while_it_grades_should_be_measured() {
        let candidates = vec![Candidate { author: 7, text: "49".into() }];
        let task = Task::Grade { prompt: "37+12".into(), reference: None, candidates };
        let metrics = Metrics::default();
        let outcome = model(&[]).perform(&Agent::plain(0), &task, bounds(), &metrics).await;
        let grades = vec![AuthorGrade { author: 7, grade: 10_000 }];
        assert_eq!(outcome.outcome, Outcome::Done(JobResult::Grades { grades }));
        assert_eq!(outcome.sign, Sign::Grades);
        let text = metrics.text().unwrap();
        assert!(text.contains("grade_mass_sum{model=\"m\"} 0.75"), "{text}");
        assert!(text.contains("grades_recalled_total{model=\"m\"} 4"), "{text}");
    }
}
