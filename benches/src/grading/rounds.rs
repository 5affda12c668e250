//! Which questions are asked, and what the agents answered.
//!
//! Answers are drawn, and an engine's generator starts anew with its process. So rounds are asked
//! in blocks of [`BLOCK`], each by a worker of its own: a block gives the same answers whatever was
//! asked before it, and is kept on disk as a whole.

use crate::arena::{questions, LineUp, Reply, Rubric, Task, Worker};
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// Rounds that one worker process is asked for.
pub const BLOCK: usize = 25;
/// Draws the order of the questions.
const SEED: u64 = 1;

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Rounds of each task, a multiple of [`BLOCK`]. Where a task has fewer held-out questions
    /// they are asked again, with answers drawn anew.
    pub rounds: usize,
}

/// A round up to the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Unlike any other's: draws the assignment.
    pub number: u64,
    /// Number of the task in [`Task::ALL`].
    pub task: usize,
    /// What the agents were asked.
    pub prompt: String,
    /// The right answer.
    pub right: String,
    /// By agent; none where it declined.
    pub answers: Vec<Option<String>>,
}

impl Asked {
    /// The agents that answered, in order.
    pub fn present(&self) -> Vec<usize> {
        (0..self.answers.len()).filter(|agent| self.answers[*agent].is_some()).collect()
    }

    /// An agent's answer; empty if it has none.
    pub fn answer(&self, agent: usize) -> &str {
        self.answers.get(agent).and_then(Option::as_deref).unwrap_or_default()
    }

    /// Whether an agent's answer is right.
    pub fn is_right(&self, agent: usize) -> bool {
        self.answers.get(agent).is_some_and(|answer| answer.as_ref() == Some(&self.right))
    }

    /// The different answers of `agents`, in an order that does not depend on who gave them.
    pub fn distinct(&self, agents: impl IntoIterator<Item = usize>) -> Vec<&str> {
        let mut texts: Vec<&str> =
            agents.into_iter().filter_map(|agent| self.answers[agent].as_deref()).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    }
}

impl Plan {
    /// Ask everything that is not in `folder` yet. Rounds by task, then in the order asked.
    ///
    /// # Errors
    /// If a worker fails or the folder cannot be written.
    pub fn ask(
        self,
        program: &Path,
        line_up: &LineUp,
        folder: &Path,
        bar: &ProgressBar,
    ) -> Result<Vec<Asked>> {
        fs::create_dir_all(folder)?;
        bar.set_length((self.rounds * Task::ALL.len()) as u64);
        let mut rounds = Vec::new();
        for (task, kind) in Task::ALL.into_iter().enumerate() {
            let questions = questions(kind, self.rounds, SEED);
            for block in 0..self.rounds.div_ceil(BLOCK) {
                let path = folder.join(format!("{}-{block:03}.json", kind.name()));
                let asked = match fs::read(&path) {
                    Ok(text) => {
                        serde_json::from_slice(&text).with_context(|| path.display().to_string())?
                    }
                    Err(_) => {
                        let worker = Worker::start(program, line_up, &Rubric::bundled())?;
                        let numbers = block * BLOCK..(block + 1) * BLOCK;
                        let ask = |index: usize| -> Result<Asked> {
                            let question = &questions[index % questions.len()];
                            let number = (task * 1_000_000 + index) as u64;
                            let answers = worker
                                .ask_all(&question.prompt, number)?
                                .into_iter()
                                .map(Reply::done)
                                .collect();
                            let (prompt, right) =
                                (question.prompt.clone(), question.answer.clone());
                            Ok(Asked { number, task, prompt, right, answers })
                        };
                        let asked: Vec<Asked> = numbers.map(ask).collect::<Result<_>>()?;
                        // Whole or not at all.
                        let unfinished = path.with_extension("part");
                        fs::write(&unfinished, serde_json::to_vec(&asked)?)?;
                        fs::rename(&unfinished, &path)?;
                        asked
                    }
                };
                bar.inc(asked.len() as u64);
                rounds.extend(asked);
            }
        }
        Ok(rounds)
    }
}

/// The first `count` rounds of each task.
pub fn first(rounds: &[Asked], count: usize) -> Vec<Asked> {
    rounds.iter().filter(|round| (round.number % 1_000_000) < count as u64).cloned().collect()
}
