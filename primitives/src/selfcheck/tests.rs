//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "87b2b2129a2988f69b1d85805b4ffd7009687a974740bdbb6537ba5323ac2c60",
        "d567ec9de414dcbfd52d965a7a05bb14f4ee5884be7e25afec5cc694f7045290",
        "b4cbeae3b21914bc0f741bbb9d240b73acbc44735c25e3072b8803a3893e6a84",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
    let page = include_str!("../../../docs/protocol.md");
    assert!(page.contains(golden[0]), "docs/protocol.md names the first");
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
