//! When flags suspend: two epochs in a row with the same flag, one for replay. An epoch without
//! enough evidence neither adds to a row nor ends it, so that nobody escapes by staying away every
//! other epoch, and nobody is suspended for it.

use super::{conduct::Fault, verdict::Verdict};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a verdict is from.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub enum Evidence {
    /// [`super::contrast`].
    Contrast,
    /// [`super::distance`].
    Distance,
    /// [`super::replay`].
    Replay,
    /// [`super::conduct`].
    Conduct(Fault),
}

impl Evidence {
    /// How many epochs in a row with a flag suspend.
    pub fn epochs(self) -> u32 {
        match self {
            Evidence::Replay => 1,
            Evidence::Contrast | Evidence::Distance | Evidence::Conduct(_) => 2,
        }
    }
}

/// The epochs in a row that flagged a member by one kind of evidence. `Default` is a member that
/// nothing speaks against. A claim that changes starts a new row.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub struct Row(u32);

impl Row {
    /// After one more epoch.
    pub fn after(self, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self(0),
            Verdict::Flag => Self(self.0.saturating_add(1)),
            Verdict::NotEnough { .. } => self,
        }
    }

    /// How many epochs.
    pub fn epochs(self) -> u32 {
        self.0
    }

    /// Whether it suspends the member.
    pub fn suspends(self, evidence: Evidence) -> bool {
        self.0 >= evidence.epochs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Verdict = Verdict::NotEnough { have: 0, want: 8 };

    #[test]
    fn two_flags_in_a_row_should_suspend_and_one_by_replay() {
        let play = |verdicts: &[Verdict]| {
            verdicts.iter().fold(Row::default(), |row, verdict| row.after(*verdict))
        };
        let every = [
            Evidence::Contrast,
            Evidence::Distance,
            Evidence::Conduct(Fault::Timeout),
            Evidence::Conduct(Fault::Slow),
            Evidence::Conduct(Fault::Exception),
        ];
        for (verdicts, suspends) in [
            (&[Verdict::Flag, Verdict::Flag][..], true),
            (&[Verdict::Flag, GAP, Verdict::Flag][..], true),
            (&[Verdict::Flag, Verdict::Pass, Verdict::Flag][..], false),
            (&[Verdict::Flag, GAP, GAP][..], false),
            (&[GAP, GAP, GAP][..], false),
            (&[Verdict::Pass, Verdict::Pass][..], false),
            (&[][..], false),
        ] {
            for evidence in every {
                assert_eq!(play(verdicts).suspends(evidence), suspends, "{verdicts:?}");
            }
        }
        assert!(play(&[Verdict::Flag]).suspends(Evidence::Replay));
        assert!(!play(&[GAP, Verdict::Pass]).suspends(Evidence::Replay));
        assert!(!play(&[]).suspends(Evidence::Replay));
        assert_eq!(play(&[Verdict::Flag, GAP]).epochs(), 1);
    }
}
