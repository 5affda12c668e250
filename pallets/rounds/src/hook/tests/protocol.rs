//! Requests as the worker gets them, and what of its replies is believed.

use crate::hook::{
    acting::Purpose,
    protocol::{read_answer, read_grades, Field, JobTimes, Outcome, Price, Task},
    trouble::Trouble,
    worker::Reply,
};
use serde_json::json;
use waggle_primitives::{choice::Question, view::Candidate, AgentKey, Grade, MAX_ANSWER_BYTES};

const TIMES: JobTimes = JobTimes { deadline_ms: 2500, wait_ms: 40 };
const PRICE: Price = Price { reward: u128::MAX, ticket: 1_000, min_score: Grade::MIN };
const FIELD: Field = Field { domain: 3, question: Question::Open };

fn agent() -> AgentKey {
    AgentKey::from_raw([0xab; 32])
}

fn ok(body: impl ToString) -> Reply {
    Reply { status: 200, body: body.to_string().into_bytes() }
}

fn grade(basis_points: u16) -> Grade {
    Grade::new(basis_points).unwrap()
}

fn candidates() -> Vec<Candidate> {
    vec![
        Candidate { author: 3, answer: b"49".to_vec() },
        Candidate { author: 0, answer: b"\xff!".to_vec() },
    ]
}

#[test]
fn answer_job_should_have_the_documented_form() {
    let task = Task::Answer { prompt: b"37+12", price: PRICE, field: FIELD };
    let body = task.body(&[0x11; 32], &agent(), TIMES);
    let expected = format!(
        concat!(
            r#"{{"id":"{}","agent":"{}","kind":"answer","prompt":"37+12","#,
            r#""deadline_ms":2500,"wait_ms":40,"max_bytes":16384,"#,
            r#""reward":"340282366920938463463374607431768211455","ticket":"1000","#,
            r#""domain":3,"question":"open"}}"#
        ),
        "11".repeat(32),
        "ab".repeat(32)
    );
    assert_eq!(String::from_utf8(body).unwrap(), expected);
    let picky = Price { min_score: Grade::new(4_500).unwrap(), ..PRICE };
    let task = Task::Answer { prompt: b"37+12", price: picky, field: FIELD };
    let body = task.body(&[0x11; 32], &agent(), TIMES);
    let expected = expected.replace("\"open\"}", "\"open\",\"min_score\":4500}");
    assert_eq!(String::from_utf8(body).unwrap(), expected);
}

#[test]
fn grade_job_should_have_the_documented_form_with_strangers_bytes_as_lossy_text() {
    let candidates = candidates();
    let task = Task::Grade { prompt: b"a\"b\n\xc3", own_answer: b"48", candidates: &candidates };
    let expected = format!(
        concat!(
            r#"{{"id":"{}","agent":"{}","kind":"grade","prompt":"a\"b\n�","reference":"48","#,
            r#""candidates":[{{"author":3,"text":"49"}},{{"author":0,"text":"�!"}}],"#,
            r#""deadline_ms":2500,"wait_ms":40}}"#
        ),
        "11".repeat(32),
        "ab".repeat(32)
    );
    assert_eq!(String::from_utf8(task.body(&[0x11; 32], &agent(), TIMES)).unwrap(), expected);
}

#[test]
fn grade_job_without_an_own_answer_should_have_no_reference() {
    let task = Task::Grade { prompt: b"x", own_answer: b"", candidates: &candidates() };
    let body: serde_json::Value =
        serde_json::from_slice(&task.body(&[0; 32], &agent(), TIMES)).unwrap();
    assert_eq!(body["reference"], serde_json::Value::Null);
    assert!(body.as_object().unwrap().contains_key("reference"));
}

#[test]
fn job_id_should_change_with_everything_the_result_depends_on() {
    let (purpose, agent, candidates) =
        (Purpose { round: 5, scope: [1; 32] }, agent(), candidates());
    let answer = Task::Answer { prompt: b"p", price: PRICE, field: FIELD };
    let grading = Task::Grade { prompt: b"p", own_answer: b"o", candidates: &candidates };
    let other_candidates = [candidates[0].clone(), Candidate { author: 0, answer: b"x".to_vec() }];
    let ids = [
        answer.job_id(&purpose, &agent),
        answer.job_id(&Purpose { scope: [2; 32], ..purpose }, &agent),
        answer.job_id(&Purpose { round: 6, ..purpose }, &agent),
        answer.job_id(&purpose, &AgentKey::from_raw([1; 32])),
        Task::Answer { prompt: b"q", price: PRICE, field: FIELD }.job_id(&purpose, &agent),
        grading.job_id(&purpose, &agent),
        Task::Grade { prompt: b"p", own_answer: b"x", candidates: &candidates }
            .job_id(&purpose, &agent),
        Task::Grade { prompt: b"p", own_answer: b"o", candidates: &other_candidates }
            .job_id(&purpose, &agent),
    ];
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
    let price = Price { reward: 1, ticket: 0, ..PRICE };
    let cheaper = Task::Answer { prompt: b"p", price, field: FIELD };
    assert_eq!(
        ids[0],
        cheaper.job_id(&purpose, &agent),
        "an answer does not depend on what it pays"
    );
}

