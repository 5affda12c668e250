//! Doing a job: prompt, model, result. No queue, no HTTP.

use crate::{
    backend::{Backend, BackendError, Chat},
    grading::{NoGrade, Scale, Verdict},
    jobs::Outcome,
    metrics::{Metrics, ModelLabel},
    prompts::{Prompts, TemplateError},
    protocol::{AuthorGrade, Candidate, JobResult, Task},
    roster::Agent,
    sanitise::{cut, normalise},
    settings::LowMass,
};
use std::sync::Arc;
use tracing::info;

/// A model and everything that the worker needs to use it.
pub struct ServedModel {
    /// Its name in the configuration.
    pub name: String,
    /// What runs it.
    pub backend: Arc<dyn Backend>,
    /// What it gets to read.
    pub prompts: Prompts,
    /// With what it grades.
    pub scale: Scale,
    /// What to do about candidates to which it does not reply with a grade.
    pub low_mass: LowMass,
    /// The longest answer, in tokens.
    pub max_tokens: usize,
}

/// Why a job brings no result.
#[derive(Debug, thiserror::Error)]
enum NoResult {
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("the model gave an empty answer")]
    Empty,
    #[error("no grade for the answer of author {author}: {source}")]
    NoGrade { author: u32, source: NoGrade },
    #[error("the model replies to no candidate with a grade")]
    NoGrades,
}

impl From<NoResult> for Outcome {
    fn from(reason: NoResult) -> Self {
        match reason {
            NoResult::Backend(BackendError::Engine(_)) => Self::Failed(reason.to_string()),
            _ => Self::Declined(reason.to_string()),
        }
    }
}

impl ServedModel {
    /// Does `task` as `agent`. The future must be driven to its end (see [`Backend`]).
    pub async fn perform(&self, agent: &Agent, task: &Task, metrics: &Metrics) -> Outcome {
        let result = match task {
            Task::Answer { prompt, max_bytes } => self.answer(agent, prompt, *max_bytes).await,
            Task::Grade { prompt, reference, candidates } => {
                self.grade(prompt, reference.as_deref(), candidates, metrics).await
            }
        };
        result.map_or_else(Outcome::from, Outcome::Done)
    }

    async fn answer(&self, agent: &Agent, prompt: &str, max_bytes: usize) -> Result<JobResult, NoResult> {
        let chat = Chat { system: agent.system.clone(), user: self.prompts.answering(prompt)? };
        let max_tokens = agent.max_tokens.map_or(self.max_tokens, |limit| limit.min(self.max_tokens));
        let text = self.backend.generate(&chat, &agent.sampling, max_tokens).await?;
        let answer = cut(normalise(&text, false).trim(), max_bytes).trim_end().to_string();
        if answer.is_empty() {
            return Err(NoResult::Empty);
        }
        Ok(JobResult::Answer { answer })
    }

