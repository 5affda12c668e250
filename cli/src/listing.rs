//! Lists as JSON: agents and rounds, one object each.

use crate::{
    amount::Amount, failure::cancel_reason, report::Seats, types::number, Agent, AgentDetail, Round,
};
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
    value["absences"] = json!(detail.absences);
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
        "seats": round.seats.map(Seats::from),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;
    use waggle_primitives::lots;

    #[test]
    fn round_should_say_whose_its_seats_are_until_it_is_over() {
        let state = RoundState::Running { phase: Phase::Answering, deadline: 40 };
        let shown = |seats| round(&Round { seats: Some(seats), ..examples::round(state) });
        let seed = format!("0x{}", "07".repeat(32));
        for (seats, expected) in [
            (lots::Seats::ForAll { members: 2 }, json!({ "kind": "for_all", "members": 2 })),
            (lots::Seats::Drawing { members: 12 }, json!({ "kind": "drawing", "members": 12 })),
            (
                lots::Seats::Drawn { members: 12, seed: [7; 32] },
                json!({ "kind": "drawn", "members": 12, "seed": seed }),
            ),
            (
                lots::Seats::Widened { members: 12, seed: Some([7; 32]) },
                json!({ "kind": "widened", "members": 12, "seed": seed }),
            ),
        ] {
            let value = shown(seats);
            assert_eq!((&value["seats"], &value["state"]), (&expected, &json!("answering")));
        }
        let over = round(&examples::round(RoundState::Settled { winner: 1 }));
        assert_eq!(over.get("seats"), Some(&Value::Null));
    }

    #[test]
    fn agent_should_say_how_often_it_was_absent_unless_it_is_off_the_roster() {
        let cases = [(Some(0), json!(0)), (Some(2), json!(2)), (None, Value::Null)];
        for (absences, expected) in cases {
            let value = agent_detail(&AgentDetail { absences, ..examples::detail() });
            assert_eq!(value.get("absences"), Some(&expected));
        }
    }
}
