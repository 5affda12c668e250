//! The tables of `docs/real-models.md`: from the CSV files, and from the list of sources.

use super::sources::Sources;
use crate::{
    output::Output,
    page::{facts, markdown, number, rows, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("real-cpu", cpu),
    ("real-graders", graders),
    ("real-swarms", swarms),
    ("real-models", models),
    ("real-files", files),
];

/// In place of a table whose file is not there yet.
fn not_yet(part: &str) -> String {
    format!("Not measured yet: `./scripts/real {part}` does it.\n")
}

/// On which machine and when a part was measured.
fn run(output: &Output, part: &str) -> Result<String> {
    let of = facts(output, &format!("real-{part}.toml"))?;
    let took = of("took");
    let took = if took.is_empty() { took } else { format!(" {took}.") };
    Ok(format!("Run on {} at commit {}: {}.{took}\n\n", of("date"), of("commit"), of("machine")))
}

fn cpu(output: &Output) -> Result<String> {
    let Ok(rows) = rows(output, "cpu.csv") else { return Ok(not_yet("cpu")) };
    let figures = ["read_tokens_s", "write_tokens_s", "first_grade_ms", "further_grade_ms"];
    let lines = rows.iter().map(|row| {
        let names = ["model", "path"].map(|column| text(row, column).to_owned());
        let figure = |column: &str| format!("{:.0}", number(row, column));
        names.into_iter().chain(figures.map(figure)).chain([repeats(row)]).collect()
    });
    let head = ["model", "path", "read, tokens/s", "written, tokens/s", "first grade, ms"];
    let head: Vec<&str> = head.into_iter().chain(["further grade, ms", "repeats"]).collect();
    Ok(run(output, "cpu")? + &markdown(&head, lines))
}

/// How many repeats the four figures of a line have: one number if it is the same of all.
fn repeats(row: &Row) -> String {
    let columns = ["read_repeats", "write_repeats", "first_repeats", "further_repeats"];
    let counts = columns.map(|column| text(row, column));
    if counts.iter().all(|count| *count == counts[0]) {
        counts[0].to_owned()
    } else {
        counts.join(", ")
    }
}

fn graders(output: &Output) -> Result<String> {
    let Ok(rows) = rows(output, "graders.csv") else { return Ok(not_yet("graders")) };
    let lines = rows.iter().map(|row| {
        let mass = number(row, "mass");
        vec![
            text(row, "set").to_owned(),
            text(row, "model").to_owned(),
            text(row, "template").to_owned(),
            share(row, "same_question", "same_error"),
            share(row, "across", "across_error"),
            if mass.is_finite() { format!("{mass:.2}") } else { String::new() },
            text(row, "questions").to_owned(),
        ]
    });
    let head = ["questions", "grader", "form", "same question", "across", "mass", "number"];
    Ok(run(output, "graders")? + &markdown(&head, lines))
}

fn swarms(output: &Output) -> Result<String> {
    let Ok(rows) = rows(output, "real-swarms.csv") else { return Ok(not_yet("swarms")) };
    let mut sets: Vec<&str> = Vec::new();
    let mut choosers: Vec<&str> = Vec::new();
    for row in &rows {
        if !sets.contains(&text(row, "set")) {
            sets.push(text(row, "set"));
        }
        if !choosers.contains(&text(row, "chooser")) {
            choosers.push(text(row, "chooser"));
        }
    }
    let lines = choosers.iter().map(|chooser| {
        let cell = |set: &&str| {
            let wanted = |row: &&Row| text(row, "set") == *set && text(row, "chooser") == *chooser;
            rows.iter().find(wanted).map_or(String::new(), |row| share(row, "accuracy", "error"))
        };
        [(*chooser).to_owned()].into_iter().chain(sets.iter().map(cell)).collect()
    });
    let counted = |set: &&str| {
        let row = rows.iter().find(|row| text(row, "set") == *set);
        format!("{set}, {} questions", row.map_or("", |row| text(row, "questions")))
    };
    let head: Vec<String> =
        ["who chooses".to_owned()].into_iter().chain(sets.iter().map(counted)).collect();
    Ok(run(output, "swarms")? + &markdown(&head, lines))
}

/// A share and its standard error, in per cent.
fn share(row: &Row, column: &str, error: &str) -> String {
    let (value, error) = (number(row, column), number(row, error));
    if !value.is_finite() {
        return String::new();
    }
    format!("{:.1} ± {:.1} %", 100.0 * value, 100.0 * error)
}

fn models(_: &Output) -> Result<String> {
    let models = Sources::read()?.models.into_iter();
    let lines = models.map(|model| {
        vec![
            model.name,
            format!("`{}`", model.file),
            model.origin,
            model.licence,
            sum(&model.sha256),
        ]
    });
    Ok(markdown(&["model", "file", "from", "licence", "SHA-256"], lines))
}

fn files(_: &Output) -> Result<String> {
    let files = Sources::read()?.files.into_iter();
    let lines = files.map(|file| {
        let path = format!("`{}`", file.path);
        let commit = format!("{:.12}", file.commit);
        vec![file.name, file.repository, commit, path, file.licence, sum(&file.sha256)]
    });
    Ok(markdown(&["here", "repository", "commit", "path", "licence", "SHA-256"], lines))
}

/// The beginning of a checksum; `benches/real.toml` has the whole.
fn sum(sha256: &str) -> String {
    format!("`{sha256:.16}…`")
}

#[cfg(test)]
mod tests {
    use super::{super::cpu::Line, *};

    #[test]
    fn speeds_should_come_with_their_repeats() {
        let folder = std::env::temp_dir().join(format!("waggle-tables-{}", std::process::id()));
        let output = Output::into(&folder).unwrap();
        let line = |path, write_repeats| Line {
            model: "M".into(),
            path,
            read_tokens_s: 120.4,
            write_tokens_s: 30.0,
            first_grade_ms: 2_000.0,
            further_grade_ms: 400.0,
            read_repeats: 5,
            write_repeats,
            first_repeats: 5,
            further_repeats: 5,
        };
        output.write("cpu.csv", &[line("llama-bench", 5), line("in-process", 2)]).unwrap();
        std::fs::write(output.path("real-cpu.toml"), "commit = \"c\"\n").unwrap();
        let table = cpu(&output).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        for line in [
            "| M | llama-bench | 120 | 30 | 2000 | 400 | 5 |",
            "| M | in-process | 120 | 30 | 2000 | 400 | 5, 2, 5, 5 |",
        ] {
            assert!(table.lines().any(|other| other == line), "no {line} in {table}");
        }
    }
}
