//! What must hold in the JSON of every settled round, computed again from nothing but that JSON.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{
    candidates::Candidates,
    choice::{FLOOR, MEAN_WEIGHT},
    consensus::UNIFORM_PRIOR_WEIGHT,
    final_answer::FinalAnswer,
    weighting::MAX_WEIGHT_OF_MEDIAN,
};

/// How far a number may be from the chain's, which has 18 decimals.
const ROUNDING: f64 = 1e-9;

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
        assert_eq!(Some(candidate(answer) as usize), expected.at(place), "candidate of {answer}");
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

/// The winner is the best answer of the candidate that has most, computed again from grades,
/// weights, readings and priors. Equal answers add up if the question is closed; if it is open,
/// their mean counts.
fn check_winner(round: &Value, answers: &[Value]) {
    assert_eq!(round["rule"]["name"], "calibrated");
    check_weights(answers);
    let mut totals = BTreeMap::<u64, f64>::new();
    for answer in answers {
        let (score, told) = (score(round, answers, answer), float(&answer["score"]));
        assert!((score - told).abs() < ROUNDING, "score {score}, not that of {answer}");
        assert!(answer["bias"].is_null(), "grades are read without a bias: {answer}");
        let above = (score - FLOOR.to_float()).max(0.0);
        let equal = match text(&round["rule"]["question"]) {
            "closed" => 1,
            _ => answers.iter().filter(|other| candidate(other) == candidate(answer)).count(),
        };
        *totals.entry(candidate(answer)).or_default() += above.powi(3) / equal as f64;
    }
    let winner = winner(round, answers);
    let most = totals.values().copied().fold(0.0, f64::max);
    let total = totals[&candidate(winner)];
    assert!((total - most).abs() < ROUNDING, "the winning candidate has most: {totals:?}, {round}");
    let equal = answers.iter().filter(|answer| candidate(answer) == candidate(winner));
    let best = equal.map(|answer| float(&answer["score"])).fold(0.0, f64::max);
    assert!(float(&winner["score"]) >= best, "the winner is its best answer: {round}");
    assert_eq!(round["winner_text"], winner["text"], "the winning answer is the winner's");
}

/// The score of one of `answers`: the mean of its grades as their graders' readings have them, by
/// weight, with its prior.
fn score(round: &Value, answers: &[Value], answer: &Value) -> f64 {
    let prior_weight = UNIFORM_PRIOR_WEIGHT.to_float();
    let (mut sum, mut weights) = (prior_weight * float(&answer["prior"]), prior_weight);
    let grades = round["grades"].as_array().expect("grades").iter();
    for grade in grades.filter(|grade| grade["author"] == answer["agent"]) {
        let grader = named(answers, &grade["grader"]);
        let above = (float(&grade["grade"]) - float(&grader["mean"])) / float(&grader["spread"]);
        let weight = float(&grader["weight"]);
        sum += weight * (0.5 + above / 4.0).clamp(0.2, 0.8);
        weights += weight;
    }
    sum / weights
}

/// Those that opened grades weigh [`MEAN_WEIGHT`] on average, unless nobody counts, and none more
/// than four times the median; the others weigh nothing.
fn check_weights(answers: &[Value]) {
    let (graders, others): (Vec<&Value>, Vec<&Value>) =
        answers.iter().partition(|answer| answer["opened_grades"] == true);
    assert!(others.iter().all(|answer| float(&answer["weight"]) == 0.0), "no grades, no weight");
    let mut weights: Vec<f64> = graders.iter().map(|grader| float(&grader["weight"])).collect();
    weights.sort_by(f64::total_cmp);
    let (least, greatest) = (weights[0], weights[weights.len() - 1]);
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    let median = (weights[(weights.len() - 1) / 2] + weights[weights.len() / 2]) / 2.0;
    assert!(least >= 0.0, "weights {weights:?}");
    assert!(
        greatest == 0.0 || (mean - MEAN_WEIGHT.to_float()).abs() < ROUNDING,
        "mean of the weights {weights:?}"
    );
    assert!(
        greatest <= f64::from(MAX_WEIGHT_OF_MEDIAN) * median + ROUNDING,
        "greatest of the weights {weights:?}"
    );
}

/// The winner's part in the round.
fn winner<'a>(round: &Value, answers: &'a [Value]) -> &'a Value {
    named(answers, &round["winner"])
}

/// The part of the agent with this name.
fn named<'a>(answers: &'a [Value], agent: &Value) -> &'a Value {
    answers.iter().find(|answer| answer["agent"] == *agent).expect("all agents have a part")
}

fn candidate(answer: &Value) -> u64 {
    answer["candidate"].as_u64().expect("candidate")
}

/// What was paid, returned and put into the treasury is what the client offered and the agents
/// lost. Only the graders' part can go back to the client.
fn check_money(round: &Value) {
    let payments = &round["payments"];
    let agents = payments["agents"].as_array().expect("payments");
    let sum = |field: &str| agents.iter().map(|payment| amount(&payment[field])).sum::<u128>();
    let (reward, returned) = (amount(&payments["reward"]), amount(&payments["returned"]));
    assert_eq!(
        reward + sum("forfeited"),
        sum("paid") + returned + amount(&payments["treasury"]),
        "money is conserved"
    );
    let winners_part = reward * 7 / 10;
    assert!([0, reward - winners_part].contains(&returned), "{returned} of {reward} returned");
    let answers = round["answers"].as_array().expect("answers");
    let winner = winner(round, answers);
    let winners: BTreeSet<&str> = answers
        .iter()
        .filter(|answer| candidate(answer) == candidate(winner))
        .map(|answer| text(&answer["agent"]))
        .collect();
    let part = winners_part / winners.len() as u128;
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
    text(value).parse::<waggle_client::amount::Amount>().unwrap().0
}

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}
