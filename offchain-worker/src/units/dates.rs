//! Calculations with dates of the Gregorian calendar, by jiff. Dates are written `2026-01-31`.
//!
//! Three forms, with or without politeness: `2026-01-31 + 1 month 2 days` (a date), `days from
//! 2026-01-31 to 2026-03-01` or `2026-03-01 - 2026-01-31` (a number of days), and `weekday of
//! 2026-01-31`. There is no today: an answer must be the same for every agent.
//!
//! An answer may write a date in another way (`28.02.2026`, `02/28/2026`, `February 28th, 2026`)
//! and a weekday in another case: it stays as it is then.

use super::{argument, bare_question, numbers, one_argument, Draft, Stage, Unit, UnitError};
use crate::{backend::ToolDescription, conversation::Prompt};
use jiff::{
    civil::{Date, Weekday},
    Span, Unit as Length,
};
use regex::Regex;
use std::sync::LazyLock;

static DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d{4}-\d{2}-\d{2}\b"));
static MOVED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(\d{4}-\d{2}-\d{2})\s*([+-])\s*((?:\d{1,5}\s*(?:day|week|month|year)s?[\s,]*)+)$",
    )
});
static PART: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(\d{1,5})\s*(day|week|month|year)"));
static DISTANCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix) ^ (?:days\s+)? (?:from|between) \s+ (\d{4}-\d{2}-\d{2})
          \s+ (?:to|until|and) \s+ (\d{4}-\d{2}-\d{2}) $",
    )
});
static DIFFERENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{4}-\d{2}-\d{2})\s*-\s*(\d{4}-\d{2}-\d{2})$"));
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:the\s+)?(?:weekday|day of the week)\s+(?:of|on|is)?\s*(\d{4}-\d{2}-\d{2})$")
});
/// A date in digits, with the year at either end.
static DIGITS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(\d{1,4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,4})\b"));
/// A date with the name of its month after or before the day.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix) \b (?: (\d{1,2}) (?:st|nd|rd|th)? \.? \s+ (?:of\s+)? ([a-z]{3,9}) \.? ,?
          | ([a-z]{3,9}) \.? \s+ (\d{1,2}) (?:st|nd|rd|th)? ,? ) \s+ (\d{4}) \b",
    )
});
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
}

/// The unit.
#[derive(Debug)]
pub struct Dates {
    /// Where it acts.
    pub at: Vec<Stage>,
}

/// Whether `text` contains a date.
pub fn mentions_date(text: &str) -> bool {
    DATE.is_match(text)
}

