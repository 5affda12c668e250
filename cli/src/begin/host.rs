//! An agent's own node and worker: `waggle agent start`, and how else to start them.

use super::State;
use crate::{
    ending,
    failure::Failure,
    folder::{usual, OwnFolder},
    progress::{Progress, Verbosity},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use waggle_client::node::Node;
use waggle_local_network::{check_free, Binaries, Hosting, HostingPlan};

/// Pause between two looks at the processes.
const PAUSE: Duration = Duration::from_secs(1);

/// Which agent is started.
#[derive(Clone, Debug, clap::Args)]
pub struct StartArgs {
    /// Folder of the agent [default: ~/.local/share/waggle/agent].
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Start the node and the worker of an agent that has been set up, and go on until somebody wants
/// them to end.
///
/// # Errors
/// [`Failure::Input`] if the agent is not set up; [`Failure::Network`] if something does not start,
/// or has stopped by itself.
pub async fn start(args: &StartArgs, json: bool) -> Result<(), Failure> {
    let folder = OwnFolder::take(&args.folder.clone().unwrap_or_else(|| usual("agent")))?;
    let state = State::read(folder.path())?.filter(|state| state.registered);
    let state = state.ok_or_else(|| {
        let path = folder.path().display();
        Failure::Input(format!("no agent is set up in {path}: `waggle agent init` does it"))
    })?;
    let verbosity = if json { Verbosity::TerminalOnly } else { Verbosity::Always };
    run(folder, &state, verbosity, json).await
}

/// As [`start`], of a folder that is taken already.
pub(super) async fn run(
    folder: OwnFolder,
    state: &State,
    verbosity: Verbosity,
    json: bool,
) -> Result<(), Failure> {
    if let Some(base) = &state.node_base {
        return Err(Failure::Input(format!(
            "the agent's key is in the keystore of {}: start that node, and the worker with \
             --config {}",
            base.display(),
            State::worker_config(folder.path()).display()
        )));
    }
    let mut plan = plan(folder.path(), state);
    check_free(plan.node_port, "agent's node", "`waggle agent init --node-port`")?;
    check_free(plan.worker_port, "worker", "`waggle agent init --worker-port`")?;
    if plan.bootnodes.is_empty() {
        plan.bootnodes = bootnodes(&state.url).await;
    }
    let progress = Progress::new(verbosity);
    let mut hosting = ending::unless_wanted(Hosting::start(&plan, &progress)).await?;
    progress.clear();
    let told = if json {
        let (node, worker) = (plan.node_url(), plan.worker_url());
        serde_json::json!({ "started": true, "node": node, "worker": worker }).to_string()
    } else {
        "The agent runs; Ctrl-C stops it. `waggle agent status` tells of it.".to_owned()
    };
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "{told}").and_then(|()| out.flush());
    drop(out);
    let outcome = match told {
        Ok(()) => until_ended(&mut hosting).await,
        Err(error) => Err(Failure::file(Path::new("standard output"))(error)),
    };
    let progress = Progress::new(verbosity);
    progress.doing("stopping: the worker ends what it has begun");
    hosting.stop().await;
    outcome
}

async fn until_ended(hosting: &mut Hosting) -> Result<(), Failure> {
    let first_failure = async {
        loop {
            if let Err(failure) = hosting.check_running() {
                return failure;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = ending::wanted() => Ok(()),
        failure = first_failure => Err(failure.into()),
    }
}

/// The commands that start what the agent needs, for a person or a service.
pub(super) fn commands(folder: &Path, state: &State) -> Vec<String> {
    let plan = plan(folder, state);
    let worker = words(&plan.worker_command());
    if state.node_base.is_some() {
        return vec![worker];
    }
    let start = format!("waggle agent start --folder {}", folder.display());
    vec![start, worker, words(&plan.node_command())]
}

/// What to do when everything is set up.
pub(super) fn print_ready(folder: &Path, state: &State, commands: &[String]) -> String {
    let owner = state.owner.as_deref().unwrap_or_default();
    let start = commands.first().cloned().unwrap_or_default();
    let rest: String = commands.iter().skip(1).map(|line| format!("\n    {line}")).collect();
    let services = match state.node_base.is_some() {
        true => "\n  your node finds the worker with --worker-url".to_owned(),
        false => format!("\n  as services (docs/operators.md):{rest}"),
    };
    format!(
        "The agent is set up.\n  start it:  {start}{services}\n  \
         look at it:  waggle agent status --folder {}\n  \
         limit what it may lose:  waggle agent limit --ticket 10 --key-file {}\n  \
         owner:  {owner}",
        folder.display(),
        state.owner_key.clone().unwrap_or_else(|| folder.join("owner.key")).display()
    )
}

fn plan(folder: &Path, state: &State) -> HostingPlan {
    let mut genesis = [0; 32];
    // One that is not of this form is no chain's, and the node says so.
    let _ = hex::decode_to_slice(&state.genesis, &mut genesis);
    HostingPlan {
        binaries: Binaries::find(None, None),
        directory: folder.to_owned(),
        chain: state.chain.clone(),
        genesis,
        bootnodes: state.bootnodes.clone(),
        on_loopback: state.on_loopback,
        node_port: state.node_port,
        worker_config: State::worker_config(folder),
        worker_port: state.worker_port,
    }
}

/// Where the node at `url` takes peers. None if it is away: others may be found.
async fn bootnodes(url: &str) -> Vec<String> {
    let Ok(node) = Node::connect(url).await else { return Vec::new() };
    let is_here =
        ["//127.0.0.1:", "//localhost:", "//[::1]:"].iter().any(|host| url.contains(host));
    let mut addresses = node.listen_addresses().await.unwrap_or_default();
    addresses.retain(|address| is_usable(address, is_here));
    addresses
}

/// Whether an address of a node leads there from this machine, where `is_here` says that it is the
/// node's own. Strangers' nodes say what they like, and it becomes a word of a command line: what
/// begins with no `/` is no address, and may be an option.
fn is_usable(address: &str, is_here: bool) -> bool {
    let is_address = address.starts_with('/') && !address.contains(char::is_whitespace);
    let is_loopback = address.starts_with("/ip4/127.") || address.starts_with("/ip6/::1/");
    is_address && !address.contains("/ws") && is_loopback == is_here
}

fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = |word: &std::ffi::OsStr| {
        let word = word.to_string_lossy();
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/.-_:=,".contains(letter);
        match word.chars().all(is_plain) && !word.is_empty() {
            true => word.into_owned(),
            false => format!("'{}'", word.replace('\'', r"'\''")),
        }
    };
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_should_be_those_that_lead_to_the_node_from_here() {
        let here = "/ip4/127.0.0.1/tcp/1/p2p/a";
        let there = "/ip4/10.0.0.7/tcp/1/p2p/a";
        assert!(is_usable(here, true) && !is_usable(here, false));
        assert!(is_usable(there, false) && !is_usable(there, true));
        assert!(!is_usable("/ip4/127.0.0.1/tcp/1/ws/p2p/a", true));
    }

    #[test]
    fn addresses_should_be_refused_when_they_would_be_options_of_the_node() {
        for word in ["--unsafe-rpc-external", "-l=trace", "", "/ip4/10.0.0.7/tcp/1 --rpc-cors"] {
            assert!(!is_usable(word, false) && !is_usable(word, true), "{word}");
        }
    }

    #[test]
    fn commands_should_be_quoted_for_a_shell() {
        let mut command = Command::new("/bin/waggle-worker");
        command.args(["--config", "/my agent's/worker.toml", ""]);
        assert_eq!(words(&command), r"/bin/waggle-worker --config '/my agent'\''s/worker.toml' ''");
    }

    #[test]
    fn commands_should_start_no_node_where_the_operator_runs_one() {
        let own = State { chain: "dev".into(), worker_port: 7_741, ..State::default() };
        assert_eq!(commands(Path::new("/agent"), &own).len(), 3);
        let theirs = State { node_base: Some("/node".into()), ..own };
        let commands = commands(Path::new("/agent"), &theirs);
        assert_eq!(commands.len(), 1);
        assert!(commands[0].contains("--config /agent/worker.toml"), "{commands:?}");
    }
}
