//! What is measured with, as `benches/real.toml` lists it: models, the agents of the swarm, and
//! files of questions, which are fetched once and compared with their checksums.

use super::programs::said;
use anyhow::{ensure, Context, Result};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const LIST: &str = include_str!("../../real.toml");

/// All that the list names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// The models, small ones first.
    pub models: Vec<Model>,
    /// Who speaks with them in the swarm.
    pub agents: Vec<Agent>,
    /// Files of questions.
    pub files: Vec<QuestionFile>,
}

/// A model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What the tables call it.
    pub name: String,
    /// The name of its GGUF file.
    pub file: String,
    /// The file's checksum, in hex.
    pub sha256: String,
    /// What it may be used for.
    pub licence: String,
    /// Where the file comes from.
    pub origin: String,
}

/// An agent of the swarm.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// What the tables call it.
    pub name: String,
    /// The name of its model.
    pub model: String,
    /// Of its answers.
    pub temperature: f64,
    /// The system message of its answers.
    pub system: Option<String>,
}

/// Questions that others wrote.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionFile {
    /// What it is called here.
    pub name: String,
    /// `OWNER/NAME` on GitHub.
    pub repository: String,
    /// The commit that is read.
    pub commit: String,
    /// How the paths of its files begin,
    pub path: String,
    /// and how they end.
    pub ending: String,
    /// The checksum of the joined files, in hex.
    pub sha256: String,
    /// Under which licence the questions are.
    pub licence: String,
}

/// Where models and questions lie on this machine.
#[derive(Clone, Debug)]
pub struct Folders {
    /// The models' GGUF files.
    pub models: PathBuf,
    /// What is fetched.
    pub fetched: PathBuf,
    /// Copies of repositories, `OWNER+NAME/repo`, which go before GitHub.
    pub repositories: Option<PathBuf>,
}

impl Sources {
    /// The list.
    ///
    /// # Errors
    /// If it is not of its form, or an agent's model is not on it.
    pub fn read() -> Result<Self> {
        let list: Self = toml::from_str(LIST).context("benches/real.toml")?;
        for agent in &list.agents {
            list.model(&agent.model)?;
        }
        Ok(list)
    }

    /// The model of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn model(&self, name: &str) -> Result<&Model> {
        let found = self.models.iter().find(|model| model.name == name);
        found.with_context(|| format!("benches/real.toml lists no model {name}"))
    }
}

impl Folders {
    /// The file of a model.
    ///
    /// # Errors
    /// If it is not there or not the one that was listed.
    pub fn gguf(&self, model: &Model) -> Result<PathBuf> {
        let path = self.models.join(&model.file);
        let path = path.canonicalize().with_context(|| {
            format!("{} is not there; it comes from {}", path.display(), model.origin)
        })?;
        check(&path, &model.sha256)?;
        Ok(path)
    }

    /// A file of questions, fetched if it is not there.
    ///
    /// # Errors
    /// If neither a copy of its repository nor GitHub can be reached, or it is not the one that
    /// was listed.
    pub fn questions(&self, sources: &Sources, name: &str) -> Result<String> {
        let file = sources.files.iter().find(|file| file.name == name);
        let file = file.with_context(|| format!("benches/real.toml lists no file {name}"))?;
        let path = self.fetched.join(&file.name);
        if !path.is_file() {
            fs::create_dir_all(&self.fetched)?;
            let unfinished = path.with_extension("part");
            fs::write(&unfinished, self.joined(file)?)?;
            check(&unfinished, &file.sha256)?;
            fs::rename(&unfinished, &path)?;
        }
        check(&path, &file.sha256)?;
        Ok(fs::read_to_string(&path)?)
    }

    /// The files of a repository that belong to `file`, each ended by a line break.
    fn joined(&self, file: &QuestionFile) -> Result<Vec<u8>> {
        let copy = self.repository(&file.repository)?;
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.arg("-C").arg(&copy).args(arguments);
            said(git)
        };
        let list = ["ls-tree", "-r", "--name-only", &file.commit, "--", &file.path];
        let names = String::from_utf8(git(&list)?)?;
        let mut names: Vec<&str> =
            names.lines().filter(|name| name.ends_with(&file.ending)).collect();
        names.sort_unstable();
        let mut joined = Vec::new();
        for name in names {
            joined.extend(git(&["show", &format!("{}:{name}", file.commit)])?);
            if joined.last().is_some_and(|last| *last != b'\n') {
                joined.push(b'\n');
            }
        }
        Ok(joined)
    }

    /// A copy of a repository: one that is there already, or one of its own without the files'
    /// contents, which git fetches as they are asked for.
    fn repository(&self, name: &str) -> Result<PathBuf> {
        let folder = name.replace('/', "+");
        if let Some(copies) = &self.repositories {
            let copy = copies.join(&folder).join("repo");
            ensure!(copy.is_dir(), "there is no {}", copy.display());
            return Ok(copy);
        }
        let own = self.fetched.join(folder);
        if !own.is_dir() {
            let unfinished = own.with_extension("part");
            let _ = fs::remove_dir_all(&unfinished);
            let mut clone = Command::new("git");
            clone.args(["clone", "--quiet", "--bare", "--filter=blob:none"]);
            clone.arg(format!("https://github.com/{name}.git")).arg(&unfinished);
            clone.env("GIT_TERMINAL_PROMPT", "0");
            said(clone)?;
            fs::rename(&unfinished, &own)?;
        }
        Ok(own)
    }
}

/// Compare a file with its checksum.
fn check(path: &Path, expected: &str) -> Result<()> {
    let found = sha256(path)?;
    ensure!(
        found == expected,
        "{} has the checksum {found} instead of {expected}: remove it",
        path.display()
    );
    Ok(())
}

/// The SHA-256 of a file, in hex.
///
/// # Errors
/// If it cannot be read.
pub(super) fn sha256(path: &Path) -> Result<String> {
    let mut sum = Command::new("sha256sum");
    sum.arg("--").arg(path);
    let line = String::from_utf8(said(sum)?)?;
    let found = line.trim_start_matches('\\').split_whitespace().next().unwrap_or_default();
    Ok(found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_should_be_of_its_form_and_name_agents_with_models() {
        let list = Sources::read().unwrap();
        assert!(list.models.len() >= 3 && list.agents.len() >= 4);
        let sums = list.models.iter().map(|model| &model.sha256);
        for sum in sums.chain(list.files.iter().map(|file| &file.sha256)) {
            assert!(sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn check_should_refuse_when_a_file_is_another() {
        let path = std::env::temp_dir().join(format!("waggle-real-{}", std::process::id()));
        fs::write(&path, "a").unwrap();
        let of_a = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
        check(&path, of_a).unwrap();
        fs::write(&path, "b").unwrap();
        assert!(check(&path, of_a).is_err());
        fs::remove_file(&path).unwrap();
    }
}
