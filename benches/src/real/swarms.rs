//! Who chooses the right answer to questions of an exam: each agent, the majority, the swarm by
//! each form of grading, an oracle. Rounds are settled as the chain does it: answers that end alike
//! stand together.

use super::{
    asking::{Form, Job},
    exams::{Exam, Question},
    graders::{mean_and_error, ENOUGH},
    kept::{Graded, Kept},
    sources::{Model, Sources},
};
use crate::{
    arena::{assignment, candidates, settle, Given, Records},
    output::rounded,
};
use anyhow::Result;
use serde::Serialize;
use std::{collections::BTreeMap, fmt};
use waggle_primitives::rule::Rule;

/// A line of `real-swarms.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The exam.
    pub set: &'static str,
    /// Who chooses.
    pub chooser: String,
    /// Share of the questions that end with a right answer.
    pub accuracy: f64,
    /// How many questions.
    pub questions: usize,
    /// The standard error of `accuracy`.
    pub error: f64,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { set, chooser, accuracy, questions, error } = self;
        write!(f, "{set:6} {chooser:28} {accuracy:.3} ± {error:.3} of {questions}")
    }
}

/// An exam that all agents took.
pub struct Sitting<'a> {
    /// Models and agents.
    pub sources: &'a Sources,
    /// The exam.
    pub exam: Exam,
    /// Its questions, and by agent the answers; none where one declined.
    pub asked: Vec<(Question, Vec<Option<String>>)>,
}

