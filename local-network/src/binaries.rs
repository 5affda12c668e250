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
            home().join(".cache/waggle").join(target).join("release").join(name)
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
/// the repository that cargo runs this in. Where this was built says nothing: checkouts may share a
/// target directory. Never those below the working directory: their list says which commands to
/// run.
///
/// # Errors
/// [`Failure::File`] if there are none.
pub fn models_directory() -> Result<PathBuf, Failure> {
    if let Some(named) = named_by("WAGGLE_MODELS") {
        return Ok(named);
    }
    let places = [beside("models"), of_repository(&["offchain-worker", "models"])];
    let found = places.into_iter().flatten().find(|folder| folder.is_dir());
    found.ok_or_else(|| Failure::File {
        path: "the bundled models".into(),
        reason: "they are not next to this program, where ./scripts/build puts them; \
                 WAGGLE_MODELS names others"
            .into(),
    })
}

/// The user's own folder. Where there is none, one in which only the system's owner puts anything:
/// never the working directory.
pub fn home() -> PathBuf {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    home.unwrap_or_else(|| PathBuf::from("/"))
}

/// A file or folder of the repository that cargo runs this in.
pub(crate) fn of_repository(names: &[&str]) -> Option<PathBuf> {
    let package = named_by("CARGO_MANIFEST_DIR").filter(|package| package.is_absolute())?;
    Some(package.join("..").join(names.iter().collect::<PathBuf>()))
}

/// A file or folder next to this program.
pub(crate) fn beside(name: &str) -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join(name))
}

/// The path that a variable of the environment names.
pub(crate) fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_should_be_looked_for_below_the_working_directory() {
        assert!(home().is_absolute());
        let repository = of_repository(&["offchain-worker", "models"]).unwrap();
        assert!(repository.is_absolute() && repository.ends_with("offchain-worker/models"));
        assert!(beside("models").is_none_or(|models| models.is_absolute()));
    }
}
