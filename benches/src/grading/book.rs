//! All judgements that models gave, kept on disk. Nothing is drawn when a model grades, so a
//! judgement is a function of the model, the rubric and the texts: agents of the same model share
//! it, and an interrupted run goes on.

use crate::arena::{LineUp, Reply, Worker};
use anyhow::{Context, Result};
use codec::Encode;
use indicatif::ProgressBar;
use sp_crypto_hashing::blake2_128;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    sync::Mutex,
};
use waggle_primitives::Grade;

/// What a grader is asked at once: one inference for each candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// Whose model grades. Agents of one model are the same here.
    pub agent: usize,
    /// The prompt that the rubric is filled with.
    pub prompt: String,
    /// The reference, if there is one.
    pub reference: Option<String>,
    /// The candidates, one after another.
    pub candidates: Vec<String>,
}

type Key = [u8; 16];

/// The judgements. A declined one is kept as none.
pub struct Book {
    known: HashMap<Key, Option<Grade>>,
    file: BufWriter<File>,
    models: Vec<String>,
}

impl Book {
    /// The judgements that a file holds, of the agents of `line_up`. The file is made if it is not
    /// there; a last line that was cut off is passed over.
    ///
    /// # Errors
    /// If the file cannot be read or written, or another run writes it.
    pub fn open(path: &Path, line_up: &LineUp) -> Result<Self> {
        let cannot = || format!("cannot write {}", path.display());
        let file = File::options().create(true).append(true).open(path).with_context(cannot)?;
        file.try_lock().with_context(|| format!("another run writes {}", path.display()))?;
        let mut known = HashMap::new();
        let text = fs::read_to_string(path)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        for line in whole.lines() {
            if let Some((key, grade)) = line.split_once(' ') {
                if let Ok(key) = u128::from_str_radix(key, 16) {
                    known.insert(key.to_be_bytes(), grade.parse().ok().and_then(Grade::new));
                }
            }
        }
        file.set_len(whole.len() as u64).with_context(cannot)?;
        let file = BufWriter::new(file);
        let models = line_up.agents.iter().map(|agent| agent.model.clone()).collect();
        Ok(Self { known, file, models })
    }

    fn key(
        &self,
        rubric: &str,
        agent: usize,
        prompt: &str,
        reference: Option<&str>,
        candidate: &str,
    ) -> Key {
        blake2_128(&(rubric, &self.models[agent], prompt, reference, candidate).encode())
    }

    /// A judgement by `rubric`; none if the model gave none or was not asked.
    pub fn grade(
        &self,
        rubric: &str,
        agent: usize,
        prompt: &str,
        reference: Option<&str>,
        text: &str,
    ) -> Option<Grade> {
        self.known.get(&self.key(rubric, agent, prompt, reference, text)).copied().flatten()
    }

    /// What of `requests` is not known yet, each once.
    pub fn missing(
        &self,
        rubric: &str,
        requests: impl IntoIterator<Item = Request>,
    ) -> Vec<Request> {
        let mut seen: HashSet<Key> = HashSet::new();
        let mut left = Vec::new();
        for mut request in requests {
            let Request { agent, prompt, reference, candidates } = &mut request;
            candidates.retain(|candidate| {
                let key = self.key(rubric, *agent, prompt, reference.as_deref(), candidate);
                !self.known.contains_key(&key) && seen.insert(key)
            });
            if !request.candidates.is_empty() {
                left.push(request);
            }
        }
        left
    }

    /// Ask `worker`, who grades by `rubric`, everything that [`Book::missing`] left: all models
    /// side by side.
    ///
    /// # Errors
    /// If the worker fails or the file cannot be written. What was graded until then is kept.
    pub fn collect(
        &mut self,
        rubric: &str,
        worker: &Worker,
        left: Vec<Request>,
        bar: &ProgressBar,
    ) -> Result<()> {
        let mut by_model: BTreeMap<String, Vec<Request>> = BTreeMap::new();
        for request in left {
            by_model.entry(self.models[request.agent].clone()).or_default().push(request);
        }
        let shared = Mutex::new(&mut *self);
        let ask = |requests: Vec<Request>| -> Result<()> {
            for Request { agent, prompt, reference, candidates } in requests {
                let texts: Vec<&str> = candidates.iter().map(String::as_str).collect();
                let grades = match worker.grade(agent, &prompt, reference.as_deref(), &texts)? {
                    Reply::Done(grades) => grades.into_iter().map(Some).collect(),
                    Reply::Declined(_) => vec![None; texts.len()],
                };
                let mut book = shared.lock().expect("nobody panics with the book in hand");
                for (text, grade) in texts.iter().zip(grades) {
                    let key = book.key(rubric, agent, &prompt, reference.as_deref(), text);
                    book.known.insert(key, grade);
                    let written =
                        grade.map_or("-".to_owned(), |grade| grade.basis_points().to_string());
                    writeln!(book.file, "{:032x} {written}", u128::from_be_bytes(key))?;
                }
                bar.inc(texts.len() as u64);
            }
            Ok(())
        };
        let ask = &ask;
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                by_model.into_values().map(|requests| scope.spawn(move || ask(requests))).collect();
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().expect("no thread of ours panics"))
        })?;
        Ok(self.file.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn book_should_know_what_its_file_holds_and_pass_over_a_cut_line() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../offchain-worker/models");
        let line_up = LineUp::bundled(&models).unwrap();
        let path = std::env::temp_dir().join(format!("waggle-book-{}", std::process::id()));
        fs::write(&path, "").unwrap();
        let request = |agent, text: &str| Request {
            agent,
            prompt: "1+1".into(),
            reference: None,
            candidates: vec![text.into(), text.into()],
        };
        let mut book = Book::open(&path, &line_up).unwrap();
        assert_eq!(
            book.missing("r", [request(1, "2"), request(2, "2")]).len(),
            1,
            "1 and 2 share a model"
        );
        let key = book.key("r", 1, "1+1", None, "2");
        writeln!(book.file, "{:032x} 9000\n{:032x} 12", u128::from_be_bytes(key), 7).unwrap();
        book.file.flush().unwrap();
        assert!(Book::open(&path, &line_up).is_err(), "one run at a time");
        drop(book);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 2]).unwrap();
        let book = Book::open(&path, &line_up).unwrap();
        assert_eq!(book.known.len(), 1);
        assert_eq!(book.grade("r", 2, "1+1", None, "2"), Grade::new(9_000));
        assert!(book.missing("r", [request(1, "2")]).is_empty());
        fs::remove_file(&path).unwrap();
    }
}
