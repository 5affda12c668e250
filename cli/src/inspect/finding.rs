//! What was found of one thing that was looked at: it is well, or what is wrong and what to do.

use serde_json::{json, Value};

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// It works, and something is to be known.
    Warning,
    /// It does not work.
    Problem,
}

/// One thing, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// How it is.
    pub(crate) level: Level,
    /// What was looked at, and how it is, in a line.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) remedy: Option<String>,
}

impl Finding {
    /// It is well.
    pub(crate) fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), remedy: None }
    }

    /// It works, and something is to be known.
    pub(crate) fn warning(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Warning, what: what.into(), remedy: Some(remedy.into()) }
    }

    /// It does not work.
    pub(crate) fn problem(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Problem, what: what.into(), remedy: Some(remedy.into()) }
    }

    /// For people.
    pub(crate) fn print(&self) -> String {
        let sign = match self.level {
            Level::Ok => "✓ ok     ",
            Level::Warning => "! warning",
            Level::Problem => "✗ problem",
        };
        let remedy = self.remedy.as_ref().map(|remedy| format!("\n            → {remedy}"));
        format!("{sign}  {}{}", self.what, remedy.unwrap_or_default())
    }

    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        };
        json!({ "level": level, "what": self.what, "remedy": self.remedy })
    }
}

/// How many of them are problems.
pub(crate) fn problems(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.level == Level::Problem).count()
}

/// Strangers' words on one line of a terminal, not too long.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_should_say_what_to_do() {
        let found = [Finding::ok("a"), Finding::warning("b", "c"), Finding::problem("d", "e")];
        assert_eq!(problems(&found), 1);
        assert_eq!(found[2].print(), "✗ problem  d\n            → e");
        assert_eq!(found[0].to_json()["remedy"], Value::Null);
        assert_eq!(found[1].to_json()["level"], "warning");
        assert_eq!(harmless("a\u{1b}[2Jb\n"), "a[2Jb");
    }
}
