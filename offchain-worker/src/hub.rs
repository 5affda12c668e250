//! The Hugging Face Hub's cache on this machine: where it is, and what of a repository is in it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The folder of a repository, `owner/name`, in the cache, whether it is there or not; `None` where
/// nobody says where the cache is.
pub fn repository(id: &str) -> Option<PathBuf> {
    let home = || {
        let fallback = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache/huggingface"));
        env::var_os("HF_HOME").map(PathBuf::from).or_else(fallback).map(|home| home.join("hub"))
    };
    let cache = env::var_os("HF_HUB_CACHE").map(PathBuf::from).or_else(home)?;
    Some(cache.join(format!("models--{}", id.replace('/', "--"))))
}

/// A file of a repository in the cache.
pub fn file(id: &str, name: &str) -> Option<PathBuf> {
    let snapshots = fs::read_dir(repository(id)?.join("snapshots")).ok()?;
    snapshots.flatten().map(|snapshot| snapshot.path().join(name)).find(|file| file.is_file())
}

/// The folder in the cache with a repository's files at a branch, tag or commit; `main` if absent.
pub fn snapshot(id: &str, revision: Option<&str>) -> Option<PathBuf> {
    let (repository, revision) = (repository(id)?, revision.unwrap_or("main"));
    let commit = fs::read_to_string(repository.join("refs").join(revision)).ok();
    let folder = repository.join("snapshots").join(commit.as_deref().map_or(revision, str::trim));
    folder.is_dir().then_some(folder)
}

/// How much of a repository is in the cache, in bytes, what is being fetched included.
pub fn fetched_bytes(id: &str) -> u64 {
    let size = |folder: &Path| -> u64 {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).sum()
    };
    repository(id).map_or(0, |folder| size(&folder.join("blobs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_should_be_a_folder_of_the_cache() {
        let folder = repository("owner/some-model");
        assert!(folder.is_none_or(|folder| folder.ends_with("models--owner--some-model")));
        assert_eq!(fetched_bytes("nobody/has-this-model"), 0);
        assert_eq!(file("nobody/has-this-model", "tokenizer.json"), None);
        assert_eq!(snapshot("nobody/has-this-model", None), None);
    }
}
