//! The chains that the binary knows.
//!
//! All are development chains with well-known keys; any other chain is a file. `waggle-node
//! export-chain-spec --chain dev > spec.json` writes one to start from: its genesis is plain JSON,
//! `slots.slotDurationMs`, `domains.epochBlocks` and `audits.audited` among it.

use sc_service::{ChainType, GenericChainSpec, Properties};
use serde_json::Value;
use waggle_runtime::{
    genesis_config_presets::{get_preset, DEV_PRESET, GOVERNED_PRESET, LOCAL_PRESET},
    SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL, WASM_BINARY,
};

/// A chain of this node: Substrate's, without extensions.
pub type ChainSpec = GenericChainSpec;

/// Why a chain is not there to be run.
#[derive(Debug, thiserror::Error)]
pub enum ChainSpecError {
    /// The binary carries no runtime.
    #[error(
        "this waggle-node was built with SKIP_WASM_BUILD and carries no runtime: build it again \
         without that variable, or give it a raw chain specification with --chain FILE"
    )]
    NoRuntime,
    /// Neither a known chain nor a chain specification.
    #[error(
        "--chain {id}: neither a chain of this node (dev, local, governed) nor a chain \
         specification: {reason}"
    )]
    NotAChain {
        /// What was asked for.
        id: String,
        /// What reading it as a file came to.
        reason: String,
    },
    /// The runtime's preset is broken: a fault of this build.
    #[error("the runtime's preset `{0}` is missing or no JSON; this is a bug")]
    Preset(&'static str),
}

/// The chain named `id`, or the one in the file `id`.
pub fn load(id: &str) -> Result<ChainSpec, ChainSpecError> {
    match id {
        DEV_PRESET => {
            preset("Waggle development", "waggle_dev", ChainType::Development, DEV_PRESET)
        }
        "" | LOCAL_PRESET => preset("Waggle local", "waggle_local", ChainType::Local, LOCAL_PRESET),
        GOVERNED_PRESET => {
            preset("Waggle governed", "waggle_governed", ChainType::Local, GOVERNED_PRESET)
        }
        file => ChainSpec::from_json_file(file.into())
            .map_err(|reason| ChainSpecError::NotAChain { id: file.to_owned(), reason }),
    }
}

/// A chain whose genesis is the runtime's preset, spelt out so that an exported specification can
/// be edited.
fn preset(
    name: &str,
    id: &str,
    chain_type: ChainType,
    preset: &'static str,
) -> Result<ChainSpec, ChainSpecError> {
    let wasm = WASM_BINARY.ok_or(ChainSpecError::NoRuntime)?;
    let genesis: Value = get_preset(&preset.into())
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or(ChainSpecError::Preset(preset))?;
    Ok(ChainSpec::builder(wasm, None)
        .with_name(name)
        .with_id(id)
        .with_chain_type(chain_type)
        .with_protocol_id("waggle")
        .with_properties(properties())
        .with_genesis_config_patch(genesis)
        .build())
}

/// What wallets show.
fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::{Decode, Encode};
    use sc_executor::WasmExecutor;
    use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
    use sp_runtime::BuildStorage;
    use waggle_primitives::{selfcheck, Hash32};

    /// What the embedded wasm answers to `method`; `None`, with a remark, in builds that skipped
    /// the wasm.
    fn ask_wasm<R: Decode>(method: &str, arguments: impl Encode) -> Option<R> {
        let Some(wasm) = WASM_BINARY else {
            eprintln!("this build skipped the wasm: {method} is not asked");
            return None;
        };
        let executor = WasmExecutor::<sp_io::SubstrateHostFunctions>::builder().build();
        let code = RuntimeCode {
            code_fetcher: &WrappedRuntimeCode(wasm.into()),
            heap_pages: None,
            hash: sp_io::hashing::blake2_256(wasm).to_vec(),
        };
        let mut storage = sp_io::TestExternalities::new_empty();
        let (reply, _) = executor.call(
            &mut storage.ext(),
            &code,
            method,
            &arguments.encode(),
            CallContext::Offchain,
        );
        Some(R::decode(&mut &reply.unwrap()[..]).unwrap())
    }

    #[test]
    fn wasm_should_compute_what_the_native_build_computes() {
        for seed in [[0; 32], [7; 32], [255; 32]] {
            if let Some(digest) = ask_wasm::<Hash32>("SelfCheckApi_digest", seed) {
                assert_eq!(digest, selfcheck::digest(&seed));
            }
        }
    }

    #[test]
    fn wasm_should_have_the_same_presets() {
        for preset in [DEV_PRESET, LOCAL_PRESET, GOVERNED_PRESET] {
            if let Some(json) =
                ask_wasm::<Option<Vec<u8>>>("GenesisBuilder_get_preset", Some(preset.to_string()))
            {
                assert_eq!(json, get_preset(&preset.into()));
            }
        }
    }

    #[test]
    fn known_chains_should_have_a_state_to_start_from() {
        for id in ["dev", "local", "governed", ""] {
            match load(id) {
                Ok(spec) => {
                    let storage = spec.build_storage().unwrap();
                    assert!(
                        storage.top.contains_key(sp_core::storage::well_known_keys::CODE),
                        "{id}"
                    );
                    let json: Value = serde_json::from_str(&spec.as_json(false).unwrap()).unwrap();
                    // An exported chain can be edited.
                    let genesis = &json["genesis"]["runtimeGenesis"]["patch"];
                    let slot = &genesis["slots"]["slotDurationMs"];
                    assert_eq!(*slot, waggle_runtime::PRESET_SLOT_MS);
                    let epoch = &genesis["domains"]["epochBlocks"];
                    assert_eq!(*epoch, waggle_runtime::DOMAIN_EPOCH_BLOCKS);
                    assert_eq!(genesis["audits"]["audited"], serde_json::json!([]));
                }
                Err(ChainSpecError::NoRuntime) => assert!(WASM_BINARY.is_none()),
                Err(other) => panic!("{other}"),
            }
        }
    }

    #[test]
    fn load_should_fail_when_there_is_no_such_chain() {
        let error = load("/no/such/chain.json").err().unwrap();
        assert!(
            matches!(&error, ChainSpecError::NotAChain { id, .. } if id == "/no/such/chain.json"),
            "{error}"
        );
    }
}
