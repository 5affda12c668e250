//! Paying: each order's transaction is signed, written down, sent, and found again if nobody knows
//! what became of it.
//!
//! Nothing is sent that is not in the store first. What is there can be sent again without paying
//! twice, and its fate can be told from the chain ([`super::recovery`]).

use super::{
    elsewhere::tell_from_store,
    kept::Checked,
    node::Head,
    office::{Followed, Job, Office},
    order::{News, Outcome, Trouble},
    recovery::{has_begun, next_step, Step},
};
use crate::store::{Entry, Placed, Sending, State, StoreFailure, Transaction};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use waggle_client::{
    chain::Chain,
    pool::{send_and_watch, SendFailure},
    signed::{Signed, Signing},
    submit::{sign_submission, Prompt},
    taken::Taken,
    AccountId, Failure,
};

/// For how long a transaction is good, in milliseconds of chain time.
const LIFETIME_MS: u64 = 60_000;
/// How often an order gets a transaction before it is given up.
const ATTEMPTS: u32 = 5;
/// How long an order waits for its turn at most.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long it waits for a node, or for money.
const PATIENCE_IN_TROUBLE: Duration = Duration::from_secs(60);
/// How often orders are looked through for those that have waited too long.
const TICK: Duration = Duration::from_secs(1);
/// Pause before an order is tried again that could not be sent.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait for a block before a transaction in the air is looked for all the same.
const BLOCK_PATIENCE: Duration = Duration::from_secs(5);
/// What the chain says when it has no room just now: the same order may be taken a little later.
const NO_ROOM: [&str; 3] = ["TooManyOpenRounds", "TooManyRoundsOfClient", "TooCrowded"];
/// What it says when the account has less than this process thought, because another gateway pays
/// from it too.
const NO_MONEY: [&str; 2] = ["RewardUnaffordable", "FeeUnaffordable"];

/// A transaction that is written down, and whose order it is.
struct InTheAir {
    job: Job,
    transaction: Arc<Transaction>,
    account: AccountId,
    signed: Signed,
    /// The node's pool said no to it, and it was never sent before.
    is_rejected: Option<String>,
}

/// Send what waits, for as long as the desk is open.
pub(crate) async fn serve(office: Arc<Office>) {
    loop {
        while let Some((mut job, payer)) = office.next_job() {
            job.place = None;
            tokio::spawn(submit(office.clone(), job, payer));
        }
        // A tick passes when nobody wakes it.
        let _ = tokio::time::timeout(TICK, office.wake.notified()).await;
        give_up(&office);
    }
}

/// End orders that have waited too long.
fn give_up(office: &Arc<Office>) {
    let is_away = !office.node.is_connected();
    let richest = office.payers.richest();
    if richest <= office.dearest() && office.has_waiting() {
        office.poor.notify_one();
    }
    let reason = |job: &Job| -> Option<Trouble> {
        let waited = job.since.elapsed();
        if is_away && waited > PATIENCE_IN_TROUBLE {
            return Some(Trouble::NodeAway { reason: "the node is away".into() });
        }
        if richest <= job.order.costs && waited > PATIENCE_IN_TROUBLE {
            let reason = "the gateway's own accounts have too little WAG".into();
            return Some(Trouble::Refused { reason });
        }
        let reason = format!("it waited {} s for its turn", PATIENCE.as_secs());
        (waited > PATIENCE).then_some(Trouble::Refused { reason })
    };
    for job in office.remove(|job| reason(job).is_some()) {
        let Some(trouble) = reason(&job) else { continue };
        let office = office.clone();
        tokio::spawn(async move {
            office.finish(job.id, 0, Outcome::Failed(trouble)).await;
        });
    }
}

