//! `waggle-worker`: reads the command line, listens, loads the models, serves until it is told to
//! stop; or does one of the commands.

use anyhow::{bail, Context};
use clap::{CommandFactory, Parser};
use std::{
    future::{Future, IntoFuture},
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    signal::unix::{signal, Signal, SignalKind},
    sync::Notify,
    task::JoinSet,
};
use tracing::{debug, info, warn};
use tracing_subscriber::EnvFilter;
use waggle_worker::{
    catalogue::Catalogue,
    cli::{Cli, Command},
    commands,
    config::{CheckedConfig, Config},
    listener::PromptListener,
    loading::{CheckedEmbedder, CheckedModule, LoadOptions, Loaded, LoadedEmbedder, NothingLoaded},
    memory,
    metrics::Metrics,
    roster::Roster,
    scheduler::Scheduler,
    server::{router, Service},
    work::ServedModel,
};

/// How long replies may take to leave once no job is left.
const LAST_REPLIES: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    match start(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Not `eprintln!`, which panics where standard error cannot be written.
            let _ = writeln!(std::io::stderr(), "waggle-worker: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// Serves, or does a command; `false` if a command found something amiss.
fn start(cli: &Cli) -> anyhow::Result<bool> {
    log(cli)?;
    // mistral.rs looks for its cache under the home directory and panics without one.
    if std::env::var_os("HOME").is_none() {
        std::env::set_var("HOME", std::env::temp_dir());
    }
    match &cli.command {
        None => {
            if let Some(config) = prepare(cli)? {
                let options = LoadOptions { force: cli.force() };
                on_runtime(run(config, options))?;
            }
            Ok(true)
        }
        Some(Command::List(options)) => Ok(on_runtime(commands::list::run(options))?),
        Some(Command::Pull(options)) => Ok(on_runtime(commands::pull::run(options))?),
        Some(Command::Claim { options, .. }) => Ok(commands::claim::run(&wanted(cli)?, options)?),
        Some(Command::Embed { options, .. }) => {
            let embedders = match options.own() {
                Some(own) => vec![own],
                None => wanted(cli)?.embedders()?,
            };
            Ok(on_runtime(commands::embed::run(embedders, options))?)
        }
        Some(command) => match prepare(cli)? {
            Some(config) => on_runtime(with_models(config, command, cli.force())),
            None => Ok(true),
        },
    }
}

/// Loads the models and does what the command says with them.
async fn with_models(
    config: CheckedConfig,
    command: &Command,
    force: bool,
) -> anyhow::Result<bool> {
    let CheckedConfig { models, roster, .. } = config;
    let loaded = CheckedModule::load_all(models, LoadOptions { force }).await?;
    Ok(match command {
        Command::Check { options, .. } => commands::check::run(&loaded, options).await?,
        Command::Bench { options, .. } => commands::bench::run(&loaded, &roster, options).await?,
        Command::Chat { options, .. } => commands::chat::run(&loaded, &roster, options).await?,
        Command::Claim { .. } | Command::Embed { .. } | Command::List(_) | Command::Pull(_) => true,
    })
}

/// An error and its causes, except those that its own words already hold.
fn one_line(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        said if said.contains(&cause) => said.to_string(),
        said => format!("{said}: {cause}"),
    })
}

fn log(cli: &Cli) -> anyhow::Result<()> {
    let default = if cli.command.is_some() { "warn" } else { "info,mistralrs_core=warn" };
    let filter = EnvFilter::try_new(cli.log.as_deref().unwrap_or(default)).context("--log")?;
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // A line that does not fit on a full disk is lost; a complaint about it on standard error would
    // panic.
    let log = log.log_internal_errors(false);
    if cli.log_json {
        log.json().init();
    } else {
        log.init();
    }
    Ok(())
}

/// The configuration that the command line means.
fn wanted(cli: &Cli) -> anyhow::Result<Config> {
    let Some(config) = cli.configuration() else {
        let usage = Cli::command().render_usage();
        bail!(
            "say what to serve: --config FILE, --model DIRECTORY_OR_ID, --llama-server FILE.gguf \
             or --bundled\n{usage}"
        );
    };
    Ok(config?)
}

/// The checked configuration; `None` if checking was all that was asked for.
fn prepare(cli: &Cli) -> anyhow::Result<Option<CheckedConfig>> {
    let config = wanted(cli)?.check()?;
    if cli.check_config {
        println!("the configuration is valid: {} models", config.models.len());
        return Ok(None);
    }
    Ok(Some(config))
}

