//! Questions with one right and one wrong answer: what a grader should tell apart.

use super::{
    exams::{Exam, Question},
    sources::{Folders, Sources},
};
use anyhow::{ensure, Result};
use serde::Deserialize;

/// The sets, those first that take the least time.
pub const SETS: [&str; 5] =
    ["closed", "own-gsm8k", "own-mmlu", "llmbar-natural", "llmbar-adversarial"];

/// A question with two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The set that it belongs to.
    pub set: &'static str,
    /// The question.
    pub prompt: String,
    /// The right, or better, answer.
    pub right: String,
    /// The wrong, or worse, one.
    pub wrong: String,
}

impl Pair {
    /// How long a grader's own answer may be, in tokens.
    pub fn max_tokens(&self) -> u32 {
        let exam = Exam::ALL.into_iter().find(|exam| exam.own_set() == self.set);
        match (exam, self.set) {
            (Some(exam), _) => exam.max_tokens(),
            (None, "closed") => 32,
            (None, _) => 96,
        }
    }
}

#[derive(Deserialize)]
struct Compared {
    input: String,
    output_1: String,
    output_2: String,
    label: u8,
}

/// The pairs of LLMBar, whose better answer people agreed on: the natural ones, then those where
/// the worse answer was made to look better.
///
/// # Errors
/// If its files are not here and cannot be fetched, or are not of their form.
pub fn llmbar(sources: &Sources, folders: &Folders) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for (set, file) in [
        ("llmbar-natural", "llmbar-natural.json"),
        ("llmbar-adversarial", "llmbar-adversarial.json"),
    ] {
        pairs.extend(compared(set, &folders.questions(sources, file)?)?);
    }
    Ok(pairs)
}

/// The pairs of a text of JSON arrays, one after another.
fn compared(set: &'static str, text: &str) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for array in serde_json::Deserializer::from_str(text).into_iter::<Vec<Compared>>() {
        for Compared { input, output_1, output_2, label } in array? {
            ensure!((1..=2).contains(&label), "LLMBar has a label {label}");
            let (right, wrong) =
                if label == 1 { (output_1, output_2) } else { (output_2, output_1) };
            pairs.push(Pair { set, prompt: input, right, wrong });
        }
    }
    Ok(pairs)
}

/// Of the answers that agents gave, one right and one wrong to each question that has both: the
/// first of each, the search beginning at another agent for each question.
pub fn own(exam: Exam, asked: &[(Question, Vec<Option<String>>)]) -> Vec<Pair> {
    let pair = |(number, (question, answers)): (usize, &(Question, Vec<Option<String>>))| {
        let given: Vec<&String> = answers.iter().flatten().collect();
        let first = |right: bool| {
            let from = number % given.len().max(1);
            let turned = given.iter().cycle().skip(from).take(given.len());
            let mut fitting = turned.filter(|answer| exam.is_right(question, answer) == right);
            fitting.next().map(|answer| (*answer).clone())
        };
        let (right, wrong) = (first(true)?, first(false)?);
        Some(Pair { set: exam.own_set(), prompt: question.prompt.clone(), right, wrong })
    };
    asked.iter().enumerate().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_answer_should_be_the_labelled_one() {
        let text = r#"[{"input":"q","output_1":"a","output_2":"b","label":2}]
                      [{"input":"r","output_1":"c","output_2":"d","label":1}]"#;
        let pairs = compared("x", text).unwrap();
        assert_eq!((pairs[0].right.as_str(), pairs[0].wrong.as_str()), ("b", "a"));
        assert_eq!((pairs[1].right.as_str(), pairs[1].wrong.as_str()), ("c", "d"));
        assert!(compared("x", r#"[{"input":"","output_1":"","output_2":"","label":3}]"#).is_err());
    }

    #[test]
    fn own_pairs_should_be_of_questions_with_both_kinds_of_answers() {
        let question = Question { prompt: "1+1".into(), answer: "2".into() };
        let said = |answers: &[&str]| {
            let answers = answers.iter().map(|answer| Some((*answer).to_owned()));
            (question.clone(), answers.collect::<Vec<_>>())
        };
        let asked = [said(&["Answer: 2", "Answer: 3"]), said(&["Answer: 2", "Answer: 2"])];
        let pairs = own(Exam::Gsm8k, &asked);
        assert_eq!(pairs.len(), 1);
        assert_eq!(pairs[0].wrong, "Answer: 3");
        assert!(SETS.contains(&pairs[0].set));
        assert_eq!(pairs[0].max_tokens(), Exam::Gsm8k.max_tokens());
    }
}
