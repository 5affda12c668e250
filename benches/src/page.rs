//! Tables of a page. People write its text, programs its tables: these stand between
//! `<!-- NAME -->` and `<!-- /NAME -->` and come from files of results, so that page and files
//! cannot disagree (`tests/pages.rs` compares them).

use crate::output::Output;
use anyhow::{Context, Result};
use std::{collections::BTreeMap, fs, path::Path};

/// A line of a CSV file, by column.
pub type Row = BTreeMap<String, String>;
/// A column of a table: name above, column of the file, decimals (none: as the file has it).
pub type Column = (&'static str, &'static str, Option<usize>);
/// A table's name in the page, and how it is made of the files.
pub type Table = (&'static str, fn(&Output) -> Result<String>);

/// Replace the tables of `page` whose files exist. A page that does not exist is not made.
///
/// # Errors
/// If the page cannot be written.
pub fn fill(page: &Path, output: &Output, tables: &[Table]) -> Result<()> {
    let Ok(text) = fs::read_to_string(page) else { return Ok(()) };
    let text = filled(text, output, tables);
    fs::write(page, text).with_context(|| format!("cannot write {}", page.display()))
}

/// The text with its tables replaced, where their files exist.
pub fn filled(mut text: String, output: &Output, tables: &[Table]) -> String {
    for (name, table) in tables {
        let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let Some(start) = text.find(&from).map(|at| at + from.len()) else { continue };
        let Some(end) = text[start..].find(&to).map(|at| at + start) else { continue };
        let Ok(table) = table(output) else { continue };
        text.replace_range(start..end, &table);
    }
    text
}

/// The lines of a file.
///
/// # Errors
/// If it cannot be read.
pub fn rows(output: &Output, name: &str) -> Result<Vec<Row>> {
    let path = output.path(name);
    let mut reader =
        csv::Reader::from_path(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// The number in a column; not a number where there is none.
pub fn number(row: &Row, column: &str) -> f64 {
    row.get(column).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// The text in a column; nothing where there is none.
pub fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

/// A table with these columns.
pub fn table(rows: &[Row], columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
    let cell = |row: &Row, (_, column, decimals): &Column| match decimals {
        Some(decimals) if !text(row, column).is_empty() => {
            format!("{:.decimals$}", number(row, column))
        }
        _ => text(row, column).to_owned(),
    };
    let line = |row: &Row| columns.iter().map(|column| cell(row, column)).collect();
    markdown(&names, rows.iter().map(line))
}

/// A table with these names above its lines.
pub fn markdown<N: AsRef<str>>(
    names: &[N],
    lines: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let above =
        [names.iter().map(AsRef::as_ref).collect(), vec!["---"; names.len()]].map(line).concat();
    above
        + &lines
            .into_iter()
            .map(|cells| line(cells.iter().map(String::as_str).collect()))
            .collect::<String>()
}

/// One line for each value of `line`, one column for each of `column`.
pub fn pivot(rows: &[Row], line: &[&str], column: &str, value: impl Fn(&Row) -> String) -> String {
    let key = |row: &Row| line.iter().map(|name| text(row, name).to_owned()).collect::<Vec<_>>();
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for row in rows {
        if !keys.contains(&key(row)) {
            keys.push(key(row));
        }
        if !columns.contains(&text(row, column).to_owned()) {
            columns.push(text(row, column).to_owned());
        }
    }
    let names: Vec<&str> = line.iter().copied().chain(columns.iter().map(String::as_str)).collect();
    let lines = keys.into_iter().map(|wanted| {
        let found =
            |name: &String| rows.iter().find(|row| key(row) == wanted && text(row, column) == name);
        let cells: Vec<String> =
            columns.iter().map(|name| found(name).map_or(String::new(), &value)).collect();
        wanted.into_iter().chain(cells).collect()
    });
    markdown(&names, lines)
}

/// Facts about a run, by name, from a file of `NAME = VALUE` lines of TOML; nothing where it has
/// none of that name.
///
/// # Errors
/// If the file cannot be read.
pub fn facts(output: &Output, name: &str) -> Result<impl Fn(&str) -> String> {
    let facts: toml::Table = fs::read_to_string(output.path(name))?.parse()?;
    Ok(move |name: &str| {
        facts.get(name).map(ToString::to_string).unwrap_or_default().replace('"', "")
    })
}
