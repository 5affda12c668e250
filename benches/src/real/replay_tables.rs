//! The tables on replays of `docs/verification.md`.

use crate::{
    output::Output,
    page::{facts, markdown, number, pivot, rows, text, Row, Table},
};
use anyhow::Result;

/// All of them.
pub const TABLES: &[Table] = &[("replays-run", run), ("replays", power), ("replays-pace", pace)];

/// In place of figures that are not there yet.
const NOT_YET: &str = "Not measured yet: `./scripts/real replays --publish` does it.\n";
/// In place of a table below that.
const NOTHING: &str = "Nor is this.\n";

fn run(output: &Output) -> Result<String> {
    let Ok(of) = facts(output, "replays.toml") else { return Ok(NOT_YET.to_owned()) };
    Ok(format!(
        "Run on {} at commit {}: {}.\n{} questions, answers of at most {} tokens; {} of {} answers \
         were longer and cut.\n",
        of("date"),
        of("commit"),
        of("machine"),
        of("questions"),
        of("max_tokens"),
        of("cut"),
        of("answers"),
    ))
}

/// The part of epochs that are flagged: a line for each pair of weights, a column for each number
/// of tokens.
fn power(output: &Output) -> Result<String> {
    let Ok(rows) = rows(output, "replays.csv") else { return Ok(NOTHING.to_owned()) };
    let percent = |row: &Row| format!("{:.1} %", number(row, "power") * 100.0);
    Ok(pivot(&rows, &["claimed", "run"], "tokens", percent))
}

/// What z grows by: a line for each pair of weights.
fn pace(output: &Output) -> Result<String> {
    let Ok(rows) = rows(output, "replays.csv") else { return Ok(NOTHING.to_owned()) };
    let mut lines: Vec<Vec<String>> = Vec::new();
    for row in &rows {
        let pair = ["claimed", "run"].map(|column| text(row, column).to_owned());
        if lines.iter().any(|line| line.starts_with(&pair)) {
            continue;
        }
        let figure = |column: &str| format!("{:.3}", number(row, column));
        let bound = match text(row, "bound_tokens") {
            "" => "cannot be said".to_owned(),
            _ => format!("{:.0}", number(row, "bound_tokens")),
        };
        let pace = format!("{} ± {}", figure("pace"), figure("pace_half_width"));
        let counts = ["answers", "judged"].map(|column| text(row, column).to_owned());
        lines.push(pair.into_iter().chain([pace, bound]).chain(counts).collect());
    }
    let head = ["claimed", "run", "z over √tokens", "tokens until z is 4", "answers", "of tokens"];
    Ok(markdown(&head, lines))
}

#[cfg(test)]
mod tests {
    use super::{super::replays::lines, *};
    use waggle_primitives::audit::replay::{Replay, NAT};

    #[test]
    fn tables_should_hold_what_was_measured_and_say_where_nothing_was() {
        let folder = std::env::temp_dir().join(format!("waggle-replayed-{}", std::process::id()));
        let output = Output::into(&folder).unwrap();
        for (_, table) in TABLES {
            assert!(["Not measured yet", "Nor is"]
                .iter()
                .any(|said| { table(&output).unwrap().starts_with(said) }));
        }
        // z of 100 tokens: 40 / √200.
        let nat = u64::from(NAT);
        let answer =
            Replay { tokens: 50, surprise: 120 * nat, entropy: 100 * nat, variance: 100 * nat };
        let mut all = lines(("m-8-bit", "m-4-bit"), &[answer; 20]);
        let honest = Replay { surprise: 100 * nat, ..answer };
        all.extend(lines(("m-8-bit", "m-8-bit"), &[honest; 20]));
        output.write("replays.csv", &all).unwrap();
        let facts = "date = \"d\"\ncommit = \"c\"\nmachine = \"m\"\nquestions = 20\n\
                     max_tokens = 64\ncut = 1\nanswers = 40\n";
        std::fs::write(output.path("replays.toml"), facts).unwrap();
        let all: String = TABLES.iter().map(|(_, table)| table(&output).unwrap()).collect();
        std::fs::remove_dir_all(&folder).unwrap();
        for line in [
            "20 questions, answers of at most 64 tokens; 1 of 40 answers were longer and cut.",
            "| claimed | run | 100 | 200 | 300 | 600 | 1200 |",
            "| m-8-bit | m-8-bit | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % |",
            "| m-8-bit | m-8-bit | 0.000 ± 0.000 | cannot be said | 20 | 1000 |",
        ] {
            assert!(all.lines().any(|other| other == line), "no {line} in {all}");
        }
        let found = |begin: &str, end: &str| {
            all.lines().any(|line| line.starts_with(begin) && line.ends_with(end))
        };
        assert!(found("| m-8-bit | m-4-bit | 0.0 % |", " 100.0 % | 100.0 % | 100.0 % |"), "{all}");
        assert!(found("| m-8-bit | m-4-bit | 0.283 ± 0.000 | 20", " | 20 | 1000 |"), "{all}");
    }
}
