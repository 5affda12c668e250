//! `waggle-latency`: local networks of real nodes and workers, and how fast their swarms validate.

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use waggle_cli::{
    command_line,
    progress::{Progress, Verbosity},
};
use waggle_harness::machine::{memory_gib, processor, provenance};
use waggle_local_network::{models_directory, Binaries, Preset};
use waggle_network::{
    latency::{
        points::{self, Bench, Setting},
        store::{json, Row, Store},
        throughput,
    },
    Failure,
};

/// Measure how long a swarm takes from the last answer to the settlement, and how many rounds a
/// second it settles.
///
/// Every point is a network of its own on this machine: validators, of whose first node all agents
/// are, and one worker. Finished points are kept: an interrupted run goes on where it was.
#[derive(Parser)]
#[command(name = "waggle-latency", version, after_help = EXAMPLES)]
struct Cli {
    /// What to measure [default: all].
    #[arg(long, value_name = "NAME", value_enum, num_args = 1.., value_delimiter = ',')]
    only: Vec<What>,
    /// Two points and a few rounds, to see that everything works. Writes into the cache, not into
    /// benches/output.
    #[arg(long)]
    fast: bool,
    /// Measure again what is finished.
    #[arg(long)]
    again: bool,
    /// Print one JSON object for each finished point on stdout, and nothing else there.
    #[arg(long)]
    json: bool,
    /// Slot durations in milliseconds, even numbers.
    #[arg(
        long,
        value_name = "MS",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = [1000, 500, 250, 100, 50]
    )]
    slots: Vec<u64>,
    /// Sizes of the swarm, four at least.
    #[arg(
        long,
        value_name = "N",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = [4, 7, 16],
        value_parser = clap::value_parser!(u32).range(4..=16)
    )]
    agents: Vec<u32>,
    /// How many validators, each a node of its own.
    #[arg(long, value_name = "N", default_value = "4", value_parser = validators)]
    validators: Preset,
    /// Counted rounds of a point, after two that do not count.
    #[arg(long, value_name = "N", default_value_t = 30)]
    rounds: u32,
    /// No further round of a point begins after this many seconds.
    #[arg(long, value_name = "S", default_value_t = 60)]
    seconds: u64,
    /// Rounds at once, for the throughput.
    #[arg(
        long,
        value_name = "N",
        num_args = 1..,
        value_delimiter = ',',
        default_values_t = [1, 2, 4, 8, 16, 32]
    )]
    at_once: Vec<u32>,
    /// Seed of the questions.
    #[arg(long, value_name = "N", default_value_t = 2409)]
    seed: u64,
    /// The waggle-node program [default: the one next to this program].
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
    /// The waggle-worker program [default: where ./scripts/build puts it].
    #[arg(long, value_name = "FILE")]
    worker: Option<PathBuf>,
    /// Directory with models and swarm.json [default: the bundled ones].
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Where the results go.
    #[arg(long, value_name = "DIR", default_value = "benches/output")]
    output: PathBuf,
    /// Where the results of --fast go.
    #[arg(long, value_name = "DIR", default_value = "/tmp/waggle-latency")]
    cache: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// One round after another, by slot and swarm.
    Latency,
    /// Many rounds at once.
    Throughput,
}

const EXAMPLES: &str = "Examples:
  waggle-latency --fast
  waggle-latency --only latency --slots 250 100 --agents 7
  waggle-latency --only throughput --at-once 8

Files, in the output folder: latency.csv, latency-steps.csv (where the time between two blocks
goes), throughput.csv, latency-machine.csv (what it was measured on).

Exit status: 0 all points measured; 1 one could not be; 2 wrong input.";

/// Slots and swarm of the throughput.
const CROWD: Setting = Setting { slot_ms: 250, agents: 4, preset: Preset::Local };
/// What plays the agents of the throughput: the models, and an expert system whose answers cost
/// nearly nothing, so that the chain shows.
const MINDS: [Option<&str>; 2] = [None, Some("calculator")];
/// How long each number of rounds at once is kept up.
const LEVEL_SECONDS: u64 = 12;

