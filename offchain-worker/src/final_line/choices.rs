//! Choices that a question lists, each with a letter on a line of its own.

use super::{mark::bare, pattern};
use regex::Regex;
use std::sync::LazyLock;

/// The most choices that are read: A to J.
const MOST: usize = 10;

/// `A. Lyon`, `A) Lyon`, `(A) Lyon`.
static CHOICE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*[(\[]?([A-J])[)\].]\s+(\S.*)$"));

/// What an answer says that chooses: `B`, `(B)`, `B) Lyon`, `Option B: Lyon`.
static CHOSEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:(?i-u:option|choice)\s+)?[(\[]?(?<letter>[A-J])(?:[)\].:,]+\s*(?<text>.*))?$")
});

/// The choices of a question, at least two. The letter of the first is A.
pub(super) struct Choices<'a>(Vec<&'a str>);

impl<'a> Choices<'a> {
    /// Those that the lines of `question` list, the last list of several; `None` if there is none.
    pub(super) fn of(question: &'a str) -> Option<Self> {
        let mut texts: Vec<&str> = Vec::new();
        for line in question.lines() {
            let Some(found) = CHOICE.captures(line) else { continue };
            let (Some(letter), Some(text)) = (found.get(1), found.get(2)) else { continue };
            let place = place(letter.as_str());
            if place == Some(0) {
                texts.clear();
            }
            if place == Some(texts.len()) && texts.len() < MOST {
                texts.push(text.as_str());
            }
        }
        (texts.len() > 1).then_some(Self(texts))
    }

    /// The letter of the choice that `said` names, alone or with that choice's own text.
    pub(super) fn letter(&self, said: &str) -> Option<String> {
        let found = CHOSEN.captures(bare(said))?;
        let letter = found.name("letter")?.as_str();
        let text = self.0.get(place(letter)?)?;
        let is_it = match found.name("text").map(|text| bare(text.as_str())) {
            None | Some("") => true,
            Some(said) => said.to_lowercase() == bare(text).to_lowercase(),
        };
        is_it.then(|| letter.to_string())
    }
}

/// 0 for A.
fn place(letter: &str) -> Option<usize> {
    let letter = letter.bytes().next()?;
    letter.checked_sub(b'A').map(usize::from)
}
