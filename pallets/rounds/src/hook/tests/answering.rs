//! Duty to answer.

use super::{
    desk::Conduct,
    node::{honest, Node, PROMPT},
};
use crate::{
    hook::{
        acting::Purpose,
        memory::Memo,
        protocol::{Field, Price, Task},
    },
    mock::{key, Question, Rounds, GENERAL},
};
use codec::Encode;
use serde_json::json;
use waggle_primitives::{
    seal::{self, SealContext},
    Act, Grade, Phase, SealStep, SignedAct,
};

#[test]
fn answer_should_be_committed_as_the_worker_gave_it() {
    let node = Node::new(&[4]);
    let round = node.ask(4);
    node.worker(honest(0));
    let acts = node.run_hook();
    let [SignedAct { agent, act: Act::CommitAnswer { round: of, sealed }, .. }] = &acts[..] else {
        panic!("one commit is expected: {acts:?}");
    };
    assert_eq!((*agent, *of), (key(4), round));
    assert!(acts[0].verify(&node.purpose(round, SealStep::Answer).scope));
    node.build_block(acts.clone());

    // What was sealed can be opened by what the hook opens with.
    let Purpose { scope, .. } = node.purpose(round, SealStep::Answer);
    let context = SealContext { scope, round, agent: key(4), step: SealStep::Answer };
    let signature = sp_core::Pair::sign(&crate::mock::pair(4), &context.key_message());
    assert_eq!(seal::decrypt(&context.key(&signature), &sealed.ciphertext), b"49");
    assert_eq!(node.duties(4), vec![]);
}

#[test]
fn answer_job_should_say_what_is_asked_and_how_long_it_is_of_use() {
    let node = Node::new(&[4]);
    let round = node.ask(4);
    node.worker(honest(0));
    node.run_hook();
    let [posted] = &node.desk.take_posted()[..] else { panic!("one job is expected") };
    // A ticket is a tenth of the reward.
    let price = Price { reward: 1_000, ticket: 100, min_score: Grade::MIN };
    let field = Field { domain: GENERAL, question: Question::Closed };
    let id = Task::Answer { prompt: PROMPT, price, field }
        .job_id(&node.purpose(round, SealStep::Answer), &key(4));
    let hex =
        |bytes: &[u8]| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&bytes.to_vec()));
    assert_eq!(
        posted.json(),
        json!({
            "id": hex(&id), "agent": hex(&key(4).0), "kind": "answer", "prompt": "37+12",
            "deadline_ms": 2500, "wait_ms": 25, "max_bytes": 16384,
            "reward": "1000", "ticket": "100", "domain": 0, "question": "closed"
        })
    );
    assert_eq!(posted.url, "http://127.0.0.1:7741/v1/jobs");
}

#[test]
fn answer_job_should_say_what_the_best_answer_has_to_score() {
    let node = Node::new(&[4]);
    node.ask_picky(4, PROMPT, Grade::MAX);
    node.worker(honest(0));
    node.run_hook();
    let [posted] = &node.desk.take_posted()[..] else { panic!("one job is expected") };
    assert_eq!(posted.json()["min_score"], json!(10_000));
}

#[test]
fn pending_job_should_be_asked_again_in_the_next_block() {
    let node = Node::new(&[4]);
    node.ask(4);
    node.worker(|_| Conduct::ok(json!({"status": "pending"}).to_string()));
    for _ in 0..3 {
        node.step();
    }
    let posted = node.desk.take_posted();
    assert_eq!(posted.len(), 3);
    assert!(
        posted.iter().all(|one| one.json()["id"] == posted[0].json()["id"]),
        "it is the same job every time"
    );
    node.worker(honest(0));
    assert_eq!(node.run_hook().len(), 1);
}

#[test]
fn lost_commit_should_be_sent_again_as_it_was_without_asking_the_worker() {
    let node = Node::new(&[4]);
    node.ask(4);
    node.worker(honest(0));
    let first = node.run_hook();
    assert_eq!(node.desk.take_posted().len(), 1);
    // The act does not get into the next block, and the worker has forgotten the job and would
    // answer otherwise.
    node.build_block(vec![]);
    node.worker(|_| Conduct::ok(json!({"status": "done", "answer": "another"}).to_string()));
    assert_eq!(node.run_hook(), first);
    assert_eq!(node.desk.take_posted().len(), 0);
    node.build_block(first);
    assert_eq!(node.run_hook(), vec![]);
}

#[test]
fn answer_should_stay_the_same_when_another_fork_asked_something_else_meanwhile() {
    let node = Node::new(&[4]);
    let fork = node.snapshot();
    let round = node.ask(4);
    let here = node.snapshot();
    node.worker(honest(0));
    let first = node.run_hook();
    // Other questions of the same number, each of them answered.
    for question in [&b"second"[..], b"third", b"fourth"] {
        node.return_to(&fork);
        assert_eq!(node.ask_prompt(4, question), round);
        assert_ne!(node.run_hook(), first);
    }
    // The worker has forgotten the job, and would answer otherwise now.
    node.return_to(&here);
    node.desk.take_posted();
    node.worker(|_| Conduct::ok(json!({"status": "done", "answer": "another"}).to_string()));
    assert_eq!(node.run_hook(), first, "two different answers would be a double seal");
    assert_eq!(node.desk.take_posted().len(), 0);
}

#[test]
fn answer_should_be_the_one_of_the_run_that_stored_it_first() {
    let node = Node::new(&[4]);
    let round = node.ask(4);
    let fresh = node.elsewhere(&[4]);
    fresh.worker(|_| Conduct::ok(json!({"status": "done", "answer": "quicker"}).to_string()));
    let quicker = fresh.run_hook();
    let node = fresh.elsewhere(&[4]);
    node.worker(honest(0));
    // While this run waits for its worker the other one stores what it was told.
    let slot = Memo::Answer.acts_key(&key(4), round);
    node.desk.intrude(&slot, &quicker.encode());
    assert_eq!(node.run_hook(), quicker);
}

#[test]
fn answers_of_two_rounds_should_not_mix() {
    let node = Node::new(&[4]);
    let rounds = [node.ask_prompt(4, b"first"), node.ask_prompt(4, b"second")];
    node.worker(|posted| {
        Conduct::ok(json!({"status": "done", "answer": posted.json()["prompt"]}).to_string())
    });
    let acts = node.run_hook();
    node.build_block(acts);
    let other = node.elsewhere(&[5, 6, 7]);
    other.worker(honest(0));
    other.step();
    assert!(rounds.iter().all(|round| node.phase(*round) == Some(Phase::OpeningAnswers)));
    let node = node.elsewhere(&[4]);
    node.step();
    for (round, text) in rounds.iter().zip(["first", "second"]) {
        let view = node.on_chain(|| Rounds::round(*round)).unwrap();
        assert_eq!(view.agents[0].answer.as_deref(), Some(text.as_bytes()));
    }
}

#[test]
fn agent_of_a_key_that_is_not_registered_should_do_nothing() {
    let node = Node::new(&[77]);
    node.ask(4);
    node.worker(honest(0));
    assert_eq!(node.run_hook(), vec![]);
    assert_eq!(node.desk.take_posted().len(), 0);
}

#[test]
fn node_without_agents_should_do_nothing() {
    let node = Node::new(&[]);
    node.ask(4);
    assert_eq!(node.run_hook(), vec![]);
    assert_eq!(node.desk.now(), super::node::START);
}
