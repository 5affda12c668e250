//! The program `waggle` where it goes on until it is stopped: it tells what it does in lines of
//! JSON, and takes its children with it.

use crate::scenario::waggle_program;
use serde_json::Value;
use std::{
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// How long it may take to say something, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(420);
/// How long it may take to stop.
const STOPPING: Duration = Duration::from_secs(60);

/// A running `waggle`.
pub(crate) struct Started {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Started {
    /// Start it with these arguments.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(waggle_program());
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says next.
    pub(crate) async fn says(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        let line = line.expect("it says something in time").unwrap().expect("it says something");
        serde_json::from_str(&line).expect("JSON and nothing else on stdout")
    }

    /// Ask it to stop (SIGTERM), and wait until it has.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        self.terminate();
        let ended = tokio::time::timeout(STOPPING, self.child.wait()).await;
        ended.expect("it stops in time").unwrap()
    }

    fn terminate(&self) {
        if let Some(id) = self.child.id() {
            let mut kill = std::process::Command::new("sh");
            let _ = kill.arg("-c").arg(format!("kill -TERM {id}")).status();
        }
    }
}

impl Drop for Started {
    /// A test that fails leaves nothing behind: killed at once, it could not end its children.
    fn drop(&mut self) {
        self.terminate();
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begin.elapsed() < STOPPING {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Whether a process of this id runs.
pub(crate) fn runs(id: u64) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let state = status.lines().find(|line| line.starts_with("State:"));
    // One that has ended, and that nobody has asked after, is still listed.
    state.is_some_and(|state| !state.contains('Z'))
}
