//! What the state holds, counted by pallet and storage item.

use crate::mock::*;
use frame_support::traits::StorageInfoTrait;
use std::collections::BTreeMap;

/// How much of the state something takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// Keys.
    pub(crate) keys: usize,
    /// Bytes of keys and values.
    pub(crate) bytes: usize,
}

/// The pallets of the mock, by name.
const PALLETS: [&str; 8] =
    ["System", "Balances", "Agents", "Domains", "Tickets", "Ratings", "Rounds", "Examinations"];

/// All keys and values of the state.
pub(crate) fn state() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    let mut last = Vec::new();
    while let Some(key) = sp_io::storage::next_key(&last) {
        let value = sp_io::storage::get(&key).expect("a listed key has a value").to_vec();
        pairs.push((key.clone(), value));
        last = key;
    }
    pairs
}

/// The size of each storage item that is not empty, by pallet and item. Keys of no pallet stand
/// under their own name.
pub(crate) fn census() -> BTreeMap<(String, String), Size> {
    let mut items: Vec<(Vec<u8>, (String, String))> = AllPalletsWithSystem::storage_info()
        .into_iter()
        .map(|info| (info.prefix, names(&info.pallet_name, &info.storage_name)))
        .collect();
    for pallet in PALLETS {
        let item = ":__STORAGE_VERSION__:";
        let prefix = frame_support::storage::storage_prefix(pallet.as_bytes(), item.as_bytes());
        items.push((prefix.to_vec(), (pallet.into(), item.into())));
    }
    let mut census = BTreeMap::<_, Size>::new();
    for (key, value) in state() {
        let item = items
            .iter()
            .find(|(prefix, _)| key.starts_with(prefix))
            .map(|(_, names)| names.clone());
        let size = census.entry(item.unwrap_or_else(|| names(b"", &key))).or_default();
        size.keys += 1;
        size.bytes += key.len() + value.len();
    }
    census
}

fn names(pallet: &[u8], item: &[u8]) -> (String, String) {
    (String::from_utf8_lossy(pallet).into(), String::from_utf8_lossy(item).into())
}
