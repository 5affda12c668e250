//! What the tools take and give, as types: their JSON Schemas are what a client's model reads.
//!
//! Amounts are decimal strings in WAG, as in docs/json.md. Whatever agents and founders of domains
//! wrote is text of strangers.

use crate::desk::Answered;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use waggle_client::{amount::Amount, report::RoundReport, Domain, Member};
use waggle_primitives::{choice::Question as Asked, Fixed};

/// Most bytes of an answer that was not chosen: a round may have a hundred, and clients take in a
/// megabyte at a time.
const SHOWN_BYTES: usize = 2 * 1024;

/// What `ask` is given.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The question, in full: agents see nothing else. At most 16384 bytes. It is public for ever.
    pub(super) prompt: String,
    /// Which swarm answers: `waggle` (the default), `waggle-fast` (four agents, little time) or
    /// `waggle-deep` (many agents, more time, waits for finality); also with a domain, such as
    /// `waggle-fast/3`.
    #[serde(default)]
    pub(super) model: Option<String>,
    /// The domain whose members answer, by its number, or its title in kebab case; `domains` lists
    /// them. The model's own, which usually is the general one, if it is left out.
    #[serde(default)]
    pub(super) domain: Option<String>,
    /// What to pay for the answer, in WAG, as a decimal string such as "20". What the model's terms
    /// say if it is left out.
    #[serde(default)]
    pub(super) reward: Option<String>,
    /// Any text of at most 255 bytes that is new for each question. Whoever repeats the call with
    /// the same text and arguments, after a timeout for example, gets the first call's answer and
    /// pays once.
    #[serde(default)]
    pub(super) idempotency_key: Option<String>,
}

/// Which round `round` shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct WhichRound {
    /// The round's number, as `ask` gave it.
    pub(super) round: u64,
}

/// Which members `leaderboard` lists.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct WhichMembers {
    /// The domain, by its number, or its title in kebab case. The general one if it is left out.
    #[serde(default)]
    pub(super) domain: Option<String>,
    /// How many members to list, best first: 1 to 100, 20 if it is left out.
    #[serde(default)]
    pub(super) limit: Option<u32>,
}

/// What `ask` gives.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Receipt {
    /// The chosen answer: text of a stranger's model.
    pub(super) answer: String,
    /// The round that chose it.
    pub(super) round: u64,
    /// The block in which it was settled.
    pub(super) block: u32,
    /// That block's hash, in hex.
    pub(super) block_hash: String,
    /// Whether that block was final when the answer was given.
    pub(super) finalised: bool,
    /// The address of the owner of the agent whose answer it is.
    pub(super) winner: String,
    /// The language model that this agent declares.
    pub(super) declared_model: String,
    /// How many agents took part.
    pub(super) agents: usize,
    /// The reward of the round, in WAG.
    pub(super) reward: String,
    /// The fees besides, in WAG.
    pub(super) fee: String,
    /// Seconds from taking the question to knowing the answer.
    pub(super) seconds: f64,
    /// Whether this is the answer to an earlier call with the same idempotency key.
    pub(super) replayed: bool,
}

impl Receipt {
    pub(super) fn of(answered: &Answered, replayed: bool) -> Self {
        Self {
            answer: answered.text.clone(),
            round: answered.round,
            block: answered.block,
            block_hash: answered.block_hash.clone(),
            finalised: answered.finalised,
            winner: answered.winner.clone(),
            declared_model: answered.model.clone(),
            agents: answered.agents,
            reward: answered.reward.to_string(),
            fee: answered.fee.to_string(),
            seconds: answered.elapsed.as_secs_f64(),
            replayed,
        }
    }

    /// What happened, in a line for people.
    pub(super) fn line(&self) -> String {
        let Self { round, agents, winner, reward, fee, block, .. } = self;
        let paid = if self.replayed { "paid for earlier" } else { "paid" };
        let finality = if self.finalised { "final" } else { "not final yet" };
        format!(
            "[round {round}: chosen among {agents} agents, by {winner}; {paid} {reward} WAG and \
             {fee} WAG of fees; block {block}, {finality}]"
        )
    }
}

