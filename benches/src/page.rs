//! Puts tables into a page. The text of the page is written by people, its tables by the program: they stand between
//! `<!-- NAME -->` and `<!-- /NAME -->`, and come from the CSV files, so that page and files cannot disagree.

use crate::output::Output;
use anyhow::{Context, Result};
use std::{collections::BTreeMap, fs, path::Path};

/// A line of a CSV file, by column.
type Row = BTreeMap<String, String>;

/// Replace the tables of `page` whose files there are.
pub fn fill(page: &Path, output: &Output) -> Result<()> {
    let Ok(mut text) = fs::read_to_string(page) else { return Ok(()) };
    for (name, table) in [
        ("run", run_table as fn(&Output) -> Result<String>),
        ("rating", rating_table),
        ("sybil-profit", sybil_table),
        ("sybil-search", search_table),
        ("selection-regret", |output| selection_table(output, "regret")),
        ("selection-hits", |output| selection_table(output, "hit_rate")),
        ("selection-ratio", ratio_table),
        ("adversaries", adversaries_table),
        ("learning", learning_table),
        ("grinding", grinding_table),
        ("cost", cost_table),
    ] {
        let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let Some(start) = text.find(&from).map(|at| at + from.len()) else { continue };
        let Some(end) = text[start..].find(&to).map(|at| at + start) else { continue };
        let Ok(table) = table(output) else { continue };
        text.replace_range(start..end, &table);
    }
    fs::write(page, text).with_context(|| format!("cannot write {}", page.display()))
}

