//! Blocks as their headers tell of them, in which slot and by which validator, and what is in their
//! states: values, events, and what the runtime says.

use codec::{Decode, Encode};
use std::time::{Duration, Instant};
use subxt::{
    config::RpcConfigFor,
    dynamic,
    ext::scale_decode::{DecodeAsFields, DecodeAsType},
    rpcs::{client::RpcParams, LegacyRpcMethods, RpcClient},
    PolkadotConfig,
};
use waggle_client::chain::{BlockHash, Chain};
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
    rpc: RpcClient,
}

impl Node {
    /// Connect to the node at `url`.
    pub(crate) async fn connect(url: &str) -> Self {
        let rpc = RpcClient::from_insecure_url(url).await.unwrap();
        let methods = LegacyRpcMethods::new(rpc.clone());
        Self { chain: Chain::connect(url).await.unwrap(), methods, rpc }
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

    /// What `function` of the runtime's API says in the best block.
    pub(crate) async fn call<Reply: Decode>(
        &self,
        function: &str,
        arguments: impl Encode,
    ) -> Reply {
        let reply = self.methods.state_call(function, Some(&arguments.encode()), None).await;
        Reply::decode(&mut &reply.unwrap()[..]).expect("the reply is of this type")
    }

    /// What the node says to a request of its operator's.
    pub(crate) async fn request(&self, method: &str, parameters: RpcParams) -> serde_json::Value {
        self.rpc.request(method, parameters).await.unwrap()
    }

    /// The events of this name in a block.
    pub(crate) async fn events<E: DecodeAsFields>(
        &self,
        block: BlockHash,
        pallet: &str,
        name: &str,
    ) -> Vec<E> {
        let at = self.chain.client().at_block(block).await.unwrap();
        let all = at.events().fetch().await.unwrap();
        all.iter()
            .map(|event| event.expect("events are readable"))
            .filter(|event| event.pallet_name() == pallet && event.event_name() == name)
            .map(|event| event.decode_fields_unchecked_as().expect("the event is of this type"))
            .collect()
    }

    /// The events of this name from block `first` on, each with its block's number.
    pub(crate) async fn events_since<E: DecodeAsFields>(
        &self,
        first: u32,
        pallet: &str,
        name: &str,
    ) -> Vec<(u32, E)> {
        let mut all = Vec::new();
        for number in first..=self.best().await {
            let Some(hash) = self.hash(number).await else { break };
            let events = self.events(hash, pallet, name).await;
            all.extend(events.into_iter().map(|event| (number, event)));
        }
        all
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

    /// Wait until a block from `first` on is the work of `author`. Panics after `deadline`.
    pub(crate) async fn until_made_by(&self, author: u32, first: u32, deadline: Duration) {
        let (start, mut next) = (Instant::now(), first);
        loop {
            while next <= self.best().await {
                if self.made(next).await.author == author {
                    return;
                }
                next += 1;
            }
            assert!(
                start.elapsed() < deadline,
                "validator {author} makes no blocks from {first} to {next}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
