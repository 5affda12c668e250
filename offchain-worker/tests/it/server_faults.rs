//! What servers do wrong or differently, each scripted, and what the backend makes of it.

use axum::{
    body::Body,
    extract::State,
    http::{Method, Response, Uri},
    Router,
};
use serde_json::{json, Value};
use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex,
    },
    time::{Duration, Instant},
};
use waggle_worker::{
    backend::{
        openai::{Dialect, OpenAiBackend, OpenAiSpec},
        Backend, BackendError, Chat, Ending, Generated, Generation, Sampling,
    },
    grading::NextLogits,
};

/// What a scripted server does with a path and a body.
type Script = Arc<dyn Fn(&str, &Value) -> Response<Body> + Send + Sync>;

#[derive(Clone)]
struct Scripted {
    script: Script,
    asked: Arc<Mutex<Vec<Value>>>,
}

async fn play(
    State(server): State<Scripted>,
    method: Method,
    uri: Uri,
    body: String,
) -> Response<Body> {
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let reply = (server.script)(uri.path(), &body);
    if method == Method::POST {
        server.asked.lock().unwrap().push(body);
    }
    reply
}

/// A backend before a server that does what `script` says, and what is posted to it.
async fn backend(
    script: impl Fn(&str, &Value) -> Response<Body> + Send + Sync + 'static,
    change: impl FnOnce(&mut OpenAiSpec),
) -> (OpenAiBackend, Arc<Mutex<Vec<Value>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let server = Scripted { script: Arc::new(script), asked: asked.clone() };
    let routes = Router::new().fallback(play).with_state(server);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let grades = vec!["0".to_string(), "1".to_string()];
    let mut spec = OpenAiSpec::new(url.parse().unwrap(), "m".into(), grades);
    change(&mut spec);
    (OpenAiBackend::new(spec).unwrap(), asked)
}

fn reply(status: u16, body: &Value) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.to_string())).unwrap()
}

/// A completion, whose reply ended in `finish`.
fn says(message: Value, finish: &str) -> Response<Body> {
    reply(200, &json!({"choices": [{"message": message, "finish_reason": finish}]}))
}

fn chat() -> Chat {
    Chat { user: "What is 37+12?".into(), ..Chat::default() }
}

async fn answer(backend: &OpenAiBackend) -> Result<Generated, BackendError> {
    backend.generate(&chat(), &Sampling::GREEDY, &Generation::of(24)).await
}

async fn grade(backend: &OpenAiBackend) -> Result<NextLogits, BackendError> {
    backend.next_logits(&chat(), &[0, 1]).await
}

/// A completion of one token with these log-probabilities of "0" and "1".
fn shows(zero: f64, one: f64, usage: Value) -> Response<Body> {
    let top = json!([{"token": "0", "logprob": zero}, {"token": "1", "logprob": one}]);
    let logprobs = json!({"content": [{"token": "1", "logprob": one, "top_logprobs": top}]});
    let choice = json!({"message": {"content": "1"}, "logprobs": logprobs});
    reply(200, &json!({"choices": [choice], "usage": usage}))
}

/// A list of models of one owner.
fn owned(by: &str) -> Response<Body> {
    reply(200, &json!({"object": "list", "data": [{"id": "m", "owned_by": by}]}))
}

