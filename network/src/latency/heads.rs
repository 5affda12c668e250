//! When a client of a node learns that blocks are best and that they are final.

use crate::{babe::Claim, Failure};
use codec::Decode;
use std::{
    collections::{btree_map::Entry, BTreeMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use subxt::{
    config::RpcConfigFor,
    rpcs::{LegacyRpcMethods, RpcClient},
    PolkadotConfig,
};
use tokio::{sync::watch, task::JoinHandle};

type Methods = LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>;

/// A block that became best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Best {
    /// When, in milliseconds since the Unix epoch.
    pub(super) at: f64,
    /// Its slot.
    pub(super) slot: u64,
}

/// What has been learnt so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// By number, the first block that was best there.
    pub(super) best: BTreeMap<u32, Best>,
    /// By number, when a block of that number or a later one was final, in milliseconds since the
    /// Unix epoch.
    pub(super) finalised: BTreeMap<u32, f64>,
    /// How far final blocks were behind best ones whenever one became final, in blocks.
    pub(super) behind_blocks: Vec<f64>,
    /// How often another block took the place of one that was best.
    pub(super) reorgs: u32,
}

impl Seen {
    /// When block `number` was final.
    pub(super) fn final_at(&self, number: u32) -> Option<f64> {
        self.finalised.range(number..).next().map(|(_, at)| *at)
    }

    /// Number of the last final block.
    pub(super) fn last_final(&self) -> u32 {
        self.finalised.last_key_value().map(|(number, _)| *number).unwrap_or_default()
    }

    /// Number of the best block.
    pub(super) fn newest(&self) -> u32 {
        self.best.last_key_value().map(|(number, _)| *number).unwrap_or_default()
    }
}

/// Subscriptions to the heads of one node.
pub(super) struct Heads {
    url: String,
    methods: Methods,
    seen: Arc<Mutex<Seen>>,
    news: watch::Receiver<u32>,
    tasks: [JoinHandle<()>; 2],
}

impl Heads {
    /// Watch the node at `url`.
    pub(super) async fn watch(url: &str) -> Result<Self, Failure> {
        let failed = failed_at(url);
        let methods = Methods::new(RpcClient::from_insecure_url(url).await.map_err(failed)?);
        let mut best = methods.chain_subscribe_new_heads().await.map_err(failed)?;
        let mut finalised = methods.chain_subscribe_finalized_heads().await.map_err(failed)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (tell, news) = watch::channel(0);
        let tell = Arc::new(tell);
        let (by_best, by_final, told) = (seen.clone(), seen.clone(), tell.clone());
        let follow_best = tokio::spawn(async move {
            while let Some(Ok(header)) = best.next().await {
                let (number, at) = (header.number as u32, now());
                let claim = Claim::of(&header.digest.logs);
                let slot = claim.map(|claim| claim.slot).unwrap_or_default();
                let mut guard = lock(&by_best);
                let seen = &mut *guard;
                match seen.best.entry(number) {
                    Entry::Vacant(first) => drop(first.insert(Best { at, slot })),
                    Entry::Occupied(_) => seen.reorgs += 1,
                }
                drop(guard);
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
        Ok(Self { url: url.to_owned(), methods, seen, news, tasks: [follow_best, follow_final] })
    }

    /// What has been learnt so far.
    pub(super) fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    /// A receiver that is told of every new head.
    pub(super) fn news(&self) -> watch::Receiver<u32> {
        self.news.clone()
    }

    /// Extrinsics other than the author's own in the blocks `from` to `to` of the best chain, and
    /// their bytes.
    pub(super) async fn extrinsics(&self, from: u32, to: u32) -> Result<(usize, usize), Failure> {
        let failed = failed_at(&self.url);
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

/// The node at `url` failed.
fn failed_at(url: &str) -> impl Fn(subxt::rpcs::Error) -> Failure + Copy + '_ {
    move |error| {
        let (url, reason) = (url.to_owned(), error.to_string());
        Failure::Client(waggle_client::Failure::Node { url, reason })
    }
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|time| time.as_secs_f64() * 1000.0)
        .unwrap_or_default()
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether an extrinsic is an inherent: neither signed nor with extensions. Its first bytes are its
/// length, then its kind in the two highest bits.
fn is_bare(extrinsic: &[u8]) -> bool {
    let mut rest = extrinsic;
    codec::Compact::<u32>::decode(&mut rest).is_ok()
        && rest.first().is_some_and(|kind| kind >> 6 == 0)
}
