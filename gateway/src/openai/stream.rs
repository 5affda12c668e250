//! Server-sent events: what a client hears while its round runs, and at its end.
//!
//! Until a round is settled there is nothing to say but where it stands. That goes out as comments,
//! which keep connections open and which clients skip; nothing that was not chosen is ever sent.
//! What a client that reads slowly can grow: nothing. What it has missed of the news is not kept.

use super::problem::Problem;
use crate::{
    desk::{Answered, News, Outcome},
    metrics::{Metrics, Open, Part},
    state::GateState,
};
use axum::{
    body::{Body, Bytes},
    http::{header, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::{
    convert::Infallible,
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use waggle_primitives::RoundId;

/// The longest silence on a stream.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// What one of OpenAI's protocols says on a stream. Every text is whole events.
pub(crate) trait Narrator: Send + 'static {
    /// At once.
    fn opening(&mut self) -> String;
    /// The answer was chosen; the last word.
    fn answered(&mut self, answered: &Answered) -> String;
    /// There will be no answer; the last word.
    fn failed(&mut self, problem: &Problem) -> String;
}

/// An event; `name` is its `event:`, where a protocol has one.
pub(crate) fn event(name: Option<&str>, data: &impl Serialize) -> String {
    let mut text = String::new();
    if let Some(name) = name {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "event: {name}");
    }
    // Only maps with keys that are no texts cannot be written, and there are none.
    let data = serde_json::to_string(data).unwrap_or_default();
    let _ = write!(text, "data: {data}\n\n");
    text
}

/// A comment, which clients skip.
fn comment(text: &str) -> String {
    format!(": {text}\n\n")
}

/// Where an order stands, in words. `None`: it is over.
pub(crate) fn standing(news: &News) -> Option<String> {
    match news {
        News::Waiting { ahead } => Some(format!("waiting, {ahead} ahead")),
        News::Submitting => Some("submitting".into()),
        News::Running { round, stage, .. } => Some(format!("round {round} {stage}")),
        News::Over(_) => None,
    }
}

/// Follows one order, and measures what the gateway adds to its round.
pub(crate) struct Following {
    gate: GateState,
    news: watch::Receiver<News>,
    arrived: Instant,
    sent: bool,
    round: Option<RoundId>,
}

/// What comes next of an order.
pub(crate) enum Next {
    /// It stands elsewhere now.
    Standing(String),
    /// Nothing has changed for a while.
    Silence,
    /// It is over.
    Over(Arc<Outcome>),
    /// Nobody will hear of it any more.
    Ended(Problem),
}

impl Following {
    /// Follow an order that came at `arrived`.
    pub(crate) fn new(gate: GateState, news: watch::Receiver<News>, arrived: Instant) -> Self {
        Self { gate, news, arrived, sent: false, round: None }
    }

    /// What the gateway counts into.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.gate.metrics
    }

    /// Where the order stands now.
    fn now(&mut self) -> Next {
        let news = self.news.borrow_and_update().clone();
        if !self.sent && matches!(news, News::Submitting | News::Running { .. }) {
            self.sent = true;
            self.gate.metrics.added(Part::Before, self.arrived.elapsed());
        }
        if let News::Running { round, .. } = news {
            self.round = Some(round);
        }
        match (standing(&news), news) {
            (_, News::Over(outcome)) => Next::Over(outcome),
            (standing, _) => Next::Standing(standing.unwrap_or_default()),
        }
    }

    /// Wait for a change, or for [`HEARTBEAT`].
    async fn next(&mut self) -> Next {
        tokio::select! {
            // What is known of the order is said, also when the process is about to end.
            biased;
            changed = self.news.changed() => match changed {
                Ok(()) => self.now(),
                Err(_) => Next::Ended(Problem::Lost),
            },
            () = self.gate.stopped() => Next::Ended(Problem::Stopping(self.round)),
            () = tokio::time::sleep(HEARTBEAT) => Next::Silence,
        }
    }

    /// Wait for the answer.
    ///
    /// # Errors
    /// What went wrong instead.
    pub(crate) async fn answer(mut self) -> Result<Arc<Outcome>, Problem> {
        let mut next = self.now();
        loop {
            match next {
                Next::Over(outcome) => return Ok(outcome),
                Next::Ended(problem) => return Err(problem),
                Next::Standing(_) | Next::Silence => next = self.next().await,
            }
        }
    }
}

/// A stream under way.
struct Stream<N> {
    following: Following,
    narrator: N,
    opened: bool,
    over: bool,
    said: String,
    _open: Open,
}

impl<N: Narrator> Stream<N> {
    /// The next bytes. `None`: there is nothing more to say.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        if !self.opened {
            self.opened = true;
            let mut text = self.narrator.opening();
            let now = self.following.now();
            text.push_str(&self.say(now));
            return Some(text);
        }
        loop {
            let next = self.following.next().await;
            let text = self.say(next);
            if !text.is_empty() {
                return Some(text);
            }
        }
    }

    fn say(&mut self, next: Next) -> String {
        match next {
            Next::Standing(standing) if standing == self.said => String::new(),
            Next::Standing(standing) => {
                let text = comment(&standing);
                self.said = standing;
                text
            }
            Next::Silence => comment(&self.said),
            Next::Over(outcome) => {
                self.over = true;
                let settled = Instant::now();
                let text = match &*outcome {
                    Outcome::Answered(answered) => self.narrator.answered(answered),
                    Outcome::Failed(trouble) => self.fail(&Problem::Trouble(trouble.clone())),
                };
                self.following.metrics().added(Part::After, settled.elapsed());
                text
            }
            Next::Ended(problem) => {
                self.over = true;
                self.fail(&problem)
            }
        }
    }

    fn fail(&mut self, problem: &Problem) -> String {
        problem.log();
        self.following.metrics().told(problem.detail().code);
        self.narrator.failed(problem)
    }
}

/// A response that tells of an order until it is over.
pub(crate) fn respond(following: Following, narrator: impl Narrator) -> Response {
    let open = following.metrics().stream();
    let stream = Stream {
        following,
        narrator,
        opened: false,
        over: false,
        said: String::new(),
        _open: open,
    };
    let bytes = futures::stream::unfold(stream, |mut stream| async move {
        let text = stream.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), stream))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        // Else nginx keeps everything back until the stream ends.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(bytes)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_should_be_one_line_of_data_when_texts_have_several() {
        let data = serde_json::json!({"text": "two\nlines\r\n\ndata: [DONE]"});
        assert_eq!(
            event(Some("delta"), &data),
            "event: delta\ndata: {\"text\":\"two\\nlines\\r\\n\\ndata: [DONE]\"}\n\n"
        );
        assert_eq!(event(None, &1), "data: 1\n\n");
    }

    #[test]
    fn comments_should_tell_where_an_order_stands() {
        let running = News::Running { round: 12, block: 40, stage: "grading" };
        assert_eq!(comment(&standing(&running).unwrap()), ": round 12 grading\n\n");
        assert_eq!(standing(&News::Waiting { ahead: 2 }).unwrap(), "waiting, 2 ahead");
    }
}
