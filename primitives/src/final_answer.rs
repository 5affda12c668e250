//! What an answer comes to in the end, so that answers which say the same can be told to be equal.
//!
//! *Mark*: the beginning of a line that says `Answer:` or `Final answer:`, in any case, after
//! blanks and decoration of markdown (`**`, `#`, `-`, `>`).
//!
//! *Final answer*: all that stands after the last mark, to the end of the text; the whole text if
//! there is no mark. It may have several lines: only what is all the same is equal. A mark that
//! nothing follows counts as if it were not there, and the marks before it count.
//!
//! *Folding*: letters become small, runs of blanks one space; blanks, final punctuation and
//! emphasis around the whole are taken off. What folding leaves of a text is not changed by folding
//! again. Where it may matter, nothing is taken off: signs of currency, separators of thousands
//! (`1,250` is 1.25 to some), quotation marks, brackets and invisible letters stay, and so does `!`
//! where it may be a factorial. A letter with an accent and the same letter followed by the accent
//! are two.
//!
//! A text that folds to nothing, such as blanks or a lone `Answer:`, has no final answer, and
//! equals no other. Bytes that are not UTF-8 are their own final answer as they are.
//!
//! The work is linear in the text's bytes, whoever wrote them.

use crate::types::Hash32;
use alloc::{string::String, vec::Vec};
use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// What ends a line. One byte each.
const LINE_ENDS: [char; 2] = ['\n', '\r'];
/// What may stand before a mark in its line, apart from blanks.
const DECORATION: &str = "*_`#->";
/// What opens and closes emphasis around a mark.
const MARK_EMPHASIS: &str = "*_`";
/// What may end a sentence. Not `!`, which may be a factorial.
const PUNCTUATION: &str = ".,;:?…。，、；：？！．";
/// What surrounds a whole answer and says nothing.
const EMPHASIS: [(&str, &str); 6] =
    [("*", "*"), ("_", "_"), ("`", "`"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")];
/// How an answer in a box begins; it ends with a brace.
const BOX: &str = "\\boxed{";

/// A final answer. Two answers are equal if their final answers are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FinalAnswer(Vec<u8>);

impl FinalAnswer {
    /// What `answer`, the bytes of an opened answer, comes to. `None` if that is nothing: such an
    /// answer is equal to no other.
    pub fn of(answer: &[u8]) -> Option<Self> {
        match core::str::from_utf8(answer) {
            Ok(text) => last_words(text).map(|folded| Self(folded.into_bytes())),
            Err(_) => Some(Self(answer.to_vec())),
        }
    }

    /// The folded text, never empty; or the answer's own bytes if they are not UTF-8. At most half
    /// as long again as the answer.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// `blake2_256("waggle/final" ‖ compact(length) ‖ final answer)`: its name on chain, the same
    /// in all rounds.
    pub fn key(&self) -> Hash32 {
        (b"waggle/final", &self.0).using_encoded(blake2_256)
    }
}

/// What follows the last mark that something follows, folded; else the text.
fn last_words(text: &str) -> Option<String> {
    // From here on the text has only marks that nothing follows.
    let mut end = text.len();
    let mut line_end = text.len();
    for line in text.rsplit(LINE_ENDS) {
        let start = line_end.saturating_sub(line.len());
        if let Some(mark) = Mark::of(line) {
            let words = text.get(start.saturating_add(mark.len)..end).unwrap_or_default();
            let folded = folded(words, mark.emphasis);
            if folded.is_some() {
                return folded;
            }
            end = start;
        }
        line_end = start.saturating_sub(1);
    }
    folded(text.get(..end).unwrap_or_default(), "")
}

/// The beginning of a line that says that the answer follows.
struct Mark<'a> {
    /// How long it is, in bytes, with all that stands before it in the line.
    len: usize,
    /// Emphasis that is opened before the mark and not closed in it, such as `**`.
    emphasis: &'a str,
}

impl<'a> Mark<'a> {
    /// The mark with which this line begins, if it does.
    fn of(line: &'a str) -> Option<Self> {
        let label = line.trim_start_matches(|c: char| c.is_whitespace() || DECORATION.contains(c));
        let decoration = line.strip_suffix(label)?;
        let name = match without_word(label, "final") {
            Some(rest) => Some(rest.trim_start()).filter(|name| name.len() < rest.len())?,
            None => label,
        };
        let rest = without_word(name, "answer")?;
        let colon = rest.trim_start_matches(|c: char| MARK_EMPHASIS.contains(c)).trim_start();
        let words = colon.strip_prefix(':').or_else(|| colon.strip_prefix('：'))?;
        let is_closed = rest.starts_with(|c: char| MARK_EMPHASIS.contains(c));
        let emphasis = if is_closed { "" } else { trailing_emphasis(decoration) };
        Some(Self { len: line.len().saturating_sub(words.len()), emphasis })
    }
}

/// What follows `word`, in any case, at the beginning of a text.
fn without_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

/// The signs of emphasis with which a text ends.
fn trailing_emphasis(text: &str) -> &str {
    let before = text.trim_end_matches(|c: char| MARK_EMPHASIS.contains(c));
    text.strip_prefix(before).unwrap_or_default()
}

/// What folding leaves of a text after a mark that opened `emphasis`. `None` if that is nothing.
fn folded(text: &str, emphasis: &str) -> Option<String> {
    let closed = text.strip_prefix(emphasis);
    let small = small(closed.unwrap_or(text));
    let ended = without_end(&small);
    // Emphasis that is not closed right after the mark may be closed at the end.
    let core = match closed {
        Some(_) => ended,
        None => ended.strip_suffix(emphasis).unwrap_or(ended),
    };
    Some(bare(core)).filter(|core| !core.is_empty()).map(String::from)
}

/// The text in small letters, with one space for each run of blanks.
fn small(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !small.is_empty() {
            small.push(' ');
        }
        for c in word.chars() {
            // Most are ASCII, and for those there is no need of Unicode's tables.
            if c.is_ascii() {
                small.push(c.to_ascii_lowercase());
            } else {
                small.extend(c.to_lowercase());
            }
        }
    }
    small
}

