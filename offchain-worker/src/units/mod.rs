//! Auxiliary processing units: what works on a prompt and an answer before and after an agent's
//! module.
//!
//! ```text
//! prompt ──► before ──► module ──► after ──► answer
//!            notes,        │       corrects,
//!            answers,      ▼       declines
//!            declines    call (tools)
//! ```
//!
//! Of a conversation the calculator, the dates and the knowledge base see what the user said last,
//! filters and programs all of it (`docs/conversations.md`).
//!
//! An agent's units act in the order in which it lists them. Each acts where its configuration says
//! ([`Stage`]): a calculator, for example, can tell a model the result, answer instead of it, check
//! its answer, or be a tool that the model calls. Units take part in answering only; the answer
//! that they improve is the reference when the agent grades.
//!
//! A unit reads strangers' text and gives text: it opens no file and no connection for a job. What
//! a program does ([`program`]) is its operator's business.

pub mod calculator;
pub mod dates;
pub mod filter;
pub mod knowledge;
pub mod numbers;
pub mod program;

use crate::{backend::ToolDescription, conversation::Prompt, program::ProgramError, sanitise::cut};
use serde::Deserialize;
use std::{fmt::Debug, sync::Arc};

/// The longest note or tool's output, in bytes: models have bounded contexts. The rest is cut off.
pub const NOTE_BYTES: usize = 8 * 1024;

/// The most notes of one answer; later ones are dropped.
pub const MAX_NOTES: usize = 32;

/// Where in the work on an answer a unit acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Before the module: it gives the module notes.
    Note,
    /// Before the module: where it knows the answer, the module is not asked.
    Answer,
    /// After the module: where it knows better, its answer replaces the module's.
    Check,
    /// During the module's work, when a model that supports it calls it.
    Tool,
}

/// Why a unit ends a job.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// It does not let the prompt or the answer pass.
    #[error("the unit {unit:?} declines: {reason}")]
    Declines {
        /// Its name.
        unit: String,
        /// One line, without the text itself.
        reason: String,
    },
    /// A unit that is a program failed.
    #[error("the unit {unit:?}: {source}")]
    Program {
        /// Its name.
        unit: String,
        /// Why.
        source: ProgramError,
    },
}

/// An answer that is being worked on.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The client's prompt.
    pub prompt: Prompt<'a>,
    /// What the module should know.
    pub notes: Vec<String>,
    /// Set: the module is not asked. The first unit that sets it wins.
    pub answer: Option<String>,
}

impl<'a> Draft<'a> {
    /// Nothing but a prompt, as a client sent it.
    pub fn new(prompt: &'a str) -> Self {
        Self { prompt: Prompt::read(prompt), notes: Vec::new(), answer: None }
    }

    /// Adds a note, within [`NOTE_BYTES`] and [`MAX_NOTES`].
    pub fn note(&mut self, text: &str) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(cut(text, NOTE_BYTES).to_string());
        }
    }

    /// Takes what a unit that acts `at` some stages knows for sure: as a note, and as the answer if
    /// no unit before gave one.
    fn offer(&mut self, at: &[Stage], note: &str, answer: String) {
        if at.contains(&Stage::Note) {
            self.note(note);
        }
        if at.contains(&Stage::Answer) {
            self.answer.get_or_insert(answer);
        }
    }
}

/// Whether a unit that acts `at` some stages has anything to do before the module.
fn acts_before(at: &[Stage]) -> bool {
    at.contains(&Stage::Note) || at.contains(&Stage::Answer)
}

/// One auxiliary processing unit.
#[async_trait::async_trait]
pub trait Unit: Send + Sync + Debug {
    /// Before the module is asked.
    async fn before(&self, _draft: &mut Draft<'_>) -> Result<(), UnitError> {
        Ok(())
    }

    /// After an answer is there: that answer, or a better one.
    async fn after(&self, _prompt: &Prompt<'_>, answer: String) -> Result<String, UnitError> {
        Ok(answer)
    }

    /// How a model may call it; `None`: not at all.
    fn tool(&self) -> Option<ToolDescription> {
        None
    }

    /// A model calls it. `arguments` is what the model wrote, meant to be a JSON object. Failures
    /// are told the model.
    async fn call(&self, _arguments: &str) -> String {
        String::new()
    }
}

/// The units that a model may call.
#[derive(Clone, Copy, Debug)]
pub struct Toolbox<'a>(pub &'a [Arc<dyn Unit>]);

