//! The calculator: exact arithmetic and conversion of units, by fend.
//!
//! A prompt is a calculation if, without its politeness, it holds a digit and an operator or a
//! conversion (`5 km to miles`), and fend can compute it. Dates are left to [`super::dates`].
//!
//! fend takes commas for separators of thousands, so it gets numbers without any: [`numbers`] reads
//! them. Where `1,234` may be two numbers and nothing decides, the prompt is left to the model. The
//! value is written as the prompt writes its numbers.
//!
//! Prompts come from strangers, and fend is more than a calculator: it has functions that can call
//! themselves without end, dice, shifts by any number of bits. So it gets to see only digits,
//! arithmetic signs, and the words that `WORDS` lists. The length of the expression, the time
//! and the length of the result are bounded too.

use super::{
    acts_before, argument, bare_question,
    numbers::{self, Notation, Unreadable},
    one_argument, Draft, Stage, Unit, UnitError,
};
use crate::{backend::ToolDescription, conversation::Prompt, sanitise::cut};
use regex::Regex;
use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

/// The longest expression, in bytes.
const EXPRESSION_BYTES: usize = 300;

/// The longest result, in bytes: longer ones are no answers.
const RESULT_BYTES: usize = 300;

/// How long a calculation may take.
const PATIENCE: Duration = Duration::from_millis(200);

/// The words of which an expression may consist, and their plurals: functions, then units of
/// length, area and volume, of mass, of time and speed, of temperature and angle, of energy and
/// electricity, of data.
const WORDS: &str = "\
    to in of per mod percent dozen pi e sqrt cbrt abs floor ceil round exp ln log log2 log10 sin \
    cos tan asin acos atan nm mm cm dm m km meter metre kilometer kilometre centimeter \
    centimetre inch inches ft foot feet yard mile mi ha hectare acre ml cl l liter litre gallon \
    pint cup mg g kg gram kilogram tonne lb pound oz ounce stone ms s sec second min minute h hr \
    hour day week month year kph mph knot celsius fahrenheit kelvin C F K deg degree rad radian \
    J kJ joule cal kcal Wh kWh W kW MW watt hp N newton V volt A amp ohm Pa kPa bar atm psi Hz \
    kHz MHz GHz bit byte B kB KB MB GB TB KiB MiB GiB TiB";

/// The unit.
#[derive(Debug)]
pub struct Calculator {
    /// Where it acts.
    pub at: Vec<Stage>,
}

struct Deadline(Instant);

impl fend_core::Interrupt for Deadline {
    fn should_interrupt(&self) -> bool {
        Instant::now() >= self.0
    }
}

/// The value of an expression of a model. A point before three digits stands before decimals.
///
/// # Errors
/// One line for the model, if it cannot be computed, or not within bounds.
pub fn evaluate(expression: &str) -> Result<String, String> {
    if expression.len() > EXPRESSION_BYTES {
        return Err(format!("longer than {EXPRESSION_BYTES} bytes"));
    }
    let expression = numbers::evened(expression);
    let plain = match numbers::read(&expression, false) {
        Ok(reading) => reading.plain,
        Err(Unreadable::Undecided) if !expression.contains(',') => {
            numbers::plain(&expression, Notation::Point).unwrap_or(expression)
        }
        Err(unreadable) => return Err(unreadable.to_string()),
    };
    compute(&plain)
}

/// The value of an expression whose numbers are plain.
fn compute(expression: &str) -> Result<String, String> {
    if expression.len() > EXPRESSION_BYTES {
        return Err(format!("longer than {EXPRESSION_BYTES} bytes"));
    }
    if !is_arithmetic(expression) {
        return Err(
            "only numbers, + - * / ^ % ( ) ! and common units and functions are understood"
                .to_string(),
        );
    }
    // A context of its own: nothing that one prompt defines is left for the next.
    let mut context = fend_core::Context::new();
    let deadline = Deadline(Instant::now() + PATIENCE);
    let result =
        fend_core::evaluate_with_interrupt(&expression.replace('×', "*"), &mut context, &deadline)?;
    let text = result.get_main_result().trim();
    match text.strip_prefix("approx. ").unwrap_or(text) {
        "" => Err("nothing to compute".to_string()),
        long if long.len() > RESULT_BYTES => Err("the result is too long".to_string()),
        text => Ok(text.to_string()),
    }
}

