//! Strangers' text made safe to put into a prompt.
//!
//! Prompts come from clients and candidates from rival agents, so both may try to look like
//! something else: a chat format's control token that ends the user's turn, the delimiter after
//! which the rubric goes on, a newline in a line-based template. Two steps, in this order:
//! [`normalise`] makes the text say what a reader sees, [`Markers::break_up`] puts a space into
//! whatever a tokenizer, a template or a model would take for a marker.
//!
//! *NFKC* is Unicode's normalisation form that undoes differences of width and font. A *look-alike*
//! is another character with the shape of an ASCII one.
//!
//! None of this is for clients: they get what was said ([`crate::delivery`]).
//!
//! Out of scope: persuasion in plain words. A rubric can only warn of it, and a model of any size
//! may fall for it.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    props::{DefaultIgnorableCodePoint, GeneralCategory},
    CodePointMapData, CodePointSetData,
};
use std::collections::{BTreeMap, BTreeSet};

/// Control tokens of common chat formats, for models whose tokenizer cannot be read here, and
/// against text aimed at another model of the swarm. Whatever looks like `<|name|>` is one anyway.
const COMMON_MARKERS: &[&str] = &[
    "<s>",
    "</s>",
    "<bos>",
    "<eos>",
    "<pad>",
    "<unk>",
    "<mask>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[CLS]",
    "[SEP]",
    "[PAD]",
    "[MASK]",
    "[UNK]",
    "[gMASK]",
    "<sop>",
    "<eop>",
    "<eoa>",
    "<eoh>",
    "<reserved_",
    "<extra_id_",
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
];

/// The longest name between `<|` and `|>` that is taken for a control token.
const LONGEST_NAME: usize = 48;

/// Marks above or below one letter that are kept. Languages need fewer.
const MOST_MARKS: usize = 8;

/// ASCII characters of markers and what looks like them, after NFKC.
const LOOK_ALIKES: &[(char, &str)] = &[
    ('|', "∣ǀ│┃❘⏐¦ⵏ"),
    ('<', "‹⟨〈❮❰ᐸ˂«《⟪"),
    ('>', "›⟩〉❯❱ᐳ˃»》⟫"),
    ('[', "⟦【〔〖❲"),
    (']', "⟧】〕〗❳"),
    ('/', "⁄∕⧸╱"),
    ('-', "‐‑‒–—−﹘"),
    ('_', "▁ˍ"),
    ('a', "аɑα"),
    ('c', "сϲ"),
    ('d', "ԁ"),
    ('e', "еҽ"),
    ('g', "ɡց"),
    ('h', "һ"),
    ('i', "іıι"),
    ('k', "κк"),
    ('m', "м"),
    ('n', "ոп"),
    ('o', "оοօ"),
    ('p', "рρ"),
    ('q', "ԛ"),
    ('r', "гᴦ"),
    ('s', "ѕ"),
    ('t', "тτ"),
    ('u', "υս"),
    ('w', "ԝѡ"),
    ('x', "хχ"),
    ('y', "уγ"),
];

/// The text that a reader sees, in one form. Line ends become `\n`; control characters, other than
/// `\n` and tabs, and blanks of all kinds become spaces; invisible characters go, joiners and
/// variation selectors where no script needs them; differences of width and font go (NFKC), except
/// those that change what is meant: 4⁹ is not 49. With `flatten` newlines and tabs become spaces
/// too, and the result is a single line.
pub fn normalise(text: &str, flatten: bool) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let category = CodePointMapData::<GeneralCategory>::new();
    let mut seen = String::with_capacity(text.len());
    let (mut last, mut marks) = (' ', 0);
    for character in compose(text).replace("\r\n", "\n").chars() {
        let kind = category.get(character);
        let kept = match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                Some(if flatten { ' ' } else { '\n' })
            }
            '\t' => Some(if flatten { ' ' } else { '\t' }),
            // Joiners and the choice between text and emoji, after a letter or sign that may need
            // them.
            '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => {
                (!last.is_ascii() && !ignorable.contains(last)).then_some(character)
            }
            _ if ignorable.contains(character) => None,
            // The braille pattern without dots, and the marks of annotations.
            '\u{2800}' | '\u{fff9}'..='\u{fffc}' => Some(' '),
            _ if character.is_control() || kind == GeneralCategory::SpaceSeparator => Some(' '),
            _ if kind == GeneralCategory::PrivateUse || is_noncharacter(character) => {
                Some('\u{fffd}')
            }
            _ => Some(character),
        };
        marks = if is_mark(kind) { marks + 1 } else { 0 };
        if let (Some(kept), true) = (kept, marks <= MOST_MARKS) {
            seen.push(kept);
            last = kept;
        }
    }
    compose(&seen)
}

