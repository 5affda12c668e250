//! `waggle`: ask the swarm, watch a round, prove how it ended, withdraw a question, found domains,
//! join them, list all, examine; and for those who begin: start a network here, set an agent up,
//! see what is wrong.

mod agent;

use agent::AgentCommand;
use clap::{Parser, Subcommand};
use std::{io::IsTerminal, path::PathBuf, process::ExitCode};
use waggle_cli::{
    account::AccountArgs,
    audit::{self, AuditsArgs},
    begin, command_line,
    domain::{self, Founded, FoundingArgs},
    examine::{examine, ExamineArgs, Outcome},
    failure::Failure,
    faucet::{self, FaucetArgs},
    inspect::{self, DoctorArgs},
    progress::{Progress, Verbosity},
    prompt,
    receipt::{self, GenesisHash},
    report::{for_terminal, print_agent, print_agents, print_domains, print_round, print_rounds},
    sweep::{sweep, SweepArgs},
    terms::TermsArgs,
    up::{up, UpArgs},
};
use waggle_client::{
    amount::Amount,
    ask::{ask, is_judged, is_settled, watch, Question},
    chain::Chain,
    listing,
    receipt::receipt_when_final,
    report::RoundReport,
    submit::{withdraw, Terms},
    transaction::Done,
    who::Who,
};
use waggle_primitives::{domain::GENERAL, DomainId};

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
  waggle up                     a development network on this machine
  waggle agent init             from nothing to an agent that earns
  waggle agent status
  waggle doctor                 what is wrong on this machine, and what to do
  waggle ask '37+12'            on a development chain, paid by //Alice
  waggle ask 'Why is the sky blue?' --reward 50 --key-file me.key --answering-blocks 120
  waggle ask 'sort 3 1 2' --json | jq -r .winner_text
  waggle ask 'Write a poem about bees' --domain 3
  waggle ask - < question.txt   what standard input says
  waggle watch 12               all answers, grades and payments of round 12
  waggle receipt 12 > 12.receipt
  waggle verify 12.receipt --genesis 0x6b0f…    without a node
  waggle withdraw 12            if nobody has answered yet, and no agents are drawn
  waggle domains
  waggle domain found Verses --description 'Poems of four lines' --open --key-file me.key
  waggle agents --domain 3
  waggle agent join 3 --key-file owner.key
  waggle agent show 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  waggle agent rejoin 3 --key-file owner.key    for one that was off the roster
  waggle agent claim 3 --from claim.json --key-file owner.key
  waggle domain fund 3 50 --key-file me.key
  waggle audits 3               what was found of its members
  waggle audits 3 --agent 5Grw… how far that one is from a flag, in words
  waggle agent audit 3 --key-file owner.key     offer it as an auditor
  waggle rounds --limit 5
  waggle examine --make sums --count 5 --key-file me.key --examiner-key-file examiner.key
  waggle examine 'How many legs has a bee?' 6 --salts secret.jsonl

Exit status: 0 done; 1 the network or the swarm failed (a retry may help); 2 wrong input.";

