//! Adversaries as modules of agents: **for tests and demos only**. They show what a swarm makes of
//! agents that do not play fair; whoever runs one for anything else loses its tickets.
//!
//! | kind | it answers | it grades |
//! | --- | --- | --- |
//! | [`Kind::Lazy`] | a number, without reading | by chance |
//! | [`Kind::Buggy`] | as its model on some prompts; spoilt on the others | likewise, upside down |
//! | [`Kind::Copying`] | with an earlier answer to the prompt, or the prompt | all alike |
//! | [`Kind::Injecting`] | its model's answer, spoilt, in an attack | as its model |
//! | [`Kind::Colluding`] | with the ring's own answer | 1 for the ring's answer, 0 for all others |
//!
//! An injecting one grades honestly to keep its weight: its model's own answer is the reference,
//! not the attack. Attacks are those of the corpus (`attacks/`).
//!
//! Answers are sealed until all are given, so nobody can copy an answer of the same round: a copier
//! has prompts and earlier rounds. Nothing here is drawn from a clock or the system: the same seed
//! plays the same.

mod spoil;

use super::{Graded, Grading, Module, NoResult, Question};
use crate::{
    chance::Chance,
    protocol::{AuthorGrade, Candidate, MAX_GRADE},
    sanitise::normalise,
};
use serde::Deserialize;
use spoil::{drawn, spoilt};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};
use waggle_attacks::Attack;

/// How many prompts are remembered.
const MEMORY: usize = 1_024;

/// The share of prompts on which a buggy agent is right in its mind.
const GOOD_DAYS: f64 = 0.5;

/// How an adversary behaves; see the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Does no work.
    Lazy,
    /// Good on some days.
    Buggy,
    /// Copies.
    Copying,
    /// Attacks its graders.
    Injecting,
    /// Member of a ring.
    Colluding,
}

impl Kind {
    /// Whether it needs a model behind it.
    pub fn needs_model(self) -> bool {
        matches!(self, Self::Buggy | Self::Injecting)
    }

    /// As the configuration names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lazy => "lazy",
            Self::Buggy => "buggy",
            Self::Copying => "copying",
            Self::Injecting => "injecting",
            Self::Colluding => "colluding",
        }
    }
}

/// An adversary.
pub struct Adversary {
    kind: Kind,
    seed: u64,
    model: Option<Arc<dyn Module>>,
    attacks: Vec<Attack>,
    seen: Mutex<Seen>,
}

/// An answer to each prompt, the oldest prompt first: of a copier the one that most agents gave, of
/// an injecting one its model's.
#[derive(Default)]
struct Seen {
    answers: HashMap<String, String>,
    order: VecDeque<String>,
}

impl Adversary {
    /// One of `kind`. Adversaries with the same seed behave alike, and colluding ones are a ring.
    /// `model` is what a buggy or an injecting one has behind it.
    ///
    /// # Errors
    /// One line, if it lacks its model or the corpus cannot be read.
    pub fn new(kind: Kind, seed: u64, model: Option<Arc<dyn Module>>) -> Result<Self, String> {
        if kind.needs_model() != model.is_some() {
            return Err(format!(
                "an adversary of the kind {} and its model do not fit together",
                kind.name()
            ));
        }
        let attacks = if kind == Kind::Injecting { waggle_attacks::corpus()? } else { Vec::new() };
        Ok(Self { kind, seed, model, attacks, seen: Mutex::default() })
    }

    fn chance(&self, what: &str, prompt: &str) -> Chance {
        drawn(self.seed, &[self.kind.name(), what, prompt])
    }

    /// Whether this prompt falls on a day on which a buggy agent works.
    fn good_day(&self, prompt: &str) -> bool {
        self.chance("day", prompt).unit() < GOOD_DAYS
    }

    async fn of_model(&self, question: &Question<'_>) -> Result<String, NoResult> {
        match &self.model {
            Some(model) => model.answer(question).await,
            None => Err(NoResult::Empty),
        }
    }

    fn remember(&self, prompt: &str, candidates: &[Candidate]) {
        let same =
            |text: &str| candidates.iter().filter(|candidate| candidate.text == text).count();
        if let Some(most) = candidates.iter().max_by_key(|candidate| same(&candidate.text)) {
            self.keep(prompt, &most.text);
        }
    }

