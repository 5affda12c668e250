//! The files of results: CSV, written after every point, so that an interrupted run goes on where
//! it was.

use crate::Failure;
use std::path::{Path, PathBuf};

/// A line of a file: columns with their values, none of which holds a comma.
pub type Row = Vec<(&'static str, String)>;

/// A number with one decimal, as far as it has one.
pub(super) fn decimals(value: f64) -> String {
    ((value * 10.0).round() / 10.0).to_string()
}

/// A CSV file whose lines are told apart by some of their columns.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    key: &'static [&'static str],
    columns: Vec<String>,
    lines: Vec<Vec<String>>,
}

impl Store {
    /// The file at `path`, with what is in it.
    pub fn open(path: &Path, key: &'static [&'static str]) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut lines =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let columns = lines.next().unwrap_or_default();
        Self { path: path.to_owned(), key, columns, lines: lines.collect() }
    }

    /// Whether there is a line with these values of the key.
    pub fn has(&self, key: &[String]) -> bool {
        self.lines.iter().any(|line| self.key_of(&self.columns, line) == key)
    }

    /// Add lines, in place of those with the same key, and write the file.
    ///
    /// # Errors
    /// [`Failure::Results`] if it cannot be written.
    pub fn put(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), Failure> {
        for row in rows {
            let (columns, line): (Vec<String>, Vec<String>) =
                row.into_iter().map(|(name, value)| (name.to_owned(), value)).unzip();
            if columns != self.columns {
                // Another program's file, or an older one's: it cannot be gone on with.
                self.lines.clear();
                self.columns = columns;
            }
            let key = self.key_of(&self.columns, &line);
            match self.lines.iter().position(|other| self.key_of(&self.columns, other) == key) {
                Some(number) => self.lines[number] = line,
                None => self.lines.push(line),
            }
        }
        let text: String = std::iter::once(&self.columns)
            .chain(&self.lines)
            .map(|line| line.join(",") + "\n")
            .collect();
        let failed = |error: std::io::Error| Failure::Results {
            path: self.path.display().to_string(),
            reason: error.to_string(),
        };
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(&self.path, text).map_err(failed)
    }

    fn key_of(&self, columns: &[String], line: &[String]) -> Vec<String> {
        let of = |name: &&str| line.get(columns.iter().position(|column| column == name)?).cloned();
        self.key.iter().filter_map(of).collect()
    }
}

/// A line as JSON: numbers where they are numbers.
pub fn json(row: &Row) -> serde_json::Value {
    let value =
        |text: &String| match text.parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
            Some(number) => serde_json::Value::Number(number),
            None => text.clone().into(),
        };
    row.iter()
        .map(|(name, text)| ((*name).to_owned(), value(text)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(slot: u32, value: &str) -> Row {
        vec![("slot_ms", slot.to_string()), ("value", value.to_owned())]
    }

    #[test]
    fn finished_points_should_be_kept_and_replaced_by_their_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/latency.csv");
        let open = || Store::open(&path, &["slot_ms"]);
        assert!(!open().has(&["250".into()]));
        open().put([row(250, "1"), row(100, "2")]).unwrap();
        assert!(open().has(&["250".into()]) && !open().has(&["50".into()]));
        open().put([row(250, "3")]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "slot_ms,value\n250,3\n100,2\n");
        assert_eq!(json(&row(250, "x")), serde_json::json!({"slot_ms": 250.0, "value": "x"}));
    }

    #[test]
    fn file_with_other_columns_should_be_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latency.csv");
        std::fs::write(&path, "other,columns\n1,2\n").unwrap();
        Store::open(&path, &["slot_ms"]).put([row(250, "1")]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "slot_ms,value\n250,1\n");
    }
}
