//! `waggle agent init`: from nothing to an agent that is registered and ready to start.
//!
//! Step by step: look at the machine and the chain, choose what the agent thinks with, make keys,
//! write the worker's configuration, let the worker examine the model, give the node its key, see
//! that the owner has money, register, join domains. What is done is written down, so that the next
//! run goes on from there. A person at a terminal is asked for what no option says; elsewhere
//! nothing is asked.
//!
//! The agent has a folder with its keys, its worker's configuration and a node of its own, which
//! [`start`] runs, or the key goes to a node that its operator runs (`--node-base`).

mod catalogue;
mod choose;
mod funds;
mod host;
mod keys;
mod machine;
mod mind;
mod selftest;
mod setup;
mod state;

pub use host::{start, StartArgs};

use crate::{
    dialogue::Dialogue,
    ending,
    failure::Failure,
    folder::{usual, OwnFolder},
    progress::{Progress, Verbosity},
};
use machine::Machine;
pub(crate) use selftest::check_config;
use serde_json::json;
use setup::Setup;
pub(crate) use state::State;
use std::path::PathBuf;
use waggle_client::amount::{Amount, WAG};
use waggle_primitives::DomainId;

/// What an agent is to be. What is not said is asked for at a terminal.
#[derive(Clone, Debug, clap::Args)]
pub struct InitArgs {
    /// Folder of the agent: keys, configuration, node [default: ~/.local/share/waggle/agent].
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Ask nothing: agree to everything that only wants a yes, and show the backup phrase on
    /// stderr unless --backup says where to write it.
    #[arg(long)]
    pub yes: bool,
    /// Change nothing: say what is done and what would be.
    #[arg(long)]
    pub dry_run: bool,
    /// Start node and worker afterwards, and go on until Ctrl-C.
    #[arg(long, conflicts_with = "node_base")]
    pub start: bool,
    /// Choose anew what the agent thinks with.
    #[arg(long)]
    pub again: bool,
    /// What it thinks with.
    #[command(flatten)]
    pub mind: MindArgs,
    /// Its keys and its money.
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// Where it runs.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// A domain to join besides the general one; may be given several times.
    #[arg(long = "domain", value_name = "N")]
    pub domains: Vec<DomainId>,
    /// What it is good at, for clients to read.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub topics: String,
}

/// What an agent thinks with.
#[derive(Clone, Debug, clap::Args)]
pub struct MindArgs {
    /// A model that the worker knows and fetches (`waggle-worker list`). Runs on llama.cpp's
    /// server.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["bundled", "gguf", "server"])]
    pub model: Option<String>,
    /// One of the toys that come with Waggle, such as llama-scout.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["gguf", "server"])]
    pub bundled: Option<String>,
    /// A GGUF file with a chat template. Runs on llama.cpp's server.
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    pub gguf: Option<PathBuf>,
    /// A server that speaks OpenAI's protocol, up to /v1: Ollama, vLLM, llama.cpp and others.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The server's name for the model [default: the only one that it has].
    #[arg(long, value_name = "NAME", requires = "server")]
    pub server_model: Option<String>,
    /// File with the key that the server wants.
    #[arg(long, value_name = "FILE", requires = "server")]
    pub api_key_file: Option<PathBuf>,
    /// llama.cpp's server [default: the one in PATH].
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bundled", "server"])]
    pub llama_server: Option<PathBuf>,
    /// Do not let the worker examine the model. An agent whose model cannot grade loses its
    /// tickets.
    #[arg(long)]
    pub untested: bool,
}

/// Whose the agent is.
#[derive(Clone, Debug, clap::Args)]
pub struct OwnerArgs {
    /// File with the key of the owner's account, if there is one already [default: a new one].
    #[arg(long, value_name = "FILE")]
    pub owner_key_file: Option<PathBuf>,
    /// Write the backup phrase of a new account to this new file instead of showing it.
    #[arg(long, value_name = "FILE", conflicts_with = "owner_key_file")]
    pub backup: Option<PathBuf>,
    /// Money for tickets that the owner should have besides the bond, in WAG.
    #[arg(long, value_name = "WAG", default_value_t = Amount(20 * WAG))]
    pub tickets: Amount,
    /// How long to wait for money, in minutes.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub wait: u64,
}

