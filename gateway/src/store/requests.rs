//! Requests, from taking to their end, and what they hold of their key's budget.
//!
//! `reserved` (nothing was sent) → `sent` (signed bytes are written down, and may be sent) →
//! `running` (a block took them) → `over`. A request may be over from any of them, and goes back
//! from `sent` to `reserved` when its transaction can never do what it should. Only the gateway
//! that a request belongs to changes it, so one that was thought dead and is not cannot pay
//! for what another has taken up: its next statement finds nothing.

use super::{
    amount, day_of, in_transaction, on_pool, stored, GatewayId, KeyId, Store, StoreFailure,
    BEGIN_UNSYNCED,
};
use sqlx::{Decode, FromRow, Row, Type};
use std::time::Duration;

/// The number of a request.
pub type RequestId = i64;

/// What a request takes of a key's tokens. They are counted so that a key gains as many in a
/// millisecond as it may make requests in a minute, which is exact. So many milliseconds it takes
/// to gather all tokens, too.
pub(super) const REQUEST: i64 = 60_000;

/// A request to be taken.
#[derive(Clone, Debug)]
pub struct NewRequest<'a> {
    /// Whose it is.
    pub key: KeyId,
    /// What its caller calls it, and the hash of what it says.
    pub idempotency: Option<(&'a str, [u8; 32])>,
    /// The order, as its gateway reads it again.
    pub asked: &'a str,
    /// What it may cost at most: so much of the budget is held.
    pub costs: u128,
    /// Who takes it.
    pub gateway: GatewayId,
}

/// What became of taking a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taking {
    /// Its budget is held.
    Taken(RequestId),
    /// The key has asked this under the same name before.
    Known(Box<Entry>),
    /// The key has asked something else under the same name.
    OtherBody,
    /// The key is revoked.
    Revoked,
    /// Too many requests in a minute.
    TooFast {
        /// When there is room for the next one.
        retry_after: Duration,
    },
    /// As many requests of the key as may are waiting or running.
    TooMany,
    /// The day's budget does not hold it.
    NoBudget {
        /// What is left of it.
        left: u128,
    },
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its budget is held, and nothing was sent.
    Reserved,
    /// It has a transaction, of which nobody knows yet whether a block took it.
    Sent,
    /// Its round runs.
    Running,
    /// It has an outcome.
    Over,
}

/// A signed transaction, as it is written down before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Number of the derived account that signed it.
    pub payer: u32,
    /// The extrinsic.
    pub bytes: Vec<u8>,
    /// Its hash.
    pub hash: [u8; 32],
    /// The account's nonce.
    pub nonce: u64,
    /// The block from which its life is counted.
    pub from_block: u32,
    /// Last block that may take it.
    pub until_block: u32,
}

/// What became of writing a transaction down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It may be sent.
    Written,
    /// Its account has another one in the air, or as many rounds as it may have: take another
    /// account.
    PayerBusy,
    /// The request is not reserved, or another gateway's: do not send.
    NotReserved,
}

/// Where a request's round is on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The round's number.
    pub id: u64,
    /// The block with its submission.
    pub block: u32,
    /// That block's hash.
    pub block_hash: [u8; 32],
    /// What was paid for asking and for the transaction.
    pub fee: u128,
}

/// A request as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: RequestId,
    /// Whose it is.
    pub key: KeyId,
    /// Whether its caller gave it a name, under which it may ask for it again.
    pub is_named: bool,
    /// The hash of what was said under the name.
    pub body: Option<Vec<u8>>,
    /// Whose hands it is in.
    pub gateway: GatewayId,
    /// Where it stands.
    pub state: State,
    /// The order. Empty once it is over.
    pub asked: String,
    /// When it was taken.
    pub taken: i64,
    /// What of the budget it holds; once it is over, what it took.
    pub charged: u128,
    /// Fees of attempts that failed in a block.
    pub wasted: u128,
    /// Its transaction, once it is sent and until it is over.
    pub transaction: Option<Transaction>,
    /// Its round, once it runs.
    pub round: Option<Placed>,
    /// What came of it, as its gateway reads it again.
    pub outcome: Option<String>,
}

