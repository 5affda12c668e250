//! The steps of setting an agent up, each written down when it is done.

use super::{
    choose::Choice,
    funds::Funding,
    keys::{KeySource, Keys},
    machine::Machine,
    selftest, InitArgs, State,
};
use crate::{
    agent::{self, ProfileArgs},
    dialogue::Dialogue,
    domain,
    failure::Failure,
    progress::Progress,
};
use std::{path::Path, process::Command, time::Duration};
use waggle_client::{
    chain::Chain,
    node::{ChainType, Node},
    who::Who,
};
use waggle_local_network::{write_private, Binaries, HostingPlan};

/// The presets, by the names of their chains.
const PRESETS: [(&str, &str); 3] =
    [("Waggle development", "dev"), ("Waggle local", "local"), ("Waggle governed", "governed")];

/// What a node says of its chain.
pub(super) struct About {
    /// Its name.
    pub(super) name: String,
    /// What kind it is.
    pub(super) kind: ChainType,
}

/// Ask the node at `url` for its chain.
pub(super) async fn chain_of(url: &str) -> Result<About, Failure> {
    let node = Node::connect(url).await?;
    Ok(About { name: node.chain_name().await?, kind: node.chain_type().await? })
}

/// All steps, and whether each is done.
pub(super) fn steps(args: &InitArgs, state: &State) -> Vec<(String, bool)> {
    let mind = state.mind.as_ref().filter(|_| !args.again);
    let chosen = mind.map_or("choose what it thinks with".to_owned(), |mind| {
        format!("choose what it thinks with: {}", mind.print())
    });
    let owner = state.owner.as_deref().unwrap_or("a new account");
    let mut steps = vec![
        (chosen, mind.is_some()),
        (format!("make keys: {owner}"), state.owner.is_some()),
        ("write the worker's configuration, and examine the model".into(), state.tested.is_some()),
        ("give the node the agent's key".into(), state.inserted),
        ("have money, and register".into(), state.registered),
    ];
    let join = |id: &u32| (format!("join domain {id}"), state.joined.contains(id));
    steps.extend(args.domains.iter().map(join));
    steps
}

/// An agent that is being set up.
pub(super) struct Setup<'a> {
    /// A node of its chain.
    pub(super) url: &'a str,
    /// What it is to be.
    pub(super) args: &'a InitArgs,
    /// Its folder.
    pub(super) folder: &'a Path,
    /// What is done.
    pub(super) state: State,
    /// Who can be asked.
    pub(super) dialogue: Dialogue,
    /// Who is told.
    pub(super) progress: Progress,
}

