//! Who chooses the answer: the swarm by each method and rule, every single agent, the majority, the
//! best single judge, an oracle.
//!
//! What is known of the swarm's agents is learnt from round to round, as on the chain, with the
//! rounds of all tasks in one random order. What is chosen by lot among equals counts as the share
//! of right ones among them; only the swarm draws, as the chain does.

use super::{methods::Turn, rounds::Asked, Book, Method};
use crate::{
    arena::{assignment, candidates, settle, Given, LineUp, Mind, Records, Reference, Task},
    draws::Draws,
    output::{rounded, Confidence},
    statistics::Estimate,
};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use waggle_primitives::{rating::Estimator, rule, weighting::Aggregation, Grade};

/// The members of a swarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Numbers in the line-up, in order.
    pub agents: Vec<usize>,
}

/// Swarms over which figures are averaged.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Behind the chooser's name in `accuracy.csv`; empty for the whole line-up.
    pub suffix: &'static str,
    /// At least one.
    pub teams: Vec<Team>,
}

impl Group {
    /// The whole line-up; its models alone; and all swarms of four of the models, in which fewer
    /// know the answer: where the graders of seven mostly agree, some of the fours have one
    /// agent that is right.
    pub fn all(line_up: &LineUp) -> Vec<Self> {
        let models = Team::models(line_up);
        let of_four = |set: &u32| set.count_ones() == 4;
        let fours = (0u32..1 << models.agents.len()).filter(of_four).map(|set| Team {
            agents: models
                .agents
                .iter()
                .enumerate()
                .filter(|(bit, _)| set >> bit & 1 == 1)
                .map(|(_, a)| *a)
                .collect(),
        });
        vec![
            Self { suffix: "", teams: vec![Team::all(line_up)] },
            Self { suffix: FOURS_OF, teams: fours.collect() },
            Self { suffix: MODELS_ONLY, teams: vec![models] },
        ]
    }
}

/// Behind the choosers of a swarm of the models alone.
pub const MODELS_ONLY: &str = " (seven models)";
/// Behind the choosers of swarms of four models.
pub const FOURS_OF: &str = " (four of the models)";

impl Team {
    /// The whole line-up.
    pub fn all(line_up: &LineUp) -> Self {
        Self { agents: (0..line_up.agents.len()).collect() }
    }

    /// Without programs.
    pub fn models(line_up: &LineUp) -> Self {
        let is_model = |agent: &usize| matches!(line_up.agents[*agent].mind, Mind::Model { .. });
        Self { agents: (0..line_up.agents.len()).filter(is_model).collect() }
    }

    /// Its members that answered.
    pub fn present(&self, round: &Asked) -> Vec<usize> {
        self.agents.iter().copied().filter(|agent| round.answers[*agent].is_some()).collect()
    }

    /// The agents whose answers `grader` grades; none if it is not in the round.
    pub fn assigned(&self, round: &Asked, grader: usize) -> Option<Vec<usize>> {
        let present = self.present(round);
        let place = present.iter().position(|agent| *agent == grader)?;
        let (_, graded) = assignment(round.number, present.len());
        Some(graded.get(place)?.iter().map(|answer| present[*answer]).collect())
    }
}

/// What is kept of what rounds tell of agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Learning {
    /// Nothing: all are newcomers in each round.
    Never,
    /// One record over all tasks, as where all is asked in one domain.
    OneDomain,
    /// A record for each task, as where each has a domain of its own.
    DomainForEachTask,
}

impl Learning {
    /// In which domain a task is asked, 0..[`Task::ALL`]'s length.
    fn domain(self, task: usize) -> usize {
        match self {
            Self::Never | Self::OneDomain => 0,
            Self::DomainForEachTask => task,
        }
    }
}

/// How a swarm chooses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// How its graders grade.
    pub method: Method,
    /// Whether only the likelier grade token counts.
    pub mode: bool,
    /// By which of the chain's rules its rounds are judged.
    pub judging: rule::Rule,
    /// Whether and where agents become known from round to round.
    pub learning: Learning,
}

impl Rule {
    /// The chain's default.
    pub fn default_of(method: Method) -> Self {
        Self { method, mode: false, judging: rule::Rule::default(), learning: Learning::OneDomain }
    }

