//! The disk of a process is full.
//!
//! A worker reads its models at the start and writes nothing but its log, to where its standard
//! error leads; so what can go wrong is the logging itself, and starting again. A node writes its
//! database as well: it cannot go on without space, but must come back when there is some. The
//! disks are tmpfs of a few MiB, mounted by the test: that needs root.

use super::{
    ledger::Ledger,
    long, skipped,
    swarm::{
        ask, check_complete, check_logs, check_rest, roles, start_in, terms, AGENTS, ALL_NODES,
        AT_HOME, MEADOW, MEADOW_WORKER, QUESTIONS,
    },
};
use crate::scenario::{plan, start};
use std::{
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use waggle_local_network::{Plan, Surroundings, WORKER};

/// The file that fills a disk.
const FILLING: &str = "full";

/// A small disk.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Mount one of `mib` MiB. `None` if that is not allowed.
    fn mount(mib: usize) -> Option<Self> {
        let directory = tempfile::Builder::new().prefix("waggle-disk-").tempdir().unwrap();
        let size = format!("size={mib}m");
        let mounted = run_mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], directory.path());
        mounted.then_some(Self(directory))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Write until nothing more goes in: into a file of its own, and into the last page of `log`,
    /// which is there already.
    fn fill(&self, log: &Path) {
        for file in [&self.path().join(FILLING), log] {
            let mut file =
                std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
            for size in [65_536, 1] {
                while file.write_all(&vec![b'.'; size]).is_ok() {}
            }
            assert_eq!(file.write_all(b".").unwrap_err().kind(), std::io::ErrorKind::StorageFull);
        }
    }

    /// Make it larger.
    fn grow(&self, mib: usize) {
        assert!(run_mount(&["-o", &format!("remount,size={mib}m")], self.path()));
    }

    /// What a process on this disk sees: its directory, home and temporary files are there.
    fn surroundings(&self) -> Surroundings {
        let here = self.path().display().to_string();
        let environment = ["HOME", "TMPDIR"].map(|name| (name.to_owned(), here.clone())).to_vec();
        Surroundings { environment, directory: Some(self.path().to_owned()), ..Default::default() }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may still have its log open.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn run_mount(arguments: &[&str], directory: &Path) -> bool {
    let mounted = Command::new("mount").args(arguments).arg(directory).output();
    mounted.is_ok_and(|output| output.status.success())
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/test network"]
async fn worker_should_serve_and_start_when_its_disk_is_full() {
    let Some(disk) = Disk::mount(1) else {
        return skipped("the worker's disk is full", "mounting a tmpfs needs root");
    };
    let surroundings = [(WORKER.to_owned(), disk.surroundings())].into();
    let mut network = start(Plan { roles: roles(AT_HOME), surroundings, ..plan() }).await;
    let url = network.url();
    let before = Ledger::now(&url).await;
    let log = disk.path().join("worker.log");
    assert!(log.is_file(), "its log is on the small disk");

    disk.fill(&log);
    let logged = std::fs::metadata(&log).unwrap().len();
    for question in &QUESTIONS[..2] {
        let report = ask(&url, "//Bob", question, &terms(AT_HOME)).await.settled().await;
        check_complete(&network, &report, AT_HOME);
    }
    network.check_running().unwrap();
    // It starts on the full disk as well.
    network.kill(WORKER).await.unwrap();
    network.start_again(&[WORKER]).await.unwrap();
    let report = ask(&url, "//Bob", QUESTIONS[2], &terms(AT_HOME)).await.settled().await;
    check_complete(&network, &report, AT_HOME);
    // Each start says something, and there was no room for it.
    assert_eq!(std::fs::metadata(&log).unwrap().len(), logged, "the disk was full all the time");
    check_rest(&mut network, &["node"], &before).await;
    network.stop().await;
}

#[tokio::test]
#[ignore = "starts processes: ./scripts/faults --all"]
async fn node_should_come_back_when_its_full_disk_has_space_again() {
    if !long() {
        return;
    }
    let Some(disk) = Disk::mount(96) else {
        return skipped("the node's disk is full", "mounting a tmpfs needs root");
    };
    let of_dave =
        |name: &str| if name == "dave" { disk.surroundings() } else { Default::default() };
    let mut network = start_in(of_dave).await;
    let before = Ledger::now(&network.url()).await;
    disk.fill(&disk.path().join("dave.log"));
    // Dave's node stops, or limps; the others go on either way.
    let begin = Instant::now();
    let stopped = loop {
        match network.check_running() {
            Err(failure) => break Some(failure.to_string()),
            Ok(()) if begin.elapsed() > Duration::from_secs(60) => break None,
            Ok(()) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    };
    eprintln!("{:.1} s after its disk was full: {stopped:?}", begin.elapsed().as_secs_f64());
    let report = ask(&network.url(), "//Bob", QUESTIONS[0], &terms(AGENTS)).await.settled().await;
    check_complete(&network, &report, AGENTS);

    network.kill("dave").await.unwrap();
    std::fs::remove_file(disk.path().join(FILLING)).unwrap();
    disk.grow(512);
    network.start_again(&["dave"]).await.unwrap();
    check_rest(&mut network, &ALL_NODES, &before).await;
    check_logs(&network, &["alice", "bob", "charlie", MEADOW]);
    assert!(network.processes().any(|(name, _)| name == MEADOW_WORKER));
    network.stop().await;
}
