//! A child process with a log file: started, watched, stopped.

use crate::Failure;
use std::{
    fs::OpenOptions,
    future::Future,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use waggle_harness::machine::memory_mib;

/// How long a process may take to stop when asked to.
const STOP_DEADLINE: Duration = Duration::from_secs(10);
/// Pause between two looks at a process that is starting.
const PAUSE: Duration = Duration::from_millis(100);
/// Linux counts processor time for /proc in hundredths of a second, whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;
/// Lines of its log that a failure shows.
const SHOWN_LINES: usize = 15;

/// A running child.
pub struct Process {
    name: String,
    child: tokio::process::Child,
    log: PathBuf,
}

impl Process {
    /// Start `command` with both outputs appended to `NAME.log` in `directory`. In a process group
    /// of its own, so that Ctrl-C in the terminal reaches this program only, which then stops
    /// its children in order.
    pub(crate) fn spawn(
        name: &str,
        mut command: Command,
        directory: &Path,
    ) -> Result<Self, Failure> {
        let failed =
            |error: std::io::Error| Failure::Process(format!("cannot start the {name}: {error}"));
        let log = directory.join(format!("{name}.log"));
        let output = OpenOptions::new().create(true).append(true).open(&log).map_err(failed)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output)
            .process_group(0);
        let child =
            tokio::process::Command::from(command).kill_on_drop(true).spawn().map_err(failed)?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// Fail, with the end of its log, if it has stopped by itself.
    pub(crate) fn check_running(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.failure(&format!("stopped with {status}"))),
            Err(error) => Err(self.failure(&format!("cannot be watched: {error}"))),
        }
    }

    /// Wait until `look` finds what it looks for. Fails if the process stops by itself meanwhile,
    /// and after `deadline`: the process then is what `lacking` says.
    pub(crate) async fn until<Found, Looking: Future<Output = Option<Found>>>(
        &mut self,
        lacking: &str,
        deadline: Duration,
        look: impl Fn() -> Looking,
    ) -> Result<Found, Failure> {
        let begin = Instant::now();
        loop {
            self.check_running()?;
            if let Some(found) = look().await {
                return Ok(found);
            }
            if begin.elapsed() > deadline {
                return Err(self.failure(&format!("{lacking} after {} s", deadline.as_secs())));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A failure of this process, with the end of its log.
    fn failure(&self, what: &str) -> Failure {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let end =
            lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default().join("\n  ");
        Failure::Process(format!("the {} {what}; the end of its log:\n  {end}", self.name))
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Resident memory in MiB; 0 if it is not running.
    pub fn resident_mib(&self) -> f64 {
        self.memory_mib("VmRSS")
    }

    /// Resident memory that no file stands behind, in MiB; 0 if it is not running.
    pub fn own_mib(&self) -> f64 {
        self.memory_mib("RssAnon")
    }

    fn memory_mib(&self, field: &str) -> f64 {
        self.child.id().and_then(|pid| memory_mib(pid, field)).unwrap_or_default()
    }

    /// Processor time that it has used so far, in seconds; 0 if it is not running.
    pub fn processor_seconds(&self) -> f64 {
        let Some(pid) = self.child.id() else { return 0.0 };
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The program's name, in parentheses, may hold spaces; time in user and in kernel mode
        // follow as 14th and 15th.
        let fields =
            stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
        let ticks: f64 =
            fields.into_iter().flatten().filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        ticks / TICKS_PER_SECOND
    }

    /// How many files, sockets and pipes it has open; 0 if it is not running.
    pub fn open_files(&self) -> usize {
        let Some(pid) = self.child.id() else { return 0 };
        std::fs::read_dir(format!("/proc/{pid}/fd")).map(Iterator::count).unwrap_or_default()
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ask it to stop (SIGTERM), wait, and kill it if it does not.
    pub(crate) async fn stop(&mut self) {
        if let Some(pid) = self.child.id() {
            terminate(pid);
        }
        if tokio::time::timeout(STOP_DEADLINE, self.child.wait()).await.is_err() {
            self.kill().await;
        }
    }

    /// Kill it (SIGKILL) and wait until it is gone.
    pub(crate) async fn kill(&mut self) {
        let _ = self.child.kill().await;
    }
}

/// Ask a process to stop (SIGTERM). Whether it does, its end tells.
pub fn terminate(pid: u32) {
    // The shell's own `kill`: a minimal system has no program of that name.
    let _ = Command::new("sh").arg("-c").arg(format!("kill -TERM {pid}")).status();
}
