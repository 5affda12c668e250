//! What several rounds come to: how often the swarm and its agents were right, and how long it took.

use crate::report::{short_account, RoundReport, Status};
use std::{collections::BTreeMap, fmt::Write};

/// Counts over the rounds so far.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Rounds asked.
    pub asked: u32,
    /// Of them, settled.
    pub settled: u32,
    /// Of the settled ones, with a known right answer.
    pub known: u32,
    /// Of those, answered rightly by the swarm.
    pub swarm_right: u32,
    /// By agent: its model, answers of its own to questions with a known right answer that were right, rounds won.
    pub agents: BTreeMap<String, AgentRecord>,
    durations_ms: Vec<u64>,
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
}

impl Summary {
    /// Count a round.
    pub fn add(&mut self, report: &RoundReport) {
        self.asked += 1;
        if let Some(memory) = &report.memory {
            self.peak_mib = self.peak_mib.max(memory.node_mib + memory.worker_mib);
        }
        self.durations_ms.extend(report.phases_ms.total);
        if report.status != Status::Settled {
            return;
        }
        self.settled += 1;
        let is_right = |text: &Option<String>| report.expected.is_some() && *text == report.expected;
        self.known += u32::from(report.expected.is_some());
        self.swarm_right += u32::from(is_right(&report.winner_text));
        for answer in &report.answers {
            let record = self.agents.entry(answer.agent.clone()).or_default();
            record.model.clone_from(&answer.model);
            record.right += u32::from(is_right(&answer.text));
            record.won += u32::from(report.winner.as_ref() == Some(&answer.agent));
        }
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
        let mut durations = self.durations_ms.clone();
        durations.sort_unstable();
        if let (Some(median), Some(longest)) = (durations.get(durations.len() / 2), durations.last()) {
            let (median, longest) = (*median as f64 / 1000.0, *longest as f64 / 1000.0);
            let _ = write!(out, "; median {median:.1} s, longest {longest:.1} s");
        }
        let _ = write!(out, "; node and worker together at most {:.0} MiB", self.peak_mib);
        if self.known == 0 {
            return out;
        }
        let percent = |share: f64| 100.0 * share;
        let _ = write!(
            out,
            "\nRight answers, of {} questions with a known one: swarm {:.0} %, best agent {:.0} %, mean of agents {:.0} %",
            self.known,
            percent(self.swarm_accuracy()),
            percent(self.best_accuracy()),
            percent(self.mean_accuracy())
        );
        for (agent, record) in &self.agents {
            let _ = write!(
                out,
                "\n  {:<12} {:<16} right {:>3.0} %, won {}",
                short_account(agent),
                record.model,
                percent(ratio(record.right, self.known)),
                record.won
            );
        }
        out
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}
