//! What the worker can do wrong, what it costs, and how often the log hears of it.

use super::{
    desk::{Body, Conduct},
    node::{honest, Node},
};
use crate::{hook::trouble::LOG_TARGET, mock::key};
use std::sync::{Mutex, Once};

/// The lines that this thread's hook has logged at `Info` and above.
fn take_log() -> Vec<String> {
    LOG.with(|log| log.lock().unwrap().drain(..).collect())
}

thread_local! {
    static LOG: Mutex<Vec<String>> = const { Mutex::new(Vec::new()) };
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.target() == LOG_TARGET && metadata.level() <= log::Level::Info
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            LOG.with(|log| {
                log.lock().unwrap().push(format!("{} {}", record.level(), record.args()))
            });
        }
    }

    fn flush(&self) {}
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Logger).expect("no other logger in these tests");
        log::set_max_level(log::LevelFilter::Trace);
    });
    take_log();
}

/// The lines that this conduct of the worker brings in one block; there must be no act, and the run
/// must end in time.
fn lines(conduct: Conduct) -> Vec<String> {
    let node = Node::new(&[0]);
    node.ask(4);
    node.worker(move |_| conduct.clone());
    let start = node.desk.now();
    listen();
    assert_eq!(node.run_hook(), vec![]);
    assert!(node.desk.now() - start <= 205, "the run lasted {}", node.desk.now() - start);
    take_log()
}

#[test]
fn fault_should_cost_the_turn_and_one_line_with_agent_round_and_reason() {
    let prefix = format!(
        "WARN agent {:?} does nothing in round 0 yet: ",
        sp_core::hexdisplay::HexDisplay::from(&key(0).0)
    );
    for (conduct, reason) in [
        (Conduct::ok("not json"), "the worker's reply is malformed: expected"),
        (Conduct::ok(vec![b' '; 1_000_000]), "the worker's reply is longer than 131072 bytes"),
        (Conduct::body(Body::Endless), "the worker's reply is longer than 131072 bytes"),
        (Conduct::hangs(), "the worker did not reply in time"),
        (Conduct::ok("late").after(201), "the worker did not reply in time"),
        (Conduct::body(Body::Stalls(b"{\"status\"".to_vec())), "the worker did not reply in time"),
        (Conduct::body(Body::Trickle), "the worker did not reply in time"),
        (Conduct::body(Body::Breaks(b"{\"status\"".to_vec())), "the worker's reply broke off"),
        (Conduct::down(), "the worker cannot be reached"),
        (
            Conduct::status(429, r#"{"error":"queue full"}"#),
            "the worker replied with status 429: queue full",
        ),
        (Conduct::status(500, "oops\nno"), "the worker replied with status 500: oops no"),
        (Conduct::status(204, ""), "the worker replied with status 204: "),
        (Conduct::ok(r#"{"status":"done","answer":""}"#), "the worker's answer is empty"),
        (
            Conduct::ok(format!(r#"{{"status":"done","answer":"{}"}}"#, "x".repeat(16_385))),
            "the worker's answer of 16385 bytes is longer than 16384",
        ),
        (
            Conduct::ok(r#"{"status":"failed","reason":"no memory"}"#),
            "the worker failed: no memory",
        ),
    ] {
        let [line] = &lines(conduct)[..] else { panic!("one line is expected for: {reason}") };
        assert!(line.strip_prefix(&prefix).is_some_and(|rest| rest.starts_with(reason)), "{line}");
    }
}

#[test]
fn declining_should_be_news_and_no_warning() {
    let [line] = &lines(Conduct::ok(r#"{"status":"declined","reason":"not mine"}"#))[..] else {
        panic!("one line")
    };
    assert!(line.starts_with("INFO") && line.ends_with("the worker declined: not mine"), "{line}");
}

#[test]
fn pending_should_be_no_line() {
    assert_eq!(lines(Conduct::ok(r#"{"status":"pending"}"#)), Vec::<String>::new());
}

#[test]
fn worker_that_is_down_should_be_one_line_until_it_is_back() {
    let node = Node::new(&[0, 1, 2]);
    node.ask(4);
    node.ask(4);
    listen();
    for _ in 0..3 {
        node.step();
    }
    assert_eq!(take_log().len(), 1);
    node.worker(|_| Conduct::ok(r#"{"status":"pending"}"#));
    node.step();
    assert_eq!(take_log(), vec!["INFO the worker can be reached again"]);
    node.worker(|_| Conduct::down());
    node.step();
    assert_eq!(take_log().len(), 1);
    // Down for long: a reminder now and then.
    node.desk.pass(5 * 60 * 1000);
    node.step();
    assert_eq!(take_log().len(), 1);
}

#[test]
fn fault_should_be_one_line_for_each_agent_round_and_class() {
    let node = Node::new(&[0, 1]);
    node.ask(4);
    node.ask(4);
    node.worker(|_| Conduct::ok("nonsense"));
    listen();
    for _ in 0..4 {
        node.step();
    }
    assert_eq!(take_log().len(), 4);
    let mut bad = false;
    node.worker(move |_| {
        bad = !bad;
        if bad {
            Conduct::ok("nonsense")
        } else {
            Conduct::status(500, "")
        }
    });
    for _ in 0..4 {
        node.step();
    }
    assert_eq!(
        take_log(),
        Vec::<String>::new(),
        "one bad reply or another: the log has heard of it"
    );
    node.worker(|_| Conduct::ok(r#"{"status":"failed","reason":"no memory"}"#));
    for _ in 0..4 {
        node.step();
    }
    assert_eq!(take_log().len(), 4, "a worker that says that it failed is another class");
}

#[test]
fn agent_should_act_as_soon_as_the_fault_is_gone() {
    let node = Node::new(&[0]);
    node.ask(4);
    node.worker(|_| Conduct::ok("nonsense"));
    node.step();
    node.worker(honest(0));
    assert_eq!(node.run_hook().len(), 1);
}
