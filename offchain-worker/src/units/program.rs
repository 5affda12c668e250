//! A unit that is a program: see [`crate::program::lines`] for what it is asked.

use super::{acts_before, Draft, Stage, Unit, UnitError};
use crate::{
    backend::ToolDescription,
    conversation::Prompt,
    program::{
        lines::{one_line, Question, Reply},
        Program, ProgramError,
    },
};
use std::sync::Arc;

/// The unit.
#[derive(Debug)]
pub struct ProgramUnit {
    /// Its name in the configuration, and as a tool.
    pub name: String,
    /// Where it acts: `note` and `answer` are both asked with `before`, `check` with `after`,
    /// `tool` with `call`.
    pub at: Vec<Stage>,
    /// What a model is told of it.
    pub description: String,
    /// The program.
    pub program: Arc<Program>,
}

impl ProgramUnit {
    async fn ask_before(&self, prompt: &Prompt<'_>) -> Result<Reply, UnitError> {
        let (text, messages) = (prompt.text(), prompt.messages());
        let asked = Question::Before { prompt: &text, messages: &messages };
        self.ask(&asked).await
    }

    async fn ask_after(&self, prompt: &Prompt<'_>, answer: &str) -> Result<Reply, UnitError> {
        let (text, messages) = (prompt.text(), prompt.messages());
        let asked = Question::After { prompt: &text, messages: &messages, answer };
        self.ask(&asked).await
    }

    async fn ask(&self, question: &Question<'_>) -> Result<Reply, UnitError> {
        let failed = |source: ProgramError| UnitError::Program { unit: self.name.clone(), source };
        let reply = self.program.ask(question).await.map_err(failed)?;
        match reply.decline {
            Some(reason) => {
                Err(UnitError::Declines { unit: self.name.clone(), reason: one_line(&reason) })
            }
            None => Ok(reply),
        }
    }
}

#[async_trait::async_trait]
impl Unit for ProgramUnit {
    async fn before(&self, draft: &mut Draft<'_>) -> Result<(), UnitError> {
        if !acts_before(&self.at) {
            return Ok(());
        }
        let reply = self.ask_before(&draft.prompt).await?;
        if self.at.contains(&Stage::Note) {
            reply.notes.iter().for_each(|note| draft.note(note));
        }
        if self.at.contains(&Stage::Answer) && draft.answer.is_none() {
            draft.answer = reply.answer;
        }
        Ok(())
    }

    async fn after(&self, prompt: &Prompt<'_>, answer: String) -> Result<String, UnitError> {
        if !self.at.contains(&Stage::Check) {
            return Ok(answer);
        }
        let reply = self.ask_after(prompt, &answer).await?;
        Ok(reply.answer.unwrap_or(answer))
    }

    fn tool(&self) -> Option<ToolDescription> {
        let about = &self.description;
        self.at
            .contains(&Stage::Tool)
            .then(|| super::one_argument(&self.name, about, "input", "What it works on."))
    }

    async fn call(&self, arguments: &str) -> String {
        match self.program.ask(&Question::Call { arguments }).await {
            Ok(Reply { output: Some(output), .. }) => output,
            Ok(Reply { decline: Some(reason), .. }) => format!("error: {}", one_line(&reason)),
            Ok(_) => "error: no output".to_string(),
            Err(error) => format!("error: {error}"),
        }
    }
}