/// A number with an exponent of four digits: fend writes it out, and cannot be interrupted in all
/// it does with it then.
static HUGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"e\s*[+-]?\s*\d{4}")
        .unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
});

/// Whether fend may see it.
fn is_arithmetic(expression: &str) -> bool {
    let sign = |character: char| character.is_ascii_digit() || " .+-*/^%()!×÷°".contains(character);
    let known = |word: &str| {
        let one = |word: &str| WORDS.split_whitespace().any(|known| known == word);
        one(word) || (word.len() > 2 && word.strip_suffix('s').is_some_and(one))
    };
    // A number may touch its unit (5km), and some functions end in digits.
    let words = expression.split(|character: char| sign(character) && !character.is_ascii_digit());
    !HUGE.is_match(expression)
        && expression.chars().all(|character| sign(character) || character.is_ascii_alphabetic())
        && words
            .map(|word| word.trim_start_matches(|character: char| character.is_ascii_digit()))
            .all(|word| {
                // An exponent: 1e9.
                let exponent = word
                    .strip_prefix('e')
                    .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
                word.is_empty() || exponent || known(word)
            })
}

/// What a prompt comes to that is a calculation and nothing else.
struct Solution {
    /// The calculation.
    expression: String,
    /// Its value, written as the prompt writes numbers.
    value: String,
    /// The values that an answer may say, as fend writes them: that one, and the one that the
    /// prompt has in another notation, if it may have that.
    values: Vec<String>,
}

/// A day of a year in one of the ways that are no fractions.
static SLASHED_DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{1,2}/\d{1,2}/\d{4}$|^\d{4}/\d{1,2}/\d{1,2}$")
        .unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
});

fn solution(prompt: &str) -> Option<Solution> {
    // Longer ones are no calculations, however many bytes a character has.
    if prompt.len() > 8 * EXPRESSION_BYTES {
        return None;
    }
    let question = numbers::evened(prompt);
    let question = question.trim();
    let expression = bare_question(question);
    let digits = expression.bytes().any(|byte| byte.is_ascii_digit());
    let conversion = [" to ", " in "].iter().any(|word| expression.contains(word));
    let operator = expression
        .trim_start_matches('-')
        .contains(['+', '-', '*', '/', '^', '%', '(', '×', '÷', '!']);
    if !digits
        || !(operator || conversion)
        || super::dates::mentions_date(expression)
        || SLASHED_DATE.is_match(expression)
    {
        return None;
    }
    // Who asks in English writes numbers as English does, if they can be read so.
    let english = !question.starts_with(expression)
        || [" to ", " of "].iter().any(|word| expression.contains(word));
    let reading = numbers::read(expression, english).ok()?;
    let value = compute(&reading.plain).ok().filter(|value| *value != reading.plain)?;
    let other = reading.other.and_then(|other| compute(&other).ok());
    Some(Solution {
        expression: expression.to_string(),
        value: numbers::written(&value, reading.notation),
        values: std::iter::once(value).chain(other).collect(),
    })
}

/// The value of a prompt that is a calculation and nothing else, written as the prompt writes
/// numbers.
pub fn solve(prompt: &str) -> Option<String> {
    solution(prompt).map(|solution| solution.value)
}

#[async_trait::async_trait]
impl Unit for Calculator {
    async fn before(&self, draft: &mut Draft<'_>) -> Result<(), UnitError> {
        if !acts_before(&self.at) {
            return Ok(());
        }
        if let Some(Solution { expression, value, .. }) = solution(draft.prompt.question()) {
            let note = format!("{expression} = {value}");
            draft.offer(&self.at, &note, value);
        }
        Ok(())
    }

