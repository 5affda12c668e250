//! Lists as JSON: agents, domains and rounds, one object each.

use crate::{
    amount::Amount,
    failure::cancel_reason,
    report::Seats,
    types::{asked_score, kind, number, of_basis_points},
    Agent, AgentDetail, Domain, Member, Round,
};
use serde_json::{json, Value};
use waggle_primitives::{
    claim::ClaimedSampling,
    view::{ClaimView, MembershipView, PoolView, RoundState},
    Claim, Phase,
};

/// A domain.
pub fn domain(domain: &Domain) -> Value {
    json!({
        "domain": domain.id,
        "title": String::from_utf8_lossy(&domain.title),
        "description": String::from_utf8_lossy(&domain.description),
        "question": kind(domain.question),
        "founded": domain.founded,
        "members": domain.members,
        "on_roster": domain.on_roster,
        "pool": domain.pool.as_ref().map(pool),
    })
}

/// The reward pool of a domain.
fn pool(pool: &PoolView) -> Value {
    json!({
        "balance": Amount(pool.balance),
        "owed": Amount(pool.owed),
        "epoch": pool.epoch,
        "rounds": pool.rounds,
    })
}

/// What a member claims; of one that claims nothing any more only from when on.
fn claim(view: &ClaimView) -> Value {
    let mut value = json!({ "from_epoch": view.declared.from_epoch });
    let Some(Claim { model, knowledge }) = &view.declared.claim else {
        return value;
    };
    let ClaimedSampling { temperature, top_p, top_k, min_p } = model.sampling;
    value["digest"] = json!(view.digest.map(|digest| format!("0x{}", hex::encode(digest))));
    value["model"] = json!(String::from_utf8_lossy(&model.name));
    value["weights"] = json!(model.weights.map(hex::encode));
    value["quantisation"] = json!(String::from_utf8_lossy(&model.quantisation));
    value["temperature"] = json!(of_basis_points(temperature));
    value["top_p"] = json!(of_basis_points(top_p.into()));
    value["top_k"] = json!(top_k);
    value["min_p"] = json!(of_basis_points(min_p.into()));
    value["knowledge"] = json!(knowledge.map(hex::encode));
    value
}

/// A member of a domain: the agent, and what is known of it there.
pub fn member(member: &Member) -> Value {
    let (mut value, more) = (agent(&member.agent), membership(&member.membership));
    if let (Value::Object(fields), Value::Object(more)) = (&mut value, more) {
        fields.extend(more);
    }
    value
}

