//! What came of an examination: who was right, and what was paid back. As JSON (docs/json.md) and
//! as text.

use super::kept::Kept;
use crate::report::{cell, short_account};
use serde::Serialize;
use std::fmt::Write;
use waggle_client::{amount::Amount, report::RoundReport};
use waggle_primitives::{final_answer::FinalAnswer, DomainId, RoundId};

/// Longest text in a line for people.
const WIDTH: usize = 60;

/// An examination that is over.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The round.
    pub round: RoundId,
    /// The domain in which it was asked.
    pub domain: DomainId,
    /// What was asked.
    pub question: String,
    /// The right answer.
    pub truth: String,
    /// Whether the truth was revealed. It cannot be when the round was cancelled.
    pub revealed: bool,
    /// Why the round was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_because: Option<String>,
    /// Who answered what, by the round's index.
    pub answers: Vec<ExaminedAnswer>,
    /// How many answers were right, as the chain says.
    pub right: u32,
    /// How many agents opened their answers and were examined.
    pub agents: u32,
    /// What the treasury paid back to the account that asked.
    pub paid_back: Amount,
    /// The block in which the truth was revealed.
    pub block: Option<u32>,
}

/// One agent's answer beside the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExaminedAnswer {
    /// The agent: its owner's address.
    pub agent: String,
    /// The model that it declares.
    pub model: String,
    /// What it answered. `null` if it did not open its answer, or the node no longer has the text.
    pub text: Option<String>,
    /// Whether that is right: whether it comes to the same in the end as the truth. `null` without
    /// a text.
    pub right: Option<bool>,
}

/// What the chain said of a truth that was revealed to it.
#[derive(Clone, Copy, Debug)]
pub struct Revealed {
    /// How many answers were right.
    pub right: u32,
    /// How many agents were examined.
    pub agents: u32,
    /// What was paid back.
    pub paid_back: Amount,
    /// In which block.
    pub block: u32,
}

impl Outcome {
    /// Of a round whose truth was `revealed`, or that was cancelled if it is `None`.
    pub(super) fn of(kept: &Kept, report: &RoundReport, revealed: Option<Revealed>) -> Self {
        let truth = FinalAnswer::of(kept.truth.as_bytes());
        let is_right = |text: &String| FinalAnswer::of(text.as_bytes()) == truth;
        let answers = report.answers.iter().map(|answer| ExaminedAnswer {
            agent: answer.agent.clone(),
            model: answer.model.clone(),
            text: answer.text.clone(),
            right: answer.text.as_ref().map(is_right),
        });
        Self {
            round: report.round,
            domain: report.domain,
            question: kept.question.clone(),
            truth: kept.truth.clone(),
            revealed: revealed.is_some(),
            cancelled_because: report.cancelled_because.clone(),
            answers: answers.collect(),
            right: revealed.map(|revealed| revealed.right).unwrap_or_default(),
            agents: revealed.map(|revealed| revealed.agents).unwrap_or_default(),
            paid_back: revealed.map(|revealed| revealed.paid_back).unwrap_or_default(),
            block: revealed.map(|revealed| revealed.block),
        }
    }

