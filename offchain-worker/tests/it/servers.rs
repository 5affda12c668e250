//! Models behind a server that speaks OpenAI's protocol.
//!
//! The server of these tests is real HTTP and, for answers and grades, runs a bundled model with
//! mistral.rs: a second way to the same numbers. What a server does wrong is scripted.

use crate::harness::{answer, bare_model, bundled_models, grade, id, key, models, Worker};
use axum::{extract::State, http::HeaderMap, response::IntoResponse, routing::post, Json, Router};
use mistralrs::{Model, RequestBuilder, SamplingParams, TextMessageRole};
use serde_json::{json, Value};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const KEY: &str = "sk-waggle-test-key";

/// Serves `routes` on a free port; the address ends in `/v1`.
async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/v1")
}

/// Serves what `reply` makes of each request, and keeps the requests.
pub(crate) async fn scripted(
    reply: impl Fn(&Value) -> (u16, String) + Clone + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let handler = move |Json(body): Json<Value>| async move {
        let (status, text) = reply(&body);
        seen.lock().unwrap().push(body);
        (axum::http::StatusCode::from_u16(status).unwrap(), text)
    };
    (serve(Router::new().route("/v1/chat/completions", post(handler))).await, asked)
}

/// The configuration of a worker whose only model is behind `url`.
pub(crate) fn config(url: &str, lines: &str) -> String {
    let server = format!(
        "checkup = false\ngrading.preset = 'digits'\n\
         [models.openai]\nbase_url = {url:?}\nmodel = 'served'\n{lines}\n"
    );
    format!("[[models]]\nname = 'm'\n{server}[[agents]]\nkey = '*'\nmodel = 'm'\n")
}

pub(crate) fn says(text: &str) -> String {
    json!({"choices": [{"message": {"role": "assistant", "content": text}}]}).to_string()
}

