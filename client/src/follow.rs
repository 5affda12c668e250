//! Following a round from best block to best block until it is over.
//!
//! A best block is not final: a re-org may take a round back a phase, or away for a moment. So
//! nothing is remembered between blocks; each best block's view of the round is the whole truth. A
//! node that restarts in the middle is connected to again.

use crate::{chain::BlockId, chain::Chain, Failure, Round};
use std::time::{Duration, Instant};
use waggle_primitives::{view::RoundState, RoundId};

/// How long to wait for the next block.
const BLOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// How often to go on after a broken connection: one that breaks again and again is no restart.
const RECONNECTS: u32 = 10;
/// For how many blocks a round may be missing before it counts as unknown: a re-org may bring it
/// back.
const BLOCKS_WITHOUT_ROUND: u32 = 8;

/// How many rounds a re-org may take away for a moment.
const ROUNDS_AWAY: RoundId = 64;

/// A round that is over.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its last view.
    pub round: Round,
    /// The best block at which it was over.
    pub block: BlockId,
    /// When this client learnt of it.
    pub seen: Instant,
}

/// Follow `round` until it is settled or cancelled; `on_block` gets its view at every best block.
/// `chain` is replaced when the node had to be connected to again.
pub async fn follow(
    chain: &mut Chain,
    round: RoundId,
    mut on_block: impl FnMut(&Round, u32),
) -> Result<Ended, Failure> {
    // A round that is already over, or was never there, needs no new block.
    let best = chain.best_block().await?;
    match chain.round(round, best.hash).await? {
        Some(view) if is_over(&view) => {
            return Ok(Ended { round: view, block: best, seen: Instant::now() })
        }
        Some(view) => on_block(&view, best.number),
        // A re-org may have taken it away a moment ago, and the newest rounds before it.
        None => {
            let newest =
                chain.recent_rounds(1).await?.first().map(|newest| newest.id).unwrap_or_default();
            if round > newest.saturating_add(ROUNDS_AWAY) {
                return Err(Failure::UnknownRound(round));
            }
        }
    }
    for _ in 0..RECONNECTS {
        match follow_connected(chain, round, &mut on_block).await {
            Err(Failure::Node { .. }) => *chain = Chain::reconnect(chain.url()).await?,
            outcome => return outcome,
        }
    }
    follow_connected(chain, round, &mut on_block).await
}

/// Wait until the block in which `ended` is over is final, and read the round again.
///
/// # Errors
/// [`Failure::RoundGone`] if a re-org took the round away, though another one may have its number
/// now.
pub async fn until_final(chain: &mut Chain, ended: Ended) -> Result<Ended, Failure> {
    loop {
        while chain.finalised_number().await? < ended.block.number {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let again = match follow(chain, ended.round.id, |_, _| {}).await {
            Err(Failure::UnknownRound(id)) => return Err(Failure::RoundGone(id)),
            again => again?,
        };
        if !is_same(&again.round, &ended.round) {
            return Err(Failure::RoundGone(ended.round.id));
        }
        if again.round.blocks.ended <= Some(chain.finalised_number().await?) {
            return Ok(Ended { seen: ended.seen, ..again });
        }
    }
}

/// Whether two views, perhaps of two forks, show the round of one and the same submission: a
/// round's number is only the count of those before it, and its prompt is gone when it is over.
fn is_same(one: &Round, other: &Round) -> bool {
    one.id == other.id
        && one.client == other.client
        && one.domain == other.domain
        && one.terms == other.terms
}

/// Whether the round is settled or cancelled.
pub fn is_over(round: &Round) -> bool {
    !matches!(round.state, RoundState::Running { .. })
}

async fn follow_connected(
    chain: &Chain,
    round: RoundId,
    on_block: &mut impl FnMut(&Round, u32),
) -> Result<Ended, Failure> {
    let mut blocks =
        chain.client().stream_best_blocks().await.map_err(|error| chain.failed(error))?;
    let mut missing = 0;
    loop {
        let next = tokio::time::timeout(BLOCK_TIMEOUT, blocks.next()).await;
        let next = next.map_err(|_| Failure::NoBlocks(BLOCK_TIMEOUT.as_secs()))?;
        let Some(next) = next else { return Err(lost(chain)) };
        let next = next.map_err(|error| chain.failed(error))?;
        let block = BlockId { number: next.number() as u32, hash: next.hash() };
        match chain.round(round, block.hash).await? {
            Some(view) if is_over(&view) => {
                return Ok(Ended { round: view, block, seen: Instant::now() })
            }
            Some(view) => {
                missing = 0;
                on_block(&view, block.number);
            }
            None if missing >= BLOCKS_WITHOUT_ROUND => return Err(Failure::UnknownRound(round)),
            None => missing += 1,
        }
    }
}

fn lost(chain: &Chain) -> Failure {
    Failure::Node { url: chain.url().to_owned(), reason: "the connection was closed".into() }
}
