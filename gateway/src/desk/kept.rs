//! How orders and outcomes are stored: JSON, with amounts as decimal strings of the chain's
//! smallest unit.

use super::order::{Answered, Order, Outcome, Trouble};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use waggle_client::amount::Amount;
use waggle_primitives::{DomainId, Grade, RoundTerms};

/// An order whose terms have been checked against the chain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checked {
    /// What goes on chain.
    pub(crate) prompt: String,
    /// Whose members may answer.
    pub(crate) domain: DomainId,
    /// The terms, as the chain takes them.
    pub(crate) terms: RoundTerms<u128>,
    /// What is sealed with the prompt: the same bytes each time it is signed.
    pub(crate) sealed: [u8; 32],
    /// Whether to wait until the outcome is final.
    pub(crate) finalised: bool,
    /// What it may cost at most, the reward included.
    pub(crate) costs: u128,
}

impl Checked {
    /// The order under the terms that [`waggle_client::submit::check`] made of it.
    pub(crate) fn new(
        order: &Order,
        terms: RoundTerms<u128>,
        costs: u128,
        sealed: [u8; 32],
    ) -> Self {
        Self {
            prompt: order.prompt.clone(),
            domain: order.domain,
            terms,
            sealed,
            finalised: order.finalised,
            costs,
        }
    }

    /// What asking may cost besides the reward, fees included.
    pub(crate) fn asking_at_most(&self) -> u128 {
        self.costs.saturating_sub(self.terms.reward)
    }
}

