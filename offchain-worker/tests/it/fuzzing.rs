//! The HTTP surface under mutated requests. `WAGGLE_FUZZ_SECONDS` sets for how long (default 5),
//! `WAGGLE_SEED` where to begin.

use crate::harness::{answer, grade, single, Worker};
use serde_json::{json, Value};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};
use waggle_worker::chance::{fuzzing_chance, fuzzing_until};

/// Sends raw bytes and reads what comes until the connection is closed or silent.
fn exchange(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    // The worker may close before it has read all.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(std::net::Shutdown::Write));
    let mut reply = Vec::new();
    let _ = stream.take(1 << 20).read_to_end(&mut reply);
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_should_survive_any_body_and_reply_in_the_protocols_form() {
    let worker = Worker::start(&single()).await;
    let mut priced = answer(3, "37+12");
    priced["reward"] = json!("20000");
    // Nobody waits, so that the engine's speed does not bound the number of posts.
    let seeds: Vec<Vec<u8>> =
        [answer(1, "37+12"), grade(2, "37+12", Some("49"), &["49", "é"]), priced]
            .into_iter()
            .map(|mut job| {
                job["wait_ms"] = 0.into();
                job.to_string().into_bytes()
            })
            .collect();
    let (mut chance, until, since) = (fuzzing_chance(12), fuzzing_until(), Instant::now());
    let mut statuses = std::collections::BTreeMap::new();
    while Instant::now() < until {
        let mut body = seeds[chance.below(seeds.len())].clone();
        if chance.below(4) > 0 {
            body = chance.mutated(&body);
        }
        let (status, reply) = worker.post_text(body).await;
        assert!(matches!(status, 200 | 400 | 409 | 429), "{status}: {reply}");
        assert!(
            if status == 200 { reply["status"].is_string() } else { reply["error"].is_string() },
            "{reply}"
        );
        *statuses.entry(status).or_insert(0u64) += 1;
    }
    println!(
        "bodies: {} in {:?}, by status {statuses:?}",
        statuses.values().sum::<u64>(),
        since.elapsed()
    );
    assert!(statuses.contains_key(&200) && statuses.contains_key(&400), "{statuses:?}");
    worker.answer(&answer(1_000, "37+12")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_should_survive_any_request() {
    let worker = Worker::start(&single()).await;
    let address = worker.url.strip_prefix("http://").unwrap().to_string();
    let body = answer(1, "37+12").to_string();
    let post = format!(
        "POST /v1/jobs HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let chunked = format!(
        "POST /v1/jobs HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let get = "GET /v1/models HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n".to_string();
    let (requests, replies) = tokio::task::spawn_blocking(move || {
        let (mut chance, until) = (fuzzing_chance(13), fuzzing_until());
        let (mut requests, mut replies) = (0u64, 0u64);
        while Instant::now() < until {
            let seed = [&post, &chunked, &get][chance.below(3)];
            let reply = exchange(&address, &chance.mutated(seed.as_bytes()));
            assert!(
                reply.is_empty() || reply.starts_with(b"HTTP/1."),
                "{}",
                String::from_utf8_lossy(&reply)
            );
            requests += 1;
            replies += u64::from(!reply.is_empty());
        }
        (requests, replies)
    })
    .await
    .unwrap();
    println!("requests: {requests}, {replies} with a reply");
    assert!(replies > 0);
    let (status, models) = worker.get("/v1/models").await;
    let models: Value = serde_json::from_str(&models).unwrap();
    assert_eq!((status, &models["listed_agents"]), (200, &json!(1)));
    worker.answer(&answer(1_000, "37+12")).await;
}
