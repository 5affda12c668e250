//! Blocks as their headers tell of them: in which slot, and by which validator.

use std::time::{Duration, Instant};
use subxt::{
    config::RpcConfigFor,
    dynamic,
    ext::scale_decode::DecodeAsType,
    rpcs::{LegacyRpcMethods, RpcClient},
    PolkadotConfig,
};
use waggle_cli::chain::{BlockHash, Chain};
use waggle_network::babe::Claim;

/// A block's number, slot and author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its number.
    pub(crate) number: u32,
    /// Its slot.
    pub(crate) slot: u64,
    /// The number of its author among the authorities, from 0.
    pub(crate) author: u32,
}

/// A connection to a node that reads headers.
pub(crate) struct Node {
    /// What clients read.
    pub(crate) chain: Chain,
    methods: LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>,
}

impl Node {
    /// Connect to the node at `url`.
    pub(crate) async fn connect(url: &str) -> Self {
        let methods = LegacyRpcMethods::new(RpcClient::from_insecure_url(url).await.unwrap());
        Self { chain: Chain::connect(url).await.unwrap(), methods }
    }

    /// Number of the best block.
    pub(crate) async fn best(&self) -> u32 {
        self.chain.best_block().await.unwrap().number
    }

    /// Number of the last finalised block.
    pub(crate) async fn finalised(&self) -> u32 {
        self.chain.finalised_number().await.unwrap()
    }

    /// The hash of block `number` of the best chain.
    pub(crate) async fn hash(&self, number: u32) -> Option<BlockHash> {
        self.chain.block_hash(number).await.unwrap()
    }

    /// Block `number` of the best chain.
    pub(crate) async fn made(&self, number: u32) -> Made {
        let hash = self.hash(number).await.expect("the block is there");
        let header =
            self.methods.chain_get_header(Some(hash)).await.unwrap().expect("its header is there");
        let Claim { slot, author } = Claim::of(&header.digest.logs).expect("blocks are BABE's");
        Made { number, slot, author }
    }

    /// The best block.
    pub(crate) async fn newest(&self) -> Made {
        self.made(self.best().await).await
    }

    /// The storage value `item` of `pallet` in the best block. `None` if it is not set.
    pub(crate) async fn value<T: DecodeAsType>(&self, pallet: &str, item: &str) -> Option<T> {
        let best = self.chain.best_block().await.unwrap();
        let at = self.chain.client().at_block(best.hash).await.unwrap();
        let value =
            at.storage().try_fetch(dynamic::storage::<(), T>(pallet, item), ()).await.unwrap()?;
        Some(value.decode().expect("the value is of this type"))
    }

    /// Wait until `condition` holds of the best and the finalised block's number. Panics after
    /// `deadline`.
    pub(crate) async fn until(
        &self,
        what: &str,
        deadline: Duration,
        condition: impl Fn(u32, u32) -> bool,
    ) {
        let start = Instant::now();
        loop {
            let (best, finalised) = (self.best().await, self.finalised().await);
            if condition(best, finalised) {
                return;
            }
            assert!(
                start.elapsed() < deadline,
                "{what}: best {best}, finalised {finalised} after {deadline:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