/// Where the agent runs.
#[derive(Clone, Debug, clap::Args)]
pub struct PlaceArgs {
    /// The chain of the agent's own node: a preset or the file of its specification [default: what
    /// the node at --url runs, if it is a preset].
    #[arg(long, value_name = "CHAIN")]
    pub chain: Option<String>,
    /// Address of a node of the chain; may be given several times [default: the node at --url].
    #[arg(long = "bootnode", value_name = "ADDRESS")]
    pub bootnodes: Vec<String>,
    /// The base path of a node that you run: the agent's key goes into its keystore, and the agent
    /// gets no node of its own.
    #[arg(long, value_name = "DIR")]
    pub node_base: Option<PathBuf>,
    /// Where clients connect to the agent's own node.
    #[arg(long, value_name = "PORT", default_value_t = 9954)]
    pub node_port: u16,
    /// Where the worker listens.
    #[arg(long, value_name = "PORT", default_value_t = 7741)]
    pub worker_port: u16,
}

/// Set an agent up, as far as that is not done.
///
/// # Errors
/// [`Failure::Unsaid`] if something must be said and nobody can be asked; what the steps say.
pub async fn init(url: &str, args: &InitArgs, json: bool) -> Result<(), Failure> {
    let verbosity = if json { Verbosity::TerminalOnly } else { Verbosity::Always };
    let progress = Progress::new(verbosity);
    let path = args.folder.clone().unwrap_or_else(|| usual("agent"));
    if args.dry_run {
        return dry_run(url, args, &path, json).await;
    }
    let folder = OwnFolder::take(&path)?;
    let state = State::read(folder.path())?.unwrap_or_default();
    let dialogue = Dialogue::new(args.yes);
    let mut setup = Setup { url, args, folder: folder.path(), state, dialogue, progress };
    // What is done is written down step by step, so that it may end anywhere.
    ending::unless_wanted(setup.run()).await?;
    let (state, progress) = (setup.state, setup.progress);
    progress.clear();
    let commands = host::commands(folder.path(), &state);
    if json {
        let value = json!({
            "folder": folder.path().display().to_string(),
            "owner": state.owner,
            "key": state.key,
            "model": state.mind.as_ref().map(mind::Mind::name),
            "tested": state.tested,
            "registered": state.registered,
            "domains": state.joined,
            "start": commands,
        });
        println!("{value}");
    } else {
        println!("{}", host::print_ready(folder.path(), &state, &commands));
    }
    let question = "Start node and worker now?";
    let is_wanted = args.start
        || (state.node_base.is_none()
            && dialogue.is_with_person()
            && dialogue.agrees(question, "--start")?);
    if is_wanted {
        return host::run(folder, &state, verbosity, json).await;
    }
    Ok(())
}

/// Say what is done and what would be.
async fn dry_run(
    url: &str,
    args: &InitArgs,
    path: &std::path::Path,
    json: bool,
) -> Result<(), Failure> {
    let state = State::read(path)?.unwrap_or_default();
    let machine = Machine::found();
    let chain = setup::chain_of(url).await;
    let steps = setup::steps(args, &state);
    if json {
        let steps = steps.iter().map(|(what, done)| json!({ "step": what, "done": done }));
        let value = json!({
            "folder": path.display().to_string(),
            "machine": machine.to_json(),
            "chain": chain.as_ref().ok().map(|about| about.name.clone()),
            "problem": chain.as_ref().err().map(Failure::shown),
            "steps": serde_json::Value::from_iter(steps),
        });
        println!("{value}");
        return Ok(());
    }
    println!("machine: {}", machine.print());
    match &chain {
        Ok(about) => println!("chain: {} ({}) at {url}", about.name, about.kind),
        Err(failure) => println!("chain: {}", failure.shown()),
    }
    println!("folder: {}", path.display());
    for (what, done) in steps {
        println!("{} {what}", if done { "✓" } else { "·" });
    }
    Ok(())
}
