//! The scheduler with modules that take their time, fail and panic.

use super::*;
use crate::{
    backend::BackendError,
    checkup::QUESTIONS,
    module::{Graded, Grading, Module, NoResult, Question},
    protocol::{AuthorGrade, Candidate, Field, Hex32, JobResult},
    roster::KeyPattern,
    willingness::Willingness,
};
use std::sync::atomic::AtomicUsize;

const AGENT: Hex32 = Hex32([1; 32]);
const LONG: Duration = Duration::from_secs(30);

/// Takes a moment for each answer, notes how many it gives at once, and panics when asked to.
#[derive(Default)]
struct Slow {
    now: AtomicUsize,
    most: AtomicUsize,
    answers: AtomicUsize,
}

#[async_trait::async_trait]
impl Module for Slow {
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        assert!(question.prompt != "panic", "as asked");
        self.answers.fetch_add(1, Ordering::SeqCst);
        Ok(question.prompt.to_uppercase())
    }

    async fn grade(&self, _: &Grading<'_>) -> Graded {
        Err(NoResult::NoGrades).into()
    }
}

fn start() -> (Arc<Scheduler>, JoinSet<()>, Arc<Slow>) {
    start_with(1, Willingness::default())
}

fn start_with(
    parallel: usize,
    willingness: Willingness,
) -> (Arc<Scheduler>, JoinSet<()>, Arc<Slow>) {
    let module = Arc::new(Slow::default());
    let agent = Agent { willingness, ..Agent::plain(0) };
    let (scheduler, lanes) = serve(module.clone(), parallel, false, agent);
    (scheduler, lanes, module)
}

fn serve(
    module: Arc<dyn Module>,
    parallel: usize,
    checkup: bool,
    agent: Agent,
) -> (Arc<Scheduler>, JoinSet<()>) {
    let model = ServedModel { name: "m".into(), module, parallel, checkup, weights: None };
    let roster = Roster::new([(KeyPattern::One(AGENT), agent)]).unwrap();
    let limits = Limits {
        jobs: JobLimits { queue: 64, results: 64, result_ttl: LONG },
        posts: PostLimits { deadline: LONG, wait: LONG, text_bytes: 100, candidates: 2 },
        checkup: None,
    };
    Scheduler::start(vec![model], Vec::new(), roster, limits, Arc::default())
}

/// An engine behind a server: slow, not always there, with a grade for right and for wrong.
struct Engine {
    answer: Duration,
    /// Until then it asks to wait for so long.
    absent: Option<(Instant, Duration)>,
    grades: (u16, u16),
    answering: AtomicUsize,
}

impl Engine {
    fn new(answer: Duration) -> Self {
        Self { answer, absent: None, grades: (9_000, 1_000), answering: AtomicUsize::new(0) }
    }