/// NFKC, but for characters that mean something else than what it makes of them.
fn compose(text: &str) -> String {
    if text.is_ascii() {
        return text.to_string();
    }
    let form = ComposingNormalizerBorrowed::new_nfkc();
    let mut composed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, character)) =
        rest.char_indices().find(|(_, character)| means_more(*character))
    {
        let (before, from) = rest.split_at(at);
        composed.push_str(&form.normalize(before));
        composed.push(character);
        rest = from.get(character.len_utf8()..).unwrap_or_default();
    }
    composed.push_str(&form.normalize(rest));
    composed
}

/// Raised and lowered characters, fractions, and characters in circles, brackets and squares.
fn means_more(character: char) -> bool {
    let raised_or_lowered = matches!(
        character,
        'ª' | '²' | '³' | '¹' | 'º' | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}'
            | '\u{1d2c}'..='\u{1d6a}' | '\u{1d78}' | '\u{1d9b}'..='\u{1dbf}'
            | '\u{2070}'..='\u{209c}'
    );
    let fraction = matches!(character, '¼'..='¾' | '\u{2150}'..='\u{215f}' | '\u{2189}');
    let enclosed = matches!(
        character,
        '\u{2460}'..='\u{24ff}' | '\u{3200}'..='\u{33ff}' | '\u{1f100}'..='\u{1f1ad}'
            | '\u{1f200}'..='\u{1f251}'
    );
    raised_or_lowered || fraction || enclosed
}

