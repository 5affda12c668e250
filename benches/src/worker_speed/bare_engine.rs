//! The engine without the worker: the example `bare_engine` of the worker's crate, serving.

use crate::{arena::AgentRole, child};
use anyhow::{bail, ensure, Context, Result};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The process, and its two ends of pipes.
pub(super) struct BareEngine {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// One token more.
pub(super) struct OneToken {
    /// How many tokens the text has.
    pub(super) length: usize,
    /// How long the token took, in milliseconds.
    pub(super) took: f64,
    /// How long it took to make tokens of the text, in milliseconds.
    pub(super) preparing: f64,
}

impl BareEngine {
    /// Start `program` with the agent's model, and wait until it is loaded.
    pub(super) fn start(program: &Path, agent: &AgentRole) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg(&agent.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process =
            child::start(command).with_context(|| format!("cannot start {}", program.display()))?;
        let (stdin, stdout) =
            (process.stdin.take().context("no pipe")?, process.stdout.take().context("no pipe")?);
        let mut engine = Self { process, stdin, stdout: BufReader::new(stdout) };
        while engine.line()? != "ready" {}
        Ok(engine)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.stdout.read_line(&mut line)? > 0, "the bare engine ended");
        Ok(line.trim().to_owned())
    }

    /// Let it make one token after the text.
    pub(super) fn token(&mut self, text: &str) -> Result<OneToken> {
        writeln!(self.stdin, "{}", text.replace('\n', "\\n"))?;
        self.stdin.flush()?;
        let line = self.line()?;
        let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [tokens, took, prepared] = numbers[..] else {
            bail!("the bare engine said something else: {line}")
        };
        Ok(OneToken {
            length: tokens as usize,
            took: took / 1_000.0,
            preparing: prepared / 1_000.0,
        })
    }
}

impl Drop for BareEngine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
