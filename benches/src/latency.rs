//! The plots and tables of `docs/performance.md`, of what `waggle-latency` measured: networks of
//! real nodes are the business of the chain's workspace, plots of this one.

use crate::{
    output::Output,
    page::{number, rows, table, text, Row, Table},
    plot::{write_figure, Figure, Panel, Series},
};
use anyhow::Result;

/// The tables of the page.
pub const TABLES: &[Table] = &[
    ("machine", |output| Ok(machine_lines(&rows(output, "latency-machine.csv")?))),
    ("latency", |output| Ok(table(&rows(output, "latency.csv")?, LATENCY))),
    ("finality", |output| Ok(table(&rows(output, "latency.csv")?, FINALITY))),
    ("usage", |output| Ok(table(&rows(output, "latency.csv")?, USAGE))),
    ("steps", |output| Ok(table(&rows(output, "latency-steps.csv")?, STEPS))),
    ("throughput", |output| Ok(table(&rows(output, "throughput.csv")?, THROUGHPUT))),
];

/// Draw `latency`, and `throughput` if it was measured, as SVG and PNG.
///
/// # Errors
/// If `latency.csv` cannot be read, or a plot not be written.
pub fn draw(output: &Output) -> Result<()> {
    let mut points = rows(output, "latency.csv")?;
    points.retain(|row| text(row, "validators") == "4");
    write_figure(&latency_figure(&points), &output.path("latency"))?;
    match rows(output, "throughput.csv") {
        Ok(points) if !points.is_empty() => {
            write_figure(&throughput_figure(&points), &output.path("throughput"))
        }
        _ => Ok(()),
    }
}

/// Name above, column of the file, decimals.
type Columns = &'static [(&'static str, &'static str, Option<usize>)];

const LATENCY: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("validators", "validators", None),
    ("rounds", "rounds", None),
    ("p50, ms", "p50_ms", None),
    ("p95, ms", "p95_ms", None),
    ("max, ms", "max_ms", None),
    ("p50, blocks", "p50_blocks", None),
    ("p95, blocks", "p95_blocks", None),
    ("in three blocks, %", "three_blocks_percent", None),
    ("final: p50, ms", "finalised_p50_ms", None),
    ("final: p95, ms", "finalised_p95_ms", None),
];
const FINALITY: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("validators", "validators", None),
    ("behind: p50, blocks", "behind_p50_blocks", None),
    ("p95, blocks", "behind_p95_blocks", None),
    ("a block is final after: p50, ms", "finality_p50_ms", None),
    ("p95, ms", "finality_p95_ms", None),
    ("slots without a block, %", "missed_slots_percent", None),
    ("re-orgs", "reorgs", None),
];
const USAGE: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("validators", "validators", None),
    ("bytes on chain a round", "bytes_per_round", None),
    ("agents' node: CPU, %", "node_cpu_percent", None),
    ("each other node: CPU, %", "other_node_cpu_percent", None),
    ("worker: CPU, %", "worker_cpu_percent", None),
    ("agents' node, MiB", "node_mib", None),
    ("each other node, MiB", "other_node_mib", None),
    ("worker, MiB", "worker_mib", None),
];
const STEPS: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("step", "step", None),
    ("block is there: p50", "block_p50_ms", None),
    ("p95", "block_p95_ms", None),
    ("hook begins: p50", "hook_p50_ms", None),
    ("duties read", "duties_p50_ms", None),
    ("worker replied: p50", "replied_p50_ms", None),
    ("p95", "replied_p95_ms", None),
    ("acts sent: p50", "sent_p50_ms", None),
    ("p95", "sent_p95_ms", None),
    ("node's own time", "node_mean_ms", None),
];
const THROUGHPUT: Columns = &[
    ("minds", "minds", None),
    ("rounds at once", "rounds_at_once", None),
    ("settled a second", "rounds_per_second", None),
    ("p50, ms", "p50_ms", None),
    ("p95, ms", "p95_ms", None),
    ("p95, blocks", "p95_blocks", None),
    ("agents' node: CPU, %", "node_cpu_percent", None),
    ("each other node: CPU, %", "other_node_cpu_percent", None),
    ("worker: CPU, %", "worker_cpu_percent", None),
    ("machine: CPU, %", "machine_cpu_percent", None),
    ("what saturates", "saturates", None),
];

/// The values of a column, each once, in the order of their size.
fn values(rows: &[Row], column: &str) -> Vec<u64> {
    let mut values: Vec<u64> =
        rows.iter().filter_map(|row| text(row, column).parse().ok()).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn latency_figure(rows: &[Row]) -> Figure {
    let slots: Vec<u64> = values(rows, "slot_ms").into_iter().rev().collect();
    let place = |row: &Row| {
        slots.iter().position(|slot| slot.to_string() == text(row, "slot_ms")).unwrap_or(0) as f64
    };
    let series = |column: &str, log: bool| -> Vec<Series> {
        let of = |agents: u64| Series {
            name: format!("{agents} agents"),
            points: rows
                .iter()
                .filter(|row| text(row, "agents") == agents.to_string())
                .map(|row| {
                    (
                        place(row),
                        if log { number(row, column).log10() } else { number(row, column) },
                        0.0,
                    )
                })
                .collect(),
            joined: true,
        };
        values(rows, "agents").into_iter().map(of).collect()
    };
    let constant = |name: &str, of: &dyn Fn(f64) -> f64| Series {
        name: name.to_owned(),
        points: slots
            .iter()
            .enumerate()
            .map(|(i, slot)| (i as f64, of(*slot as f64).log10(), 0.0))
            .collect(),
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
        levels
            .iter()
            .position(|level| level.to_string() == text(row, "rounds_at_once"))
            .unwrap_or(0) as f64
    };
    let mut minds: Vec<String> = rows.iter().map(|row| text(row, "minds").to_owned()).collect();
    minds.dedup();
    let series = |column: &str, log: bool| -> Vec<Series> {
        let of = |mind: &String| Series {
            name: if mind == "models" {
                "language models".into()
            } else {
                format!("an expert system ({mind})")
            },
            points: rows
                .iter()
                .filter(|row| text(row, "minds") == mind)
                .map(|row| {
                    (
                        place(row),
                        if log { number(row, column).log10() } else { number(row, column) },
                        0.0,
                    )
                })
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
            panel(
                "settled",
                "rounds a second",
                (0.0, (most * 1.1).ceil()),
                false,
                series("rounds_per_second", false),
            ),
            panel("validation, 95th percentile", "ms", (2.0, 5.0), true, series("p95_ms", true)),
            panel(
                "the machine",
                "processors busy, %",
                (0.0, 105.0),
                false,
                series("machine_cpu_percent", false),
            ),
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
