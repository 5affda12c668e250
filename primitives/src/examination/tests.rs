//! What [`super`] promises: a seal opens to one truth with one salt, in rounds of one client.

use super::*;
use proptest::prelude::*;

/// A client, a salt and a truth of few values each, so that equal and nearly equal ones do come up.
fn any_secret() -> impl Strategy<Value = (Hash32, Hash32, Vec<u8>)> {
    (prop::collection::vec(0..2u8, 4), prop::collection::vec(0..2u8, 0..4)).prop_map(
        |(ends, truth)| {
            let (mut client, mut salt) = ([0; 32], [0; 32]);
            (client[0], client[31]) = (ends[0], ends[1]);
            (salt[0], salt[31]) = (ends[2], ends[3]);
            (client, salt, truth)
        },
    )
}

#[test]
fn the_vectors_should_hold() {
    let hex = |hash: Hash32| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&hash));
    assert_eq!(
        hex(seal(&[9u8; 32], &[7; 32], b"49")),
        "f2844bd02c3417e93ba089e5d21e546b7e8db197c656a31e40870b7009456d7a"
    );
    assert_eq!(
        hex(seal(&[0u8; 32], &[0; 32], b"")),
        "f7f5f0b2eb8040f53a6458beae89824b1e64406fdb1487670424b626f1021129"
    );
}

#[test]
fn a_byte_should_not_move_between_client_salt_and_truth() {
    let mut salt = [0; 32];
    salt[31] = b'4';
    let client = [0u8; 32];
    assert_ne!(seal(&client, &salt, b"9"), seal(&client, &[0; 32], b"49"));
    assert_ne!(seal(&client, &salt, b"9"), seal(&client, &[0; 32], b"9"));
    assert_ne!(seal(&salt, &client, b"9"), seal(&client, &salt, b"9"));
}

proptest! {
    #[test]
    fn a_seal_should_open_to_its_own_truth_with_its_own_salt_for_its_own_client_only(
        one in any_secret(),
        other in any_secret(),
    ) {
        let seal = |(client, salt, truth): &(Hash32, Hash32, Vec<u8>)| seal(client, salt, truth);
        prop_assert_eq!(seal(&one) == seal(&other), one == other);
    }
}
