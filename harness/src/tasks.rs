//! The right answers to the questions that the bundled models learnt, for saying how often the
//! swarm and its agents are right. `offchain-worker/models/training/tasks.py` defines the forms.

/// The right answer to `question`, if it has one of the forms `37+12`, `37-12`, `sort 3 1 2`,
/// `reverse golk`, `max 4 19 2`, `last golk`.
pub fn right_answer(question: &str) -> Option<String> {
    let words: Vec<&str> = question.split_whitespace().collect();
    match words.as_slice() {
        [sum] if sum.contains('+') => {
            operands(sum, '+').and_then(|(a, b)| a.checked_add(b)).map(|n| n.to_string())
        }
        [difference] => {
            operands(difference, '-').and_then(|(a, b)| a.checked_sub(b)).map(|n| n.to_string())
        }
        ["sort", digits @ ..] if !digits.is_empty() => {
            let mut digits = digits.to_vec();
            if !digits.iter().all(|digit| digit.len() == 1 && digit.parse::<u8>().is_ok()) {
                return None;
            }
            digits.sort_unstable();
            Some(digits.join(" "))
        }
        ["reverse", word] => Some(word.chars().rev().collect()),
        ["max", numbers @ ..] => {
            let numbers: Result<Vec<u32>, _> =
                numbers.iter().map(|number| number.parse()).collect();
            numbers.ok()?.into_iter().max().map(|number| number.to_string())
        }
        ["last", word] => word.chars().last().map(|letter| letter.to_string()),
        _ => None,
    }
}

fn operands(text: &str, operator: char) -> Option<(u32, u32)> {
    let (a, b) = text.split_once(operator)?;
    Some((a.parse().ok()?, b.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_answers_should_be_right() {
        for (question, answer) in [
            ("37+12", "49"),
            ("37-12", "25"),
            ("sort 3 1 2", "1 2 3"),
            ("sort 3 1 2 1", "1 1 2 3"),
            ("reverse golk", "klog"),
            ("max 4 19 2", "19"),
            ("last golk", "k"),
        ] {
            assert_eq!(right_answer(question).as_deref(), Some(answer), "{question}");
        }
    }

    #[test]
    fn other_questions_should_have_no_right_answer() {
        for question in ["", "Why is the sky blue?", "why?", "12-37", "sort b a", "max", "sort"] {
            assert_eq!(right_answer(question), None, "{question}");
        }
    }
}
