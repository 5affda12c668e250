//! Every file that git tracks keeps the house rules (CONTRIBUTING.md).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use waggle_tidy::{circles, pages, source, Finding};

/// Texts that people do not write: what programs print, and the sayings of attackers.
const NOT_OURS: [&str; 3] = ["runtime/src/weights/", "offchain-worker/attacks/corpus/", "LICENSE"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The paths of all tracked files that are there.
fn tracked() -> Vec<String> {
    let mut git = Command::new("git");
    let listed = git.args(["ls-files", "-z"]).current_dir(root()).output();
    let listed = String::from_utf8(listed.expect("git lists what it tracks").stdout);
    listed
        .expect("paths are UTF-8")
        .split('\0')
        .filter(|path| !path.is_empty() && root().join(path).is_file())
        .map(String::from)
        .collect()
}

/// The texts among them.
fn texts() -> BTreeMap<String, String> {
    tracked()
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(root().join(&path)).ok()?;
            Some((path, text))
        })
        .collect()
}

#[track_caller]
fn none(found: Vec<Finding>) {
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "{} findings:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn texts_should_be_tidy() {
    let texts = texts();
    let found = texts.iter().flat_map(|(path, text)| {
        let kind = source::Kind::of(path, text.lines().next().unwrap_or_default());
        let ours = !NOT_OURS.iter().any(|prefix| path.starts_with(prefix));
        kind.filter(|_| ours).map_or(Vec::new(), |kind| source::check(path, kind, text))
    });
    none(found.collect());
}

#[test]
fn pages_should_have_narrow_tables_and_links_that_lead_somewhere() {
    let mut files: BTreeSet<String> = tracked().into_iter().collect();
    for path in files.clone() {
        let folders = path.match_indices('/').map(|(at, _)| path[..at].to_string());
        files.extend(folders);
    }
    let texts = texts().into_iter();
    let pages = texts.filter(|(path, _)| path.ends_with(".md")).collect();
    none(pages::check(&pages, &files));
}

#[test]
fn crates_should_have_no_import_circles() {
    let mut crates = BTreeMap::<String, BTreeMap<String, String>>::new();
    for (path, text) in texts() {
        if let Some((folder, file)) = path.split_once("/src/").filter(|_| path.ends_with(".rs")) {
            crates.entry(format!("{folder}/src")).or_default().insert(file.into(), text);
        }
    }
    assert!(crates.len() > 5, "no crates were found: {:?}", crates.keys());
    none(crates.iter().flat_map(|(folder, files)| circles::check(folder, files)).collect());
}
