//! Expert systems: the bundled calculator, and programs that misbehave.

use crate::harness::{answer, bundled_models, grade, Worker, PATIENCE};
use std::{path::PathBuf, time::Instant};

fn calculator() -> PathBuf {
    bundled_models()[0].with_file_name("calculator")
}

fn served(program: &str) -> String {
    format!(
        "[[models]]\nname = 'm'\n[models.program]\n{program}\n[[agents]]\nkey = '*'\nmodel = 'm'\n"
    )
}

fn shell(script: &str) -> String {
    served(&format!("command = ['sh', '-c', '''{script}''']"))
}

#[tokio::test(flavor = "multi_thread")]
async fn bundled_calculator_should_solve_the_demos_tasks_exactly() {
    let config =
        served(&format!("command = ['python3', 'calculator.py']\ndirectory = {:?}", calculator()));
    let worker = Worker::start(&config).await;
    let questions = std::fs::read_to_string(calculator().with_file_name("questions.txt")).unwrap();
    let mut asked = 0;
    for (number, prompt) in questions.lines().enumerate() {
        let words: Vec<&str> = prompt.split_whitespace().collect();
        let numbers = || words[1..].iter().map(|word| word.parse::<i64>().unwrap());
        let right = match words[0] {
            "sort" => {
                let mut sorted: Vec<i64> = numbers().collect();
                sorted.sort_unstable();
                sorted.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            }
            "max" => numbers().max().unwrap().to_string(),
            "reverse" => words[1].chars().rev().collect(),
            "last" => words[1].chars().next_back().unwrap().to_string(),
            sum => match (sum.split_once('+'), sum.split_once('-')) {
                (Some((a, b)), _) => {
                    (a.parse::<i64>().unwrap() + b.parse::<i64>().unwrap()).to_string()
                }
                (_, Some((a, b))) => {
                    (a.parse::<i64>().unwrap() - b.parse::<i64>().unwrap()).to_string()
                }
                _ => panic!("an unknown task: {prompt}"),
            },
        };
        assert_eq!(worker.answer(&answer(number, prompt)).await, right, "{prompt}");
        let job = grade(1_000 + number, prompt, None, &["nothing", &right]);
        assert_eq!(worker.grades(&job).await, [0, 10_000], "{prompt}");
        asked += 1;
    }
    assert!(asked >= 6, "{asked}");
    let reply = worker.finish(&answer(2_000, "Name three rivers.")).await;
    assert_eq!(reply["status"], "declined", "{reply}");
    assert!(worker.get("/v1/models").await.1.contains("\"device\":\"program\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn program_should_be_started_again_when_it_is_killed() {
    // Ends after each answer.
    let worker = Worker::start(&shell(
        r#"read -r line; id=${line#*:}; echo "{\"id\":${id%%,*},\"answer\":\"$$\"}""#,
    ))
    .await;
    let first = worker.answer(&answer(1, "x")).await;
    let second = worker.answer(&answer(2, "x")).await;
    assert_ne!(first, second, "one process answered twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn misbehaving_programs_should_fail_jobs_and_nothing_else() {
    for (script, reason) in [
        ("read -r line; echo nonsense; read -r line", "no reply"),
        ("read -r line; exit 3", "ended"),
        ("\"grades\":[1.5]", "0.0 to 1.0"),
        ("\"grades\":[1.0,1.0]", "1 grades"),
        ("\"answer\":\"x\"", "grades and decline"),
    ] {
        // What is no script is a reply, under the question's id.
        let script = match script.starts_with("read") {
            true => script.to_string(),
            false => {
                let reply = script.replace('"', "\\\"");
                let id = "id=${line#*:}; id=${id%%,*}";
                format!("read -r line; {id}; echo \"{{\\\"id\\\":$id,{reply}}}\"; read -r line")
            }
        };
        let worker = Worker::start(&shell(&script)).await;
        let mut job = grade(1, "p", None, &["49"]);
        job["deadline_ms"] = 1_000.into();
        let reply = worker.finish(&job).await;
        assert_eq!(reply["status"], "failed", "{script}: {reply}");
        assert!(reply["reason"].as_str().unwrap().contains(reason), "{script}: {reply}");
        let (_, health) = worker.get("/healthz").await;
        assert!(health.contains("\"name\":\"m\""), "{health}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn program_should_end_with_the_worker_however_that_ends() {
    for signal in ["KILL", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        // It does not read, so the end of its input does not reach it.
        let script = "echo $$ > pid; exec sleep 1000";
        let lines = format!("command = ['sh', '-c', '{script}']\ndirectory = {:?}", folder.path());
        let mut worker = Worker::start(&served(&lines)).await;
        let until = Instant::now() + PATIENCE;
        let pid = loop {
            match std::fs::read_to_string(folder.path().join("pid")) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_string(),
                _ => assert!(Instant::now() < until, "the program did not start"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        };
        let status = PathBuf::from(format!("/proc/{pid}/status"));
        let alive =
            || std::fs::read_to_string(&status).is_ok_and(|text| !text.contains("State:\tZ"));
        assert!(alive());
        worker.signal(signal);
        worker.ended().await;
        while alive() {
            assert!(Instant::now() < until, "the program outlived the worker after {signal}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn program_should_see_the_job_and_no_secrets() {
    let script = r#"read -r line; count=$(env | grep -c -e HF_ -e HOME -e PROXY);
        echo "{\"id\":1,\"answer\":\"$count\"}"; read -r line"#;
    let worker = Worker::start(&shell(script)).await;
    assert_eq!(
        worker.answer(&answer(1, "x")).await,
        "0",
        "the worker itself has HOME, HF_HOME and proxies"
    );
}
