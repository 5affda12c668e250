//! Lists as JSON: agents and rounds, one object each.

use crate::{amount::Amount, failure::cancel_reason, types::number, Agent, AgentDetail, Round};
use serde_json::{json, Value};
use waggle_primitives::{view::RoundState, Phase};

/// A registered agent.
pub fn agent(agent: &Agent) -> Value {
    json!({
        "agent": agent.owner.to_string(),
        "key": hex::encode(agent.key.0),
        "model": String::from_utf8_lossy(&agent.model),
        "topics": String::from_utf8_lossy(&agent.topics),
        "rating": number(agent.rating),
        "bias": number(agent.bias),
        "quality": agent.quality.map(number),
        "rated_rounds": agent.rounds,
        "retired": agent.retired,
    })
}

/// All about one agent.
pub fn agent_detail(detail: &AgentDetail) -> Value {
    let mut value = agent(&detail.agent);
    let past = &detail.past;
    let ratings = past
        .ratings
        .iter()
        .map(|point| json!({ "round": point.round, "rating": number(point.rating) }));
    value["bond"] = json!(Amount(detail.bond));
    value["open_rounds"] = json!(detail.open_rounds);
    value["since"] = json!(detail.since);
    value["limits"] = detail.limits.map_or(
        Value::Null,
        |limits| json!({ "ticket": Amount(limits.ticket), "at_stake": Amount(limits.at_stake) }),
    );
    value["unbond_from"] = json!(detail.unbond_from);
    value["past"] = json!({
        "rounds": past.rounds,
        "won": past.won,
        "paid": Amount(past.paid),
        "forfeited": Amount(past.forfeited),
        "ratings": Value::from_iter(ratings),
    });
    value
}

/// A round, running or over, without what the chain does not list: prompt and answers.
pub fn round(round: &Round) -> Value {
    let owner = |index: u32| round.agents.get(index as usize).map(|agent| agent.owner.to_string());
    let (state, winner, reason) = match &round.state {
        RoundState::Running { phase, .. } => (phase_key(*phase), None, None),
        RoundState::Settled { winner } => ("settled", owner(*winner), None),
        RoundState::Cancelled { reason } => ("cancelled", None, Some(cancel_reason(reason))),
    };
    json!({
        "round": round.id,
        "client": round.client.to_string(),
        "reward": Amount(round.terms.reward),
        "ticket": Amount(round.ticket),
        "agents": round.agents.len(),
        "state": state,
        "cancelled_because": reason,
        "winner": winner,
        "blocks": { "submitted": round.blocks.submitted, "ended": round.blocks.ended },
    })
}

/// A phase as `phases_ms` of a round's JSON calls it.
fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Answering => "answering",
        Phase::OpeningAnswers => "opening_answers",
        Phase::Grading => "grading",
        Phase::OpeningGrades => "opening_grades",
    }
}
