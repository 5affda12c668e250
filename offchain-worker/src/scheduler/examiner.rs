//! Looks after a model's health: examines it when it begins to serve, from time to time, and when
//! its jobs bring no grades; asks its engine whether it is alive.
//!
//! Grades of real jobs go first: before each question the examiner waits until none is under way.

use super::{Lane, Scheduler};
use crate::{
    checkup::{examine, Checkup, QUESTIONS},
    health::Unwell,
    module::{Graded, Grading, Module, NoResult, Question},
};
use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{info, warn};

/// The pause before an engine that fails is asked again, and before a model that did not pass is
/// examined again; both double, up to a limit.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PROBE_PAUSE: Duration = Duration::from_secs(15);
const FIRST_REPEAT: Duration = Duration::from_secs(60);

/// How often an engine that does nothing is asked whether it is alive.
const PROBE: Duration = Duration::from_secs(60);

/// When to look next.
struct Diary {
    /// When the next examination is due; `None`: not by itself.
    examination: Option<Instant>,
    probe_pause: Duration,
    repeat: Duration,
}

/// Watches the model of lane `index`, for ever.
pub(super) async fn watch(scheduler: Arc<Scheduler>, index: usize) {
    let mut diary =
        Diary { examination: Some(Instant::now()), probe_pause: FIRST_PAUSE, repeat: FIRST_REPEAT };
    while let Some(lane) = scheduler.lanes.get(index) {
        let now = Instant::now();
        let is_due = diary.examination.is_some_and(|moment| moment <= now);
        let alive = scheduler.probe(index, lane, is_due).await;
        if alive && is_due {
            scheduler.examine(index, lane, &mut diary).await;
        }
        let pause = match alive && lane.health.failing().is_none() {
            true => {
                diary.probe_pause = FIRST_PAUSE;
                PROBE
            }
            false => {
                diary.probe_pause = (2 * diary.probe_pause).min(LONGEST_PROBE_PAUSE);
                diary.probe_pause / 2
            }
        };
        let now = Instant::now();
        let moment = match diary.examination {
            Some(moment) if alive => moment.min(now + pause),
            _ => now + pause,
        };
        if tokio::time::timeout_at(moment.into(), lane.health.due.notified()).await.is_ok()
            && lane.health.failing().is_none()
        {
            diary.examination = Some(Instant::now());
        }
    }
}

impl Scheduler {
    /// Whether the engine is alive. One that replied a moment ago, or is at work, is not disturbed.
    async fn probe(&self, index: usize, lane: &Lane, must: bool) -> bool {
        let now = Instant::now();
        let fine = lane.health.failing().is_none();
        let busy = self.jobs().running_in(index) > 0;
        if fine && !must && (busy || lane.health.replied_within(now, PROBE)) {
            return true;
        }
        let module = lane.model.module.clone();
        let alive = guarded(async move { module.probe().await }).await;
        lane.health.probed(Instant::now(), &alive);
        self.observe_health(lane);
        if let Err(reason) = &alive {
            if fine {
                warn!(model = lane.model.name, %reason, "the engine does not reply");
            }
        }
        alive.is_ok()
    }

    async fn examine(self: &Arc<Self>, index: usize, lane: &Lane, diary: &mut Diary) {
        let considerate = Considerate { scheduler: self.clone(), index };
        let checkup = guarded(async move { examine(&considerate, QUESTIONS.len()).await }).await;
        let now = Instant::now();
        let model = &lane.model.name;
        if let Ok(checkup) = &checkup {
            lane.pace().graded(now, 2, checkup.first_grade + checkup.further_grade);
            let Checkup { questions, ordered, right, wrong, .. } = checkup;
            let (first, further) = (checkup.first_grade, checkup.further_grade);
            info!(model, questions, ordered, right, wrong, ?first, ?further, "examined");
        }
        match lane.health.examined(now, checkup) {
            Ok(()) => {
                diary.repeat = FIRST_REPEAT;
                diary.examination = self.checkup.map(|pause| now + pause);
            }
            Err(Unwell::Engine(reason)) => {
                // The probe says when it is alive again.
                diary.examination = Some(now + diary.probe_pause);
                warn!(model, reason, "the engine failed at the checkup: no answers for now");
            }
            Err(unwell) => {
                warn!(model, %unwell, "no answers for now, so that no ticket is lost");
                diary.examination = self.checkup.map(|pause| now + diary.repeat.min(pause));
                diary.repeat = diary.repeat.saturating_mul(2);
            }
        }
        self.observe_health(lane);
    }

    /// Waits until no grade waits for the lane or runs there.
    async fn until_no_grade_is_owed(&self, index: usize) {
        while let Some(lane) = self.lanes.get(index) {
            let mut turn = pin!(lane.turn.notified());
            turn.as_mut().enable();
            if self.jobs().grades_in(index) == 0 {
                return;
            }
            turn.await;
        }
    }
}

/// Runs in a task of its own: a panic is the module's, and nothing drops a request half-way.
async fn guarded<T: Send + 'static>(
    work: impl std::future::Future<Output = Result<T, NoResult>> + Send + 'static,
) -> Result<T, NoResult> {
    let failed = |error: tokio::task::JoinError| {
        NoResult::Backend(crate::backend::BackendError::Engine(error.to_string()))
    };
    tokio::spawn(work).await.map_err(failed)?
}

/// The module of a lane, which lets grades of real jobs go first.
struct Considerate {
    scheduler: Arc<Scheduler>,
    index: usize,
}

impl Considerate {
    fn module(&self) -> Result<&dyn Module, NoResult> {
        let lane = self.scheduler.lanes.get(self.index).ok_or(NoResult::NoGrades)?;
        Ok(lane.model.module.as_ref())
    }
}

#[async_trait::async_trait]
impl Module for Considerate {
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
        self.module()?.answer(question).await
    }

    async fn grade(&self, grading: &Grading<'_>) -> Graded {
        self.scheduler.until_no_grade_is_owed(self.index).await;
        match self.module() {
            Ok(module) => module.grade(grading).await,
            Err(reason) => Err(reason).into(),
        }
    }
}
