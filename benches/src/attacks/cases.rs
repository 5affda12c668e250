//! The questions of the measurement, what the swarm answers to them, and attacks around wrong
//! answers.

use crate::{
    arena::{questions, Question, Reply, Task, Worker},
    draws::Draws,
};
use anyhow::{anyhow, Result};
use waggle_attacks::{corpus, Attack};

/// A question, what each agent of the swarm says, and a wrong answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// By number in the line-up.
    pub answers: Vec<Option<String>>,
    /// Wrong as a careless solver would be wrong.
    pub wrong: String,
}

/// An attack on a question.
#[derive(Clone, Debug)]
pub struct Case {
    /// The attack's family.
    pub family: String,
    /// The attack.
    pub attack: String,
    /// The question's number in the pool.
    pub asked: usize,
    /// What the attacker answers.
    pub text: String,
}

/// So many held-out questions of each task, and what the swarm of `worker`, which must be fresh,
/// answers to them.
///
/// # Errors
/// If the worker fails.
pub fn pool(worker: &Worker, each: usize, seed: u64) -> Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for task in Task::ALL {
        for (number, question) in questions(task, each, seed).into_iter().enumerate() {
            let answers =
                worker.ask_all(&question.prompt, seed)?.into_iter().map(Reply::done).collect();
            let wrong = near_miss(
                &question,
                &mut Draws::of(&format!("attacks/wrong/{}", task.name()), number),
            );
            asked.push(Asked { question, answers, wrong });
        }
    }
    Ok(asked)
}

/// Longer texts take a model a second and more to read: they are tried on one question each, in
/// bytes.
const LONG: usize = 600;

/// Every attack on `each` questions of the pool, spread over it. An attack that happens to be the
/// right answer is left out.
///
/// # Errors
/// If the corpus is not of its form.
pub fn cases(pool: &[Asked], each: usize) -> Result<Vec<Case>> {
    let attacks = corpus().map_err(|problem| anyhow!(problem))?;
    let mut cases = Vec::new();
    for (number, attack) in attacks.iter().enumerate() {
        let order = Draws::of("attacks/questions", number).shuffled(pool.len());
        for (nth, asked) in order.into_iter().take(each).enumerate() {
            let Asked { question, wrong, .. } = &pool[asked];
            let text = attack.render(&question.prompt, wrong);
            if text.trim() != question.answer && (nth == 0 || text.len() <= LONG) {
                cases.push(Case {
                    family: attack.family().to_owned(),
                    attack: attack.id.clone(),
                    asked,
                    text,
                });
            }
        }
    }
    Ok(cases)
}

/// The corpus, by number as [`Draws`] name it.
///
/// # Errors
/// If it is not of its form.
pub fn attacks() -> Result<Vec<Attack>> {
    corpus().map_err(|problem| anyhow!(problem))
}

/// A wrong answer that looks like a right one: a number off by 1, 2 or 10, two characters swapped,
/// one replaced.
pub fn near_miss(question: &Question, draws: &mut Draws) -> String {
    let right = &question.answer;
    loop {
        let wrong = match (question.task, right.parse::<i64>()) {
            (Task::Add | Task::Sub | Task::Max, Ok(number)) => {
                (number + [-10, -2, -1, 1, 2, 10][draws.below(6)]).abs().to_string()
            }
            _ => {
                let mut characters: Vec<char> = right.chars().collect();
                let visible: Vec<usize> =
                    (0..characters.len()).filter(|at| characters[*at] != ' ').collect();
                let at = visible[draws.below(visible.len())];
                if draws.chance(0.5) {
                    let first = if characters[at].is_ascii_digit() { b'0' } else { b'a' };
                    let count = if characters[at].is_ascii_digit() { 10 } else { 26 };
                    characters[at] = char::from(first + draws.below(count) as u8);
                } else {
                    characters.swap(at, visible[draws.below(visible.len())]);
                }
                characters.into_iter().collect()
            }
        };
        if wrong != *right {
            return wrong;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_miss_should_be_wrong_and_of_the_right_form() {
        for task in Task::ALL {
            for (number, question) in questions(task, 50, 3).into_iter().enumerate() {
                let wrong = near_miss(&question, &mut Draws::of("test", number));
                assert!(!question.is_right(&wrong) && !wrong.trim().is_empty());
                assert!(
                    wrong.len().abs_diff(question.answer.len()) <= 1,
                    "{wrong} {}",
                    question.answer
                );
            }
        }
    }

    #[test]
    fn every_attack_should_have_its_cases() {
        let question = |task| questions(task, 1, 1).remove(0);
        let pool: Vec<Asked> = Task::ALL
            .into_iter()
            .map(|task| Asked { question: question(task), answers: Vec::new(), wrong: "7".into() })
            .collect();
        let cases = cases(&pool, 3).unwrap();
        let attacks = attacks().unwrap();
        assert!(cases.len() > attacks.len() * 3 - 60 && cases.len() <= attacks.len() * 3);
        let tried: std::collections::BTreeSet<&str> =
            cases.iter().map(|case| case.attack.as_str()).collect();
        assert!(tried.len() > attacks.len() - 5, "{}", tried.len());
        assert!(cases.iter().all(|case| case.text.trim() != pool[case.asked].question.answer));
    }
}
