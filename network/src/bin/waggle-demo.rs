//! `waggle-demo`: a node, a worker with seven agents on the bundled models and an eighth that is an
//! expert system, and questions to them.

use clap::Parser;
use std::{future::Future, io::Write, path::PathBuf, process::ExitCode, time::Duration};
use tokio::signal::unix::{signal, SignalKind};
use waggle_cli::{
    command_line,
    progress::{Progress, Verbosity},
    report::print_round,
};
use waggle_client::report::Status;
use waggle_harness::{questions::Draw, swarm::AgentRole};
use waggle_local_network::{
    adversaries, free_port, models_directory, playable, Binaries, Gateway, GatewayPlan,
    LocalNetwork, Plan, Preset, RealModel, MOST_ADVERSARIES,
};
use waggle_network::{
    demo::{questions, Interview, Pace, Summary},
    Failure,
};

/// Start a network on this machine, ask its swarm, show everything that happened, and stop it
/// again.
///
/// One development node and one worker that serves the agents on the bundled models: nothing leaves
/// this machine, and everything is written to a temporary directory.
#[derive(Parser)]
#[command(name = "waggle-demo", version, after_help = EXAMPLES)]
struct Cli {
    /// What to ask. A real model takes anything; the bundled ones know: 37+12, 37-12, sort 3 1 2,
    /// reverse golk, max 4 19 2, last golk.
    question: Option<String>,
    /// Ask every line of this file, one after another.
    #[arg(long, value_name = "FILE", conflicts_with = "question")]
    questions: Option<PathBuf>,
    /// Ask this many drawn questions of five of the bundled models' tasks, in turn.
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = ["question", "questions"],
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    draw: Option<u16>,
    /// What they are drawn by: the same ones for the same number.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "draw")]
    seed: u64,
    /// Make every N-th question an examination, if its right answer is known: seal the answer with
    /// the question and tell it after the settlement, so that what is known of the agents learns
    /// from the truth. 0: none.
    #[arg(long, value_name = "N", default_value_t = 3)]
    examine: usize,
    /// Leave the network running afterwards, until Ctrl-C, and say how to connect to it.
    #[arg(long)]
    keep: bool,
    /// Print one JSON object for each round on stdout, and nothing else there (docs/json.md).
    #[arg(long)]
    json: bool,
    /// Speak with this real model instead of the bundled ones: a GGUF file with a chat template.
    /// Four agents share it, at several temperatures. Needs --llama-server.
    #[arg(
        long,
        value_name = "FILE",
        requires = "llama_server",
        conflicts_with_all = ["agents", "adversaries"]
    )]
    gguf: Option<PathBuf>,
    /// The program of llama.cpp's server, which runs that model.
    #[arg(long, value_name = "FILE", requires = "gguf")]
    llama_server: Option<PathBuf>,
    /// How many agents answer, four at least [default: as many as swarm.json lists].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(4..=16))]
    agents: Option<u8>,
    /// Add this many agents that do not play fair: one that attacks its graders, a lazy one, a
    /// buggy one, one that copies, and a ring of two (docs/agents.md).
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = clap::value_parser!(u8).range(0..=i64::from(MOST_ADVERSARIES))
    )]
    adversaries: u8,
    /// Directory with models, one in each subdirectory, and swarm.json: who speaks with which
    /// [default: the bundled ones].
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// The waggle-node program [default: the one next to this program].
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
    /// The waggle-worker program [default: where ./scripts/build puts it].
    #[arg(long, value_name = "FILE")]
    worker: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  waggle-demo
  waggle-demo 'sort 3 1 2'
  waggle-demo --questions questions.txt --json > rounds.jsonl
  waggle-demo --draw 40 --seed 7       how well pay and ratings follow quality
  waggle-demo --adversaries 2 --questions questions.txt
  waggle-demo --gguf model.gguf --llama-server /usr/bin/llama-server 'Why is the sky blue?'
  waggle-demo --keep

