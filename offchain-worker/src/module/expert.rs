//! An expert system as an agent's module: a program that answers and grades over JSON lines (see
//! [`crate::program`]).

use super::{Grading, Module, NoResult, Question};
use crate::{
    metrics::Metrics,
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
        let reply = self.0.ask(&lines::Question::Answer { prompt, notes, max_bytes }).await?;
        match (reply.answer, reply.decline) {
            (Some(answer), None) => Ok(answer),
            (None, Some(reason)) => Err(NoResult::ProgramDeclines(lines::one_line(&reason))),
            _ => {
                Err(ProgramError::Malformed("one of answer and decline is needed".to_string())
                    .into())
            }
        }
    }

    async fn grade(
        &self,
        _: &str,
        grading: &Grading<'_>,
        _: &Metrics,
    ) -> Result<Vec<AuthorGrade>, NoResult> {
        let Grading { prompt, reference, candidates } = *grading;
        let texts = candidates.iter().map(|candidate| candidate.text.as_str()).collect();
        let reply =
            self.0.ask(&lines::Question::Grade { prompt, reference, candidates: texts }).await?;
        let shares = match (reply.grades, reply.decline) {
            (Some(shares), None) => shares,
            (None, Some(reason)) => {
                return Err(NoResult::ProgramDeclines(lines::one_line(&reason)))
            }
            _ => {
                return Err(ProgramError::Malformed(
                    "one of grades and decline is needed".to_string(),
                )
                .into())
            }
        };
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
