//! Following: all rounds of the gateway at every best block, from one subscription.
//!
//! A best block is not final. Where the chain of best blocks does not go on from the last one, the
//! blocks with the submissions are looked for again, for a re-org may have given a round's number
//! to somebody else's question. An order that waits for a final outcome is over when the block
//! that ended its round is final.

use super::{
    node::Head,
    office::{Followed, Office},
    order::{Answered, News, Outcome, Trouble},
    recovery::{next_step, Step},
};
use crate::store::{now, Placed};
use futures::StreamExt;
use std::{collections::HashMap, sync::Arc, time::Duration};
use waggle_client::{
    amount::Amount, cancel_reason, chain::Chain, pool::send_and_watch, signed::Signed, who::Who,
    Failure, Round,
};
use waggle_primitives::{view::RoundState, Phase, RoundId};

/// Rounds that are read at once.
const AT_ONCE: usize = 16;
/// From how many rounds on they are read as a list first, so that only those are read in full that
/// are over.
const MANY: usize = 8;
/// As many rounds as the runtime lists at most.
const LISTED: u32 = 100;
/// For how many blocks the chain may not know a round before its submission is looked for again:
/// a re-org may have taken both away.
const BLOCKS_WITHOUT_ROUND: u32 = 8;
/// After how many it counts as pruned.
const BLOCKS_UNTIL_PRUNED: u32 = 64;

/// Follow what runs, for as long as the desk is open.
pub(crate) async fn serve(office: Arc<Office>) {
    let mut heads = office.node.heads();
    let mut last: Option<Head> = None;
    while heads.changed().await.is_ok() {
        let Some(head) = *heads.borrow_and_update() else { continue };
        if last.is_none_or(|last| last.breaks != head.breaks) {
            office.unanchor_all();
            office.payers.forget_nonces();
        }
        last = Some(head);
        let Ok(chain) = office.node.chain() else { continue };
        look_at_all(&office, &chain, head).await;
        // Accounts may have become free.
        office.wake.notify_one();
    }
}

async fn look_at_all(office: &Arc<Office>, chain: &Chain, head: Head) {
    let followed = office.followed();
    if followed.is_empty() {
        return;
    }
    let listed = listed(chain, followed.len()).await;
    let listed = &listed;
    futures::stream::iter(followed)
        .for_each_concurrent(AT_ONCE, |followed| async move {
            let id = followed.id;
            if let Err(failure) = look(office, chain, head, followed, listed).await {
                tracing::debug!(request = id, "cannot look: {}", failure.one_line());
            }
        })
        .await;
}

/// How the newest rounds stand, if there are so many to look at that a list is shorter.
async fn listed(chain: &Chain, rounds: usize) -> HashMap<RoundId, RoundState> {
    if rounds < MANY {
        return HashMap::new();
    }
    let newest = chain.recent_rounds(LISTED).await.unwrap_or_default();
    newest.into_iter().map(|round| (round.id, round.state)).collect()
}

async fn look(
    office: &Arc<Office>,
    chain: &Chain,
    head: Head,
    followed: Followed,
    listed: &HashMap<RoundId, RoundState>,
) -> Result<(), Failure> {
    let Some(followed) = anchored(office, chain, followed).await? else { return Ok(()) };
    let round = followed.placed.id;
    if let Some(RoundState::Running { phase, .. }) = listed.get(&round) {
        tell_phase(office, &followed, head, *phase);
        return Ok(());
    }
    let Some(view) = chain.round(round, head.block.hash).await? else {
        missing(office, &followed).await;
        return Ok(());
    };
    let is_ours = view.client == followed.account
        && view.domain == followed.order.domain
        && view.blocks.submitted == followed.placed.block;
    if !is_ours {
        // Somebody else's: the submission is somewhere else by now.
        office.amend(followed.id, |followed| followed.is_anchored = false);
        return Ok(());
    }
    if let RoundState::Running { phase, .. } = view.state {
        tell_phase(office, &followed, head, phase);
        return Ok(());
    }
    if followed.order.finalised {
        let is_final = Some(chain.finalised_number().await?) >= view.blocks.ended;
        if !is_final {
            return Ok(());
        }
    }
    // What was read last could be of another part of the chain than what was read first.
    if chain.block_hash(head.block.number).await? != Some(head.block.hash)
        || !is_in_place(chain, &followed.placed).await?
    {
        office.amend(followed.id, |followed| followed.is_anchored = false);
        return Ok(());
    }
    // Only one of two heads that see it over ends it.
    if office.unfollow(followed.id) {
        tokio::spawn(conclude(office.clone(), chain.clone(), head, followed, view));
    }
    Ok(())
}

