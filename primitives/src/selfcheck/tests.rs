//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "28e703660bd15a4447425ffc2c44b276dfea614220f487614ef145bba2b6e6ee",
        "e37d99067bc6aaa1dc0e010cd8d71427bb938df6e70880179bed338ff5f1077d",
        "25e4124fb00a127c484fd97a7cda24aa1f8809e31172656482ed3366bf3669d5",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
    let page = include_str!("../../../docs/protocol.md");
    assert!(page.contains(golden[0]), "docs/protocol.md names the first");
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
