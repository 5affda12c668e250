//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "3b6e7792bb1a6c01bf5f49c8c6893024cbda211bf0a21e6a2d56ef4afa86c2f2",
        "6bab328d23c97cf4304e09b1e357b60304860da0170e3c3abb49503caacb95aa",
        "724e3028b11d3cede1cfb2d43297b8a91661d375edbe52594c6e3d989bc3aa01",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
    let page = include_str!("../../../docs/protocol.md");
    assert!(page.contains(golden[0]), "docs/protocol.md names the first");
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