    fn kept(&self, prompt: &str) -> Option<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).answers.get(prompt).cloned()
    }

    fn keep(&self, prompt: &str, answer: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.answers.insert(prompt.to_string(), answer.to_string()).is_none() {
            seen.order.push_back(prompt.to_string());
        }
        while seen.order.len() > MEMORY {
            if let Some(oldest) = seen.order.pop_front() {
                seen.answers.remove(&oldest);
            }
        }
    }

    /// What all members of the ring answer: wrong, but the same.
    fn ring_answer(&self, prompt: &str) -> String {
        drawn(self.seed, &["ring", prompt]).below(100).to_string()
    }
}

#[async_trait::async_trait]
impl Module for Adversary {
    async fn answer(&self, question: &Question<'_>) -> Result<String, NoResult> {
        let prompt = question.prompt;
        Ok(match self.kind {
            Kind::Lazy => self.chance("answer", prompt).below(100).to_string(),
            Kind::Buggy => {
                let answer = self.of_model(question).await?;
                if self.good_day(prompt) {
                    answer
                } else {
                    spoilt(&answer)
                }
            }
            Kind::Copying => self.kept(prompt).unwrap_or_else(|| prompt.to_string()),
            Kind::Injecting => {
                let answer = self.of_model(question).await?;
                self.keep(prompt, &answer);
                let wrong = spoilt(&answer);
                let at = self.chance("attack", prompt).below(self.attacks.len().max(1));
                let attack = self.attacks.get(at).map(|attack| attack.render(prompt, &wrong));
                // Some say nothing once they are cleaned, which would be no answer.
                attack.filter(|text| !normalise(text, false).trim().is_empty()).unwrap_or(wrong)
            }
            Kind::Colluding => self.ring_answer(prompt),
        })
    }