/// The round, once its submission is known to be in a block of the best chain. `None`: it is not,
/// or not yet.
async fn anchored(
    office: &Arc<Office>,
    chain: &Chain,
    mut followed: Followed,
) -> Result<Option<Followed>, Failure> {
    if followed.is_anchored {
        return Ok(Some(followed));
    }
    let id = followed.id;
    if is_in_place(chain, &followed.placed).await? {
        followed.is_anchored = true;
        office.amend(id, |followed| followed.is_anchored = true);
        return Ok(Some(followed));
    }
    let Some(placed) = placed_again(office, chain, &followed).await? else { return Ok(None) };
    tracing::info!(
        request = id,
        "a re-org moved it from round {} to {}",
        followed.placed.id,
        placed.id
    );
    office.amend(id, |followed| {
        followed.placed = placed;
        followed.is_anchored = true;
        followed.missing = 0;
    });
    if let Err(failure) = office.store.running(id, office.gateway, &placed).await {
        tracing::error!(request = id, "cannot write its round down: {failure}");
    }
    followed.placed = placed;
    followed.is_anchored = true;
    followed.missing = 0;
    Ok(Some(followed))
}

/// Whether the block with the submission is one of the best chain's.
async fn is_in_place(chain: &Chain, placed: &Placed) -> Result<bool, Failure> {
    let hash = chain.block_hash(placed.block).await?;
    Ok(hash.is_some_and(|hash| hash.0 == placed.block_hash))
}

/// Where a re-org put the submission. `None`: nowhere yet, or it is over with it.
async fn placed_again(
    office: &Arc<Office>,
    chain: &Chain,
    followed: &Followed,
) -> Result<Option<Placed>, Failure> {
    let transaction = &followed.transaction;
    let signed = Signed {
        bytes: transaction.bytes.clone(),
        hash: transaction.hash,
        nonce: transaction.nonce,
        from_block: transaction.from_block,
        until_block: transaction.until_block,
    };
    let asking = followed.order.asking_at_most();
    let step = next_step(chain, &followed.account, &signed, asking).await?;
    let (spent, trouble) = match step {
        Step::Wait => return Ok(None),
        Step::SendAgain => {
            send_again(office, chain, followed, signed);
            return Ok(None);
        }
        Step::Follow(taken) => {
            let fee = taken.asking_fee.saturating_add(taken.fee);
            match (taken.result, taken.round) {
                (Ok(()), Some(id)) => {
                    let block_hash = taken.block.hash.0;
                    return Ok(Some(Placed { id, block: taken.block.number, block_hash, fee }));
                }
                (result, _) => {
                    let reason = result.err().unwrap_or_else(|| "no round was announced".into());
                    (fee, Trouble::Refused { reason })
                }
            }
        }
        Step::Release => {
            let reason = "the part of the chain that had it was given up".into();
            (0, Trouble::Refused { reason })
        }
        Step::Lost | Step::LookUp(_) => {
            (followed.order.costs, Trouble::Unsure { until_block: signed.until_block })
        }
    };
    if office.unfollow(followed.id) {
        office.payers.round_ended(transaction.payer, 0);
        let (office, id) = (office.clone(), followed.id);
        tokio::spawn(async move { office.finish(id, spent, Outcome::Failed(trouble)).await });
    }
    Ok(None)
}

/// The pool has what a re-org took away again by itself, unless the node has been started anew:
/// so it is sent again now and then.
fn send_again(office: &Office, chain: &Chain, followed: &Followed, signed: Signed) {
    let times = followed.missing;
    office.amend(followed.id, |followed| followed.missing = times.saturating_add(1));
    if times.is_multiple_of(BLOCKS_WITHOUT_ROUND) {
        let (chain, id) = (chain.clone(), followed.id);
        tokio::spawn(async move {
            if let Err(failure) = send_and_watch(&chain, &signed).await {
                tracing::debug!(request = id, "sent again: {failure}");
            }
        });
    }
}

