//! Strangers' text made safe to put into a prompt.
//!
//! Prompts come from clients and candidates from rival agents, so both may try to look like something else: a chat
//! format's control token that ends the user's turn, the delimiter after which the rubric goes on, a newline in a
//! line-based template. Two steps, in this order: [`normalise`] replaces control and other invisible characters,
//! [`Markers::break_up`] puts a space into whatever a tokenizer or a template would take for a marker.
//!
//! Out of scope: persuasion in plain words. A rubric can only warn of it, and a model of any size may fall for it.

use std::collections::{BTreeMap, BTreeSet};

/// Control tokens of common chat formats, for models whose tokenizer cannot be read here, and against text aimed at
/// another model of the swarm.
const COMMON_MARKERS: &[&str] = &[
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
    "<|start|>",
    "<|message|>",
    "<|channel|>",
    "<s>",
    "</s>",
    "<bos>",
    "<eos>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
];

/// Replaces characters that a reader does not see. Line ends become `\n`; control characters, other than `\n` and
/// tabs, and characters that reorder or hide text become spaces. With `flatten` so do newlines and tabs, and the
/// result is a single line.
pub fn normalise(text: &str, flatten: bool) -> String {
    let unix = text.replace("\r\n", "\n");
    unix.chars()
        .map(|character| match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' if !flatten => '\n',
            '\t' if !flatten => '\t',
            '\u{2028}' | '\u{2029}' => ' ',
            hidden if hidden.is_control() || is_invisible(hidden) => ' ',
            visible => visible,
        })
        .collect()
}

/// Bidirectional overrides, byte order marks, soft separators and the tag block: none is needed to write any
/// language. (Joiners are, so they stay.)
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Texts that must not occur in data: control tokens and delimiters.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    by_first: BTreeMap<char, BTreeSet<String>>,
}

impl Markers {
    /// The markers of common chat formats and `own`, the ones of the model and its template. White space and single
    /// characters cannot be markers.
    pub fn new(own: impl IntoIterator<Item = String>) -> Self {
        let mut markers = Self::default();
        for text in COMMON_MARKERS.iter().map(ToString::to_string).chain(own) {
            let mut characters = text.chars();
            if let (Some(first), Some(_), false) = (characters.next(), characters.next(), text.trim().is_empty()) {
                markers.by_first.entry(first).or_default().insert(text);
            }
        }
        markers
    }

    /// `text` with a space after the first character of each marker in it, overlapping ones included.
    pub fn break_up(&self, text: &str) -> String {
        let mut safe = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            safe.push(character);
            let candidates = self.by_first.get(&character).into_iter().flatten();
            let starts_here = |marker: &String| text.get(at..).is_some_and(|rest| rest.starts_with(marker.as_str()));
            if candidates.into_iter().any(starts_here) {
                safe.push(' ');
            }
        }
        safe
    }

    /// Whether any marker occurs in `text`.
    pub fn occur_in(&self, text: &str) -> bool {
        self.by_first.values().flatten().any(|marker| text.contains(marker.as_str()))
    }
}

/// The longest beginning of `text` that has at most `limit` bytes and ends between characters.
pub fn cut(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    #[test]
    fn normalise_should_keep_what_people_write() {
        let text = "Grüße, 你好!\n\tfn main() {}\n👩\u{200d}🚀";
        assert_eq!(normalise(text, false), text);
        assert_eq!(normalise("a\r\nb\rc\u{2028}d", false), "a\nb\nc\nd");
    }

    #[test]
    fn normalise_should_replace_what_hides() {
        assert_eq!(normalise("a\0b\u{1b}[2Kc\u{202e}d\u{e0041}", false), "a b [2Kc d ");
    }

    #[test]
    fn normalise_should_give_one_line_when_flattening() {
        assert_eq!(normalise("37\n=50\r\n?49\t\u{85}\u{2029}x", true), "37 =50 ?49   x");
        let mut chance = Chance::new(3);
        for _ in 0..2_000 {
            let text: String = (0..20).filter_map(|_| char::from_u32((chance.bits() % 0x3000) as u32)).collect();
            let flat = normalise(&text, true);
            assert!(!flat.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{text:?}");
            assert_eq!(normalise(&flat, true), flat);
        }
    }

    #[test]
    fn break_up_should_leave_no_marker() {
        let own = ["<|a|>", "|><|", "<<<", "##", "é!"].map(String::from);
        let markers = Markers::new(own.clone());
        let pieces = ["<|a|>", "|><|", "<", "|", ">", "#", "é", "!", "<|im_", "im_end|>", " ", "x", "</s>"];
        let mut chance = Chance::new(4);
        for _ in 0..5_000 {
            let text: String = (0..12).map(|_| pieces[chance.below(pieces.len())]).collect();
            let safe = markers.break_up(&text);
            assert!(!markers.occur_in(&safe), "{text:?} became {safe:?}");
            assert_eq!(safe.replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(markers.break_up("a < b, 1 << 2"), "a < b, 1 << 2");
    }

    #[test]
    fn markers_should_ignore_white_space_and_single_characters() {
        let markers = Markers::new(["    ", "\n\n", "x", ""].map(String::from));
        assert_eq!(markers.break_up("x    \n\nx"), "x    \n\nx");
    }

    #[test]
    fn cut_should_end_between_characters() {
        assert_eq!(cut("héllo", 2), "h");
        assert_eq!(cut("héllo", 3), "hé");
        assert_eq!(cut("héllo", 99), "héllo");
        assert_eq!(cut("é", 0), "");
    }
}
