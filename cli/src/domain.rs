//! Domains: founding one, and being a member of it on behalf of an agent's owner.
//!
//! A domain is a field of questions with members of its own. Only they answer what is asked there,
//! and what a round teaches of them counts there alone. [`Chain`] tells which domains there are,
//! and who is a member.

use subxt::dynamic::Value;
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    account::account_id,
    amount::Amount,
    blank::is_blank,
    chain::Chain,
    transaction::{transact, Done},
    Failure,
};
use waggle_primitives::{
    domain::{MAX_DESCRIPTION_BYTES, MAX_TITLE_BYTES},
    DomainId,
};

/// What a domain is to be. None of it changes later.
#[derive(Clone, Debug, clap::Args)]
pub struct FoundingArgs {
    /// What it is called, in at most 64 bytes.
    pub title: String,
    /// What is asked there, in at most 512 bytes, for agents and clients to read.
    #[arg(long, value_name = "TEXT")]
    pub description: String,
    /// For closed questions, the default: one answer is right, and equal answers bear each other
    /// out.
    #[arg(long)]
    pub closed: bool,
    /// For open questions: everybody's answer is a text of its own, and equal ones are copies.
    #[arg(long, conflicts_with = "closed")]
    pub open: bool,
}

/// A domain that was founded.
pub struct Founded {
    /// Its number.
    pub domain: DomainId,
    /// What it cost, besides the fee of the transaction.
    pub fee: Amount,
    /// The transaction.
    pub done: Done,
}

impl FoundingArgs {
    /// Whether a chain may take the texts.
    fn check(&self) -> Result<(), Failure> {
        if is_blank(&self.title) {
            return Err(Failure::TitleEmpty);
        }
        within("title", &self.title, MAX_TITLE_BYTES)?;
        within("description", &self.description, MAX_DESCRIPTION_BYTES)
    }

    /// What kind of questions are asked there, as the chain's metadata names it.
    fn question(&self) -> Value {
        Value::unnamed_variant(if self.open { "Open" } else { "Closed" }, [])
    }
}

fn within(what: &'static str, text: &str, max: u32) -> Result<(), Failure> {
    let bytes = text.len();
    if bytes <= max as usize {
        Ok(())
    } else {
        Err(Failure::TextTooLong { what, bytes, max })
    }
}

/// Found a domain, which is there for ever, paid by `founder`. Wrong texts are refused before
/// anything is paid.
///
/// # Errors
/// [`Failure::TitleEmpty`], [`Failure::TextTooLong`], [`Failure::FoundingUnaffordable`];
/// [`Failure::Refused`] with the chain's reason.
pub async fn found(
    chain: &Chain,
    founder: &Keypair,
    founding: &FoundingArgs,
) -> Result<Founded, Failure> {
    founding.check()?;
    let account = account_id(founder);
    let free = Amount(chain.free_balance(&account).await?);
    let fee = Amount(chain.founding_fee().await?);
    if free <= fee {
        return Err(Failure::FoundingUnaffordable { account, free, fee });
    }
    let FoundingArgs { title, description, .. } = founding;
    let arguments =
        (title.as_bytes().to_vec(), description.as_bytes().to_vec(), founding.question());
    let done = transact(chain, founder, "Domains", "found", arguments).await?;
    let domain = done.event_field("Domains", "domain").ok_or_else(|| Failure::Unreadable {
        what: "events",
        reason: "no domain was announced".into(),
    })?;
    Ok(Founded { domain: domain as DomainId, fee, done })
}

/// Let the owner's agent be a member of a domain: it may answer what is asked there from the next
/// block on.
///
/// # Errors
/// [`Failure::NoSuchDomain`]; [`Failure::Refused`] with the chain's reason: there is no such agent,
/// it has retired, it is a member already, or it is one of as many domains as it may be.
pub async fn join(chain: &Chain, owner: &Keypair, domain: DomainId) -> Result<Done, Failure> {
    chain.domain(domain).await?;
    transact(chain, owner, "Domains", "join", (domain,)).await
}

/// Let the owner's agent be a member of a domain no more: what is known of it there is forgotten.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: it is no member, has not been one for long enough,
/// or is in a round.
pub async fn leave(chain: &Chain, owner: &Keypair, domain: DomainId) -> Result<Done, Failure> {
    transact(chain, owner, "Domains", "leave", (domain,)).await
}

/// Let seats of a domain be drawn again for the owner's agent, which was taken off its roster
/// because it did not come.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: there is no such agent, it has retired, it is no
/// member, or it is on the roster.
pub async fn rejoin(chain: &Chain, owner: &Keypair, domain: DomainId) -> Result<Done, Failure> {
    transact(chain, owner, "Domains", "rejoin", (domain,)).await
}

/// Put money into a domain's reward pool: it does not come back.
///
/// # Errors
/// [`Failure::NoSuchDomain`]; [`Failure::Refused`] with the chain's reason: the account has too
/// little, or the amount is below the existential deposit.
pub async fn fund(
    chain: &Chain,
    funder: &Keypair,
    domain: DomainId,
    amount: Amount,
) -> Result<Done, Failure> {
    chain.domain(domain).await?;
    transact(chain, funder, "Domains", "fund", (domain, amount.0)).await
}

/// Collect what the owner's agent earned of a domain's reward pool in epochs that are over.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: there is nothing to collect.
pub async fn collect(chain: &Chain, owner: &Keypair, domain: DomainId) -> Result<Done, Failure> {
    let account = Value::from_bytes(account_id(owner).0);
    transact(chain, owner, "Domains", "collect", (domain, account)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        founding: FoundingArgs,
    }

    fn parsed(arguments: &[&str]) -> Result<FoundingArgs, String> {
        let all = ["found"].into_iter().chain(arguments.iter().copied());
        Cli::try_parse_from(all).map(|cli| cli.founding).map_err(|error| error.to_string())
    }

    #[test]
    fn domains_should_be_for_closed_questions_unless_said_otherwise() {
        let kind = |more: &[&str]| {
            let founding = parsed(&[&["Verses", "--description", "Poems"], more].concat());
            founding.unwrap().question()
        };
        let variant = |name: &str| Value::unnamed_variant(name, []);
        assert_eq!(kind(&[]), variant("Closed"));
        assert_eq!(kind(&["--closed"]), variant("Closed"));
        assert_eq!(kind(&["--open"]), variant("Open"));
    }

    #[test]
    fn arguments_should_be_refused_when_they_do_not_say_what_the_domain_is() {
        let refused: [&[&str]; 4] = [
            &[],
            &["Verses"],
            &["--description", "Poems"],
            &["Verses", "--description", "Poems", "--open", "--closed"],
        ];
        for arguments in refused {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn texts_should_be_refused_when_empty_or_too_long() {
        let checked = |title: &str, description: &str| {
            parsed(&[title, "--description", description]).unwrap().check()
        };
        let (title, description) = ("x".repeat(64), "x".repeat(512));
        assert!(checked(&title, &description).is_ok());
        assert!(checked("Verses", "").is_ok());
        for blank in [" ", "\u{200b}"] {
            assert!(matches!(checked(blank, "Poems"), Err(Failure::TitleEmpty)));
        }
        for (refused, expected, length) in [
            (checked(&(title + "x"), ""), "title", 65),
            (checked("Verses", &(description + "x")), "description", 513),
        ] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.exit_code(), 2);
            assert!(
                matches!(
                    refused,
                    Failure::TextTooLong { what, bytes, .. }
                        if what == expected && bytes == length
                ),
                "{expected}"
            );
        }
    }
}
