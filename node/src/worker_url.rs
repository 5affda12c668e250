//! The worker's base URL: `http://127.0.0.1:7741` and the like.
//!
//! The off-chain hook runs inside the runtime and cannot see the command line; it reads the URL
//! from the node's persistent off-chain storage, where [`WorkerUrl::publish`] puts it at every
//! start. Only the form is checked here: the worker may be started later than the node, and a round
//! survives its absence.

use sp_core::offchain::{storage::OffchainDb, DbExternalities, OffchainStorage, StorageKind};
use std::{fmt, str::FromStr};

/// Where the off-chain hook finds the URL: key of the persistent off-chain storage; the value is
/// the URL's text.
pub const WORKER_URL_KEY: &[u8] = b"waggle/worker-url";

/// Where a worker listens unless told otherwise.
pub const DEFAULT_WORKER_URL: &str = "http://127.0.0.1:7741";

/// A worker's base URL: scheme `http` or `https`, a host, perhaps a port and a path; no trailing
/// slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerUrl(String);

/// Why a text is no worker URL. The operator's fault; trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerUrlError {
    /// Neither `http://` nor `https://` in front.
    #[error("`{0}` must start with http:// or https://, as in {DEFAULT_WORKER_URL}")]
    Scheme(String),
    /// Nothing between the scheme and the port or path.
    #[error("`{0}` names no host, as in {DEFAULT_WORKER_URL}")]
    Host(String),
    /// What follows the host's colon is no port.
    #[error("`{port}` in `{url}` is no port: 1 to 65535")]
    Port {
        /// The whole text.
        url: String,
        /// What should be a port.
        port: String,
    },
    /// User names, queries, fragments and spaces have no meaning here.
    #[error("`{url}` must not contain `{character}`: only scheme, host, port and path")]
    Character {
        /// The whole text.
        url: String,
        /// What is not allowed.
        character: char,
    },
}

impl WorkerUrl {
    /// The URL's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Write the URL to where the off-chain hook reads it.
    pub fn publish(&self, storage: impl OffchainStorage) {
        OffchainDb::new(storage).local_storage_set(
            StorageKind::PERSISTENT,
            WORKER_URL_KEY,
            self.0.as_bytes(),
        );
    }
}

impl fmt::Display for WorkerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for WorkerUrl {
    type Err = WorkerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = text.to_owned();
        let forbidden =
            |c: &char| c.is_whitespace() || c.is_control() || ['@', '?', '#', '\\'].contains(c);
        if let Some(character) = text.chars().find(forbidden) {
            return Err(WorkerUrlError::Character { url, character });
        }
        let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"))
        else {
            return Err(WorkerUrlError::Scheme(url));
        };
        let authority = rest.split('/').next().unwrap_or_default();
        // An IPv6 address has colons of its own, inside brackets.
        let (host, port) = match authority.rfind(']') {
            Some(end) => authority.split_at(end + 1),
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        if host.is_empty() || host == "[]" {
            return Err(WorkerUrlError::Host(url));
        }
        if !port.is_empty() {
            let digits = port.strip_prefix(':').unwrap_or(port);
            if !digits.parse::<u16>().is_ok_and(|number| number > 0) {
                return Err(WorkerUrlError::Port { url, port: digits.to_owned() });
            }
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::offchain::testing::TestPersistentOffchainDB;

    #[test]
    fn url_should_be_kept_when_well_formed() {
        for text in [
            DEFAULT_WORKER_URL,
            "https://worker.example:8443/agents",
            "http://[::1]:7741",
            "http://localhost",
        ] {
            assert_eq!(text.parse::<WorkerUrl>().map(|url| url.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("http://host:1/".parse::<WorkerUrl>().unwrap().as_str(), "http://host:1");
    }

    #[test]
    fn url_should_be_refused_when_malformed() {
        use WorkerUrlError::*;
        let refused = |text: &str| text.parse::<WorkerUrl>().unwrap_err();
        assert_eq!(refused("127.0.0.1:7741"), Scheme("127.0.0.1:7741".into()));
        assert_eq!(refused(""), Scheme("".into()));
        assert_eq!(refused("http://"), Host("http://".into()));
        assert_eq!(refused("http://:80"), Host("http://:80".into()));
        assert_eq!(refused("http://a:b"), Port { url: "http://a:b".into(), port: "b".into() });
        assert_eq!(refused("http://a:0"), Port { url: "http://a:0".into(), port: "0".into() });
        assert_eq!(refused("http://a:"), Port { url: "http://a:".into(), port: "".into() });
        assert_eq!(
            refused("http://a:70000"),
            Port { url: "http://a:70000".into(), port: "70000".into() }
        );
        assert_eq!(refused("http://u@h"), Character { url: "http://u@h".into(), character: '@' });
        assert_eq!(refused("http://h?q"), Character { url: "http://h?q".into(), character: '?' });
    }

    #[test]
    fn publish_should_write_raw_text_where_the_hook_reads() {
        let storage = TestPersistentOffchainDB::new();
        DEFAULT_WORKER_URL.parse::<WorkerUrl>().unwrap().publish(storage.clone());
        assert_eq!(
            OffchainDb::new(storage)
                .local_storage_get(StorageKind::PERSISTENT, WORKER_URL_KEY)
                .as_deref(),
            Some(DEFAULT_WORKER_URL.as_bytes())
        );
    }
}