/// The chain does not know the round.
async fn missing(office: &Arc<Office>, followed: &Followed) {
    let id = followed.id;
    let missing = followed.missing.saturating_add(1);
    office.amend(id, |followed| {
        followed.missing = missing;
        followed.is_anchored = !missing.is_multiple_of(BLOCKS_WITHOUT_ROUND);
    });
    if missing >= BLOCKS_UNTIL_PRUNED && office.unfollow(id) {
        // It ended, nobody knows how: all that it may have cost counts as spent.
        office.payers.round_ended(followed.transaction.payer, 0);
        let spent = followed.order.terms.reward.saturating_add(followed.placed.fee);
        let outcome = Outcome::Failed(Trouble::NoSuchRound(followed.placed.id));
        let office = office.clone();
        tokio::spawn(async move { office.finish(id, spent, outcome).await });
    }
}

fn tell_phase(office: &Office, followed: &Followed, head: Head, phase: Phase) {
    let stage = stage_of(phase);
    if followed.stage != stage || followed.missing > 0 {
        office.amend(followed.id, |followed| {
            followed.stage = stage;
            followed.missing = 0;
        });
    }
    let (round, block) = (followed.placed.id, head.block.number);
    office.tell(followed.id, News::Running { round, block, stage });
}

fn stage_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Answering => "answering",
        Phase::OpeningAnswers => "opening answers",
        Phase::Grading => "grading",
        Phase::OpeningGrades => "opening grades",
    }
}

/// The round is over as of `head`: say how, and settle.
async fn conclude(office: Arc<Office>, chain: Chain, head: Head, followed: Followed, view: Round) {
    let reward = view.terms.reward;
    let fee = followed.placed.fee;
    let spent = reward.saturating_sub(view.returned).saturating_add(fee);
    let milliseconds = now().saturating_sub(followed.taken).max(0).unsigned_abs();
    let elapsed = Duration::from_millis(milliseconds);
    office.took(elapsed);
    let round = view.id;
    let outcome = match view.state {
        RoundState::Settled { winner } => {
            let answered = answered(&chain, head, &view, winner).await;
            Outcome::Answered(Answered {
                finalised: followed.order.finalised,
                reward: Amount(reward.saturating_sub(view.returned)),
                fee: Amount(fee),
                elapsed,
                ..answered
            })
        }
        RoundState::NobodyWon { .. } => {
            let kept = Amount(reward.saturating_sub(view.returned));
            Outcome::Failed(Trouble::NobodyWon { round, kept })
        }
        RoundState::Cancelled { reason } => {
            let reason = cancel_reason(&reason).to_owned();
            Outcome::Failed(Trouble::Cancelled { round, reason })
        }
        // Nobody calls this of a running round.
        RoundState::Running { .. } => return office.follow(followed),
    };
    office.payers.round_ended(followed.transaction.payer, view.returned);
    office.finish(followed.id, spent, outcome).await;
}

/// The winner's answer, without what only the order knows.
async fn answered(chain: &Chain, head: Head, view: &Round, winner: u32) -> Answered {
    let block = view.blocks.ended.unwrap_or(head.block.number);
    let hash = if block == head.block.number {
        Some(head.block.hash)
    } else {
        chain.block_hash(block).await.ok().flatten()
    };
    let owner = view.agents.get(winner as usize).map(|agent| agent.owner);
    let model = match owner {
        Some(owner) => chain.find_agent(Who::Owner(owner), Some(head.block.hash)).await,
        None => Ok(None),
    };
    let model = model.ok().flatten().map(|detail| detail.agent.model).unwrap_or_default();
    let text = view.winning_answer.as_deref().unwrap_or_default();
    Answered {
        round: view.id,
        block,
        block_hash: hash.map(|hash| format!("0x{}", hex::encode(hash.0))).unwrap_or_default(),
        finalised: false,
        winner: owner.map(|owner| owner.to_string()).unwrap_or_default(),
        text: String::from_utf8_lossy(text).into_owned(),
        reward: Amount::default(),
        fee: Amount::default(),
        agents: view.agents.len(),
        model: String::from_utf8_lossy(&model).into_owned(),
        elapsed: Duration::ZERO,
    }
}
