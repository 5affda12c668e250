//! Notices validators that make two different blocks in one slot, and reports them to the runtime.
//!
//! BABE's own block import means to do that, but since polkadot-sdk's pull request 9147 it looks at
//! headers whose seal, the author's signature, has been taken off. Its reports prove nothing: the
//! runtime drops them. Here the same is done with whole headers. [`EquivocationWatch`] stands
//! around BABE's import, so it sees blocks that the verifier has found to be signed by their
//! author, of the network and of this node alike.
//!
//! What an attacker can grow: one header for each slot and validator, of the newest `SLOTS`
//! slots; a second one is reported and forgotten.
//!
//! Out of scope: votes, which GRANDPA reports; and what a report does, which is the runtime's
//! affair.

use crate::types::Block;
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{BabeApi, EquivocationProof, Slot};
use sp_runtime::traits::Header as _;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use waggle_runtime::Header;

/// For how many slots headers are remembered: as many as BABE itself does.
const SLOTS: u64 = 1_000;

/// A block import that reports validators that make two blocks in one slot.
pub struct EquivocationWatch<I, C> {
    inner: I,
    client: Arc<C>,
    pool: OffchainTransactionPoolFactory<Block>,
    seen: Arc<Mutex<Seen>>,
}

impl<I: Clone, C> Clone for EquivocationWatch<I, C> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            client: self.client.clone(),
            pool: self.pool.clone(),
            seen: self.seen.clone(),
        }
    }
}

/// The first header of each slot and author that this node has seen.
#[derive(Default)]
struct Seen(BTreeMap<(u64, u32), Header>);

/// Two different headers of one author in one slot.
#[derive(Debug, PartialEq, Eq)]
struct Pair {
    slot: u64,
    /// The author's index among the authorities of the epoch.
    author: u32,
    first: Header,
    second: Header,
}

impl Seen {
    /// Remember `header`, with its seal. Returns it with the one that was there before it, if they
    /// differ.
    fn note(&mut self, header: Header) -> Option<Pair> {
        let pre_digest = sc_consensus_babe::find_pre_digest::<Block>(&header).ok()?;
        let (slot, author) = (*pre_digest.slot(), pre_digest.authority_index());
        // Newest first, so that whoever sends old blocks drives nothing out.
        let newest = self.0.last_key_value().map_or(slot, |(&(newest, _), _)| newest.max(slot));
        let oldest = newest.saturating_sub(SLOTS);
        self.0 = self.0.split_off(&(oldest, 0));
        if slot < oldest {
            return None;
        }
        let first = self.0.entry((slot, author)).or_insert_with(|| header.clone());
        (first.hash() != header.hash()).then(|| Pair {
            slot,
            author,
            first: first.clone(),
            second: header,
        })
    }
}

impl<I, C> EquivocationWatch<I, C>
where
    C: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
    C::Api: BabeApi<Block>,
{
    /// Watch what `inner` imports, and put reports into the pool of `pool`.
    pub fn new(inner: I, client: Arc<C>, pool: OffchainTransactionPoolFactory<Block>) -> Self {
        Self { inner, client, pool, seen: Default::default() }
    }

    /// Report `pair`. Returns whether there was anybody to report.
    fn report(&self, pair: Pair) -> Result<bool, sp_api::ApiError> {
        let (slot, parent, best) =
            (Slot::from(pair.slot), *pair.second.parent_hash(), self.client.info().best_hash);
        let api = self.client.runtime_api();
        let running = api.current_epoch(parent)?;
        // The first block of an epoch has a parent in the one before.
        let ended = *slot >= *running.start_slot + running.duration;
        let epoch = if ended { api.next_epoch(parent)? } else { running };
        let Some((offender, _)) = epoch.authorities.get(pair.author as usize).cloned() else {
            return Ok(false);
        };
        let owner = match api.generate_key_ownership_proof(parent, slot, offender.clone())? {
            Some(owner) => owner,
            None => match api.generate_key_ownership_proof(best, slot, offender.clone())? {
                Some(owner) => owner,
                None => return Ok(false),
            },
        };
        log::warn!("🐝 A validator has made two blocks in slot {slot}: {offender:?} is reported");
        let mut api = self.client.runtime_api();
        api.register_extension(self.pool.offchain_transaction_pool(best));
        let evidence = EquivocationProof {
            offender,
            slot,
            first_header: pair.first,
            second_header: pair.second,
        };
        api.submit_report_equivocation_unsigned_extrinsic(best, evidence, owner)
            .map(|submitted| submitted.is_some())
    }
}

#[async_trait::async_trait]
impl<I, C> BlockImport<Block> for EquivocationWatch<I, C>
where
    I: BlockImport<Block> + Send + Sync,
    C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync,
    C::Api: BabeApi<Block>,
{
    type Error = I::Error;

    async fn check_block(
        &self,
        block: BlockCheckParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        self.inner.check_block(block).await
    }

    async fn import_block(
        &self,
        block: BlockImportParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        // What a node hears of while it catches up is mostly too old to be reported, and was by
        // others.
        let watched = block.origin != BlockOrigin::NetworkInitialSync && !block.with_state();
        let header = watched.then(|| block.post_header());
        let result = self.inner.import_block(block).await?;
        if let (ImportResult::Imported(_), Some(header)) = (&result, header) {
            let pair = self.seen.lock().unwrap_or_else(PoisonError::into_inner).note(header);
            match pair.map(|pair| self.report(pair)) {
                None | Some(Ok(true)) => {}
                Some(Ok(false)) => {
                    log::warn!("🐝 A report of two blocks in one slot was not taken: see above")
                }
                Some(Err(error)) => {
                    log::warn!("🐝 Two blocks in one slot could not be reported: {error}")
                }
            }
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
    use sp_runtime::{Digest, DigestItem};
    use waggle_runtime::Hash;

    fn header(slot: u64, author: u32, state: u8) -> Header {
        let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: author,
            slot: slot.into(),
        });
        let digest = Digest { logs: vec![DigestItem::babe_pre_digest(pre_digest)] };
        Header::new(1, Hash::zero(), Hash::repeat_byte(state), Hash::zero(), digest)
    }

    #[test]
    fn a_pair_should_be_noticed_when_slot_and_author_are_the_same() {
        let mut seen = Seen::default();
        assert_eq!(seen.note(header(7, 1, 1)), None);
        assert_eq!(seen.note(header(7, 2, 2)), None, "another author");
        assert_eq!(seen.note(header(8, 1, 2)), None, "another slot");
        assert_eq!(seen.note(header(7, 1, 1)), None, "the same block");
        let pair = Pair { slot: 7, author: 1, first: header(7, 1, 1), second: header(7, 1, 3) };
        assert_eq!(seen.note(header(7, 1, 3)), Some(pair));
    }

    #[test]
    fn old_slots_should_be_forgotten() {
        let mut seen = Seen::default();
        for slot in 1..=3 * SLOTS {
            assert_eq!(seen.note(header(slot, 0, 1)), None);
        }
        assert_eq!(seen.0.len() as u64, SLOTS + 1);
        assert_eq!(seen.note(header(5, 0, 2)), None, "too old to be looked at");
        assert_eq!(seen.0.len() as u64, SLOTS + 1);
        assert!(seen.note(header(2 * SLOTS, 0, 2)).is_some());
    }

    #[test]
    fn headers_without_a_slot_should_be_let_alone() {
        let bare = Header::new(1, Hash::zero(), Hash::zero(), Hash::zero(), Digest::default());
        assert_eq!(Seen::default().note(bare), None);
    }
}
