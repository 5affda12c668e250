//! How a member behaves where it was given a seat: from the chain alone, without auditors.

use super::verdict::Verdict;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// What a member can do wrong in a round.
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
pub enum Fault {
    /// It had a seat, and committed no answer.
    Timeout,
    /// It answered later than the domain's pace.
    Slow,
    /// It committed, but did not open or grade.
    Exception,
}

/// How much of each is borne.
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
pub struct ConductBounds {
    /// The fewest seats for a verdict.
    pub least_seats: u32,
    /// The greatest part of the seats with a [`Fault::Timeout`].
    pub timeouts: Perbill,
    /// The greatest part of the seats with a [`Fault::Slow`].
    pub slow: Perbill,
    /// The greatest part of the seats with a [`Fault::Exception`].
    pub exceptions: Perbill,
}

/// What a member did with the seats of an epoch.
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
pub struct Conduct {
    /// How many seats it had.
    pub seats: u32,
    /// With how many of them it committed no answer.
    pub timeouts: u32,
    /// With how many of them it was slow.
    pub slow: u32,
    /// With how many of them it did not open or grade what it had committed to.
    pub exceptions: u32,
}

impl Conduct {
    /// After one more seat.
    pub fn after(self, fault: Option<Fault>) -> Self {
        let more = |count: u32, kind| count.saturating_add(u32::from(fault == Some(kind)));
        Self {
            seats: self.seats.saturating_add(1),
            timeouts: more(self.timeouts, Fault::Timeout),
            slow: more(self.slow, Fault::Slow),
            exceptions: more(self.exceptions, Fault::Exception),
        }
    }

    /// With other seats.
    pub fn with(self, other: Self) -> Self {
        Self {
            seats: self.seats.saturating_add(other.seats),
            timeouts: self.timeouts.saturating_add(other.timeouts),
            slow: self.slow.saturating_add(other.slow),
            exceptions: self.exceptions.saturating_add(other.exceptions),
        }
    }

    /// What the epoch says of one kind of fault: a flag if its part of the seats is above the
    /// bound.
    pub fn verdict(&self, fault: Fault, bounds: &ConductBounds) -> Verdict {
        let want = bounds.least_seats.max(1);
        if self.seats < want {
            return Verdict::NotEnough { have: self.seats, want };
        }
        let (count, bound) = match fault {
            Fault::Timeout => (self.timeouts, bounds.timeouts),
            Fault::Slow => (self.slow, bounds.slow),
            Fault::Exception => (self.exceptions, bounds.exceptions),
        };
        if count > bound.mul_floor(self.seats) {
            Verdict::Flag
        } else {
            Verdict::Pass
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: ConductBounds = ConductBounds {
        least_seats: 10,
        timeouts: Perbill::from_percent(20),
        slow: Perbill::from_percent(50),
        exceptions: Perbill::from_percent(5),
    };
    const FAULTS: [Fault; 3] = [Fault::Timeout, Fault::Slow, Fault::Exception];

    #[test]
    fn faults_should_flag_above_their_bounds_only() {
        let member = Conduct { seats: 20, timeouts: 4, slow: 10, exceptions: 1 };
        for fault in FAULTS {
            assert_eq!(member.verdict(fault, &BOUNDS), Verdict::Pass);
        }
        let worse = Conduct { seats: 20, timeouts: 5, slow: 11, exceptions: 2 };
        for fault in FAULTS {
            assert_eq!(worse.verdict(fault, &BOUNDS), Verdict::Flag);
        }
    }

    #[test]
    fn few_seats_should_be_no_pass_and_no_flag() {
        let gone = Conduct { seats: 9, timeouts: 9, slow: 0, exceptions: 0 };
        for fault in FAULTS {
            let few = Verdict::NotEnough { have: 9, want: 10 };
            assert_eq!(gone.verdict(fault, &BOUNDS), few);
            let lax = ConductBounds { least_seats: 0, ..BOUNDS };
            let nothing = Verdict::NotEnough { have: 0, want: 1 };
            assert_eq!(Conduct::default().verdict(fault, &lax), nothing);
        }
        let most = Conduct { seats: u32::MAX, ..gone }.after(Some(Fault::Timeout));
        assert_eq!((most.seats, most.timeouts), (u32::MAX, 10));
    }

    proptest! {
        #[test]
        fn order_of_rounds_should_not_matter(faults in prop::collection::vec(0usize..4, 0..50)) {
            let of = |conduct: Conduct, fault: &usize| conduct.after(FAULTS.get(*fault).copied());
            let straight = faults.iter().fold(Conduct::default(), of);
            prop_assert_eq!(faults.iter().rev().fold(Conduct::default(), of), straight);
            prop_assert_eq!(straight.seats as usize, faults.len());
        }
    }
}
