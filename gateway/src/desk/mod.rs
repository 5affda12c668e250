//! The desk: takes orders, pays for them, follows their rounds, and remembers.
//!
//! An order's way: [`Desk::take`] checks it, holds its budget in the store, puts it in the queue.
//! The cashier takes the next one, keys in turn, and an account that is free; it signs, writes the
//! transaction down, and sends it. The follower reads the rounds at each best block, and ends those
//! that are over. Each of these steps is in the store before it has an effect outside, so a process
//! that dies anywhere on the way is followed by one that goes on where it was; nothing is paid
//! twice, and no budget is held for ever.
//!
//! Bounds: the queue, the requests of a key at once, the rounds at once (by accounts and by chain),
//! and the outcomes, which are in memory only while somebody listens.

mod cashier;
mod catalogue;
mod elsewhere;
mod follower;
mod keeper;
mod kept;
mod node;
mod office;
mod order;
mod payers;
mod price;
mod queue;
mod recovery;

pub use order::{
    Answered, Asked, DeskFailure, Idempotency, News, Order, Outcome, Refusal, Settings, State,
    Tally, Trouble,
};

use crate::store::{hash_of, now, until_tomorrow, Entry, Key, KeyId, NewRequest, Store, Taking};
use catalogue::Catalogue;
use elsewhere::{news_of, tell_from_store};
use kept::{write_order, Checked};
use node::Node;
use office::{Job, Office};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::{watch, OwnedSemaphorePermit},
    task::JoinHandle,
};
use waggle_client::{
    amount::Amount,
    chain::BlockId,
    follow::{is_over, Ended},
    random::random_bytes,
    report::{gather, RoundReport},
    submit::{check, check_members},
    Constants, Domain, Failure, Member,
};
use waggle_primitives::{DomainId, RoundId};

/// Longest idempotency key, in bytes.
const MAX_NAME: usize = 255;
/// How often [`Desk::close`] looks whether all is over.
const CLOSING_PAUSE: Duration = Duration::from_millis(100);

