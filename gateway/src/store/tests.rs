//! The store, on SQLite, and on PostgreSQL too where `WAGGLE_TEST_POSTGRES` has an address.

use super::{requests::Tokens, *};
use std::{collections::BTreeSet, future::Future};
use waggle_client::amount::{Amount, WAG};

/// A moment in the middle of a day.
const NOON: i64 = 20_000 * DAY_MS + DAY_MS / 2;

/// Run a scenario on each database, empty at its beginning.
async fn on_each<Scenario, Run>(scenario: Scenario)
where
    Scenario: Fn(Store) -> Run,
    Run: Future<Output = ()>,
{
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.db");
    let store = Store::open(&format!("sqlite:{}", file.display())).await.unwrap();
    scenario(store.clone()).await;
    store.close().await;
    let Ok(url) = std::env::var("WAGGLE_TEST_POSTGRES") else { return };
    let schema = format!("test_{}", hex::encode(waggle_client::random::random_bytes().unwrap()));
    let pool = PgPool::connect(&url).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    sqlx::query(create).execute(&pool).await.unwrap();
    let joint = if url.contains('?') { '&' } else { '?' };
    let store = Store::open(&format!("{url}{joint}options[search_path]={schema}")).await.unwrap();
    scenario(store.clone()).await;
    store.close().await;
    let drop = sqlx::AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"));
    sqlx::query(drop).execute(&pool).await.unwrap();
}

async fn key(store: &Store, name: &str, budget: u128) -> KeyId {
    let hash = hash_of(name);
    let (rate, concurrent) = (1_000, 100);
    let key = NewKey { name, hash, budget: Amount(budget), rate, concurrent };
    store.create_key(&key, NOON).await.unwrap()
}

fn request(key: KeyId, gateway: GatewayId, costs: u128) -> NewRequest<'static> {
    NewRequest { key, idempotency: None, asked: "{}", costs, gateway }
}

