//! Asking one question from beginning to end, and watching somebody else's.

use crate::{
    account::account_id,
    amount::Amount,
    chain::Chain,
    follow::{follow, until_final},
    observer::Observer,
    report::{gather, RoundReport, Status, Timing},
    submit::{check, check_members, submit, Prompt, Submitted, Terms},
    Failure,
};
use subxt_signer::sr25519::Keypair;
use waggle_primitives::{DomainId, Hash32, RoundId};

/// A question and how it is asked.
pub struct Question<'a> {
    /// The account that pays.
    pub payer: &'a Keypair,
    /// What is asked.
    pub prompt: &'a str,
    /// In which domain: its members answer.
    pub domain: DomainId,
    /// The client's terms.
    pub terms: &'a Terms,
    /// What an examination seals with it. `None` of everybody who does not know the answer.
    pub sealed: Option<Hash32>,
    /// Whether to wait until the result is final.
    pub finalised: bool,
}

/// Submit the question, follow the round, and gather its result.
pub async fn ask(
    chain: &mut Chain,
    question: &Question<'_>,
    observer: &mut impl Observer,
) -> Result<RoundReport, Failure> {
    let submitted = send(chain, question, observer).await?;
    outcome(chain, question, &submitted, observer).await
}

/// Submit the question.
pub async fn send(
    chain: &Chain,
    question: &Question<'_>,
    observer: &impl Observer,
) -> Result<Submitted, Failure> {
    let Question { payer, prompt: text, domain, sealed, .. } = *question;
    let terms = check(text, question.terms, &chain.constants().await?)?;
    check_members(&chain.domain(domain).await?, &terms)?;
    observer.doing("submitting the prompt");
    let prompt = Prompt { text, domain, terms: &terms, sealed };
    let submitted = submit(chain, payer, &prompt).await?;
    observer.done(&format!(
        "round {} submitted in block {} ({} ms, {} WAG for asking)",
        submitted.round,
        submitted.block.number,
        submitted.inclusion.as_millis(),
        Amount(submitted.fee)
    ));
    Ok(submitted)
}

/// Follow the round of a question that was submitted, and gather its result.
pub async fn outcome(
    chain: &mut Chain,
    question: &Question<'_>,
    submitted: &Submitted,
    observer: &mut impl Observer,
) -> Result<RoundReport, Failure> {
    let report =
        result(chain, submitted.round, Some(submitted), question.finalised, observer).await?;
    // After a re-org somebody else's round may have its number.
    if report.client != account_id(question.payer).to_string() {
        return Err(Failure::RoundGone(submitted.round));
    }
    Ok(report)
}

/// Follow a round that somebody submitted, and gather its result.
pub async fn watch(
    chain: &mut Chain,
    round: RoundId,
    finalised: bool,
    observer: &mut impl Observer,
) -> Result<RoundReport, Failure> {
    result(chain, round, None, finalised, observer).await
}

/// Whether the report is that of a settled round.
pub fn is_settled(report: &RoundReport) -> bool {
    report.status == Status::Settled
}

/// Whether the report is that of a round whose answers were judged: settled, or nobody won.
pub fn is_judged(report: &RoundReport) -> bool {
    report.status != Status::Cancelled
}

async fn result(
    chain: &mut Chain,
    round: RoundId,
    submitted: Option<&Submitted>,
    finalised: bool,
    observer: &mut impl Observer,
) -> Result<RoundReport, Failure> {
    let mut ended = follow(chain, round, |view, block| observer.round(view, block)).await?;
    observer.round_ended();
    if finalised {
        observer.doing("waiting until the result is final");
        ended = until_final(chain, ended).await?;
    }
    observer.doing("reading the result");
    let report =
        gather(chain, &ended, submitted.map(|submitted| Timing::of(submitted, &ended))).await?;
    observer.doing("");
    Ok(report)
}
