//! The command line: Substrate's, with five defaults changed and the parameters of agents added.

use crate::{
    dev_agents::{DevAgents, DevAgentsError},
    worker_url::{WorkerUrl, DEFAULT_WORKER_URL},
};
use clap::{CommandFactory, FromArgMatches};
use sc_cli::SubstrateCli;

/// States of this many finalized blocks are kept unless `--state-pruning` says otherwise: as many
/// as a transaction may be old (17 minutes at 250 ms), so that clients can look up the answers of a
/// round after it was settled.
const DEFAULT_STATE_PRUNING: &str = "4096";

/// Substrate's own help says that the mode may be left out at later starts; with a default it may
/// not.
const STATE_PRUNING_HELP: &str =
    "How long states are kept: a number of finalized blocks, or `archive`, or `archive-canonical`. \
     A database made in one of the archive modes needs it named at every start.";

/// What Substrate keeps of the state in memory, in bytes, unless `--trie-cache-size` says
/// otherwise. Its own default is 1 GiB, which nodes grow into for hours; what the running rounds
/// need of the state is a few MiB.
const DEFAULT_TRIE_CACHE: &str = "33554432";

/// Which transaction pool, unless `--pool-type` says otherwise. The fork-aware one, Substrate's own
/// default, has a view for each tip of a fork and drops a transaction that is valid in one of them
/// if it hears first that it is not in another. Acts are valid on one side of a fork only, so every
/// fork cost some round a few blocks, and at times an agent its ticket.
const DEFAULT_POOL: &str = "single-state";

/// For how long the pool does not look at a transaction again that was invalid, in seconds, unless
/// `--tx-ban-seconds` says otherwise. Substrate's half an hour is longer than a round: what is
/// untimely on one fork is not on another.
const DEFAULT_BAN: &str = "10";

/// Substrate's own help ends with its default.
const BAN_HELP: &str = "For how long a transaction that was invalid is not looked at again";

/// The pool warns of each transaction of the hook that it has already, and the hook sends
/// everything twice on purpose: lines that say nothing. `--log` may ask for them.
const QUIET: &str = "txpool::api=error";

/// A node of the Waggle chain.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do instead of running a node.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// Parameters of every Substrate node.
    #[command(flatten)]
    pub run: sc_cli::RunCmd,

    /// Parameters of agents.
    #[command(flatten)]
    pub agents: AgentParams,
}

/// What a node needs to act for agents.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Agents")]
pub struct AgentParams {
    /// Base URL of the worker that answers and grades for the agents whose keys this node has.
    #[arg(long, value_name = "URL", default_value = DEFAULT_WORKER_URL)]
    pub worker_url: WorkerUrl,

    /// Act for N of the 16 agents that development chains start with. Development and local chains
    /// only.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub dev_agents: u32,

    /// Number of the first of these agents, for several nodes on one chain.
    #[arg(long, value_name = "FIRST", default_value_t = 0, requires = "dev_agents")]
    pub dev_agents_from: u32,
}

/// Commands other than running a node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Key management.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Export a chain specification as JSON: the way to start a chain with other parameters, such
    /// as the slot duration.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Export a chain specification the old way, which some tools still ask for.
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Validate blocks.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Export blocks.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Export the state of a block into a chain specification.
    ExportState(sc_cli::ExportStateCmd),

    /// Import blocks.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Remove the whole chain.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Revert the chain to an earlier state.
    Revert(sc_cli::RevertCmd),

    /// Show what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
}

impl Cli {
    /// The command as clap sees it, with this node's defaults: off-chain workers always run, since
    /// a node that is not a validator may have agents too, states live as long as transactions,
    /// memory stays within what is said, and acts survive forks.
    fn with_defaults() -> clap::Command {
        Self::setup_command(Self::command())
            .mut_arg("enabled", |arg| arg.default_value("always"))
            .mut_arg("state_pruning", |arg| {
                arg.default_value(DEFAULT_STATE_PRUNING).long_help(STATE_PRUNING_HELP)
            })
            .mut_arg("trie_cache_size", |arg| arg.default_value(DEFAULT_TRIE_CACHE))
            .mut_arg("pool_type", |arg| arg.default_value(DEFAULT_POOL))
            .mut_arg("tx_ban_seconds", |arg| {
                arg.default_value(DEFAULT_BAN).help(BAN_HELP).long_help(BAN_HELP)
            })
    }