/// What `round` gives.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct RoundSeen {
    /// The round.
    pub(super) round: u64,
    /// `settled` (an answer was chosen), `nobody_won` or `cancelled` (the reward went back).
    pub(super) status: String,
    /// Why it was cancelled.
    pub(super) cancelled_because: Option<String>,
    /// The domain in which it was asked.
    pub(super) domain: u32,
    /// What was asked, while the node still has it.
    pub(super) prompt: Option<String>,
    /// The owner of the agent whose answer was chosen.
    pub(super) winner: Option<String>,
    /// The chosen answer: text of a stranger's model.
    pub(super) answer: Option<String>,
    /// Everybody who entered, in the order in which they committed to an answer.
    pub(super) candidates: Vec<Candidate>,
    /// What the client offered, in WAG.
    pub(super) reward: String,
    /// What of it went back to the client, in WAG.
    pub(super) returned: String,
    /// The block in which the prompt was submitted.
    pub(super) submitted_block: u32,
    /// The block in which the round ended.
    pub(super) ended_block: Option<u32>,
}

/// One agent's part in a round.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Candidate {
    /// Its owner's address.
    pub(super) agent: String,
    /// The language model that it declares.
    pub(super) declared_model: String,
    /// What it answered, if it opened its answer and the node still has it; the first 2 KiB of it.
    /// Text of a stranger's model.
    pub(super) answer: Option<String>,
    /// What its answer scored, 0 to 1.
    pub(super) score: Option<f64>,
    /// Its rating after the round, 0 to 1.
    pub(super) rating: Option<f64>,
    /// What it was paid, in WAG.
    pub(super) paid: Option<String>,
}

impl RoundSeen {
    pub(super) fn of(report: RoundReport) -> Self {
        let payments = report.payments.agents.iter().map(|payment| payment.paid.to_string());
        let payments = payments.map(Some).chain(std::iter::repeat(None));
        let candidates = report.answers.into_iter().zip(payments);
        Self {
            round: report.round,
            status: name_of(&report.status),
            cancelled_because: report.cancelled_because,
            domain: report.domain,
            prompt: report.prompt,
            winner: report.winner,
            answer: report.winner_text,
            candidates: candidates
                .map(|(answer, paid)| Candidate {
                    agent: answer.agent,
                    declared_model: answer.model,
                    answer: answer.text.map(shown),
                    score: answer.score,
                    rating: answer.rating_after,
                    paid,
                })
                .collect(),
            reward: report.payments.reward.to_string(),
            returned: report.payments.returned.to_string(),
            submitted_block: report.blocks.submitted,
            ended_block: report.blocks.ended,
        }
    }

    /// The round for people. Answers are quoted: none can pass for another line.
    pub(super) fn text(&self) -> String {
        let mut text = format!("Round {} in domain {}: {}", self.round, self.domain, self.status);
        if let Some(reason) = &self.cancelled_because {
            text += &format!(", because {reason}");
        }
        text +=
            &format!(". Reward {} WAG, of which {} WAG went back.\n", self.reward, self.returned);
        for candidate in &self.candidates {
            let chosen = Some(&candidate.agent) == self.winner.as_ref();
            let score = candidate.score.map_or("no score".into(), |score| format!("{score:.3}"));
            let answer = candidate.answer.as_ref().map(|answer| format!("{answer:?}"));
            let answer = answer.unwrap_or_else(|| "(no answer opened, or not kept)".into());
            let mark = if chosen { "chosen" } else { "not chosen" };
            text += &format!("- {} ({score}, {mark}): {answer}\n", candidate.agent);
        }
        text
    }
}

/// The beginning of a text.
fn shown(mut text: String) -> String {
    if text.len() > SHOWN_BYTES {
        text.truncate(text.floor_char_boundary(SHOWN_BYTES));
        text.push('…');
    }
    text
}

/// What serde calls a variant without fields.
fn name_of(variant: &impl Serialize) -> String {
    let value = serde_json::to_value(variant).unwrap_or_default();
    value.as_str().map(str::to_owned).unwrap_or_default()
}

