//! Everything that real models said, kept on disk line by line: an interrupted run goes on where it
//! was, and nothing is asked twice. What is kept goes into the committed store ([`records`]), too,
//! every few minutes and at the end.

use super::records;
use anyhow::{Context, Result};
use codec::Encode;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use sp_crypto_hashing::blake2_128;
use std::{
    collections::HashMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use waggle_primitives::Grade;

/// How long results stay out of the committed store: writing it takes a moment.
const PAUSE: Duration = Duration::from_secs(120);

/// Results by what was asked. The file has one JSON object a line.
pub struct Kept<T> {
    known: HashMap<String, T>,
    file: File,
    /// The committed store, if there is one, and since when it lacks something.
    store: Option<PathBuf>,
    lacking: Option<Instant>,
}

#[derive(Serialize, Deserialize)]
struct Line<T> {
    asked: String,
    #[serde(flatten)]
    result: T,
}

/// What names something that was asked: a digest of all that the result depends on.
pub fn key(asked: &impl Encode) -> String {
    blake2_128(&asked.encode()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An agent's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Who said it: for people who read the file.
    pub agent: String,
    /// The answer; none if the agent declined.
    pub text: Option<String>,
    /// Why it declined.
    pub reason: Option<String>,
    /// What it took.
    pub cost: Cost,
}

/// A grader's grades of one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// Whose grades these are, and by which form: for people who read the file.
    pub model: String,
    /// The form's name.
    pub form: String,
    /// The grades in basis points, by candidate; none if the model declined.
    pub grades: Option<Vec<u16>>,
    /// Why it declined.
    pub reason: Option<String>,
    /// The sum of the masses of the grades given, 0..=1 each, and of how many.
    pub mass: (f64, f64),
    /// What it took.
    pub cost: Cost,
}

/// What a job took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Until the reply came.
    pub seconds: f64,
    /// Tokens read and written, by the worker's own count; 0 where it does not say.
    pub tokens: f64,
}

impl Graded {
    /// The grades, 0..=1; none if there are not as many as candidates.
    pub fn values(&self, candidates: usize) -> Option<Vec<f64>> {
        let grades = self.grades.as_ref().filter(|grades| grades.len() == candidates)?;
        Some(grades.iter().map(|grade| f64::from(*grade) / 10_000.0).collect())
    }

    /// As the chain has them.
    pub fn on_chain(&self) -> Option<Vec<Grade>> {
        self.grades.as_ref()?.iter().map(|grade| Grade::new(*grade)).collect()
    }
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    /// What a file and a committed store hold. The file is made if it is not there; a last line
    /// that was cut off goes. Where the two differ, the store is right: others have it.
    ///
    /// # Errors
    /// If one cannot be read or written, has a line of another form, or another run writes it.
    pub fn open(path: &Path, store: Option<&Path>) -> Result<Self> {
        let cannot = || format!("cannot write {}", path.display());
        path.parent().map_or(Ok(()), fs::create_dir_all).with_context(cannot)?;
        let file = File::options().create(true).append(true).open(path).with_context(cannot)?;
        file.try_lock().with_context(|| format!("another run writes {}", path.display()))?;
        let text = fs::read_to_string(path)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        file.set_len(whole.len() as u64).with_context(cannot)?;
        let mut known: HashMap<String, T> = HashMap::new();
        let mut learn = |path: &Path, number: usize, line: &str| -> Result<()> {
            let Line { asked, result }: Line<T> = serde_json::from_str(line)
                .with_context(|| format!("{}, line {}", path.display(), number + 1))?;
            known.insert(asked, result);
            Ok(())
        };
        for (number, line) in whole.lines().enumerate() {
            learn(path, number, line)?;
        }
        let mut stored = 0;
        if let Some(store) = store {
            for (number, line) in records::read(store)?.iter().enumerate() {
                learn(store, number, line)?;
                stored += 1;
            }
        }
        let lacking = (known.len() > stored).then(Instant::now);
        Ok(Self { known, file, store: store.map(Path::to_owned), lacking })
    }

    /// What came of something that was asked.
    pub fn get(&self, asked: &str) -> Option<&T> {
        self.known.get(asked)
    }

