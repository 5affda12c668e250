//! Results: a table for people, CSV, JSON, and the table of the page, which stands between
//! `<!-- NAME -->` and `<!-- /NAME -->`.

use crate::Failure;
use serde_json::{Map, Number, Value};
use std::path::Path;

/// Columns, and lines of as many values, none of which holds a comma or a bar.
pub(crate) struct Table {
    columns: &'static [&'static str],
    /// Those that a page has no room for: its tables have seven.
    not_in_page: &'static [&'static str],
    lines: Vec<Vec<String>>,
}

impl Table {
    /// An empty one.
    pub(crate) fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, not_in_page: &[], lines: Vec::new() }
    }

    /// The same, without these columns in a page.
    pub(crate) fn without(self, not_in_page: &'static [&'static str]) -> Self {
        Self { not_in_page, ..self }
    }

    /// Add a line.
    pub(crate) fn push<const N: usize>(&mut self, line: [String; N]) {
        assert_eq!(N, self.columns.len(), "a value for each column");
        self.lines.push(line.to_vec());
    }

    /// As CSV, with the columns' names first.
    pub(crate) fn csv(&self) -> String {
        self.with_names().map(|line| line.join(",") + "\n").collect()
    }

    /// As a table of a page.
    pub(crate) fn markdown(&self) -> String {
        let shown = |line: Vec<String>| -> Vec<String> {
            let named = self.columns.iter().zip(line);
            named
                .filter(|(name, _)| !self.not_in_page.contains(name))
                .map(|(_, text)| text)
                .collect()
        };
        let row = |line: Vec<String>| format!("| {} |\n", line.join(" | "));
        let rule = vec!["---".to_owned(); self.columns.len() - self.not_in_page.len()];
        let mut rows: Vec<String> = self.with_names().map(shown).map(row).collect();
        rows.insert(1, row(rule));
        rows.concat()
    }

    /// Each line as an object: numbers where they are numbers.
    pub(crate) fn json(&self) -> Vec<Value> {
        let value = |text: &String| match text.parse::<f64>().ok().and_then(Number::from_f64) {
            Some(number) => Value::Number(number),
            None => text.clone().into(),
        };
        self.lines
            .iter()
            .map(|line| {
                let named = self.columns.iter().zip(line);
                let object: Map<_, _> =
                    named.map(|(name, text)| ((*name).to_owned(), value(text))).collect();
                object.into()
            })
            .collect()
    }

    /// Replace the table of this name in a page by this one.
    pub(crate) fn fill(&self, page: &Path, name: &str) -> Result<(), Failure> {
        let mut text = std::fs::read_to_string(page)?;
        let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let begin = text.find(&from).ok_or("the page has no such table")? + from.len();
        let length = text[begin..].find(&to).ok_or("the page's table has no end")?;
        text.replace_range(begin..begin + length, &self.markdown());
        Ok(std::fs::write(page, text)?)
    }

    fn with_names(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        let names = self.columns.iter().map(|name| (*name).to_owned()).collect();
        std::iter::once(names).chain(self.lines.iter().cloned())
    }
}
