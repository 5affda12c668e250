//! Upgrades as referenda make them: governance names the new code by its hash, and anybody brings
//! it.

use crate::chain::{this_build, Chain, RELEASED};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use waggle_runtime::{Hash, Runtime, RuntimeCall};

type SystemCall = frame_system::Call<Runtime>;

/// A transaction by which Bob, who governs nothing, brings this code.
fn brought(chain: &mut Chain, wasm: &[u8]) -> Vec<u8> {
    let call = SystemCall::apply_authorized_upgrade { code: wasm.to_vec() };
    chain.signed(Bob, RuntimeCall::System(call))
}

#[test]
fn authorised_code_should_be_applied_by_anybody() {
    // Of this build: blocks of released ones have no room for it but for what root sends.
    let mut chain = Chain::dev(this_build());
    // Not before it is authorised.
    let early = brought(&mut chain, this_build());
    let refused = chain.block(vec![early]);
    assert!(matches!(refused[..], [Ok(Err(_))]), "{refused:?}");
    let code_hash = Hash::from(sp_io::hashing::blake2_256(this_build()));
    // Without the check that the version rises.
    let authorise =
        chain.as_root(Alice, SystemCall::authorize_upgrade_without_checks { code_hash });
    chain.block_of(vec![authorise]);
    // Nor any other code.
    for (_, wasm) in RELEASED {
        let other = brought(&mut chain, wasm);
        let refused = chain.block(vec![other]);
        assert!(matches!(refused[..], [Ok(Err(_))]), "{refused:?}");
    }
    let upgrade = brought(&mut chain, this_build());
    chain.block_of(vec![upgrade]);
    chain.block_of(vec![]);
    // Once.
    let again = brought(&mut chain, this_build());
    let refused = chain.block(vec![again]);
    assert!(matches!(refused[..], [Ok(Err(_))]), "{refused:?}");
}