fn on_runtime<T, E>(work: impl Future<Output = Result<T, E>>) -> anyhow::Result<T>
where
    anyhow::Error: From<E>,
{
    if !memory::keep_returned() {
        debug!("this C library keeps memory as it likes");
    }
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let result = runtime.block_on(work);
    // Whatever still runs is an inference over its grace time: nothing can cancel it, and nobody
    // waits for it.
    runtime.shutdown_background();
    Ok(result?)
}

async fn run(config: CheckedConfig, options: LoadOptions) -> anyhow::Result<()> {
    let CheckedConfig { server, access, body_bytes, limits, models, embedders, roster } = config;
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(server.listen)
        .await
        .with_context(|| format!("listening on {}", server.listen))?;
    let address = listener.local_addr().context("reading the address")?;
    let metrics = Arc::new(Metrics::default());
    let names = models.iter().map(|model| model.name().to_string()).collect();
    let service = Arc::new(Service::new(metrics.clone(), names));
    let (stop, close) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let serving = {
        let close = close.clone();
        let listener = PromptListener::new(listener, server.connections);
        let http = axum::serve(listener, router(service.clone(), Arc::new(access), body_bytes))
            .with_graceful_shutdown(async move { close.notified().await });
        tokio::spawn(http.into_future())
    };
    announce(&format!("listening on http://{address}"));

    let mut lanes = JoinSet::new();
    tokio::select! {
        (loaded, points) = load(models, embedders, options) => {
            let loaded = loaded?;
            metrics.models.set(i64::try_from(loaded.loaded()).unwrap_or(i64::MAX));
            let (models, catalogue) = catalogue(loaded, &points, &roster);
            let embedders = points.into_iter().filter_map(|embedder| embedder.served).collect();
            let (scheduler, running) =
                Scheduler::start(models, embedders, roster, limits, metrics);
            lanes = running;
            service.ready(scheduler, catalogue);
            info!(%address, "ready");
        }
        () = signals.next() => stop.notify_one(),
    }
    tokio::select! {
        () = stop.notified() => (),
        () = signals.next() => (),
        Some(ended) = lanes.join_next() => {
            bail!("a model's lane ended by itself: {ended:?}");
        }
    }

    info!(drain_ms = server.drain_ms, "stopping after the jobs under way");
    service.stop();
    let drained = async {
        if let Some(scheduler) = service.scheduler() {
            scheduler.idle().await;
        }
    };
    tokio::select! {
        result = tokio::time::timeout(Duration::from_millis(server.drain_ms), drained) => {
            if result.is_err() {
                warn!("jobs were still under way");
            }
        }
        () = signals.next() => warn!("stopping at once"),
    }
    close.notify_one();
    let _ = tokio::time::timeout(LAST_REPLIES, serving).await;
    info!("stopped");
    Ok(())
}

/// Loads the models, and then the embedders, which can wait.
async fn load(
    models: Vec<CheckedModule>,
    embedders: Vec<CheckedEmbedder>,
    options: LoadOptions,
) -> (Result<Loaded, NothingLoaded>, Vec<LoadedEmbedder>) {
    let loaded = CheckedModule::load_all(models, options).await;
    (loaded, CheckedEmbedder::load_all(embedders).await)
}

/// What is served, and what is told of it.
fn catalogue(
    loaded: Loaded,
    embedders: &[LoadedEmbedder],
    roster: &Roster,
) -> (Vec<ServedModel>, Catalogue) {
    let Loaded { models, mut entries } = loaded;
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.agents = roster.users_of(index);
    }
    let catalogue = Catalogue {
        models: entries,
        embedders: embedders.iter().map(|embedder| embedder.entry.clone()).collect(),
        listed_agents: roster.listed(),
        any_agent: roster.others() > 0,
    };
    info!(
        models = models.len(),
        listed_agents = catalogue.listed_agents,
        any_agent = catalogue.any_agent,
        "serving"
    );
    (models, catalogue)
}

/// The one line on stdout that tools read.
fn announce(line: &str) {
    let mut stdout = std::io::stdout();
    if let Err(error) = writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        warn!(%error, "cannot say on stdout: {line}");
    }
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next of them.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}
