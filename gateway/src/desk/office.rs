//! What the desk's tasks share: the store, the node, the accounts, who waits, whose round runs, and
//! who listens.
//!
//! All of it but the store can be lost at any moment: a new process makes it again from the store
//! and the chain.

use super::{
    kept::{write_outcome, Checked},
    node::Node,
    order::{News, Outcome, Settings, State, Tally},
    payers::Payers,
    queue::FairQueue,
};
use crate::store::{now, GatewayId, KeyId, Placed, RequestId, Store, StoreFailure, Transaction};
use std::{
    collections::HashMap,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
    },
    time::{Duration, Instant},
};
use tokio::sync::{watch, Notify, OwnedSemaphorePermit, Semaphore};
use waggle_client::{AccountId, Constants};

/// Pause before the database is tried again.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How long a round counts as taking before one has been seen.
const FIRST_PACE: Duration = Duration::from_secs(20);

/// An order on its way to the chain.
pub(crate) struct Job {
    /// Its request.
    pub(crate) id: RequestId,
    /// Whose it is.
    pub(crate) key: KeyId,
    /// What is asked.
    pub(crate) order: Arc<Checked>,
    /// When it was taken, in milliseconds since the Unix epoch.
    pub(crate) taken: i64,
    /// Since when it has waited here.
    pub(crate) since: Instant,
    /// How often it has had a transaction.
    pub(crate) attempts: u32,
    /// Whether somebody may still want it: not if it was left by an earlier process without a name
    /// under which it could be asked for again.
    pub(crate) is_wanted: bool,
    /// Its place in the queue, given up when it goes.
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

/// A request whose round runs.
#[derive(Clone)]
pub(crate) struct Followed {
    /// Its request.
    pub(crate) id: RequestId,
    /// What is asked.
    pub(crate) order: Arc<Checked>,
    /// When it was taken.
    pub(crate) taken: i64,
    /// Who asked it on chain.
    pub(crate) account: AccountId,
    /// What was sent, by which the round is found again after a re-org.
    pub(crate) transaction: Arc<Transaction>,
    /// Where the round is.
    pub(crate) placed: Placed,
    /// Whether the block with the submission is known to be one of the best chain's.
    pub(crate) is_anchored: bool,
    /// For how many blocks the chain has not known the round.
    pub(crate) missing: u32,
    /// The phase that was last told of.
    pub(crate) stage: &'static str,
}

/// What the tasks share.
pub(crate) struct Office {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) gateway: GatewayId,
    pub(crate) node: Node,
    pub(crate) payers: Payers,
    tally: Tally,
    /// Something may be sent now that could not before.
    pub(crate) wake: Notify,
    /// Accounts may have too little.
    pub(crate) poor: Notify,
    /// Places in the queue.
    pub(crate) places: Arc<Semaphore>,
    constants: RwLock<Constants>,
    queue: Mutex<FairQueue<Job>>,
    board: Mutex<HashMap<RequestId, watch::Sender<News>>>,
    running: Mutex<HashMap<RequestId, Followed>>,
    pace: Mutex<Duration>,
    is_closing: AtomicBool,
}

impl Office {
    /// An office where nobody waits yet.
    pub(crate) fn new(
        settings: Settings,
        store: Store,
        gateway: GatewayId,
        node: Node,
        constants: Constants,
        tally: Tally,
    ) -> Self {
        let payers = Payers::of(&settings.payer, settings.payers);
        let places = settings.queue.min(Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(places));
        Self {
            settings,
            store,
            gateway,
            node,
            payers,
            tally,
            wake: Notify::new(),
            poor: Notify::new(),
            places,
            constants: RwLock::new(constants),
            queue: Mutex::default(),
            board: Mutex::default(),
            running: Mutex::default(),
            pace: Mutex::new(FIRST_PACE),
            is_closing: AtomicBool::new(false),
        }
    }

