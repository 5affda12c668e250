//! What must hold in the JSON of every settled round, computed again from nothing but that JSON.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{candidates::Candidates, final_answer::FinalAnswer};

/// Check everything that the protocol promises of a round in which everybody acted.
pub(crate) fn check_round(round: &Value) {
    let number = round["round"].as_u64().expect("round is a number");
    assert_eq!(round["status"], "settled", "round {number}: {round}");
    let answers = round["answers"].as_array().expect("answers");
    let agents: Vec<&str> = answers.iter().map(|answer| text(&answer["agent"])).collect();
    assert_eq!(
        agents.iter().collect::<BTreeSet<_>>().len(),
        agents.len(),
        "agents have different names"
    );
    for answer in answers {
        assert!(answer["text"].is_string(), "round {number}: an answer is missing: {answer}");
        assert!(!text(&answer["model"]).is_empty());
    }
    check_candidates(answers);
    check_grades(round, &agents);
    check_winner(round, answers);
    check_money(round);
    assert!(commit_to_settlement(round) >= 3, "round {number}: three steps need three blocks");
}

/// Blocks from the last answer commit to settlement.
pub(crate) fn commit_to_settlement(round: &Value) -> u64 {
    round["blocks"]["commit_to_settlement"].as_u64().expect("commit_to_settlement")
}

/// Equal answers, and no others, are of one candidate.
fn check_candidates(answers: &[Value]) {
    let finals: Vec<Option<FinalAnswer>> =
        answers.iter().map(|answer| FinalAnswer::of(text(&answer["text"]).as_bytes())).collect();
    let expected = Candidates::of(&finals);
    for (place, answer) in answers.iter().enumerate() {
        let candidate = answer["candidate"].as_u64().expect("candidate");
        assert_eq!(Some(candidate as usize), expected.at(place), "candidate of {answer}");
    }
}

