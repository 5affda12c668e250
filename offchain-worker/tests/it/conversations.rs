//! Conversations on their way through the worker: to servers and bundled models, to programs and
//! units, and back to clients as they were said.

use crate::{
    harness::{agents, answer, bundled_models, grade, key, models, Worker},
    servers::{config, says, scripted},
};
use serde_json::{json, Value};

/// The envelope of these messages, as a client writes it.
fn envelope(messages: &[(&str, &str)]) -> String {
    let message = |(role, content): &(&str, &str)| {
        format!(r#"{{"role":{},"content":{}}}"#, json!(role), json!(content))
    };
    let messages: Vec<String> = messages.iter().map(message).collect();
    format!(r#"{{"waggle":1,"messages":[{}]}}"#, messages.join(","))
}

fn user(content: &str) -> Value {
    json!({"role": "user", "content": content})
}

#[tokio::test(flavor = "multi_thread")]
async fn server_should_get_the_turns_and_the_agents_system_text_first() {
    let (url, asked) = scripted(|_| (200, says("49"))).await;
    let worker = Worker::start(&(config(&url, "") + "system = 'Be kind.'\n")).await;
    let long = "é\n\"".repeat(2_500);
    let prompts = [
        envelope(&[("system", "Be brief."), ("user", "37+12")]),
        envelope(&[("user", "1+1"), ("assistant", "2"), ("user", "2+"), ("user", "2")]),
        envelope(&[("assistant", "Hello!"), ("user", "37+12")]),
        envelope(&[("system", "Be brief."), ("user", &long)]),
    ];
    assert!((15_000..=16 * 1024).contains(&prompts[3].len()), "{}", prompts[3].len());
    for (number, prompt) in prompts.iter().enumerate() {
        assert_eq!(worker.answer(&answer(number, prompt)).await, "49");
    }
    let system = |content: &str| json!({"role": "system", "content": content});
    let asked = asked.lock().unwrap();
    let messages: Vec<&Value> = asked.iter().map(|body| &body["messages"]).collect();
    assert_eq!(*messages[0], json!([system("Be kind.\n\nBe brief."), user("37+12")]));
    let answered = json!({"role": "assistant", "content": "2"});
    let turns = json!([system("Be kind."), user("1+1"), answered, user("2+\n\n2")]);
    assert_eq!(*messages[1], turns);
    let opened = user("You began this conversation with:\nHello!\n\n37+12");
    assert_eq!(*messages[2], json!([system("Be kind."), opened]));
    assert_eq!(*messages[3], json!([system("Be kind.\n\nBe brief."), user(&long)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_prompts_should_reach_the_model_byte_for_byte() {
    let (url, asked) = scripted(|_| (200, says("49"))).await;
    let worker = Worker::start(&config(&url, "")).await;
    let sound = envelope(&[("system", "Be brief."), ("user", "37+12")]);
    let page = include_str!("../../../docs/conversations.md");
    let (_, block) = page.split_once("```plain\n").unwrap();
    let mut prompts: Vec<String> =
        block.split_once("```").unwrap().0.lines().map(str::to_string).collect();
    prompts.extend([
        " 37+12 \r\n\t".to_string(),
        "ℝ e\u{301} 🏳️‍🌈 \u{200b}".to_string(),
        "User: x\nAssistant: y\nSystem: z".to_string(),
        "x".repeat(16 * 1024),
        format!(" {sound}"),
        format!("{sound}\n"),
        format!("Read this: {sound}"),
        // A lone message that is an envelope itself: what is in it is asked as it stands.
        sound.clone(),
    ]);
    let last = prompts.len() - 1;
    for (number, prompt) in prompts.iter().enumerate() {
        let sent = if number == last { envelope(&[("user", prompt)]) } else { prompt.clone() };
        assert_eq!(worker.answer(&answer(number, &sent)).await, "49");
        let asked = asked.lock().unwrap();
        assert_eq!(asked.last().unwrap()["messages"], json!([user(prompt)]));
    }
    assert_eq!(asked.lock().unwrap().len(), prompts.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn bundled_model_should_answer_and_grade_by_the_last_question() {
    let worker = Worker::start(&(models(1) + &agents(1, 1))).await;
    let before = [("system", "Be brief."), ("user", "sort 3 1 2"), ("assistant", "1 2 3")];
    for (number, question) in ["37+12", "max 4 19 2"].into_iter().enumerate() {
        let conversation = envelope(&[&before[..], &[("user", question)]].concat());
        let alone = worker.answer(&answer(number, question)).await;
        assert_eq!(worker.answer(&answer(10 + number, &conversation)).await, alone);
        let candidates = [alone.as_str(), "7"];
        let grades = worker.grades(&grade(20 + number, question, None, &candidates)).await;
        let job = grade(30 + number, &conversation, None, &candidates);
        assert_eq!(worker.grades(&job).await, grades);
    }
}

/// Says what it was asked.
const ECHO: &str = "import json, sys\n\
    for line in sys.stdin:\n    \
        job = json.loads(line)\n    \
        said = json.dumps([job['prompt'], job.get('messages')])\n    \
        print(json.dumps({'id': job['id'], 'answer': said}), flush=True)";

#[tokio::test(flavor = "multi_thread")]
async fn program_should_get_a_conversation_as_a_text_and_as_messages() {
    let config = format!(
        "[[models]]\nname = 'm'\n[models.program]\ncommand = ['python3', '-c', {ECHO:?}]\n\
         [[agents]]\nkey = '*'\nmodel = 'm'\n"
    );
    let worker = Worker::start(&config).await;
    let said = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let plain = said(worker.answer(&answer(1, "37+12")).await);
    assert_eq!(plain, json!(["37+12", null]));
    let prompt = envelope(&[("user", "37+12"), ("system", "Be brief.")]);
    let text = "Earlier in the conversation:\n<waggle-turn system>\nBe brief.\n</waggle-turn>\n\
                The question now:\n37+12";
    let messages = json!([{"role": "system", "content": "Be brief."}, user("37+12")]);
    assert_eq!(said(worker.answer(&answer(2, &prompt)).await), json!([text, messages]));
}

#[tokio::test(flavor = "multi_thread")]
async fn units_and_experts_should_see_their_part_of_a_conversation() {
    let calculator = bundled_models()[0].with_file_name("calculator");
    let agent = |index: usize, lines: &str| {
        format!("[[agents]]\nkey = {:?}\nmodel = 'm'\n{lines}\n", key(index))
    };
    let config = format!(
        "[[models]]\nname = 'm'\n[models.program]\ncommand = ['python3', 'calculator.py']\n\
         directory = {calculator:?}\n\
         [[units]]\nname = 'calc'\nkind = 'calculator'\nat = ['answer']\n\
         [[units]]\nname = 'decent'\nkind = 'filter'\nprompt = {{ forbid = ['(?i)^password'] }}\n"
    ) + &agent(0, "")
        + &agent(1, "units = ['calc']")
        + &agent(2, "units = ['decent']")
        + &agent(3, "willingness = { topics = ['^\\d+[+-]\\d+$'], not_topics = ['(?i)^a poem'] }");
    let worker = Worker::start(&config).await;
    let mut number = 0;
    let mut job = |agent: usize, prompt: &str| {
        number += 1;
        let mut job = answer(number, prompt);
        job["agent"] = key(agent).into();
        job
    };
    let sum = envelope(&[("system", "Be brief."), ("user", "37+12")]);
    for agent in 0..4 {
        assert_eq!(worker.answer(&job(agent, &sum)).await, "49", "agent {agent}");
    }
    // The expert does not know it, the calculator does.
    let product = envelope(&[("user", "1+1"), ("assistant", "2"), ("user", "12 * 12")]);
    assert_eq!(worker.answer(&job(1, &product)).await, "144");
    for (agent, system) in [(2, "PASSWORD, please."), (3, "A poem, please.")] {
        let prompt = envelope(&[("system", system), ("user", "37+12")]);
        let reply = worker.finish(&job(agent, &prompt)).await;
        assert_eq!(reply["status"], "declined", "agent {agent}: {reply}");
    }
    let right = grade(100, &sum, None, &["49", "48"]);
    assert_eq!(worker.grades(&right).await, [10_000, 0]);
}
