//! The protocol as a node sees it: `docs/worker-protocol.md`, sentence by sentence.

use crate::harness::{answer, bundled_models, grade, id, key, long_grade, single, Worker};
use serde_json::{json, Value};

fn with(mut job: Value, field: &str, value: Value) -> Value {
    job[field] = value;
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_be_done_once_and_keep_its_result() {
    let worker = Worker::start(&single()).await;
    let first = worker.answer(&answer(1, "37+12")).await;
    for wait in [0, 50] {
        let again = with(with(answer(1, "37+12"), "wait_ms", json!(wait)), "deadline_ms", json!(0));
        assert_eq!(worker.post(&again).await, (200, json!({"status": "done", "answer": first})));
    }
    let (_, metrics) = worker.get("/metrics").await;
    assert!(
        metrics.contains("kind=\"answer\",outcome=\"done\"} 1\n"),
        "ran more than once: {metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_be_pending_first_when_the_reply_does_not_wait() {
    let worker = Worker::start(&single()).await;
    let job = with(long_grade(1), "wait_ms", json!(0));
    assert_eq!(worker.post(&job).await, (200, json!({"status": "pending"})));
    assert_eq!(worker.grades(&long_grade(1)).await.len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_posts_of_one_job_should_run_it_once() {
    let worker = std::sync::Arc::new(Worker::start(&single()).await);
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let worker = worker.clone();
        posts.spawn(async move { worker.answer(&answer(1, "37+12")).await });
    }
    let answers = posts.join_all().await;
    assert!(answers.iter().all(|text| *text == answers[0]), "{answers:?}");
    let (_, metrics) = worker.get("/metrics").await;
    assert!(
        metrics.contains("kind=\"answer\",outcome=\"done\"} 1\n"),
        "ran more than once: {metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn grades_should_be_basis_points_in_the_jobs_order() {
    let worker = Worker::start(&single()).await;
    let mut job = grade(1, "37+12", Some("49"), &["49", "48"]);
    job["candidates"][0]["author"] = json!(9);
    let reply = worker.finish(&job).await;
    let grades = reply["grades"].as_array().unwrap();
    assert_eq!(
        grades.iter().map(|grade| grade["author"].as_u64().unwrap()).collect::<Vec<_>>(),
        [9, 1]
    );
    assert!(grades.iter().all(|grade| grade["grade"].as_u64().unwrap() <= 10_000), "{reply}");
    assert_eq!(reply.as_object().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_should_be_cut_at_max_bytes() {
    let worker = Worker::start(&single()).await;
    let whole = worker.answer(&answer(1, "sort 3 1 2")).await;
    assert!(whole.len() > 1, "{whole:?} is too short for this test");
    assert_eq!(
        worker.answer(&with(answer(2, "sort 3 1 2"), "max_bytes", json!(1))).await,
        whole[..1]
    );
    let none = worker.finish(&with(answer(3, "sort 3 1 2"), "max_bytes", json!(0))).await;
    assert_eq!(none["status"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn same_id_should_conflict_when_contents_differ() {
    let worker = Worker::start(&single()).await;
    worker.answer(&answer(1, "37+12")).await;
    for other in [
        answer(1, "37+13"),
        with(answer(1, "37+12"), "max_bytes", json!(5)),
        grade(1, "37+12", None, &["49"]),
    ] {
        let (status, body) = worker.post(&other).await;
        assert_eq!(status, 409, "{body}");
        assert!(body["error"].is_string());
    }
    worker.answer(&answer(1, "37+12")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_jobs_should_be_refused() {
    let worker = Worker::start(&single()).await;
    let good = answer(1, "37+12");
    let mut bodies = vec!["".to_string(), "{".into(), "[]".into(), "null".into(), "\u{0}".into()];
    for (field, value) in [
        ("id", json!("12")),
        ("agent", json!("x".repeat(64))),
        ("kind", json!("guess")),
        ("prompt", json!(["a"])),
        ("deadline_ms", json!(-5)),
        ("deadline_ms", json!(1.5)),
        ("temperature", json!(0)),
    ] {
        bodies.push(with(good.clone(), field, value).to_string());
    }
    bodies.push(with(grade(1, "p", None, &["a"]), "candidates", json!([])).to_string());
    bodies.push(with(grade(1, "p", None, &["a", "b"]), "max_bytes", json!(1)).to_string());
    for body in bodies {
        let (status, reply) = worker.post_text(body.clone()).await;
        assert_eq!(status, 400, "{body} → {reply}");
        assert!(reply["error"].is_string());
    }
    let (status, reply) = worker.post_text(vec![0xff, 0xfe]).await;
    assert_eq!((status, reply["error"].is_string()), (400, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_should_be_refused() {
    let worker =
        Worker::start(&("[limits]\nbody_bytes = 2000\nwait_ms = 30000\n".to_string() + &single()))
            .await;
    let (status, reply) = worker.post(&answer(1, &"1".repeat(3_000))).await;
    assert_eq!((status, reply["error"].is_string()), (413, true), "{reply}");
    worker.answer(&answer(2, "37+12")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_and_methods_should_be_refused_as_json() {
    let worker = Worker::start(&single()).await;
    for (path, status) in [("/", 404), ("/v2/jobs", 404), ("/v1/jobs", 405)] {
        let (found, text) = worker.get(path).await;
        assert_eq!(found, status);
        assert!(serde_json::from_str::<Value>(&text).unwrap()["error"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_should_be_declined_when_they_cannot_be_done() {
    let limits = "[limits]\ntext_bytes = 4000\ncandidates = 2\nwait_ms = 30000\n";
    let worker = Worker::start(&(limits.to_string() + &single())).await;
    for (job, reason) in [
        (with(answer(1, "37+12"), "agent", json!(key(77))), "not served here"),
        (with(answer(2, "37+12"), "deadline_ms", json!(0)), "deadline"),
        (answer(3, &"1".repeat(4001)), "limit"),
        (grade(4, "p", None, &["a", "b", "c"]), "limit"),
        (grade(5, "p", Some(&"1".repeat(4001)), &["a"]), "limit"),
        (answer(6, &"1".repeat(3000)), "tokens"),
    ] {
        let reply = worker.finish(&job).await;
        assert_eq!(reply["status"], "declined", "{reply}");
        assert!(reply["reason"].as_str().unwrap().contains(reason), "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn low_grade_mass_should_decline_the_job() {
    // These models have learnt to grade with 0 and 1, so they never begin a reply to a grading
    // prompt with these.
    let path = bundled_models()[0].clone();
    let config = format!(
        "[[models]]\nname = 'm'\npath = {path:?}\n[models.grading]\nmin_mass = 0.5\n\
         tokens = [{{token = 'Q', value = 0.0}}, {{token = 'X', value = 1.0}}]\n\
         [[agents]]\nkey = '*'\nmodel = 'm'\n"
    );
    let worker = Worker::start(&config).await;
    let reply = worker.finish(&grade(1, "37+12", Some("49"), &["49"])).await;
    assert_eq!(reply["status"], "declined", "{reply}");
    assert!(reply["reason"].as_str().unwrap().contains("no candidate with a grade"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_should_be_refused_when_the_queue_is_full() {
    let worker =
        Worker::start(&("[limits]\nqueue = 2\nwait_ms = 30000\n".to_string() + &single())).await;
    let no_wait = |job| with(job, "wait_ms", json!(0));
    assert_eq!(worker.post(&no_wait(long_grade(1))).await.0, 200);
    let mut refused = 0;
    for job in 2..8 {
        let (status, reply) = worker.post(&no_wait(answer(job, "37+12"))).await;
        refused += usize::from(status == 429);
        assert!(matches!(status, 200 | 429), "{reply}");
    }
    assert!(refused >= 1, "nothing was refused");
    assert_eq!(worker.post(&long_grade(1)).await.0, 200, "a known job is no new one");
    worker.grades(&long_grade(1)).await;
    worker.answer(&answer(7, "37+12")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_be_declined_when_its_deadline_passes_in_the_queue_and_done_with_a_later_one() {
    let worker = Worker::start(&single()).await;
    // The first runs, the second waits behind it whatever its deadline.
    worker.post(&with(long_grade(1), "wait_ms", json!(0))).await;
    let late = worker.post(&with(answer(2, "37+12"), "deadline_ms", json!(1))).await;
    assert_eq!(late.1["status"], "declined", "{}", late.1);
    worker.answer(&answer(2, "37+12")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unlisted_agents_should_be_served_when_there_is_a_default() {
    let config = single()
        + "[[agents]]\nkey = \"*\"\nmodel = "
        + &format!("{:?}\n", { bundled_models()[0].file_name().unwrap().to_owned() });
    let worker = Worker::start(&config).await;
    worker.answer(&with(answer(1, "37+12"), "agent", json!(key(55)))).await;
    let (_, models) = worker.get("/v1/models").await;
    let models: Value = serde_json::from_str(&models).unwrap();
    assert_eq!((&models["any_agent"], &models["listed_agents"]), (&json!(true), &json!(1)));
    assert_eq!(models["models"][0]["agents"], json!(2));
    assert_eq!(models["models"][0]["device"], json!("cpu"));
    assert_ne!(id(1), id(2));
}
