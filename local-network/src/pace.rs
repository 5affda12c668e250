//! A preset's chain with another genesis: slots of another length, for measuring; primary slots
//! that are mostly one validator's, for attacks that else would take hours to happen; short epochs
//! of domains, and audits from the beginning, which else would take hours and a vote.
//!
//! All are written into the raw genesis, where nothing checks them: a node's own genesis refuses
//! slots that are too short to be kept up with, and how short that is can only be found out by
//! trying.

use crate::{Audited, Failure, Plan, Primaries};
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
/// Where the runtime keeps how many blocks an epoch of domains has: of `Domains` and of
/// `EpochBlocks`, a u32.
const EPOCHS_KEY: &str = "0x0b41d0c7f7b4485bd7be1d66066b00ad6226c5997b777e95782d1bae5c2f8f42";
/// Where it keeps how the general domain is audited: of `Audits` and of `Audited`, then XXH64 of
/// the domain's number and the number, 0 in a u32. The sentence model's SHA-256, then the
/// dimensions of its embeddings, a u16.
const AUDITED_KEY: &str = "0xa8a4734ee1bc5b755e94341e0b7d45c6d4340e247fcab65372b09bd0a162d32a\
                           b4def25cfda6ef3a00000000";
/// Where it keeps how many domains are audited: of `Audits` and of `CounterForAudited`, a u32.
const AUDITED_COUNT_KEY: &str =
    "0xa8a4734ee1bc5b755e94341e0b7d45c6229ce89702e223dde490455579336d1a";
/// What the validator with most primary slots weighs; the others weigh 1.
const WEIGHT: u64 = 1_000;

type Genesis = Map<String, Value>;

/// Write the specification of the plan's chain into `directory`. `None` if it is the preset's own.
pub(crate) fn chain_of(plan: &Plan, directory: &Path) -> Result<Option<PathBuf>, Failure> {
    if !plan.has_own_genesis() {
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
    if let Some(blocks) = plan.epoch_blocks {
        overwrite(genesis, EPOCHS_KEY, 0, &blocks.to_le_bytes())?;
    }
    if let Some(Audited { embedder, dimensions }) = plan.audited {
        let terms = [&embedder[..], &dimensions.to_le_bytes()].concat();
        genesis.insert(AUDITED_KEY.into(), hexadecimal(&terms));
        genesis.insert(AUDITED_COUNT_KEY.into(), hexadecimal(&1u32.to_le_bytes()));
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
    *value = hexadecimal(&changed);
    Ok(())
}

/// How a genesis writes bytes.
fn hexadecimal(bytes: &[u8]) -> Value {
    format!("0x{}", hex::encode(bytes)).into()
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