/// Takes orders, pays for them, follows their rounds. Clones share one desk.
#[derive(Clone)]
pub struct Desk {
    office: Arc<Office>,
    catalogue: Arc<Catalogue>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Desk {
    /// Connect, take up what an earlier process left unfinished, and look after the accounts that
    /// pay: those that have less than half their float get it from the parent. `tally` hears of all
    /// orders that end here.
    ///
    /// # Errors
    /// [`DeskFailure::Node`] if no node answers, [`DeskFailure::Store`] if the database does not or
    /// another gateway serves with it, [`DeskFailure::Setting`].
    pub async fn open(settings: Settings, store: Store, tally: Tally) -> Result<Self, DeskFailure> {
        if settings.payers == 0 || settings.queue == 0 {
            let reason = "a gateway needs at least one account that pays, and a place in its queue";
            return Err(DeskFailure::Setting(reason.into()));
        }
        let node = Node::connect(&settings.node).await?;
        let chain = node.chain()?;
        let constants = chain.constants().await?;
        let gateway = store.begin_serving(now()).await?;
        let office = Office::new(settings, store, gateway, node.clone(), constants, tally);
        let office = Arc::new(office);
        keeper::take_up_left(&office, 0).await?;
        let catalogue = Arc::new(Catalogue::default());
        let tasks = vec![
            tokio::spawn(catalogue.clone().keep(node.clone())),
            tokio::spawn(node.keep()),
            tokio::spawn(follower::serve(office.clone())),
            tokio::spawn(cashier::serve(office.clone())),
            tokio::spawn(keeper::keep_lease(office.clone())),
            tokio::spawn(keeper::keep_funds(office.clone())),
        ];
        Ok(Self { office, catalogue, tasks: Arc::new(Mutex::new(tasks)) })
    }

    /// The key of this secret (`wg-…`). `None`: unknown or revoked.
    ///
    /// # Errors
    /// [`Trouble::Store`].
    pub async fn key(&self, secret: &str) -> Result<Option<Key>, Trouble> {
        Ok(self.office.store.key_of(&hash_of(secret), now()).await?)
    }

    /// Take an order: hold its budget and write it down. Returns at once with what becomes of it;
    /// the round goes on whether or not the caller listens. What the key asked under the same name
    /// before is not asked again: its news is what comes back.
    ///
    /// # Errors
    /// Nothing was begun; see [`Refusal`].
    pub async fn take(&self, key: &Key, order: Order) -> Result<Asked, Refusal> {
        let (desk, key) = (self.clone(), key.id);
        // A caller that goes away in the middle must not leave a request that is written down and
        // in nobody's hands.
        let taken = tokio::spawn(async move { desk.take_all_the_way(key, order).await }).await;
        taken.unwrap_or_else(|_| {
            let reason = "the gateway failed while it took the order".into();
            Err(Refusal::Trouble(Trouble::Store { reason }))
        })
    }

    async fn take_all_the_way(&self, key: KeyId, order: Order) -> Result<Asked, Refusal> {
        let name = match &order.idempotency {
            Some(Idempotency { key, .. }) if key.is_empty() || key.len() > MAX_NAME => {
                let reason = format!("an idempotency key has 1 to {MAX_NAME} bytes");
                return Err(Refusal::Asking(Failure::Refused(reason)));
            }
            name => name.clone(),
        };
        let ready = match self.make_ready(&order).await {
            Ok(ready) => ready,
            // What was asked before has an outcome, though it could not be asked now.
            Err(refusal) => return self.replay(key, name.as_ref()).await.ok_or(refusal),
        };
        let (order, place) = ready;
        let office = &self.office;
        let asked = write_order(&order);
        let costs = order.costs;
        let new = NewRequest {
            key,
            idempotency: name.as_ref().map(|name| (name.key.as_str(), name.body)),
            asked: &asked,
            costs,
            gateway: office.gateway,
        };
        let at = now();
        let id = match office.store.take(&new, at).await.map_err(Trouble::from) {
            Ok(Taking::Taken(id)) => id,
            Ok(Taking::Known(entry)) => return Ok(self.replayed(&entry)),
            Ok(Taking::OtherBody) => return Err(Refusal::OtherBody),
            Ok(Taking::Revoked) => return Err(Refusal::Revoked),
            Ok(Taking::TooFast { retry_after }) => return Err(Refusal::TooFast { retry_after }),
            Ok(Taking::TooMany) => {
                return Err(Refusal::QueueFull { retry_after: office.retry_after() });
            }
            Ok(Taking::NoBudget { left }) => {
                let (left, costs) = (Amount(left), Amount(costs));
                return Err(Refusal::NoBudget { left, costs, resets_in: until_tomorrow(at) });
            }
            Err(trouble) => return Err(Refusal::Trouble(trouble)),
        };
        if !office.register(id) {
            // The database took so long to say so that it was taken up as left behind.
            let news = office.listen(id).unwrap_or_else(closed);
            return Ok(Asked { id, replayed: false, news });
        }
        let news = office.listen(id).unwrap_or_else(closed);
        office.enqueue(Job {
            id,
            key,
            order: Arc::new(order),
            taken: at,
            since: Instant::now(),
            attempts: 0,
            is_wanted: true,
            place: Some(place),
        });
        Ok(Asked { id, replayed: false, news })
    }

    /// The order as the chain takes it, and a place in the queue.
    async fn make_ready(&self, order: &Order) -> Result<(Checked, OwnedSemaphorePermit), Refusal> {
        let office = &self.office;
        if office.is_closing() {
            return Err(Refusal::Closing);
        }
        let constants = office.constants();
        let terms = check(&order.prompt, &order.terms, &constants).map_err(Refusal::Asking)?;
        let domains = self.catalogue.domains(&office.node).await.map_err(Refusal::Trouble)?;
        let domain = domains.iter().find(|domain| domain.id == order.domain);
        let domain = domain.ok_or(Refusal::Asking(Failure::NoSuchDomain(order.domain)))?;
        check_members(domain, &terms).map_err(Refusal::Asking)?;
        let place = office.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Refusal::QueueFull { retry_after: office.retry_after() })?;
        let costs = price::most(order.prompt.len(), &terms, &constants);
        let sealed = random_bytes().map_err(Refusal::Asking)?;
        Ok((Checked::new(order, terms, costs, sealed), place))
    }

