//! `[[agents]]`: who is served, by which model, and how its answers are drawn.

use super::{error::ConfigError, willingness::WillingnessConfig};
use crate::{
    backend::Sampling,
    roster::{Agent, KeyPattern},
    units::Unit,
};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

/// One of `[[agents]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// 64 hex digits, or `*` for agents that are not listed.
    pub key: KeyPattern,
    /// The name of its model.
    pub model: String,
    /// 0 is greedy.
    #[serde(default)]
    pub temperature: f64,
    /// See [`Sampling::top_p`].
    #[serde(default)]
    pub top_p: Option<f64>,
    /// See [`Sampling::top_k`].
    #[serde(default)]
    pub top_k: Option<usize>,
    /// See [`Sampling::min_p`].
    #[serde(default)]
    pub min_p: Option<f64>,
    /// The system message of its answers.
    #[serde(default)]
    pub system: Option<String>,
    /// The longest answer in tokens, if shorter than its model's.
    #[serde(default)]
    pub max_tokens: Option<usize>,
    /// The names of its units, in the order in which they act.
    #[serde(default)]
    pub units: Vec<String>,
    /// `[agents.willingness]`
    #[serde(default)]
    pub willingness: WillingnessConfig,
}

impl AgentConfig {
    pub(super) fn any(model: &str, temperature: f64) -> Self {
        Self {
            key: KeyPattern::Any,
            model: model.to_string(),
            temperature,
            top_p: None,
            top_k: None,
            min_p: None,
            system: None,
            max_tokens: None,
            units: Vec::new(),
            willingness: WillingnessConfig::default(),
        }
    }

    pub(super) fn check(
        self,
        model: usize,
        known: &HashMap<String, Arc<dyn Unit>>,
    ) -> Result<Agent, ConfigError> {
        let check = |key, value: f64, valid: bool, range| match valid {
            true => Ok(()),
            false => Err(ConfigError::Sampling { key, value, range }),
        };
        let temperature = self.temperature;
        check("temperature", temperature, (0.0..=10.0).contains(&temperature), "0.0 to 10.0")?;
        let top_p = self.top_p.unwrap_or(1.0);
        check("top_p", top_p, top_p > 0.0 && top_p <= 1.0, "above 0.0 and up to 1.0")?;
        let min_p = self.min_p.unwrap_or(0.0);
        check("min_p", min_p, (0.0..=1.0).contains(&min_p), "0.0 to 1.0")?;
        check("top_k", 0.0, self.top_k != Some(0), "at least 1")?;
        check("max_tokens", 0.0, self.max_tokens != Some(0), "at least 1")?;
        let sampling =
            Sampling { temperature, top_p: self.top_p, top_k: self.top_k, min_p: self.min_p };
        let unit = |name: &String| {
            known.get(name).cloned().ok_or_else(|| ConfigError::UnknownUnit(name.clone()))
        };
        let units = self.units.iter().map(unit).collect::<Result<_, _>>()?;
        let willingness =
            self.willingness.check(temperature > 0.0).map_err(ConfigError::Willingness)?;
        Ok(Agent {
            model,
            sampling,
            system: self.system,
            max_tokens: self.max_tokens,
            units,
            willingness,
        })
    }
}
