//! The one connection to the node, and the one subscription to its best blocks, for everything that
//! the desk does. It is made again when the node goes away.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::watch;
use waggle_client::{
    chain::{BlockHash, BlockId, Chain},
    Failure,
};

/// How long to wait for the next block before the connection counts as broken.
const BLOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause before each try to connect.
const RECONNECT_PAUSE: Duration = Duration::from_millis(500);

/// A best block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The block.
    pub(crate) block: BlockId,
    /// The hash of the one before it.
    pub(crate) parent: BlockHash,
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
}

impl Node {
    /// Connect. [`Node::keep`] has to run for blocks to come.
    pub(crate) async fn connect(url: &str) -> Result<Self, Failure> {
        let chain = Chain::connect(url).await?;
        let (head, _) = watch::channel(None);
        let chain = RwLock::new(Some(chain));
        Ok(Self { shared: Arc::new(Shared { url: url.to_owned(), chain, head }) })
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
            let head = Head { block, parent: next.header().parent_hash };
            self.shared.head.send_replace(Some(head));
        }
    }
}
