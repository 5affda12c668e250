//! A chat completion as a stream: the role at once, the chosen answer at settlement.

use super::{
    problem::{ErrorBody, Problem},
    stream::{event, Narrator},
    types::{now, ChatChunk, ChunkChoice, Delta, Receipt, Usage},
};
use crate::{desk::Answered, store::RequestId};

/// What ends a stream of OpenAI's chat completions.
const DONE: &str = "data: [DONE]\n\n";

/// Tells of an order in chunks.
pub(crate) struct ChatNarrator {
    request: RequestId,
    replayed: bool,
    model: String,
    include_usage: bool,
    created: u64,
}

impl ChatNarrator {
    /// A stream of the order `request`; its last chunk has the usage if `include_usage`.
    pub(crate) fn new(
        request: RequestId,
        replayed: bool,
        model: String,
        include_usage: bool,
    ) -> Self {
        Self { request, replayed, model, include_usage, created: now() }
    }

    fn chunk(&self, choices: Vec<ChunkChoice>) -> ChatChunk {
        ChatChunk {
            id: format!("chatcmpl-{}", self.request),
            object: "chat.completion.chunk",
            created: self.created,
            model: self.model.clone(),
            choices,
            usage: None,
            system_fingerprint: None,
            waggle: None,
        }
    }

    fn choice(delta: Delta, finish_reason: Option<&'static str>) -> Vec<ChunkChoice> {
        vec![ChunkChoice { index: 0, delta, logprobs: None, finish_reason }]
    }
}

impl Narrator for ChatNarrator {
    fn opening(&mut self) -> String {
        let delta = Delta { role: Some("assistant"), content: Some(String::new()) };
        event(None, &self.chunk(Self::choice(delta, None)))
    }

    fn answered(&mut self, answered: &Answered) -> String {
        let delta = Delta { role: None, content: Some(answered.text.clone()) };
        let mut text = event(None, &self.chunk(Self::choice(delta, None)));
        let receipt = Receipt::of(self.request, answered, self.replayed);
        let end = self.chunk(Self::choice(Delta::default(), Some("stop")));
        text.push_str(&event(None, &ChatChunk { waggle: Some(receipt), ..end }));
        if self.include_usage {
            let usage = self.chunk(Vec::new());
            let usage = ChatChunk { usage: Some(Usage::default()), ..usage };
            text.push_str(&event(None, &usage));
        }
        text.push_str(DONE);
        text
    }

    fn failed(&mut self, problem: &Problem) -> String {
        event(None, &ErrorBody { error: problem.detail() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::Trouble, openai::examples::answered};
    use serde_json::{json, Value};

    /// The data of each event, but for the last, `[DONE]`, if it is there.
    fn data(text: &str) -> (Vec<Value>, bool) {
        assert!(text.ends_with("\n\n"));
        let events: Vec<_> = text.trim_end().split("\n\n").collect();
        let done = events.last() == Some(&"data: [DONE]");
        let events = events.iter().filter(|event| **event != "data: [DONE]");
        let read = |event: &&str| -> Value {
            serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap()
        };
        (events.map(read).collect(), done)
    }

    fn narrator(include_usage: bool) -> ChatNarrator {
        ChatNarrator::new(7, false, "waggle".into(), include_usage)
    }

    #[test]
    fn streams_should_open_with_the_role() {
        let (events, done) = data(&narrator(false).opening());
        assert!(!done);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["id"], "chatcmpl-7");
        assert_eq!(events[0]["object"], "chat.completion.chunk");
        let choice = json!({
            "index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": null,
            "finish_reason": null,
        });
        assert_eq!(events[0]["choices"], json!([choice]));
    }

    #[test]
    fn streams_should_end_with_answer_receipt_and_usage_when_answered() {
        let (events, done) = data(&narrator(true).answered(&answered("4\n\n2")));
        assert!(done);
        assert_eq!(events.len(), 3);
        assert_eq!(events[0]["choices"][0]["delta"], json!({"content": "4\n\n2"}));
        assert_eq!(events[1]["choices"][0]["delta"], json!({}));
        assert_eq!(events[1]["choices"][0]["finish_reason"], "stop");
        assert_eq!(events[1]["waggle"]["round"], 12);
        assert_eq!(events[1]["waggle"]["reward"], "20");
        assert_eq!(events[2]["choices"], json!([]));
        assert_eq!(events[2]["usage"]["total_tokens"], 0);
        let (events, _) = data(&narrator(false).answered(&answered("42")));
        assert!(events.iter().all(|event| event.get("usage").is_none()));
    }

    #[test]
    fn streams_should_end_with_an_error_and_no_answer_when_the_round_fails() {
        let cancelled = Trouble::Cancelled { round: 3, reason: "nobody came".into() };
        let (events, done) = data(&narrator(true).failed(&Problem::Trouble(cancelled)));
        assert!(!done);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["error"]["code"], "round_cancelled");
        assert_eq!(events[0]["error"]["waggle"]["refunded"], true);
    }
}
