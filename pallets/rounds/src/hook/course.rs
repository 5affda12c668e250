//! How a run went: one line at debug level for each run that had something to do, so that an
//! operator, or a harness, can see where the time between two blocks goes.
//!
//! The line is `run of block 12: start=1764000000023 duties=1 jobs=4 replied=35 acts=4 sent=50
//! over=100`: the start in milliseconds since the Unix epoch, then what happened when, in
//! milliseconds after the start; `-` where it did not.
//!
//! Out of scope: what became of the acts. The next block's state says that.

use super::trouble::LOG_TARGET;
use core::fmt;
use sp_core::offchain::Timestamp;

/// The course of one run.
#[derive(Clone, Debug)]
pub struct Course {
    start: Timestamp,
    /// All duties were read, and the jobs they ask for posted.
    duties: After,
    /// The last job's reply was complete.
    replied: After,
    jobs: u32,
}

impl Course {
    /// Of a run that began at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { start, duties: After(None), replied: After(None), jobs: 0 }
    }

    /// A job has been posted.
    pub fn job_posted(&mut self) {
        self.jobs = self.jobs.saturating_add(1);
    }

    /// All duties have been read.
    pub fn duties_read(&mut self) {
        self.duties = self.now();
    }

    /// A job's reply is complete.
    pub fn job_replied(&mut self) {
        self.replied = self.now();
    }

    /// The run on block `block` is over; it sent `acts` acts, the last of them first at `sent`.
    pub fn over(self, block: u32, acts: usize, sent: Option<Timestamp>) {
        if self.jobs == 0 && acts == 0 {
            return;
        }
        log::debug!(
            target: LOG_TARGET,
            "run of block {block}: start={} duties={} jobs={} replied={} acts={acts} sent={} \
             over={}",
            self.start.unix_millis(),
            self.duties,
            self.jobs,
            self.replied,
            self.until(sent),
            self.now(),
        );
    }

    fn now(&self) -> After {
        self.until(Some(sp_io::offchain::timestamp()))
    }

    fn until(&self, time: Option<Timestamp>) -> After {
        After(time.map(|time| time.unix_millis().saturating_sub(self.start.unix_millis())))
    }
}

/// Milliseconds after the start of the run, if it happened.
#[derive(Clone, Copy, Debug)]
struct After(Option<u64>);

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.0 {
            Some(millis) => write!(f, "{millis}"),
            None => write!(f, "-"),
        }
    }
}
