//! `waggle-evidence`: run the experiments, write their files, and put their tables into
//! `docs/evidence.md`, `docs/rings.md` and `docs/capture.md`; or replay records of real models, or
//! audit them.

use anyhow::{bail, ensure, Context, Result};
use clap::{Parser, Subcommand};
use sp_crypto_hashing::blake2_256;
use std::{
    fs,
    path::{Path, PathBuf},
    process::exit,
    time::Instant,
};
use waggle_evidence::{
    audits::command::Audits,
    draws::SEED,
    effort::{Bench, Effort},
    experiments::{adversaries, capture, cost, grinding, rating, rings, selection, sybil, tables},
    output::Output,
    page,
    paths::provenance,
    replay::command::Replay,
};

/// Measure the protocol in simulation: CSV files, plots, and the tables of docs/evidence.md,
/// docs/rings.md and docs/capture.md.
///
/// The seed is fixed: the same code writes the same figures. A run that was interrupted goes on
/// after the last experiment that it finished.
#[derive(Parser)]
#[command(name = "evidence", version)]
struct Arguments {
    /// Only these experiments, separated by spaces or commas; --list names them.
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// Name the experiments.
    #[arg(long)]
    list: bool,
    /// An eighth of the worlds, to see that everything runs. Writes into the cache, not into
    /// benches/output.
    #[arg(long)]
    fast: bool,
    /// Run experiments again that an interrupted run had finished.
    #[arg(long)]
    again: bool,
    /// Where the results go.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    output: PathBuf,
    /// Where unpublished results and the state of an interrupted run go.
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    cache: PathBuf,
    /// The page whose tables are replaced; and those of rings.md and capture.md beside it.
    #[arg(long, value_name = "FILE", hide = true)]
    page: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Let the chain's default rule (default) and the one before it (version_3) choose among the
    /// answers of real models, by the grades that these gave each other.
    Replay(Replay),
    /// Tell models apart by embeddings of what they answered: does a member run what it declares?
    Audits(Audits),
}

type Run = fn(&Bench, &Output) -> Result<()>;

/// Name, what it shows, how it is run.
const EXPERIMENTS: [(&str, &str, Run); 10] = [
    ("rating", "how well grading abilities are estimated (paper figs. 3 to 5)", rating::run),
    (
        "sybil",
        "what identities without work earn, and the prices that stop them (paper fig. 6)",
        sybil::run,
    ),
    ("selection", "how good the chosen answer is, by rule, size and collusion", selection::run),
    ("adversaries", "what adversaries gain, how fast they are found; remedies", adversaries::run),
    ("grinding", "what choosing the assignment's seed is worth", grinding::run),
    ("rings", "how often rings of several kinds and junk in copies win, by rule", rings::run),
    (
        "capture",
        "what it costs to cheat under today's rules and prices, and what it brings",
        capture::run,
    ),
    (
        "unwon",
        "what a client saves that lets nobody win, and what is left for agents",
        capture::run_unwon,
    ),
    ("veto", "what rivals save and forgo that let nobody else win", capture::run_veto),
    ("cost", "messages, bytes, inferences and signatures of a round", |_, output| {
        cost::run(output)
    }),
];

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(command) = &arguments.command {
        if let Err(error) = run_command(&arguments, command) {
            // One line, however deep the cause lies.
            eprintln!("Error: {error:#}");
            exit(1);
        }
        return Ok(());
    }
    if arguments.list {
        EXPERIMENTS.iter().for_each(|(name, about, _)| println!("{name:12} {about}"));
        return Ok(());
    }
    for name in &arguments.only {
        if !EXPERIMENTS.iter().any(|(known, ..)| known == name) {
            bail!("there is no experiment {name}; --list names them");
        }
    }
    let effort = if arguments.fast { Effort::Fast } else { Effort::Full };
    let folder =
        if arguments.fast { arguments.cache.join("fast") } else { arguments.output.clone() };
    let output = Output::into(&folder)?;
    let state = State::of(&arguments.cache, effort)?;
    let start = Instant::now();
    for (name, _, run) in EXPERIMENTS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|only| only == name) {
            continue;
        }
        if arguments.only.is_empty() && !arguments.again && state.is_finished(name) {
            eprintln!("{name:12} finished by the run before this one");
            continue;
        }
        let started = Instant::now();
        let bench = Bench::shown(effort, name);
        run(&bench, &output).with_context(|| format!("experiment {name}"))?;
        bench.done();
        state.finish(name)?;
        eprintln!("{name:12} {:4} s", started.elapsed().as_secs());
    }
    if !arguments.fast {
        if arguments.only.is_empty() {
            write_run(&output, start.elapsed().as_secs())?;
            state.forget();
        }
        page::fill(&arguments.page, &output, tables::TABLES)?;
        page::fill(&arguments.page.with_file_name("rings.md"), &output, rings::TABLES)?;
        page::fill(&arguments.page.with_file_name("capture.md"), &output, capture::TABLES)?;
    }
    eprintln!("results in {}", folder.display());
    Ok(())
}

fn run_command(arguments: &Arguments, command: &Command) -> Result<()> {
    let Arguments { only, list, fast, again, .. } = arguments;
    ensure!(
        only.is_empty() && !list && !fast && !again,
        "--only, --list, --fast and --again are for the experiments, not for replay or audits"
    );
    let output = Output::into(&arguments.output)?;
    match command {
        Command::Replay(replay) => {
            replay.run(&output)?;
            if replay.publishes() {
                page::fill(&arguments.page, &output, tables::TABLES)?;
            }
        }
        Command::Audits(audits) => audits.run(&output, &arguments.page)?,
    }
    Ok(())
}

/// Which experiments an interrupted run of this very program had finished.
struct State(PathBuf);

impl State {
    fn of(cache: &Path, effort: Effort) -> Result<Self> {
        let program = fs::read(std::env::current_exe()?)?;
        let digest = blake2_256(&program)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let folder = cache.join(format!("{digest}-{effort:?}"));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn is_finished(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    fn finish(&self, name: &str) -> Result<()> {
        Ok(fs::write(self.0.join(name), "")?)
    }

    fn forget(&self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Write where the results come from.
fn write_run(output: &Output, seconds: u64) -> Result<()> {
    let (date, commit) = provenance(output);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let text = format!(
        "# The run that wrote the files in this folder.\n\
         seed = {SEED}\ndate = \"{date}\"\ncommit = \"{commit}\"\n\
         cores = {cores}\nseconds = {seconds}\n"
    );
    Ok(fs::write(output.path("run.toml"), text)?)
}
