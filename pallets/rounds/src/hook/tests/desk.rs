//! A node's surroundings under test: a clock, a worker that does what the test says, offchain
//! storage and a pool that writes down what it is sent.
//!
//! The clock moves only when the hook waits, and exactly as far as it would have to: a test that
//! hangs in reality is instant here, and "in time" is exact.

use sp_core::offchain::{
    storage::InMemOffchainStorage, DbExternalities, Externalities, HttpError, HttpRequestId,
    HttpRequestStatus, OffchainStorage, OpaqueNetworkState, StorageKind, Timestamp,
    TransactionPool,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// What the worker does with a request.
#[derive(Clone, Debug)]
pub(crate) struct Conduct {
    /// Milliseconds until the status comes; `None`: never.
    pub(crate) status_after: Option<u64>,
    /// The status; `None`: the connection fails instead.
    pub(crate) status: Option<u16>,
    /// The body.
    pub(crate) body: Body,
}

/// What the worker sends after the status.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, then nothing, with the connection open.
    Stalls(Vec<u8>),
    /// Some bytes, then the connection breaks.
    Breaks(Vec<u8>),
    /// Bytes without end, as fast as they are read.
    Endless,
    /// One byte a millisecond, without end.
    Trickle,
}

impl Conduct {
    /// Replies at once with status 200.
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    /// Replies at once.
    pub(crate) fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status_after: Some(0), status: Some(status), body: Body::Bytes(body.into()) }
    }

    /// Sends a status, then this.
    pub(crate) fn body(body: Body) -> Self {
        Self { status_after: Some(0), status: Some(200), body }
    }

    /// Never says anything.
    pub(crate) fn hangs() -> Self {
        Self { status_after: None, status: Some(200), body: Body::Bytes(Vec::new()) }
    }

    /// Is not there.
    pub(crate) fn down() -> Self {
        Self { status_after: Some(0), status: None, body: Body::Bytes(Vec::new()) }
    }

    /// The same, but `millis` milliseconds later.
    pub(crate) fn after(mut self, millis: u64) -> Self {
        self.status_after = Some(millis);
        self
    }
}

/// A request as the worker got it.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When it was complete.
    pub(crate) at: u64,
}

impl Posted {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the hook sends JSON")
    }
}

struct Request {
    posted: Posted,
    conduct: Option<Conduct>,
    read: usize,
}

type Worker = Box<dyn FnMut(&Posted) -> Conduct + Send>;

struct State {
    now: u64,
    requests: BTreeMap<u16, Request>,
    next_request: u16,
    worker: Worker,
    posted: Vec<Posted>,
    storage: InMemOffchainStorage,
    cleared: Vec<(u64, Vec<u8>)>,
    pool: Vec<(u64, Vec<u8>)>,
    /// What somebody else writes before the next comparison.
    intruder: Option<(Vec<u8>, Vec<u8>)>,
    /// Whether nothing that is compared before is written.
    read_only: bool,
}

/// Shared between the test and the externalities.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Mutex<State>>);

