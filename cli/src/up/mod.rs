//! `waggle up`: a development network on this machine, with one command: a node, a worker with
//! agents, a gateway that speaks OpenAI's protocol, and the explorer.
//!
//! Everything listens on loopback and is written into one folder, so that the next `waggle up` goes
//! on with the same chain and the same keys. All processes end with this one, which may stay in the
//! terminal or go into the background. The chain is the preset `dev`, whose keys everybody knows:
//! its money is worth nothing.

mod addresses;
mod background;
mod model;

use crate::{
    dialogue::Dialogue,
    ending,
    failure::Failure,
    folder::{usual, OwnFolder},
    progress::{Progress, Verbosity},
};
use addresses::{Addresses, OpenAi};
use model::line_up;
use std::{
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use waggle_client::observer::Observer;
use waggle_local_network::{
    check_free, models_directory, Binaries, Gateway, GatewayPlan, LocalNetwork, Plan, Ports, Preset,
};

/// What `--fresh` does.
const FRESH: &str = "Remove the chain and the keys that are in the folder?";
/// Pause between two looks at the processes.
const PAUSE: Duration = Duration::from_secs(1);
/// Below the folder: what node and worker write.
const NETWORK: &str = "network";
/// Below the folder: what the gateway writes.
const GATEWAY: &str = "gateway";

/// What is started, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct UpArgs {
    /// Folder of the chain, the keys and the logs [default: ~/.local/share/waggle/dev].
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// Begin a new chain: removes what is in the folder. Asks first.
    #[arg(long)]
    pub fresh: bool,
    /// Ask nothing: agree.
    #[arg(long)]
    pub yes: bool,
    /// Go on in the background, once everything is there.
    #[arg(long)]
    pub detach: bool,
    /// Start nothing: say where everything of the network is that runs in the folder. Exit status
    /// 1 if none does.
    #[arg(long, conflicts_with_all = ["fresh", "detach"])]
    pub status: bool,
    /// Start nothing: stop the network that runs in the folder, if one does.
    #[arg(long, conflicts_with_all = ["fresh", "detach", "status"])]
    pub stop: bool,
    /// Speak with a real model instead of the bundled toys: a GGUF file with a chat template
    /// [default: the one that ./scripts/llama fetches]. Four agents share it. Needs llama.cpp's
    /// llama-server.
    #[arg(long, value_name = "GGUF", num_args = 0..=1)]
    pub real: Option<Option<PathBuf>>,
    /// llama.cpp's server [default: the one in PATH, or that ./scripts/llama builds].
    #[arg(long, value_name = "FILE", requires = "real")]
    pub llama_server: Option<PathBuf>,
    /// Where clients connect to the node.
    #[arg(long, value_name = "PORT", default_value_t = 9944)]
    pub node_port: u16,
    /// Where the gateway and the explorer listen.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub gateway_port: u16,
    /// Where the node tells its metrics.
    #[arg(long, value_name = "PORT", default_value_t = 9615)]
    pub metrics_port: u16,
    /// Where the worker listens [default: any port that is free].
    #[arg(long, value_name = "PORT")]
    pub worker_port: Option<u16>,
    /// Start no gateway, and so no explorer.
    #[arg(long)]
    pub no_gateway: bool,
    /// Directory with models, one in each subdirectory, and swarm.json: who speaks with which
    /// [default: the bundled ones].
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}

/// Start the network, say where everything is, and go on until somebody wants it to end; or what
/// the arguments want instead.
///
/// # Errors
/// [`Failure::Network`] if something does not start, or has stopped by itself;
/// [`Failure::Interrupted`] if somebody wants it to end before it is there;
/// [`Failure::NotRunning`] if there is none to tell of.
pub async fn up(args: &UpArgs, json: bool) -> Result<(), Failure> {
    let base = args.base.clone().unwrap_or_else(|| usual("dev"));
    if args.status {
        return background::status(&base, json);
    }
    if args.stop {
        return background::stop(&base, json).await;
    }
    let folder = OwnFolder::take(&base)?;
    let dialogue = Dialogue::new(args.yes);
    if args.fresh && !folder.is_new() {
        if !dialogue.agrees(FRESH, "--yes")? {
            return Err(Failure::Input("nothing is removed, and nothing is started".into()));
        }
        folder.clear()?;
    }
    check_ports(args)?;
    // One that was killed could not.
    Addresses::forget(folder.path());
    if args.detach {
        return background::start(folder, json).await;
    }
    let progress = Progress::new(Verbosity::Always);
    let begin = Instant::now();
    let started = ending::unless_wanted(start(args, &folder, &progress)).await;
    let mut running = started.inspect_err(|failure| {
        if !folder.is_new() && matches!(failure, Failure::Network(_)) {
            progress.note(format!(
                "if a new version does not go on with the old chain: --fresh begins another one \
                 (in {})",
                folder.path().display()
            ));
        }
    })?;
    let addresses = running.addresses(args, folder.path());
    progress.done(format!("all is there ({:.1} s)", begin.elapsed().as_secs_f64()));
    progress.clear();
    let told = addresses.keep(folder.path()).and_then(|()| {
        tell(&if json { addresses.to_json().to_string() } else { addresses.print("Ctrl-C") })
    });
    let outcome = match told {
        Ok(()) => running.until_ended().await,
        Err(failure) => Err(failure),
    };
    let progress = Progress::new(Verbosity::Always);
    progress.doing("stopping");
    Addresses::forget(folder.path());
    running.stop().await;
    if outcome.is_ok() {
        progress.done("stopped; `waggle up` goes on with the same chain");
    }
    outcome
}

