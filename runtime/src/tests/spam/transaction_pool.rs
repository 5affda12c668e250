//! A transaction pool and a block's author, as the node has them, around the real runtime.
//!
//! The rules are those of `sc-transaction-pool` 48 and `sc-basic-authorship` 0.57, which need a
//! running client and so are rebuilt here: a transaction must be valid for the next block; what
//! provides a tag that the pool has replaces the others only if its priority is above the sum of
//! theirs; a full pool drops the lowest priority, and of equals the oldest; the author takes the
//! highest priority, then the earliest end of validity, then the oldest, and lets what requires a
//! tag wait for what provides it; a transaction that does not fit is skipped, and after
//! [`MOST_SKIPPED`] of them the block is full. What is valid, what it weighs and whether it fits is
//! the runtime's own word.
//!
//! Left out: time. A real author stops also by the clock; a slow network delivers late.

use crate::{tests::chain::Chain, Hash, RuntimeEvent, UncheckedExtrinsic};
use codec::Encode;
use sp_io::hashing::blake2_256;
use sp_runtime::transaction_validity::{TransactionValidityError, ValidTransaction};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashSet},
};

/// The node's limits of the pool: `--pool-limit` transactions and `--pool-kbytes`.
const LIMIT: (usize, usize) = (8_192, 20 * 1024 * 1024);
/// Transactions that do not fit before the author stops trying.
const MOST_SKIPPED: u32 = 8;
/// Longest body of a block that the author makes, in bytes.
const BODY_LIMIT: usize = 4 * 1024 * 1024 + 512;

/// Why the pool does not take a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// The runtime refuses it.
    Invalid(TransactionValidityError),
    /// It is there already.
    AlreadyImported,
    /// It would have to replace something of the same or a higher priority.
    TooLowPriority,
    /// The pool is full of what is more important.
    ImmediatelyDropped,
}

/// A transaction in the pool.
#[derive(Clone)]
struct Pooled {
    transaction: UncheckedExtrinsic,
    hash: Hash,
    bytes: usize,
    validity: ValidTransaction,
    valid_till: u64,
    arrival: u64,
}

impl Pooled {
    /// What the author sorts by, the best first.
    fn order(&self) -> (Reverse<u64>, u64, u64) {
        (Reverse(self.validity.priority), self.valid_till, self.arrival)
    }
}

/// What became of the pool in one block.
#[derive(Default)]
pub(crate) struct Made {
    /// What is in the block, in order.
    pub(crate) included: Vec<UncheckedExtrinsic>,
    /// What happened.
    pub(crate) events: Vec<RuntimeEvent>,
    /// Transactions that were valid when they came and that the author found invalid.
    pub(crate) found_invalid: u32,
}

/// The transactions of a node that are ready or wait for a tag.
#[derive(Default)]
pub(crate) struct Pool {
    ready: BTreeMap<Hash, Pooled>,
    provided: BTreeMap<Vec<u8>, Hash>,
    arrivals: u64,
    bytes: usize,
}

impl Pool {
    /// How many transactions it holds.
    pub(crate) fn len(&self) -> usize {
        self.ready.len()
    }

    /// How many bytes they have.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it holds `transaction`.
    pub(crate) fn holds(&self, transaction: &UncheckedExtrinsic) -> bool {
        self.ready.contains_key(&hash_of(transaction))
    }

