//! Upgrades as referenda make them: governance names the new code by its hash, and anybody brings
//! it.

use crate::chain::{this_build, Chain, RELEASED};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use waggle_runtime::{Hash, Runtime, RuntimeCall, VERSION};

type SystemCall = frame_system::Call<Runtime>;

/// A transaction by which Bob, who governs nothing, brings this code.
fn brought(chain: &mut Chain, wasm: &[u8]) -> Vec<u8> {
    let call = SystemCall::apply_authorized_upgrade { code: wasm.to_vec() };
    chain.signed(Bob, RuntimeCall::System(call))
}

#[test]
fn authorised_code_should_be_applied_by_anybody() {
    for (released, wasm) in RELEASED {
        let mut chain = Chain::dev(wasm);
        // Not before it is authorised.
        let early = brought(&mut chain, this_build());
        assert!(matches!(chain.block(vec![early])[..], [Ok(Err(_))]));
        let code_hash = Hash::from(sp_io::hashing::blake2_256(this_build()));
        let authorise = chain.as_root(Alice, SystemCall::authorize_upgrade { code_hash });
        chain.block_of(vec![authorise]);
        // Nor any other code.
        let other = brought(&mut chain, wasm);
        assert!(matches!(chain.block(vec![other])[..], [Ok(Err(_))]));
        assert_eq!(chain.version().spec_version, released);
        let upgrade = brought(&mut chain, this_build());
        chain.block_of(vec![upgrade]);
        chain.block_of(vec![]);
        assert_eq!(chain.version().spec_version, VERSION.spec_version);
    }
}
