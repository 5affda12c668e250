//! Marks, the beginnings of lines that say that the answer follows, and what is around texts and
//! says nothing: as the chain has both (`primitives/src/final_answer.rs`).

use super::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// What ends a line, for the chain.
pub(super) const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// What opens and closes emphasis around a mark.
const EMPHASIS: [char; 3] = ['*', '_', '`'];

/// How a line begins that says what the answer is, and what follows. As the chain has it.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) ^ (?<before> [\s*_`\#>-]* ) (?: (?i-u:final) \s+ )? (?i-u:answer)
          (?<closed> [*_`]* ) \s* [:：] (?<words> .* ) $",
    )
});

/// What surrounds a text and says nothing. As the chain has it.
const AROUND: [(&str, &str); 6] =
    [("*", "*"), ("_", "_"), ("`", "`"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")];

/// What may end a sentence. Not `!`, which may be a factorial.
const PUNCTUATION: &str = ".,;:?…。，、；：？！．";

/// What a mark says.
pub(super) struct Marked<'a> {
    /// All that follows it, to the end of the text.
    pub(super) words: &'a str,
    /// Emphasis that is opened before it and not closed right behind it, such as `**`.
    opened: &'a str,
}

impl<'a> Marked<'a> {
    /// The last mark of a text that something follows.
    pub(super) fn last(text: &'a str) -> Option<Self> {
        let (mut end, mut line_end) = (text.len(), text.len());
        for line in text.rsplit(LINE_ENDS) {
            let start = line_end.saturating_sub(line.len());
            if let Some(found) = MARK.captures(line) {
                let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
                let from = line.len().saturating_sub(part("words").len());
                let words = text.get(start.saturating_add(from)..end).unwrap_or_default();
                let before = part("before");
                let plain = before.trim_end_matches(EMPHASIS);
                let opened = before.get(plain.len()..).unwrap_or_default();
                let closed = words.strip_prefix(opened).filter(|_| !opened.is_empty());
                let is_closed = closed.is_some() || !part("closed").is_empty();
                let words = closed.unwrap_or(words);
                if !bare(words).is_empty() {
                    return Some(Self { words, opened: if is_closed { "" } else { opened } });
                }
                end = start;
            }
            line_end = start.saturating_sub(1);
        }
        None
    }

    /// `said`, which ends a line or the text, without the emphasis that was opened before the mark.
    pub(super) fn unopened<'b>(&self, said: &'b str) -> &'b str {
        let said = without_end(said);
        said.strip_suffix(self.opened).unwrap_or(said)
    }
}

/// A text without blanks and emphasis around it and punctuation at its end.
pub(super) fn bare(text: &str) -> &str {
    let mut text = without_end(text);
    loop {
        let inner = AROUND.iter().find_map(|(open, close)| {
            text.strip_prefix(open).and_then(|inner| inner.strip_suffix(close))
        });
        match inner {
            Some(inner) => text = without_end(inner),
            // Nothing but signs of emphasis.
            None if text.chars().all(|sign| "*_`$".contains(sign)) => return "",
            None => return text,
        }
    }
}

/// A text without blanks around it and punctuation at its end.
pub(super) fn without_end(text: &str) -> &str {
    text.trim_end_matches(|sign: char| sign.is_whitespace() || PUNCTUATION.contains(sign)).trim()
}
