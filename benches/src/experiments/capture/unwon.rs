//! Clients that ask an answer to score so much that nobody wins: what they save, and what is left
//! for agents, by the part of the winners' part that these share then. And how often an answer
//! scores what a client may ask for in earnest.
//!
//! The domain is that of the attacks. *At a loss* is a domain that is asked what nobody there can
//! answer: its members give wrong answers, and grade them as well as they can.

use super::{
    chain::{fee, in_wag},
    conduct::Conduct,
    domain::{Domain, Taken},
    lived, terms, MEASURED, MEMBERS, REWARD, SHARE, WORLDS, WORLDS_OF,
};
use crate::{
    effort::Bench,
    output::{rounded, Output},
    statistics::mean,
    world::part_of,
};
use anyhow::Result;
use serde::Serialize;
use sp_arithmetic::Perbill;
use waggle_primitives::{choice::Standing, Grade};

/// Seats of a round.
const SIZES: [u32; 4] = [4, 5, 7, 10];
/// Parts of the winners' part, in percent.
const SHARES: [u32; 5] = [0, 25, 50, 75, 100];
/// What a client may ask for in earnest, in basis points.
const SCORES: [u16; 6] = [3_500, 4_000, 4_500, 5_000, 5_500, 6_000];
/// The part of the runtime, in percent.
const SHIPPED: u32 = 75;

/// A client reads all answers, and no answer scores enough for it. What agents take is in fair
/// shares for each of them and each round: payments less lost tickets.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Reading {
    /// Seats of a round.
    pub n: u32,
    /// What those who opened an answer share of the winners' part, 0..=1.
    pub unwon_share: f64,
    /// What the client pays, in parts of its reward. The fee for asking is not counted.
    pub client_pays: f64,
    /// What honest agents take if some can answer.
    pub honest: f64,
    /// What they take if nobody can.
    pub at_a_loss: f64,
    /// What newcomers take among honest agents that give the same junk and grade at random.
    pub junk: f64,
}

/// How often nobody wins.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Reached {
    /// Seats of a round.
    pub n: u32,
    /// What an answer has to score, 0..=1.
    pub min_score: f64,
    /// Part of the rounds that nobody wins if some can answer, 0..=1.
    pub usual: f64,
    /// The same if nobody can.
    pub at_a_loss: f64,
}

/// What reading costs and brings, for each of these parts, in percent.
pub fn measure_reading(bench: &Bench, shares: &[u32]) -> Vec<Reading> {
    let cases: Vec<(u32, u32)> =
        SIZES.iter().flat_map(|n| shares.iter().map(move |share| (*n, *share))).collect();
    let worlds = bench.over_worlds(WORLDS_OF, WORLDS, |draws| {
        let lived = lived(draws);
        let read = |(n, share): &(u32, u32)| read(&lived, *n, *share);
        cases.iter().map(read).collect::<Vec<Reading>>()
    });
    let reading = |number: usize| {
        let over = |of: fn(&Reading) -> f64| {
            mean(&worlds.iter().map(|w| of(&w[number])).collect::<Vec<_>>())
        };
        Reading {
            client_pays: over(|reading| reading.client_pays),
            honest: over(|reading| reading.honest),
            at_a_loss: over(|reading| reading.at_a_loss),
            junk: over(|reading| reading.junk),
            ..worlds[0][number]
        }
    };
    (0..cases.len()).map(reading).collect()
}

fn read(lived: &Domain, n: u32, share: u32) -> Reading {
    let picky = lived.asked_for(Grade::MAX, Perbill::from_percent(share));
    let honest = rounds(&picky, n, lived.standings(MEMBERS), Conduct::Honest);
    let lost = rounds(&picky.at_a_loss(), n, lived.standings(MEMBERS), Conduct::Honest);
    let newcomers = vec![Standing::default(); part_of(MEMBERS, SHARE)];
    let junk = rounds(&picky, n, &newcomers, Conduct::Lazy);
    let reward = REWARD as f64;
    // All that agents take in fair shares for each of them is what they take of the reward.
    let taken = |rounds: &[Taken], part: f64| {
        mean(&rounds.iter().map(|taken| taken.members / (part * reward)).collect::<Vec<_>>())
    };
    let fee = in_wag(fee(n, true) as i128);
    let pays = |taken: &Taken| (taken.members - taken.with_client - fee) / reward;
    Reading {
        n,
        unwon_share: f64::from(share) / 100.0,
        client_pays: mean(&honest.iter().map(pays).collect::<Vec<_>>()),
        honest: taken(&honest, 1.0),
        at_a_loss: taken(&lost, 1.0),
        junk: taken(&junk, SHARE),
    }
}

/// How often nobody wins, for each size and score.
pub fn measure_reached(bench: &Bench) -> Vec<Reached> {
    let cases: Vec<(u32, u16)> =
        SIZES.iter().flat_map(|n| SCORES.iter().map(move |score| (*n, *score))).collect();
    let worlds = bench.over_worlds(WORLDS_OF, WORLDS, |draws| {
        let lived = lived(draws);
        let nobody = |domain: &Domain, n: u32, score: u16| {
            let score = Grade::new(score).unwrap_or_default();
            let picky = domain.asked_for(score, Perbill::from_percent(SHIPPED));
            let taken = rounds(&picky, n, lived.standings(MEMBERS), Conduct::Honest);
            mean(&taken.iter().map(|taken| f64::from(u8::from(!taken.won))).collect::<Vec<_>>())
        };
        let lost = lived.at_a_loss();
        let both =
            |(n, score): &(u32, u16)| (nobody(&lived, *n, *score), nobody(&lost, *n, *score));
        cases.iter().map(both).collect::<Vec<(f64, f64)>>()
    });
    let reached = |(number, (n, score)): (usize, &(u32, u16))| {
        let over = |of: fn(&(f64, f64)) -> f64| {
            mean(&worlds.iter().map(|world| of(&world[number])).collect::<Vec<_>>())
        };
        Reached {
            n: *n,
            min_score: f64::from(*score) / 10_000.0,
            usual: over(|both| both.0),
            at_a_loss: over(|both| both.1),
        }
    };
    cases.iter().enumerate().map(reached).collect()
}

/// Rounds in which the members with these standings, from the first on, do this. They are of the
/// same name whatever is asked for, so that the same seats are drawn.
fn rounds(domain: &Domain, n: u32, standings: &[Standing], conduct: Conduct) -> Vec<Taken> {
    let mut led = domain.led(&format!("unwon/{n}"), standings);
    (0..MEASURED).map(|_| led.play(terms(n), conduct)).collect()
}

/// Write `unwon.csv` and `min-scores.csv`.
///
/// # Errors
/// If a file cannot be written.
pub fn run_unwon(bench: &Bench, output: &Output) -> Result<()> {
    let reading: Vec<Reading> = measure_reading(bench, &SHARES)
        .into_iter()
        .map(|reading| Reading {
            client_pays: rounded(reading.client_pays),
            honest: rounded(reading.honest),
            at_a_loss: rounded(reading.at_a_loss),
            junk: rounded(reading.junk),
            ..reading
        })
        .collect();
    output.write("unwon.csv", &reading)?;
    let reached: Vec<Reached> = measure_reached(bench)
        .into_iter()
        .map(|reached| Reached {
            usual: rounded(reached.usual),
            at_a_loss: rounded(reached.at_a_loss),
            ..reached
        })
        .collect();
    output.write("min-scores.csv", &reached)
}
