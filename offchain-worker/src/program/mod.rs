//! Programs that the worker starts and that speak JSON lines: expert systems and units (see
//! [`lines`] for the protocol).
//!
//! One process each, one line in, one line out. A process that ends, says nothing in time or says
//! too much is killed and started again, after a pause that doubles from [`FIRST_PAUSE`] to
//! [`LONGEST_PAUSE`] until it says something right.
//!
//! A program is chosen by the operator and trusted as the worker itself is, but no further than it
//! must be: it gets no environment but `PATH`, a locale and what the configuration lists, a process
//! group of its own, and it ends with the worker, however that ends (on Linux; elsewhere, when it
//! reads the end of its input). What it says to its standard error goes to the log at the level
//! `debug`, since it may hold prompts.
//!
//! Out of scope: keeping a program from files and the network. `bwrap`, `systemd-run` or a
//! container before its command does that.

mod error;
pub(crate) mod group;
pub mod lines;
mod process;
mod spec;

pub use error::ProgramError;
pub use spec::{find, ProgramSpec};

use lines::{Question, Reply};
use process::Process;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tracing::warn;

/// The pause before a program that failed is started again, at first.
pub const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause before a program is started again.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A program that is kept running.
#[derive(Debug)]
pub struct Program {
    spec: ProgramSpec,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    process: Option<Process>,
    /// Failures in a row.
    failures: u32,
    /// When it may be started again.
    resting_until: Option<Instant>,
    /// Of the last line written.
    id: u64,
}

impl Program {
    /// A program that is started when it is first asked.
    pub fn new(spec: ProgramSpec) -> Self {
        Self { spec, state: Mutex::default() }
    }

    /// Starts it if it does not run.
    ///
    /// # Errors
    /// [`ProgramError::Start`].
    pub async fn start(&self) -> Result<(), ProgramError> {
        let mut state = self.state.lock().await;
        if state.process.is_none() {
            state.process = Some(Process::start(&self.spec).await?);
        }
        Ok(())
    }