#[derive(Serialize, Deserialize)]
struct AskedJson {
    prompt: String,
    domain: DomainId,
    reward: String,
    answering_blocks: u32,
    min_agents: u32,
    max_agents: u32,
    min_score: u16,
    sealed: String,
    finalised: bool,
    costs: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum OutcomeJson {
    Answered {
        round: u64,
        block: u32,
        block_hash: String,
        finalised: bool,
        winner: String,
        text: String,
        reward: String,
        fee: String,
        agents: usize,
        model: String,
        elapsed_ms: u64,
    },
    Cancelled {
        round: u64,
        reason: String,
    },
    NobodyWon {
        round: u64,
        kept: String,
    },
    Refused {
        reason: String,
    },
    NodeAway {
        reason: String,
    },
    Unsure {
        until_block: u32,
    },
    NoSuchRound {
        round: u64,
    },
    Store {
        reason: String,
    },
}

/// The JSON of an order.
pub(crate) fn write_order(order: &Checked) -> String {
    let json = AskedJson {
        prompt: order.prompt.clone(),
        domain: order.domain,
        reward: order.terms.reward.to_string(),
        answering_blocks: order.terms.answering_blocks,
        min_agents: order.terms.min_agents,
        max_agents: order.terms.max_agents,
        min_score: order.terms.min_score.basis_points(),
        sealed: hex::encode(order.sealed),
        finalised: order.finalised,
        costs: order.costs.to_string(),
    };
    // Serialising plain structs with string keys into memory cannot fail.
    serde_json::to_string(&json).unwrap_or_default()
}

/// The order of its JSON. `None`: another version wrote it.
pub(crate) fn read_order(json: &str) -> Option<Checked> {
    let json: AskedJson = serde_json::from_str(json).ok()?;
    Some(Checked {
        prompt: json.prompt,
        domain: json.domain,
        terms: RoundTerms {
            reward: json.reward.parse().ok()?,
            answering_blocks: json.answering_blocks,
            min_agents: json.min_agents,
            max_agents: json.max_agents,
            min_score: Grade::new(json.min_score)?,
        },
        sealed: hex::decode(json.sealed).ok()?.try_into().ok()?,
        finalised: json.finalised,
        costs: json.costs.parse().ok()?,
    })
}

/// The JSON of an outcome.
pub(crate) fn write_outcome(outcome: &Outcome) -> String {
    let json = match outcome.clone() {
        Outcome::Answered(answered) => OutcomeJson::Answered {
            round: answered.round,
            block: answered.block,
            block_hash: answered.block_hash,
            finalised: answered.finalised,
            winner: answered.winner,
            text: answered.text,
            reward: answered.reward.0.to_string(),
            fee: answered.fee.0.to_string(),
            agents: answered.agents,
            model: answered.model,
            elapsed_ms: u64::try_from(answered.elapsed.as_millis()).unwrap_or(u64::MAX),
        },
        Outcome::Failed(trouble) => match trouble {
            Trouble::Cancelled { round, reason } => OutcomeJson::Cancelled { round, reason },
            Trouble::NobodyWon { round, kept } => {
                OutcomeJson::NobodyWon { round, kept: kept.0.to_string() }
            }
            Trouble::Refused { reason } => OutcomeJson::Refused { reason },
            Trouble::NodeAway { reason } => OutcomeJson::NodeAway { reason },
            Trouble::Unsure { until_block } => OutcomeJson::Unsure { until_block },
            Trouble::NoSuchRound(round) => OutcomeJson::NoSuchRound { round },
            Trouble::Store { reason } => OutcomeJson::Store { reason },
        },
    };
    serde_json::to_string(&json).unwrap_or_default()
}

/// The outcome of its JSON. `None`: another version wrote it.
pub(crate) fn read_outcome(json: &str) -> Option<Outcome> {
    let amount = |text: String| text.parse().ok().map(Amount);
    let json: OutcomeJson = serde_json::from_str(json).ok()?;
    let trouble = match json {
        OutcomeJson::Answered {
            round,
            block,
            block_hash,
            finalised,
            winner,
            text,
            reward,
            fee,
            agents,
            model,
            elapsed_ms,
        } => {
            return Some(Outcome::Answered(Answered {
                round,
                block,
                block_hash,
                finalised,
                winner,
                text,
                reward: amount(reward)?,
                fee: amount(fee)?,
                agents,
                model,
                elapsed: Duration::from_millis(elapsed_ms),
            }))
        }
        OutcomeJson::Cancelled { round, reason } => Trouble::Cancelled { round, reason },
        OutcomeJson::NobodyWon { round, kept } => Trouble::NobodyWon { round, kept: amount(kept)? },
        OutcomeJson::Refused { reason } => Trouble::Refused { reason },
        OutcomeJson::NodeAway { reason } => Trouble::NodeAway { reason },
        OutcomeJson::Unsure { until_block } => Trouble::Unsure { until_block },
        OutcomeJson::NoSuchRound { round } => Trouble::NoSuchRound(round),
        OutcomeJson::Store { reason } => Trouble::Store { reason },
    };
    Some(Outcome::Failed(trouble))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::amount::WAG;

    #[test]
    fn outcomes_should_be_read_as_they_were_written() {
        let answered = Outcome::Answered(Answered {
            round: 7,
            block: 90,
            block_hash: "0xab".into(),
            finalised: true,
            winner: "5Grw".into(),
            text: "an \"answer\"\nwith lines".into(),
            reward: Amount(20 * WAG + 1),
            fee: Amount(WAG / 3),
            agents: 7,
            model: "SmolLM2".into(),
            elapsed: Duration::from_millis(12_345),
        });
        let reason = || "why".to_owned();
        let troubles = [
            Trouble::Cancelled { round: 1, reason: reason() },
            Trouble::NobodyWon { round: 2, kept: Amount(u128::from(u64::MAX)) },
            Trouble::Refused { reason: reason() },
            Trouble::NodeAway { reason: reason() },
            Trouble::Unsure { until_block: 3 },
            Trouble::NoSuchRound(5),
            Trouble::Store { reason: reason() },
        ];
        let all = std::iter::once(answered).chain(troubles.map(Outcome::Failed));
        for outcome in all {
            assert_eq!(read_outcome(&write_outcome(&outcome)), Some(outcome));
        }
    }

    #[test]
    fn orders_should_be_read_as_they_were_written() {
        let order = Checked {
            prompt: "37+12\n\u{1f41d}".into(),
            domain: 3,
            terms: RoundTerms {
                reward: 20 * WAG,
                answering_blocks: 40,
                min_agents: 4,
                max_agents: 7,
                min_score: Grade::new(4_500).unwrap(),
            },
            sealed: [7; 32],
            finalised: true,
            costs: 24 * WAG,
        };
        assert_eq!(read_order(&write_order(&order)), Some(order));
        assert_eq!(read_order("{}"), None);
    }
}
