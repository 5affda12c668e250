//! `waggle doctor`: what may keep this machine from asking, answering or hosting agents.

use super::{
    finding::{problems, Finding},
    keystore, looks,
};
use crate::{
    begin::{check_config, State},
    failure::Failure,
    folder::usual,
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use waggle_client::{chain::Chain, node::Node};
use waggle_harness::machine::memory_gib;
use waggle_local_network::{
    holder, is_open_to_others, is_taken, Binaries, Gateway, HostingPlan, Place,
};

/// The ports that Waggle's programs have by default.
const PORTS: [(u16, &str); 4] = [
    (9944, "the node's clients"),
    (9615, "the node's metrics"),
    (7741, "the worker"),
    (8080, "the gateway"),
];
/// Less free disk is a problem, in GiB.
const LEAST_DISK: f64 = 1.0;
/// Less free disk is worth a word, in GiB.
const SOME_DISK: f64 = 10.0;
/// Less memory is worth a word, in GiB: the bundled models and a node.
const SOME_MEMORY: f64 = 2.0;

/// What is looked at.
#[derive(Clone, Debug, clap::Args)]
pub struct DoctorArgs {
    /// Folder of an agent [default: ~/.local/share/waggle/agent].
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Base path of a node, whose keystore is looked at [default: that of the agent].
    #[arg(long, value_name = "DIR")]
    pub node_base: Option<PathBuf>,
    /// The worker [default: that of the agent in the folder, else http://127.0.0.1:7741].
    #[arg(long, value_name = "URL")]
    pub worker_url: Option<String>,
    /// The gateway.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub gateway_url: String,
}

/// Look at this machine and tell of it.
///
/// # Errors
/// [`Failure::Problems`] if something is not well.
pub async fn doctor(url: &str, args: &DoctorArgs, json: bool) -> Result<(), Failure> {
    let folder = args.folder.clone().unwrap_or_else(|| usual("agent"));
    let state = State::read(&folder)?;
    let binaries = Binaries::find(None, None);
    let mut found = programs(&binaries);
    found.extend(PORTS.map(|(port, what)| of_port(port, what)));
    found.push(of_disk(&folder));
    found.push(of_memory(memory_gib()));
    let chain = look_at_node(url, &mut found).await;
    found.extend(files(&folder));
    let base = args.node_base.clone();
    let base = base.or_else(|| state.as_ref().and_then(|state| state.node_base.clone()));
    let base = base.unwrap_or_else(|| HostingPlan::base_path(&folder));
    found.extend(keystore::look(&base, chain.as_ref()).await);
    found.extend(of_config(&binaries, &State::worker_config(&folder)));
    found.extend(look_at_worker(args, state.as_ref()).await);
    found.push(looks::gateway(&args.gateway_url).await);
    if json {
        println!("{}", Value::from_iter(found.iter().map(Finding::to_json)));
    } else {
        found.iter().for_each(|finding| println!("{}", finding.print()));
    }
    match problems(&found) {
        0 => Ok(()),
        count => Err(Failure::Problems(count)),
    }
}

/// The programs, and whether they are of one version.
fn programs(binaries: &Binaries) -> Vec<Finding> {
    let build = "./scripts/build makes it; WAGGLE_NODE, WAGGLE_WORKER, WAGGLE_GATEWAY name others";
    let needed = [("waggle-node", &binaries.node), ("waggle-worker", &binaries.worker)];
    let mut found: Vec<Finding> = needed
        .into_iter()
        .map(|(name, path)| match version(path) {
            Some(version) => of_version(name, &version, path),
            None => Finding::problem(format!("{name} does not run ({})", path.display()), build),
        })
        .collect();
    found.push(match Gateway::program() {
        Some(path) => match version(&path) {
            Some(version) => of_version("waggle-gateway", &version, &path),
            None => Finding::problem(format!("{} does not run", path.display()), build),
        },
        None => Finding::warning("there is no waggle-gateway: no OpenAI protocol here", build),
    });
    found
}

fn of_version(name: &str, version: &str, path: &Path) -> Finding {
    let what = format!("{name} {version} ({})", path.display());
    let own = env!("CARGO_PKG_VERSION");
    // The node's has the commit behind it.
    if version.split(['-', '+']).next() == Some(own) {
        return Finding::ok(what);
    }
    Finding::warning(format!("{what}, and waggle {own}"), "install programs of one version")
}

/// What follows the name in what `--version` prints.
fn version(program: &Path) -> Option<String> {
    let said = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = text.lines().next()?.split_whitespace().nth(1)?.to_owned();
    said.status.success().then_some(version)
}

fn of_port(port: u16, what: &str) -> Finding {
    if !is_taken(port) {
        return Finding::ok(format!("port {port} ({what}) is free"));
    }
    match holder(port) {
        Some(holder) if holder.name.starts_with("waggle") => {
            Finding::ok(format!("port {port} ({what}) is {holder}'s"))
        }
        Some(holder) => Finding::warning(
            format!("port {port} ({what}) is taken by {holder}"),
            "stop that program, or give Waggle's another port",
        ),
        None => Finding::warning(
            format!("port {port} ({what}) is taken by another user's program"),
            "`ss -ltnp` as root says whose it is",
        ),
    }
}

/// How much of the disk is free, where the folder is or would be.
fn of_disk(folder: &Path) -> Finding {
    let there = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("/"));
    let said = Command::new("df").args(["-Pk", "--"]).arg(there).output();
    let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    let free = said.ok().and_then(|said| free_gib(&said));
    let Some(free) = free else {
        return Finding::warning("df does not say how much disk is free", "see for yourself");
    };
    let what = format!("{free:.1} GiB of disk are free at {}", there.display());
    let remedy = "make room: chain and models grow, and a node on a full disk stops acting";
    match free {
        free if free < LEAST_DISK => Finding::problem(what, remedy),
        free if free < SOME_DISK => Finding::warning(what, remedy),
        _ => Finding::ok(what),
    }
}