impl Toolbox<'_> {
    /// What the model is told of them.
    pub fn descriptions(&self) -> Vec<ToolDescription> {
        self.0.iter().filter_map(|unit| unit.tool()).collect()
    }

    /// Calls the tool of that name; its output is cut to [`NOTE_BYTES`].
    pub async fn call(&self, name: &str, arguments: &str) -> String {
        match self.0.iter().find(|unit| unit.tool().is_some_and(|tool| tool.name == name)) {
            Some(unit) => cut(&unit.call(arguments).await, NOTE_BYTES).to_string(),
            None => "there is no tool of that name".to_string(),
        }
    }
}

/// The description of a tool with one argument, a string.
fn one_argument(name: &str, description: &str, argument: &str, meaning: &str) -> ToolDescription {
    ToolDescription {
        name: name.to_string(),
        description: description.to_string(),
        parameters: serde_json::json!({
            "type": "object",
            "properties": { argument: { "type": "string", "description": meaning } },
            "required": [argument],
        }),
    }
}

/// The one argument of a call; models that write a bare text instead of a JSON object are
/// understood too.
fn argument(arguments: &str, name: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(arguments) {
        Ok(serde_json::Value::Object(fields)) => {
            match fields.get(name).or_else(|| fields.values().next()) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            }
        }
        Ok(serde_json::Value::String(text)) => text,
        _ => arguments.to_string(),
    }
}

/// A question without its politeness: `What is 2+2?` is `2+2`. All of it is English.
fn bare_question(prompt: &str) -> &str {
    const OPENINGS: [&str; 7] = [
        "what is",
        "what's",
        "how much is",
        "calculate",
        "compute",
        "convert",
        "how many days are",
    ];
    let mut text = prompt.trim().trim_end_matches(['?', '=', '.', '!']).trim_end();
    for opening in OPENINGS {
        if let Some(start) = text.get(..opening.len()) {
            if start.eq_ignore_ascii_case(opening) {
                text = text
                    .get(opening.len()..)
                    .unwrap_or_default()
                    .trim_start_matches(':')
                    .trim_start();
            }
        }
    }
    text
}

#[cfg(test)]
pub(crate) mod testing {
    //! Units for tests of what surrounds them.

    use super::*;

    /// A tool that gives back what it gets.
    #[derive(Debug)]
    pub(crate) struct Echo;

    #[async_trait::async_trait]
    impl Unit for Echo {
        fn tool(&self) -> Option<ToolDescription> {
            Some(one_argument("echo", "Says it again.", "text", "What to say."))
        }

        async fn call(&self, arguments: &str) -> String {
            argument(arguments, "text")
        }
    }

    /// Changes each answer.
    #[derive(Debug)]
    pub(crate) struct Shouting;

    #[async_trait::async_trait]
    impl Unit for Shouting {
        async fn after(&self, _: &Prompt<'_>, answer: String) -> Result<String, UnitError> {
            Ok(answer.to_uppercase() + "!")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argument_should_be_found_however_a_model_writes_it() {
        for text in [r#"{"expression": "1+1"}"#, r#"{"expr": "1+1"}"#, r#""1+1""#, "1+1"] {
            assert_eq!(argument(text, "expression"), "1+1");
        }
        assert_eq!(argument("{}", "expression"), "");
        assert_eq!(argument(r#"{"expression": 5}"#, "expression"), "5");
    }

    #[tokio::test]
    async fn notes_and_outputs_should_be_bounded() {
        let mut draft = Draft::new("p");
        (0..100).for_each(|_| draft.note(&"é".repeat(10_000)));
        assert_eq!(draft.notes.len(), MAX_NOTES);
        assert!(draft.notes.iter().all(|note| note.len() == NOTE_BYTES));
        let units: [Arc<dyn Unit>; 1] = [Arc::new(testing::Echo)];
        assert_eq!(Toolbox(&units).call("echo", &"x".repeat(20_000)).await.len(), NOTE_BYTES);
    }

    #[test]
    fn politeness_should_not_be_part_of_a_question() {
        assert_eq!(bare_question(" What is 2+2? "), "2+2");
        assert_eq!(bare_question("37+12 ="), "37+12");
        assert_eq!(bare_question("Convert: 5 km to m."), "5 km to m");
        assert_eq!(bare_question("été"), "été");
    }
}
