//! What clients learn from the metadata alone: polkadot.js and others know nothing else of the chain.

use super::chain::Chain;
use crate::Runtime;

#[test]
fn metadata_should_describe_every_method_of_the_runtime_api() {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let api = metadata.apis.iter().find(|api| api.name == "WaggleApi").expect("the API is in the metadata");
    let methods: Vec<_> = api.methods.iter().map(|method| method.name).collect();
    let expected = ["duties", "round", "recent_rounds", "agents", "agent", "agent_of_key", "constants"];
    assert_eq!(methods, expected);
    for method in &api.methods {
        assert!(!method.docs.is_empty(), "{} has no documentation", method.name);
    }
    // Version 15 is the first one with runtime APIs in it.
    assert!(Runtime::metadata_versions().contains(&15));
}

#[test]
fn metadata_should_document_every_call_event_error_and_constant_of_our_pallets() {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let ours = ["Agents", "Tickets", "Ratings", "Rounds", "Validators"];
    let mut seen = 0;
    for pallet in metadata.pallets.iter().filter(|pallet| ours.contains(&pallet.name)) {
        seen += 1;
        for constant in &pallet.constants {
            assert!(!constant.docs.is_empty(), "{}::{} has no documentation", pallet.name, constant.name);
        }
        for entry in pallet.storage.iter().flat_map(|storage| &storage.entries) {
            assert!(!entry.docs.is_empty(), "{}::{} has no documentation", pallet.name, entry.name);
        }
        let types = [
            pallet.calls.as_ref().map(|calls| calls.ty),
            pallet.event.as_ref().map(|event| event.ty),
            pallet.error.as_ref().map(|error| error.ty),
        ];
        for ty in types.into_iter().flatten() {
            let info = ty.type_info();
            let scale_info::TypeDef::Variant(variants) = info.type_def else { panic!("{} is no enum", pallet.name) };
            for variant in variants.variants {
                assert!(!variant.docs.is_empty(), "{}::{} has no documentation", pallet.name, variant.name);
            }
        }
    }
    assert_eq!(seen, ours.len());
}