/// Each agent grades exactly k answers, each answer has exactly k grades, nobody grades itself.
fn check_grades(round: &Value, agents: &[&str]) {
    let k = round["k"].as_u64().expect("k") as usize;
    assert_eq!(k, expected_k(agents.len()));
    let (mut given, mut got) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let mut pairs = BTreeSet::new();
    for grade in round["grades"].as_array().expect("grades") {
        let (grader, author) = (text(&grade["grader"]), text(&grade["author"]));
        assert_ne!(grader, author, "nobody grades itself");
        assert!(pairs.insert((grader, author)), "one grade for each pair");
        assert!((0.0..=1.0).contains(&grade["grade"].as_f64().expect("grade")));
        *given.entry(grader).or_default() += 1;
        *got.entry(author).or_default() += 1;
    }
    for agent in agents {
        assert_eq!(given.get(agent), Some(&k), "{agent} grades exactly k answers");
        assert_eq!(got.get(agent), Some(&k), "{agent}'s answer has exactly k grades");
    }
    let assigned: BTreeSet<(&str, &str)> = round["assignment"]
        .as_array()
        .expect("assignment")
        .iter()
        .flat_map(|work| {
            work["authors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|author| (text(&work["grader"]), text(author)))
        })
        .collect();
    assert_eq!(assigned, pairs, "the grades are those of the assignment");
}

/// `clamp(round((n − 1)/3), min(2, n − 1), n − 1)`
fn expected_k(n: usize) -> usize {
    (((n - 1) as f64 / 3.0).round() as usize).clamp(2.min(n - 1), n - 1)
}

/// The winner has the best score, computed again from grades, weights and biases; the weights
/// follow from the ratings.
fn check_winner(round: &Value, answers: &[Value]) {
    let rule = &round["aggregation"];
    assert_eq!(rule["rule"], "sharpened");
    let (prior_weight, prior_grade) = (float(&rule["prior_weight"]), float(&rule["prior_grade"]));
    check_weights(answers);
    let grader: BTreeMap<&str, (f64, f64)> = answers
        .iter()
        .map(|answer| (text(&answer["agent"]), (float(&answer["weight"]), float(&answer["bias"]))))
        .collect();
    let mut best: Option<(&str, f64)> = None;
    for answer in answers {
        let author = text(&answer["agent"]);
        let (mut sum, mut weights) = (prior_weight * prior_grade, prior_weight);
        for grade in
            round["grades"].as_array().unwrap().iter().filter(|grade| grade["author"] == author)
        {
            let (weight, bias) = grader[text(&grade["grader"])];
            sum += weight * (float(&grade["grade"]) - bias);
            weights += weight;
        }
        let score = sum / weights;
        assert!(
            (score - float(&answer["score"])).abs() < 1e-9,
            "score of {author}: {score} against {answer}"
        );
        if best.is_none_or(|(_, best)| score > best) {
            best = Some((author, score));
        }
    }
    let winner = text(&round["winner"]);
    let winning = answers
        .iter()
        .find(|answer| answer["agent"] == winner)
        .expect("the winner is among the answers");
    let (_, best) = best.expect("there are answers");
    assert!((float(&winning["score"]) - best).abs() < 1e-9, "the winner has the best score");
    assert_eq!(round["winner_text"], winning["text"], "the winning answer is the winner's");
}

/// Of those that opened grades: `w = 1/(σ² + ε²)` with `σ = 1 − rating`, at most four times the
/// median; then `w^(3/2)`, scaled back to the same sum.
fn check_weights(answers: &[Value]) {
    let graders: Vec<&Value> =
        answers.iter().filter(|answer| answer["opened_grades"] == true).collect();
    let raw: Vec<f64> = graders
        .iter()
        .map(|grader| 1.0 / ((1.0 - float(&grader["rating_before"])).powi(2) + 0.01))
        .collect();
    let mut sorted = raw.clone();
    sorted.sort_by(f64::total_cmp);
    let median = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
    let capped: Vec<f64> = raw.iter().map(|weight| weight.min(4.0 * median)).collect();
    let scale =
        capped.iter().sum::<f64>() / capped.iter().map(|weight| weight.powf(1.5)).sum::<f64>();
    for (grader, capped) in graders.iter().zip(capped) {
        let (weight, expected) = (float(&grader["weight"]), capped.powf(1.5) * scale);
        assert!(
            (weight - expected).abs() < 1e-6,
            "weight {weight} of rating {}: not {expected}",
            grader["rating_before"]
        );
    }
}

/// What was paid and what went to the treasury is what the client paid and the agents lost.
fn check_money(round: &Value) {
    let payments = &round["payments"];
    let agents = payments["agents"].as_array().expect("payments");
    let sum = |field: &str| agents.iter().map(|payment| amount(&payment[field])).sum::<u128>();
    let came_in = amount(&payments["reward"]) + sum("forfeited");
    assert_eq!(came_in, sum("paid") + amount(&payments["treasury"]), "money is conserved");
    let answers = round["answers"].as_array().expect("answers");
    let winner = answers
        .iter()
        .find(|answer| answer["agent"] == round["winner"])
        .expect("the winner is among the answers");
    let winners: BTreeSet<&str> = answers
        .iter()
        .filter(|answer| answer["candidate"] == winner["candidate"])
        .map(|answer| text(&answer["agent"]))
        .collect();
    let part = amount(&payments["reward"]) * 7 / 10 / winners.len() as u128;
    for payment in agents {
        if winners.contains(text(&payment["agent"])) {
            assert!(amount(&payment["paid"]) >= part, "a part of 70 % for each winner: {payment}");
            assert_eq!(amount(&payment["forfeited"]), 0, "{payment}");
        }
        assert!(amount(&payment["forfeited"]) <= amount(&payments["ticket"]));
    }
}

/// An amount of money, in the smallest unit.
pub(crate) fn amount(value: &Value) -> u128 {
    text(value).parse::<waggle_cli::amount::Amount>().unwrap().0
}

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}