    /// The outcome as one line of JSON.
    pub fn to_json_line(&self) -> String {
        // Serialising plain structs with string keys into memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The outcome for people: a line, and one for each agent.
    pub fn print(&self) -> String {
        let (question, truth) = (cell(&self.question, WIDTH), cell(&self.truth, WIDTH));
        let mut out = format!("Round {}: {question} → {truth}\n", self.round);
        for ExaminedAnswer { agent, model, text, right } in &self.answers {
            let verdict = match right {
                Some(true) => "right",
                Some(false) => "wrong",
                None => "?",
            };
            let text = text.as_deref().map_or_else(|| "(not known)".into(), |t| cell(t, WIDTH));
            let (agent, model) = (short_account(agent), cell(model, 30));
            let _ = writeln!(out, "  {verdict:<5}  {agent} {model}: {text}");
        }
        let _ = match &self.cancelled_because {
            Some(reason) => writeln!(out, "Cancelled, so that nothing is revealed: {reason}"),
            None => writeln!(
                out,
                "{} of {} agents were right; {} WAG paid back",
                self.right, self.agents, self.paid_back
            ),
        };
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::{
        amount::WAG,
        report::{Answer, Blocks, Payments, PhasesMs, Rule, Status},
        AccountId,
    };

    fn answer(index: u32, text: Option<&str>) -> Answer {
        Answer {
            agent: AccountId::from([index as u8; 32]).to_string(),
            index,
            key: String::new(),
            model: "llama-scout".into(),
            text: text.map(String::from),
            candidate: None,
            opened_answer: text.is_some(),
            opened_grades: true,
            score: None,
            prior: None,
            weight: None,
            mean: None,
            spread: None,
            bias: None,
            rating_before: None,
            rating_after: None,
        }
    }

    fn report(status: Status) -> RoundReport {
        RoundReport {
            round: 12,
            status,
            cancelled_because: (status == Status::Cancelled).then(|| "nobody came".into()),
            min_score: None,
            best: None,
            prompt: None,
            client: String::new(),
            domain: 4,
            seats: None,
            answers: vec![
                answer(0, Some("It is 49.\nAnswer: **49**.")),
                answer(1, Some("48")),
                answer(2, None),
            ],
            grades: Vec::new(),
            winner: None,
            winner_text: None,
            expected: None,
            k: 0,
            seed: None,
            assignment: Vec::new(),
            rule: Rule::Calibrated { question: "closed" },
            payments: Payments {
                reward: Amount(20 * WAG),
                returned: Amount(0),
                ticket: Amount(0),
                treasury: Amount(0),
                agents: Vec::new(),
            },
            phases_ms: PhasesMs::default(),
            blocks: Blocks::default(),
            memory: None,
        }
    }

    fn kept() -> Kept {
        Kept::new(AccountId::from([9; 32]), "37+12", "49", [7; 32])
    }

    #[test]
    fn outcome_should_say_who_was_right_and_what_was_paid_back() {
        let revealed = Revealed { right: 1, agents: 2, paid_back: Amount(20 * WAG), block: 99 };
        let outcome = Outcome::of(&kept(), &report(Status::Settled), Some(revealed));
        let right: Vec<Option<bool>> = outcome.answers.iter().map(|answer| answer.right).collect();
        assert_eq!(right, [Some(true), Some(false), None]);
        let text = outcome.print();
        assert!(text.starts_with("Round 12: 37+12 → 49\n  right  "), "{text}");
        assert!(text.contains("  wrong  ") && text.contains("  ?      "), "{text}");
        assert!(text.ends_with("1 of 2 agents were right; 20 WAG paid back\n"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&outcome.to_json_line()).unwrap();
        assert_eq!(json["revealed"], true);
        assert_eq!(json["domain"], 4);
        assert_eq!(json["paid_back"], "20");
        assert_eq!(json["right"], 1);
        assert_eq!(json["agents"], 2);
        assert_eq!(json["block"], 99);
        assert_eq!(json["truth"], "49");
        assert_eq!(json["answers"][1]["right"], false);
        assert!(json.get("cancelled_because").is_none());
    }

    #[test]
    fn outcome_should_say_why_nothing_was_revealed_when_the_round_was_cancelled() {
        let outcome = Outcome::of(&kept(), &report(Status::Cancelled), None);
        assert!(outcome.print().ends_with("nothing is revealed: nobody came\n"));
        let json: serde_json::Value = serde_json::from_str(&outcome.to_json_line()).unwrap();
        assert_eq!(json["revealed"], false);
        assert_eq!(json["paid_back"], "0");
        assert!(json["block"].is_null());
        assert_eq!(json["cancelled_because"], "nobody came");
    }
}