#[test]
fn answer_should_be_read() {
    let reply = ok(json!({"status": "done", "answer": "49", "model": "a worker may say more"}));
    assert_eq!(read_answer(&reply), Ok(Outcome::Done(b"49".to_vec())));
    assert_eq!(read_answer(&ok(json!({"status": "pending"}))), Ok(Outcome::Pending));
    let longest = "x".repeat(MAX_ANSWER_BYTES as usize);
    let reply = ok(json!({"status": "done", "answer": longest}));
    assert_eq!(read_answer(&reply), Ok(Outcome::Done(longest.into_bytes())));
}

#[test]
fn answer_should_fail_when_it_is_empty_or_too_long() {
    assert_eq!(
        read_answer(&ok(json!({"status": "done", "answer": ""}))),
        Err(Trouble::EmptyAnswer)
    );
    // Two bytes each: what counts is bytes.
    let long = "é".repeat(MAX_ANSWER_BYTES as usize / 2 + 1);
    assert_eq!(
        read_answer(&ok(json!({"status": "done", "answer": long}))),
        Err(Trouble::AnswerTooLong(MAX_ANSWER_BYTES as usize + 2))
    );
}

#[test]
fn grades_should_be_read_in_the_order_of_the_assignment() {
    let graded = json!([{"author": 0, "grade": 10_000}, {"author": 3, "grade": 0}]);
    let reply = ok(json!({"status": "done", "grades": graded}));
    assert_eq!(read_grades(&reply, &[3, 0]), Ok(Outcome::Done(vec![grade(0), grade(10_000)])));
    assert_eq!(read_grades(&ok(json!({"status": "pending"})), &[3, 0]), Ok(Outcome::Pending));
}

#[test]
fn grades_should_fail_when_they_are_not_exactly_those_asked_for() {
    let read = |grades: serde_json::Value| {
        read_grades(&ok(json!({"status": "done", "grades": grades})), &[3, 0])
    };
    let of = |author: u32| json!({"author": author, "grade": 5000});
    assert_eq!(read(json!([of(3)])), Err(Trouble::MissingGrade(0)));
    assert_eq!(read(json!([])), Err(Trouble::MissingGrade(3)));
    assert_eq!(read(json!([of(3), of(3)])), Err(Trouble::UnaskedGrade(3)));
    assert_eq!(read(json!([of(3), of(0), of(3)])), Err(Trouble::UnaskedGrade(3)));
    assert_eq!(read(json!([of(3), of(0), of(1)])), Err(Trouble::UnaskedGrade(1)));
    assert_eq!(
        read(json!([of(3), {"author": 0, "grade": 10_001}])),
        Err(Trouble::GradeTooHigh(0, 10_001))
    );
}

#[test]
fn reply_should_fail_when_it_is_malformed() {
    for body in [
        "".into(),
        "not json".into(),
        "{".into(),
        "[]".into(),
        "null".into(),
        json!({"status": "done"}).to_string(),
        json!({"status": "finished", "answer": "49"}).to_string(),
        json!({"answer": "49"}).to_string(),
        json!({"status": "done", "answer": 49}).to_string(),
        json!({"status": "done", "grades": []}).to_string(),
        json!({"status": "declined"}).to_string(),
        format!("{} x", json!({"status": "pending"})),
        "[".repeat(100_000),
    ] {
        assert!(matches!(read_answer(&ok(&body)), Err(Trouble::Malformed(_))), "{body:.60}");
    }
    for grades in [
        json!("all good"),
        json!([{"author": 3}]),
        json!([{"author": 3, "grade": -1}]),
        json!([{"author": 3, "grade": 0.5}]),
        json!([{"author": 3, "grade": 70_000}]),
        json!([{"author": -3, "grade": 1}]),
        json!([{"author": 3, "grade": "1"}]),
        json!(null),
    ] {
        let reply = ok(json!({"status": "done", "grades": grades}));
        assert!(matches!(read_grades(&reply, &[3]), Err(Trouble::Malformed(_))), "{grades}");
    }
    let not_text =
        Reply { status: 200, body: b"{\"status\":\"done\",\"answer\":\"\xff\"}".to_vec() };
    assert!(matches!(read_answer(&not_text), Err(Trouble::Malformed(_))));
}

#[test]
fn refusals_of_the_worker_should_be_told_apart() {
    let declined = ok(json!({"status": "declined", "reason": "unknown agent"}));
    assert_eq!(read_answer(&declined), Err(Trouble::Declined("unknown agent".into())));
    assert_eq!(read_grades(&declined, &[1]), Err(Trouble::Declined("unknown agent".into())));
    let failed = ok(json!({"status": "failed", "reason": "out of memory"}));
    assert_eq!(read_answer(&failed), Err(Trouble::Failed("out of memory".into())));
    let busy = Reply { status: 429, body: json!({"error": "queue full"}).to_string().into_bytes() };
    assert_eq!(read_answer(&busy), Err(Trouble::Status(429, "queue full".into())));
    // Even a perfect answer is none under another status.
    let wrong = Reply {
        status: 202,
        body: json!({"status": "done", "answer": "49"}).to_string().into_bytes(),
    };
    assert!(matches!(read_answer(&wrong), Err(Trouble::Status(202, _))));
}

#[test]
fn worker_texts_should_be_one_short_line_in_the_log() {
    let trouble = Trouble::Failed(format!("first\nsecond\x1b[31m{}", "x".repeat(10_000)));
    let line = trouble.to_string();
    assert!(line.starts_with("the worker failed: first second [31mx"), "{line}");
    assert!(line.len() < 200 && !line.contains('\n'));
}
