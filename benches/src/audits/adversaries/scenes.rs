//! All adversaries of the table: what the subject does, who its kin are, and who audits.

use super::{
    committee::{Aim, Auditors},
    standing::LEAST_PROMPTS,
};

/// Honest kin of a subject, if nothing else is said: as many as a distance takes.
const KIN: usize = 3;

/// What the subject does in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Answers with the claimed model.
    Honest,
    /// Answers with the other model.
    Swap,
    /// Gives the answer of an honest kin.
    Copy,
    /// Gives the claimed model's answer to another prompt.
    Stray,
    /// Gives an answer in which there is nothing to embed.
    Blank,
    /// Commits, and does not open.
    Withhold,
    /// Does not come.
    Away,
}

/// How the subject goes about the rounds of an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Habit {
    /// In all of them.
    Always(Act),
    /// In every n-th, the first one included. It is honest in the others.
    Every(usize, Act),
    /// In so many, and does not come to the others.
    Only(usize, Act),
    /// Swaps the model, unless it believes that the round is a sample: in this part of the samples
    /// it is right.
    Guess(f64),
}

/// What the subject claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The model of the cell.
    Model,
    /// A third one, which it does not run either; that of nobody else where there is no third.
    Third,
    /// What nobody else claims.
    Alone,
}

/// The subject in one of its epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// How it goes about its rounds.
    pub habit: Habit,
    /// What it claims when the epoch begins.
    pub claim: Claimed,
    /// What it declares when half of the rounds are over.
    pub declares: Option<Claimed>,
}

/// An adversary: a line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Which kind.
    pub adversary: &'static str,
    /// What it does, in words.
    pub note: String,
    /// The subject's epochs, one after the other and over again. Never empty.
    pub phases: Vec<Phase>,
    /// Others that claim and run the model.
    pub honest_kin: usize,
    /// Others that claim it and run the other model.
    pub dishonest_kin: usize,
    /// Who audits.
    pub auditors: Auditors,
}

impl Scene {
    /// Of a subject with this habit, three honest kin and honest auditors.
    pub fn of(adversary: &'static str, note: impl Into<String>, habit: Habit) -> Self {
        Self {
            adversary,
            note: note.into(),
            phases: vec![Phase { habit, claim: Claimed::Model, declares: None }],
            honest_kin: KIN,
            dishonest_kin: 0,
            auditors: Auditors::Honest,
        }
    }

    /// With other auditors.
    pub fn audited_by(self, auditors: Auditors) -> Self {
        Self { auditors, ..self }
    }

    /// With other kin.
    pub fn among(self, honest_kin: usize, dishonest_kin: usize) -> Self {
        Self { honest_kin, dishonest_kin, ..self }
    }

    /// With other claims: what it claims in each epoch, and what it declares in its middle.
    pub fn claiming(self, claims: &[(Claimed, Option<Claimed>)]) -> Self {
        let habits = self.phases.iter().map(|phase| phase.habit).cycle();
        let phases = claims
            .iter()
            .zip(habits)
            .map(|((claim, declares), habit)| Phase { habit, claim: *claim, declares: *declares })
            .collect();
        Self { phases, ..self }
    }

    /// With one habit in every epoch of even number, and this one in the others.
    pub fn alternating(mut self, habit: Habit) -> Self {
        self.phases.push(Phase { habit, claim: Claimed::Model, declares: None });
        self
    }
}

const HONEST: Habit = Habit::Always(Act::Honest);
const SWAP: Habit = Habit::Always(Act::Swap);
const COPY: Habit = Habit::Always(Act::Copy);

/// All of them, in the order of the table, for epochs of so many prompts.
pub fn scenes(prompts: usize) -> Vec<Scene> {
    let least = LEAST_PROMPTS as usize;
    let mut scenes = vec![Scene::of("none", "runs what it claims", HONEST)];
    scenes.extend(swaps());
    scenes.extend(guesses());
    scenes.extend(answers_of_others());
    scenes.extend(without_results());
    scenes.extend(few_rounds(prompts, least));
    scenes.extend(claims());
    scenes.extend(kin());
    scenes.extend(auditors());
    scenes
}

fn swaps() -> Vec<Scene> {
    let every = |n, note| Scene::of("swaps the model", note, Habit::Every(n, Act::Swap));
    vec![
        every(1, "in every round"),
        every(2, "in every second round"),
        every(3, "in every third round"),
        every(10, "in every tenth round"),
    ]
}

