//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    for (byte, golden) in [
        (0u8, "f97b2c7ccafddbc5aa3c0c90c5feedf1507972f390e92d7f099f66d056221ce5"),
        (1, "98bac25143119699ad4648c866b55bff2a5324927054ebe69f26f0029c6346c4"),
        (255, "4c9f2b181d51159047fcc4380c1b23f7a9e3b21ffe0b6eb8b52e1aa025776499"),
    ] {
        assert_eq!(format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32]))), golden, "seed {byte}");
    }
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
