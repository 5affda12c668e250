//! What to do about a transaction of which nobody knows whether it was taken, as a function of what
//! the chain says.
//!
//! A transaction is taken, or will be, or never can be: its account's nonce is used up by another
//! one, or its last block is past. It counts as past once that block is final, or so far behind
//! the best one that no re-org reaches it. Until then sending the same bytes again does no harm.
//!
//! One that failed in a block is not believed to have failed before that block is past in the same
//! way: a re-org would give it another try, beside the one that was sent in its place.

use waggle_client::{
    chain::{BlockId, Chain},
    signed::Signed,
    taken::{buried_round, find, standing, Found, Standing, Taken},
    AccountId, Failure,
};

/// How far beyond a transaction's last block the best one has to be if finality stands still.
const BEYOND_REORGS: u32 = 128;

/// How many blocks back any node keeps states.
const NEVER_DISCARDED: u32 = 64;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A block took it: its round runs, or it failed for good.
    Follow(Taken),
    /// This block took it, but the state that says how it went has been discarded.
    LookUp(BlockId),
    /// No block has it, and one may yet: send the same bytes again, and look at the next block.
    SendAgain,
    /// Something used up the nonce, but no block seems to have these bytes, or they failed in a
    /// block that a re-org may take away: look again at the next block.
    Wait,
    /// No block has it, and none ever will: nothing is spent.
    Release,
    /// It may have been taken, but the blocks that say so cannot be read any more.
    Lost,
}

/// The step for a transaction with this `nonce` and last block. `found`: what a search of the best
/// chain's blocks came to; it is needed only once the nonce is used up.
fn step(nonce: u64, until_block: u32, standing: &Standing, found: &Found) -> Step {
    let is_for_good = |block: u32| {
        standing.finalised >= block || standing.best.number >= block.saturating_add(BEYOND_REORGS)
    };
    let is_past = is_for_good(until_block);
    let is_used = needs_search(nonce, standing);
    let is_used_for_good = standing.finalised_nonce > nonce;
    match found {
        Found::Taken(taken) if !has_begun(taken) && !is_for_good(taken.block.number) => Step::Wait,
        Found::Taken(taken) => Step::Follow(taken.clone()),
        Found::Buried(block) => Step::LookUp(*block),
        Found::Unreadable if is_used && (is_past || is_used_for_good) => Step::Lost,
        Found::Nowhere | Found::Unreadable if is_used_for_good => Step::Release,
        Found::Nowhere | Found::Unreadable if is_past => Step::Release,
        Found::Nowhere | Found::Unreadable if is_used => Step::Wait,
        Found::Nowhere | Found::Unreadable if standing.best.number >= until_block => Step::Wait,
        Found::Nowhere | Found::Unreadable => Step::SendAgain,
    }
}

/// Whether a round began.
pub(crate) fn has_begun(taken: &Taken) -> bool {
    taken.result.is_ok() && taken.round.is_some()
}

/// The step for a transaction of `account`, as the chain says now. [`Step::LookUp`] is done here:
/// where the events that say what was paid are gone, `asking_at_most` counts as paid.
///
/// # Errors
/// The node's failures.
pub(crate) async fn next_step(
    chain: &Chain,
    account: &AccountId,
    signed: &Signed,
    asking_at_most: u128,
) -> Result<Step, Failure> {
    let standing = standing(chain, account).await?;
    let found = if needs_search(signed.nonce, &standing) {
        find(chain, signed).await?
    } else {
        Found::Nowhere
    };
    let step = step(signed.nonce, signed.until_block, &standing, &found);
    let Step::LookUp(block) = step else { return Ok(step) };
    Ok(match buried_round(chain, block, account).await? {
        Some(round) => Step::Follow(Taken {
            block,
            result: Ok(()),
            round: Some(round),
            asking_fee: asking_at_most,
            fee: 0,
            events: Vec::new(),
        }),
        // Its events cannot have been discarded yet: the node may tell a moment later.
        None if standing.best.number < block.number.saturating_add(NEVER_DISCARDED) => Step::Wait,
        None => Step::Lost,
    })
}

