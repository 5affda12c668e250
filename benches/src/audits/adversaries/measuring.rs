//! All scenes in all cells: how often the subject is flagged, and how soon it is suspended, and how
//! often that befalls who is honest.
//!
//! Epochs are played one by one. A life is eight of them by lot, none twice, so that every epoch
//! that was played is judged in many rows, in one order and another.

use super::{
    cell::{Cell, Epoch, SUBJECT},
    scenes::{scenes, Scene},
    standing::{is_flagged, rules, suspended_after, LEAST_PROMPTS},
};
use crate::{audits::records::Records, draws::Draws, effort::Bench, statistics::mean};
use anyhow::{ensure, Result};

/// Epochs of each phase that are played in each cell: as many as the longest life at least.
pub const EPOCHS: usize = 8;
/// Within how many epochs a suspension is looked for.
pub const HORIZONS: [usize; 3] = [2, 4, LONGEST];
/// Epochs of a life.
const LONGEST: usize = 8;
/// Lives of each cell.
const LIVES: usize = 50;

/// What befalls members, as parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// The subject's epochs that flag it, by any evidence.
    pub flagged: f64,
    /// Its lives in which it is suspended within each of [`HORIZONS`].
    pub suspended: [f64; 3],
    /// The lives of honest members, the subject left out, in which they are suspended.
    pub honest_suspended: f64,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Which kind of adversary.
    pub adversary: &'static str,
    /// What it does.
    pub note: String,
    /// The means over all cells.
    pub rates: Rates,
}

/// What was measured, and on what.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// In the order of [`scenes`].
    pub figures: Vec<Figure>,
    /// How many cells there are.
    pub cells: usize,
    /// The prompts of an epoch.
    pub prompts: usize,
}

/// What all adversaries achieve on these records, with epochs of so many prompts, or of as many as
/// there are questions.
///
/// # Errors
/// If epochs are too short for any verdict, or the records have too few answers.
pub fn measure(bench: &Bench, records: &Records, prompts: usize) -> Result<Measured> {
    let cells = Cell::all(records);
    let questions = cells.iter().map(Cell::questions).min().unwrap_or_default();
    let prompts = prompts.min(questions);
    ensure!(
        prompts >= LEAST_PROMPTS as usize,
        "the chain says nothing of epochs of fewer than {LEAST_PROMPTS} prompts, and these have \
         {prompts}: it takes as many questions with 4 answers by each model, in each run"
    );
    let figures = scenes(prompts)
        .into_iter()
        .map(|scene| {
            let of = |cell: &Cell| rates(bench, cell, &scene, prompts, EPOCHS);
            let of_cells: Vec<Rates> = cells.iter().map(of).collect();
            let rates = together(&of_cells);
            Figure { adversary: scene.adversary, note: scene.note, rates }
        })
        .collect();
    Ok(Measured { figures, cells: cells.len(), prompts })
}

/// What befalls the members of one cell. `epochs` are played of each phase: too few for a life come
/// in it more than once.
pub fn rates(bench: &Bench, cell: &Cell, scene: &Scene, prompts: usize, epochs: usize) -> Rates {
    let name = format!("{}/{}/{}", cell.name, scene.adversary, scene.note);
    let played: Vec<Vec<Epoch>> = bench.over_worlds(&name, epochs, |mut draws| {
        let play = |phase| cell.play(scene, phase, prompts, &mut draws);
        scene.phases.iter().map(play).collect()
    });
    let rules = rules();
    let of_subject = played.iter().flatten().map(|epoch| epoch[SUBJECT].as_ref());
    let flags: Vec<f64> = of_subject
        .map(|tally| f64::from(tally.is_some_and(|tally| is_flagged(tally, &rules))))
        .collect();

    let roster = cell.roster(scene);
    let honest: Vec<usize> =
        (0..roster.len()).filter(|place| *place != SUBJECT && roster[*place].is_honest()).collect();
    let (mut subjects, mut others) = (Vec::new(), Vec::new());
    for number in 0..LIVES {
        let life = life(&played, &mut Draws::of(&format!("{name}/lives"), number));
        let ends =
            |place: usize| suspended_after(life.iter().map(|epoch| epoch[place].as_ref()), &rules);
        subjects.push(ends(SUBJECT));
        others.extend(honest.iter().map(|place| f64::from(ends(*place).is_some())));
    }
    let within = |horizon: usize| {
        let is_over = |end: &Option<usize>| end.is_some_and(|epochs| epochs <= horizon);
        mean(&subjects.iter().map(|end| f64::from(is_over(end))).collect::<Vec<f64>>())
    };
    Rates {
        flagged: mean(&flags),
        suspended: HORIZONS.map(within),
        honest_suspended: mean(&others),
    }
}

/// The epochs of a life, phase after phase: of those that were played, by lot.
fn life<'a>(played: &'a [Vec<Epoch>], draws: &mut Draws) -> Vec<&'a Epoch> {
    let phases = played.first().map_or(1, Vec::len);
    let orders: Vec<Vec<usize>> = (0..phases).map(|_| draws.shuffled(played.len())).collect();
    (0..LONGEST)
        .map(|epoch| {
            let (phase, turn) = (epoch % phases, epoch / phases);
            &played[orders[phase][turn % played.len()]][phase]
        })
        .collect()
}

fn together(cells: &[Rates]) -> Rates {
    let of = |rate: &dyn Fn(&Rates) -> f64| mean(&cells.iter().map(rate).collect::<Vec<f64>>());
    Rates {
        flagged: of(&|rates: &Rates| rates.flagged),
        suspended: [0usize, 1, 2].map(|place| of(&|rates: &Rates| rates.suspended[place])),
        honest_suspended: of(&|rates: &Rates| rates.honest_suspended),
    }
}
