//! A made-up world for tests: answers of known quality, graders with known noise and bias,
//! colluders.
//!
//! Floating point is fine here: it stands for the world outside, not for the chain.

use crate::{
    assignment::{self, Draws},
    consensus::Comparisons,
    grades::GradeMatrix,
    rating::{update, Estimator},
    record::RatingRecord,
    types::{Fixed, Grade, Hash32},
};
use proptest::prelude::*;

/// How an agent grades.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grader {
    /// Says the quality plus `bias`, with Gaussian noise.
    Honest { noise: f64, bias: f64 },
    /// Gives 1 to its like and 0 to everybody else.
    Colluder,
}

/// A swarm that plays one round after the other.
pub(crate) struct World {
    draws: Draws,
    pub(crate) graders: Vec<Grader>,
    pub(crate) records: Vec<RatingRecord>,
}

/// One round of a world.
pub(crate) struct Round {
    pub(crate) seed: Hash32,
    /// How good each answer really is, 0..=1.
    pub(crate) qualities: Vec<f64>,
    pub(crate) grades: GradeMatrix,
}

impl World {
    pub(crate) fn new(seed: u8, graders: Vec<Grader>) -> Self {
        let records = vec![RatingRecord::default(); graders.len()];
        Self { draws: Draws::new(&[seed; 32]), graders, records }
    }

    /// Uniform in 0..1.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.draws.below(1 << 30) as f64 / (1 << 30) as f64
    }

    /// Gaussian with mean 0 and variance 1, as nearly as twelve uniform numbers make it.
    pub(crate) fn gaussian(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    fn grade(&mut self, grader: usize, answer: usize, quality: f64) -> Grade {
        let said = match (self.graders[grader], self.graders[answer]) {
            (Grader::Honest { noise, bias }, _) => quality + bias + noise * self.gaussian(),
            (Grader::Colluder, Grader::Colluder) => 1.0,
            (Grader::Colluder, Grader::Honest { .. }) => 0.0,
        };
        // Five levels, as a model that is asked for one of five words would say it.
        let level = (said.clamp(0.0, 1.0) * 4.0).round() as u16;
        Grade::new(level * 2_500).unwrap()
    }

    /// The next round's answers and grades; the records stay as they are until [`World::learn`].
    pub(crate) fn play(&mut self) -> Round {
        let mut seed = [0; 32];
        seed.iter_mut().for_each(|byte| *byte = self.draws.below(256) as u8);
        let n = self.graders.len();
        let qualities: Vec<f64> = (0..n).map(|_| self.uniform()).collect();
        let given = assignment::assign(&seed, n)
            .into_iter()
            .enumerate()
            .map(|(grader, graded)| {
                graded
                    .into_iter()
                    .map(|answer| (answer, self.grade(grader, answer, qualities[answer])))
                    .collect()
            })
            .collect();
        Round { seed, qualities, grades: GradeMatrix { given } }
    }

    pub(crate) fn learn(&mut self, estimator: Estimator, round: &Round) {
        self.records = learnt(estimator, &self.records, &round.grades);
    }

    /// Play `rounds` rounds and learn from each.
    pub(crate) fn live(&mut self, estimator: Estimator, rounds: usize) {
        for _ in 0..rounds {
            let round = self.play();
            self.learn(estimator, &round);
        }
    }
}

/// The records after a round with these grades.
pub(crate) fn learnt(
    estimator: Estimator,
    records: &[RatingRecord],
    grades: &GradeMatrix,
) -> Vec<RatingRecord> {
    update(estimator, records, &Comparisons::of(records, grades))
}

/// Any grades for the assignment that `seed` makes among `n`, from the same draws.
pub(crate) fn any_grades(seed: &Hash32, n: usize) -> GradeMatrix {
    let mut draws = Draws::new(seed);
    let given = assignment::assign(seed, n)
        .into_iter()
        .map(|graded| {
            // Coarse grades, so that ties do happen.
            let grade = |draws: &mut Draws| Grade::new(draws.below(5) as u16 * 2_500).unwrap();
            graded.into_iter().map(|answer| (answer, grade(&mut draws))).collect()
        })
        .collect();
    GradeMatrix { given }
}

/// The same grades with every place `p` moved to `moved[p]`.
pub(crate) fn permuted(grades: &GradeMatrix, moved: &[usize]) -> GradeMatrix {
    let mut given = vec![Vec::new(); moved.len()];
    for (grader, graded) in grades.given.iter().enumerate() {
        given[moved[grader]] =
            graded.iter().map(|(answer, grade)| (moved[*answer], *grade)).collect();
    }
    // Nor may the order in which grades are listed matter.
    given.iter_mut().for_each(|graded| graded.reverse());
    GradeMatrix { given }
}

/// The same values with every place `p` moved to `moved[p]`.
pub(crate) fn moved_to<T: Clone>(values: &[T], moved: &[usize]) -> Vec<T> {
    let mut result = values.to_vec();
    for (place, value) in values.iter().enumerate() {
        result[moved[place]] = value.clone();
    }
    result
}

/// `value`, as nearly as a fixed-point number comes to it.
pub(crate) fn fixed(value: f64) -> Fixed {
    Fixed::from_float(value)
}

/// A grader of long standing with this variance and bias.
pub(crate) fn seasoned(variance: f64, bias: f64) -> RatingRecord {
    let grades = 1e9;
    RatingRecord {
        squared_deviations: fixed(variance * grades),
        deviations: fixed(bias * grades),
        grades: fixed(grades),
        rounds: 1_000,
    }
}

/// A grade of this many basis points.
pub(crate) fn grade(basis_points: u16) -> Grade {
    Grade::new(basis_points).unwrap()
}

/// Any record that rounds could leave.
fn any_record() -> impl Strategy<Value = RatingRecord> {
    (0.0..0.6f64, -0.3..0.3f64, 0.0..200.0f64).prop_map(|(variance, bias, grades)| RatingRecord {
        squared_deviations: fixed(variance * grades),
        deviations: fixed(bias * grades),
        grades: fixed(grades),
        rounds: 1,
    })
}

/// A swarm's records, a seed of its grades, and another order of its agents.
pub(crate) fn any_swarm() -> impl Strategy<Value = (Vec<RatingRecord>, Hash32, Vec<usize>)> {
    (2usize..24).prop_flat_map(|n| {
        (
            prop::collection::vec(any_record(), n),
            any::<Hash32>(),
            Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
        )
    })
}

/// A record that no round would leave, but storage could hold.
pub(crate) fn extreme_record() -> impl Strategy<Value = RatingRecord> {
    any::<[i128; 3]>().prop_map(|[a, b, c]| RatingRecord {
        squared_deviations: Fixed::from_inner(a),
        deviations: Fixed::from_inner(b),
        grades: Fixed::from_inner(c),
        rounds: u32::MAX,
    })
}
