//! Rounds as tables for people.

use super::{
    layout::{decimals, right_aligned, table},
    text::{cell, short_account},
};
use crate::progress::Stage;
use comfy_table::Table;
use std::{collections::BTreeMap, fmt::Write};
use waggle_client::{
    amount::Amount,
    cancel_reason,
    report::{Answer, RoundReport, Seats, Status},
    Round,
};
use waggle_primitives::{domain::GENERAL, view::RoundState};

/// Longest answer in a table.
const ANSWER_WIDTH: usize = 60;
/// More agents than this do not fit into the width of a terminal: the matrix of grades is left out.
const MATRIX_AGENTS: usize = 16;

/// Everything about a round, as text of several tables.
pub fn print_round(report: &RoundReport) -> String {
    let mut out = String::new();
    let prompt = report
        .prompt
        .as_deref()
        .map(|prompt| cell(prompt, 200))
        .unwrap_or_else(|| "(pruned)".into());
    let domain = match report.domain {
        GENERAL => String::new(),
        domain => format!(" in domain {domain}"),
    };
    let _ = writeln!(out, "Round {}{domain}: {prompt}", report.round);
    let _ = writeln!(out, "{}", answers(report));
    if report.answers.len() <= MATRIX_AGENTS && !report.grades.is_empty() {
        let _ =
            writeln!(out, "\nGrades (row: who graded; column: whose answer)\n{}", matrix(report));
    }
    let _ = writeln!(out, "\n{}", money(report));
    let _ = writeln!(out, "\n{}", times(report));
    if let Some(seats) = report.seats.as_ref().and_then(seats) {
        let _ = writeln!(out, "{seats}");
    }
    let _ = match (report.status, &report.winner, &report.winner_text) {
        (Status::Settled, Some(winner), Some(text)) => {
            let index = report
                .answers
                .iter()
                .find(|answer| &answer.agent == winner)
                .map(|answer| answer.index);
            let index = index.map(|index| format!("agent {index}, ")).unwrap_or_default();
            writeln!(
                out,
                "\nThe swarm's answer ({index}{}): {}",
                short_account(winner),
                cell(text, 400)
            )
        }
        (Status::NobodyWon, ..) => writeln!(out, "\n{}", nobody_won(report)),
        _ => writeln!(
            out,
            "\nCancelled: {}",
            report.cancelled_because.as_deref().unwrap_or_default()
        ),
    };
    out
}

/// That nobody won, and how near the best answer came.
fn nobody_won(report: &RoundReport) -> String {
    let best = report.answers.iter().find(|answer| report.best.as_ref() == Some(&answer.agent));
    let best = best.map(|answer| {
        format!(": the best answer, agent {}'s, scored {}", answer.index, decimals(answer.score, 4))
    });
    let asked = decimals(report.min_score, 4);
    format!("Nobody won{}, and {asked} was asked for", best.unwrap_or_default())
}

fn answers(report: &RoundReport) -> Table {
    // Where grades are read without a bias, there is room for what the scores started from.
    let has_bias = report.answers.iter().any(|answer| answer.bias.is_some());
    let known = if has_bias { "bias" } else { "prior" };
    let mut table = table(&[
        "", "agent", "model", "answer", "same as", "score", "weight", known, "rating", "→",
    ]);
    for answer in &report.answers {
        let crown = if report.winner.as_ref() == Some(&answer.agent) { "★" } else { "" };
        let text = match (&answer.text, answer.opened_answer) {
            (Some(text), _) => cell(text, ANSWER_WIDTH),
            (None, true) => "(pruned)".into(),
            (None, false) => "(not opened)".into(),
        };
        table.add_row([
            crown.into(),
            format!("{} {}", answer.index, short_account(&answer.agent)),
            cell(&answer.model, 30),
            text,
            same_as(report, answer).map(|first| first.to_string()).unwrap_or_default(),
            decimals(answer.score, 3),
            decimals(answer.weight, 2),
            decimals(if has_bias { answer.bias } else { answer.prior }, 3),
            decimals(answer.rating_before, 3),
            decimals(answer.rating_after, 3),
        ]);
    }
    right_aligned(&mut table, 4..10);
    table
}

