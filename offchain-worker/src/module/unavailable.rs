//! A module that could not be loaded: it declines every job and says why, so that the worker can
//! serve the others.

use super::{Graded, Grading, Module, NoResult, Question};

/// What stands in for a model that could not be loaded.
#[derive(Clone, Debug)]
pub struct Unavailable {
    /// Why, in one line.
    pub reason: String,
}

impl Unavailable {
    fn refusal(&self) -> NoResult {
        NoResult::NotLoaded(self.reason.clone())
    }
}

#[async_trait::async_trait]
impl Module for Unavailable {
    fn problem(&self) -> Option<String> {
        Some(self.reason.clone())
    }

    async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
        Err(self.refusal())
    }

    async fn grade(&self, _: &Grading<'_>) -> Graded {
        Err(self.refusal()).into()
    }
}
