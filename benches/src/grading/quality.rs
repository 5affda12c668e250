//! The grades against the truth: by method, task and model.
//!
//! A judgement is one grader's grade of another agent's answer, as the rounds bring them: what is
//! graded are real answers, not made ones. *Verdict*: right if the grade is above one half. With
//! two grade tokens, as the bundled models have, that is the *mode*, the likelier token; so
//! expectation and mode give the same verdicts, and differ in what is left of the doubt.

use super::{
    choosing::Team,
    methods::{list, preferred, Turn},
    Asked, Book, Method,
};
use crate::{
    arena::{LineUp, Reference, Task},
    output::rounded,
};
use serde::Serialize;

/// A line of `grading.csv`. Empty where a figure makes no sense for the method.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// pointwise, pairwise or listwise.
    pub method: &'static str,
    /// Whether the grader saw its own answer: own, none.
    pub reference: &'static str,
    /// A task, or `all`.
    pub task: &'static str,
    /// A model, the calculator, or `models` for all models together.
    pub grader: String,
    /// Judgements: grades; pairs of a right and a wrong answer; lists with both kinds.
    pub judgements: usize,
    /// Of the graded answers, how many were right.
    pub base_rate: f64,
    /// Share of verdicts that are right; of pairs, or lists, in which a right answer is preferred
    /// to all wrong ones.
    pub accuracy: f64,
    /// What the accuracy would be without looking: the commoner verdict; one half; the share of
    /// right answers in a list.
    pub blind: f64,
    /// How often, of a right and a wrong answer to the same question, the right one gets the
    /// better grade; equal grades count half.
    pub right_above_wrong: Option<f64>,
    /// Mean squared distance of the grade from the truth, the grade being the expectation.
    pub brier: Option<f64>,
    /// The same, the grade being the mode: 0 or 1.
    pub brier_mode: Option<f64>,
    /// Mean distance between grade and share of right answers, over ten bins of grades.
    pub calibration_error: Option<f64>,
    /// Mean grade less the share of right answers: above 0 it is too kind.
    pub bias: Option<f64>,
    /// The same of the mode.
    pub bias_mode: Option<f64>,
    /// How often the verdict says no more than whether the answer is the grader's own.
    pub agreement_with_self: f64,
    /// Where the grader's own answer is wrong: share of right answers of others that it accepts,
    /// or prefers to its own.
    pub right_accepted_when_wrong: Option<f64>,
    /// Where the grader's own answer is wrong: share of answers equal to its own that it accepts.
    pub own_error_accepted: Option<f64>,
    /// Mean probability given to the first answer, less what an even hand would give.
    pub first_position_bias: Option<f64>,
    /// Share of pairs, or lists, in which both orders agree.
    pub consistent: Option<f64>,
}

/// A line of `calibration.csv`: of pointwise grades.
#[derive(Clone, Debug, Serialize)]
pub struct Bin {
    /// own, none.
    pub reference: &'static str,
    /// A model, or `models`.
    pub grader: String,
    /// Grades of 0.1·bin to 0.1·(bin + 1).
    pub bin: usize,
    /// How many.
    pub grades: usize,
    /// Their mean.
    pub mean_grade: f64,
    /// Share of right answers among them.
    pub share_right: f64,
}

/// One grader's grade of one answer.
#[derive(Clone, Copy)]
struct Judgement {
    /// Of which round.
    round: u64,
    grader: usize,
    grade: f64,
    right: bool,
    is_own: bool,
    own_right: bool,
}

/// A choice between right and wrong answers.
#[derive(Clone, Copy)]
struct Choice {
    /// Share of right answers among those to choose from.
    blind: f64,
    chose_right: bool,
    /// Whether the grader's own answer was among them, and whether it was chosen.
    own: Option<bool>,
    own_right: bool,
    /// Probability of the first answer, less an even share; mean of the orders.
    first: f64,
    consistent: bool,
}

