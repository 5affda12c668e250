//! Rules about any text that people write: width, length, header, nothing left for later.

use crate::Finding;

/// The widest line, in characters.
pub const COLUMNS: usize = 100;
/// The most lines of a file.
pub const LINES: usize = 600;

/// Words that say that something is not done. Written in pieces, or they would be found here.
const LEFT: [&str; 7] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
];

/// The kinds of text files, by what a comment looks like in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rust.
    Rust,
    /// TypeScript, JavaScript and style sheets.
    Script,
    /// Python.
    Python,
    /// Programs for a shell.
    Shell,
    /// TOML, YAML, units of systemd, container files.
    Settings,
    /// Markdown.
    Page,
}

impl Kind {
    /// The kind of a file with this path and this first line. `None` for files that programs write
    /// or read alone: data, lock files, pictures, JSON.
    pub fn of(path: &str, first_line: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.ends_with(".lock") || name == "package-lock.json" {
            return None;
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension {
            Some("rs") => Some(Self::Rust),
            Some("ts" | "tsx" | "mjs" | "js" | "css") => Some(Self::Script),
            Some("py") => Some(Self::Python),
            Some("sh") => Some(Self::Shell),
            Some("toml" | "yml" | "yaml" | "service") => Some(Self::Settings),
            Some("md") => Some(Self::Page),
            _ if name == "Containerfile" => Some(Self::Settings),
            _ if first_line.starts_with("#!") && first_line.contains("sh") => Some(Self::Shell),
            _ => None,
        }
    }

    /// Whether the file opens with a comment that says what it is.
    fn has_header(self, text: &str) -> bool {
        let mut lines = text
            .lines()
            .filter(|line| !line.starts_with("#!") && !line.is_empty())
            .skip_while(|line| line.starts_with("# shellcheck"));
        let Some(first) = lines.next() else { return true };
        match self {
            Self::Rust => first.starts_with("//!"),
            Self::Script => first.starts_with("//") || first.starts_with("/*"),
            Self::Python => first.starts_with("\"\"\"") || first.starts_with('#'),
            Self::Shell => first.starts_with("# "),
            Self::Settings => true,
            Self::Page => first.starts_with("# ") || first.starts_with("---"),
        }
    }
}

/// What is wrong with the text of a file, whatever it says.
pub fn check(path: &str, kind: Kind, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if !kind.has_header(text) {
        found.push(Finding::new(path, 1, "a header is missing that says what this file is"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        found.push(Finding::new(path, 0, "the last line does not end"));
    }
    let length = text.lines().count();
    if length > LINES {
        let what = format!("{length} lines, {LINES} are allowed: does it hold two thoughts?");
        found.push(Finding::new(path, 0, what));
    }
    for (line, number) in text.lines().zip(1..) {
        let width = line.chars().count();
        if width > COLUMNS && !may_be_wide(kind, line) {
            let what = format!("{width} columns, {COLUMNS} are allowed");
            found.push(Finding::new(path, number, what));
        }
        if line.ends_with([' ', '\t', '\r']) {
            found.push(Finding::new(path, number, "space at the end of the line"));
        }
        if line.contains('\t') {
            found.push(Finding::new(path, number, "a tab"));
        }
        if let Some(word) = LEFT.iter().find(|word| has_word(line, word)) {
            found.push(Finding::new(path, number, format!("{word}: do it, or open an issue")));
        }
    }
    found
}

/// Rows of tables cannot be broken, nor can addresses.
fn may_be_wide(kind: Kind, line: &str) -> bool {
    let words = line.trim_start_matches([' ', '/', '!', '#', '*', '-', '>']);
    let is_row = words.starts_with('|') && matches!(kind, Kind::Page | Kind::Rust);
    let is_address = words
        .split_whitespace()
        .any(|word| word.contains("://") && word.chars().count().saturating_add(20) > COLUMNS);
    let is_link = kind == Kind::Page && words.starts_with('[') && words.contains("](");
    let is_picture = kind == Kind::Page && words.starts_with("![");
    is_row || is_address || is_link && !words.contains(") ") || is_picture
}

/// Whether `word` stands in `line` and is no part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !joins(before) && (word.ends_with('(') || !joins(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(path: &str, text: &str) -> Vec<(usize, String)> {
        let kind = Kind::of(path, text.lines().next().unwrap_or_default()).unwrap();
        check(path, kind, text).into_iter().map(|found| (found.line, found.what)).collect()
    }

    #[test]
    fn tidy_text_should_pass() {
        assert_eq!(whats("a/b.rs", "//! What it is.\n\nfn f() {}\n"), []);
        assert_eq!(whats("b", "#!/bin/sh\n# What it is.\n"), []);
        assert_eq!(whats("c.md", "# Title\n"), []);
    }

    #[test]
    fn every_rule_should_find_what_breaks_it() {
        let wide = "x".repeat(COLUMNS + 1);
        let long = "//! Header.\n".repeat(LINES + 1);
        let cases = [
            (format!("//! Header.\n// {wide}\n"), 2, "columns"),
            ("fn f() {}\n".into(), 1, "header"),
            ("//! Header.\n//! ends \n".into(), 2, "space"),
            ("//! Header.\n\tlet x;\n".into(), 2, "tab"),
            (format!("//! Header.\n// {}: later\n", LEFT[0]), 2, "issue"),
            (format!("//! Header.\nfn f() {{ {}) }}\n", LEFT[4]), 2, "issue"),
            ("//! Header.".into(), 0, "end"),
            (long, 0, "lines"),
        ];
        for (text, line, what) in cases {
            let found = whats("a.rs", &text);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, line);
            assert!(found[0].1.contains(what), "{found:?}");
        }
    }

    #[test]
    fn columns_should_be_characters() {
        let line = format!("//! {}\n", "→".repeat(COLUMNS - 4));
        assert_eq!(whats("a.rs", &line), []);
    }

    #[test]
    fn tables_and_addresses_may_be_wide() {
        let cell = "x".repeat(COLUMNS);
        assert_eq!(whats("a.md", &format!("# T\n\n| {cell} |\n")), []);
        assert_eq!(whats("a.md", &format!("# T\n\nhttps://example.org/{cell}\n")), []);
        assert_eq!(whats("a.md", &format!("# T\n\n{cell} https://example.org/\n")).len(), 1);
    }

    #[test]
    fn a_word_within_a_word_should_be_left_alone() {
        assert!(has_word("the end, at last", "end"));
        assert!(!has_word("the ending", "end"));
        assert!(!has_word("0xend", "end"));
    }
}
