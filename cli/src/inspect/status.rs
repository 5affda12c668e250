//! `waggle agent status`: is an agent's node well, its worker, the agent itself; what does it do
//! now, and what has it earned.

use super::{
    finding::{problems, Finding},
    looks,
};
use crate::{begin::State, failure::Failure, folder::usual};
use serde_json::{json, Value};
use std::path::PathBuf;
use waggle_client::{
    amount::Amount, audits, chain::Chain, listing, node::Node, who::Who, AccountId, AgentDetail,
    Failure as ClientFailure, Round, Standing,
};
use waggle_primitives::{
    audit::Verdict,
    view::{MembershipView, RoundState},
    DomainId,
};

/// How many of the newest rounds are looked at.
const ROUNDS: u32 = 100;
/// How many of the agent's last rounds are told.
const LAST: usize = 5;
/// How many of the cheapest tickets the owner should have money for.
const TICKETS: u128 = 10;

/// Which agent, and where its node and worker are.
#[derive(Clone, Debug, clap::Args)]
pub struct StatusArgs {
    /// The owner's address, or the agent key in hex [default: the agent in the folder].
    pub who: Option<String>,
    /// Folder of an agent that `waggle agent init` has set up
    /// [default: ~/.local/share/waggle/agent].
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The worker [default: that of the agent in the folder, else http://127.0.0.1:7741].
    #[arg(long, value_name = "URL")]
    pub worker_url: Option<String>,
}

/// What was seen of an agent.
struct Seen {
    findings: Vec<Finding>,
    detail: Option<AgentDetail>,
    free: Option<Amount>,
    /// What audits said of it, by domain.
    standings: Vec<(DomainId, Standing)>,
    /// The domains that it offers to audit, each with the SHA-256 of its sentence model.
    offers: Vec<(DomainId, String)>,
    running: Vec<Round>,
    last: Vec<Round>,
}

/// Look at an agent and tell of it.
///
/// # Errors
/// [`Failure::Problems`] if something is not well; [`Failure::Unsaid`] if it is not said which
/// agent.
pub async fn status(url: &str, args: &StatusArgs, json: bool) -> Result<(), Failure> {
    let folder = args.folder.clone().unwrap_or_else(|| usual("agent"));
    let state = State::read(&folder)?;
    let who = who(args, state.as_ref())?;
    let own = state.as_ref().filter(|_| args.who.is_none());
    let own = own.filter(|state| state.node_base.is_none());
    // Its own node is the one that has to be well.
    let own_node = own.map(|state| format!("ws://127.0.0.1:{}", state.node_port));
    let own_worker = own.map(|state| format!("http://127.0.0.1:{}", state.worker_port));
    let node = own_node.unwrap_or_else(|| url.to_owned());
    let worker = args.worker_url.clone().or(own_worker);
    let worker = worker.unwrap_or_else(|| "http://127.0.0.1:7741".to_owned());
    // An agent's own node is never alone: others made the chain.
    let seen = look(&node, own.is_some(), &worker, who).await;
    if json {
        println!("{}", seen.to_json());
    } else {
        println!("{}", seen.print());
    }
    match problems(&seen.findings) {
        0 => Ok(()),
        count => Err(Failure::Problems(count)),
    }
}

fn who(args: &StatusArgs, state: Option<&State>) -> Result<Who, Failure> {
    let owner = state.and_then(|state| state.owner.clone());
    let named = args.who.clone().or(owner).ok_or(Failure::Unsaid {
        what: "which agent: none is set up in the folder",
        option: "its owner's address, or --folder",
    })?;
    Ok(named.parse()?)
}

async fn look(node_url: &str, needs_peers: bool, worker_url: &str, who: Who) -> Seen {
    let mut seen = Seen {
        findings: Vec::new(),
        detail: None,
        free: None,
        standings: Vec::new(),
        offers: Vec::new(),
        running: Vec::new(),
        last: Vec::new(),
    };
    match Node::connect(node_url).await {
        Ok(node) => {
            seen.findings.push(looks::node(&node, node_url, needs_peers).await);
            if let Err(failure) = seen.look_at_chain(&node, node_url, who).await {
                let remedy = "see the node's log, and that client and node are of one version";
                seen.findings.push(Finding::problem(failure.shown(), remedy));
            }
        }
        Err(failure) => seen.findings.push(Finding::problem(
            failure.one_line(),
            "start it (`waggle agent start`), or name another node with --url",
        )),
    }
    seen.findings.extend(looks::worker(worker_url).await);
    seen.findings.extend(looks::agents_of_worker(worker_url).await);
    if !seen.offers.is_empty() {
        let embedders = looks::embedders_of_worker(worker_url).await.unwrap_or_default();
        seen.findings.extend(seen.offers.iter().map(|offer| of_offer(offer, &embedders)));
    }
    seen
}

impl Seen {
    async fn look_at_chain(&mut self, node: &Node, url: &str, who: Who) -> Result<(), Failure> {
        let chain = Chain::connect(url).await?;
        let constants = chain.constants().await?;
        self.findings.push(looks::clock(&chain, constants.slot_ms).await);
        let Some(detail) = chain.find_agent(who, None).await? else {
            self.findings.push(Finding::problem(
                "the agent is not registered on this chain",
                "`waggle agent init` goes on, or `waggle agent register`; or the node has not \
                 caught up",
            ));
            return Ok(());
        };
        self.findings.push(of_key(node.has_agent_key(&detail.agent.key).await));
        let owner = detail.agent.owner;
        let free = Amount(chain.free_balance(&owner).await?);
        self.findings.push(of_registration(&detail));
        self.findings.push(of_funds(&owner, free, Amount(constants.minimum_ticket)));
        self.findings.extend(of_rosters(&detail));
        self.look_at_audits(&chain, &detail).await?;
        let rounds = chain.recent_rounds(ROUNDS).await?;
        let own = rounds.into_iter().filter(|round| part_of(round, &owner).is_some());
        (self.running, self.last) =
            own.partition(|round| matches!(round.state, RoundState::Running { .. }));
        self.last.truncate(LAST);
        (self.detail, self.free) = (Some(detail), Some(free));
        Ok(())
    }

