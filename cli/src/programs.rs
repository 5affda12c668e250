//! Programs and models of others that this machine may have.

use std::path::PathBuf;
use waggle_local_network::home;

/// The model that `./scripts/llama` fetches.
const SMALL_MODEL: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";

/// A program of this name in `PATH`, though not in the working directory.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// llama.cpp's server: the one in `PATH`, else the one that `./scripts/llama` built.
pub(crate) fn llama_server() -> Option<PathBuf> {
    let built = cache().join("tools").join("bin").join("llama-server");
    in_path("llama-server").or_else(|| Some(built).filter(|file| file.is_file()))
}

/// Where `./scripts/llama` puts the small real model; it may not be there.
pub(crate) fn small_model() -> PathBuf {
    cache().join("real-models").join(SMALL_MODEL)
}

/// Where the scripts put what they build and fetch.
fn cache() -> PathBuf {
    let named = std::env::var_os("WAGGLE_CACHE").filter(|value| !value.is_empty());
    named.map(PathBuf::from).unwrap_or_else(|| home().join(".cache").join("waggle"))
}
