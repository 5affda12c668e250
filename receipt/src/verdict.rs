//! What a verified receipt shows, as JSON.

use crate::result::{Account, Ending, MemberResult, RoundResult};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{json, Value};
use sp_core::H256;
use waggle_primitives::{CancelReason, DomainId, Fixed, Grade, Hash32, RoundId};

/// Smallest units in one WAG, which has this many decimals.
const WAG: u128 = 1_000_000_000_000;
const DECIMALS: usize = 12;

/// What a verified receipt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The hash of the chain's genesis block, as the reader gave it.
    pub genesis: Hash32,
    /// The final block in whose state the result was.
    pub block: u32,
    /// Its hash.
    pub block_hash: H256,
    /// How many validators could vote for it.
    pub validators: usize,
    /// How often the validators had changed since genesis.
    pub changes: usize,
    /// The round.
    pub round: RoundId,
    /// Which answers were equal: by index of agent, the number of its candidate. `None` for agents
    /// that did not open their answer; empty if nobody did.
    pub candidates: Vec<Option<u32>>,
    /// The domain in which it was asked.
    pub domain: DomainId,
    /// What an answer had to score.
    pub min_score: Grade,
    /// How it ended.
    pub result: RoundResult,
}

impl Verdict {
    /// The verdict as JSON: docs/receipts.md describes it. `address` writes accounts.
    pub fn to_json(&self, address: impl Fn(&Account) -> String) -> Value {
        let result = &self.result;
        let owner_of = |index: u32| {
            let member = usize::try_from(index).ok().and_then(|index| result.members.get(index));
            member.map(|member| address(&member.owner))
        };
        let (status, winner, best, reason) = match result.ending {
            Ending::Settled { winner } => ("settled", owner_of(winner), None, None),
            Ending::NobodyWon { best } => ("nobody_won", None, owner_of(best), None),
            Ending::Cancelled { reason } => ("cancelled", None, None, Some(name_of(reason))),
        };
        let answers = (0u32..).zip(&result.members).map(|(index, member)| {
            let place = usize::try_from(index).ok();
            let candidate = place.and_then(|place| self.candidates.get(place)).copied().flatten();
            answer(index, member, candidate, &address)
        });
        json!({
            "valid": true,
            "genesis": in_hex(&self.genesis),
            "block": self.block,
            "block_hash": in_hex(&self.block_hash.0),
            "validators": self.validators,
            "validator_changes": self.changes,
            "round": self.round,
            "status": status,
            "cancelled_because": reason,
            "prompt_hash": in_hex(&result.prompt_hash),
            "client": address(&result.client),
            "domain": self.domain,
            "min_score": (self.min_score != Grade::MIN).then(|| number(self.min_score.to_fixed())),
            "winner": winner,
            "best": best,
            "winner_text": result
                .winning_answer
                .as_ref()
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            "answers": answers.collect::<Vec<_>>(),
            "grades": result.grades.len(),
            "seed": result.seed.as_ref().map(|seed| in_hex(seed)),
            "reward": wag(result.terms.reward),
            "ticket": wag(result.ticket),
            "returned": wag(result.returned()),
            "treasury": wag(result.treasury),
            "submitted": result.blocks.submitted,
            "ended": result.blocks.ended,
        })
    }
}

/// An agent's part.
fn answer(
    index: u32,
    member: &MemberResult,
    candidate: Option<u32>,
    address: impl Fn(&Account) -> String,
) -> Value {
    json!({
        "agent": address(&member.owner),
        "index": index,
        "key": hex::encode(member.key.0),
        "candidate": candidate,
        "opened_answer": member.opened_answer,
        "opened_grades": member.opened_grades,
        "score": member.judgement.score().map(number),
        "paid": wag(member.paid),
        "forfeited": wag(member.forfeited),
    })
}

/// A reason's name for programs.
fn name_of(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::TooFewCommitted => "too_few_committed",
        CancelReason::TooFewOpened => "too_few_opened",
        CancelReason::NoGrades => "no_grades",
        CancelReason::Withdrawn => "withdrawn",
    }
}

/// Bytes as clients write them.
pub fn in_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// An amount in WAG, exactly.
fn wag(amount: u128) -> String {
    let (whole, fraction) = (amount.wrapping_div(WAG), amount.wrapping_rem(WAG));
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:0DECIMALS$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// A fixed-point number as JSON knows numbers.
fn number(fixed: Fixed) -> f64 {
    fixed.into_inner() as f64 / 1e18
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_should_be_exact() {
        for (amount, shown) in [
            (0, "0"),
            (1, "0.000000000001"),
            (WAG, "1"),
            (20 * WAG + WAG / 2, "20.5"),
            (u128::MAX, "340282366920938463463374607.431768211455"),
        ] {
            assert_eq!(wag(amount), shown);
        }
    }
}
