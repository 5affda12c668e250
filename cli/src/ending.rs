//! How work that goes on until somebody wants it to end is told so: Ctrl-C, SIGTERM, or the end of
//! its terminal (SIGHUP). Ended by a signal, it could not end what it has started.

use crate::failure::Failure;
use std::future::{pending, Future};
use tokio::signal::unix::{signal, SignalKind};

/// The bit of SIGHUP in a mask of signals.
const HANGUP: u64 = 1;

/// Returns when somebody wants this program to end.
pub(crate) async fn wanted() {
    tokio::select! {
        () = told(SignalKind::interrupt()) => {},
        () = told(SignalKind::terminate()) => {},
        () = told(SignalKind::hangup()), if !outlives_terminal() => {},
    }
}

/// Returns when this program gets a signal.
async fn told(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => pending().await,
    }
}

/// Whether this program was started to go on without its terminal, as `nohup` does it.
fn outlives_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status)
}

/// Whether a process ignores SIGHUP, by its status as Linux tells it.
fn ignores_hangup(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & HANGUP != 0)
}

/// What `work` comes to, or [`Failure::Interrupted`] as soon as somebody wants this to end. What
/// the work has begun ends when it is dropped.
///
/// # Errors
/// Those of the work.
pub(crate) async fn unless_wanted<Output, Error: Into<Failure>>(
    work: impl Future<Output = Result<Output, Error>>,
) -> Result<Output, Failure> {
    tokio::select! {
        outcome = work => outcome.map_err(Into::into),
        () = wanted() => Err(Failure::Interrupted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangup_should_be_known_as_ignored_by_its_bit() {
        assert!(ignores_hangup("Name:\tsh\nSigIgn:\t0000000000000001\nSigCgt:\t0\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001006\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup(""));
    }
}