    /// Keep what came of something.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&mut self, asked: String, result: T) -> Result<()> {
        let line = serde_json::to_string(&Line { asked: asked.clone(), result: &result })?;
        // One write: a run that is killed leaves whole lines, but for the last.
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.known.insert(asked, result);
        if self.lacking.get_or_insert_with(Instant::now).elapsed() >= PAUSE {
            eprintln!("{} results are kept", self.store()?);
        }
        Ok(())
    }

    /// Write all results into the committed store, if there is one and it lacks some. How many it
    /// has then.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store(&mut self) -> Result<usize> {
        if let (Some(store), Some(_)) = (&self.store, self.lacking) {
            let line = |(asked, result): (&String, &T)| {
                serde_json::to_string(&Line { asked: asked.clone(), result })
            };
            let lines = self.known.iter().map(line).collect::<Result<Vec<_>, _>>()?;
            records::write(store, lines)?;
            self.lacking = None;
        }
        Ok(self.known.len())
    }
}

/// Forget the lines of a file, and of the committed store, for which `forgotten` holds. How many
/// results there were.
///
/// # Errors
/// If one cannot be read or written.
pub fn forget(
    path: &Path,
    store: Option<&Path>,
    forgotten: impl Fn(&Graded) -> bool,
) -> Result<usize> {
    let stays = |line: &str| {
        serde_json::from_str::<Line<Graded>>(line).is_ok_and(|line| !forgotten(&line.result))
    };
    let mut gone = 0;
    if let Some(store) = store {
        let lines = records::read(store)?;
        let before = lines.len();
        let left: Vec<String> = lines.into_iter().filter(|line| stays(line)).collect();
        gone = before - left.len();
        if gone > 0 {
            records::write(store, left)?;
        }
    }
    let Ok(text) = fs::read_to_string(path) else { return Ok(gone) };
    let left: Vec<&str> = text.lines().filter(|line| stays(line)).collect();
    let unfinished = path.with_extension("part");
    fs::write(&unfinished, left.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    fs::rename(&unfinished, path)?;
    Ok(gone.max(text.lines().count() - left.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(form: &str) -> Graded {
        let grades = Some(vec![10_000, 0]);
        let (model, form) = ("m".into(), form.into());
        Graded { model, form, grades, reason: None, mass: (1.5, 2.0), cost: Cost::default() }
    }

    #[test]
    fn lines_should_be_known_again_when_the_last_was_cut_off() {
        let path = std::env::temp_dir().join(format!("waggle-kept-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        let mut kept = Kept::open(&path, None).unwrap();
        kept.keep(key(&"a"), graded("x")).unwrap();
        kept.keep(key(&"b"), graded("y")).unwrap();
        assert!(Kept::<Graded>::open(&path, None).is_err(), "one run at a time");
        drop(kept);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 3]).unwrap();
        let kept = Kept::<Graded>::open(&path, None).unwrap();
        assert_eq!(kept.get(&key(&"a")), Some(&graded("x")));
        assert_eq!(kept.get(&key(&"b")), None);
        assert_eq!(kept.get(&key(&"a")).unwrap().values(2), Some(vec![1.0, 0.0]));
        assert_eq!(kept.get(&key(&"a")).unwrap().values(3), None);
        drop(kept);
        assert_eq!(forget(&path, None, |line| line.form == "x").unwrap(), 1);
        assert!(Kept::<Graded>::open(&path, None).unwrap().get(&key(&"a")).is_none());
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn store_should_let_another_machine_go_on() {
        let folder = std::env::temp_dir().join(format!("waggle-store-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let [here, there, store] = ["here", "there", "s.jsonl.gz"].map(|name| folder.join(name));
        let mut kept = Kept::open(&here, Some(&store)).unwrap();
        kept.keep(key(&"a"), graded("x")).unwrap();
        kept.keep(key(&"b"), graded("y")).unwrap();
        assert!(!store.exists(), "not for each result");
        assert_eq!(kept.store().unwrap(), 2);
        drop(kept);
        let mut kept = Kept::<Graded>::open(&there, Some(&store)).unwrap();
        assert_eq!(kept.get(&key(&"a")), Some(&graded("x")));
        let before = fs::read(&store).unwrap();
        assert_eq!(kept.store().unwrap(), 2);
        assert_eq!(fs::read(&store).unwrap(), before);
        drop(kept);
        assert_eq!(forget(&there, Some(&store), |line| line.form == "x").unwrap(), 1);
        assert_eq!(records::read(&store).unwrap().len(), 1);
        // What was never stored is, at the next chance: here the cache still has both.
        let mut kept = Kept::<Graded>::open(&here, Some(&store)).unwrap();
        assert_eq!(kept.store().unwrap(), 2);
        assert_eq!(fs::read(&store).unwrap(), before);
        fs::remove_dir_all(&folder).unwrap();
    }
}
