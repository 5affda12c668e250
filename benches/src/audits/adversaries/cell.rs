//! A domain while one run is held out: who is in it, who answers what in an epoch, and what the
//! samples of the epoch say of each member.

use super::{
    committee::{Answer, Given, Sample},
    scenes::{Act, Claimed, Habit, Phase, Scene},
};
use crate::{
    audits::records::{Answers, Records},
    draws::Draws,
};
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;
use waggle_primitives::{
    audit::{
        conduct::Fault,
        tally::{lessons, Reading},
        Tally,
    },
    claim::{ClaimedModel, ClaimedSampling, Declarations, ALL},
    Claim, Hash32,
};

/// Members that make and run the claim of the other model.
const MEMBERS: usize = 4;
/// Members that make and run the third claim: as few as a vote takes. So a sample has no more
/// answers than the chain keeps.
const MEMBERS_OF_THIRD: usize = 2;
/// The fewest answers to a question, of each model and of each side: nobody gives an answer that
/// another one has given.
const LEAST_ANSWERS: usize = MEMBERS;
/// The places of models in a cell.
const OWN: usize = 0;
const OTHER: usize = 1;
const THIRD: usize = 2;
/// The subject's place among the members.
pub const SUBJECT: usize = 0;

/// The answers to each question.
type ByQuestion = Vec<Vec<Answer>>;

/// What the samples of an epoch say of each member; `None` of one that is in none of them.
pub type Epoch = Vec<Option<Tally>>;

/// A model that is a claim of the domain.
#[derive(Clone, Debug)]
struct Model {
    claim: Claim,
    /// Of the run that is held out.
    held_out: ByQuestion,
    /// Of all other runs.
    others: ByQuestion,
}

/// One of a domain's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which model it claims. The subject may claim another one.
    claims: usize,
    /// Which one it runs. The subject does what the scene says.
    runs: usize,
    /// Whether its answers are of the run that is held out.
    is_held_out: bool,
}

impl Member {
    /// Whether it runs what it claims.
    pub fn is_honest(&self) -> bool {
        self.claims == self.runs
    }
}

/// A domain while one run is held out: the claimed model, the one that cheats run, and a third one
/// if the records have it.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Seeds its draws.
    pub name: String,
    models: Vec<Model>,
    questions: usize,
}

impl Cell {
    /// All that the records have: every run held out once, every model claimed and every other one
    /// run instead, where these have answers enough.
    pub fn all(records: &Records) -> Vec<Self> {
        let models = records.models();
        let mut cells = Vec::new();
        for run in records.runs.keys() {
            for claimed in &models {
                for actual in models.iter().filter(|actual| *actual != claimed) {
                    cells.extend(Self::of(records, run, claimed, actual));
                }
            }
        }
        cells
    }

    /// Of a run, the claimed model and the one that is run instead. `None` if no question has
    /// answers enough.
    pub fn of(records: &Records, run: &str, claimed: &str, actual: &str) -> Option<Self> {
        let answered = records.runs.get(run)?;
        let third = answered.keys().map(String::as_str).find(|name| {
            ![claimed, actual].contains(name) && !records.without(run, name).is_empty()
        });
        let names: Vec<&str> = [claimed, actual].into_iter().chain(third).collect();
        let sides: Vec<(&Answers, Answers)> = names
            .iter()
            .map(|name| Some((answered.get(*name)?, records.without(run, name))))
            .collect::<Option<_>>()?;
        let is_enough = |answers: &Answers, question: &String| {
            answers.get(question).is_some_and(|answers| answers.len() >= LEAST_ANSWERS)
        };
        let questions: Vec<&String> = sides[OWN]
            .0
            .keys()
            .filter(|question| {
                let enough = |(held_out, others): &(&Answers, Answers)| {
                    is_enough(held_out, question) && is_enough(others, question)
                };
                sides.iter().all(enough)
            })
            .collect();
        if questions.is_empty() {
            return None;
        }
        let models = names
            .iter()
            .zip(&sides)
            .map(|(name, (held_out, others))| {
                let seed = format!("audits/adversaries/rounding/{run}/{name}");
                let mut draws = Draws::of(&seed, 0);
                Model {
                    claim: claim(name),
                    held_out: heard(held_out, &questions, &mut draws),
                    others: heard(others, &questions, &mut draws),
                }
            })
            .collect();
        let name = format!("audits/adversaries/{run}/{claimed}/{actual}");
        Some(Self { name, models, questions: questions.len() })
    }

    /// How many questions there are.
    pub fn questions(&self) -> usize {
        self.questions
    }

    /// The members, the subject first.
    pub fn roster(&self, scene: &Scene) -> Vec<Member> {
        let subject = Member { claims: OWN, runs: OWN, is_held_out: true };
        let honest = |model| Member { claims: model, runs: model, is_held_out: false };
        let dishonest = Member { claims: OWN, runs: OTHER, is_held_out: true };
        let mut members = vec![subject];
        members.extend(vec![honest(OWN); scene.honest_kin]);
        members.extend(vec![dishonest; scene.dishonest_kin]);
        members.extend(vec![honest(OTHER); MEMBERS]);
        if self.models.len() > THIRD {
            members.extend(vec![honest(THIRD); MEMBERS_OF_THIRD]);
        }
        members
    }

