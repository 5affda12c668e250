//! Texts in which there is nothing to read: empty ones, and those of blanks and invisible
//! characters only, such as a zero width space that came along when something was copied.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether nothing of `text` can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

fn is_invisible(character: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator, SpaceSeparator};
    matches!(
        character.general_category(),
        Control | Format | LineSeparator | ParagraphSeparator | SpaceSeparator
    ) || is_filler(character)
}

/// Letters and marks that show nothing by themselves: fillers of Hangul, Khmer's inherent vowels,
/// variation selectors, the combining grapheme joiner, and braille without dots.
fn is_filler(character: char) -> bool {
    matches!(
        character,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_should_be_blank_when_nothing_of_it_can_be_seen() {
        for invisible in [
            "",
            " \t\r\n",
            "\0",
            "\u{a0}\u{3000}\u{2028}",
            "\u{200b}",
            "\u{feff}",
            "\u{2060}\u{200c}\u{200d}",
            "\u{ad}",
            "\u{180e}",
            "\u{200e}\u{200f}\u{202e}\u{2066}\u{2069}",
            "\u{e0041}",
            "\u{3164}\u{fe0f}\u{34f}",
        ] {
            assert!(is_blank(invisible), "{invisible:?}");
        }
    }

    #[test]
    fn text_should_not_be_blank_when_any_of_it_can_be_seen() {
        for visible in
            ["37+12", "\u{200b}?", "שלום\u{200f}", "ㅎ", "👩\u{200d}🔬", "-", "\u{1b}[0m"]
        {
            assert!(!is_blank(visible), "{visible:?}");
        }
    }
}