/// All lines of `grading.csv` for a method.
pub fn lines(method: Method, line_up: &LineUp, book: &Book, rounds: &[Asked]) -> Vec<Line> {
    let mut lines = Vec::new();
    let tasks = Task::ALL.into_iter().map(Some).chain([None]);
    for task in tasks {
        let of_task = |round: &&Asked| task.is_none_or(|task| Task::ALL[round.task] == task);
        let rounds: Vec<&Asked> = rounds.iter().filter(of_task).collect();
        for (grader, agents) in graders(line_up, method) {
            let line = match method {
                Method::Pointwise(_) => {
                    of_grades(&judgements(method, line_up, book, &rounds, &agents))
                }
                _ => of_choices(&choices(method, line_up, book, &rounds, &agents)),
            };
            let (name, reference) = method.names();
            let task = task.map_or("all", Task::name);
            lines.extend(line.map(|line| Line { method: name, reference, task, grader, ..line }));
        }
    }
    lines
}

/// The reliability of pointwise grades.
pub fn calibration(
    reference: Reference,
    line_up: &LineUp,
    book: &Book,
    rounds: &[Asked],
) -> Vec<Bin> {
    let method = Method::Pointwise(reference);
    let rounds: Vec<&Asked> = rounds.iter().collect();
    let mut bins = Vec::new();
    for (grader, agents) in
        graders(line_up, method).into_iter().filter(|(name, _)| name != "calculator")
    {
        for (bin, grades, mean_grade, share_right) in
            binned(&judgements(method, line_up, book, &rounds, &agents))
        {
            let (mean_grade, share_right) = (rounded(mean_grade), rounded(share_right));
            bins.push(Bin {
                reference: method.names().1,
                grader: grader.clone(),
                bin,
                grades,
                mean_grade,
                share_right,
            });
        }
    }
    bins
}

/// Names, and the agents of each: every model, all models; programs where they grade in the
/// method's own way.
fn graders(line_up: &LineUp, method: Method) -> Vec<(String, Vec<usize>)> {
    let models = Team::models(line_up).agents;
    let mut graders: Vec<(String, Vec<usize>)> = line_up
        .by_model()
        .into_iter()
        .filter(|(_, agents)| matches!(method, Method::Pointwise(_)) || models.contains(&agents[0]))
        .map(|(name, agents)| (name.to_owned(), agents))
        .collect();
    graders.push(("models".to_owned(), models));
    graders
}

fn judgements(
    method: Method,
    line_up: &LineUp,
    book: &Book,
    rounds: &[&Asked],
    agents: &[usize],
) -> Vec<Judgement> {
    let mut all = Vec::new();
    for round in rounds {
        let present = round.present();
        for grader in agents.iter().copied().filter(|agent| present.contains(agent)) {
            let others: Vec<usize> =
                present.iter().copied().filter(|other| *other != grader).collect();
            for author in &others {
                let assigned = [*author];
                let turn = Turn { line_up, round, grader, others: &others, assigned: &assigned };
                let graded = method.grades(book, &turn);
                let Some(&[grade]) = graded.as_deref() else { continue };
                let is_own = round.answer(*author) == round.answer(grader);
                let (right, own_right) = (round.is_right(*author), round.is_right(grader));
                all.push(Judgement {
                    round: round.number,
                    grader,
                    grade,
                    right,
                    is_own,
                    own_right,
                });
            }
        }
    }
    all
}

/// By bin that is not empty: number, count, mean grade, share of right answers.
fn binned(judgements: &[Judgement]) -> Vec<(usize, usize, f64, f64)> {
    let bin = |grade: f64| ((grade * 10.0) as usize).min(9);
    (0..10)
        .filter_map(|number| {
            let inside: Vec<&Judgement> =
                judgements.iter().filter(|judged| bin(judged.grade) == number).collect();
            let mean = mean(inside.iter().map(|judged| judged.grade))?;
            Some((number, inside.len(), mean, share(inside.iter().map(|judged| judged.right))?))
        })
        .collect()
}

