//! The arena with the real worker. Needs its program: `WAGGLE_WORKER=… cargo test --release --
//! --include-ignored`, or `./scripts/test evidence`, which builds it.

use std::path::{Path, PathBuf};
use waggle_evidence::arena::{
    play, play_answers, questions, LineUp, Records, Reference, Reply, Round, Rubric, Task, Worker,
};

fn worker() -> Worker {
    let program = std::env::var_os("WAGGLE_WORKER")
        .map(PathBuf::from)
        .expect("WAGGLE_WORKER names the worker's program");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../offchain-worker/models");
    Worker::start(&program, &LineUp::bundled(&models).unwrap(), &Rubric::bundled()).unwrap()
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
