//! Receipts of rounds: had from a node, and seen to be ones. Whoever verifies one later needs no
//! node: that is `waggle_receipt`.

use crate::{ask::watch, chain::Chain, follow::is_over, observer::Observer, Failure};
use subxt::rpcs::rpc_params;
use waggle_primitives::{Hash32, RoundId};
use waggle_receipt::{verify, Verdict};

/// A receipt that verifies against the genesis hash that the node names.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The receipt's bytes.
    pub bytes: Vec<u8>,
    /// What it shows.
    pub verdict: Verdict,
}

/// A receipt of a round whose result is final, at a block that becomes final meanwhile.
///
/// # Errors
/// [`Failure::NotOver`], [`Failure::NotFinal`] and [`Failure::UnknownRound`] say why there is none
/// yet, or none any more; [`Failure::BadReceipt`] that the node gives none that verifies.
pub async fn receipt(chain: &Chain, round: RoundId) -> Result<Verified, Failure> {
    let best = chain.best_block().await?;
    let view = chain.round(round, best.hash).await?.ok_or(Failure::UnknownRound(round))?;
    if !is_over(&view) {
        return Err(Failure::NotOver(round));
    }
    let ended = view.blocks.ended.unwrap_or(best.number);
    let finalised = chain.finalised_number().await?;
    if ended > finalised {
        return Err(Failure::NotFinal { round, ended, finalised });
    }
    let hex: String = chain.request("waggle_receipt", rpc_params![round]).await?;
    let bytes = hex::decode(hex.trim_start_matches("0x"))
        .map_err(|error| Failure::Unreadable { what: "receipt", reason: error.to_string() })?;
    let genesis = genesis(chain).await?;
    let verdict = verify(&bytes, genesis).map_err(Failure::BadReceipt)?;
    if verdict.round != round {
        let reason = format!("it is of round {}", verdict.round);
        return Err(Failure::Unreadable { what: "receipt", reason });
    }
    Ok(Verified { bytes, verdict })
}

/// The same of a round that may still run: waits until its result is final.
///
/// # Errors
/// Those of [`watch`] and [`receipt`].
pub async fn receipt_when_final(
    chain: &mut Chain,
    round: RoundId,
    observer: &mut impl Observer,
) -> Result<Verified, Failure> {
    watch(chain, round, true, observer).await?;
    observer.doing("waiting for the next final block");
    let made = receipt(chain, round).await;
    observer.doing("");
    made
}

/// The hash of the chain's first block, as the node tells it.
pub async fn genesis(chain: &Chain) -> Result<Hash32, Failure> {
    let hash = chain.block_hash(0).await?;
    let none = || Failure::Unreadable { what: "genesis hash", reason: "there is none".into() };
    Ok(hash.ok_or_else(none)?.0)
}