    /// What audits said of the agent, and which domains it offers to audit.
    async fn look_at_audits(&mut self, chain: &Chain, detail: &AgentDetail) -> Result<(), Failure> {
        let audits = match chain.audits().await {
            // A chain of before knows of no audits.
            Err(ClientFailure::NotWaggle { .. }) => return Ok(()),
            audits => audits?,
        };
        let owner = &detail.agent.owner;
        for audit in audits {
            if chain.offers_to_audit(audit.domain, owner).await? {
                self.offers.push((audit.domain, hex::encode(audit.embedder)));
            }
        }
        for MembershipView { domain, .. } in &detail.memberships {
            if let Some(standing) = chain.standing(*domain, owner).await? {
                self.findings.push(of_audit(*domain, &standing));
                self.standings.push((*domain, standing));
            }
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let owner = self.detail.as_ref().map(|detail| detail.agent.owner);
        let last = self.last.iter().filter_map(|round| {
            let part = part_of(round, &owner?)?;
            let (paid, forfeited) = (Amount(part.paid), Amount(part.forfeited));
            let won = has_won(round, &owner?);
            Some(json!({ "round": round.id, "won": won, "paid": paid, "forfeited": forfeited }))
        });
        let standings = self
            .standings
            .iter()
            .filter_map(|(domain, standing)| Some(audits::standing(*domain, &owner?, standing)));
        json!({
            "agent": self.detail.as_ref().map(listing::agent_detail),
            "free": self.free,
            "standings": Value::from_iter(standings),
            "running": Value::from_iter(self.running.iter().map(listing::round)),
            "last": Value::from_iter(last),
            "findings": Value::from_iter(self.findings.iter().map(Finding::to_json)),
        })
    }

    fn print(&self) -> String {
        let mut lines: Vec<String> = self.findings.iter().map(Finding::print).collect();
        let Some(detail) = &self.detail else { return lines.join("\n") };
        let past = &detail.past;
        let net = past.paid as i128 - past.forfeited as i128;
        let sign = if net < 0 { "-" } else { "" };
        lines.push(format!(
            "\nearned  {} WAG in {} rounds, lost {} WAG: {sign}{} WAG together; {} won",
            Amount(past.paid),
            past.rounds,
            Amount(past.forfeited),
            Amount(net.unsigned_abs()),
            past.won
        ));
        if let Some(free) = self.free {
            lines.push(format!("owner   {} has {free} WAG", detail.agent.owner));
        }
        let numbers = |rounds: &[Round]| {
            let numbers: Vec<String> = rounds.iter().map(|round| round.id.to_string()).collect();
            if numbers.is_empty() {
                "none".to_owned()
            } else {
                numbers.join(", ")
            }
        };
        lines.push(format!("now in  {}", numbers(&self.running)));
        for round in &self.last {
            let Some(part) = part_of(round, &detail.agent.owner) else { continue };
            let won = if has_won(round, &detail.agent.owner) { ", won" } else { "" };
            let (paid, lost) = (Amount(part.paid), Amount(part.forfeited));
            lines.push(format!("round {}: paid {paid} WAG, lost {lost} WAG{won}", round.id));
        }
        lines.join("\n")
    }
}

/// The agent of `owner` in a round.
fn part_of<'a>(round: &'a Round, owner: &AccountId) -> Option<&'a waggle_client::AgentInRound> {
    round.agents.iter().find(|agent| agent.owner == *owner)
}