const SELECT: &str =
    "SELECT id, key_id, CAST(CASE WHEN idempotency IS NULL THEN 0 ELSE 1 END AS BIGINT) AS named, \
     body, gateway, state, asked, taken, charged, wasted, payer, extrinsic, hash, nonce, \
     from_block, until_block, round, block, block_hash, fee, outcome FROM requests";

impl Store {
    /// Take a request, and hold its budget. A power cut may take it back, until
    /// [`Store::sending`] is done.
    ///
    /// # Errors
    /// [`StoreFailure::TooMuch`], [`StoreFailure::Database`]. After the latter it may have been
    /// taken all the same; it is then among [`Store::unfinished`].
    pub async fn take(&self, new: &NewRequest<'_>, now: i64) -> Result<Taking, StoreFailure> {
        // Taking the row for writing makes the requests of one key queue behind each other.
        const USE_KEY: &str = "UPDATE keys SET last_used = $2 WHERE id = $1 AND revoked IS NULL \
             RETURNING budget, rate, concurrent, tokens, refilled";
        const SET_TOKENS: &str = "UPDATE keys SET tokens = $2, refilled = $3 WHERE id = $1";
        // Not with the statement before: in PostgreSQL that does not see what was changed while it
        // waited for the row.
        const OPEN_AND_CHARGED: &str = "SELECT \
             (SELECT COUNT(*) FROM requests WHERE key_id = $1 AND state <> 'over'), \
             COALESCE((SELECT charged FROM spending WHERE key_id = $1 AND day = $2), 0)";
        const CHARGE: &str = "INSERT INTO spending (key_id, day, charged) VALUES ($1, $2, $3) \
             ON CONFLICT (key_id, day) DO UPDATE SET charged = spending.charged + excluded.charged";
        const INSERT: &str = "INSERT INTO requests \
             (key_id, idempotency, body, gateway, state, asked, taken, day, charged) \
             VALUES ($1, $2, $3, $4, 'reserved', $5, $6, $7, $8) RETURNING id";
        let by_name =
            sqlx::AssertSqlSafe(format!("{SELECT} WHERE key_id = $1 AND idempotency = $2"));
        let (day, costs) = (day_of(now), stored(new.costs)?);
        let name = new.idempotency.map(|(name, _)| name.to_owned());
        let body = new.idempotency.map(|(_, body)| body.to_vec());

        let taking = in_transaction!(self, BEGIN_UNSYNCED, connection => 'taking: {
            let key = sqlx::query_as::<_, (i64, i64, i64, i64, i64)>(USE_KEY)
                .bind(new.key)
                .bind(now)
                .fetch_optional(&mut *connection)
                .await?;
            let Some((budget, rate, concurrent, tokens, refilled)) = key else {
                break 'taking Taking::Revoked;
            };
            let (tokens, refilled) = refill(Tokens { tokens, refilled, rate }, now);
            if tokens < REQUEST {
                break 'taking Taking::TooFast { retry_after: until_full(REQUEST - tokens, rate) };
            }
            sqlx::query(SET_TOKENS)
                .bind(new.key)
                .bind(tokens - REQUEST)
                .bind(refilled)
                .execute(&mut *connection)
                .await?;
            if let Some(name) = &name {
                let known = sqlx::query_as::<_, Entry>(by_name)
                    .bind(new.key)
                    .bind(name.clone())
                    .fetch_optional(&mut *connection)
                    .await?;
                match known {
                    Some(known) if known.body == body => {
                        break 'taking Taking::Known(Box::new(known));
                    }
                    Some(_) => break 'taking Taking::OtherBody,
                    None => {}
                }
            }
            let (open, charged) = sqlx::query_as::<_, (i64, i64)>(OPEN_AND_CHARGED)
                .bind(new.key)
                .bind(day)
                .fetch_one(&mut *connection)
                .await?;
            if open >= concurrent {
                break 'taking Taking::TooMany;
            }
            let left = budget.saturating_sub(charged);
            if costs > left {
                break 'taking Taking::NoBudget { left: amount(left) };
            }
            sqlx::query(CHARGE)
                .bind(new.key)
                .bind(day)
                .bind(costs)
                .execute(&mut *connection)
                .await?;
            let id = sqlx::query_scalar::<_, i64>(INSERT)
                .bind(new.key)
                .bind(name.clone())
                .bind(body.clone())
                .bind(new.gateway)
                .bind(new.asked.to_owned())
                .bind(now)
                .bind(day)
                .bind(costs)
                .fetch_one(&mut *connection)
                .await?;
            Taking::Taken(id)
        });
        Ok(taking)
    }

    /// Write a request's transaction down: it may be sent once this is done. `rounds` is how many
    /// transactions and rounds its account may have at once.
    ///
    /// # Errors
    /// [`StoreFailure::Database`]: then it must not be sent, though it may have been written.
    pub async fn sending(
        &self,
        id: RequestId,
        gateway: GatewayId,
        transaction: &Transaction,
        rounds: u32,
    ) -> Result<Sending, StoreFailure> {
        const SEND: &str = "UPDATE requests SET state = 'sent', payer = $3, extrinsic = $4, \
             hash = $5, nonce = $6, from_block = $7, until_block = $8 \
             WHERE id = $1 AND gateway = $2 AND state = 'reserved' \
             AND (SELECT COUNT(*) FROM requests AS other WHERE other.payer = $3 \
                  AND other.state IN ('sent', 'running')) < $9";
        let nonce = i64::try_from(transaction.nonce)
            .map_err(|_| StoreFailure::Unreadable("nonce beyond 63 bits"))?;
        let sent = on_pool!(self, pool => {
            sqlx::query(SEND)
                .bind(id)
                .bind(gateway)
                .bind(i64::from(transaction.payer))
                .bind(transaction.bytes.clone())
                .bind(transaction.hash.to_vec())
                .bind(nonce)
                .bind(i64::from(transaction.from_block))
                .bind(i64::from(transaction.until_block))
                .bind(i64::from(rounds))
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        });
        match sent {
            Ok(0) => {}
            Ok(_) => return Ok(Sending::Written),
            Err(error) => match error.as_database_error() {
                Some(said) if said.is_unique_violation() => return Ok(Sending::PayerBusy),
                _ => return Err(error.into()),
            },
        }
        let entry = self.request(id).await?;
        let is_ours =
            entry.is_some_and(|entry| entry.state == State::Reserved && entry.gateway == gateway);
        Ok(if is_ours { Sending::PayerBusy } else { Sending::NotReserved })
    }

    /// A block took the request's transaction: its round runs. Again with another round after a
    /// re-org. False: it is not this gateway's, or over.
    ///
    /// # Errors
    /// [`StoreFailure::Database`]: it can be found out again, from the chain.
    pub async fn running(
        &self,
        id: RequestId,
        gateway: GatewayId,
        round: &Placed,
    ) -> Result<bool, StoreFailure> {
        const RUN: &str = "UPDATE requests SET state = 'running', round = $3, block = $4, \
             block_hash = $5, fee = $6 \
             WHERE id = $1 AND gateway = $2 AND state IN ('sent', 'running')";
        let number = i64::try_from(round.id)
            .map_err(|_| StoreFailure::Unreadable("round beyond 63 bits"))?;
        let fee = stored(round.fee)?;
        let changed = on_pool!(self, pool => {
            sqlx::query(RUN)
                .bind(id)
                .bind(gateway)
                .bind(number)
                .bind(i64::from(round.block))
                .bind(round.block_hash.to_vec())
                .bind(fee)
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(changed > 0)
    }

    /// The request's transaction with this `hash` did nothing but cost `wasted`, and never will do
    /// more: it may get another one. False: it is not this gateway's, not sent, or has another
    /// transaction by now, which may well do something.
    ///
    /// # Errors
    /// [`StoreFailure::TooMuch`], [`StoreFailure::Database`].
    pub async fn again(
        &self,
        id: RequestId,
        gateway: GatewayId,
        hash: &[u8; 32],
        wasted: u128,
    ) -> Result<bool, StoreFailure> {
        const AGAIN: &str = "UPDATE requests SET state = 'reserved', payer = NULL, \
             extrinsic = NULL, hash = NULL, nonce = NULL, from_block = NULL, until_block = NULL, \
             wasted = wasted + $3 \
             WHERE id = $1 AND gateway = $2 AND state = 'sent' AND hash = $4";
        let wasted = stored(wasted)?;
        let changed = on_pool!(self, pool => {
            sqlx::query(AGAIN)
                .bind(id)
                .bind(gateway)
                .bind(wasted)
                .bind(hash.to_vec())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(changed > 0)
    }

    /// The request is over: `spent` is charged, with what earlier attempts wasted, instead of what
    /// it held. Gives what is charged. `None`: it was over before, or is not this gateway's; then
    /// nothing changes.
    ///
    /// # Errors
    /// [`StoreFailure::TooMuch`], [`StoreFailure::Database`].
    pub async fn over(
        &self,
        id: RequestId,
        gateway: GatewayId,
        spent: u128,
        outcome: &str,
        now: i64,
    ) -> Result<Option<u128>, StoreFailure> {
        const HELD: &str = "SELECT key_id, day, charged, wasted FROM requests \
             WHERE id = $1 AND gateway = $2 AND state <> 'over'";
        const END: &str = "UPDATE requests SET state = 'over', asked = '', extrinsic = NULL, \
             charged = $3, outcome = $4, over_at = $5 \
             WHERE id = $1 AND gateway = $2 AND state <> 'over'";
        const SETTLE: &str = "UPDATE spending SET charged = charged - $3 + $4 \
             WHERE key_id = $1 AND day = $2";
        let spent = stored(spent)?;
        let ended = in_transaction!(self, connection => 'ended: {
            let held = sqlx::query_as::<_, (i64, i64, i64, i64)>(HELD)
                .bind(id)
                .bind(gateway)
                .fetch_optional(&mut *connection)
                .await?;
            let Some((key, day, held, wasted)) = held else { break 'ended None };
            let charged = spent.saturating_add(wasted);
            let ended = sqlx::query(END)
                .bind(id)
                .bind(gateway)
                .bind(charged)
                .bind(outcome.to_owned())
                .bind(now)
                .execute(&mut *connection)
                .await?
                .rows_affected();
            // Of two that end it at once, the second finds it over.
            if ended == 0 {
                break 'ended None;
            }
            sqlx::query(SETTLE)
                .bind(key)
                .bind(day)
                .bind(held)
                .bind(charged)
                .execute(&mut *connection)
                .await?;
            Some(charged)
        });
        Ok(ended.map(amount))
    }

    /// A request. `None`: there is none, or it has been purged.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn request(&self, id: RequestId) -> Result<Option<Entry>, StoreFailure> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = $1"));
        let entry = on_pool!(self, pool => {
            sqlx::query_as::<_, Entry>(sql).bind(id).fetch_optional(pool).await?
        });
        Ok(entry)
    }

    /// What the key asked under this name. `None`: nothing, or it has been purged.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn named(&self, key: KeyId, name: &str) -> Result<Option<Entry>, StoreFailure> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE key_id = $1 AND idempotency = $2"));
        let entry = on_pool!(self, pool => {
            sqlx::query_as::<_, Entry>(sql)
                .bind(key)
                .bind(name.to_owned())
                .fetch_optional(pool)
                .await?
        });
        Ok(entry)
    }

    /// The gateway's requests that are not over, oldest first. Their numbers alone: this is asked
    /// every few seconds, and with their prompts and transactions they are megabytes.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn unfinished(&self, gateway: GatewayId) -> Result<Vec<RequestId>, StoreFailure> {
        const UNFINISHED: &str =
            "SELECT id FROM requests WHERE gateway = $1 AND state <> 'over' ORDER BY id";
        let ids = on_pool!(self, pool => {
            sqlx::query_scalar::<_, i64>(UNFINISHED).bind(gateway).fetch_all(pool).await?
        });
        Ok(ids)
    }
}

