//! What is kept of a round for its auditors, and which rounds of an epoch are: nobody can tell
//! before its answers are open.

use super::{embedding::Embedding, replay::Replay};
use crate::{claim::Epoch, lots::Lots, types::Hash32};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_crypto_hashing::blake2_256;
use sp_runtime::BoundedVec;

/// Most rounds of a domain that are kept for an epoch.
pub const MAX_SAMPLES: u32 = 32;
/// Most answers of a round that are kept.
pub const MAX_SAMPLE_ANSWERS: u32 = 16;
/// What is kept of an answer at most, in bytes: its beginning, which is more than sentence models
/// read.
pub const MAX_SAMPLE_ANSWER_BYTES: u32 = 2_048;
/// The longest prompt that is kept, in bytes. Answers to longer ones cannot be replayed.
pub const MAX_SAMPLE_PROMPT_BYTES: u32 = 4_096;

/// The beginning of an answer; empty if the member did not open it.
pub type SampleText = BoundedVec<u8, ConstU32<MAX_SAMPLE_ANSWER_BYTES>>;
/// A prompt, if it is short enough.
pub type SamplePrompt = BoundedVec<u8, ConstU32<MAX_SAMPLE_PROMPT_BYTES>>;

/// What an auditor found out about one answer.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct Finding {
    /// Where it lies. `None`: there is nothing to embed.
    pub embedding: Option<Embedding>,
    /// How likely its tokens are. `None`: the auditor does not have the claimed weights, or cannot
    /// tell.
    pub replay: Option<Replay>,
}

/// What an auditor found out about a sample: one for each answer, in their order.
pub type Findings = BoundedVec<Finding, ConstU32<MAX_SAMPLE_ANSWERS>>;

/// Where among the samples of an epoch a round goes, which is the `seen`-th of its domain in this
/// epoch, counted from 0. `None`: it is not kept. Once [`MAX_SAMPLES`] are there, every round takes
/// the place of one of them with the same probability as all rounds before (reservoir sampling).
/// `seed`: of the round's assignment, which nobody knows before its answers are open.
pub fn slot(seed: &Hash32, seen: u32) -> Option<u32> {
    if seen < MAX_SAMPLES {
        return Some(seen);
    }
    let drawn = (b"waggle/sample", seed).using_encoded(blake2_256);
    let number = drawn
        .iter()
        .take(8)
        .fold(0u64, |number, byte| number.saturating_mul(256).saturating_add(u64::from(*byte)));
    let place = number.checked_rem(u64::from(seen).saturating_add(1))?;
    u32::try_from(place).ok().filter(|place| *place < MAX_SAMPLES)
}

/// Which of `members` answers of a round are kept, by number, ascending: all, or
/// [`MAX_SAMPLE_ANSWERS`] of them by lot.
pub fn chosen(seed: &Hash32, members: u32) -> Vec<u32> {
    let lots = Lots::new(*seed, members);
    let mut chosen: Vec<u32> =
        (0..members.min(MAX_SAMPLE_ANSWERS)).filter_map(|lot| lots.number_with(lot)).collect();
    chosen.sort_unstable();
    chosen
}

/// What auditors do at a time. The samples of an epoch are audited in the next one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub enum Stage {
    /// They examine the samples and commit what they found: the first half of the epoch.
    Examining,
    /// They open what they committed: the third quarter.
    Opening,
    /// The chain judges: the last quarter, and longer if blocks are full.
    Judging,
}

impl Stage {
    /// The stage of `block` in the work on the samples of `epoch`, where epochs have `blocks`
    /// blocks.
    pub fn at(block: u32, epoch: Epoch, blocks: u32) -> Self {
        let work_begins = epoch.saturating_add(1).saturating_mul(blocks);
        let passed = block.saturating_sub(work_begins);
        if passed < examining_blocks(blocks) {
            Stage::Examining
        } else if passed < opening_ends(blocks) {
            Stage::Opening
        } else {
            Stage::Judging
        }
    }

    /// The last block of the stage; `None` of [`Stage::Judging`], which ends when it is done.
    pub fn last_block(self, epoch: Epoch, blocks: u32) -> Option<u32> {
        let work_begins = epoch.saturating_add(1).saturating_mul(blocks);
        let length = match self {
            Stage::Examining => examining_blocks(blocks),
            Stage::Opening => opening_ends(blocks),
            Stage::Judging => return None,
        };
        Some(work_begins.saturating_add(length).saturating_sub(1))
    }
}

fn examining_blocks(blocks: u32) -> u32 {
    blocks.div_euclid(2)
}

fn opening_ends(blocks: u32) -> u32 {
    blocks.saturating_sub(blocks.div_euclid(4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_rounds_should_all_be_kept() {
        for seen in 0..MAX_SAMPLES {
            assert_eq!(slot(&[7; 32], seen), Some(seen));
        }
    }

    #[test]
    fn every_round_should_be_kept_as_often_as_any_other() {
        let (epochs, rounds) = (400u32, 96u32);
        let mut kept = vec![0u32; rounds as usize];
        for epoch in 0..epochs {
            let mut slots = [0u32; MAX_SAMPLES as usize];
            for seen in 0..rounds {
                let seed = (epoch, seen).using_encoded(blake2_256);
                if let Some(place) = slot(&seed, seen) {
                    slots[place as usize] = seen;
                }
            }
            slots.iter().for_each(|seen| kept[*seen as usize] += 1);
        }
        // A third of 400, with a standard deviation of 9.4.
        let (least, most) = (kept.iter().min(), kept.iter().max());
        assert!(least > Some(&90) && most < Some(&177), "{kept:?}");
    }

    #[test]
    fn stages_should_follow_each_other_and_end_with_the_epoch() {
        let stages: Vec<Stage> = (80..=120).map(|block| Stage::at(block, 1, 40)).collect();
        assert_eq!(stages.iter().filter(|stage| **stage == Stage::Examining).count(), 20);
        assert_eq!(stages.iter().filter(|stage| **stage == Stage::Opening).count(), 10);
        assert_eq!(Stage::Examining.last_block(1, 40), Some(99));
        assert_eq!(Stage::Opening.last_block(1, 40), Some(109));
        assert_eq!(
            (Stage::at(99, 1, 40), Stage::at(100, 1, 40)),
            (Stage::Examining, Stage::Opening)
        );
        assert_eq!(
            (Stage::at(109, 1, 40), Stage::at(110, 1, 40)),
            (Stage::Opening, Stage::Judging)
        );
        assert_eq!(Stage::Judging.last_block(1, 40), None);
    }

    proptest! {
        #[test]
        fn chosen_answers_should_be_different_ones(seed: [u8; 32], members in 0u32..=100) {
            let chosen = chosen(&seed, members);
            prop_assert_eq!(chosen.len() as u32, members.min(MAX_SAMPLE_ANSWERS));
            prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(chosen.iter().all(|number| *number < members));
        }
    }
}
