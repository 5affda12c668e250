//! What keeps an agent from losing its ticket: checkups before answers, patience with an engine
//! that is away, and a worker that no stranger's page can reach.
//!
//! The servers of these tests are scripted: they do what a healthy engine does not.

use crate::harness::{answer, grade, single, Worker, PATIENCE};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
    Json, Router,
};
use serde_json::{json, Value};
use std::time::{Duration, Instant};
use waggle_worker::checkup::QUESTIONS;

async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/v1")
}

/// The configuration of a worker whose only model is behind `url`. The model reads nothing but
/// prompt and candidate.
fn config(url: &str, lines: &str) -> String {
    format!(
        "[[models]]\nname = 'm'\n{lines}\n\
         [models.openai]\nbase_url = {url:?}\nmodel = 'served'\n\
         [models.grading]\ntemplate = '{{{{ prompt }}}}|{{{{ candidate }}}}'\n\
         [[agents]]\nkey = '*'\nmodel = 'm'\n"
    )
}

/// Replies to a grading prompt with a grade, and to all others with a sentence.
fn reply(body: &Value, grade: impl Fn(&str) -> &'static str) -> Json<Value> {
    let text = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    let Some((_, candidate)) = text.rsplit_once('|') else {
        return Json(json!({"choices": [{"message": {"content": "It is 49."}}]}));
    };
    let grade = grade(candidate);
    let first = json!({"token": grade, "logprob": -0.001, "top_logprobs": [
        {"token": grade, "logprob": -0.001}, {"token": "x", "logprob": -7.0}
    ]});
    let message = json!({"content": grade});
    Json(json!({"choices": [{"message": message, "logprobs": {"content": [first]}}]}))
}

/// A server whose model tells right from wrong, or gives everything the same grade.
async fn grading_server(tells: bool) -> String {
    let handler = move |Json(body): Json<Value>| async move {
        let is_right = |text: &str| QUESTIONS.iter().any(|(_, right, _)| *right == text);
        reply(&body, |text| match (tells, is_right(text)) {
            (true, true) => "5",
            (true, false) => "1",
            (false, _) => "3",
        })
    };
    serve(Router::new().route("/v1/chat/completions", post(handler))).await
}

/// The body of `GET /healthz` once the model has been examined, and its status.
async fn examined(worker: &Worker) -> (u16, Value) {
    let until = Instant::now() + PATIENCE;
    loop {
        let (status, text) = worker.get("/healthz").await;
        let health: Value = serde_json::from_str(&text).unwrap();
        if !health["models"][0]["checkup"].is_null() {
            return (status, health);
        }
        assert!(Instant::now() < until, "{health}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn model_should_answer_when_it_tells_right_from_wrong() {
    let worker = Worker::start(&config(&grading_server(true).await, "")).await;
    let (status, health) = examined(&worker).await;
    let model = &health["models"][0];
    assert_eq!(
        (status, &health["status"], &model["state"]),
        (200, &json!("ok"), &json!("healthy"))
    );
    assert_eq!(model["checkup"]["ordered"], QUESTIONS.len());
    assert_eq!(worker.answer(&answer(1, "37+12")).await, "It is 49.");
}

#[tokio::test(flavor = "multi_thread")]
async fn model_should_only_grade_when_all_its_grades_are_the_same() {
    let worker = Worker::start(&config(&grading_server(false).await, "")).await;
    let (_, health) = examined(&worker).await;
    let model = &health["models"][0];
    assert_eq!((&model["state"], &health["status"]), (&json!("unhealthy"), &json!("unhealthy")));
    assert_eq!(worker.health().await, 503);
    let reply = worker.finish(&answer(1, "37+12")).await;
    assert_eq!(reply["status"], "declined", "{reply}");
    let reason = reply["reason"].as_str().unwrap();
    assert!(reason.contains("its grading is unhealthy"), "{reason}");
    assert_eq!(worker.grades(&grade(2, "37+12", None, &["49"])).await, [5_000]);
    let (_, metrics) = worker.get("/metrics").await;
    assert!(metrics.contains("waggle_worker_model_healthy{model=\"m\"} 0"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn model_should_answer_unexamined_when_its_operator_says_so() {
    let worker = Worker::start(&config(&grading_server(false).await, "checkup = false")).await;
    assert_eq!(worker.answer(&answer(1, "37+12")).await, "It is 49.");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_should_succeed_when_the_server_asks_to_wait_for_two_seconds() {
    let back = Instant::now() + Duration::from_secs(2);
    let handler = move |Json(body): Json<Value>| async move {
        if Instant::now() < back {
            return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], "").into_response();
        }
        let reply: Response = reply(&body, |_| "5").into_response();
        reply
    };
    let url = serve(Router::new().route("/v1/chat/completions", post(handler))).await;
    let worker = Worker::start(&config(&url, "checkup = false")).await;
    let (answer, grade) = (answer(1, "37+12"), grade(2, "37+12", None, &["49"]));
    let (answered, graded) = tokio::join!(worker.finish(&answer), worker.finish(&grade));
    assert_eq!((&answered["status"], &graded["status"]), (&json!("done"), &json!("done")));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_should_be_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "s3cret\n").unwrap();
    let server = format!("[server]\nhosts = ['gpu.lan']\ntoken_file = {file:?}\n");
    let worker = Worker::start(&(server + &single())).await;
    let client = reqwest::Client::new();
    let (jobs, models) = (format!("{}/v1/jobs", worker.url), format!("{}/v1/models", worker.url));
    let get = |host: &str, token: &str| {
        let request = client.get(&models).header("host", host).bearer_auth(token);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(get("127.0.0.1", "s3cret").await, 200);
    assert_eq!(get("gpu.lan:7741", "s3cret").await, 200);
    assert_eq!(get("evil.example", "s3cret").await, 421);
    assert_eq!(get("127.0.0.1", "wrong").await, 401);
    assert_eq!(worker.health().await, 200, "that it is alive is no secret");
    let post = client.post(&jobs).bearer_auth("s3cret").body(answer(1, "37+12").to_string());
    let reply = post.header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 415);
    assert!(reply.json::<Value>().await.unwrap()["error"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_should_be_bounded() {
    let worker = Worker::start(&("[server]\nconnections = 3\n".to_string() + &single())).await;
    let address = worker.url.strip_prefix("http://").unwrap().to_string();
    let open = || std::net::TcpStream::connect(&address).unwrap();
    let held = [open(), open(), open()];
    // One connection for each request.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let until = Instant::now() + PATIENCE;
    while client.get(format!("{}/healthz", worker.url)).send().await.is_ok() {
        assert!(Instant::now() < until, "nothing was refused");
    }
    drop(held);
    while client.get(format!("{}/healthz", worker.url)).send().await.is_err() {
        assert!(Instant::now() < until, "nothing was let in again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
