//! Text of strangers on a terminal: answers are data, and must not move the cursor or change
//! colours.

/// `text` with control characters written out, so that a terminal shows them and does nothing else.
/// Line breaks and tabs stay when `multiline`.
pub fn for_terminal(text: &str, multiline: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let keep = !character.is_control() || (multiline && matches!(character, '\n' | '\t'));
        let reorders = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if keep && !reorders {
            shown.push(character);
        } else {
            shown.extend(character.escape_default());
        }
    }
    shown
}

/// At most `limit` characters of `text`, on one line, for a cell of a table.
pub(crate) fn cell(text: &str, limit: usize) -> String {
    let shown = for_terminal(text, false);
    if shown.chars().count() <= limit {
        return shown;
    }
    let mut short: String = shown.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// An address by its beginning and end.
pub fn short_account(address: &str) -> String {
    match (address.get(..6), address.get(address.len().saturating_sub(4)..)) {
        (Some(start), Some(end)) if address.len() > 12 => format!("{start}…{end}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_should_be_written_out() {
        assert_eq!(for_terminal("\u{1b}[31mred\u{7}", true), "\\u{1b}[31mred\\u{7}");
        assert_eq!(for_terminal("a\nb", true), "a\nb");
        assert_eq!(for_terminal("a\nb", false), "a\\nb");
        assert_eq!(for_terminal("\u{202e}abc", true), "\\u{202e}abc");
    }

    #[test]
    fn cells_should_be_cut_when_too_long() {
        assert_eq!(cell("abcdef", 4), "abc…");
        assert_eq!(cell("abcd", 4), "abcd");
    }
}