async fn taken(store: &Store, new: &NewRequest<'_>) -> RequestId {
    match store.take(new, NOON).await.unwrap() {
        Taking::Taken(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn spent(store: &Store, now: i64) -> u128 {
    store.keys(now).await.unwrap()[0].spent_today.0
}

fn transaction(payer: u32, nonce: u64) -> Transaction {
    let hash = [nonce as u8; 32];
    Transaction { payer, bytes: vec![1, 2, 3], hash, nonce, from_block: 10, until_block: 73 }
}

fn placed(id: u64) -> Placed {
    Placed { id, block: 20, block_hash: [9; 32], fee: 3 }
}

#[tokio::test]
async fn keys_should_be_found_by_their_secret_until_revoked() {
    on_each(|store| async move {
        key(&store, "ann", 5 * WAG).await;
        let found = store.key_of(&hash_of("ann"), NOON).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.budget), ("ann", Amount(5 * WAG)));
        assert_eq!(store.key_of(&hash_of("bob"), NOON).await.unwrap(), None);
        store.revoke_key("ann", NOON).await.unwrap();
        assert_eq!(store.key_of(&hash_of("ann"), NOON).await.unwrap(), None);
        let refused = store.take(&request(found.id, 1, 1), NOON).await.unwrap();
        assert_eq!(refused, Taking::Revoked);
    })
    .await;
}

#[tokio::test]
async fn changes_should_be_synced_when_a_request_was_taken_before_them() {
    async fn level(connection: &mut sqlx::SqliteConnection) -> i64 {
        let level = sqlx::query_scalar::<sqlx::Sqlite, i64>("PRAGMA synchronous").persistent(false);
        level.fetch_one(connection).await.unwrap()
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.db");
    let store = Store::open(&format!("sqlite:{}", file.display())).await.unwrap();
    let Pool::Sqlite { pool, .. } = &store.pool else { panic!("no SQLite") };
    let (normal, full) = (1, 2);
    assert_eq!(level(&mut pool.acquire().await.unwrap()).await, full);
    let mut unsynced = pool.begin_with(BEGIN_UNSYNCED).await.unwrap();
    assert_eq!(level(&mut unsynced).await, normal);
    // Also if it comes to no end.
    drop(unsynced);
    assert_eq!(level(&mut pool.acquire().await.unwrap()).await, full);
    let id = key(&store, "ann", 10 * WAG).await;
    taken(&store, &request(id, 1, WAG)).await;
    assert_eq!(level(&mut pool.acquire().await.unwrap()).await, full);
}

#[tokio::test]
async fn amounts_should_be_refused_when_no_column_holds_them() {
    on_each(|store| async move {
        let budget = Amount(u128::MAX);
        let new = NewKey { name: "ann", hash: [0; 32], budget, rate: 1, concurrent: 1 };
        assert!(matches!(store.create_key(&new, NOON).await, Err(StoreFailure::TooMuch(_))));
        let id = key(&store, "bob", i64::MAX as u128).await;
        let dear = request(id, 1, u128::MAX);
        assert!(matches!(store.take(&dear, NOON).await, Err(StoreFailure::TooMuch(_))));
    })
    .await;
}

#[tokio::test]
async fn budgets_should_not_be_exceeded_when_many_ask_at_once() {
    on_each(|store| async move {
        let id = key(&store, "ann", 10 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let tasks: Vec<_> = (0..40)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    store.take(&request(id, gateway, 3 * WAG), NOON).await.unwrap()
                })
            })
            .collect();
        let mut held = 0;
        for task in tasks {
            match task.await.unwrap() {
                Taking::Taken(_) => held += 1,
                Taking::NoBudget { left } => assert_eq!(left, WAG),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(held, 3);
        assert_eq!(spent(&store, NOON).await, 9 * WAG);
    })
    .await;
}

#[tokio::test]
async fn budgets_should_be_charged_what_was_spent_when_over() {
    on_each(|store| async move {
        let id = key(&store, "ann", 10 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let first = taken(&store, &request(id, gateway, 8 * WAG)).await;
        let full = store.take(&request(id, gateway, 8 * WAG), NOON).await.unwrap();
        assert_eq!(full, Taking::NoBudget { left: 2 * WAG });
        assert_eq!(store.over(first, gateway, WAG, "cancelled", NOON).await.unwrap(), Some(WAG));
        assert_eq!(spent(&store, NOON).await, WAG);
        // It is over once, whoever says so again.
        assert_eq!(store.over(first, gateway, 0, "again", NOON).await.unwrap(), None);
        assert_eq!(spent(&store, NOON).await, WAG);
        let entry = store.request(first).await.unwrap().unwrap();
        assert_eq!((entry.state, entry.charged), (State::Over, WAG));
        assert_eq!(entry.outcome.as_deref(), Some("cancelled"));
        assert_eq!(entry.asked, "");
        taken(&store, &request(id, gateway, 9 * WAG)).await;
    })
    .await;
}

#[tokio::test]
async fn ends_should_count_once_when_said_at_once() {
    on_each(|store| async move {
        let id = key(&store, "ann", 10 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let request = taken(&store, &request(id, gateway, 8 * WAG)).await;
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    store.over(request, gateway, 5 * WAG, "", NOON).await.unwrap().is_some()
                })
            })
            .collect();
        let mut ended = 0;
        for task in tasks {
            ended += u32::from(task.await.unwrap());
        }
        assert_eq!(ended, 1);
        assert_eq!(spent(&store, NOON).await, 5 * WAG);
    })
    .await;
}

