//! A preset's chain with another genesis: slots of another length, for measuring, or primary slots
//! that are mostly one validator's, for attacks that else would take hours to happen.
//!
//! Both are written into the raw genesis, where nothing checks them: a node's own genesis refuses
//! slots that are too short to be kept up with, and how short that is can only be found out by
//! trying.

use crate::{Failure, Plan, Primaries};
use serde_json::{Map, Value};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where the runtime keeps the slot duration: XXH128 of `Slots` and of `SlotDurationMs`.
const SLOTS_KEY: &str = "0x6ac983d82528bf1595ab26438ae5b2cfaf6c403ea4522d801e9102777a400710";
/// Where BABE keeps its authorities, of `Babe` and of `Authorities`: their number in one byte, then
/// the key of each, in 32 bytes, with its weight, a u64.
const AUTHORITIES_KEY: &str = "0x1cb6f36e027abb2091cfb5110ab5087f5e0621c4869aa60c02be9adcc98a0d1d";
/// Where it keeps how many slots are primary ones, of `Babe` and of `EpochConfig`: a fraction, two
/// u64.
const CHANCE_KEY: &str = "0x1cb6f36e027abb2091cfb5110ab5087fdc6b171b77304263c292cc3ea5ed31ef";
/// What the validator with most primary slots weighs; the others weigh 1.
const WEIGHT: u64 = 1_000;

type Genesis = Map<String, Value>;

/// Write the specification of the plan's chain into `directory`. `None` if it is the preset's own.
pub(crate) fn chain_of(plan: &Plan, directory: &Path) -> Result<Option<PathBuf>, Failure> {
    if plan.slot_ms.is_none() && plan.primaries.is_none() {
        return Ok(None);
    }
    let mut command = Command::new(&plan.binaries.node);
    command.args(["export-chain-spec", "--raw", "--chain", plan.preset.name()]);
    let made = command.output().map_err(Failure::system("chain specification"))?;
    if !made.status.success() {
        return Err(failed(String::from_utf8_lossy(&made.stderr).into_owned()));
    }
    let mut spec: Value =
        serde_json::from_slice(&made.stdout).map_err(|error| failed(error.to_string()))?;
    let genesis = spec.pointer_mut("/genesis/raw/top").and_then(Value::as_object_mut);
    let genesis = genesis.ok_or_else(|| failed("there is no raw genesis in it".into()))?;
    if let Some(slot_ms) = plan.slot_ms {
        overwrite(genesis, SLOTS_KEY, 0, &slot_ms.to_le_bytes())?;
    }
    if let Some(Primaries { validator, chance: (part, of) }) = plan.primaries {
        let number = plan.preset.validators().iter().position(|name| *name == validator);
        let number = number.ok_or_else(|| failed(format!("there is no validator {validator}")))?;
        overwrite(genesis, AUTHORITIES_KEY, 1 + 40 * number + 32, &WEIGHT.to_le_bytes())?;
        overwrite(genesis, CHANCE_KEY, 0, &[part.to_le_bytes(), of.to_le_bytes()].concat())?;
    }
    let path = directory.join("chain.json");
    std::fs::write(&path, spec.to_string()).map_err(Failure::system("chain specification"))?;
    Ok(Some(path))
}

/// Write `bytes` into a value of the genesis, from the byte `offset` on.
fn overwrite(genesis: &mut Genesis, key: &str, offset: usize, bytes: &[u8]) -> Result<(), Failure> {
    let missing = || failed(format!("there is nothing to change at {key}"));
    let value = genesis.get_mut(key).ok_or_else(missing)?;
    let text = value.as_str().and_then(|text| text.strip_prefix("0x")).ok_or_else(missing)?;
    let mut changed = hex::decode(text).map_err(|error| failed(error.to_string()))?;
    let place = changed.get_mut(offset..offset + bytes.len()).ok_or_else(missing)?;
    place.copy_from_slice(bytes);
    *value = format!("0x{}", hex::encode(changed)).into();
    Ok(())
}

fn failed(reason: String) -> Failure {
    Failure::Process(format!("chain specification: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_should_be_changed_where_they_are_and_nowhere_else() {
        let mut genesis = Genesis::new();
        genesis.insert("a".into(), "0x00112233".into());
        overwrite(&mut genesis, "a", 1, &[7, 8]).unwrap();
        assert_eq!(genesis["a"], "0x00070833");
        assert!(overwrite(&mut genesis, "a", 3, &[7, 8]).is_err(), "beyond its end");
        assert!(overwrite(&mut genesis, "b", 0, &[7]).is_err(), "no value");
    }
}
