//! Numbers as people write them: `1,234.5`, `1.234,5`, `1 234,5`, `1'234.5`.
//!
//! A *notation* says which sign stands before the decimals. The signs of groups follow from it:
//! that other sign, a space, an apostrophe or an underscore. Groups have three digits, or three and
//! twos before (`12,34,567`). Most texts have one notation only: `1,5` can have its decimals after
//! a comma only. `1,234` and `1.234` alone have both.
//!
//! Out of scope: digits other than ASCII's, numbers in words.

use crate::sanitise::normalise;
use std::ops::Range;

/// Which sign stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `1,234.5`, as calculators and programs have it.
    Point,
    /// `1.234,5`.
    Comma,
}

/// An expression whose numbers have no separators and a point before their decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The expression.
    pub plain: String,
    /// How its numbers were written.
    pub notation: Notation,
    /// What it would be in the other notation, if nothing in it speaks against that.
    pub other: Option<String>,
}

/// Why there is no reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Some number has no notation, or some two have different ones: `1.2.3`, `1,5 + 1.5`.
    #[error("a number is not understood: write it like 1234.5")]
    Malformed,
    /// Each notation makes another number of it, and nothing decides.
    #[error("1,234 may be 1234 or 1.234: write it without separators, like 1234.5")]
    Undecided,
}

/// `text` on one line as a reader sees it, with one kind of minus and apostrophe.
pub fn evened(text: &str) -> String {
    normalise(text, true).replace('−', "-").replace('’', "'")
}

/// How `expression`, which is evened, is to be read. `english`: whether English words around it
/// decide between two notations.
///
/// A point before three decimals is taken for what it is to calculators, unless the last of them is
/// 0: `10.000` rather has a group.
///
/// # Errors
/// [`Unreadable`] if there is no reading, or two without a reason for one of them.
pub fn read(expression: &str, english: bool) -> Result<Reading, Unreadable> {
    let point = |plain, other| Ok(Reading { plain, notation: Notation::Point, other });
    match (plain(expression, Notation::Point), plain(expression, Notation::Comma)) {
        (None, None) => Err(Unreadable::Malformed),
        (Some(read), None) => point(read, None),
        (None, Some(plain)) => Ok(Reading { plain, notation: Notation::Comma, other: None }),
        (Some(read), Some(other)) if english || read == other => point(read, None),
        (Some(read), Some(other)) if !doubtful(expression) => point(read, Some(other)),
        _ => Err(Unreadable::Undecided),
    }
}

/// `expression`, which is evened, read in `notation`; nothing if a number in it has another one.
pub fn plain(expression: &str, notation: Notation) -> Option<String> {
    let mut read = String::with_capacity(expression.len());
    let mut done = 0;
    for found in numbers(expression) {
        read.push_str(expression.get(done..found.start)?);
        let (whole, decimals) = parts(expression.get(found.clone())?, notation)?;
        read.push_str(&whole);
        if !decimals.is_empty() {
            read.push('.');
            read.push_str(decimals);
        }
        // Two numbers with nothing between them are a number with groups of no known kind; with a
        // fraction behind it, the first is its whole part.
        let rest = expression.get(found.end..)?;
        let next = rest.trim_start_matches(' ').trim_start_matches(|c: char| c.is_ascii_digit());
        let follows = rest.trim_start_matches(' ').starts_with(|c: char| c.is_ascii_digit());
        if follows && !next.trim_start().starts_with('/') {
            return None;
        }
        done = found.end;
    }
    read.push_str(expression.get(done..)?);
    // One that is in no number.
    (!read.contains(',')).then_some(read)
}

/// `value`, a number of a calculator with or without a unit, in `notation`, without groups.
pub fn written(value: &str, notation: Notation) -> String {
    match notation {
        Notation::Point => value.to_string(),
        Notation::Comma => value.replace('.', ","),
    }
}

/// Whether `answer` says `value`, a number of a calculator with or without a unit, in any notation,
/// or as per cent. A text without a number must be in it as a whole word.
pub fn says(answer: &str, value: &str) -> bool {
    let answer = evened(answer);
    let (negative, rest) = match value.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let Some(first) = numbers(rest).into_iter().next().filter(|found| found.start == 0) else {
        return answer.match_indices(value).any(|(at, _)| {
            !answer.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric))
                && ends(answer.get(at + value.len()..).unwrap_or_default())
        });
    };
    let (number, unit) = rest.split_at(first.end);
    let Some(wanted) = amount(number, Notation::Point) else { return false };
    let unit = unit.trim();
    numbers(&answer).into_iter().any(|found| {
        let (before, rest) = answer.split_at(found.start);
        let (text, after) = rest.split_at(found.end - found.start);
        let signless = before.strip_suffix('-');
        let touches = signless.unwrap_or(before).ends_with(|character: char| {
            character.is_alphanumeric() || matches!(character, '.' | ')' | '-' | '\'' | '_')
        });
        if touches || signless.is_some() != negative {
            return false;
        }
        let follows = after.trim_start();
        let is = |amount: &Amount| match follows.strip_prefix(unit) {
            Some(rest) if !unit.is_empty() => *amount == wanted && ends(rest),
            _ if !unit.is_empty() => false,
            _ if follows.starts_with('%') => *amount == wanted || amount.percent() == wanted,
            _ => *amount == wanted && ends(after),
        };
        [Notation::Point, Notation::Comma]
            .into_iter()
            .filter_map(|n| amount(text, n))
            .any(|a| is(&a))
    })
}