fn of_grades(judgements: &[Judgement]) -> Option<Line> {
    let mode = |judged: &Judgement| if judged.grade > 0.5 { 1.0 } else { 0.0 };
    let truth = |judged: &Judgement| if judged.right { 1.0 } else { 0.0 };
    let accepted = |judged: &Judgement| judged.grade > 0.5;
    let base_rate = share(judgements.iter().map(|judged| judged.right))?;
    let brier = mean(judgements.iter().map(|judged| (judged.grade - truth(judged)).powi(2)));
    let brier_mode = mean(judgements.iter().map(|judged| (mode(judged) - truth(judged)).powi(2)));
    let wrong_grader = || judgements.iter().filter(|judged| !judged.own_right);
    let bins = binned(judgements);
    let error: f64 =
        bins.iter().map(|(_, count, grade, right)| *count as f64 * (grade - right).abs()).sum();
    Some(Line {
        judgements: judgements.len(),
        base_rate: rounded(base_rate),
        accuracy: rounded(share(judgements.iter().map(|judged| accepted(judged) == judged.right))?),
        blind: rounded(base_rate.max(1.0 - base_rate)),
        right_above_wrong: right_above_wrong(judgements).map(rounded),
        brier: brier.map(rounded),
        brier_mode: brier_mode.map(rounded),
        calibration_error: Some(rounded(error / judgements.len() as f64)),
        bias: mean(judgements.iter().map(|judged| judged.grade - truth(judged))).map(rounded),
        bias_mode: mean(judgements.iter().map(|judged| mode(judged) - truth(judged))).map(rounded),
        agreement_with_self: rounded(share(
            judgements.iter().map(|judged| accepted(judged) == judged.is_own),
        )?),
        right_accepted_when_wrong: share(
            wrong_grader().filter(|judged| judged.right).map(accepted),
        )
        .map(rounded),
        own_error_accepted: share(wrong_grader().filter(|judged| judged.is_own).map(accepted))
            .map(rounded),
        ..empty()
    })
}

/// Over all pairs of a right and a wrong answer to the same question, as one grader grades them.
fn right_above_wrong(judgements: &[Judgement]) -> Option<f64> {
    let same = |a: &Judgement, b: &Judgement| (a.round, a.grader) == (b.round, b.grader);
    let groups = judgements.chunk_by(same);
    let points = groups.flat_map(|group| {
        let right = group.iter().filter(|judged| judged.right);
        right.flat_map(move |right| {
            let wrong = group.iter().filter(|judged| !judged.right);
            wrong.map(move |wrong| match right.grade.total_cmp(&wrong.grade) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            })
        })
    });
    mean(points)
}

fn choices(
    method: Method,
    line_up: &LineUp,
    book: &Book,
    rounds: &[&Asked],
    agents: &[usize],
) -> Vec<Choice> {
    let mut all = Vec::new();
    for round in rounds {
        for grader in agents.iter().copied().filter(|agent| round.present().contains(agent)) {
            match method {
                Method::Pairwise(reference) => {
                    all.extend(pair_choices(line_up, book, round, grader, reference))
                }
                _ => all.extend(list_choice(book, round, grader)),
            }
        }
    }
    all
}

/// The pairs that were assigned to the grader in the swarm of all and in that of the models, where
/// one answer is right.
fn pair_choices(
    line_up: &LineUp,
    book: &Book,
    round: &Asked,
    grader: usize,
    reference: Reference,
) -> impl Iterator<Item = Choice> {
    let mut choices = Vec::new();
    for team in [Team::all(line_up), Team::models(line_up)] {
        let Some(assigned) = team.assigned(round, grader) else { continue };
        let [a, b] = assigned[..] else { continue };
        if round.is_right(a) == round.is_right(b) {
            continue;
        }
        let (right, wrong) = if round.is_right(a) { (a, b) } else { (b, a) };
        let Some(said) = preferred(book, round, grader, reference, [right, wrong]) else {
            continue;
        };
        let own = round.answer(grader);
        let own = match (own == round.answer(right), own == round.answer(wrong)) {
            (true, _) => Some(said.mean() > 0.5),
            (_, true) => Some(said.mean() <= 0.5),
            _ => None,
        };
        choices.push(Choice {
            blind: 0.5,
            chose_right: said.mean() > 0.5,
            own,
            own_right: round.is_right(grader),
            first: (said.in_front + 1.0 - said.behind) / 2.0 - 0.5,
            consistent: (said.in_front > 0.5) == (said.behind > 0.5),
        });
    }
    choices.into_iter()
}

