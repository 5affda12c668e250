//! The folders in which `waggle` keeps what is to stay: each belongs to one process at a time.

use crate::failure::Failure;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read, Seek, Write},
    path::{Path, PathBuf},
};
use waggle_local_network::{home, private_folder};

/// The file that says whose a folder is. No other program has one of this name: where it is,
/// everything else may be removed.
const LOCK: &str = "waggle.lock";
/// What a process in the background says.
pub(crate) const LOG: &str = "up.log";

/// Where `name` is kept if nobody names another place: `~/.local/share/waggle/NAME`, or where
/// `XDG_DATA_HOME` says.
pub(crate) fn usual(name: &str) -> PathBuf {
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let own = || home().join(".local").join("share");
    named.filter(|path| path.is_absolute()).unwrap_or_else(own).join("waggle").join(name)
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
        entries.all(|entry| entry.file_name() == LOCK || entry.file_name() == LOG)
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

/// The process that works in a folder. `None`: none does.
///
/// # Errors
/// [`Failure::Input`] if one does that this user cannot know; [`Failure::File`].
pub(crate) fn holder(path: &Path) -> Result<Option<u32>, Failure> {
    let lock = path.join(LOCK);
    let failed = Failure::file(&lock);
    let mut file = match File::open(&lock) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let mut told = String::new();
    file.read_to_string(&mut told).map_err(&failed)?;
    let lock = lock.canonicalize().map_err(&failed)?;
    // An id may by now be another process's: the one that is meant has the lock open.
    let pid = told.trim().parse::<u32>().ok().filter(|pid| has_open(*pid, &lock));
    pid.map(Some).ok_or_else(|| {
        Failure::Input(format!(
            "some process works in {}, of which no more is told",
            path.display()
        ))
    })
}

/// Whether a process has a file open, as far as Linux tells this user.
fn has_open(pid: u32, file: &Path) -> bool {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut links = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    links.any(|link| link == file)
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
    fn holder_should_be_the_process_that_works_in_the_folder() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("a");
        assert_eq!(holder(&path).unwrap(), None, "there is no such folder");
        let folder = OwnFolder::take(&path).unwrap();
        assert_eq!(holder(&path).unwrap(), Some(std::process::id()));
        // Another process's id, which does not have the lock open: nothing is done to that one.
        std::fs::write(path.join(LOCK), "1").unwrap();
        assert!(matches!(holder(&path), Err(Failure::Input(_))));
        drop(folder);
        assert_eq!(holder(&path).unwrap(), None, "what the file says is old");
    }

    #[test]
    fn folder_should_be_refused_when_it_holds_what_is_not_waggles() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("letter"), "").unwrap();
        assert!(matches!(OwnFolder::take(folder.path()), Err(Failure::Input(_))));
    }
}
