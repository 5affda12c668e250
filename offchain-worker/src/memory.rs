//! What the system's allocator does with the memory that a model returns.
//!
//! A model takes and returns megabytes for every token. By default glibc gives much of that back to
//! the kernel each time, and the next token has its pages cleared and mapped again, which takes as
//! long as a small model's arithmetic.

/// Smaller pieces come from what is kept, in bytes: the most that glibc allows.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 32 << 20;

/// How much unused memory each arena may keep, in bytes: what glibc would come to by itself.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 2 * MAPPED_FROM;

/// Keep what is returned, within bounds. For a program's start. `false` where the C library is
/// another one, or refuses.
pub fn keep_returned() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let settings = [(libc::M_MMAP_THRESHOLD, MAPPED_FROM), (libc::M_TRIM_THRESHOLD, KEPT)];
        // SAFETY: `mallopt` takes two numbers, and may be called at any time, by any thread.
        settings
            .into_iter()
            .all(|(parameter, bytes)| unsafe { libc::mallopt(parameter, bytes) } == 1)
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    false
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    #[test]
    fn allocator_should_accept_the_settings() {
        assert!(keep_returned());
    }
}
