//! Duty to grade.

use super::{
    desk::{Conduct, Posted},
    node::{agent_of, honest, Node},
};
use crate::{
    mock::{key, Rounds, Test},
    types::Answer,
};
use serde_json::json;
use waggle_primitives::{view::Duty, Act, Phase, SealStep};

/// A round of agents 0..n of this node, four at least, in which all answers are open; agent i
/// answered `i`.
fn opened(n: u8) -> (Node, u64) {
    let agents: Vec<u8> = (0..n).collect();
    let node = Node::new(&agents);
    let round = node.ask(n.into());
    node.worker(answering);
    node.step();
    node.step();
    assert_eq!(node.phase(round), Some(Phase::Grading));
    node.desk.take_posted();
    (node, round)
}

fn answering(posted: &Posted) -> Conduct {
    let agent = (0..12).find(|agent| key(*agent) == agent_of(posted)).unwrap();
    Conduct::ok(json!({"status": "done", "answer": agent.to_string()}).to_string())
}

#[test]
fn grade_job_should_hold_the_assigned_answers_and_the_own_one() {
    let (node, round) = opened(4);
    node.worker(honest(0));
    let duties = node.duties(2);
    let [Duty::Grade { round: of, prompt, own_answer, candidates, .. }] = &duties[..] else {
        panic!("agent 2 has to grade: {duties:?}")
    };
    assert_eq!((*of, own_answer.as_slice()), (round, &b"2"[..]));
    node.run_hook();
    let posted = node.desk.take_posted();
    let job = posted.iter().find(|posted| agent_of(posted) == key(2)).unwrap();
    let id = super::super::protocol::Task::Grade { prompt, own_answer, candidates }
        .job_id(&node.purpose(round, SealStep::Grades), &key(2));
    let hex =
        |bytes: &[u8]| format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&bytes.to_vec()));
    let texts: Vec<_> = candidates
        .iter()
        .map(|one| {
            let text = String::from_utf8(one.answer.clone()).unwrap();
            json!({"author": one.author, "text": text})
        })
        .collect();
    assert!(texts.len() >= 2);
    assert_eq!(
        job.json(),
        json!({
            "id": hex(&id), "agent": hex(&key(2).0), "kind": "grade",
            "prompt": "37+12", "reference": "2", "candidates": texts,
            "deadline_ms": 1000, "wait_ms": 175
        })
    );
}

#[test]
fn grades_should_be_committed_for_the_right_authors_whatever_their_order() {
    let (node, round) = opened(4);
    // Each answer is worth 1000 for each step of its author's index; the reply lists them
    // backwards.
    node.worker(|posted| {
        let mut grades: Vec<_> = posted.json()["candidates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let author = one["author"].as_u64().unwrap();
                json!({"author": author, "grade": 1000 * author})
            })
            .collect();
        grades.sort_by_key(|one| std::cmp::Reverse(one["author"].as_u64()));
        Conduct::ok(json!({"status": "done", "grades": grades}).to_string())
    });
    node.step();
    node.step();
    assert_eq!(node.phase(round), None);
    let view = node.on_chain(|| Rounds::round(round)).unwrap();
    assert_eq!(view.grades.len(), 8);
    for entry in &view.grades {
        assert_eq!(u32::from(entry.grade.basis_points()), 1000 * entry.author, "{entry:?}");
    }
}

#[test]
fn grades_with_a_fault_should_bring_no_act_and_spare_the_others() {
    let faults: Vec<fn(&mut Vec<serde_json::Value>)> = vec![
        |grades| grades[0]["grade"] = json!(-1),
        |grades| grades[0]["grade"] = json!(10_001),
        |grades| grades[0]["grade"] = json!(0.5),
        |grades| grades[0]["author"] = json!(99),
        |grades| grades[1] = grades[0].clone(),
        |grades| grades.push(grades[0].clone()),
        |grades| drop(grades.pop()),
        |grades| grades.clear(),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let (node, _) = opened(4);
        let mut honest = honest(5000);
        node.worker(move |posted| {
            let conduct = honest(posted);
            if agent_of(posted) != key(1) {
                return conduct;
            }
            let super::desk::Body::Bytes(body) = conduct.body else { unreachable!() };
            let mut reply: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let mut grades = reply["grades"].as_array().unwrap().clone();
            fault(&mut grades);
            reply["grades"] = json!(grades);
            Conduct::ok(reply.to_string())
        });
        let acts = node.run_hook();
        assert_eq!(acts.len(), 3, "fault {number}");
        assert!(acts.iter().all(|act| act.agent != key(1)), "fault {number}");
        node.build_block(acts);
    }
}

#[test]
fn round_should_settle_without_an_agent_whose_worker_lies() {
    let (node, round) = opened(4);
    let mut honest = honest(5000);
    node.worker(move |posted| match agent_of(posted) == key(1) {
        true => Conduct::ok("I would rather not say"),
        false => honest(posted),
    });
    // Four blocks of grading, then the others open.
    for _ in 0..6 {
        node.step();
    }
    assert_eq!(node.phase(round), None);
    let view = node.on_chain(|| Rounds::round(round)).unwrap();
    let opened: Vec<_> = view.agents.iter().map(|agent| (agent.key, agent.opened_grades)).collect();
    assert_eq!(opened.iter().filter(|(_, opened)| *opened).count(), 3);
    assert!(opened.contains(&(key(1), false)));
    assert!(matches!(view.state, waggle_primitives::view::RoundState::Settled { .. }));
}

/// An author that seals two answers, on two forks, has one key for both: the same assignment is
/// drawn here and there, and the same grades are owed, of other texts.
#[test]
fn grades_should_stay_the_same_when_an_author_said_something_else_on_a_fork() {
    let (node, round) = opened(4);
    node.worker(honest(5000));
    let first = node.run_hook();
    assert_eq!(first.len(), 4);
    let scope = node.purpose(round, SealStep::Grades);
    node.on_chain(|| {
        for index in 0..4 {
            let answer = crate::SealedAnswers::<Test>::get(round, index).unwrap();
            let other = answer.iter().map(|byte| byte ^ 1).collect::<Vec<u8>>();
            crate::SealedAnswers::<Test>::insert(round, index, Answer::try_from(other).unwrap());
        }
    });
    assert_eq!(node.purpose(round, SealStep::Grades), scope);
    node.desk.take_posted();
    node.worker(honest(7000));
    assert_eq!(node.run_hook(), first, "two different lists of grades would be a double seal");
    assert_eq!(node.desk.take_posted().len(), 0);
}

#[test]
fn grading_should_go_on_when_the_worker_comes_back() {
    let (node, round) = opened(4);
    node.worker(|_| Conduct::down());
    node.step();
    node.step();
    assert_eq!(node.phase(round), Some(Phase::Grading));
    node.worker(honest(5000));
    let acts = node.run_hook();
    assert!(acts.iter().all(|act| matches!(act.act, Act::CommitGrades { .. })));
    assert_eq!(acts.len(), 4);
}
