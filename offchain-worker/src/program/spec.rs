//! How a program is started, and where it is.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// How a program is started and what bounds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSpec {
    /// What the log calls it.
    pub name: String,
    /// The program and its arguments; at least one.
    pub command: Vec<String>,
    /// Its working directory.
    pub directory: PathBuf,
    /// Variables that it gets in addition to `PATH` and `LANG`.
    pub environment: BTreeMap<String, String>,
    /// How long it may take to reply.
    pub timeout: Duration,
    /// The longest line it may write, in bytes.
    pub line_bytes: usize,
}

/// Where `program` is: itself if it names a path (relative to `directory`), else in one of the
/// directories of `PATH`.
pub fn find(program: &str, directory: &Path) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(directory.join(program)).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH")?;
    // An empty entry would be the working directory.
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}
