//! `waggle-gateway`: serve OpenAI's protocol and MCP in front of a swarm, and keep its keys.

use clap::{Args, Parser, Subcommand};
use std::{
    io::IsTerminal,
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};
use subxt_signer::sr25519::Keypair;
use tracing_subscriber::EnvFilter;
use waggle_client::{
    account,
    amount::{Amount, WAG},
    node::Node,
};
use waggle_gateway::{
    config::{Config, ConfigFailure},
    keys::{self, CreateArgs, KeysCommand},
    mcp, openapi,
    serve::{Gateway, ServeFailure},
    store::Store,
};

/// OpenAI's protocol, and MCP, in front of a swarm of agents.
#[derive(Parser)]
#[command(name = "waggle-gateway", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP until told to stop (SIGTERM, Ctrl-C); running rounds are waited for.
    Serve {
        #[command(flatten)]
        settings: SettingsArgs,
        /// Check the configuration, and exit.
        #[arg(long)]
        check_config: bool,
    },
    /// Make, list, change and revoke the keys that clients show.
    Keys {
        #[command(flatten)]
        store: StoreArgs,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Serve MCP on standard input and output, for a client that starts this program itself.
    Mcp {
        #[command(flatten)]
        settings: SettingsArgs,
        /// The key that pays, as `waggle-gateway keys create` showed it. Other users of the
        /// machine can see what is given here: the environment is better.
        #[arg(long, value_name = "KEY", env = "WAGGLE_KEY", hide_env_values = true)]
        key: String,
    },
    /// Print the description of the HTTP side, in OpenAPI.
    Openapi,
}

/// Where the settings and the store are.
#[derive(Args)]
struct StoreArgs {
    /// The configuration, in TOML. What is given besides it has the last word.
    #[arg(long, global = true, value_name = "FILE", env = "WAGGLE_GATEWAY_CONFIG")]
    config: Option<PathBuf>,
    /// The database: sqlite:FILE or postgres://… [default: sqlite:waggle-gateway.db]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "WAGGLE_GATEWAY_STORE",
        hide_env_values = true
    )]
    store: Option<String>,
}

/// The settings that are most used.
#[derive(Args)]
struct SettingsArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "WAGGLE_GATEWAY_LISTEN")]
    listen: Option<SocketAddr>,
    /// The node [default: ws://127.0.0.1:9944]
    #[arg(long, value_name = "URL", env = "WAGGLE_GATEWAY_NODE")]
    node: Option<String>,
    /// File whose first line is the secret URI of the account that pays.
    #[arg(long, value_name = "FILE", env = "WAGGLE_GATEWAY_PAYER_FILE")]
    payer_file: Option<PathBuf>,
    /// Folder with the explorer's built page, which is served at /.
    #[arg(long, value_name = "FOLDER", env = "WAGGLE_GATEWAY_EXPLORER_DIR")]
    explorer_dir: Option<PathBuf>,
    /// On a development chain: //Alice pays, and `serve` makes a key and prints it.
    #[arg(long, conflicts_with = "payer_file")]
    dev: bool,
}

impl StoreArgs {
    fn config(&self) -> Result<Config, ConfigFailure> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        if let Some(store) = &self.store {
            config.store.clone_from(store);
        }
        Ok(config)
    }
}

impl SettingsArgs {
    fn config(&self) -> Result<Config, ConfigFailure> {
        let mut config = self.store.config()?;
        config.listen = self.listen.unwrap_or(config.listen);
        if let Some(node) = &self.node {
            config.node.clone_from(node);
        }
        if self.payer_file.is_some() {
            config.payer_file.clone_from(&self.payer_file);
        }
        if self.explorer_dir.is_some() {
            config.explorer_dir.clone_from(&self.explorer_dir);
        }
        config.check()?;
        Ok(config)
    }

    fn payer(&self, config: &Config) -> Result<Keypair, ConfigFailure> {
        if self.dev {
            account::development("//Alice").map_err(ConfigFailure::Payer)
        } else {
            config.payer()
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Standard output is for what was asked for: keys, and MCP.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("waggle-gateway: {}", failure.text);
            ExitCode::from(failure.code)
        }
    }
}

/// What the program ends with: one line, and 2 for what the operator has to change, else 1.
struct Ended {
    text: String,
    code: u8,
}

fn wrong(failure: impl std::fmt::Display) -> Ended {
    Ended { text: failure.to_string(), code: 2 }
}

fn failed(failure: impl std::fmt::Display) -> Ended {
    Ended { text: failure.to_string(), code: 1 }
}

impl From<ServeFailure> for Ended {
    fn from(failure: ServeFailure) -> Self {
        match failure {
            ServeFailure::Config(failure) => wrong(failure),
            ServeFailure::Models(failure) => wrong(failure),
            other => failed(other),
        }
    }
}

async fn run(command: Command) -> Result<(), Ended> {
    match command {
        Command::Serve { settings, check_config } => {
            let config = settings.config().map_err(wrong)?;
            let payer = settings.payer(&config).map_err(wrong)?;
            if check_config {
                println!("the configuration is sound");
                return Ok(());
            }
            let key = if settings.dev { Some(development_key(&config).await?) } else { None };
            let gateway = Gateway::open(config, payer).await?;
            if let Some(key) = key {
                println!("key: {key}");
            }
            Ok(gateway.serve().await?)
        }
        Command::Keys { store, json, command } => {
            let config = store.config().map_err(wrong)?;
            let store = Store::open(&config.store).await.map_err(failed)?;
            let text = keys::run(&store, &command, json).await.map_err(failed)?;
            if !text.is_empty() {
                println!("{text}");
            }
            Ok(())
        }
        Command::Mcp { settings, key } => {
            let config = settings.config().map_err(wrong)?;
            let payer = settings.payer(&config).map_err(wrong)?;
            let gateway = Gateway::open(config, payer).await?;
            let served = mcp::stdio(gateway.state(), key).await.map_err(failed);
            gateway.close().await;
            served
        }
        Command::Openapi => {
            println!("{}", openapi::description().map_err(failed)?);
            Ok(())
        }
    }
}

/// A key that can spend a development chain's money: a new one for each start, for nobody keeps
/// what is printed once. On no other chain: a key of so large a budget might outlive the try, in a
/// store whose gateways spend money that is worth something.
async fn development_key(config: &Config) -> Result<String, Ended> {
    let node = Node::connect(&config.node).await.map_err(failed)?;
    let kind = node.chain_type().await.map_err(failed)?;
    if !kind.is_for_development() {
        return Err(wrong(format!(
            "--dev is for development chains, and the one at {} is {kind}: name the account that \
             pays with --payer-file, and make a key with `waggle-gateway keys create`",
            config.node
        )));
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("development-{}", since.as_millis());
    let budget = Amount(100_000 * WAG);
    let wanted = CreateArgs { name, budget, rate: 600, concurrent: 64 };
    let store = Store::open(&config.store).await.map_err(failed)?;
    let key = keys::create(&store, &wanted).await.map_err(failed)?;
    store.close().await;
    Ok(key)
}
