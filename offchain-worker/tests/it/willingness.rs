//! Prompts that an agent does not want.

use crate::harness::{agents, answer, bundled_models, grade, key, models, Worker};
use serde_json::{json, Value};

fn with_price(job: usize, prompt: &str, reward: &str, ticket: &str) -> Value {
    let mut job = answer(job, prompt);
    job["reward"] = json!(reward);
    job["ticket"] = json!(ticket);
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_should_decline_what_it_does_not_want_and_grade_all_the_same() {
    let willingness =
        "[agents.willingness]\ntopics = ['^[0-9]']\nnot_topics = ['666']\nmax_prompt_bytes = 20\n\
         min_reward = '20_000'\nmax_ticket = '300'\nmax_min_score = 0.45\n";
    let worker = Worker::start(&(models(1) + &agents(1, 1) + willingness)).await;
    worker.answer(&with_price(1, "37+12", "20000", "300")).await;
    for (number, (prompt, reward, ticket, reason)) in [
        ("sort 3 1 2", "20000", "300", "topic"),
        ("666+1", "20000", "300", "topic"),
        ("1+111111111111111111111", "20000", "300", "bytes"),
        ("37+12", "19999", "300", "reward"),
        ("37+12", "20000", "301", "ticket"),
    ]
    .into_iter()
    .enumerate()
    {
        let reply = worker.finish(&with_price(10 + number, prompt, reward, ticket)).await;
        assert!(
            reply["status"] == "declined" && reply["reason"].as_str().unwrap().contains(reason),
            "{reply}"
        );
    }
    let mut picky = with_price(19, "37+12", "20000", "300");
    picky["min_score"] = json!(4_501);
    let reply = worker.finish(&picky).await;
    assert!(reply["reason"].as_str().unwrap().contains("score"), "{reply}");
    let reply = worker.finish(&answer(20, "37+12")).await;
    assert!(
        reply["reason"].as_str().unwrap().contains("names no reward"),
        "an older node: {reply}"
    );
    assert_eq!(worker.grades(&grade(30, "sort 3 1 2", None, &["1 2 3"])).await.len(), 1);
    let (_, metrics) = worker.get("/metrics").await;
    for (reason, count) in [("topic", 2), ("length", 1), ("price", 4), ("load", 0)] {
        let line = format!("waggle_worker_unwilling_total{{reason=\"{reason}\"}} {count}\n");
        assert!(metrics.contains(&line), "no {line}in {metrics}");
    }
}

/// A bundled model agrees with itself on what it knows, and does not on what it does not.
#[tokio::test(flavor = "multi_thread")]
async fn agent_should_answer_what_it_is_sure_of_and_decline_the_rest() {
    let name = bundled_models()[0].file_name().unwrap().to_owned();
    let agent = format!(
        "[[agents]]\nkey = {:?}\nmodel = {name:?}\ntemperature = 0.7\n\
         [agents.willingness]\nsamples = 9\nmin_agreement = 0.7\n",
        key(0)
    );
    let worker = Worker::start(&(models(1) + &agent)).await;
    let mut answered = [0; 2];
    for number in 0..12 {
        for (kind, prompt) in [
            format!("{}+{}", 11 + number, 30 - number),
            format!("{}+{}", 1_234 + 77 * number, 4_321),
        ]
        .into_iter()
        .enumerate()
        {
            let reply = worker.finish(&answer(100 * kind + number, &prompt)).await;
            if reply["status"] == "done" {
                answered[kind] += 1;
            } else {
                assert!(reply["reason"].as_str().unwrap().contains("agree"), "{reply}");
            }
        }
    }
    println!(
        "answered {} of 12 sums that {name:?} was taught, {} of 12 beyond",
        answered[0], answered[1]
    );
    assert!(answered[0] > answered[1], "{answered:?}");
}
