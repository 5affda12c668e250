//! What each command runs.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    service::{self, Agents, Parts},
    types::{Block, Client},
};
use futures::FutureExt;
use sc_cli::{Result, SubstrateCli};
use sc_service::{error::Error as ServiceError, Configuration, TaskManager};

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Waggle node".into()
    }

    fn impl_version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn description() -> String {
        "A node of the Waggle chain: validates, and acts for the agents whose keys it has".into()
    }

    fn author() -> String {
        "the Waggle developers".into()
    }

    fn support_url() -> String {
        "docs/operators.md in the repository".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn sc_service::ChainSpec>, String> {
        chain_spec::load(id).map(|spec| Box::new(spec) as Box<_>).map_err(|error| error.to_string())
    }
}

/// Parse the command line and do what it says. A malformed one ends the process with clap's
/// explanation.
pub fn run() -> Result<()> {
    let cli = Cli::parse_from(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match &cli.subcommand {
        None => run_node(&cli, service::start),
        Some(Subcommand::Key(command)) => command.run(&cli),
        Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
        #[allow(deprecated)]
        Some(Subcommand::BuildSpec(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Some(Subcommand::CheckBlock(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Parts { client, task_manager, import_queue, other, .. } =
                    service::new_partial(&config)?;
                Ok((command.run(client, import_queue).inspect(move |_| drop(other)), task_manager))
            })
        }
        Some(Subcommand::ExportBlocks(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Parts { client, task_manager, other, .. } = service::new_partial(&config)?;
                Ok((
                    command.run(client, config.database).inspect(move |_| drop(other)),
                    task_manager,
                ))
            })
        }
        Some(Subcommand::ExportState(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Parts { client, task_manager, other, .. } = service::new_partial(&config)?;
                Ok((
                    command.run(client, config.chain_spec).inspect(move |_| drop(other)),
                    task_manager,
                ))
            })
        }
        Some(Subcommand::ImportBlocks(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Parts { client, task_manager, import_queue, other, .. } =
                    service::new_partial(&config)?;
                Ok((command.run(client, import_queue).inspect(move |_| drop(other)), task_manager))
            })
        }
        Some(Subcommand::Revert(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Parts { client, task_manager, backend, other, .. } =
                    service::new_partial(&config)?;
                let revert_consensus =
                    Box::new(|client: std::sync::Arc<Client>, backend, blocks| {
                        sc_consensus_babe::revert(client.clone(), backend, blocks)?;
                        sc_consensus_grandpa::revert(client, blocks)?;
                        Ok(())
                    });
                Ok((
                    command
                        .run(client, backend, Some(revert_consensus))
                        .inspect(move |_| drop(other)),
                    task_manager,
                ))
            })
        }
        Some(Subcommand::PurgeChain(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.database))
        }
        Some(Subcommand::ChainInfo(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run::<Block>(&config))
        }
    }
}

/// Run the node that `start` starts, until it is told to stop or an essential task fails.
pub fn run_node(
    cli: &Cli,
    start: impl FnOnce(Configuration, Agents) -> std::result::Result<TaskManager, ServiceError>,
) -> Result<()> {
    let dev_agents =
        cli.agents.dev_agents().map_err(|error| sc_cli::Error::Application(Box::new(error)))?;
    let worker_url = cli.agents.worker_url.clone();
    let runner = cli.create_runner(&cli.run)?;
    runner.run_node_until_exit(|config| async move {
        start(config, Agents { dev_agents, worker_url }).map_err(sc_cli::Error::Service)
    })
}