fn has_won(round: &Round, owner: &AccountId) -> bool {
    let RoundState::Settled { winner } = round.state else { return false };
    round.agents.get(winner as usize).is_some_and(|agent| agent.owner == *owner)
}

fn of_key(has_it: Option<bool>) -> Finding {
    match has_it {
        Some(true) => Finding::ok("the node has the agent's key"),
        Some(false) => Finding::problem(
            "the node does not have the agent's key",
            "`waggle agent init` puts it there, or waggle-node key insert --key-type wagl \
             --scheme ed25519; on one node only",
        ),
        None => Finding::warning(
            "the node does not say whether it has the agent's key",
            "ask on the node's own machine (its RPC on loopback)",
        ),
    }
}

fn of_registration(detail: &AgentDetail) -> Finding {
    if detail.agent.retired {
        return Finding::problem(
            "the agent has retired",
            "`waggle agent unbond` frees the bond; then it can be registered anew",
        );
    }
    Finding::ok(format!("the agent is registered since block {}", detail.since))
}

fn of_funds(owner: &AccountId, free: Amount, ticket: Amount) -> Finding {
    let remedy = format!("send money to {owner}");
    if free < ticket {
        let what =
            format!("the owner has {free} WAG: not enough for the cheapest ticket, {ticket}");
        return Finding::problem(what, remedy);
    }
    if free.0 < ticket.0.saturating_mul(TICKETS) {
        return Finding::warning(format!("the owner has {free} WAG: few tickets"), remedy);
    }
    Finding::ok(format!("the owner has {free} WAG for tickets"))
}

fn of_rosters(detail: &AgentDetail) -> Vec<Finding> {
    if detail.memberships.is_empty() {
        let remedy = "`waggle agent join N`; `waggle domains` lists them";
        return vec![Finding::problem("the agent is a member of no domain", remedy)];
    }
    let of = |membership: &MembershipView| {
        let domain = membership.domain;
        if let Some(block) = membership.suspended {
            return Finding::problem(
                format!("the agent is suspended from domain {domain} since block {block}"),
                format!("a day after that, `waggle agent leave {domain}`, and join it anew"),
            );
        }
        match membership.absences {
            None => Finding::warning(
                format!(
                    "the agent is off the roster of domain {domain}: no seats are drawn for it"
                ),
                format!("see that node and worker run, then `waggle agent rejoin {domain}`"),
            ),
            Some(0) => Finding::ok(format!("the agent is on the roster of domain {domain}")),
            Some(count) => Finding::warning(
                format!("the agent was absent {count} times in a row in domain {domain}"),
                "see that node and worker run, and what the worker declines: after three times it \
                 leaves the roster",
            ),
        }
    };
    detail.memberships.iter().map(of).collect()
}

