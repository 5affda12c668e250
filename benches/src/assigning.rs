//! Who grades whom: the chain's balanced assignment, and others to compare it with.

use crate::draws::Draws;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use waggle_primitives::{
    assignment::{assign, grades_per_agent},
    record::RatingRecord,
    Hash32,
};

/// A way to choose the answers that each agent grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigning {
    /// The chain's: everybody grades `k` others, every answer gets `k` grades.
    Balanced,
    /// The paper's, to the letter (eq. 2): each agent draws its `k` on its own.
    Independent,
    /// Everybody grades everybody else.
    Everybody,
    /// A proposal: balanced, and every answer gets graders from all grades of rating. Agents are
    /// sorted by rating into `k` layers; positions take the layers in turn, and offsets fall
    /// on different layers.
    Layered,
}

impl Assigning {
    /// For each place, the places that it grades.
    pub fn assign(self, seed: &Hash32, records: &[RatingRecord]) -> Vec<Vec<usize>> {
        let n = records.len();
        match self {
            Assigning::Balanced => assign(seed, n),
            Assigning::Independent => independent(seed, n),
            Assigning::Everybody => {
                (0..n).map(|grader| (0..n).filter(|answer| *answer != grader).collect()).collect()
            }
            Assigning::Layered => layered(seed, records),
        }
    }
}

fn independent(seed: &Hash32, n: usize) -> Vec<Vec<usize>> {
    let mut draws = ChaCha8Rng::from_seed(*seed);
    let k = grades_per_agent(n);
    (0..n)
        .map(|grader| {
            let mut others: Vec<usize> = (0..n).filter(|answer| *answer != grader).collect();
            for i in 0..k {
                let j = draws.random_range(i..others.len());
                others.swap(i, j);
            }
            others.truncate(k);
            others
        })
        .collect()
}

fn shuffle(draws: &mut ChaCha8Rng, places: &mut [usize]) {
    for i in (1..places.len()).rev() {
        places.swap(i, draws.random_range(0..=i));
    }
}

fn layered(seed: &Hash32, records: &[RatingRecord]) -> Vec<Vec<usize>> {
    let n = records.len();
    let k = grades_per_agent(n);
    let mut draws = ChaCha8Rng::from_seed(*seed);
    let mut shuffle = |places: &mut [usize]| shuffle(&mut draws, places);
    // Random among equals first, then by rating; the best layer first.
    let mut sorted: Vec<usize> = (0..n).collect();
    shuffle(&mut sorted);
    sorted.sort_by_key(|place| std::cmp::Reverse(records[*place].rating()));
    let depth = n.div_ceil(k.max(1));
    let mut layers: Vec<Vec<usize>> = sorted.chunks(depth).map(<[usize]>::to_vec).collect();
    layers.iter_mut().for_each(|layer| shuffle(layer));
    let count = layers.len();
    let mut order = Vec::with_capacity(n);
    for row in 0..depth {
        order.extend(layers.iter().filter_map(|layer| layer.get(row)).copied());
    }
    // One offset for each residue, so that the graders of an answer stand in different layers.
    let mut offsets: Vec<usize> = Vec::new();
    for residue in 0..count {
        let mut choices: Vec<usize> = (1..n).filter(|offset| offset % count == residue).collect();
        shuffle(&mut choices);
        offsets.extend(choices.first());
    }
    let mut rest: Vec<usize> = (1..n).filter(|offset| !offsets.contains(offset)).collect();
    shuffle(&mut rest);
    offsets.extend(rest);
    offsets.truncate(k);
    let mut assigned = vec![Vec::new(); n];
    for (position, place) in order.iter().enumerate() {
        assigned[*place] = offsets.iter().map(|offset| order[(position + offset) % n]).collect();
    }
    assigned
}

/// Whom graders grade that are not just those who answered: by place, `k` of the answers at the
/// places `0..answers`, where `graders` says that the place grades. Everybody in turn, in an order
/// that is drawn, takes the answers that have the fewest grades so far. A place below `answers`
/// never takes its own.
pub fn by_outsiders(seed: &Hash32, graders: &[bool], answers: usize, k: usize) -> Vec<Vec<usize>> {
    let mut draws = ChaCha8Rng::from_seed(*seed);
    let mut shuffle = |places: &mut [usize]| shuffle(&mut draws, places);
    let mut order: Vec<usize> = (0..graders.len()).filter(|place| graders[*place]).collect();
    shuffle(&mut order);
    let mut received = vec![0usize; answers];
    let mut assigned = vec![Vec::new(); graders.len()];
    for grader in order {
        let mut others: Vec<usize> = (0..answers).filter(|answer| *answer != grader).collect();
        shuffle(&mut others);
        others.sort_by_key(|answer| received[*answer]);
        others.truncate(k);
        others.iter().for_each(|answer| received[*answer] += 1);
        assigned[grader] = others;
    }
    assigned
}

/// A seed for tests.
pub fn any_seed(world: usize) -> Hash32 {
    Draws::of("assigning", world).hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layered_is_balanced_for_every_size() {
        for n in 2..=60 {
            let records = vec![RatingRecord::default(); n];
            let assigned = Assigning::Layered.assign(&any_seed(n), &records);
            let k = grades_per_agent(n);
            let mut received = vec![0; n];
            for (grader, graded) in assigned.iter().enumerate() {
                assert_eq!(graded.len(), k, "{n}");
                assert!(!graded.contains(&grader), "{n}");
                graded.iter().for_each(|answer| received[*answer] += 1);
            }
            assert!(received.iter().all(|grades| *grades == k), "{n}: {received:?}");
        }
    }

    #[test]
    fn outsiders_grade_all_answers_alike_and_never_their_own() {
        for (outsiders, answers, k) in [(11, 7, 2), (3, 2, 1), (6, 2, 1), (1, 5, 2), (5, 40, 13)] {
            let graders = [vec![false; answers], vec![true; outsiders]].concat();
            let assigned = by_outsiders(&any_seed(answers), &graders, answers, k);
            let received = |answer| assigned.iter().filter(|them| them.contains(&answer)).count();
            assert!(assigned[..answers].iter().all(Vec::is_empty));
            assert!(assigned[answers..].iter().all(|graded| graded.len() == k));
            let counts: Vec<usize> = (0..answers).map(received).collect();
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
        }
        for world in 0..100 {
            let assigned = by_outsiders(&any_seed(world), &[true, false, true, true], 3, 2);
            assert!(assigned.iter().enumerate().all(|(place, graded)| !graded.contains(&place)));
            assert_eq!(assigned.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0, 2, 2]);
        }
    }

    #[test]
    fn independent_gives_some_answers_fewer_grades_than_others() {
        let assigned = Assigning::Independent.assign(&any_seed(1), &[RatingRecord::default(); 30]);
        let received = |answer| assigned.iter().filter(|graded| graded.contains(&answer)).count();
        assert!(assigned.iter().all(|graded| graded.len() == 10));
        assert_ne!((0..30).map(received).min(), (0..30).map(received).max());
    }
}
