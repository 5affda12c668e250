//! `waggle-worker chat`: prompts of a terminal, or of lines that are piped in, answered as an agent
//! answers them in the general domain, with its system text and units; `/grade` grades.

use super::{chosen, perform, print, CommandError};
use crate::{
    loading::Loaded,
    protocol::{
        AgentKey, Candidate, Field, JobResult, Kind, Task, DEFAULT_ANSWER_BYTES, GENERAL_DOMAIN,
    },
    roster::{Agent, Roster},
    work::ServedModel,
};
use clap::Args;
use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::Instant,
};
use tokio::io::{AsyncBufReadExt, BufReader};

const HELP: &str = "Each line is a prompt of its own.\n\
                    /grade         grades the last answer\n\
                    /grade TEXT    grades TEXT as an answer to the last prompt\n\
                    /quit          ends, as Ctrl-D does\n";

/// With whom to talk.
#[derive(Clone, Debug, Args)]
pub struct ChatOptions {
    /// As the agent with this key: 64 hex digits.
    #[arg(long, value_name = "KEY", value_parser = agent_key, conflicts_with = "with")]
    pub agent: Option<AgentKey>,

    /// With the model of this name, as the first agent that uses it. Without either: the first
    /// model.
    #[arg(long, value_name = "NAME")]
    pub with: Option<String>,

    /// Take prompts for `closed` questions, as in the general domain, or for `open` ones.
    #[arg(long, value_name = "KIND", value_parser = kind, default_value = "closed")]
    pub question: Kind,
}

fn kind(text: &str) -> Result<Kind, String> {
    let kinds = [Kind::Closed, Kind::Open];
    let named = kinds.into_iter().find(|kind| kind.name() == text);
    named.ok_or_else(|| "closed or open is needed".to_string())
}

fn agent_key(text: &str) -> Result<AgentKey, String> {
    AgentKey::parse(text).ok_or_else(|| "64 hex digits are needed".to_string())
}

/// A model, and the agent as whom it is asked.
struct Chat<'a> {
    model: &'a ServedModel,
    agent: Arc<Agent>,
    /// Where it is asked.
    field: Field,
    /// Whether it is asked for a last line `Answer: X`.
    final_line: bool,
    /// The last prompt and what was answered.
    last: Option<(String, String)>,
}

/// Answers until the input ends; `false` if an answer or a grade was missing.
///
/// # Errors
/// [`CommandError`].
pub async fn run(
    loaded: &Loaded,
    roster: &Roster,
    options: &ChatOptions,
) -> Result<bool, CommandError> {
    let named = |name: &str| CommandError::NoAgent(name.to_string());
    let agent = match &options.agent {
        Some(key) => Some(roster.find(key).ok_or_else(|| named(&key.to_string()))?.clone()),
        None => None,
    };
    let models = chosen(loaded, options.with.as_deref())?;
    let wanted = |index: usize| agent.as_ref().is_none_or(|agent| agent.model == index);
    let (index, model) = models
        .into_iter()
        .find(|(index, _)| wanted(*index))
        .ok_or_else(|| CommandError::NotConfigured("of that agent".to_string()))?;
    let agent = agent.or_else(|| roster.someone(Some(index)).cloned());
    let agent = agent.ok_or_else(|| named(&model.name))?;
    let domain = (options.question == Kind::Closed).then_some(GENERAL_DOMAIN);
    let field = Field { domain, question: Some(options.question) };
    let asks = loaded.entries.get(index).is_some_and(|entry| entry.final_line == Some(true));
    let final_line = asks && options.question == Kind::Closed;
    Chat { model, agent, field, final_line, last: None }.talk().await
}

impl Chat<'_> {
    async fn talk(mut self) -> Result<bool, CommandError> {
        let terminal = io::stdin().is_terminal();
        if terminal {
            print(&format!("{}, as an agent uses it. /help says more.\n", self.model.name))?;
            if self.final_line {
                print("It is asked to end with a line \"Answer: X\"; --question open does not.\n")?;
            }
        }
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        let mut all_well = true;
        loop {
            if terminal {
                print("> ")?;
            }
            let line = lines.next_line().await.map_err(|source| CommandError::Io {
                what: "standard input".to_string(),
                source,
            })?;
            let Some(line) = line else { return Ok(all_well) };
            let said = match line.trim() {
                "" => continue,
                "/quit" => return Ok(all_well),
                "/help" => Ok(HELP.to_string()),
                "/grade" => self.grade(None).await,
                command if command.starts_with("/grade ") => {
                    self.grade(command.strip_prefix("/grade ").map(str::to_string)).await
                }
                command if command.starts_with('/') => {
                    Err(format!("{command}: unknown; /help says more"))
                }
                prompt => self.answer(prompt).await,
            };
            all_well &= said.is_ok();
            match said {
                Ok(text) => print(&text)?,
                Err(reason) => print(&format!("[none: {reason}]\n"))?,
            }
        }
    }

    async fn answer(&mut self, prompt: &str) -> Result<String, String> {
        let task = Task::Answer {
            prompt: prompt.to_string(),
            max_bytes: DEFAULT_ANSWER_BYTES,
            field: self.field,
        };
        match perform(self.model, &self.agent, &task).await? {
            JobResult::Answer { answer } => {
                self.last = Some((prompt.to_string(), answer.clone()));
                Ok(answer + "\n")
            }
            _ => Err("something else than an answer".to_string()),
        }
    }

    async fn grade(&self, text: Option<String>) -> Result<String, String> {
        let (prompt, answer) = self.last.clone().ok_or("there is no answer yet to grade")?;
        // One's own answer is no reference for itself.
        let reference = text.is_some().then(|| answer.clone());
        let candidates = vec![Candidate { author: 0, text: text.unwrap_or(answer) }];
        let task = Task::Grade { prompt, reference, candidates };
        let started = Instant::now();
        match perform(self.model, &self.agent, &task).await? {
            JobResult::Grades { grades } => {
                let grade = grades.first().map_or(0, |given| given.grade);
                let took = started.elapsed().as_millis();
                Ok(format!("{:.4} ({took} ms)\n", f64::from(grade) / 10_000.0))
            }
            _ => Err("something else than grades".to_string()),
        }
    }
}