impl Setup<'_> {
    /// Do all that is not done.
    pub(super) async fn run(&mut self) -> Result<(), Failure> {
        let machine = Machine::found();
        self.progress.done(format!("this machine: {}", machine.print()));
        let binaries = Binaries::find(None, None);
        binaries.check()?;
        let (chain, about) = self.connect().await?;
        self.choose(&binaries, &machine).await?;
        let keys = self.make_keys()?;
        self.configure(&binaries, &chain, &keys, machine.cores).await?;
        self.insert_key(&binaries)?;
        self.register(&chain, &about.kind, &keys).await?;
        self.join(&chain, &keys).await
    }

    async fn connect(&mut self) -> Result<(Chain, About), Failure> {
        self.progress.doing("looking at the chain");
        let about = chain_of(self.url).await?;
        let chain = Chain::connect(self.url).await?;
        let genesis = hex::encode(chain.client().genesis_hash().0);
        if !self.state.genesis.is_empty() && self.state.genesis != genesis {
            return Err(Failure::Input(format!(
                "{} has an agent of another chain ({:?}): name another folder with --folder",
                self.folder.display(),
                self.state.chain_name
            )));
        }
        let place = &self.args.place;
        let preset = PRESETS.iter().find(|(name, _)| *name == about.name);
        let named = place.chain.clone().map(absolute);
        let known = (!self.state.chain.is_empty()).then(|| self.state.chain.clone());
        let preset = preset.map(|(_, preset)| (*preset).to_owned());
        self.state.chain = named.or(known).or(preset).ok_or(Failure::Unsaid {
            what: "the specification of this chain, for the agent's own node",
            option: "--chain",
        })?;
        self.progress.done(format!("chain: {} ({}) at {}", about.name, about.kind, self.url));
        self.state.url = self.url.to_owned();
        self.state.chain_name = about.name.clone();
        self.state.genesis = genesis;
        self.state.on_loopback = about.kind.is_for_development();
        self.state.bootnodes = place.bootnodes.clone();
        self.state.node_base = place.node_base.clone();
        self.state.node_port = place.node_port;
        self.state.worker_port = place.worker_port;
        self.write()?;
        Ok((chain, about))
    }

    async fn choose(&mut self, binaries: &Binaries, machine: &Machine) -> Result<(), Failure> {
        if self.args.again {
            (self.state.mind, self.state.tested) = (None, None);
        }
        if self.state.mind.is_none() {
            let choice = Choice {
                args: &self.args.mind,
                worker: &binaries.worker,
                machine,
                dialogue: self.dialogue,
            };
            let mind = choice.made(&self.progress).await?;
            self.state.mind = Some(mind);
            self.write()?;
        }
        if let Some(mind) = &self.state.mind {
            self.progress.done(format!("it thinks with {}", mind.print()));
        }
        Ok(())
    }

    fn make_keys(&mut self) -> Result<Keys, Failure> {
        let owner = &self.args.owner;
        if let Some(file) = &owner.owner_key_file {
            self.state.owner_key = Some(file.canonicalize().map_err(Failure::file(file))?);
        }
        let source = self.key_source();
        if self.state.owner.is_some() && !source.owner_file().exists() {
            let path = source.owner_file();
            return Err(Failure::Input(format!(
                "the owner's key is not at {} any more: name it with --owner-key-file",
                path.display()
            )));
        }
        let keys = self.progress.suspended(|| source.keys(self.dialogue))?;
        let account = keys.account().to_string();
        if self.state.owner.as_ref().is_some_and(|owner| *owner != account) {
            return Err(Failure::Input(format!(
                "the agent in {} has another owner: name another folder with --folder",
                self.folder.display()
            )));
        }
        let key = keys.agent_hex();
        if self.state.key.as_ref().is_some_and(|known| *known != key) {
            self.state.inserted = false;
        }
        (self.state.owner, self.state.key) = (Some(account.clone()), Some(key));
        self.write()?;
        self.progress.done(format!("owner {account}, keys in {}", self.folder.display()));
        Ok(keys)
    }

    async fn configure(
        &mut self,
        binaries: &Binaries,
        chain: &Chain,
        keys: &Keys,
        cores: usize,
    ) -> Result<(), Failure> {
        let Some(mind) = &self.state.mind else { return Ok(()) };
        let path = State::worker_config(self.folder);
        let text = mind.worker_config(&keys.agent_hex(), self.state.worker_port, cores);
        let text = text.map_err(|error| Failure::Input(error.to_string()))?;
        if !path.exists() || self.state.tested.is_none() {
            write_private(&path, &text).map_err(Failure::file(&path))?;
        }
        selftest::check_config(&binaries.worker, &path)?;
        if self.state.tested.is_none() {
            let said = if self.args.mind.untested {
                "not examined (--untested)".to_owned()
            } else {
                self.progress.doing("the worker examines the model: this may take minutes");
                let constants = chain.constants().await?;
                selftest::examine(&binaries.worker, &path, &constants)?
            };
            self.state.tested = Some(said);
            self.write()?;
        }
        let said = self.state.tested.clone().unwrap_or_default();
        self.progress.done(format!("the model: {said}"));
        Ok(())
    }

    /// The way of docs/operators.md: the node's own program puts the key where the node looks.
    fn insert_key(&mut self, binaries: &Binaries) -> Result<(), Failure> {
        let own = HostingPlan::base_path(self.folder);
        let base = self.state.node_base.clone().unwrap_or(own);
        if !self.state.inserted {
            let mut command = Command::new(&binaries.node);
            command.args(["key", "insert", "--key-type", "wagl", "--scheme", "ed25519"]);
            command.args(["--chain", &self.state.chain]).arg("--base-path").arg(&base);
            command.arg("--suri").arg(self.key_source().agent_file());
            let said = command.output();
            let said = said.map_err(|error| Failure::program(&binaries.node, error))?;
            if !said.status.success() {
                let reason = String::from_utf8_lossy(&said.stderr).trim().to_owned();
                return Err(Failure::program(&binaries.node, reason));
            }
            self.state.inserted = true;
            self.write()?;
        }
        self.progress.done(format!("the node's keystore has the agent's key ({})", base.display()));
        Ok(())
    }

    async fn register(
        &mut self,
        chain: &Chain,
        kind: &ChainType,
        keys: &Keys,
    ) -> Result<(), Failure> {
        let account = keys.account();
        if let Some(detail) = chain.find_agent(Who::Owner(account), None).await? {
            if hex::encode(detail.agent.key.0) != keys.agent_hex() {
                return Err(Failure::Input(format!(
                    "{account} has an agent with another key: `waggle agent rotate` gives it this \
                     one, or name another owner with --owner-key-file"
                )));
            }
            if detail.agent.retired {
                return Err(Failure::Input(format!(
                    "the agent of {account} has retired: `waggle agent unbond`, then run this again"
                )));
            }
        } else {
            let (tickets, minutes) = (self.args.owner.tickets, self.args.owner.wait);
            let patience = Duration::from_secs(minutes.saturating_mul(60));
            let funding = Funding { chain, kind, account, tickets, patience };
            funding.until_there(self.dialogue, &self.progress).await?;
            self.progress.doing("registering the agent");
            let model = self.state.mind.as_ref().map(|mind| mind.name().to_owned());
            let topics = self.args.topics.clone();
            let profile = ProfileArgs { model: model.unwrap_or_default(), topics };
            agent::register(chain, &keys.owner, &keys.agent, &profile).await?;
        }
        self.state.registered = true;
        self.write()?;
        self.progress.done("the agent is registered");
        Ok(())
    }

    async fn join(&mut self, chain: &Chain, keys: &Keys) -> Result<(), Failure> {
        for id in &self.args.domains {
            let detail = chain.agent(Who::Owner(keys.account())).await?;
            if !detail.memberships.iter().any(|membership| membership.domain == *id) {
                self.progress.doing(format!("joining domain {id}"));
                domain::join(chain, &keys.owner, *id).await?;
            }
            if !self.state.joined.contains(id) {
                self.state.joined.push(*id);
                self.write()?;
            }
            self.progress.done(format!("it is a member of domain {id}"));
        }
        Ok(())
    }

    fn key_source(&self) -> KeySource<'_> {
        let (owner_key, backup) = (self.state.owner_key.as_ref(), self.args.owner.backup.as_ref());
        KeySource { folder: self.folder, owner_key, backup }
    }

    fn write(&self) -> Result<(), Failure> {
        self.state.write(self.folder)
    }
}

/// A specification's path from the root; a preset's name stays.
fn absolute(chain: String) -> String {
    match Path::new(&chain).canonicalize() {
        Ok(path) if path.is_file() => path.display().to_string(),
        _ => chain,
    }
}
