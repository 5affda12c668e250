//! Secrets on the command line: a secret URI itself, or a file whose first line is one. Errors name
//! where a secret was to come from, and never repeat it.

use crate::Failure;
use std::path::PathBuf;

/// Where a secret URI comes from, as errors call it, and the URI: from `file`, else `uri`, which
/// was given as `option`.
///
/// # Errors
/// [`Failure::File`] if the file cannot be read.
pub fn read(
    option: &str,
    uri: Option<&str>,
    file: Option<&PathBuf>,
) -> Result<(String, String), Failure> {
    let Some(path) = file else {
        return Ok((option.to_owned(), uri.unwrap_or_default().to_owned()));
    };
    let path_name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::File { path: path_name.clone(), reason: error.to_string() })?;
    Ok((path_name, text.lines().next().unwrap_or_default().trim().to_owned()))
}
