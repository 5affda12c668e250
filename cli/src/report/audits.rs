//! Audits as tables for people, and in words.

use super::layout::{decimals, right_aligned, table};
use std::fmt::Write;
use waggle_client::{
    amount::Amount,
    audits::{evidence, stage},
    types::{number, Audit},
    AccountId, Standing,
};
use waggle_primitives::{
    audit::{
        standing::{Evidence, FLAGS_THAT_SUSPEND},
        view::AuditProgress,
        AuditRules, Verdict,
    },
    DomainId, Hash32,
};

/// The domains that are audited, one line each.
pub fn print_audits(audits: &[Audit]) -> String {
    if audits.is_empty() {
        return "No domain is audited: governance says which are (audits.setTerms).".into();
    }
    let mut table =
        table(&["domain", "epoch", "rounds", "samples", "auditors", "purse (WAG)", "work"]);
    for audit in audits {
        table.add_row([
            audit.domain.to_string(),
            audit.epoch.to_string(),
            audit.rounds.to_string(),
            audit.samples.to_string(),
            audit.auditors.to_string(),
            Amount(audit.purse).to_string(),
            audit.work.as_ref().map_or("none".into(), progress),
        ]);
    }
    right_aligned(&mut table, 0..6);
    table.to_string()
}

/// How far the work on an epoch's samples is, in a line.
fn progress(work: &AuditProgress<AccountId>) -> String {
    let committed = work.committee.iter().filter(|auditor| auditor.has_committed).count();
    let until = work.deadline.map(|block| format!(" until block {block}")).unwrap_or_default();
    format!(
        "epoch {}, {}{until}: {committed} of {} auditors committed, {} of {} samples judged",
        work.epoch,
        stage(work.stage),
        work.committee.len(),
        work.judged,
        work.samples,
    )
}

/// What the last epoch said of each member of a domain, and how far the work on the next one is.
pub fn print_standings(
    audit: &Audit,
    rules: &AuditRules,
    standings: &[(AccountId, Standing)],
) -> String {
    let mut shown = if standings.is_empty() {
        format!("Nothing was said yet of a member of domain {}.", audit.domain)
    } else {
        members(rules, standings)
    };
    if let Some(work) = &audit.work {
        let _ = write!(shown, "\n\n{}", progress(work));
        // What auditors opened of a sample is gone when it was judged.
        let left = work.samples.saturating_sub(work.judged);
        for auditor in &work.committee {
            let committed = if auditor.has_committed { "committed" } else { "not committed" };
            let _ = write!(
                shown,
                "\n  {}  {committed}, {} of {left} opened",
                auditor.owner, auditor.opened
            );
        }
    }
    shown
}

fn members(rules: &AuditRules, standings: &[(AccountId, Standing)]) -> String {
    let [margin, distance, replay] =
        [rules.contrast.threshold, rules.distance.deviations, rules.replay.deviations].map(number);
    let mut table = table(&[
        "agent (owner)",
        "epoch",
        "claim",
        "prompts",
        &format!("margin (> {margin})"),
        &format!("distance (> {distance})"),
        &format!("replay (±{replay})"),
        "not opened",
        "flags in a row",
    ]);
    for (owner, standing) in standings {
        table.add_row([
            owner.to_string(),
            standing.epoch.to_string(),
            standing.claim.as_ref().map_or("none".into(), short),
            standing.prompts.to_string(),
            decimals(greatest_margin(standing), 3),
            decimals(Some(number(standing.distance)), 2),
            decimals(standing.replay.map(number), 2),
            format!("{} of {}", standing.conduct.exceptions, standing.conduct.seats),
            flags(standing),
        ]);
    }
    right_aligned(&mut table, [1, 3, 4, 5, 6, 7]);
    table.to_string()
}

/// The margin that speaks most against a member.
fn greatest_margin(standing: &Standing) -> Option<f64> {
    standing.margins.iter().map(|(_, margin, _)| number(*margin)).reduce(f64::max)
}