impl Desk {
    /// At time `now`, with a worker that is down.
    pub(crate) fn new(now: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            now,
            requests: BTreeMap::new(),
            next_request: 7,
            worker: Box::new(|_| Conduct::down()),
            posted: Vec::new(),
            storage: InMemOffchainStorage::default(),
            cleared: Vec::new(),
            pool: Vec::new(),
            intruder: None,
            read_only: false,
        })))
    }

    fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.0.lock().expect("no test panics while it holds the desk"))
    }

    /// From now on the worker does this.
    pub(crate) fn worker(&self, worker: impl FnMut(&Posted) -> Conduct + Send + 'static) {
        self.with(|state| state.worker = Box::new(worker));
    }

    /// The time in milliseconds.
    pub(crate) fn now(&self) -> u64 {
        self.with(|state| state.now)
    }

    /// Let time pass.
    pub(crate) fn pass(&self, millis: u64) {
        self.with(|state| state.now += millis);
    }

    /// The requests since the last look.
    pub(crate) fn take_posted(&self) -> Vec<Posted> {
        self.with(|state| core::mem::take(&mut state.posted))
    }

    /// The extrinsics that the pool was given since the last look, with the time of each.
    pub(crate) fn take_pool(&self) -> Vec<(u64, Vec<u8>)> {
        self.with(|state| core::mem::take(&mut state.pool))
    }

    /// The keys of persistent storage that were cleared so far, with the time of each.
    pub(crate) fn cleared(&self) -> Vec<(u64, Vec<u8>)> {
        self.with(|state| state.cleared.clone())
    }

    /// Write a raw value into persistent storage, as the node does.
    pub(crate) fn store(&self, key: &[u8], value: &[u8]) {
        self.with(|state| state.storage.set(b"", key, value));
    }

    /// Let somebody else write this raw value when the hook has looked at some value and is about
    /// to change it.
    pub(crate) fn intrude(&self, key: &[u8], value: &[u8]) {
        self.with(|state| state.intruder = Some((key.to_vec(), value.to_vec())));
    }

    /// From now on no value is changed that the hook has looked at.
    pub(crate) fn refuse_writes(&self) {
        self.with(|state| state.read_only = true);
    }
}

impl Externalities for Desk {
    fn is_validator(&self) -> bool {
        true
    }

    fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
        Err(())
    }

    fn timestamp(&mut self) -> Timestamp {
        Timestamp::from_unix_millis(self.now())
    }

    fn sleep_until(&mut self, deadline: Timestamp) {
        self.with(|state| state.now = state.now.max(deadline.unix_millis()));
    }

    fn random_seed(&mut self) -> [u8; 32] {
        [0; 32]
    }

    fn http_request_start(
        &mut self,
        method: &str,
        uri: &str,
        _: &[u8],
    ) -> Result<HttpRequestId, ()> {
        if uri.contains(' ') {
            return Err(());
        }
        self.with(|state| {
            let id = state.next_request;
            state.next_request += 1;
            let posted = Posted {
                method: method.into(),
                url: uri.into(),
                headers: Vec::new(),
                body: Vec::new(),
                at: state.now,
            };
            state.requests.insert(id, Request { posted, conduct: None, read: 0 });
            Ok(HttpRequestId(id))
        })
    }

    fn http_request_add_header(
        &mut self,
        id: HttpRequestId,
        name: &str,
        value: &str,
    ) -> Result<(), ()> {
        self.with(|state| {
            let request = state.requests.get_mut(&id.0).ok_or(())?;
            request.posted.headers.push((name.into(), value.into()));
            Ok(())
        })
    }

    fn http_request_write_body(
        &mut self,
        id: HttpRequestId,
        chunk: &[u8],
        deadline: Option<Timestamp>,
    ) -> Result<(), HttpError> {
        assert!(deadline.is_some(), "without a deadline this can block for ever");
        self.with(|state| {
            let request = state.requests.get_mut(&id.0).ok_or(HttpError::Invalid)?;
            request.posted.body.extend_from_slice(chunk);
            if chunk.is_empty() {
                request.posted.at = state.now;
                request.conduct = Some((state.worker)(&request.posted));
                state.posted.push(request.posted.clone());
            }
            Ok(())
        })
    }

    fn http_response_wait(
        &mut self,
        ids: &[HttpRequestId],
        deadline: Option<Timestamp>,
    ) -> Vec<HttpRequestStatus> {
        let deadline = deadline.expect("without a deadline this can block for ever").unix_millis();
        self.with(|state| {
            let ready_at = |state: &State, id: &HttpRequestId| {
                let request = state.requests.get(&id.0)?;
                let conduct = request.conduct.as_ref().expect("the request was sent");
                Some(conduct.status_after.map_or(u64::MAX, |after| request.posted.at + after))
            };
            // Like the host: until all are there, or the deadline.
            let all = ids.iter().filter_map(|id| ready_at(state, id)).max().unwrap_or(0);
            state.now = state.now.max(all.min(deadline));
            ids.iter()
                .map(|id| match ready_at(state, id) {
                    None => HttpRequestStatus::Invalid,
                    Some(ready) if ready > state.now => HttpRequestStatus::DeadlineReached,
                    Some(_) => match state.requests[&id.0]
                        .conduct
                        .as_ref()
                        .and_then(|conduct| conduct.status)
                    {
                        Some(status) => HttpRequestStatus::Finished(status),
                        None => {
                            state.requests.remove(&id.0);
                            HttpRequestStatus::IoError
                        }
                    },
                })
                .collect()
        })
    }

    fn http_response_headers(&mut self, _: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
        Vec::new()
    }

    fn http_response_read_body(
        &mut self,
        id: HttpRequestId,
        buffer: &mut [u8],
        deadline: Option<Timestamp>,
    ) -> Result<usize, HttpError> {
        let deadline = deadline.expect("without a deadline this can block for ever").unix_millis();
        self.with(|state| {
            let State { now, requests, .. } = state;
            let request = requests.get_mut(&id.0).ok_or(HttpError::Invalid)?;
            let body = request
                .conduct
                .as_ref()
                .map(|conduct| conduct.body.clone())
                .ok_or(HttpError::Invalid)?;
            let (bytes, stalls, breaks) = match body {
                Body::Bytes(bytes) => (bytes, false, false),
                Body::Stalls(bytes) => (bytes, true, false),
                Body::Breaks(bytes) => (bytes, false, true),
                Body::Endless => {
                    buffer.fill(b'{');
                    return Ok(buffer.len());
                }
                Body::Trickle => {
                    *now += 1;
                    buffer[0] = b'{';
                    return Ok(1);
                }
            };
            let rest = &bytes[request.read..];
            if rest.is_empty() && stalls {
                *now = (*now).max(deadline);
                return Err(HttpError::DeadlineReached);
            }
            if rest.is_empty() {
                requests.remove(&id.0);
                return if breaks { Err(HttpError::IoError) } else { Ok(0) };
            }
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            request.read += count;
            Ok(count)
        })
    }

    fn set_authorized_nodes(&mut self, _: Vec<sp_core::OpaquePeerId>, _: bool) {}
}