/// All about one agent.
pub fn agent_detail(detail: &AgentDetail) -> Value {
    let mut value = agent(&detail.agent);
    let past = &detail.past;
    let ratings = past
        .ratings
        .iter()
        .map(|point| json!({ "round": point.round, "rating": number(point.rating) }));
    value["memberships"] = Value::from_iter(detail.memberships.iter().map(membership));
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

fn agent(agent: &Agent) -> Value {
    json!({
        "agent": agent.owner.to_string(),
        "key": hex::encode(agent.key.0),
        "model": String::from_utf8_lossy(&agent.model),
        "topics": String::from_utf8_lossy(&agent.topics),
        "retired": agent.retired,
    })
}

fn membership(membership: &MembershipView) -> Value {
    json!({
        "domain": membership.domain,
        "since": membership.since,
        "absences": membership.absences,
        "rating": number(membership.rating),
        "bias": number(membership.bias),
        "quality": membership.quality.map(number),
        "rated_rounds": membership.rounds,
        "claim": membership.claim.as_ref().map(claim),
        "next_claim": membership.next_claim.as_ref().map(claim),
        "collectable": Amount(membership.collectable),
        "suspended": membership.suspended,
    })
}

/// A round, running or over, without what the chain does not list: prompt and answers.
pub fn round(round: &Round) -> Value {
    let owner = |index: u32| round.agents.get(index as usize).map(|agent| agent.owner.to_string());
    let (state, winner, reason) = match &round.state {
        RoundState::Running { phase, .. } => (phase_key(*phase), None, None),
        RoundState::Settled { winner } => ("settled", owner(*winner), None),
        RoundState::NobodyWon { .. } => ("nobody_won", None, None),
        RoundState::Cancelled { reason } => ("cancelled", None, Some(cancel_reason(reason))),
    };
    json!({
        "round": round.id,
        "client": round.client.to_string(),
        "domain": round.domain,
        "reward": Amount(round.terms.reward),
        "min_score": asked_score(round.terms.min_score),
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
    use crate::{amount::WAG, examples};
    use waggle_primitives::{choice::Question, claim::Declared, lots};

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
    fn round_should_say_in_which_domain_it_was_asked() {
        let unwon = round(&examples::round(RoundState::NobodyWon { best: 1 }));
        assert_eq!((&unwon["state"], &unwon["winner"]), (&json!("nobody_won"), &Value::Null));
        assert_eq!(unwon["min_score"], Value::Null);
        let state = RoundState::Settled { winner: 1 };
        assert_eq!(round(&Round { domain: 4, ..examples::round(state) })["domain"], 4);
    }

    #[test]
    fn domain_should_have_the_documented_form() {
        let expected = json!({
            "domain": 4,
            "title": "Verses",
            "description": "Poems of four lines.",
            "question": "open",
            "founded": 5,
            "members": 3,
            "on_roster": 2,
            "pool": null,
        });
        assert_eq!(domain(&examples::domain(4, Question::Open)), expected);
        let pool = Some(PoolView { balance: WAG, owed: WAG / 2, epoch: 7, rounds: 3 });
        let shown = domain(&Domain { pool, ..examples::domain(4, Question::Open) });
        let expected = json!({ "balance": "1", "owed": "0.5", "epoch": 7, "rounds": 3 });
        assert_eq!(shown["pool"], expected);
        assert_eq!(domain(&examples::domain(4, Question::Closed))["question"], "closed");
    }

    #[test]
    fn member_should_be_the_agent_with_what_is_known_of_it_in_the_domain() {
        let shown = member(&examples::member(4));
        let owner = examples::member(4).agent.owner.to_string();
        let expected = json!({
            "agent": owner,
            "key": "04".repeat(32),
            "model": "scout",
            "topics": "",
            "retired": false,
            "domain": 4,
            "since": 7,
            "absences": 0,
            "rating": 0.5,
            "bias": 0.0,
            "quality": null,
            "rated_rounds": 0,
            "claim": null,
            "next_claim": null,
            "collectable": "0",
            "suspended": null,
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn claim_should_have_the_documented_form() {
        let expected = json!({
            "from_epoch": 5,
            "digest": format!("0x{}", "07".repeat(32)),
            "model": "weaver",
            "weights": "01".repeat(32),
            "quantisation": "q4k",
            "temperature": 0.7,
            "top_p": 0.95,
            "top_k": 40,
            "min_p": 0.0,
            "knowledge": null,
        });
        let mut member = examples::member(4);
        member.membership.claim = Some(examples::claim());
        let declared = Declared { from_epoch: 6, claim: None };
        member.membership.next_claim = Some(ClaimView::from(&declared));
        let shown = super::member(&member);
        assert_eq!(shown["claim"], expected);
        assert_eq!(shown["next_claim"], json!({ "from_epoch": 6 }));
    }

    #[test]
    fn agent_should_have_what_is_known_of_it_in_each_of_its_domains() {
        let mut detail = examples::detail();
        let mut other = examples::member(4).membership;
        other.absences = None;
        detail.memberships.push(other);
        let value = agent_detail(&detail);
        let of = |field: &str| -> Vec<Value> {
            let memberships = value["memberships"].as_array().unwrap().iter();
            memberships.map(|membership| membership[field].clone()).collect()
        };
        assert_eq!(of("domain"), [json!(0), json!(4)]);
        assert_eq!(of("absences"), [json!(0), Value::Null], "it is off one of the rosters");
        assert_eq!(value["since"], 2, "that is when it registered");
        assert!(value.get("rating").is_none(), "there is none that holds everywhere");
    }
}