/// Say it on standard output.
fn tell(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "{text}").and_then(|()| out.flush());
    told.map_err(Failure::file(Path::new("standard output")))
}

/// What runs.
struct Running {
    network: LocalNetwork,
    gateway: Option<Gateway>,
}

impl Running {
    /// Returns when somebody wants this to end; a failure if something ended by itself.
    async fn until_ended(&mut self) -> Result<(), Failure> {
        tokio::select! {
            () = ending::wanted() => Ok(()),
            failure = self.first_failure() => Err(failure),
        }
    }

    async fn first_failure(&mut self) -> Failure {
        loop {
            let gateway = self.gateway.as_mut().map_or(Ok(()), Gateway::check_running);
            if let Err(failure) = self.network.check_running().and(gateway) {
                return failure.into();
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn addresses(&self, args: &UpArgs, base: &Path) -> Addresses {
        let gateway = self.gateway.as_ref();
        let processes = self
            .network
            .processes()
            .filter_map(|(name, process)| Some((name.to_owned(), process.id()?)));
        let of_gateway = gateway.and_then(|gateway| Some(("gateway".to_owned(), gateway.id()?)));
        Addresses {
            node: self.network.url(),
            worker: format!("http://127.0.0.1:{}", self.network.worker_port()),
            metrics: format!("http://127.0.0.1:{}/metrics", args.metrics_port),
            gateway: gateway.map(Gateway::url),
            explorer: gateway.and_then(Gateway::explorer_url),
            openai: gateway.map(|gateway| OpenAi {
                base_url: gateway.openai_url(),
                api_key: gateway.api_key().to_owned(),
            }),
            agents: self.network.agents().len(),
            processes: processes.chain(of_gateway).collect(),
            is_real: args.real.is_some(),
            base: base.display().to_string(),
        }
    }

    /// The gateway first: what it has taken may still be settled.
    async fn stop(self) {
        if let Some(gateway) = self.gateway {
            gateway.stop().await;
        }
        self.network.stop().await;
    }
}

async fn start(args: &UpArgs, folder: &OwnFolder, progress: &Progress) -> Result<Running, Failure> {
    let models = args.models.clone().map_or_else(models_directory, Ok)?;
    let (playable, options) = line_up(args, &models)?;
    for absent in &playable.absent {
        progress.note(format!("{absent}, which this machine lacks: the others go on without it"));
    }
    let metrics = ["--prometheus-port".to_owned(), args.metrics_port.to_string()];
    let plan = Plan {
        options,
        node_arguments: metrics.to_vec(),
        directory: Some(folder.path().join(NETWORK)),
        ports: Ports { node: Some(args.node_port), worker: args.worker_port },
        ..Plan::new(Binaries::find(None, None), Preset::Dev, playable.roles)
    };
    let network = LocalNetwork::start(plan, progress).await?;
    let gateway = start_gateway(args, folder, network.url(), progress).await?;
    Ok(Running { network, gateway })
}

async fn start_gateway(
    args: &UpArgs,
    folder: &OwnFolder,
    node: String,
    observer: &impl Observer,
) -> Result<Option<Gateway>, Failure> {
    if args.no_gateway {
        return Ok(None);
    }
    let Some(program) = Gateway::program() else {
        observer.note(
            "there is no program waggle-gateway next to this one (./scripts/build makes it): no \
             OpenAI protocol and no explorer",
        );
        return Ok(None);
    };
    let explorer = Gateway::explorer();
    if explorer.is_none() {
        observer.note(
            "the explorer's page is not built (./scripts/explorer --build): the gateway has none",
        );
    }
    let (directory, port) = (folder.path().join(GATEWAY), args.gateway_port);
    let plan = GatewayPlan { program, node, directory, port, explorer };
    Ok(Some(Gateway::start(&plan, observer).await?))
}

/// Better said before than read in a log.
fn check_ports(args: &UpArgs) -> Result<(), Failure> {
    check_free(args.node_port, "node", "--node-port")?;
    check_free(args.metrics_port, "node's metrics", "--metrics-port")?;
    if !args.no_gateway {
        check_free(args.gateway_port, "gateway", "--gateway-port")?;
    }
    if let Some(port) = args.worker_port {
        check_free(port, "worker", "--worker-port")?;
    }
    Ok(())
}
