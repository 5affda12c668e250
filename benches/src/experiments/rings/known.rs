//! What the chain would know of an agent under each rule, and what rules make of a round by it.

use crate::replay::{
    rounds::Played,
    rules::{ByRule, Calibrated, Majority, Rule, Version3},
};
use waggle_primitives::{
    choice::Standing, consensus::Comparisons, record::RatingRecord, rewards::skill, Fixed,
};

/// What the chain would know of an agent. `Default` is a newcomer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Under the rule of version 3.
    pub record: RatingRecord,
    /// Under the chain's default.
    pub standing: Standing,
}

/// What rules make of a round.
pub(super) struct Chosen {
    /// The places that each rule picks: several where it cannot tell them apart.
    pub(super) picked: ByRule<Vec<usize>>,
    /// By place, what each grader is paid for. A majority pays nobody for grades.
    pub(super) skill: ByRule<Vec<Fixed>>,
}

/// What each rule makes of a round. `known` becomes what is known after it, by place.
pub(super) fn choose(known: &mut [Known], played: &Played) -> Chosen {
    let records: Vec<RatingRecord> = known.iter().map(|known| known.record).collect();
    let shown = skill(&Comparisons::of(&records, &played.grades));
    let mut version_3 = Version3 { records };
    let mut calibrated = Calibrated {
        standings: known.iter().map(|known| known.standing).collect(),
        skill: Vec::new(),
    };
    let picked = ByRule {
        majority: Majority.choose(played),
        version_3: version_3.choose(played),
        default: calibrated.choose(played),
    };
    let after = version_3.records.into_iter().zip(calibrated.standings);
    for (known, (record, standing)) in known.iter_mut().zip(after) {
        *known = Known { record, standing };
    }
    let skill = ByRule { majority: Vec::new(), version_3: shown, default: calibrated.skill };
    Chosen { picked, skill }
}
