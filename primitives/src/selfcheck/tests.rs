//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    let digest_of =
        |byte: u8| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32])));
    let golden = [
        "ec89158c6ff51f3f0edfe67e61890742898b06144af8d19d9bb8ee6a243b49e7",
        "0b3518fa44aac1a4ec6886987dc51a0e53016f3a950bda939d90cfd5384e3820",
        "72185765705e56885f49b031f751e209b70778c9c6fad8f96d87d234495b41b1",
    ];
    assert_eq!([0, 1, 255].map(digest_of), golden);
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
