//! The lanes of audits: one for each model that replays answers, one for each embedder. Each does
//! one job at a time.
//!
//! Audits can wait. Before each answer that a model replays, it waits until nothing else waits for
//! the model or runs there; so a grade waits for one answer's tokens at most. Embedders compute on
//! threads of their own, which yield to the others ([`crate::embedding`]).

use super::{lane::panicked, Scheduler, Work, FAR};
use crate::{
    audit::{Auditor, Courtesy},
    jobs::{Next, Started},
    protocol::Hex32,
};
use std::{pin::pin, sync::Arc, time::Instant};
use tokio::{sync::Notify, time::timeout_at};

/// A lane that does nothing but audits.
pub(super) struct AuditLane {
    pub(super) auditor: Auditor,
    /// Told when there is something to do.
    pub(super) wake: Notify,
}

impl AuditLane {
    pub(super) fn new(auditor: Auditor) -> Self {
        Self { auditor, wake: Notify::new() }
    }

    /// Whether it makes points with the embedder of this digest.
    pub(super) fn embeds_with(&self, sha256: &Hex32) -> bool {
        matches!(&self.auditor, Auditor::Embedder(embedder) if embedder.sha256 == *sha256)
    }
}

/// Does the jobs of the audit lane `place`, one after the other, for ever.
pub(super) async fn serve(scheduler: Arc<Scheduler>, place: usize) {
    let index = scheduler.lanes.len().saturating_add(place);
    while let Some(lane) = scheduler.audits.get(place) {
        let now = Instant::now();
        let (next, expired) = {
            let mut jobs = scheduler.jobs();
            let expired = jobs.expire(now, index);
            let next = jobs.next(now, index);
            scheduler.observe_queue(&jobs, index);
            (next, expired)
        };
        for _ in expired {
            scheduler.missed(lane.auditor.name(), lane.auditor.kind(), "waiting");
        }
        // Jobs that expired ended too.
        scheduler.ended.notify_waiters();
        match next {
            Next::Job(started) => scheduler.audit(lane, index, started).await,
            Next::Wait(moment) => {
                let moment = moment.unwrap_or(now + FAR);
                let _ = timeout_at(moment.into(), lane.wake.notified()).await;
            }
        }
    }
}

impl Scheduler {
    async fn audit(self: &Arc<Self>, lane: &AuditLane, index: usize, started: Started<Work>) {
        let Started { id, work, deadline } = started;
        let (name, kind) = (lane.auditor.name(), lane.auditor.kind());
        let since = Instant::now();
        let running = self.began(name, kind, &work, since);
        let spare = Spare { scheduler: self.clone(), model: work.agent.model, until: deadline };
        let auditor = lane.auditor.clone();
        let attempt = tokio::spawn(async move {
            auditor.perform(&work.agent, &work.task, deadline, &spare).await
        });
        let outcome = attempt.await.unwrap_or_else(|error| panicked(&error, id, name));
        running.dec();
        self.record(name, id, kind, &outcome, since.elapsed());
        let mut jobs = self.jobs();
        jobs.finish(Instant::now(), id, outcome);
        self.observe_queue(&jobs, index);
    }
}

/// Lets the other jobs of a model go before its replays.
struct Spare {
    scheduler: Arc<Scheduler>,
    model: usize,
    until: Instant,
}

#[async_trait::async_trait]
impl Courtesy for Spare {
    async fn give_way(&self) -> bool {
        while let Some(lane) = self.scheduler.lanes.get(self.model) {
            let mut turn = pin!(lane.turn.notified());
            turn.as_mut().enable();
            let others = {
                let jobs = self.scheduler.jobs();
                jobs.queued_in(self.model).saturating_add(jobs.running_in(self.model))
            };
            if Instant::now() >= self.until {
                return false;
            }
            if others == 0 {
                return true;
            }
            let _ = timeout_at(self.until.into(), turn).await;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::{replay::Replay, BackendError},
        embedding::{Embedder, ServedEmbedder},
        jobs::JobLimits,
        metrics::Metrics,
        module::{Graded, Grading, Module, NoResult, Question},
        protocol::{
            AuthorGrade, Candidate, ClaimedSampling, Field, JobRequest, JobResult, JobStatus,
            Price, Task,
        },
        roster::{Agent, KeyPattern, Roster},
        scheduler::{Limits, PostLimits},
        work::ServedModel,
    };
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };
    use tokio::task::JoinSet;

