//! Audits as JSON: how domains are audited, what was said of their members, and by which rules.

use crate::{
    amount::Amount,
    types::{number, Audit, Standing},
    AccountId,
};
use serde_json::{json, Value};
use waggle_primitives::{
    audit::{
        conduct::Fault, sample::Stage, standing::Evidence, view::AuditProgress, AuditRules, Verdict,
    },
    DomainId, Hash32,
};

/// How a domain is audited, and how far the work is.
pub fn audit(audit: &Audit) -> Value {
    json!({
        "domain": audit.domain,
        "embedder": hex::encode(audit.embedder),
        "dimensions": audit.dimensions,
        "purse": Amount(audit.purse),
        "auditors": audit.auditors,
        "epoch": audit.epoch,
        "rounds": audit.rounds,
        "samples": audit.samples,
        "work": audit.work.as_ref().map(work),
    })
}

fn work(work: &AuditProgress<AccountId>) -> Value {
    let committee = work.committee.iter().map(|auditor| {
        json!({
            "auditor": auditor.owner.to_string(),
            "key": hex::encode(auditor.key.0),
            "has_committed": auditor.has_committed,
            "opened": auditor.opened,
        })
    });
    json!({
        "epoch": work.epoch,
        "stage": stage(work.stage),
        "deadline": work.deadline,
        "samples": work.samples,
        "judged": work.judged,
        "committee": Value::from_iter(committee),
    })
}

/// What the last epoch that was judged said of a member.
pub fn standing(domain: DomainId, owner: &AccountId, standing: &Standing) -> Value {
    let margins = standing.margins.iter().map(|(claim, margin, prompts)| {
        json!({ "claim": digest(claim), "margin": number(*margin), "prompts": prompts })
    });
    let verdicts = standing.verdicts.iter().map(|(kind, verdict, in_a_row)| {
        let (word, have, want) = match *verdict {
            Verdict::Pass => ("pass", None, None),
            Verdict::Flag => ("flag", None, None),
            Verdict::NotEnough { have, want } => ("not_enough", Some(have), Some(want)),
        };
        json!({
            "evidence": evidence(*kind),
            "verdict": word,
            "have": have,
            "want": want,
            "in_a_row": in_a_row,
        })
    });
    let conduct = &standing.conduct;
    json!({
        "agent": owner.to_string(),
        "domain": domain,
        "epoch": standing.epoch,
        "claim": standing.claim.as_ref().map(digest),
        "prompts": standing.prompts,
        "margins": Value::from_iter(margins),
        "distance": number(standing.distance),
        "replay": standing.replay.map(number),
        "tokens": standing.tokens,
        "conduct": {
            "seats": conduct.seats,
            "timeouts": conduct.timeouts,
            "slow": conduct.slow,
            "exceptions": conduct.exceptions,
        },
        "verdicts": Value::from_iter(verdicts),
        "suspended": standing.suspended,
    })
}

/// Above what evidence speaks against a member.
pub fn rules(rules: &AuditRules) -> Value {
    let AuditRules { contrast, distance, replay, conduct, .. } = rules;
    json!({
        "contrast": {
            "least_prompts": contrast.least_prompts,
            "threshold": number(contrast.threshold),
            "least_apart": number(contrast.least_apart),
        },
        "distance": {
            "least_prompts": distance.least_prompts,
            "deviations": number(distance.deviations),
        },
        "replay": {
            "least_tokens": replay.least_tokens,
            "deviations": number(replay.deviations),
        },
        "conduct": {
            "least_seats": conduct.least_seats,
            "exceptions": f64::from(conduct.exceptions.deconstruct()) / 1e9,
        },
    })
}

/// What auditors do at a time, in a word.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Examining => "examining",
        Stage::Opening => "opening",
        Stage::Judging => "judging",
    }
}

/// A kind of evidence, in a word.
pub fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Contrast => "contrast",
        Evidence::Distance => "distance",
        Evidence::Replay => "replay",
        Evidence::Conduct(Fault::Timeout) => "timeouts",
        Evidence::Conduct(Fault::Slow) => "slow",
        Evidence::Conduct(Fault::Exception) => "exceptions",
    }
}

fn digest(digest: &Hash32) -> String {
    format!("0x{}", hex::encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    #[test]
    fn audit_should_have_the_documented_form() {
        let expected = json!({
            "domain": 3,
            "embedder": "02".repeat(32),
            "dimensions": 768,
            "purse": "2.5",
            "auditors": 7,
            "epoch": 12,
            "rounds": 40,
            "samples": 32,
            "work": {
                "epoch": 11,
                "stage": "opening",
                "deadline": 900,
                "samples": 20,
                "judged": 0,
                "committee": [{
                    "auditor": AccountId::from([5; 32]).to_string(),
                    "key": "05".repeat(32),
                    "has_committed": true,
                    "opened": 4,
                }],
            },
        });
        assert_eq!(audit(&examples::audit(3)), expected);
        let idle = Audit { work: None, ..examples::audit(3) };
        assert_eq!(audit(&idle)["work"], Value::Null);
    }

    #[test]
    fn standing_should_have_the_documented_form() {
        let owner = AccountId::from([4; 32]);
        let expected = json!({
            "agent": owner.to_string(),
            "domain": 3,
            "epoch": 11,
            "claim": format!("0x{}", "07".repeat(32)),
            "prompts": 20,
            "margins": [{
                "claim": format!("0x{}", "08".repeat(32)), "margin": -0.4, "prompts": 20,
            }],
            "distance": 1.5,
            "replay": null,
            "tokens": 0,
            "conduct": { "seats": 20, "timeouts": 0, "slow": 0, "exceptions": 1 },
            "verdicts": [
                {
                    "evidence": "contrast", "verdict": "pass", "have": null, "want": null,
                    "in_a_row": 0,
                },
                {
                    "evidence": "replay", "verdict": "not_enough", "have": 0, "want": 100,
                    "in_a_row": 0,
                },
            ],
            "suspended": null,
        });
        assert_eq!(standing(3, &owner, &examples::standing()), expected);
    }

    #[test]
    fn rules_should_be_numbers_as_people_know_them() {
        let rules = rules(&examples::audit_rules());
        assert_eq!(rules["contrast"]["threshold"], json!(0.05));
        assert_eq!(rules["conduct"]["exceptions"], json!(0.2));
        assert_eq!(rules["replay"], json!({ "least_tokens": 100, "deviations": 4.0 }));
    }
}
