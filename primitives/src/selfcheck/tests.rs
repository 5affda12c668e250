//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "8d8e5aeed850fa0ba04febdf8702b6f84c27b7785bbf6f94b7628e6d39edab89",
        "aea1c9809675a992adcc8675d7f8cd1ea3f078d539029716cc2a2e4d84df0889",
        "debbef35b50ff0a0ec52a7c401926e890b9980199f1fb97492a0e9832118d2ba",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
    let page = include_str!("../../../docs/protocol.md");
    assert!(page.contains(golden[0]), "docs/protocol.md names the first");
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
