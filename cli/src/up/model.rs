//! Who plays the agents of `waggle up`: the bundled models, or a real one on llama.cpp's server.

use super::UpArgs;
use crate::{failure::Failure, programs};
use std::path::Path;
use waggle_harness::worker_config::Options;
use waggle_local_network::{playable, Playable, RealModel};

/// The line-up, and how its worker is configured.
pub(super) fn line_up(args: &UpArgs, models: &Path) -> Result<(Playable, Options), Failure> {
    let bundled = playable(models)?;
    let Some(gguf) = &args.real else { return Ok((bundled, Options::default())) };
    let gguf = gguf.clone().unwrap_or_else(programs::small_model);
    let llama_server = match &args.llama_server {
        Some(program) => program.clone(),
        None => programs::llama_server().ok_or_else(|| {
            Failure::Input(
                "--real needs llama.cpp's llama-server, and there is none in PATH: \
                 ./scripts/llama builds it, or name it with --llama-server"
                    .into(),
            )
        })?,
    };
    let real = RealModel { gguf, llama_server };
    let options = real.options();
    Ok((real.cast(bundled)?, options))
}
