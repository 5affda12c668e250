//! What has to be done now and then: say that this gateway lives, take up what dead ones left, keep
//! money in the accounts, forget what is old.

use super::{
    cashier::take_up,
    kept::{read_order, Checked},
    office::{Job, Office},
    order::{Outcome, Trouble},
};
use crate::store::{now, Entry, State, StoreFailure, LEASE};
use futures::StreamExt;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use waggle_client::{
    account::account_id,
    amount::{Amount, WAG},
    chain::Chain,
    pool::{send_and_watch, SendFailure},
    signed::sign_transfers,
    AccountId, Failure,
};

/// How long a request may be in the database, but in nobody's hands, before it counts as left
/// behind: what was taken a moment ago is about to be put on the board.
const UNTIL_LEFT_MS: i64 = 30_000;
/// How often what is old is forgotten.
const PURGE: Duration = Duration::from_secs(60);
/// How often the chain's rules are read again.
const CONSTANTS: Duration = Duration::from_secs(60);
/// How often accounts are looked at.
const FUNDING: Duration = Duration::from_secs(5);
/// Pause between two looks, however many orders wait for money.
const FUNDING_PAUSE: Duration = Duration::from_millis(200);
/// Accounts that are read at once.
const AT_ONCE: usize = 8;
/// Transfers in one transaction at most.
const TRANSFERS: usize = 64;
/// What stays with the parent, and with each account: deposits, and fees of transfers.
const REST: u128 = WAG / 10;
/// For how many blocks a transfer is good.
const LIFETIME: u32 = 64;

/// Keep the lease, and take up what was left, for as long as the desk is open.
pub(crate) async fn keep_lease(office: Arc<Office>) {
    let mut last_purge = Instant::now();
    let mut last_constants = Instant::now();
    loop {
        tokio::time::sleep(LEASE / 3).await;
        if let Err(failure) = office.store.renew(office.gateway, now()).await {
            tracing::error!("cannot renew the lease: {failure}");
            continue;
        }
        if let Err(failure) = take_up_left(&office, UNTIL_LEFT_MS).await {
            tracing::error!("cannot look for requests that were left: {failure}");
        }
        if last_purge.elapsed() > PURGE {
            last_purge = Instant::now();
            let kept = i64::try_from(office.settings.kept.as_millis()).unwrap_or(i64::MAX);
            if let Err(failure) = office.store.purge(now().saturating_sub(kept)).await {
                tracing::error!("cannot forget what is old: {failure}");
            }
        }
        if last_constants.elapsed() > CONSTANTS {
            last_constants = Instant::now();
            if let Ok(chain) = office.node.chain() {
                // The lease does not wait for a node that does not answer.
                let constants = tokio::time::timeout(LEASE / 5, chain.constants()).await;
                if let Ok(Ok(constants)) = constants {
                    office.set_constants(constants);
                }
            }
        }
    }
}

/// Take up what dead gateways left, and what is this one's but in nobody's hands for longer than
/// `older_than` milliseconds.
///
/// # Errors
/// [`StoreFailure::Database`].
pub(crate) async fn take_up_left(
    office: &Arc<Office>,
    older_than: i64,
) -> Result<(), StoreFailure> {
    let adopted = office.store.adopt(office.gateway, now()).await?;
    let latest = now().saturating_sub(older_than);
    for id in office.store.unfinished(office.gateway).await? {
        if office.knows(id) {
            continue;
        }
        let Some(entry) = office.store.request(id).await? else { continue };
        let is_left = adopted.contains(&id) || entry.taken <= latest;
        if is_left && entry.state != State::Over && office.register(id) {
            tracing::info!(request = id, "taking up what was left: {:?}", entry.state);
            take_up_one(office, entry).await;
        }
    }
    Ok(())
}

