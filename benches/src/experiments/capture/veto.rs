//! Rivals that see to it that nobody wins: where a client asks an answer to score something, agents
//! that do not expect to win grade the others down. Those who opened share a part then, which is
//! more than nothing. What that costs them in pay for grading, and what it brings, in `veto.csv`.
//!
//! The hand's members have worked honestly before. What they gain is what they take more than the
//! same members would by honest work, in fair shares for each of them and each round.
//!
//! Out of scope: hands that choose round by round whether a veto pays, by more than how their own
//! answer looks.

use super::{
    chain::PAYMENT,
    conduct::Conduct,
    domain::{Domain, Taken},
    lived, terms, MEASURED, MEMBERS, OTHER_SHARES, REWARD, SHARE, WORLDS, WORLDS_OF,
};
use crate::{
    effort::Bench,
    output::{rounded, Output},
    statistics::{mean, Estimate},
    world::part_of,
};
use anyhow::Result;
use serde::Serialize;
use waggle_primitives::Grade;

/// Seats of a round.
const SIZES: [u32; 4] = [4, 5, 7, 10];
/// What clients ask an answer to score, in basis points, of hands of [`SHARE`].
const SCORES: [u16; 4] = [0, 4_500, 5_000, 5_500];
/// The one of them for which the other shares are played.
pub(super) const USUAL_SCORE: u16 = 5_000;
/// What the rivals do, by its name in `veto.csv`.
const CONDUCTS: [(&str, Conduct); 3] = [
    ("each alone", Conduct::Rival),
    ("each where its answer is poor", Conduct::Spoiler),
    ("together", Conduct::Bloc),
];

/// What a veto costs and brings. Amounts are in fair shares for each agent and each round.
#[derive(Clone, Debug, Serialize)]
pub struct Vetoed {
    /// What the rivals do.
    pub rivals: &'static str,
    /// Seats of a round.
    pub n: u32,
    /// The rivals' part of the members.
    pub share: f64,
    /// What an answer has to score, 0..=1.
    pub min_score: f64,
    /// Part of the rounds that nobody wins, 0..=1.
    pub nobody_wins: f64,
    /// The same if the rivals worked honestly.
    pub nobody_would: f64,
    /// What each rival takes more than by honest work.
    pub gain: f64,
    /// Half the width of that figure's 95 % confidence interval.
    pub gain_half_width: f64,
    /// Of that, what it is paid more for its grades: it forgoes pay where this is below 0.
    pub gain_by_grades: f64,
    /// What each of the others takes more than if the rivals worked honestly.
    pub gain_of_others: f64,
}

/// What is asked, and how many rivals there are.
#[derive(Clone, Copy)]
struct Case {
    n: u32,
    share: f64,
    score: u16,
}

impl Case {
    fn all() -> Vec<Self> {
        let of_size = |n: u32| {
            let scores = SCORES.into_iter().map(move |score| Self { n, share: SHARE, score });
            let shares = OTHER_SHARES.into_iter();
            scores.chain(shares.map(move |share| Self { n, share, score: USUAL_SCORE }))
        };
        SIZES.into_iter().flat_map(of_size).collect()
    }

    fn members(&self) -> usize {
        part_of(MEMBERS, self.share)
    }

    /// The rounds that are measured. They are of the same name whatever is asked for and done, so
    /// that the same seats are drawn.
    fn rounds(&self, lived: &Domain, conduct: Conduct) -> Vec<Taken> {
        let score = Grade::new(self.score).unwrap_or_default();
        let asked = lived.asked_for(score, PAYMENT.unwon_share);
        let standings = lived.standings(self.members());
        let mut led = asked.led(&format!("veto/{}", self.n), standings);
        (0..MEASURED).map(|_| led.play(terms(self.n), conduct)).collect()
    }

    /// What is seen in a world of each of [`CONDUCTS`].
    fn seen(&self, lived: &Domain) -> Vec<Seen> {
        let honest = self.rounds(lived, Conduct::Honest);
        let of =
            |(_, conduct): (&str, Conduct)| self.compared(&self.rounds(lived, conduct), &honest);
        CONDUCTS.into_iter().map(of).collect()
    }

    fn compared(&self, vetoed: &[Taken], honest: &[Taken]) -> Seen {
        let more = |of: fn(&Taken) -> f64| average(vetoed, of) - average(honest, of);
        let nobody = |taken: &Taken| f64::from(u8::from(taken.nobody_won));
        let reward = REWARD as f64;
        let part = self.members() as f64 / MEMBERS as f64;
        Seen {
            nobody_wins: average(vetoed, nobody),
            nobody_would: average(honest, nobody),
            gain: more(|taken| taken.members) / (part * reward),
            gain_by_grades: more(|taken| taken.grading) / (part * reward),
            gain_of_others: more(|taken| taken.others) / ((1.0 - part) * reward),
        }
    }
}

/// What a world shows of a case and a conduct.
#[derive(Clone, Copy, Debug)]
struct Seen {
    nobody_wins: f64,
    nobody_would: f64,
    gain: f64,
    gain_by_grades: f64,
    gain_of_others: f64,
}

fn average(rounds: &[Taken], of: fn(&Taken) -> f64) -> f64 {
    mean(&rounds.iter().map(of).collect::<Vec<_>>())
}

/// What vetoes cost and bring: each size with each part of rivals and each score, of which not all
/// are played together.
pub fn measure_veto(bench: &Bench) -> Vec<Vetoed> {
    let cases = Case::all();
    let worlds = bench.over_worlds(WORLDS_OF, WORLDS, |draws| {
        let lived = lived(draws);
        cases.iter().map(|case| case.seen(&lived)).collect::<Vec<Vec<Seen>>>()
    });
    let worlds = &worlds;
    let figures = cases.iter().enumerate().flat_map(|(case, asked)| {
        CONDUCTS.into_iter().enumerate().map(move |(conduct, (rivals, _))| {
            let over = |of: fn(&Seen) -> f64| {
                worlds.iter().map(|world| of(&world[case][conduct])).collect::<Vec<f64>>()
            };
            let gain = Estimate::of(&over(|seen| seen.gain));
            Vetoed {
                rivals,
                n: asked.n,
                share: asked.share,
                min_score: f64::from(asked.score) / 10_000.0,
                nobody_wins: mean(&over(|seen| seen.nobody_wins)),
                nobody_would: mean(&over(|seen| seen.nobody_would)),
                gain: gain.mean,
                gain_half_width: gain.half_width,
                gain_by_grades: mean(&over(|seen| seen.gain_by_grades)),
                gain_of_others: mean(&over(|seen| seen.gain_of_others)),
            }
        })
    });
    figures.collect()
}

/// Write `veto.csv`.
///
/// # Errors
/// If the file cannot be written.
pub fn run_veto(bench: &Bench, output: &Output) -> Result<()> {
    let lines: Vec<Vetoed> = measure_veto(bench)
        .into_iter()
        .map(|vetoed| Vetoed {
            nobody_wins: rounded(vetoed.nobody_wins),
            nobody_would: rounded(vetoed.nobody_would),
            gain: rounded(vetoed.gain),
            gain_half_width: rounded(vetoed.gain_half_width),
            gain_by_grades: rounded(vetoed.gain_by_grades),
            gain_of_others: rounded(vetoed.gain_of_others),
            ..vetoed
        })
        .collect();
    output.write("veto.csv", &lines)
}