    /// A transaction comes in, from a user or from the network.
    pub(crate) fn submit(
        &mut self,
        chain: &mut Chain,
        transaction: UncheckedExtrinsic,
    ) -> Result<(), NotTaken> {
        let hash = hash_of(&transaction);
        if self.ready.contains_key(&hash) {
            return Err(NotTaken::AlreadyImported);
        }
        let validity = chain.validate(transaction.clone()).map_err(NotTaken::Invalid)?;
        let replaced: HashSet<Hash> =
            validity.provides.iter().filter_map(|tag| self.provided.get(tag).copied()).collect();
        let standing = replaced
            .iter()
            .filter_map(|hash| self.ready.get(hash))
            .fold(0u64, |sum, pooled| sum.saturating_add(pooled.validity.priority));
        if !replaced.is_empty() && standing >= validity.priority {
            return Err(NotTaken::TooLowPriority);
        }
        for hash in replaced {
            self.remove(&hash);
        }
        let bytes = transaction.encoded_size();
        let valid_till = u64::from(chain.height()).saturating_add(validity.longevity);
        self.arrivals += 1;
        for tag in &validity.provides {
            self.provided.insert(tag.clone(), hash);
        }
        self.bytes += bytes;
        self.ready.insert(
            hash,
            Pooled { transaction, hash, bytes, validity, valid_till, arrival: self.arrivals },
        );
        self.enforce_limits();
        if self.ready.contains_key(&hash) {
            Ok(())
        } else {
            Err(NotTaken::ImmediatelyDropped)
        }
    }

    /// Make the next block, then forget what is in it and what is no longer valid after it.
    pub(crate) fn make_block(&mut self, chain: &mut Chain) -> Made {
        let (mut made, events) = chain.compose(|push| self.fill(push));
        made.events = events;
        for transaction in &made.included {
            self.remove(&hash_of(transaction));
        }
        self.revalidate(chain);
        made
    }

    fn fill(
        &mut self,
        push: &mut dyn FnMut(UncheckedExtrinsic) -> sp_runtime::ApplyExtrinsicResult,
    ) -> Made {
        let mut made = Made::default();
        let mut satisfied = BTreeSet::<Vec<u8>>::new();
        let mut waiting: BTreeMap<_, Hash> =
            self.ready.values().map(|pooled| (pooled.order(), pooled.hash)).collect();
        let (mut skipped, mut length) = (0, 0);
        loop {
            let next = waiting
                .iter()
                .find(|(_, hash)| {
                    self.ready[*hash].validity.requires.iter().all(|tag| satisfied.contains(tag))
                })
                .map(|(order, hash)| (*order, *hash));
            let Some((order, hash)) = next else { break };
            waiting.remove(&order);
            let pooled = self.ready[&hash].clone();
            let fits = length + pooled.bytes <= BODY_LIMIT;
            let outcome = fits.then(|| push(pooled.transaction.clone()));
            match outcome {
                Some(Ok(_)) => {
                    length += pooled.bytes;
                    satisfied.extend(pooled.validity.provides);
                    made.included.push(pooled.transaction);
                }
                Some(Err(refusal)) if !refusal.exhausted_resources() => {
                    made.found_invalid += 1;
                    self.remove(&hash);
                }
                _ => {
                    skipped += 1;
                    if skipped > MOST_SKIPPED {
                        break;
                    }
                }
            }
        }
        made
    }

    fn revalidate(&mut self, chain: &mut Chain) {
        let hashes: Vec<Hash> = self.ready.keys().copied().collect();
        for hash in hashes {
            match chain.validate(self.ready[&hash].transaction.clone()) {
                Ok(validity) => {
                    if let Some(pooled) = self.ready.get_mut(&hash) {
                        pooled.validity = validity;
                    }
                }
                Err(_) => self.remove(&hash),
            }
        }
    }

    fn enforce_limits(&mut self) {
        while self.ready.len() > LIMIT.0 || self.bytes > LIMIT.1 {
            let worst =
                self.ready.values().min_by_key(|pooled| (pooled.validity.priority, pooled.arrival));
            let Some(hash) = worst.map(|pooled| pooled.hash) else { break };
            self.remove(&hash);
        }
    }

    fn remove(&mut self, hash: &Hash) {
        if let Some(pooled) = self.ready.remove(hash) {
            self.bytes -= pooled.bytes;
            for tag in &pooled.validity.provides {
                if self.provided.get(tag) == Some(hash) {
                    self.provided.remove(tag);
                }
            }
        }
    }
}

fn hash_of(transaction: &UncheckedExtrinsic) -> Hash {
    transaction.using_encoded(|bytes| Hash::from(blake2_256(bytes)))
}
