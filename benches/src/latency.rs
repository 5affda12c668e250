//! The plots and tables of `docs/performance.md`, of what `waggle-latency` measured: networks of
//! real nodes are the business of the chain's workspace, plots of this one.

use crate::{
    output::Output,
    page::{number, rows, table, text, Column, Row, Table},
    plot::{write_plot, Figure, Panel, Series},
};
use anyhow::Result;

/// The tables of the page.
pub const TABLES: &[Table] = &[
    ("machine", |output| Ok(machine_lines(&rows(output, "latency-machine.csv")?))),
    ("validation", |output| Ok(table(&rows(output, "latency.csv")?, VALIDATION))),
    ("settlement", |output| Ok(table(&rows(output, "latency.csv")?, SETTLEMENT))),
    ("finality", |output| Ok(table(&rows(output, "latency.csv")?, FINALITY))),
    ("processors", |output| Ok(table(&rows(output, "latency.csv")?, PROCESSORS))),
    ("memory", |output| Ok(table(&rows(output, "latency.csv")?, MEMORY))),
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
    write_plot(&latency_figure(&points), &output.path("latency"))?;
    match rows(output, "throughput.csv") {
        Ok(points) if !points.is_empty() => {
            write_plot(&throughput_figure(&points), &output.path("throughput"))
        }
        _ => Ok(()),
    }
}

type Columns = &'static [Column];

const VALIDATION: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("rounds", "rounds", None),
    ("p50, ms", "p50_ms", None),
    ("p95, ms", "p95_ms", None),
    ("max, ms", "max_ms", None),
    ("in three blocks, %", "three_blocks_percent", None),
];
const SETTLEMENT: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("p50, blocks", "p50_blocks", None),
    ("p95, blocks", "p95_blocks", None),
    ("final: p50, ms", "finalised_p50_ms", None),
    ("final: p95, ms", "finalised_p95_ms", None),
];
const FINALITY: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("behind: p50, blocks", "behind_p50_blocks", None),
    ("behind: p95, blocks", "behind_p95_blocks", None),
    ("final after: p50, ms", "finality_p50_ms", None),
    ("final after: p95, ms", "finality_p95_ms", None),
    ("re-orgs", "reorgs", None),
];
const PROCESSORS: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("bytes on chain a round", "bytes_per_round", None),
    ("agents' node, %", "node_cpu_percent", None),
    ("each other node, %", "other_node_cpu_percent", None),
    ("worker, %", "worker_cpu_percent", None),
];
const MEMORY: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("agents' node, MiB", "node_mib", None),
    ("each other node, MiB", "other_node_mib", None),
    ("worker, MiB", "worker_mib", None),
];
const STEPS: Columns = &[
    ("slot, ms", "slot_ms", None),
    ("agents", "agents", None),
    ("step", "step", None),
    ("hook begins", "hook_p50_ms", None),
    ("worker replied", "replied_p50_ms", None),
    ("acts sent", "sent_p50_ms", None),
    ("node's own time", "node_mean_ms", None),
];
const THROUGHPUT: Columns = &[
    ("minds", "minds", None),
    ("rounds at once", "rounds_at_once", None),
    ("settled a second", "rounds_per_second", None),
    ("p50, ms", "p50_ms", None),
    ("p95, ms", "p95_ms", None),
    ("p95, blocks", "p95_blocks", None),
    ("machine: CPU, %", "machine_cpu_percent", None),
];

/// The values of a column, each once, in the order of their size.
fn values(rows: &[Row], column: &str) -> Vec<u64> {
    let mut values: Vec<u64> =
        rows.iter().filter_map(|row| text(row, column).parse().ok()).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// How the lines of a file become points: which column says where on the x axis.
struct Axis {
    column: &'static str,
    values: Vec<u64>,
}

impl Axis {
    /// The points of `rows`, whose value is in `column`; as decimal logarithms if `log`.
    fn points<'a>(
        &self,
        rows: impl Iterator<Item = &'a Row>,
        column: &str,
        log: bool,
    ) -> Vec<(f64, f64, f64)> {
        let at = |row: &Row| {
            let wanted = text(row, self.column);
            self.values.iter().position(|value| value.to_string() == wanted).unwrap_or(0) as f64
        };
        let value = |row: &Row| match log {
            true => number(row, column).log10(),
            false => number(row, column),
        };
        rows.map(|row| (at(row), value(row), 0.0)).collect()
    }

    fn panel(&self, title: &str, x_label: &str, of: Values) -> Panel {
        Panel {
            title: title.to_owned(),
            x_label: x_label.to_owned(),
            y_label: of.label.to_owned(),
            categories: self.values.iter().map(u64::to_string).collect(),
            y_range: of.range,
            log: of.log,
            series: of.series,
        }
    }
}

