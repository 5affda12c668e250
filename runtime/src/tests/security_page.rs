//! `docs/security.md` and the pages that go on from it say which test shows what: each test that
//! they name exists.

use std::{collections::BTreeSet, fs, path::Path};

/// The pages, and the fewest tests that each names.
const PAGES: [(&str, usize); 3] = [("security.md", 40), ("bad-input.md", 5), ("finality.md", 2)];

/// The repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The tests that the page names, as `path/to/file.rs::name_of_the_test` between backquotes.
fn cited(page: &str) -> BTreeSet<(String, String)> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|quoted| quoted.split_once(".rs::"))
        .map(|(file, test)| (format!("{file}.rs"), test.into()))
        .collect()
}

#[test]
fn every_test_that_the_security_pages_name_should_exist() {
    for (page, fewest) in PAGES {
        let text = fs::read_to_string(root().join("docs").join(page)).unwrap();
        let cited = cited(&text);
        assert!(cited.len() > fewest, "{page} names its tests: {}", cited.len());
        check(cited);
    }
}

fn check(cited: BTreeSet<(String, String)>) {
    for (file, test) in cited {
        let source = fs::read_to_string(root().join(&file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let at =
            source.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
        let before = source[..at].lines().rev().take(4).collect::<Vec<_>>();
        let is_test = before.iter().any(|line| line.contains("test]") || line.contains("test("));
        assert!(is_test, "{test} in {file} is no test: {before:?}");
    }
}

#[test]
fn names_should_be_found_where_they_are_cited() {
    let page = "a `b` c `runtime/x.rs::y_should_z` and `runtime/x.rs`";
    assert_eq!(cited(page), BTreeSet::from([("runtime/x.rs".to_owned(), "y_should_z".to_owned())]));
}
