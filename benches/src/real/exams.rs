//! Questions of GSM8K and MMLU, how they are put to agents, and which answers are right.

use super::sources::{Folders, Sources};
use crate::draws::Draws;
use anyhow::{Context, Result};
use serde::Deserialize;

/// How the agents are asked for the form of the answer.
const SUM_FORM: &str = "\n\nSolve this in a few short steps. \
                        End with a line \"Answer: X\", where X is only the number.";
const CHOICE_FORM: &str = "\n\nReason in a sentence or two. \
                           End with a line \"Answer: X\", where X is only the letter.";

/// A set of questions with one right answer each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exam {
    /// Sums in words, for schools; the answer is a number.
    Gsm8k,
    /// Knowledge of 57 subjects; the answer is one of four letters.
    Mmlu,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What the agents are asked, with the form of the answer.
    pub prompt: String,
    /// The right answer.
    pub answer: String,
}

impl Question {
    /// The question without the form of the answer.
    pub fn bare(&self) -> &str {
        let mut forms = [SUM_FORM, CHOICE_FORM].into_iter();
        forms.find_map(|form| self.prompt.strip_suffix(form)).unwrap_or(&self.prompt)
    }
}

#[derive(Deserialize)]
struct Sum {
    question: String,
    answer: String,
}

impl Exam {
    /// All of them.
    pub const ALL: [Exam; 2] = [Exam::Gsm8k, Exam::Mmlu];

    /// What the files of results call it.
    pub fn name(self) -> &'static str {
        match self {
            Exam::Gsm8k => "gsm8k",
            Exam::Mmlu => "mmlu",
        }
    }

    /// How long an answer may be, in tokens.
    pub fn max_tokens(self) -> u32 {
        match self {
            Exam::Gsm8k => 192,
            Exam::Mmlu => 96,
        }
    }

    /// The set of pairs that are made of the agents' own answers to it.
    pub fn own_set(self) -> &'static str {
        match self {
            Exam::Gsm8k => "own-gsm8k",
            Exam::Mmlu => "own-mmlu",
        }
    }

    /// The first `count` questions of its test part, in an order drawn once and for all.
    ///
    /// # Errors
    /// If its file is not here and cannot be fetched, or is not of its form.
    pub fn questions(
        self,
        sources: &Sources,
        folders: &Folders,
        count: usize,
    ) -> Result<Vec<Question>> {
        let all = match self {
            Exam::Gsm8k => sums(&folders.questions(sources, "gsm8k.jsonl")?)?,
            Exam::Mmlu => choices(&folders.questions(sources, "mmlu.csv")?)?,
        };
        let order = Draws::of("real/exams", self as usize).shuffled(all.len());
        Ok(order.into_iter().take(count).map(|number| all[number].clone()).collect())
    }

    /// What an answer comes to: the number or letter that follows the last `Answer:`; else the last
    /// one. Nothing if there is neither.
    pub fn verdict(self, answer: &str) -> Option<String> {
        let marked = answer.to_ascii_lowercase().rfind("answer:").map(|at| &answer[at + 7..]);
        match self {
            Exam::Gsm8k => marked
                .and_then(|rest| numbers(rest).into_iter().next())
                .or_else(|| numbers(answer).into_iter().next_back()),
            Exam::Mmlu => match marked {
                Some(rest) => letters(rest).into_iter().next(),
                None => letters(answer).into_iter().next_back(),
            },
        }
    }

    /// Whether an answer is right.
    pub fn is_right(self, question: &Question, answer: &str) -> bool {
        self.verdict(answer).as_ref() == Some(&question.answer)
    }
}

fn sums(text: &str) -> Result<Vec<Question>> {
    let question = |line: &str| {
        let Sum { question, answer } = serde_json::from_str(line)?;
        let (_, number) = answer.rsplit_once("####").context("GSM8K has an answer without ####")?;
        let answer = numbers(number).into_iter().next().context("GSM8K has no number")?;
        let prompt = format!("{question}{SUM_FORM}");
        Ok(Question { prompt, answer })
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(question).collect()
}

fn choices(text: &str) -> Result<Vec<Question>> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut questions = Vec::new();
    for row in reader.records() {
        let row = row?;
        let fields: Vec<&str> = row.iter().map(str::trim).collect();
        let [question, a, b, c, d, answer] = fields[..] else { continue };
        let prompt = format!("{question}\n\nA. {a}\nB. {b}\nC. {c}\nD. {d}{CHOICE_FORM}");
        questions.push(Question { prompt, answer: answer.to_owned() });
    }
    Ok(questions)
}

/// The numbers in a text, without signs of currency and thousands, and without zeros at the end of
/// a fraction.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for c in text.chars().chain([' ']) {
        match c {
            '0'..='9' | '.' => current.push(c),
            '-' if current.is_empty() => current.push(c),
            ',' if !current.is_empty() => {}
            _ => {
                let number = current.trim_end_matches('.');
                let number = match number.split_once('.') {
                    Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
                    _ => number,
                };
                if number.bytes().any(|digit| digit.is_ascii_digit()) {
                    found.push(number.to_owned());
                }
                current = if c == '-' { "-".to_owned() } else { String::new() };
            }
        }
    }
    found
}

/// The capitals from A to D that stand by themselves.
fn letters(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| matches!(*word, "A" | "B" | "C" | "D")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_should_be_what_follows_the_mark() {
        let of = |text| Exam::Gsm8k.verdict(text);
        assert_eq!(of("2 + 3 = 5\nAnswer: $1,250.00."), Some("1250".into()));
        assert_eq!(of("Answer: 7 ... no.\n**Answer:** 8"), Some("8".into()));
        assert_eq!(of("so it is 12.5 miles"), Some("12.5".into()));
        assert_eq!(of("10-3 makes -7"), Some("-7".into()));
        assert_eq!(of("no idea"), None);
        assert_eq!(Exam::Mmlu.verdict("A shop. Answer: (C) because"), Some("C".into()));
        assert_eq!(Exam::Mmlu.verdict("A pity. So B"), Some("B".into()));
        assert_eq!(Exam::Mmlu.verdict("BCD"), None);
    }

    #[test]
    fn questions_should_be_read_as_they_are_written() {
        let text = "{\"question\": \"How many?\", \"answer\": \"1+1=2\\n#### 1,002\"}\n";
        let sum = &sums(text).unwrap()[0];
        assert_eq!((sum.answer.as_str(), sum.bare()), ("1002", "How many?"));
        // What was asked is kept under a digest of it.
        let asked = "How many?\n\nSolve this in a few short steps. End with a line \"Answer: X\", \
                     where X is only the number.";
        assert_eq!(sum.prompt, asked);
        let read = choices("\"Why, \"\"a\"\"?\",w,x,y,z,D\nshort,A\n").unwrap();
        assert_eq!(read.len(), 1);
        assert!(read[0].prompt.starts_with("Why, \"a\"?\n\nA. w\n"));
        assert_eq!(read[0].answer, "D");
        let asked =
            "\nD. z\n\nReason in a sentence or two. End with a line \"Answer: X\", where X is \
                     only the letter.";
        assert!(read[0].prompt.ends_with(asked) && read[0].bare().ends_with("\nD. z"));
    }
}
