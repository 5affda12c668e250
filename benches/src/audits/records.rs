//! The records of a folder, as two files for each run and model.
//!
//! `RUN.MODEL.i16` has one embedding of unit length for each answer: little-endian 16-bit integers,
//! of which 65 534 stand for 1.0. `RUN.MODEL.questions` has one line for each of them: the name of
//! the question. A run's name has no dot, a model's may. All files have embeddings of as many
//! dimensions. An embedding of zeros is an answer that is absent. Other files are not looked at.

use anyhow::{bail, ensure, Context, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, read_dir},
    path::Path,
};
use waggle_primitives::audit::{
    centroid::MAX_REFERENCES,
    embedding::{Embedding, MAX_DIMENSIONS},
};

const EMBEDDINGS: &str = ".i16";
const QUESTIONS: &str = ".questions";
/// What stands for 1.0 in the files.
const UNIT: u32 = 65_534;
/// How far the length of an embedding may be from 1.
const LENGTH_TOLERANCE: f64 = 0.1;

/// The answers of one model in one run, or in several: by the question's name.
pub type Answers = BTreeMap<String, Vec<Embedding>>;

/// What models answered in several runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// By the run's name, then by the model's.
    pub runs: BTreeMap<String, BTreeMap<String, Answers>>,
    /// Of every embedding.
    pub dimensions: usize,
}

impl Records {
    /// All runs in a folder.
    ///
    /// # Errors
    /// If a file cannot be read or is not of the form, or there are fewer than two runs or models:
    /// in one line that names the file.
    pub fn read(folder: &Path) -> Result<Self> {
        let names = names(folder)?;
        let shown = folder.display();
        ensure!(
            !names.is_empty(),
            "{shown} has no records: no file is called RUN.MODEL{EMBEDDINGS}"
        );
        let mut runs: BTreeMap<String, BTreeMap<String, Answers>> = BTreeMap::new();
        let mut first: Option<(usize, String)> = None;
        for name in names {
            let Some((run, model)) =
                name.split_once('.').filter(|(run, model)| !run.is_empty() && !model.is_empty())
            else {
                bail!("{shown}/{name}{EMBEDDINGS}: its name is not RUN.MODEL{EMBEDDINGS}");
            };
            let (dimensions, answers) = read_answers(folder, &name)?;
            let (expected, of) = first.get_or_insert((dimensions, name.clone()));
            ensure!(
                dimensions == *expected,
                "{shown}/{name}{EMBEDDINGS} has {dimensions} dimensions, but {of}{EMBEDDINGS} has \
                 {expected}"
            );
            runs.entry(run.to_owned()).or_default().insert(model.to_owned(), answers);
        }
        let records = Self { runs, dimensions: first.map_or(0, |(dimensions, _)| dimensions) };
        let (runs, models) = (records.runs.len(), records.models().len());
        ensure!(runs > 1, "{shown} has one run only: to hold one out takes two at least");
        ensure!(models > 1, "{shown} has one model only: there is nothing to tell it from");
        Ok(records)
    }

    /// The names of all models, in order.
    pub fn models(&self) -> BTreeSet<&str> {
        self.runs.values().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// The answers of a model in all runs but one, as far as a centroid has room.
    pub fn without(&self, held_out: &str, model: &str) -> Answers {
        let others = self.runs.iter().filter(|(name, _)| *name != held_out);
        let mut answers = Answers::new();
        for (question, more) in others.filter_map(|(_, run)| run.get(model)).flatten() {
            let all = answers.entry(question.clone()).or_default();
            all.extend(more.iter().cloned());
            all.truncate(MAX_REFERENCES as usize);
        }
        answers
    }
}

/// The files' names without their ends. Each must have both.
fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let (mut embeddings, mut questions) = (BTreeSet::new(), BTreeSet::new());
    for entry in read_dir(folder).with_context(unreadable)? {
        let file = entry.with_context(unreadable)?.file_name();
        let Some(name) = file.to_str() else { continue };
        embeddings.extend(name.strip_suffix(EMBEDDINGS).map(str::to_owned));
        questions.extend(name.strip_suffix(QUESTIONS).map(str::to_owned));
    }
    let shown = folder.display();
    if let Some(name) = embeddings.difference(&questions).next() {
        bail!("{shown}/{name}{EMBEDDINGS} has no questions: there is no {name}{QUESTIONS}");
    }
    if let Some(name) = questions.difference(&embeddings).next() {
        bail!("{shown}/{name}{QUESTIONS} has no embeddings: there is no {name}{EMBEDDINGS}");
    }
    Ok(embeddings)
}

/// How many dimensions, and the answers that are not absent.
fn read_answers(folder: &Path, name: &str) -> Result<(usize, Answers)> {
    let of_questions = folder.join(format!("{name}{QUESTIONS}"));
    let text = fs::read_to_string(&of_questions)
        .with_context(|| format!("cannot read {}", of_questions.display()))?;
    let questions: Vec<&str> = text.lines().map(str::trim).collect();
    let shown = of_questions.display();
    ensure!(!questions.is_empty(), "{shown} is empty");
    if let Some(line) = questions.iter().position(|question| question.is_empty()) {
        bail!("{shown}, line {}: no question", line + 1);
    }

    let of_embeddings = folder.join(format!("{name}{EMBEDDINGS}"));
    let shown = of_embeddings.display();
    let bytes = fs::read(&of_embeddings).with_context(|| format!("cannot read {shown}"))?;
    let (length, rows) = (bytes.len(), questions.len());
    ensure!(
        length > 0 && length % (2 * rows) == 0,
        "{shown}: {length} bytes are not {rows} embeddings, one for each line of {name}{QUESTIONS}"
    );
    let dimensions = length / 2 / rows;
    ensure!(
        dimensions <= MAX_DIMENSIONS as usize,
        "{shown}: {dimensions} dimensions, {MAX_DIMENSIONS} are allowed"
    );

    let mut answers = Answers::new();
    for (row, (bytes, question)) in bytes.chunks_exact(2 * dimensions).zip(questions).enumerate() {
        let values: Vec<i32> = bytes
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]).into())
            .collect();
        if values.iter().all(|value| *value == 0) {
            continue;
        }
        let squares = values.iter().map(|value| (f64::from(*value) / f64::from(UNIT)).powi(2));
        let length = squares.sum::<f64>().sqrt();
        let number = row + 1;
        ensure!(
            (length - 1.0).abs() <= LENGTH_TOLERANCE,
            "{shown}, embedding {number}: its length is {length:.3}, not 1"
        );
        let embedding = Embedding::quantised(&values, UNIT)
            .with_context(|| format!("{shown}, embedding {number}: too small to be told from 0"))?;
        answers.entry(question.to_owned()).or_default().push(embedding);
    }
    Ok((dimensions, answers))
}
