//! The file of salts. A truth whose salt is lost can never be revealed, so question, truth and salt
//! are in the file, and on the disk, before the question is on its way.
//!
//! The file has one JSON object a line, and only grows: a line for each question before it is
//! submitted, and the same with its round once that is known. Of lines with the same seal the last
//! one counts. A line that was torn, by a full disk for instance, is passed over, and the next one
//! begins on a line of its own.
//!
//! Whoever has the file can tell its examinations from other rounds: it is readable by its owner
//! only.

use serde::{Deserialize, Serialize};
use sp_core::H256;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
};
use waggle_client::{AccountId, Failure};
use waggle_primitives::{examination, Hash32, RoundId};

/// A question whose truth is known, and what opens its seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Its round. `null` until that is known; after a re-org it may be another.
    pub(super) round: Option<RoundId>,
    /// The account that asks: the seal opens in its rounds only.
    pub(super) client: AccountId,
    /// What is asked.
    pub(super) question: String,
    /// The right answer.
    pub(super) truth: String,
    /// The salt of the seal, secret until it is revealed.
    pub(super) salt: H256,
    /// What is submitted with the question.
    pub(super) sealed: H256,
}

impl Kept {
    /// Of a question that is about to be submitted.
    pub(super) fn new(client: AccountId, question: &str, truth: &str, salt: Hash32) -> Self {
        Self {
            sealed: H256(examination::seal(&client.0, &salt, truth.as_bytes())),
            round: None,
            client,
            question: question.to_owned(),
            truth: truth.to_owned(),
            salt: H256(salt),
        }
    }
}

/// The file.
#[derive(Clone, Debug)]
pub(super) struct Salts(pub(super) PathBuf);

impl Salts {
    /// Add a line, and wait until it is on the disk.
    pub(super) fn append(&self, kept: &Kept) -> Result<(), Failure> {
        let added = || -> io::Result<()> {
            let line = serde_json::to_string(kept)?;
            let mut file = self.open()?;
            let start = if ends_in_a_torn_line(&mut file)? { "\n" } else { "" };
            file.write_all(format!("{start}{line}\n").as_bytes())?;
            file.sync_data()
        };
        added().map_err(|error| Failure::Unkept { path: self.path(), reason: error.to_string() })
    }

    /// All questions, each as its last line has it, in the order of their first lines. Errors:
    /// there is none.
    pub(super) fn read(&self) -> Result<Vec<Kept>, Failure> {
        let failed = |reason: String| Failure::File { path: self.path(), reason };
        let bytes = std::fs::read(&self.0).map_err(|error| failed(error.to_string()))?;
        let mut all: Vec<Kept> = Vec::new();
        let lines = bytes.split(|byte| *byte == b'\n');
        for kept in lines.filter_map(|line| serde_json::from_slice::<Kept>(line).ok()) {
            match all.iter_mut().find(|earlier| earlier.sealed == kept.sealed) {
                Some(earlier) => *earlier = kept,
                None => all.push(kept),
            }
        }
        if all.is_empty() {
            return Err(failed("there is no examination in it".into()));
        }
        Ok(all)
    }

    /// The file's name, for people.
    pub(super) fn path(&self) -> String {
        self.0.display().to_string()
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.0)
    }
}

fn ends_in_a_torn_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(truth: &str, salt: u8) -> Kept {
        Kept::new(AccountId::from([9; 32]), "37+12", truth, [salt; 32])
    }

    fn salts(folder: &tempfile::TempDir) -> Salts {
        Salts(folder.path().join("examinations.jsonl"))
    }

    fn add(salts: &Salts, bytes: &[u8]) {
        let mut file = OpenOptions::new().create(true).append(true).open(&salts.0).unwrap();
        file.write_all(bytes).unwrap();
    }

    #[test]
    fn lines_should_have_the_documented_form() {
        let line = serde_json::to_value(kept("49", 7)).unwrap();
        assert_eq!(
            line,
            serde_json::json!({
                "round": null,
                "client": AccountId::from([9; 32]).to_string(),
                "question": "37+12",
                "truth": "49",
                "salt": format!("0x{}", "07".repeat(32)),
                "sealed": "0xf2844bd02c3417e93ba089e5d21e546b7e8db197c656a31e40870b7009456d7a",
            })
        );
    }

    #[test]
    fn questions_should_be_read_as_their_last_lines_have_them() {
        let folder = tempfile::tempdir().unwrap();
        let salts = salts(&folder);
        let [first, second] = [kept("49", 1), kept("50", 2)];
        salts.append(&first).unwrap();
        assert_eq!(salts.read().unwrap(), std::slice::from_ref(&first));
        salts.append(&second).unwrap();
        let first = Kept { round: Some(12), ..first };
        salts.append(&first).unwrap();
        assert_eq!(salts.read().unwrap(), [first, second]);
        assert_eq!(std::fs::read_to_string(&salts.0).unwrap().lines().count(), 3, "nothing goes");
    }

    #[test]
    fn torn_lines_should_be_passed_over_and_harm_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let salts = salts(&folder);
        let [first, second] = [kept("49", 1), kept("50", 2)];
        salts.append(&first).unwrap();
        add(&salts, b"{\"round\":null,\"client\":\"5Grw");
        assert_eq!(salts.read().unwrap(), std::slice::from_ref(&first));
        salts.append(&second).unwrap();
        assert_eq!(salts.read().unwrap(), [first, second]);
        // Torn in the middle of a letter of two bytes.
        add(&salts, "{\"question\":\"ä".as_bytes().split_last().unwrap().1);
        assert_eq!(salts.read().unwrap().len(), 2);
    }

    #[test]
    fn reading_should_fail_when_there_is_no_file_or_no_examination_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let salts = salts(&folder);
        for content in [None, Some(""), Some("37+12\n49\n"), Some("{\"round\":1}\n")] {
            if let Some(content) = content {
                std::fs::write(&salts.0, content).unwrap();
            }
            let failure = salts.read().unwrap_err();
            assert!(matches!(failure, Failure::File { .. }), "{content:?}: {failure}");
            assert_eq!(failure.exit_code(), 2);
        }
    }

    #[test]
    fn appending_should_fail_when_the_file_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let failure = Salts(folder.path().into()).append(&kept("49", 1)).unwrap_err();
        assert!(matches!(failure, Failure::Unkept { .. }), "{failure}");
        assert_eq!(failure.exit_code(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn others_should_not_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let salts = salts(&folder);
        salts.append(&kept("49", 1)).unwrap();
        let mode = std::fs::metadata(&salts.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
