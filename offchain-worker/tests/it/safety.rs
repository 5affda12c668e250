//! What jobs cannot do: be templates, read files, reach the network, fill memory, leave traces in
//! the log.

use crate::harness::{
    address, agents, answer, command, grade, key, models, single, Worker, PATIENCE,
};
use serde_json::Value;
use std::{io::Read, process::Stdio, time::Instant};

const KEY: &str = "sk-a-key-that-nobody-should-see";
const PROMPT: &str = "a-prompt-that-nobody-should-log";

/// Runs the program with its default log level over some jobs, and returns all it wrote to its
/// standard error.
async fn log_of(config: &str, jobs: &[Value]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker.toml");
    std::fs::write(&file, config).unwrap();
    let mut child = command(&folder)
        .env("WAGGLE_TEST_KEY", KEY)
        .env_remove("WAGGLE_WORKER_LOG")
        .args(["--config", file.to_str().unwrap(), "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let url = format!("{}/v1/jobs", address(&mut child));
    let mut stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    });
    let (client, until) = (reqwest::Client::new(), Instant::now() + PATIENCE);
    for job in jobs {
        let (mut job, since) = (job.clone(), Instant::now());
        let span = job["deadline_ms"].as_u64().unwrap();
        loop {
            assert!(Instant::now() < until, "the jobs did not end");
            // The same moment as before: a later one would prolong it.
            let left = span.saturating_sub(since.elapsed().as_millis() as u64);
            job["deadline_ms"] = left.into();
            let request = client.post(&url).json(&job);
            let reply: Value = request.send().await.unwrap().json().await.unwrap();
            if reply["error"].is_null() && reply["status"] != "pending" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    log.join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_prompts_should_not_reach_the_log() {
    // The server repeats the prompt and the key in its errors, the program in all it says.
    let handler = |headers: axum::http::HeaderMap, body: String| async move {
        (
            axum::http::StatusCode::BAD_REQUEST,
            format!("{{\"error\":{{\"message\":{body:?}}}, \"key\":\"{headers:?}\"}}"),
        )
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let routes = axum::Router::new().route("/v1/chat/completions", axum::routing::post(handler));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let echo = r#"while read -r line; do echo "$line" >&2; echo "{$line"; done"#;
    let config = models(1)
        + &agents(1, 1)
        + "units = ['filter']\n\
           [[units]]\nname = 'filter'\nkind = 'filter'\nprompt = { max_chars = 60 }\n"
        + &format!(
            "[[models]]\nname = 's'\n\
             [models.openai]\nbase_url = {url:?}\nmodel = 'm'\napi_key_env = 'WAGGLE_TEST_KEY'\n\
             [[agents]]\nkey = {:?}\nmodel = 's'\n\
             [[models]]\nname = 'p'\n[models.program]\ncommand = ['sh', '-c', '''{echo}''']\n\
             [[agents]]\nkey = {:?}\nmodel = 'p'\n",
            key(1),
            key(2)
        );
    let mut jobs = Vec::new();
    for agent in 0..3 {
        for mut job in [
            answer(10 * agent, PROMPT),
            grade(10 * agent + 1, PROMPT, Some(PROMPT), &[PROMPT, "x"]),
        ] {
            job["agent"] = key(agent).into();
            // For as long as the program is tried again.
            job["deadline_ms"] = 2_000.into();
            jobs.push(job);
        }
    }
    jobs.push(answer(99, &format!("{PROMPT} {PROMPT}")));
    let log = log_of(&config, &jobs).await;
    assert!(log.contains("declined") && log.contains("failed"), "nothing was logged of it: {log}");
    assert!(!log.contains(PROMPT), "a prompt was logged: {log}");
    assert!(!log.contains(KEY), "the key was logged: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_should_not_read_files_or_reach_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.txt");
    std::fs::write(&secret, "canary 8461").unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let (url, file) =
        (format!("http://{}/x.png", listener.local_addr().unwrap()), secret.display());
    let units = "[[units]]\nname = 'calc'\nkind = 'calculator'\nat = ['note', 'answer', 'check']\n";
    let worker = Worker::start(&(models(1) + &agents(1, 1) + "units = ['calc']\n" + units)).await;
    for (number, prompt) in [
        format!("file://{file}"),
        format!("{{% include '{file}' %}}"),
        format!("{{{{ include('{file}') }}}}"),
        format!("@include \"{file}\" + 1"),
        format!("<img src=\"{url}\">![]({url}) {url}"),
        format!("{{\"image_url\": {{\"url\": \"{url}\"}}}} 1+1"),
        "{{ prompt }}{{ self }}{{ config }}".to_string(),
    ]
    .iter()
    .enumerate()
    {
        let replied = worker.finish(&answer(number, prompt)).await.to_string();
        assert!(!replied.contains("8461"), "{replied}");
        let replied = worker.finish(&grade(100 + number, prompt, Some(prompt), &[prompt])).await;
        assert_eq!(replied["status"], "done", "{replied}");
    }
    let connected = listener.accept();
    assert!(
        connected.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock),
        "something connected"
    );
}

/// In a template a name in braces would be filled in, and the two candidates would not read the
/// same.
#[tokio::test(flavor = "multi_thread")]
async fn answers_should_be_data_and_never_template() {
    let worker = Worker::start(&single()).await;
    let braces = ["{{ reference }}", "{% if true %}49{% endif %}", "{# 49 #}"];
    let grades = worker
        .grades(&grade(1, "37+12", Some("49"), &["49", braces[0], braces[1], braces[2]]))
        .await;
    assert!(grades[0] > 5_000, "{grades:?}");
    assert!(
        grades[1..].iter().all(|grade| *grade < 5_000),
        "a candidate was read as a template: {grades:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_should_be_bounded_whatever_produces_them() {
    let endless = r#"while read -r line; do printf '{"id":1,"answer":"'; yes x | tr -d '\n'; done"#;
    let large = r#"while read -r line; do printf '{"id":1,"answer":"';
        head -c 100000 /dev/zero | tr '\0' x; echo '"}'; done"#;
    for (script, status) in [(endless, "failed"), (large, "done")] {
        let config = format!(
            "[[models]]\nname = 'm'\n[models.program]\ncommand = ['sh', '-c', '''{script}''']\n\
             [[agents]]\nkey = '*'\nmodel = 'm'\n"
        );
        let worker = Worker::start(&config).await;
        let mut job = answer(1, "x");
        job["deadline_ms"] = 3_000.into();
        let reply = worker.finish(&job).await;
        assert_eq!(reply["status"], status, "{reply:.300}");
        assert!(reply.to_string().len() < 17_000);
        let before = worker.memory();
        assert!(before < 400 << 20, "{} MiB", before >> 20);
    }
}
