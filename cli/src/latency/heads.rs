//! When a client of a node learns that blocks are best and that they are final.

use crate::Failure;
use codec::Decode;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use subxt::{
    config::{substrate::DigestItem, RpcConfigFor},
    rpcs::{LegacyRpcMethods, RpcClient},
    PolkadotConfig,
};
use tokio::{sync::watch, task::JoinHandle};

type Methods = LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>;

/// A block that became best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// When, in milliseconds since the Unix epoch.
    pub at: f64,
    /// Its slot.
    pub slot: u64,
}

/// What has been learnt so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// By number, the first block that was best there.
    pub best: BTreeMap<u32, Best>,
    /// By number, when a block of that number or a later one was final, in milliseconds since the
    /// Unix epoch.
    pub finalised: BTreeMap<u32, f64>,
    /// How far final blocks were behind best ones whenever one became final, in blocks.
    pub behind_blocks: Vec<f64>,
    /// How often another block took the place of one that was best.
    pub reorgs: u32,
}

impl Seen {
    /// When block `number` was final.
    pub fn final_at(&self, number: u32) -> Option<f64> {
        self.finalised.range(number..).next().map(|(_, at)| *at)
    }

    /// Number of the last final block.
    pub fn last_final(&self) -> u32 {
        self.finalised.last_key_value().map(|(number, _)| *number).unwrap_or_default()
    }

    /// Number of the best block.
    pub fn newest(&self) -> u32 {
        self.best.last_key_value().map(|(number, _)| *number).unwrap_or_default()
    }
}

/// Subscriptions to the heads of one node.
pub struct Heads {
    methods: Methods,
    seen: Arc<Mutex<Seen>>,
    news: watch::Receiver<u32>,
    tasks: [JoinHandle<()>; 2],
}

impl Heads {
    /// Watch the node at `url`.
    pub async fn watch(url: &str) -> Result<Self, Failure> {
        let failed = |error: subxt::rpcs::Error| Failure::Node {
            url: url.to_owned(),
            reason: error.to_string(),
        };
        let methods = Methods::new(RpcClient::from_insecure_url(url).await.map_err(failed)?);
        let mut best = methods.chain_subscribe_new_heads().await.map_err(failed)?;
        let mut finalised = methods.chain_subscribe_finalized_heads().await.map_err(failed)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (tell, news) = watch::channel(0);
        let tell = Arc::new(tell);
        let (by_best, by_final, told) = (seen.clone(), seen.clone(), tell.clone());
        let follow_best = tokio::spawn(async move {
            while let Some(Ok(header)) = best.next().await {
                let (number, slot, at) =
                    (header.number as u32, slot_of(&header.digest.logs), now());
                let mut seen = lock(&by_best);
                if seen.best.contains_key(&number) {
                    seen.reorgs += 1;
                } else {
                    seen.best.insert(number, Best { at, slot });
                }
                drop(seen);
                told.send_replace(number);
            }
        });
        let follow_final = tokio::spawn(async move {
            while let Some(Ok(header)) = finalised.next().await {
                let (number, at) = (header.number as u32, now());
                let mut seen = lock(&by_final);
                let behind = seen.newest().saturating_sub(number);
                seen.behind_blocks.push(behind.into());
                seen.finalised.entry(number).or_insert(at);
                drop(seen);
                tell.send_modify(|_| {});
            }
        });
        Ok(Self { methods, seen, news, tasks: [follow_best, follow_final] })
    }

    /// What has been learnt so far.
    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    /// A receiver that is told of every new head.
    pub fn news(&self) -> watch::Receiver<u32> {
        self.news.clone()
    }

    /// Extrinsics other than the author's own in the blocks `from` to `to` of the best chain, and
    /// their bytes.
    pub async fn extrinsics(&self, from: u32, to: u32) -> Result<(usize, usize), Failure> {
        let failed = |error: subxt::rpcs::Error| Failure::Node {
            url: String::new(),
            reason: error.to_string(),
        };
        let (mut count, mut bytes) = (0, 0);
        for number in from..=to {
            let hash =
                self.methods.chain_get_block_hash(Some(number.into())).await.map_err(failed)?;
            let Some(details) = self.methods.chain_get_block(hash).await.map_err(failed)? else {
                continue;
            };
            for extrinsic in details.block.extrinsics.iter().filter(|extrinsic| !is_bare(extrinsic))
            {
                count += 1;
                bytes += extrinsic.len();
            }
        }
        Ok((count, bytes))
    }
}

impl Drop for Heads {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Milliseconds since the Unix epoch.
pub fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|time| time.as_secs_f64() * 1000.0)
        .unwrap_or_default()
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The slot in BABE's digest; 0 without one.
fn slot_of(logs: &[DigestItem]) -> u64 {
    let pre_digest = logs.iter().find_map(|item| match item {
        DigestItem::PreRuntime(engine, data) if engine == b"BABE" => Some(data),
        _ => None,
    });
    // The kind of the slot, the author's place and the slot; a VRF signature follows.
    pre_digest
        .and_then(|data| <(u8, u32, u64)>::decode(&mut &data[..]).ok())
        .map(|(_, _, slot)| slot)
        .unwrap_or_default()
}

/// Whether an extrinsic is an inherent: neither signed nor with extensions. Its first bytes are its
/// length, then its kind in the two highest bits.
fn is_bare(extrinsic: &[u8]) -> bool {
    let mut rest = extrinsic;
    codec::Compact::<u32>::decode(&mut rest).is_ok()
        && rest.first().is_some_and(|kind| kind >> 6 == 0)
}
