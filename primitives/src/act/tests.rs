//! What [`super`] promises: an act is good for one agent, one scope and one round.

use super::*;
use proptest::prelude::*;
use sp_core::{ed25519, Pair};
use sp_runtime::BoundedVec;

fn sealed<MaxBytes: sp_core::Get<u32>>(byte: u8) -> Sealed<MaxBytes> {
    Sealed { ciphertext: BoundedVec::truncate_from(vec![byte; 5]), commitment: [byte; 32] }
}

fn any_act() -> impl Strategy<Value = Act> {
    (0..4u8, any::<u64>(), any::<u8>()).prop_map(|(kind, round, byte)| match kind {
        0 => Act::CommitAnswer { round, sealed: sealed(byte) },
        1 => Act::OpenAnswer { round, key: [byte; 32] },
        2 => Act::CommitGrades { round, sealed: sealed(byte) },
        _ => Act::OpenGrades { round, key: [byte; 32] },
    })
}

proptest! {
    #[test]
    fn a_signature_is_good_for_nothing_else(act in any_act(), other in any_act(), scope: Hash32) {
        let agent = ed25519::Pair::from_seed(&[1; 32]);
        let signature = agent.sign(&act.signing_payload(&scope));
        let signed = SignedAct { agent: agent.public(), act: act.clone(), signature };
        prop_assert!(signed.verify(&scope));

        let mut elsewhere = scope;
        elsewhere[0] ^= 1;
        prop_assert!(!signed.verify(&elsewhere));
        let swapped = SignedAct { act: other.clone(), ..signed.clone() };
        prop_assert_eq!(swapped.verify(&scope), other == act);
        let stranger = ed25519::Pair::from_seed(&[2; 32]).public();
        let of_stranger = SignedAct { agent: stranger, ..signed }.verify(&scope);
        prop_assert!(!of_stranger);
    }

    #[test]
    fn acts_survive_their_encoding(act in any_act()) {
        let encoded = act.encode();
        prop_assert_eq!(encoded[0], act.kind() as u8);
        prop_assert_eq!(encoded[1..9].to_vec(), act.round().to_le_bytes().to_vec());
        prop_assert_eq!(Act::decode(&mut &encoded[..]), Ok(act));
    }
}
