//! llama.cpp's server, started and watched by the worker: the way to models on a CPU.
//!
//! The worker starts one process for each model that has `[models.llama_server]`, on a free port of
//! the loopback interface, and asks it as any server of OpenAI's protocol (see
//! [`crate::backend::openai`]). A process that ends is started again on another port, after a pause
//! that doubles from [`crate::program::FIRST_PAUSE`] to [`crate::program::LONGEST_PAUSE`].
//!
//! Other users of the machine can reach the port, but not use it: each process wants to see a key
//! of its own, which only the worker and the process know. It gets no more of the worker's
//! environment than it needs, and ends with the worker (see [`crate::program`]). What it writes
//! goes to the log at the level `debug`.
//!
//! The candidates of a job share the beginning of what the model reads. The server keeps it from
//! request to request (prompt caching, which is its default), so that only the first candidate
//! takes long. With `parallel` above 1 candidates may go to slots that have not read it yet.
//!
//! Out of scope: building the program and fetching models. `scripts/llama` does that.

mod error;
mod gguf;
mod process;
mod server;
mod spec;

pub use error::{GgufError, LlamaError};
pub use gguf::Head;
pub use server::LlamaServer;
pub use spec::LlamaSpec;
