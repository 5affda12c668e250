//! Far more jobs than one model can do: which are refused, in which order the others are done, and
//! which are still done in time.

use super::lines::{milliseconds, Line};
use crate::{
    arena::{line_up, Worker},
    draws::Draws,
};
use anyhow::{ensure, Result};
use indicatif::ProgressBar;
use serde_json::json;
use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Jobs that the queue of the worker holds.
pub(super) const QUEUE: u64 = 64;

/// Measure a worker with a queue of [`QUEUE`]; `time`: how long many clients post without end.
pub(super) fn measure(worker: &Worker, time: Duration, bar: &ProgressBar) -> Result<Vec<Line>> {
    bar.set_length(3);
    let mut lines = burst(worker)?;
    bar.inc(1);
    lines.extend(prolonged(worker)?);
    bar.inc(1);
    lines.extend(sustained(worker, time)?);
    Ok(lines)
}

/// What a post of a burst brought.
struct Reply {
    status: u16,
    /// The status of the job.
    said: String,
    /// Since it was posted.
    took: Duration,
    /// Since the burst began.
    at: Duration,
}

/// Four hundred posts at the same time, with deadlines that leave no time for all.
fn burst(worker: &Worker) -> Result<Vec<Line>> {
    const POSTS: usize = 400;
    let mut draws = Draws::of("worker/burst", 0);
    let deadlines: Vec<u64> = (0..POSTS).map(|_| 200 + draws.below(2_000) as u64).collect();
    let start = Instant::now();
    let replies = side_by_side(POSTS, |number| {
        let posted = Instant::now();
        let (status, body) = worker.post_once(&job(number as u64, deadlines[number], 30_000, 8))?;
        let said = body["status"].as_str().unwrap_or_default().to_owned();
        Ok(Reply { status, said, took: posted.elapsed(), at: start.elapsed() })
    })?;
    let refused: Vec<f64> = replies
        .iter()
        .filter(|reply| reply.status == 429)
        .map(|reply| milliseconds(reply.took))
        .collect();
    let mut done: Vec<(Duration, u64)> = replies
        .iter()
        .zip(&deadlines)
        .filter(|(reply, _)| reply.said == "done")
        .map(|(reply, deadline)| (reply.at, *deadline))
        .collect();
    done.sort();
    let expired = replies.iter().filter(|reply| reply.said == "declined").count();
    let ordered = done.windows(2).filter(|pair| pair[0].1 <= pair[1].1).count();
    let accepted = done.len() + expired;
    ensure!(accepted + refused.len() == POSTS, "the worker replied with something else");
    Ok(vec![
        Line::value(
            "overload",
            format!("burst of {POSTS}: taken (the queue holds {QUEUE}, one runs)"),
            POSTS,
            accepted as f64,
            "jobs",
        ),
        Line::value("overload", "burst: of those done in time", POSTS, done.len() as f64, "jobs"),
        Line::value(
            "overload",
            "burst: of those never started, their deadline having passed",
            POSTS,
            expired as f64,
            "jobs",
        ),
        Line::value(
            "overload",
            "burst: neighbours done in the order of their deadlines",
            done.len(),
            100.0 * ordered as f64 / (done.len().max(2) - 1) as f64,
            "%",
        ),
        Line::times("overload", "burst: refused with 429, time to the refusal", &refused),
    ])
}

/// Jobs that would expire, posted again with a later deadline: the newest deadline counts.
fn prolonged(worker: &Worker) -> Result<Vec<Line>> {
    const JOBS: usize = 40;
    let post = |number: usize, deadline, wait| {
        worker.post_once(&job(10_000 + number as u64, deadline, wait, 8))
    };
    for number in 0..JOBS {
        post(number, 60, 0)?;
        post(number, 60_000, 0)?;
    }
    let replies = side_by_side(JOBS, |number| post(number, 60, 30_000))?;
    let done = replies.iter().filter(|(_, body)| body["status"] == "done").count();
    let case = "deadline too short, posted again with a later one: done";
    Ok(vec![Line::value("overload", case, JOBS, done as f64, "jobs")])
}

/// Many clients that never stop, each job of use for a moment only, against one client alone.
fn sustained(worker: &Worker, time: Duration) -> Result<Vec<Line>> {
    let clients = 96;
    let next = AtomicU64::new(100_000);
    let run = |clients: usize| -> Result<(f64, f64)> {
        let (done, posts) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let since = Instant::now();
        side_by_side(clients, |_| {
            while since.elapsed() < time {
                let (status, body) =
                    worker.post_once(&job(next.fetch_add(1, Ordering::Relaxed), 250, 1_000, 1))?;
                posts.fetch_add(1, Ordering::Relaxed);
                match status {
                    200 if body["status"] == "done" => {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    // As a client that keeps to the reply, only less patient.
                    429 => std::thread::sleep(Duration::from_millis(50)),
                    _ => (),
                }
            }
            Ok(())
        })?;
        let seconds = since.elapsed().as_secs_f64();
        Ok((done.into_inner() as f64 / seconds, posts.into_inner() as f64 / seconds))
    };
    let (alone, _) = run(1)?;
    let (crowded, posts) = run(clients)?;
    Ok(vec![
        Line::value("overload", "one client: grades in time", 1, alone, "1/s"),
        Line::value(
            "overload",
            format!("{clients} clients, 250 ms each: posts"),
            clients,
            posts,
            "1/s",
        ),
        Line::value(
            "overload",
            format!("{clients} clients, 250 ms each: grades in time"),
            clients,
            crowded,
            "1/s",
        ),
    ])
}

fn job(number: u64, deadline_ms: u64, wait_ms: u64, candidates: u64) -> serde_json::Value {
    let texts: Vec<_> = (0..candidates)
        .map(|author| json!({"author": author, "text": (number + author).to_string()}))
        .collect();
    json!({
        "id": format!("{number:064x}"), "agent": line_up::key(0), "kind": "grade",
        "prompt": format!("{number}+1"), "reference": "49", "candidates": texts,
        "deadline_ms": deadline_ms, "wait_ms": wait_ms,
    })
}

/// `work` of each number below `count`, all at the same time.
fn side_by_side<T: Send>(count: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || work(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread of ours panics")).collect()
    })
}
