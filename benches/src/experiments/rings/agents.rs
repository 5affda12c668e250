//! Honest agents: how well they answer, and how they grade.
//!
//! Graders differ as those of real models do: most tell good from bad through noise; others are
//! lenient or harsh, keep within a narrow range, say the same of everything, share an error, or see
//! the opposite.

use super::questions::Answer;
use crate::{draws::Draws, world::nearest_grade};
use std::iter::repeat_n;
use waggle_primitives::Grade;

/// In which manner an agent turns what it sees of an answer into a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// It says what it sees.
    Informed,
    /// More than that, always.
    Lenient,
    /// Less than that, always.
    Harsh,
    /// Hardly more or less than [`MIDDLE`].
    Narrow,
    /// [`MIDDLE`], whatever it sees.
    Constant,
    /// It sees what others of its kind see, with the same error.
    Kindred,
    /// The opposite.
    Contrary,
}

/// How many of a hundred agents grade in which manner.
const MIX: [(Manner, usize); 7] = [
    (Manner::Informed, 40),
    (Manner::Lenient, 12),
    (Manner::Harsh, 12),
    (Manner::Narrow, 10),
    (Manner::Constant, 8),
    (Manner::Kindred, 15),
    (Manner::Contrary, 3),
];
/// By how much lenient agents say more, and harsh ones less.
const BIAS: f64 = 0.25;
/// What narrow graders say of a middling answer, and constant ones of all.
const MIDDLE: f64 = 0.6;
/// What is left of differences in what narrow graders say.
const NARROWNESS: f64 = 0.25;

/// An honest agent.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiments) struct Agent {
    /// How often it is right, or how good its answers are, on average: 0.3..=0.9.
    pub(in crate::experiments) skill: f64,
    /// Standard deviation of what it sees of an answer: 0.15..=0.4.
    noise: f64,
    manner: Manner,
}

impl Agent {
    pub(in crate::experiments) fn drawn(draws: &mut Draws) -> Self {
        let manners = MIX.iter().flat_map(|(manner, of_hundred)| repeat_n(*manner, *of_hundred));
        let manners: Vec<Manner> = manners.collect();
        Self {
            skill: 0.3 + 0.6 * draws.uniform(),
            noise: 0.15 + 0.25 * draws.uniform(),
            manner: manners[draws.below(manners.len())],
        }
    }

    pub(in crate::experiments) fn grade(&self, answer: &Answer, draws: &mut Draws) -> Grade {
        let seen = answer.looks + self.noise * draws.gaussian();
        nearest_grade(match self.manner {
            Manner::Informed => seen,
            Manner::Lenient => seen + BIAS,
            Manner::Harsh => seen - BIAS,
            Manner::Narrow => MIDDLE + NARROWNESS * (seen - 0.5),
            Manner::Constant => MIDDLE,
            Manner::Kindred => seen + answer.error,
            Manner::Contrary => 1.0 - seen,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and standard deviation of what an agent of this manner says of an answer that looks
    /// like this.
    fn said(manner: Manner, looks: f64, error: f64) -> (f64, f64) {
        let mut draws = Draws::of("manners", 0);
        let agent = Agent { skill: 0.5, noise: 0.15, manner };
        let answer = Answer { key: None, quality: 0.0, looks, error };
        let said: Vec<f64> =
            (0..2_000).map(|_| agent.grade(&answer, &mut draws).to_fixed().to_float()).collect();
        let mean = said.iter().sum::<f64>() / said.len() as f64;
        let squares = said.iter().map(|said| (said - mean).powi(2)).sum::<f64>();
        (mean, (squares / said.len() as f64).sqrt())
    }

    #[test]
    fn manners_should_be_told_apart_by_what_they_say() {
        for (manner, bad, good) in [
            (Manner::Informed, 0.4, 0.6),
            (Manner::Lenient, 0.65, 0.85),
            (Manner::Harsh, 0.15, 0.35),
            (Manner::Narrow, 0.575, 0.625),
            (Manner::Constant, 0.6, 0.6),
            (Manner::Kindred, 0.4, 0.6),
            (Manner::Contrary, 0.6, 0.4),
        ] {
            for (looks, wanted) in [(0.4, bad), (0.6, good)] {
                let (mean, _) = said(manner, looks, 0.0);
                assert!((mean - wanted).abs() < 0.03, "{manner:?}: {mean} instead of {wanted}");
            }
        }
        assert!(said(Manner::Narrow, 0.5, 0.0).1 < 0.05);
        assert!(said(Manner::Constant, 0.5, 0.0).1 < 1e-9);
        assert!((said(Manner::Kindred, 0.4, 0.2).0 - 0.6).abs() < 0.02);
        assert!((said(Manner::Informed, 0.4, 0.2).0 - 0.4).abs() < 0.02);
    }

    #[test]
    fn agents_should_be_of_all_manners_in_their_parts() {
        assert_eq!(MIX.iter().map(|(_, of_hundred)| of_hundred).sum::<usize>(), 100);
        let mut draws = Draws::of("agents", 0);
        let agents: Vec<Agent> = (0..4_000).map(|_| Agent::drawn(&mut draws)).collect();
        for (manner, of_hundred) in MIX {
            let count = agents.iter().filter(|agent| agent.manner == manner).count();
            assert!(count.abs_diff(of_hundred * 40) < 120, "{manner:?}: {count}");
        }
        assert!(agents.iter().all(|agent| (0.3..=0.9).contains(&agent.skill)));
        assert!(agents.iter().all(|agent| (0.15..=0.4).contains(&agent.noise)));
    }
}