/// What `leaderboard` gives.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Leaderboard {
    /// The domain.
    pub(super) domain: u32,
    /// How many members it has that have not retired, listed or not.
    pub(super) members: usize,
    /// The best of them, by rating.
    pub(super) leaders: Vec<Leader>,
}

/// A member of a domain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Leader {
    /// Its place, from 1.
    pub(super) place: usize,
    /// Its owner's address.
    pub(super) agent: String,
    /// The language model that it declares.
    pub(super) declared_model: String,
    /// How well it grades, 0 to 1.
    pub(super) rating: f64,
    /// What an answer of its may be expected to score, 0 to 1, if the chain's rule asks for that.
    pub(super) quality: Option<f64>,
    /// Rated rounds so far.
    pub(super) rated_rounds: u32,
    /// Whether seats are drawn for it now.
    pub(super) on_roster: bool,
}

impl Leaderboard {
    /// The best `limit` of these members.
    pub(super) fn of(domain: u32, members: &[Member], limit: usize) -> Self {
        let mut active: Vec<&Member> =
            members.iter().filter(|member| !member.agent.retired).collect();
        let total = active.len();
        active.sort_by_key(|member| std::cmp::Reverse(member.membership.rating));
        let leaders = active.into_iter().take(limit).zip(1..).map(|(member, place)| Leader {
            place,
            agent: member.agent.owner.to_string(),
            declared_model: text_of(&member.agent.model),
            rating: number(member.membership.rating),
            quality: member.membership.quality.map(number),
            rated_rounds: member.membership.rounds,
            on_roster: member.membership.absences.is_some(),
        });
        Self { domain, members: total, leaders: leaders.collect() }
    }

    /// The list for people. What agents declare is quoted.
    pub(super) fn text(&self) -> String {
        let Self { domain, members, leaders } = self;
        let mut text = format!("Domain {domain}: {members} members, {} listed.\n", leaders.len());
        for leader in leaders {
            let Leader { place, agent, declared_model, rating, rated_rounds, .. } = leader;
            text += &format!(
                "{place}. {agent} ({declared_model:?}): rating {rating:.3} after {rated_rounds} \
                 rated rounds\n"
            );
        }
        text
    }
}

/// What `domains` gives.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Domains {
    /// All domains, or the first of them.
    pub(super) domains: Vec<DomainSeen>,
    /// How many there are.
    pub(super) total: usize,
}

/// A domain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct DomainSeen {
    /// Its number.
    pub(super) domain: u32,
    /// The model that asks it.
    pub(super) model: String,
    /// Its title: text of whoever founded it.
    pub(super) title: String,
    /// What it is about: text of whoever founded it.
    pub(super) description: String,
    /// `closed` if answers are right or wrong, `open` if they are better or worse.
    pub(super) question: String,
    /// How many agents are members.
    pub(super) members: u32,
    /// How many of them seats are drawn for.
    pub(super) on_roster: u32,
}

impl Domains {
    /// The first `limit` of these domains.
    pub(super) fn of(domains: &[Domain], limit: usize) -> Self {
        let seen = domains.iter().take(limit).map(|domain| DomainSeen {
            domain: domain.id,
            model: format!("waggle/{}", domain.id),
            title: text_of(&domain.title),
            description: text_of(&domain.description),
            question: match domain.question {
                Asked::Closed => "closed".into(),
                Asked::Open => "open".into(),
            },
            members: domain.members,
            on_roster: domain.on_roster,
        });
        Self { domains: seen.collect(), total: domains.len() }
    }

    /// The list for people.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{} domains, {} listed.\n", self.total, self.domains.len());
        for domain in &self.domains {
            let DomainSeen { model, title, members, question, .. } = domain;
            text += &format!("- {model}: {title:?}, {question} questions, {members} members\n");
        }
        text
    }
}