fn validators(text: &str) -> Result<Preset, String> {
    match text {
        "1" => Ok(Preset::Dev),
        "4" => Ok(Preset::Local),
        _ => Err("1 or 4".into()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match command_line::parse::<Cli>() {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    // Dropping a network kills what there is of it.
    let outcome = tokio::select! {
        outcome = run(&cli) => outcome,
        () = interrupted => {
            Err(Failure::Process("interrupted; finished points are kept".into()))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("waggle-latency: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run(cli: &Cli) -> Result<(), Failure> {
    if let Some(slot) = cli.slots.iter().find(|slot| **slot == 0 || **slot % 2 == 1) {
        let reason = format!("--slots takes even numbers of milliseconds, and {slot} is not");
        return Err(Failure::Input(reason));
    }
    let folder = if cli.fast { cli.cache.join("fast") } else { cli.output.clone() };
    let bench = Bench {
        binaries: Binaries::find(cli.node.clone(), cli.worker.clone()),
        models: cli.models.clone().map_or_else(models_directory, Ok)?,
        seed: cli.seed,
        rounds: if cli.fast { cli.rounds.min(6) } else { cli.rounds },
        budget: Duration::from_secs(cli.seconds),
    };
    let wanted = |what: What| {
        if cli.only.is_empty() {
            !cli.fast || what == What::Latency
        } else {
            cli.only.contains(&what)
        }
    };
    if wanted(What::Latency) {
        latency(cli, &bench, &folder).await?;
    }
    if wanted(What::Throughput) {
        throughput(cli, &bench, &folder).await?;
    }
    eprintln!("results in {}", folder.display());
    Ok(())
}

async fn latency(cli: &Cli, bench: &Bench, folder: &Path) -> Result<(), Failure> {
    let mut results =
        Store::open(&folder.join("latency.csv"), &["slot_ms", "agents", "validators"]);
    let mut steps = Store::open(&folder.join("latency-steps.csv"), &["slot_ms", "agents", "step"]);
    let all = cli.slots.iter().flat_map(|slot_ms| {
        cli.agents.iter().map(|agents| Setting {
            slot_ms: *slot_ms,
            agents: *agents,
            preset: cli.validators,
        })
    });
    let settings: Vec<Setting> = if cli.fast {
        let fast = |slot_ms, agents| Setting { slot_ms, agents, preset: cli.validators };
        vec![fast(250, 4), fast(100, 4)]
    } else {
        all.collect()
    };
    let again = cli.again || cli.fast;
    let left: Vec<Setting> =
        settings.into_iter().filter(|setting| again || !results.has(&setting.key())).collect();
    let bar = bar(left.len() as u64 * u64::from(bench.rounds));
    for (done, setting) in left.into_iter().enumerate() {
        bar.set_message(format!("{} ms slots, {} agents", setting.slot_ms, setting.agents));
        let before = done as u64 * u64::from(bench.rounds);
        let progress = Progress::new(Verbosity::TerminalOnly);
        let counted = |rounds: u32| bar.set_position(before + u64::from(rounds));
        let point = points::measure(bench, setting, &progress, counted).await?;
        drop(progress);
        results.put([point.row()])?;
        steps.put(point.step_rows())?;
        machine(folder, "latency", setting.preset)?;
        bar.suspend(|| tell(cli, &point.row(), &point.summary()));
    }
    bar.finish_and_clear();
    Ok(())
}

async fn throughput(cli: &Cli, bench: &Bench, folder: &Path) -> Result<(), Failure> {
    let key = &["slot_ms", "agents", "minds", "rounds_at_once", "validators"];
    let mut results = Store::open(&folder.join("throughput.csv"), key);
    let setting = Setting { preset: cli.validators, ..CROWD };
    let [slot_ms, agents, validators] = setting.key();
    for mind in MINDS {
        let name = mind.unwrap_or("models").to_owned();
        let of = |at_once: &u32| {
            [slot_ms.clone(), agents.clone(), name.clone(), at_once.to_string(), validators.clone()]
        };
        let levels: Vec<u32> = cli
            .at_once
            .iter()
            .copied()
            .filter(|at_once| cli.again || !results.has(&of(at_once)))
            .collect();
        if levels.is_empty() {
            continue;
        }
        let bar = bar(levels.len() as u64);
        bar.set_message(format!("throughput, {name}"));
        let progress = Progress::new(Verbosity::TerminalOnly);
        let seconds = if cli.fast { 3 } else { LEVEL_SECONDS };
        let outcome =
            throughput::measure(bench, setting, mind, (&levels, seconds), &progress, |level| {
                results.put([level.row()])?;
                bar.inc(1);
                bar.suspend(|| {
                    tell(
                        cli,
                        &level.row(),
                        &format!("{name}: {:.2} rounds a second", level.per_second()),
                    )
                });
                Ok(())
            });
        outcome.await?;
        bar.finish_and_clear();
        machine(folder, "throughput", setting.preset)?;
    }
    Ok(())
}

fn tell(cli: &Cli, row: &Row, summary: &str) {
    if cli.json {
        println!("{}", json(row));
    } else {
        eprintln!("✓ {summary}");
    }
}

fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos}/{len} rounds, {eta} left · {msg}")
    {
        bar.set_style(style);
    }
    bar
}

/// Write next to the results what they were measured on.
fn machine(folder: &Path, what: &str, preset: Preset) -> Result<(), Failure> {
    let (date, commit) = provenance(folder);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let validators = preset.validators().len();
    let row: Row = vec![
        ("what", what.to_owned()),
        ("date", date),
        ("commit", commit),
        ("processor", processor().unwrap_or("unknown".into()).replace(',', " ")),
        ("cores", cores.to_string()),
        ("memory_gib", format!("{:.0}", memory_gib().unwrap_or_default())),
        ("processes", format!("{validators} nodes and 1 worker")),
    ];
    Store::open(&folder.join("latency-machine.csv"), &["what"]).put([row])
}
