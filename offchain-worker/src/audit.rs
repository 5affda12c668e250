//! Doing an audit: a point for each text, or the likelihood of answers. No queue, no HTTP.
//!
//! `docs/verification.md` says what audits are for. They are of an epoch, not of a round: whatever
//! else there is to do goes first, which a [`Courtesy`] sees to.

use crate::{
    backend::{replay::Replay, Sampling},
    embedding::ServedEmbedder,
    jobs::Outcome,
    module::{NoResult, Question},
    protocol::{Candidate, ClaimedSampling, Field, JobResult, Replayed, Task},
    roster::Agent,
    units::{Draft, Toolbox},
    work::ServedModel,
};
use std::{collections::HashMap, sync::Arc, time::Instant};

/// Lets more urgent work go first.
#[async_trait::async_trait]
pub trait Courtesy: Send + Sync {
    /// Waits until nothing else is to be done; `false` if it was waited for too long.
    async fn give_way(&self) -> bool;
}

/// What audits.
#[derive(Clone)]
pub enum Auditor {
    /// A model replays answers.
    Model(Arc<ServedModel>),
    /// An embedder makes points of texts.
    Embedder(ServedEmbedder),
}

/// Answers to one prompt that are to be replayed.
#[derive(Clone, Copy, Debug)]
struct Answers<'a> {
    prompt: &'a str,
    field: Field,
    sampling: &'a ClaimedSampling,
    answers: &'a [Candidate],
    until: Instant,
}

impl Auditor {
    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        match self {
            Self::Model(model) => &model.name,
            Self::Embedder(embedder) => &embedder.name,
        }
    }

    /// The kind of jobs that it does.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Model(_) => "replay",
            Self::Embedder(_) => "embed",
        }
    }

    /// Does `task` for `agent`. The future must be driven to its end.
    pub async fn perform(
        &self,
        agent: &Agent,
        task: &Task,
        until: Instant,
        courtesy: &dyn Courtesy,
    ) -> Outcome {
        let result = match (self, task) {
            (Self::Embedder(embedder), Task::Embed { texts, .. }) => {
                let embeddings = embeddings(embedder, texts, until).await;
                embeddings.map(|embeddings| JobResult::Embeddings { embeddings })
            }
            (Self::Model(model), Task::Replay { prompt, field, sampling, answers, .. }) => {
                let asked = Answers { prompt, field: *field, sampling, answers, until };
                let replays = replays(model, agent, asked, courtesy).await;
                replays.map(|replays| JobResult::Replays { replays })
            }
            _ => Err(NoResult::Audit),
        };
        result.map_or_else(Outcome::from, Outcome::Done)
    }
}

/// The points of `texts`. A server that has not given all of them at `until` is waited for no
/// longer: other jobs wait for it, too.
async fn embeddings(
    embedder: &ServedEmbedder,
    texts: &[String],
    until: Instant,
) -> Result<Vec<Option<Vec<i8>>>, NoResult> {
    let points = embedder.embeddings(texts);
    if !embedder.embedder.may_be_dropped() {
        return Ok(points.await?);
    }
    let points = tokio::time::timeout_at(until.into(), points).await;
    Ok(points.map_err(|_| NoResult::Late)??)
}

