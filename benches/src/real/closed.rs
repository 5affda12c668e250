//! Closed questions made by rule: capitals, sums, differences and products, each with its right
//! answer and a near wrong one of the same form.

use super::pairs::Pair;
use crate::draws::Draws;

/// Country, capital and another of its cities, a line each.
const CAPITALS: &str = include_str!("capitals.txt");
/// Questions of each kind of sum.
const OF_EACH: usize = 60;
/// Draws the numbers.
const NAME: &str = "real/closed";

/// How the form of the answer is asked for.
const FORMS: [&str; 2] = [" Reply with its name only.", " Reply with the number only."];

/// A question without the form of its answer.
pub fn bare(prompt: &str) -> &str {
    FORMS.into_iter().find_map(|form| prompt.strip_suffix(form)).unwrap_or(prompt)
}

/// All of them, the kinds in turn, so that the first few have something of each.
pub fn questions() -> Vec<Pair> {
    let mut kinds = [capitals(), sums('+'), sums('-'), sums('×')].map(Vec::into_iter);
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(kinds.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

fn capitals() -> Vec<Pair> {
    let lines: Vec<&str> = CAPITALS.lines().collect();
    let order = Draws::of(NAME, 0).shuffled(lines.len());
    let of = |line: &str| {
        let mut fields = line.split(',').map(str::to_owned);
        let (country, right, wrong) = (fields.next()?, fields.next()?, fields.next()?);
        let prompt = format!("What is the capital of {country}?{}", FORMS[0]);
        Some(Pair { set: "closed", prompt, right, wrong })
    };
    order.into_iter().filter_map(|number| of(lines[number])).collect()
}

/// Questions with two numbers of two digits each.
fn sums(sign: char) -> Vec<Pair> {
    let mut draws = Draws::of(NAME, sign as usize);
    let mut pairs: Vec<Pair> = Vec::new();
    while pairs.len() < OF_EACH {
        let (a, b) = (10 + draws.below(90), 10 + draws.below(90));
        let (a, b) = (a.max(b), a.min(b));
        let value = match sign {
            '+' => a + b,
            '-' => a - b,
            _ => a * b,
        };
        let prompt = format!("What is {a} {sign} {b}?{}", FORMS[1]);
        if value < 10 || pairs.iter().any(|pair| pair.prompt == prompt) {
            continue;
        }
        let right = value.to_string();
        let wrong = slip(&right, &mut draws);
        pairs.push(Pair { set: "closed", prompt, right, wrong });
    }
    pairs
}

/// The number with one digit changed, of the same length.
fn slip(number: &str, draws: &mut Draws) -> String {
    let place = draws.below(number.len());
    let changed = |(at, digit): (usize, char)| {
        if at != place {
            return digit;
        }
        let others: Vec<char> =
            ('0'..='9').filter(|other| *other != digit && (at > 0 || *other != '0')).collect();
        others[draws.below(others.len())]
    };
    number.chars().enumerate().map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn questions_should_be_different_and_have_wrong_answers_of_the_same_form() {
        let all = questions();
        assert_eq!(all.len(), 80 + 3 * OF_EACH);
        assert_eq!(all, questions());
        let prompts: HashSet<&str> = all.iter().map(|pair| pair.prompt.as_str()).collect();
        assert_eq!(prompts.len(), all.len());
        for pair in &all {
            assert_ne!(pair.right, pair.wrong, "{}", pair.prompt);
            assert!(bare(&pair.prompt).ends_with('?') && pair.prompt.ends_with(" only."));
            if pair.right.starts_with(|first: char| first.is_ascii_digit()) {
                assert_eq!(pair.right.len(), pair.wrong.len());
                let differ = pair.right.bytes().zip(pair.wrong.bytes()).filter(|(a, b)| a != b);
                assert_eq!(differ.count(), 1);
                assert!(!pair.wrong.starts_with('0'));
            }
        }
    }
}
