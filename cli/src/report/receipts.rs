//! What a receipt shows, for people.

use super::{
    layout::{decimals, plain, right_aligned, table},
    text::{cell, short_account},
};
use std::fmt::Write;
use waggle_client::{
    amount::Amount,
    cancel_reason,
    types::{asked_score, number},
    AccountId,
};
use waggle_primitives::AgentIndex;
use waggle_receipt::{
    result::{Account, Ending, MemberResult},
    verdict::in_hex,
    Verdict,
};

/// All that a verified receipt shows, and what it does not.
pub fn print_verdict(verdict: &Verdict) -> String {
    let mut out = String::new();
    let result = &verdict.result;
    let _ = writeln!(out, "Round {}: {}\n", verdict.round, ending(verdict));
    let mut facts = plain();
    let mut fact = |name: &str, value: String| {
        facts.add_row([name.to_owned(), value]);
    };
    fact("block", format!("{} {}", verdict.block, in_hex(&verdict.block_hash.0)));
    fact("genesis", in_hex(&verdict.genesis));
    let changes = match verdict.changes {
        0 => "the same since genesis".to_owned(),
        1 => "changed once since genesis".to_owned(),
        changes => format!("changed {changes} times since genesis"),
    };
    fact("final", format!("by {} validators, {changes}", verdict.validators));
    fact("asked by", address(&result.client));
    fact("in domain", verdict.domain.to_string());
    fact("prompt", format!("Blake2b-256 {}", in_hex(&result.prompt_hash)));
    let reward = Amount(result.terms.reward);
    let (returned, ticket) = (Amount(result.returned()), Amount(result.ticket));
    fact("reward", format!("{reward} WAG, {returned} of it returned; tickets {ticket}"));
    let _ = writeln!(out, "{facts}");
    if !result.members.is_empty() {
        let _ = writeln!(out, "\n{}", agents(verdict));
    }
    let _ = writeln!(
        out,
        "\nThis proves that the chain with this genesis made this result final. It does not prove \
         that the\nanswer is right, nor when that was, nor that the chain goes on \
         (docs/receipts.md)."
    );
    out
}

/// How it ended, in a line.
fn ending(verdict: &Verdict) -> String {
    match verdict.result.ending {
        Ending::Settled { winner } => {
            let answer = verdict.result.winning_answer.as_deref().unwrap_or_default();
            let text = cell(&String::from_utf8_lossy(answer), 400);
            format!("the swarm's answer (agent {winner}{}): {text}", owner(verdict, winner))
        }
        Ending::NobodyWon { best } => {
            let asked = decimals(asked_score(verdict.min_score), 4);
            let near = owner(verdict, best);
            format!("nobody won. Agent {best}{near} came nearest; {asked} was asked for")
        }
        Ending::Cancelled { reason } => format!("cancelled: {}", cancel_reason(&reason)),
    }
}

/// Whose agent it is.
fn owner(verdict: &Verdict, agent: AgentIndex) -> String {
    let member = verdict.result.members.get(agent as usize);
    let owner = member.map(|member| format!(", {}", short_account(&address(&member.owner))));
    owner.unwrap_or_default()
}

fn agents(verdict: &Verdict) -> comfy_table::Table {
    let mut table = table(&["agent", "owner", "candidate", "score", "paid", "forfeited"]);
    for (index, member) in verdict.result.members.iter().enumerate() {
        let MemberResult { owner, judgement, paid, forfeited, .. } = member;
        let candidate = verdict.candidates.get(index).copied().flatten();
        table.add_row([
            index.to_string(),
            short_account(&address(owner)),
            candidate.map_or_else(|| "-".into(), |candidate| candidate.to_string()),
            decimals(judgement.score().map(number), 4),
            Amount(*paid).to_string(),
            Amount(*forfeited).to_string(),
        ]);
    }
    right_aligned(&mut table, [0, 2, 3, 4, 5]);
    table
}

fn address(account: &Account) -> String {
    AccountId::from(*account).to_string()
}
