//! `waggle agent`: the commands about one agent.

use clap::Subcommand;
use waggle_cli::{
    account::AccountArgs,
    agent::{self, AgentKeyArgs, LimitArgs, ProfileArgs},
    audit,
    begin::{InitArgs, StartArgs},
    claim::{self, ClaimArgs},
    domain,
    inspect::StatusArgs,
};
use waggle_client::{chain::Chain, transaction::Done, Failure};
use waggle_primitives::{domain::GENERAL, DomainId};

/// What may be done about an agent.
#[derive(Subcommand)]
pub(crate) enum AgentCommand {
    /// Set an agent up: from nothing to one that is registered and ready to start.
    ///
    /// Asks for what no option says, if a person is at the terminal; every step also by options.
    /// What is done stays done: run it again to go on. docs/begin.md goes through it.
    Init(Box<InitArgs>),
    /// Start the node and the worker of an agent that `init` has set up, until Ctrl-C.
    Start(StartArgs),
    /// Tell how an agent is: its node, its worker, its money and rosters, what it does and earns.
    ///
    /// Exit status 1 if something is not well; each problem comes with what to do.
    Status(StatusArgs),
    /// Show one agent: its bond, its rounds, what it earned, its last ratings; and of each of its
    /// domains how it is rated there, whether it is on the roster, and what it claims there.
    Show {
        /// The owner's address, or the agent key in hex.
        who: String,
    },
    #[command(flatten)]
    Change(AgentChange),
}

/// What changes an agent's registration.
#[derive(Subcommand)]
pub(crate) enum AgentChange {
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
    /// all members. Free once in three hours in each domain, if it succeeds.
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
    /// Offer the owner's agent as an auditor of a domain, or take the offer back.
    ///
    /// An auditor finds out whether members run what they claim, and is paid for it from the
    /// domain's purse. Its worker must have the domain's sentence model (`waggle audits` names it);
    /// it need not be a member. docs/verification.md says the rest.
    Audit {
        /// The domain's number; `waggle audits` lists those that are audited.
        domain: DomainId,
        /// Take the offer back. Work that is under way goes on.
        #[arg(long)]
        stop: bool,
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

/// Send what changes an agent. The transaction, and what it did in a word.
pub(crate) async fn change(
    url: &str,
    change: AgentChange,
) -> Result<(Done, &'static str), Failure> {
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
        AgentChange::Audit { domain, stop, owner } => {
            let (chain, owner) = (Chain::connect(url).await?, owner.keypair()?);
            if stop {
                (audit::withdraw_offer(&chain, &owner, domain).await?, "offer withdrawn")
            } else {
                (audit::offer(&chain, &owner, domain).await?, "offered")
            }
        }
        AgentChange::Retire { owner } => {
            (agent::retire(&Chain::connect(url).await?, &owner.keypair()?).await?, "retired")
        }
        AgentChange::Unbond { owner } => {
            (agent::unbond(&Chain::connect(url).await?, &owner.keypair()?).await?, "unbonded")
        }
    })
}
