//! What clients learn from the metadata alone: polkadot.js and others know nothing else of the
//! chain.

use super::chain::Chain;
use crate::{Runtime, TOKEN_DECIMALS, TOKEN_SYMBOL};
use codec::Encode;
use pallet_waggle_rounds::Refusal;

/// The methods of a runtime API, which all have a documentation.
fn methods(api: &str) -> Vec<&'static str> {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let api =
        metadata.apis.iter().find(|known| known.name == api).expect("the API is in the metadata");
    for method in &api.methods {
        assert!(!method.docs.is_empty(), "{} has no documentation", method.name);
    }
    api.methods.iter().map(|method| method.name).collect()
}

#[test]
fn metadata_should_describe_every_method_of_the_runtime_apis() {
    let expected = [
        "duties",
        "scope",
        "scope_parts",
        "report_double_seal",
        "round",
        "candidates",
        "recent_rounds",
        "domains",
        "agents",
        "agent",
        "agent_of_key",
        "constants",
    ];
    assert_eq!(methods("WaggleApi"), expected);
    let expected = ["audits", "audit_sample", "standing", "standings", "audit_duties"];
    assert_eq!(methods("AuditsApi"), expected);
    // Version 15 is the first one with runtime APIs in it.
    assert!(Runtime::metadata_versions().contains(&15));
}

#[test]
fn metadata_should_document_every_call_event_error_and_constant_of_our_pallets() {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let ours = [
        "Agents",
        "Tickets",
        "Ratings",
        "Rounds",
        "Audits",
        "Validators",
        "Examinations",
        "Domains",
    ];
    let mut seen = 0;
    for pallet in metadata.pallets.iter().filter(|pallet| ours.contains(&pallet.name)) {
        seen += 1;
        for constant in &pallet.constants {
            assert!(
                !constant.docs.is_empty(),
                "{}::{} has no documentation",
                pallet.name,
                constant.name
            );
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
            let scale_info::TypeDef::Variant(variants) = info.type_def else {
                panic!("{} is no enum", pallet.name)
            };
            for variant in variants.variants {
                assert!(
                    !variant.docs.is_empty(),
                    "{}::{} has no documentation",
                    pallet.name,
                    variant.name
                );
            }
        }
    }
    assert_eq!(seen, ours.len());
}

/// A chain's genesis says how long epochs are: clients ask `WaggleApi_constants`.
#[test]
fn metadata_should_not_say_how_long_epochs_are() {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let domains = metadata.pallets.iter().find(|pallet| pallet.name == "Domains");
    let mut constants = domains.expect("the pallet is there").constants.iter();
    assert!(constants.all(|constant| !constant.name.contains("EpochBlocks")));
}

#[test]
fn metadata_should_name_every_refusal_of_the_pool_by_its_code() {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let rounds = metadata
        .pallets
        .iter()
        .find(|pallet| pallet.name == "Rounds")
        .expect("the pallet is there");
    let refusals = rounds
        .constants
        .iter()
        .find(|constant| constant.name == "Refusals")
        .expect("the constant is there");
    let variants_of = |ty: scale_info::MetaType| match ty.type_info().type_def {
        scale_info::TypeDef::Variant(enumeration) => enumeration.variants,
        _ => panic!("no enum"),
    };
    let scale_info::TypeDef::Sequence(list) = refusals.ty.type_info().type_def else {
        panic!("no list")
    };
    let variants = variants_of(list.type_param);
    let codes: Vec<u8> = variants.iter().map(|variant| variant.index).collect();
    assert_eq!(codes, Refusal::ALL.map(Refusal::code));
    assert_eq!(refusals.value, Refusal::ALL.map(Refusal::code).to_vec().encode());
    let errors = variants_of(rounds.error.as_ref().expect("the pallet has errors").ty);
    for (refusal, variant) in Refusal::ALL.iter().zip(&variants) {
        assert_eq!(format!("{refusal:?}"), variant.name);
        assert!(!variant.docs.is_empty(), "{} has no documentation", variant.name);
        assert!(
            errors.iter().any(|error| error.name == variant.name),
            "a block has another name for {}",
            variant.name
        );
    }
}

/// Releases let wallets check what they sign by a hash of the metadata, into which the currency
/// goes. The build script cannot see the constants.
#[test]
fn hash_of_the_metadata_should_be_made_with_the_chains_currency() {
    let expected = format!("enable_metadata_hash(\"{TOKEN_SYMBOL}\", {TOKEN_DECIMALS})");
    assert!(include_str!("../../build.rs").contains(&expected), "{expected}");
}

/// What signatures cover is in the metadata by name: clients need nothing else.
#[test]
fn metadata_should_name_the_transaction_extensions() {
    let metadata = Chain::dev().ask(Runtime::metadata_ir);
    let names: Vec<_> = metadata
        .extrinsic
        .extensions_in_versions
        .iter()
        .map(|extension| extension.identifier)
        .collect();
    let expected = [
        "AuthorizeCall",
        "CheckNonZeroSender",
        "CheckSpecVersion",
        "CheckTxVersion",
        "CheckGenesis",
        "CheckMortality",
        "CheckNonce",
        "CheckWeight",
        "ChargeTransactionPayment",
        "CheckMetadataHash",
        "WeightReclaim",
    ];
    assert_eq!(names, expected);
}