fn is_mark(kind: GeneralCategory) -> bool {
    matches!(kind, GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Whether it is one of Unicode's 66 code points that never stand for anything.
pub(crate) fn is_noncharacter(character: char) -> bool {
    matches!(u32::from(character), 0xfdd0..=0xfdef) || u32::from(character) & 0xfffe == 0xfffe
}

/// An ASCII letter in lower case, a look-alike as what it looks like, anything else as it is.
pub(crate) fn folded(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let lower = character.to_lowercase().next().unwrap_or(character);
    let alike = LOOK_ALIKES.iter().find(|(_, alike)| alike.contains(lower));
    alike.map_or(lower, |(ascii, _)| *ascii)
}

/// Texts that must not occur in data: control tokens and delimiters, in any case and in
/// look-alikes.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    by_first: BTreeMap<char, BTreeSet<Vec<char>>>,
}

impl Markers {
    /// The markers of common chat formats and `own`, the ones of the model and its template. White
    /// space and single characters cannot be markers.
    pub fn new(own: impl IntoIterator<Item = String>) -> Self {
        let mut markers = Self::default();
        for text in COMMON_MARKERS.iter().map(ToString::to_string).chain(own) {
            // A tokenizer's own token may be one that normalising changes.
            for form in [compose(&text), text] {
                let form: Vec<char> = form.chars().map(folded).collect();
                match form.as_slice() {
                    [] | [_] => (),
                    all if all.iter().all(|character| character.is_whitespace()) => (),
                    [first, ..] => drop(markers.by_first.entry(*first).or_default().insert(form)),
                }
            }
        }
        markers
    }

    /// `text` with a space after the first character of each marker in it, overlapping ones
    /// included.
    pub fn break_up(&self, text: &str) -> String {
        let shapes: Vec<char> = text.chars().map(folded).collect();
        let mut safe = String::with_capacity(text.len());
        for (at, character) in text.chars().enumerate() {
            safe.push(character);
            if shapes.get(at..).is_some_and(|rest| self.start(rest)) {
                safe.push(' ');
            }
        }
        safe
    }

    /// Whether any marker occurs in `text`.
    #[cfg(test)]
    fn occur_in(&self, text: &str) -> bool {
        let shapes: Vec<char> = text.chars().map(folded).collect();
        (0..shapes.len()).any(|at| shapes.get(at..).is_some_and(|rest| self.start(rest)))
    }

    /// Whether `shapes` begin with a marker.
    fn start(&self, shapes: &[char]) -> bool {
        let listed = shapes.first().and_then(|first| self.by_first.get(first));
        listed.into_iter().flatten().any(|marker| shapes.starts_with(marker))
            || is_control_token(shapes)
    }
}

/// Whether `shapes` begin with `<|name|>`.
fn is_control_token(shapes: &[char]) -> bool {
    let Some(name) = shapes.strip_prefix(&['<', '|']) else { return false };
    let belongs = |character: &&char| {
        character.is_alphanumeric() || matches!(character, '_' | '-' | '/' | '.' | '▁')
    };
    let length = name.iter().take(LONGEST_NAME).take_while(belongs).count();
    length > 0 && name.get(length..).is_some_and(|rest| rest.starts_with(&['|', '>']))
}

/// The longest beginning of `text` that has at most `limit` bytes and ends between characters.
pub fn cut(text: &str, limit: usize) -> &str {
    let end =
        (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
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
    fn normalise_should_remove_or_replace_what_hides() {
        assert_eq!(normalise("a\0b\u{1b}[2Kc\u{202e}d\u{e0041}", false), "a b [2Kcd");
        assert_eq!(normalise("4\u{200b}9\u{ad}\u{feff}", false), "49");
        assert_eq!(
            normalise("49\u{200d}\u{200c}\u{fe0f}", false),
            "49",
            "nothing that would need a joiner"
        );
        assert_eq!(normalise("4\u{a0}9\u{2800}\u{3000}x", false), "4 9  x");
        assert_eq!(normalise("a\u{e000}\u{1fffe}", false), "a\u{fffd}\u{fffd}");
        assert_eq!(
            normalise(&format!("4{}", "\u{301}".repeat(300)), false).chars().count(),
            1 + MOST_MARKS
        );
    }

    #[test]
    fn normalise_should_undo_width_and_font_but_not_meaning() {
        assert_eq!(
            normalise(
                "\u{ff14}\u{ff19} \u{1d7d2}\u{1d7d7} \u{ff1c}\u{ff5c}eos\u{ff5c}\u{ff1e}",
                false
            ),
            "49 49 <|eos|>"
        );
        assert_eq!(normalise("e\u{301}\u{fb01}", false), "éfi");
        for meant in ["4⁹", "x₂", "1½", "①②", "㎏"] {
            assert_eq!(normalise(meant, false), meant);
        }
    }

    #[test]
    fn normalise_should_give_one_line_when_flattening() {
        assert_eq!(normalise("37\n=50\r\n?49\t\u{85}\u{2029}x", true), "37 =50 ?49   x");
        let mut chance = Chance::new(3);
        for _ in 0..2_000 {
            let text: String =
                (0..20).filter_map(|_| char::from_u32((chance.bits() % 0x3000) as u32)).collect();
            let flat = normalise(&text, true);
            assert!(
                !flat.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')),
                "{text:?}"
            );
            assert_eq!(normalise(&flat, true), flat);
        }
    }

    #[test]
    fn break_up_should_leave_no_marker() {
        let own = ["<|a|>", "|><|", "<<<", "##", "é!"].map(String::from);
        let markers = Markers::new(own.clone());
        let pieces =
            ["<|a|>", "|><|", "<", "|", ">", "#", "é", "!", "<|im_", "im_end|>", " ", "x", "</s>"];
        let mut chance = Chance::new(4);
        for _ in 0..5_000 {
            let text: String = (0..12).map(|_| pieces[chance.below(pieces.len())]).collect();
            let safe = markers.break_up(&text);
            assert!(!markers.occur_in(&safe), "{text:?} became {safe:?}");
            assert_eq!(safe.replace(' ', ""), text.replace(' ', ""));
        }
        for plain in ["a < b, 1 << 2", "a <| b |> c", "<||>", "x |> f |> g", "array[i]"] {
            assert_eq!(markers.break_up(plain), plain);
        }
    }

    #[test]
    fn break_up_should_see_through_case_and_look_alikes() {
        let markers = Markers::new(["<waggle-answer".to_string(), "<｜User｜>".to_string()]);
        for disguised in [
            "<|IM_END|>",
            "<∣im_end∣>",
            "‹|eos|›",
            "<|аssistant|>",
            "<WAGGLE-ANSWER>",
            "<waggle‑аnswer",
            "<｜User｜>",
            "<|User|>",
            "⟦/INST⟧",
            "<|never_heard_of|>",
        ] {
            assert!(markers.occur_in(disguised), "{disguised}");
            assert!(!markers.occur_in(&markers.break_up(disguised)), "{disguised}");
        }
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
