//! Starting, stopping, starting again.

use crate::harness::{
    agents, answer, command, grade, long_grade, models, single, Worker, PATIENCE,
};
use serde_json::json;
use std::{sync::Arc, time::Instant};

#[tokio::test(flavor = "multi_thread")]
async fn worker_should_be_unavailable_until_its_models_are_loaded() {
    let worker = Worker::spawn(&(models(3) + &agents(3, 3)), "127.0.0.1:0");
    // It listens before it loads; whether the first reply still catches it loading is a matter of
    // luck.
    let (status, body) = worker.post(&answer(1, "37+12")).await;
    assert!(matches!(status, 200 | 503), "{body}");
    worker.wait_until_ready().await;
    worker.answer(&answer(1, "37+12")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_worker_should_stop_at_once() {
    for signal in ["TERM", "INT"] {
        let mut worker = Worker::start(&single()).await;
        worker.answer(&answer(1, "37+12")).await;
        let since = Instant::now();
        worker.signal(signal);
        assert!(worker.ended().await.success());
        assert!(since.elapsed() < PATIENCE / 6, "took {:?}", since.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_should_finish_what_is_under_way_when_told_to_stop() {
    let config = "[server]\ndrain_ms = 60000\n".to_string() + &single();
    let worker = Arc::new(Worker::start(&config).await);
    let mut waiting = tokio::task::JoinSet::new();
    for job in 1..4 {
        let worker = worker.clone();
        waiting.spawn(async move { worker.post(&long_grade(job)).await });
    }
    // All three must have been taken in before the signal.
    let taken_in = |metrics: &str| {
        metrics
            .lines()
            .any(|line| line.starts_with("waggle_worker_jobs_queued{") && line.ends_with(" 2"))
    };
    let until = Instant::now() + PATIENCE;
    while !taken_in(&worker.get("/metrics").await.1) {
        assert!(Instant::now() < until, "the jobs did not arrive");
    }
    worker.signal("TERM");
    while worker.health().await == 200 {
        assert!(Instant::now() < until, "the signal did not arrive");
    }
    assert_eq!(worker.post(&answer(9, "37+12")).await.0, 503);
    for (status, reply) in waiting.join_all().await {
        assert_eq!((status, &reply["status"]), (200, &json!("done")), "{reply}");
    }
    let mut worker = Arc::into_inner(worker).unwrap();
    assert!(worker.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn second_signal_should_stop_at_once() {
    let config = "[server]\ndrain_ms = 600000\n".to_string() + &single();
    let mut worker = Worker::start(&config).await;
    for job in 1..60 {
        let mut long = long_grade(job);
        long["wait_ms"] = json!(0);
        worker.post(&long).await;
    }
    worker.signal("TERM");
    while worker.health().await == 200 {}
    worker.signal("TERM");
    assert!(worker.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_worker_should_do_the_same_job_again_after_a_restart() {
    let worker = Worker::start(&single()).await;
    let (first, url) = (worker.answer(&answer(1, "sort 3 1 2")).await, worker.url.clone());
    let graded = worker.grades(&grade(2, "sort 3 1 2", Some("1 2 3"), &["1 2 3", "3 2 1"])).await;
    worker.signal("KILL");
    drop(worker);
    let worker = Worker::spawn(&single(), url.strip_prefix("http://").unwrap());
    worker.wait_until_ready().await;
    assert_eq!(worker.answer(&answer(1, "sort 3 1 2")).await, first);
    assert_eq!(
        worker.grades(&grade(2, "sort 3 1 2", Some("1 2 3"), &["1 2 3", "3 2 1"])).await,
        graded
    );
}

#[test]
fn check_config_should_say_whether_it_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let check = |config: &str| {
        let file = folder.path().join("worker.toml");
        std::fs::write(&file, config).unwrap();
        let output =
            command(&folder).arg("--check-config").arg("--config").arg(&file).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(check(&(models(3) + &agents(7, 3))).0, Some(0));
    let (code, text) = check(&(models(1) + &agents(1, 1) + "[server]\nlissten = 1"));
    assert_eq!(code, Some(1));
    assert!(text.contains("lissten"), "{text}");
    let (code, text) =
        check("[[models]]\nname = 'm'\npath = 'nowhere'\n[[agents]]\nkey = '*'\nmodel = 'm'");
    assert_eq!(code, Some(1));
    assert!(text.contains("nowhere: no such directory"), "{text}");
}

#[test]
fn wrong_use_should_be_explained_without_a_stack_trace() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code, words) in [
        (&[][..], 1, "--bundled"),
        (&["--model", "./nothing/here"], 1, "no such directory"),
        (&["--config", "absent.toml"], 1, "absent.toml"),
        (&["--config", "a", "--model", "b"], 2, "cannot be used with"),
        (&["--bundled", "--listen", "nowhere"], 2, "--listen"),
        (&["--bundled", "--log", "info,=="], 1, "--log"),
    ] {
        let output = command(&folder).args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(words) && !text.contains("panicked"), "{arguments:?}: {text}");
        assert!(output.stdout.is_empty());
    }
}