/// Sign, write down, and send.
async fn submit(office: Arc<Office>, job: Job, payer: u32) {
    let signed = match sign(&office, &job, payer).await {
        Ok(signed) => signed,
        Err(failure) => {
            tracing::warn!(request = job.id, "cannot sign: {}", failure.one_line());
            office.payers.give_back(payer);
            if let Failure::Refused(reason) = failure {
                return try_later(&office, job, reason).await;
            }
            // The node's fault: it does not count.
            tokio::time::sleep(PAUSE).await;
            return office.put_back(job);
        }
    };
    let Some(account) = office.payers.get(payer).map(|payer| payer.account) else { return };
    let transaction = Arc::new(Transaction {
        payer,
        bytes: signed.bytes.clone(),
        hash: signed.hash,
        nonce: signed.nonce,
        from_block: signed.from_block,
        until_block: signed.until_block,
    });
    let rounds = office.rounds_of_payer();
    match office.store.sending(job.id, office.gateway, &transaction, rounds).await {
        Ok(Sending::Written) => {}
        Ok(Sending::PayerBusy) => {
            office.payers.leave_alone(payer);
            return office.put_back(job);
        }
        Ok(Sending::NotReserved) => {
            office.payers.give_back(payer);
            return reload(&office, job).await;
        }
        Err(failure) => {
            tracing::error!(request = job.id, "cannot write it down, so it waits: {failure}");
            office.payers.give_back(payer);
            tokio::time::sleep(PAUSE).await;
            return office.put_back(job);
        }
    }
    let mut air = InTheAir { job, transaction, account, signed, is_rejected: None };
    let Ok(chain) = office.node.chain() else { return resolve(office, air).await };
    // Not before now: what the gateway adds to a round is measured by it.
    office.tell(air.job.id, News::Submitting);
    match send_and_watch(&chain, &air.signed).await {
        Ok(taken) if has_begun(&taken) => landed(&office, air, taken).await,
        // Whether it failed for good is seen later.
        Ok(_) => resolve(office, air).await,
        Err(SendFailure::Rejected { reason, .. }) => {
            office.node.forget_footing();
            air.is_rejected = Some(reason);
            resolve(office, air).await;
        }
        Err(SendFailure::Unsure(failure)) => {
            tracing::warn!(request = air.job.id, "not known yet: {}", failure.one_line());
            resolve(office, air).await;
        }
    }
}

/// Sign an order. As a rule the node is asked for nothing.
async fn sign(office: &Office, job: &Job, payer: u32) -> Result<Signed, Failure> {
    let chain = office.node.chain()?;
    let known = office.known_nonce(payer);
    let payer = office
        .payers
        .get(payer)
        .ok_or_else(|| Failure::Refused("there is no such account any more".into()))?;
    let slot_ms = office.constants().slot_ms.max(1);
    let lifetime = u32::try_from(LIFETIME_MS.div_ceil(slot_ms)).unwrap_or(u32::MAX);
    let nonce = async {
        match known {
            Some(nonce) => Ok(nonce),
            None => chain.next_nonce(&payer.account).await,
        }
    };
    let (nonce, footing) = tokio::try_join!(nonce, office.node.footing())?;
    let signing = Signing { payer: &payer.keypair, nonce, lifetime };
    let Checked { prompt, domain, terms, sealed, .. } = job.order.as_ref();
    let prompt = Prompt { text: prompt, domain: *domain, terms, sealed: Some(*sealed) };
    sign_submission(&footing, signing, &prompt)
}

/// An order could not be sent: it gets another turn, or is given up.
async fn try_later(office: &Arc<Office>, mut job: Job, reason: String) {
    job.attempts = job.attempts.saturating_add(1);
    if job.attempts >= ATTEMPTS || !job.is_wanted {
        return office.finish(job.id, 0, Outcome::Failed(Trouble::Refused { reason })).await;
    }
    tokio::time::sleep(PAUSE.saturating_mul(1 << job.attempts.min(ATTEMPTS))).await;
    office.put_back(job);
}

/// The store has something else of a request than this process thought.
async fn reload(office: &Arc<Office>, job: Job) {
    match office.store.request(job.id).await {
        Ok(Some(entry)) if entry.gateway == office.gateway && entry.state != State::Over => {
            tracing::warn!(request = job.id, "taken up as the database has it");
            take_up(office, job, entry);
        }
        Ok(_) => {
            tracing::warn!(request = job.id, "another gateway has taken this request up");
            if let Some(listeners) = office.take_off(job.id) {
                tokio::spawn(tell_from_store(office.store.clone(), job.id, listeners));
            }
        }
        Err(failure) => {
            tracing::error!(request = job.id, "cannot read it: {failure}");
            tokio::time::sleep(PAUSE).await;
            office.put_back(job);
        }
    }
}

