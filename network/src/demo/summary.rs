//! What several rounds come to: how often the swarm and its agents were right, what each earned,
//! whether ratings and pay followed quality, and how long it took.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};
use waggle_cli::report::short_account;
use waggle_client::{
    amount::WAG,
    report::{RoundReport, Status},
};
use waggle_harness::statistics::{largest, mean, percentile, spearman};

/// Counts over the rounds so far.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Rounds asked.
    pub asked: u32,
    /// Of them, settled.
    pub settled: u32,
    /// Of the settled ones, with a known right answer.
    pub known: u32,
    /// Of the known ones, examinations: the chain was told the right answer.
    pub examined: u32,
    /// Of the known ones, answered rightly by the swarm.
    pub swarm_right: u32,
    /// By agent: its model, answers of its own to questions with a known right answer that were
    /// right, rounds won.
    pub agents: BTreeMap<String, AgentRecord>,
    /// The agents that are adversaries.
    pub adversaries: BTreeSet<String>,
    /// What each right answer brought its agent, in WAG: what it was paid less what it lost.
    right_brought: Vec<f64>,
    /// What each wrong answer brought.
    wrong_brought: Vec<f64>,
    seconds: Vec<f64>,
    peak_mib: f64,
}

/// How one agent did.
#[derive(Clone, Debug, Default)]
pub struct AgentRecord {
    /// Its model.
    pub model: String,
    /// Right answers.
    pub right: u32,
    /// Rounds won.
    pub won: u32,
    /// What it was paid less what it lost of its tickets, in WAG.
    pub earned: f64,
    /// Its rating after the last round.
    pub rating: Option<f64>,
    /// The squares of how far each of its grades was from the truth: 1 for a right answer, 0 for a
    /// wrong one.
    squared_errors: Vec<f64>,
}

impl AgentRecord {
    /// How far its grades were from the truth, 0 to 1: the root mean square. `None` if it gave
    /// none of which the truth is known.
    pub fn grading_error(&self) -> Option<f64> {
        (!self.squared_errors.is_empty()).then(|| mean(&self.squared_errors).sqrt())
    }
}

impl Summary {
    /// Count a round.
    pub fn add(&mut self, report: &RoundReport) {
        self.asked += 1;
        if let Some(memory) = &report.memory {
            self.peak_mib = self.peak_mib.max(memory.node_mib + memory.worker_mib);
        }
        self.seconds.extend(report.phases_ms.total.map(|total| total as f64 / 1000.0));
        if report.status != Status::Settled {
            return;
        }
        self.settled += 1;
        let is_right =
            |text: &Option<String>| report.expected.is_some() && *text == report.expected;
        self.known += u32::from(report.expected.is_some());
        self.swarm_right += u32::from(is_right(&report.winner_text));
        for (answer, payment) in report.answers.iter().zip(&report.payments.agents) {
            let record = self.agents.entry(answer.agent.clone()).or_default();
            record.model.clone_from(&answer.model);
            record.right += u32::from(is_right(&answer.text));
            record.won += u32::from(report.winner.as_ref() == Some(&answer.agent));
            let brought = wag(payment.paid.0) - wag(payment.forfeited.0);
            record.earned += brought;
            record.rating = answer.rating_after.or(record.rating);
            if report.expected.is_some() {
                let side = match is_right(&answer.text) {
                    true => &mut self.right_brought,
                    false => &mut self.wrong_brought,
                };
                side.push(brought);
            }
        }
        if report.expected.is_some() {
            self.add_grades(report);
        }
    }

    /// Count how far the grades of a round with a known right answer were from the truth.
    fn add_grades(&mut self, report: &RoundReport) {
        let right: BTreeSet<&String> = report
            .answers
            .iter()
            .filter(|answer| answer.text == report.expected)
            .map(|answer| &answer.agent)
            .collect();
        for grade in &report.grades {
            let truth = f64::from(u8::from(right.contains(&grade.author)));
            let record = self.agents.entry(grade.grader.clone()).or_default();
            record.squared_errors.push((grade.grade - truth).powi(2));
        }
    }

    /// How well the ratings order the agents as their grading errors do: Spearman's correlation of
    /// rating and error, turned round, −1 to 1. `None` with fewer than three agents of which both
    /// are known.
    pub fn ratings_order(&self) -> Option<f64> {
        let known = |record: &AgentRecord| Some((record.rating?, record.grading_error()?));
        let (ratings, errors): (Vec<f64>, Vec<f64>) =
            self.agents.values().filter_map(known).unzip();
        (ratings.len() >= 3).then(|| -spearman(&ratings, &errors))
    }

    /// A round was asked and failed.
    pub fn add_failed(&mut self) {
        self.asked += 1;
    }

    /// The swarm's accuracy in the rounds with a known right answer, 0 to 1.
    pub fn swarm_accuracy(&self) -> f64 {
        ratio(self.swarm_right, self.known)
    }

    /// The mean accuracy of its agents.
    pub fn mean_accuracy(&self) -> f64 {
        let sum: f64 = self.agents.values().map(|record| ratio(record.right, self.known)).sum();
        sum / (self.agents.len().max(1) as f64)
    }

    /// The accuracy of its best agent.
    pub fn best_accuracy(&self) -> f64 {
        self.agents.values().map(|record| ratio(record.right, self.known)).fold(0.0, f64::max)
    }