    async fn after(&self, prompt: &Prompt<'_>, answer: String) -> Result<String, UnitError> {
        if !self.at.contains(&Stage::Check) {
            return Ok(answer);
        }
        match solution(prompt.question()) {
            // An answer that says it in a sentence, or in other signs, is left alone.
            Some(Solution { value, values, .. })
                if !values.iter().any(|value| numbers::says(&answer, value)) =>
            {
                Ok(value)
            }
            _ => Ok(answer),
        }
    }

    fn tool(&self) -> Option<ToolDescription> {
        let about = "Computes an arithmetic expression exactly, or converts units.";
        let meaning = "For example (12.5 + 3) * 4, 2^64, 17 mod 5, 5 km to miles.";
        self.at
            .contains(&Stage::Tool)
            .then(|| one_argument("calculate", about, "expression", meaning))
    }

    async fn call(&self, arguments: &str) -> String {
        let expression = argument(arguments, "expression");
        evaluate(cut(&expression, EXPRESSION_BYTES + 1))
            .unwrap_or_else(|error| format!("error: {}", cut(&error, 200)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solve_should_compute_calculations_and_leave_the_rest() {
        for (prompt, value) in [
            ("37+12", Some("49")),
            ("What is 123456789 * 987654321?", Some("121932631112635269")),
            ("(1 + 2) ^ 10 =", Some("59049")),
            ("10/4", Some("2.5")),
            ("5 km to m", Some("5000 m")),
            ("5km to m", Some("5000 m")),
            ("2 hours to minutes", Some("120 minutes")),
            ("log10(1000) * 2", Some("6")),
            ("1e3 + 1", Some("1001")),
            ("100-1,9", Some("98,1")),
            ("What is 100 − 1,9?", Some("98,1")),
            ("1.234,5 * 2", Some("2469")),
            ("1,234.5 * 2", Some("2469")),
            ("1,234,567 + 1", Some("1234568")),
            ("12'345.5 + 1", Some("12346.5")),
            ("1\u{202f}234,5 + 1", Some("1235,5")),
            ("1,5 km to m", Some("1500 m")),
            ("19% of 1.200,50", Some("228,095")),
            ("1,234 + 1", None),
            ("What is 1,234 + 1?", Some("1235")),
            ("3.142 * 2", Some("6.284")),
            ("10.000 * 3", None),
            ("1,5 + 1.5", None),
            ("３７＋１２", Some("49")),
            ("3\u{200b}7+12", Some("49")),
            ("1 1/2 + 1", Some("2.5")),
            ("12 34 + 1", None),
            ("12/25/2024", None),
            ("31.01.2026 + 1", None),
            ("2 eels + 1", None),
            ("sort 3 1 2", None),
            ("reverse golk", None),
            ("max 4 19 2", None),
            ("last golk", None),
            ("-5", None),
            ("2026-01-31 + 1 month", None),
            ("Why is 7 lucky?", None),
            ("9^9^9^9", None),
            ("", None),
        ] {
            assert_eq!(solve(prompt).as_deref(), value, "{prompt}");
        }
    }

    #[test]
    fn evaluation_should_end_soon_whatever_is_asked() {
        for hostile in [
            "9^9^9^9^9",
            "1000000!",
            "2^(10^9)",
            "1e999999999",
            &"(".repeat(299),
            &"9".repeat(5_000),
            "1/(3^(10^7))",
            // Each of these ends the process or never ends, if fend gets it.
            r"(\x. x x) (\x. x x)",
            "(x: x x) (x: x x)",
            "f = x: f x; f 1",
            "1 << 999999999",
            "99999d99999",
            "@2024-01-01 + 1 day",
        ] {
            let since = Instant::now();
            let result = evaluate(hostile);
            assert!(result.is_err(), "{hostile:.20} gave a result");
            assert!(
                since.elapsed() < Duration::from_secs(5),
                "{hostile:.20} took {:?}",
                since.elapsed()
            );
        }
    }

    #[test]
    fn any_arithmetic_should_be_computed_or_refused_soon() {
        let signs = [
            "+", "-", "*", "/", "^", "%", "(", ")", "!", " ", ".", "°", " to ", " in ", " of ",
            " mod ",
        ];
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let numbers = ["0", "1", "2", "7", "99", "1000", "123456789", "0.1", "1e9", "1e-9"];
        let (mut chance, until) =
            (crate::chance::fuzzing_chance(14), crate::chance::fuzzing_until());
        let (mut tried, mut computed, mut slowest) = (0u64, 0u64, Duration::ZERO);
        while Instant::now() < until {
            let length = 1 + chance.below(60);
            let part = |chance: &mut crate::chance::Chance| match chance.below(3) {
                0 => signs[chance.below(signs.len())],
                1 => numbers[chance.below(numbers.len())],
                _ => words[chance.below(words.len())],
            };
            let expression: String = (0..length).map(|_| part(&mut chance)).collect();
            let since = Instant::now();
            computed += u64::from(evaluate(&expression).is_ok());
            slowest = slowest.max(since.elapsed());
            tried += 1;
            assert!(
                since.elapsed() < Duration::from_secs(5),
                "{expression:?} took {:?}",
                since.elapsed()
            );
        }
        println!("{tried} expressions, {computed} with a value, the slowest took {slowest:?}");
        assert!(computed > 0);
    }

    #[tokio::test]
    async fn check_should_replace_wrong_answers_only() {
        let unit = Calculator { at: vec![Stage::Check] };
        for (answer, expected) in
            [("48", "49"), ("49", "49"), ("It is 49.", "It is 49."), ("149", "49"), ("4.49", "49")]
        {
            assert_eq!(unit.after(&Prompt::read("37+12"), answer.into()).await.unwrap(), expected);
        }
        assert_eq!(unit.after(&Prompt::read("sort 3 1 2"), "1 2 3".into()).await.unwrap(), "1 2 3");
    }

    #[tokio::test]
    async fn check_should_leave_right_answers_alone_when_they_are_written_in_another_way() {
        let unit = Calculator { at: vec![Stage::Check] };
        for (prompt, answer) in [
            ("100-1,9", "98.1"),
            ("100-1,9", "98,1"),
            ("100-1,9", "Das sind 98,10 €."),
            ("1.234,5 * 2", "2.469"),
            ("1234.5 * 2", "２,４６９"),
            ("1234567 + 1", "1 234 568"),
            ("1/2", "50 %"),
            ("7-12", "−5"),
            // Both are right: who wrote it may mean 3142.
            ("3.142 * 2", "6.284"),
            ("3.142 * 2", "6284"),
            // Nothing says what is meant.
            ("1,234 + 1", "2.234"),
            ("1,234 + 1", "1235"),
            ("10.000 * 3", "30000"),
        ] {
            let checked = unit.after(&Prompt::read(prompt), answer.into()).await.unwrap();
            assert_eq!(checked, answer, "{prompt}");
        }
        for (prompt, answer, right) in [
            ("100-1,9", "81", "98,1"),
            ("100-1.9", "81", "98.1"),
            ("What is 1,234 + 1?", "2.234", "1235"),
        ] {
            assert_eq!(
                unit.after(&Prompt::read(prompt), answer.into()).await.unwrap(),
                right,
                "{prompt}"
            );
        }
    }

    #[tokio::test]
    async fn calls_should_say_what_is_wrong() {
        let unit = Calculator { at: vec![Stage::Tool] };
        assert_eq!(unit.call(r#"{"expression": "17 mod 5"}"#).await, "2");
        assert_eq!(unit.call(r#"{"expression": "1.250 * 4"}"#).await, "5");
        assert_eq!(
            unit.call(r#"{"expression": "1,234,567 + 0,5"}"#).await.get(..6),
            Some("error:")
        );
        assert_eq!(unit.call(r#"{"expression": "100-1,9"}"#).await, "98.1");
        let undecided = unit.call(r#"{"expression": "1,234 + 1"}"#).await;
        assert!(undecided.starts_with("error: 1,234 may be"), "{undecided}");
        assert!(unit.call(r#"{"expression": "hello there"}"#).await.starts_with("error: "));
        assert!(Calculator { at: vec![] }.tool().is_none());
    }
}
