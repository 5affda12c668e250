//! What the documentation shows must work.

use crate::harness::{agents, models, Worker};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/worker-protocol.md");

/// The first two `curl` examples of the page: the bodies and the replies below them.
fn examples() -> Vec<(String, Value)> {
    PAGE.split("curl -s http://127.0.0.1:7741/v1/jobs -d '")
        .skip(1)
        .map(|rest| {
            let (body, rest) = rest.split_once("'\n").unwrap();
            (body.to_string(), serde_json::from_str(rest.lines().next().unwrap()).unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_of_the_page_should_work() {
    let examples = examples();
    assert_eq!(examples.len(), 2);
    let agent = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    let config = models(1) + &agents(1, 1).replace(&crate::harness::key(0), agent);
    let worker = Worker::start(&config).await;
    for (body, shown) in examples {
        let mut job: Value = serde_json::from_str(&body).unwrap();
        job["wait_ms"] = 20_000.into();
        job["deadline_ms"] = 60_000.into();
        let reply = worker.finish(&job).await;
        let fields = |reply: &Value| reply.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!((fields(&reply), &reply["status"]), (fields(&shown), &shown["status"]), "{reply}");
    }
}
