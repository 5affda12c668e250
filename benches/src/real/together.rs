//! Several jobs at once, for as long as a run may take.
//!
//! A model on a CPU is bound by the memory that it reads for every token: several replies at once
//! cost little more than one. Jobs begin in their order, so that a run that is stopped leaves the
//! first ones done, and the next run goes on behind them.

use anyhow::{Context, Error, Result};
use std::{
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, SystemTime},
};

/// How many jobs may fail, one way or another, before the rest is given up.
const MOST_FAILURES: usize = 5;

/// Until when jobs may begin; by default for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Until(Option<SystemTime>);

impl Until {
    /// Until this second since 1970.
    pub fn second(second: Option<u64>) -> Self {
        Self(second.map(|second| SystemTime::UNIX_EPOCH + Duration::from_secs(second)))
    }

    /// Whether the time is over.
    pub fn is_over(self) -> bool {
        self.0.is_some_and(|end| SystemTime::now() >= end)
    }
}

/// Do `jobs` in their order, `at_once` of them side by side; `keep` is told of each that is done.
/// Jobs that fail are told of and left out. Whether all were done.
///
/// # Errors
/// The first that `keep` gives, or the last of too many of `work`. Jobs that run then still end
/// and are kept.
pub fn together<J: Sync, R: Send>(
    jobs: &[J],
    (at_once, until): (usize, Until),
    work: impl Fn(&J) -> Result<R> + Sync,
    mut keep: impl FnMut(&J, R) -> Result<()>,
) -> Result<bool> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    // Nobody begins another job before what it has done is taken: so a full disk stops all soon.
    let (sender, results) = mpsc::sync_channel::<(&J, Result<R>)>(0);
    let (mut done, mut failed) = (0, 0);
    let mut fatal: Option<Error> = None;
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, jobs.len().max(1)) {
            let (sender, next, stop, work) = (sender.clone(), &next, &stop, &work);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) && !until.is_over() {
                    let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    if sender.send((job, work(job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (job, result) in results {
            let problem = match result {
                Ok(result) => keep(job, result).err(),
                Err(error) => {
                    failed += 1;
                    eprintln!("a job failed and is left out: {error:#}");
                    (failed >= MOST_FAILURES)
                        .then(|| error.context(format!("{failed} jobs failed")))
                }
            };
            match problem {
                Some(problem) => {
                    stop.store(true, Ordering::Relaxed);
                    fatal = fatal.take().or(Some(problem));
                }
                None => done += 1,
            }
        }
    });
    match fatal {
        Some(problem) => Err(problem).context("the run stops"),
        None => Ok(done == jobs.len() && failed == 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn jobs_should_all_be_done_and_begin_in_their_order() {
        let jobs: Vec<usize> = (0..100).collect();
        let mut done = Vec::new();
        let keep = |job: &usize, doubled: usize| {
            assert_eq!(doubled, 2 * job);
            done.push(*job);
            Ok(())
        };
        let all = together(&jobs, (4, Until::default()), |job| Ok(2 * job), keep);
        assert!(all.unwrap());
        // Four at once: none is more than those that ran beside it away from its place.
        let mut sorted = done.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, jobs);
        let mut alone = Vec::new();
        let keep = |job: &usize, (): ()| {
            alone.push(*job);
            Ok(())
        };
        assert!(together(&jobs, (1, Until::default()), |_| Ok(()), keep).unwrap());
        assert_eq!(alone, jobs);
    }

    #[test]
    fn no_job_should_begin_when_the_time_is_over() {
        let over = Until::second(Some(1));
        let all = together(&[1, 2], (2, over), |_| Ok(()), |_, ()| bail!("none is done"));
        assert!(!all.unwrap());
        assert!(over.is_over() && !Until::default().is_over());
    }

    #[test]
    fn other_jobs_should_be_done_when_some_fail_but_not_for_ever() {
        let few = |job: &usize| if *job == 3 { bail!("no") } else { Ok(()) };
        let jobs: Vec<usize> = (0..20).collect();
        let mut done = 0;
        let keep = |_: &usize, (): ()| {
            done += 1;
            Ok(())
        };
        assert!(!together(&jobs, (2, Until::default()), few, keep).unwrap());
        assert_eq!(done, 19);
        let all = |_: &usize| -> Result<()> { bail!("gone") };
        let error = together(&jobs, (1, Until::default()), all, |_, ()| Ok(())).unwrap_err();
        assert!(format!("{error:#}").contains("5 jobs failed: gone"), "{error:#}");
    }

    #[test]
    fn run_should_stop_when_results_cannot_be_kept() {
        let jobs: Vec<usize> = (0..20).collect();
        let mut kept = 0;
        let keep = |_: &usize, (): ()| {
            kept += 1;
            bail!("the disk is full")
        };
        let error = together(&jobs, (1, Until::default()), |_| Ok(()), keep).unwrap_err();
        assert!(format!("{error:#}").contains("the disk is full"), "{error:#}");
        assert!(kept < jobs.len());
    }
}
