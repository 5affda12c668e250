//! Who serves: each process that does has a lease, and what a dead one left is taken up by another.

use super::{in_transaction, on_pool, Pool, RequestId, Store, StoreFailure};
use std::{
    fs::{File, TryLockError},
    time::Duration,
};

/// A process that serves. Numbers are never used again.
pub type GatewayId = i64;

/// How long a process counts as alive after it last said so. It says so three times as often.
pub const LEASE: Duration = Duration::from_secs(15);

impl Store {
    /// Begin to serve. With SQLite this process is the only one, so whatever another left is free
    /// at once.
    ///
    /// # Errors
    /// [`StoreFailure::Occupied`] if another process serves with the SQLite file;
    /// [`StoreFailure::File`], [`StoreFailure::Database`].
    pub async fn begin_serving(&self, now: i64) -> Result<GatewayId, StoreFailure> {
        self.occupy()?;
        let until = lease_from(now);
        let alone = !self.is_shared();
        let id = in_transaction!(self, connection => {
            if alone {
                sqlx::query("DELETE FROM gateways").execute(&mut *connection).await?;
            }
            sqlx::query_scalar::<_, i64>("INSERT INTO gateways (until) VALUES ($1) RETURNING id")
                .bind(until)
                .fetch_one(&mut *connection)
                .await?
        });
        Ok(id)
    }

    /// Say that this process is alive.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn renew(&self, gateway: GatewayId, now: i64) -> Result<(), StoreFailure> {
        on_pool!(self, pool => {
            sqlx::query("UPDATE gateways SET until = $2 WHERE id = $1")
                .bind(gateway)
                .bind(lease_from(now))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// End: whatever is left may be taken up at once.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn end_serving(&self, gateway: GatewayId) -> Result<(), StoreFailure> {
        on_pool!(self, pool => {
            sqlx::query("DELETE FROM gateways WHERE id = $1").bind(gateway).execute(pool).await?;
        });
        Ok(())
    }

    /// Whether this process is the one, of all that live, that does what only one should do.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn leads(&self, gateway: GatewayId, now: i64) -> Result<bool, StoreFailure> {
        let first = on_pool!(self, pool => {
            sqlx::query_scalar::<_, Option<i64>>("SELECT MIN(id) FROM gateways WHERE until > $1")
                .bind(now)
                .fetch_one(pool)
                .await?
        });
        Ok(first == Some(gateway))
    }

    /// Take up what processes left that live no more. Gives their requests, which are this
    /// gateway's now.
    ///
    /// # Errors
    /// [`StoreFailure::Database`].
    pub async fn adopt(
        &self,
        gateway: GatewayId,
        now: i64,
    ) -> Result<Vec<RequestId>, StoreFailure> {
        const ADOPT: &str = "UPDATE requests SET gateway = $1 \
             WHERE state <> 'over' AND gateway <> $1 \
             AND gateway NOT IN (SELECT id FROM gateways WHERE until > $2) RETURNING id";
        let adopted = on_pool!(self, pool => {
            sqlx::query_scalar::<_, i64>(ADOPT).bind(gateway).bind(now).fetch_all(pool).await?
        });
        Ok(adopted)
    }

    /// Make sure that no other process serves with the SQLite file: the operating system frees the
    /// lock when this one ends, however it does.
    fn occupy(&self) -> Result<(), StoreFailure> {
        let Pool::Sqlite { file, .. } = &self.pool else { return Ok(()) };
        let mut name = file.clone().into_os_string();
        name.push(".lock");
        let path = std::path::PathBuf::from(name);
        let shown = path.display().to_string();
        let wrong = |reason: String| StoreFailure::File { path: shown.clone(), reason };
        let lock = File::create(&path).map_err(|error| wrong(error.to_string()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreFailure::Occupied(file.display().to_string()));
            }
            Err(TryLockError::Error(error)) => return Err(wrong(error.to_string())),
        }
        if let Ok(mut held) = self.lock.lock() {
            *held = Some(lock);
        }
        Ok(())
    }
}

fn lease_from(now: i64) -> i64 {
    now.saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
}
