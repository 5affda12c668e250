//! Slots: places in persistent offchain storage, each with the last few entries of its kind.
//!
//! What was kept first stays: of two runs that bring different entries for the same purpose, the
//! first one wins, and the other is told what that one kept.

use alloc::{boxed::Box, vec::Vec};
use codec::Codec;
use sp_runtime::offchain::storage::{MutateStorageError, StorageRetrievalError, StorageValueRef};

/// How often a slot is written again that another run has changed meanwhile.
const ATTEMPTS: u32 = 8;

/// The newest entry in the slot at `key` that `serves`.
pub fn find<E: Codec>(key: &[u8], serves: impl Fn(&E) -> bool) -> Option<E> {
    let entries = StorageValueRef::persistent(key).get::<Vec<E>>().ok().flatten();
    entries.unwrap_or_default().into_iter().find(serves)
}

/// Keep this entry in the slot at `key`, unless there is one already that `serves`; the oldest goes
/// if there are more than `most`. Returns the one that is kept. `None` if nothing could be written.
pub fn keep_first<E: Codec + Clone>(
    key: &[u8],
    entry: E,
    most: usize,
    serves: impl Fn(&E) -> bool,
) -> Option<E> {
    for _ in 0..ATTEMPTS {
        let written =
            StorageValueRef::persistent(key).mutate(|entries| with(entries, &entry, most, &serves));
        match written {
            Ok(_) => return Some(entry),
            Err(MutateStorageError::ValueFunctionFailed(earlier)) => return Some(*earlier),
            Err(MutateStorageError::ConcurrentModification(_)) => {}
        }
    }
    None
}

/// The entries of a slot with another one in front. Errors: the one that serves already.
fn with<E: Clone>(
    entries: Result<Option<Vec<E>>, StorageRetrievalError>,
    entry: &E,
    most: usize,
    serves: impl Fn(&E) -> bool,
) -> Result<Vec<E>, Box<E>> {
    // Bytes that are no entries are none of ours.
    let entries = entries.ok().flatten().unwrap_or_default();
    if let Some(earlier) = entries.iter().find(|earlier| serves(earlier)) {
        return Err(Box::new(earlier.clone()));
    }
    Ok(core::iter::once(entry.clone()).chain(entries).take(most).collect())
}
