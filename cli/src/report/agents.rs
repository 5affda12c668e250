//! Agents as tables for people.

use super::{
    layout::{decimals, plain, right_aligned, table},
    text::cell,
};
use std::fmt::Write;
use waggle_client::{
    amount::Amount,
    types::{number, of_basis_points},
    AgentDetail, Member,
};
use waggle_primitives::{
    view::{ClaimView, MembershipView},
    Claim, Hash32,
};

/// The members of a domain.
pub fn print_agents(members: &[Member]) -> String {
    let mut table = table(&[
        "agent (owner)",
        "key",
        "model",
        "topics",
        "rating",
        "bias",
        "quality",
        "rated rounds",
        "",
    ]);
    for Member { agent, membership } in members {
        let [rating, bias, quality] = known(membership);
        table.add_row([
            agent.owner.to_string(),
            format!("{}…", hex::encode(&agent.key.0[..4])),
            cell(&String::from_utf8_lossy(&agent.model), 30),
            cell(&String::from_utf8_lossy(&agent.topics), 30),
            rating,
            bias,
            quality,
            membership.rounds.to_string(),
            if agent.retired { "retired".into() } else { String::new() },
        ]);
    }
    right_aligned(&mut table, 4..8);
    table.to_string()
}

/// All about one agent: a line for each thing, then a line for each of its domains.
pub fn print_agent(detail: &AgentDetail) -> String {
    let (agent, past) = (&detail.agent, &detail.past);
    let state = match detail.unbond_from {
        None => "active".to_owned(),
        Some(block) => format!("retired, bond free from block {block}"),
    };
    let limits = detail.limits.map_or("all that its owner can spend".to_owned(), |limits| {
        let (ticket, at_stake) = (Amount(limits.ticket), Amount(limits.at_stake));
        format!("{ticket} WAG a ticket, {at_stake} WAG at once")
    });
    let history: Vec<String> =
        past.ratings.iter().map(|point| decimals(Some(number(point.rating)), 2)).collect();
    let mut table = plain();
    for (name, value) in [
        ("owner", agent.owner.to_string()),
        ("agent key", format!("0x{}", hex::encode(agent.key.0))),
        ("model", cell(&String::from_utf8_lossy(&agent.model), 60)),
        ("topics", cell(&String::from_utf8_lossy(&agent.topics), 60)),
        ("state", state),
        ("since block", detail.since.to_string()),
        ("bond", bond(detail.bond)),
        ("may stake", limits),
        (
            "rounds",
            format!("{} over, {} won, {} running", past.rounds, past.won, detail.open_rounds),
        ),
        ("paid", format!("{} WAG beyond its tickets", Amount(past.paid))),
        ("forfeited", format!("{} WAG of its tickets", Amount(past.forfeited))),
        ("last ratings", if history.is_empty() { "none".into() } else { history.join(" ") }),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    format!("{table}\n\n{}", memberships(detail))
}

/// What is on hold for an agent. Only who sealed doubly has nothing.
fn bond(held: u128) -> String {
    match held {
        0 => "none: it was taken for a double seal, and the agent key is barred".into(),
        held => format!("{} WAG", Amount(held)),
    }
}

/// What is known of the agent in each of its domains, and whether seats are drawn for it there.
fn memberships(detail: &AgentDetail) -> String {
    if detail.memberships.is_empty() {
        return "It is a member of no domain: `waggle agent join DOMAIN`".into();
    }
    let mut table =
        table(&["domain", "since block", "rating", "bias", "quality", "rated rounds", "seats"]);
    for membership in &detail.memberships {
        let [rating, bias, quality] = known(membership);
        table.add_row([
            membership.domain.to_string(),
            membership.since.to_string(),
            rating,
            bias,
            quality,
            membership.rounds.to_string(),
            roster(membership, detail.agent.retired),
        ]);
    }
    right_aligned(&mut table, 0..6);
    let more: String = detail.memberships.iter().map(claims).collect();
    format!("{table}{more}")
}

/// What the agent claims in a domain, and what it may collect there: lines of their own.
fn claims(membership: &MembershipView) -> String {
    let mut lines = String::new();
    let domain = membership.domain;
    if let Some(view) = &membership.claim {
        let _ = write!(lines, "\n\nin domain {domain} it claims {}", claim(view));
    }
    if let Some(view) = &membership.next_claim {
        let from = view.declared.from_epoch;
        let _ = write!(lines, "\n\nin domain {domain}, from epoch {from} on: {}", claim(view));
    }
    if membership.collectable > 0 {
        let pay = Amount(membership.collectable);
        let _ = write!(lines, "\n\n{pay} WAG to collect: `waggle agent collect {domain}`");
    }
    lines
}

/// A claim in a line.
fn claim(view: &ClaimView) -> String {
    let Some(Claim { model, knowledge }) = &view.declared.claim else {
        return "nothing".into();
    };
    let hash = |hash: &Option<Hash32>| {
        hash.map_or("none that others have".to_owned(), |hash| {
            format!("{}…", hex::encode(&hash[..4]))
        })
    };
    let quantisation = match cell(&String::from_utf8_lossy(&model.quantisation), 16) {
        unknown if unknown.is_empty() => "unknown".into(),
        known => known,
    };
    format!(
        "{}, weights {}, quantisation {quantisation}, temperature {}, knowledge {}",
        cell(&String::from_utf8_lossy(&model.name), 64),
        hash(&model.weights),
        of_basis_points(model.sampling.temperature),
        knowledge.map_or("none".to_owned(), |knowledge| hash(&Some(knowledge))),
    )
}

/// Rating, bias and quality of a member.
fn known(membership: &MembershipView) -> [String; 3] {
    [Some(membership.rating), Some(membership.bias), membership.quality]
        .map(|value| decimals(value.map(number), 3))
}

/// Whether seats are drawn for the agent in the domain, and what its owner can do if not.
fn roster(membership: &MembershipView, is_retired: bool) -> String {
    if let Some(block) = membership.suspended {
        return format!("suspended since block {block}");
    }
    match membership.absences {
        Some(0) => "on the roster".into(),
        Some(1) => "on the roster, absent 1 time in a row".into(),
        Some(times) => format!("on the roster, absent {times} times in a row"),
        None if is_retired => "off the roster".into(),
        None => format!("off the roster: `waggle agent rejoin {}`", membership.domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::{amount::WAG, examples};
    use waggle_primitives::claim::Declared;

    #[test]
    fn agents_should_be_listed_with_what_is_known_of_them_in_the_domain() {
        let mut other = examples::member(4);
        other.agent.retired = true;
        other.membership.rounds = 17;
        let shown = print_agents(&[examples::member(4), other]);
        assert!(shown.contains("scout") && shown.contains("0.500"), "{shown}");
        let retired = shown.lines().find(|line| line.contains("retired")).unwrap();
        assert!(retired.contains(" 17 "), "{shown}");
    }

    #[test]
    fn agent_should_be_shown_as_punished_when_its_bond_was_taken() {
        let mut detail = examples::detail();
        assert!(!print_agent(&detail).contains("double seal"));
        detail.bond = 0;
        let shown = print_agent(&detail);
        assert!(shown.contains("taken for a double seal"), "{shown}");
    }

    #[test]
    fn agent_should_be_shown_with_its_place_on_the_roster() {
        let shown = |absences, retired| {
            let mut detail = examples::detail();
            detail.memberships[0].absences = absences;
            detail.agent.retired = retired;
            print_agent(&detail)
        };
        assert!(!shown(Some(0), false).contains("absent"));
        for (absences, expected) in [
            (Some(0), "on the roster"),
            (Some(1), "on the roster, absent 1 time in a row"),
            (Some(2), "on the roster, absent 2 times in a row"),
            (None, "off the roster: `waggle agent rejoin 0`"),
        ] {
            let shown = shown(absences, false);
            assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
        }
        let retired = shown(None, true);
        assert!(retired.contains("off the roster") && !retired.contains("rejoin"), "{retired}");
    }

    #[test]
    fn agent_should_be_shown_as_suspended_where_it_is() {
        let mut detail = examples::detail();
        detail.memberships[0].absences = None;
        detail.memberships[0].suspended = Some(4_711);
        let shown = print_agent(&detail);
        assert!(shown.contains("suspended since block 4711"), "{shown}");
        assert!(!shown.contains("rejoin"), "that would be refused: {shown}");
    }

    #[test]
    fn agent_should_be_shown_with_what_it_claims_and_may_collect() {
        let mut detail = examples::detail();
        let declared = Declared { from_epoch: 9, claim: None };
        detail.memberships[0].claim = Some(examples::claim());
        detail.memberships[0].next_claim = Some(ClaimView::from(&declared));
        detail.memberships[0].collectable = WAG / 2;
        let shown = print_agent(&detail);
        for expected in [
            "in domain 0 it claims weaver, weights 01010101…, quantisation q4k, temperature 0.7, \
             knowledge none",
            "from epoch 9 on: nothing",
            "0.5 WAG to collect: `waggle agent collect 0`",
        ] {
            assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
        }
        let plain = print_agent(&examples::detail());
        assert!(!plain.contains("claims") && !plain.contains("collect"), "{plain}");
    }

    #[test]
    fn agent_should_be_shown_with_each_of_its_domains() {
        let mut detail = examples::detail();
        let mut other = examples::member(4).membership;
        other.absences = None;
        detail.memberships.push(other);
        let shown = print_agent(&detail);
        for expected in [" 0 ", " 4 ", "0.500", "rated rounds", "`waggle agent rejoin 4`"] {
            assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
        }
        detail.memberships.clear();
        assert!(print_agent(&detail).contains("`waggle agent join DOMAIN`"));
    }
}
