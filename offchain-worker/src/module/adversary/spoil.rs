//! Wrong answers made of right ones, and chance that depends on nothing but its seed and some
//! words.

use crate::{chance::Chance, final_line::compared};

/// A generator for these words: the same every time, on every machine (FNV-1a).
pub(super) fn drawn(seed: u64, words: &[&str]) -> Chance {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0xff]));
    Chance::new(bytes.fold(BASIS ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
}

/// A wrong answer that looks like `answer`: the next number, the first two characters that differ
/// swapped, or its last character twice; of one with a line `Answer: X` only X is spoilt.
pub(super) fn spoilt(answer: &str) -> String {
    let counts = compared(answer);
    if counts != answer {
        if let Some((before, after)) = answer.rsplit_once(counts) {
            return format!("{before}{}{after}", spoilt(counts));
        }
    }
    if let Ok(number) = answer.trim().parse::<i64>() {
        return number.saturating_add(1).to_string();
    }
    let mut characters: Vec<char> = answer.chars().collect();
    let first = characters.first().copied();
    let other =
        characters.iter().position(|character| Some(*character) != first && *character != ' ');
    match other {
        Some(at) => characters.swap(0, at),
        None => characters.push(first.unwrap_or('0')),
    }
    characters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoilt_answers_should_be_others() {
        for (answer, wrong) in [
            ("49", "50"),
            ("klog", "lkog"),
            ("1 2 3", "2 1 3"),
            ("k", "kk"),
            ("", "0"),
            ("1 1 1", "1 1 11"),
            ("37 + 12 = 49\n\nAnswer: 49", "37 + 12 = 49\n\nAnswer: 50"),
        ] {
            assert_eq!(spoilt(answer), wrong);
        }
    }

    #[test]
    fn drawn_should_depend_on_every_word() {
        let bits = |seed, words: &[&str]| drawn(seed, words).bits();
        assert_eq!(bits(1, &["a", "b"]), bits(1, &["a", "b"]));
        assert_ne!(bits(1, &["a", "b"]), bits(2, &["a", "b"]));
        assert_ne!(bits(1, &["a", "b"]), bits(1, &["ab"]));
    }
}