    async fn grade(&self, grading: &Grading<'_>) -> Graded {
        let Grading { prompt, candidates, .. } = *grading;
        let each = |grade: &dyn Fn(&Candidate) -> u16| {
            let graded = |one: &Candidate| AuthorGrade { author: one.author, grade: grade(one) };
            Graded::from(Ok(candidates.iter().map(graded).collect()))
        };
        match self.kind {
            Kind::Lazy => each(&|one| {
                let share = self.chance(&one.text, prompt).unit();
                // A share of 10 000 is within what the cast keeps.
                (share * f64::from(MAX_GRADE)) as u16
            }),
            Kind::Copying => {
                self.remember(prompt, candidates);
                each(&|_| MAX_GRADE / 2)
            }
            Kind::Colluding => {
                let ours = self.ring_answer(prompt);
                each(&|one| if one.text == ours { MAX_GRADE } else { 0 })
            }
            Kind::Buggy | Kind::Injecting => {
                let Some(honest) = &self.model else { return Err(NoResult::NoGrades).into() };
                // The chain takes its attack for its answer, but its model could hardly grade with
                // that as the reference.
                let own = if self.kind == Kind::Injecting { self.kept(prompt) } else { None };
                let reference = own.as_deref().or(grading.reference);
                let mut given = honest.grade(&Grading { reference, ..*grading }).await;
                if self.kind == Kind::Buggy && !self.good_day(prompt) {
                    for one in given.grades.iter_mut().flatten() {
                        one.grade = MAX_GRADE.saturating_sub(one.grade);
                    }
                }
                given
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backend::Sampling, protocol::Field, units::Toolbox};

    /// Right about everything.
    struct Honest;

    #[async_trait::async_trait]
    impl Module for Honest {
        async fn answer(&self, _: &Question<'_>) -> Result<String, NoResult> {
            Ok("49".into())
        }

        async fn grade(&self, grading: &Grading<'_>) -> Graded {
            if grading.reference.is_some_and(|reference| reference.len() > 20) {
                return Err(NoResult::NoGrades).into();
            }
            let grade = |one: &Candidate| AuthorGrade {
                author: one.author,
                grade: if one.text == "49" { 9_000 } else { 500 },
            };
            Ok(grading.candidates.iter().map(grade).collect()).into()
        }
    }

    fn adversary(kind: Kind, seed: u64) -> Adversary {
        let model = kind.needs_model().then(|| Arc::new(Honest) as Arc<dyn Module>);
        Adversary::new(kind, seed, model).unwrap()
    }

    async fn answer(adversary: &Adversary, prompt: &str) -> String {
        let tools = Toolbox(&[]);
        let question = Question {
            prompt,
            field: Field::default(),
            notes: &[],
            sampling: &Sampling::GREEDY,
            system: None,
            max_tokens: None,
            max_bytes: 100,
            tools,
            until: None,
            seed: 0,
            tally: None,
        };
        adversary.answer(&question).await.unwrap()
    }

    async fn grades(adversary: &Adversary, prompt: &str, texts: &[&str]) -> Vec<u16> {
        let candidates: Vec<Candidate> = (0..)
            .zip(texts)
            .map(|(author, text)| Candidate { author, text: (*text).into() })
            .collect();
        let grading = Grading { prompt, reference: None, candidates: &candidates, until: None };
        let given = adversary.grade(&grading).await.grades.unwrap();
        given.iter().map(|given| given.grade).collect()
    }

    #[tokio::test]
    async fn lazy_should_not_depend_on_what_is_right() {
        let lazy = adversary(Kind::Lazy, 1);
        let mut sums = [0u32; 2];
        for number in 0..500 {
            let prompt = format!("{number}+1");
            let given = grades(&lazy, &prompt, &["49", "48"]).await;
            sums[0] += u32::from(given[0]);
            sums[1] += u32::from(given[1]);
        }
        assert!(sums.iter().all(|sum| (2_200_000..2_800_000).contains(sum)), "{sums:?}");
        assert_eq!(answer(&lazy, "37+12").await, answer(&adversary(Kind::Lazy, 1), "37+12").await);
    }

    #[tokio::test]
    async fn buggy_should_be_good_on_about_half_of_the_days() {
        let buggy = adversary(Kind::Buggy, 1);
        let mut good = 0;
        for number in 0..200 {
            let prompt = format!("{number}+1");
            let right = answer(&buggy, &prompt).await == "49";
            assert_eq!(
                grades(&buggy, &prompt, &["49"]).await[0] > 5_000,
                right,
                "one mind for answers and grades"
            );
            good += u32::from(right);
        }
        assert!((70..130).contains(&good), "{good}");
    }

    #[tokio::test]
    async fn copying_should_say_what_it_saw_or_the_prompt() {
        let copying = adversary(Kind::Copying, 1);
        assert_eq!(answer(&copying, "37+12").await, "37+12");
        assert_eq!(grades(&copying, "37+12", &["48", "49", "49"]).await, [5_000; 3]);
        assert_eq!(answer(&copying, "37+12").await, "49");
        for number in 0..2 * MEMORY {
            grades(&copying, &number.to_string(), &["x"]).await;
        }
        assert_eq!(answer(&copying, "37+12").await, "37+12", "its memory is bounded");
    }

    #[tokio::test]
    async fn injecting_should_attack_with_a_wrong_answer_and_grade_honestly() {
        let injecting = adversary(Kind::Injecting, 1);
        let mut texts = std::collections::HashSet::new();
        // Enough of them for each of the attacks to come up.
        for number in 0..5_000 {
            let text = answer(&injecting, &format!("{number}+1")).await;
            assert_ne!(text, "49");
            assert_ne!(normalise(&text, false).trim(), "", "it is in the round whatever it says");
            texts.insert(text);
        }
        assert!(texts.len() > 400, "{}", texts.len());
        assert_eq!(grades(&injecting, "37+12", &["49", "48"]).await, [9_000, 500]);
        let (attack, candidates) = ("!".repeat(100), [Candidate { author: 0, text: "49".into() }]);
        let with_attack = |prompt| Grading {
            prompt,
            reference: Some(&attack),
            candidates: &candidates,
            until: None,
        };
        answer(&injecting, "37+12").await;
        let graded = injecting.grade(&with_attack("37+12")).await.grades.unwrap();
        assert_eq!(graded[0].grade, 9_000);
        let unknown = injecting.grade(&with_attack("what it never answered")).await;
        assert!(unknown.grades.is_err());
    }

    #[tokio::test]
    async fn colluding_should_praise_its_ring_only() {
        let (one, other, stranger) = (
            adversary(Kind::Colluding, 1),
            adversary(Kind::Colluding, 1),
            adversary(Kind::Colluding, 2),
        );
        let prompts: Vec<String> = (0..20).map(|number| format!("{number}+1")).collect();
        let mut different = 0;
        for prompt in &prompts {
            let ours = answer(&one, prompt).await;
            assert_eq!(ours, answer(&other, prompt).await);
            assert_eq!(grades(&one, prompt, &[&ours, "right"]).await, [MAX_GRADE, 0]);
            different += usize::from(ours != answer(&stranger, prompt).await);
        }
        assert!(different > 10);
    }

    #[test]
    fn new_should_fail_when_a_model_is_missing_or_of_no_use() {
        assert!(Adversary::new(Kind::Buggy, 1, None).is_err());
        assert!(Adversary::new(Kind::Lazy, 1, Some(Arc::new(Honest))).is_err());
    }
}