Exit status: 0 every round settled; 1 one did not, or a process failed; 2 wrong input.";

/// Agents that a development chain knows.
const MOST_AGENTS: usize = 16;

/// Asked when nothing else is: of the bundled models, and of a real one.
const DEFAULT_QUESTION: &str = "37+12";
const REAL_QUESTION: &str = "What is the capital of France?";

/// What the bundled models are.
const TOYS: &str = "the bundled models are toys that know six tasks (37+12, 37-12, sort 3 1 2, \
     reverse golk, max 4 19 2, last golk); ./scripts/demo --real asks a real one whatever you like";

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match command_line::parse::<Cli>() {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    match run(cli).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("waggle-demo: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Run the demo. Whether every round was settled.
async fn run(cli: Cli) -> Result<bool, Failure> {
    let asked = asked(&cli)?;
    let real = cli.gguf.clone().zip(cli.llama_server.clone());
    let real = real.map(|(gguf, llama_server)| RealModel { gguf, llama_server });
    let mut line_up = playable(&cli.models.clone().map_or_else(models_directory, Ok)?)?;
    if let Some(real) = &real {
        line_up = real.cast(line_up)?;
    }
    let agents = cli.agents.map_or(line_up.roles.len(), usize::from);
    let mut roles: Vec<AgentRole> = line_up.roles.iter().cycle().take(agents).cloned().collect();
    roles.extend(adversaries(&roles, usize::from(cli.adversaries)));
    if roles.len() > MOST_AGENTS {
        let reason = format!(
            "{} agents and adversaries together; there are {MOST_AGENTS} development agents",
            roles.len()
        );
        return Err(Failure::Process(reason));
    }
    let binaries = Binaries::find(cli.node.clone(), cli.worker.clone());
    let mut plan = Plan::new(binaries, Preset::Dev, roles);
    plan.options = real.as_ref().map(RealModel::options).unwrap_or_default();
    let mut progress =
        Progress::new(if cli.json { Verbosity::TerminalOnly } else { Verbosity::Always });
    // Dropping a network that is half started kills what there is of it.
    let mut network = unless_interrupted(LocalNetwork::start(plan, &progress)).await?;
    progress.note(real.as_ref().map_or(TOYS, RealModel::caveat));
    for absent in &line_up.absent {
        progress
            .note(format!("{absent}, which this machine lacks: {agents} agents go on without it"));
    }
    let outcome = unless_interrupted(interview(&mut network, &asked, &cli, &mut progress)).await;
    if cli.keep && outcome.is_ok() {
        let gateway = unless_interrupted(gateway(&network, &progress)).await?;
        progress.clear();
        eprintln!("{}", how_to_connect(&network, gateway.as_ref()));
        tokio::select! {
            () = interrupted() => {},
            failure = first_failure(&mut network) => return Err(failure),
        }
        if let Some(gateway) = gateway {
            progress.doing("stopping the gateway");
            gateway.stop().await;
        }
    }
    progress.doing("stopping the network");
    network.stop().await;
    outcome
}

/// Ask all questions. Whether every round was settled.
async fn interview(
    network: &mut LocalNetwork,
    asked: &[String],
    cli: &Cli,
    progress: &mut Progress,
) -> Result<bool, Failure> {
    let pace = cli.gguf.as_ref().map_or(Pace::BUNDLED, |_| Pace::real(RealModel::ready_agents()));
    let mut interview = Interview::of(network, pace).await?;
    let mut summary = Summary::default();
    summary.adversaries = network.adversaries();
    for (number, question) in asked.iter().enumerate() {
        if asked.len() > 1 && !cli.json {
            progress.done(format!("question {} of {}: {question}", number + 1, asked.len()));
        }
        let is_examination = (number + 1).checked_rem(cli.examine) == Some(0);
        let outcome = interview.ask(network, question, is_examination, progress).await;
        network.check_running()?;
        let (report, was_examined) = outcome?;
        summary.add(&report);
        summary.examined += u32::from(was_examined);
        let text =
            if cli.json { report.to_json_line() } else { format!("\n{}", print_round(&report)) };
        progress
            .suspended(|| {
                let mut out = std::io::stdout().lock();
                writeln!(out, "{text}").and_then(|()| out.flush())
            })
            .map_err(|error| Failure::Process(format!("standard output: {error}")))?;
        if report.status == Status::Cancelled {
            progress.note(format!(
                "round {} was cancelled: {}",
                report.round,
                report.cancelled_because.unwrap_or_default()
            ));
        }
    }
    progress.clear();
    if asked.len() > 1 {
        eprintln!("{}", summary.print());
    } else if cli.adversaries > 0 {
        eprintln!("{}", summary.print_adversaries().trim_start());
    }
    Ok(summary.settled == summary.asked)
}

/// Returns when the node or the worker has stopped by itself.
async fn first_failure(network: &mut LocalNetwork) -> Failure {
    loop {
        if let Err(failure) = network.check_running() {
            return failure.into();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn asked(cli: &Cli) -> Result<Vec<String>, Failure> {
    if let Some(count) = cli.draw {
        let mut draw = Draw::new(cli.seed);
        return Ok((0..usize::from(count)).map(|number| draw.question(number)).collect());
    }
    let Some(path) = &cli.questions else {
        let unsaid = if cli.gguf.is_some() { REAL_QUESTION } else { DEFAULT_QUESTION };
        return Ok(vec![cli.question.clone().unwrap_or_else(|| unsaid.into())]);
    };
    let unreadable = |reason: String| Failure::File { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let asked = questions(&text);
    if asked.is_empty() {
        return Err(unreadable("no question in it".into()));
    }
    Ok(asked)
}

/// Start a gateway of the network, if its program is next to this one.
async fn gateway(network: &LocalNetwork, progress: &Progress) -> Result<Option<Gateway>, Failure> {
    let Some(program) = Gateway::program() else {
        progress
            .note("there is no program waggle-gateway next to this one: no gateway, no explorer");
        return Ok(None);
    };
    let plan = GatewayPlan {
        program,
        node: network.url(),
        directory: network.directory().join("gateway"),
        port: free_port()?,
        explorer: Gateway::explorer(),
    };
    Ok(Some(Gateway::start(&plan, progress).await?))
}

fn how_to_connect(network: &LocalNetwork, gateway: Option<&Gateway>) -> String {
    let (url, agents) = (network.url(), network.agents().len());
    let encoded = url.replace(':', "%3A").replace('/', "%2F");
    let mut doors = String::new();
    if let Some(gateway) = gateway {
        if let Some(explorer) = gateway.explorer_url() {
            doors += &format!("\n  explorer:          {explorer}");
        }
        let (base, key) = (gateway.openai_url(), gateway.api_key());
        doors += &format!("\n  OpenAI clients:    base URL {base}, key {key}");
    }
    format!(
        "\nThe network keeps running; Ctrl-C stops it.\n\
         \x20 ask it:            waggle ask 'sort 3 1 2' --all --max-agents {agents} --url {url}\n\
         \x20 agents, rounds:    waggle agents --url {url};  waggle rounds --url {url}\n\
         \x20 polkadot.js Apps:  https://polkadot.js.org/apps/?rpc={encoded}\n\
         \x20 logs:              {}{doors}",
        network.directory().display()
    )
}

/// What `work` comes to, or a failure as soon as somebody wants this to end.
async fn unless_interrupted<Output, Error: Into<Failure>>(
    work: impl Future<Output = Result<Output, Error>>,
) -> Result<Output, Failure> {
    tokio::select! {
        outcome = work => outcome.map_err(Into::into),
        () = interrupted() => Err(Failure::Process("interrupted".into())),
    }
}

/// Returns when somebody wants this to end: Ctrl-C or SIGTERM.
async fn interrupted() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {},
            _ = terminate.recv() => {},
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
