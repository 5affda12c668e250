//! A process with a cleared environment and a group of its own: killed with all its children when
//! it is dropped, and by the kernel when the worker ends (on Linux).

use std::{
    ffi::OsStr,
    process::ExitStatus,
    sync::{mpsc, OnceLock},
};
use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::oneshot,
};

/// A command that gets `PATH`, a locale and no more of the worker's environment.
pub(crate) fn bare_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LANG", "C.UTF-8");
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// A process whose group dies when this is dropped.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its first process.
    pub(crate) child: Child,
    /// The id of the group, as long as it is not known to be gone.
    id: Option<u32>,
}

impl Group {
    /// Starts a command in a group of its own.
    ///
    /// # Errors
    /// Those of [`Command::spawn`].
    pub(crate) async fn start(mut command: Command) -> std::io::Result<Self> {
        command.process_group(0).kill_on_drop(true);
        #[cfg(target_os = "linux")]
        die_with_this_process(&mut command);
        let child = spawn(command).await?;
        let id = child.id();
        Ok(Self { child, id })
    }

    /// Whether its first process has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for the end of its first process; may be dropped and called again.
    ///
    /// # Errors
    /// Those of [`Child::wait`].
    pub(crate) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.id.and_then(|id| libc::pid_t::try_from(id).ok()) {
            // SAFETY: a plain system call. The child was not waited for by anybody else, so its id,
            // which is its group's, is still its own, or it ended and only its children
            // are left in the group.
            unsafe { libc::killpg(group, libc::SIGKILL) };
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
