//! Programs that measure, and the scripts that call them, leave nothing running that they started,
//! whatever stops them. Scripts that never end play the worker, the model server and the others.
//! Linux only.
#![cfg(target_os = "linux")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use waggle_evidence::real::sources::Sources;

/// How long a program may take to start another one.
const START: Duration = Duration::from_secs(30);
/// How long what it started may take to end.
const END: Duration = Duration::from_secs(5);

/// One test at a time: a script cannot be run while it is open for writing, which it would also be
/// in a process that another test is just starting.
static ALONE: Mutex<()> = Mutex::new(());

/// A folder with programs that are made up, gone when the test is over.
struct Stage {
    folder: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Stage {
    fn new(name: &str) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("waggle-children-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("models")).unwrap();
        Self { folder, _alone: alone }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A program that runs these lines of shell.
    fn program(&self, name: &str, lines: &str) {
        fs::write(self.at(name), format!("#!/bin/sh\n{lines}\n")).unwrap();
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A program that writes down its number and never ends.
    fn lasting_program(&self, name: &str) {
        let note = self.note().display().to_string();
        self.program(name, &format!("echo $$ >{note}.part\nmv {note}.part {note}\nexec sleep 600"));
    }

    fn note(&self) -> PathBuf {
        self.at("number")
    }

    /// A program that measures, with these arguments and the folders that all of them want.
    fn measuring(&self, program: &str, arguments: &[&str], models: &Path) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("{}:{path}", self.folder.display()))
            .env("TMPDIR", &self.folder);
        command.args(arguments).arg("--models").arg(models);
        for name in ["worker", "output", "cache", "page"] {
            command.arg(format!("--{name}")).arg(self.at(name));
        }
        command
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A process of this test, killed when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a process runs: one that ended and that nobody waited for does not.
fn runs(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The state follows the program's name, which stands in parentheses.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn kill(signal: &str, process: u32) {
    let killed = Command::new("sh").arg("-c").arg(format!("kill -{signal} {process}")).status();
    assert!(killed.unwrap().success());
}

/// Run a command until it has started what `stage` notes, stop it by `signal`, and see whether that
/// ends, too.
fn assert_nothing_is_left(stage: &Stage, mut command: Command, signal: &str) {
    let log = fs::File::create(stage.at("log")).unwrap();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let mut measuring = Running(command.spawn().unwrap());
    let start = Instant::now();
    let started: u32 = loop {
        if let Ok(number) = fs::read_to_string(stage.note()) {
            break number.trim().parse().unwrap();
        }
        let ended = measuring.0.try_wait().unwrap();
        if ended.is_some() || start.elapsed() > START {
            let log = fs::read_to_string(stage.at("log")).unwrap();
            panic!("it started nothing: {ended:?} {log}");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(runs(started));
    kill(signal, measuring.0.id());
    let stopped = Instant::now();
    while (runs(started) || runs(measuring.0.id())) && stopped.elapsed() < END {
        std::thread::sleep(Duration::from_millis(20));
    }
    let (left, goes_on) = (runs(started), runs(measuring.0.id()));
    if left {
        kill("KILL", started);
    }
    assert!(!goes_on, "the signal {signal} does not stop it");
    assert!(!left, "what it started goes on after the signal {signal}");
}

/// `waggle-real cpu` with a model that is made up.
fn real(stage: &Stage) -> Command {
    let model = Sources::read().unwrap().models.remove(0);
    let models = stage.at("models");
    fs::write(models.join(&model.file), "").unwrap();
    stage.program("sha256sum", &format!("echo {}", model.sha256));
    let arguments = ["cpu", "--fast", "--only", &model.name];
    let mut command = stage.measuring(env!("CARGO_BIN_EXE_waggle-real"), &arguments, &models);
    command.arg("--llama-server").arg(stage.at("llama-server"));
    command
}

/// `waggle-worker-bench` for one part.
fn worker_bench(stage: &Stage, part: &str) -> Command {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../offchain-worker/models");
    let (program, arguments) =
        (env!("CARGO_BIN_EXE_waggle-worker-bench"), ["--fast", "--only", part]);
    let mut command = stage.measuring(program, &arguments, &models);
    command.arg("--bare-engine").arg(stage.at("bare-engine"));
    command
}

#[test]
fn program_that_is_listened_to_should_end_when_waggle_real_is_stopped() {
    let stage = Stage::new("bench");
    stage.lasting_program("llama-server");
    stage.lasting_program("llama-bench");
    assert_nothing_is_left(&stage, real(&stage), "TERM");
}

#[test]
fn model_server_should_end_when_waggle_real_is_stopped() {
    let stage = Stage::new("server");
    stage.lasting_program("llama-server");
    let speeds = r#"[{"n_prompt": 512, "avg_ts": 9.0}, {"n_prompt": 0, "avg_ts": 3.0}]"#;
    stage.program("llama-bench", &format!("echo '{speeds}'"));
    assert_nothing_is_left(&stage, real(&stage), "TERM");
}

#[test]
fn worker_should_end_when_what_measures_it_is_stopped() {
    let stage = Stage::new("worker");
    stage.lasting_program("worker");
    assert_nothing_is_left(&stage, worker_bench(&stage, "round"), "TERM");
}

#[test]
fn worker_should_end_when_what_measures_it_is_killed() {
    let stage = Stage::new("killed");
    stage.lasting_program("worker");
    assert_nothing_is_left(&stage, worker_bench(&stage, "round"), "KILL");
}

#[test]
fn bare_engine_should_end_when_what_measures_it_is_stopped() {
    let stage = Stage::new("engine");
    stage.lasting_program("bare-engine");
    assert_nothing_is_left(&stage, worker_bench(&stage, "grade"), "TERM");
}

#[test]
fn program_should_end_when_the_script_that_attends_to_it_is_stopped() {
    let stage = Stage::new("attended");
    stage.lasting_program("program");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut script = Command::new("bash");
    let lines = r#". "$0/scripts/environment.sh" && attended "$1""#;
    script.args(["-ec", lines]).arg(root).arg(stage.at("program"));
    script.env("WAGGLE_CACHE", stage.at("cache"));
    // Of the signals that stop a script the one that no shell which runs the tests can have told
    // them to ignore, as `nohup` and a job in the background do.
    assert_nothing_is_left(&stage, script, "TERM");
}

#[test]
fn script_should_fail_as_the_program_that_it_attends_to() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lines = r#". "$0/scripts/environment.sh" && attended sh -c 'exit 7'"#;
    let status = Command::new("bash").args(["-ec", lines]).arg(root).status().unwrap();
    assert_eq!(status.code(), Some(7));
}

/// Runs `side_by_side` on functions of these names, and returns whether it succeeds. `good` and
/// `bad` end at once, `slow` in a while, and `shot` is killed while it waits for a command. With a
/// `slow` one, all numbers that processes can have are given out before the next look at them, to
/// children of the script.
fn side_by_side(functions: &[&str]) -> bool {
    let stage = Stage::new("side-by-side");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = |function: &&str| format!("{function}-build {function}");
    let builds = functions.iter().map(named).collect::<Vec<_>>().join(" ");
    let forks = if functions.contains(&"slow") { 33_000 } else { 0 };
    let lines = format!(
        r#". "$0/scripts/environment.sh"; mkdir -p "$LOGS"
        good() {{ :; }}; bad() {{ false; }}; slow() {{ command sleep 2; }}
        shot() {{ local own="$BASHPID"; kill -TERM "$own" & command sleep 1; }}
        sleep() {{ for ((fork = 0; fork < {forks}; fork++)); do : "$(:)"; done; }}
        side_by_side {builds}"#
    );
    let mut script = Command::new("bash");
    script.args(["-ec", &lines]).arg(root).env("WAGGLE_CACHE", stage.at("cache"));
    script.status().unwrap().success()
}

#[test]
fn script_should_know_how_builds_ended_whose_numbers_others_have_got() {
    assert!(side_by_side(&["good", "slow"]));
    assert!(!side_by_side(&["bad", "slow"]));
}

#[test]
fn script_should_fail_when_a_build_fails_or_is_killed() {
    assert!(side_by_side(&["good"]));
    assert!(!side_by_side(&["good", "bad"]));
    assert!(!side_by_side(&["shot", "good"]));
}
