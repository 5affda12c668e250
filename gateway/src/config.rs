//! What an operator sets: a file in TOML, over which the command line and the environment have the
//! last word. What is not known is refused, so that a misspelt name does not pass for a setting.

use crate::{desk::Settings, models::ModelConfig};
use axum::http::HeaderValue;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use subxt_signer::sr25519::Keypair;
use waggle_client::{account, amount::Amount, secret, Failure};

/// All settings of a gateway.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen. Put a proxy with TLS in front of anything but loopback.
    pub listen: SocketAddr,
    /// Where metrics are given; as `listen`, under /metrics, if it is not said.
    pub metrics_listen: Option<SocketAddr>,
    /// The node (`ws://…` or `wss://…`).
    pub node: String,
    /// The database: `sqlite:FILE` or `postgres://…`.
    pub store: String,
    /// The file whose first line is the secret URI of the account that pays.
    pub payer_file: Option<PathBuf>,
    /// How many accounts, derived from that one, pay in turn.
    pub payers: u32,
    /// What each of them is brought to, in WAG.
    pub float: String,
    /// How many orders may wait, of all keys together.
    pub queue: usize,
    /// How long answers stay for their idempotency keys, in hours.
    pub kept_hours: u32,
    /// The folder with the explorer's built page. None is served if it is not said.
    pub explorer_dir: Option<PathBuf>,
    /// The address under which browsers reach a node; the explorer asks port 9944 of its own host
    /// if it is not said.
    pub explorer_node: Option<String>,
    /// Origins of pages in browsers that may use the gateway, such as `https://chat.example.org`.
    pub origins: Vec<String>,
    /// Names by which MCP clients may call this gateway, as in the `Host` header; this machine's
    /// alone if none is said.
    pub hosts: Vec<String>,
    /// The longest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// How many connections may be open.
    pub connections: usize,
    /// How long running rounds are waited for when the process is told to stop, in seconds.
    pub patience_seconds: u32,
    /// Kinds of swarms, by name: changes to those that come with the gateway, and others.
    pub models: BTreeMap<String, ModelConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            metrics_listen: None,
            node: "ws://127.0.0.1:9944".into(),
            store: "sqlite:waggle-gateway.db".into(),
            payer_file: None,
            payers: 8,
            float: "200".into(),
            queue: 256,
            kept_hours: 24,
            explorer_dir: None,
            explorer_node: None,
            origins: Vec::new(),
            hosts: Vec::new(),
            max_body_bytes: 256 * 1024,
            connections: 800,
            patience_seconds: 90,
            models: BTreeMap::new(),
        }
    }
}

/// Why a gateway cannot be had as it is configured. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFailure {
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file is no configuration.
    #[error("{path}: {reason}")]
    Toml {
        /// The file.
        path: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A value that means nothing.
    #[error("{field}: {reason}")]
    Value {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody pays.
    #[error(
        "no account pays: name the file with its secret URI by payer_file or --payer-file, or try \
         the gateway on a development chain with --dev"
    )]
    NoPayer,
    /// The key of the account that pays cannot be used.
    #[error(transparent)]
    Payer(Failure),
}

