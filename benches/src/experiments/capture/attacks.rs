//! The attacks, and what each of them shows in a world.

use super::{
    conduct::Conduct,
    domain::{Domain, Taken},
    past::{Farm, Past, SEATS_WITHOUT_STRANGERS},
    terms, MEASURED,
};
use crate::statistics::mean;

/// An attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attack {
    /// The name in `capture.csv`.
    pub name: &'static str,
    /// What the hand did before.
    pub past: Past,
    /// What its members do now.
    pub conduct: Conduct,
    /// Whether it is a ring: its members praise each other's junk.
    pub is_ring: bool,
    /// What there is to know of it.
    pub note: &'static str,
}

const fn ring(name: &'static str, past: Past, note: &'static str) -> Attack {
    Attack { name, past, conduct: Conduct::Ring, is_ring: true, note }
}

const fn other(name: &'static str, past: Past, conduct: Conduct, note: &'static str) -> Attack {
    Attack { name, past, conduct, is_ring: false, note }
}

/// All that are played in rounds of strangers.
pub const ATTACKS: [Attack; 13] = [
    other("none", Past::Honest, Conduct::Honest, "the same members at honest work"),
    ring(
        "seat grabbing",
        Past::New,
        "fast newcomers with canned junk have no more than their lots",
    ),
    ring("whitewashing", Past::Anew, "newcomers again in every round; takes an hour each time"),
    ring("sleepers", Past::Honest, "honest until the first measured round; earns meanwhile"),
    ring(
        "farmed ring: known answers",
        Past::KnownAnswers,
        "200 rounds asked at 0.1 WAG a seat with answers that its members knew",
    ),
    ring(
        "farmed ring: slow strangers",
        Past::SlowStrangers,
        "2000 rounds of six seats asked; only those held in which it had four seats by lot",
    ),
    ring(
        "farmed ring: own domain",
        Past::OwnDomain,
        "30 rounds of each ten of its members; counts in the domain it founded alone",
    ),
    other("lazy copies", Past::New, Conduct::Lazy, "no work: the same junk and grades at random"),
    other(
        "lazy grading",
        Past::Honest,
        Conduct::Idle,
        "all grades 0.5 and answers as good as ever",
    ),
    other("withheld answers", Past::Honest, Conduct::Hidden, "commit and never open"),
    other("withheld grades", Past::Honest, Conduct::Mute, "open answers and no grades"),
    other(
        "grading rivals down",
        Past::Honest,
        Conduct::Rival,
        "0 for all that looks no worse than its own answer",
    ),
    other(
        "Sybils",
        Past::Honest,
        Conduct::Twins,
        "one model under all names: one answer and one view of others'; saves their work",
    ),
];

/// A farm: its name in `capture.csv`, what it does, how many members it has, the seats of its
/// rounds, and what there is to know of it.
pub(super) const FARMS: [(&str, Past, usize, u32, &str); 4] = [
    ("farming: one agent", Past::KnownAnswers, 1, 10, "asks what it knows among strangers"),
    ("farming: known answers", Past::KnownAnswers, 30, 10, "thirty agents at once"),
    (
        "farming: slow strangers",
        Past::SlowStrangers,
        30,
        SEATS_WITHOUT_STRANGERS,
        "thirty agents at once; strangers need more than five seconds",
    ),
    ("farming: own domain", Past::OwnDomain, 5, 10, "ten agents of whom five are praised"),
];

/// What a world shows of an attack. Money is in WAG, and for each round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// What the hand spent before.
    pub(super) cost: f64,
    /// How often it wins.
    pub(super) wins: f64,
    /// What its members take.
    pub(super) members: f64,
    /// What they would take by honest work.
    pub(super) honest_members: f64,
    /// What members and client have together.
    pub(super) with_client: f64,
    /// The same of the best round.
    pub(super) best_with_client: f64,
    /// What they would have by honest work.
    pub(super) honest_with_client: f64,
}

/// Play each case, an attack and the seats of a round, by so many members of the domain.
pub(super) fn play(lived: &Domain, cases: &[(Attack, u32)], members: usize) -> Vec<Seen> {
    let mut farms: Vec<(Past, Farm)> = Vec::new();
    for (attack, _) in cases {
        if !farms.iter().any(|(past, _)| *past == attack.past) {
            farms.push((attack.past, attack.past.farm(lived, members)));
        }
    }
    let mut honest: Vec<((Past, u32), Vec<Taken>)> = Vec::new();
    let mut seen = Vec::new();
    for (attack, n) in cases {
        let Some((past, farm)) = farms.iter().find(|(past, _)| *past == attack.past) else {
            continue;
        };
        let key = (*past, *n);
        if !honest.iter().any(|(known, _)| *known == key) {
            honest.push((key, rounds(lived, farm, *past, *n, Conduct::Honest)));
        }
        let attacked = rounds(lived, farm, *past, *n, attack.conduct);
        let over = |taken: &[Taken], of: fn(&Taken) -> f64| {
            mean(&taken.iter().map(of).collect::<Vec<_>>())
        };
        let at_work = honest.iter().find(|(known, _)| *known == key);
        let at_work = at_work.map(|(_, taken)| taken.as_slice()).unwrap_or_default();
        seen.push(Seen {
            cost: farm.cost,
            wins: over(&attacked, |taken| f64::from(u8::from(taken.won))),
            members: over(&attacked, |taken| taken.members),
            honest_members: over(at_work, |taken| taken.members),
            with_client: over(&attacked, |taken| taken.with_client),
            best_with_client: attacked
                .iter()
                .map(|taken| taken.with_client)
                .fold(f64::MIN, f64::max),
            honest_with_client: over(at_work, |taken| taken.with_client),
        });
    }
    seen
}

/// The rounds that are measured. They are of the same name whatever the hand does, so that the same
/// seats are drawn.
fn rounds(lived: &Domain, farm: &Farm, past: Past, n: u32, conduct: Conduct) -> Vec<Taken> {
    let mut domain = lived.led(&format!("attacked/{n}"), &farm.standings);
    let round = |_| {
        if past == Past::Anew {
            domain.forget();
        }
        domain.play(terms(n), conduct)
    };
    (0..MEASURED).map(round).collect()
}
