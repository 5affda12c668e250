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