impl Config {
    /// The configuration in a file.
    ///
    /// # Errors
    /// [`ConfigFailure::File`], [`ConfigFailure::Toml`].
    pub fn read(path: &Path) -> Result<Self, ConfigFailure> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigFailure::File {
            path: shown.clone(),
            reason: error.to_string(),
        })?;
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let reason = error.to_string();
            ConfigFailure::Toml { path: shown, reason: reason.trim().to_owned() }
        })
    }

    /// Whether the values mean something by themselves; what only a chain can tell is seen later.
    ///
    /// # Errors
    /// [`ConfigFailure::Value`], for the first that does not.
    pub fn check(&self) -> Result<(), ConfigFailure> {
        let wrong =
            |field, reason: &str| Err(ConfigFailure::Value { field, reason: reason.to_owned() });
        let is_node = |url: &str| url.starts_with("ws://") || url.starts_with("wss://");
        if !is_node(&self.node) {
            return wrong("node", "an address begins with ws:// or wss://");
        }
        if self.explorer_node.as_deref().is_some_and(|url| !is_node(url)) {
            return wrong("explorer_node", "an address begins with ws:// or wss://");
        }
        if self.metrics_listen == Some(self.listen) && self.listen.port() != 0 {
            return wrong("metrics_listen", "it is as listen; leave it out");
        }
        if !(1..=1_000).contains(&self.payers) {
            return wrong("payers", "there are 1 to 1000");
        }
        if self.queue == 0 {
            return wrong("queue", "at least one order has to be able to wait");
        }
        if self.connections == 0 {
            return wrong("connections", "at least one has to be allowed");
        }
        if !(1_024..=64 * 1024 * 1024).contains(&self.max_body_bytes) {
            return wrong("max_body_bytes", "it is 1024 to 67108864");
        }
        self.float()?;
        self.origins()?;
        Ok(())
    }

    /// The origins that browsers may come from, as in the `Origin` header.
    ///
    /// # Errors
    /// [`ConfigFailure::Value`]: one is no origin.
    pub fn origins(&self) -> Result<Vec<HeaderValue>, ConfigFailure> {
        let origin = |text: &String| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            let is_origin = host.is_some_and(|host| !host.is_empty() && !host.contains('/'));
            HeaderValue::from_str(text).ok().filter(|_| is_origin).ok_or_else(|| {
                let reason =
                    format!("{text:?} is no origin: write https://HOST or http://HOST:PORT");
                ConfigFailure::Value { field: "origins", reason }
            })
        };
        self.origins.iter().map(origin).collect()
    }

    fn float(&self) -> Result<Amount, ConfigFailure> {
        self.float
            .parse::<Amount>()
            .map_err(|error| ConfigFailure::Value { field: "float", reason: format!("{error}") })
    }

    /// The account that pays. Others who can read its file are warned about.
    ///
    /// # Errors
    /// [`ConfigFailure::NoPayer`], [`ConfigFailure::Payer`].
    pub fn payer(&self) -> Result<Keypair, ConfigFailure> {
        let file = self.payer_file.as_ref().ok_or(ConfigFailure::NoPayer)?;
        if is_open_to_others(file) {
            let file = file.display();
            tracing::warn!("others can read {file}, which holds a key: `chmod 600 {file}`");
        }
        let (source, uri) =
            secret::read("payer_file", None, Some(file)).map_err(ConfigFailure::Payer)?;
        account::parse(&source, &uri).map_err(ConfigFailure::Payer)
    }

    /// How the desk works, where `payer` pays.
    ///
    /// # Errors
    /// [`ConfigFailure::Value`].
    pub fn desk(&self, payer: Keypair) -> Result<Settings, ConfigFailure> {
        Ok(Settings {
            node: self.node.clone(),
            payer,
            payers: self.payers,
            float: self.float()?,
            queue: self.queue,
            kept: Duration::from_secs(u64::from(self.kept_hours) * 3_600),
        })
    }

    /// How long running rounds are waited for at the end.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.into())
    }
}

/// Whether others than the owner may read a file.
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn read(text: &str) -> Result<Config, ConfigFailure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let config = Config::read(file.path())?;
        config.check()?;
        Ok(config)
    }

    #[test]
    fn configurations_should_be_complete_when_they_say_nothing() {
        assert_eq!(read("").unwrap(), Config::default());
    }

    #[test]
    fn configurations_should_be_read_when_they_say_much() {
        let config = read(
            "listen = \"0.0.0.0:80\"\nnode = \"wss://node.example.org\"\n\
             origins = [\"https://chat.example.org\"]\n\
             [models.waggle-fast]\nreward = \"5\"\n[models.poets]\ndomain = 4\n",
        )
        .unwrap();
        assert_eq!(config.listen.port(), 80);
        assert_eq!(config.models["poets"].domain, Some(4));
        assert_eq!(config.models["waggle-fast"].reward.as_deref(), Some("5"));
    }

    #[test]
    fn configurations_should_be_refused_when_misspelt() {
        for text in
            ["lisen = \"127.0.0.1:1\"\n", "[models.a]\nrewards = \"5\"\n", "listen = 8080\n"]
        {
            assert!(matches!(read(text), Err(ConfigFailure::Toml { .. })), "{text}");
        }
        assert!(matches!(
            Config::read(Path::new("/nowhere/gateway.toml")),
            Err(ConfigFailure::File { .. })
        ));
    }

    #[test]
    fn values_should_be_refused_by_name_when_they_mean_nothing() {
        for (text, expected) in [
            ("node = \"http://127.0.0.1:9944\"\n", "node"),
            ("explorer_node = \"127.0.0.1\"\n", "explorer_node"),
            ("payers = 0\n", "payers"),
            ("queue = 0\n", "queue"),
            ("connections = 0\n", "connections"),
            ("max_body_bytes = 10\n", "max_body_bytes"),
            ("float = \"-5\"\n", "float"),
            ("origins = [\"*\"]\n", "origins"),
            ("origins = [\"https://a/b\"]\n", "origins"),
            ("metrics_listen = \"127.0.0.1:8080\"\n", "metrics_listen"),
        ] {
            let failure = read(text).unwrap_err();
            assert!(
                matches!(failure, ConfigFailure::Value { field, .. } if field == expected),
                "{text}"
            );
        }
    }

    #[test]
    fn payers_should_come_from_a_file_that_others_had_better_not_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "//Bob\n").unwrap();
        let path = file.path().to_owned();
        let config = Config { payer_file: Some(path.clone()), ..Config::default() };
        let bob = account::development("//Bob").unwrap();
        assert_eq!(account::account_id(&config.payer().unwrap()), account::account_id(&bob));
        assert!(!is_open_to_others(&path));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(is_open_to_others(&path));
        assert!(matches!(Config::default().payer(), Err(ConfigFailure::NoPayer)));
    }
}
