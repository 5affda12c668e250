//! `waggle-gateway keys …`: makes keys, lists them, changes and revokes them. It may run beside a
//! gateway that serves.

use crate::store::{hash_of, now, Key, KeyChange, NewKey, Store, StoreFailure};
use clap::{Args, Subcommand};
use serde::Serialize;
use waggle_client::{amount::Amount, random::random_bytes, Failure};

/// What secrets begin with.
const PREFIX: &str = "wg-";
/// Longest name, in bytes.
const MAX_NAME: usize = 64;

/// What is done with keys.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key, and print its secret: this once, for it is not stored.
    Create(CreateArgs),
    /// List all keys, with what each has spent today.
    List,
    /// Change what a key may do. It counts from its next request on.
    Set(SetArgs),
    /// Refuse a key from now on. What it has asked goes on.
    Revoke {
        /// The key's name.
        #[arg(long)]
        name: String,
    },
}

/// A key to be made.
#[derive(Clone, Debug, Args)]
pub struct CreateArgs {
    /// What you call it: no other key has this name.
    #[arg(long)]
    pub name: String,
    /// What it may spend in a day (UTC).
    #[arg(long, value_name = "WAG")]
    pub budget: Amount,
    /// Requests that it may make in a minute.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub rate: u32,
    /// Requests of its that may wait or run at once.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub concurrent: u32,
}

/// What is changed about a key.
#[derive(Clone, Debug, Args)]
pub struct SetArgs {
    /// The key's name.
    #[arg(long)]
    pub name: String,
    /// What it may spend in a day (UTC).
    #[arg(long, value_name = "WAG")]
    pub budget: Option<Amount>,
    /// Requests that it may make in a minute.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: Option<u32>,
    /// Requests of its that may wait or run at once.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub concurrent: Option<u32>,
}

/// Why a command about keys failed.
#[derive(Debug, thiserror::Error)]
pub enum KeysFailure {
    /// The database, or what it says of a name.
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// There are no random numbers.
    #[error(transparent)]
    Random(#[from] Failure),
    /// A name that cannot be.
    #[error("a key's name has 1 to 64 bytes, and no control characters")]
    Name,
    /// Nothing is changed.
    #[error("say what to change: --budget, --rate or --concurrent")]
    Nothing,
}

/// A key as JSON has it.
#[derive(Serialize)]
struct KeyJson<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    budget: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent_today: Option<Amount>,
    rate: u32,
    concurrent: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_ms: Option<i64>,
}

/// Do what is asked, and give what is to be printed: text, or a line of JSON for each key.
///
/// # Errors
/// [`KeysFailure`].
pub async fn run(store: &Store, command: &KeysCommand, json: bool) -> Result<String, KeysFailure> {
    match command {
        KeysCommand::Create(args) => {
            let secret = create(store, args).await?;
            Ok(if json { created_json(args, &secret) } else { created_text(args, &secret) })
        }
        KeysCommand::List => {
            let keys = store.keys(now()).await?;
            Ok(if json { listed_json(&keys) } else { listed_text(&keys) })
        }
        KeysCommand::Set(SetArgs { name, budget, rate, concurrent }) => {
            let change = KeyChange { budget: *budget, rate: *rate, concurrent: *concurrent };
            if budget.is_none() && rate.is_none() && concurrent.is_none() {
                return Err(KeysFailure::Nothing);
            }
            store.change_key(name, change).await?;
            Ok(if json { String::new() } else { format!("changed {name}") })
        }
        KeysCommand::Revoke { name } => {
            store.revoke_key(name, now()).await?;
            Ok(if json { String::new() } else { format!("revoked {name}") })
        }
    }
}

