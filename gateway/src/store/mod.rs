//! What the gateway remembers: keys, budgets, requests. In SQLite beside the gateway, or in
//! PostgreSQL where several gateways share keys and budgets.
//!
//! Every change is one transaction of the database, and whoever dies in its middle has changed
//! nothing. The rules about money are statements with conditions, so they hold whatever another
//! process does at the same time: a request leaves a state only in its own gateway's hands, an
//! account has at most one transaction in the air (a unique index), and a budget is charged under
//! the lock of its key's row.
//!
//! What is written survives a power cut: SQLite syncs each change to the disk before it says that
//! it is done. The one exception is a request that is taken. To lose it with the machine costs
//! nobody anything, since nothing was sent; and it is on the disk before anything is, for a change
//! that is synced takes all with it that came before. So an order waits for the disk once.
//!
//! Amounts are in the chain's smallest unit and fit 63 bits: 9.2 million WAG. Times are given by
//! the caller, in milliseconds since the Unix epoch ([`now`]).

mod gateways;
mod keys;
mod requests;
#[cfg(test)]
mod tests;

pub use gateways::{GatewayId, LEASE};
pub use keys::{hash_of, Key, KeyChange, KeyId, NewKey};
pub use requests::{Entry, NewRequest, Placed, RequestId, Sending, State, Taking, Transaction};

use requests::REQUEST;
use sqlx::{
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgPool, PgPoolOptions},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
    SqlSafeStr, Sqlite, SqliteConnection,
};
use std::{
    fs::File,
    path::PathBuf,
    str::FromStr,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a statement waits for the database before it fails.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections to PostgreSQL at most.
const CONNECTIONS: u32 = 16;
/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// For how many days it is known what a key spent.
const DAYS_OF_SPENDING: i64 = 400;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    /// Neither database is meant.
    #[error("{0:?} is no database: give sqlite:FILE or postgres://USER@HOST/NAME")]
    Url(String),
    /// The database failed, or cannot be reached: a retry may help.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables cannot be brought up to date.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Another gateway serves with this file.
    #[error(
        "another gateway serves with {0}: several gateways need PostgreSQL, or a file for each"
    )]
    Occupied(String),
    /// A file beside the database cannot be made.
    #[error("cannot write {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// An amount that no database column holds.
    #[error("{0} WAG is more than a key may have: at most 9 million WAG")]
    TooMuch(waggle_client::amount::Amount),
    /// A name is taken, or there is none of it.
    #[error("{0}")]
    Name(String),
    /// What is stored is not what this version writes.
    #[error("the database holds a {0} that this version cannot read")]
    Unreadable(&'static str),
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    /// Held while this process serves with the SQLite file.
    lock: Arc<Mutex<Option<File>>>,
}

#[derive(Clone)]
enum Pool {
    Sqlite { pool: SqlitePool, file: PathBuf },
    Postgres(PgPool),
}

/// How a transaction of SQLite's begins: at once with the right to write, or two that have read
/// could both not go on.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// The same, for one that is not synced to the disk. SQLite's connection syncs again when somebody
/// takes it next ([`Store::open`]).
const BEGIN_UNSYNCED: &str = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE";

/// Run `$body` on one connection of either database, within a transaction that is committed if the
/// body comes to its end. The connection is a `&mut` of SQLite's or PostgreSQL's. `$begin`: how it
/// begins on SQLite, [`BEGIN`] if it is left out.
macro_rules! in_transaction {
    ($store:expr, $connection:ident => $body:expr) => {
        $crate::store::in_transaction!($store, $crate::store::BEGIN, $connection => $body)
    };
    ($store:expr, $begin:expr, $connection:ident => $body:expr) => {
        match &$store.pool {
            $crate::store::Pool::Sqlite { pool, .. } => {
                let mut transaction = pool.begin_with($begin).await?;
                let $connection = &mut *transaction;
                let outcome = $body;
                transaction.commit().await?;
                outcome
            }
            $crate::store::Pool::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let $connection = &mut *transaction;
                let outcome = $body;
                transaction.commit().await?;
                outcome
            }
        }
    };
}