impl DbExternalities for Desk {
    fn local_storage_set(&mut self, kind: StorageKind, key: &[u8], value: &[u8]) {
        assert!(kind == StorageKind::PERSISTENT, "a node offers no other storage");
        self.store(key, value);
    }

    fn local_storage_clear(&mut self, kind: StorageKind, key: &[u8]) {
        assert!(kind == StorageKind::PERSISTENT, "a node offers no other storage");
        self.with(|state| {
            state.storage.remove(b"", key);
            state.cleared.push((state.now, key.to_vec()));
        });
    }

    fn local_storage_compare_and_set(
        &mut self,
        kind: StorageKind,
        key: &[u8],
        old: Option<&[u8]>,
        new: &[u8],
    ) -> bool {
        assert!(kind == StorageKind::PERSISTENT, "a node offers no other storage");
        self.with(|state| {
            if let Some((key, value)) = state.intruder.take() {
                state.storage.set(b"", &key, &value);
            }
            !state.read_only && state.storage.compare_and_set(b"", key, old, new)
        })
    }

    fn local_storage_get(&mut self, kind: StorageKind, key: &[u8]) -> Option<Vec<u8>> {
        assert!(kind == StorageKind::PERSISTENT, "a node offers no other storage");
        self.with(|state| state.storage.get(b"", key))
    }
}

impl TransactionPool for Desk {
    fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
        self.with(|state| state.pool.push((state.now, extrinsic)));
        Ok(())
    }
}
