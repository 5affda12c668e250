//! Wrong input gets one clear line and a status that is not zero.

use crate::scenario::{plan, start, waggle_program};
use std::process::Stdio;
use tokio::process::Command;
use waggle_local_network::free_port;

/// Run `waggle` and check that it fails with one line that contains `expected`.
async fn refused(arguments: &[&str], expected: &str) {
    let mut command = Command::new(waggle_program());
    let output = command.args(arguments).stdin(Stdio::null()).output().await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{expected}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("waggle: ") && errors.contains(expected), "{expected}: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    assert!(output.stdout.is_empty());
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn waggle_should_say_so_when_there_is_no_node() {
    let url = format!("ws://127.0.0.1:{}", free_port().unwrap());
    let examine = &["examine", "37+12", "49"];
    let lists = [&["agents"][..], &["domains"], &["rounds"]];
    for command in [&["ask", "37+12"][..], &["watch", "0"], examine].into_iter().chain(lists) {
        refused(&[command, &["--url", &url]].concat(), "no node answers").await;
    }
    refused(&["ask", "37+12", "--url", "not a url"], "no node answers").await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn waggle_should_say_what_is_wrong_with_the_input() {
    let network = start(plan()).await;
    let url = network.url();
    let ask = |prompt: &'static str, more: &[&'static str]| -> Vec<String> {
        let arguments = [&["ask", prompt], more].concat();
        arguments.into_iter().map(str::to_owned).chain(["--url".into(), url.clone()]).collect()
    };
    let long: &'static str = Box::leak("x".repeat(16 * 1024 + 1).into_boxed_str());
    for (arguments, expected) in [
        (ask("37+12", &["--suri", "//Nobody"]), "0 WAG free"),
        (ask(long, &[]), "16385 bytes long"),
        (ask("", &[]), "empty"),
        (ask("\u{200b}\u{feff}", &[]), "empty"),
        // Nothing is on standard input.
        (ask("-", &[]), "empty"),
        (ask("37+12", &["--reward", "0.000001"]), "too small"),
        (ask("37+12", &["--reward", "1000000000000"]), "WAG free"),
        (ask("37+12", &["--answering-blocks", "4000000000"]), "--answering-blocks"),
        (ask("37+12", &["--max-agents", "101"]), "--max-agents"),
        (ask("37+12", &["--min-agents", "3"]), "--min-agents is 3; this chain takes 4 to 100"),
        (ask("37+12", &["--min-agents", "100", "--max-agents", "100"]), "too few"),
        (ask("37+12", &["--domain", "7"]), "no domain 7"),
        (ask("37+12", &["--suri", "no such phrase"]), "cannot use --suri as a key"),
        (ask("37+12", &["--key-file", "/nowhere/key"]), "/nowhere/key"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        refused(&arguments, expected).await;
    }
    refused(&["watch", "999999", "--url", &url], "round 999999 is not known").await;
    refused(&["receipt", "999999", "--url", &url], "round 999999 is not known").await;
    refused(&["agents", "--domain", "7", "--url", &url], "no domain 7").await;
    refused(&["agent", "join", "7", "--url", &url], "no domain 7").await;
    let found = ["domain", "found", "--description", "x", "--url", url.as_str()];
    refused(&[&found[..], &[" "]].concat(), "the title is empty").await;
    refused(&[&found[..], &["Sums", "--suri", "//Nobody"]].concat(), "0 WAG free").await;
    network.stop().await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn waggle_should_say_in_one_line_what_is_wrong_with_the_command() {
    refused(&["ask"], "<PROMPT>").await;
    refused(&["ask", "37+12", "--reward", "1e3"], "not an amount").await;
    refused(&["ask", "37+12", "--colour"], "--colour").await;
    refused(&["ask", "--colour"], "put a blank first").await;
    refused(&["ask", "37+12", "--domain", "poems"], "poems").await;
    refused(&["domain", "found", "Sums"], "--description").await;
    let found = ["domain", "found", "Sums", "--description", "x"];
    refused(&[&found[..], &["--open", "--closed"]].concat(), "--closed").await;
    refused(&["agent", "join"], "<DOMAIN>").await;
    refused(&["watch", "twelve"], "twelve").await;
    refused(&["receipt", "twelve"], "twelve").await;
    refused(&["verify", "12.receipt"], "--genesis").await;
    refused(&["verify", "12.receipt", "--genesis", "0x12"], "32 bytes in hex").await;
    let genesis = format!("0x{}", "00".repeat(32));
    refused(&["verify", "/nowhere/receipt", "--genesis", &genesis], "/nowhere/receipt").await;
    refused(&["rounds", "--limit", "0"], "--limit").await;
    refused(&["examine"], "QUESTION").await;
    refused(&["examine", "37+12"], "TRUTH").await;
    refused(&["examine", "37+12", " . "], "no answer could equal it").await;
    refused(&["examine", "--make", "poems"], "poems").await;
    refused(&["examine", "--reveal-from", "/nowhere/salts"], "/nowhere/salts").await;
}
