//! `waggle-latency-plot`: draws what `waggle-latency` measured, and puts its tables into `docs/performance.md`. It measures
//! nothing itself: networks of real nodes are the business of the chain's workspace, plots of this one.

use anyhow::{Context, Result};
use clap::Parser;
use std::{collections::BTreeMap, fs, path::PathBuf};
use waggle_evidence::{
    output::Output,
    page::rows,
    plot::{write_figure, Figure, Panel, Series},
};

/// Draw latency.csv and throughput.csv of a folder, and replace the tables of the page.
#[derive(Parser)]
#[command(name = "waggle-latency-plot", version)]
struct Arguments {
    /// Where the results are, and the plots go.
    #[arg(long, value_name = "DIRECTORY")]
    output: PathBuf,
    /// The page whose tables are replaced, if it is there.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

type Row = BTreeMap<String, String>;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let output = Output::into(&arguments.output)?;
    let latency = rows(&output, "latency.csv")?;
    let main: Vec<Row> = latency.iter().filter(|row| text(row, "validators") == "4").cloned().collect();
    write_figure(&latency_figure(&main), &output.path("latency"))?;
    let steps = rows(&output, "latency-steps.csv").unwrap_or_default();
    let throughput = rows(&output, "throughput.csv").unwrap_or_default();
    if !throughput.is_empty() {
        write_figure(&throughput_figure(&throughput), &output.path("throughput"))?;
    }
    if let Some(page) = &arguments.page {
        let machine = rows(&output, "latency-machine.csv").unwrap_or_default();
        fill(
            page,
            &[
                ("machine", machine_lines(&machine)),
                ("latency", table(&latency, LATENCY)),
                ("finality", table(&latency, FINALITY)),
                ("usage", table(&latency, USAGE)),
                ("steps", table(&steps, STEPS)),
                ("throughput", table(&throughput, THROUGHPUT)),
            ],
        )?;
    }
    Ok(())
}

/// Name above, column of the file.
type Columns = &'static [(&'static str, &'static str)];

const LATENCY: Columns = &[
    ("slot, ms", "slot_ms"),
    ("agents", "agents"),
    ("validators", "validators"),
    ("rounds", "rounds"),
    ("p50, ms", "p50_ms"),
    ("p95, ms", "p95_ms"),
    ("max, ms", "max_ms"),
    ("p50, blocks", "p50_blocks"),
    ("p95, blocks", "p95_blocks"),
    ("in three blocks, %", "three_blocks_percent"),
    ("final: p50, ms", "finalised_p50_ms"),
    ("final: p95, ms", "finalised_p95_ms"),
];
const FINALITY: Columns = &[
    ("slot, ms", "slot_ms"),
    ("agents", "agents"),
    ("validators", "validators"),
    ("behind: p50, blocks", "behind_p50_blocks"),
    ("p95, blocks", "behind_p95_blocks"),
    ("a block is final after: p50, ms", "finality_p50_ms"),
    ("p95, ms", "finality_p95_ms"),
    ("slots without a block, %", "missed_slots_percent"),
    ("re-orgs", "reorgs"),
];
const USAGE: Columns = &[
    ("slot, ms", "slot_ms"),
    ("agents", "agents"),
    ("validators", "validators"),
    ("bytes on chain a round", "bytes_per_round"),
    ("agents' node: CPU, %", "node_cpu_percent"),
    ("each other node: CPU, %", "other_node_cpu_percent"),
    ("worker: CPU, %", "worker_cpu_percent"),
    ("agents' node, MiB", "node_mib"),
    ("each other node, MiB", "other_node_mib"),
    ("worker, MiB", "worker_mib"),
];
const STEPS: Columns = &[
    ("slot, ms", "slot_ms"),
    ("agents", "agents"),
    ("step", "step"),
    ("block is there: p50", "block_p50_ms"),
    ("p95", "block_p95_ms"),
    ("hook begins: p50", "hook_p50_ms"),
    ("duties read", "duties_p50_ms"),
    ("worker replied: p50", "replied_p50_ms"),
    ("p95", "replied_p95_ms"),
    ("acts sent: p50", "sent_p50_ms"),
    ("p95", "sent_p95_ms"),
    ("node's own time", "node_mean_ms"),
];
const THROUGHPUT: Columns = &[
    ("minds", "minds"),
    ("rounds at once", "rounds_at_once"),
    ("settled a second", "rounds_per_second"),
    ("p50, ms", "p50_ms"),
    ("p95, ms", "p95_ms"),
    ("p95, blocks", "p95_blocks"),
    ("agents' node: CPU, %", "node_cpu_percent"),
    ("each other node: CPU, %", "other_node_cpu_percent"),
    ("worker: CPU, %", "worker_cpu_percent"),
    ("machine: CPU, %", "machine_cpu_percent"),
    ("what saturates", "saturates"),
];

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn number(row: &Row, column: &str) -> f64 {
    text(row, column).parse().unwrap_or(f64::NAN)
}

