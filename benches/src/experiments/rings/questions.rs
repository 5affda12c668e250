//! Questions, and what can be answered to them.
//!
//! A *closed* question has one right answer, a wrong one that is popular, and a few others that
//! are rare; answers to it can be equal. To an *open* one all honest answers differ, and each is as
//! good as it is. Questions are easier or harder for all agents alike.

use crate::draws::Draws;
use waggle_primitives::choice::Question as Kind;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Questions {
    /// Answers can be equal, and are right (1) or wrong (0).
    Closed,
    /// All honest answers differ. Qualities are 0..=1.
    Open,
}

impl Questions {
    /// Both.
    pub const ALL: [Questions; 2] = [Questions::Closed, Questions::Open];

    /// The name in `rings.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Questions::Closed => "closed",
            Questions::Open => "open",
        }
    }

    /// How good junk is. To a closed question it is one more wrong answer, no worse than others.
    fn junk(self) -> f64 {
        match self {
            Questions::Closed => 0.0,
            Questions::Open => 0.2,
        }
    }
}

/// How right and wrong answers to closed questions look to graders. Measured of small real models:
/// 0.74 and 0.30.
const RIGHT_LOOKS: f64 = 0.75;
const WRONG_LOOKS: f64 = 0.3;
const POPULAR_LOOKS: f64 = 0.4;
/// How far an answer looks better or worse than it should, to everybody alike.
const SEEMING: f64 = 0.1;
/// How far kindred graders misjudge an answer together.
const KINDRED_ERROR: f64 = 0.25;
/// How much easier or harder one question is than another.
const EASE: f64 = 0.2;
/// How far an agent's answers to open questions differ in quality.
const SPREAD: f64 = 0.15;
/// Of the wrong answers, how many are the popular one.
const POPULAR: f64 = 0.5;
/// What can be answered to a closed question: the right answer, the popular wrong one, rare ones.
const CLOSED: [f64; 6] =
    [RIGHT_LOOKS, POPULAR_LOOKS, WRONG_LOOKS, WRONG_LOOKS, WRONG_LOOKS, WRONG_LOOKS];
/// The key of copied junk: nobody else's answer.
const JUNK: usize = CLOSED.len();

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::experiments) struct Answer {
    /// Answers with the same key are equal; one without is equal to none.
    pub(super) key: Option<usize>,
    /// How good it is, 0..=1.
    pub(super) quality: f64,
    /// How good it looks to a grader without noise: about 0..=1.
    pub(super) looks: f64,
    /// By how much kindred graders overrate it.
    pub(super) error: f64,
}

impl Answer {
    fn drawn(key: Option<usize>, quality: f64, looks: f64, draws: &mut Draws) -> Self {
        let (seeming, error) = (SEEMING * draws.gaussian(), KINDRED_ERROR * draws.gaussian());
        Self { key, quality, looks: looks + seeming, error }
    }
}

/// One question.
pub(in crate::experiments) struct Question {
    questions: Questions,
    /// How much easier than others it is: added to everybody's skill.
    ease: f64,
    /// What can be answered, if it is closed; nothing of an open one.
    choices: Vec<Answer>,
}

impl Question {
    pub(in crate::experiments) fn drawn(questions: Questions, draws: &mut Draws) -> Self {
        let ease = EASE * draws.gaussian();
        let looks: &[f64] = match questions {
            Questions::Closed => &CLOSED,
            Questions::Open => &[],
        };
        let choice = |(key, looks): (usize, &f64)| {
            let quality = f64::from(u8::from(key == 0));
            Answer::drawn(Some(key), quality, *looks, draws)
        };
        let choices = looks.iter().enumerate().map(choice).collect();
        Self { questions, ease, choices }
    }

    /// What equal answers to it mean.
    pub(super) fn kind(&self) -> Kind {
        match self.questions {
            Questions::Closed => Kind::Closed,
            Questions::Open => Kind::Open,
        }
    }

    /// What an honest agent of this skill answers.
    pub(super) fn answer(&self, skill: f64, draws: &mut Draws) -> Answer {
        let skill = skill + self.ease;
        match self.choices.as_slice() {
            [right, popular, rare @ ..] => {
                if draws.chance(skill) {
                    *right
                } else if draws.chance(POPULAR) {
                    *popular
                } else {
                    rare[draws.below(rare.len())]
                }
            }
            _ => {
                let quality = (skill + SPREAD * draws.gaussian()).clamp(0.0, 1.0);
                Answer::drawn(None, quality, quality, draws)
            }
        }
    }

    /// The right answer to it; to an open one as good an answer as can be.
    pub(super) fn right(&self, draws: &mut Draws) -> Answer {
        let right = self.choices.first().copied();
        right.unwrap_or_else(|| Answer::drawn(None, 1.0, 1.0, draws))
    }

    /// The popular wrong answer to it; to an open one junk.
    pub(super) fn wrong(&self, draws: &mut Draws) -> Answer {
        let popular = self.choices.get(1).copied();
        popular.unwrap_or_else(|| self.own_junk(draws))
    }

    /// The junk that all of the adversary's members copy.
    pub(super) fn shared_junk(&self, draws: &mut Draws) -> Answer {
        Answer { key: Some(JUNK), ..self.own_junk(draws) }
    }

    /// Junk that is equal to nothing.
    pub(super) fn own_junk(&self, draws: &mut Draws) -> Answer {
        let quality = self.questions.junk();
        let looks = match self.questions {
            Questions::Closed => WRONG_LOOKS,
            Questions::Open => quality,
        };
        Answer::drawn(None, quality, looks, draws)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_questions_should_have_one_right_answer_and_a_popular_wrong_one() {
        let mut draws = Draws::of("closed questions", 0);
        let (mut right, mut popular, mut rare) = (0, 0, 0);
        for _ in 0..400 {
            let question = Question::drawn(Questions::Closed, &mut draws);
            let answers: Vec<Answer> = (0..10).map(|_| question.answer(0.6, &mut draws)).collect();
            for answer in &answers {
                assert_eq!(answer.quality, f64::from(u8::from(answer.key == Some(0))));
                let equal = answers.iter().filter(|other| other.key == answer.key);
                assert!(equal.clone().all(|other| other == answer), "equal answers look alike");
            }
            let of = |key| answers.iter().filter(|answer| answer.key == Some(key)).count();
            right += of(0);
            popular += of(1);
            rare += of(2);
        }
        assert!((2_100..2_700).contains(&right), "{right}");
        assert!((600..1_000).contains(&popular), "{popular}");
        assert!((100..300).contains(&rare), "{rare}");
    }

    #[test]
    fn open_answers_should_never_be_equal_unless_they_are_copied() {
        let mut draws = Draws::of("open questions", 0);
        let question = Question::drawn(Questions::Open, &mut draws);
        assert!((0..50).all(|_| question.answer(0.5, &mut draws).key.is_none()));
        assert_eq!(question.own_junk(&mut draws).key, None);
        let keys = [0, 1].map(|_| question.shared_junk(&mut draws).key);
        assert_eq!(keys, [Some(JUNK); 2]);
    }
}
