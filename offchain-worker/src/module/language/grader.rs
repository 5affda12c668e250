//! Grades of a job's answers: asks the model as the plan of looks says, and finds out whose fault
//! it is when it does not reply with a grade.

use super::looks::{looks, Look};
use crate::{
    backend::{Backend, BackendError, Chat},
    grading::{NoGrade, Scale, Verdict},
    module::{recent::Recent, Grading, NoResult, Readings},
    prompts::{Prompts, Shown},
    protocol::AuthorGrade,
    settings::{Form, GradingSettings, LowMass},
};
use futures_util::{stream, StreamExt};
use std::{sync::Arc, time::Instant};
use tracing::info;

/// An answer that provokes nothing: stands in where there is no other.
const HARMLESS: &str = "-";

/// How a model grades.
pub(super) struct Grader {
    name: String,
    backend: Arc<dyn Backend>,
    scale: Scale,
    form: Form,
    orders: usize,
    prefill: Option<String>,
    /// What to do about answers to which it does not reply with a grade.
    low_mass: LowMass,
    /// The longest answer that it is shown, in bytes.
    max_bytes: usize,
    /// What it was asked lately.
    recent: Recent,
}

/// What the looks of a job said.
struct Tally {
    /// For each answer the sum of what looks said of it, and their number.
    said: Vec<(f64, u32)>,
    /// The first look at each answer that brought no grade.
    failed: Vec<Option<NoResult>>,
}

impl Tally {
    fn new(count: usize) -> Self {
        Self { said: vec![(0.0, 0); count], failed: (0..count).map(|_| None).collect() }
    }

    fn mean(&self, place: usize) -> Option<f64> {
        let (sum, number) = self.said.get(place)?;
        (*number > 0).then(|| sum / f64::from(*number))
    }
}

/// A job as its looks need it: the answers are different from each other.
struct Table<'a> {
    prompts: &'a Prompts,
    grading: &'a Grading<'a>,
    answers: Vec<&'a str>,
}

impl Grader {
    pub(super) fn new(
        name: String,
        backend: Arc<dyn Backend>,
        scale: Scale,
        settings: &GradingSettings,
    ) -> Self {
        Self {
            name,
            backend,
            scale,
            form: settings.form,
            orders: settings.orders,
            prefill: settings.prefill.clone(),
            low_mass: settings.low_mass,
            max_bytes: settings.max_bytes,
            recent: Recent::default(),
        }
    }

    /// A grade for each candidate of the job, in their order.
    ///
    /// # Errors
    /// [`NoResult`] if the engine fails, if the model grades none of them nor the agent's own
    /// answer, or if it does not grade one and `low_mass` says to decline.
    pub(super) async fn grades(
        &self,
        prompts: &Prompts,
        grading: &Grading<'_>,
        readings: &mut Readings,
    ) -> Result<Vec<AuthorGrade>, NoResult> {
        let mut answers: Vec<&str> = Vec::new();
        let mut places = Vec::with_capacity(grading.candidates.len());
        for candidate in grading.candidates {
            let text = candidate.text.as_str();
            // Longer ones get the lowest grade unread; equal ones are read once.
            places.push((text.len() <= self.max_bytes).then(|| {
                answers.iter().position(|known| *known == text).unwrap_or_else(|| {
                    answers.push(text);
                    answers.len().saturating_sub(1)
                })
            }));
        }
        let table = Table { prompts, grading, answers };
        let values = self.values(&table, readings).await?;
        let lowest = self.scale.lowest();
        let grade = |place: &Option<usize>| {
            place.and_then(|place| *values.get(place)?).map_or(lowest, crate::grading::basis_points)
        };
        let candidates = grading.candidates.iter().zip(&places);
        Ok(candidates
            .map(|(candidate, place)| AuthorGrade { author: candidate.author, grade: grade(place) })
            .collect())
    }

    /// A value of `0.0..=1.0` for each answer of the table; `None` for one that cannot be graded.
    async fn values(
        &self,
        table: &Table<'_>,
        readings: &mut Readings,
    ) -> Result<Vec<Option<f64>>, NoResult> {
        let count = table.answers.len();
        let all: Vec<usize> = (0..count).collect();
        let tally = self.look_at(table, &all, readings).await?;
        let mut values: Vec<Option<f64>> = all.iter().map(|place| tally.mean(*place)).collect();
        let Some(reason) = tally.failed.into_iter().flatten().next() else { return Ok(values) };
        if self.form != Form::Alone {
            // One answer can spoil the looks at its neighbours: each is tried without them.
            let mut sound = Vec::new();
            for place in &all {
                match self.look_alone(table, *place, readings).await? {
                    Ok(value) => sound.push((*place, value)),
                    Err(_) => values.iter_mut().skip(*place).take(1).for_each(|it| *it = None),
                }
            }
            let places: Vec<usize> = sound.iter().map(|(place, _)| *place).collect();
            if places.len() < count {
                let again = self.look_at(table, &places, readings).await?;
                for (place, value) in &mut values.iter_mut().enumerate() {
                    *value = again.mean(place);
                }
            }
            for (place, alone) in sound {
                if let Some(value) = values.get_mut(place) {
                    *value = value.or(Some(alone));
                }
            }
        }
        if values.iter().all(Option::is_none) {
            self.try_itself(table, readings, reason).await?;
        }
        Ok(values)
    }

