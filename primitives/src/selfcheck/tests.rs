//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "97641abb3742514e4d34dc8e3458f43663b23bbeadd08a3257b3af0bcf5bf0fe",
        "35ca15420c4712d1c867e1810466ffbc76f52be7deff81e5fc12a645dd380ad0",
        "983914d27dd478126d1137d97dfe77936f42635faf73052eaf575c0980a7c84f",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
    let page = include_str!("../../../docs/protocol.md");
    assert!(page.contains(golden[0]), "docs/protocol.md names the first");
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
