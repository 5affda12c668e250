//! What grades of real models are worth: whether a grader puts the right answer above the wrong
//! one.

use super::{
    asking::{Form, Job},
    kept::{Graded, Kept},
    pairs::Pair,
    sources::Model,
};
use crate::output::rounded;
use serde::Serialize;
use std::fmt;

/// So many questions make a line, also where there are more.
pub const ENOUGH: usize = 200;

/// A line of `graders.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The grader.
    pub model: String,
    /// The form of grading.
    pub template: String,
    /// Share of the questions whose right answer got the higher grade; ties, and questions that
    /// were declined, count half.
    pub same_question: f64,
    /// Probability that a right answer of any question got a higher grade than a wrong one of any:
    /// what a scale of its own needs. Without the questions that were declined.
    pub across: Option<f64>,
    /// Mean mass of the grades that were given, 0..=1; none if there were none.
    pub mass: Option<f64>,
    /// How many questions.
    pub questions: usize,
    /// Their set.
    pub set: String,
    /// The standard error of `same_question`,
    pub same_error: f64,
    /// and of `across`.
    pub across_error: Option<f64>,
    /// Share of the questions that the grader declined.
    pub declined: f64,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { set, model, template, same_question, questions, .. } = self;
        let [across, mass] = [self.across, self.mass].map(|share| share.unwrap_or(f64::NAN));
        write!(
            f,
            "{set:18} {model:20} {template:24} same question {same_question:.3}, across \
             {across:.3}, mass {mass:.2} of {questions}"
        )
    }
}

/// What a grader with this answer of its own is asked of a pair: which of the two comes first
/// alternates.
pub fn job(number: usize, pair: &Pair, own: Option<&str>) -> Job {
    let mut candidates = vec![pair.right.clone(), pair.wrong.clone()];
    if number % 2 == 1 {
        candidates.reverse();
    }
    Job { prompt: pair.prompt.clone(), reference: own.map(str::to_owned), candidates }
}

/// The jobs of the first pairs of a set, in order; `own` are the grader's own answers, one for each
/// of them.
pub fn jobs(pairs: &[Pair], own: &[Option<String>]) -> Vec<Job> {
    let numbered = pairs.iter().zip(own).enumerate();
    numbered.map(|(number, (pair, own))| job(number, pair, own.as_deref())).collect()
}

/// The line of a model and a form for a set of pairs, of which `jobs` are the first ones' jobs.
/// None until all of the set, or [`ENOUGH`] of it, is graded.
pub fn line(
    (model, form): (&Model, &Form),
    pairs: &[Pair],
    jobs: &[Job],
    kept: &Kept<Graded>,
) -> Option<Line> {
    let set = pairs.first()?.set;
    let mut grades: Vec<Option<(f64, f64)>> = Vec::new();
    let (mut mass, mut count) = (0.0, 0.0);
    for (number, job) in jobs.iter().enumerate() {
        let Some(graded) = kept.get(&job.key(model, form)) else { continue };
        mass += graded.mass.0;
        count += graded.mass.1;
        grades.push(graded.values(2).map(|values| match number % 2 {
            0 => (values[0], values[1]),
            _ => (values[1], values[0]),
        }));
    }
    if grades.len() < pairs.len().min(ENOUGH) {
        return None;
    }
    let (same_question, same_error) = same(&grades);
    let given: Vec<(f64, f64)> = grades.iter().flatten().copied().collect();
    let across = across(&given);
    Some(Line {
        model: model.name.clone(),
        template: form.name.clone(),
        same_question: rounded(same_question),
        across: across.map(|(value, _)| rounded(value)),
        mass: (count > 0.0).then(|| rounded(mass / count)),
        questions: grades.len(),
        set: set.to_owned(),
        same_error: rounded(same_error),
        across_error: across.map(|(_, error)| rounded(error)),
        declined: rounded(1.0 - given.len() as f64 / grades.len() as f64),
    })
}

/// How often right stood above wrong, and the standard error.
fn same(grades: &[Option<(f64, f64)>]) -> (f64, f64) {
    let won =
        |grades: &Option<(f64, f64)>| grades.map_or(0.5, |(right, wrong)| above(right, wrong));
    let won: Vec<f64> = grades.iter().map(won).collect();
    mean_and_error(&won)
}

/// A mean of at least one value, and its standard error.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (variance / (count * (count - 1.0).max(1.0))).sqrt())
}

fn above(right: f64, wrong: f64) -> f64 {
    match right.total_cmp(&wrong) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    }
}