    /// The chain's rules, as last read.
    pub(crate) fn constants(&self) -> Constants {
        self.constants.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The chain's rules were read again.
    pub(crate) fn set_constants(&self, constants: Constants) {
        *self.constants.write().unwrap_or_else(PoisonError::into_inner) = constants;
    }

    /// Transactions and rounds that one account may have at once.
    pub(crate) fn rounds_of_payer(&self) -> u32 {
        let constants = self.constants.read().unwrap_or_else(PoisonError::into_inner);
        constants.open_rounds_per_client.max(1)
    }

    /// The next nonce of an account, if it is known: not where another gateway sends for it too.
    pub(crate) fn known_nonce(&self, payer: u32) -> Option<u64> {
        self.payers.nonce(payer).filter(|_| !self.store.is_shared())
    }

    /// Rounds that this gateway may have at once: the chain has room for so many, and others want
    /// some.
    fn rounds_at_once(&self) -> usize {
        let constants = self.constants.read().unwrap_or_else(PoisonError::into_inner);
        let rounds = constants.open_rounds;
        rounds.saturating_sub(rounds / 8).max(1) as usize
    }

    /// No new orders from now on.
    pub(crate) fn begin_closing(&self) {
        self.is_closing.store(true, Ordering::SeqCst);
    }

    /// Whether no new orders are taken.
    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::SeqCst)
    }

    /// Put a request on the board. False: it is there already.
    pub(crate) fn register(&self, id: RequestId) -> bool {
        let mut board = self.board();
        if board.contains_key(&id) {
            return false;
        }
        board.insert(id, watch::channel(News::Waiting { ahead: 0 }).0);
        true
    }

    /// Whether the request is on the board: in the hands of one of the tasks.
    pub(crate) fn knows(&self, id: RequestId) -> bool {
        self.board().contains_key(&id)
    }

    /// How many are on the board.
    pub(crate) fn unfinished(&self) -> usize {
        self.board().len()
    }

    /// Tell whoever listens.
    pub(crate) fn tell(&self, id: RequestId, news: News) {
        if let Some(listeners) = self.board().get(&id) {
            listeners.send_replace(news);
        }
    }

    /// Listen to a request. `None`: it is not on the board.
    pub(crate) fn listen(&self, id: RequestId) -> Option<watch::Receiver<News>> {
        self.board().get(&id).map(watch::Sender::subscribe)
    }

    /// Let a job wait for its turn.
    pub(crate) fn enqueue(&self, job: Job) {
        let id = job.id;
        // Told before anybody can take it out.
        let mut queue = self.queue();
        let ahead = queue.push(job.key, job);
        self.tell(id, News::Waiting { ahead });
        drop(queue);
        self.wake.notify_one();
    }

    /// Let a job wait that had its turn, before others of its key.
    pub(crate) fn put_back(&self, job: Job) {
        let mut queue = self.queue();
        self.tell(job.id, News::Waiting { ahead: 0 });
        queue.put_back(job.key, job);
        drop(queue);
        self.wake.notify_one();
    }

    /// The next job, and the account that pays for it.
    pub(crate) fn next_job(&self) -> Option<(Job, u32)> {
        let rounds = self.rounds_of_payer();
        if !self.node.is_connected() {
            return None;
        }
        let mut queue = self.queue();
        let under_way = self.unfinished().saturating_sub(queue.len());
        if under_way >= self.rounds_at_once() {
            return None;
        }
        let (key, job) = queue.next(|job| self.payers.can_take(job.order.costs, rounds))?;
        match self.payers.take(job.order.costs, rounds) {
            Some(payer) => Some((job, payer)),
            None => {
                queue.put_back(key, job);
                None
            }
        }
    }

    /// Take out of the queue what `is_out`.
    pub(crate) fn remove(&self, is_out: impl Fn(&Job) -> bool) -> Vec<Job> {
        self.queue().remove(is_out)
    }

    /// The highest cost of all orders that wait.
    pub(crate) fn dearest(&self) -> u128 {
        self.queue().iter().map(|job| job.order.costs).max().unwrap_or_default()
    }

    /// Whether orders wait.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.queue().is_empty()
    }

    /// A round runs, or runs somewhere else.
    pub(crate) fn follow(&self, followed: Followed) {
        self.running().insert(followed.id, followed);
    }

    /// A round is not followed any more. False: it was not, so somebody else ends it.
    pub(crate) fn unfollow(&self, id: RequestId) -> bool {
        self.running().remove(&id).is_some()
    }

    /// Change what is known of a round that is followed.
    pub(crate) fn amend(&self, id: RequestId, change: impl FnOnce(&mut Followed)) {
        if let Some(followed) = self.running().get_mut(&id) {
            change(followed);
        }
    }

    /// All rounds that are followed.
    pub(crate) fn followed(&self) -> Vec<Followed> {
        self.running().values().cloned().collect()
    }

    /// No block is known to be the best chain's any more.
    pub(crate) fn unanchor_all(&self) {
        for followed in self.running().values_mut() {
            followed.is_anchored = false;
        }
    }

    /// A request is over: write it down, count it, and tell whoever listens. If the database fails
    /// they hear it at once, and it is tried until it is written.
    pub(crate) async fn finish(&self, id: RequestId, spent: u128, outcome: Outcome) {
        let json = write_outcome(&outcome);
        let outcome = Arc::new(outcome);
        loop {
            match self.store.over(id, self.gateway, spent, &json, now()).await {
                Ok(Some(charged)) => {
                    (self.tally)(&outcome, charged);
                    break;
                }
                Ok(None) => {
                    tracing::warn!(request = id, "another gateway took this request up");
                    break;
                }
                // The desk is closed: the next process finds the same.
                Err(StoreFailure::Database(sqlx::Error::PoolClosed)) => break,
                Err(StoreFailure::Database(error)) => {
                    tracing::error!(request = id, "cannot write down that it is over: {error}");
                    self.tell(id, News::Over(outcome.clone()));
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                Err(failure) => {
                    tracing::error!(request = id, "cannot write down that it is over: {failure}");
                    break;
                }
            }
        }
        let listeners = self.board().remove(&id);
        if let Some(listeners) = listeners {
            listeners.send_replace(News::Over(outcome));
        }
        self.wake.notify_one();
    }

    /// A request is no longer this gateway's. Gives its listeners, whom somebody has to tell.
    pub(crate) fn take_off(&self, id: RequestId) -> Option<watch::Sender<News>> {
        let listeners = self.board().remove(&id);
        self.wake.notify_one();
        listeners
    }

    /// A round took so long.
    pub(crate) fn took(&self, duration: Duration) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        // A moving mean of about eight rounds.
        *pace = (*pace * 7 + duration.min(Duration::from_secs(3_600))) / 8;
    }

    /// When there may be room for another order.
    pub(crate) fn retry_after(&self) -> Duration {
        let pace = *self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let payers = u64::from(self.settings.payers) * u64::from(self.rounds_of_payer());
        let at_once = payers.min(self.rounds_at_once() as u64).max(1);
        let waves = (self.queue().len() as u64 / at_once).saturating_add(1).min(1_000);
        pace.saturating_mul(waves as u32).max(Duration::from_secs(1))
    }

    /// How things stand.
    pub(crate) fn state(&self) -> State {
        let waiting = self.queue().len();
        State {
            connected: self.node.is_connected(),
            best_block: self.node.head().map(|head| head.block.number).unwrap_or_default(),
            waiting,
            running: self.unfinished().saturating_sub(waiting),
            payers_free: self.payers.free(self.rounds_of_payer()),
        }
    }

    // The order in which locks are taken: the queue's, then the board's. No lock is held while
    // something is awaited.

    fn queue(&self) -> MutexGuard<'_, FairQueue<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn board(&self) -> MutexGuard<'_, HashMap<RequestId, watch::Sender<News>>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<RequestId, Followed>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
