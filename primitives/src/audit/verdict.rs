//! What an epoch says of a member by one kind of evidence.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What the evidence of an epoch says.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    MaxEncodedLen,
)]
pub enum Verdict {
    /// It speaks for the member.
    Pass,
    /// It speaks against it.
    Flag,
    /// There is too little of it to say anything: neither a pass nor a flag.
    NotEnough {
        /// How much there is: prompts, tokens or seats.
        have: u32,
        /// How much it takes.
        want: u32,
    },
}

impl Verdict {
    /// What several of one kind say together, as contrasts with several claims do: a flag if one of
    /// them is; else not enough if one has not; else a pass. Of none: not enough.
    pub fn of_all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        let nothing = Verdict::NotEnough { have: 0, want: 1 };
        verdicts.into_iter().reduce(Verdict::worse).unwrap_or(nothing)
    }

    fn worse(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Flag, _) | (_, Verdict::Flag) => Verdict::Flag,
            (
                Verdict::NotEnough { have, want },
                Verdict::NotEnough { have: others, want: wants },
            ) => {
                let (have, want) = (have, want).min((others, wants));
                Verdict::NotEnough { have, want }
            }
            (scarce @ Verdict::NotEnough { .. }, Verdict::Pass)
            | (Verdict::Pass, scarce @ Verdict::NotEnough { .. }) => scarce,
            (Verdict::Pass, Verdict::Pass) => Verdict::Pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict::*, *};

    #[test]
    fn one_flag_should_flag_and_one_gap_should_keep_from_passing() {
        let few = NotEnough { have: 3, want: 10 };
        let fewer = NotEnough { have: 2, want: 10 };
        for (verdicts, together) in [
            (&[Pass, Pass][..], Pass),
            (&[Pass, few][..], few),
            (&[Pass, few, Flag][..], Flag),
            (&[few, Pass, fewer][..], fewer),
            (&[][..], NotEnough { have: 0, want: 1 }),
        ] {
            assert_eq!(Verdict::of_all(verdicts.iter().copied()), together);
            assert_eq!(Verdict::of_all(verdicts.iter().rev().copied()), together, "any order");
        }
    }
}
