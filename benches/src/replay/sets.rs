//! Sets: the records of real models, as two files each.
//!
//! `NAME.answers.csv.gz` has the columns `question,author,equal,truth`: answers of one question
//! with the same `equal` say the same; `truth` is how good the answer is, 0..=1.
//! `NAME.grades.csv.gz` has `question,judge,author,grade`: what the judge said of the author's
//! answer, 0..=1. A judge that is also an author has the same name. Names, questions and `equal`
//! may be any text. A grade that is missing has no line, or nothing (or `nan`) in its column.
//!
//! *Full questions* are those that all authors answered and somebody graded; others are left out.
//! All authors are those of the largest group that answered one question.

use crate::world::nearest_grade;
use anyhow::{bail, ensure, Context, Result};
use csv::{ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{read_dir, File},
    io::Read,
    path::Path,
};
use waggle_primitives::{candidates::Candidates, choice::Question as Kind, Grade};

const ANSWERS: &str = ".answers.csv.gz";
const GRADES: &str = ".grades.csv.gz";

/// What real models answered and how they graded each other. Authors stand at the places 0.. in
/// the order of their names; graders that are no authors at the places after them.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// The files' name.
    pub name: String,
    /// Who answers, by place.
    pub authors: Vec<String>,
    /// Who grades without answering; the first has the place `authors.len()`.
    pub outsiders: Vec<String>,
    /// By place: whether it grades at all.
    pub is_grader: Vec<bool>,
    /// The full questions, in the order of the file.
    pub questions: Vec<Question>,
}

/// A question that all authors answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// How good each answer is, 0..=1, by place.
    pub truth: Vec<f64>,
    /// By place: answers that say the same have the same number, from 0 without gaps.
    pub candidates: Candidates,
    /// By the grader's place, then by the answer's: what it says of it, if it was asked.
    pub grades: Vec<Vec<Option<Grade>>>,
}

/// Question, then author: `equal` and truth.
type Answers = BTreeMap<String, BTreeMap<String, (String, f64)>>;
/// Question, then judge and author.
type Grades = BTreeMap<String, BTreeMap<(String, String), Grade>>;

impl Set {
    /// The sets of a folder: all, or those that are named, by name.
    ///
    /// # Errors
    /// If there is none, or one of them cannot be read. Whose fault it was and where is in the
    /// error: file and line.
    pub fn all(folder: &Path, only: &[String]) -> Result<Vec<Self>> {
        let names = names(folder)?;
        if names.is_empty() {
            bail!("{} has no sets: no file is called NAME{ANSWERS}", folder.display());
        }
        if let Some(name) = only.iter().find(|name| !names.contains(*name)) {
            let known = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            bail!("{} has no set {name}; its sets are {known}", folder.display());
        }
        let wanted = |name: &&String| only.is_empty() || only.contains(*name);
        names.iter().filter(wanted).map(|name| Self::read(folder, name)).collect()
    }

    /// The set of this name.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub fn read(folder: &Path, name: &str) -> Result<Self> {
        let path = |end: &str| folder.join(format!("{name}{end}"));
        let (of_answers, of_grades) = (path(ANSWERS), path(GRADES));
        if !of_grades.exists() {
            let missing = of_grades.display();
            bail!("{} has no grades: there is no {missing}", of_answers.display());
        }
        let (order, answers) = read_answers(&of_answers)?;
        let grades = read_grades(&of_grades)?;
        Self::of(name, &order, &answers, &grades).with_context(|| of_answers.display().to_string())
    }

    fn of(name: &str, order: &[String], answers: &Answers, grades: &Grades) -> Result<Self> {
        let authors = authors(answers);
        let is_graded = |question: &str| {
            let said = grades.get(question).into_iter().flatten();
            said.map(|((_, author), _)| author).any(|author| authors.contains(author))
        };
        let full: Vec<&String> = order
            .iter()
            .filter(|question| answers[*question].keys().eq(authors.iter()) && is_graded(question))
            .collect();
        ensure!(!full.is_empty(), "no question has the answers of all authors, and grades");

        let graders: BTreeSet<&String> = full
            .iter()
            .flat_map(|question| &grades[*question])
            .filter(|((_, author), _)| authors.contains(author))
            .map(|((grader, _), _)| grader)
            .collect();
        let outsiders: Vec<String> =
            graders.iter().filter(|name| !authors.contains(name)).copied().cloned().collect();
        let places: Vec<&String> = authors.iter().chain(&outsiders).collect();
        let questions = full
            .iter()
            .map(|question| {
                Question::of(&authors, &places, &answers[*question], &grades[*question])
            })
            .collect();
        let is_grader = places.iter().map(|name| graders.contains(name)).collect();
        Ok(Self { name: name.to_owned(), authors, outsiders, is_grader, questions })
    }

    /// Closed if any two authors ever gave equal answers.
    pub fn kind(&self) -> Kind {
        let is_equal = |question: &Question| question.candidates.count() < self.answers();
        if self.questions.iter().any(is_equal) {
            Kind::Closed
        } else {
            Kind::Open
        }
    }

    /// How many answers a question has.
    pub fn answers(&self) -> usize {
        self.authors.len()
    }

    /// How many places there are: authors, and outsiders after them.
    pub fn places(&self) -> usize {
        self.is_grader.len()
    }

    /// The places that grade.
    pub fn graders(&self) -> Vec<usize> {
        (0..self.places()).filter(|place| self.is_grader[*place]).collect()
    }
}