    /// Asks it; questions wait for each other. A process that ends without a reply, when it had run
    /// before, may have ended unnoticed before it could read the question: that is then asked
    /// of a new one, once.
    ///
    /// # Errors
    /// [`ProgramError`]; the process is gone then and started again for a later question.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Reply, ProgramError> {
        let mut state = self.state.lock().await;
        if state.process.as_mut().is_some_and(Process::has_ended) {
            warn!(program = self.spec.name, "the program ended");
            state.process = None;
            self.rest(&mut state);
        }
        if let Some(until) = state.resting_until {
            let left = until.saturating_duration_since(Instant::now());
            if left > self.spec.timeout {
                return Err(ProgramError::Pausing(left));
            }
            tokio::time::sleep(left).await;
        }
        let had_run = state.process.is_some();
        let asked = match self.ask_once(&mut state, question).await {
            Err(ProgramError::Ended) if had_run => self.ask_once(&mut state, question).await,
            asked => asked,
        };
        match asked {
            Ok((process, reply)) => {
                *state = State { process: Some(process), id: state.id, ..State::default() };
                Ok(reply)
            }
            Err(error) => {
                self.rest(&mut state);
                Err(error)
            }
        }
    }

    /// Asks the process that runs, or a new one. A process that does not come back from here is
    /// killed by being dropped.
    async fn ask_once(
        &self,
        state: &mut State,
        question: &Question<'_>,
    ) -> Result<(Process, Reply), ProgramError> {
        let mut process = match state.process.take() {
            Some(process) => process,
            None => Process::start(&self.spec).await?,
        };
        state.id += 1;
        let line = lines::write(state.id, question);
        let exchange = process.exchange(&line, self.spec.line_bytes);
        let reply = tokio::time::timeout(self.spec.timeout, exchange).await;
        let reply =
            lines::read(state.id, &reply.map_err(|_| ProgramError::Silent(self.spec.timeout))??)?;
        Ok((process, reply))
    }

    fn rest(&self, state: &mut State) {
        let doubled = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(state.failures));
        state.failures = state.failures.saturating_add(1);
        state.resting_until = Some(Instant::now() + doubled.min(LONGEST_PAUSE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, path::Path};

    fn shell(script: &str) -> Program {
        Program::new(ProgramSpec {
            name: "test".into(),
            command: ["sh", "-c", script].map(String::from).to_vec(),
            directory: std::env::temp_dir(),
            environment: BTreeMap::from([("GIVEN".to_string(), "yes".to_string())]),
            timeout: Duration::from_secs(10),
            line_bytes: 1000,
        })
    }

    fn quick(script: &str) -> Program {
        let mut program = shell(script);
        program.spec.timeout = Duration::from_millis(300);
        program
    }

    async fn answer(program: &Program) -> Result<Option<String>, ProgramError> {
        let question = Question::Answer { prompt: "x", messages: &[], notes: &[], max_bytes: 9 };
        program.ask(&question).await.map(|reply| reply.answer)
    }

    /// Replies with its own process id and a variable's value, under the right id.
    const HONEST: &str =
        r#"n=0; while read -r line; do n=$((n+1)); echo "{\"id\":$n,\"answer\":\"$$ $1\"}"; done"#;

    #[tokio::test]
    async fn program_should_be_kept_between_questions() {
        let program = shell(HONEST);
        let first = answer(&program).await.unwrap();
        assert!(first.is_some());
        assert_eq!(answer(&program).await.unwrap(), first);
    }

    #[tokio::test]
    async fn program_should_inherit_no_secrets() {
        // Cargo sets this one for every test.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let script = r#"read -r line; names=$(env | cut -d= -f1 | sort | tr '\n' ' ')
            echo "{\"id\":1,\"answer\":\"$names\"}""#;
        let names = answer(&shell(script)).await.unwrap().unwrap();
        // The shell adds the last three itself.
        let expected = ["GIVEN", "LANG", "PATH", "OLDPWD", "PWD", "SHLVL", "_"];
        assert!(names.split_whitespace().all(|name| expected.contains(&name)), "{names}");
        assert!(names.contains("GIVEN"));
    }

    #[tokio::test]
    async fn program_should_be_started_again_when_it_ended_or_was_wrong() {
        let folder = tempfile::tempdir().unwrap();
        // Wrong the first time, right from then on.
        let script = r#"read -r line
            if [ -e seen ]; then echo '{"id":2,"answer":"right"}'; read -r line;
            else touch seen; echo nonsense; fi"#;
        let mut program = shell(script);
        program.spec.directory = folder.path().to_path_buf();
        assert!(matches!(answer(&program).await, Err(ProgramError::Malformed(_))));
        let since = Instant::now();
        assert_eq!(answer(&program).await, Ok(Some("right".into())));
        assert!(since.elapsed() >= FIRST_PAUSE / 2, "it was started without a pause");
        assert_eq!(program.state.lock().await.failures, 0);
    }

    #[tokio::test]
    async fn program_should_be_killed_when_it_hangs_or_floods() {
        assert!(matches!(answer(&quick("sleep 60")).await, Err(ProgramError::Silent(_))));
        assert_eq!(
            answer(&shell("exec yes | tr -d '\\n'")).await,
            Err(ProgramError::TooLong(1000))
        );
        assert_eq!(answer(&shell("exit 0")).await, Err(ProgramError::Ended));
        assert!(matches!(answer(&shell("read -r line; echo '{\"id\":7}'; read -r line")).await,
            Err(ProgramError::Malformed(problem)) if problem.contains("id")));
        let missing = Program::new(ProgramSpec {
            command: vec!["/nonexistent/program".into()],
            ..shell("").spec
        });
        assert!(matches!(answer(&missing).await, Err(ProgramError::Start(_))));
    }

    #[tokio::test]
    async fn pauses_should_double_and_be_refused_when_longer_than_the_timeout() {
        let program = quick("exit 0");
        for _ in 0..3 {
            assert_eq!(answer(&program).await, Err(ProgramError::Ended));
        }
        let refused = answer(&program).await;
        assert!(matches!(refused, Err(ProgramError::Pausing(left)) if left > FIRST_PAUSE * 2));
    }

    #[tokio::test]
    async fn children_of_a_program_should_end_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut program = quick("sleep 300 & echo $! > child; sleep 300");
        program.spec.directory = folder.path().to_path_buf();
        assert!(answer(&program).await.is_err());
        let child = std::fs::read_to_string(folder.path().join("child")).unwrap();
        let status = Path::new("/proc").join(child.trim()).join("status");
        for _ in 0..100 {
            let gone =
                std::fs::read_to_string(&status).map_or(true, |text| text.contains("State:\tZ"));
            if gone {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} is still there", status.display());
    }
}