fn guesses() -> Vec<Scene> {
    [50u32, 75, 90]
        .map(|percent| {
            let note = format!("honest in the {percent} % of samples that it guesses are samples");
            Scene::of("guesses what is sampled", note, Habit::Guess(f64::from(percent) / 100.0))
        })
        .to_vec()
}

fn answers_of_others() -> Vec<Scene> {
    let copies = "copies an answer";
    let strays = "answers another prompt";
    vec![
        Scene::of(copies, "of an honest kin, which shows it, in every round", COPY),
        Scene::of(strays, "with the claimed model, in every round", Habit::Always(Act::Stray)),
        Scene::of(strays, "the same in every third round", Habit::Every(3, Act::Stray)),
    ]
}

fn without_results() -> Vec<Scene> {
    let empty = "gives no answer";
    let away = |note, auditors| {
        Scene::of("auditors are away", note, SWAP).audited_by(Auditors::Silent(auditors))
    };
    vec![
        Scene::of(empty, "with anything to embed, in every round", Habit::Always(Act::Blank)),
        Scene::of(empty, "does not open, in every round", Habit::Always(Act::Withhold)),
        Scene::of(empty, "does not open, in every third round", Habit::Every(3, Act::Withhold)),
        Scene::of(empty, "does not open, in every fifth round", Habit::Every(5, Act::Withhold)),
        away("two of seven; the model is swapped", 2),
        away("three of seven; the model is swapped", 3),
        away("all seven; the model is swapped", 7),
    ]
}

fn few_rounds(prompts: usize, least: usize) -> Vec<Scene> {
    let name = "stays away";
    let only = |rounds: usize| Habit::Only(rounds, Act::Swap);
    let note = |rounds: usize| format!("swaps the model, answers {rounds} of {prompts} samples");
    vec![
        Scene::of(name, note(least - 1), only(least - 1)),
        Scene::of(name, note(least), only(least)),
        Scene::of(name, "swaps the model, comes every other epoch", SWAP)
            .alternating(Habit::Always(Act::Away)),
    ]
}

fn claims() -> Vec<Scene> {
    let (model, third, alone) = (Claimed::Model, Claimed::Third, Claimed::Alone);
    let changes = "changes its claim";
    let of = |name, note, claims: &[(Claimed, Option<Claimed>)]| {
        Scene::of(name, note, SWAP).claiming(claims)
    };
    let slow = [(model, None), (model, None), (third, None), (third, None)];
    vec![
        of("claims alone", "what nobody else claims, and runs something else", &[(alone, None)]),
        of(changes, "from epoch to epoch, runs neither model", &[(model, None), (third, None)]),
        of(
            changes,
            "the same, declared in the middle of each epoch",
            &[(model, Some(third)), (third, Some(model))],
        ),
        of(changes, "every second epoch, runs neither model", &slow),
    ]
}

fn kin() -> Vec<Scene> {
    let (all, most) = ("kin are all dishonest", "kin are mostly dishonest");
    let framed = "is honest among dishonest kin";
    vec![
        Scene::of(all, "all four that claim the model run the same other one", SWAP).among(0, 3),
        Scene::of(most, "two of three, one of which is the subject", SWAP).among(1, 1),
        Scene::of(most, "three of four, one of which is the subject", SWAP).among(1, 2),
        Scene::of(framed, "two of three are dishonest, the subject is the third", HONEST)
            .among(0, 2),
        Scene::of(framed, "three of four are dishonest, the subject is the fourth", HONEST)
            .among(0, 3),
        Scene::of(framed, "two of four are dishonest, the subject is not", HONEST).among(1, 2),
    ]
}

fn auditors() -> Vec<Scene> {
    let of = |name, habit, aim| {
        let fixed = (1..=4).map(move |seats| {
            let note = format!("{seats} of 7 collude");
            Scene::of(name, note, habit).audited_by(Auditors::Colluding(seats, aim))
        });
        let by_lot = [10u32, 20, 30, 40].into_iter().map(move |percent| {
            let part = f64::from(percent) / 100.0;
            let note = format!("{percent} % of the offers collude, seats by lot");
            Scene::of(name, note, habit).audited_by(Auditors::Infiltrated(part, aim))
        });
        fixed.chain(by_lot)
    };
    of("auditors shield who swaps the model", SWAP, Aim::Shield)
        .chain(of("auditors frame an honest member", HONEST, Aim::Frame))
        .collect()
}
