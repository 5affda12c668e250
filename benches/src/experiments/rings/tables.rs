//! The tables of `docs/rings.md`.

use super::{Adversary, Junk, Questions};
use crate::{
    output::Output,
    page::{facts, number, pivot, rows, table, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("rings-run", run_table),
    ("rings-closed", |output| wins_table(output, Questions::Closed, Junk::Copied)),
    ("rings-open", |output| wins_table(output, Questions::Open, Junk::Copied)),
    ("rings-closed-apart", |output| wins_table(output, Questions::Closed, Junk::Apart)),
    ("rings-open-apart", |output| wins_table(output, Questions::Open, Junk::Apart)),
    ("rings-intervals", intervals_table),
    ("rings-quality", quality_table),
    ("rings-pay", pay_table),
];

/// The part of the seats that the tables show which have no column for it, as the file has it.
const SHOWN_SHARE: &str = "0.3";

fn run_table(output: &Output) -> Result<String> {
    let of = facts(output, "rings.toml")?;
    Ok(format!("Run on {} at commit {}.\n", of("date"), of("commit")))
}

/// The lines that this is true of.
fn only(output: &Output, is_wanted: impl Fn(&Row) -> bool) -> Result<Vec<Row>> {
    let mut rows = rows(output, "rings.csv")?;
    rows.retain(is_wanted);
    Ok(rows)
}

/// How often the adversary wins under version 3, and under the default.
fn wins_table(output: &Output, questions: Questions, junk: Junk) -> Result<String> {
    let mut rows = only(output, |row| {
        text(row, "questions") == questions.name()
            && text(row, "junk") == junk.name()
            && text(row, "adversary") != Adversary::Nobody.name()
    })?;
    for row in &mut rows {
        let share = format!("{:.0} %", number(row, "share") * 100.0);
        row.insert("of the seats".to_owned(), share);
    }
    Ok(pivot(&rows, &["n", "adversary"], "of the seats", |row| {
        format!("{:.2} → {:.2}", number(row, "version_3_wins"), number(row, "default_wins"))
    }))
}

/// The same with intervals, for one share.
fn intervals_table(output: &Output) -> Result<String> {
    let mut rows = only(output, |row| {
        text(row, "share") == SHOWN_SHARE && text(row, "junk") == Junk::Copied.name()
    })?;
    for row in &mut rows {
        for rule in ["majority", "version_3", "default"] {
            let of = |end: &str| number(row, &format!("{rule}_wins{end}"));
            let shown = format!("{:.2} ({:.2}–{:.2})", of(""), of("_from"), of("_to"));
            row.insert(format!("{rule} shown"), shown);
        }
    }
    let columns = [
        ("questions", "questions", None),
        ("n", "n", None),
        ("adversary", "adversary", None),
        ("rounds", "rounds", None),
        ("majority", "majority shown", None),
        ("version 3", "version_3 shown", None),
        ("default", "default shown", None),
    ];
    Ok(table(&rows, &columns))
}

/// How good what is picked is, for the same share and for nobody.
fn quality_table(output: &Output) -> Result<String> {
    let rows = only(output, |row| {
        let is_shown = text(row, "share") == SHOWN_SHARE;
        let is_alone = text(row, "adversary") == Adversary::Nobody.name();
        (is_shown || is_alone) && text(row, "junk") == Junk::Copied.name()
    })?;
    let columns = [
        ("questions", "questions", None),
        ("n", "n", None),
        ("adversary", "adversary", None),
        ("majority", "majority", Some(3)),
        ("version 3", "version_3", Some(3)),
        ("default", "default", Some(3)),
        ("best answer", "best", Some(3)),
    ];
    Ok(table(&rows, &columns))
}

/// What the adversary gets of graders' pay, for the same share.
fn pay_table(output: &Output) -> Result<String> {
    let rows = only(output, |row| {
        text(row, "share") == SHOWN_SHARE && text(row, "junk") == Junk::Copied.name()
    })?;
    let columns = [
        ("questions", "questions", None),
        ("n", "n", None),
        ("adversary", "adversary", None),
        ("version 3", "version_3_pay", Some(3)),
        ("default", "default_pay", Some(3)),
    ];
    Ok(table(&rows, &columns))
}
