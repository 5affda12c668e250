//! An expert system as an agent's module: a program that answers and grades over JSON lines (see
//! [`crate::program`]).

use super::{Graded, Grading, Module, NoResult, Question};
use crate::{
    conversation::Prompt,
    program::{lines, Program, ProgramError},
    protocol::{AuthorGrade, MAX_GRADE},
};
use std::sync::Arc;

/// A program that does an agent's jobs.
#[derive(Debug)]
pub struct ExpertSystem(pub Arc<Program>);

#[async_trait::async_trait]
impl Module for ExpertSystem {
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
        let Question { prompt, notes, max_bytes, .. } = *question;
        let prompt = Prompt::read(prompt);
        let (text, messages) = (prompt.text(), prompt.messages());
        let asked =
            lines::Question::Answer { prompt: &text, messages: &messages, notes, max_bytes };
        let reply = self.0.ask(&asked).await?;
        one_of("answer", reply.answer, reply.decline)
    }

    async fn grade(&self, grading: &Grading<'_>) -> Graded {
        self.grades(grading).await.into()
    }
}

impl ExpertSystem {
    async fn grades(&self, grading: &Grading<'_>) -> Result<Vec<AuthorGrade>, NoResult> {
        let Grading { prompt, reference, candidates, .. } = *grading;
        let texts = candidates.iter().map(|candidate| candidate.text.as_str()).collect();
        let prompt = Prompt::read(prompt);
        let (text, messages) = (prompt.text(), prompt.messages());
        let asked = lines::Question::Grade {
            prompt: &text,
            messages: &messages,
            reference,
            candidates: texts,
        };
        let reply = self.0.ask(&asked).await?;
        let shares = one_of("grades", reply.grades, reply.decline)?;
        if shares.len() != candidates.len()
            || shares.iter().any(|share| !(0.0..=1.0).contains(share))
        {
            let problem = format!("{} grades of 0.0 to 1.0 are needed", candidates.len());
            return Err(ProgramError::Malformed(problem).into());
        }
        let graded = candidates.iter().zip(shares).map(|(candidate, share)| AuthorGrade {
            author: candidate.author,
            // The product of a share and 10 000 is within what the cast keeps.
            grade: (share * f64::from(MAX_GRADE)).round() as u16,
        });
        Ok(graded.collect())
    }
}

/// The result of a reply, which holds either that or the reason why there is none.
fn one_of<T>(name: &str, result: Option<T>, decline: Option<String>) -> Result<T, NoResult> {
    match (result, decline) {
        (Some(result), None) => Ok(result),
        (None, Some(reason)) => Err(NoResult::ProgramDeclines(lines::one_line(&reason))),
        _ => Err(ProgramError::Malformed(format!("one of {name} and decline is needed")).into()),
    }
}