#[tokio::test]
async fn budgets_should_begin_anew_when_the_day_does() {
    on_each(|store| async move {
        let id = key(&store, "ann", 10 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let new = request(id, gateway, 8 * WAG);
        let late = taken(&store, &new).await;
        let tomorrow = NOON + DAY_MS;
        assert!(matches!(store.take(&new, tomorrow).await.unwrap(), Taking::Taken(_)));
        // What was taken yesterday is settled with yesterday's budget.
        assert_eq!(store.over(late, gateway, WAG, "", tomorrow).await.unwrap(), Some(WAG));
        assert_eq!(spent(&store, NOON).await, WAG);
        assert_eq!(spent(&store, tomorrow).await, 8 * WAG);
    })
    .await;
}

#[tokio::test]
async fn names_should_give_the_same_request_when_asked_again() {
    on_each(|store| async move {
        let id = key(&store, "ann", 10 * WAG).await;
        let other = key(&store, "bob", 10 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let named = |key, body| {
            let idempotency = Some(("one", body));
            NewRequest { idempotency, ..request(key, gateway, WAG) }
        };
        let first = taken(&store, &named(id, [1; 32])).await;
        match store.take(&named(id, [1; 32]), NOON).await.unwrap() {
            Taking::Known(entry) => assert_eq!((entry.id, entry.state), (first, State::Reserved)),
            other => panic!("{other:?}"),
        }
        let otherwise = store.take(&named(id, [2; 32]), NOON).await.unwrap();
        assert_eq!(otherwise, Taking::OtherBody);
        // Names are each key's own.
        assert_ne!(taken(&store, &named(other, [2; 32])).await, first);
        assert_eq!(store.named(id, "one").await.unwrap().unwrap().id, first);
        assert_eq!(store.named(id, "two").await.unwrap(), None);
        assert_eq!(spent(&store, NOON).await, WAG);
        // Until it is purged.
        assert_eq!(store.over(first, gateway, 0, "", NOON).await.unwrap(), Some(0));
        assert_eq!(store.purge(NOON).await.unwrap(), 0);
        assert_eq!(store.purge(NOON + 1).await.unwrap(), 1);
        assert_ne!(taken(&store, &named(id, [2; 32])).await, first);
    })
    .await;
}

#[tokio::test]
async fn names_should_be_taken_once_when_asked_at_once() {
    on_each(|store| async move {
        let id = key(&store, "ann", 100 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let idempotency = Some(("one", [1; 32]));
                    let new = NewRequest { idempotency, ..request(id, gateway, WAG) };
                    store.take(&new, NOON).await.unwrap()
                })
            })
            .collect();
        let (mut ids, mut first) = (BTreeSet::new(), 0);
        for task in tasks {
            match task.await.unwrap() {
                Taking::Taken(id) => {
                    first += 1;
                    ids.insert(id);
                }
                Taking::Known(entry) => {
                    ids.insert(entry.id);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((ids.len(), first), (1, 1));
        assert_eq!(spent(&store, NOON).await, WAG);
    })
    .await;
}

#[tokio::test]
async fn requests_should_be_refused_when_too_many_or_too_fast() {
    on_each(|store| async move {
        let budget = Amount(100 * WAG);
        let new = NewKey { name: "ann", hash: [0; 32], budget, rate: 3, concurrent: 2 };
        let id = store.create_key(&new, NOON).await.unwrap();
        let new = request(id, 1, WAG);
        let first = taken(&store, &new).await;
        taken(&store, &new).await;
        assert_eq!(store.take(&new, NOON).await.unwrap(), Taking::TooMany);
        let fast = store.take(&new, NOON).await.unwrap();
        match fast {
            Taking::TooFast { retry_after } => {
                assert_eq!(retry_after.as_secs(), 20);
                let later = NOON + retry_after.as_millis() as i64;
                assert_eq!(store.take(&new, later).await.unwrap(), Taking::TooMany);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(store.over(first, 1, 0, "", NOON).await.unwrap(), Some(0));
        let later = NOON + 60_000;
        assert!(matches!(store.take(&new, later).await.unwrap(), Taking::Taken(_)));
    })
    .await;
}

#[test]
fn tokens_should_gather_as_the_rate_says_however_often_one_looks() {
    let (mut tokens, mut refilled) = (0, NOON);
    for millisecond in 0..60_000 {
        (tokens, refilled) =
            requests::refill(Tokens { tokens, refilled, rate: 7 }, NOON + millisecond + 1);
    }
    assert_eq!(tokens, 7 * REQUEST);
    let (tokens, _) = requests::refill(Tokens { tokens: 0, refilled: NOON, rate: 7 }, NOON - 5);
    assert_eq!(tokens, 0, "clocks that go back give nothing");
    let wrong = Tokens { tokens: 0, refilled: NOON + DAY_MS, rate: 7 };
    let (tokens, refilled) = requests::refill(wrong, NOON);
    assert_eq!((tokens, refilled), (0, NOON), "a clock that was wrong is not waited for");
    let full = Tokens { tokens: 0, refilled: 0, rate: i64::from(u32::MAX) };
    assert_eq!(requests::refill(full, i64::MAX).0, i64::from(u32::MAX) * REQUEST);
}

#[tokio::test]
async fn accounts_should_have_one_transaction_in_the_air() {
    on_each(|store| async move {
        let id = key(&store, "ann", 100 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let new = request(id, gateway, WAG);
        let (one, two) = (taken(&store, &new).await, taken(&store, &new).await);
        let send = |id, payer, nonce, rounds| {
            let store = store.clone();
            async move {
                store.sending(id, gateway, &transaction(payer, nonce), rounds).await.unwrap()
            }
        };
        assert_eq!(send(one, 0, 5, 2).await, Sending::Written);
        assert_eq!(send(one, 1, 5, 2).await, Sending::NotReserved, "it has a transaction");
        assert_eq!(send(two, 0, 6, 2).await, Sending::PayerBusy);
        assert!(store.running(one, gateway, &placed(7)).await.unwrap());
        assert_eq!(send(two, 0, 6, 1).await, Sending::PayerBusy, "as many rounds as it may have");
        assert_eq!(send(two, 0, 5, 2).await, Sending::PayerBusy, "a nonce that was used");
        assert_eq!(send(two, 0, 6, 2).await, Sending::Written);
        let entry = store.request(two).await.unwrap().unwrap();
        assert_eq!((entry.state, entry.transaction), (State::Sent, Some(transaction(0, 6))));
        let entry = store.request(one).await.unwrap().unwrap();
        assert_eq!((entry.state, entry.round), (State::Running, Some(placed(7))));
    })
    .await;
}

#[tokio::test]
async fn fees_should_be_charged_when_attempts_failed_in_a_block() {
    on_each(|store| async move {
        let id = key(&store, "ann", 100 * WAG).await;
        let gateway = store.begin_serving(NOON).await.unwrap();
        let one = taken(&store, &request(id, gateway, 20 * WAG)).await;
        assert!(!store.again(one, gateway, &[5; 32], 7).await.unwrap(), "nothing was sent");
        for nonce in [5, 6] {
            let sent = store.sending(one, gateway, &transaction(0, nonce), 2).await.unwrap();
            assert_eq!(sent, Sending::Written);
            let hash = transaction(0, nonce).hash;
            assert!(!store.again(one, gateway, &[9; 32], 7).await.unwrap(), "another transaction");
            assert!(store.again(one, gateway, &hash, 7).await.unwrap());
        }
        let entry = store.request(one).await.unwrap().unwrap();
        assert_eq!((entry.state, entry.wasted, entry.transaction), (State::Reserved, 14, None));
        assert_eq!(store.over(one, gateway, 100, "", NOON).await.unwrap(), Some(114));
        assert_eq!(spent(&store, NOON).await, 114);
    })
    .await;
}

#[tokio::test]
async fn requests_should_be_taken_up_when_their_gateway_is_dead() {
    on_each(|store| async move {
        let id = key(&store, "ann", 100 * WAG).await;
        // Two leases, as two processes on PostgreSQL have them.
        let alive = on_pool!(store, pool => {
            let insert = "INSERT INTO gateways (until) VALUES ($1) RETURNING id";
            let dead: i64 = sqlx::query_scalar(insert).bind(NOON).fetch_one(pool).await.unwrap();
            let alive: i64 =
                sqlx::query_scalar(insert).bind(NOON + 60_000).fetch_one(pool).await.unwrap();
            (dead, alive)
        });
        let (dead, alive) = alive;
        let one = taken(&store, &request(id, dead, WAG)).await;
        let two = taken(&store, &request(id, alive, WAG)).await;
        let sent = store.sending(one, dead, &transaction(0, 5), 2).await.unwrap();
        assert_eq!(sent, Sending::Written);
        assert!(!store.leads(alive, NOON - 1).await.unwrap());
        assert_eq!(store.adopt(alive, NOON - 1).await.unwrap(), Vec::<i64>::new());
        assert!(store.leads(alive, NOON).await.unwrap());
        assert_eq!(store.adopt(alive, NOON).await.unwrap(), [one]);
        assert_eq!(store.unfinished(alive).await.unwrap(), [one, two]);
        // The one that was thought dead can do nothing to it any more.
        assert!(!store.running(one, dead, &placed(7)).await.unwrap());
        assert!(!store.again(one, dead, &[5; 32], 0).await.unwrap());
        assert_eq!(store.over(one, dead, 0, "", NOON).await.unwrap(), None);
        assert_eq!(
            store.sending(one, dead, &transaction(1, 9), 2).await.unwrap(),
            Sending::NotReserved
        );
        let entry = store.request(one).await.unwrap().unwrap();
        assert_eq!((entry.state, entry.transaction), (State::Sent, Some(transaction(0, 5))));
    })
    .await;
}

#[tokio::test]
async fn files_should_be_refused_when_another_gateway_serves_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("gateway.db").display());
    let first = Store::open(&url).await.unwrap();
    let gateway = first.begin_serving(NOON).await.unwrap();
    let id = key(&first, "ann", 100 * WAG).await;
    let one = taken(&first, &request(id, gateway, WAG)).await;
    let second = Store::open(&url).await.unwrap();
    assert!(matches!(second.begin_serving(NOON).await, Err(StoreFailure::Occupied(_))));
    first.close().await;
    // Once it has ended, what it left is free at once.
    let gateway = second.begin_serving(NOON).await.unwrap();
    assert_eq!(second.adopt(gateway, NOON).await.unwrap(), [one]);
    second.close().await;
}

#[tokio::test]
async fn addresses_should_be_refused_when_they_name_no_database() {
    for url in ["mysql://root:secret@host/db", "gateway.db", ""] {
        match Store::open(url).await {
            Err(StoreFailure::Url(shown)) => assert!(!shown.contains("secret"), "{shown}"),
            _ => panic!("{url} was opened"),
        }
    }
}