/// What the last audit says of the agent in a domain.
fn of_audit(domain: DomainId, standing: &Standing) -> Finding {
    let more = format!("`waggle audits {domain} --agent …` says how far it is from a flag");
    if let Some(block) = standing.suspended {
        return Finding::problem(
            format!("the agent is suspended in domain {domain} since block {block}"),
            format!(
                "`waggle audits {domain} --agent …` says by which evidence; see that it runs what \
                 it claims, then leave the domain and join it anew"
            ),
        );
    }
    let flags: Vec<&str> = standing
        .verdicts
        .iter()
        .filter(|(_, verdict, row)| *row > 0 || *verdict == Verdict::Flag)
        .map(|(kind, ..)| audits::evidence(*kind))
        .collect();
    let epoch = standing.epoch;
    if flags.is_empty() {
        return Finding::ok(format!("nothing speaks against it in domain {domain}, epoch {epoch}"));
    }
    let what = format!("audits of domain {domain} flagged the agent: {}", flags.join(", "));
    Finding::warning(what, more)
}

/// Whether the worker can do what the agent offers: to audit a domain with this sentence model.
fn of_offer((domain, embedder): &(DomainId, String), embedders: &[String]) -> Finding {
    if embedders.contains(embedder) {
        return Finding::ok(format!("the worker can audit domain {domain}"));
    }
    Finding::problem(
        format!("the agent offers to audit domain {domain}, and its worker has no such embedder"),
        format!(
            "give the worker the sentence model with SHA-256 {embedder}, or `waggle agent audit \
             {domain} --stop`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use waggle_client::examples;
    use waggle_primitives::audit::standing::Evidence;

    #[test]
    fn owner_should_have_money_for_some_tickets() {
        let owner = AccountId::from([1; 32]);
        for (free, expected) in
            [(0, Level::Problem), (5, Level::Warning), (9, Level::Warning), (50, Level::Ok)]
        {
            assert_eq!(of_funds(&owner, Amount(free), Amount(5)).level, expected, "{free}");
        }
    }

    #[test]
    fn a_suspension_should_be_a_problem_with_a_way_out() {
        let mut detail = waggle_client::examples::detail();
        assert!(of_rosters(&detail).iter().all(|finding| finding.level == Level::Ok));
        detail.memberships[0].suspended = Some(4_711);
        let findings = of_rosters(&detail);
        assert_eq!(findings[0].level, Level::Problem);
    }

    #[test]
    fn agent_should_be_said_or_be_in_the_folder() {
        let args = StatusArgs { who: None, folder: None, worker_url: None };
        assert!(matches!(who(&args, None), Err(Failure::Unsaid { .. })));
        let owner = AccountId::from([1; 32]);
        let state = State { owner: Some(owner.to_string()), ..State::default() };
        assert_eq!(who(&args, Some(&state)).unwrap(), Who::Owner(owner));
        let args = StatusArgs { who: Some("nobody".into()), ..args };
        assert!(matches!(who(&args, Some(&state)), Err(Failure::Client(_))));
    }

    #[test]
    fn audits_should_be_a_warning_when_they_flag_and_a_problem_when_they_suspend() {
        let level = |standing: &Standing| of_audit(3, standing).level;
        let mut standing = examples::standing();
        assert_eq!(level(&standing), Level::Ok);
        standing.verdicts[0] = (Evidence::Contrast, Verdict::Flag, 1);
        assert_eq!(level(&standing), Level::Warning);
        assert!(of_audit(3, &standing).what.ends_with("flagged the agent: contrast"));
        standing.suspended = Some(900);
        assert_eq!(level(&standing), Level::Problem);
    }

    #[test]
    fn an_auditor_should_have_the_sentence_model_of_its_domain() {
        let offer = (3, "02".to_owned());
        let level = |embedders: &[&str]| {
            let embedders: Vec<String> = embedders.iter().map(|one| one.to_string()).collect();
            of_offer(&offer, &embedders).level
        };
        assert_eq!(level(&["01", "02"]), Level::Ok);
        assert_eq!(level(&["01"]), Level::Problem);
        assert_eq!(level(&[]), Level::Problem);
    }

    #[test]
    fn key_should_be_in_the_keystore() {
        let levels = [Some(true), Some(false), None].map(|has_it| of_key(has_it).level);
        assert_eq!(levels, [Level::Ok, Level::Problem, Level::Warning]);
    }
}