/// The fourth field of the second line, in KiB.
fn free_gib(said: &str) -> Option<f64> {
    let kib = said.lines().nth(1)?.split_whitespace().nth(3)?.parse::<f64>().ok()?;
    Some(kib / f64::from(1 << 20))
}

fn of_memory(gib: Option<f64>) -> Finding {
    match gib {
        Some(gib) if gib < SOME_MEMORY => Finding::warning(
            format!("{gib:.1} GiB of memory"),
            "enough for a node; for models take another machine's server",
        ),
        Some(gib) => Finding::ok(format!("{gib:.1} GiB of memory")),
        None => Finding::warning("the machine does not say how much memory it has", "see free"),
    }
}

/// The node that clients here talk to. Its chain, if it is there.
async fn look_at_node(url: &str, found: &mut Vec<Finding>) -> Option<Chain> {
    let away = "`waggle up` starts a network here; --url names another node";
    let node = match Node::connect(url).await {
        Ok(node) => node,
        Err(failure) => {
            found.push(Finding::problem(failure.one_line(), away));
            return None;
        }
    };
    found.push(looks::node(&node, url, false).await);
    match Chain::connect(url).await {
        Ok(chain) => {
            match chain.constants().await {
                Ok(constants) => found.push(looks::clock(&chain, constants.slot_ms).await),
                Err(failure) => found.push(Finding::problem(
                    failure.one_line(),
                    "use client and node of one version",
                )),
            }
            Some(chain)
        }
        Err(failure) => {
            found.push(Finding::problem(failure.one_line(), away));
            None
        }
    }
}

/// Whether others may read the agent's keys.
fn files(folder: &Path) -> Vec<Finding> {
    let keys = ["owner.key", "agent.key"].map(|name| folder.join(name));
    let there = keys.into_iter().filter(|file| file.exists());
    there
        .map(|file| match is_open_to_others(&file) {
            Ok(false) => Finding::ok(format!("only you may read {}", file.display())),
            Ok(true) => Finding::problem(
                format!("others may read {}", file.display()),
                format!("chmod 600 {}", file.display()),
            ),
            Err(error) => Finding::warning(format!("{}: {error}", file.display()), "see its mode"),
        })
        .collect()
}

fn of_config(binaries: &Binaries, config: &Path) -> Option<Finding> {
    if !config.exists() {
        return None;
    }
    Some(match check_config(&binaries.worker, config) {
        Ok(()) => Finding::ok(format!("the worker takes {}", config.display())),
        Err(failure) => Finding::problem(failure.shown(), format!("mend {}", config.display())),
    })
}

/// Where nobody has set up an agent and nobody names a worker, none is missed.
async fn look_at_worker(args: &DoctorArgs, state: Option<&State>) -> Vec<Finding> {
    let own = state.map(|state| format!("http://127.0.0.1:{}", state.worker_port));
    let Some(url) = args.worker_url.clone().or(own) else {
        let usual = "http://127.0.0.1:7741";
        let replies = match Place::of(usual) {
            Some(place) => place.get("/healthz").await.is_ok(),
            None => false,
        };
        return if replies { looks::worker(usual).await } else { Vec::new() };
    };
    let mut found = looks::worker(&url).await;
    found.extend(looks::agents_of_worker(&url).await);
    found
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn disk_should_be_read_from_what_df_says() {
        let said = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n\
                    /dev/sda1        102400000  50000000  20971520      71% /\n";
        assert_eq!(free_gib(said), Some(20.0));
        assert_eq!(free_gib("nothing"), None);
    }

    #[test]
    fn memory_should_be_worth_a_word_when_it_is_little() {
        assert_eq!(of_memory(Some(1.0)).level, Level::Warning);
        assert_eq!(of_memory(Some(8.0)).level, Level::Ok);
        assert_eq!(of_memory(None).level, Level::Warning);
    }

    #[test]
    fn programs_should_be_of_the_version_of_this_one() {
        let own = env!("CARGO_PKG_VERSION");
        let level = |version: &str| of_version("waggle-node", version, Path::new("/n")).level;
        assert_eq!(level(own), Level::Ok);
        assert_eq!(level(&format!("{own}-abcdef0")), Level::Ok);
        assert_eq!(level("0.0.0"), Level::Warning);
        assert_eq!(version(Path::new("/no/such/program")), None);
    }

    #[test]
    fn port_should_be_shown_with_who_has_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = of_port(port, "the worker");
        assert!(found.what.contains(&port.to_string()) && found.what.contains("process"));
        drop(listener);
        assert!(of_port(port, "the worker").what.ends_with("is free"));
    }

    #[test]
    fn keys_that_others_may_read_should_be_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        waggle_local_network::write_private(&folder.path().join("agent.key"), "").unwrap();
        std::fs::write(folder.path().join("owner.key"), "").unwrap();
        let mode = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(folder.path().join("owner.key"), mode).unwrap();
        let levels: Vec<Level> =
            files(folder.path()).into_iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Problem, Level::Ok]);
    }
}
