//! The one connection to the node, and the one subscription to its best blocks, for everything that
//! the desk does. It is made again when the node goes away.
//!
//! With the blocks comes what signing needs to know of the chain, so that an order does not wait
//! for it.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::watch;
use waggle_client::{
    chain::{BlockHash, BlockId, Chain},
    signed::Footing,
    Failure,
};

/// How long to wait for the next block before the connection counts as broken.
const BLOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause before each try to connect.
const RECONNECT_PAUSE: Duration = Duration::from_millis(500);
/// How old the footing is when the next best block renews it.
const FOOTING_RENEWED: Duration = Duration::from_secs(1);
/// How old it may be when something is signed for it: so much shorter a transaction lives.
const FOOTING_USED: Duration = Duration::from_secs(10);
/// How long blocks are held up at most by reading it.
const FOOTING_TIMEOUT: Duration = Duration::from_secs(2);

/// A best block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The block.
    pub(crate) block: BlockId,
    /// How often a best block did not follow the one before it, until this one: blocks may have
    /// been given up.
    pub(crate) breaks: u64,
}

impl Head {
    /// The head after `last`, with this parent.
    fn after(last: Option<Self>, block: BlockId, parent: BlockHash) -> Self {
        let follows = |last: Self| last.block.hash == parent || last.block.hash == block.hash;
        let breaks = last.map_or(0, |last| last.breaks.wrapping_add((!follows(last)).into()));
        Self { block, breaks }
    }
}

/// The node. Clones share the connection.
#[derive(Clone)]
pub(crate) struct Node {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    chain: RwLock<Option<Chain>>,
    head: watch::Sender<Option<Head>>,
    footing: RwLock<Option<(Footing, Instant)>>,
}

impl Node {
    /// Connect. [`Node::keep`] has to run for blocks to come.
    pub(crate) async fn connect(url: &str) -> Result<Self, Failure> {
        let chain = Chain::connect(url).await?;
        let (head, _) = watch::channel(None);
        let chain = RwLock::new(Some(chain));
        let (url, footing) = (url.to_owned(), RwLock::default());
        Ok(Self { shared: Arc::new(Shared { url, chain, head, footing }) })
    }

    /// The connection, if there is one.
    pub(crate) fn chain(&self) -> Result<Chain, Failure> {
        let chain = self.shared.chain.read().unwrap_or_else(PoisonError::into_inner);
        chain.clone().ok_or_else(|| Failure::NoNode {
            url: self.shared.url.clone(),
            reason: "the connection was lost, and is being made again".into(),
        })
    }

    /// Whether there is a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.shared.chain.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The best blocks, from the last one on. One that is followed by another at once may be left
    /// out.
    pub(crate) fn heads(&self) -> watch::Receiver<Option<Head>> {
        self.shared.head.subscribe()
    }

    /// The last best block that was seen.
    pub(crate) fn head(&self) -> Option<Head> {
        *self.shared.head.borrow()
    }

    /// What to sign for: of one of the last blocks, or else as the node says now.
    pub(crate) async fn footing(&self) -> Result<Footing, Failure> {
        match self.kept_footing(FOOTING_USED) {
            Some(footing) => Ok(footing),
            None => Footing::read(&self.chain()?).await,
        }
    }

    /// The node refused what was signed: perhaps its runtime is another one by now.
    pub(crate) fn forget_footing(&self) {
        self.keep_footing(None);
    }

    fn kept_footing(&self, younger_than: Duration) -> Option<Footing> {
        let kept = self.shared.footing.read().unwrap_or_else(PoisonError::into_inner);
        let (footing, since) = kept.as_ref()?;
        (since.elapsed() < younger_than).then(|| footing.clone())
    }

    fn keep_footing(&self, footing: Option<Footing>) {
        let footing = footing.map(|footing| (footing, Instant::now()));
        *self.shared.footing.write().unwrap_or_else(PoisonError::into_inner) = footing;
    }

    async fn renew_footing(&self, chain: &Chain, best: BlockId) {
        match tokio::time::timeout(FOOTING_TIMEOUT, Footing::at(chain, best)).await {
            Ok(Ok(footing)) => self.keep_footing(Some(footing)),
            // The old one serves until it is too old.
            Ok(Err(failure)) => tracing::debug!("no footing: {}", failure.one_line()),
            Err(_) => tracing::debug!("no footing in time"),
        }
    }

    /// Keep the connection, and tell of each best block. Never ends.
    pub(crate) async fn keep(self) {
        loop {
            if let Ok(chain) = self.chain() {
                let failure = self.tell_blocks(&chain).await;
                tracing::warn!("lost the node: {}", failure.one_line());
                self.set(None);
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
            match Chain::connect(&self.shared.url).await {
                Ok(chain) => self.set(Some(chain)),
                Err(failure) => tracing::debug!("no node yet: {}", failure.one_line()),
            }
        }
    }

    fn set(&self, chain: Option<Chain>) {
        *self.shared.chain.write().unwrap_or_else(PoisonError::into_inner) = chain;
        // The next node may be on another chain.
        self.forget_footing();
    }

    /// Tell of best blocks until the connection breaks; gives how it did.
    async fn tell_blocks(&self, chain: &Chain) -> Failure {
        let mut blocks = match chain.client().stream_best_blocks().await {
            Ok(blocks) => blocks,
            Err(error) => return chain.failed(error),
        };
        loop {
            let next = match tokio::time::timeout(BLOCK_TIMEOUT, blocks.next()).await {
                Ok(Some(Ok(next))) => next,
                Ok(Some(Err(error))) => return chain.failed(error),
                Ok(None) => {
                    return Failure::Node {
                        url: self.shared.url.clone(),
                        reason: "the connection was closed".into(),
                    }
                }
                Err(_) => return Failure::NoBlocks(BLOCK_TIMEOUT.as_secs()),
            };
            let block = BlockId { number: next.number() as u32, hash: next.hash() };
            let head = Head::after(self.head(), block, next.header().parent_hash);
            self.shared.head.send_replace(Some(head));
            if self.kept_footing(FOOTING_RENEWED).is_none() {
                self.renew_footing(chain, block).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_should_count_a_break_when_one_does_not_follow_the_one_before() {
        let hash = |byte: u8| BlockHash::from([byte; 32]);
        let block = |number: u8| BlockId { number: number.into(), hash: hash(number) };
        let first = Head::after(None, block(1), hash(0));
        let second = Head::after(Some(first), block(2), hash(1));
        let again = Head::after(Some(second), block(2), hash(1));
        assert_eq!([first.breaks, second.breaks, again.breaks], [0, 0, 0]);
        let other = Head::after(Some(again), block(4), hash(3));
        assert_eq!((other.block, other.breaks), (block(4), 1));
        assert_eq!(Head::after(Some(other), block(5), hash(4)).breaks, 1);
    }
}