/// A number without its sign: its whole part without zeros in front, its decimals without zeros at
/// the end.
#[derive(Debug, PartialEq, Eq)]
struct Amount {
    whole: String,
    decimals: String,
}

impl Amount {
    fn new(whole: &str, decimals: &str) -> Self {
        Self {
            whole: whole.trim_start_matches('0').to_string(),
            decimals: decimals.trim_end_matches('0').to_string(),
        }
    }

    /// A hundredth of it.
    fn percent(&self) -> Self {
        let padded = format!("00{}", self.whole);
        let (whole, last) = padded.split_at(padded.len() - 2);
        Self::new(whole, &format!("{last}{}", self.decimals))
    }
}

fn amount(number: &str, notation: Notation) -> Option<Amount> {
    let (whole, decimals) = parts(number, notation)?;
    Some(Amount::new(&whole, decimals))
}

/// Whether a word ends before `rest`.
fn ends(rest: &str) -> bool {
    let mut rest = rest.chars();
    match rest.next() {
        Some('.') => !rest.next().is_some_and(char::is_alphanumeric),
        Some(next) => !next.is_alphanumeric(),
        None => true,
    }
}

/// Whether `expression`, which has two readings, is no calculator's.
fn doubtful(expression: &str) -> bool {
    numbers(expression)
        .into_iter()
        .filter_map(|found| expression.get(found))
        .any(|number| number.contains(',') || (number.contains('.') && number.ends_with('0')))
}

/// Where the numbers of `text` are, with all their separators. Digits that end a word (`log10`,
/// `1e9`) are none.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let run =
        |at: usize| at + bytes.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let before = at.checked_sub(1).and_then(|last| bytes.get(last)).copied().unwrap_or(b' ');
        let opens = matches!(bytes.get(at), Some(b'.' | b',')) && digit(at + 1);
        let touches = before.is_ascii_alphanumeric() || matches!(before, b'.' | b',');
        if !(digit(at) || opens && !touches) {
            at += 1;
            continue;
        }
        if before.is_ascii_alphabetic() {
            at = run(at);
            continue;
        }
        let start = at;
        at = run(if opens { at + 1 } else { at });
        // Spaces are separators only among themselves and where they make groups.
        let mut groups = !opens && at - start <= 3;
        loop {
            let next = run(at + 1);
            match bytes.get(at) {
                Some(b' ') if groups && next - at == 4 => at = next,
                Some(b'.' | b',' | b'\'' | b'_') if digit(at + 1) => {
                    groups = false;
                    at = next;
                }
                _ => break,
            }
        }
        found.push(start..at);
    }
    found
}

