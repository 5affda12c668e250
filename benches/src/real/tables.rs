//! The tables of `docs/real-models.md`: from the CSV files, and from the list of sources.

use super::{asking::Form, exams::Exam, pairs::SETS, sources::Sources};
use crate::{
    output::Output,
    page::{facts, markdown, number, rows, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[
    ("real-cpu", cpu),
    ("real-answers", answers),
    ("real-graders", graders),
    ("real-swarms", swarms),
    ("real-attacks", attacks),
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
    let took = if took.is_empty() { took } else { format!("\n{took}.") };
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

fn answers(output: &Output) -> Result<String> {
    let Ok(rows) = rows(output, "real-answers.csv") else { return Ok(not_yet("answers")) };
    let lines = rows.iter().map(|row| {
        vec![
            text(row, "set").to_owned(),
            text(row, "model").to_owned(),
            text(row, "asked").to_owned(),
            share(row, "with_line", "line_error"),
            share(row, "right", "right_error"),
            format!("{:.0}", number(row, "tokens")),
            text(row, "questions").to_owned(),
        ]
    });
    let head = ["questions", "model", "asked for the line", "with line", "right", "tokens"];
    let head: Vec<&str> = head.into_iter().chain(["number"]).collect();
    Ok(run(output, "answers")? + &markdown(&head, lines))
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
    Ok(run(output, "graders")? + &markdown(&head, lines) + &ungraded(&rows)?)
}

/// Which lines are not there yet; nothing if all are.
fn ungraded(rows: &[Row]) -> Result<String> {
    let (models, forms) = (Sources::read()?.models, Form::listed(&[])?);
    let all = || "all".to_owned();
    let mut lines: Vec<Vec<String>> = Vec::new();
    for set in SETS {
        let of_set: Vec<&Row> = rows.iter().filter(|row| text(row, "set") == set).collect();
        if of_set.is_empty() {
            lines.push(vec![set.to_owned(), all(), all()]);
            continue;
        }
        for form in &forms {
            let is_there = |model: &str| {
                let mut of_form =
                    of_set.iter().filter(|row| text(row, "template") == form.name.as_str());
                of_form.any(|row| text(row, "model") == model)
            };
            let names = models.iter().map(|model| model.name.as_str());
            let absent: Vec<&str> = names.filter(|name| !is_there(name)).collect();
            if !absent.is_empty() {
                let who = if absent.len() == models.len() { all() } else { absent.join(", ") };
                lines.push(vec![set.to_owned(), form.name.clone(), who]);
            }
        }
    }
    Ok(yet(&["questions", "form", "graders"], lines))
}

/// What is not measured yet, below a table.
fn yet(head: &[&str], lines: Vec<Vec<String>>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    format!("\nNot measured yet:\n\n{}", markdown(head, lines))
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
            let Some(row) = rows.iter().find(wanted) else { return String::new() };
            let (figure, count) = (share(row, "accuracy", "error"), text(row, "questions"));
            // A growing run may have settled fewer rounds than there are answers.
            match rows.iter().find(|first| text(first, "set") == *set) {
                Some(first) if text(first, "questions") != count => format!("{figure} of {count}"),
                _ => figure,
            }
        };
        [(*chooser).to_owned()].into_iter().chain(sets.iter().map(cell)).collect()
    });
    let counted = |set: &&str| {
        let row = rows.iter().find(|row| text(row, "set") == *set);
        format!("{set}, {} questions", row.map_or("", |row| text(row, "questions")))
    };
    let head: Vec<String> =
        ["who chooses".to_owned()].into_iter().chain(sets.iter().map(counted)).collect();
    let mut absent = Vec::new();
    for exam in Exam::ALL.map(Exam::name) {
        if !sets.contains(&exam) {
            absent.push(vec![exam.to_owned(), "all".to_owned()]);
            continue;
        }
        for form in Form::listed(&[])?.into_iter().filter(|form| form.swarms) {
            let chooser = format!("swarm, {}", form.name);
            let is_it = |row: &Row| text(row, "set") == exam && text(row, "chooser") == chooser;
            if !rows.iter().any(is_it) {
                absent.push(vec![exam.to_owned(), chooser]);
            }
        }
    }
    let absent = yet(&["questions", "who chooses"], absent);
    Ok(run(output, "swarms")? + &markdown(&head, lines) + &absent)
}

/// By family and model, beside what the bundled models do with all defences.
fn attacks(output: &Output) -> Result<String> {
    let Ok(found) = rows(output, "real-attacks.csv") else { return Ok(not_yet("attacks")) };
    let bundled = rows(output, "attacks.csv").unwrap_or_default();
    let models = Sources::read()?.models;
    let mut families: Vec<&str> = Vec::new();
    for row in &found {
        if !families.contains(&text(row, "family")) {
            families.push(text(row, "family"));
        }
    }
    let percent = |row: &Row, column: &str| format!("{:.0}", 100.0 * number(row, column));
    let lines = families.iter().map(|family| {
        let of = |model: &str| {
            let wanted = |row: &&Row| text(row, "family") == *family && text(row, "model") == model;
            found.iter().find(wanted)
        };
        let cell = |model: &super::sources::Model| {
            of(&model.name).map_or(String::new(), |row| {
                let columns = ["flipped", "above_wrong", "above_right"];
                columns.map(|column| percent(row, column)).join(" / ")
            })
        };
        let count = found.iter().find(|row| text(row, "family") == *family);
        let toys = bundled
            .iter()
            .find(|row| text(row, "family") == *family && text(row, "defence") == "all")
            .map_or(String::new(), |row| percent(row, "single_success"));
        let count = count.map_or("", |row| text(row, "attacks")).to_owned();
        let cells = models.iter().map(cell);
        [(*family).to_owned(), count].into_iter().chain(cells).chain([toys]).collect()
    });
    let names = models.iter().map(|model| model.name.as_str());
    let head: Vec<&str> = ["kind", "attacks"].into_iter().chain(names).chain(["bundled"]).collect();
    Ok(run(output, "attacks")? + &markdown(&head, lines))
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

    #[test]
    fn table_should_say_which_lines_are_not_there_yet() {
        let row = |set: &str, model: &str, template: &str| -> Row {
            let cells = [("set", set), ("model", model), ("template", template)];
            cells.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect()
        };
        let models = Sources::read().unwrap().models;
        let mut rows: Vec<Row> =
            models.iter().map(|model| row("closed", &model.name, "default")).collect();
        rows.push(row("closed", &models[0].name, "digits"));
        let table = ungraded(&rows).unwrap();
        let others = models[1..].iter().map(|model| model.name.as_str()).collect::<Vec<_>>();
        let digits = format!("| closed | digits | {} |", others.join(", "));
        for line in [digits.as_str(), "| closed | pairs | all |", "| own-mmlu | all | all |"] {
            assert!(table.lines().any(|other| other == line), "no {line} in {table}");
        }
        assert!(!table.contains("| closed | default |"), "{table}");
        assert_eq!(yet(&["a"], Vec::new()), "");
    }
}