    /// Play an epoch of so many prompts, each another question.
    pub fn play(&self, scene: &Scene, phase: &Phase, prompts: usize, draws: &mut Draws) -> Epoch {
        let roster = self.roster(scene);
        let committee = scene.auditors.drawn(draws);
        let mut tallies: Epoch = vec![None; roster.len()];
        let questions = draws.shuffled(self.questions);
        for (number, question) in questions.into_iter().take(prompts).enumerate() {
            let act = act(phase.habit, number, draws);
            let claim = self.claimed_at(phase, 2 * number >= prompts);
            let (places, answers) = self.answers(&roster, question, act, claim.digest(), draws);
            let sample = Sample {
                answers,
                target: places.iter().position(|place| *place == SUBJECT),
                own: self.models[OWN].claim.digest(),
                other: self.models[OTHER].claim.digest(),
            };
            let medians = committee.medians(&sample, draws);
            let readings: Vec<Reading> = sample
                .answers
                .iter()
                .zip(medians)
                .map(|(given, embedding)| Reading {
                    claim: given.claim,
                    embedding,
                    replay: None,
                    fault: (!given.kept_word).then_some(Fault::Exception),
                })
                .collect();
            for (place, lesson) in places.into_iter().zip(lessons(&readings)) {
                let tally = tallies[place].take().unwrap_or_default();
                tallies[place] = Some(tally.after(&lesson));
            }
        }
        tallies
    }

    /// What the subject's claim is in an epoch: what is declared in its middle holds from the next
    /// one on.
    fn claimed_at(&self, phase: &Phase, is_second_half: bool) -> Claim {
        let before = Declarations::default().declare(0, Some(self.claim_of(phase.claim)));
        let declarations = match phase.declares {
            Some(next) if is_second_half => before.declare(1, Some(self.claim_of(next))),
            _ => before,
        };
        let holds = declarations.at(1).and_then(|declared| declared.claim.clone());
        holds.unwrap_or_else(|| self.claim_of(phase.claim))
    }

    fn claim_of(&self, claimed: Claimed) -> Claim {
        let place = match claimed {
            Claimed::Model => Some(OWN),
            Claimed::Third => Some(THIRD),
            Claimed::Alone => None,
        };
        let model = place.and_then(|place| self.models.get(place));
        model.map_or_else(|| claim("what nobody else claims"), |model| model.claim.clone())
    }

    /// Who gives an answer to a question, by place in the roster, and which.
    fn answers(
        &self,
        roster: &[Member],
        question: usize,
        act: Act,
        claim: Hash32,
        draws: &mut Draws,
    ) -> (Vec<usize>, Vec<Given<'_>>) {
        let mut deal = Deal { cell: self, question, left: BTreeMap::new() };
        let mut others: Vec<(usize, Given<'_>)> = Vec::new();
        let mut kin = None;
        for (place, member) in roster.iter().enumerate().filter(|(place, _)| *place != SUBJECT) {
            let answer = deal.next(member.runs, member.is_held_out, draws);
            if member.claims == OWN && member.is_honest() {
                kin = kin.or(Some(answer));
            }
            let claim = Some(self.models[member.claims].claim.digest());
            others.push((place, Given { claim, answer: Some(answer), kept_word: true }));
        }
        let answer = match act {
            Act::Honest => Some(deal.next(OWN, true, draws)),
            Act::Swap => Some(deal.next(OTHER, true, draws)),
            Act::Copy => kin,
            Act::Stray => Some(self.stray(question, draws)),
            Act::Blank | Act::Withhold | Act::Away => None,
        };
        let subject = Given { claim: Some(claim), answer, kept_word: act != Act::Withhold };
        let comes = (act != Act::Away).then_some((SUBJECT, subject));
        comes.into_iter().chain(others).unzip()
    }

    /// An answer of the claimed model to another question, where there is one.
    fn stray(&self, question: usize, draws: &mut Draws) -> &Answer {
        let further = if self.questions > 1 { 1 + draws.below(self.questions - 1) } else { 0 };
        let answers = &self.models[OWN].held_out[(question + further) % self.questions];
        &answers[draws.below(answers.len())]
    }
}

/// Answers to a question by lot, none twice while there are others.
struct Deal<'a> {
    cell: &'a Cell,
    question: usize,
    /// What is left, by model and side.
    left: BTreeMap<(usize, bool), Vec<usize>>,
}

impl<'a> Deal<'a> {
    fn next(&mut self, model: usize, is_held_out: bool, draws: &mut Draws) -> &'a Answer {
        let of = &self.cell.models[model];
        let side = if is_held_out { &of.held_out } else { &of.others };
        let answers = &side[self.question];
        let left = self.left.entry((model, is_held_out)).or_default();
        if left.is_empty() {
            *left = draws.shuffled(answers.len());
        }
        &answers[left.pop().unwrap_or_default()]
    }
}

fn act(habit: Habit, number: usize, draws: &mut Draws) -> Act {
    match habit {
        Habit::Always(act) => act,
        Habit::Every(n, act) if number.is_multiple_of(n.max(1)) => act,
        Habit::Every(..) => Act::Honest,
        Habit::Only(rounds, act) if number < rounds => act,
        Habit::Only(..) => Act::Away,
        Habit::Guess(right) if draws.chance(right) => Act::Honest,
        Habit::Guess(_) => Act::Swap,
    }
}

/// What claims a model of this name, and no knowledge base.
fn claim(name: &str) -> Claim {
    Claim {
        model: ClaimedModel {
            // Its digest is told from others by the weights, however long the name is.
            name: name.as_bytes().to_vec().try_into().unwrap_or_default(),
            weights: Some(blake2_256(name.as_bytes())),
            quantisation: Default::default(),
            sampling: ClaimedSampling { temperature: 10_000, top_p: ALL, top_k: 0, min_p: 0 },
        },
        knowledge: None,
    }
}

/// The answers to these questions, as points.
fn heard(answers: &Answers, questions: &[&String], draws: &mut Draws) -> ByQuestion {
    let of = |question: &&String| answers.get(*question).into_iter().flatten();
    questions
        .iter()
        .map(|question| of(question).filter_map(|text| Answer::of(text, draws)).collect())
        .collect()
}