/// One route of OpenAI's protocol over a model of mistral.rs: what it reports to base 10 becomes
/// natural.
async fn complete(
    State(model): State<Arc<Model>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> impl IntoResponse {
    if headers.get("authorization").and_then(|value| value.to_str().ok())
        != Some(&format!("Bearer {KEY}"))
    {
        return (
            axum::http::StatusCode::UNAUTHORIZED,
            Json(json!({"error": {"message": "no key"}})),
        );
    }
    let max_len = Some(body["max_tokens"].as_u64().unwrap() as usize);
    let top_n_logprobs = body["top_logprobs"].as_u64().unwrap_or(1) as usize;
    let sampling = match body["temperature"].as_f64().unwrap() {
        0.0 => SamplingParams { max_len, ..SamplingParams::deterministic() },
        warm => SamplingParams {
            max_len,
            top_n_logprobs,
            temperature: Some(warm),
            ..SamplingParams::neutral()
        },
    };
    let text = body["messages"][0]["content"].as_str().unwrap();
    let request = RequestBuilder::new()
        .add_message(TextMessageRole::User, text)
        .enable_thinking(false)
        .set_sampling(sampling)
        .return_logprobs(body["logprobs"] == true);
    let response = model.send_chat_request(request).await.unwrap();
    let choice = &response.choices[0];
    let content = choice.logprobs.as_ref().and_then(|logprobs| logprobs.content.as_ref());
    let logprobs = content.map(|content| {
        let natural = |log: f32| f64::from(log) * std::f64::consts::LN_10;
        let first = &content[0];
        let shown = first.top_logprobs.iter();
        let top: Vec<Value> =
            shown.map(|top| json!({"token": top.bytes, "logprob": natural(top.logprob)})).collect();
        let logprob = natural(first.logprob);
        json!({"content": [{"token": first.token, "logprob": logprob, "top_logprobs": top}]})
    });
    let message = json!({"role": "assistant", "content": choice.message.content});
    (
        axum::http::StatusCode::OK,
        Json(json!({"choices": [{"index": 0, "message": message, "logprobs": logprobs}]})),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn served_model_should_answer_and_grade_as_its_weights_do() {
    let path = &bundled_models()[0];
    let model = Arc::new(bare_model(path).await);
    let url =
        serve(Router::new().route("/v1/chat/completions", post(complete)).with_state(model)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let template = r#""{{ prompt }}\n={{ reference }}\n?{{ candidate }}""#;
    let server = format!(
        "[[models]]\nname = 'served'\ncheckup = false\nanswering.max_tokens = 24\n\
         [models.openai]\nbase_url = {url:?}\nmodel = 'forager'\n\
         api_key_file = {file:?}\nparallel = 1\n\
         [models.grading]\nmin_mass = 0.0\ntemplate = {template}\n\
         tokens = [{{token = '0', value = 0.0}}, {{token = '1', value = 1.0}}]\n"
    );
    let own = path.file_name().unwrap();
    let agents = format!(
        "[[agents]]\nkey = {:?}\nmodel = {own:?}\n[[agents]]\nkey = {:?}\nmodel = 'served'\n",
        key(0),
        key(1)
    );
    let worker = Worker::start(&(models(1) + &server + &agents)).await;
    let of_server = |mut job: Value, number: usize| {
        job["agent"] = key(1).into();
        job["id"] = id(number).into();
        job
    };
    for (number, prompt) in
        ["37+12", "sort 3 1 2", "max 4 19 2", "reverse golk"].into_iter().enumerate()
    {
        let job = answer(number, prompt);
        let (text, served) =
            (worker.answer(&job).await, worker.answer(&of_server(job, 100 + number)).await);
        assert_eq!(text, served, "{prompt}");
        let job = grade(50 + number, prompt, Some(&text), &[&text, "7", "no"]);
        let (grades, served) =
            (worker.grades(&job).await, worker.grades(&of_server(job, 150 + number)).await);
        println!("{prompt}: {text:?}, own weights {grades:?}, server {served:?}");
        for (one, other) in grades.iter().zip(&served) {
            assert!(one.abs_diff(*other) <= 2, "{prompt}: {grades:?} and {served:?}");
        }
    }
    let (_, catalogue) = worker.get("/v1/models").await;
    assert!(
        catalogue.contains(&format!("forager at {url}")) && !catalogue.contains(KEY),
        "{catalogue}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn request_should_have_the_protocols_form() {
    let (url, asked) = scripted(|_| (200, says("49"))).await;
    let lines = "extra = { chat_template_kwargs = { enable_thinking = false }, seed = 7 }";
    let worker = Worker::start(&config(&url, lines)).await;
    assert_eq!(worker.answer(&answer(1, "37+12")).await, "49");
    let expected = json!({
        "model": "served", "stream": false, "messages": [{"role": "user", "content": "37+12"}],
        "max_tokens": 512, "temperature": 0.0, "chat_template_kwargs": {"enable_thinking": false},
        "seed": 7
    });
    assert_eq!(asked.lock().unwrap()[0], expected);
    let reply = worker.finish(&grade(2, "37+12", None, &["49"])).await;
    assert!(reply["reason"].as_str().unwrap().contains("no logprobs"), "{reply}");
    let asked = asked.lock().unwrap();
    assert_eq!((&asked[1]["max_tokens"], &asked[1]["top_logprobs"]), (&json!(1), &json!(20)));
    assert_eq!((&asked[1]["logprobs"], &asked[1]["temperature"]), (&json!(true), &json!(1.0)));
}

/// An answer job for which there is a second: so long is the server tried again.
fn short(job: usize) -> Value {
    let mut job = answer(job, "37+12");
    job["deadline_ms"] = 1_000.into();
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_servers_should_fail_or_decline_jobs_and_never_more() {
    for (status, text, outcome, reason) in [
        (500, "{}".to_string(), "failed", "500"),
        (401, "{}".to_string(), "failed", "401"),
        (400, json!({"error": {"message": "the prompt was 37+12"}}).to_string(), "declined", "400"),
        (307, says("49"), "failed", "307"),
        (200, "no json".to_string(), "failed", "no completion"),
        (200, json!({"choices": []}).to_string(), "failed", "no choices"),
        (200, says(&"x".repeat(3_000)), "failed", "more than 2000 bytes"),
        (200, says(""), "failed", "empty"),
    ] {
        let (url, _) = scripted(move |_| (status, text.clone())).await;
        let worker = Worker::start(&config(&url, "reply_bytes = 2000")).await;
        let reply = worker.finish(&short(1)).await;
        let said = reply["reason"].as_str().unwrap();
        assert!(
            reply["status"] == outcome && said.contains(reason) && !said.contains("37+12"),
            "{reply}"
        );
    }
    let worker = Worker::start(&config("http://127.0.0.1:9/v1", "")).await;
    let reply = worker.finish(&short(1)).await;
    let said = reply["reason"].as_str().unwrap();
    assert!(said.contains("cannot be reached"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_server_should_fail_the_job_in_time_and_not_hold_up_the_others() {
    let handler = |Json(body): Json<Value>| async move {
        let slow = body["messages"][0]["content"] == "slow";
        tokio::time::sleep(Duration::from_secs(if slow { 3600 } else { 0 })).await;
        says("done")
    };
    let url = serve(Router::new().route("/v1/chat/completions", post(handler))).await;
    let worker = Arc::new(Worker::start(&config(&url, "timeout_ms = 1500\nparallel = 2")).await);
    let slow = tokio::spawn({
        let worker = worker.clone();
        async move {
            let mut job = answer(1, "slow");
            job["deadline_ms"] = 2_000.into();
            worker.finish(&job).await
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let since = std::time::Instant::now();
    assert_eq!(worker.answer(&answer(2, "quick")).await, "done");
    assert!(
        since.elapsed() < Duration::from_millis(1_300),
        "it waited for the slow one: {:?}",
        since.elapsed()
    );
    let reply = slow.await.unwrap();
    let reason = reply["reason"].as_str().unwrap();
    assert!(reason.contains("in time") || reason.contains("stopped"), "{reply}");
}

/// A server whose model calls the calculator first and then repeats what came of it.
#[tokio::test(flavor = "multi_thread")]
async fn model_that_calls_tools_should_get_what_they_say() {
    let (url, asked) = scripted(|body| {
        let messages = body["messages"].as_array().unwrap();
        let last = &messages[messages.len() - 1];
        if last["role"] == "tool" {
            return (200, says(last["content"].as_str().unwrap()));
        }
        let call = json!({"id": "call_1", "type": "function", "function": {
            "name": body["tools"][0]["function"]["name"],
            "arguments": json!({"expression": last["content"]}).to_string()
        }});
        let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
        (200, json!({"choices": [{"message": message, "finish_reason": "tool_calls"}]}).to_string())
    })
    .await;
    let config = config(&url, "").replace("[models.openai]", "tools = true\n[models.openai]")
        + "units = ['calc']\n[[units]]\nname = 'calc'\nkind = 'calculator'\nat = ['tool']\n";
    let worker = Worker::start(&config).await;
    assert_eq!(worker.answer(&answer(1, "123456789 * 987654321")).await, "121932631112635269");
    let asked = asked.lock().unwrap();
    assert_eq!(asked[0]["tools"][0]["function"]["name"], "calculate");
    assert_eq!(asked[1]["messages"][1]["tool_calls"][0]["id"], "call_1");
    assert_eq!(asked[1]["messages"][2]["tool_call_id"], "call_1");
}
