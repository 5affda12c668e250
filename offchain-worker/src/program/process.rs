//! One running process of a program: its lines, and what it writes to its standard error.

use super::{
    error::ProgramError,
    group::{bare_command, Group},
    lines::bounded_line,
    spec::ProgramSpec,
};
use std::process::Stdio;
use tokio::{
    io::{AsyncWriteExt, BufReader},
    process::{ChildStderr, ChildStdin, ChildStdout},
    task::JoinHandle,
};
use tracing::debug;

/// The longest line of a program's standard error that is logged, in bytes.
const LOG_LINE_BYTES: usize = 2000;

/// A process that dies with its children when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    group: Group,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    log: Option<JoinHandle<()>>,
}

impl Process {
    pub(super) async fn start(spec: &ProgramSpec) -> Result<Self, ProgramError> {
        let failed = |error: &dyn std::fmt::Display| ProgramError::Start(error.to_string());
        let (program, arguments) =
            spec.command.split_first().ok_or_else(|| failed(&"no command"))?;
        let mut command = bare_command(program);
        command.args(arguments).current_dir(&spec.directory).envs(&spec.environment);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = Group::start(command).await.map_err(|error| failed(&error))?;
        let child = &mut group.child;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(&"no pipes"));
        };
        let log = child.stderr.take().map(|stderr| tokio::spawn(log(spec.name.clone(), stderr)));
        Ok(Self { group, input, output: BufReader::new(output), log })
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        self.group.has_ended()
    }

    /// Writes a line and reads one.
    pub(super) async fn exchange(
        &mut self,
        line: &str,
        limit: usize,
    ) -> Result<Vec<u8>, ProgramError> {
        self.input.write_all(line.as_bytes()).await.map_err(|_| ProgramError::Ended)?;
        self.input.flush().await.map_err(|_| ProgramError::Ended)?;
        bounded_line(&mut self.output, limit).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(log) = &self.log {
            log.abort();
        }
    }
}

/// Passes a program's standard error on to the log.
async fn log(program: String, stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr);
    loop {
        match bounded_line(&mut lines, LOG_LINE_BYTES).await {
            Ok(line) => debug!(program, "{}", String::from_utf8_lossy(&line)),
            // What was read so far of a long line is gone; the rest of it is taken for a line.
            Err(ProgramError::TooLong(_)) => debug!(program, "(a part of a long line)"),
            Err(_) => return,
        }
    }
}
