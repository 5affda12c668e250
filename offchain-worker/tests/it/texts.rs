//! Texts stay what they are on their way through the worker: what clients, graders and patterns
//! get of them.

use crate::harness::{answer, grade, key, single, Worker};

/// A program that answers with what the prompt says after its first line, or all of it.
const ECHO: &str = "import json, sys\n\
    for line in sys.stdin:\n    \
        job = json.loads(line)\n    \
        said = job['prompt'].split('\\n', 1)[-1]\n    \
        print(json.dumps({'id': job['id'], 'answer': said}), flush=True)";

/// A program that answers everything alike.
fn saying(text: &str) -> String {
    ECHO.replace("said = job['prompt'].split('\\n', 1)[-1]", &format!("said = {text:?}"))
}

/// A model that is a program, and its agent.
fn agent(index: usize, program: &str, lines: &str) -> String {
    format!(
        "[[models]]\nname = 'm{index}'\n\
         [models.program]\ncommand = ['python3', '-c', {program:?}]\n\
         [[agents]]\nkey = {:?}\nmodel = 'm{index}'\n{lines}\n",
        key(index)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn client_should_get_what_was_said() {
    let worker = Worker::start(&agent(0, ECHO, "")).await;
    let flag = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
    for (number, (said, delivered)) in [
        ("🏳️‍🌈 ❤️‍🔥", "🏳️‍🌈 ❤️‍🔥"),
        (flag, flag),
        ("น้ำ ทำ", "น้ำ ทำ"),
        ("x ∈ ℝ", "x ∈ ℝ"),
        ("你好，世界！（完）", "你好，世界！（完）"),
        ("Wait… Waggle™ ﬁ ½", "Wait… Waggle™ ﬁ ½"),
        ("e\u{301} می\u{200c}خواهم", "e\u{301} می\u{200c}خواهم"),
        ("\u{feff}a\0b\u{1b}[1m\r\n\tc \n", "ab[1m\n\tc"),
        ("\u{202e}94\u{202c}", "94"),
    ]
    .into_iter()
    .enumerate()
    {
        let got = worker.answer(&answer(number, &format!("Say:\n{said}"))).await;
        assert_eq!(got, delivered, "{said:?}");
    }
    let mut short = answer(100, "Say:\nab🏳️‍🌈");
    short["max_bytes"] = 15.into();
    assert_eq!(worker.answer(&short).await, "ab");
    let reply = worker.finish(&answer(101, "Say:\n\u{200b}\u{e0041}")).await;
    assert_ne!(reply["status"], "done", "nothing can be seen of it: {reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calculator_should_leave_decimal_commas_alone() {
    let unit = "[[units]]\nname = 'calc'\nkind = 'calculator'\nat = ['check']\n";
    let with = "units = ['calc']";
    let config = agent(0, &saying("98.1"), with)
        + &agent(1, &saying("98,10 €"), with)
        + &agent(2, &saying("81"), with)
        + unit;
    let worker = Worker::start(&config).await;
    for (index, delivered) in [(0, "98.1"), (1, "98,10 €"), (2, "98,1")] {
        let mut job = answer(index, "100-1,9");
        job["agent"] = key(index).into();
        assert_eq!(worker.answer(&job).await, delivered);
    }
    let mut undecided = answer(10, "1,234*2");
    undecided["agent"] = key(2).into();
    assert_eq!(worker.answer(&undecided).await, "81", "nothing says what is meant");
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_should_see_through_what_hides_a_word() {
    let filter = "[[units]]\nname = 'decent'\nkind = 'filter'\n\
                  prompt = { forbid = ['(?i)password'] }\nanswer = { forbid = ['(?i)secret'] }\n";
    let config = agent(0, ECHO, "units = ['decent']")
        + &agent(1, ECHO, "willingness = { not_topics = ['(?i)poem'] }")
        + filter;
    let worker = Worker::start(&config).await;
    for (number, (index, hidden, reason)) in [
        (0, "my pass\u{200b}word", "decent"),
        (0, "my ｐａｓｓｗｏｒｄ", "decent"),
        (0, "my p\u{336}a\u{336}ssword", "decent"),
        (0, "Say:\na sec\u{ad}ret", "decent"),
        (1, "a po\u{200d}em", "topic"),
        (1, "a ｐｏｅｍ", "topic"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut job = answer(number, hidden);
        job["agent"] = key(index).into();
        let reply = worker.finish(&job).await;
        let declined = reply["reason"].as_str().is_some_and(|said| said.contains(reason));
        assert!(reply["status"] == "declined" && declined, "{hidden:?}: {reply}");
    }
    let plain = "（ℝ）🏳️‍🌈";
    assert_eq!(worker.answer(&answer(100, plain)).await, plain, "what passes stays as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn graders_should_see_what_a_reader_sees() {
    let worker = Worker::start(&single()).await;
    let forms = ["49", "４９", "4\u{200b}9", "\u{202e}49\u{202c}", "𝟒𝟗"];
    let grades = worker.grades(&grade(1, "37+12", Some("４９"), &forms)).await;
    assert!(grades.iter().all(|grade| *grade == grades[0]), "{grades:?}");
}
