//! What [`super`] promises: a seal opens to one truth with one salt.

use super::*;
use proptest::prelude::*;

/// A salt and a truth of few values each, so that equal and nearly equal ones do come up.
fn any_secret() -> impl Strategy<Value = (Hash32, Vec<u8>)> {
    (prop::collection::vec(0..2u8, 2), prop::collection::vec(0..2u8, 0..4)).prop_map(
        |(ends, truth)| {
            let mut salt = [0; 32];
            (salt[0], salt[31]) = (ends[0], ends[1]);
            (salt, truth)
        },
    )
}

#[test]
fn the_vectors_should_hold() {
    let hex = |hash: Hash32| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&hash));
    assert_eq!(
        hex(seal(&[7; 32], b"49")),
        "23204e552bba43fce66972d1ae4bebf0d2101232a58ed53f70bb0103e3a07cb3"
    );
    assert_eq!(
        hex(seal(&[0; 32], b"")),
        "7d36c958ce4fd1c687a2030a11dbfde9d1189fe63cb73367235bae61d97865f7"
    );
}

#[test]
fn a_byte_should_not_move_between_salt_and_truth() {
    let mut salt = [0; 32];
    salt[31] = b'4';
    assert_ne!(seal(&salt, b"9"), seal(&[0; 32], b"49"));
    assert_ne!(seal(&salt, b"9"), seal(&[0; 32], b"9"));
}

proptest! {
    #[test]
    fn a_seal_should_open_to_its_own_truth_with_its_own_salt_only(
        one in any_secret(),
        other in any_secret(),
    ) {
        prop_assert_eq!(seal(&one.0, &one.1) == seal(&other.0, &other.1), one == other);
    }
}
