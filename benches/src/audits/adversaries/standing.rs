//! When evidence suspends: the chain's rules, and its rows of flags from epoch to epoch.

use sp_arithmetic::Perbill;
use waggle_primitives::{
    audit::{
        conduct::ConductBounds,
        contrast::ContrastRules,
        distance::DistanceRules,
        replay::ReplayRules,
        standing::{Evidence, Row},
        AuditRules, Tally, Verdict,
    },
    Fixed, Hash32,
};

/// The fewest prompts of an epoch from which anything is said: the runtime's `AUDIT_PROMPTS`.
pub const LEAST_PROMPTS: u32 = 16;

/// The runtime's (`runtime/src/configs/audits.rs`).
pub fn rules() -> AuditRules {
    AuditRules {
        contrast: ContrastRules { least_prompts: LEAST_PROMPTS, ..Default::default() },
        distance: DistanceRules { least_prompts: LEAST_PROMPTS, deviations: Fixed::from_u32(5) },
        replay: ReplayRules::default(),
        conduct: ConductBounds {
            least_seats: 10,
            timeouts: Perbill::one(),
            slow: Perbill::one(),
            exceptions: Perbill::from_percent(20),
        },
        far: Fixed::from_rational(5, 100),
    }
}

/// Whether an epoch says anything against a member.
pub fn is_flagged(tally: &Tally, rules: &AuditRules) -> bool {
    tally.verdicts(rules).iter().any(|(_, verdict)| *verdict == Verdict::Flag)
}

/// What is said of a member so far. `Default` is of one that was never judged.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    claim: Option<Hash32>,
    /// In the order of [`Tally::verdicts`].
    rows: [Row; 4],
}

impl Standing {
    /// Judge one more epoch, and say whether it suspends the member. A claim that changed starts
    /// new rows, but for conduct.
    pub fn judge(&mut self, tally: &Tally, rules: &AuditRules) -> bool {
        let is_same = self.claim == tally.claim;
        self.claim = tally.claim;
        let mut suspends = false;
        for ((evidence, verdict), row) in tally.verdicts(rules).into_iter().zip(&mut self.rows) {
            let goes_on = is_same || matches!(evidence, Evidence::Conduct(_));
            let before = if goes_on { *row } else { Row::default() };
            *row = before.after(verdict);
            suspends |= verdict == Verdict::Flag && row.suspends();
        }
        suspends
    }
}

/// After how many epochs a member is suspended, by what their samples say of it; `None` in an epoch
/// in which it is in no sample, and as the result if it never is.
pub fn suspended_after<'a>(
    epochs: impl IntoIterator<Item = Option<&'a Tally>>,
    rules: &AuditRules,
) -> Option<usize> {
    let mut standing = Standing::default();
    epochs
        .into_iter()
        .position(|tally| tally.is_some_and(|tally| standing.judge(tally, rules)))
        .map(|place| place + 1)
}