    /// Those of `accuracy.csv`, by name: they need pointwise grades only. *Version 3* was the
    /// chain's rule until spec version 5; of its kind, where every answer stands by itself, are
    /// those named by their weights too.
    pub fn pointwise() -> Vec<(&'static str, Self)> {
        let default = Self::default_of(Method::Pointwise(Reference::Own));
        let separate = |aggregation: Aggregation| {
            let estimator = Estimator::LeaveOneOut;
            Self { judging: rule::Rule::Separate { aggregation, estimator }, ..default }
        };
        vec![
            ("swarm", default),
            ("swarm, mode of the grade", Self { mode: true, ..default }),
            ("swarm, no ratings", Self { learning: Learning::Never, ..default }),
            (
                "swarm, a domain for each task",
                Self { learning: Learning::DomainForEachTask, ..default },
            ),
            ("swarm, version 3", separate(Aggregation::Sharpened)),
            ("swarm, precision weights", separate(Aggregation::Precision)),
            ("swarm, paper's sum", separate(Aggregation::WeightedSum)),
            ("swarm, no reference", Self::default_of(Method::Pointwise(Reference::None))),
        ]
    }

    /// Those of `methods.csv`, by name: the default rule on the grades of every method.
    pub fn methods() -> Vec<(&'static str, Self)> {
        vec![
            ("pointwise", Self::default_of(Method::Pointwise(Reference::Own))),
            ("pointwise without reference", Self::default_of(Method::Pointwise(Reference::None))),
            ("pairwise", Self::default_of(Method::Pairwise(Reference::Own))),
            ("pairwise without reference", Self::default_of(Method::Pairwise(Reference::None))),
            ("listwise", Self::default_of(Method::Listwise)),
        ]
    }
}

/// A line of `accuracy.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// A task, or `all`: the mean of the tasks.
    pub task: &'static str,
    /// Who chooses.
    pub chooser: String,
    /// Share of rounds that end with the right answer.
    pub accuracy: f64,
    /// How many different questions were asked.
    pub questions: usize,
}

/// A line of `majority.csv`: whether the swarm is more than a majority.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Majority {
    /// Empty for the whole line-up; of several swarms, all their rounds.
    pub team: String,
    /// What the graders saw: own, none.
    pub reference: &'static str,
    /// What the most frequent answer was: right, wrong, or tied with another one.
    pub majority: &'static str,
    /// How many rounds.
    pub rounds: usize,
    /// In how many of them some agent was right: share.
    pub some_agent_right: f64,
    /// In how many the swarm's choice was right: share.
    pub swarm_right: f64,
    /// In how many the swarm chose a most frequent answer: share.
    pub swarm_with_majority: f64,
}

/// What a chooser brought: by round, 0..=1.
pub type Outcomes = Vec<f64>;

/// Where the lines come from.
pub struct Arena<'a> {
    /// Who takes part.
    pub line_up: &'a LineUp,
    /// What the models said.
    pub book: &'a Book,
    /// What was asked.
    pub rounds: &'a [Asked],
}

