//! Records made in rounds of one's own: a ring asks itself, and all who sit there are its own.
//!
//! In each round all praise the answers of half of the identities and condemn those of the other
//! half. Nobody ever disagrees, so that under either rule all look like the best of graders; and
//! those who are always praised look like the best of authors too. They are the ones that play
//! later.

use super::known::{choose, Known};
use crate::{draws::Draws, replay::rounds::Played};
use waggle_primitives::{
    assignment::assign, candidates::Candidates, choice::Question, grades::GradeMatrix, Grade,
    Hash32,
};

/// Identities that farm together: seats of a round of their own.
const SEATS: usize = 10;
/// How many of them are praised.
const PRAISED: usize = SEATS / 2;
/// Rounds of their own.
const ROUNDS: usize = 30;
/// The grades of praise and of condemnation, in basis points of 1.0. Between them and the ends is
/// room: whoever has not gone that far before is believed more when it does
/// ([`waggle_primitives::calibration::Reading::of`]).
pub(super) const GRADES: [u16; 2] = [7_500, 2_500];

/// What is known of so many agents with farmed records.
pub fn farmed(agents: usize, draws: &mut Draws) -> Vec<Known> {
    let mut all = Vec::new();
    while all.len() < agents {
        all.extend(farm(draws));
    }
    all.truncate(agents);
    all
}

/// Those who are praised, after all rounds.
fn farm(draws: &mut Draws) -> Vec<Known> {
    let mut known = vec![Known::default(); SEATS];
    for _ in 0..ROUNDS {
        choose(&mut known, &round(draws.hash()));
    }
    known.truncate(PRAISED);
    known
}

/// A round in which all agree.
fn round(seed: Hash32) -> Played {
    let [praise, condemnation] = GRADES.map(|grade| Grade::new(grade).unwrap_or_default());
    let grade = |answer: usize| if answer < PRAISED { praise } else { condemnation };
    let given = assign(&seed, SEATS)
        .into_iter()
        .map(|graded| graded.into_iter().map(|answer| (answer, grade(answer))).collect())
        .collect();
    Played {
        seed,
        candidates: Candidates::apart(SEATS),
        question: Question::Closed,
        grades: GradeMatrix { given },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn farmed_agents_should_look_like_the_best_of_graders_and_authors() {
        let farmed = farmed(7, &mut Draws::of("farm", 0));
        assert_eq!(farmed.len(), 7);
        for Known { record, standing } in farmed {
            assert!(record.rating().to_float() > 0.9, "{record:?}");
            assert!(standing.grading.rating().to_float() > 0.9, "{standing:?}");
            assert!(standing.answering.quality().to_float() > 0.6, "{standing:?}");
        }
    }
}
