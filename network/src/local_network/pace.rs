//! A preset's chain with slots of another length, for measuring.
//!
//! The length is written into the raw genesis, where nothing checks it: a node's own genesis
//! refuses slots that are too short to be kept up with, and how short that is can only be found out
//! by trying.

use super::{Binaries, Preset};
use crate::Failure;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where the runtime keeps the slot duration: XXH128 of `Slots` and of `SlotDurationMs`.
const SLOTS_KEY: &str = "0x6ac983d82528bf1595ab26438ae5b2cfaf6c403ea4522d801e9102777a400710";

/// Write the chain specification of `preset` with slots of `slot_ms`, an even number, into
/// `directory`.
pub(super) fn chain_with_slots(
    preset: Preset,
    slot_ms: u64,
    binaries: &Binaries,
    directory: &Path,
) -> Result<PathBuf, Failure> {
    let failed = |reason: String| Failure::Process(format!("chain specification: {reason}"));
    let mut command = Command::new(&binaries.node);
    command.args(["export-chain-spec", "--raw", "--chain", preset.name()]);
    let made = command.output().map_err(Failure::system("chain specification"))?;
    if !made.status.success() {
        return Err(failed(String::from_utf8_lossy(&made.stderr).into_owned()));
    }
    let mut spec: Value =
        serde_json::from_slice(&made.stdout).map_err(|error| failed(error.to_string()))?;
    let top = spec.pointer_mut("/genesis/raw/top").and_then(Value::as_object_mut);
    let top = top.ok_or_else(|| failed("there is no raw genesis in it".into()))?;
    let slots =
        top.get_mut(SLOTS_KEY).ok_or_else(|| failed("there is no slot duration in it".into()))?;
    *slots = format!("0x{}", hex::encode(slot_ms.to_le_bytes())).into();
    let path = directory.join("chain.json");
    std::fs::write(&path, spec.to_string()).map_err(Failure::system("chain specification"))?;
    Ok(path)
}
