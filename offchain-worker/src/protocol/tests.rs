//! The protocol read and written.

use super::*;
use serde_json::{json, Value};

fn answer_body() -> Value {
    json!({
        "id": "11".repeat(32), "agent": "Ab".repeat(32), "kind": "answer",
        "prompt": "37+12", "deadline_ms": 2500, "wait_ms": 40, "max_bytes": 64
    })
}

fn grade_body() -> Value {
    json!({
        "id": "11".repeat(32), "agent": "22".repeat(32), "kind": "grade", "prompt": "37+12",
        "reference": null, "candidates": [{"author": 3, "text": "49"}], "deadline_ms": 1
    })
}

fn parse(body: &Value) -> Result<JobRequest, Malformed> {
    JobRequest::parse(body.to_string().as_bytes())
}

#[test]
fn both_kinds_should_parse_when_well_formed() {
    let answer = parse(&answer_body()).unwrap();
    assert_eq!(answer.agent, Hex32([0xab; 32]));
    let field = Field::default();
    assert_eq!(answer.task, Task::Answer { prompt: "37+12".into(), max_bytes: 64, field });
    assert_eq!(
        (answer.deadline, answer.wait),
        (Duration::from_millis(2500), Duration::from_millis(40))
    );
    let grade = parse(&grade_body()).unwrap();
    assert_eq!(grade.task.candidates(), 1);
    assert_eq!(grade.wait, Duration::ZERO);
}

#[test]
fn price_should_be_read_where_the_node_names_it() {
    assert_eq!(parse(&answer_body()).unwrap().price, Price::default());
    let mut body = answer_body();
    body["reward"] = json!(u128::MAX.to_string());
    body["ticket"] = json!("0");
    body["min_score"] = json!(4_500);
    let price = Price { reward: Some(u128::MAX), ticket: Some(0), min_score: 4_500 };
    assert_eq!(parse(&body).unwrap().price, price);
    for wrong in
        [json!(5), json!("-1"), json!("1.5"), json!(""), json!("+1"), json!("9".repeat(40))]
    {
        body["reward"] = wrong;
        assert!(matches!(parse(&body), Err(Malformed::Form(_))), "{body}");
    }
    let mut grade = grade_body();
    grade["reward"] = json!("1");
    assert!(parse(&grade).is_err(), "a price is of an answer job only");
}

#[test]
fn field_should_be_read_where_the_node_names_it() {
    let mut body = answer_body();
    body["domain"] = json!(3);
    body["question"] = json!("open");
    let Task::Answer { field, .. } = parse(&body).unwrap().task else { panic!("an answer") };
    assert_eq!(field, Field { domain: Some(3), question: Some(Kind::Open) });
    for (name, wrong) in
        [("domain", json!(-1)), ("domain", json!("3")), ("question", json!("Open"))]
    {
        let mut body = body.clone();
        body[name] = wrong;
        assert!(matches!(parse(&body), Err(Malformed::Form(_))), "{body}");
    }
}

#[test]
fn parse_should_fail_when_a_field_is_wrong() {
    for (field, value) in [
        ("id", json!("11")),
        ("id", json!("zz".repeat(32))),
        ("agent", json!(format!("0x{}", "11".repeat(31)))),
        ("kind", json!("other")),
        ("prompt", json!(5)),
        ("prompt", Value::Null),
        ("deadline_ms", json!(-1)),
        ("wait_ms", json!("soon")),
        ("unheard_of", json!(1)),
        ("candidates", json!([])),
    ] {
        let mut body = answer_body();
        body[field] = value;
        assert!(matches!(parse(&body), Err(Malformed::Form(_))), "{body}");
    }
    for missing in ["id", "agent", "kind", "prompt", "deadline_ms"] {
        let mut body = answer_body();
        body.as_object_mut().unwrap().remove(missing);
        assert!(matches!(parse(&body), Err(Malformed::Form(_))), "without {missing}");
    }
    assert!(JobRequest::parse(b"not json").is_err());
    assert!(JobRequest::parse(b"").is_err());
}

#[test]
fn parse_should_fail_when_candidates_are_missing_or_repeated() {
    let mut body = grade_body();
    body["candidates"] = json!([]);
    assert!(matches!(parse(&body), Err(Malformed::NoCandidates)));
    body["candidates"] = json!([{"author": 1, "text": "a"}, {"author": 1, "text": "b"}]);
    assert!(matches!(parse(&body), Err(Malformed::RepeatedAuthor(1))));
    body["candidates"] = json!([{"author": 1, "text": "a", "owner": "x"}]);
    assert!(matches!(parse(&body), Err(Malformed::Form(_))));
    body["candidates"] = json!([{"author": -1, "text": "a"}]);
    assert!(matches!(parse(&body), Err(Malformed::Form(_))));
}

