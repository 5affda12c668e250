//! One running process of a program: started with a cleared environment, killed with all its
//! children when dropped.

use super::{error::ProgramError, lines::bounded_line, spec::ProgramSpec};
use std::{
    process::Stdio,
    sync::{mpsc, OnceLock},
};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    sync::oneshot,
    task::JoinHandle,
};
use tracing::debug;

/// The longest line of a program's standard error that is logged, in bytes.
const LOG_LINE_BYTES: usize = 2000;

/// A process whose group dies when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The id of its group, as long as it is not known to be gone.
    group: Option<u32>,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    log: Option<JoinHandle<()>>,
}

impl Process {
    pub(super) async fn start(spec: &ProgramSpec) -> Result<Self, ProgramError> {
        let failed = |error: &dyn std::fmt::Display| ProgramError::Start(error.to_string());
        let (program, arguments) =
            spec.command.split_first().ok_or_else(|| failed(&"no command"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&spec.directory).env_clear().env("LANG", "C.UTF-8");
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path))).envs(&spec.environment);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        #[cfg(target_os = "linux")]
        die_with_this_process(&mut command);
        let mut child = spawn(command).await.map_err(|error| failed(&error))?;
        let group = child.id();
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(&"no pipes"));
        };
        let log = child.stderr.take().map(|stderr| tokio::spawn(log(spec.name.clone(), stderr)));
        Ok(Self { child, group, input, output: BufReader::new(output), log })
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
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
        if let Some(group) = self.group.and_then(|group| libc::pid_t::try_from(group).ok()) {
            // SAFETY: a plain system call. The child was not waited for by anybody else, so its id,
            // which is its group's, is still its own, or it ended and only its children
            // are left in the group.
            unsafe { libc::killpg(group, libc::SIGKILL) };
        }
        if let Some(log) = &self.log {
            log.abort();
        }
    }
}

/// Makes the kernel kill the process when the thread that starts it ends; see [`spawn`].
#[cfg(target_os = "linux")]
fn die_with_this_process(command: &mut Command) {
    let parent = std::process::id();
    let before_exec = move || {
        // SAFETY: both calls are safe between fork and exec.
        unsafe {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                return Err(std::io::Error::last_os_error());
            }
            // The worker may have died before the request was made.
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
        }
        Ok(())
    };
    // SAFETY: the closure allocates nothing and takes no locks.
    unsafe { command.pre_exec(before_exec) };
}

type Order = (Command, Handle, oneshot::Sender<std::io::Result<Child>>);

/// Spawns on a thread that lives as long as the worker. The kernel sends the signal of
/// [`die_with_this_process`] when the starting *thread* ends, and the runtime's threads may end at
/// any time.
async fn spawn(command: Command) -> std::io::Result<Child> {
    static SPAWNER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, handle, reply) in orders {
                let _runtime = handle.enter();
                // Whoever no longer waits drops the child, which kills it.
                let _ = reply.send(command.spawn());
            }
        });
        sender
    });
    let gone = || std::io::Error::other("the thread that starts programs is gone");
    let (reply, child) = oneshot::channel();
    spawner.send((command, Handle::current(), reply)).map_err(|_| gone())?;
    child.await.map_err(|_| gone())?
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