/// Run one statement on either database.
macro_rules! on_pool {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.pool {
            $crate::store::Pool::Sqlite { pool: $pool, .. } => $body,
            $crate::store::Pool::Postgres($pool) => $body,
        }
    };
}

pub(crate) use {in_transaction, on_pool};

impl Store {
    /// Open the database at `url`, `sqlite:FILE` or `postgres://…`, and bring its tables up to
    /// date. A file that is not there is made.
    ///
    /// # Errors
    /// [`StoreFailure::Url`], [`StoreFailure::Database`], [`StoreFailure::Migration`].
    pub async fn open(url: &str) -> Result<Self, StoreFailure> {
        let pool = if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .map_err(|_| StoreFailure::Url(url.to_owned()))?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What is said to be written has to survive a power cut: money hangs on it.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(PATIENCE)
                .foreign_keys(true);
            let file = options.get_filename().to_owned();
            // One connection: those who wait for it are served in turn, which SQLite's own lock
            // does not do.
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(PATIENCE)
                // A file does not hang up, and to open it again takes time.
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
                .before_acquire(|connection, _| Box::pin(sync_again(connection)))
                .connect_with(options)
                .await?;
            migrator(include_str!("../../migrations/sqlite/0001_begin.sql")).run(&pool).await?;
            Pool::Sqlite { pool, file }
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE)
                .connect(url)
                .await?;
            migrator(include_str!("../../migrations/postgres/0001_begin.sql")).run(&pool).await?;
            Pool::Postgres(pool)
        } else {
            return Err(StoreFailure::Url(without_password(url)));
        };
        Ok(Self { pool, lock: Arc::default() })
    }

    /// Whether several gateways may serve with this database, from the same accounts.
    pub fn is_shared(&self) -> bool {
        matches!(self.pool, Pool::Postgres(_))
    }

    /// Forget requests that have been over since before `over_before`, and what was spent more than
    /// a year ago.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn purge(&self, over_before: i64) -> Result<u64, StoreFailure> {
        let last_day = day_of(over_before).saturating_sub(DAYS_OF_SPENDING);
        let purged = on_pool!(self, pool => {
            sqlx::query("DELETE FROM spending WHERE day < $1").bind(last_day).execute(pool).await?;
            sqlx::query("DELETE FROM requests WHERE state = 'over' AND over_at < $1")
                .bind(over_before)
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(purged)
    }

    /// Close all connections. Another process may serve with the file then.
    pub async fn close(&self) {
        on_pool!(self, pool => pool.close().await);
        if let Ok(mut held) = self.lock.lock() {
            *held = None;
        }
    }
}

/// Let the connection sync what it writes, whatever it was used for before.
async fn sync_again(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // SQLite does it while it prepares the statement: one that is kept would do nothing.
    let full = sqlx::query::<Sqlite>("PRAGMA synchronous = FULL").persistent(false);
    full.execute(connection).await?;
    Ok(true)
}

fn migrator(begin: &'static str) -> Migrator {
    let begin =
        Migration::new(1, "begin".into(), MigrationType::Simple, begin.into_sql_str(), false);
    Migrator::with_migrations(vec![begin])
}

/// An address that may be shown: passwords stand before an `@`.
fn without_password(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => url.to_owned(),
    }
}

/// Now, in milliseconds since the Unix epoch.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The day of a time, in UTC: budgets begin anew with it.
pub fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY_MS)
}

/// How long from `at` to the next day, when budgets begin anew.
pub fn until_tomorrow(at: i64) -> Duration {
    let left = DAY_MS.saturating_sub(at.rem_euclid(DAY_MS));
    Duration::from_millis(left.unsigned_abs())
}

/// An amount as the database holds it.
pub(crate) fn stored(amount: u128) -> Result<i64, StoreFailure> {
    i64::try_from(amount).map_err(|_| StoreFailure::TooMuch(waggle_client::amount::Amount(amount)))
}

/// An amount from the database, where none is negative.
pub(crate) fn amount(stored: i64) -> u128 {
    u128::try_from(stored).unwrap_or_default()
}
