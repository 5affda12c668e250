//! Getting answers and judgements from real workers, and keeping them.

use super::{choosing::Team, methods::Turn, Asked, Book, Method, Plan};
use crate::arena::{LineUp, Worker};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use sp_crypto_hashing::blake2_128;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where answers and judgements come from, and where they are kept.
pub struct Source<'a> {
    /// A `waggle-worker`.
    pub program: &'a Path,
    /// Who takes part.
    pub line_up: &'a LineUp,
    /// Everything is kept below, apart for each worker and set of models.
    pub cache: &'a Path,
    /// Whether progress is shown.
    pub shown: bool,
}

impl Source<'_> {
    /// The folder of this worker and these models: another program or other weights may say
    /// something else.
    fn folder(&self) -> Result<PathBuf> {
        let mut everything =
            fs::read(self.program).with_context(|| self.program.display().to_string())?;
        for agent in &self.line_up.agents {
            let mut files: Vec<PathBuf> = fs::read_dir(&agent.directory)?
                .map(|file| Ok(file?.path()))
                .collect::<Result<_>>()?;
            files.sort();
            everything.extend(agent.name.as_bytes());
            for file in files.iter().filter(|file| file.is_file()) {
                everything.extend(blake2_128(&fs::read(file)?));
            }
        }
        let digest: String =
            blake2_128(&everything).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let folder = self.cache.join(digest);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn bar(&self, what: &str, unit: &str) -> ProgressBar {
        let bar = if self.shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template =
            format!("{{prefix:28}} {{bar:30}} {{pos}}/{{len}} {unit}  {{elapsed}}, {{eta}} left");
        bar.set_style(
            ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.with_prefix(what.to_owned())
    }

    /// The rounds of `plan`, with the agents' answers.
    ///
    /// # Errors
    /// If a worker fails or the cache cannot be written.
    pub fn ask(&self, plan: Plan) -> Result<Vec<Asked>> {
        let bar = self.bar("answers", "rounds");
        let rounds = plan.ask(self.program, self.line_up, &self.folder()?.join("answers"), &bar)?;
        bar.finish_and_clear();
        Ok(rounds)
    }

    /// The judgements that `methods` need in `rounds`, by all of the line-up and by its models
    /// alone.
    ///
    /// # Errors
    /// If a worker fails or the cache cannot be written.
    pub fn judge(&self, methods: &[Method], rounds: &[Asked]) -> Result<Book> {
        let mut book = Book::open(&self.folder()?.join("judgements.txt"), self.line_up)?;
        let teams = [Team::all(self.line_up), Team::models(self.line_up)];
        for method in methods {
            for (name, rubric) in method.rubrics() {
                let mut requests = Vec::new();
                for round in rounds {
                    for team in &teams {
                        let present = team.present(round);
                        for grader in &present {
                            let others: Vec<usize> =
                                present.iter().copied().filter(|other| other != grader).collect();
                            let assigned = team.assigned(round, *grader).unwrap_or_default();
                            let turn = Turn {
                                line_up: self.line_up,
                                round,
                                grader: *grader,
                                others: &others,
                                assigned: &assigned,
                            };
                            requests.extend(method.requests(&name, &turn));
                        }
                    }
                }
                let left = book.missing(&name, requests);
                if left.is_empty() {
                    continue;
                }
                let bar =
                    self.bar(&format!("{name}, reference {}", method.names().1), "judgements");
                bar.set_length(left.iter().map(|request| request.candidates.len() as u64).sum());
                let worker = Worker::start(self.program, self.line_up, &rubric)?;
                book.collect(&name, &worker, left, &bar)?;
                bar.finish_and_clear();
            }
        }
        Ok(book)
    }
}