/// What a key may still ask at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens {
    /// [`REQUEST`]s, as of `refilled`.
    pub(super) tokens: i64,
    /// When they were counted.
    pub(super) refilled: i64,
    /// Requests in a minute, which is also as many as may gather.
    pub(super) rate: i64,
}

/// The tokens as of `now`, and until when time has been counted. Clocks that go back give nothing;
/// but one that was ahead by more than it takes to gather all tokens was wrong, and is not waited
/// for.
pub(super) fn refill(before: Tokens, now: i64) -> (i64, i64) {
    let Tokens { tokens, refilled, rate } = before;
    let refilled = if refilled.saturating_sub(now) > REQUEST { now } else { refilled };
    let elapsed = now.saturating_sub(refilled).max(0);
    let sum = tokens.saturating_add(elapsed.saturating_mul(rate));
    (sum.min(rate.saturating_mul(REQUEST)), now.max(refilled))
}

/// How long it takes to gain `missing` tokens.
fn until_full(missing: i64, rate: i64) -> Duration {
    Duration::from_millis(missing.max(0).unsigned_abs().div_ceil(rate.max(1).unsigned_abs()))
}

impl<'r, R> FromRow<'r, R> for Entry
where
    R: Row,
    &'static str: sqlx::ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        let number = |name: &'static str| row.try_get::<Option<i64>, _>(name);
        let small = |name: &'static str| {
            Ok::<_, sqlx::Error>(number(name)?.and_then(|number| u32::try_from(number).ok()))
        };
        let large = |name: &'static str| {
            Ok::<_, sqlx::Error>(number(name)?.and_then(|number| u64::try_from(number).ok()))
        };
        let bytes = |name: &'static str| row.try_get::<Option<Vec<u8>>, _>(name);
        let hash = |name: &'static str| {
            Ok::<_, sqlx::Error>(bytes(name)?.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()))
        };
        let unreadable = |what: &'static str| sqlx::Error::Decode(what.into());
        let state = match row.try_get::<String, _>("state")?.as_str() {
            "reserved" => State::Reserved,
            "sent" => State::Sent,
            "running" => State::Running,
            "over" => State::Over,
            _ => return Err(unreadable("a state of a request that this version does not know")),
        };
        let parts = (small("payer")?, bytes("extrinsic")?, hash("hash")?, large("nonce")?);
        let blocks = (small("from_block")?, small("until_block")?);
        let transaction = match (parts, blocks) {
            (
                (Some(payer), Some(bytes), Some(hash), Some(nonce)),
                (Some(from_block), Some(until_block)),
            ) => Some(Transaction { payer, bytes, hash, nonce, from_block, until_block }),
            _ => None,
        };
        let fee = amount(number("fee")?.unwrap_or_default());
        let round = match (large("round")?, small("block")?, hash("block_hash")?) {
            (Some(id), Some(block), Some(block_hash)) => {
                Some(Placed { id, block, block_hash, fee })
            }
            _ => None,
        };
        let is_incomplete = match state {
            State::Sent => transaction.is_none(),
            State::Running => transaction.is_none() || round.is_none(),
            State::Reserved | State::Over => false,
        };
        if is_incomplete {
            return Err(unreadable("a request without the transaction that its state says it has"));
        }
        Ok(Self {
            id: row.try_get("id")?,
            key: row.try_get("key_id")?,
            // SQL has no boolean that both databases store alike.
            is_named: row.try_get::<i64, _>("named")? != 0,
            body: bytes("body")?,
            gateway: row.try_get("gateway")?,
            state,
            asked: row.try_get("asked")?,
            taken: row.try_get("taken")?,
            charged: amount(row.try_get("charged")?),
            wasted: amount(row.try_get("wasted")?),
            transaction,
            round,
            outcome: row.try_get::<Option<String>, _>("outcome")?,
        })
    }
}
