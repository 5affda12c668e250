//! Capture: what it costs to cheat in a domain, and what it brings, under the rules and prices of
//! the current chain.
//!
//! A *hand* has a part of a domain's members, and sometimes the client as well. The domain has
//! [`MEMBERS`] members and closed questions, as the general one, and has lived for [`LEARNING`]
//! honest rounds of ten seats. Then the hand attacks in [`MEASURED`] rounds of [`REWARD`], whose
//! seats are drawn. What it gains is what its members take more than the same members with the same
//! past would by honest work.
//!
//! Questions, agents and rounds are those of [`super::rings`]. Lots, the rule, what teaches, who is
//! paid what, and prices are functions of `waggle-primitives`, set as the runtime sets them.
//!
//! | module | what it is |
//! | --- | --- |
//! | `chain` | what the runtime is set to, and what asking costs |
//! | `conduct` | what a hand's members do in a round |
//! | `domain` | members, seats, rounds, money, records |
//! | `past` | what a hand did before, and what that cost |
//! | `attacks` | the attacks, and what they show |
//! | `unwon` | clients that let nobody win, in `unwon.csv` and `min-scores.csv` |
//! | `veto` | rivals that let nobody win, in `veto.csv` |
//! | `report` | `capture.csv` and `capture.toml` |
//! | `tables` | the tables of `docs/capture.md` |
//!
//! Out of scope: blocks, the pool and absences; what honest work costs an agent; open questions, of
//! which rings win fewer ([`super::rings`]).

mod attacks;
mod chain;
mod conduct;
mod domain;
mod past;
mod report;
mod tables;
mod unwon;
mod veto;

pub use attacks::{Attack, ATTACKS};
pub use chain::OF_THE_RUNTIME;
pub(crate) use chain::PAYMENT;
pub use conduct::Conduct;
pub use past::Past;
pub use report::run;
pub use tables::TABLES;
pub use unwon::{measure_reached, measure_reading, run_unwon, Reached, Reading};
pub use veto::{measure_veto, run_veto, Vetoed};

use crate::{
    draws::Draws,
    effort::Bench,
    statistics::{mean, Estimate, Frequency},
    world::part_of,
};
use attacks::{Seen, FARMS};
use chain::{in_wag, wag};
use domain::{Domain, Terms};
use past::Farm;

/// Members of the domain.
pub const MEMBERS: usize = 100;
/// Honest rounds before anybody attacks. A member sits in about 30.
pub const LEARNING: usize = 300;
/// Rounds that are measured, from the first attack on.
pub const MEASURED: usize = 100;
/// Worlds.
pub const WORLDS: usize = 24;
/// Seats of a round.
pub const SIZES: [u32; 6] = [2, 3, 4, 5, 7, 10];
/// Part of the members that are in the hand, where nothing else is said.
pub const SHARE: f64 = 0.3;
/// Other parts, of which rings are measured in rounds of ten seats.
pub const OTHER_SHARES: [f64; 3] = [0.1, 0.2, 0.4];
/// What a client offers for an answer, in WAG.
pub const REWARD: u128 = 20;

/// What the worlds say of an attack. Money is in WAG.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The attack.
    pub attack: Attack,
    /// Seats of a round.
    pub n: u32,
    /// The hand's part of the members.
    pub share: f64,
    /// What the hand spent before its first round.
    pub cost: f64,
    /// How often one of its members wins.
    pub wins: Frequency,
    /// What its members gain in a round beside the same members at honest work.
    pub gain: Estimate,
    /// What is left in a round of what hand and client have together, if the client is the hand's.
    pub with_client: f64,
    /// The same of the round in which it was most, of all worlds.
    pub best_with_client: f64,
    /// What it would be in a round if its members worked honestly.
    pub honest_with_client: f64,
}

/// Each of these attacks in rounds of each of these sizes, by a hand with this part of the members.
/// The figures of an attack do not depend on which others there are.
pub fn measure(bench: &Bench, attacks: &[Attack], sizes: &[u32], share: f64) -> Vec<Figures> {
    let cases: Vec<(Attack, u32)> =
        sizes.iter().flat_map(|n| attacks.iter().map(move |attack| (*attack, *n))).collect();
    let members = part_of(MEMBERS, share);
    let worlds =
        bench.over_worlds(WORLDS_OF, WORLDS, |draws| attacks::play(&lived(draws), &cases, members));
    let figures = cases.iter().enumerate().map(|(number, (attack, n))| {
        let seen: Vec<Seen> = worlds.iter().map(|world| world[number]).collect();
        let over = |of: fn(&Seen) -> f64| seen.iter().map(of).collect::<Vec<f64>>();
        Figures {
            attack: *attack,
            n: *n,
            share,
            cost: mean(&over(|seen| seen.cost)),
            wins: Frequency::of(&over(|seen| seen.wins), MEASURED),
            gain: Estimate::of(&over(|seen| seen.members - seen.honest_members)),
            with_client: mean(&over(|seen| seen.with_client)),
            best_with_client: over(|seen| seen.best_with_client)
                .into_iter()
                .fold(f64::MIN, f64::max),
            honest_with_client: mean(&over(|seen| seen.honest_with_client)),
        }
    });
    figures.collect()
}

/// What a farm costs and brings. Money is in WAG.
#[derive(Clone, Debug)]
pub struct Farming {
    /// The name in `capture.csv`.
    pub name: &'static str,
    /// What there is to know of it.
    pub note: &'static str,
    /// Seats of its rounds.
    pub n: u32,
    /// How many members are farmed.
    pub members: usize,
    /// What it costs until their average weight is twice a newcomer's.
    pub cost_of_twice: f64,
    /// What client and members together have of a round: they lose.
    pub gain: f64,
    /// How often the members win meanwhile, 0..=1.
    pub wins: f64,
}

/// All farms.
pub fn measure_farms(bench: &Bench) -> Vec<Farming> {
    let worlds = bench.over_worlds(WORLDS_OF, WORLDS, |draws| {
        let lived = lived(draws);
        FARMS.map(|(_, past, members, ..)| past.farm(&lived, members))
    });
    let farms = FARMS.into_iter().enumerate().map(|(number, (name, _, members, n, note))| {
        let over = |of: fn(&Farm) -> f64| {
            mean(&worlds.iter().map(|farms| of(&farms[number])).collect::<Vec<_>>())
        };
        Farming {
            name,
            note,
            n,
            members,
            cost_of_twice: over(|farm| farm.cost_of_twice),
            gain: over(|farm| farm.gain),
            wins: over(|farm| farm.wins),
        }
    });
    farms.collect()
}

/// What it costs in a minute, in WAG, to have all rounds that may run at once, so that nobody else
/// can ask.
pub fn cost_of_all_places() -> f64 {
    in_wag(chain::all_places_for_a_minute() as i128)
}

/// What the worlds are drawn by.
const WORLDS_OF: &str = "capture";

/// A domain whose members have worked honestly so far.
fn lived(mut draws: Draws) -> Domain {
    let name = format!("{WORLDS_OF}/{:?}", draws.hash());
    let mut lived = Domain::beginning(name, MEMBERS, &mut draws);
    for _ in 0..LEARNING {
        lived.play(terms(10), Conduct::Honest);
    }
    lived
}

/// What an honest client asks for, in rounds of so many seats.
fn terms(seats: u32) -> Terms {
    Terms { seats, reward: wag(REWARD) }
}
