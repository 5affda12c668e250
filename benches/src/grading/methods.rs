//! What a method asks of the models, and the grades that follow from their replies.
//!
//! The bundled models were taught the pointwise form only, `prompt⏎=reference⏎?candidate`. The
//! others are as near to it as can be: `prompt⏎=reference⏎?first⏎?second` with the token `1` for
//! the second and `0` for the first, and `prompt⏎=reference⏎a first⏎b second…` with the letter of
//! the best. A program grades in its own way whatever the method.

use super::{book::Request, rounds::Asked, Book};
use crate::arena::{line_up::GradeToken, LineUp, Mind, Reference, Rubric};
use waggle_primitives::Grade;

/// The most answers in a list: those of the other seven agents.
const LETTERS: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// How a grader makes its grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Each answer by itself.
    Pointwise(Reference),
    /// Two against each other, in both orders.
    Pairwise(Reference),
    /// All others' answers in a list, forwards and backwards, with the grader's own answer.
    Listwise,
}

/// A grader's turn in a round.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// Who takes part.
    pub line_up: &'a LineUp,
    /// What was asked and answered.
    pub round: &'a Asked,
    /// Who grades.
    pub grader: usize,
    /// Whose answers it could grade.
    pub others: &'a [usize],
    /// Whose answers it was assigned.
    pub assigned: &'a [usize],
}

impl Turn<'_> {
    fn is_pointwise(&self, method: Method) -> bool {
        matches!(method, Method::Pointwise(_))
            || matches!(self.line_up.agents[self.grader].mind, Mind::Program { .. })
    }
}

impl Method {
    /// All of them, what matters most first.
    pub const ALL: [Method; 5] = [
        Method::Pointwise(Reference::Own),
        Method::Pointwise(Reference::None),
        Method::Pairwise(Reference::Own),
        Method::Listwise,
        Method::Pairwise(Reference::None),
    ];

    /// In CSV files: form, reference.
    pub fn names(self) -> (&'static str, &'static str) {
        let name = |reference| if reference == Reference::Own { "own" } else { "none" };
        match self {
            Method::Pointwise(reference) => ("pointwise", name(reference)),
            Method::Pairwise(reference) => ("pairwise", name(reference)),
            Method::Listwise => ("listwise", "own"),
        }
    }

    /// The rubrics that it needs a worker for, by name. A list needs one for each letter, because
    /// the protocol gives one number, the expectation: with all value on one letter it is that
    /// letter's probability. It is one inference all the same: a worker that served lists would
    /// read all letters at once.
    pub fn rubrics(self) -> Vec<(String, Rubric)> {
        let token = |token: &str, value| GradeToken { token: token.to_owned(), value };
        let rubric = |template: &str, tokens| Rubric {
            template: Some(template.to_owned()),
            tokens: Some(tokens),
            flatten: Some(false),
            min_mass: Some(0.0),
            ..Rubric::default()
        };
        match self {
            Method::Pointwise(_) => vec![("pointwise".to_owned(), Rubric::bundled())],
            Method::Pairwise(_) => {
                let tokens = vec![token("0", 0.0), token("1", 1.0)];
                vec![(
                    "pairwise".to_owned(),
                    rubric("{{ prompt }}\n?{{ reference }}\n?{{ candidate }}", tokens),
                )]
            }
            Method::Listwise => LETTERS
                .into_iter()
                .map(|wanted| {
                    let worth = |letter| token(letter, if letter == wanted { 1.0 } else { 0.0 });
                    let tokens = LETTERS.into_iter().map(worth).collect();
                    (format!("listwise-{wanted}"), rubric("{{ prompt }}\n{{ candidate }}", tokens))
                })
                .collect(),
        }
    }