    fn is_there(&self) -> Result<(), NoResult> {
        match self.absent {
            Some((until, wait)) if Instant::now() < until => {
                let (reason, retry_after) = ("it is starting".to_string(), Some(wait));
                Err(BackendError::Unavailable { reason, retry_after }.into())
            }
            _ => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl Module for Engine {
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
        self.is_there()?;
        assert!(question.until.is_some());
        self.answering.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.answer).await;
        Ok(question.seed.to_string())
    }

    async fn grade(&self, grading: &Grading<'_>) -> Graded {
        if let Err(reason) = self.is_there() {
            return Err(reason).into();
        }
        let grade = |one: &Candidate| {
            let is_right = QUESTIONS.iter().any(|(_, right, _)| *right == one.text);
            let grade = if is_right { self.grades.0 } else { self.grades.1 };
            AuthorGrade { author: one.author, grade }
        };
        Ok(grading.candidates.iter().map(grade).collect()).into()
    }

    fn may_be_dropped(&self) -> bool {
        true
    }
}

fn grade(number: u8, deadline: Duration) -> JobRequest {
    let candidates = vec![Candidate { author: 1, text: "49".into() }];
    let task = Task::Grade { prompt: "37+12".into(), reference: None, candidates };
    JobRequest { task, deadline, ..job(number, "", LONG) }
}

fn reason(status: Result<JobStatus, PostError>) -> String {
    match status {
        Ok(JobStatus::Declined { reason } | JobStatus::Failed { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

fn job(number: u8, prompt: &str, wait: Duration) -> JobRequest {
    let field = Field::default();
    let task = Task::Answer { prompt: prompt.into(), max_bytes: 100, field };
    let price = Price::default();
    JobRequest { id: Hex32([number; 32]), agent: AGENT, task, deadline: LONG, wait, price }
}

fn done(answer: &str) -> JobStatus {
    JobStatus::Done(JobResult::Answer { answer: answer.into() })
}

#[tokio::test]
async fn lane_should_do_one_job_at_a_time() {
    let (scheduler, _lanes, backend) = start();
    let mut posts = JoinSet::new();
    for number in 0..10 {
        let scheduler = scheduler.clone();
        posts.spawn(async move { scheduler.post(job(number, "a", LONG)).await });
    }
    assert!(posts.join_all().await.into_iter().all(|status| status == Ok(done("A"))));
    assert_eq!(backend.most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn lane_should_do_as_many_jobs_at_a_time_as_its_model_takes() {
    let (scheduler, _lanes, backend) = start_with(3, Willingness::default());
    let mut posts = JoinSet::new();
    for number in 0..12 {
        let scheduler = scheduler.clone();
        posts.spawn(async move { scheduler.post(job(number, "a", LONG)).await });
    }
    assert!(posts.join_all().await.into_iter().all(|status| status == Ok(done("A"))));
    assert_eq!(backend.most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn prompts_should_be_declined_when_the_agent_does_not_want_them() {
    let busy =
        Willingness { max_waiting: Some(0), max_prompt_bytes: Some(3), ..Willingness::default() };
    let (scheduler, _lanes, backend) = start_with(1, busy);
    let post = |number, prompt: &'static str| scheduler.post(job(number, prompt, Duration::ZERO));
    let declined = |status: Result<JobStatus, PostError>, why: &str| match status {
        Ok(JobStatus::Declined { reason }) => reason.contains(why),
        _ => false,
    };
    assert!(declined(post(1, "long").await, "4 bytes"));
    assert_eq!(post(2, "a").await, Ok(JobStatus::Pending));
    while backend.now.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // One runs and none waits; then one waits.
    assert_eq!(post(4, "c").await, Ok(JobStatus::Pending));
    assert!(declined(post(3, "b").await, "1 jobs wait"));
    assert_eq!(post(4, "c").await, Ok(JobStatus::Pending), "a job that was taken stays taken");
    scheduler.idle().await;
    assert_eq!(scheduler.post(job(3, "b", LONG)).await, Ok(done("B")), "load passes");
    assert_eq!(backend.answers.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn job_should_go_on_when_nobody_waits_any_more() {
    let (scheduler, _lanes, backend) = start();
    let post = tokio::spawn({
        let scheduler = scheduler.clone();
        async move { scheduler.post(job(1, "a", LONG)).await }
    });
    while backend.now.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    post.abort();
    scheduler.idle().await;
    assert_eq!(scheduler.post(job(1, "a", Duration::ZERO)).await, Ok(done("A")));
    assert_eq!(backend.answers.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn panic_should_fail_the_job_and_leave_the_lane() {
    let (scheduler, mut lanes, _) = start();
    for _ in 1..crate::jobs::MAX_ATTEMPTS {
        let status = scheduler.post(job(1, "panic", LONG)).await;
        assert!(matches!(status, Ok(JobStatus::Failed { .. })), "{status:?}");
    }
    let status = scheduler.post(job(1, "panic", LONG)).await;
    assert!(matches!(status, Ok(JobStatus::Declined { .. })), "{status:?}");
    assert_eq!(scheduler.post(job(2, "b", LONG)).await, Ok(done("B")));
    assert!(lanes.try_join_next().is_none());
}

#[tokio::test]
async fn draining_should_refuse_new_jobs_and_finish_known_ones() {
    let (scheduler, _lanes, _) = start();
    assert_eq!(scheduler.post(job(1, "a", Duration::ZERO)).await, Ok(JobStatus::Pending));
    scheduler.drain();
    assert_eq!(scheduler.post(job(2, "b", LONG)).await, Err(PostError::Draining));
    assert_eq!(scheduler.post(job(1, "a", LONG)).await, Ok(done("A")));
    scheduler.idle().await;
    assert_eq!(scheduler.post(job(2, "b", LONG)).await, Err(PostError::Draining));
}

#[tokio::test]
async fn wait_should_end_when_it_is_over() {
    let (scheduler, _lanes, _) = start();
    let status = scheduler.post(job(1, "a", Duration::from_millis(2))).await;
    assert_eq!(status, Ok(JobStatus::Pending));
}

#[tokio::test]
async fn job_should_succeed_when_the_engine_is_away_for_two_seconds() {
    let mut engine = Engine::new(Duration::ZERO);
    let (back, wait) = (Instant::now() + Duration::from_secs(2), Duration::from_secs(1));
    engine.absent = Some((back, wait));
    let (scheduler, _lanes) = serve(Arc::new(engine), 1, false, Agent::plain(0));
    let (answer, grades) =
        tokio::join!(scheduler.post(job(1, "a", LONG)), scheduler.post(grade(2, LONG)));
    assert!(matches!(answer, Ok(JobStatus::Done(_))), "{answer:?}");
    assert!(matches!(grades, Ok(JobStatus::Done(_))), "{grades:?}");
    assert!(Instant::now() < back + 2 * wait);
}

#[tokio::test]
async fn job_should_fail_at_its_deadline_when_the_engine_stays_away() {
    let mut engine = Engine::new(Duration::ZERO);
    engine.absent = Some((Instant::now() + LONG, LONG));
    let (scheduler, _lanes) = serve(Arc::new(engine), 1, false, Agent::plain(0));
    let since = Instant::now();
    let request = JobRequest { deadline: Duration::from_millis(400), ..job(1, "a", LONG) };
    let reason = reason(scheduler.post(request).await);
    assert!(reason.contains("it is starting"), "{reason}");
    assert!(since.elapsed() >= Duration::from_millis(390), "{:?}", since.elapsed());
    let health = scheduler.health();
    assert_eq!((health[0].state, health[0].can_serve()), ("unhealthy", false));
}

#[tokio::test]
async fn answer_should_be_stopped_when_a_grade_would_miss_its_deadline() {
    let engine = Arc::new(Engine::new(LONG));
    let (scheduler, _lanes) = serve(engine.clone(), 1, false, Agent::plain(0));
    assert_eq!(scheduler.post(job(1, "a", Duration::ZERO)).await, Ok(JobStatus::Pending));
    while engine.answering.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let since = Instant::now();
    let grades = scheduler.post(grade(2, Duration::from_secs(2))).await;
    assert!(matches!(grades, Ok(JobStatus::Done(_))), "{grades:?}");
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    // The answer is tried anew, in what time is left.
    assert_eq!(scheduler.post(job(1, "a", Duration::ZERO)).await, Ok(JobStatus::Pending));
    while engine.answering.load(Ordering::SeqCst) == 1 {
        tokio::task::yield_now().await;
    }
    let text = scheduler.metrics.text().unwrap();
    assert!(text.contains("answers_interrupted_total{model=\"m\"} 1"), "{text}");
}

#[tokio::test]
async fn answer_should_be_stopped_at_its_deadline_and_the_next_be_declined_at_once() {
    let engine = Arc::new(Engine::new(LONG));
    let (scheduler, _lanes) = serve(engine.clone(), 1, false, Agent::plain(0));
    let short =
        |number| JobRequest { deadline: Duration::from_millis(600), ..job(number, "a", LONG) };
    let first = reason(scheduler.post(short(1)).await);
    assert!(first.contains("stopped"), "{first}");
    let since = Instant::now();
    let second = reason(scheduler.post(short(2)).await);
    assert!(second.contains("too late"), "{second}");
    assert!(since.elapsed() < Duration::from_millis(500));
    assert_eq!(engine.answering.load(Ordering::SeqCst), 1);
    let text = scheduler.metrics.text().unwrap();
    for line in [
        "deadlines_missed_total{model=\"m\",kind=\"answer\",stage=\"running\"} 1",
        "declined_total{kind=\"answer\",reason=\"slow\"} 1",
    ] {
        assert!(text.contains(line), "no {line} in {text}");
    }
}

#[tokio::test]
async fn model_should_answer_when_it_has_passed_its_checkup() {
    let (scheduler, _lanes) =
        serve(Arc::new(Engine::new(Duration::ZERO)), 1, true, Agent::plain(0));
    let until = Instant::now() + LONG;
    while scheduler.health()[0].state == "examining" {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let health = scheduler.health();
    let checkup = health[0].checkup.as_ref().unwrap();
    assert_eq!((checkup.ordered, checkup.right, checkup.wrong), (QUESTIONS.len(), 9_000, 1_000));
    let (one, other) =
        tokio::join!(scheduler.post(job(1, "a", LONG)), scheduler.post(job(2, "a", LONG)));
    assert!(matches!(one, Ok(JobStatus::Done(_))), "{one:?}");
    assert_ne!(one, other, "each draws from a seed of its own");
}

#[tokio::test]
async fn model_should_grade_but_not_answer_when_all_its_grades_are_the_same() {
    let mut engine = Engine::new(Duration::ZERO);
    engine.grades = (5_700, 5_700);
    let engine = Arc::new(engine);
    let (scheduler, _lanes) = serve(engine.clone(), 1, true, Agent::plain(0));
    let early = reason(scheduler.post(job(1, "a", LONG)).await);
    assert!(early.contains("not yet examined"), "{early}");
    let until = Instant::now() + LONG;
    while scheduler.health()[0].state == "examining" {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let late = reason(scheduler.post(job(2, "a", LONG)).await);
    assert!(late.contains("grading is unhealthy") && late.contains("5700"), "{late}");
    let grades = scheduler.post(grade(3, LONG)).await;
    assert!(matches!(grades, Ok(JobStatus::Done(_))), "a ticket may be at stake: {grades:?}");
    assert_eq!(engine.answering.load(Ordering::SeqCst), QUESTIONS.len(), "its own, of the checkup");
}
