//! Talking to the worker: many requests at once over loopback HTTP, none of which may hold up
//! another.
//!
//! The host offers requests without a time limit or a size limit, and waits that end only when
//! *all* requests have ended. [`Exchange`] adds what is missing: it waits in short slices, hands
//! out each reply as soon as it is complete, reads bodies of at most [`MAX_REPLY_BYTES`], and stops
//! sending when the run has sent [`MAX_JOBS_PER_RUN`] jobs or [`MAX_BYTES_PER_RUN`] bytes. When the
//! run ends, the host drops whatever is still under way.
//!
//! The worker is this node's own, but what it says is not trusted: it may be slow, broken, or a
//! stranger's program.

use super::trouble::Trouble;
use alloc::{string::String, vec, vec::Vec};
use sp_core::offchain::{
    Duration, HttpError, HttpRequestId, HttpRequestStatus, StorageKind, Timestamp,
};
use sp_runtime::offchain::http;
use waggle_primitives::MAX_ANSWER_BYTES;

/// Where the node keeps the worker's base URL in persistent offchain storage: raw UTF-8.
pub const URL_KEY: &[u8] = b"waggle/worker-url";
/// The worker's base URL when the node has written none.
pub const DEFAULT_URL: &str = "http://127.0.0.1:7741";
/// Longest reply that is read, in bytes: an answer in JSON, whose every byte may be escaped, and
/// room for the rest.
pub const MAX_REPLY_BYTES: usize = 64 * 1024 + 4 * MAX_ANSWER_BYTES as usize;
/// Most jobs that one run posts; the others have their turn in later blocks. Enough for four agents
/// in as many rounds as run at once.
pub const MAX_JOBS_PER_RUN: usize = 256;
/// Most bytes of jobs that one run posts: the host holds them until they are sent.
pub const MAX_BYTES_PER_RUN: usize = 32 * 1024 * 1024;
/// How long one look for replies lasts at most: what a hanging request can delay the others by.
pub const SLICE: Duration = Duration::from_millis(2);

/// Size of the buffer that bodies are read through.
const CHUNK_BYTES: usize = 4096;

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most [`MAX_REPLY_BYTES`].
    pub body: Vec<u8>,
}

/// Requests under way. `J` is what the caller needs to make sense of a reply.
pub struct Exchange<J> {
    url: String,
    deadline: Timestamp,
    in_flight: Vec<InFlight<J>>,
    jobs_sent: usize,
    bytes_sent: usize,
}

struct InFlight<J> {
    job: J,
    id: HttpRequestId,
    stage: Stage,
}

enum Stage {
    /// No status yet.
    Waiting,
    /// The status is known, the body is arriving.
    Reading(Reply),
}

impl<J> Exchange<J> {
    /// An exchange with the worker at the URL that the node has written, in which nothing lasts
    /// beyond `deadline`.
    pub fn new(deadline: Timestamp) -> Self {
        Self { url: jobs_url(), deadline, in_flight: Vec::new(), jobs_sent: 0, bytes_sent: 0 }
    }

    /// Whether the run may post another job.
    pub fn has_room(&self) -> bool {
        self.jobs_sent < MAX_JOBS_PER_RUN && self.bytes_sent < MAX_BYTES_PER_RUN
    }

    /// Whether no reply is awaited.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Post `body` for `job`. The job comes back at once if the request cannot be made.
    pub fn post(&mut self, job: J, body: Vec<u8>) -> Result<(), J> {
        self.jobs_sent = self.jobs_sent.saturating_add(1);
        self.bytes_sent = self.bytes_sent.saturating_add(body.len());
        // One chunk: the host takes the first without waiting for the connection.
        let request = http::Request::post(&self.url, vec![body])
            .add_header("content-type", "application/json")
            .deadline(self.deadline)
            .send();
        match request {
            Ok(http::PendingRequest { id }) => {
                self.in_flight.push(InFlight { job, id, stage: Stage::Waiting });
                Ok(())
            }
            Err(_) => Err(job),
        }
    }

    /// The jobs whose replies are complete, or will never be; waits for some until `until`.
    pub fn poll(&mut self, until: Timestamp) -> Vec<(J, Result<Reply, Trouble>)> {
        let until = until.min(self.deadline);
        let waiting: Vec<_> = self
            .in_flight
            .iter()
            .filter(|one| matches!(one.stage, Stage::Waiting))
            .map(|one| one.id)
            .collect();
        let statuses = if waiting.is_empty() {
            Vec::new()
        } else {
            sp_io::offchain::http_response_wait(&waiting, Some(until))
        };
        let mut statuses = statuses.into_iter();

        let mut finished = Vec::new();
        for mut one in core::mem::take(&mut self.in_flight) {
            let outcome = match one.stage {
                Stage::Waiting => match statuses.next() {
                    Some(HttpRequestStatus::Finished(status)) => {
                        read(one.id, Reply { status, body: Vec::new() }, until)
                    }
                    Some(HttpRequestStatus::DeadlineReached) => Progress::Under(Stage::Waiting),
                    Some(HttpRequestStatus::IoError | HttpRequestStatus::Invalid) | None => {
                        Progress::Over(Err(Trouble::Unreachable))
                    }
                },
                Stage::Reading(reply) => read(one.id, reply, until),
            };
            match outcome {
                Progress::Over(result) => finished.push((one.job, result)),
                Progress::Under(stage) => {
                    one.stage = stage;
                    self.in_flight.push(one);
                }
            }
        }
        finished
    }

    /// Give up on all replies that are still awaited.
    pub fn abandon(self) -> impl Iterator<Item = J> {
        self.in_flight.into_iter().map(|one| one.job)
    }
}

enum Progress {
    Over(Result<Reply, Trouble>),
    Under(Stage),
}

/// Read what has arrived of a body, waiting until `until` for more.
fn read(id: HttpRequestId, mut reply: Reply, until: Timestamp) -> Progress {
    let mut buffer = [0u8; CHUNK_BYTES];
    loop {
        match sp_io::offchain::http_response_read_body(id, &mut buffer, Some(until)) {
            Ok(0) => return Progress::Over(Ok(reply)),
            Ok(count) => {
                let chunk = buffer.get(..count as usize).unwrap_or(&buffer);
                if reply.body.len().saturating_add(chunk.len()) > MAX_REPLY_BYTES {
                    let trouble = Trouble::ReplyTooLong { limit: MAX_REPLY_BYTES };
                    return Progress::Over(Err(trouble));
                }
                reply.body.extend_from_slice(chunk);
            }
            Err(HttpError::DeadlineReached) => return Progress::Under(Stage::Reading(reply)),
            Err(HttpError::IoError | HttpError::Invalid) => {
                return Progress::Over(Err(Trouble::BrokenOff))
            }
        }
        // What is there is read even after `until`, but a body that trickles in never reaches the
        // host's deadline.
        if sp_io::offchain::timestamp() >= until.add(SLICE) {
            return Progress::Under(Stage::Reading(reply));
        }
    }
}

/// Where jobs are posted.
fn jobs_url() -> String {
    let base = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, URL_KEY)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| DEFAULT_URL.into());
    alloc::format!("{}/v1/jobs", base.trim_end_matches('/'))
}
