//! Which histories are played: one of the usual length, or as many and as long as the environment
//! says. Histories have seeds in a row, so that a long run can be stopped and gone on with.

use super::tally::Tally;
use std::time::Instant;

/// Histories with seeds in a row, all of the same length.
pub(crate) struct Plan {
    /// The seed of the first one.
    first: u64,
    /// How many there are.
    count: u64,
    /// Blocks of each.
    blocks: u64,
}

impl Plan {
    /// What the variables `WAGGLE_SEED`, `WAGGLE_HISTORIES` and `WAGGLE_HISTORY_BLOCKS` say. Where
    /// they say nothing: one history of this seed and length.
    pub(crate) fn or(seed: u64, blocks: u64) -> Self {
        Self {
            first: number_of("WAGGLE_SEED", seed),
            count: number_of("WAGGLE_HISTORIES", 1),
            blocks: number_of("WAGGLE_HISTORY_BLOCKS", blocks),
        }
    }

    /// Blocks of each history.
    pub(crate) fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Play the histories, each with its seed, and say now and then how far that is. Returns what
    /// all of them came to.
    pub(crate) fn play(&self, history: impl Fn(u64) -> Tally) -> Tally {
        let (begin, blocks) = (Instant::now(), self.blocks);
        let mut all = Tally::default();
        for played in 0..self.count {
            let seed = self.first + played;
            println!("WAGGLE_SEED={seed} WAGGLE_HISTORY_BLOCKS={blocks}");
            all.add(history(seed));
            let (done, left) = (played + 1, self.count - played - 1);
            if left > 0 {
                println!(
                    "{} of {} blocks in {} s; to go on from here: WAGGLE_SEED={} \
                     WAGGLE_HISTORIES={left} WAGGLE_HISTORY_BLOCKS={blocks}",
                    done * blocks,
                    self.count * blocks,
                    begin.elapsed().as_secs(),
                    seed + 1,
                );
            }
        }
        all
    }
}

fn number_of(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}
