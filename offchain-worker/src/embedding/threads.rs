//! The threads that embed: few, and the least urgent of the process.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::thread::available_parallelism;

/// How much others go first: 0 is like all others, 19 the most.
#[cfg(target_os = "linux")]
const NICENESS: libc::c_int = 10;

/// A pool of half as many threads as there are cores, but one at least.
pub(super) fn pool() -> Result<ThreadPool, ThreadPoolBuildError> {
    let cores = available_parallelism().map_or(1, usize::from);
    ThreadPoolBuilder::new()
        .num_threads((cores / 2).max(1))
        .thread_name(|index| format!("embed-{index}"))
        .start_handler(|_| let_others_go_first())
        .build()
}

/// Makes this thread one that yields to the others of the process, where the system can do that.
fn let_others_go_first() {
    #[cfg(target_os = "linux")]
    // SAFETY: they take numbers. On Linux 0 is the calling thread, and to be less urgent is always
    // allowed; if it fails nothing changes.
    unsafe {
        if libc::getpriority(libc::PRIO_PROCESS, 0) < NICENESS {
            libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn threads_should_be_less_urgent_than_others() {
        // SAFETY: it takes numbers and changes nothing.
        let niceness = || unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        let own = niceness();
        let found = pool().unwrap().install(niceness);
        assert!(found >= NICENESS && found >= own, "{found}");
        assert_eq!(niceness(), own, "this thread is as it was");
    }
}