    /// Looks at these answers of the table. Failures that an answer may have brought about are part
    /// of the tally; others end the job.
    async fn look_at(
        &self,
        table: &Table<'_>,
        places: &[usize],
        readings: &mut Readings,
    ) -> Result<Tally, NoResult> {
        let mut tally = Tally::new(table.answers.len());
        let mut texts: Vec<&str> =
            places.iter().filter_map(|place| table.answers.get(*place).copied()).collect();
        let reference = table.grading.reference.unwrap_or_default();
        if self.form == Form::Pairs && texts.len() == 1 {
            // A single answer is compared with the agent's own.
            texts.push(table.grading.reference.unwrap_or(HARMLESS));
        }
        let secret = table.prompts.secret(table.grading.prompt, reference);
        let plan = looks(self.form, self.orders, texts.len(), secret);
        let texts = &texts;
        let ask = |look: Look| async move { (self.ask(table, &look, texts).await, look) };
        // The first fills the engine's cache with what all share.
        let mut plan = plan.into_iter();
        let first: Vec<_> = plan.by_ref().take(1).map(ask).collect();
        let rest: Vec<_> = plan.map(ask).collect();
        let mut replies = Vec::with_capacity(first.len() + rest.len());
        for reply in first {
            replies.push(reply.await);
        }
        replies.extend(
            stream::iter(rest).buffered(self.backend.parallel().max(1)).collect::<Vec<_>>().await,
        );
        for (reply, look) in replies {
            match self.reading(reply, readings)? {
                Ok(value) => {
                    for (at, value) in look.says(value) {
                        let place = places.get(at).and_then(|place| tally.said.get_mut(*place));
                        if let Some((sum, number)) = place {
                            *sum += value;
                            *number = number.saturating_add(1);
                        }
                    }
                }
                Err(reason) => {
                    let mut reason = Some(reason);
                    for (at, _) in look.says(0.0) {
                        let place = places.get(at).and_then(|place| tally.failed.get_mut(*place));
                        if let Some(failed) = place {
                            *failed = failed.take().or_else(|| reason.take());
                        }
                    }
                }
            }
        }
        Ok(tally)
    }

    /// What the model says of one answer when it sees no other.
    async fn look_alone(
        &self,
        table: &Table<'_>,
        place: usize,
        readings: &mut Readings,
    ) -> Result<Result<f64, NoResult>, NoResult> {
        let text = table.answers.get(place).copied().unwrap_or(HARMLESS);
        let reply = self.ask_alone(table, text).await;
        self.reading(reply, readings)
    }

    async fn ask_alone(&self, table: &Table<'_>, text: &str) -> Result<Reply, NoResult> {
        let look = match self.form {
            Form::Alone => Look::Alone(0),
            Form::Beside => Look::Beside { answers: vec![0], index: 0 },
            Form::Pairs => Look::Pair(0, 1),
        };
        self.ask(table, &look, &[text, HARMLESS]).await
    }

    /// The value of a reply; what may be the fault of the texts comes back as the inner error.
    fn reading(
        &self,
        reply: Result<Reply, NoResult>,
        readings: &mut Readings,
    ) -> Result<Result<f64, NoResult>, NoResult> {
        match reply {
            Ok(Reply { verdict, recalled }) => {
                readings.masses.push(verdict.mass);
                readings.recalled += u64::from(recalled);
                Ok(Ok(verdict.value))
            }
            Err(reason) if self.low_mass == LowMass::Lowest && is_of_the_texts(&reason) => {
                info!(model = self.name, %reason, "not replied to with a grade");
                Ok(Err(reason))
            }
            Err(reason) => Err(reason),
        }
    }

    /// When the model grades no answer, for `reason`: is that of the answers, or of the model and
    /// its template? An answer that it would give itself shows it.
    async fn try_itself(
        &self,
        table: &Table<'_>,
        readings: &mut Readings,
        reason: NoResult,
    ) -> Result<(), NoResult> {
        let text = table.grading.reference.unwrap_or(HARMLESS);
        match self.ask_alone(table, text).await {
            Ok(Reply { recalled, .. }) => {
                readings.recalled += u64::from(recalled);
                Ok(())
            }
            Err(NoResult::NoGrade(NoGrade::LowMass { .. })) => Err(NoResult::NoGrades),
            Err(_) => Err(reason),
        }
    }

    async fn ask(&self, table: &Table<'_>, look: &Look, texts: &[&str]) -> Result<Reply, NoResult> {
        let Grading { prompt, reference, until, .. } = *table.grading;
        if until.is_some_and(|until| Instant::now() >= until) {
            return Err(NoResult::Late);
        }
        let fill = |shown: Shown<'_>| table.prompts.grading(prompt, reference, shown);
        let user = look.shown(texts, fill).unwrap_or_else(|| fill(Shown::Alone(HARMLESS)))?;
        let (logits, recalled) = match self.recent.recall(&user) {
            Some(logits) => (logits, true),
            None => {
                let chat = Chat { user, prefill: self.prefill.clone(), ..Chat::default() };
                let logits = self.backend.next_logits(&chat, &self.scale.ids()).await?;
                self.recent.remember(chat.user, logits.clone());
                (logits, false)
            }
        };
        let verdict = self.scale.verdict(&logits).map_err(NoResult::NoGrade)?;
        Ok(Reply { verdict, recalled })
    }
}

struct Reply {
    verdict: Verdict,
    /// Whether it was known from an earlier job.
    recalled: bool,
}

/// Whether answers may have brought it about by what they say: no grade, too long for the model, or
/// refused by a server.
fn is_of_the_texts(reason: &NoResult) -> bool {
    matches!(
        reason,
        NoResult::NoGrade(NoGrade::LowMass { .. })
            | NoResult::Backend(BackendError::TooLong { .. } | BackendError::Refused(_))
    )
}