/// Make a key; gives its secret, which is not stored.
///
/// # Errors
/// [`KeysFailure::Name`], [`KeysFailure::Random`], [`KeysFailure::Store`].
pub async fn create(store: &Store, args: &CreateArgs) -> Result<String, KeysFailure> {
    let CreateArgs { name, budget, rate, concurrent } = args;
    let is_name = (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    if !is_name {
        return Err(KeysFailure::Name);
    }
    let secret = format!("{PREFIX}{}", hex::encode(random_bytes()?));
    let hash = hash_of(&secret);
    let key = NewKey { name, hash, budget: *budget, rate: *rate, concurrent: *concurrent };
    store.create_key(&key, now()).await?;
    Ok(secret)
}

fn created_text(args: &CreateArgs, secret: &str) -> String {
    let CreateArgs { name, budget, rate, .. } = args;
    format!(
        "{secret}\n\nThis is the secret of {name}: {budget} WAG a day, {rate} requests a minute. \
         Keep it, for it is not shown again."
    )
}

fn created_json(args: &CreateArgs, secret: &str) -> String {
    line(&KeyJson {
        name: &args.name,
        secret: Some(secret),
        budget: args.budget,
        spent_today: None,
        rate: args.rate,
        concurrent: args.concurrent,
        created_ms: None,
        last_used_ms: None,
        revoked_ms: None,
    })
}

fn listed_json(keys: &[Key]) -> String {
    let lines = keys.iter().map(|key| {
        line(&KeyJson {
            name: &key.name,
            secret: None,
            budget: key.budget,
            spent_today: Some(key.spent_today),
            rate: key.rate,
            concurrent: key.concurrent,
            created_ms: Some(key.created),
            last_used_ms: key.last_used,
            revoked_ms: key.revoked,
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn listed_text(keys: &[Key]) -> String {
    if keys.is_empty() {
        return "no keys: make one with `waggle-gateway keys create`".into();
    }
    let lines = keys.iter().map(|key| {
        let Key { name, spent_today, budget, rate, .. } = key;
        let state = match (key.revoked, key.last_used) {
            (Some(_), _) => "revoked",
            (None, Some(_)) => "in use",
            (None, None) => "never used",
        };
        format!("{name}: {spent_today} of {budget} WAG today, {rate} requests a minute, {state}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn line(key: &KeyJson<'_>) -> String {
    // Serialising plain structs with string keys into memory cannot fail.
    serde_json::to_string(key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        command: KeysCommand,
    }

    fn parsed(arguments: &[&str]) -> Option<KeysCommand> {
        let all = ["keys"].into_iter().chain(arguments.iter().copied());
        Cli::try_parse_from(all).ok().map(|cli| cli.command)
    }

    async fn store(folder: &tempfile::TempDir) -> Store {
        let file = folder.path().join("gateway.db");
        Store::open(&format!("sqlite:{}", file.display())).await.unwrap()
    }

    #[test]
    fn arguments_should_be_refused_when_wrong() {
        assert!(parsed(&["create", "--name", "a", "--budget", "20"]).is_some());
        let wrong: [&[&str]; 4] = [
            &["create", "--name", "a"],
            &["create", "--name", "a", "--budget", "-1"],
            &["create", "--name", "a", "--budget", "20", "--rate", "0"],
            &["revoke"],
        ];
        for arguments in wrong {
            assert!(parsed(arguments).is_none(), "{arguments:?}");
        }
    }

    #[tokio::test]
    async fn secrets_should_be_shown_once_and_not_be_stored() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let create = parsed(&["create", "--name", "ann", "--budget", "20.5"]).unwrap();
        let text = run(&store, &create, true).await.unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let secret = json["secret"].as_str().unwrap();
        assert_eq!((secret.len(), &secret[..3]), (67, "wg-"));
        assert_eq!(json["budget"], "20.5");
        let key = store.key_of(&hash_of(secret), now()).await.unwrap().unwrap();
        assert_eq!(key.name, "ann");
        let listed = run(&store, &KeysCommand::List, true).await.unwrap();
        assert!(!listed.contains(secret) && listed.contains("ann"), "{listed}");
        store.close().await;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let needle = secret.as_bytes();
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }

    #[tokio::test]
    async fn keys_should_be_refused_when_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let create = parsed(&["create", "--name", "ann", "--budget", "20"]).unwrap();
        let secret = run(&store, &create, false).await.unwrap();
        let secret = secret.lines().next().unwrap();
        let again = run(&store, &create, false).await.unwrap_err();
        assert!(again.to_string().contains("already"), "{again}");
        let revoke = parsed(&["revoke", "--name", "ann"]).unwrap();
        run(&store, &revoke, false).await.unwrap();
        assert_eq!(store.key_of(&hash_of(secret), now()).await.unwrap(), None);
        assert!(run(&store, &revoke, false).await.is_err());
        // The name is free again.
        run(&store, &create, false).await.unwrap();
    }

    #[tokio::test]
    async fn keys_should_change_what_is_said_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let create = parsed(&["create", "--name", "ann", "--budget", "20", "--rate", "7"]).unwrap();
        run(&store, &create, false).await.unwrap();
        let nothing = parsed(&["set", "--name", "ann"]).unwrap();
        assert!(matches!(run(&store, &nothing, false).await, Err(KeysFailure::Nothing)));
        let set = parsed(&["set", "--name", "ann", "--budget", "30"]).unwrap();
        run(&store, &set, false).await.unwrap();
        let keys = store.keys(now()).await.unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!((keys[0].budget.to_string().as_str(), keys[0].rate), ("30", 7));
    }
}
