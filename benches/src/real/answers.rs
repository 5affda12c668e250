//! What the last line `Answer: X` does for closed questions: each model answers them as they are
//! asked by people, without a word on the form of the answer, with and without the worker's asking
//! for that line.
//!
//! Answers are compared as the chain compares them ([`FinalAnswer`]): what an agent means but says
//! in another way than the others is not right here. Out of scope: who would win a round
//! ([`super::swarms`]).

use super::{
    asking::{grader, Ask},
    closed,
    exams::{Exam, Question},
    graders::{mean_and_error, ENOUGH},
    kept::{Answered, Cost, Kept},
    sources::{Agent, Folders, Model, Sources},
};
use crate::{arena::Field, output::rounded};
use serde::Serialize;
use std::fmt;
use waggle_primitives::final_answer::FinalAnswer;

/// The set of capitals and sums that are made by rule.
const CLOSED: &str = "closed";
/// How long an answer to one of these may be, in tokens.
const CLOSED_TOKENS: u32 = 64;
/// What may stand before a mark in its line.
const DECORATION: &str = "*_`#->";

/// Where a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The worker is not told, and asks for no line.
    Nowhere,
    /// In a domain of closed questions: it asks for the line.
    Closed,
    /// In the general domain: it asks for the line if there is one right answer.
    General,
}

impl Place {
    /// All of them.
    pub const ALL: [Place; 3] = [Place::Nowhere, Place::Closed, Place::General];

    /// What the files of results call it.
    pub fn name(self) -> &'static str {
        match self {
            Place::Nowhere => "no",
            Place::Closed => "closed domain",
            Place::General => "general domain",
        }
    }

    fn field(self) -> Option<Field> {
        let closed = |domain| Some(Field { domain, question: "closed" });
        match self {
            Place::Nowhere => None,
            Place::Closed => closed(1),
            Place::General => closed(0),
        }
    }
}

/// A closed question as people ask it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The set that it belongs to.
    pub set: &'static str,
    /// The question, without a word on the form of the answer.
    pub prompt: String,
    /// The right answer, bare.
    pub right: String,
    /// How long the answer may be, in tokens.
    pub max_tokens: u32,
}

impl Asked {
    /// What a model's agent is asked.
    pub fn ask<'a>(&'a self, agent: &'a Agent, place: Place) -> Ask<'a> {
        let Asked { prompt, max_tokens, .. } = self;
        Ask { agent, prompt, max_tokens: *max_tokens, field: place.field() }
    }
}

/// The first questions of each set. One that cannot be had is left out, with a word.
pub fn sets(sources: &Sources, folders: &Folders, count: usize) -> Vec<Vec<Asked>> {
    let mut sets = vec![by_rule(count)];
    for exam in Exam::ALL {
        match exam.questions(sources, folders, count) {
            Ok(questions) => sets.push(of_exam(exam, &questions)),
            Err(error) => eprintln!("{} is left out: {error:#}", exam.name()),
        }
    }
    sets.into_iter().filter(|questions| !questions.is_empty()).collect()
}

/// The first questions that are made by rule.
fn by_rule(count: usize) -> Vec<Asked> {
    let asked = |pair: super::pairs::Pair| Asked {
        set: CLOSED,
        prompt: closed::bare(&pair.prompt).to_owned(),
        right: pair.right,
        max_tokens: CLOSED_TOKENS,
    };
    closed::questions().into_iter().take(count).map(asked).collect()
}

/// Questions of an exam.
fn of_exam(exam: Exam, questions: &[Question]) -> Vec<Asked> {
    let asked = |question: &Question| Asked {
        set: exam.name(),
        prompt: question.bare().to_owned(),
        right: question.answer.clone(),
        max_tokens: exam.max_tokens(),
    };
    questions.iter().map(asked).collect()
}

/// A line of `real-answers.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The set of questions.
    pub set: &'static str,
    /// Who answers.
    pub model: String,
    /// Whether the last line is asked for, and where.
    pub asked: &'static str,
    /// Share of the questions whose answer has a line that says what the answer is.
    pub with_line: f64,
    /// Share of the questions whose answer is equal to the right one, for the chain.
    pub right: f64,
    /// Tokens read and written for a question, on average; 0 where nobody counted.
    pub tokens: f64,
    /// How many questions.
    pub questions: usize,
    /// The standard error of `with_line`.
    pub line_error: f64,
    /// The standard error of `right`.
    pub right_error: f64,
    /// Share of the questions that the model declined. They have no line and are not right.
    pub declined: f64,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { set, model, asked, with_line, right, tokens, questions, .. } = self;
        write!(
            f,
            "{set:6} {model:20} asked: {asked:14}  with line {with_line:.3}, right {right:.3}, \
             {tokens:.0} tokens, of {questions}"
        )
    }
}

