//! Files and folders that only their owner may read: keys are in them.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// What a private file may be used for: its owner reads and writes it.
const FILE_MODE: u32 = 0o600;
/// What a private folder may be used for.
const FOLDER_MODE: u32 = 0o700;
/// What nobody but the owner may do.
const OTHERS: u32 = 0o077;

/// Make a folder, and those above it, that only its owner may enter. One that is there stays as it
/// is.
///
/// # Errors
/// The folder cannot be made.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

/// Write a file that only its owner may read, all of it or nothing. It takes the place of what was
/// there.
///
/// # Errors
/// The file cannot be written.
pub fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    // Not through a file, nor a link, that somebody has put there.
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut written = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&new)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    std::fs::rename(&new, file)
}

/// Whether somebody else than its owner may do anything with a file.
///
/// # Errors
/// It is not there.
pub fn is_open_to_others(file: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(file)?.permissions().mode() & OTHERS != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_should_be_its_owners_when_written_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        private_folder(&inner).unwrap();
        let file = inner.join("key");
        std::fs::write(&file, "open").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(is_open_to_others(&file).unwrap());
        for text in ["one", "two"] {
            write_private(&file, text).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
            assert!(!is_open_to_others(&file).unwrap());
        }
        assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1);
        assert!(!is_open_to_others(&inner).unwrap());
        assert!(is_open_to_others(&inner.join("none")).is_err());
    }
}