impl Sitting<'_> {
    /// The agents that answered a question.
    fn present(&self, number: usize) -> Vec<usize> {
        let answers = &self.asked[number].1;
        (0..answers.len()).filter(|agent| answers[*agent].is_some()).collect()
    }

    fn answer(&self, number: usize, agent: usize) -> &str {
        self.asked[number].1[agent].as_deref().unwrap_or_default()
    }

    /// Draws the assignment of a round.
    fn round(&self, number: usize) -> u64 {
        (self.exam as u64) * 1_000_000 + number as u64
    }

    /// What each agent that answered a question is to grade, by place: its job, and the places.
    fn assigned(&self, number: usize) -> Vec<(Job, Vec<usize>)> {
        let present = self.present(number);
        let (_, graded) = assignment(self.round(number), present.len());
        let job = |(place, graded): (usize, Vec<usize>)| {
            let text = |place: usize| self.answer(number, present[place]).to_owned();
            let job = Job {
                prompt: self.asked[number].0.prompt.clone(),
                reference: Some(text(place)),
                candidates: graded.iter().map(|place| text(*place)).collect(),
            };
            (job, graded)
        };
        graded.into_iter().enumerate().map(job).collect()
    }

    /// All that the agents of `model` are to grade.
    pub fn jobs(&self, model: &Model) -> Vec<Job> {
        let of_round = |number| {
            let present = self.present(number);
            let mine = |place: &usize| {
                let agent = self.sources.agents.get(present[*place]);
                agent.is_some_and(|agent| agent.model == model.name)
            };
            let assigned = self.assigned(number).into_iter().enumerate();
            assigned
                .filter(|(place, (job, _))| mine(place) && !job.candidates.is_empty())
                .map(|(_, (job, _))| job)
                .collect::<Vec<_>>()
        };
        (0..self.asked.len()).flat_map(of_round).collect()
    }

    /// Whether the swarm's choice was right, by question, up to the first that a model has not
    /// graded yet; agents become known from one to the next.
    ///
    /// # Errors
    /// If an agent's model is unknown.
    fn swarm(&self, form: &Form, kept: &Kept<Graded>) -> Result<Vec<f64>> {
        let mut records = Records::newcomers(self.sources.agents.len());
        let mut outcomes = Vec::new();
        for number in 0..self.asked.len() {
            let present = self.present(number);
            let (seed, _) = assignment(self.round(number), present.len());
            let mut given: Vec<Given> = Vec::new();
            for ((job, graded), agent) in self.assigned(number).into_iter().zip(&present) {
                if job.candidates.is_empty() {
                    given.push(Given::new());
                    continue;
                }
                let model = self.sources.model(&self.sources.agents[*agent].model)?;
                let Some(known) = kept.get(&job.key(model, form)) else { return Ok(outcomes) };
                given.push(graded.into_iter().zip(known.on_chain().unwrap_or_default()).collect());
            }
            let before: Vec<_> = present.iter().map(|agent| records.0[*agent]).collect();
            let candidates = candidates(present.iter().map(|agent| self.answer(number, *agent)));
            let settled = settle(Rule::default(), &before, &candidates, given, &seed);
            let winner = settled.winner.and_then(|place| present.get(place));
            outcomes.push(winner.map_or(0.0, |agent| self.right(number, *agent)));
            for (agent, after) in present.iter().zip(settled.after) {
                records.0[*agent] = after;
            }
        }
        Ok(outcomes)
    }

    fn right(&self, number: usize, agent: usize) -> f64 {
        let (question, answers) = &self.asked[number];
        let right = answers[agent].as_ref().is_some_and(|text| self.exam.is_right(question, text));
        f64::from(u8::from(right))
    }

    /// The most frequent verdict: right, wrong, or the share of right ones among the most frequent.
    fn majority(&self, number: usize) -> f64 {
        let mut votes: BTreeMap<String, usize> = BTreeMap::new();
        for answer in self.asked[number].1.iter().flatten() {
            if let Some(verdict) = self.exam.verdict(answer) {
                *votes.entry(verdict).or_default() += 1;
            }
        }
        let most = votes.values().max().copied().unwrap_or_default();
        let top: Vec<&String> =
            votes.iter().filter(|(_, count)| **count == most).map(|(verdict, _)| verdict).collect();
        let right = top.iter().filter(|verdict| ***verdict == self.asked[number].0.answer).count();
        right as f64 / top.len().max(1) as f64
    }

    /// The lines of all choosers, of at least one question. A swarm's is not there until all
    /// questions, or [`ENOUGH`] of them, are graded.
    ///
    /// # Errors
    /// If an agent's model is unknown.
    pub fn lines(&self, forms: &[Form], kept: &Kept<Graded>) -> Result<Vec<Line>> {
        let numbers = || 0..self.asked.len();
        let line = |chooser: String, outcomes: Vec<f64>| {
            let (accuracy, error) = mean_and_error(&outcomes);
            Line {
                set: self.exam.name(),
                chooser,
                accuracy: rounded(accuracy),
                questions: outcomes.len(),
                error: rounded(error),
            }
        };
        let mut lines = Vec::new();
        let agents = self.sources.agents.iter().enumerate();
        for (agent, listed) in agents {
            let outcomes = numbers().map(|number| self.right(number, agent)).collect();
            lines.push(line(listed.name.clone(), outcomes));
        }
        let majority = numbers().map(|number| self.majority(number)).collect();
        lines.push(line("majority".to_owned(), majority));
        for form in forms {
            let outcomes = self.swarm(form, kept)?;
            if !outcomes.is_empty() && outcomes.len() >= self.asked.len().min(ENOUGH) {
                lines.push(line(format!("swarm, {}", form.name), outcomes));
            }
        }
        let best = |number| {
            (0..self.sources.agents.len())
                .map(|agent| self.right(number, agent))
                .fold(0.0, f64::max)
        };
        lines.push(line("oracle".to_owned(), numbers().map(best).collect()));
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real::kept::Cost;

    #[test]
    fn choosers_should_be_right_as_often_as_by_hand() {
        let sources = Sources::read().unwrap();
        let question = Question { prompt: "1+1".into(), answer: "2".into() };
        let say = |right: usize| {
            let answers = (0..sources.agents.len()).map(|agent| {
                Some(if agent < right { "Answer: 2".into() } else { format!("Answer: {agent}0") })
            });
            (question.clone(), answers.collect::<Vec<_>>())
        };
        let sitting = Sitting { sources: &sources, exam: Exam::Gsm8k, asked: vec![say(2), say(0)] };
        let path = std::env::temp_dir().join(format!("waggle-swarms-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut kept = Kept::open(&path, None).unwrap();
        let forms: Vec<Form> = Form::listed(&[]).unwrap().into_iter().take(1).collect();
        let lines = sitting.lines(&forms, &kept).unwrap();
        assert!(lines.iter().all(|line| !line.chooser.starts_with("swarm")), "nobody has graded");
        assert_eq!(lines.len(), sources.agents.len() + 2);
        for model in &sources.models {
            for job in sitting.jobs(model) {
                assert!(job.reference.is_some() && !job.candidates.is_empty());
                let grade = |text: &String| if text == "Answer: 2" { 10_000 } else { 0 };
                let grades = Some(job.candidates.iter().map(grade).collect());
                let graded = Graded {
                    model: model.name.clone(),
                    form: forms[0].name.clone(),
                    grades,
                    reason: None,
                    mass: (1.0, 1.0),
                    cost: Cost::default(),
                };
                kept.keep(job.key(model, &forms[0]), graded).unwrap();
            }
        }
        let lines = sitting.lines(&forms, &kept).unwrap();
        let of = |chooser: &str| {
            lines.iter().find(|line| line.chooser == chooser).map(|line| line.accuracy)
        };
        assert_eq!(of(&sources.agents[0].name), Some(0.5));
        assert_eq!(of(&sources.agents[5].name), Some(0.0));
        assert_eq!(of("majority"), Some(0.5));
        assert_eq!(of("swarm, default"), Some(0.5));
        assert_eq!(of("oracle"), Some(0.5));
        std::fs::remove_file(&path).unwrap();
    }
}