fn is_unavailable(error: &BackendError, wait: Option<Duration>) -> bool {
    matches!(error, BackendError::Unavailable { retry_after, .. } if *retry_after == wait)
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_be_waited_for_when_it_asks_for_it_or_is_away() {
    for (status, header, wait) in [
        (503, Some("1"), Some(Duration::from_secs(1))),
        (429, Some("Thu, 01 Jan 2099 00:00:00 GMT"), Some(Duration::from_secs(60))),
        (502, None, None),
        (504, Some("soon"), None),
    ] {
        let script = move |_: &str, _: &Value| {
            let mut refusal = Response::builder().status(status);
            if let Some(value) = header {
                refusal = refusal.header("Retry-After", value);
            }
            refusal.body(Body::empty()).unwrap()
        };
        let (backend, _) = backend(script, |_| ()).await;
        let error = answer(&backend).await.unwrap_err();
        assert!(is_unavailable(&error, wait), "{status}: {error:?}");
    }
    let (refuses, _) = backend(
        |_, _| Response::default(),
        |spec| {
            spec.base_url = "http://127.0.0.1:9/v1".parse().unwrap();
        },
    )
    .await;
    let error = answer(&refuses).await.unwrap_err();
    assert!(is_unavailable(&error, None) && error.to_string().contains("cannot be reached"));
    assert!(is_unavailable(&refuses.probe().await.unwrap_err(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn server_that_hangs_up_should_be_asked_again_later() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.readable().await.unwrap();
            let _ = stream.try_write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choi");
        }
    });
    let spec = OpenAiSpec::new(url.parse().unwrap(), "m".into(), vec![]);
    let error = answer(&OpenAiBackend::new(spec).unwrap()).await.unwrap_err();
    assert!(is_unavailable(&error, None), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn model_that_is_not_pulled_should_be_named() {
    let script = |path: &str, _: &Value| match path {
        "/v1/chat/completions" => {
            reply(404, &json!({"error": {"message": "model 'm' not found, try pulling it first"}}))
        }
        _ => owned("library"),
    };
    let (backend, _) = backend(script, |_| ()).await;
    let said = answer(&backend).await.unwrap_err().to_string();
    assert!(said.contains("\"m\"") && said.contains("try pulling it first"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_refuses_to_take_should_be_left_out_from_then_on() {
    let script = |_: &str, body: &Value| {
        let refuses = |text: &str| reply(400, &json!({"error": {"message": text}}));
        if body.get("max_tokens").is_some() {
            return refuses(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                 'max_completion_tokens' instead.",
            );
        }
        if body.get("temperature").is_some() {
            return refuses(
                "Unsupported value: 'temperature' does not support 0 with this model. Only the \
                 default (1) value is supported.",
            );
        }
        if body["messages"][0]["role"] == "system" {
            return refuses("Jinja Exception: System role not supported");
        }
        says(json!({"content": body["messages"][0]["content"]}), "stop")
    };
    let (backend, asked) = backend(script, |_| ()).await;
    let chat = Chat { system: Some("Be brief.".into()), ..chat() };
    for requests in [4, 5] {
        let reply = backend.generate(&chat, &Sampling::GREEDY, &Generation::of(24)).await.unwrap();
        assert_eq!(reply.text, "Be brief.\n\nWhat is 37+12?");
        assert_eq!(asked.lock().unwrap().len(), requests, "what it taught is remembered");
    }
    assert_eq!(asked.lock().unwrap()[4]["max_completion_tokens"], 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_be_asked_once_when_nothing_can_be_mended() {
    let script = |path: &str, _: &Value| match path {
        "/v1/chat/completions" => reply(400, &json!({"error": {"message": "no"}})),
        _ => reply(404, &Value::Null),
    };
    let (backend, asked) = backend(script, |_| ()).await;
    assert!(matches!(answer(&backend).await, Err(BackendError::Refused(_))));
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_should_be_recognised_by_what_they_say() {
    let thinking = |body: &Value| body["chat_template_kwargs"]["enable_thinking"] == false;
    let script = |path: &str, _: &Value| match path {
        "/v1/models" => owned("vllm"),
        _ => says(json!({"content": "49"}), "stop"),
    };
    let (vllm, asked) = backend(script, |_| ()).await;
    answer(&vllm).await.unwrap();
    assert_eq!(vllm.dialect().await, Some(Dialect::Vllm));
    assert!(thinking(&asked.lock().unwrap()[0]));

    let script = |path: &str, _: &Value| match path {
        "/api/version" => reply(200, &json!({"version": "0.12.11"})),
        "/v1/models" => owned("somebody"),
        _ => says(json!({"content": "49"}), "stop"),
    };
    let (ollama, asked) = backend(script, |_| ()).await;
    answer(&ollama).await.unwrap();
    assert_eq!(asked.lock().unwrap()[0]["reasoning_effort"], "none");

    let script = |path: &str, _: &Value| match path {
        "/props" => reply(200, &json!({"default_generation_settings": {"n_ctx": 4096}})),
        "/v1/chat/completions" => says(json!({"content": "49"}), "stop"),
        _ => reply(404, &Value::Null),
    };
    let (llama, _) = backend(script, |_| ()).await;
    assert_eq!(llama.dialect().await, Some(Dialect::LlamaCpp));

    let (configured, asked) = backend(script, |spec| spec.dialect = Some(Dialect::MistralRs)).await;
    answer(&configured).await.unwrap();
    assert_eq!(asked.lock().unwrap()[0]["enable_thinking"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_be_recognised_later_when_it_was_away_at_first() {
    let asked = Arc::new(AtomicUsize::new(0));
    let script = move |path: &str, _: &Value| match path {
        "/v1/models" if asked.fetch_add(1, Ordering::Relaxed) == 0 => reply(503, &Value::Null),
        "/v1/models" => owned("vllm"),
        _ => says(json!({"content": "49"}), "stop"),
    };
    let (backend, _) = backend(script, |_| ()).await;
    assert_eq!(backend.dialect().await, None);
    assert_eq!(backend.dialect().await, Some(Dialect::Vllm));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_should_be_read_as_servers_write_them() {
    for (message, text) in [
        (json!({"content": "49", "tool_calls": null}), "49"),
        (json!({"content": [{"type": "text", "text": "49"}]}), "49"),
        (
            json!({"content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "49"}
            ]}),
            "49",
        ),
        (json!({"content": null, "reasoning_content": "it is 49"}), ""),
        (json!({"reasoning": "it is 49"}), ""),
        (json!({"content": "49", "reasoning_content": "37+12 is 49"}), "49"),
        (json!({"content": "[THINK]37+12[/THINK]49"}), "49"),
        (json!({"content": "49</s>"}), "49"),
        (json!({"content": "End it with `</think>`."}), "End it with `</think>`."),
    ] {
        let said = message.clone();
        let (backend, _) = backend(move |_, _| says(said.clone(), "stop"), |_| ()).await;
        assert_eq!(answer(&backend).await.unwrap().text, text, "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_should_be_none_when_the_tokens_end_in_the_middle_of_reasoning() {
    for message in [
        json!({"content": "<think>37 and 12 make"}),
        json!({"content": null, "reasoning_content": "37 and 12 make"}),
        json!({"content": "", "reasoning": "37 and 12 make"}),
        json!({"content": "<|channel|>analysis<|message|>37 and 12 make"}),
    ] {
        let said = message.clone();
        let (backend, _) = backend(move |_, _| says(said.clone(), "length"), |_| ()).await;
        let error = answer(&backend).await.unwrap_err();
        assert!(error.to_string().contains("still reasoning"), "{message}: {error}");
    }
    // A template that begins the block itself: known once a reply had its end.
    let asked = AtomicUsize::new(0);
    let script = move |path: &str, _: &Value| match path {
        "/v1/chat/completions" if asked.fetch_add(1, Ordering::Relaxed) == 0 => {
            says(json!({"content": "37 and 12 make 49\n</think>\n49"}), "stop")
        }
        _ => says(json!({"content": "37 and 12 make"}), "length"),
    };
    let (backend, _) = backend(script, |_| ()).await;
    assert_eq!(answer(&backend).await.unwrap().text, "49");
    assert!(answer(&backend).await.unwrap_err().to_string().contains("still reasoning"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_should_go_on_once_when_it_is_cut_and_the_server_can() {
    // llama.cpp repeats what the reply begins with, vLLM does not.
    let script = |repeats: bool| {
        move |_: &str, body: &Value| {
            let Some(messages) = body["messages"].as_array() else {
                return reply(404, &Value::Null);
            };
            let (text, finish) = match messages.last().unwrap()["role"].as_str() {
                Some("assistant") if repeats => ("Thirty-seven and twelve make 49.", "stop"),
                Some("assistant") => (" and twelve make 49.", "stop"),
                _ => ("Thirty-seven", "length"),
            };
            says(json!({"content": text}), finish)
        }
    };
    for (dialect, repeats) in [(Dialect::LlamaCpp, true), (Dialect::Vllm, false)] {
        let (backend, asked) = backend(script(repeats), |spec| spec.dialect = Some(dialect)).await;
        let whole = answer(&backend).await.unwrap();
        assert_eq!(whole.text, "Thirty-seven and twelve make 49.", "{dialect}");
        assert_eq!((whole.ending, asked.lock().unwrap().len()), (Ending::Stop, 2));
    }
    let (cannot, asked) = backend(script(false), |spec| spec.dialect = Some(Dialect::Ollama)).await;
    let cut = answer(&cannot).await.unwrap();
    assert_eq!((cut.text.as_str(), cut.ending), ("Thirty-seven", Ending::Length));
    assert_eq!(asked.lock().unwrap().len(), 1);
    let endless = |_: &str, _: &Value| says(json!({"content": "ha "}), "length");
    let (endless, asked) = backend(endless, |spec| spec.dialect = Some(Dialect::Vllm)).await;
    let cut = answer(&endless).await.unwrap();
    assert_eq!((cut.text.as_str(), cut.ending), ("ha ha", Ending::Length));
    assert_eq!(asked.lock().unwrap().len(), 2, "no more than once");
    let stuck = |_: &str, _: &Value| says(json!({"content": "Answer: 49\n".repeat(9)}), "length");
    let (stuck, asked) = backend(stuck, |spec| spec.dialect = Some(Dialect::Vllm)).await;
    assert_eq!(answer(&stuck).await.unwrap().ending, Ending::Length);
    assert_eq!(asked.lock().unwrap().len(), 1, "there is nothing to come");
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_should_be_given_up_when_its_time_is_over() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let never = Router::new().fallback(|| async {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    });
    tokio::spawn(async move { axum::serve(listener, never).await });
    let mut spec = OpenAiSpec::new(url.parse().unwrap(), "m".into(), vec![]);
    (spec.dialect, spec.parallel) = (Some(Dialect::Vllm), 1);
    let backend = OpenAiBackend::new(spec).unwrap();
    let begun = Instant::now();
    let limits =
        Generation { until: Some(begun + Duration::from_millis(300)), ..Generation::of(24) };
    // The second waits for the first, and for no longer than it may.
    let (chat, greedy) = (chat(), Sampling::GREEDY);
    let (one, other) = tokio::join!(
        backend.generate(&chat, &greedy, &limits),
        backend.generate(&chat, &greedy, &limits)
    );
    for reply in [one, other] {
        assert_eq!(reply.unwrap().ending, Ending::Late);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_should_differ_in_their_seeds() {
    let (backend, asked) = backend(|_, _| says(json!({"content": "49"}), "stop"), |_| ()).await;
    let warm = Sampling { temperature: 0.7, ..Sampling::GREEDY };
    for seed in [1 << 40, 2 << 40] {
        let limits = Generation { seed, ..Generation::of(24) };
        backend.generate(&chat(), &warm, &limits).await.unwrap();
    }
    let asked = asked.lock().unwrap();
    assert_eq!((&asked[0]["seed"], &asked[1]["seed"]), (&json!(1 << 7), &json!(2 << 7)));
}

#[tokio::test(flavor = "multi_thread")]
async fn grade_should_not_count_when_the_server_clipped_the_prompt() {
    let chat = Chat { user: "What follows is long. ".repeat(400), ..Chat::default() };
    let of =
        |read: u64| move |_: &str, _: &Value| shows(-3.0, -0.1, json!({"prompt_tokens": read}));
    let (clipped, _) = backend(of(256), |_| ()).await;
    let error = clipped.next_logits(&chat, &[0, 1]).await.unwrap_err();
    assert!(matches!(error, BackendError::TooLong { limit: 256, .. }), "{error:?}");
    let (whole, _) = backend(of(2_000), |_| ()).await;
    assert!(whole.next_logits(&chat, &[0, 1]).await.is_ok());
    let (silent, _) = backend(|_, _| shows(-3.0, -0.1, Value::Null), |_| ()).await;
    assert!(silent.next_logits(&chat, &[0, 1]).await.is_ok(), "nobody counted");
    // Ollama keeps what fits and drops the beginning.
    let script = |path: &str, _: &Value| match path {
        "/api/ps" => reply(200, &json!({"models": [{"name": "m:latest", "context_length": 2048}]})),
        _ => shows(-3.0, -0.1, json!({"prompt_tokens": 2048})),
    };
    let (ollama, _) = backend(script, |spec| spec.dialect = Some(Dialect::Ollama)).await;
    let error = ollama.next_logits(&chat, &[0, 1]).await.unwrap_err();
    assert!(matches!(error, BackendError::TooLong { limit: 2_047, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grade_should_be_refused_when_the_numbers_are_no_probabilities() {
    for (zero, one, word) in [(3.5, 17.2, "--logprobs-mode"), (-0.1, -0.2, "add up to 1.7")] {
        let (backend, _) = backend(move |_, _| shows(zero, one, Value::Null), |_| ()).await;
        let error = grade(&backend).await.unwrap_err();
        assert!(
            matches!(&error, BackendError::Refused(_)) && error.to_string().contains(word),
            "{error}"
        );
    }
    for (dialect, word) in [(Dialect::LmStudio, "LM Studio"), (Dialect::Ollama, "0.12.11")] {
        let script = |_: &str, _: &Value| says(json!({"content": "1"}), "stop");
        let (none, _) = backend(script, |spec| spec.dialect = Some(dialect)).await;
        let said = grade(&none).await.unwrap_err().to_string();
        assert!(said.contains("no logprobs") && said.contains(word), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn decimal_logarithms_of_mistral_rs_should_be_noticed() {
    let script = |_: &str, _: &Value| shows(0.2f64.log10(), 0.8f64.log10(), Value::Null);
    let (backend, _) = backend(script, |spec| spec.dialect = Some(Dialect::MistralRs)).await;
    let logits = grade(&backend).await.unwrap();
    let probabilities: Vec<f32> = logits.picked.iter().map(|log| log.exp()).collect();
    assert!((probabilities[0] - 0.2).abs() < 1e-4 && (probabilities[1] - 0.8).abs() < 1e-4);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_get_no_more_requests_at_a_time_than_it_takes() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = (now, most.clone());
    let routes = Router::new().fallback(move || {
        let (now, most) = seen.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(100)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            says(json!({"content": "49"}), "stop")
        }
    });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut spec = OpenAiSpec::new(url.parse().unwrap(), "m".into(), vec![]);
    (spec.dialect, spec.parallel) = (Some(Dialect::Vllm), 3);
    let backend = Arc::new(OpenAiBackend::new(spec).unwrap());
    assert_eq!(backend.parallel(), 3);
    let all = (0..9).map(|_| {
        let backend = backend.clone();
        tokio::spawn(async move { answer(&backend).await.unwrap() })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_should_tell_whether_the_server_is_there() {
    for (status, there) in [(200, true), (404, true), (503, false), (401, false)] {
        let (backend, _) = backend(move |_, _| reply(status, &Value::Null), |_| ()).await;
        assert_eq!(backend.probe().await.is_ok(), there, "{status}");
    }
}
