//! `[server]` and `[limits]`: where the worker listens, and how much it takes.

use super::error::ConfigError;
use crate::{
    access::{Access, Token},
    jobs::JobLimits,
    scheduler::{Limits, PostLimits},
};
use serde::Deserialize;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How long jobs may go on after a signal to stop, in milliseconds.
    pub drain_ms: u64,
    /// Names under which it is reached, without ports, in addition to addresses and `localhost`.
    pub hosts: Vec<String>,
    /// A file that holds nothing but the token that clients must know.
    pub token_file: Option<PathBuf>,
    /// Connections at a time, at least 1; more are closed at once.
    pub connections: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7741)),
            drain_ms: 60_000,
            hosts: Vec::new(),
            token_file: None,
            connections: 512,
        }
    }
}

impl ServerConfig {
    /// Relative paths count from `base`.
    pub(super) fn rebase(&mut self, base: &Path) {
        if let Some(file) = &mut self.token_file {
            *file = base.join(&*file);
        }
    }

    /// Who may come in.
    pub(super) fn access(&self) -> Result<Access, ConfigError> {
        if self.connections == 0 {
            return Err(ConfigError::Server("connections: must be at least 1".to_string()));
        }
        let token = match &self.token_file {
            None => None,
            Some(file) => {
                let text = fs::read_to_string(file)
                    .map_err(|source| ConfigError::Unreadable { path: file.clone(), source })?;
                let token = Token::new(&text).ok_or_else(|| {
                    let file = file.display();
                    ConfigError::Server(format!("token_file: {file} holds no token"))
                })?;
                Some(token)
            }
        };
        Ok(Access::new(self.hosts.clone(), token))
    }
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Jobs that wait, over all models; more are refused with 429.
    pub queue: usize,
    /// Bytes of a request's body; larger ones are refused with 413.
    pub body_bytes: usize,
    /// Bytes of a prompt, reference or candidate; jobs with longer ones are declined.
    pub text_bytes: usize,
    /// Candidates of a job; jobs with more are declined.
    pub candidates: usize,
    /// Finished jobs that are remembered.
    pub results: usize,
    /// For how long, in milliseconds.
    pub result_ttl_ms: u64,
    /// The latest deadline, from the post on, in milliseconds; later ones count as this.
    pub deadline_ms: u64,
    /// The longest wait of a reply, in milliseconds; longer ones count as this.
    pub wait_ms: u64,
    /// The time between two checkups of a model, in minutes; 0: only when it begins to serve.
    pub checkup_minutes: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            queue: 256,
            body_bytes: 4 * 1024 * 1024,
            text_bytes: 64 * 1024,
            candidates: 100,
            results: 1024,
            result_ttl_ms: 600_000,
            deadline_ms: 600_000,
            wait_ms: 1_000,
            checkup_minutes: 30,
        }
    }
}

impl LimitsConfig {
    pub(super) fn check(&self) -> Result<Limits, ConfigError> {
        for (key, value) in [
            ("queue", self.queue),
            ("body_bytes", self.body_bytes),
            ("text_bytes", self.text_bytes),
            ("candidates", self.candidates),
            ("results", self.results),
        ] {
            if value == 0 {
                return Err(ConfigError::NoRoom(key));
            }
        }
        let milliseconds = Duration::from_millis;
        Ok(Limits {
            jobs: JobLimits {
                queue: self.queue,
                results: self.results,
                result_ttl: milliseconds(self.result_ttl_ms),
            },
            posts: PostLimits {
                deadline: milliseconds(self.deadline_ms),
                wait: milliseconds(self.wait_ms),
                text_bytes: self.text_bytes,
                candidates: self.candidates,
            },
            checkup: (self.checkup_minutes > 0)
                .then(|| Duration::from_secs(self.checkup_minutes.saturating_mul(60))),
        })
    }
}
