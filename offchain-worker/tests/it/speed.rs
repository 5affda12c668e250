//! What a round costs. Bounds are loose, since tests share their machine; the numbers are printed.

use crate::harness::{agents, answer, bundled_models, grade, key, models, single, Worker};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

const AGENTS: usize = 7;

fn of_agent(mut job: Value, agent: usize) -> Value {
    job["agent"] = key(agent).into();
    job
}

async fn at_once(worker: &Arc<Worker>, jobs: Vec<Value>) -> Duration {
    let since = Instant::now();
    let mut posts = tokio::task::JoinSet::new();
    for job in jobs {
        let worker = worker.clone();
        posts.spawn(async move {
            let reply = worker.finish(&job).await;
            assert_eq!(reply["status"], "done", "{reply}");
        });
    }
    posts.join_all().await;
    since.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn round_of_seven_agents_should_be_graded_within_a_slot() {
    let kinds = bundled_models().len();
    let worker = Arc::new(Worker::start(&(models(kinds) + &agents(AGENTS, kinds))).await);
    let (mut grading, mut answering) = (Vec::new(), Vec::new());
    for round in 0..12 {
        let prompt = format!("{}+12", 20 + round);
        let answers = (0..AGENTS)
            .map(|agent| of_agent(answer(100 * round + agent, &prompt), agent))
            .collect();
        answering.push(at_once(&worker, answers).await);
        let right = (32 + round).to_string();
        let grades = (0..AGENTS)
            .map(|agent| {
                of_agent(
                    grade(100 * round + 50 + agent, &prompt, Some(&right), &[&right, "9"]),
                    agent,
                )
            })
            .collect();
        grading.push(at_once(&worker, grades).await);
    }
    for (name, times) in [("grading", &mut grading), ("answering", &mut answering)] {
        times.sort();
        println!(
            "{name} of a round, {AGENTS} agents on {kinds} models: median {:?}, slowest {:?}",
            times[6], times[11]
        );
    }
    assert!(grading[6] < Duration::from_secs(1), "grading took {grading:?}");
    println!("resident with {kinds} models: {} MiB", worker.memory() >> 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_and_grades_should_come_when_there_is_one_thread_to_compute_with() {
    let worker = Arc::new(Worker::start_with_one_thread(&(models(1) + &agents(2, 1))).await);
    let jobs = (0..120).map(|job| match job % 2 {
        0 => of_agent(answer(job, &format!("{job}+12")), 0),
        _ => of_agent(grade(job, &format!("{job}+12"), Some("9"), &["8", "10"]), 1),
    });
    let took = at_once(&worker, jobs.collect()).await;
    println!("60 answers and 60 grades at once with one thread: {took:?}");
}

/// Posts a body in chunks on a connection that stays open, each write waiting for the
/// acknowledgement of the one before as Nagle's algorithm demands: what a node's offchain HTTP
/// client does.
fn chunked_post(stream: &mut TcpStream, body: &str) -> String {
    let head = "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(format!("{:x}\r\n{body}\r\n", body.len()).as_bytes()).unwrap();
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), None);
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = Some(value.trim().parse().unwrap());
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut reply = vec![0; length.expect("a Content-Length")];
    reader.read_exact(&mut reply).unwrap();
    String::from_utf8(reply).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn chunked_posts_should_not_wait_for_delayed_acknowledgements() {
    let worker = Worker::start(&single()).await;
    let job = answer(1, "37+12");
    worker.answer(&job).await;
    let (url, body) = (worker.url.clone(), job.to_string());
    let mut times = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        let post = |_| {
            let since = Instant::now();
            assert!(chunked_post(&mut stream, &body).contains("\"done\""));
            since.elapsed()
        };
        (0..60).map(post).collect::<Vec<_>>()
    })
    .await
    .unwrap();
    times.sort();
    println!("chunked post of a known job: median {:?}, p95 {:?}", times[30], times[57]);
    assert!(times[30] < Duration::from_millis(20), "{times:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_should_not_grow_with_the_number_of_grades() {
    let scores: usize =
        std::env::var("WAGGLE_TEST_SCORES").map_or(1_500, |text| text.parse().unwrap());
    let worker =
        Worker::start(&("[limits]\nresults = 50\nwait_ms = 30000\n".to_string() + &single())).await;
    let (per_job, warm) = (50, 5);
    let mut base = 0;
    let since = Instant::now();
    for job in 0..warm + scores / per_job {
        if job == warm {
            base = worker.memory();
        }
        let texts: Vec<String> =
            (0..per_job).map(|index| format!("{}", job * per_job + index)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        worker.grades(&grade(job, &format!("{job}+1"), Some("7"), &texts)).await;
    }
    let (end, took) = (worker.memory(), since.elapsed());
    println!("{scores} grades: {} MiB before, {} MiB after, {took:?}", base >> 20, end >> 20);
    assert!(end < base + (48 << 20), "from {base} to {end} bytes");
}
