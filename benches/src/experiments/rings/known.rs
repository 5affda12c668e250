//! What the chain would know of an agent under each rule, and what rules make of a round by it.

use crate::replay::{
    rounds::Played,
    rules::{ByRule, Calibrated, Majority, Rule, Version3},
};
use waggle_primitives::{choice::Standing, record::RatingRecord};

/// What the chain would know of an agent. `Default` is a newcomer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Under the rule of version 3.
    pub record: RatingRecord,
    /// Under the chain's default.
    pub standing: Standing,
}

/// What each rule picks, the places of which there are several where it cannot tell them apart.
/// `known` becomes what is known after the round, by place.
pub(super) fn choose(known: &mut [Known], played: &Played) -> ByRule<Vec<usize>> {
    let mut version_3 = Version3 { records: known.iter().map(|known| known.record).collect() };
    let mut calibrated =
        Calibrated { standings: known.iter().map(|known| known.standing).collect() };
    let picked = ByRule {
        majority: Majority.choose(played),
        version_3: version_3.choose(played),
        default: calibrated.choose(played),
    };
    let after = version_3.records.into_iter().zip(calibrated.standings);
    for (known, (record, standing)) in known.iter_mut().zip(after) {
        *known = Known { record, standing };
    }
    picked
}
