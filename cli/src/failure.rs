//! What can go wrong for the commands that start, set up and look at things on this machine. What
//! the chain says is the client library's failure.

use std::path::Path;
use waggle_receipt::Refusal;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What the client library says.
    #[error(transparent)]
    Client(#[from] waggle_client::Failure),
    /// A process on this machine.
    #[error(transparent)]
    Network(#[from] waggle_local_network::Failure),

    // The caller's fault: a retry with the same input fails again.
    /// Something must be said that nobody can be asked for.
    #[error("{what}: say it with {option} (no terminal to ask at, or --yes)")]
    Unsaid {
        /// What is to be decided.
        what: &'static str,
        /// How it is said.
        option: &'static str,
    },
    /// A value that makes no sense here.
    #[error("{0}")]
    Input(String),
    /// A file or folder cannot be read or written.
    #[error("cannot use {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A receipt that is none.
    #[error("{path} is not to be believed: {refusal}")]
    Receipt {
        /// The file.
        path: String,
        /// Why.
        refusal: Refusal,
    },
    /// Free money is for development chains alone.
    #[error(
        "the chain {chain:?} is no development chain (it is {kind}): nobody gives money away \
         there; have somebody send it to {account}"
    )]
    NoFaucet {
        /// The chain's name.
        chain: String,
        /// What kind of chain it says it is.
        kind: String,
        /// Who wants it.
        account: String,
    },

    // The machine's fault, or another's: a retry may help.
    /// A program did not do what it should.
    #[error("{program}: {reason}")]
    Program {
        /// Which.
        program: String,
        /// What it said.
        reason: String,
    },
    /// There is no network to tell of.
    #[error("no network runs in {folder}{}", .but.as_deref().unwrap_or("; `waggle up` starts one"))]
    NotRunning {
        /// Where.
        folder: String,
        /// What runs there instead.
        but: Option<String>,
    },
    /// The model cannot grade: an agent of it would lose its tickets.
    #[error(
        "{model} is not fit to be an agent: {reason}. Nothing is registered; choose another model \
         (--again chooses anew)"
    )]
    Unfit {
        /// The model.
        model: String,
        /// What the worker says of it.
        reason: String,
    },
    /// The money did not come.
    #[error(
        "{account} has {free} WAG free and needs {needed} WAG: run this again when it is there"
    )]
    Unfunded {
        /// The owner's account.
        account: String,
        /// What it has.
        free: String,
        /// What it needs.
        needed: String,
    },
    /// Something that was looked at is not as it should be; it has been said what.
    #[error("{0} problems, see above")]
    Problems(usize),
    /// Somebody wanted it to end.
    #[error("interrupted; run it again to go on")]
    Interrupted,
}

impl Failure {
    /// A file or folder that cannot be used.
    pub(crate) fn file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::File { path: path.clone(), reason: error.to_string() }
    }

    /// A program that did not do what it should.
    pub(crate) fn program(program: &Path, reason: impl ToString) -> Self {
        let program = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::Program { program, reason: reason.to_string() }
    }

    /// The exit status of a command that ends with this: 2 for wrong input, as clap does it; 1 for
    /// everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Client(failure) => failure.exit_code(),
            Self::Network(failure) => failure.exit_code(),
            Self::Unsaid { .. }
            | Self::Input(_)
            | Self::File { .. }
            | Self::Receipt { .. }
            | Self::NoFaucet { .. } => 2,
            _ => 1,
        }
    }

    /// The failure on one line; the end of a process's log stays on its own.
    pub fn shown(&self) -> String {
        match self {
            Self::Client(failure) => failure.one_line(),
            other => other.to_string(),
        }
    }
}