/// By which evidence a member was flagged, and how often in a row; and whether it is suspended.
fn flags(standing: &Standing) -> String {
    let rows = standing.verdicts.iter().filter(|(.., row)| *row > 0);
    let mut flags: Vec<String> =
        rows.map(|(kind, _, row)| format!("{} {row}", evidence(*kind))).collect();
    if let Some(block) = standing.suspended {
        flags.push(format!("suspended since block {block}"));
    }
    flags.join(", ")
}

/// What the last epoch said of one member, and how far that is from a flag.
pub fn print_standing(domain: DomainId, rules: &AuditRules, standing: Option<&Standing>) -> String {
    let Some(standing) = standing else {
        return format!(
            "Nothing was said yet of this agent in domain {domain}: no epoch was judged in which \
             a sample had an answer of it."
        );
    };
    let mut lines = vec![format!(
        "Epoch {} of domain {domain}: {} prompts, claim {}.",
        standing.epoch,
        standing.prompts,
        standing.claim.as_ref().map_or("none".into(), short),
    )];
    lines.extend(contrasts(rules, standing));
    lines.push(distance(rules, standing));
    lines.push(replay(rules, standing));
    lines.push(conduct(rules, standing));
    lines.extend(standing.verdicts.iter().map(verdict));
    if let Some(block) = standing.suspended {
        lines.push(format!(
            "It is suspended since block {block}: governance may lift that; else leave the domain \
             and join it anew, as a newcomer."
        ));
    }
    lines.join("\n")
}

fn contrasts(rules: &AuditRules, standing: &Standing) -> Vec<String> {
    let threshold = number(rules.contrast.threshold);
    let margin = |(claim, margin, prompts): &(Hash32, _, u32)| {
        let margin = number(*margin);
        let nearer =
            if margin > 0.0 { "nearer to it than to its own" } else { "nearer to its own" };
        format!(
            "Against claim {}: margin {margin:.3} of {prompts} prompts, {nearer}; {}.",
            short(claim),
            from_flag(margin, threshold, 3),
        )
    };
    if standing.margins.is_empty() {
        return vec!["No other claim had answers to compare with.".into()];
    }
    standing.margins.iter().map(margin).collect()
}

/// How far a value is from the threshold above which it is a flag.
fn from_flag(value: f64, threshold: f64, places: usize) -> String {
    let apart = (threshold - value).abs();
    let side = if value > threshold { "above" } else { "below" };
    format!("{apart:.places$} {side} {threshold}, from which on it flags")
}

fn distance(rules: &AuditRules, standing: &Standing) -> String {
    let distance = number(standing.distance);
    let flag = from_flag(distance, number(rules.distance.deviations), 2);
    format!("Distance from its kin: {distance:.2} standard deviations; {flag}.")
}

fn replay(rules: &AuditRules, standing: &Standing) -> String {
    let Some(replay) = standing.replay.map(number) else {
        return "Likelihood of its tokens: no auditor could tell.".into();
    };
    let flag = from_flag(replay.abs(), number(rules.replay.deviations), 2);
    format!(
        "Likelihood of its tokens: {replay:.2} standard deviations over {} tokens; {flag} on \
         either side.",
        standing.tokens
    )
}

fn conduct(rules: &AuditRules, standing: &Standing) -> String {
    let conduct = &standing.conduct;
    let bound = f64::from(rules.conduct.exceptions.deconstruct()) / 1e7;
    format!(
        "Conduct: of {} answers that it committed, {} were not opened or not graded well; above \
         {bound} % that flags.",
        conduct.seats, conduct.exceptions
    )
}

/// What one kind of evidence said.
fn verdict((kind, verdict, row): &(Evidence, Verdict, u32)) -> String {
    let name = evidence(*kind);
    match verdict {
        Verdict::Pass => format!("{name}: pass"),
        Verdict::Flag => {
            format!("{name}: flag, {row} in a row; {FLAGS_THAT_SUSPEND} suspend")
        }
        Verdict::NotEnough { have, want } => {
            let row =
                if *row > 0 { format!(", flags in a row before: {row}") } else { String::new() };
            format!("{name}: not enough to say anything, {have} of {want}{row}")
        }
    }
}