fn list_choice(book: &Book, round: &Asked, grader: usize) -> Option<Choice> {
    let others: Vec<usize> = round.present().into_iter().filter(|other| *other != grader).collect();
    let said = list(book, round, grader, &others)?;
    let right = |text: &str| text == round.right;
    let rights = said.list.iter().filter(|(text, _)| right(text)).count();
    if rights == 0 || rights == said.list.len() {
        return None;
    }
    let (best, _) = said.list.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let own = round.answer(grader);
    let own_listed = said.list.iter().any(|(text, _)| *text == own);
    Some(Choice {
        blind: rights as f64 / said.list.len() as f64,
        chose_right: right(best),
        own: own_listed.then_some(*best == own),
        own_right: round.is_right(grader),
        first: said.first - 1.0 / said.list.len() as f64,
        consistent: said.consistent,
    })
}

fn of_choices(choices: &[Choice]) -> Option<Line> {
    let blind = mean(choices.iter().map(|choice| choice.blind))?;
    let with_own = || choices.iter().filter(|choice| choice.own.is_some());
    let wrong_grader = || with_own().filter(|choice| !choice.own_right);
    Some(Line {
        judgements: choices.len(),
        base_rate: rounded(blind),
        accuracy: rounded(share(choices.iter().map(|choice| choice.chose_right))?),
        blind: rounded(blind),
        agreement_with_self: rounded(
            share(with_own().map(|choice| choice.own == Some(true))).unwrap_or(f64::NAN),
        ),
        right_accepted_when_wrong: share(wrong_grader().map(|choice| choice.chose_right))
            .map(rounded),
        own_error_accepted: share(wrong_grader().map(|choice| choice.own == Some(true)))
            .map(rounded),
        first_position_bias: mean(choices.iter().map(|choice| choice.first)).map(rounded),
        consistent: share(choices.iter().map(|choice| choice.consistent)).map(rounded),
        ..empty()
    })
}

fn empty() -> Line {
    Line {
        method: "",
        reference: "",
        task: "",
        grader: String::new(),
        judgements: 0,
        base_rate: 0.0,
        accuracy: 0.0,
        blind: 0.0,
        right_above_wrong: None,
        brier: None,
        brier_mode: None,
        calibration_error: None,
        bias: None,
        bias_mode: None,
        agreement_with_self: 0.0,
        right_accepted_when_wrong: None,
        own_error_accepted: None,
        first_position_bias: None,
        consistent: None,
    }
}

/// None of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

fn share(values: impl Iterator<Item = bool>) -> Option<f64> {
    mean(values.map(|value| if value { 1.0 } else { 0.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_should_be_as_by_hand() {
        let judged = |grade, right, is_own, own_right| Judgement {
            round: 1,
            grader: 0,
            grade,
            right,
            is_own,
            own_right,
        };
        let judgements = [
            judged(0.9, true, false, false),
            judged(0.7, false, true, false),
            judged(0.2, false, false, false),
            judged(0.4, true, false, false),
        ];
        let line = of_grades(&judgements).unwrap();
        assert_eq!((line.accuracy, line.base_rate), (0.5, 0.5));
        // Of the four pairs of right and wrong, 0.9 beats both, 0.4 beats one.
        assert_eq!(line.right_above_wrong, Some(0.75));
        assert_eq!(line.brier, Some(rounded((0.01 + 0.49 + 0.04 + 0.36) / 4.0)));
        assert_eq!(line.brier_mode, Some(0.5));
        assert_eq!((line.bias, line.bias_mode), (Some(0.05), Some(0.0)));
        // 0.9 is accepted and not its own: three of four verdicts say whether it is the own answer.
        assert_eq!(line.agreement_with_self, 0.75);
        assert_eq!(
            (line.right_accepted_when_wrong, line.own_error_accepted),
            (Some(0.5), Some(1.0))
        );
        assert_eq!(line.calibration_error, Some(rounded((0.1 + 0.7 + 0.2 + 0.6) / 4.0)));
    }
}