    /// The summary in words.
    pub fn print(&self) -> String {
        let mut out = format!("{} of {} rounds settled", self.settled, self.asked);
        if !self.seconds.is_empty() {
            let (median, longest) = (percentile(&self.seconds, 0.5), largest(&self.seconds));
            let _ = write!(out, "; median {median:.1} s, longest {longest:.1} s");
        }
        let _ = write!(out, "; node and worker together at most {:.0} MiB", self.peak_mib);
        if self.known == 0 {
            return out;
        }
        let percent = |share: f64| 100.0 * share;
        let _ = write!(
            out,
            "\nRight answers, of {} questions with a known one: swarm {:.0} %, \
             best agent {:.0} %, mean of agents {:.0} %",
            self.known,
            percent(self.swarm_accuracy()),
            percent(self.best_accuracy()),
            percent(self.mean_accuracy())
        );
        for (agent, record) in &self.agents {
            let _ = write!(
                out,
                "\n  {:<12} {:<20} right {:>3.0} %, won {:>3}, earned {:>8.2} WAG",
                short_account(agent),
                record.model,
                percent(ratio(record.right, self.known)),
                record.won,
                record.earned
            );
            let _ = record.rating.map(|rating| write!(out, ", rating {rating:.2}"));
            let _ = record.grading_error().map(|error| write!(out, ", grades off by {error:.2}"));
        }
        out + &self.print_quality() + &self.print_adversaries()
    }

    /// Whether ratings and pay followed quality, in words.
    fn print_quality(&self) -> String {
        let mut out = format!(
            "\nExamined: in {} of these rounds the chain was told the right answer afterwards",
            self.examined
        );
        let brought = |name: &str, values: &[f64]| {
            let of = |test: fn(f64) -> bool| values.iter().filter(|value| test(**value)).count();
            format!(
                "{name}: {} answers brought {:.2} WAG on average; {} earned, {} lost",
                values.len(),
                mean(values),
                of(|value| value > 0.0),
                of(|value| value < 0.0)
            )
        };
        let _ = write!(out, "\n{}", brought("Right", &self.right_brought));
        let _ = write!(out, "\n{}", brought("Wrong", &self.wrong_brought));
        if let Some(order) = self.ratings_order() {
            let _ = write!(
                out,
                "\nRatings order the agents as their grades deserve: Spearman {order:.2}"
            );
        }
        out
    }

    /// What became of the adversaries, in words; nothing if there are none.
    pub fn print_adversaries(&self) -> String {
        if self.adversaries.is_empty() {
            return String::new();
        }
        let side = |foes: bool| {
            self.agents.iter().filter(move |(agent, _)| self.adversaries.contains(*agent) == foes)
        };
        let won = |foes: bool| side(foes).map(|(_, record)| record.won).sum::<u32>();
        let earned = |foes: bool| {
            side(foes).map(|(_, record)| record.earned).sum::<f64>()
                / (side(foes).count().max(1) as f64)
        };
        format!(
            "\nAdversaries: {} of {} agents won {} of {} rounds and earned {:.2} WAG each, \
             the honest agents {:.2}",
            side(true).count(),
            self.agents.len(),
            won(true),
            self.settled,
            earned(true),
            earned(false)
        )
    }
}

fn wag(amount: u128) -> f64 {
    amount as f64 / WAG as f64
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_should_be_compared_with_grading_errors() {
        let record = |rating, errors: &[f64]| AgentRecord {
            rating: Some(rating),
            squared_errors: errors.to_vec(),
            ..AgentRecord::default()
        };
        let mut summary = Summary { known: 1, ..Summary::default() };
        summary.agents = [
            ("good", record(0.9, &[0.0, 0.02])),
            ("fair", record(0.7, &[0.25, 0.25])),
            ("poor", record(0.6, &[0.49])),
        ]
        .map(|(name, record)| (name.to_owned(), record))
        .into();
        assert_eq!(summary.agents["good"].grading_error(), Some(0.1));
        assert_eq!(summary.ratings_order(), Some(1.0));
        summary.agents.get_mut("good").unwrap().rating = Some(0.5);
        assert_eq!(summary.ratings_order(), Some(-0.5));
        summary.right_brought = vec![3.0, 1.0, -1.0];
        let told = summary.print();
        assert!(told.contains("Right: 3 answers brought 1.00 WAG on average; 2 earned, 1 lost"));
        assert!(told.contains("Spearman -0.50") && told.contains("grades off by 0.70"), "{told}");
        summary.agents.remove("poor");
        assert_eq!(summary.ratings_order(), None);
    }

    #[test]
    fn adversaries_should_be_told_apart_from_honest_agents() {
        let record = |won, earned| AgentRecord { won, earned, ..AgentRecord::default() };
        let agents = [("a", record(7, 30.0)), ("b", record(2, 10.0)), ("foe", record(1, -4.0))];
        let mut summary = Summary {
            settled: 10,
            agents: agents.map(|(name, record)| (name.to_owned(), record)).into(),
            ..Summary::default()
        };
        assert_eq!(summary.print_adversaries(), "");
        summary.adversaries.insert("foe".to_owned());
        let told = summary.print_adversaries();
        assert!(
            told.contains("1 of 3 agents won 1 of 10 rounds and earned -4.00 WAG each"),
            "{told}"
        );
        assert!(told.ends_with("the honest agents 20.00"), "{told}");
    }
}
