//! Where an answer states its result: the patterns of [`super`].

use super::{
    choices::Choices,
    mark::{bare, without_end, Marked, LINE_ENDS},
    pattern,
};
use regex::Regex;
use std::sync::LazyLock;

/// The longest result, in bytes.
const RESULT_BYTES: usize = 64;

/// How a box begins, and the text in it.
const BOX: &str = "\\boxed{";
const TEXT: &str = "\\text{";

/// What computes with numbers.
const OPERATORS: &str = "+-−*/×÷·^%";

/// A number, with its sign, currency, and at most one word behind it.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[-+−]?[$€£]?\d[\d,.']*(?:/\d+)?(?:\s?%|\s?[\p{L}°][\p{L}/²³]{0,15})?$")
});

/// A letter of a choice.
static LETTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\(?([A-J])\)?$"));

static YES_OR_NO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?i-u:yes|no|true|false)$"));

/// Up to four words with capitals.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\p{Lu}[\p{L}\p{M}\p{Nd}'’-]*(?: \p{Lu}[\p{L}\p{M}\p{Nd}'’-]*){0,3}$")
});

/// The sentence that says what the answer is.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) (?: ^ | [.!?;:]\s+ ) (?i:
            (?: (?: so | thus | hence | therefore | then | finally | in\ conclusion ) ,? \s+ )?
            the \s+ (?: (?: final | correct | right ) \s+ )? (?: answer | result )
            (?: \s+ to \s+ [^.!?\n]{1,80}? )? \s+ (?: is | equals ) ) (?: \s* : )? \s+
          (?<result> \S.* ) $",
    )
});

/// The result to say behind a mark's words: where they go on after it, or where they are cut, and
/// where a choice has more than its letter. Otherwise the line is there already.
pub(super) fn of_line(
    marked: &Marked<'_>,
    choices: Option<&Choices<'_>>,
    is_cut: bool,
) -> Option<String> {
    let mut lines = marked.words.split(LINE_ENDS).filter(|line| !line.trim().is_empty());
    let said = marked.unopened(lines.next()?);
    let goes_on = is_cut || lines.next().is_some();
    match choices.and_then(|choices| choices.letter(said)) {
        // Case does not matter to the chain; brackets and more words do.
        Some(letter) => (goes_on || bare(said) != letter).then_some(letter),
        None => value(said).filter(|_| goes_on),
    }
}

/// The result that an answer without a mark states.
pub(super) fn of_text(answer: &str, choices: Option<&Choices<'_>>) -> Option<String> {
    let whole = bare(answer);
    if let Some(letter) = choices.and_then(|choices| choices.letter(whole)) {
        return (whole != letter).then_some(letter);
    }
    let result = boxed(answer)
        .or_else(|| numbered(answer))
        .or_else(|| sentence(answer, choices))
        .or_else(|| equation(whole))?;
    let result = choices.and_then(|choices| choices.letter(&result)).unwrap_or(result);
    // The whole text counts where there is no line: nothing is missing if it is the result.
    (!result.is_empty() && result.len() <= RESULT_BYTES && unboxed(whole) != result)
        .then_some(result)
}

/// A result that says by itself what it is: a number, a letter, yes or no.
fn value(said: &str) -> Option<String> {
    let said = unboxed(bare(said));
    if said.len() > RESULT_BYTES {
        return None;
    }
    if let Some(letter) = LETTER.captures(said).and_then(|found| found.get(1)) {
        return Some(letter.as_str().to_string());
    }
    (NUMBER.is_match(said) || YES_OR_NO.is_match(said)).then(|| said.to_string())
}

/// What is in a box that is the whole text.
fn unboxed(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(BOX) else { return text };
    match content(rest) {
        Some((inner, "")) => inner_text(inner),
        _ => text,
    }
}

/// What stands before the brace that closes, and what follows it.
fn content(rest: &str) -> Option<(&str, &str)> {
    let mut open = 1usize;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'{' => open = open.saturating_add(1),
            b'}' => open = open.saturating_sub(1),
            _ => continue,
        }
        if open == 0 {
            return Some((rest.get(..at)?, rest.get(at.saturating_add(1)..)?));
        }
    }
    None
}

/// The text in a box, which LaTeX may want to be told is text.
fn inner_text(inner: &str) -> &str {
    let text = bare(inner);
    let plain = text.strip_prefix(TEXT).and_then(|text| text.strip_suffix('}'));
    plain.filter(|plain| !plain.contains(['{', '}'])).map_or(text, bare)
}

/// What all boxes of the answer hold, if that is the same.
fn boxed(answer: &str) -> Option<String> {
    let (mut rest, mut found) = (answer, None);
    while let Some((_, after)) = rest.split_once(BOX) {
        let (inner, behind) = content(after)?;
        let inner = inner_text(inner);
        if inner.contains(['\n', '\r']) || *found.get_or_insert(inner) != inner {
            return None;
        }
        rest = behind;
    }
    found.map(str::to_string)
}

/// What a last line `#### 49` says.
fn numbered(answer: &str) -> Option<String> {
    value(last_lines(answer).0.trim().strip_prefix("####")?)
}

/// What the sentence says that ends the answer.
fn sentence(answer: &str, choices: Option<&Choices<'_>>) -> Option<String> {
    let (last, before) = last_lines(answer);
    // "The answer is:" may have its result on the next line.
    let before = before.trim_matches(|sign: char| sign.is_whitespace() || "*_`#".contains(sign));
    let tail = if before.ends_with(':') && before.len() <= 4 * RESULT_BYTES {
        format!("{before} {}", last.trim())
    } else {
        bare(last).to_string()
    };
    // Emphasis may end in the middle: "**The answer is:** 49".
    [tail.replace("**", ""), tail].iter().rev().find_map(|tail| {
        let said = SENTENCE.captures(tail)?.name("result")?.as_str();
        let whole = bare(said);
        let is_emphasised = whole != without_end(said) && !whole.contains(['*', '`', '$']);
        choices
            .and_then(|choices| choices.letter(said))
            .or_else(|| value(said))
            .or_else(|| (is_emphasised || NAME.is_match(whole)).then(|| whole.to_string()))
    })
}

/// The value of an answer that is nothing but an equation of numbers.
fn equation(whole: &str) -> Option<String> {
    if whole.len() > 4 * RESULT_BYTES || whole.contains(['\n', '\r']) {
        return None;
    }
    let plain = whole.replace(" equals ", " = ").replace(" is ", " = ").replace(" x ", " × ");
    let (sides, result) = plain.rsplit_once('=')?;
    let is_sum = |side: &str| {
        let sign = |sign: char| {
            sign.is_ascii_digit() || " .,()$€£".contains(sign) || OPERATORS.contains(sign)
        };
        side.chars().all(sign) && side.contains(|sign: char| sign.is_ascii_digit())
    };
    let first = sides.split('=').next()?.trim().trim_start_matches(['-', '−']);
    let computes = first.contains(|sign: char| OPERATORS.contains(sign));
    let is_number = |result: &String| result.contains(|sign: char| sign.is_ascii_digit());
    (computes && sides.split('=').all(is_sum)).then(|| value(result))?.filter(is_number)
}

/// The last line that is not blank, and the one before it; empty where there is none.
fn last_lines(answer: &str) -> (&str, &str) {
    let mut lines = answer.rsplit(LINE_ENDS).filter(|line| !line.trim().is_empty());
    (lines.next().unwrap_or_default(), lines.next().unwrap_or_default())
}
