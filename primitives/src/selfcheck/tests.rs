//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "5803634eab89769ba27d983a2469da824c1814c76c024f25e45ab9dd0c7976fd",
        "b6fcb83e7b13f2f8933bdb09b130f4071baccd2e75561bab7ea91063fff7c934",
        "6a9ab43bdb38e3482b638a40db28ea897e6d85918e0b23f3059e0ca3e52323b2",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
    let page = include_str!("../../../docs/protocol.md");
    assert!(page.contains(golden[0]), "docs/protocol.md names the first");
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
