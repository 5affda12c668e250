//! A call of each kind that the runtime has, to be tried from origins that should not reach it.

use crate::RuntimeCall;
use codec::Decode;
use frame_support::traits::GetCallMetadata;
use std::collections::BTreeSet;

/// Bytes that every call's arguments fit into.
const LONG: usize = 4_096;

/// `Pallet.call`.
pub(crate) fn name(call: &RuntimeCall) -> String {
    let names = call.get_call_metadata();
    format!("{}.{}", names.pallet_name, names.function_name)
}

/// One call of each kind: what its number decodes to with arguments of nothing but zeros or, where
/// they are no arguments, ones. Calls within calls are `System.remark`.
pub(crate) fn every_call() -> Vec<RuntimeCall> {
    let mut calls = vec![];
    for (pallet, call) in (0..=u8::MAX).flat_map(|p| (0..=u8::MAX).map(move |c| (p, c))) {
        calls.extend([0, 1].into_iter().find_map(|fill| {
            let mut bytes = vec![fill; LONG];
            (bytes[0], bytes[1]) = (pallet, call);
            RuntimeCall::decode(&mut &bytes[..]).ok()
        }));
    }
    calls
}

#[test]
fn every_call_of_the_runtime_should_be_among_them() {
    let tried: BTreeSet<_> = every_call().iter().map(name).collect();
    for pallet in RuntimeCall::get_module_names() {
        for call in RuntimeCall::get_call_names(pallet) {
            assert!(tried.contains(&format!("{pallet}.{call}")), "{pallet}.{call}");
        }
    }
}