    /// What the key asked under this name, if it did and said the same.
    async fn replay(&self, key: KeyId, name: Option<&Idempotency>) -> Option<Asked> {
        let name = name?;
        let entry = self.office.store.named(key, &name.key).await.ok()??;
        (entry.body.as_deref() == Some(name.body.as_slice())).then(|| self.replayed(&entry))
    }

    /// The news of a request that was taken before: by this process, by one before it, or by
    /// another gateway.
    fn replayed(&self, entry: &Entry) -> Asked {
        let id = entry.id;
        let news = self.office.listen(id).unwrap_or_else(|| {
            let news = news_of(entry);
            let is_over = matches!(news, News::Over(_));
            let (sender, receiver) = watch::channel(news);
            if !is_over {
                tokio::spawn(tell_from_store(self.office.store.clone(), id, sender));
            }
            receiver
        });
        Asked { id, replayed: true, news }
    }

    /// All domains, at most some seconds old.
    ///
    /// # Errors
    /// [`Trouble::NodeAway`] if they have never been read.
    pub async fn domains(&self) -> Result<Vec<Domain>, Trouble> {
        Ok(self.catalogue.domains(&self.office.node).await?.to_vec())
    }

    /// All members of a domain, at most some seconds old.
    ///
    /// # Errors
    /// [`Trouble::Refused`] if there is no such domain; [`Trouble::NodeAway`].
    pub async fn members(&self, domain: DomainId) -> Result<Vec<Member>, Trouble> {
        Ok(self.catalogue.members(&self.office.node, domain).await?.to_vec())
    }

    /// The chain's rules, at most a minute old.
    ///
    /// # Errors
    /// None today: they are read when the desk opens.
    pub async fn constants(&self) -> Result<Constants, Trouble> {
        Ok(self.office.constants())
    }

    /// All about a round that is over, as of the best block.
    ///
    /// # Errors
    /// [`Trouble::NoSuchRound`]; [`Trouble::Refused`] if it is still running;
    /// [`Trouble::NodeAway`].
    pub async fn round(&self, id: RoundId) -> Result<RoundReport, Trouble> {
        let chain = self.office.node.chain()?;
        let block: BlockId = chain.best_block().await?;
        let round = chain.round(id, block.hash).await?.ok_or(Trouble::NoSuchRound(id))?;
        if !is_over(&round) {
            return Err(Failure::NotOver(id).into());
        }
        let ended = Ended { round, block, seen: Instant::now() };
        Ok(gather(&chain, &ended, None).await?)
    }

    /// How things stand, for health checks and metrics.
    pub fn state(&self) -> State {
        self.office.state()
    }

    /// No new orders; wait until all are over, or `patience` has passed. What is not over then is
    /// taken up by the next process.
    pub async fn close(&self, patience: Duration) {
        self.office.begin_closing();
        let start = Instant::now();
        while self.office.unfinished() > 0 && start.elapsed() < patience {
            tokio::time::sleep(CLOSING_PAUSE).await;
        }
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
        }
        if let Err(failure) = self.office.store.end_serving(self.office.gateway).await {
            tracing::warn!("cannot give the lease back: {failure}");
        }
        self.office.store.close().await;
    }
}

/// News of a request that is over already.
fn closed() -> watch::Receiver<News> {
    let reason = "the request ended at once".into();
    let over = News::Over(Arc::new(Outcome::Failed(Trouble::Store { reason })));
    watch::channel(over).1
}
