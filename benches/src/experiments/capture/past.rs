//! What a hand did before it attacks, what that cost it, and what is known of its members then.
//!
//! *Farming* is to have rounds asked by a client of one's own, so that one's members become known
//! for good graders and authors. Only rounds teach that pass [`LEARNING`]: worth coming, seats
//! drawn, two thirds of them taken by right. What a farm pays to its own members comes back to it;
//! what strangers are paid, the fee and lost tickets do not.

use super::{
    chain::{in_wag, FOUNDING_FEE, LEARNING},
    conduct::{Conduct, PRAISED_OF_TEN},
    domain::{Domain, Taken, Terms},
};
use crate::{draws::Draws, statistics::mean};
use waggle_primitives::choice::Standing;

/// Rounds of a farm among strangers.
const ROUNDS_AMONG_STRANGERS: usize = 200;
/// Rounds that a farm asks where strangers are too slow. It holds those few in which it has the
/// seats.
const ROUNDS_WITHOUT_STRANGERS: usize = 2_000;
/// Rounds that ten farmers hold in a domain of their own.
const ROUNDS_OF_ONES_OWN: usize = 30;
/// Farmers of a domain of their own that sit together.
const SEATS_OF_ONES_OWN: usize = 10;
/// Seats of the rounds of a farm among strangers.
const SEATS_AMONG_STRANGERS: u32 = 10;
/// Seats of those to which no stranger comes: of so few, four are enough to be taught.
pub(super) const SEATS_WITHOUT_STRANGERS: u32 = 6;

/// What the hand did before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// What all members did: its members are known for honest work.
    Honest,
    /// Nothing: its members are newcomers.
    New,
    /// Nothing, and its members are newcomers again in every round.
    Anew,
    /// It asked in this domain what it knew the answers to, and told them to its members.
    KnownAnswers,
    /// It asked in this domain when all others were too slow to come.
    SlowStrangers,
    /// It founded the domain, and asked in it before anybody else joined.
    OwnDomain,
}

/// What a farm yields.
#[derive(Clone, Debug, Default)]
pub(super) struct Farm {
    /// What is known of its members in the end.
    pub(super) standings: Vec<Standing>,
    /// What all of it cost, in WAG.
    pub(super) cost: f64,
    /// What it had cost when its average member first weighed twice what a newcomer weighs, in WAG.
    /// Infinite if none ever did.
    pub(super) cost_of_twice: f64,
    /// What a round brought client and members together, on average, in WAG: a loss.
    pub(super) gain: f64,
    /// How often its members won, 0..=1.
    pub(super) wins: f64,
}

impl Past {
    /// What so many members are known for, in a domain that has lived without them being in one
    /// hand.
    pub(super) fn farm(self, lived: &Domain, members: usize) -> Farm {
        let newcomers = vec![Standing::default(); members];
        let known = |standings: Vec<Standing>| Farm { standings, ..Farm::default() };
        match self {
            Past::Honest => known(lived.standings(members).to_vec()),
            Past::New | Past::Anew => known(newcomers),
            Past::KnownAnswers => {
                let terms = cheapest(SEATS_AMONG_STRANGERS);
                let mut domain = lived.led("known answers", &newcomers);
                work(&mut domain, members, ROUNDS_AMONG_STRANGERS, |domain| {
                    domain.play(terms, Conduct::Informed)
                })
            }
            Past::SlowStrangers => {
                let terms = cheapest(SEATS_WITHOUT_STRANGERS);
                let mut domain = lived.led("slow strangers", &newcomers);
                work(&mut domain, members, ROUNDS_WITHOUT_STRANGERS, |domain| {
                    domain.play_alone(terms, Conduct::Halves)
                })
            }
            Past::OwnDomain => in_a_domain_of_its_own(lived.name(), members),
        }
    }
}

/// The cheapest round with so many seats that can teach.
fn cheapest(seats: u32) -> Terms {
    Terms { seats, reward: LEARNING.reward_per_seat * u128::from(seats) }
}

/// The mean weight of newcomers and of these agents' words: how many times the former the latter
/// is.
pub(super) fn times_a_newcomers_weight(standings: &[Standing]) -> f64 {
    let weight = |standing: &Standing| standing.grading.weight().to_float();
    let weights: Vec<f64> = standings.iter().map(weight).collect();
    mean(&weights) / weight(&Standing::default())
}