/// The y axis of a panel, and its lines.
struct Values {
    label: &'static str,
    range: (f64, f64),
    log: bool,
    series: Vec<Series>,
}

fn latency_figure(rows: &[Row]) -> Figure {
    let slots =
        Axis { column: "slot_ms", values: values(rows, "slot_ms").into_iter().rev().collect() };
    let series = |column: &str, log: bool| -> Vec<Series> {
        let of = |agents: u64| {
            let rows = rows.iter().filter(|row| text(row, "agents") == agents.to_string());
            Series {
                name: format!("{agents} agents"),
                points: slots.points(rows, column, log),
                joined: true,
            }
        };
        values(rows, "agents").into_iter().map(of).collect()
    };
    let constant = |name: &str, of: &dyn Fn(f64) -> f64| {
        let value = |(at, slot): (usize, &u64)| (at as f64, of(*slot as f64).log10(), 0.0);
        Series {
            name: name.to_owned(),
            points: slots.values.iter().enumerate().map(value).collect(),
            joined: true,
        }
    };
    let milliseconds =
        |series: Vec<Series>| Values { label: "ms", range: (2.0, 4.0), log: true, series };
    let validation = |column: &str| {
        let mut all = series(column, true);
        all.push(constant("three slots", &|slot| 3.0 * slot));
        all.push(constant("the paper's 125 ms", &|_| 125.0));
        milliseconds(all)
    };
    let in_three = Values {
        label: "%",
        range: (0.0, 105.0),
        log: false,
        series: series("three_blocks_percent", false),
    };
    let settled = milliseconds(series("finalised_p95_ms", true));
    let panel = |title: &str, of: Values| slots.panel(title, "slot duration, ms", of);
    let title = "From the last answer's block to the settlement's, four validators, \
                 one machine of 2 cores";
    Figure {
        title: title.to_owned(),
        columns: 2,
        panels: vec![
            panel("median", validation("p50_ms")),
            panel("95th percentile", validation("p95_ms")),
            panel("rounds in three blocks", in_three),
            panel("settled and final, 95th percentile", settled),
        ],
    }
}

fn throughput_figure(rows: &[Row]) -> Figure {
    let levels = Axis { column: "rounds_at_once", values: values(rows, "rounds_at_once") };
    let mut minds: Vec<String> = rows.iter().map(|row| text(row, "minds").to_owned()).collect();
    minds.dedup();
    let series = |column: &str, log: bool| -> Vec<Series> {
        let of = |mind: &String| Series {
            name: if mind == "models" {
                "language models".to_owned()
            } else {
                format!("an expert system ({mind})")
            },
            points: levels.points(
                rows.iter().filter(|row| text(row, "minds") == mind),
                column,
                log,
            ),
            joined: true,
        };
        minds.iter().map(of).collect()
    };
    let most = rows.iter().map(|row| number(row, "rounds_per_second")).fold(1.0, f64::max);
    let settled = Values {
        label: "rounds a second",
        range: (0.0, (most * 1.1).ceil()),
        log: false,
        series: series("rounds_per_second", false),
    };
    let validation =
        Values { label: "ms", range: (2.0, 5.0), log: true, series: series("p95_ms", true) };
    let machine = Values {
        label: "processors busy, %",
        range: (0.0, 105.0),
        log: false,
        series: series("machine_cpu_percent", false),
    };
    let panel = |title: &str, of: Values| levels.panel(title, "rounds at once", of);
    Figure {
        title: "Swarms of four, slots of 250 ms, four validators, one machine of 2 cores".into(),
        columns: 2,
        panels: vec![
            panel("settled", settled),
            panel("validation, 95th percentile", validation),
            panel("the machine", machine),
        ],
    }
}

fn machine_lines(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let of = |column: &str| text(row, column);
        format!(
            "- `{}.csv`: {}, commit {}; {}, {} cores, {} GiB; {}\n",
            of("what"),
            of("date"),
            of("commit"),
            of("processor"),
            of("cores"),
            of("memory_gib"),
            of("processes"),
        )
    };
    rows.iter().map(line).collect()
}