/// The lines of a file.
pub fn rows(output: &Output, name: &str) -> Result<Vec<Row>> {
    let path = output.path(name);
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

fn number(row: &Row, column: &str) -> f64 {
    row.get(column).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

/// A table with these columns: name above, column of the file, decimals (none: as it stands in the file).
fn table(rows: &[Row], columns: &[(&str, &str, Option<usize>)]) -> String {
    let mut lines = vec![columns.iter().map(|(name, ..)| (*name).to_owned()).collect::<Vec<_>>()];
    lines.push(columns.iter().map(|_| "---".to_owned()).collect());
    for row in rows {
        lines.push(
            columns
                .iter()
                .map(|(_, column, decimals)| match decimals {
                    Some(decimals) if !text(row, column).is_empty() => format!("{:.decimals$}", number(row, column)),
                    _ => text(row, column).to_owned(),
                })
                .collect(),
        );
    }
    markdown(&lines)
}

fn markdown(lines: &[Vec<String>]) -> String {
    lines.iter().map(|line| format!("| {} |\n", line.join(" | "))).collect()
}

/// One line for each value of `line`, one column for each of `column`.
fn pivot(rows: &[Row], line: &[&str], column: &str, value: impl Fn(&Row) -> String) -> String {
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
    let mut lines = vec![line.iter().map(|name| (*name).to_owned()).chain(columns.clone()).collect::<Vec<_>>()];
    lines.push(lines[0].iter().map(|_| "---".to_owned()).collect());
    for wanted in keys {
        let cells = columns.iter().map(|name| {
            rows.iter().find(|row| key(row) == wanted && text(row, column) == name).map_or(String::new(), &value)
        });
        lines.push(wanted.iter().cloned().chain(cells).collect());
    }
    markdown(&lines)
}

fn run_table(output: &Output) -> Result<String> {
    let run: toml::Table = fs::read_to_string(output.path("run.toml"))?.parse()?;
    let of = |name: &str| run.get(name).map(ToString::to_string).unwrap_or_default().replace('"', "");
    Ok(format!(
        "Seed {}, run on {} at commit {} in {} s on {} cores.\n",
        of("seed"),
        of("date"),
        of("commit"),
        of("seconds"),
        of("cores")
    ))
}

fn rating_table(output: &Output) -> Result<String> {
    let columns = [
        ("k", "k", None),
        ("estimator", "estimator", None),
        ("rounds", "rounds", None),
        ("Spearman", "spearman", Some(3)),
        ("mean absolute error", "mae", Some(3)),
    ];
    Ok(table(&rows(output, "rating.csv")?, &columns))
}

fn sybil_table(output: &Output) -> Result<String> {
    let rows = rows(output, "sybil-defaults.csv")?;
    Ok(pivot(&rows, &["n"], "strategy", |row| format!("{:+.2}", number(row, "profit_of_fair_share"))))
}

fn search_table(output: &Output) -> Result<String> {
    let rows = rows(output, "sybil-search.csv")?;
    let best: Vec<Row> = rows.into_iter().filter(|row| text(row, "shown") == "true").collect();
    let columns = [
        ("rankers' pay; the loss is a part of", "rule", None),
        ("winner share", "winner_share", None),
        ("loss of a poor answer", "poor_answer_loss", None),
        ("junk loses at n =", "junk_loses_at", None),
        ("median honest earns at n =", "honest_earns_at", None),
        ("sizes that satisfy both, of 12", "satisfied", None),
        ("margin, in reward / n", "margin", Some(2)),
    ];
    Ok(table(&best, &columns))
}

fn selection_table(output: &Output, column: &str) -> Result<String> {
    let mut rows = rows(output, "selection.csv")?;
    for row in &mut rows {
        let share = format!("{:.0} %", number(row, "adversaries") * 100.0);
        row.insert("colluding".to_owned(), share);
    }
    Ok(pivot(&rows, &["n", "colluding"], "rule", |row| format!("{:.3}", number(row, column))))
}

/// The default's and the oracle's regret as parts of the paper's.
fn ratio_table(output: &Output) -> Result<String> {
    let rows = rows(output, "selection.csv")?;
    let mut ratios = Vec::new();
    for paper in rows.iter().filter(|row| text(row, "rule") == "paper") {
        for row in rows.iter().filter(|row| ["sharpened", "oracle"].contains(&text(row, "rule"))) {
            if text(row, "n") == text(paper, "n") && text(row, "adversaries") == text(paper, "adversaries") {
                let mut ratio = row.clone();
                ratio.insert("ratio".to_owned(), (number(row, "regret") / number(paper, "regret")).to_string());
                ratio.insert("colluding".to_owned(), format!("{:.0} %", number(row, "adversaries") * 100.0));
                ratios.push(ratio);
            }
        }
    }
    Ok(pivot(&ratios, &["n", "rule"], "colluding", |row| format!("{:.2}", number(row, "ratio"))))
}

fn adversaries_table(output: &Output) -> Result<String> {
    let columns = [
        ("adversary", "adversary", None),
        ("part of the swarm", "share", None),
        ("regret", "regret", Some(3)),
        ("±", "regret_half_width", Some(3)),
        ("wins / fair part", "wins", Some(2)),
        ("ranker's pay / honest", "ranking_pay", Some(2)),
        ("found after rounds", "found_after", None),
        ("weight / honest in the end", "weight", Some(2)),
    ];
    Ok(table(&rows(output, "adversaries.csv")?, &columns))
}

fn learning_table(output: &Output) -> Result<String> {
    let mut rows = rows(output, "learning.csv")?;
    for row in &mut rows {
        let stretch = format!("{}, {}–{}", text(row, "scenario"), text(row, "from"), text(row, "to"));
        row.insert("scenario, rounds".to_owned(), stretch);
    }
    Ok(pivot(&rows, &["scenario, rounds"], "learning", |row| format!("{:.3}", number(row, "regret"))))
}

fn grinding_table(output: &Output) -> Result<String> {
    Ok(pivot(&rows(output, "grinding.csv")?, &["rule"], "tries", |row| format!("{:+.3}", number(row, "gain"))))
}

fn cost_table(output: &Output) -> Result<String> {
    let columns = ["n", "scheme", "messages", "bytes", "inferences", "signatures"].map(|name| (name, name, None));
    Ok(table(&rows(output, "cost.csv")?, &columns))
}
