//! What `deploy/` tells programs on their command lines is what they take: units, images, compose
//! and Kubernetes are written by hand, and nobody runs them all for each change.

use crate::scenario::waggle_program;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use waggle_local_network::Binaries;

/// Files of `deploy/`, and whose command lines are in them.
const FILES: [(&str, &[&str]); 6] = [
    ("systemd/waggle-node.service", &["waggle-node"]),
    ("systemd/waggle-worker.service", &["waggle-worker"]),
    ("systemd/waggle-gateway.service", &["waggle-gateway"]),
    ("compose/compose.yaml", &["waggle-node", "waggle-worker", "waggle-gateway"]),
    ("kubernetes/agent.yaml", &["waggle-node", "waggle-worker"]),
    ("kubernetes/gateway.yaml", &["waggle-gateway"]),
];

/// Where the program of this name is.
fn program(name: &str) -> PathBuf {
    let binaries = Binaries::find(None, None);
    match name {
        "waggle-node" => binaries.node,
        "waggle-worker" => binaries.worker,
        _ => waggle_program().with_file_name(name),
    }
}

/// The options that the program explains.
fn explained(name: &str) -> BTreeSet<String> {
    let command: &[&str] =
        if name == "waggle-gateway" { &["serve", "--help"] } else { &["--help"] };
    let output = Command::new(program(name)).args(command).output().unwrap();
    assert!(output.status.success(), "{name} explains itself");
    options(&String::from_utf8_lossy(&output.stdout))
}

/// The long options in a text, and the variables that stand for some.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_option = |word: &&str| {
        word.len() > 3 && word.starts_with("--") && !word.starts_with("---")
            || word.starts_with("WAGGLE_GATEWAY_")
    };
    text.split(|c: char| !is_part(c)).filter(is_option).map(str::to_owned).collect()
}

/// The text without comments, which also speak of other programs.
fn uncommented(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "starts processes: ./scripts/test network"]
fn deployments_should_use_options_that_their_programs_explain() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    for (file, programs) in FILES {
        let text = uncommented(&fs::read_to_string(folder.join(file)).unwrap());
        let used = options(&text);
        assert!(!used.is_empty(), "{file} has command lines");
        let explained: BTreeSet<String> =
            programs.iter().flat_map(|name| explained(name)).collect();
        let unknown: Vec<&String> = used.difference(&explained).collect();
        assert!(
            unknown.is_empty(),
            "{file} has {unknown:?}, which is in no --help of {programs:?}"
        );
    }
}

#[test]
fn options_should_be_found_in_command_lines_of_all_forms() {
    let text =
        "run --one 1 \\\n - --two=2\n [--three, x] <!-- --> ---four --- a--b -c\n # --five\n\
                X=WAGGLE_GATEWAY_SIX=6 GATEWAY_SEVEN";
    let found: Vec<String> = options(&uncommented(text)).into_iter().collect();
    assert_eq!(found, ["--one", "--three", "--two", "WAGGLE_GATEWAY_SIX"]);
}