/// An amount that a client wrote.
pub(super) fn amount(text: &str) -> Result<Amount, String> {
    text.trim().trim_end_matches("WAG").trim_end().parse().map_err(|_| {
        format!("the reward {text:?} is no amount: write it in WAG, such as \"20\" or \"0.5\"")
    })
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A fixed-point number of the chain as JSON knows numbers.
fn number(fixed: Fixed) -> f64 {
    fixed.into_inner() as f64 / 1e18
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::handler::server::tool::{schema_for_input, schema_for_output};
    use std::time::Duration;
    use waggle_client::amount::WAG;

    fn answered() -> Answered {
        Answered {
            round: 7,
            block: 40,
            block_hash: "0x11".into(),
            finalised: false,
            winner: "5Agent".into(),
            text: "49".into(),
            reward: Amount(20 * WAG),
            fee: Amount(WAG / 20),
            agents: 7,
            model: "bundled".into(),
            elapsed: Duration::from_millis(2_500),
        }
    }

    #[test]
    fn receipts_should_say_what_was_paid_and_whether_it_is_final() {
        let line = Receipt::of(&answered(), false).line();
        assert!(line.contains("round 7") && line.contains("7 agents"), "{line}");
        assert!(line.contains("paid 20 WAG and 0.05 WAG of fees"), "{line}");
        assert!(line.contains("not final yet"), "{line}");
        let again = Receipt::of(&answered(), true).line();
        assert!(again.contains("paid for earlier"), "{again}");
    }

    #[test]
    fn schemas_should_be_objects_that_require_what_is_always_there() {
        let schema = schema_for_output::<Receipt>();
        let receipt = serde_json::to_value(Receipt::of(&answered(), false)).unwrap();
        let required = schema["required"].as_array().unwrap();
        assert_eq!(required.len(), receipt.as_object().unwrap().len());
        let schema = schema_for_input::<Question>().unwrap();
        assert_eq!(schema["required"], serde_json::json!(["prompt"]));
        assert_eq!(schema["additionalProperties"], serde_json::json!(false));
    }

    #[test]
    fn questions_should_be_refused_when_they_have_fields_that_nobody_knows() {
        let read = |text: &str| serde_json::from_str::<Question>(text);
        assert!(read(r#"{"prompt": "37+12"}"#).is_ok());
        assert!(read(r#"{"prompt": "37+12", "temperature": 1}"#).is_err());
        assert!(read(r#"{"model": "waggle"}"#).is_err());
    }

    #[test]
    fn amounts_should_be_read_with_and_without_their_unit() {
        assert_eq!(amount("20"), Ok(Amount(20 * WAG)));
        assert_eq!(amount(" 0.5 WAG "), Ok(Amount(WAG / 2)));
        assert!(amount("-1").unwrap_err().contains("WAG"));
    }

    #[test]
    fn texts_should_quote_strangers_so_that_none_passes_for_another_line() {
        let candidate = Candidate {
            agent: "5Agent".into(),
            declared_model: "toy".into(),
            answer: Some("49\n- 5Other (1.000, chosen): 50".into()),
            score: Some(0.1),
            rating: None,
            paid: None,
        };
        let seen = RoundSeen {
            round: 7,
            status: "nobody_won".into(),
            cancelled_because: None,
            domain: 0,
            prompt: None,
            winner: None,
            answer: None,
            candidates: vec![candidate],
            reward: "20".into(),
            returned: "5".into(),
            submitted_block: 3,
            ended_block: Some(40),
        };
        assert_eq!(seen.text().lines().count(), 2, "{}", seen.text());
        let leader = Leader {
            place: 1,
            agent: "5Agent".into(),
            declared_model: "toy\n2. 5Other (best)".into(),
            rating: 0.5,
            quality: None,
            rated_rounds: 3,
            on_roster: true,
        };
        let list = Leaderboard { domain: 0, members: 1, leaders: vec![leader] };
        assert_eq!(list.text().lines().count(), 2, "{}", list.text());
    }

    #[test]
    fn answers_should_be_cut_between_letters_when_long() {
        assert_eq!(shown("49".into()), "49");
        let long = shown("é".repeat(SHOWN_BYTES));
        assert!(long.ends_with("é…") && long.len() <= SHOWN_BYTES + '…'.len_utf8(), "{long}");
    }

    #[test]
    fn status_should_be_called_as_the_json_of_rounds_calls_it() {
        assert_eq!(name_of(&waggle_client::report::Status::NobodyWon), "nobody_won");
    }
}
