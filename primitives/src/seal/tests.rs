//! What [`super`] promises: a seal opens for its own agent, round, step and scope, and for nobody
//! else.

use super::*;
use proptest::prelude::*;
use sp_core::{ed25519, ConstU32, Pair};

type Answer = Sealed<ConstU32<64>>;

fn pair(byte: u8) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[byte; 32])
}

fn any_context() -> impl Strategy<Value = SealContext> {
    // Few values each, so that contexts that differ in one part only do come up.
    (0..3u8, 0..3u64, 0..3u8, any::<bool>()).prop_map(|(scope, round, agent, answer)| SealContext {
        scope: [scope; 32],
        round,
        agent: pair(agent).public(),
        step: if answer { SealStep::Answer } else { SealStep::Grades },
    })
}

/// The key of `context`, as the holder of the agent key derives it.
fn key_of(context: &SealContext) -> Hash32 {
    let holder = (0..3).map(pair).find(|pair| pair.public() == context.agent).unwrap();
    context.key(&holder.sign(&context.key_message()))
}

proptest! {
    #[test]
    fn a_seal_opens_to_what_was_sealed(context in any_context(), plaintext: Vec<u8>) {
        let key = key_of(&context);
        let sealed = context.seal::<ConstU32<64>>(&key, &plaintext);
        prop_assert_eq!(sealed.is_some(), plaintext.len() <= 64);
        if let Some(Answer { ciphertext, commitment }) = sealed {
            prop_assert!(context.opens(&commitment, &key));
            prop_assert_eq!(decrypt(&key, &ciphertext), plaintext);
        }
    }

    #[test]
    fn a_copied_seal_never_opens(
        context in any_context(),
        copier in any_context(),
        plaintext in prop::collection::vec(any::<u8>(), 16..64),
    ) {
        prop_assume!(context != copier);
        let (key, copiers_key) = (key_of(&context), key_of(&copier));
        let sealed: Answer = context.seal(&key, &plaintext).unwrap();
        prop_assert!(!copier.opens(&sealed.commitment, &key));
        prop_assert!(!copier.opens(&sealed.commitment, &copiers_key));
        prop_assert!(!context.opens(&sealed.commitment, &copiers_key));
        prop_assert_ne!(decrypt(&copiers_key, &sealed.ciphertext), plaintext);
    }

    #[test]
    fn any_other_key_does_not_open(context in any_context(), other: Hash32) {
        let key = key_of(&context);
        prop_assume!(key != other);
        prop_assert!(!context.opens(&context.commitment(&key), &other));
    }

    #[test]
    fn grades_survive_their_encoding(basis_points in prop::collection::vec(0u16..=10_000, 0..40)) {
        let grades: Vec<Grade> =
            basis_points.into_iter().map(|bp| Grade::new(bp).unwrap()).collect();
        let plaintext = encode_grades(&grades);
        prop_assert_eq!(decode_grades(&plaintext, grades.len()), Some(grades.clone()));
        prop_assert_eq!(decode_grades(&plaintext, grades.len() + 1), None);
        prop_assert_eq!(decode_grades(&[&plaintext[..], &[0]].concat(), grades.len()), None);
    }

    #[test]
    fn a_grade_above_one_spoils_the_list(too_much in 10_001u16.., number in 0usize..5) {
        let mut plaintext = encode_grades(&[Grade::MAX; 5]);
        plaintext[2 * number..2 * number + 2].copy_from_slice(&too_much.to_le_bytes());
        prop_assert_eq!(decode_grades(&plaintext, 5), None);
        prop_assert!(Grade::decode(&mut &too_much.encode()[..]).is_err());
    }
}

#[test]
fn the_vector_of_the_protocol_page_holds() {
    let agent = pair(1);
    let context =
        SealContext { scope: [0; 32], round: 7, agent: agent.public(), step: SealStep::Answer };
    let key = context.key(&agent.sign(&context.key_message()));
    let sealed: Answer = context.seal(&key, b"1 2 3").unwrap();
    assert_eq!(context.key_message().len(), 11 + 32 + 8 + 32 + 1);
    let hex = |bytes: &[u8]| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&bytes));
    assert_eq!(hex(&key), "664ea9303c83bf429938670c4fcdc8f58e5c349718b9f717284ac599e2919578");
    assert_eq!(hex(&sealed.ciphertext), "8d21aacb9b");
    assert_eq!(
        hex(&sealed.commitment),
        "ed9b318386ba629bd0f5678de7a6454397dbfb1b5e68a9f6a977e9c39d8401b5"
    );
}
