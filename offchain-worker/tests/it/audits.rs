//! Jobs of audits with the bundled models: who answers with the claimed model, and who does not.

use crate::harness::{agents, answer, bundled_models, id, key, models, Worker};
use axum::{routing::post, Json, Router};
use serde_json::{json, Value};

/// How many prompts an audit has here.
const PROMPTS: usize = 60;

/// Two models, and an agent of each that leaves all to chance.
fn warm() -> String {
    models(2) + &agents(2, 2).replace("temperature = 0.0", "temperature = 1.0")
}

/// Questions of four kinds; each model is good at some of them.
fn prompts() -> Vec<String> {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap());
    (0..PROMPTS)
        .map(|number| match number % 4 {
            0 => {
                let word: String =
                    (1..7).map(|place| letter(number * 5 + place * place * 3)).collect();
                format!("reverse {word}")
            }
            1 => {
                let digits = (1..6).map(|place| (number * place * 7 + 3) % 10);
                let digits: Vec<String> = digits.map(|digit| digit.to_string()).collect();
                format!("sort {}", digits.join(" "))
            }
            2 => format!("{}+{}", (number * 7) % 50, (number * 11 + 5) % 50),
            _ => format!("{}-{}", 25 + number % 25, (number * 3) % 25),
        })
        .collect()
}

/// SHA-256 of the weights of each model.
async fn weights(worker: &Worker) -> Vec<String> {
    let (_, catalogue) = worker.get("/v1/models").await;
    let catalogue: Value = serde_json::from_str(&catalogue).unwrap();
    let models = catalogue["models"].as_array().unwrap();
    models.iter().map(|model| model["weights"].as_str().unwrap().to_string()).collect()
}

/// A replay job of agent `agent`, of answers by authors 0, 1, …, drawn at a temperature of 1.
fn replay(job: usize, agent: usize, weights: &str, prompt: &str, answers: &[&str]) -> Value {
    let answers: Vec<Value> = answers
        .iter()
        .enumerate()
        .map(|(author, text)| json!({"author": author, "text": text}))
        .collect();
    json!({
        "id": id(job), "agent": key(agent), "kind": "replay", "model": weights, "prompt": prompt,
        "question": "closed", "domain": null, "answers": answers,
        "sampling": {"temperature": 10_000, "top_p": 10_000, "top_k": 0, "min_p": 0},
        "deadline_ms": 60_000, "wait_ms": 20_000
    })
}

/// The sums of a replay: tokens, and surprise, entropy and variance in nats.
fn sums(replay: &Value) -> [f64; 4] {
    let sum = |name: &str| replay[name].as_f64().unwrap() / 1_024.0;
    [replay["tokens"].as_f64().unwrap(), sum("surprise"), sum("entropy"), sum("variance")]
}

