//! What can go wrong with a program.

use std::time::Duration;

/// Why a program gave nothing. All of it is the program's or the machine's fault and worth another
/// attempt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// It cannot be started.
    #[error("the program cannot be started: {0}")]
    Start(String),
    /// It ended, or closed its input or output.
    #[error("the program ended")]
    Ended,
    /// No reply in time.
    #[error("the program said nothing for {0:?}")]
    Silent(Duration),
    /// A longer line than allowed.
    #[error("the program wrote a line of more than {0} bytes")]
    TooLong(usize),
    /// Not a reply.
    #[error("the program's line is no reply: {0}")]
    Malformed(String),
    /// It failed a moment ago.
    #[error("the program failed and is started again in {0:?}")]
    Pausing(Duration),
}