/// A claim by the beginning of its digest.
fn short(digest: &Hash32) -> String {
    format!("0x{}…", hex::encode(&digest[..4]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::examples;
    use waggle_primitives::Fixed;

    /// `standing` of the examples, two tenths above the threshold against another claim, flagged
    /// for the second time, and suspended.
    fn flagged() -> Standing {
        let margin = Fixed::from_rational(25, 100);
        Standing {
            margins: vec![([8; 32], Fixed::from_inner(-1), 20), ([9; 32], margin, 12)],
            verdicts: vec![(Evidence::Contrast, Verdict::Flag, 2)],
            suspended: Some(77),
            ..examples::standing()
        }
    }

    #[test]
    fn audits_should_be_shown_with_the_work_that_is_under_way() {
        let idle = Audit { work: None, ..examples::audit(4) };
        let shown = print_audits(&[examples::audit(3), idle]);
        let line = |start: &str| shown.lines().find(|line| line.contains(start)).unwrap();
        for expected in
            ["2.5", "epoch 11, opening until block 900: 1 of 1 auditors", "0 of 20 samples judged"]
        {
            assert!(line(" 3 ").contains(expected), "{expected} is missing:\n{shown}");
        }
        assert!(line(" 4 ").contains("none"), "{shown}");
        assert!(print_audits(&[]).contains("governance"));
    }

    #[test]
    fn members_should_be_shown_with_the_margin_that_speaks_most_against_them() {
        let owner = |number| AccountId::from([number; 32]);
        let standings = [(owner(1), examples::standing()), (owner(2), flagged())];
        let shown = print_standings(&examples::audit(3), &examples::audit_rules(), &standings);
        let of = |number| {
            let owner = owner(number).to_string();
            shown.lines().find(|line| line.contains(&owner)).unwrap()
        };
        assert!(shown.contains("margin (> 0.05)") && shown.contains("replay (±4)"), "{shown}");
        assert!(of(1).contains("-0.400") && of(1).contains("1 of 20"), "{shown}");
        assert!(of(2).contains(" 0.250") && of(2).contains("contrast 2, suspended since block 77"));
        assert!(of(5).contains("committed, 4 of 20 opened"), "{shown}");
        let none = print_standings(&examples::audit(3), &examples::audit_rules(), &[]);
        assert!(none.contains("Nothing was said yet of a member of domain 3."), "{none}");
    }

    #[test]
    fn a_member_should_be_told_how_far_it_is_from_a_flag() {
        let rules = examples::audit_rules();
        let shown = |standing: &Standing| print_standing(3, &rules, Some(standing));
        let honest = shown(&examples::standing());
        for expected in [
            "Epoch 11 of domain 3: 20 prompts, claim 0x07070707….",
            "Against claim 0x08080808…: margin -0.400 of 20 prompts, nearer to its own; 0.450 \
             below 0.05",
            "1.50 standard deviations; 1.50 below 3",
            "no auditor could tell",
            "of 20 answers that it committed, 1 were not opened or not graded well; above 20 %",
            "contrast: pass",
            "replay: not enough to say anything, 0 of 100",
        ] {
            assert!(honest.contains(expected), "{expected} is missing:\n{honest}");
        }
        assert!(!honest.contains("suspended"));
        let bad =
            shown(&Standing { replay: Some(Fixed::from_inner(-5 * 10i128.pow(18))), ..flagged() });
        for expected in [
            "0x09090909…: margin 0.250 of 12 prompts, nearer to it than to its own; 0.200 above",
            "-5.00 standard deviations over 0 tokens; 1.00 above 4",
            "contrast: flag, 2 in a row; 2 suspend",
            "It is suspended since block 77",
        ] {
            assert!(bad.contains(expected), "{expected} is missing:\n{bad}");
        }
        assert!(print_standing(3, &rules, None).contains("Nothing was said yet"));
    }
}