/// The result of a prompt that is a calculation with dates and nothing else; `None` for other
/// prompts and for dates that do not exist.
pub fn solve(prompt: &str) -> Option<String> {
    let question = numbers::evened(prompt);
    let text = bare_question(&question);
    let date = |text: &str| text.parse::<Date>().ok();
    if let Some(found) = MOVED.captures(text) {
        let mut span = Span::new();
        for part in PART.captures_iter(&found[3]) {
            let count: i64 = part[1].parse().ok()?;
            span = match part[2].to_ascii_lowercase().as_str() {
                "day" => span.try_days(span.get_days() as i64 + count),
                "week" => span.try_weeks(span.get_weeks() as i64 + count),
                "month" => span.try_months(span.get_months() as i64 + count),
                _ => span.try_years(span.get_years() as i64 + count),
            }
            .ok()?;
        }
        let start = date(&found[1])?;
        let moved =
            if &found[2] == "+" { start.checked_add(span) } else { start.checked_sub(span) };
        return moved.ok().map(|date| date.to_string());
    }
    let distance = DISTANCE.captures(text).map(|found| (date(&found[1]), date(&found[2])));
    let difference = || DIFFERENCE.captures(text).map(|found| (date(&found[2]), date(&found[1])));
    if let Some((from, to)) = distance.or_else(difference) {
        let span = from?.until((Length::Day, to?)).ok()?;
        return Some(span.get_days().to_string());
    }
    let found = WEEKDAY.captures(text)?;
    date(&found[1]).map(|date| name(date.weekday()).to_string())
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// Whether `answer` says `value`: a date, a number of days or a weekday.
fn says(answer: &str, value: &str) -> bool {
    let Ok(date) = value.parse::<Date>() else {
        return numbers::says(&answer.to_lowercase(), &value.to_lowercase());
    };
    let answer = numbers::evened(answer);
    let (year, month, day) =
        (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let number = |text: &str| text.parse::<i64>().unwrap_or(-1);
    // Days and months come in either order, and the answer may mean the one that is right.
    let in_digits = DIGITS.captures_iter(&answer).any(|found| {
        let (first, second, third) = (number(&found[1]), number(&found[2]), number(&found[3]));
        let either = |one, other| [(one, other), (other, one)].contains(&(day, month));
        (first == year && either(second, third)) || (third == year && either(first, second))
    });
    let is_month = |name: &str| {
        let name = name.to_lowercase();
        let position = MONTHS.iter().position(|month| month.starts_with(name.as_str()));
        position.is_some_and(|before| before + 1 == date.month() as usize)
    };
    in_digits
        || NAMED.captures_iter(&answer).any(|found| {
            let part = |one: usize, other: usize| {
                found.get(one).or_else(|| found.get(other)).map_or("", |part| part.as_str())
            };
            is_month(part(2, 3)) && number(part(1, 4)) == day && number(part(5, 5)) == year
        })
}

#[async_trait::async_trait]
impl Unit for Dates {
    async fn before(&self, draft: &mut Draft<'_>) -> Result<(), UnitError> {
        if let Some(value) = solve(draft.prompt.question()) {
            let note = format!("{}: {value}", bare_question(draft.prompt.question()));
            draft.offer(&self.at, &note, value);
        }
        Ok(())
    }

    async fn after(&self, prompt: &Prompt<'_>, answer: String) -> Result<String, UnitError> {
        match solve(prompt.question()).filter(|_| self.at.contains(&Stage::Check)) {
            Some(value) if !says(&answer, &value) => Ok(value),
            _ => Ok(answer),
        }
    }

    fn tool(&self) -> Option<ToolDescription> {
        let about = "Calculates with dates of the form 2026-01-31.";
        let meaning = "For example 2026-01-31 + 1 month, days from 2026-01-31 to 2026-03-01, \
                       weekday of 2026-01-31.";
        self.at.contains(&Stage::Tool).then(|| one_argument("dates", about, "question", meaning))
    }

    async fn call(&self, arguments: &str) -> String {
        let understood = solve(&argument(arguments, "question"));
        understood.unwrap_or_else(|| "error: not understood, or no such date".to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solve_should_know_the_calendar() {
        for (prompt, value) in [
            ("2026-01-31 + 1 month", Some("2026-02-28")),
            ("2024-01-31 + 1 month 2 days", Some("2024-03-02")),
            ("What is 2024-03-01 - 1 day?", Some("2024-02-29")),
            ("How many days are between 2024-02-28 and 2024-03-01?", Some("2")),
            ("days from 2024-03-01 to 2024-02-28", Some("-2")),
            ("2024-03-01 - 2024-02-28", Some("2")),
            ("weekday of 2000-01-01", Some("Saturday")),
            ("2026-02-30 + 1 day", None),
            ("9999-12-31 + 1 day", None),
            ("2026-01-31", None),
            ("37+12", None),
        ] {
            assert_eq!(solve(prompt).as_deref(), value, "{prompt}");
        }
    }

    #[test]
    fn solve_should_see_through_width_and_invisible_characters() {
        assert_eq!(solve("２０２６-０１-３１ + 1 month").as_deref(), Some("2026-02-28"));
        assert_eq!(solve("2026-01\u{200b}-31 + 1\u{a0}month").as_deref(), Some("2026-02-28"));
        assert_eq!(solve("2024−03−01 − 1 day").as_deref(), Some("2024-02-29"));
    }

    #[tokio::test]
    async fn check_should_leave_right_answers_alone_when_they_are_written_in_another_way() {
        let unit = Dates { at: vec![Stage::Check] };
        let date = "2026-01-31 + 1 month";
        let days = "days from 2024-02-28 to 2024-03-01";
        let weekday = "weekday of 2000-01-01";
        for (prompt, answer) in [
            (date, "2026-02-28"),
            (date, "It is 28.02.2026."),
            (date, "28.2.2026"),
            (date, "02/28/2026"),
            (date, "2026/02/28"),
            (date, "28 February 2026"),
            (date, "the 28th of Feb. 2026"),
            (date, "February 28th, 2026"),
            (date, "２０２６-０２-２８"),
            (days, "2 days"),
            (weekday, "saturday"),
            (weekday, "It was a SATURDAY."),
        ] {
            assert_eq!(
                unit.after(&Prompt::read(prompt), answer.into()).await.unwrap(),
                answer,
                "{prompt}"
            );
        }
        for (prompt, answer, right) in [
            (date, "2026-03-03", "2026-02-28"),
            (date, "March 28, 2026", "2026-02-28"),
            (date, "28 February 2025", "2026-02-28"),
            (days, "12", "2"),
            (weekday, "Sunday", "Saturday"),
        ] {
            assert_eq!(
                unit.after(&Prompt::read(prompt), answer.into()).await.unwrap(),
                right,
                "{prompt}"
            );
        }
    }
}