/// The whole part without separators and the decimals of `number`, if `notation` can have it.
fn parts(number: &str, notation: Notation) -> Option<(String, &str)> {
    let (sign, other) = match notation {
        Notation::Point => ('.', ','),
        Notation::Comma => (',', '.'),
    };
    let (whole, decimals) = number.split_once(sign).unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(decimals) {
        return None;
    }
    if digits(whole) {
        let whole = if whole.is_empty() { "0" } else { whole };
        return Some((whole.to_string(), decimals));
    }
    let separator = whole.chars().find(|character| !character.is_ascii_digit())?;
    let groups: Vec<&str> = whole.split(separator).collect();
    let [first, middle @ .., last] = groups.as_slice() else { return None };
    let threes = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let twos =
        first.len() <= 2 && !middle.is_empty() && middle.iter().all(|group| group.len() == 2);
    let known = separator == other || matches!(separator, ' ' | '\'' | '_');
    let grouped = known
        && groups.iter().all(|group| !group.is_empty() && digits(group))
        && !first.starts_with('0')
        && last.len() == 3
        && (threes || twos);
    grouped.then(|| (groups.concat(), decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_should_follow_the_only_notation_that_a_text_can_have() {
        use Notation::{Comma, Point};
        for (text, plain, notation) in [
            ("100-1,9", "100-1.9", Comma),
            ("100-1.9", "100-1.9", Point),
            ("1,5", "1.5", Comma),
            ("0,125*8", "0.125*8", Comma),
            (",5 + .5", "", Point),
            (",5 + 1", "0.5 + 1", Comma),
            (".5 + 1", "0.5 + 1", Point),
            ("1,234.5", "1234.5", Point),
            ("1.234,5", "1234.5", Comma),
            ("1,234,567 - 1", "1234567 - 1", Point),
            ("1.234.567 - 1", "1234567 - 1", Comma),
            ("12,34,567 / 2", "1234567 / 2", Point),
            ("1,234 + 0.5", "1234 + 0.5", Point),
            ("1.234 + 0,5", "1234 + 0.5", Comma),
            ("1234,567", "1234.567", Comma),
            ("1,2345", "1.2345", Comma),
            ("1 234 567,25", "1234567.25", Comma),
            ("1 234,567", "1234.567", Comma),
            ("1'234'567.5", "1234567.5", Point),
            ("1_000_000 + 1", "1000000 + 1", Point),
            ("log10(1000) * 2", "log10(1000) * 2", Point),
            ("log2 100", "log2 100", Point),
            ("1e3 + 1", "1e3 + 1", Point),
            ("1 1/2 + 1", "1 1/2 + 1", Point),
            ("17 mod 5", "17 mod 5", Point),
            ("007 + 1.050", "007 + 1.050", Point),
        ] {
            let reading = read(text, true);
            if plain.is_empty() {
                assert_eq!(reading, Err(Unreadable::Malformed), "{text}");
            } else {
                assert_eq!(reading, Ok(Reading { plain: plain.into(), notation, other: None }));
            }
        }
    }

    #[test]
    fn read_should_ask_for_a_reason_when_a_text_can_have_two_notations() {
        for text in ["1,234", "1,234 + 5,678", "10.000 * 3", "2.500 + 1.125"] {
            assert_eq!(read(text, false), Err(Unreadable::Undecided), "{text}");
            assert_eq!(read(text, true).unwrap().notation, Notation::Point, "{text}");
        }
        let reading = read("3.142 * 2", false).unwrap();
        assert_eq!((reading.plain.as_str(), reading.notation), ("3.142 * 2", Notation::Point));
        assert_eq!(reading.other.as_deref(), Some("3142 * 2"));
    }

    #[test]
    fn read_should_fail_when_a_number_has_no_notation() {
        for text in
            ["1.2.3", "31.01.2026 + 1", "1,5 + 1.5", "12 34", "1,2,3", "0,123,456", "1, 2", "1,,2"]
        {
            assert_eq!(read(text, true), Err(Unreadable::Malformed), "{text}");
        }
    }

    #[test]
    fn says_should_find_a_value_however_it_is_written() {
        for (answer, value) in [
            ("98.1", "98.1"),
            ("98,1", "98.1"),
            ("It is 98.10.", "98.1"),
            ("$98.10 or 98,10 €", "98.1"),
            ("９８．１", "98.1"),
            ("9\u{200b}8.1", "98.1"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1 234 567", "1234567"),
            ("1\u{202f}234\u{a0}567", "1234567"),
            ("1'234'567 or 1’234’567", "1234567"),
            ("12,34,567", "1234567"),
            ("1.234", "1234"),
            ("0.5", "0.5"),
            (".5", "0.5"),
            ("50%", "0.5"),
            ("12,5 %", "0.125"),
            ("-5", "-5"),
            ("−5", "-5"),
            ("37+12=49", "49"),
            ("**49**, \\boxed{49}", "49"),
            ("5000 m", "5000 m"),
            ("5,000m", "5000 m"),
            ("60 %", "60%"),
            ("it is true.", "true"),
        ] {
            assert!(says(answer, value), "{answer:?} for {value}");
        }
        for (answer, value) in [
            ("81", "98.1"),
            ("149", "49"),
            ("4.49", "49"),
            ("4,49", "49"),
            ("49.5", "49"),
            ("-49", "49"),
            ("49", "-49"),
            ("40-49", "49"),
            ("a49", "49"),
            ("49b", "49"),
            ("4⁹", "4"),
            ("49.x", "49"),
            ("5000 km", "5000 m"),
            ("5000", "5000 m"),
            ("50", "0.5"),
            ("untrue", "true"),
            ("", "49"),
        ] {
            assert!(!says(answer, value), "{answer:?} for {value}");
        }
    }

    #[test]
    fn values_should_be_written_in_the_notation_of_the_question() {
        assert_eq!(written("-98.1 m", Notation::Comma), "-98,1 m");
        assert_eq!(written("98.1", Notation::Point), "98.1");
    }
}
