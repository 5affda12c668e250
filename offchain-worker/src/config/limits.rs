//! `[server]` and `[limits]`: where the worker listens, and how much it takes.

use super::error::ConfigError;
use crate::{
    jobs::JobLimits,
    scheduler::{Limits, PostLimits},
};
use serde::Deserialize;
use std::{net::SocketAddr, time::Duration};

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How long jobs may go on after a signal to stop, in milliseconds.
    pub drain_ms: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 7741)), drain_ms: 10_000 }
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
        })
    }
}