#[derive(Subcommand)]
enum Command {
    /// Start a development network on this machine, until Ctrl-C or in the background: node, worker
    /// with agents, gateway for OpenAI's clients, explorer.
    ///
    /// Everything listens on loopback and is kept in one folder: the next start goes on with it.
    Up(Box<UpArgs>),
    /// Look at this machine for what may be wrong, and say what to do.
    ///
    /// Exit status 1 if there is a problem.
    Doctor(DoctorArgs),
    /// Give an account of a development chain some money, which is worth nothing.
    Faucet(FaucetArgs),
    /// Look after accounts.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Submit a prompt, follow its round, print the chosen answer.
    Ask {
        /// What to ask; a hyphen alone reads it from standard input.
        #[arg(allow_hyphen_values = true, value_parser = prompt::argument)]
        prompt: String,
        /// The domain to ask in: only its members may answer (`waggle domains` lists them all).
        #[arg(long, value_name = "N", default_value_t = GENERAL)]
        domain: DomainId,
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
    /// Write a receipt of a round to standard output: bytes that prove how it ended to whoever has
    /// the chain's genesis hash, and neither a node nor trust in one.
    ///
    /// For about two hours after the end of the round: then the chain drops the result.
    Receipt {
        /// The round's number.
        round: u64,
        /// Wait until the round is over and its result final.
        #[arg(long)]
        wait: bool,
    },
    /// Verify a receipt, without any node.
    ///
    /// Exit status 2 if it is not to be believed. docs/receipts.md says what a receipt proves.
    Verify {
        /// The receipt's file; a hyphen alone reads standard input.
        file: PathBuf,
        /// The hash of the first block of the chain that the receipt should be of.
        #[arg(long, value_name = "HASH")]
        genesis: GenesisHash,
        /// What was asked, which the receipt has the hash of: see that it is this.
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        prompt: Option<String>,
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
    /// List the domains: fields of questions, each with members of its own.
    ///
    /// Only members of its domain may answer a question, and what is known of an agent is known in
    /// each domain by itself. Number 0 is the general one, for questions of any kind.
    Domains,
    /// Found a domain.
    Domain {
        #[command(subcommand)]
        command: DomainCommand,
    },
    /// List the members of a domain with their ratings there.
    Agents {
        /// The domain; every agent is a member of the general one, 0, unless it left it.
        #[arg(long, value_name = "N", default_value_t = GENERAL)]
        domain: DomainId,
    },
    /// Show whether members of domains run what they claim, as auditors found it.
    Audits(AuditsArgs),
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
enum KeysCommand {
    /// Move what is left on the accounts from which a gateway pays back to one account. Shows first
    /// what would move, and asks.
    ///
    /// Stop the gateway before, or it fills them again. What rounds have on hold stays until they
    /// are over; sweep again then.
    Sweep(SweepArgs),
}

#[derive(Subcommand)]
enum DomainCommand {
    /// Found a domain, for a fee that goes to the treasury.
    ///
    /// It is there for ever, as you describe it now, and anybody's agent may join it. See first
    /// whether there is one already that suits you: a domain without members answers nothing.
    Found {
        #[command(flatten)]
        founding: FoundingArgs,
        #[command(flatten)]
        founder: AccountArgs,
    },
    /// Put money into a domain's reward pool, which pays its members for the rounds that they
    /// serve, a part of it each hour. It does not come back.
    Fund {
        /// The domain's number.
        domain: DomainId,
        /// How much, in WAG.
        amount: Amount,
        #[command(flatten)]
        funder: AccountArgs,
    },
    /// Put money into the purse that pays a domain's auditors. It does not come back.
    FundAudits {
        /// The domain's number.
        domain: DomainId,
        /// How much, in WAG.
        amount: Amount,
        #[command(flatten)]
        funder: AccountArgs,
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
            eprintln!("waggle: {}", failure.shown());
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let mut progress = Progress::new(Verbosity::TerminalOnly);
    match cli.command {
        // These have a display of their own.
        Command::Up(args) => {
            progress.clear();
            up(&args, cli.json).await
        }
        Command::Doctor(args) => inspect::doctor(&cli.url, &args, cli.json).await,
        Command::Faucet(args) => {
            let given = faucet::give(&cli.url, &args).await?;
            if cli.json {
                println!("{}", given.to_json());
            } else {
                let faucet::Given { account, amount, block } = given;
                println!("{account} got {amount} WAG in block {block}");
            }
            Ok(())
        }
        Command::Keys { command: KeysCommand::Sweep(args) } => {
            sweep(&cli.url, &args, &progress, cli.json).await
        }
        Command::Ask { prompt, domain, terms, account, all, finalised } => {
            let payer = account.keypair()?;
            let prompt = prompt::read(prompt, std::io::stdin())?;
            let mut chain = Chain::connect(&cli.url).await?;
            let question = Question {
                payer: &payer,
                prompt: &prompt,
                domain,
                terms: &Terms::from(terms),
                sealed: None,
                finalised,
            };
            let report = ask(&mut chain, &question, &mut progress).await?;
            progress.clear();
            print_result(&report, cli.json, all);
            Ok(settled(&report)?)
        }
        Command::Watch { round, finalised } => {
            let mut chain = Chain::connect(&cli.url).await?;
            let report = watch(&mut chain, round, finalised, &mut progress).await?;
            progress.clear();
            print_result(&report, cli.json, true);
            Ok(())
        }
        Command::Receipt { round, wait } => {
            let mut chain = Chain::connect(&cli.url).await?;
            let made = if wait {
                receipt_when_final(&mut chain, round, &mut progress).await?
            } else {
                waggle_client::receipt::receipt(&chain, round).await?
            };
            progress.clear();
            receipt::write(&made, cli.json)
        }
        Command::Verify { file, genesis, prompt } => {
            progress.clear();
            receipt::verify(&file, genesis, prompt.as_deref(), cli.json)
        }
        Command::Domains => {
            let domains = Chain::connect(&cli.url).await?.domains().await?;
            if cli.json {
                println!("{}", serde_json::Value::from_iter(domains.iter().map(listing::domain)));
            } else {
                println!("{}", print_domains(&domains));
            }
            Ok(())
        }
        Command::Domain { command: DomainCommand::Found { founding, founder } } => {
            let founder = founder.keypair()?;
            let chain = Chain::connect(&cli.url).await?;
            print_founded(&domain::found(&chain, &founder, &founding).await?, cli.json);
            Ok(())
        }
        Command::Domain { command: DomainCommand::Fund { domain, amount, funder } } => {
            let funder = funder.keypair()?;
            let chain = Chain::connect(&cli.url).await?;
            print_done(&domain::fund(&chain, &funder, domain, amount).await?, "funded", cli.json);
            Ok(())
        }
        Command::Domain { command: DomainCommand::FundAudits { domain, amount, funder } } => {
            let funder = funder.keypair()?;
            let chain = Chain::connect(&cli.url).await?;
            print_done(&audit::fund(&chain, &funder, domain, amount).await?, "funded", cli.json);
            Ok(())
        }
        Command::Audits(args) => {
            println!("{}", audit::look(&cli.url, &args, cli.json).await?);
            Ok(())
        }
        Command::Agents { domain } => {
            let members = Chain::connect(&cli.url).await?.members(domain).await?;
            if cli.json {
                println!("{}", serde_json::Value::from_iter(members.iter().map(listing::member)));
            } else {
                println!("{}", print_agents(&members));
            }
            Ok(())
        }
        Command::Agent { command: AgentCommand::Init(args) } => {
            progress.clear();
            begin::init(&cli.url, &args, cli.json).await
        }
        Command::Agent { command: AgentCommand::Start(args) } => {
            progress.clear();
            begin::start(&args, cli.json).await
        }
        Command::Agent { command: AgentCommand::Status(args) } => {
            inspect::status(&cli.url, &args, cli.json).await
        }
        Command::Agent { command: AgentCommand::Show { who } } => {
            let who: Who = who.parse()?;
            let detail = Chain::connect(&cli.url).await?.agent(who).await?;
            if cli.json {
                println!("{}", listing::agent_detail(&detail));
            } else {
                println!("{}", print_agent(&detail));
            }
            Ok(())
        }
        Command::Agent { command: AgentCommand::Change(command) } => {
            let (done, what) = agent::change(&cli.url, command).await?;
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
            Ok(examine(&cli.url, &args, &mut progress, tell).await?)
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
    if json {
        println!("{}", done_json(done, what));
    } else {
        println!("{what} in block {}", done.block.number);
    }
}

fn print_founded(founded: &Founded, json: bool) {
    let Founded { domain, fee, done } = founded;
    if json {
        let mut value = done_json(done, "founded");
        value["domain"] = (*domain).into();
        value["fee"] = serde_json::json!(fee);
        println!("{value}");
    } else {
        println!("domain {domain} founded in block {}, for {fee} WAG", done.block.number);
    }
}

fn done_json(done: &Done, what: &str) -> serde_json::Value {
    let hash = format!("{:?}", done.block.hash);
    serde_json::json!({ "done": what, "block": done.block.number, "block_hash": hash })
}

fn print_outcome(outcome: &Outcome, json: bool) {
    if json {
        println!("{}", outcome.to_json_line());
    } else {
        println!("{}", outcome.print());
    }
}

/// A round that was cancelled or that nobody won has no answer: for the one who asked, that is a
/// failure.
fn settled(report: &RoundReport) -> Result<(), waggle_client::Failure> {
    if is_settled(report) {
        return Ok(());
    }
    let round = report.round;
    if is_judged(report) {
        return Err(waggle_client::Failure::NobodyWon(round));
    }
    let reason = report.cancelled_because.clone().unwrap_or_default();
    Err(waggle_client::Failure::Cancelled { round, reason })
}
