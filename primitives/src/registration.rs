//! Registration: how an agent key shows that its holder wants this owner, so that nobody registers
//! another's key.

use crate::types::{AgentKey, AgentSignature, Hash32};
use codec::Encode;
use sp_crypto_hashing::blake2_256;
use sp_runtime::traits::Verify;

/// The 32 bytes that an agent key signs to be registered for `owner` on the chain with this genesis
/// hash: `blake2_256("waggle/register" ‖ genesis ‖ owner)`. The same for a first key and for a
/// rotation.
pub fn registration_payload<AccountId: Encode>(genesis: &Hash32, owner: &AccountId) -> Hash32 {
    (b"waggle/register", genesis, owner).using_encoded(blake2_256)
}

/// Whether `proof` is the signature of `key` over [`registration_payload`].
pub fn verify_registration<AccountId: Encode>(
    genesis: &Hash32,
    owner: &AccountId,
    key: &AgentKey,
    proof: &AgentSignature,
) -> bool {
    proof.verify(&registration_payload(genesis, owner)[..], key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::{ed25519, Pair};

    #[test]
    fn a_proof_is_good_for_one_key_one_owner_and_one_chain() {
        let pair = ed25519::Pair::from_seed(&[1; 32]);
        let other = ed25519::Pair::from_seed(&[2; 32]);
        let proof = pair.sign(&registration_payload(&[7; 32], &5u64));
        assert!(verify_registration(&[7; 32], &5u64, &pair.public(), &proof));
        assert!(!verify_registration(&[7; 32], &5u64, &other.public(), &proof));
        assert!(!verify_registration(&[7; 32], &6u64, &pair.public(), &proof));
        assert!(!verify_registration(&[8; 32], &5u64, &pair.public(), &proof));
    }
}
