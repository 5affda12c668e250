//! Which files hold a model's weights, and their checksum: by which claims name them.
//!
//! Of one file it is the file's own, of several that of the list of them ([`crate::checksums`]).

use crate::{
    checksums::{folder, of_list, Checksums},
    protocol::Hex32,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tracing::warn;

/// More parts than any model has.
const MOST_PARTS: u32 = 10_000;

/// Models are loaded side by side, and the file with their checksums is one.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The safetensors of a directory.
///
/// # Errors
/// If it cannot be read, or has none.
pub fn safetensors(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|end| end == "safetensors")).collect();
    if files.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no safetensors in it"));
    }
    Ok(files)
}

/// All files of a model of which this is the only file, or the first.
pub fn parts(file: &Path) -> Vec<PathBuf> {
    let several = || {
        let name = file.file_name()?.to_str()?;
        let (first, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
        let stem = first.strip_suffix("-00001")?;
        let number =
            count.parse::<u32>().ok().filter(|number| (1..=MOST_PARTS).contains(number))?;
        let part = |part: u32| file.with_file_name(format!("{stem}-{part:05}-of-{count}.gguf"));
        Some((1..=number).map(part).collect())
    };
    several().unwrap_or_else(|| vec![file.to_path_buf()])
}

/// The checksum of these files together; `None` without files.
///
/// # Errors
/// The file that cannot be read, and why.
pub fn sum(
    files: &[PathBuf],
    checksums: &mut Checksums,
) -> Result<Option<String>, (PathBuf, io::Error)> {
    let mut sums = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sum = checksums.of_file(file).map_err(|source| (file.clone(), source))?;
        sums.push((name, sum));
    }
    if let [(_, sum)] = sums.as_slice() {
        return Ok(Some(sum.clone()));
    }
    Ok((!sums.is_empty()).then(|| of_list(sums)))
}

/// The checksums that this machine keeps.
pub fn kept() -> Checksums {
    Checksums::kept_in(folder().join("checksums.json"))
}

/// The checksum of the files of `model`, read only if that was not done before; what goes wrong is
/// logged.
pub(crate) async fn known_sum(model: &str, files: Vec<PathBuf>) -> Option<Hex32> {
    let found = tokio::task::spawn_blocking(move || {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut checksums = kept();
        let sum = sum(&files, &mut checksums)
            .map_err(|(file, error)| format!("{}: {error}", file.display()))?;
        if let Err(error) = checksums.keep() {
            warn!(%error, "checksums are not kept: weights are read again at the next start");
        }
        Ok::<_, String>(sum)
    });
    match found.await.map_err(|error| error.to_string()).and_then(|found| found) {
        Ok(sum) => sum.as_deref().and_then(Hex32::parse),
        Err(error) => {
            warn!(model, error, "its weights cannot be read again: it replays nothing");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_of_a_model_should_be_found() {
        let names = |name: &str| -> Vec<String> {
            let parts = parts(&Path::new("m").join(name));
            parts.iter().map(|part| part.display().to_string()).collect()
        };
        assert_eq!(names("a-q4_0.gguf"), ["m/a-q4_0.gguf"]);
        assert_eq!(
            names("a-00001-of-00002.gguf"),
            ["m/a-00001-of-00002.gguf", "m/a-00002-of-00002.gguf"]
        );
        assert_eq!(names("a-00001-of-99999.gguf").len(), 1, "no model has so many");
    }

    #[test]
    fn one_file_should_have_its_own_sum_and_several_that_of_their_list() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        assert!(safetensors(folder.path()).is_err());
        write("a.safetensors");
        write("config.json");
        let own = crate::fetch::checksum(&folder.path().join("a.safetensors")).unwrap();
        let of_folder = || {
            let files = safetensors(folder.path()).unwrap();
            sum(&files, &mut Checksums::default()).unwrap().unwrap()
        };
        assert_eq!(of_folder(), own);
        write("b.safetensors");
        let other = crate::fetch::checksum(&folder.path().join("b.safetensors")).unwrap();
        let list = [("a.safetensors", own), ("b.safetensors", other)];
        let list = list.map(|(name, sum)| (name.to_string(), sum)).to_vec();
        assert_eq!(of_folder(), of_list(list));
        assert_eq!(sum(&[], &mut Checksums::default()).unwrap(), None);
        let (missing, _) = sum(&[folder.path().join("c")], &mut Checksums::default()).unwrap_err();
        assert!(missing.ends_with("c"));
    }
}
