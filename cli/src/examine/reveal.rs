//! What an examiner does on chain: it shows of which domains it is one, finds its rounds again, and
//! tells the truth.

use super::{
    kept::Kept,
    outcome::{Outcome, Revealed},
};
use subxt_signer::sr25519::Keypair;
use waggle_client::{
    account::account_id,
    amount::Amount,
    chain::{BlockHash, Chain},
    report::RoundReport,
    transaction::transact,
    Failure, Round,
};
use waggle_primitives::{DomainId, Hash32, RoundId};

/// What the treasury may still pay back for `examiner` in a domain. Errors: it is none there.
pub(super) async fn budget(
    chain: &Chain,
    domain: DomainId,
    examiner: &Keypair,
) -> Result<Amount, Failure> {
    let account = account_id(examiner);
    let budget = chain.examiner_budget(domain, &account).await?;
    budget.map(Amount).ok_or(Failure::NotExaminer { account, domain })
}

/// Tell the truth of a round that was settled, and wait until that is in a best block.
pub(super) async fn reveal(
    chain: &Chain,
    examiner: &Keypair,
    kept: &Kept,
    report: &RoundReport,
) -> Result<Outcome, Failure> {
    let revealed = tell(chain, examiner, report.round, &kept.truth, &kept.salt.0).await?;
    Ok(Outcome::of(kept, report, Some(revealed)))
}

/// As `examiner`, tell the truth that was sealed with this salt for a settled round, and wait until
/// that is in a best block.
///
/// # Errors
/// [`Failure::Refused`] if the chain does not take it: docs/protocol.md#examinations says why.
pub async fn tell(
    chain: &Chain,
    examiner: &Keypair,
    round: RoundId,
    truth: &str,
    salt: &Hash32,
) -> Result<Revealed, Failure> {
    let arguments = (round, truth.as_bytes().to_vec(), *salt);
    let done = transact(chain, examiner, "Examinations", "reveal", arguments).await?;
    let number = |field| {
        done.event_field("Examinations", field).ok_or_else(|| Failure::Unreadable {
            what: "events",
            reason: "no examination was announced".into(),
        })
    };
    Ok(Revealed {
        right: number("right")? as u32,
        agents: number("agents")? as u32,
        paid_back: Amount(number("reimbursed")?),
        block: done.block.number,
    })
}

/// The round in which the question was asked, as of block `at`, if its truth has not been revealed.
/// `sealed` is what the chain has sealed there. The round's number says nothing after a re-org. The
/// seal alone does not, either: somebody may have copied it to a round of its own, where it does
/// not open.
pub(super) async fn round_of(
    chain: &Chain,
    kept: &Kept,
    sealed: &[(RoundId, Hash32)],
    at: BlockHash,
) -> Result<Option<Round>, Failure> {
    for (round, _) in sealed.iter().filter(|(_, seal)| *seal == kept.sealed.0) {
        let view = chain.round(*round, at).await?;
        if let Some(view) = view.filter(|view| view.client == kept.client) {
            return Ok(Some(view));
        }
    }
    Ok(None)
}
