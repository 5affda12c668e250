//! When flags suspend: two in a row by the same kind of evidence, each of a committee of its own.
//! So whoever has a committee now and then suspends nobody. An epoch without enough evidence
//! neither adds to a row nor ends it, so that nobody escapes by staying away every other epoch, and
//! nobody is suspended for it.

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

/// How many flags in a row suspend.
pub const FLAGS_THAT_SUSPEND: u32 = 2;

/// The flags in a row that a member had by one kind of evidence. `Default` is a member that
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
    /// After one more verdict.
    pub fn after(self, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self(0),
            Verdict::Flag => Self(self.0.saturating_add(1)),
            Verdict::NotEnough { .. } => self,
        }
    }

    /// How many flags.
    pub fn flags(self) -> u32 {
        self.0
    }

    /// Whether it suspends the member.
    pub fn suspends(self) -> bool {
        self.0 >= FLAGS_THAT_SUSPEND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Verdict = Verdict::NotEnough { have: 0, want: 8 };

    #[test]
    fn two_flags_in_a_row_should_suspend() {
        let play = |verdicts: &[Verdict]| {
            verdicts.iter().fold(Row::default(), |row, verdict| row.after(*verdict))
        };
        for (verdicts, suspends) in [
            (&[Verdict::Flag, Verdict::Flag][..], true),
            (&[Verdict::Flag, GAP, Verdict::Flag][..], true),
            (&[Verdict::Flag, Verdict::Pass, Verdict::Flag][..], false),
            (&[Verdict::Flag, GAP, GAP][..], false),
            (&[Verdict::Flag][..], false),
            (&[GAP, GAP, GAP][..], false),
            (&[Verdict::Pass, Verdict::Pass][..], false),
            (&[][..], false),
        ] {
            assert_eq!(play(verdicts).suspends(), suspends, "{verdicts:?}");
        }
        assert_eq!(play(&[Verdict::Flag, GAP]).flags(), 1);
    }
}
