//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "99c4165e061de81fcb018c6788900457d609c73e807d37e5fd7a17591ac2e962",
        "ce0a52a970dbb1ca040d7deb48dc2477845ce460b2f8ed0c0d97a6cd45db9663",
        "d583d9b9491781142d527b65746ee5b870978af16835ff1e9e1305e4d78f1bdb",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