/// The text without blanks, final punctuation and emphasis around it.
fn bare(text: &str) -> &str {
    let mut text = without_end(text);
    // Each turn takes something off.
    while let Some(inner) = unwrapped(text) {
        text = without_end(inner);
    }
    text
}

/// The text without blanks around it and punctuation at its end.
fn without_end(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let shorter = without_exclamation(
            text.trim_end_matches(|c: char| c.is_whitespace() || PUNCTUATION.contains(c)),
        );
        if shorter.len() == text.len() {
            return text;
        }
        text = shorter;
    }
}

/// The text without exclamation marks at its end that follow a word. After a number, a letter by
/// itself or a bracket they may be factorials.
fn without_exclamation(text: &str) -> &str {
    let before = text.trim_end_matches('!');
    let mut last = before.chars().rev();
    let is_word = [last.next(), last.next()].iter().all(|c| c.is_some_and(char::is_alphabetic));
    if is_word {
        before
    } else {
        text
    }
}

/// What is inside the emphasis or the box around a text, if there is one.
fn unwrapped(text: &str) -> Option<&str> {
    let emphasis = EMPHASIS.iter().find_map(|(open, close)| {
        text.strip_prefix(open).and_then(|inner| inner.strip_suffix(close))
    });
    emphasis.or_else(|| {
        let inner = text.strip_prefix(BOX)?.strip_suffix('}')?;
        // Boxes in a box would be looked through once for each of them.
        (!inner.contains(BOX) && is_balanced(inner)).then_some(inner)
    })
}

/// Whether each brace that closes in this text was opened in it.
fn is_balanced(text: &str) -> bool {
    let depth = text.bytes().try_fold(0usize, |depth, byte| match byte {
        b'{' => depth.checked_add(1),
        b'}' => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}

#[cfg(test)]
mod tests;