    const AGENT: Hex32 = Hex32([1; 32]);
    const WEIGHTS: Hex32 = Hex32([2; 32]);
    const POINTS: Hex32 = Hex32([3; 32]);
    const LONG: Duration = Duration::from_secs(30);

    /// Takes a moment for each answer that it replays, and grades at once by how many it has.
    #[derive(Default)]
    struct Slow(AtomicUsize);

    #[async_trait::async_trait]
    impl Module for Slow {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok("49".to_string())
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            let replayed = u16::try_from(self.0.load(Ordering::SeqCst)).unwrap();
            let grade = |one: &Candidate| AuthorGrade { author: one.author, grade: replayed };
            Ok(grading.candidates.iter().map(grade).collect()).into()
        }

        async fn replay(&self, _: &Question<'_>, _: &str) -> Result<Option<Replay>, NoResult> {
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(Some(Replay { tokens: 1, ..Replay::default() }))
        }

        fn cannot_replay(&self) -> Option<&'static str> {
            None
        }
    }

    /// A point for a text by its length; asks to wait for a text that says so.
    struct Lengths;

    #[async_trait::async_trait]
    impl Embedder for Lengths {
        async fn embed(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, BackendError> {
            if texts.iter().any(|text| text == "wait") {
                return Err(BackendError::Engine("not now".to_string()));
            }
            Ok(texts.iter().map(|text| Some(vec![text.len() as f32, 0.0])).collect())
        }
    }

    fn start() -> (Arc<Scheduler>, JoinSet<()>, Arc<Metrics>) {
        let model = |name: &str, weights| ServedModel {
            name: name.to_string(),
            module: Arc::new(Slow::default()),
            parallel: 1,
            checkup: false,
            weights,
        };
        let models = vec![model("other", None), model("m", Some(WEIGHTS))];
        let embedder = Arc::new(Lengths);
        let embedders = vec![ServedEmbedder { name: "e".into(), sha256: POINTS, embedder }];
        let roster = Roster::new([(KeyPattern::One(AGENT), Agent::plain(1))]).unwrap();
        let limits = Limits {
            jobs: JobLimits { queue: 64, results: 64, result_ttl: LONG },
            posts: PostLimits { deadline: LONG, wait: LONG, text_bytes: 100, candidates: 2 },
            checkup: None,
        };
        let metrics = Arc::new(Metrics::default());
        let (scheduler, lanes) =
            Scheduler::start(models, embedders, roster, limits, metrics.clone());
        (scheduler, lanes, metrics)
    }

    fn job(number: u8, task: Task, wait: Duration) -> JobRequest {
        let (id, price) = (Hex32([number; 32]), Price::default());
        JobRequest { id, agent: AGENT, task, deadline: LONG, wait, price }
    }

    fn replay(model: Hex32, count: u32) -> Task {
        let answers = (0..count).map(|author| Candidate { author, text: author.to_string() });
        Task::Replay {
            model,
            prompt: "37+12".into(),
            field: Field::default(),
            sampling: ClaimedSampling { temperature: 7_000, top_p: 10_000, top_k: 0, min_p: 0 },
            answers: answers.collect(),
        }
    }

    fn embed(embedder: Hex32, text: &str) -> Task {
        Task::Embed { embedder, texts: vec![text.to_string(), "b".to_string()] }
    }

    fn reason(status: JobStatus) -> String {
        match status {
            JobStatus::Declined { reason } | JobStatus::Failed { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn grades_should_not_wait_for_replays() {
        let (scheduler, _lanes, _) = start();
        let pending = scheduler.post(job(1, replay(WEIGHTS, 20), Duration::ZERO)).await;
        assert_eq!(pending, Ok(JobStatus::Pending));
        tokio::time::sleep(Duration::from_millis(120)).await;
        let candidates = vec![Candidate { author: 1, text: "49".into() }];
        let task = Task::Grade { prompt: "37+12".into(), reference: None, candidates };
        let graded = scheduler.post(job(2, task, LONG)).await.unwrap();
        let JobStatus::Done(JobResult::Grades { grades }) = graded else { panic!("{graded:?}") };
        assert!(grades[0].grade < 20, "the replay was over before: {grades:?}");
        let replayed = scheduler.post(job(1, replay(WEIGHTS, 20), LONG)).await.unwrap();
        let JobStatus::Done(JobResult::Replays { replays }) = replayed else {
            panic!("{replayed:?}");
        };
        let authors: Vec<_> = replays.iter().flatten().map(|replay| replay.author).collect();
        assert_eq!(authors, (0..20).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn replays_should_wait_for_answers() {
        let (scheduler, _lanes, _) = start();
        let answer =
            || Task::Answer { prompt: "37+12".into(), max_bytes: 100, field: Field::default() };
        for number in 10..20 {
            let pending = scheduler.post(job(number, answer(), Duration::ZERO)).await;
            assert_eq!(pending, Ok(JobStatus::Pending));
        }
        let replayed = scheduler.post(job(1, replay(WEIGHTS, 1), LONG)).await.unwrap();
        assert!(matches!(replayed, JobStatus::Done(_)), "{replayed:?}");
        for number in 10..20 {
            let answered = scheduler.post(job(number, answer(), Duration::ZERO)).await.unwrap();
            assert!(matches!(answered, JobStatus::Done(_)), "{answered:?}");
        }
    }

    #[tokio::test]
    async fn audits_should_be_declined_where_nobody_has_the_weights() {
        let (scheduler, _lanes, metrics) = start();
        let post = |number, task| scheduler.post(job(number, task, LONG));
        let other = reason(post(1, replay(POINTS, 1)).await.unwrap());
        assert!(other.contains("does not have the weights 0303"), "{other}");
        let unknown = reason(post(2, embed(WEIGHTS, "a")).await.unwrap());
        assert!(unknown.contains("no embedder with these weights"), "{unknown}");
        let long = reason(post(3, embed(POINTS, &"a".repeat(101))).await.unwrap());
        assert!(long.contains("101 bytes"), "{long}");
        let text = metrics.text().unwrap();
        for (kind, reason) in [("replay", "weights"), ("embed", "no_embedder"), ("embed", "limits")]
        {
            let line = format!("declined_total{{kind=\"{kind}\",reason=\"{reason}\"}} 1");
            assert!(text.contains(&line), "{text}");
        }
    }

    #[tokio::test]
    async fn texts_should_be_embedded_by_the_embedder_that_is_named() {
        let (scheduler, _lanes, metrics) = start();
        let status = scheduler.post(job(1, embed(POINTS, "aaa"), LONG)).await.unwrap();
        let embeddings = vec![Some(vec![127, 0]), Some(vec![127, 0])];
        assert_eq!(status, JobStatus::Done(JobResult::Embeddings { embeddings }));
        let text = metrics.text().unwrap();
        let line = "jobs_total{model=\"e\",kind=\"embed\",outcome=\"done\"} 1";
        assert!(text.contains(line), "{text}");
        let mut request = job(2, embed(POINTS, "wait"), LONG);
        request.deadline = Duration::from_millis(300);
        let failed = reason(scheduler.post(request).await.unwrap());
        assert!(failed.contains("not now"), "{failed}");
        scheduler.idle().await;
    }
}