/// Take up a request of this gateway's as the store has it. It is on the board.
pub(crate) fn take_up(office: &Arc<Office>, job: Job, entry: Entry) {
    let Some(transaction) = entry.transaction.map(Arc::new) else { return office.enqueue(job) };
    let payer = transaction.payer;
    let account = account_of(office, payer);
    let account = account.filter(|account| is_signed_by(&transaction.bytes, account));
    let Some(account) = account else {
        tracing::error!(
            request = job.id,
            "sent from an account that is not this gateway's: were its payer or payers changed?"
        );
        let office = office.clone();
        tokio::spawn(async move {
            // Its account is not one of this gateway's any more: what it spent cannot be seen.
            let until_block = transaction.until_block;
            let outcome = Outcome::Failed(Trouble::Unsure { until_block });
            office.finish(job.id, job.order.costs, outcome).await;
        });
        return;
    };
    match entry.round {
        Some(placed) => {
            office.payers.round_runs(payer);
            office.follow(followed(&job, account, transaction, placed, false));
        }
        None => {
            office.payers.hold(payer, job.order.costs);
            let signed = Signed {
                bytes: transaction.bytes.clone(),
                hash: transaction.hash,
                nonce: transaction.nonce,
                from_block: transaction.from_block,
                until_block: transaction.until_block,
            };
            let air = InTheAir { job, transaction, account, signed, is_rejected: None };
            tokio::spawn(resolve(office.clone(), air));
        }
    }
}

/// Whether the transaction is this account's: it names who signed it. After a change of the parent
/// the accounts have other nonces, which say nothing about it.
fn is_signed_by(bytes: &[u8], account: &AccountId) -> bool {
    bytes.windows(account.0.len()).any(|part| part == account.0)
}

fn account_of(office: &Office, payer: u32) -> Option<AccountId> {
    office.payers.get(payer).map(|payer| payer.account)
}

/// Find out what became of a transaction, however long it takes.
async fn resolve(office: Arc<Office>, mut air: InTheAir) {
    let mut heads = office.node.heads();
    office.tell(air.job.id, News::Submitting);
    loop {
        match look(&office, &air).await {
            Ok(Step::Follow(taken)) => return landed(&office, air, taken).await,
            Ok(Step::Release) => return released(&office, air).await,
            Ok(Step::Lost | Step::LookUp(_)) => {
                office.payers.give_back(air.transaction.payer);
                let until_block = air.signed.until_block;
                let outcome = Outcome::Failed(Trouble::Unsure { until_block });
                return office.finish(air.job.id, air.job.order.costs, outcome).await;
            }
            // No pool has it, so nothing can come of it.
            Ok(Step::SendAgain) if air.is_rejected.is_some() => {
                return released(&office, air).await;
            }
            Ok(Step::SendAgain) => {
                if let Some(taken) = send_again(&office, &air).await {
                    return landed(&office, air, taken).await;
                }
            }
            Ok(Step::Wait) => {
                // Whatever the pool said: the nonce is used.
                air.is_rejected = None;
            }
            Err(failure) => {
                tracing::debug!(request = air.job.id, "cannot look: {}", failure.one_line());
            }
        }
        wait_for_block(&mut heads).await;
    }
}

async fn look(office: &Office, air: &InTheAir) -> Result<Step, Failure> {
    let chain = office.node.chain()?;
    next_step(&chain, &air.account, &air.signed, air.job.order.asking_at_most()).await
}

async fn send_again(office: &Office, air: &InTheAir) -> Option<Taken> {
    let chain: Chain = office.node.chain().ok()?;
    match send_and_watch(&chain, &air.signed).await {
        Ok(taken) => Some(taken).filter(has_begun),
        Err(failure) => {
            tracing::debug!(request = air.job.id, "sent again: {failure}");
            None
        }
    }
}

async fn wait_for_block(heads: &mut watch::Receiver<Option<Head>>) {
    if let Ok(Err(_)) = tokio::time::timeout(BLOCK_PATIENCE, heads.changed()).await {
        // Nobody tells of blocks any more.
        tokio::time::sleep(BLOCK_PATIENCE).await;
    }
}

