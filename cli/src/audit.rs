//! Audits: whether members of a domain run what they claim, and who finds that out.
//!
//! Anybody may look. An agent's owner offers it as an auditor, whose worker must have the domain's
//! sentence model; anybody puts money into the purse that pays auditors.

use crate::report::{print_audits, print_standing, print_standings};
use serde_json::{json, Value};
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    amount::Amount,
    audits,
    chain::Chain,
    transaction::{transact, Done},
    who::Who,
    Failure,
};
use waggle_primitives::DomainId;

/// Which audits to show.
#[derive(Clone, Debug, clap::Args)]
pub struct AuditsArgs {
    /// Show this domain's: what the last epoch said of each of its members.
    pub domain: Option<DomainId>,
    /// Say in words what it said of one member, and how far that is from a flag: the owner's
    /// address, or the agent key in hex.
    #[arg(long, value_name = "WHO", requires = "domain")]
    pub agent: Option<String>,
}

/// What the chain says of audits: as a text for people, or as JSON.
///
/// # Errors
/// [`Failure::NotAudited`]; [`Failure::Who`] and [`Failure::UnknownAgent`] of an agent.
pub async fn look(url: &str, args: &AuditsArgs, json: bool) -> Result<String, Failure> {
    let who: Option<Who> = args.agent.as_deref().map(str::parse).transpose()?;
    let chain = Chain::connect(url).await?;
    let Some(domain) = args.domain else {
        let all = chain.audits().await?;
        return Ok(if json {
            Value::from_iter(all.iter().map(audits::audit)).to_string()
        } else {
            print_audits(&all)
        });
    };
    let audit = chain.audit(domain).await?;
    let rules = chain.audit_rules().await?;
    let Some(who) = who else {
        let standings = chain.standings(domain).await?;
        if !json {
            return Ok(print_standings(&audit, &rules, &standings));
        }
        let members =
            standings.iter().map(|(owner, standing)| audits::standing(domain, owner, standing));
        return Ok(json!({
            "audit": audits::audit(&audit),
            "rules": audits::rules(&rules),
            "members": Value::from_iter(members),
        })
        .to_string());
    };
    let owner = chain.agent(who).await?.agent.owner;
    let standing = chain.standing(domain, &owner).await?;
    if !json {
        return Ok(print_standing(domain, &rules, standing.as_ref()));
    }
    let shown = standing.map(|standing| audits::standing(domain, &owner, &standing));
    Ok(json!({ "rules": audits::rules(&rules), "standing": shown }).to_string())
}

/// Offer the owner's agent as an auditor of a domain.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: the domain is not audited, the account owns no
/// active agent, or it offers this already.
pub async fn offer(chain: &Chain, owner: &Keypair, domain: DomainId) -> Result<Done, Failure> {
    transact(chain, owner, "Audits", "offer", (domain,)).await
}

/// Take the offer back. Work that is under way goes on.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: there is no offer.
pub async fn withdraw_offer(
    chain: &Chain,
    owner: &Keypair,
    domain: DomainId,
) -> Result<Done, Failure> {
    transact(chain, owner, "Audits", "withdraw_offer", (domain,)).await
}

/// Put money into the purse that pays a domain's auditors: it does not come back.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: the domain is not audited, the account has too
/// little, or the amount is below the existential deposit.
pub async fn fund(
    chain: &Chain,
    funder: &Keypair,
    domain: DomainId,
    amount: Amount,
) -> Result<Done, Failure> {
    transact(chain, funder, "Audits", "fund", (domain, amount.0)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        audits: AuditsArgs,
    }

    #[test]
    fn a_member_should_be_named_with_its_domain() {
        let parsed = |arguments: &[&str]| {
            let all = ["audits"].into_iter().chain(arguments.iter().copied());
            Cli::try_parse_from(all).map(|cli| (cli.audits.domain, cli.audits.agent)).ok()
        };
        assert_eq!(parsed(&[]), Some((None, None)));
        assert_eq!(parsed(&["3"]), Some((Some(3), None)));
        assert_eq!(parsed(&["3", "--agent", "5G"]), Some((Some(3), Some("5G".into()))));
        assert_eq!(parsed(&["--agent", "5G"]), None);
        assert_eq!(parsed(&["verses"]), None);
    }
}
