//! Programs that this one starts: none outlives it. On Linux the kernel sees to that, so it does
//! not matter how this program ends: of itself, by a signal, or by a panic.
//!
//! Out of scope: stopping a program while this one goes on. Whoever has it does so.

use std::{
    io,
    process::{Child, Command},
    sync::{mpsc, OnceLock},
};

/// What is to be started, and who waits for it.
type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Start a program that is killed when this one ends.
///
/// # Errors
/// Those of [`Command::spawn`].
pub(crate) fn start(mut command: Command) -> io::Result<Child> {
    static STARTER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    die_with_this_program(&mut command);
    // The kernel kills a program when the *thread* that started it ends: this one never does.
    let starter = STARTER.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, reply) in orders {
                // Whoever asked waits, so there is somebody to reply to.
                let _ = reply.send(command.spawn());
            }
        });
        sender
    });
    let gone = || io::Error::other("the thread that starts programs is gone");
    let (reply, child) = mpsc::channel();
    starter.send((command, reply)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

/// Ask the kernel to kill the program when the thread that starts it ends.
#[cfg(target_os = "linux")]
fn die_with_this_program(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let parent = std::process::id();
    let before_exec = move || {
        // SAFETY: both calls are safe between fork and exec.
        unsafe {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                return Err(io::Error::last_os_error());
            }
            // This program may have ended before the request was made.
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        Ok(())
    };
    // SAFETY: the closure allocates nothing and takes no locks.
    unsafe { command.pre_exec(before_exec) };
}

/// Other systems have no such request.
#[cfg(not(target_os = "linux"))]
fn die_with_this_program(_: &mut Command) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn program_should_go_on_when_the_thread_that_asked_for_it_ends() {
        let ask = || {
            let mut command = Command::new("sleep");
            command.arg("60");
            start(command).unwrap()
        };
        let mut child = std::thread::spawn(ask).join().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        let ended = child.try_wait().unwrap();
        let _ = child.kill();
        let _ = child.wait();
        assert_eq!(ended, None);
    }

    #[test]
    fn start_should_fail_when_there_is_no_such_program() {
        let error = start(Command::new("/no/such/program")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
