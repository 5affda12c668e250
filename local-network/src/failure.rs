//! What can go wrong with a network of one's own: one line each, or the end of a process's log.

use std::io;
use waggle_harness::swarm::Unreadable;

/// Why a local network failed.
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

    /// Somebody else listens where a program of the network is to.
    #[error(
        "port {port} of the {what} is taken{}: stop what listens there, or choose another port \
         with {option}",
        by(.holder)
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// Whose it was to be.
        what: &'static str,
        /// Its program and its process, if this user may know.
        holder: Option<String>,
        /// The option that chooses another.
        option: &'static str,
    },

    // The network's fault: a retry may help.
    /// A process did not do what it should.
    #[error("{0}")]
    Process(String),
    /// What a client of the network was told.
    #[error(transparent)]
    Client(#[from] waggle_client::Failure),
}

impl Failure {
    /// Something that has to do with the operating system failed.
    pub(crate) fn system(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Process(format!("{what}: {error}"))
    }

    /// The exit status of a program that ends with this: 2 for wrong input, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. } | Self::PortTaken { .. } => 2,
            Self::Process(_) => 1,
            Self::Client(failure) => failure.exit_code(),
        }
    }
}

fn by(holder: &Option<String>) -> String {
    holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default()
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        Self::File { path: unreadable.path.display().to_string(), reason: unreadable.reason }
    }
}
