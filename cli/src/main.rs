//! `waggle`: ask the swarm, watch a round, withdraw a question, list agents and rounds, examine.

use clap::{Parser, Subcommand};
use std::{io::IsTerminal, process::ExitCode};
use waggle_cli::{
    account::AccountArgs,
    agent::{self, AgentKeyArgs, LimitArgs, ProfileArgs},
    ask::{ask, is_settled, watch, Question},
    chain::Chain,
    command_line,
    examine::{examine, ExamineArgs, Outcome},
    listing,
    progress::{Progress, Verbosity},
    report::{for_terminal, print_agent, print_agents, print_round, print_rounds, RoundReport},
    submit::{withdraw, TermsArgs},
    transaction::Done,
    Failure,
};

/// Ask a swarm of language models and get the answer that it chose.
///
/// Agents answer your prompt sealed, open their answers together, and grade each other's; the chain
/// weighs the grades by how well each agent has graded before, pays the best answer and those who
/// found it, and returns it to you.
#[derive(Parser)]
#[command(name = "waggle", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The node to talk to.
    #[arg(long, global = true, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
    url: String,
    /// Print JSON on stdout, and nothing else there (docs/json.md).
    #[arg(long, global = true)]
    json: bool,
}

const EXAMPLES: &str = "Examples:
  waggle ask '37+12'            on a development chain, paid by //Alice
  waggle ask 'Why is the sky blue?' --reward 50 --key-file me.key --answering-blocks 120
  waggle ask 'sort 3 1 2' --json | jq -r .winner_text
  waggle watch 12               all answers, grades and payments of round 12
  waggle withdraw 12            if nobody has answered yet, and no agents are drawn
  waggle agents
  waggle agent show 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  waggle agent rejoin --key-file owner.key      for one that was off the roster
  waggle rounds --limit 5
  waggle examine --make sums --count 5 --key-file me.key --examiner-key-file examiner.key
  waggle examine 'How many legs has a bee?' 6 --salts secret.jsonl

Exit status: 0 done; 1 the network or the swarm failed (a retry may help); 2 wrong input.";

#[derive(Subcommand)]
enum Command {
    /// Submit a prompt, follow its round, print the chosen answer.
    Ask {
        /// What to ask.
        prompt: String,
        #[command(flatten)]
        terms: TermsArgs,
        #[command(flatten)]
        account: AccountArgs,
        /// Print all answers, grades and payments, not only the chosen answer.
        #[arg(long)]
        all: bool,
        /// Wait until the result is final, not only in the best block.
        #[arg(long)]
        finalised: bool,
    },
    /// Follow a round until it is over, then print all about it.
    Watch {
        /// The round's number.
        round: u64,
        /// Wait until the result is final, not only in the best block.
        #[arg(long)]
        finalised: bool,
    },
    /// Take a question of yours back that nobody has answered yet: the reward comes back, what you
    /// paid for asking does not. Once the chain has drawn who may answer, it is too late, unless
    /// too few of these come.
    Withdraw {
        /// The round's number.
        round: u64,
        #[command(flatten)]
        account: AccountArgs,
    },
    /// List the registered agents with their ratings.
    Agents,
    /// Show, register or change one agent. All but `show` are signed by its owner;
    /// docs/operators.md says the rest.
    Agent {
        #[command(subcommand)]
        command: AgentCommand,
    },
    /// Ask what you know the answer to, and tell it afterwards: what is known of the agents learns
    /// from that. For examiners, whom governance appoints; docs/operators.md says the rest.
    Examine(ExamineArgs),
    /// List the newest rounds.
    Rounds {
        /// How many, at most 100.
        #[arg(
            long,
            value_name = "N",
            default_value_t = 20,
            value_parser = clap::value_parser!(u32).range(1..=100)
        )]
        limit: u32,
    },
}

#[derive(Subcommand)]
enum AgentCommand {
    /// Show one agent: its bond, whether it is on the roster, its rounds, what it earned, its last
    /// ratings.
    Show {
        /// The owner's address, or the agent key in hex.
        who: String,
    },
    #[command(flatten)]
    Change(AgentChange),
}

