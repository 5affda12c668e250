//! Which looks at the answers of a job give their grades: a pure plan, made before a model is
//! asked.
//!
//! A *look* is one question to the model, answered by one token. Its value counts for one answer
//! (alone, side by side) or for two (a pair). An answer's grade is the mean of what its looks say.

use crate::{prompts::Shown, settings::Form};

/// The most answers that a model sees at once: with more, small models lose track, and the text
/// gets long.
const AT_ONCE: usize = 4;

/// With how many others an answer is compared, at most; a full comparison of a third of a hundred
/// answers would be a thousand looks.
const PARTNERS: usize = 2;

/// One question to the model. Numbers are places in the table of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// At one answer.
    Alone(usize),
    /// At these, in this order, for a grade of the one at `index` of them.
    Beside { answers: Vec<usize>, index: usize },
    /// At two: which is better?
    Pair(usize, usize),
}

impl Look {
    /// The look as a template is filled with it; `None` if a place is not in the table.
    pub(super) fn shown<T>(
        &self,
        table: &[&str],
        use_it: impl FnOnce(Shown<'_>) -> T,
    ) -> Option<T> {
        match self {
            Self::Alone(place) => Some(use_it(Shown::Alone(table.get(*place)?))),
            Self::Beside { answers, index } => {
                let texts: Option<Vec<&str>> =
                    answers.iter().map(|place| table.get(*place).copied()).collect();
                Some(use_it(Shown::Beside { answers: &texts?, index: *index }))
            }
            Self::Pair(first, second) => {
                Some(use_it(Shown::Pair(table.get(*first)?, table.get(*second)?)))
            }
        }
    }

    /// What a value of `0.0..=1.0` says of which answers.
    pub(super) fn says(&self, value: f64) -> Vec<(usize, f64)> {
        match self {
            Self::Alone(place) => vec![(*place, value)],
            Self::Beside { answers, index } => {
                answers.get(*index).map(|place| (*place, value)).into_iter().collect()
            }
            Self::Pair(first, second) => vec![(*first, value), (*second, 1.0 - value)],
        }
    }
}

/// The looks at `count` answers, those that share their beginning next to each other. `secret`
/// decides who stands beside whom and in which order, so that no author can choose its place.
pub(super) fn looks(form: Form, orders: usize, count: usize, secret: u64) -> Vec<Look> {
    let places = shuffled(count, secret);
    let turned = orders > 1;
    match form {
        Form::Alone => (0..count).map(Look::Alone).collect(),
        Form::Beside => groups(&places)
            .into_iter()
            .flat_map(|group| {
                let mut ways = vec![group.clone()];
                if turned && group.len() > 1 {
                    ways.push(group.into_iter().rev().collect());
                }
                ways
            })
            .flat_map(|answers| {
                (0..answers.len())
                    .map(move |index| Look::Beside { answers: answers.clone(), index })
            })
            .collect(),
        Form::Pairs => pairs(&places)
            .into_iter()
            .flat_map(|(first, second)| {
                let back = turned.then_some(Look::Pair(second, first));
                std::iter::once(Look::Pair(first, second)).chain(back)
            })
            .collect(),
    }
}

/// Groups of at most [`AT_ONCE`], as equal in size as can be.
fn groups(places: &[usize]) -> Vec<Vec<usize>> {
    let number = places.len().div_ceil(AT_ONCE).max(1);
    (0..number)
        .map(|group| places.iter().skip(group).step_by(number).copied().collect::<Vec<_>>())
        .filter(|group| !group.is_empty())
        .collect()
}

/// Each place with the next [`PARTNERS`] places around a circle; none twice.
fn pairs(places: &[usize]) -> Vec<(usize, usize)> {
    let count = places.len();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (at, first) in places.iter().enumerate() {
        for step in 1..=PARTNERS.min(count.saturating_sub(1)) {
            let partner = at.saturating_add(step).checked_rem(count);
            let Some(second) = partner.and_then(|at| places.get(at)) else { continue };
            let known =
                |pair: &(usize, usize)| *pair == (*first, *second) || *pair == (*second, *first);
            if !pairs.iter().any(known) {
                pairs.push((*first, *second));
            }
        }
    }
    pairs
}

/// `0..count` in an order that `secret` decides.
fn shuffled(count: usize, secret: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut chance = crate::chance::Chance::new(secret);
    for last in (1..places.len()).rev() {
        places.swap(last, chance.below(last + 1));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_should_be_looked_at_as_often_as_the_others() {
        for form in [Form::Alone, Form::Beside, Form::Pairs] {
            for count in 2..40 {
                for orders in [1, 2] {
                    let mut seen = vec![0; count];
                    for look in looks(form, orders, count, 7) {
                        for (place, _) in look.says(0.5) {
                            seen[place] += 1;
                        }
                    }
                    let (least, most) = (seen.iter().min().unwrap(), seen.iter().max().unwrap());
                    assert!(*least > 0 && least == most, "{form:?} {count} {orders}: {seen:?}");
                }
            }
        }
    }

    #[test]
    fn looks_should_stay_few() {
        assert_eq!(looks(Form::Pairs, 2, 2, 1).len(), 2);
        assert_eq!(looks(Form::Pairs, 2, 3, 1).len(), 6);
        assert_eq!(looks(Form::Pairs, 2, 33, 1).len(), 33 * 2 * PARTNERS);
        assert_eq!(looks(Form::Beside, 2, 33, 1).len(), 66);
        let sizes = groups(&shuffled(33, 1)).iter().map(Vec::len).collect::<Vec<_>>();
        assert!(sizes.iter().all(|size| (3..=AT_ONCE).contains(size)), "{sizes:?}");
    }

    #[test]
    fn both_orders_should_be_seen_and_places_should_be_secret() {
        let first = |secret| match looks(Form::Pairs, 2, 9, secret).first() {
            Some(Look::Pair(first, second)) => (*first, *second),
            other => panic!("{other:?}"),
        };
        let (one, other) = first(3);
        assert!(looks(Form::Pairs, 2, 9, 3).contains(&Look::Pair(other, one)));
        assert!((0..20).any(|secret| first(secret) != (one, other)));
    }
}