#[test]
fn replies_should_have_the_documented_form() {
    let done = JobStatus::Done(JobResult::Answer { answer: "49".into() });
    assert_eq!(serde_json::to_value(done).unwrap(), json!({"status": "done", "answer": "49"}));
    let grades = JobResult::Grades { grades: vec![AuthorGrade { author: 3, grade: 9321 }] };
    assert_eq!(
        serde_json::to_value(JobStatus::Done(grades)).unwrap(),
        json!({"status": "done", "grades": [{"author": 3, "grade": 9321}]})
    );
    assert_eq!(serde_json::to_value(JobStatus::Pending).unwrap(), json!({"status": "pending"}));
    let declined = JobStatus::Declined { reason: "no".into() };
    assert_eq!(
        serde_json::to_value(declined).unwrap(),
        json!({"status": "declined", "reason": "no"})
    );
}

#[test]
fn hex_should_survive_a_round_trip() {
    let key = Hex32(std::array::from_fn(|index| u8::try_from(index * 7).unwrap()));
    assert_eq!(Hex32::parse(&key.to_string()), Some(key));
    assert_eq!(
        Hex32(
            [1, 0, 0, 0, 0, 0, 0, 2]
                .iter()
                .copied()
                .chain([9; 24])
                .collect::<Vec<_>>()
                .try_into()
                .unwrap()
        )
        .leading_u64(),
        1 | 2 << 56
    );
}

fn embed_body() -> Value {
    json!({
        "id": "11".repeat(32), "agent": "22".repeat(32), "kind": "embed",
        "embedder": "33".repeat(32), "texts": ["49", "48"], "deadline_ms": 1
    })
}

fn replay_body() -> Value {
    json!({
        "id": "11".repeat(32), "agent": "22".repeat(32), "kind": "replay",
        "model": "33".repeat(32), "prompt": "37+12", "question": "closed", "domain": null,
        "sampling": {"temperature": 7_000, "top_p": 10_000, "top_k": 0, "min_p": 0},
        "answers": [{"author": 3, "text": "49"}, {"author": 5, "text": ""}], "deadline_ms": 1
    })
}

#[test]
fn audits_should_parse_when_well_formed() {
    let embed = parse(&embed_body()).unwrap().task;
    assert_eq!((embed.kind(), embed.longest_text(), embed.candidates()), ("embed", 2, 0));
    let replay = parse(&replay_body()).unwrap().task;
    assert_eq!((replay.kind(), replay.longest_text(), replay.candidates()), ("replay", 5, 0));
    let Task::Replay { field, sampling, answers, .. } = replay else { panic!("a replay") };
    assert_eq!(field, Field { domain: None, question: Some(Kind::Closed) });
    assert_eq!((sampling.temperature, answers.len()), (7_000, 2));
}

#[test]
fn parse_should_fail_when_an_audit_is_of_nothing_too_much_or_out_of_range() {
    let with = |mut body: Value, field: &str, value: Value| {
        body[field] = value;
        parse(&body)
    };
    for texts in [json!([]), json!(vec!["a"; MOST_AUDITED + 1])] {
        let refused = with(embed_body(), "texts", texts);
        assert!(matches!(refused, Err(Malformed::Audited(_))), "{refused:?}");
    }
    let refused = with(embed_body(), "texts", json!(["a", ""]));
    assert!(matches!(refused, Err(Malformed::EmptyText)), "{refused:?}");
    let twice = json!([{"author": 3, "text": "a"}, {"author": 3, "text": "b"}]);
    let refused = with(replay_body(), "answers", twice);
    assert!(matches!(refused, Err(Malformed::RepeatedAuthor(3))), "{refused:?}");
    let refused = with(replay_body(), "answers", json!([]));
    assert!(matches!(refused, Err(Malformed::Audited(0))), "{refused:?}");
    let sampling = json!({"temperature": 7_000, "top_p": 0, "top_k": 0, "min_p": 0});
    let refused = with(replay_body(), "sampling", sampling);
    assert!(matches!(refused, Err(Malformed::Sampling)), "{refused:?}");
    let refused = with(replay_body(), "sampling", json!({"temperature": 7_000}));
    assert!(matches!(refused, Err(Malformed::Form(_))), "{refused:?}");
    let refused = with(embed_body(), "prompt", json!("37+12"));
    assert!(matches!(refused, Err(Malformed::Form(_))), "{refused:?}");
}

#[test]
fn results_of_audits_should_have_the_documented_form() {
    let embeddings = JobResult::Embeddings { embeddings: vec![Some(vec![3, -4]), None] };
    assert_eq!(
        serde_json::to_value(JobStatus::Done(embeddings)).unwrap(),
        json!({"status": "done", "embeddings": [[3, -4], null]})
    );
    let replayed = Replayed { author: 3, tokens: 57, surprise: 9, entropy: 8, variance: 7 };
    let replays = JobResult::Replays { replays: vec![Some(replayed), None] };
    let shown = json!({"author": 3, "tokens": 57, "surprise": 9, "entropy": 8, "variance": 7});
    assert_eq!(
        serde_json::to_value(JobStatus::Done(replays)).unwrap(),
        json!({"status": "done", "replays": [shown, null]})
    );
}