#[derive(Subcommand)]
enum AgentChange {
    /// Register an agent with its key; puts its bond on hold on the owner's account.
    Register {
        #[command(flatten)]
        key: AgentKeyArgs,
        #[command(flatten)]
        profile: ProfileArgs,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Give the owner's agent a new key. Rounds that it is in go on with the old one.
    Rotate {
        #[command(flatten)]
        key: AgentKeyArgs,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Change what the owner's agent says of itself.
    SetProfile {
        #[command(flatten)]
        profile: ProfileArgs,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Limit what the owner's agent may put at stake: whoever has its key cannot stake more.
    Limit {
        #[command(flatten)]
        limits: LimitArgs,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Put the owner's agent back on the roster: those among which the chain draws who may answer,
    /// where there are more agents than seats.
    ///
    /// The chain takes an agent off it that had a seat three times in a row and did not come, in
    /// rounds that paid enough and left it time. See that its node and worker run, then rejoin. It
    /// also comes back by itself, with the first answer that it gives in a round that is open to
    /// all agents.
    Rejoin {
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Let the owner's agent enter no more rounds.
    Retire {
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Take back the bond of the owner's retired agent.
    Unbond {
        #[command(flatten)]
        owner: AccountArgs,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match command_line::parse::<Cli>() {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("waggle: {}", failure.one_line());
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let mut progress = Progress::new(Verbosity::TerminalOnly);
    match cli.command {
        Command::Ask { prompt, terms, account, all, finalised } => {
            let payer = account.keypair()?;
            let mut chain = Chain::connect(&cli.url).await?;
            let question =
                Question { payer: &payer, prompt: &prompt, terms: &terms, sealed: None, finalised };
            let report = ask(&mut chain, &question, &mut progress).await?;
            progress.clear();
            print_result(&report, cli.json, all);
            settled(&report)
        }
        Command::Watch { round, finalised } => {
            let mut chain = Chain::connect(&cli.url).await?;
            let report = watch(&mut chain, round, finalised, &mut progress).await?;
            progress.clear();
            print_result(&report, cli.json, true);
            Ok(())
        }
        Command::Agents => {
            let agents = Chain::connect(&cli.url).await?.agents(None).await?;
            if cli.json {
                println!("{}", serde_json::Value::from_iter(agents.iter().map(listing::agent)));
            } else {
                println!("{}", print_agents(&agents));
            }
            Ok(())
        }
        Command::Agent { command: AgentCommand::Show { who } } => {
            let who = who.parse()?;
            let detail = Chain::connect(&cli.url).await?.agent(who).await?;
            if cli.json {
                println!("{}", listing::agent_detail(&detail));
            } else {
                println!("{}", print_agent(&detail));
            }
            Ok(())
        }
        Command::Agent { command: AgentCommand::Change(command) } => {
            let (done, what) = change_agent(&cli.url, command).await?;
            print_done(&done, what, cli.json);
            Ok(())
        }
        Command::Withdraw { round, account } => {
            let client = account.keypair()?;
            let chain = Chain::connect(&cli.url).await?;
            print_done(&withdraw(&chain, &client, round).await?, "withdrawn", cli.json);
            Ok(())
        }
        Command::Examine(args) => {
            let tell = |outcome: &Outcome, progress: &Progress| {
                progress.suspended(|| print_outcome(outcome, cli.json));
            };
            examine(&cli.url, &args, &mut progress, tell).await
        }
        Command::Rounds { limit } => {
            let rounds = Chain::connect(&cli.url).await?.recent_rounds(limit).await?;
            if cli.json {
                println!("{}", serde_json::Value::from_iter(rounds.iter().map(listing::round)));
            } else {
                println!("{}", print_rounds(&rounds));
            }
            Ok(())
        }
    }
}

async fn change_agent(url: &str, change: AgentChange) -> Result<(Done, &'static str), Failure> {
    Ok(match change {
        AgentChange::Register { key, profile, owner } => {
            let (key, owner) = (key.pair()?, owner.keypair()?);
            (
                agent::register(&Chain::connect(url).await?, &owner, &key, &profile).await?,
                "registered",
            )
        }
        AgentChange::Rotate { key, owner } => {
            let (key, owner) = (key.pair()?, owner.keypair()?);
            (agent::rotate_key(&Chain::connect(url).await?, &owner, &key).await?, "rotated")
        }
        AgentChange::SetProfile { profile, owner } => (
            agent::set_profile(&Chain::connect(url).await?, &owner.keypair()?, &profile).await?,
            "profile set",
        ),
        AgentChange::Limit { limits, owner } => (
            agent::set_limits(&Chain::connect(url).await?, &owner.keypair()?, &limits).await?,
            "limits set",
        ),
        AgentChange::Rejoin { owner } => {
            (agent::rejoin(&Chain::connect(url).await?, &owner.keypair()?).await?, "rejoined")
        }
        AgentChange::Retire { owner } => {
            (agent::retire(&Chain::connect(url).await?, &owner.keypair()?).await?, "retired")
        }
        AgentChange::Unbond { owner } => {
            (agent::unbond(&Chain::connect(url).await?, &owner.keypair()?).await?, "unbonded")
        }
    })
}

fn print_result(report: &RoundReport, json: bool, all: bool) {
    if json {
        println!("{}", report.to_json_line());
    } else if all {
        print!("{}", print_round(report));
    } else if let Some(text) = &report.winner_text {
        // Piped on, the answer stays as it is; on a terminal it must not act.
        let terminal = std::io::stdout().is_terminal();
        println!("{}", if terminal { for_terminal(text, true) } else { text.clone() });
    }
}

fn print_done(done: &Done, what: &str, json: bool) {
    let (block, hash) = (done.block.number, done.block.hash);
    if json {
        let hash = format!("{hash:?}");
        println!("{}", serde_json::json!({ "done": what, "block": block, "block_hash": hash }));
    } else {
        println!("{what} in block {block}");
    }
}

fn print_outcome(outcome: &Outcome, json: bool) {
    if json {
        println!("{}", outcome.to_json_line());
    } else {
        println!("{}", outcome.print());
    }
}

/// A cancelled round has no answer: for the one who asked, that is a failure.
fn settled(report: &RoundReport) -> Result<(), Failure> {
    if is_settled(report) {
        return Ok(());
    }
    let reason = report.cancelled_because.clone().unwrap_or_default();
    Err(Failure::Cancelled { round: report.round, reason })
}
