//! The last line of an answer to a closed question: `Answer: 49`.
//!
//! The chain compares what answers come to in the end (docs/protocol.md, *Equal answers*): what
//! follows the last *mark*, the beginning of a line that says `Answer:` or `Final answer:`, or else
//! the whole text. A model that says `37 + 12 = 49` is equal to nobody then. So it is asked for
//! such a line, and an answer that lacks it and states its result all the same gets it as a last
//! line. What the model said stays as it is before.
//!
//! A result is never made up: it is a piece of the answer, found by one of these patterns, or
//! nothing is done.
//!
//! | the answer | gets |
//! | --- | --- |
//! | is nothing but an equation of numbers: `37 + 12 = 49.`, `37 + 12 is 49` | `Answer: 49` |
//! | ends with a sentence: `So the answer is **49**.`, `The result is: 49` | `Answer: 49` |
//! | has `\boxed{49}`, the same in all its boxes | `Answer: 49` |
//! | ends with a line `#### 49` | `Answer: 49` |
//! | goes on after its line, `Answer: 49`, with an explanation | `Answer: 49` |
//! | says `B) Lyon` or `(B)` in one of these places, and the question lists that | `Answer: B` |
//!
//! The result of a sentence is a number with at most one word behind it, a letter from A to J, yes,
//! no, true, false, a name (up to four words with capitals) or what is emphasised. Of an answer
//! that was cut only a line counts that it has.
//!
//! Out of scope: which final answers are equal. That is the chain's to say.

mod choices;
mod mark;
mod patterns;

use crate::protocol::{Field, Kind, GENERAL_DOMAIN};
use choices::Choices;
use mark::{bare, Marked};
use regex::Regex;

/// What is put between an answer and the result that its last line says.
const ADDED: &str = "\n\nAnswer: ";

/// What the model is asked for at the end of `question`, the one that it is to answer, asked in
/// `field`; empty where the question is not closed.
///
/// In the general domain all questions count as closed, also those that have no right answer: there
/// it is asked for the line if there is one.
pub fn instruction(question: &str, field: Field) -> &'static str {
    if field.question != Some(Kind::Closed) {
        return "";
    }
    if Choices::of(question).is_some() {
        return "End with a last line \"Answer: X\", where X is only the letter.";
    }
    if field.domain == Some(GENERAL_DOMAIN) {
        return "If there is one right answer, end with a last line \"Answer: X\", where X is only \
                the result.";
    }
    "End with a last line \"Answer: X\", where X is only the result."
}

/// `answer` to `question` with a last line that says its result, if it lacks one, states its result
/// in one of the ways above and stays within `max_bytes`; else as it is.
pub fn completed(answer: &str, question: &str, max_bytes: usize) -> String {
    let choices = Choices::of(question);
    let result = match Marked::last(answer) {
        Some(marked) => patterns::of_line(&marked, choices.as_ref(), false),
        None => patterns::of_text(answer, choices.as_ref()),
    };
    with_line(answer, result, max_bytes)
}

/// The same for `shown`, an answer that was cut, and what the model `said` of it: only a line that
/// it has counts, and is said again behind the cut.
pub fn completed_cut(shown: &str, said: &str, question: &str, max_bytes: usize) -> String {
    let choices = Choices::of(question);
    let marked = Marked::last(said);
    let result = marked.and_then(|marked| patterns::of_line(&marked, choices.as_ref(), true));
    with_line(shown, result, max_bytes)
}

/// `answer` without a last line as [`completed`] adds it: what the model drew for certain, since
/// nobody can tell who wrote that line.
pub fn uncompleted(answer: &str) -> &str {
    match answer.rsplit_once(ADDED) {
        Some((drawn, result)) if !result.contains(['\n', '\r']) => drawn,
        _ => answer,
    }
}

/// What of an answer to a closed question is compared: what follows its mark, or all of it.
pub fn compared(answer: &str) -> &str {
    Marked::last(answer).map_or(answer, |marked| bare(marked.unopened(marked.words)))
}

fn with_line(answer: &str, result: Option<String>, max_bytes: usize) -> String {
    let whole = result.map(|result| format!("{}{ADDED}{result}", answer.trim_end()));
    // A line that is cut says something else.
    whole.filter(|whole| whole.len() <= max_bytes).unwrap_or_else(|| answer.to_string())
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
}

#[cfg(test)]
mod tests;