impl Arena<'_> {
    /// The answers that a swarm chooses, by round: number of an agent; none where nobody graded.
    pub fn chosen(&self, team: &Team, rule: Rule) -> Vec<Option<usize>> {
        let newcomers = Records(vec![rule.judging.newcomer(); self.line_up.agents.len()]);
        let mut domains = vec![newcomers; Task::ALL.len()];
        let mut chosen = vec![None; self.rounds.len()];
        for number in Draws::of("grading/order", 0).shuffled(self.rounds.len()) {
            let round = &self.rounds[number];
            let records = &mut domains[rule.learning.domain(round.task)];
            let present = team.present(round);
            let (seed, graded) = assignment(round.number, present.len());
            let given: Vec<Given> = (0..present.len())
                .map(|grader| {
                    let others: Vec<usize> =
                        present.iter().copied().filter(|other| *other != present[grader]).collect();
                    let assigned: Vec<usize> =
                        graded[grader].iter().map(|answer| present[*answer]).collect();
                    let method = rule.method;
                    let turn = Turn {
                        line_up: self.line_up,
                        round,
                        grader: present[grader],
                        others: &others,
                        assigned: &assigned,
                    };
                    let grades = method.grades(self.book, &turn);
                    let as_given = |grade: f64| {
                        let grade = if rule.mode { mode(grade) } else { grade };
                        Grade::new((grade * 10_000.0).round() as u16).unwrap_or(Grade::MAX)
                    };
                    let grades = grades.unwrap_or_default().into_iter().map(as_given);
                    graded[grader].iter().copied().zip(grades).collect()
                })
                .collect();
            let before: Vec<_> = present.iter().map(|agent| records.0[*agent]).collect();
            let candidates = candidates(present.iter().map(|agent| round.answer(*agent)));
            let settled = settle(rule.judging, &before, &candidates, given, &seed);
            chosen[number] = settled.winner.map(|winner| present[winner]);
            if rule.learning != Learning::Never {
                present
                    .iter()
                    .zip(settled.after)
                    .for_each(|(agent, after)| records.0[*agent] = after);
            }
        }
        chosen
    }

    fn of_chosen(&self, chosen: &[Option<usize>]) -> Outcomes {
        let right = |(round, agent): (&Asked, &Option<usize>)| {
            agent.is_some_and(|agent| round.is_right(agent))
        };
        self.rounds.iter().zip(chosen).map(|pair| if right(pair) { 1.0 } else { 0.0 }).collect()
    }

    fn by_round(&self, outcome: impl Fn(&Asked) -> f64) -> Outcomes {
        self.rounds.iter().map(outcome).collect()
    }

    /// Of the answers that a judge grades best, the share of right ones: pointwise, with its own
    /// answer as the reference.
    fn judged(&self, team: &Team, judge: usize) -> Outcomes {
        let method = Method::Pointwise(Reference::Own);
        self.by_round(|round| {
            let present = team.present(round);
            let turn = Turn {
                line_up: self.line_up,
                round,
                grader: judge,
                others: &present,
                assigned: &present,
            };
            let grades = method.grades(self.book, &turn).unwrap_or_default();
            let best = grades.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            share_right(
                round,
                present
                    .iter()
                    .zip(&grades)
                    .filter(|(_, grade)| **grade == best)
                    .map(|(agent, _)| *agent),
            )
        })
    }

    /// All choosers of a team. `rules` names the swarms.
    fn choosers(&self, team: &Team, rules: &[(&'static str, Rule)]) -> Vec<(String, Outcomes)> {
        let mut choosers: Vec<(String, Outcomes)> = rules
            .iter()
            .map(|(name, rule)| ((*name).to_owned(), self.of_chosen(&self.chosen(team, *rule))))
            .collect();
        choosers.push((
            "majority".to_owned(),
            self.by_round(|round| share_right(round, most_frequent(team, round))),
        ));
        let judges = team.agents.iter().map(|judge| self.judged(team, *judge));
        choosers.extend(self.best(judges).map(|outcomes| ("best judge".to_owned(), outcomes)));
        let agents = || {
            team.agents
                .iter()
                .map(|agent| self.by_round(|round| f64::from(u8::from(round.is_right(*agent)))))
        };
        choosers.extend(self.best(agents()).map(|outcomes| ("best agent".to_owned(), outcomes)));
        choosers.push((
            "mean agent".to_owned(),
            self.by_round(|round| share_right(round, team.agents.iter().copied())),
        ));
        let oracle = |round: &Asked| {
            f64::from(u8::from(team.agents.iter().any(|agent| round.is_right(*agent))))
        };
        choosers.push(("oracle".to_owned(), self.by_round(oracle)));
        choosers
    }

    /// The best over all tasks, with hindsight.
    fn best(&self, outcomes: impl Iterator<Item = Outcomes>) -> Option<Outcomes> {
        outcomes.max_by(|a, b| self.mean_of_tasks(a).total_cmp(&self.mean_of_tasks(b)))
    }

    /// The choosers of a group, by name: mean over its teams.
    fn of_group(&self, group: &Group, rules: &[(&'static str, Rule)]) -> Vec<(String, Outcomes)> {
        let teams: Vec<_> = group.teams.par_iter().map(|team| self.choosers(team, rules)).collect();
        let mut teams = teams.into_iter();
        let mut sums = teams.next().unwrap_or_default();
        for team in teams {
            for ((_, sum), (_, outcomes)) in sums.iter_mut().zip(team) {
                sum.iter_mut().zip(outcomes).for_each(|(sum, outcome)| *sum += outcome);
            }
        }
        let count = group.teams.len() as f64;
        sums.iter_mut().for_each(|(_, sum)| sum.iter_mut().for_each(|outcome| *outcome /= count));
        sums
    }

    fn of_task(&self, task: usize, outcomes: &Outcomes) -> Vec<f64> {
        self.rounds
            .iter()
            .zip(outcomes)
            .filter(|(round, _)| round.task == task)
            .map(|(_, outcome)| *outcome)
            .collect()
    }

    fn mean_of_tasks(&self, outcomes: &Outcomes) -> f64 {
        let means =
            (0..Task::ALL.len()).map(|task| Estimate::of(&self.of_task(task, outcomes)).mean);
        means.sum::<f64>() / Task::ALL.len() as f64
    }

    /// The lines of `accuracy.csv` and their confidence intervals.
    pub fn accuracy(
        &self,
        groups: &[Group],
        rules: &[(&'static str, Rule)],
    ) -> (Vec<Line>, Vec<Confidence>) {
        let (mut lines, mut confidence) = (Vec::new(), Vec::new());
        let agents = self.line_up.agents.iter().enumerate().map(|(agent, known)| {
            let outcomes = self.by_round(|round| f64::from(u8::from(round.is_right(agent))));
            (format!("agent: {}", known.name), "", outcomes)
        });
        let mut choosers: Vec<(String, &'static str, Outcomes)> = agents.collect();
        for group in groups {
            choosers.extend(
                self.of_group(group, rules).into_iter().map(|(name, of)| (name, group.suffix, of)),
            );
        }
        for (name, suffix, outcomes) in choosers {
            let chooser = format!("{name}{suffix}");
            let mut variance = 0.0;
            for (number, task) in Task::ALL.into_iter().enumerate() {
                let estimate = Estimate::of(&self.of_task(number, &outcomes));
                variance += (estimate.half_width / Task::ALL.len() as f64).powi(2);
                confidence.push(Confidence::of(&[&task.name(), &chooser], "accuracy", estimate));
                let (task, questions) = (task.name(), self.questions(Some(number)));
                let (chooser, accuracy) = (chooser.clone(), rounded(estimate.mean));
                lines.push(Line { task, chooser, accuracy, questions });
            }
            let estimate =
                Estimate { mean: self.mean_of_tasks(&outcomes), half_width: variance.sqrt() };
            confidence.push(Confidence::of(&[&"all", &chooser], "accuracy", estimate));
            let (accuracy, questions) = (rounded(estimate.mean), self.questions(None));
            lines.push(Line { task: "all", chooser, accuracy, questions });
        }
        (lines, confidence)
    }

    fn questions(&self, task: Option<usize>) -> usize {
        let of_task = |round: &&Asked| task.is_none_or(|task| round.task == task);
        let mut prompts: Vec<&str> =
            self.rounds.iter().filter(of_task).map(|round| round.prompt.as_str()).collect();
        prompts.sort_unstable();
        prompts.dedup();
        prompts.len()
    }

    /// The lines of `majority.csv` for graders that see this.
    pub fn majority(&self, groups: &[Group], reference: Reference) -> Vec<Majority> {
        let mut lines = Vec::new();
        let method = Method::Pointwise(reference);
        for group in groups {
            let played: Vec<(&Team, Vec<Option<usize>>)> = group
                .teams
                .par_iter()
                .map(|team| (team, self.chosen(team, Rule::default_of(method))))
                .collect();
            for majority in ["right", "wrong", "tied"] {
                let of_team = |(team, chosen): &(&'_ Team, Vec<Option<usize>>)| -> Vec<[bool; 3]> {
                    let rounds = self.rounds.iter().zip(chosen);
                    rounds
                        .filter(|(round, _)| kind_of_majority(team, round) == majority)
                        .filter_map(|(round, agent)| Some((round, (*agent)?)))
                        .map(|(round, agent)| {
                            let mut most = most_frequent(team, round);
                            [
                                team.agents.iter().any(|agent| round.is_right(*agent)),
                                round.is_right(agent),
                                most.any(|other| round.answer(other) == round.answer(agent)),
                            ]
                        })
                        .collect()
                };
                let rounds: Vec<[bool; 3]> = played.iter().flat_map(of_team).collect();
                let share = |fact: usize| {
                    let count = rounds.iter().filter(|holds| holds[fact]).count();
                    rounded(count as f64 / rounds.len().max(1) as f64)
                };
                lines.push(Majority {
                    team: group.suffix.trim().to_owned(),
                    reference: method.names().1,
                    majority,
                    rounds: rounds.len(),
                    some_agent_right: share(0),
                    swarm_right: share(1),
                    swarm_with_majority: share(2),
                });
            }
        }
        lines
    }
}

/// The worth of the likelier of two grade tokens.
fn mode(grade: f64) -> f64 {
    if grade > 0.5 {
        1.0
    } else {
        0.0
    }
}

/// One agent for each of the most frequent answers of a team.
fn most_frequent<'a>(team: &Team, round: &'a Asked) -> impl Iterator<Item = usize> + 'a {
    let mut votes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for agent in team.present(round) {
        votes.entry(round.answer(agent)).or_insert((0, agent)).0 += 1;
    }
    let most = votes.values().map(|(count, _)| *count).max().unwrap_or(0);
    votes.into_values().filter(move |(count, _)| *count == most).map(|(_, agent)| agent)
}

fn kind_of_majority(team: &Team, round: &Asked) -> &'static str {
    let leaders: Vec<usize> = most_frequent(team, round).collect();
    match leaders[..] {
        [one] if round.is_right(one) => "right",
        [_] => "wrong",
        _ => "tied",
    }
}

/// Of these agents' answers, the share of right ones; 0 of none.
fn share_right(round: &Asked, agents: impl Iterator<Item = usize>) -> f64 {
    let (right, all) = agents.fold((0usize, 0usize), |(right, all), agent| {
        (right + usize::from(round.is_right(agent)), all + 1)
    });
    right as f64 / all.max(1) as f64
}