/// What `model` says of each answer, asked as `agent` would ask it to answer.
async fn replays(
    model: &ServedModel,
    agent: &Agent,
    asked: Answers<'_>,
    courtesy: &dyn Courtesy,
) -> Result<Vec<Option<Replayed>>, NoResult> {
    let Answers { prompt, field, sampling, answers, until } = asked;
    let mut draft = Draft::new(prompt);
    for unit in &agent.units {
        unit.before(&mut draft).await?;
    }
    // Without chance there is nothing to judge, and what a unit answers is no draw of the model.
    if sampling.is_greedy() || draft.answer.is_some() {
        return Ok(vec![None; answers.len()]);
    }
    let sampling = Sampling::from(sampling);
    let question = Question {
        prompt: draft.prompt.as_sent(),
        field,
        notes: &draft.notes,
        sampling: &sampling,
        system: agent.system.as_deref(),
        max_tokens: agent.max_tokens,
        max_bytes: usize::MAX,
        tools: Toolbox(&agent.units),
        until: Some(until),
        seed: 0,
        tally: None,
    };
    let mut known: HashMap<&str, Option<Replay>> = HashMap::new();
    let mut replays = Vec::with_capacity(answers.len());
    for Candidate { author, text } in answers {
        let replay = if text.is_empty() {
            None
        } else if let Some(replay) = known.get(text.as_str()) {
            *replay
        } else if courtesy.give_way().await {
            model.module.replay(&question, text).await?
        } else {
            return Err(NoResult::Late);
        };
        known.insert(text, replay);
        replays.push(replay.map(|replay| {
            let Replay { tokens, surprise, entropy, variance } = replay;
            Replayed { author: *author, tokens, surprise, entropy, variance }
        }));
    }
    Ok(replays)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::BackendError,
        embedding::{Embedder, Recent},
        module::{Graded, Grading, Module},
        protocol::Hex32,
        units::{Unit, UnitError},
    };
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    /// Finds a token in each byte, and counts how often it is asked.
    #[derive(Default)]
    struct Bytes(AtomicUsize);

    #[async_trait::async_trait]
    impl Module for Bytes {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            Err(NoResult::Empty)
        }

        async fn grade(&self, _: &Grading<'_>) -> Graded {
            Err(NoResult::NoGrades).into()
        }

        async fn replay(
            &self,
            question: &Question<'_>,
            answer: &str,
        ) -> Result<Option<Replay>, NoResult> {
            assert_eq!((question.prompt, question.sampling.temperature), ("37+12", 0.7));
            self.0.fetch_add(1, Ordering::SeqCst);
            let tokens = u32::try_from(answer.len()).unwrap();
            Ok((tokens < 9).then_some(Replay { tokens, ..Replay::default() }))
        }
    }

    /// Knows every answer.
    #[derive(Debug)]
    struct Oracle;

    #[async_trait::async_trait]
    impl Unit for Oracle {
        async fn before(&self, draft: &mut Draft<'_>) -> Result<(), UnitError> {
            draft.answer = Some("49".to_string());
            Ok(())
        }
    }

    /// Has time for so many answers.
    struct Patience(AtomicUsize);

    #[async_trait::async_trait]
    impl Courtesy for Patience {
        async fn give_way(&self) -> bool {
            self.0
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok()
        }
    }

    fn task(texts: &[&str], temperature: u32) -> Task {
        let sampling = ClaimedSampling { temperature, top_p: 10_000, top_k: 0, min_p: 0 };
        let answers = (7u32..).zip(texts);
        let answers = answers.map(|(author, text)| Candidate { author, text: (*text).into() });
        Task::Replay {
            model: Hex32([1; 32]),
            prompt: "37+12".into(),
            field: Field::default(),
            sampling,
            answers: answers.collect(),
        }
    }

    async fn replay(module: Arc<Bytes>, agent: &Agent, task: &Task, patience: usize) -> Outcome {
        let (name, weights) = ("m".to_string(), Some(Hex32([1; 32])));
        let model = ServedModel { name, module, parallel: 1, checkup: false, weights };
        let until = Instant::now() + Duration::from_secs(60);
        let patience = Patience(AtomicUsize::new(patience));
        Auditor::Model(Arc::new(model)).perform(agent, task, until, &patience).await
    }

    fn tokens(outcome: Outcome) -> Vec<Option<(u32, u32)>> {
        let Outcome::Done(JobResult::Replays { replays }) = outcome else {
            panic!("{outcome:?}");
        };
        replays.iter().map(|replay| replay.map(|replay| (replay.author, replay.tokens))).collect()
    }

    #[tokio::test]
    async fn answers_should_be_judged_in_their_order_and_equal_ones_once() {
        let (module, agent) = (Arc::new(Bytes::default()), Agent::plain(0));
        let texts = ["49", "", "fifty", "49", "far too long"];
        let found = tokens(replay(module.clone(), &agent, &task(&texts, 7_000), 9).await);
        assert_eq!(found, [Some((7, 2)), None, Some((9, 5)), Some((10, 2)), None]);
        assert_eq!(module.0.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn nothing_should_be_said_where_nothing_was_left_to_chance() {
        let (module, agent) = (Arc::new(Bytes::default()), Agent::plain(0));
        assert_eq!(tokens(replay(module.clone(), &agent, &task(&["49"], 0), 9).await), [None]);
        let units: Vec<Arc<dyn Unit>> = vec![Arc::new(Oracle)];
        let agent = Agent { units, ..Agent::plain(0) };
        assert_eq!(tokens(replay(module.clone(), &agent, &task(&["49"], 7_000), 9).await), [None]);
        assert_eq!(module.0.load(Ordering::SeqCst), 0, "the model was not asked");
    }

    /// A server that accepts and says nothing.
    struct Silent;

    #[async_trait::async_trait]
    impl Embedder for Silent {
        async fn embed(&self, _: &[String]) -> Result<Vec<Option<Vec<f32>>>, BackendError> {
            std::future::pending().await
        }

        fn may_be_dropped(&self) -> bool {
            true
        }
    }

    #[tokio::test]
    async fn points_should_not_be_waited_for_beyond_the_deadline() {
        let embedder: Arc<dyn Embedder> = Arc::new(Recent::new(Arc::new(Silent)));
        let served = ServedEmbedder { name: "e".into(), sha256: Hex32([1; 32]), embedder };
        let task = Task::Embed { embedder: Hex32([1; 32]), texts: vec!["a".into()] };
        let (agent, until) = (Agent::plain(0), Instant::now() + Duration::from_millis(20));
        let (auditor, patience) = (Auditor::Embedder(served), Patience(AtomicUsize::new(1)));
        let doing = auditor.perform(&agent, &task, until, &patience);
        let outcome = tokio::time::timeout(Duration::from_secs(10), doing).await.unwrap();
        assert!(matches!(outcome, Outcome::Late(_)), "{outcome:?}");
    }

    #[tokio::test]
    async fn an_audit_should_end_when_other_work_leaves_it_no_time() {
        let (module, agent) = (Arc::new(Bytes::default()), Agent::plain(0));
        let outcome = replay(module, &agent, &task(&["1", "2"], 7_000), 1).await;
        assert!(matches!(outcome, Outcome::Late(_)), "{outcome:?}");
    }
}