/// No block will ever take the transaction: nothing is spent.
async fn released(office: &Arc<Office>, air: InTheAir) {
    let InTheAir { job, transaction, is_rejected, .. } = air;
    office.payers.give_back(transaction.payer);
    let reason = is_rejected.unwrap_or_else(|| "no block took it in time".into());
    tracing::warn!(request = job.id, "nothing came of its transaction: {reason}");
    go_back(office, job, &transaction, 0, reason).await;
}

/// A transaction that did nothing but cost `wasted`: the order gets another one, or is given up.
async fn go_back(
    office: &Arc<Office>,
    job: Job,
    transaction: &Transaction,
    wasted: u128,
    reason: String,
) {
    let is_last = job.attempts.saturating_add(1) >= ATTEMPTS || !job.is_wanted;
    if is_last {
        let outcome = Outcome::Failed(Trouble::Refused { reason });
        return office.finish(job.id, wasted, outcome).await;
    }
    loop {
        match office.store.again(job.id, office.gateway, &transaction.hash, wasted).await {
            Ok(true) => return try_later(office, job, reason).await,
            Ok(false) => return reload(office, job).await,
            // The desk is closed: the next process finds the same.
            Err(StoreFailure::Database(sqlx::Error::PoolClosed)) => return,
            Err(failure) => {
                tracing::error!(request = job.id, "cannot write it down: {failure}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// A block has the transaction: its round runs, or it failed for good.
async fn landed(office: &Arc<Office>, air: InTheAir, taken: Taken) {
    let InTheAir { job, transaction, account, .. } = air;
    let fee = taken.asking_fee.saturating_add(taken.fee);
    let payer = transaction.payer;
    let round = match (&taken.result, taken.round) {
        (Ok(()), Some(round)) => round,
        (result, _) => {
            office.payers.landed(payer, transaction.nonce, fee, false);
            let reason = match result {
                Ok(()) => "no round was announced".to_owned(),
                Err(reason) => reason.clone(),
            };
            let says = |what: &str| reason.contains(what);
            let is_poor = NO_MONEY.into_iter().any(says);
            if is_poor {
                // Until it has been looked at.
                office.payers.has(payer, 0);
                office.poor.notify_one();
            }
            if is_poor || NO_ROOM.into_iter().any(says) {
                return go_back(office, job, &transaction, fee, reason).await;
            }
            let outcome = Outcome::Failed(Trouble::Refused { reason });
            return office.finish(job.id, fee, outcome).await;
        }
    };
    let cost = fee.saturating_add(job.order.terms.reward);
    office.payers.landed(payer, transaction.nonce, cost, true);
    let block = taken.block;
    let placed = Placed { id: round, block: block.number, block_hash: block.hash.0, fee };
    office.tell(job.id, News::Running { round, block: block.number, stage: "answering" });
    office.follow(followed(&job, account, transaction, placed, true));
    office.wake.notify_one();
    // If it cannot be written now, the next process finds it out as this one would have.
    match office.store.running(job.id, office.gateway, &placed).await {
        Ok(true) => {}
        Ok(false) => tracing::debug!(request = job.id, "over, or another gateway's, already"),
        Err(failure) => {
            tracing::error!(request = job.id, "cannot write its round down: {failure}");
        }
    }
}

fn followed(
    job: &Job,
    account: AccountId,
    transaction: Arc<Transaction>,
    placed: Placed,
    is_anchored: bool,
) -> Followed {
    Followed {
        id: job.id,
        order: job.order.clone(),
        taken: job.taken,
        account,
        transaction,
        placed,
        is_anchored,
        missing: 0,
        stage: "answering",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_should_be_those_of_the_account_that_they_name() {
        let (own, other) = (AccountId::from([7; 32]), AccountId::from([8; 32]));
        let mut bytes = vec![0x84, 0];
        bytes.extend_from_slice(&own.0);
        bytes.extend_from_slice(&[7, 8, 9]);
        assert!(is_signed_by(&bytes, &own));
        assert!(!is_signed_by(&bytes, &other));
        assert!(!is_signed_by(&[], &own));
    }
}
