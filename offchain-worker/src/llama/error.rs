//! What can go wrong with llama.cpp's server and with the files that it serves.

use std::{path::PathBuf, time::Duration};

/// Why a file is not served.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It holds something else, or only a part.
    #[error("{path} is no GGUF file: {problem}")]
    Invalid {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        problem: &'static str,
    },
}

/// Why llama.cpp's server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum LlamaError {
    /// The operator's fault: the file.
    #[error(transparent)]
    Gguf(#[from] GgufError),
    /// The machine's or the operator's fault: the program cannot be started.
    #[error("{program} cannot be started: {source}")]
    Start {
        /// Which.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It ended before it served: mostly a file or an argument that it does not know, or too little
    /// memory.
    #[error("llama-server ended ({status}): {last}")]
    Ended {
        /// Its exit status.
        status: String,
        /// What it wrote last to its standard error, in one line.
        last: String,
    },
    /// It did not get ready.
    #[error("llama-server was not ready after {0:?}")]
    Slow(Duration),
    /// Requests to it cannot be prepared.
    #[error("llama-server cannot be asked: {0}")]
    Client(String),
}
