//! What a model was asked to grade lately. Agents of one model often get the same text to grade,
//! with the same answer of their own as the reference, and nothing is drawn when a model grades:
//! the same question has the same logits, so it is asked once.

use crate::grading::NextLogits;
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
};

/// How many questions are remembered for a model.
const QUESTIONS: NonZeroUsize = NonZeroUsize::new(512).unwrap();
/// The longest question that is remembered, in bytes: together with [`QUESTIONS`] at most 4 MiB for
/// a model. Long texts are hardly ever the same.
const QUESTION_BYTES: usize = 8 * 1024;

/// The last questions to a model, as it read them, with its logits for the grade tokens.
pub struct Recent(Mutex<LruCache<String, NextLogits>>);

impl Default for Recent {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(QUESTIONS)))
    }
}

impl Recent {
    /// What the model said, if it was asked this lately.
    pub fn recall(&self, question: &str) -> Option<NextLogits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

    /// Remember what the model said.
    pub fn remember(&self, question: String, said: NextLogits) {
        if question.len() <= QUESTION_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(question, said);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(logit: f32) -> NextLogits {
        NextLogits { picked: vec![logit], log_total: 0.0 }
    }

    #[test]
    fn questions_should_be_recalled_until_others_replace_them() {
        let recent = Recent::default();
        recent.remember("a".into(), said(1.0));
        assert_eq!((recent.recall("a"), recent.recall("b")), (Some(said(1.0)), None));
        for number in 0..QUESTIONS.get() {
            recent.remember(number.to_string(), said(2.0));
        }
        assert_eq!((recent.recall("a"), recent.recall("0")), (None, Some(said(2.0))));
    }

    #[test]
    fn long_questions_should_not_be_kept() {
        let recent = Recent::default();
        let long = "x".repeat(QUESTION_BYTES + 1);
        recent.remember(long.clone(), said(1.0));
        assert_eq!(recent.recall(&long), None);
    }
}