impl Question {
    fn of(
        authors: &[String],
        places: &[&String],
        answers: &BTreeMap<String, (String, f64)>,
        said: &BTreeMap<(String, String), Grade>,
    ) -> Self {
        let equal: Vec<Option<&String>> =
            authors.iter().map(|author| Some(&answers[author].0)).collect();
        let grade =
            |grader: &String, author: &String| said.get(&(grader.clone(), author.clone())).copied();
        Self {
            truth: authors.iter().map(|author| answers[author].1).collect(),
            candidates: Candidates::of(&equal),
            grades: places
                .iter()
                .map(|grader| authors.iter().map(|author| grade(grader, author)).collect())
                .collect(),
        }
    }
}

/// The names of the sets in a folder.
fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let mut names = BTreeSet::new();
    for entry in read_dir(folder).with_context(unreadable)? {
        let file = entry.with_context(unreadable)?.file_name();
        names.extend(file.to_str().and_then(|name| name.strip_suffix(ANSWERS)).map(str::to_owned));
    }
    Ok(names)
}

/// The largest group that answered one question; of several as large that of the most questions.
fn authors(answers: &Answers) -> Vec<String> {
    let mut groups: BTreeMap<Vec<&String>, usize> = BTreeMap::new();
    for answered in answers.values() {
        *groups.entry(answered.keys().collect()).or_default() += 1;
    }
    let largest = groups.into_iter().max_by_key(|(group, questions)| (group.len(), *questions));
    largest.map(|(group, _)| group.into_iter().cloned().collect()).unwrap_or_default()
}

fn read_answers(path: &Path) -> Result<(Vec<String>, Answers)> {
    let (mut order, mut answers) = (Vec::new(), Answers::new());
    let columns = ["question", "author", "equal", "truth"];
    for_each_line(path, columns, |[question, author, equal, truth]| {
        let truth = share("truth", truth)?;
        if !answers.contains_key(question) {
            order.push(question.to_owned());
        }
        let answered = answers.entry(question.to_owned()).or_default();
        let before = answered.insert(author.to_owned(), (equal.to_owned(), truth));
        ensure!(before.is_none(), "{author} has answered the question {question} before");
        Ok(())
    })?;
    Ok((order, answers))
}

fn read_grades(path: &Path) -> Result<Grades> {
    let mut grades = Grades::new();
    let columns = ["question", "judge", "author", "grade"];
    for_each_line(path, columns, |[question, judge, author, grade]| {
        if grade.is_empty() || grade.eq_ignore_ascii_case("nan") {
            return Ok(());
        }
        let share = share("grade", grade)?;
        let said = grades.entry(question.to_owned()).or_default();
        let before = said.insert((judge.to_owned(), author.to_owned()), nearest_grade(share));
        ensure!(before.is_none(), "{judge} has graded {author} on the question {question} before");
        Ok(())
    })?;
    Ok(grades)
}

/// A number in 0..=1.
fn share(what: &str, text: &str) -> Result<f64> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.with_context(|| format!("the {what} {text:?} is no number from 0 to 1"))
}

/// Hand the fields of each line to `take`, the columns in this order. All but the last must have
/// something in them. Errors name file and line.
fn for_each_line(
    path: &Path,
    columns: [&str; 4],
    mut take: impl FnMut([&str; 4]) -> Result<()>,
) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut text = Vec::new();
    let unpacked = MultiGzDecoder::new(file).read_to_end(&mut text);
    let at = |byte: u64| format!("{}, line {}", path.display(), line_at(&text, byte as usize));
    unpacked.with_context(|| at(text.len() as u64))?;

    let mut reader = ReaderBuilder::new().flexible(true).from_reader(&text[..]);
    let head = reader.headers().with_context(|| at(0))?.clone();
    let mut fields = [0; 4];
    for (field, column) in fields.iter_mut().zip(columns) {
        let found = head.iter().position(|name| name.trim() == column);
        *field = found.with_context(|| format!("{}: there is no column {column}", at(0)))?;
    }
    let mut record = StringRecord::new();
    let mut is_empty = true;
    loop {
        let start = reader.position().byte();
        if !reader.read_record(&mut record).with_context(|| at(start))? {
            ensure!(!is_empty, "{}: nothing follows the names of the columns", at(start));
            return Ok(());
        }
        is_empty = false;
        let (found, wanted) = (record.len(), head.len());
        ensure!(found == wanted, "{}: {found} fields instead of {wanted}", at(start));
        let values = fields.map(|field| record.get(field).unwrap_or_default().trim());
        if let Some(column) = (0..3).find(|column| values[*column].is_empty()) {
            bail!("{}: nothing in the column {}", at(start), columns[column]);
        }
        take(values).with_context(|| at(start))?;
    }
}

/// The line of the first record at or after a byte.
fn line_at(text: &[u8], byte: usize) -> usize {
    let is_end = |byte: &&u8| matches!(**byte, b'\r' | b'\n');
    let blank = text.iter().skip(byte).take_while(is_end).count();
    1 + text.iter().take(byte + blank).filter(|byte| **byte == b'\n').count()
}
