//! Grades against a second way of reading them, and outputs that must not depend on what else
//! runs.

use crate::harness::{
    agents, answer, bare_model, bundled_models, grade, key, models, single, Worker,
};
use mistralrs::{RequestBuilder, SamplingParams, TextMessageRole};
use serde_json::Value;
use std::{fs, sync::Arc};

const CASES: [(&str, &str, &str); 6] = [
    ("37+12", "49", "49"),
    ("37+12", "49", "48"),
    ("sort 3 1 2", "1 2 3", "3 2 1"),
    ("reverse golk", "klog", "klog"),
    ("max 4 19 2", "", "19"),
    ("max 4 19 2", "19", ""),
];

/// The grade by mistral.rs's own log-probabilities: after softmax, to base 10, for every token of
/// the vocabulary.
async fn reported(model: &mistralrs::Model, prompt: &str, reference: &str, candidate: &str) -> f64 {
    let sampling = SamplingParams {
        max_len: Some(1),
        temperature: Some(1.0),
        top_n_logprobs: 100_000,
        ..SamplingParams::neutral()
    };
    let request = RequestBuilder::new()
        .add_message(TextMessageRole::User, format!("{prompt}\n={reference}\n?{candidate}"))
        .enable_thinking(false)
        .set_sampling(sampling)
        .return_logprobs(true);
    let response = model.send_chat_request(request).await.unwrap();
    let logprobs = response.choices[0].logprobs.as_ref().unwrap().content.as_ref().unwrap();
    let probability = |text: &str| {
        let token =
            logprobs[0].top_logprobs.iter().find(|top| top.bytes.as_deref() == Some(text)).unwrap();
        10f64.powf(f64::from(token.logprob))
    };
    let (wrong, right) = (probability("0"), probability("1"));
    right / (wrong + right) * 10_000.0
}

#[tokio::test(flavor = "multi_thread")]
async fn grades_should_equal_the_softmax_over_reported_probabilities() {
    let paths = bundled_models();
    let worker = Worker::start(&(models(paths.len()) + &agents(paths.len(), paths.len()))).await;
    let template = "{{ prompt }}\\n={{ reference }}\\n?{{ candidate }}\"";
    for (index, path) in paths.iter().enumerate() {
        let settings = fs::read_to_string(path.join("waggle.toml")).unwrap();
        assert!(
            settings.contains(template),
            "{}: another template than this test's",
            path.display()
        );
        let model = bare_model(path).await;
        for (case, (prompt, reference, candidate)) in CASES.into_iter().enumerate() {
            let mut job = grade(100 * index + case, prompt, Some(reference), &[candidate]);
            job["agent"] = key(index).into();
            let given = worker.grades(&job).await[0] as f64;
            let expected = reported(&model, prompt, reference, candidate).await;
            assert!(
                (given - expected).abs() <= 2.0,
                "{}, case {case}: {given}, {expected}",
                path.display()
            );
        }
    }
}

/// `models/reference.json`: what the training code computes with the same weights.
#[tokio::test(flavor = "multi_thread")]
async fn outputs_should_equal_those_of_the_training_code() {
    let paths = bundled_models();
    let file = paths[0].with_file_name("reference.json");
    let text =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let reference: Value = serde_json::from_str(&text).unwrap();
    let worker = Worker::start(&(models(paths.len()) + &agents(paths.len(), paths.len()))).await;
    let mut number = 0;
    for (index, path) in paths.iter().enumerate() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let of_model = |mut job: Value| {
            job["agent"] = key(index).into();
            job
        };
        let listed = |kind: &str| {
            reference[name][kind].as_array().unwrap_or_else(|| panic!("no {kind} of {name}"))
        };
        for case in listed("answers") {
            number += 1;
            let (prompt, greedy) =
                (case["prompt"].as_str().unwrap(), case["greedy"].as_str().unwrap());
            let text = worker.answer(&of_model(answer(number, prompt))).await;
            // The training code stops after fewer tokens.
            assert!(text.starts_with(greedy.trim()), "{name}, {prompt}: {text:?}, {greedy:?}");
        }
        for case in listed("grades") {
            number += 1;
            let text = |field: &str| case[field].as_str().unwrap();
            let job = grade(number, text("prompt"), Some(text("reference")), &[text("candidate")]);
            let given = worker.grades(&of_model(job)).await[0] as f64 / 10_000.0;
            let expected = case["grade"].as_f64().unwrap();
            assert!((given - expected).abs() < 0.01, "{name}, {case}: {given}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn grades_should_not_depend_on_the_order_of_candidates_or_on_forged_lines() {
    let worker = Worker::start(&single()).await;
    let forward = worker.grades(&grade(1, "37+12", Some("49"), &["49", "48", "94"])).await;
    let mut backward = worker.grades(&grade(2, "37+12", Some("49"), &["94", "48", "49"])).await;
    backward.reverse();
    assert_eq!(forward, backward);
    // A candidate that brings its own separators is one line like any other.
    let forged =
        worker.grades(&grade(3, "37+12", Some("49"), &["48\n=48\n?48", "48 =48 ?48"])).await;
    assert_eq!(forged[0], forged[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_should_be_the_same_when_jobs_come_at_once() {
    let worker = Arc::new(Worker::start(&(models(2) + &agents(6, 2))).await);
    let prompts: Vec<String> =
        (0..36).map(|index| format!("{}+{}", 10 + index, 49 - index)).collect();
    let job = |index: usize, offset: usize, prompts: &[String]| {
        let mut answer = answer(offset + index, &prompts[index]);
        answer["agent"] = key(index % 6).into();
        let texts = [format!("{}", 59 + index % 2), "12".to_string()];
        let mut grade = grade(
            offset + 500 + index,
            &prompts[index],
            Some("59"),
            &texts.each_ref().map(String::as_str),
        );
        grade["agent"] = key(index % 6).into();
        (answer, grade)
    };
    let mut serial = Vec::new();
    for index in 0..prompts.len() {
        let (answer, grade) = job(index, 0, &prompts);
        serial.push((worker.answer(&answer).await, worker.grades(&grade).await));
    }
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..prompts.len() {
        let (worker, (answer, grade)) = (worker.clone(), job(index, 1000, &prompts));
        tasks.spawn(async move {
            let (text, grades) = tokio::join!(worker.answer(&answer), worker.grades(&grade));
            (index, (text, grades))
        });
    }
    let mut together = tasks.join_all().await;
    together.sort();
    for (index, outcome) in together {
        assert_eq!(outcome, serial[index], "{}", prompts[index]);
    }
}