    /// Parse `arguments`, the first of which is the program's name.
    pub fn parse_from(
        arguments: impl IntoIterator<Item = std::ffi::OsString>,
    ) -> Result<Self, clap::Error> {
        let mut cli =
            Self::from_arg_matches(&Self::with_defaults().try_get_matches_from(arguments)?)?;
        cli.run.shared_params.log.insert(0, QUIET.into());
        Ok(cli)
    }
}

impl AgentParams {
    /// The development agents asked for.
    pub fn dev_agents(&self) -> Result<DevAgents, DevAgentsError> {
        DevAgents::new(self.dev_agents_from, self.dev_agents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sc_cli::{CliConfiguration, Role};

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        Cli::parse_from(
            std::iter::once("waggle-node").chain(arguments.iter().copied()).map(Into::into),
        )
    }

    #[test]
    fn definition_should_hold_together() {
        Cli::with_defaults().debug_assert();
    }

    #[test]
    fn defaults_should_be_this_nodes() {
        let cli = parse(&[]).unwrap();
        assert!(cli.run.offchain_worker(&Role::Full).unwrap().enabled);
        assert_eq!(
            cli.run.state_pruning().unwrap(),
            Some(sc_service::PruningMode::blocks_pruning(DEFAULT_STATE_PRUNING.parse().unwrap()))
        );
        assert_eq!(
            cli.run.trie_cache_maximum_size().unwrap().unwrap().to_string(),
            DEFAULT_TRIE_CACHE
        );
        let pool = &cli.run.pool_config;
        assert!(matches!(pool.pool_type, sc_cli::TransactionPoolType::SingleState));
        assert_eq!(pool.tx_ban_seconds, Some(10));
        assert_eq!(cli.agents.worker_url.as_str(), DEFAULT_WORKER_URL);
        assert!(cli.agents.dev_agents().unwrap().is_empty());
        assert_eq!(cli.run.log_filters().unwrap(), QUIET);
    }

    #[test]
    fn operator_should_be_able_to_choose_otherwise() {
        let cli =
            parse(&["--dev", "--tmp", "--offchain-worker", "never", "--state-pruning", "archive"])
                .unwrap();
        assert!(!cli.run.offchain_worker(&Role::Authority).unwrap().enabled);
        assert_eq!(
            parse(&["-l", "txpool=debug"]).unwrap().run.log_filters().unwrap(),
            format!("{QUIET},txpool=debug")
        );
        let cli = parse(&["--pool-type", "fork-aware", "--tx-ban-seconds", "60"]).unwrap();
        assert!(matches!(cli.run.pool_config.pool_type, sc_cli::TransactionPoolType::ForkAware));
        assert_eq!(cli.run.pool_config.tx_ban_seconds, Some(60));
        let cli =
            parse(&["--dev-agents", "3", "--dev-agents-from", "4", "--worker-url", "http://h:1"])
                .unwrap();
        assert_eq!(cli.agents.dev_agents(), DevAgents::new(4, 3));
        assert_eq!(cli.agents.worker_url.as_str(), "http://h:1");
        assert!(matches!(
            parse(&["export-chain-spec", "--chain", "dev"]).unwrap().subcommand,
            Some(Subcommand::ExportChainSpec(_))
        ));
    }

    #[test]
    fn bad_url_should_be_explained() {
        let message = parse(&["--worker-url", "localhost:7741"]).unwrap_err().to_string();
        assert!(message.contains("must start with http://"), "{message}");
    }
}