    /// What has to be asked by the rubric of this name, so that the grader can take its turn.
    pub fn requests(self, rubric: &str, turn: &Turn<'_>) -> Vec<Request> {
        let Turn { round, grader, others, assigned, .. } = *turn;
        let agent = grader;
        let own = round.answer(grader);
        if turn.is_pointwise(self) {
            let reference = (self != Method::Pointwise(Reference::None)).then(|| own.to_owned());
            // Its own answer too: a single judge has to choose among all.
            let candidates =
                round.distinct(round.present()).into_iter().map(str::to_owned).collect();
            let pointwise = rubric == "pointwise" || rubric == "pairwise" || rubric == "listwise-a";
            return if pointwise {
                vec![Request { agent, prompt: round.prompt.clone(), reference, candidates }]
            } else {
                Vec::new()
            };
        }
        match self {
            Method::Pairwise(reference) => {
                let prompt = headed(&round.prompt, own, reference);
                pairs(round, assigned)
                    .into_iter()
                    .flat_map(|(a, b)| [(a, b), (b, a)])
                    .map(|(first, second)| Request {
                        agent,
                        prompt: prompt.clone(),
                        reference: Some(first.to_owned()),
                        candidates: vec![second.to_owned()],
                    })
                    .collect()
            }
            _ => {
                let texts = round.distinct(others.iter().copied());
                let letter =
                    LETTERS.iter().position(|letter| rubric.ends_with(&format!("-{letter}")));
                if texts.len() < 2 || letter.is_none_or(|letter| letter >= texts.len()) {
                    return Vec::new();
                }
                let prompt = headed(&round.prompt, own, Reference::Own);
                vec![Request { agent, prompt, reference: None, candidates: lists(&texts).into() }]
            }
        }
    }

    /// The grades, 0..=1, that the grader gives to the answers it was assigned. None if the model
    /// declined.
    pub fn grades(self, book: &Book, turn: &Turn<'_>) -> Option<Vec<f64>> {
        let Turn { round, grader, others, assigned, .. } = *turn;
        let own = round.answer(grader);
        if turn.is_pointwise(self) {
            let rubric = self.rubrics().into_iter().next()?.0;
            let reference = (self != Method::Pointwise(Reference::None)).then_some(own);
            let grade = |agent: &usize| {
                book.grade(&rubric, grader, &round.prompt, reference, round.answer(*agent))
                    .map(share)
            };
            return assigned.iter().map(grade).collect();
        }
        match self {
            Method::Pairwise(reference) => {
                let prompt = headed(&round.prompt, own, reference);
                let mut sums = vec![(0.0, 0u32); assigned.len()];
                for (i, a) in assigned.iter().enumerate() {
                    for (j, b) in assigned.iter().enumerate().skip(i + 1) {
                        let better =
                            preference(book, grader, &prompt, round.answer(*a), round.answer(*b))?
                                .mean();
                        for (answer, value) in [(i, better), (j, 1.0 - better)] {
                            sums[answer] = (sums[answer].0 + value, sums[answer].1 + 1);
                        }
                    }
                }
                Some(
                    sums.into_iter()
                        .map(|(sum, pairs)| if pairs == 0 { 0.5 } else { sum / f64::from(pairs) })
                        .collect(),
                )
            }
            _ => {
                let listed = list(book, round, grader, others)?.list;
                let best = listed.iter().map(|(_, share)| *share).fold(f64::MIN_POSITIVE, f64::max);
                let grade = |agent: &usize| {
                    let (_, share) =
                        listed.iter().find(|(text, _)| *text == round.answer(*agent))?;
                    Some(share / best)
                };
                assigned.iter().map(grade).collect()
            }
        }
    }
}

/// The different pairs of different answers among those of `agents`.
fn pairs<'a>(round: &'a Asked, agents: &[usize]) -> Vec<(&'a str, &'a str)> {
    let texts = round.distinct(agents.iter().copied());
    let pair = |i: usize| texts.iter().skip(i + 1).map(move |b| (i, *b)).collect::<Vec<_>>();
    (0..texts.len()).flat_map(pair).map(|(i, b)| (texts[i], b)).collect()
}

