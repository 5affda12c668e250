//! `[agents.willingness]`: which prompts an agent wants.

use crate::willingness::{Competence, Willingness};
use regex::RegexSet;
use serde::Deserialize;

/// `[agents.willingness]`, all keys optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WillingnessConfig {
    /// Regular expressions: one of them must match the prompt.
    pub topics: Vec<String>,
    /// Regular expressions: none of them may match the prompt.
    pub not_topics: Vec<String>,
    /// The longest prompt, in bytes.
    pub max_prompt_bytes: Option<usize>,
    /// The most jobs that may wait for the agent's model.
    pub max_waiting: Option<usize>,
    /// The least reward, as decimal digits in the chain's smallest unit.
    pub min_reward: Option<String>,
    /// The most that a ticket may cost, likewise.
    pub max_ticket: Option<String>,
    /// The most that a client may ask an answer to score, 0.0 to 1.0.
    pub max_min_score: Option<f64>,
    /// How many answers are compared to estimate competence.
    pub samples: Option<usize>,
    /// The least share of them that must agree.
    pub min_agreement: Option<f64>,
}

impl WillingnessConfig {
    /// What is wrong, in one line. `chance`: whether the agent's answers are drawn.
    pub(super) fn check(self, chance: bool) -> Result<Willingness, String> {
        let set = |key: &str, patterns: &[String]| match patterns {
            [] => Ok(None),
            some => RegexSet::new(some).map(Some).map_err(|error| format!("{key}: {error}")),
        };
        let balance = |key: &str, text: Option<String>| {
            let read = |text: String| text.replace('_', "").parse::<u128>();
            text.map(read).transpose().map_err(|_| format!("{key}: decimal digits are needed"))
        };
        let competence = match (self.samples, self.min_agreement) {
            (None, None) => None,
            (Some(samples), Some(min_agreement)) => {
                if !(2..=64).contains(&samples) {
                    return Err("samples: 2 to 64".to_string());
                }
                if !(0.0..=1.0).contains(&min_agreement) {
                    return Err("min_agreement: 0.0 to 1.0".to_string());
                }
                if !chance {
                    return Err(
                        "samples: without a temperature all answers are the same".to_string()
                    );
                }
                Some(Competence { samples, min_agreement })
            }
            _ => return Err("samples and min_agreement need each other".to_string()),
        };
        let basis_points = |score: f64| {
            let known = Some(score).filter(|score| (0.0..=1.0).contains(score));
            known.map(|score| (score * 10_000.0).round() as u16)
        };
        let max_min_score = match self.max_min_score {
            None => None,
            Some(score) => Some(basis_points(score).ok_or("max_min_score: 0.0 to 1.0")?),
        };
        Ok(Willingness {
            topics: set("topics", &self.topics)?,
            not_topics: set("not_topics", &self.not_topics)?,
            max_prompt_bytes: self.max_prompt_bytes,
            max_waiting: self.max_waiting,
            min_reward: balance("min_reward", self.min_reward)?,
            max_ticket: balance("max_ticket", self.max_ticket)?,
            max_min_score,
            competence,
        })
    }
}
