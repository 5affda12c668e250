//! The six tasks of the bundled models: held-out questions and their right answers, as
//! `models/training/tasks.py` makes them.
//!
//! A question is *held out* when its hash says so: one in ten, never trained on. The order of the
//! questions is drawn here, so it is not that of the Python program; what is held out is the same.

use crate::draws::Draws;
use std::collections::HashSet;
use waggle_harness::tasks::right_answer;

/// A family of questions of one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// `37+12`, operands 0..=49.
    Add,
    /// `37-12`, operands 0..=49, never negative.
    Sub,
    /// `sort 3 1 2`, three to five digits.
    Sort,
    /// `reverse golk`, three to six letters.
    Reverse,
    /// `max 4 19 2`, two to four numbers 0..=99.
    Max,
    /// `last golk`, three to six letters: the last one.
    Last,
}

impl Task {
    /// All of them, in the order of the model card.
    pub const ALL: [Task; 6] =
        [Task::Add, Task::Sub, Task::Sort, Task::Reverse, Task::Max, Task::Last];

    /// As the model card and the CSV files call it.
    pub fn name(self) -> &'static str {
        match self {
            Task::Add => "add",
            Task::Sub => "sub",
            Task::Sort => "sort",
            Task::Reverse => "reverse",
            Task::Max => "max",
            Task::Last => "last",
        }
    }

    fn draw(self, draws: &mut Draws) -> String {
        let word = |draws: &mut Draws| -> String {
            (0..3 + draws.below(4)).map(|_| char::from(b'a' + draws.below(26) as u8)).collect()
        };
        match self {
            Task::Add => format!("{}+{}", draws.below(50), draws.below(50)),
            Task::Sub => {
                let (a, b) = (draws.below(50), draws.below(50));
                format!("{}-{}", a.max(b), a.min(b))
            }
            Task::Sort => {
                let digits: Vec<String> =
                    (0..3 + draws.below(3)).map(|_| draws.below(10).to_string()).collect();
                format!("sort {}", digits.join(" "))
            }
            Task::Reverse => format!("reverse {}", word(draws)),
            Task::Max => {
                let top = [99, 99, 99, 20][draws.below(4)];
                let numbers: Vec<String> =
                    (0..2 + draws.below(3)).map(|_| draws.below(top + 1).to_string()).collect();
                format!("max {}", numbers.join(" "))
            }
            Task::Last => format!("last {}", word(draws)),
        }
    }
}

/// A prompt and its right answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whose form it has.
    pub task: Task,
    /// What the agents are asked.
    pub prompt: String,
    /// The only right answer, to the letter.
    pub answer: String,
}

impl Question {
    /// Whether `answer` is right.
    pub fn is_right(&self, answer: &str) -> bool {
        answer == self.answer
    }
}

/// Whether a prompt was never trained on: Blake2b with a digest of four bytes, as a little-endian
/// number, is a multiple of ten.
pub fn is_held_out(prompt: &str) -> bool {
    let digest = blake2b_simd::Params::new().hash_length(4).hash(prompt.as_bytes());
    let number =
        digest.as_bytes().iter().rev().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    number % 10 == 0
}

/// At most `count` different held-out questions of a task, in an order that `seed` draws. Additions
/// have about 250 and subtractions about 130: then those are all, and the vector is shorter than
/// asked for.
pub fn questions(task: Task, count: usize, seed: u64) -> Vec<Question> {
    let mut draws = Draws::of(&format!("arena/{}/{seed}", task.name()), 0);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    // Enough for the last of the rare ones to turn up with all but certainty: 2 500 sums are drawn
    // 80 times each.
    for _ in 0..200_000.max(count * 40) {
        let prompt = task.draw(&mut draws);
        if is_held_out(&prompt) && seen.insert(prompt.clone()) {
            let answer = right_answer(&prompt).unwrap_or_default();
            found.push(Question { task, answer, prompt });
            if found.len() == count {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_out_should_be_what_training_leaves_out() {
        // models/questions.txt holds nothing that was trained on, and models/reference.json of
        // both.
        let asked = include_str!("../../../offchain-worker/models/questions.txt");
        assert!(asked.lines().count() >= 30 && asked.lines().all(is_held_out));
        let sums = (0..50).flat_map(|a| (0..50).map(move |b| format!("{a}+{b}")));
        assert_eq!(
            sums.filter(|prompt| is_held_out(prompt)).count(),
            questions(Task::Add, 5_000, 1).len()
        );
    }

    #[test]
    fn questions_should_have_their_right_answers() {
        for task in Task::ALL {
            for Question { prompt, answer, .. } in questions(task, 100, 1) {
                assert!(!answer.is_empty(), "{prompt}");
                assert_eq!(Some(answer), right_answer(&prompt));
            }
        }
    }

    #[test]
    fn questions_should_be_different_and_the_same_again() {
        for task in Task::ALL {
            let found = questions(task, 1_000, 1);
            let distinct: HashSet<&str> =
                found.iter().map(|question| question.prompt.as_str()).collect();
            assert_eq!(distinct.len(), found.len());
            assert_eq!(found, questions(task, 1_000, 1));
            assert!(
                found.len() == 1_000 || matches!(task, Task::Add | Task::Sub),
                "{task:?}: {}",
                found.len()
            );
        }
    }
}
