//! Rings of several kinds, and junk in copies: how often they win a round, and what the client
//! gets, under the chain's rule from spec version 3 to 5 (version 3) and under its default
//! ([`waggle_primitives::choice`]). Rules and rounds are those of [`crate::replay`]; answers and
//! graders are made up.
//!
//! *Population*: three times as many honest agents as a round has seats. Those who sit in a round
//! are drawn from it, and records stay. A world plays [`LEARNING`] honest rounds; then an adversary
//! takes a share of the seats, in each of [`MEASURED`] rounds. All rules see the same rounds.
//!
//! | module | what it is |
//! | --- | --- |
//! | `questions` | closed and open questions, and what can be answered to them |
//! | `agents` | honest agents: how they answer, and how they grade |
//! | `known` | what the chain would know of an agent under each rule |
//! | `farm` | records made in rounds of one's own |
//! | `round` | who sits in a round, what they answer and how they grade |
//! | `playing` | a population's rounds, with or without an adversary |
//! | `report` | `rings.csv`, `rings.toml`, the figure |
//! | `tables` | the tables of `docs/rings.md` |
//!
//! Out of scope: seats by lot, money, and what a ring's identities and rounds cost it: that is
//! [`super::capture`], with the same questions, agents and rounds.

pub(super) mod agents;
mod farm;
mod known;
mod playing;
pub(super) mod questions;
mod report;
pub(super) mod round;
mod tables;

pub use farm::farmed;
pub use known::Known;
pub use questions::Questions;
pub use report::{draw, run};
pub use tables::TABLES;

use crate::{
    draws::Draws,
    effort::Bench,
    replay::rules::ByRule,
    statistics::{Estimate, Frequency},
};
use playing::{Seen, World};

/// Honest rounds before the adversary comes. An agent sits in a third of them: in about 60.
pub const LEARNING: usize = 180;
/// Rounds that are measured, from the one in which the adversary comes.
pub const MEASURED: usize = 50;
/// Seats of a round.
pub const SIZES: [usize; 3] = [10, 30, 100];
/// Parts of the seats that the adversary takes.
pub const SHARES: [f64; 4] = [0.1, 0.2, 0.3, 0.4];

/// Who is there beside the honest agents. A ring grades its own answers 1 and all others 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adversary {
    /// Nobody.
    Nobody,
    /// A ring with new identities in every round.
    NewRing,
    /// A ring whose records were made in rounds of its own ([`farmed`]).
    FarmedRing,
    /// A ring whose members have answered and graded as honest agents so far.
    SleepingRing,
    /// No ring: agents who do no work, answer alike for that reason, and grade at random.
    LazyCopies,
}

impl Adversary {
    /// All of them.
    pub const ALL: [Adversary; 5] = [
        Adversary::Nobody,
        Adversary::NewRing,
        Adversary::FarmedRing,
        Adversary::SleepingRing,
        Adversary::LazyCopies,
    ];

    /// The name in `rings.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Adversary::Nobody => "nobody",
            Adversary::NewRing => "new ring",
            Adversary::FarmedRing => "farmed ring",
            Adversary::SleepingRing => "sleeping ring",
            Adversary::LazyCopies => "lazy copies",
        }
    }
}

/// What the adversary's members answer in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Junk {
    /// All the same junk.
    Copied,
    /// Each a junk answer of its own.
    Apart,
}

impl Junk {
    /// The name in `rings.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Junk::Copied => "copied",
            Junk::Apart => "apart",
        }
    }
}

/// What befalls a population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// Who comes.
    pub adversary: Adversary,
    /// What it answers.
    pub junk: Junk,
    /// Its part of the seats.
    pub share: f64,
}

impl Case {
    /// All that are measured: nobody, each adversary with copied junk, and rings with junk apart.
    pub fn all() -> Vec<Self> {
        let of = |adversary: Adversary, junk| {
            SHARES.into_iter().map(move |share| Self { adversary, junk, share })
        };
        let [nobody, rings @ .., lazy] = Adversary::ALL;
        let mut cases = vec![Self { adversary: nobody, junk: Junk::Copied, share: 0.0 }];
        cases.extend(rings.into_iter().flat_map(|ring| of(ring, Junk::Copied)));
        cases.extend(of(lazy, Junk::Copied));
        cases.extend(rings.into_iter().flat_map(|ring| of(ring, Junk::Apart)));
        cases
    }

    /// What its random numbers are drawn by.
    fn name(&self) -> String {
        format!("{}/{}/{}", self.adversary.name(), self.junk.name(), self.share)
    }
}

/// What the worlds say of a case.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What was asked.
    pub questions: Questions,
    /// Seats of a round.
    pub n: usize,
    /// What befell the population.
    pub case: Case,
    /// How many rounds were measured, of all worlds together.
    pub rounds: usize,
    /// How often the adversary wins.
    pub wins: ByRule<Frequency>,
    /// The adversary's part of what graders are paid, 0..=1.
    pub pay: ByRule<Estimate>,
    /// How good the picked answer is, 0..=1.
    pub quality: ByRule<Estimate>,
    /// How good the best answer is, 0..=1.
    pub best: Estimate,
}

/// Worlds for swarms of `n`: large swarms are dear, and differ less.
pub fn worlds(n: usize) -> usize {
    match n {
        0..=10 => 48,
        11..=40 => 16,
        _ => 8,
    }
}

/// Each of these cases in swarms of `n`. A case's figures do not depend on which others there are.
pub fn measure(bench: &Bench, questions: Questions, n: usize, cases: &[Case]) -> Vec<Figures> {
    let name = format!("rings/{}/{n}", questions.name());
    let worlds =
        bench.over_worlds(&name, worlds(n), |draws| play_world(questions, n, cases, draws));
    let figures = cases.iter().enumerate().map(|(number, case)| {
        let seen: Vec<Seen> = worlds.iter().map(|world| world[number]).collect();
        let over = |of: fn(&Seen) -> ByRule<f64>| Seen::by_rule(&seen, of);
        Figures {
            questions,
            n,
            case: *case,
            rounds: seen.len() * MEASURED,
            wins: over(|seen| seen.won).map(|worlds| Frequency::of(&worlds, MEASURED)),
            pay: over(|seen| seen.pay).map(|worlds| Estimate::of(&worlds)),
            quality: over(|seen| seen.quality).map(|worlds| Estimate::of(&worlds)),
            best: Estimate::of(&seen.iter().map(|seen| seen.best).collect::<Vec<_>>()),
        }
    });
    figures.collect()
}

/// One population, and from the same beginning on what each case makes of it.
fn play_world(questions: Questions, n: usize, cases: &[Case], mut draws: Draws) -> Vec<Seen> {
    let root = draws.hash();
    let mut world = World::beginning(questions, n, draws);
    for _ in 0..LEARNING {
        world.play();
    }
    let play = |case: &Case| {
        let draws = Draws::of(&format!("{}/{root:?}", case.name()), n);
        let mut world = world.joined_by(case, draws);
        Seen::mean(&(0..MEASURED).map(|_| world.play()).collect::<Vec<_>>())
    };
    cases.iter().map(play).collect()
}
