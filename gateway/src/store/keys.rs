//! Keys: who may ask, how often, and for how much a day.
//!
//! A secret is shown once, when it is made; the store has its hash alone. It is 256 random bits, so
//! a fast hash is enough: there is nothing to guess.

use super::{amount, day_of, on_pool, stored, Store, StoreFailure, REQUEST};
use sqlx::{Decode, FromRow, Row, Type};
use waggle_client::amount::Amount;

/// The number of a key.
pub type KeyId = i64;

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its number.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may spend in a day (UTC).
    pub budget: Amount,
    /// Requests that it may make in a minute.
    pub rate: u32,
    /// Requests of its that may wait or run at once.
    pub concurrent: u32,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created: i64,
    /// When it was last used.
    pub last_used: Option<i64>,
    /// When it was revoked. `None`: it is good.
    pub revoked: Option<i64>,
    /// What it has reserved and spent today.
    pub spent_today: Amount,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// What people call it: no other has this name.
    pub name: &'a str,
    /// [`hash_of`] its secret.
    pub hash: [u8; 32],
    /// What it may spend in a day.
    pub budget: Amount,
    /// Requests that it may make in a minute, at least 1.
    pub rate: u32,
    /// Requests that may wait or run at once, at least 1.
    pub concurrent: u32,
}

/// What is changed about a key; `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyChange {
    /// What it may spend in a day.
    pub budget: Option<Amount>,
    /// Requests that it may make in a minute.
    pub rate: Option<u32>,
    /// Requests that may wait or run at once.
    pub concurrent: Option<u32>,
}

/// What is stored of a secret.
pub fn hash_of(secret: &str) -> [u8; 32] {
    sp_crypto_hashing::blake2_256(secret.as_bytes())
}

/// A key and what it spent on the day `$1`.
const SELECT: &str = "SELECT id, name, budget, rate, concurrent, created, last_used, revoked, \
     COALESCE((SELECT charged FROM spending WHERE key_id = keys.id AND day = $1), 0) AS charged \
     FROM keys";

impl Store {
    /// Make a key.
    ///
    /// # Errors
    /// [`StoreFailure::Name`] if there is one of this name; [`StoreFailure::TooMuch`],
    /// [`StoreFailure::Database`].
    pub async fn create_key(&self, key: &NewKey<'_>, now: i64) -> Result<KeyId, StoreFailure> {
        const INSERT: &str = "INSERT INTO keys \
             (name, hash, budget, rate, concurrent, tokens, refilled, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id";
        let budget = stored(key.budget.0)?;
        let inserted = on_pool!(self, pool => {
            sqlx::query_scalar::<_, i64>(INSERT)
                .bind(key.name.to_owned())
                .bind(key.hash.to_vec())
                .bind(budget)
                .bind(i64::from(key.rate))
                .bind(i64::from(key.concurrent))
                .bind(i64::from(key.rate).saturating_mul(REQUEST))
                .bind(now)
                .fetch_one(pool)
                .await
        });
        inserted.map_err(|error| match error.as_database_error() {
            Some(said) if said.is_unique_violation() => {
                StoreFailure::Name(format!("there is a key named {:?} already", key.name))
            }
            _ => error.into(),
        })
    }

    /// The key of a secret's hash. `None`: there is none, or it is revoked.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn key_of(&self, hash: &[u8; 32], now: i64) -> Result<Option<Key>, StoreFailure> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE hash = $2 AND revoked IS NULL"));
        let key = on_pool!(self, pool => {
            sqlx::query_as::<_, Key>(sql)
                .bind(day_of(now))
                .bind(hash.to_vec())
                .fetch_optional(pool)
                .await?
        });
        Ok(key)
    }

    /// All keys, by name.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn keys(&self, now: i64) -> Result<Vec<Key>, StoreFailure> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY name"));
        let keys = on_pool!(self, pool => {
            sqlx::query_as::<_, Key>(sql).bind(day_of(now)).fetch_all(pool).await?
        });
        Ok(keys)
    }

    /// Revoke the key of this name: it is refused from now on. What it has asked goes on.
    ///
    /// # Errors
    /// [`StoreFailure::Name`] if there is no good one; [`StoreFailure::Database`].
    pub async fn revoke_key(&self, name: &str, now: i64) -> Result<(), StoreFailure> {
        let changed = on_pool!(self, pool => {
            sqlx::query("UPDATE keys SET revoked = $2 WHERE name = $1 AND revoked IS NULL")
                .bind(name.to_owned())
                .bind(now)
                .execute(pool)
                .await?
                .rows_affected()
        });
        if changed == 0 {
            return Err(no_such(name));
        }
        Ok(())
    }

    /// Change a key. It counts from its next request on.
    ///
    /// # Errors
    /// [`StoreFailure::Name`] if there is no good one; [`StoreFailure::TooMuch`],
    /// [`StoreFailure::Database`].
    pub async fn change_key(&self, name: &str, change: KeyChange) -> Result<(), StoreFailure> {
        const UPDATE: &str = "UPDATE keys SET budget = COALESCE($2, budget), \
             rate = COALESCE($3, rate), concurrent = COALESCE($4, concurrent) \
             WHERE name = $1 AND revoked IS NULL";
        let budget = change.budget.map(|budget| stored(budget.0)).transpose()?;
        let changed = on_pool!(self, pool => {
            sqlx::query(UPDATE)
                .bind(name.to_owned())
                .bind(budget)
                .bind(change.rate.map(i64::from))
                .bind(change.concurrent.map(i64::from))
                .execute(pool)
                .await?
                .rows_affected()
        });
        if changed == 0 {
            return Err(no_such(name));
        }
        Ok(())
    }
}

fn no_such(name: &str) -> StoreFailure {
    StoreFailure::Name(format!("there is no key named {name:?}, or it is revoked"))
}

impl<'r, R> FromRow<'r, R> for Key
where
    R: Row,
    &'static str: sqlx::ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        let number = |name: &'static str| -> sqlx::Result<u32> {
            Ok(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or(u32::MAX))
        };
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            budget: Amount(amount(row.try_get("budget")?)),
            rate: number("rate")?,
            concurrent: number("concurrent")?,
            created: row.try_get("created")?,
            last_used: row.try_get("last_used")?,
            revoked: row.try_get("revoked")?,
            spent_today: Amount(amount(row.try_get("charged")?)),
        })
    }
}
