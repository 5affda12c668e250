//! Rules about Markdown: tables that fit a page, links that lead somewhere.

use crate::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// The most columns of a table.
pub const TABLE_COLUMNS: usize = 7;

/// All pages, by their path from the root of the repository.
pub type Pages = BTreeMap<String, String>;

/// What is wrong with the tables and links of `pages`. `files` are all tracked files and folders.
pub fn check(pages: &Pages, files: &BTreeSet<String>) -> Vec<Finding> {
    let anchors: BTreeMap<&str, BTreeSet<String>> =
        pages.iter().map(|(path, text)| (path.as_str(), anchors(text))).collect();
    let mut found = Vec::new();
    for (path, text) in pages {
        for (number, line) in prose(text) {
            let cells = cells(line);
            if cells > TABLE_COLUMNS {
                let what = format!(
                    "a table of {cells} columns, {TABLE_COLUMNS} are allowed: leave the rest to \
                     a CSV file, or make a list"
                );
                found.push(Finding::new(path, number, what));
            }
            for link in links(line) {
                if let Err(what) = follow(path, &link, files, &anchors) {
                    found.push(Finding::new(path, number, what));
                }
            }
        }
    }
    found
}

/// The lines of a page that are no code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// How many cells a row of a table has; 0 for other lines.
fn cells(line: &str) -> usize {
    let row = line.trim();
    if !row.starts_with('|') || !row.ends_with('|') || row.len() < 2 {
        return 0;
    }
    let mut is_code = false;
    let mut escaped = false;
    let mut bars = 0usize;
    for c in row.chars() {
        match c {
            '`' => is_code = !is_code,
            '|' if !is_code && !escaped => bars += 1,
            _ => {}
        }
        escaped = c == '\\';
    }
    bars - 1
}

/// The targets of the links and pictures of a line, without those in code.
fn links(line: &str) -> Vec<String> {
    let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
    outside
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target.trim()))
        .filter_map(|target| target.split_whitespace().next().map(str::to_string))
        .collect()
}

/// The anchors that GitHub and mdBook give to the headings of a page, and those set by hand.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        if let Some(heading) = line.strip_prefix('#') {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let anchor: String = words
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect();
            let again = (1..).map(|number| format!("{anchor}-{number}"));
            let all = std::iter::once(anchor.clone()).chain(again);
            anchors.extend(all.into_iter().find(|anchor| !anchors.contains(anchor)));
        }
        for attribute in line.split("id=\"").skip(1).chain(line.split("name=\"").skip(1)) {
            anchors.extend(attribute.split_once('"').map(|(id, _)| id.to_string()));
        }
    }
    anchors
}

/// Whether a link of the page at `path` leads to a tracked file, and to a heading of it.
fn follow(
    path: &str,
    link: &str,
    files: &BTreeSet<String>,
    anchors: &BTreeMap<&str, BTreeSet<String>>,
) -> Result<(), String> {
    // Addresses, and what GitHub resolves from the page of the repository (../../issues).
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("../../") {
        return Ok(());
    }
    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
    let file = if target.is_empty() { path.to_string() } else { resolve(path, target) };
    if !files.contains(file.trim_end_matches('/')) {
        return Err(format!("the link {link} leads to no file of the repository"));
    }
    match anchors.get(file.as_str()) {
        Some(known) if !anchor.is_empty() && !known.contains(anchor) => {
            Err(format!("the link {link} leads to no heading of {file}"))
        }
        _ => Ok(()),
    }
}

/// The path, from the root, of `target` as the page at `path` means it.
fn resolve(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let pages = Pages::from([
            ("docs/a.md".to_string(), text.to_string()),
            ("docs/b.md".to_string(), "# B\n\n## Two words, and `code`\n".to_string()),
        ]);
        let files = ["docs/a.md", "docs/b.md", "docs", "README.md"].map(String::from);
        check(&pages, &files.into()).into_iter().map(|found| found.what).collect()
    }

    #[test]
    fn links_that_lead_somewhere_should_pass() {
        let links = "[a](b.md) [b](b.md#two-words-and-code) [c](#title) [d](../README.md) \
                     [e](https://example.org) [f](../docs) `[g](nowhere.md)`";
        assert_eq!(found(&format!("# Title\n{links}\n```\n[x](y)\n```\n")), [""; 0]);
    }

    #[test]
    fn broken_links_should_be_found() {
        for link in ["c.md", "b.md#three", "#nothing", "../docs/c.md"] {
            assert_eq!(found(&format!("# Title\n[a]({link})\n")).len(), 1, "{link}");
        }
    }

    #[test]
    fn wide_tables_should_be_found() {
        let row = |cells: usize| format!("# T\n|{}\n", " x |".repeat(cells));
        assert_eq!(found(&row(TABLE_COLUMNS)), [""; 0]);
        assert!(found(&row(TABLE_COLUMNS + 1))[0].contains("8 columns"));
    }

    #[test]
    fn bars_in_code_and_escaped_ones_should_not_count() {
        assert_eq!(cells(r"| `a|b` | c \| d |"), 2);
        assert_eq!(cells("no table"), 0);
    }
}
