//! Where the programs and the bundled models are.

use crate::Failure;
use std::path::PathBuf;

/// The programs of a local network.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// waggle-node.
    pub node: PathBuf,
    /// waggle-worker.
    pub worker: PathBuf,
}

impl Binaries {
    /// What was named, else what the environment names (`WAGGLE_NODE`, `WAGGLE_WORKER`), else the
    /// ones next to this program, else where the scripts build them, in `~/.cache/waggle`.
    pub fn find(node: Option<PathBuf>, worker: Option<PathBuf>) -> Self {
        let neighbour = beside("waggle-node");
        let cached = |target: &str, name: &str| {
            let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
            home.join(".cache/waggle").join(target).join("release").join(name)
        };
        let node = node
            .or_else(|| named_by("WAGGLE_NODE"))
            .or_else(|| neighbour.filter(|path| path.is_file()))
            .unwrap_or_else(|| cached("target", "waggle-node"));
        let worker = worker
            .or_else(|| named_by("WAGGLE_WORKER"))
            .or_else(|| beside("waggle-worker").filter(|path| path.is_file()))
            .unwrap_or_else(|| cached("target-worker", "waggle-worker"));
        Self { node, worker }
    }

    /// Fail with a line that says what to do if one of them is not there.
    pub fn check(&self) -> Result<(), Failure> {
        for program in [&self.node, &self.worker] {
            if !program.is_file() {
                let path = program.display();
                return Err(Failure::Process(format!(
                    "there is no program {path}: ./scripts/build makes it"
                )));
            }
        }
        Ok(())
    }
}

/// The bundled models: what `WAGGLE_MODELS` names, else those next to this program, else those of
/// the repository that cargo runs this in, else those below the working directory. Where this was
/// built says nothing: checkouts may share a target directory.
pub fn models_directory() -> PathBuf {
    let installed = beside("models").filter(|folder| folder.is_dir());
    named_by("WAGGLE_MODELS").or(installed).unwrap_or_else(|| {
        let repository =
            named_by("CARGO_MANIFEST_DIR").map(|package| package.join("..")).unwrap_or_default();
        repository.join("offchain-worker").join("models")
    })
}

/// A file or folder next to this program.
pub(crate) fn beside(name: &str) -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join(name))
}

/// The path that a variable of the environment names.
pub(crate) fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