/// Whether blocks have to be searched: if the nonce is not used up, none has it.
fn needs_search(nonce: u64, standing: &Standing) -> bool {
    standing.best_nonce > nonce || standing.finalised_nonce > nonce
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::chain::BlockHash;

    const NONCE: u64 = 5;
    const UNTIL: u32 = 100;

    fn standing(best: (u32, u64), finalised: (u32, u64)) -> Standing {
        Standing {
            best: BlockId { number: best.0, hash: BlockHash::zero() },
            best_nonce: best.1,
            finalised: finalised.0,
            finalised_nonce: finalised.1,
        }
    }

    fn after(best: (u32, u64), finalised: (u32, u64), found: &Found) -> Step {
        step(NONCE, UNTIL, &standing(best, finalised), found)
    }

    #[test]
    fn rounds_should_be_followed_when_a_block_took_the_bytes() {
        let taken = Taken {
            block: BlockId { number: 60, hash: BlockHash::zero() },
            result: Ok(()),
            round: Some(3),
            asking_fee: 1,
            fee: 2,
            events: Vec::new(),
        };
        let found = Found::Taken(taken.clone());
        for standing in [((60, 6), (50, 5)), ((300, 9), (290, 9))] {
            assert_eq!(after(standing.0, standing.1, &found), Step::Follow(taken.clone()));
        }
    }

    #[test]
    fn failures_should_be_believed_when_no_reorg_can_undo_them() {
        let failed = Taken {
            block: BlockId { number: 60, hash: BlockHash::zero() },
            result: Err("TooManyOpenRounds".into()),
            round: None,
            asking_fee: 0,
            fee: 2,
            events: Vec::new(),
        };
        let found = Found::Taken(failed.clone());
        assert_eq!(after((60, 6), (57, 5), &found), Step::Wait);
        assert_eq!(after((187, 6), (59, 5), &found), Step::Wait);
        assert_eq!(after((61, 6), (60, 6), &found), Step::Follow(failed.clone()));
        assert_eq!(after((188, 6), (59, 5), &found), Step::Follow(failed));
    }

    #[test]
    fn rounds_should_be_looked_up_when_the_events_are_gone() {
        let block = BlockId { number: 60, hash: BlockHash::zero() };
        assert_eq!(after((900, 6), (890, 6), &Found::Buried(block)), Step::LookUp(block));
    }

    #[test]
    fn bytes_should_be_sent_again_when_a_block_may_yet_take_them() {
        assert_eq!(after((60, 5), (40, 5), &Found::Nowhere), Step::SendAgain);
        assert_eq!(after((99, 5), (40, 5), &Found::Nowhere), Step::SendAgain);
    }

    #[test]
    fn nothing_should_be_released_when_a_reorg_could_take_the_bytes_yet() {
        assert_eq!(after((100, 5), (99, 5), &Found::Nowhere), Step::Wait);
        assert_eq!(after((227, 5), (99, 5), &Found::Nowhere), Step::Wait);
        // Another transaction has the nonce, but only in blocks that may be given up.
        assert_eq!(after((60, 6), (40, 5), &Found::Nowhere), Step::Wait);
    }

    #[test]
    fn budgets_should_be_released_when_no_block_can_take_the_bytes_any_more() {
        assert_eq!(after((110, 5), (100, 5), &Found::Nowhere), Step::Release);
        assert_eq!(after((228, 5), (40, 5), &Found::Nowhere), Step::Release);
        assert_eq!(after((60, 6), (55, 6), &Found::Nowhere), Step::Release);
    }

    #[test]
    fn requests_should_count_as_lost_when_the_blocks_cannot_be_read() {
        assert_eq!(after((9_000, 6), (8_990, 6), &Found::Unreadable), Step::Lost);
        assert_eq!(after((60, 6), (50, 5), &Found::Unreadable), Step::Wait);
        // The nonce was used between the readings of the best block and of the final one.
        assert_eq!(after((60, 5), (61, 6), &Found::Unreadable), Step::Lost);
        // Whatever the blocks say: the nonce was never used.
        assert_eq!(after((9_000, 5), (8_990, 5), &Found::Unreadable), Step::Release);
    }

    #[test]
    fn blocks_should_be_searched_when_the_nonce_is_used() {
        assert!(!needs_search(NONCE, &standing((60, 5), (50, 5))));
        assert!(needs_search(NONCE, &standing((60, 6), (50, 5))));
    }
}
