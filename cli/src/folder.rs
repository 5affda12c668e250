//! The folders in which `waggle` keeps what is to stay: each belongs to one process at a time.

use crate::failure::Failure;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};
use waggle_local_network::private_folder;

/// The file that says whose a folder is. No other program has one of this name: where it is,
/// everything else may be removed.
const LOCK: &str = "waggle.lock";

/// Where `name` is kept if nobody names another place: `~/.local/share/waggle/NAME`, or where
/// `XDG_DATA_HOME` says.
pub(crate) fn usual(name: &str) -> PathBuf {
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = || {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        home.join(".local").join("share")
    };
    named.filter(|path| path.is_absolute()).unwrap_or_else(home).join("waggle").join(name)
}

/// A folder that is this process's until the value is dropped.
pub(crate) struct OwnFolder {
    path: PathBuf,
    _lock: File,
}

impl OwnFolder {
    /// Take a folder, and make it if it is not there.
    ///
    /// # Errors
    /// [`Failure::Input`] if another process has it, or if it has something in it that `waggle` did
    /// not put there; [`Failure::File`].
    pub(crate) fn take(path: &Path) -> Result<Self, Failure> {
        let failed = Failure::file(path);
        let lock = path.join(LOCK);
        if !lock.exists() && has_entries(path) {
            return Err(Failure::Input(format!(
                "{} is not empty and is no folder of waggle's: name another one",
                path.display()
            )));
        }
        private_folder(path).map_err(&failed)?;
        let path = path.canonicalize().map_err(&failed)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path.join(LOCK)).map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(Failure::Input(format!(
                    "process {} works in {}: stop it first, or name another folder",
                    holder.trim(),
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let told = file.set_len(0).and_then(|()| file.rewind());
        told.and_then(|()| write!(file, "{}", std::process::id())).map_err(&failed)?;
        Ok(Self { path, _lock: file })
    }

    /// Where it is, from the root.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing has been put into it yet.
    pub(crate) fn is_new(&self) -> bool {
        let mut entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.all(|entry| entry.file_name() == LOCK)
    }

    /// Remove all that is in it.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        let failed = Failure::file(&self.path);
        for entry in std::fs::read_dir(&self.path).map_err(&failed)? {
            let entry = entry.map_err(&failed)?;
            if entry.file_name() == LOCK {
                continue;
            }
            let path = entry.path();
            // A link is not followed.
            let is_folder = entry.file_type().map_err(&failed)?.is_dir();
            let removed = if is_folder {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            removed.map_err(Failure::file(&path))?;
        }
        Ok(())
    }
}

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_should_be_taken_once_at_a_time_and_cleared_by_its_owner() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("a/b");
        let folder = OwnFolder::take(&path).unwrap();
        assert!(folder.is_new());
        let refused = OwnFolder::take(&path).err().unwrap();
        assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
        std::fs::create_dir(path.join("deep")).unwrap();
        std::fs::write(path.join("deep/file"), "").unwrap();
        std::os::unix::fs::symlink(above.path(), path.join("link")).unwrap();
        assert!(!folder.is_new());
        folder.clear().unwrap();
        assert!(folder.is_new() && above.path().is_dir());
        drop(folder);
        assert!(OwnFolder::take(&path).is_ok());
    }

    #[test]
    fn folder_should_be_refused_when_it_holds_what_is_not_waggles() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("letter"), "").unwrap();
        assert!(matches!(OwnFolder::take(folder.path()), Err(Failure::Input(_))));
    }
}
