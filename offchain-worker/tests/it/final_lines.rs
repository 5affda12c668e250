//! The last line `Answer: X` of answers to closed questions: whom the worker asks for it, and who
//! gets it all the same.

use crate::{
    harness::{agents, answer, bundled_models, command, models, Worker},
    servers::{config, says, scripted},
};
use serde_json::{json, Value};
use std::{io::Write, process::Stdio};

const PLAIN: &str = "End with a last line \"Answer: X\", where X is only the result.";
const LETTER: &str = "End with a last line \"Answer: X\", where X is only the letter.";
const GENERAL: &str = "If there is one right answer, end with a last line \"Answer: X\", where X \
                       is only the result.";

/// An answer job of a domain that takes questions of this kind.
pub(crate) fn asked(job: usize, prompt: &str, (domain, question): (u32, &str)) -> Value {
    let mut job = answer(job, prompt);
    job["domain"] = domain.into();
    job["question"] = question.into();
    job
}

/// A worker's configuration with lines of the model's `answering`.
fn answering(url: &str, lines: &str) -> String {
    config(url, "").replace("[models.openai]", &format!("{lines}\n[models.openai]"))
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_be_asked_for_the_line_when_the_question_is_closed() {
    let (url, bodies) = scripted(|_| (200, says("37 + 12 = 49"))).await;
    let worker = Worker::start(&config(&url, "")).await;
    let choices = "Which is prime?\n\nA. 48\nB. 49\nC. 53";
    let cases = [
        (answer(1, "37+12"), "37+12".to_string(), false),
        (asked(2, "37+12", (7, "open")), "37+12".to_string(), false),
        (asked(3, "37+12", (7, "closed")), format!("37+12\n\n{PLAIN}"), true),
        (asked(4, "37+12", (0, "closed")), format!("37+12\n\n{GENERAL}"), true),
        (asked(5, choices, (0, "closed")), format!("{choices}\n\n{LETTER}"), true),
    ];
    for (job, content, gets_line) in cases {
        let expected = if gets_line { "37 + 12 = 49\n\nAnswer: 49" } else { "37 + 12 = 49" };
        assert_eq!(worker.answer(&job).await, expected, "{job}");
        let body = bodies.lock().unwrap().last().unwrap().clone();
        let whole = json!({
            "model": "served", "stream": false,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": 512, "temperature": 0.0
        });
        assert_eq!(body, whole);
    }
    let (_, served) = worker.get("/v1/models").await;
    assert!(served.contains("\"final_line\":true"), "{served}");
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_get_what_the_operator_wrote_when_the_template_is_its_own() {
    let closed = |job| asked(job, "37+12", (7, "closed"));
    for (lines, content, gets_line) in [
        ("answering.template = '{{ prompt }}'", "37+12".to_string(), false),
        ("answering.final_line = false", "37+12".to_string(), false),
        ("answering.template = 'Q: {{ prompt }} {{ question }}'", "Q: 37+12 closed".into(), false),
        ("answering.template = '{{ prompt }} {{ final_line }}'", format!("37+12 {PLAIN}"), true),
    ] {
        let (url, bodies) = scripted(|_| (200, says("37 + 12 = 49"))).await;
        let worker = Worker::start(&answering(&url, lines)).await;
        let expected = if gets_line { "37 + 12 = 49\n\nAnswer: 49" } else { "37 + 12 = 49" };
        assert_eq!(worker.answer(&closed(1)).await, expected, "{lines}");
        let messages = bodies.lock().unwrap()[0]["messages"].clone();
        assert_eq!(messages, json!([{"role": "user", "content": content}]), "{lines}");
        let (_, served) = worker.get("/v1/models").await;
        assert!(served.contains(&format!("\"final_line\":{gets_line}")), "{lines}: {served}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn last_turn_of_a_conversation_should_ask_for_the_line_once() {
    let (url, bodies) = scripted(|_| (200, says("It is 4.\n\n**Answer:** 4"))).await;
    let worker = Worker::start(&(config(&url, "") + "system = 'Be kind.'\n")).await;
    let prompt = concat!(
        r#"{"waggle":1,"messages":[{"role":"system","content":"Be brief."},"#,
        r#"{"role":"user","content":"1+1"},{"role":"assistant","content":"2"},"#,
        r#"{"role":"user","content":"2+2"}]}"#
    );
    let said = worker.answer(&asked(1, prompt, (7, "closed"))).await;
    assert_eq!(said, "It is 4.\n\n**Answer:** 4", "as the model said it");
    let messages = bodies.lock().unwrap()[0]["messages"].clone();
    let expected = json!([
        {"role": "system", "content": "Be kind.\n\nBe brief."},
        {"role": "user", "content": "1+1"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": format!("2+2\n\n{PLAIN}")},
    ]);
    assert_eq!(messages, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn bundled_models_should_be_asked_as_ever() {
    let count = bundled_models().len();
    let worker = Worker::start(&(models(count) + &agents(count, count))).await;
    let (_, served) = worker.get("/v1/models").await;
    assert_eq!(served.matches("\"final_line\":false").count(), count, "{served}");
    for (number, prompt) in ["37+12", "sort 3 1 2", "max 4 19 2"].into_iter().enumerate() {
        let alone = worker.answer(&answer(number, prompt)).await;
        for (place, domain) in [0, 7].into_iter().enumerate() {
            let job = asked(10 + 2 * number + place, prompt, (domain, "closed"));
            assert_eq!(worker.answer(&job).await, alone, "{prompt}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_should_ask_as_in_the_general_domain_unless_questions_are_open() {
    let (url, bodies) = scripted(|_| (200, says("37 + 12 = 49"))).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker.toml");
    std::fs::write(&file, config(&url, "")).unwrap();
    for (kind, content, said) in [
        (None, format!("37+12\n\n{GENERAL}"), "37 + 12 = 49\n\nAnswer: 49\n"),
        (Some("open"), "37+12".to_string(), "37 + 12 = 49\n"),
    ] {
        let mut chat = command(&folder);
        chat.env("NO_PROXY", "127.0.0.1").args(["chat", "--config"]).arg(&file);
        chat.args(kind.map(|kind| format!("--question={kind}")));
        chat.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = chat.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"37+12\n").unwrap();
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
        let output = output.await.unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{kind:?}");
        let messages = bodies.lock().unwrap().last().unwrap()["messages"].clone();
        assert_eq!(messages, json!([{"role": "user", "content": content}]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_that_is_cut_should_get_no_line_of_what_it_only_might_have_said() {
    let cut = |text: &str| {
        let message = json!({"role": "assistant", "content": text});
        json!({"choices": [{"message": message, "finish_reason": "length"}]}).to_string()
    };
    for (said, expected) in [
        ("The answer is 49. That is", "The answer is 49. […]"),
        ("Answer: 49\nThat is since", "Answer: 49 […]\n\nAnswer: 49"),
    ] {
        let body = cut(said);
        let (url, _) = scripted(move |_| (200, body.clone())).await;
        let worker = Worker::start(&config(&url, "dialect = 'openai'")).await;
        let job = asked(1, "37+12", (7, "closed"));
        assert_eq!(worker.answer(&job).await, expected);
    }
}
