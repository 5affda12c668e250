//! The digests of this build. Whoever changes one changes the protocol.

use super::*;

#[test]
fn the_digests_are_the_golden_ones() {
    for (byte, golden) in [
        (0u8, "3393e83e92395042b12eb381d50b8bb001ea8d9af35ca4911c3108f666f147a2"),
        (1, "a50e198f4d188e480d4d79b6997f61815c73c405dd05f20105fda4a48350550a"),
        (255, "dddcde028e75a166e34d9a4d229a05c2e45d333e3a05c9afaa560c818407c90d"),
    ] {
        assert_eq!(format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&digest(&[byte; 32]))), golden, "seed {byte}");
    }
}

#[test]
fn a_different_seed_makes_a_different_digest() {
    assert_ne!(digest(&[2; 32]), digest(&[3; 32]));
}