async fn take_up_one(office: &Arc<Office>, entry: Entry) {
    let id = entry.id;
    let Some(order) = read_order(&entry.asked) else {
        // What was sent may have been taken; what was not was not.
        let (spent, trouble) = match &entry.transaction {
            Some(sent) => (entry.charged, Trouble::Unsure { until_block: sent.until_block }),
            None => (0, Trouble::Refused { reason: "another version took the order".into() }),
        };
        return office.finish(id, spent, Outcome::Failed(trouble)).await;
    };
    if entry.state == State::Reserved && !entry.is_named {
        let reason = "the gateway ended before it was sent: ask again".into();
        return office.finish(id, 0, Outcome::Failed(Trouble::Refused { reason })).await;
    }
    let job = job_of(&entry, Arc::new(order));
    take_up(office, job, entry);
}

fn job_of(entry: &Entry, order: Arc<Checked>) -> Job {
    Job {
        id: entry.id,
        key: entry.key,
        order,
        taken: entry.taken,
        since: Instant::now(),
        attempts: 0,
        is_wanted: entry.is_named,
        place: None,
    }
}

/// Keep money in the accounts, for as long as the desk is open.
pub(crate) async fn keep_funds(office: Arc<Office>) {
    let mut not_before = 0;
    loop {
        let mut pause = FUNDING_PAUSE;
        if let Ok(chain) = office.node.chain() {
            if let Err(failure) = fund(&office, &chain, &mut not_before).await {
                tracing::warn!("cannot look after the accounts: {failure}");
                pause = FUNDING;
            }
            office.wake.notify_one();
        }
        // Looked at in between when orders wait for money.
        let _ = tokio::time::timeout(FUNDING, office.poor.notified()).await;
        tokio::time::sleep(pause).await;
    }
}

/// Why accounts got no money.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FundingFailure {
    #[error(transparent)]
    Store(#[from] StoreFailure),
    #[error(transparent)]
    Node(#[from] Failure),
    #[error(transparent)]
    Transfer(#[from] SendFailure),
    #[error("the chain took the transfer, but refused to do it: {0}")]
    Refused(String),
    #[error(
        "{account} has {free} WAG, and the accounts that pay lack {lacking} WAG: send it funds"
    )]
    ParentPoor { account: AccountId, free: Amount, lacking: Amount },
}

