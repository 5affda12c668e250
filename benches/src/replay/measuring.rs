//! Many plays of a set, and what they say of each rule. Every play has a seed of its own, which
//! draws the order of the questions, who grades whom, ties, and the ring. All rules see the same
//! rounds.

use super::{
    rounds::{Ring, Round},
    rules::{ByRule, Rule},
    sets::Set,
};
use crate::{
    draws::Draws,
    effort::Bench,
    statistics::{mean, Estimate},
};

/// What the plays of a set say. Qualities are mean truths, 0..=1, of the rounds as they were
/// played: where there is a ring, its answers are among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// The set's name.
    pub set: String,
    /// Full questions: rounds of each play.
    pub questions: usize,
    /// Answers to each question.
    pub answers: usize,
    /// Who grades: authors and outsiders.
    pub graders: usize,
    /// Plays.
    pub seeds: usize,
    /// An answer drawn by lot.
    pub random: Estimate,
    /// The author who turns out to be the best of the play.
    pub best_author: Estimate,
    /// What each rule picks.
    pub picked: ByRule<Estimate>,
    /// The best answer present.
    pub oracle: Estimate,
    /// The ring, if there is one.
    pub ring: Option<RingFigures>,
}

/// What a ring achieves.
#[derive(Clone, Debug, PartialEq)]
pub struct RingFigures {
    /// Part of the authors that it is.
    pub share: f64,
    /// Part of the rounds that it wins.
    pub wins: ByRule<Estimate>,
}

/// What one play says: means over its rounds.
#[derive(Clone, Debug, PartialEq)]
struct Play {
    random: f64,
    best_author: f64,
    oracle: f64,
    /// Truth of what was picked, and part of the rounds that the ring won.
    rules: ByRule<(f64, f64)>,
}

/// Play a set once for each of the seeds 0..`seeds`, with a ring of this share of the authors if
/// there is one.
pub fn measure(bench: &Bench, set: &Set, seeds: usize, ring: Option<f64>) -> Figures {
    let name = format!("replay/{}", set.name);
    let plays = bench.over_worlds(&name, seeds, |draws| play(set, draws, ring.unwrap_or_default()));
    let over =
        |value: &dyn Fn(&Play) -> f64| Estimate::of(&plays.iter().map(value).collect::<Vec<_>>());
    let of_rules = |part: fn(&(f64, f64)) -> f64| ByRule {
        majority: over(&|play| part(&play.rules.majority)),
        version_3: over(&|play| part(&play.rules.version_3)),
        default: over(&|play| part(&play.rules.default)),
    };
    Figures {
        set: set.name.clone(),
        questions: set.questions.len(),
        answers: set.answers(),
        graders: set.graders().len(),
        seeds,
        random: over(&|play| play.random),
        best_author: over(&|play| play.best_author),
        picked: of_rules(|(truth, _)| *truth),
        oracle: over(&|play| play.oracle),
        ring: ring.map(|share| RingFigures { share, wins: of_rules(|(_, won)| *won) }),
    }
}

/// Hand the rounds of one play to `take`, in their order, with who is in the ring.
pub fn for_each_round(
    set: &Set,
    mut draws: Draws,
    share: f64,
    mut take: impl FnMut(&Round, &Ring),
) {
    let ring = Ring::drawn(set, share, &mut draws);
    for question in draws.shuffled(set.questions.len()) {
        take(&Round::of(set, &set.questions[question], &ring, &mut draws), &ring);
    }
}

fn play(set: &Set, draws: Draws, share: f64) -> Play {
    let mut rules = ByRule::beginning(set.places()).map(Chosen::by);
    let (mut random, mut oracle) = (Vec::new(), Vec::new());
    let mut authors = vec![Vec::new(); set.answers()];
    for_each_round(set, draws, share, |round, ring| {
        for rule in rules.each() {
            rule.choose(round, ring);
        }
        random.push(mean(&round.truth));
        oracle.push(round.truth.iter().copied().fold(f64::MIN, f64::max));
        authors.iter_mut().zip(&round.truth).for_each(|(author, truth)| author.push(*truth));
    });
    Play {
        random: mean(&random),
        best_author: authors.iter().map(|truths| mean(truths)).fold(f64::MIN, f64::max),
        oracle: mean(&oracle),
        rules: rules.map(|rule| (mean(&rule.truths), mean(&rule.won))),
    }
}

/// A rule, and what it has chosen.
struct Chosen {
    rule: Box<dyn Rule>,
    truths: Vec<f64>,
    won: Vec<f64>,
}

impl Chosen {
    fn by(rule: Box<dyn Rule>) -> Self {
        Self { rule, truths: Vec::new(), won: Vec::new() }
    }

    fn choose(&mut self, round: &Round, ring: &Ring) {
        let picked = self.rule.choose(&round.played);
        let truths: Vec<f64> = picked.iter().map(|place| round.truth[*place]).collect();
        self.truths.push(mean(&truths));
        self.won.push(ring.share_of(&picked));
    }
}
