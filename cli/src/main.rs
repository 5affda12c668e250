//! `waggle`: ask the swarm, watch a round, withdraw a question, found domains, join them, list all,
//! examine.

use clap::{Parser, Subcommand};
use std::{io::IsTerminal, process::ExitCode};
use waggle_cli::{
    account::AccountArgs,
    agent::{self, AgentKeyArgs, LimitArgs, ProfileArgs},
    claim::{self, ClaimArgs},
    command_line,
    domain::{self, Founded, FoundingArgs},
    examine::{examine, ExamineArgs, Outcome},
    progress::{Progress, Verbosity},
    prompt,
    report::{for_terminal, print_agent, print_agents, print_domains, print_round, print_rounds},
    terms::TermsArgs,
};
use waggle_client::{
    amount::Amount,
    ask::{ask, is_judged, is_settled, watch, Question},
    chain::Chain,
    listing,
    report::RoundReport,
    submit::{withdraw, Terms},
    transaction::Done,
    Failure,
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
  waggle ask '37+12'            on a development chain, paid by //Alice
  waggle ask 'Why is the sky blue?' --reward 50 --key-file me.key --answering-blocks 120
  waggle ask 'sort 3 1 2' --json | jq -r .winner_text
  waggle ask 'Write a poem about bees' --domain 3
  waggle ask - < question.txt   what standard input says
  waggle watch 12               all answers, grades and payments of round 12
  waggle withdraw 12            if nobody has answered yet, and no agents are drawn
  waggle domains
  waggle domain found Verses --description 'Poems of four lines' --open --key-file me.key
  waggle agents --domain 3
  waggle agent join 3 --key-file owner.key
  waggle agent show 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  waggle agent rejoin 3 --key-file owner.key    for one that was off the roster
  waggle agent claim 3 --from claim.json --key-file owner.key
  waggle domain fund 3 50 --key-file me.key
  waggle rounds --limit 5
  waggle examine --make sums --count 5 --key-file me.key --examiner-key-file examiner.key
  waggle examine 'How many legs has a bee?' 6 --salts secret.jsonl

Exit status: 0 done; 1 the network or the swarm failed (a retry may help); 2 wrong input.";

#[derive(Subcommand)]
enum Command {
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
}

#[derive(Subcommand)]
enum AgentCommand {
    /// Show one agent: its bond, its rounds, what it earned, its last ratings; and of each of its
    /// domains how it is rated there, whether it is on the roster, and what it claims there.
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
    /// Let the owner's agent be a member of a domain: it may answer what is asked there from the
    /// next block on.
    ///
    /// Nothing is known of it there, as of every newcomer. It is a member of the general domain, 0,
    /// since it registered, and may be one of a few others (8 in all).
    Join {
        /// The domain's number; `waggle domains` lists them.
        domain: DomainId,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Let the owner's agent leave a domain. What is known of it there is forgotten: if it joins
    /// again, it is a newcomer. It may leave some time after it joined, and when it is in no round.
    Leave {
        /// The domain's number.
        domain: DomainId,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Put the owner's agent back on a domain's roster: those of its members among which the chain
    /// draws who may answer, where there are more of them than seats.
    ///
    /// The chain takes an agent off it that had a seat three times in a row and did not come, in
    /// rounds that paid enough and left it time. See that its node and worker run, then rejoin. It
    /// also comes back by itself, with the first answer that it gives in a round that is open to
    /// all members. Free once in an hour in each domain, if it succeeds.
    Rejoin {
        /// The domain's number.
        #[arg(default_value_t = GENERAL)]
        domain: DomainId,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Say what the owner's agent answers with in a domain, from the chain's next epoch on: an
    /// hour at most. `waggle-worker claim --json` writes it.
    Claim {
        /// The domain's number.
        domain: DomainId,
        #[command(flatten)]
        claim: ClaimArgs,
        #[command(flatten)]
        owner: AccountArgs,
    },
    /// Collect what the owner's agent earned of a domain's reward pool in epochs that are over:
    /// within a day, or it returns to the pool. Before the agent leaves the domain.
    Collect {
        /// The domain's number.
        domain: DomainId,
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
            settled(&report)
        }
        Command::Watch { round, finalised } => {
            let mut chain = Chain::connect(&cli.url).await?;
            let report = watch(&mut chain, round, finalised, &mut progress).await?;
            progress.clear();
            print_result(&report, cli.json, true);
            Ok(())
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
        Command::Agents { domain } => {
            let members = Chain::connect(&cli.url).await?.members(domain).await?;
            if cli.json {
                println!("{}", serde_json::Value::from_iter(members.iter().map(listing::member)));
            } else {
                println!("{}", print_agents(&members));
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
        AgentChange::Join { domain, owner } => {
            (domain::join(&Chain::connect(url).await?, &owner.keypair()?, domain).await?, "joined")
        }
        AgentChange::Leave { domain, owner } => {
            (domain::leave(&Chain::connect(url).await?, &owner.keypair()?, domain).await?, "left")
        }
        AgentChange::Rejoin { domain, owner } => (
            domain::rejoin(&Chain::connect(url).await?, &owner.keypair()?, domain).await?,
            "rejoined",
        ),
        AgentChange::Claim { domain, claim, owner } => (
            claim::claim(&Chain::connect(url).await?, &owner.keypair()?, domain, &claim).await?,
            "claimed",
        ),
        AgentChange::Collect { domain, owner } => (
            domain::collect(&Chain::connect(url).await?, &owner.keypair()?, domain).await?,
            "collected",
        ),
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
fn settled(report: &RoundReport) -> Result<(), Failure> {
    if is_settled(report) {
        return Ok(());
    }
    let round = report.round;
    if is_judged(report) {
        return Err(Failure::NobodyWon(round));
    }
    let reason = report.cancelled_because.clone().unwrap_or_default();
    Err(Failure::Cancelled { round, reason })
}