/// Read what the accounts have and where they stand, and bring those to their float that have less
/// than half of it. Of several gateways one does the latter, so that no account gets its float
/// twice.
///
/// `not_before`: no transfer is sent until this block is past, for an earlier one may yet be taken.
pub(crate) async fn fund(
    office: &Office,
    chain: &Chain,
    not_before: &mut u32,
) -> Result<(), FundingFailure> {
    let accounts: Vec<(u32, AccountId)> =
        office.payers.iter().map(|(number, payer)| (number, payer.account)).collect();
    let free: Vec<Result<(u32, AccountId, u128), Failure>> = futures::stream::iter(accounts)
        .map(|(number, account)| async move {
            let free = chain.free_balance(&account).await?;
            // So that the next order does not wait for it.
            if office.payers.nonce(number).is_none() && !office.store.is_shared() {
                office.payers.stands_at(number, chain.next_nonce(&account).await?);
            }
            Ok::<_, Failure>((number, account, free))
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let free: Vec<(u32, AccountId, u128)> = free.into_iter().collect::<Result<_, _>>()?;
    for (number, _, free) in &free {
        // The last of it is the deposit of an account that lives.
        office.payers.has(*number, free.saturating_sub(REST));
    }
    if is_open(chain.best_block().await?.number, *not_before)
        || !office.store.leads(office.gateway, now()).await?
    {
        return Ok(());
    }
    let transfers = transfers(&free, office.settings.float.0, office.dearest());
    if transfers.is_empty() {
        return Ok(());
    }
    let parent = &office.settings.payer;
    let account = account_id(parent);
    let has = chain.free_balance(&account).await?.saturating_sub(REST);
    let (affordable, lacking) = affordable(transfers, has);
    if !affordable.is_empty() {
        let signed = sign_transfers(chain, parent, LIFETIME, &affordable).await?;
        match send_and_watch(chain, &signed).await {
            Ok(taken) => taken.result.map_err(FundingFailure::Refused)?,
            Err(failure) => {
                if matches!(failure, SendFailure::Unsure(_)) {
                    *not_before = signed.until_block;
                }
                return Err(failure.into());
            }
        }
        for (number, account, _) in &free {
            let is_paid = affordable.iter().any(|(paid, _)| paid == account);
            if is_paid {
                let free = chain.free_balance(account).await?;
                office.payers.has(*number, free.saturating_sub(REST));
            }
        }
    }
    if lacking > 0 {
        let (free, lacking) = (Amount(has), Amount(lacking));
        return Err(FundingFailure::ParentPoor { account, free, lacking });
    }
    Ok(())
}

/// Whether a transfer that is good until the block `until` may yet be taken. None is good for
/// longer than its life: then the chain has begun anew.
fn is_open(best: u32, until: u32) -> bool {
    best <= until && until.saturating_sub(best) <= LIFETIME && until > 0
}

/// Who gets how much: each account that has less than half its float, and the first one so much
/// that it can pay for the `dearest` order that waits.
fn transfers(
    free: &[(u32, AccountId, u128)],
    float: u128,
    dearest: u128,
) -> Vec<(AccountId, u128)> {
    let lacks = |&(number, account, free): &(u32, AccountId, u128)| {
        let dearest = if number == 0 { dearest.saturating_add(2 * REST) } else { 0 };
        let is_low = free < float / 2 || free < dearest;
        let lacking = float.max(dearest).saturating_sub(free);
        (is_low && lacking > 0).then_some((account, lacking))
    };
    free.iter().filter_map(lacks).take(TRANSFERS).collect()
}

/// Those of the transfers, in their order, for which there is enough, and what the others lack.
fn affordable(transfers: Vec<(AccountId, u128)>, has: u128) -> (Vec<(AccountId, u128)>, u128) {
    let mut left = has;
    let mut lacking = 0u128;
    let mut affordable = Vec::new();
    for (account, amount) in transfers {
        match left.checked_sub(amount) {
            Some(rest) => {
                left = rest;
                affordable.push((account, amount));
            }
            None => lacking = lacking.saturating_add(amount),
        }
    }
    (affordable, lacking)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::from([number; 32])
    }

    fn accounts(free: &[u128]) -> Vec<(u32, AccountId, u128)> {
        let all = (0u8..).zip(free);
        all.map(|(number, free)| (number.into(), account(number), *free)).collect()
    }

    #[test]
    fn accounts_should_be_brought_to_their_float_when_less_than_half_of_it_is_left() {
        let free = accounts(&[0, 49 * WAG, 50 * WAG, 200 * WAG]);
        let expected = [(account(0), 100 * WAG), (account(1), 51 * WAG)];
        assert_eq!(transfers(&free, 100 * WAG, 0), expected);
    }

    #[test]
    fn one_account_should_get_what_a_dear_order_needs() {
        let free = accounts(&[100 * WAG, 100 * WAG]);
        let expected = [(account(0), 400 * WAG + 2 * REST)];
        assert_eq!(transfers(&free, 100 * WAG, 500 * WAG), expected);
    }

    #[test]
    fn transfers_should_be_waited_for_when_a_block_may_take_them_yet() {
        assert!(!is_open(1_000, 0));
        assert!(is_open(1_000, 1_064));
        assert!(is_open(1_064, 1_064));
        assert!(!is_open(1_065, 1_064));
        assert!(!is_open(3, 1_064), "the chain has begun anew");
    }

    #[test]
    fn transfers_should_be_those_that_can_be_paid() {
        let wanted = vec![(account(0), 60), (account(1), 60), (account(2), 30)];
        let (paid, lacking) = affordable(wanted, 100);
        assert_eq!(paid, [(account(0), 60), (account(2), 30)]);
        assert_eq!(lacking, 60);
    }
}