/// Hold so many rounds.
fn work(
    domain: &mut Domain,
    members: usize,
    rounds: usize,
    hold: impl Fn(&mut Domain) -> Taken,
) -> Farm {
    let mut farm = Farm { cost_of_twice: f64::INFINITY, ..Farm::default() };
    for _ in 0..rounds {
        let taken = hold(domain);
        farm.cost -= taken.with_client;
        farm.wins += f64::from(u8::from(taken.won)) / rounds as f64;
        if farm.cost_of_twice.is_infinite()
            && times_a_newcomers_weight(domain.standings(members)) >= 2.0
        {
            farm.cost_of_twice = farm.cost;
        }
    }
    farm.gain = -farm.cost / rounds as f64;
    farm.standings = domain.standings(members).to_vec();
    farm
}

/// Ten at a time, all of whom have seats. Those who are praised are kept.
fn in_a_domain_of_its_own(name: &str, members: usize) -> Farm {
    let founding = in_wag(FOUNDING_FEE as i128);
    let terms = cheapest(SEATS_OF_ONES_OWN as u32);
    let newcomers = [Standing::default(); SEATS_OF_ONES_OWN];
    let groups = members.div_ceil(PRAISED_OF_TEN);
    let farms: Vec<Farm> = (0..groups)
        .map(|group| {
            let name = format!("{name}/own domain/{group}");
            let mut draws = Draws::of(&name, 0);
            let mut domain =
                Domain::beginning(name, newcomers.len(), &mut draws).led("farm", &newcomers);
            work(&mut domain, newcomers.len(), ROUNDS_OF_ONES_OWN, |domain| {
                domain.play(terms, Conduct::Halves)
            })
        })
        .collect();
    let over = |of: fn(&Farm) -> f64| mean(&farms.iter().map(of).collect::<Vec<_>>());
    let praised = farms.iter().flat_map(|farm| &farm.standings[..PRAISED_OF_TEN]);
    Farm {
        standings: praised.take(members).copied().collect(),
        cost: founding + farms.iter().map(|farm| farm.cost).sum::<f64>(),
        cost_of_twice: founding + over(|farm| farm.cost_of_twice),
        gain: over(|farm| farm.gain),
        wins: over(|farm| farm.wins),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lived() -> Domain {
        let mut domain = Domain::beginning("pasts".to_owned(), 100, &mut Draws::of("pasts", 0));
        for _ in 0..100 {
            domain.play(cheapest(10), Conduct::Honest);
        }
        domain
    }

    #[test]
    fn every_farm_should_make_its_members_known_and_cost_money() {
        let lived = lived();
        for past in [Past::KnownAnswers, Past::SlowStrangers, Past::OwnDomain] {
            let farm = past.farm(&lived, 30);
            assert_eq!(farm.standings.len(), 30);
            let times = times_a_newcomers_weight(&farm.standings);
            assert!(times > 4.0, "{past:?}: {times}");
            assert!(farm.cost > farm.cost_of_twice && farm.cost_of_twice > 0.0, "{farm:?}");
            assert!(farm.gain < 0.0 && farm.wins > 0.0, "{farm:?}");
        }
    }

    #[test]
    fn pasts_without_a_farm_should_cost_nothing() {
        let lived = lived();
        for past in [Past::Honest, Past::New, Past::Anew] {
            let farm = past.farm(&lived, 30);
            assert_eq!((farm.standings.len(), farm.cost), (30, 0.0));
        }
        let newcomers = vec![Standing::default(); 30];
        assert!((times_a_newcomers_weight(&newcomers) - 1.0).abs() < 1e-9);
        assert_eq!(Past::New.farm(&lived, 30).standings, newcomers);
        assert_eq!(Past::Honest.farm(&lived, 30).standings, lived.standings(30));
    }

    #[test]
    fn a_farm_should_be_known_nowhere_else() {
        let lived = lived();
        let before = lived.standings(100).to_vec();
        Past::KnownAnswers.farm(&lived, 30);
        assert_eq!(lived.standings(100), before);
    }
}
