//! What a client gets of what an agent says: the same text, without what is harmful or means
//! nothing in a text on a chain.
//!
//! Nothing is rewritten: no other width, font or composition, no joiner, variation selector or tag
//! lost. Graders, patterns and comparisons look at other forms of it ([`crate::sanitise`],
//! [`crate::disguise`]); the client's stays what was said. What goes:
//!
//! - control characters, which move cursors and end strings. Line ends of all kinds become `\n`,
//!   and tabs stay.
//! - noncharacters (U+FFFE and 65 more): Unicode gives them to programs for their own use, and some
//!   readers refuse a text with one. Lone surrogates, which are no characters either, cannot be in
//!   a Rust string.
//! - a byte order mark at the start, which is about a file and not about a text; elsewhere the same
//!   character is a joiner of old.
//! - the overrides of direction, U+202D and U+202E, with what closes them: they show a reader
//!   another order than the one that is stored, and no language needs them. Marks, embeddings and
//!   isolates stay, since Arabic, Hebrew and Persian do need these.
//! - white space around it, and what is over the limit.
//!
//! Out of scope: how a client shows it. Text of strangers comes from other workers too.

use crate::sanitise::{cut, is_noncharacter, normalise};
use unicode_segmentation::UnicodeSegmentation;

/// `text` as the chain takes it, at most `max_bytes` long, cut between the characters that a reader
/// sees where that is possible. Empty if nothing of it can be seen.
pub fn tidy(text: &str, max_bytes: usize) -> String {
    let clean = harmless(text);
    let clean = clean
        .trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
        .trim_end();
    let answer = cut_between_graphemes(clean, max_bytes).trim_end();
    // A client would pay for a blank.
    if normalise(answer, true).trim().is_empty() {
        return String::new();
    }
    answer.to_string()
}

/// `text` without control characters, noncharacters and overrides, with `\n` as the line end.
fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    // For each embedding or override that is open, whether it was taken out.
    let mut open = Vec::new();
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                clean.push('\n');
                // Unicode ends embeddings with the paragraph.
                open.clear();
            }
            '\t' => clean.push('\t'),
            '\u{202d}' | '\u{202e}' => open.push(true),
            '\u{202a}' | '\u{202b}' => {
                open.push(false);
                clean.push(character);
            }
            '\u{202c}' if open.pop() == Some(true) => (),
            _ if character.is_control() || is_noncharacter(character) => (),
            _ => clean.push(character),
        }
    }
    clean
}

/// The longest beginning of `text` that has at most `limit` bytes and ends between graphemes, or at
/// least between code points if its first grapheme is longer than that.
fn cut_between_graphemes(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let ends = text.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    match ends.take_while(|end| *end <= limit).last() {
        Some(end) => cut(text, end),
        None => cut(text, limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{fuzzing_chance, fuzzing_until};
    use std::time::Instant;

    #[test]
    fn tidy_should_change_nothing_when_people_can_read_it() {
        for said in [
            "🏳️‍🌈 ❤️‍🔥 👩🏽‍🚀",
            // The flag of England: a black flag and tag characters.
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            // Thai sara am, once as one character and once as two.
            "น้ำ ทำ \u{e4d}\u{e32}",
            "x ∈ ℝ, ℵ₀, 𝔽₂, ﬁ, Ⅳ, ㎏, ½",
            "你好，世界！（完）：「全角」？",
            "Wait… it is Waggle™ № 1",
            "é e\u{301} Å \u{212b} 한 \u{1112}\u{1161}\u{11ab}",
            // Persian and Kannada write with joiners.
            "می\u{200c}خواهم ಕ್\u{200d}ಷ",
            "\u{200f}שלום\u{200f} \u{2067}عربي\u{2069} \u{202b}نص\u{202c} \u{61c}",
            "a\u{a0}b\u{202f}c\u{3000}d co\u{ad}operate",
            "fn main() {\n\tprintln!(\"\u{fffd}\");\n}",
            "\u{e000} \u{f8ff} a\u{feff}b",
        ] {
            assert_eq!(tidy(said, 1_000), said);
        }
    }

    #[test]
    fn tidy_should_take_out_what_is_harmful_or_means_nothing() {
        for (said, delivered) in [
            ("a\0b\u{1b}[2Kc\u{7}\u{7f}\u{9b}d", "ab[2Kcd"),
            ("a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{c}g\u{b}h", "a\nb\nc\nd\ne\nf\ng\nh"),
            ("\u{feff} \n\u{feff}49 \r\n", "49"),
            ("4\u{fffe}9\u{ffff}\u{fdd0}\u{10ffff}", "49"),
            ("\u{202e}94\u{202c} \u{202d}x", "94 x"),
            // Only the override goes, and its own end.
            ("\u{202b}a\u{202e}b\u{202c}c\u{202c}d\u{202c}", "\u{202b}abc\u{202c}d\u{202c}"),
            ("\u{202e}a\nb\u{202c}", "a\nb\u{202c}"),
        ] {
            assert_eq!(tidy(said, 100), delivered, "{said:?}");
        }
    }

    #[test]
    fn tidy_should_give_nothing_when_nothing_can_be_seen() {
        for blank in ["", " \n", "\0", "\u{200b}\u{feff}", "\u{e0041}", "\u{2800}\u{3164}"] {
            assert_eq!(tidy(blank, 100), "", "{blank:?}");
        }
    }

    #[test]
    fn tidy_should_cut_between_what_a_reader_sees() {
        let (rainbow, keycap) = ("🏳️‍🌈", "1\u{fe0f}\u{20e3}");
        assert_eq!(tidy(&format!("ab{rainbow}"), rainbow.len() + 1), "ab");
        assert_eq!(tidy(&format!("ab{rainbow}c"), rainbow.len() + 2), format!("ab{rainbow}"));
        assert_eq!(tidy(&format!("{keycap}{keycap}"), 2 * keycap.len() - 1), keycap);
        assert_eq!(tidy("ab e\u{301}", 4), "ab");
        assert_eq!(tidy("héllo", 2), "h");
        assert_eq!(tidy("ab   c", 4), "ab", "no white space at the cut");
        assert_eq!(tidy(rainbow, 5), "🏳", "a part where the whole is too long");
        assert_eq!(tidy("é", 1), "");
    }

    #[test]
    fn fuzzing_tidy_should_bound_texts_and_leave_tidy_ones_alone() {
        let (mut chance, until, mut tried) = (fuzzing_chance(16), fuzzing_until(), 0u64);
        while Instant::now() < until {
            let text: String = (0..chance.below(40))
                .filter_map(|_| match chance.below(3) {
                    0 => char::from_u32((chance.bits() % 0x11_0000) as u32),
                    1 => char::from_u32(0x2000 + (chance.bits() % 0x70) as u32),
                    _ => char::from_u32((chance.bits() % 0x300) as u32),
                })
                .collect();
            let limit = chance.below(60);
            let tidied = tidy(&text, limit);
            assert!(tidied.len() <= limit, "{text:?}");
            assert!(
                !tidied.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')),
                "{text:?} became {tidied:?}"
            );
            assert_eq!(tidy(&tidied, limit), tidied, "{text:?}");
            tried += 1;
        }
        println!("{tried} mixtures of characters");
    }
}
