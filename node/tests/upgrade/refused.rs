//! Upgrades that the chain refuses.

use crate::chain::{this_build, Chain, RELEASED};
use sp_keyring::Sr25519Keyring;
use waggle_runtime::{Runtime, VERSION};

/// The error of the newest sudo call.
fn verdict(chain: &mut Chain) -> Result<(), sp_runtime::DispatchError> {
    let events = chain.ask(waggle_runtime::System::events);
    events
        .into_iter()
        .find_map(|record| match record.event {
            waggle_runtime::RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result }) => {
                Some(sudo_result)
            }
            _ => None,
        })
        .expect("sudo tells what came of its call")
}

#[test]
fn set_code_should_fail_when_the_spec_version_does_not_rise() {
    let mut chain = Chain::dev(this_build());
    for (_, wasm) in RELEASED.into_iter().chain([(VERSION.spec_version, this_build())]) {
        let upgrade = chain.set_code(wasm);
        chain.block_of(vec![upgrade]);
        let expected = frame_system::Error::<Runtime>::SpecVersionNeedsToIncrease.into();
        assert_eq!(verdict(&mut chain), Err(expected));
    }
}

#[test]
fn set_code_should_fail_when_the_code_is_no_runtime() {
    let mut chain = Chain::dev(this_build());
    let upgrade = chain.set_code(b"\0asm");
    chain.block_of(vec![upgrade]);
    assert_eq!(
        verdict(&mut chain),
        Err(frame_system::Error::<Runtime>::FailedToExtractRuntimeVersion.into())
    );
}

#[test]
fn set_code_should_fail_when_the_account_is_not_sudo() {
    let mut chain = Chain::dev(this_build());
    let attempt = chain.set_code_by(Sr25519Keyring::Bob, this_build());
    let expected = pallet_sudo::Error::<Runtime>::RequireSudo.into();
    assert_eq!(chain.block(vec![attempt]), [Ok(Err(expected))]);
}
