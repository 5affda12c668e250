//! SHA-256 of files and of lists of files. Large files are read once: what came out is kept by
//! path, size and time of the last change, in a file next to the models that were pulled.
//!
//! A list of files has one checksum too: that of what `sha256sum` prints for them. Whoever has the
//! same files can find the same sum with these two commands, in the files' folder:
//! `LC_ALL=C sha256sum NAMES… | sha256sum`.

use crate::fetch::checksum;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Where the worker keeps what it fetches and finds out: `$WAGGLE_CACHE`, or else
/// `~/.cache/waggle`.
pub fn folder() -> PathBuf {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/waggle"));
    let cache = env::var_os("WAGGLE_CACHE").map(PathBuf::from).or_else(home);
    cache.unwrap_or_else(|| env::temp_dir().join("waggle"))
}

/// What was known of a file when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    bytes: u64,
    /// Seconds and nanoseconds since 1970.
    changed: (u64, u32),
    sha256: String,
}

/// The checksums of files that were read before.
#[derive(Debug, Default)]
pub struct Checksums {
    /// Where they are kept; nowhere if absent.
    file: Option<PathBuf>,
    known: BTreeMap<PathBuf, Known>,
    /// Whether there is something new to keep.
    changed: bool,
}

impl Checksums {
    /// Those that are kept in `file`. What cannot be read there counts as nothing.
    pub fn kept_in(file: PathBuf) -> Self {
        let text = fs::read(&file).unwrap_or_default();
        let known = serde_json::from_slice(&text).unwrap_or_default();
        Self { known, file: Some(file), changed: false }
    }

    /// Forgets all: every file is read again.
    pub fn forget(&mut self) {
        self.known.clear();
    }

    /// The checksum of a file, read again only if it has changed.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of_file(&mut self, path: &Path) -> io::Result<String> {
        let path = path.canonicalize()?;
        let found = fs::metadata(&path)?;
        let since = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (bytes, changed) = (found.len(), (since.as_secs(), since.subsec_nanos()));
        if let Some(known) = self.known.get(&path) {
            if (known.bytes, known.changed) == (bytes, changed) {
                return Ok(known.sha256.clone());
            }
        }
        let sha256 = checksum(&path)?;
        self.known.insert(path, Known { bytes, changed, sha256: sha256.clone() });
        self.changed = true;
        Ok(sha256)
    }

    /// Keeps what is known now for the next time.
    ///
    /// # Errors
    /// If that cannot be written: then files are read again the next time.
    pub fn keep(&self) -> io::Result<()> {
        let Some(file) = self.file.as_ref().filter(|_| self.changed) else { return Ok(()) };
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        // Two workers may do this at a time.
        let new = file.with_extension(std::process::id().to_string());
        fs::write(&new, serde_json::to_vec(&self.known)?)?;
        fs::rename(&new, file)
    }
}

/// The checksum of a list of names with the checksums of their files.
pub fn of_list(mut files: Vec<(String, String)>) -> String {
    files.sort();
    let mut hasher = Sha256::new();
    for (name, sha256) in files {
        hasher.update(format!("{sha256}  {name}\n"));
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of nothing, and of `abc`.
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_file_should_be_read_again_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "").unwrap();
        let mut checksums = Checksums::default();
        assert_eq!(checksums.of_file(&file).unwrap(), EMPTY);
        fs::write(&file, "abc").unwrap();
        assert_eq!(checksums.of_file(&file).unwrap(), ABC);
        assert!(checksums.of_file(&folder.path().join("b")).is_err());
    }

    #[test]
    fn what_is_kept_should_not_be_read_again_unless_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (file, kept) = (folder.path().join("a"), folder.path().join("new/kept.json"));
        fs::write(&file, "abc").unwrap();
        let mut checksums = Checksums::kept_in(kept.clone());
        checksums.of_file(&file).unwrap();
        checksums.keep().unwrap();

        let mut again = Checksums::kept_in(kept.clone());
        assert_eq!(again.known.len(), 1);
        let wrong = "00".repeat(32);
        again.known.values_mut().for_each(|known| known.sha256.clone_from(&wrong));
        assert_eq!(again.of_file(&file).unwrap(), wrong, "it was not read");
        again.forget();
        assert_eq!(again.of_file(&file).unwrap(), ABC);
        fs::write(&kept, "nonsense").unwrap();
        assert_eq!(Checksums::kept_in(kept).known.len(), 0);
    }

    /// `printf '…  a\n…  b\n' | sha256sum` says the same.
    #[test]
    fn a_list_should_have_the_sum_of_what_sha256sum_prints() {
        let (a, b) = (("a".to_string(), ABC.to_string()), ("b".to_string(), EMPTY.to_string()));
        let printed = format!("{ABC}  a\n{EMPTY}  b\n");
        let sum: String =
            Sha256::digest(printed).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(of_list(vec![b.clone(), a.clone()]), sum);
        assert_eq!(of_list(vec![a, b]), sum, "in whatever order");
    }
}
