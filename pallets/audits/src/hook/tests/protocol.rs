//! Requests as the worker gets them, and what of its replies is believed.

use super::{claim, embedding, sample, work};
use crate::hook::{
    plan::Kind,
    protocol::{embed, read_embeddings, read_replays, replay, Job},
};
use pallet_waggle_rounds::hook::{
    protocol::{JobTimes, Outcome},
    trouble::Trouble,
    worker::{Reply, MAX_REPLY_BYTES},
};
use serde_json::{json, Value};
use waggle_primitives::{
    audit::{embedding::MAX_DIMENSIONS, replay::Replay, sample::MAX_SAMPLE_ANSWERS},
    choice::Question,
    AgentKey,
};

const TIMES: JobTimes = JobTimes { deadline_ms: 2_500, wait_ms: 0 };

fn agent() -> AgentKey {
    AgentKey::from_raw([0xab; 32])
}

fn job(kind: Kind, asked: &[usize]) -> Job {
    Job { sample: 1, kind, answers: 4, asked: asked.to_vec() }
}

fn ok(body: impl ToString) -> Reply {
    Reply { status: 200, body: body.to_string().into_bytes() }
}

fn id_of(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap();
    value["id"].as_str().unwrap().to_owned()
}

#[test]
fn embed_job_should_have_the_documented_form() {
    let job = job(Kind::Embed, &[0, 2, 3]);
    let body = embed(&agent(), &work(5, 7), &sample(), &job, TIMES);
    let expected = format!(
        concat!(
            r#"{{"id":"{}","agent":"{}","kind":"embed","embedder":"{}","#,
            r#""texts":["49","forty�","50"],"deadline_ms":2500,"wait_ms":0}}"#
        ),
        id_of(&body),
        "ab".repeat(32),
        "22".repeat(32)
    );
    assert_eq!(String::from_utf8(body).unwrap(), expected);
}

#[test]
fn replay_job_should_have_the_documented_form() {
    let model = claim(1).model;
    let job = job(Kind::Replay, &[0, 3]);
    let asked = |sample: &crate::Sample<u64>, model| {
        replay(&agent(), &work(5, 7), sample, &job, (model, Question::Open), TIMES)
    };
    let body = asked(&sample(), &model).unwrap();
    let expected = format!(
        concat!(
            r#"{{"id":"{}","agent":"{}","kind":"replay","model":"{}","prompt":"37+12","#,
            r#""question":"open","domain":3,"#,
            r#""sampling":{{"temperature":7000,"top_p":9500,"top_k":40,"min_p":0}},"#,
            r#""answers":[{{"author":0,"text":"49"}},{{"author":3,"text":"50"}}],"#,
            r#""deadline_ms":2500,"wait_ms":0}}"#
        ),
        id_of(&body),
        "ab".repeat(32),
        "01".repeat(32)
    );
    assert_eq!(String::from_utf8(body).unwrap(), expected);
    let mut without = sample();
    without.prompt = None;
    assert_eq!(asked(&without, &model), None);
    let mut secret = model.clone();
    secret.weights = None;
    assert_eq!(asked(&sample(), &secret), None);
}

#[test]
fn job_should_be_another_one_for_other_work() {
    let embedding = job(Kind::Embed, &[0]);
    let of = |agent, work, job| id_of(&embed(&agent, &work, &sample(), job, TIMES));
    let here = of(agent(), work(5, 7), &embedding);
    assert_eq!(here, of(agent(), work(5, 7), &embedding), "the next block asks for the same one");
    let another = Job { sample: 0, ..embedding.clone() };
    for other in [
        of(AgentKey::from_raw([1; 32]), work(5, 7), &embedding),
        of(agent(), work(5, 8), &embedding),
        of(agent(), work(5, 7), &another),
    ] {
        assert_ne!(here, other);
    }
    let replay_of = |model: u8| {
        let job = job(Kind::Replay, &[0]);
        let model = (&claim(model).model, Question::Closed);
        id_of(&replay(&agent(), &work(5, 7), &sample(), &job, model, TIMES).unwrap())
    };
    assert_ne!(replay_of(1), replay_of(2));
    assert_ne!(replay_of(0x22), id_of(&embed(&agent(), &work(5, 7), &sample(), &embedding, TIMES)));
}

#[test]
fn embeddings_should_be_read_with_none_for_texts_without_one() {
    let reply = ok(json!({"status": "done", "embeddings": [[3, -4], null, [0, 0]]}));
    let read = read_embeddings(&reply, 3, 2);
    assert_eq!(read, Ok(Outcome::Done(vec![Some(embedding([3, -4])), None, None])));
    let job = job(Kind::Embed, &[0, 2, 3]);
    let placed = job.in_place(vec![Some(embedding([3, -4])), None, Some(embedding([1, 1]))]);
    assert_eq!(placed, [Some(embedding([3, -4])), None, None, Some(embedding([1, 1]))]);
    assert_eq!(read_embeddings(&ok(json!({"status": "pending"})), 3, 2), Ok(Outcome::Pending));
}

#[test]
fn embeddings_should_fail_when_they_are_not_those_that_were_asked_for() {
    for embeddings in [
        json!([[3, -4]]),
        json!([[3, -4], null, null]),
        json!([[3], null]),
        json!([[3, -4, 5], null]),
        json!([[3, -129], null]),
        json!([[0.5, 1], null]),
        json!("none"),
    ] {
        let reply = ok(json!({"status": "done", "embeddings": embeddings}));
        let read = read_embeddings(&reply, 2, 2);
        assert!(matches!(read, Err(Trouble::Malformed(_))), "{embeddings}: {read:?}");
    }
    let declined = ok(json!({"status": "declined", "reason": "no such model"}));
    let read = read_embeddings(&declined, 2, 2);
    assert_eq!(read, Err(Trouble::Declined("no such model".into())));
}

#[test]
fn replays_should_be_read_in_the_order_of_the_answers() {
    let one = json!({"author": 0, "tokens": 3, "surprise": 10, "entropy": 20, "variance": 30});
    let reply = ok(json!({"status": "done", "replays": [one, null]}));
    let replay = Replay { tokens: 3, surprise: 10, entropy: 20, variance: 30 };
    assert_eq!(read_replays(&reply, &[0, 3]), Ok(Outcome::Done(vec![Some(replay), None])));
    for asked in [&[3, 0][..], &[0], &[0, 3, 4]] {
        assert!(matches!(read_replays(&reply, asked), Err(Trouble::Malformed(_))), "{asked:?}");
    }
    assert_eq!(read_replays(&ok(json!({"status": "pending"})), &[0]), Ok(Outcome::Pending));
}

#[test]
fn the_longest_reply_should_be_short_enough_to_be_read() {
    let embedding = vec![-127i8; MAX_DIMENSIONS as usize];
    let embeddings = vec![embedding; MAX_SAMPLE_ANSWERS as usize];
    let reply = ok(json!({"status": "done", "embeddings": embeddings}));
    assert!(reply.body.len() < MAX_REPLY_BYTES, "{} bytes", reply.body.len());
    let read = read_embeddings(&reply, MAX_SAMPLE_ANSWERS as usize, MAX_DIMENSIONS as u16);
    assert!(matches!(read, Ok(Outcome::Done(read)) if read.iter().all(Option::is_some)));
}
