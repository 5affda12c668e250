//! `waggle up` in the background: started, seen, stopped. What runs there is this program once
//! more, without `--detach`; what it says is in a file of its folder.

use super::{addresses::Addresses, tell};
use crate::{
    ending,
    failure::Failure,
    folder::{holder, usual, OwnFolder, LOG},
};
use serde_json::json;
use std::{
    fs::OpenOptions,
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use waggle_local_network::terminate;

/// What only the program in the foreground does.
const FOREGROUND: [&str; 2] = ["--detach", "--fresh"];
/// How the line begins that says why a program failed.
const FAILED: &str = "waggle: ";
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long all processes together may take to stop.
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// Start this program once more, which then goes on by itself, and return when everything is there.
///
/// # Errors
/// [`Failure::Program`] if it ends before that, with what it said; [`Failure::Interrupted`] if
/// somebody wants it to end before that.
pub(super) async fn start(folder: OwnFolder, json: bool) -> Result<(), Failure> {
    let path = folder.path().to_owned();
    let log = path.join(LOG);
    let failed = Failure::file(&log);
    let mut options = OpenOptions::new();
    // Anew: what an earlier one said is of no use here.
    let said = options.create(true).write(true).truncate(true).mode(0o600).open(&log);
    let program = std::env::current_exe().map_err(Failure::file(Path::new("this program")))?;
    let words = std::env::args_os().skip(1);
    let mut command = Command::new(&program);
    command
        .args(words.filter(|word| !FOREGROUND.iter().any(|foreground| word == foreground)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said.map_err(&failed)?)
        // Ctrl-C in the terminal, and its end, are no matter to it.
        .process_group(0);
    // The folder is to be the other one's.
    drop(folder);
    let child = command.spawn().map_err(|error| Failure::program(&program, error))?;
    let id = child.id();
    let mut starting = Starting { child, log, told: 0 };
    let there = ending::unless_wanted(starting.until_there(&path)).await;
    if matches!(there, Err(Failure::Interrupted)) {
        terminate(id);
        starting.until_ended().await;
    }
    say(&there?, &path, json)
}

/// Say where everything of the network is that runs in the folder.
///
/// # Errors
/// [`Failure::NotRunning`] if none does, or not all of it is there yet.
pub(super) fn status(base: &Path, json: bool) -> Result<(), Failure> {
    let running = holder(base)?;
    let kept = running.map_or(Ok(None), |_| Addresses::kept(base))?;
    let addresses = kept.ok_or_else(|| Failure::NotRunning {
        folder: base.display().to_string(),
        but: running.map(|pid| format!(": process {pid} starts it, or stops it")),
    })?;
    say(&addresses, base, json)
}

/// Stop the network that runs in the folder, and wait until it has ended.
///
/// # Errors
/// [`Failure::Program`] if it does not end.
pub(super) async fn stop(base: &Path, json: bool) -> Result<(), Failure> {
    let running = holder(base)?;
    if let Some(pid) = running {
        terminate(pid);
        let begin = Instant::now();
        while holder(base)? == Some(pid) {
            if begin.elapsed() > STOP_DEADLINE {
                let reason = format!("process {pid} does not stop");
                return Err(Failure::program(Path::new("waggle"), reason));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    if json {
        return tell(&json!({ "done": "stopped", "process": running }).to_string());
    }
    tell(&match running {
        Some(_) => "stopped; `waggle up` goes on with the same chain".to_owned(),
        None => format!("nothing runs in {}", base.display()),
    })
}

fn say(addresses: &Addresses, base: &Path, json: bool) -> Result<(), Failure> {
    if json {
        return tell(&addresses.to_json().to_string());
    }
    tell(&addresses.print(&format!("`{}`", stopped_by(base))))
}

/// The command that stops what runs in a folder.
fn stopped_by(base: &Path) -> String {
    let is_usual = usual("dev").canonicalize().is_ok_and(|usual| usual == base);
    if is_usual || base == usual("dev") {
        "waggle up --stop".to_owned()
    } else {
        format!("waggle up --stop --base {}", base.display())
    }
}

/// A program that starts in the background.
struct Starting {
    child: Child,
    log: PathBuf,
    /// How much of what it said has been passed on, in bytes.
    told: usize,
}

impl Starting {
    /// Wait until everything is there, and pass on what it says.
    async fn until_there(&mut self, folder: &Path) -> Result<Addresses, Failure> {
        loop {
            let ended = self.child.try_wait();
            let ended = ended.map_err(|error| Failure::program(Path::new("waggle"), error))?;
            let failed = self.pass_on();
            if let Some(status) = ended {
                let reason = failed.unwrap_or_else(|| format!("it ended with {status}"));
                return Err(Failure::program(Path::new("waggle"), reason));
            }
            if let Some(addresses) = Addresses::kept(folder)? {
                self.pass_on();
                return Ok(addresses);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Wait until it has ended, or should have.
    async fn until_ended(&mut self) {
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begin.elapsed() < STOP_DEADLINE {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Show what it has said since, and return why it failed, if it says so.
    fn pass_on(&mut self) -> Option<String> {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let (said, failed) = parts(&text);
        if let Some(new) = said.get(self.told..).filter(|new| !new.is_empty()) {
            eprint!("{new}");
            self.told = said.len();
        }
        failed.map(str::to_owned)
    }
}

/// The whole lines of what a program said, and behind them why it failed, if it says so.
fn parts(text: &str) -> (&str, Option<&str>) {
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let said = lines.take_while(|line| !line.starts_with(FAILED)).map(str::len).sum();
    let (said, rest) = text.split_at(said);
    (said, rest.strip_prefix(FAILED).map(str::trim_end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_should_be_whole_lines_and_the_failure_apart() {
        assert_eq!(parts(""), ("", None));
        assert_eq!(parts("✓ node\nstarting th"), ("✓ node\n", None));
        let text = "✓ node\nwaggle: the worker stopped; the end of its log:\n  no model\n";
        let failed = "the worker stopped; the end of its log:\n  no model";
        assert_eq!(parts(text), ("✓ node\n", Some(failed)));
        assert_eq!(parts("waggle: port 1 is taken\n"), ("", Some("port 1 is taken")));
    }

    #[test]
    fn status_should_fail_and_stop_should_not_where_nothing_runs() {
        let folder = tempfile::tempdir().unwrap();
        let failure = status(folder.path(), true).unwrap_err();
        assert!(matches!(failure, Failure::NotRunning { .. }) && failure.exit_code() == 1);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(stop(folder.path(), true)).unwrap();
    }

    #[test]
    fn command_that_stops_should_name_a_folder_that_is_not_the_usual_one() {
        assert_eq!(stopped_by(&usual("dev")), "waggle up --stop");
        assert_eq!(stopped_by(Path::new("/a")), "waggle up --stop --base /a");
    }
}
