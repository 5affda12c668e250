//! The committed store of what real models said, `benches/records/real/*.jsonl.gz`: a run reads it
//! first, so that one session goes on where another was stopped, on whatever machine.
//!
//! A file has one JSON object a line, sorted, and nothing in it tells when or where it was written:
//! the same results are the same bytes. Questions are not in it, only digests of what was asked.

use anyhow::{Context, Result};
use flate2::{read::MultiGzDecoder, Compression, GzBuilder};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

/// The code for an unknown system in the head of a gzip file.
const NO_SYSTEM: u8 = 255;

/// The lines of a store; none if it is not there.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> Result<Vec<String>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let cannot = || format!("cannot read {}", path.display());
    let mut text = String::new();
    let file = File::open(path).with_context(cannot)?;
    MultiGzDecoder::new(file).read_to_string(&mut text).with_context(cannot)?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Replace a store by these lines, sorted. It is whole at any moment.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, mut lines: Vec<String>) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    lines.sort_unstable();
    path.parent().map_or(Ok(()), fs::create_dir_all).with_context(cannot)?;
    let head = GzBuilder::new().mtime(0).operating_system(NO_SYSTEM);
    let mut packed = head.write(Vec::new(), Compression::best());
    for line in lines {
        packed.write_all(line.as_bytes())?;
        packed.write_all(b"\n")?;
    }
    let unfinished = path.with_extension("part");
    fs::write(&unfinished, packed.finish()?).with_context(cannot)?;
    fs::rename(&unfinished, path).with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_should_be_the_same_bytes_whatever_the_order() {
        let folder = std::env::temp_dir().join(format!("waggle-records-{}", std::process::id()));
        let [one, other] = ["one", "other"].map(|name| folder.join(name).join("a.jsonl.gz"));
        assert!(read(&one).unwrap().is_empty());
        let lines = ["b", "a", "c"].map(str::to_owned).to_vec();
        write(&one, lines.clone()).unwrap();
        write(&other, lines.into_iter().rev().collect()).unwrap();
        assert_eq!(read(&one).unwrap(), ["a", "b", "c"]);
        assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
        fs::remove_dir_all(&folder).unwrap();
    }
}