fn headed(prompt: &str, own: &str, reference: Reference) -> String {
    let own = if reference == Reference::Own { own } else { "" };
    format!("{prompt}\n={own}")
}

/// The answers as a list, forwards and backwards.
fn lists(texts: &[&str]) -> [String; 2] {
    let written = |texts: &mut dyn Iterator<Item = &&str>| {
        LETTERS
            .iter()
            .zip(texts)
            .map(|(letter, text)| format!("{letter} {text}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    [written(&mut texts.iter()), written(&mut texts.iter().rev())]
}

/// What a grader says of two answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preference {
    /// That the first is better, asked with the first in front, 0..=1.
    pub in_front: f64,
    /// The same, asked with the first behind.
    pub behind: f64,
}

impl Preference {
    /// Of both orders.
    pub fn mean(self) -> f64 {
        (self.in_front + self.behind) / 2.0
    }
}

/// What `grader` says of the answers `a` and `b`; even if they are the same. `prompt` is as
/// [`Method::requests`] makes it.
fn preference(book: &Book, grader: usize, prompt: &str, a: &str, b: &str) -> Option<Preference> {
    if a == b {
        return Some(Preference { in_front: 0.5, behind: 0.5 });
    }
    let second = |first: &str, second: &str| {
        book.grade("pairwise", grader, prompt, Some(first), second).map(share)
    };
    Some(Preference { in_front: 1.0 - second(a, b)?, behind: second(b, a)? })
}

/// What `grader` says of the answers of the agents `a` and `b`.
pub fn preferred(
    book: &Book,
    round: &Asked,
    grader: usize,
    reference: Reference,
    [a, b]: [usize; 2],
) -> Option<Preference> {
    let prompt = headed(&round.prompt, round.answer(grader), reference);
    preference(book, grader, &prompt, round.answer(a), round.answer(b))
}

/// What a grader says of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<'a> {
    /// The different answers, and the probability that each is the best; both orders together.
    pub list: Vec<(&'a str, f64)>,
    /// Probability of the first answer, mean of the orders.
    pub first: f64,
    /// Whether both orders have the same best.
    pub consistent: bool,
}

/// What `grader` says of the different answers of `others`.
pub fn list<'a>(
    book: &Book,
    round: &'a Asked,
    grader: usize,
    others: &[usize],
) -> Option<Listed<'a>> {
    let texts = round.distinct(others.iter().copied());
    if texts.len() < 2 {
        let list = texts.into_iter().map(|text| (text, 1.0)).collect();
        return Some(Listed { list, first: 1.0, consistent: true });
    }
    let (mut first, mut best) = (0.0, Vec::new());
    let prompt = headed(&round.prompt, round.answer(grader), Reference::Own);
    let mut shares = vec![0.0; texts.len()];
    for (backwards, written) in lists(&texts).iter().enumerate() {
        let letter = |position: usize| {
            book.grade(&format!("listwise-{}", LETTERS[position]), grader, &prompt, None, written)
                .map(share)
        };
        let said: Vec<f64> = (0..texts.len()).map(letter).collect::<Option<_>>()?;
        let total: f64 = said.iter().sum();
        first += if total > 0.0 { said[0] / total / 2.0 } else { 0.5 / texts.len() as f64 };
        let position = (0..said.len()).max_by(|a, b| said[*a].total_cmp(&said[*b]))?;
        best.push(if backwards == 1 { texts.len() - 1 - position } else { position });
        for (position, share) in said.into_iter().enumerate() {
            let text = if backwards == 1 { texts.len() - 1 - position } else { position };
            shares[text] +=
                if total > 0.0 { share / total / 2.0 } else { 0.5 / texts.len() as f64 };
        }
    }
    let list = texts.into_iter().zip(shares).collect();
    Some(Listed { list, first, consistent: best[0] == best[1] })
}

fn share(grade: Grade) -> f64 {
    f64::from(grade.basis_points()) / 10_000.0
}
