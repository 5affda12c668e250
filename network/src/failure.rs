//! What can go wrong for a program that drives a network of one's own: one line each, or the end of
//! a process's log.

/// Why a program that drives a network failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    // The caller's fault: a retry with the same input fails again.
    /// A file that was named cannot be read.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The results cannot be written.
    #[error("cannot write {path}: {reason}")]
    Results {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// An option has a value that makes no sense.
    #[error("{0}")]
    Input(String),

    // The network's fault: a retry may help.
    /// A process did not do what it should.
    #[error("{0}")]
    Process(String),
    /// The network did not start, or a process of it has stopped.
    #[error(transparent)]
    Network(#[from] waggle_local_network::Failure),
    /// What a client of the network was told.
    #[error(transparent)]
    Client(#[from] waggle_client::Failure),
}

impl Failure {
    /// The exit status of a program that ends with this: 2 for wrong input, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. } | Self::Results { .. } | Self::Input(_) => 2,
            Self::Process(_) => 1,
            Self::Network(failure) => failure.exit_code(),
            Self::Client(failure) => failure.exit_code(),
        }
    }
}
