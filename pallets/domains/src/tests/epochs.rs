//! How long epochs are.

use crate::{mock::*, EpochBlocks, GenesisConfig};
use frame_support::traits::BuildGenesisConfig;
use waggle_primitives::traits::AuditedDomains;

/// A chain whose genesis says so.
fn chain_with(epoch_blocks: u32, test: impl FnOnce()) {
    build_and_execute(|| {
        EpochBlocks::<Test>::kill();
        GenesisConfig::<Test> { epoch_blocks, ..Default::default() }.build();
        test();
    });
}

#[test]
fn epochs_should_be_as_long_as_the_genesis_says() {
    chain_with(40, || {
        assert_eq!((EpochBlocks::<Test>::get(), Domains::epoch_blocks()), (40, 40));
        for (block, epoch) in [(1, 0), (39, 0), (40, 1), (399, 9)] {
            System::set_block_number(block);
            assert_eq!(Domains::epoch(), epoch, "block {block}");
        }
    });
}

#[test]
fn epochs_should_be_of_the_default_length_when_the_genesis_says_nothing() {
    chain_with(0, || assert_eq!(EpochBlocks::<Test>::get(), EPOCH_BLOCKS));
}

#[test]
fn epochs_should_be_of_the_default_length_on_chains_of_before() {
    build_and_execute(|| {
        EpochBlocks::<Test>::kill();
        assert_eq!(Domains::epoch_blocks(), EPOCH_BLOCKS);
    });
}