/// The index of the first agent whose answer equals this one. `None` if that is the agent itself,
/// or the chain does not tell.
fn same_as(report: &RoundReport, answer: &Answer) -> Option<u32> {
    let candidate = answer.candidate?;
    let first = report.answers.iter().find(|other| other.candidate == Some(candidate))?;
    (first.index != answer.index).then_some(first.index)
}

fn matrix(report: &RoundReport) -> Table {
    let mut header = vec!["".to_owned()];
    header.extend(report.answers.iter().map(|answer| answer.index.to_string()));
    let grades: BTreeMap<(&str, &str), f64> = report
        .grades
        .iter()
        .map(|grade| ((grade.grader.as_str(), grade.author.as_str()), grade.grade))
        .collect();
    let assigned = |grader: &str, author: &str| {
        report
            .assignment
            .iter()
            .any(|work| work.grader == grader && work.authors.iter().any(|name| name == author))
    };
    let mut table = table(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for grader in &report.answers {
        let mut row = vec![grader.index.to_string()];
        for author in &report.answers {
            row.push(match grades.get(&(grader.agent.as_str(), author.agent.as_str())) {
                Some(grade) => format!("{grade:.2}"),
                None if assigned(&grader.agent, &author.agent) => "none".into(),
                None => "·".into(),
            });
        }
        table.add_row(row);
    }
    right_aligned(&mut table, 1..header.len());
    table
}

fn money(report: &RoundReport) -> Table {
    let mut table = table(&["", "paid (WAG)", "lost of its ticket (WAG)"]);
    for (payment, answer) in report.payments.agents.iter().zip(&report.answers) {
        table.add_row([
            format!("{} {}", answer.index, short_account(&payment.agent)),
            payment.paid.to_string(),
            payment.forfeited.to_string(),
        ]);
    }
    table.add_row(["treasury".into(), report.payments.treasury.to_string(), String::new()]);
    let client = format!("client {}", short_account(&report.client));
    let spent = report.payments.reward.0.saturating_sub(report.payments.returned.0);
    let paid = if spent == 0 { "0".into() } else { format!("-{}", Amount(spent)) };
    table.add_row([client, paid, format!("(a ticket costs {})", report.payments.ticket)]);
    right_aligned(&mut table, 1..3);
    table
}

fn times(report: &RoundReport) -> String {
    let (ms, blocks) = (&report.phases_ms, &report.blocks);
    let mut out = String::from("Time:");
    let phases = [
        ("submission", ms.submission),
        ("answering", ms.answering),
        ("opening answers", ms.opening_answers),
        ("grading", ms.grading),
        ("opening grades", ms.opening_grades),
        ("in all", ms.total),
    ];
    for (name, duration) in phases {
        if let Some(duration) = duration {
            let _ = write!(out, " {name} {duration} ms,");
        }
    }
    let _ = write!(out, " blocks {}", blocks.submitted);
    if let Some(ended) = blocks.ended {
        let _ = write!(out, " to {ended}");
    }
    if let Some(count) = blocks.commit_to_settlement {
        let _ = write!(out, " ({count} from the last answer commit to settlement)");
    }
    if let Some(memory) = &report.memory {
        let _ = write!(
            out,
            "\nMemory: node {:.0} MiB, worker {:.0} MiB",
            memory.node_mib, memory.worker_mib
        );
    }
    out
}

/// Who could take the round's seats, in words. `None` if they were for all.
fn seats(seats: &Seats) -> Option<String> {
    match seats {
        Seats::ForAll { .. } => None,
        Seats::Drawing { members } => {
            Some(format!("Seats: the draw among {members} agents was not over"))
        }
        Seats::Drawn { members, .. } => Some(format!("Seats: drawn among {members} agents")),
        Seats::Widened { members, .. } => Some(format!(
            "Seats: for some of {members} agents, then open to all: too few of them came"
        )),
    }
}

/// Rounds, one line each.
pub fn print_rounds(rounds: &[Round]) -> String {
    let mut table =
        table(&["round", "domain", "client", "reward (WAG)", "agents", "block", "state"]);
    for round in rounds {
        let state = match &round.state {
            RoundState::Running { phase, deadline } => {
                Stage::of(*phase, round.seats).until(*deadline)
            }
            RoundState::Settled { winner } => format!("settled, agent {winner} won"),
            RoundState::NobodyWon { best } => format!("nobody won, agent {best} was best"),
            RoundState::Cancelled { reason } => format!("cancelled: {}", cancel_reason(reason)),
        };
        table.add_row([
            round.id.to_string(),
            round.domain.to_string(),
            short_account(&round.client.to_string()),
            Amount(round.terms.reward).to_string(),
            round.agents.len().to_string(),
            round.blocks.submitted.to_string(),
            state,
        ]);
    }
    right_aligned(&mut table, [0, 1, 3, 4, 5]);
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::{
        amount::WAG,
        examples,
        report::{Blocks, Grade, Payment, Payments, PhasesMs, Rule, WorkAssignment},
    };

    fn answer(index: u32, text: &str) -> Answer {
        Answer {
            agent: format!("agent-with-a-long-name-{index}"),
            index,
            key: String::new(),
            model: "scout".into(),
            text: Some(text.into()),
            candidate: Some(index),
            opened_answer: true,
            opened_grades: index == 0,
            score: Some(0.75),
            prior: Some(0.42),
            weight: Some(3.8),
            mean: Some(0.5),
            spread: Some(0.25),
            bias: None,
            rating_before: Some(0.5),
            rating_after: Some(0.51),
        }
    }

    fn report() -> RoundReport {
        let names = ["agent-with-a-long-name-0".to_owned(), "agent-with-a-long-name-1".to_owned()];
        let [first, second] = names.clone();
        let payment =
            |agent: &str| Payment { agent: agent.into(), paid: Amount(1), forfeited: Amount(0) };
        RoundReport {
            round: 3,
            status: Status::Settled,
            cancelled_because: None,
            min_score: None,
            best: None,
            prompt: Some("37+12".into()),
            client: "client".into(),
            domain: GENERAL,
            seats: Some(Seats::Drawn { members: 12, seed: "0x07".into() }),
            answers: vec![answer(0, "49"), answer(1, "\u{1b}[31m48")],
            grades: vec![Grade { grader: first.clone(), author: second.clone(), grade: 0.07 }],
            winner: Some(first.clone()),
            winner_text: Some("49".into()),
            expected: None,
            k: 1,
            seed: None,
            assignment: vec![
                WorkAssignment { grader: first.clone(), authors: vec![second.clone()] },
                WorkAssignment { grader: second.clone(), authors: vec![first.clone()] },
            ],
            rule: Rule::Calibrated { question: "closed" },
            payments: Payments {
                reward: Amount(2),
                returned: Amount(0),
                ticket: Amount(1),
                treasury: Amount(0),
                agents: names.iter().map(|name| payment(name)).collect(),
            },
            phases_ms: PhasesMs::default(),
            blocks: Blocks::default(),
            memory: None,
        }
    }

    #[test]
    fn round_should_show_answers_grades_and_winner() {
        let shown = print_round(&report());
        for expected in
            ["Round 3: 37+12", "★", "0.07", "none", "The swarm's answer (agent 0", "\\u{1b}[31m48"]
        {
            assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
        }
        assert!(!shown.contains('\u{1b}'), "an answer cannot act on the terminal");
    }

    #[test]
    fn round_should_show_bias_or_prior_as_its_rule_has_it() {
        let mut report = report();
        let shown = print_round(&report);
        assert!(shown.contains("prior") && shown.contains("0.420"), "{shown}");
        assert!(!shown.contains("bias"), "{shown}");
        report.answers[0].bias = Some(-0.01);
        let shown = print_round(&report);
        assert!(shown.contains("bias") && shown.contains("-0.010"), "{shown}");
        assert!(!shown.contains("prior"), "{shown}");
    }

    #[test]
    fn round_should_say_its_domain_when_that_is_not_the_general_one() {
        let shown = print_round(&RoundReport { domain: 4, ..report() });
        assert!(shown.starts_with("Round 3 in domain 4: 37+12\n"), "{shown}");
        assert!(!print_round(&report()).contains("domain"));
    }

    #[test]
    fn round_that_nobody_won_should_say_how_near_the_best_answer_came() {
        let report = report();
        let best = report.winner.clone();
        let (status, min_score) = (Status::NobodyWon, Some(0.8));
        let unwon = RoundReport { status, min_score, best, winner: None, ..report };
        let shown = print_round(&RoundReport { winner_text: None, ..unwon.clone() });
        let expected =
            "Nobody won: the best answer, agent 0's, scored 0.7500, and 0.8000 was asked";
        assert!(shown.contains(expected), "{shown}");
        assert!(!shown.contains('★') && !shown.contains("Cancelled"), "{shown}");
        let value: serde_json::Value = serde_json::from_str(&unwon.to_json_line()).unwrap();
        assert_eq!(value["status"], "nobody_won");
        assert_eq!(value["min_score"], 0.8);
        assert_eq!(value["best"], value["answers"][0]["agent"]);
    }

    #[test]
    fn client_should_be_shown_what_it_spent() {
        let mut report = report();
        report.payments.reward = Amount(20 * WAG);
        assert!(print_round(&report).contains("-20 "));
        report.payments.returned = Amount(6 * WAG);
        assert!(print_round(&report).contains("-14 "));
        report.payments.returned = Amount(20 * WAG);
        assert!(!print_round(&report).contains("-20 "));
    }

    #[test]
    fn round_should_say_how_its_seats_were_given_when_they_were_not_for_all() {
        let shown = |seats| print_round(&RoundReport { seats, ..report() });
        let drawn = Seats::Drawn { members: 12, seed: "0x07".into() };
        assert!(shown(Some(drawn)).contains("\nSeats: drawn among 12 agents\n"));
        let widened = Seats::Widened { members: 12, seed: Some("0x07".into()) };
        assert!(shown(Some(widened)).contains("12 agents, then open to"));
        assert!(shown(Some(Seats::Drawing { members: 12 })).contains("12 agents was not over"));
        for silent in [None, Some(Seats::ForAll { members: 2 })] {
            assert!(!shown(silent).contains("Seats"));
        }
    }

    #[test]
    fn list_should_say_what_a_round_is_at_when_its_seats_are_drawn() {
        use waggle_primitives::{lots, Phase};
        let state = RoundState::Running { phase: Phase::Answering, deadline: 40 };
        let shown = |seats| print_rounds(&[Round { seats: Some(seats), ..examples::round(state) }]);
        let drawing = shown(lots::Seats::Drawing { members: 12 });
        assert!(drawing.contains("seats are drawn among 12 agents"), "{drawing}");
        assert!(!drawing.contains("until"), "the answers have no deadline yet: {drawing}");
        let drawn = shown(lots::Seats::Drawn { members: 12, seed: [7; 32] });
        assert!(drawn.contains(" answering, until 40"), "{drawn}");
        let widened = shown(lots::Seats::Widened { members: 12, seed: Some([7; 32]) });
        assert!(widened.contains(" answering again, until 40"), "{widened}");
    }

    #[test]
    fn answer_should_name_the_first_agent_with_an_equal_one() {
        let mut report = report();
        report.answers = vec![answer(0, "48"), answer(1, "49"), answer(2, "Answer: 49")];
        let named = |report: &RoundReport| -> Vec<Option<u32>> {
            report.answers.iter().map(|answer| same_as(report, answer)).collect()
        };
        assert_eq!(named(&report), [None; 3], "no two are equal");
        report.answers[2].candidate = Some(1);
        assert_eq!(named(&report), [None, None, Some(1)]);
        for answer in &mut report.answers {
            answer.candidate = None;
        }
        assert_eq!(named(&report), [None; 3], "the chain does not tell");
    }

    #[test]
    fn json_should_be_one_line_with_the_documented_fields() {
        let line = report().to_json_line();
        assert_eq!(line.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        for field in [
            "round",
            "status",
            "prompt",
            "answers",
            "grades",
            "winner",
            "winner_text",
            "payments",
            "phases_ms",
            "blocks",
            "rule",
            "assignment",
            "k",
            "seed",
            "client",
            "domain",
            "seats",
            "min_score",
        ] {
            assert!(value.get(field).is_some(), "{field}");
        }
        assert_eq!(value["payments"]["reward"], "0.000000000002");
        assert_eq!(value["payments"]["returned"], "0");
        assert_eq!(value["grades"][0]["grade"], 0.07);
        let seats = serde_json::json!({ "kind": "drawn", "members": 12, "seed": "0x07" });
        assert_eq!(value["seats"], seats);
        assert_eq!(value["answers"][1]["candidate"], 1);
        assert_eq!(value["answers"][1]["prior"], 0.42);
        assert!(value["answers"][1]["bias"].is_null());
    }
}
