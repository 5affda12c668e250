//! Where the time between two blocks goes, from what the hook says of its runs
//! (`pallet_waggle_rounds::hook::course`).

use super::{
    heads::Seen,
    store::{decimals, Row},
};
use waggle_harness::statistics::{mean, percentile};
use waggle_primitives::view::RoundBlocks;

/// A run of the hook as its line in the node's log tells of it. Times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Course {
    /// The block on whose state it ran.
    pub(super) block: u32,
    /// When it began, since the Unix epoch.
    pub(super) start: f64,
    /// After how long all duties were read and all jobs posted.
    pub(super) duties: f64,
    /// How many jobs it posted.
    pub(super) jobs: u32,
    /// After how long the last reply was there.
    pub(super) replied: Option<f64>,
    /// How many acts it sent.
    pub(super) acts: u32,
    /// After how long the last act was sent for the first time.
    pub(super) sent: Option<f64>,
}

/// The runs that a node's log tells of.
pub(super) fn read(log: &str) -> Vec<Course> {
    log.lines().filter_map(read_line).collect()
}

fn read_line(line: &str) -> Option<Course> {
    let (block, fields) = line.split_once("run of block ")?.1.split_once(": ")?;
    let mut course = Course { block: block.parse().ok()?, ..Course::default() };
    for (name, value) in fields.split_whitespace().filter_map(|field| field.split_once('=')) {
        let number = value.parse::<f64>().ok();
        match name {
            "start" => course.start = number?,
            "duties" => course.duties = number?,
            "jobs" => course.jobs = number? as u32,
            "replied" => course.replied = number,
            "acts" => course.acts = number? as u32,
            "sent" => course.sent = number,
            _ => {}
        }
    }
    (course.start > 0.0).then_some(course)
}

/// A step of the validation, over all rounds of a point: what happens on the state of one block, so
/// that its acts are in the next. Milliseconds after the beginning of the block's slot.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Length of a slot.
    pub(super) slot_ms: u64,
    /// Agents in the swarm, all of one node.
    pub(super) agents: u32,
    /// `open answers`, `grade` or `open grades`.
    pub(super) step: &'static str,
    /// Runs that were looked at.
    pub(super) runs: usize,
    /// The client learnt of the block: median.
    pub(super) block_p50_ms: f64,
    /// The same, 95th percentile.
    pub(super) block_p95_ms: f64,
    /// The hook's run began: median.
    pub(super) hook_p50_ms: f64,
    /// The same, 95th percentile.
    pub(super) hook_p95_ms: f64,
    /// Duties were read and jobs posted: median.
    pub(super) duties_p50_ms: f64,
    /// The worker's last reply was there: median; 0 in steps without jobs.
    pub(super) replied_p50_ms: f64,
    /// The same, 95th percentile.
    pub(super) replied_p95_ms: f64,
    /// The last act was given to the pool: median.
    pub(super) sent_p50_ms: f64,
    /// The same, 95th percentile.
    pub(super) sent_p95_ms: f64,
    /// What the node itself took from the block to the pool, in milliseconds: until the run began,
    /// reading duties, sealing and signing; neither waiting for the worker nor holding acts
    /// back until they may be sent. Mean.
    pub(super) node_mean_ms: f64,
}

impl Step {
    /// As a line of `latency-steps.csv`.
    pub(super) fn row(&self) -> Row {
        vec![
            ("slot_ms", self.slot_ms.to_string()),
            ("agents", self.agents.to_string()),
            ("step", self.step.to_string()),
            ("runs", self.runs.to_string()),
            ("block_p50_ms", decimals(self.block_p50_ms)),
            ("block_p95_ms", decimals(self.block_p95_ms)),
            ("hook_p50_ms", decimals(self.hook_p50_ms)),
            ("hook_p95_ms", decimals(self.hook_p95_ms)),
            ("duties_p50_ms", decimals(self.duties_p50_ms)),
            ("replied_p50_ms", decimals(self.replied_p50_ms)),
            ("replied_p95_ms", decimals(self.replied_p95_ms)),
            ("sent_p50_ms", decimals(self.sent_p50_ms)),
            ("sent_p95_ms", decimals(self.sent_p95_ms)),
            ("node_mean_ms", decimals(self.node_mean_ms)),
        ]
    }
}

/// The steps of the rounds whose blocks are `rounds`.
pub(super) fn steps(
    slot_ms: u64,
    agents: u32,
    courses: &[Course],
    rounds: &[RoundBlocks],
    seen: &Seen,
) -> Vec<Step> {
    type OfStep = fn(&RoundBlocks) -> Option<u32>;
    let all: [(&str, OfStep); 3] = [
        ("open answers", |blocks| blocks.answering_ended),
        ("grade", |blocks| blocks.opening_answers_ended),
        ("open grades", |blocks| blocks.grading_ended),
    ];
    let of = |(step, block): (&'static str, OfStep)| {
        let runs: Vec<(f64, f64, Course)> = rounds
            .iter()
            .filter_map(block)
            .filter_map(|number| {
                let course =
                    courses.iter().find(|course| course.block == number && course.acts > 0)?;
                let best = seen.best.get(&number)?;
                Some(((best.slot * slot_ms) as f64, best.at, *course))
            })
            .collect();
        let times = |time: fn(&(f64, f64, Course)) -> Option<f64>| -> Vec<f64> {
            runs.iter().filter_map(|run| time(run).map(|at| at - run.0)).collect()
        };
        let block = times(|(_, seen, _)| Some(*seen));
        let hook = times(|(_, _, course)| Some(course.start));
        let duties = times(|(_, _, course)| Some(course.start + course.duties));
        let replied = times(|(_, _, course)| course.replied.map(|after| course.start + after));
        let sent = times(|(_, _, course)| course.sent.map(|after| course.start + after));
        let node: Vec<f64> = runs
            .iter()
            .map(|(_, seen, course)| (course.start - seen).max(0.0) + course.duties)
            .collect();
        Step {
            slot_ms,
            agents,
            step,
            runs: runs.len(),
            block_p50_ms: percentile(&block, 0.5),
            block_p95_ms: percentile(&block, 0.95),
            hook_p50_ms: percentile(&hook, 0.5),
            hook_p95_ms: percentile(&hook, 0.95),
            duties_p50_ms: percentile(&duties, 0.5),
            replied_p50_ms: percentile(&replied, 0.5),
            replied_p95_ms: percentile(&replied, 0.95),
            sent_p50_ms: percentile(&sent, 0.5),
            sent_p95_ms: percentile(&sent, 0.95),
            node_mean_ms: mean(&node),
        }
    };
    all.map(of).into_iter().filter(|step| step.runs > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_hook_should_be_read_and_others_left() {
        let log = "2026-11-24 18:00:00.000 DEBUG offchain-worker waggle::hook: run of block 12: \
                   start=1764000000023 duties=1 jobs=4 replied=35 acts=4 sent=50 over=100\n\
                   run of block 13: start=1764000000100 duties=0 jobs=0 replied=- acts=2 sent=- \
                   over=9\n🏆 Imported #12\nrun of block x: start=1\nrun of block 1: a";
        let courses = read(log);
        assert_eq!(courses.len(), 2);
        assert_eq!((courses[0].block, courses[0].jobs, courses[0].replied), (12, 4, Some(35.0)));
        assert_eq!((courses[1].acts, courses[1].replied, courses[1].sent), (2, None, None));
    }
}