/// How often any right answer stood above any wrong one, and the standard error by leaving out one
/// question at a time: the two answers of a question belong together. None of fewer than two.
fn across(grades: &[(f64, f64)]) -> Option<(f64, f64)> {
    if grades.len() < 2 {
        return None;
    }
    let sum: f64 = grades.iter().map(|(right, _)| beats(*right, grades)).sum();
    let count = grades.len() as f64;
    let whole = sum / (count * count);
    let left_out = grades.iter().map(|(right, wrong)| {
        let beaten: f64 = grades.iter().map(|(other, _)| above(*other, *wrong)).sum();
        let without = sum - beats(*right, grades) - beaten + above(*right, *wrong);
        without / ((count - 1.0) * (count - 1.0))
    });
    let left_out: Vec<f64> = left_out.collect();
    let mean = left_out.iter().sum::<f64>() / count;
    let spread: f64 = left_out.iter().map(|value| (value - mean).powi(2)).sum();
    Some((whole, ((count - 1.0) / count * spread).sqrt()))
}

/// How many of the wrong answers a right one stands above.
fn beats(right: f64, grades: &[(f64, f64)]) -> f64 {
    grades.iter().map(|(_, wrong)| above(right, *wrong)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_should_be_as_by_hand() {
        let grades = [(0.9, 0.1), (0.5, 0.5), (0.2, 0.6)];
        let all: Vec<Option<(f64, f64)>> = grades.iter().copied().map(Some).collect();
        let (same_question, error) = same(&all);
        assert_eq!(same_question, 0.5);
        assert!((error - (0.5f64 / 6.0).sqrt()).abs() < 1e-12);
        // 0.9 stands above all three, 0.5 above one and level with one, 0.2 above one.
        let (whole, error) = across(&grades).unwrap();
        assert!((whole - 5.5 / 9.0).abs() < 1e-12);
        // Without the first: 0.5 against 0.5 and 0.6, 0.2 against both: 0.5 of 4, and so on.
        let left_out: [f64; 3] = [0.5 / 4.0, 3.0 / 4.0, 3.5 / 4.0];
        let mean = left_out.iter().sum::<f64>() / 3.0;
        let spread: f64 = left_out.iter().map(|value| (value - mean).powi(2)).sum();
        assert!((error - (2.0 / 3.0 * spread).sqrt()).abs() < 1e-12, "{error}");
        assert_eq!(same(&[None, Some((1.0, 0.0))]).0, 0.75);
        assert_eq!(across(&grades[..1]), None);
    }

    #[test]
    fn order_of_candidates_should_alternate() {
        let pair = |prompt: &str| Pair {
            set: "closed",
            prompt: prompt.into(),
            right: "r".into(),
            wrong: "w".into(),
        };
        let jobs = jobs(&[pair("a"), pair("b")], &[None, Some("own".into())]);
        assert_eq!((&jobs[0].reference, jobs[1].reference.as_deref()), (&None, Some("own")));
        assert_eq!(jobs[0].candidates, ["r", "w"]);
        assert_eq!(jobs[1].candidates, ["w", "r"]);
    }

    #[test]
    fn line_should_be_there_when_enough_is_graded() {
        let sources = crate::real::sources::Sources::read().unwrap();
        let form = Form::listed(&["default".into()]).unwrap().remove(0);
        let model = &sources.models[0];
        let pair = |number: usize| Pair {
            set: "closed",
            prompt: number.to_string(),
            right: "r".into(),
            wrong: "w".into(),
        };
        let pairs: Vec<Pair> = (0..ENOUGH + 9).map(pair).collect();
        let jobs = jobs(&pairs, &vec![None; pairs.len()]);
        let path = std::env::temp_dir().join(format!("waggle-graders-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut kept = Kept::open(&path, None).unwrap();
        for (number, job) in jobs.iter().take(ENOUGH).enumerate() {
            let line = line((model, &form), &pairs, &jobs, &kept);
            assert_eq!(line, None, "after {number}");
            // The right answer is above the wrong one, wherever it stands.
            let grades = job.candidates.iter().map(|text| if text == "r" { 9_000 } else { 2_000 });
            let graded = Graded {
                model: model.name.clone(),
                form: form.name.clone(),
                grades: Some(grades.collect()),
                reason: None,
                mass: (1.8, 2.0),
                cost: crate::real::kept::Cost::default(),
            };
            kept.keep(job.key(model, &form), graded).unwrap();
        }
        let line = line((model, &form), &pairs, &jobs, &kept).unwrap();
        assert_eq!((line.questions, line.same_question, line.mass), (ENOUGH, 1.0, Some(0.9)));
        std::fs::remove_file(&path).unwrap();
    }
}