#[tokio::test(flavor = "multi_thread")]
async fn another_models_answers_should_be_told_from_those_of_the_claimed_one() {
    let worker = Worker::start(&warm()).await;
    let weights = weights(&worker).await;
    let mut all = [[0.0; 4]; 2];
    for (number, prompt) in prompts().iter().enumerate() {
        let mut said = Vec::new();
        for agent in 0..2 {
            let mut job = answer(2 * number + agent, prompt);
            job["agent"] = key(agent).into();
            // By chance a model ends at once, or does not end.
            let reply = worker.finish(&job).await;
            said.push(reply["answer"].as_str().unwrap_or_default().to_string());
        }
        let texts: Vec<&str> = said.iter().map(String::as_str).collect();
        let reply = worker.finish(&replay(1_000 + number, 0, &weights[0], prompt, &texts)).await;
        assert_eq!(reply["status"], "done", "{reply}");
        for (author, all) in all.iter_mut().enumerate() {
            let replay = &reply["replays"][author];
            assert_eq!(replay.is_null(), texts[author].is_empty(), "{reply} {texts:?}");
            if !replay.is_null() {
                assert_eq!(replay["author"], author);
                all.iter_mut().zip(sums(replay)).for_each(|(sum, value)| *sum += value);
            }
        }
    }
    let z = all.map(|[_, surprise, entropy, variance]| (surprise - entropy) / variance.sqrt());
    println!("tokens {} and {}, z {:.2} and {:.2}", all[0][0], all[1][0], z[0], z[1]);
    assert!(all.iter().all(|sums| sums[0] > 100.0), "too few tokens: {all:?}");
    assert!(z[0].abs() < 4.0, "honest, and {z:?}");
    assert!(z[1].abs() > 4.0, "another model, and {z:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_should_be_as_likely_as_the_claimed_sampling_makes_them() {
    let worker = Worker::start(&warm()).await;
    let weights = weights(&worker).await;
    let greedy = {
        let folder = bundled_models();
        let name = folder[0].file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(name, "llama-forager", "it adds without fault");
        "49"
    };
    let texts = [greedy, "48", "", "49 […]"];
    let mut job = replay(1, 0, &weights[0], "37+12", &texts);
    job["sampling"] = json!({"temperature": 1_000, "top_p": 9_000, "top_k": 0, "min_p": 0});
    let reply = worker.finish(&job).await;
    let replays = &reply["replays"];
    assert_eq!((&replays[0]["tokens"], &replays[0]["surprise"]), (&json!(2), &json!(0)), "{reply}");
    assert!(replays[1]["surprise"].as_u64().unwrap() >= 16_384, "it cannot be drawn: {reply}");
    assert_eq!(replays[2], Value::Null);
    let cut = sums(&replays[3]);
    assert_eq!(cut, sums(&replays[0]), "what says that it was cut is no part of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_should_be_said_of_greedy_answers_or_those_that_do_not_fit() {
    let worker = Worker::start(&warm()).await;
    let weights = weights(&worker).await;
    let mut job = replay(1, 0, &weights[0], "37+12", &["49"]);
    job["sampling"]["temperature"] = json!(0);
    let nothing = json!({"status": "done", "replays": [null]});
    assert_eq!(worker.finish(&job).await, nothing);
    let long = "9".repeat(3_000);
    assert_eq!(worker.finish(&replay(2, 0, &weights[0], "37+12", &[&long])).await, nothing);
    let reply = worker.finish(&replay(3, 0, &weights[0], &long, &["49"])).await;
    assert_eq!(reply, nothing, "nor of what the model cannot read");
    let reply = worker.finish(&replay(4, 0, &weights[1], "37+12", &["49"])).await;
    assert_eq!(reply["status"], "declined", "the agent has another model: {reply}");
    let answer = worker.finish(&answer(5, "37+12")).await;
    assert_eq!(answer["status"], "done", "the engine is as it was: {answer}");
}

/// A server that makes points of two dimensions of texts.
async fn server() -> String {
    let reply = |Json(body): Json<Value>| async move {
        let texts = body["input"].as_array().unwrap();
        assert_eq!(body["encoding_format"], "float");
        let point = |text: &Value| match text.as_str().unwrap() {
            "zero" => json!([0, 0]),
            "wide" => json!([1, 2, 3]),
            text => json!([text.len(), 0.02]),
        };
        let data: Vec<Value> = texts
            .iter()
            .enumerate()
            .rev()
            .map(|(index, text)| json!({"index": index, "embedding": point(text)}))
            .collect();
        Json(json!({"data": data}))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/v1/embeddings", post(reply));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/v1")
}

fn embed(job: usize, embedder: &str, texts: &[&str]) -> Value {
    json!({
        "id": id(job), "agent": key(0), "kind": "embed", "embedder": embedder, "texts": texts,
        "deadline_ms": 60_000, "wait_ms": 20_000
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn points_of_a_server_should_be_quantised_and_checked() {
    let digest = "ab".repeat(32);
    let config = format!(
        "{}{}[[embedders]]\nname = 'far'\nsha256 = '{digest}'\n\
         [embedders.openai]\nbase_url = '{}'\nmodel = 'm'\nbatch = 2\n",
        models(1),
        agents(1, 1),
        server().await
    );
    let worker = Worker::start(&config).await;
    let reply = worker.finish(&embed(1, &digest, &["a", "bb", "ccc"])).await;
    let expected = json!({"status": "done", "embeddings": [[127, 5], [127, 3], [127, 2]]});
    assert_eq!(reply, expected);
    for (job, text, why) in [(2, "zero", "zero"), (3, "wide", "3 dimensions")] {
        let reply = worker.finish(&embed(job, &digest, &["a", text])).await;
        assert_eq!(reply["status"], "declined", "{reply}");
        assert!(reply["reason"].as_str().unwrap().contains(why), "{reply}");
    }
    let reply = worker.finish(&embed(4, &"cd".repeat(32), &["a"])).await;
    assert!(reply["reason"].as_str().unwrap().contains("no embedder with these weights"));
    let (_, catalogue) = worker.get("/v1/models").await;
    assert!(catalogue.contains(&format!("\"sha256\":\"{digest}\"")), "{catalogue}");
}
