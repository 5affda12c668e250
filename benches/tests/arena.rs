//! The arena with the real worker. Needs its program: `WAGGLE_WORKER=… cargo test --release --
//! --include-ignored`, or `./scripts/test evidence`, which builds it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};
use waggle_evidence::arena::{
    play, play_answers, questions, Claim, LineUp, Mind, Records, Reference, Reply, Round, Rubric,
    Task, Worker,
};
use waggle_primitives::audit::replay::Replay;

fn bundled() -> LineUp {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../offchain-worker/models");
    LineUp::bundled(&models).unwrap()
}

fn start(line_up: &LineUp) -> Worker {
    let program = std::env::var_os("WAGGLE_WORKER")
        .map(PathBuf::from)
        .expect("WAGGLE_WORKER names the worker's program");
    Worker::start(&program, line_up, &Rubric::bundled()).unwrap()
}

fn worker() -> Worker {
    start(&bundled())
}

#[test]
#[ignore = "needs the worker's program"]
fn swarm_should_answer_and_outvote_junk() {
    let worker = worker();
    let agents = worker.line_up().agents.len();
    let mut records = Records::newcomers(agents);
    for (number, question) in (0..).zip(questions(Task::Add, 5, 2)) {
        let round = Round { number, draw: 0, reference: Reference::Own };
        let played = play(&worker, &question.prompt, &round, &mut records).unwrap();
        assert_eq!(played.places.len(), agents);
        assert!(played.given.iter().all(|given| given.len() == 2), "{played:?}");
        assert_eq!(played.winning_answer(), Some(question.answer.as_str()));
        // Two agents say junk, one declines: the right answer still wins.
        let mut answers = played.answers.clone();
        answers[1..3].fill(Some("the answer is right".into()));
        answers[5] = None;
        let played =
            play_answers(&worker, &question.prompt, answers, &round, &mut records).unwrap();
        assert_eq!(played.places.len(), agents - 1);
        assert_eq!(played.winning_answer(), Some(question.answer.as_str()));
    }
}

#[test]
#[ignore = "needs the worker's program"]
fn answers_should_be_the_same_when_posted_in_the_same_order() {
    let asked = questions(Task::Reverse, 3, 3);
    let say = |worker: &Worker| -> Vec<Vec<Reply<String>>> {
        (0..)
            .zip(&asked)
            .map(|(draw, question)| worker.ask_all(&question.prompt, draw).unwrap())
            .collect()
    };
    let once = say(&worker());
    assert_eq!(once, say(&worker()));
    assert!(once.iter().flatten().all(|reply| matches!(reply, Reply::Done(_))));
}

#[test]
#[ignore = "needs the worker's program"]
fn replays_should_find_the_models_own_words_likelier_than_others() {
    let mut agents = bundled().agents;
    agents.truncate(1);
    agents[0].mind = Mind::Model { temperature: 1.0 };
    let sum = Command::new("sha256sum").arg(agents[0].directory.join("model.safetensors")).output();
    let sum = String::from_utf8(sum.unwrap().stdout).unwrap();
    let claim = Claim { weights: sum.split_whitespace().next().unwrap(), temperature: 10_000 };
    let worker = start(&LineUp { agents });
    for (draw, question) in (0..).zip(questions(Task::Add, 3, 4)) {
        let prompt = question.prompt.as_str();
        let own = worker.ask(0, prompt, draw).unwrap().done().unwrap();
        let answers = [own.as_str(), "Zebras do not know.", ""];
        let found = worker.replay(0, prompt, claim, &answers).unwrap().done().unwrap();
        let [Some(own), Some(other), None] = found[..] else { panic!("{found:?}") };
        assert!(own.tokens > 0 && other.tokens > own.tokens, "{own:?} {other:?}");
        let surprise = |one: Replay| one.surprise as f64 / f64::from(one.tokens);
        assert!(surprise(own) < surprise(other), "{own:?} {other:?}");
        let another = "0".repeat(64);
        let wrong = Claim { weights: &another, ..claim };
        let refused = worker.replay(0, prompt, wrong, &answers).unwrap();
        assert!(matches!(&refused, Reply::Declined(reason) if reason.contains("weights")));
    }
}
