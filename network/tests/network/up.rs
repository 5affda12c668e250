//! `waggle up`: a development network with one command, which goes on where it was.

use crate::{
    scenario::{errors, printed, waggle, waggle_program},
    started::{runs, Started},
};
use serde_json::Value;
use tokio::process::Command;
use waggle_local_network::free_port;

/// Its arguments: everything in `base`, and on ports that are free.
fn arguments(base: &str) -> Vec<String> {
    let mut words: Vec<String> = ["up", "--json", "--base", base].map(String::from).to_vec();
    for option in ["--node-port", "--gateway-port", "--metrics-port", "--worker-port"] {
        words.extend([option.to_owned(), free_port().unwrap().to_string()]);
    }
    words
}

fn started(words: &[String]) -> Started {
    Started::new(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The ids of its children.
fn processes(told: &Value) -> Vec<u64> {
    let processes = told["processes"].as_object().expect("it names its processes");
    processes.values().map(|id| id.as_u64().expect("a process has an id")).collect()
}

async fn rounds(url: &str) -> Value {
    printed(&waggle(url, &["rounds", "--json"]).await)
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn up_should_take_its_children_along_and_go_on_with_the_same_chain() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().display().to_string();
    let words = arguments(&path);

    let mut first = started(&words);
    let told = first.says().await;
    let url = told["node"].as_str().unwrap().to_owned();
    let asked = printed(&waggle(&url, &["ask", "37+12", "--max-agents", "7", "--json"]).await);
    let before = rounds(&url).await;
    assert_eq!(before[0]["round"], asked["round"]);

    // The folder is one process's at a time.
    let second = Command::new(waggle_program()).args(&words).output().await.unwrap();
    assert_eq!(second.status.code(), Some(2), "{}", errors(&second));
    assert!(errors(&second).contains("works in"), "{}", errors(&second));

    let children = processes(&told);
    assert!(children.len() >= 2 && children.iter().all(|id| runs(*id)), "{told}");
    assert!(first.stop().await.success());
    assert!(!children.iter().any(|id| runs(*id)), "{told}");

    let mut again = started(&words);
    let now = again.says().await;
    assert_eq!(now["openai"], told["openai"], "the key is kept");
    assert_eq!(rounds(&url).await, before);
    let asked = printed(&waggle(&url, &["ask", "37-12", "--max-agents", "7", "--json"]).await);
    let after = rounds(&url).await;
    assert_eq!(after[0]["round"], asked["round"]);
    assert_eq!(after.as_array().map(Vec::len), before.as_array().map(|rounds| rounds.len() + 1));
    assert!(again.stop().await.success());
}

/// What runs in the background in a folder. A test that fails leaves nothing behind.
struct Background(String);

impl Drop for Background {
    fn drop(&mut self) {
        let mut stop = std::process::Command::new(waggle_program());
        let _ = stop.args(["up", "--stop", "--base", &self.0]).output();
    }
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn up_should_go_on_in_the_background_until_it_is_stopped() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().display().to_string();
    let about = |what: &'static str| {
        Command::new(waggle_program()).args(["up", "--json", what, "--base", &path]).output()
    };
    let none = about("--status").await.unwrap();
    assert_eq!(none.status.code(), Some(1), "{}", errors(&none));
    let _stopped = Background(path.clone());

    let mut words = arguments(&path);
    words.push("--detach".into());
    let begun = Command::new(waggle_program()).args(&words).output().await.unwrap();
    let told = printed(&begun);
    assert!(errors(&begun).contains("all is there"), "its progress is shown: {}", errors(&begun));
    assert_eq!(printed(&about("--status").await.unwrap()), told);
    let children = processes(&told);
    assert!(children.len() >= 2 && children.iter().all(|id| runs(*id)), "{told}");
    let url = told["node"].as_str().unwrap();
    printed(&waggle(url, &["ask", "37+12", "--max-agents", "7", "--json"]).await);

    let second = Command::new(waggle_program()).args(&words).output().await.unwrap();
    assert_eq!(second.status.code(), Some(2), "{}", errors(&second));
    assert!(errors(&second).contains("works in"), "{}", errors(&second));
    assert_eq!(printed(&about("--status").await.unwrap()), told, "the first goes on");

    let stopped = printed(&about("--stop").await.unwrap());
    assert!(stopped["process"].is_u64(), "{stopped}");
    assert!(!children.iter().any(|id| runs(*id)), "{told}");
    let nothing = printed(&about("--stop").await.unwrap());
    assert!(nothing["process"].is_null(), "{nothing}");
    assert_eq!(about("--status").await.unwrap().status.code(), Some(1));
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn up_should_say_why_it_does_not_come_up_in_the_background() {
    let base = tempfile::tempdir().unwrap();
    let mut words = arguments(&base.path().display().to_string());
    words.extend(["--detach", "--models", "/no/such/folder"].map(String::from));
    let refused = Command::new(waggle_program()).args(&words).output().await.unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", errors(&refused));
    assert!(errors(&refused).contains("/no/such/folder"), "{}", errors(&refused));
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn up_should_name_who_has_a_port_that_is_taken() {
    let base = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut words = arguments(&base.path().display().to_string());
    let place = words.iter().position(|word| word == "--gateway-port").unwrap();
    words[place + 1] = port.clone();
    let refused = Command::new(waggle_program()).args(&words).output().await.unwrap();
    let said = errors(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let own = std::process::id().to_string();
    assert!(
        said.contains(&port) && said.contains(&own) && said.contains("--gateway-port"),
        "{said}"
    );
}

/// Whoever starts it in a folder of somebody else's must not run what that folder says.
#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn models_should_not_be_taken_from_the_working_directory() {
    let place = tempfile::tempdir().unwrap();
    let model = place.path().join("offchain-worker/models/expert");
    std::fs::create_dir_all(&model).unwrap();
    let list = r#"[{"model": "expert", "command": ["sh", "-c", "touch ../../../ran"]}]"#;
    std::fs::write(model.with_file_name("swarm.json"), list).unwrap();
    // Nothing is next to it there.
    let alone = tempfile::tempdir().unwrap();
    let program = alone.path().join("waggle");
    std::fs::copy(waggle_program(), &program).unwrap();
    let base = alone.path().join("base").display().to_string();
    let init = ["agent", "init", "--yes", "--bundled", "expert", "--folder", &base];
    let up = arguments(&base);
    let up: Vec<&str> = up.iter().map(String::as_str).collect();
    for words in [&up[..], &init[..]] {
        let mut command = Command::new(&program);
        command.args(words).current_dir(place.path()).env_remove("PATH").env_remove("HOME");
        command.env_remove("CARGO_MANIFEST_DIR").env_remove("WAGGLE_MODELS");
        let refused = command.kill_on_drop(true).output().await.unwrap();
        assert!(!refused.status.success(), "{words:?}");
        assert!(!place.path().join("ran").exists(), "{words:?}: {}", errors(&refused));
        if words[0] == "up" {
            assert_eq!(refused.status.code(), Some(2), "{}", errors(&refused));
            assert!(errors(&refused).contains("WAGGLE_MODELS"), "{}", errors(&refused));
        }
    }
}