/// The values of a column, each once, in the order of their size.
fn values(rows: &[Row], column: &str) -> Vec<u64> {
    let mut values: Vec<u64> = rows.iter().filter_map(|row| text(row, column).parse().ok()).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn latency_figure(rows: &[Row]) -> Figure {
    let slots: Vec<u64> = values(rows, "slot_ms").into_iter().rev().collect();
    let place = |row: &Row| slots.iter().position(|slot| slot.to_string() == text(row, "slot_ms")).unwrap_or(0) as f64;
    let series = |column: &str, log: bool| -> Vec<Series> {
        let of = |agents: u64| Series {
            name: format!("{agents} agents"),
            points: rows
                .iter()
                .filter(|row| text(row, "agents") == agents.to_string())
                .map(|row| (place(row), if log { number(row, column).log10() } else { number(row, column) }, 0.0))
                .collect(),
            joined: true,
        };
        values(rows, "agents").into_iter().map(of).collect()
    };
    let constant = |name: &str, of: &dyn Fn(f64) -> f64| Series {
        name: name.to_owned(),
        points: slots.iter().enumerate().map(|(i, slot)| (i as f64, of(*slot as f64).log10(), 0.0)).collect(),
        joined: true,
    };
    let panel = |title: &str, y_label: &str, y_range, log, series| Panel {
        title: title.to_owned(),
        x_label: "slot duration, ms".into(),
        y_label: y_label.to_owned(),
        categories: slots.iter().map(u64::to_string).collect(),
        y_range,
        log,
        series,
    };
    let validation = |column: &str| {
        let mut all = series(column, true);
        all.push(constant("three slots", &|slot| 3.0 * slot));
        all.push(constant("the paper's 125 ms", &|_| 125.0));
        all
    };
    Figure {
        title: "From the last answer's block to the settlement's, four validators, one machine of 2 cores".into(),
        columns: 2,
        panels: vec![
            panel("median", "ms", (2.0, 4.0), true, validation("p50_ms")),
            panel("95th percentile", "ms", (2.0, 4.0), true, validation("p95_ms")),
            panel("rounds in three blocks", "%", (0.0, 105.0), false, series("three_blocks_percent", false)),
            panel("settled and final, 95th percentile", "ms", (2.0, 4.0), true, series("finalised_p95_ms", true)),
        ],
    }
}

fn throughput_figure(rows: &[Row]) -> Figure {
    let levels = values(rows, "rounds_at_once");
    let place = |row: &Row| {
        levels.iter().position(|level| level.to_string() == text(row, "rounds_at_once")).unwrap_or(0) as f64
    };
    let mut minds: Vec<String> = rows.iter().map(|row| text(row, "minds").to_owned()).collect();
    minds.dedup();
    let series = |column: &str, log: bool| -> Vec<Series> {
        let of = |mind: &String| Series {
            name: if mind == "models" { "language models".into() } else { format!("an expert system ({mind})") },
            points: rows
                .iter()
                .filter(|row| text(row, "minds") == mind)
                .map(|row| (place(row), if log { number(row, column).log10() } else { number(row, column) }, 0.0))
                .collect(),
            joined: true,
        };
        minds.iter().map(of).collect()
    };
    let most = rows.iter().map(|row| number(row, "rounds_per_second")).fold(1.0, f64::max);
    let panel = |title: &str, y_label: &str, y_range, log, series| Panel {
        title: title.to_owned(),
        x_label: "rounds at once".into(),
        y_label: y_label.to_owned(),
        categories: levels.iter().map(u64::to_string).collect(),
        y_range,
        log,
        series,
    };
    Figure {
        title: "Swarms of four, slots of 250 ms, four validators, one machine of 2 cores".into(),
        columns: 2,
        panels: vec![
            panel("settled", "rounds a second", (0.0, (most * 1.1).ceil()), false, series("rounds_per_second", false)),
            panel("validation, 95th percentile", "ms", (2.0, 5.0), true, series("p95_ms", true)),
            panel("the machine", "processors busy, %", (0.0, 105.0), false, series("machine_cpu_percent", false)),
        ],
    }
}

fn machine_lines(rows: &[Row]) -> String {
    let line = |row: &Row| {
        format!(
            "- `{}.csv`: {}, {} cores, {} GiB; {}; {}, commit {}\n",
            text(row, "what"),
            text(row, "processor"),
            text(row, "cores"),
            text(row, "memory_gib"),
            text(row, "processes"),
            text(row, "date"),
            text(row, "commit"),
        )
    };
    rows.iter().map(line).collect()
}

fn table(rows: &[Row], columns: Columns) -> String {
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let head = line(columns.iter().map(|(name, _)| *name).collect());
    let rule = line(columns.iter().map(|_| "---").collect());
    let body: String =
        rows.iter().map(|row| line(columns.iter().map(|(_, column)| text(row, column)).collect())).collect();
    head + &rule + &body
}

/// Replace the tables of the page: they stand between `<!-- NAME -->` and `<!-- /NAME -->`.
fn fill(page: &PathBuf, tables: &[(&str, String)]) -> Result<()> {
    let Ok(mut written) = fs::read_to_string(page) else { return Ok(()) };
    for (name, table) in tables {
        let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let Some(start) = written.find(&from).map(|at| at + from.len()) else { continue };
        let Some(end) = written[start..].find(&to).map(|at| at + start) else { continue };
        written.replace_range(start..end, table);
    }
    fs::write(page, written).with_context(|| format!("cannot write {}", page.display()))
}
