//! Rounds all the time for as long as is asked: memory of node and worker stays flat, no files pile
//! up, nobody is late.
//!
//! `WAGGLE_SOAK_MINUTES` says how long (`./scripts/soak --minutes 30`); without it there is no
//! soak. Samples of every process go to a CSV file, `WAGGLE_SOAK_CSV` or `soak.csv` in the
//! temporary directory: `seconds, process, resident_mib, own_mib, open_files, database_files,
//! threads, rounds_settled`. Flat means: between the second and the last quarter of the time the
//! median of a process's own memory grows by no more than [`GROWTH`] and [`GROWTH_MIB`], whichever
//! is more, and that of its open files by no more than [`GROWTH_FILES`]. The first quarter is for
//! caches to fill.
//!
//! A process's *own* memory is what no file stands behind. A node's database maps its index, 32 MiB
//! a column, and opens a file for each size of values once its first log is full, some minutes
//! after the start: up to a few hundred files at once, and then no more. So these are counted
//! apart, and the resident memory is shown too.

use super::{
    ledger::Ledger,
    swarm::{
        absent, ask, check_logs, check_rest, start, terms, AGENTS, ALL_NODES, CLIENTS, QUESTIONS,
    },
};
use std::{
    collections::BTreeMap,
    fmt::Write,
    path::PathBuf,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use waggle_harness::statistics::percentile;
use waggle_local_network::LocalNetwork;

/// Rounds that are asked at the same time.
const AT_ONCE: usize = 2;
/// Pause between samples.
const PAUSE: Duration = Duration::from_secs(5);
/// What counts as flat: as a part of the memory, in MiB, in files.
const GROWTH: f64 = 0.05;
const GROWTH_MIB: f64 = 16.0;
const GROWTH_FILES: f64 = 8.0;
/// A round in which everybody is prompt takes three blocks from the last commit; one that misses a
/// few is late.
const LATE_BLOCKS: u32 = 6;
/// How many rounds in a hundred may be late for other reasons than a missed deadline.
const LATE_IN_A_HUNDRED: usize = 1;

/// A process at one moment.
#[derive(Clone, Debug)]
struct Sample {
    seconds: u64,
    process: String,
    resident_mib: f64,
    /// What no file stands behind.
    own_mib: f64,
    /// Files, sockets and pipes, but those of the database.
    open_files: usize,
    database_files: usize,
    threads: usize,
    rounds: usize,
}

/// What the rounds came to.
#[derive(Default)]
struct Tally {
    settled: AtomicUsize,
    late: AtomicUsize,
    missed: AtomicUsize,
}

#[tokio::test]
#[ignore = "takes minutes: ./scripts/soak --minutes 30"]
async fn memory_and_files_should_stay_flat_and_no_deadline_be_missed() {
    let minutes =
        std::env::var("WAGGLE_SOAK_MINUTES").ok().and_then(|minutes| minutes.parse::<f64>().ok());
    let Some(minutes) = minutes else { return };
    let time = Duration::from_secs_f64(minutes * 60.0);
    let mut network = start().await;
    let before = Ledger::now(&network.url()).await;
    let (tally, begin) = (Arc::new(Tally::default()), Instant::now());
    let asking: Vec<_> = (0..AT_ONCE)
        .map(|asker| {
            tokio::spawn(keep_asking(
                network.url_of("bob").unwrap(),
                asker,
                begin + time,
                tally.clone(),
            ))
        })
        .collect();

    let mut samples = Vec::new();
    while begin.elapsed() < time {
        tokio::time::sleep(PAUSE).await;
        network.check_running().unwrap();
        if begin.elapsed() < time && asking.iter().any(JoinHandle::is_finished) {
            // What failed says so below.
            break;
        }
        samples.extend(sample(&network, begin, tally.settled.load(Ordering::Relaxed)));
    }
    for asking in asking {
        asking.await.unwrap();
    }
    let file = write_csv(&samples);
    check_rest(&mut network, &ALL_NODES, &before).await;
    check_logs(&network, &ALL_NODES);
    network.stop().await;

    let [settled, late, missed] =
        [&tally.settled, &tally.late, &tally.missed].map(|count| count.load(Ordering::Relaxed));
    let growing = table(&samples);
    eprintln!(
        "{settled} rounds in {minutes} minutes, {late} with more than {LATE_BLOCKS} blocks from \
         last commit to settlement, {missed} acts missed; samples in {}",
        file.display()
    );
    eprintln!(
        "verdict: {}",
        if growing.is_empty() { "flat".into() } else { format!("GROWING: {growing:?}") }
    );
    assert_eq!(missed, 0, "nobody misses a deadline");
    assert!(
        settled > 0 && late * 100 <= settled * LATE_IN_A_HUNDRED,
        "{late} of {settled} rounds are late"
    );
    assert!(growing.is_empty(), "{growing:?}");
}

/// Ask one question after the other until `end`.
async fn keep_asking(url: String, asker: usize, end: Instant, tally: Arc<Tally>) {
    let (mut asked, begin) = (asker, Instant::now());
    while Instant::now() < end {
        let question = QUESTIONS[asked % QUESTIONS.len()];
        let report = ask(&url, CLIENTS[asker], question, &terms(AGENTS)).await.settled().await;
        let missing = AGENTS - report.answers.len() + absent(&report);
        let late = report.blocks.commit_to_settlement.is_none_or(|blocks| blocks > LATE_BLOCKS);
        if missing > 0 || late {
            let did =
                report.answers.iter().map(|answer| (answer.opened_answer, answer.opened_grades));
            eprintln!(
                "round {} after {} s: {missing} acts missed; answers and grades opened: {:?}; {:?}",
                report.round,
                begin.elapsed().as_secs(),
                did.collect::<Vec<_>>(),
                report.blocks,
            );
        }
        tally.missed.fetch_add(missing, Ordering::Relaxed);
        tally.late.fetch_add(usize::from(late), Ordering::Relaxed);
        tally.settled.fetch_add(1, Ordering::Relaxed);
        asked += 1;
    }
}

fn sample(network: &LocalNetwork, begin: Instant, rounds: usize) -> Vec<Sample> {
    let seconds = begin.elapsed().as_secs();
    let processes = network.processes().map(|(name, process)| {
        let proc = format!("/proc/{}", process.id().unwrap_or_default());
        let entries =
            |of: &str| std::fs::read_dir(format!("{proc}/{of}")).into_iter().flatten().flatten();
        let is_database = |entry: &std::fs::DirEntry| {
            std::fs::read_link(entry.path())
                .is_ok_and(|file| file.to_string_lossy().contains("/paritydb/"))
        };
        let (database, others): (Vec<_>, Vec<_>) = entries("fd").partition(is_database);
        Sample {
            seconds,
            process: name.to_owned(),
            resident_mib: process.resident_mib(),
            own_mib: process.own_mib(),
            open_files: others.len(),
            database_files: database.len(),
            threads: entries("task").count(),
            rounds,
        }
    });
    processes.collect()
}

fn write_csv(samples: &[Sample]) -> PathBuf {
    let file = std::env::var_os("WAGGLE_SOAK_CSV")
        .map_or_else(|| std::env::temp_dir().join("soak.csv"), PathBuf::from);
    let mut text = String::from(
        "seconds,process,resident_mib,own_mib,open_files,database_files,threads,rounds_settled\n",
    );
    for sample in samples {
        let Sample {
            seconds,
            process,
            resident_mib,
            own_mib,
            open_files,
            database_files,
            threads,
            rounds,
        } = sample;
        let memory = format!("{resident_mib:.1},{own_mib:.1}");
        writeln!(
            text,
            "{seconds},{process},{memory},{open_files},{database_files},{threads},{rounds}"
        )
        .unwrap();
    }
    std::fs::write(&file, text).unwrap();
    file
}

/// Show each process's medians by quarter of the time, and return those that grow.
fn table(samples: &[Sample]) -> Vec<String> {
    let mut processes = BTreeMap::<&str, Vec<&Sample>>::new();
    for sample in samples {
        processes.entry(&sample.process).or_default().push(sample);
    }
    let mut growing = Vec::new();
    eprintln!(
        "{:<14} {:>31} {:>31} {:>23} {:>9} {:>8}",
        "process", "own MiB, by quarter", "resident MiB", "open files", "database", "threads"
    );
    for (process, samples) in processes {
        let quarters: Vec<&[&Sample]> = samples.chunks(samples.len().div_ceil(4)).collect();
        let memory: Vec<f64> =
            quarters.iter().map(|part| median(part, |sample| sample.own_mib)).collect();
        let resident: Vec<f64> =
            quarters.iter().map(|part| median(part, |sample| sample.resident_mib)).collect();
        let database = samples.iter().map(|sample| sample.database_files).max().unwrap_or_default();
        let files: Vec<f64> =
            quarters.iter().map(|part| median(part, |sample| sample.open_files as f64)).collect();
        let threads = samples.iter().map(|sample| sample.threads).max().unwrap_or_default();
        let shown = |values: &[f64], width: usize| {
            values.iter().map(|value| format!("{value:>width$.0}")).collect::<Vec<_>>().join(" ")
        };
        let (memory_shown, resident) = (shown(&memory, 7), shown(&resident, 7));
        let files_shown = shown(&files, 5);
        eprintln!(
            "{process:<14} {memory_shown:>31} {resident:>31} {files_shown:>23} {database:>9} \
             {threads:>8}"
        );
        if let ([_, second, .., last], [_, second_files, .., last_files]) =
            (&memory[..], &files[..])
        {
            if last - second > (second * GROWTH).max(GROWTH_MIB) {
                growing.push(format!("{process}: {second:.0} → {last:.0} MiB"));
            }
            if last_files - second_files > GROWTH_FILES {
                growing.push(format!("{process}: {second_files:.0} → {last_files:.0} open files"));
            }
        }
    }
    growing
}

fn median(samples: &[&Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    percentile(&samples.iter().map(|sample| value(sample)).collect::<Vec<_>>(), 0.5)
}
