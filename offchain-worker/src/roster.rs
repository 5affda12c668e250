//! Which agent a key names: the `[[agents]]` of the configuration.

use crate::{backend::Sampling, protocol::AgentKey, units::Unit, willingness::Willingness};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

/// One agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The index of its model among those served.
    pub model: usize,
    /// How it answers. Grading does not sample.
    pub sampling: Sampling,
    /// The system message of its answers.
    pub system: Option<String>,
    /// The longest answer in tokens, if shorter than its model's.
    pub max_tokens: Option<usize>,
    /// Its auxiliary units, in the order in which they act.
    pub units: Vec<Arc<dyn Unit>>,
    /// Which prompts it wants.
    pub willingness: Willingness,
}

impl Agent {
    /// A greedy agent on that model, without units, that wants everything.
    pub fn plain(model: usize) -> Self {
        let (units, willingness) = (Vec::new(), Willingness::default());
        let (system, max_tokens) = (None, None);
        Self { model, sampling: Sampling::GREEDY, system, max_tokens, units, willingness }
    }
}

/// An agent's `key` in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPattern {
    /// `"<64 hex>"`: this agent.
    One(AgentKey),
    /// `"*"`: agents that are not listed.
    Any,
}

impl<'de> Deserialize<'de> for KeyPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "*" {
            return Ok(Self::Any);
        }
        AgentKey::parse(text.strip_prefix("0x").unwrap_or(&text))
            .map(Self::One)
            .ok_or_else(|| serde::de::Error::custom("expected 64 hexadecimal digits or \"*\""))
    }
}

/// All agents of the worker.
#[derive(Debug, Default)]
pub struct Roster {
    listed: HashMap<AgentKey, Arc<Agent>>,
    others: Vec<Arc<Agent>>,
}

impl Roster {
    /// The agents in the order of the configuration; `Err` with a key that is
    /// listed twice.
    pub fn new(agents: impl IntoIterator<Item = (KeyPattern, Agent)>) -> Result<Self, AgentKey> {
        let mut roster = Self::default();
        for (pattern, agent) in agents {
            match pattern {
                KeyPattern::Any => roster.others.push(Arc::new(agent)),
                KeyPattern::One(key) => {
                    if roster.listed.insert(key, Arc::new(agent)).is_some() {
                        return Err(key);
                    }
                }
            }
        }
        Ok(roster)
    }

    /// The agent of `key`. A key that is not listed gets one of the `"*"` entries, always the same
    /// one.
    pub fn find(&self, key: &AgentKey) -> Option<&Arc<Agent>> {
        self.listed.get(key).or_else(|| {
            let count = u64::try_from(self.others.len()).ok()?;
            let index = key.leading_u64().checked_rem(count)?;
            self.others.get(usize::try_from(index).ok()?)
        })
    }

    /// Somebody who uses the model of that index, or any model: one for whom jobs are tried out.
    pub fn someone(&self, model: Option<usize>) -> Option<&Arc<Agent>> {
        let wanted = |agent: &&Arc<Agent>| model.is_none_or(|model| agent.model == model);
        let listed = || {
            let users = self.listed.iter().filter(|(_, agent)| wanted(agent));
            users.min_by_key(|(key, _)| **key).map(|(_, agent)| agent)
        };
        self.others.iter().find(wanted).or_else(listed)
    }

    /// How many entries use the model of that index.
    pub fn users_of(&self, model: usize) -> usize {
        self.listed.values().chain(&self.others).filter(|agent| agent.model == model).count()
    }

    /// How many keys are listed.
    pub fn listed(&self) -> usize {
        self.listed.len()
    }

    /// How many entries serve keys that are not listed; 0 means that such keys are refused.
    pub fn others(&self) -> usize {
        self.others.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Hex32;

    fn agent(model: usize) -> Agent {
        Agent::plain(model)
    }

    #[test]
    fn find_should_prefer_listed_keys_and_spread_the_others() {
        let own = Hex32([7; 32]);
        let entries = [
            (KeyPattern::Any, agent(0)),
            (KeyPattern::One(own), agent(5)),
            (KeyPattern::Any, agent(1)),
        ];
        let roster = Roster::new(entries).unwrap();
        assert_eq!(roster.find(&own).unwrap().model, 5);
        let model = |first: u8| {
            let mut bytes = [0; 32];
            bytes[0] = first;
            roster.find(&Hex32(bytes)).unwrap().model
        };
        assert_eq!([model(0), model(1), model(2), model(3)], [0, 1, 0, 1]);
        assert_eq!((roster.users_of(1), roster.listed(), roster.others()), (1, 1, 2));
    }

    #[test]
    fn find_should_fail_when_no_entry_serves_the_key() {
        let roster = Roster::new([(KeyPattern::One(Hex32([7; 32])), agent(0))]).unwrap();
        assert!(roster.find(&Hex32([8; 32])).is_none());
    }

    #[test]
    fn new_should_fail_when_a_key_is_repeated() {
        let key = Hex32([7; 32]);
        let twice = [(KeyPattern::One(key), agent(0)), (KeyPattern::One(key), agent(1))];
        assert_eq!(Roster::new(twice).unwrap_err(), key);
    }
}
