//! Texts as patterns see them: filters and topics look for a word in each form in which a reader or
//! a model would still read it.
//!
//! | form | `pass\u{200b}word` and its like |
//! | --- | --- |
//! | as it is | what the operator's pattern may name itself: `ℝ`, `（` |
//! | normalised | what a model reads ([`normalise`]): other widths, fonts and compositions |
//! | stripped | without joiners, fillers, selectors, tags and controls, wherever they are |
//! | bare | also without combining characters; look-alikes in words of ASCII letters as these |
//!
//! A letter with its accent as one character (`á`) is another letter: `ano` is not `año`. The same
//! letter written with a combining character is both.
//!
//! Out of scope: other spellings (`passw0rd`, `p-a-s-s`), which are for the pattern to name.

use crate::sanitise::{folded, is_noncharacter, normalise};
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{props::DefaultIgnorableCodePoint, CodePointSetData};

/// A text in the forms in which patterns look for something.
#[derive(Clone, Debug)]
pub struct Forms {
    /// As a model reads it.
    normalised: String,
    /// The other forms that differ from it, as it is first.
    others: Vec<String>,
}

impl Forms {
    /// The forms of `text`.
    pub fn of(text: &str) -> Self {
        let normalised = normalise(text, false);
        let mut others = Vec::new();
        let plain = |c: char| matches!(c, '\n' | '\t' | ' '..='~');
        if !text.chars().all(plain) {
            for form in [text.to_string(), stripped(text, is_hidden), bare(text)] {
                if form != normalised && !others.contains(&form) {
                    others.push(form);
                }
            }
        }
        Self { normalised, others }
    }

    /// The text as a model reads it.
    pub fn normalised(&self) -> &str {
        &self.normalised
    }

    /// Whether `found` is so for any form.
    pub fn any(&self, found: impl Fn(&str) -> bool) -> bool {
        found(&self.normalised) || self.others.iter().any(|form| found(form))
    }
}

/// `text` without what is `taken`, with no differences of width, font and composition.
fn stripped(text: &str, taken: fn(char) -> bool) -> String {
    let rest: String = text.chars().filter(|character| !taken(*character)).collect();
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&rest).into_owned();
    // Some characters become hidden ones only now: half-width fillers.
    composed.chars().filter(|character| !is_hidden(*character)).collect()
}

fn bare(text: &str) -> String {
    let unmarked = stripped(text, |character| is_hidden(character) || is_mark(character));
    let mut read = String::with_capacity(unmarked.len());
    for word in unmarked.split_inclusive(|character: char| !character.is_alphanumeric()) {
        // In a word of another script the same letters are what they are.
        if word.contains(|character: char| character.is_ascii_alphabetic()) {
            read.extend(word.chars().map(unmasked));
        } else {
            read.push_str(word);
        }
    }
    read
}

/// A letter that looks like an ASCII one as that, in its case.
fn unmasked(character: char) -> char {
    let alike = folded(character);
    match character {
        _ if character.is_ascii() || !character.is_alphabetic() => character,
        _ if !alike.is_ascii_alphabetic() => character,
        _ if character.is_uppercase() => alike.to_ascii_uppercase(),
        _ => alike,
    }
}

/// Whether nothing shows it: what Unicode lets programs ignore, control characters that are no
/// white space, the marks of annotations, noncharacters.
fn is_hidden(character: char) -> bool {
    let control = character.is_control() && !character.is_whitespace();
    let annotation = matches!(character, '\u{fff9}'..='\u{fffc}');
    control
        || annotation
        || is_noncharacter(character)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// Whether it is a combining character that goes with any script. The marks of a single script,
/// Thai tones or Hebrew points, make words and stay.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    fn found(pattern: &str, text: &str) -> bool {
        let pattern = Regex::new(pattern).unwrap();
        Forms::of(text).any(|form| pattern.is_match(form))
    }

    #[test]
    fn forms_should_show_a_word_when_it_is_disguised() {
        for disguised in [
            "my Password",
            "pass\u{200b}word",
            "p\u{ad}a\u{200d}s\u{200c}s\u{2060}w\u{feff}o\u{34f}r\u{180e}d",
            "pass\0word \u{1b}[0m",
            "pass\u{e0061}\u{e007f}word",
            "pass\u{fe0f}\u{e0100}word",
            "pass\u{3164}\u{ffa0}word",
            "pass\u{202e}\u{202c}\u{2066}\u{2069}word",
            "pass\u{fffe}\u{fffb}word",
            "ｐａｓｓｗｏｒｄ",
            "𝓅𝒶𝓈𝓈𝓌ℴ𝓇𝒹 ⓟⓐⓢⓢⓦⓞⓡⓓ",
            "ⓟⓐⓢⓢⓦⓞⓡⓓ",
            "ᵖᵃˢˢʷᵒʳᵈ",
            "p\u{336}a\u{336}s\u{336}s\u{336}w\u{336}o\u{336}r\u{336}d\u{336}",
            "pa\u{301}ssword",
            "p\u{20dd}assword",
            "pаssw\u{43e}rd",
            "РASSWОRD",
            "pа\u{200b}s\u{301}ｓword",
        ] {
            assert!(found("(?i)password", disguised), "{disguised:?}");
        }
        assert!(found("^PASSWORD$", "РASSWОRD"), "the case stays");
    }

    #[test]
    fn forms_should_not_show_what_is_not_there() {
        for (pattern, text) in [
            ("(?i)password", "pass word"),
            ("(?i)password", "passw0rd"),
            ("(?i)\\bano\\b", "el año"),
            ("(?i)schon", "schön"),
            // Russian litter, and Thai for dog with the letters for come.
            ("(?i)cop", "сор"),
            ("^มา$", "ม้า"),
        ] {
            assert!(!found(pattern, text), "{pattern} in {text:?}");
        }
    }

    #[test]
    fn patterns_should_find_what_they_name_themselves() {
        for (pattern, text) in [
            ("ℝ", "x ∈ ℝ"),
            ("（完）$", "你好（完）"),
            ("^é$", "e\u{301}"),
            ("\u{200b}", "a\u{200b}b"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("میخواهم", "می\u{200c}خواهم"),
            ("^a\nb$", "a\r\nb"),
            ("สวัสดี", "สวัส\u{200b}ดี"),
            ("пароль", "па\u{200d}роль"),
        ] {
            assert!(found(pattern, text), "{pattern:?} in {text:?}");
        }
        assert_eq!(Forms::of("plain\ttext\n").others.len(), 0);
    }
}