    async fn grade(
        &self,
        prompt: &str,
        reference: Option<&str>,
        candidates: &[Candidate],
        metrics: &Metrics,
    ) -> Result<JobResult, NoResult> {
        let ids = self.scale.ids();
        let mut grades = Vec::with_capacity(candidates.len());
        let mut given = 0;
        for Candidate { author, text } in candidates {
            let chat = Chat { system: None, user: self.prompts.grading(prompt, reference, text)? };
            let logits = self.backend.next_logits(&chat, &ids).await?;
            let verdict = match self.scale.verdict(&logits) {
                Ok(Verdict { grade, mass }) => {
                    given += 1;
                    let label = ModelLabel { model: self.name.clone() };
                    metrics.grade_mass.get_or_create(&label).observe(mass);
                    Ok(grade)
                }
                Err(NoGrade::LowMass { mass, .. }) if self.low_mass == LowMass::Lowest => {
                    info!(model = self.name, author, mass, "not replied to with a grade: it gets the lowest");
                    Ok(self.scale.lowest())
                }
                Err(source) => Err(NoResult::NoGrade { author: *author, source }),
            };
            grades.push(AuthorGrade { author: *author, grade: verdict? });
        }
        if given == 0 {
            return Err(NoResult::NoGrades);
        }
        Ok(JobResult::Grades { grades })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{grading::NextLogits, roster::Sampling, settings::ModelOverrides};
    use std::sync::Mutex;

    /// Replies with what it is told and notes what it was asked.
    struct Scripted {
        text: Result<String, BackendError>,
        asked: Mutex<Vec<(Chat, usize)>>,
    }

    #[async_trait::async_trait]
    impl Backend for Scripted {
        async fn generate(&self, chat: &Chat, _: &Sampling, max_tokens: usize) -> Result<String, BackendError> {
            self.asked.lock().unwrap().push((chat.clone(), max_tokens));
            self.text.clone()
        }

        async fn next_logits(&self, chat: &Chat, ids: &[u32]) -> Result<NextLogits, BackendError> {
            let mut logits = vec![0.0; 10];
            logits[if chat.user.contains("good") {
                1
            } else if chat.user.contains("odd") {
                9
            } else {
                0
            }] = 40.0;
            Ok(NextLogits::pick(&logits, ids))
        }
    }

    fn model(text: Result<&str, BackendError>) -> (ServedModel, Arc<Scripted>) {
        let backend = Arc::new(Scripted { text: text.map(str::to_string), asked: Mutex::default() });
        let settings = ModelOverrides::parse("grading.template = '{{ candidate }}'").unwrap().resolve().unwrap();
        let prompts = Prompts::new(&settings, []).unwrap();
        let scale = Scale { tokens: vec![(0, 0.0), (1, 1.0)], min_mass: 0.5 };
        let name = "scripted".to_string();
        (
            ServedModel { name, backend: backend.clone(), prompts, scale, low_mass: LowMass::Decline, max_tokens: 24 },
            backend,
        )
    }

    fn agent() -> Agent {
        let sampling = Sampling { temperature: 0.0, top_p: None, top_k: None, min_p: None };
        Agent { model: 0, sampling, system: Some("Be brief.".into()), max_tokens: Some(100) }
    }

    async fn answer(text: Result<&str, BackendError>, max_bytes: usize) -> Outcome {
        let task = Task::Answer { prompt: "What?".into(), max_bytes };
        model(text).0.perform(&agent(), &task, &Metrics::default()).await
    }

    #[tokio::test]
    async fn answer_should_be_trimmed_cut_and_clean() {
        let done = |answer: &str| Outcome::Done(JobResult::Answer { answer: answer.into() });
        assert_eq!(answer(Ok(" 49\0 \r\n"), 100).await, done("49"));
        assert_eq!(answer(Ok("ab é"), 4).await, done("ab"));
        assert_eq!(answer(Ok("ab é"), 5).await, done("ab é"));
    }

    #[tokio::test]
    async fn answer_should_be_declined_or_failed_when_there_is_none() {
        assert!(matches!(answer(Ok(" \n"), 100).await, Outcome::Declined(_)));
        let long = BackendError::TooLong { tokens: 9, limit: 8 };
        assert!(matches!(answer(Err(long), 100).await, Outcome::Declined(_)));
        assert!(matches!(answer(Err(BackendError::Engine("gone".into())), 100).await, Outcome::Failed(_)));
    }

    #[tokio::test]
    async fn answer_should_use_the_agents_settings_within_the_models() {
        let (model, backend) = model(Ok("x"));
        let task = Task::Answer { prompt: "What?".into(), max_bytes: 10 };
        model.perform(&agent(), &task, &Metrics::default()).await;
        let chat = Chat { system: Some("Be brief.".into()), user: "What?".into() };
        assert_eq!(*backend.asked.lock().unwrap(), [(chat, 24)]);
    }

    #[tokio::test]
    async fn grades_should_come_in_order_and_all_or_none() {
        let (model, _) = model(Ok(""));
        let candidate = |author, text: &str| Candidate { author, text: text.into() };
        let task = |candidates| Task::Grade { prompt: "p".into(), reference: None, candidates };
        let both = task(vec![candidate(7, "good"), candidate(2, "bad")]);
        let grades = vec![AuthorGrade { author: 7, grade: 10_000 }, AuthorGrade { author: 2, grade: 0 }];
        let metrics = Metrics::default();
        assert_eq!(model.perform(&agent(), &both, &metrics).await, Outcome::Done(JobResult::Grades { grades }));
        let odd = task(vec![candidate(7, "good"), candidate(2, "odd")]);
        let outcome = model.perform(&agent(), &odd, &metrics).await;
        assert!(matches!(outcome, Outcome::Declined(reason) if reason.contains("author 2")));
    }

    #[tokio::test]
    async fn confusing_candidate_should_get_the_lowest_grade_when_so_configured() {
        let (mut model, _) = model(Ok(""));
        model.low_mass = LowMass::Lowest;
        let candidate = |author, text: &str| Candidate { author, text: text.into() };
        let task = |candidates| Task::Grade { prompt: "p".into(), reference: None, candidates };
        let odd = task(vec![candidate(7, "odd"), candidate(2, "good")]);
        let grades = vec![AuthorGrade { author: 7, grade: 0 }, AuthorGrade { author: 2, grade: 10_000 }];
        let metrics = Metrics::default();
        assert_eq!(model.perform(&agent(), &odd, &metrics).await, Outcome::Done(JobResult::Grades { grades }));
        let all_odd = task(vec![candidate(7, "odd"), candidate(2, "odd too")]);
        assert!(matches!(model.perform(&agent(), &all_odd, &metrics).await, Outcome::Declined(_)));
    }
}