/// The lines of all that is known, and what each answer took.
pub fn lines(
    models: &[Model],
    sets: &[Vec<Asked>],
    kept: &Kept<Answered>,
) -> (Vec<Line>, Vec<Cost>) {
    let (mut lines, mut costs) = (Vec::new(), Vec::new());
    for questions in sets {
        for model in models {
            let agent = grader(model);
            for place in Place::ALL {
                let keys = questions.iter().map(|asked| asked.ask(&agent, place).key(model));
                costs.extend(keys.filter_map(|key| Some(kept.get(&key)?.cost)));
                lines.extend(line((model, &agent), place, questions, kept));
            }
        }
    }
    (lines, costs)
}

/// The line of a model, of the first questions of a set that it answered. None if it has not
/// answered enough.
pub fn line(
    (model, agent): (&Model, &Agent),
    place: Place,
    questions: &[Asked],
    kept: &Kept<Answered>,
) -> Option<Line> {
    let known = |asked: &Asked| kept.get(&asked.ask(agent, place).key(model));
    let answered: Vec<(&Asked, &Answered)> =
        questions.iter().map_while(|asked| Some((asked, known(asked)?))).collect();
    let count = answered.len();
    if count == 0 || count < questions.len().min(ENOUGH) {
        return None;
    }
    let share = |holds: &dyn Fn(&Asked, Option<&str>) -> bool| {
        let one = |(asked, answered): &(&Asked, &Answered)| {
            f64::from(u8::from(holds(asked, answered.text.as_deref())))
        };
        let (mean, error) = mean_and_error(&answered.iter().map(one).collect::<Vec<_>>());
        (rounded(mean), rounded(error))
    };
    let (with_line, line_error) = share(&|_, text| text.is_some_and(has_line));
    let (right, right_error) = share(&|asked, text| text.is_some_and(|text| is_right(asked, text)));
    let tokens: f64 = answered.iter().map(|(_, answered)| answered.cost.tokens).sum();
    Some(Line {
        set: answered[0].0.set,
        model: model.name.clone(),
        asked: place.name(),
        with_line,
        right,
        tokens: rounded(tokens / count as f64),
        questions: count,
        line_error,
        right_error,
        declined: share(&|_, text| text.is_none()).0,
    })
}

/// Whether an answer is equal to the right one, for the chain.
fn is_right(asked: &Asked, answer: &str) -> bool {
    let of = |text: &str| FinalAnswer::of(text.as_bytes());
    of(answer).is_some_and(|answer| of(&asked.right) == Some(answer))
}

/// Whether a line of an answer says what the answer is.
fn has_line(answer: &str) -> bool {
    answer.lines().any(|line| {
        let is_decoration = |sign: char| sign.is_whitespace() || DECORATION.contains(sign);
        let line = line.trim_start_matches(is_decoration).to_ascii_lowercase();
        let label = line.strip_prefix("final ").map_or(line.as_str(), str::trim_start);
        let rest = label.strip_prefix("answer").unwrap_or_default();
        let words = rest.trim_start_matches(is_decoration).strip_prefix(':').unwrap_or_default();
        words.contains(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn questions_should_say_nothing_of_the_form_of_the_answer() {
        let questions = by_rule(9);
        assert_eq!(questions.len(), 9);
        assert!(questions.iter().all(|asked| asked.prompt.ends_with('?')), "{questions:?}");
    }

    #[test]
    fn lines_should_be_found_and_answers_compared_as_on_the_chain() {
        let asked = &Asked { set: CLOSED, prompt: "q".into(), right: "49".into(), max_tokens: 9 };
        for (answer, line, right) in [
            ("37 + 12 = 49", false, false),
            ("49.", false, true),
            ("It is.\n**Final answer:** 49", true, true),
            ("It is.\n- Answer: 48", true, false),
            ("Answer: ", false, false),
            ("The answer: 49", false, false),
        ] {
            assert_eq!((has_line(answer), is_right(asked, answer)), (line, right), "{answer:?}");
        }
    }

    #[test]
    fn line_should_be_there_when_enough_is_answered() {
        let sources = Sources::read().unwrap();
        let model = &sources.models[0];
        let agent = grader(model);
        let questions = by_rule(4);
        let path = std::env::temp_dir().join(format!("waggle-answers-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut kept = Kept::open(&path, None).unwrap();
        for (number, asked) in questions.iter().enumerate() {
            assert_eq!(line((model, &agent), Place::General, &questions, &kept), None);
            let text = match number {
                0 => None,
                1 => Some("It is so.".to_owned()),
                _ => Some(format!("It is so.\n\nAnswer: {}", asked.right)),
            };
            let cost = Cost { seconds: 1.0, tokens: 10.0 };
            let answered = Answered { agent: agent.name.clone(), text, reason: None, cost };
            kept.keep(asked.ask(&agent, Place::General).key(model), answered).unwrap();
        }
        let found = line((model, &agent), Place::General, &questions, &kept).unwrap();
        let (lines, costs) = lines(&sources.models, std::slice::from_ref(&questions), &kept);
        assert_eq!((lines.len(), &lines[0], costs.len()), (1, &found, 4));
        let figures = (found.with_line, found.right, found.declined, found.tokens);
        assert_eq!(figures, (0.5, 0.5, 0.25, 10.0));
        assert_eq!(line((model, &agent), Place::Nowhere, &questions, &kept), None);
        std::fs::remove_file(&path).unwrap();
    }
}
