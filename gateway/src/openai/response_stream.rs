//! A response as a stream, in the events that OpenAI's SDKs put together again.

use super::{
    problem::Problem,
    response_body::{message, OutputText, ResponseBody},
    stream::{event, Narrator},
};
use crate::{desk::Answered, store::RequestId};
use serde_json::{json, Value};

/// Tells of an order in events of the responses API.
pub(crate) struct ResponseNarrator {
    request: RequestId,
    replayed: bool,
    body: ResponseBody,
    /// How many events there were.
    events: u64,
}

impl ResponseNarrator {
    /// A stream of the order `request`, whose response has just begun as `body`.
    pub(crate) fn new(request: RequestId, replayed: bool, body: ResponseBody) -> Self {
        Self { request, replayed, body, events: 0 }
    }

    /// An event of this `kind` with the members of `data`, an object.
    fn event(&mut self, kind: &str, mut data: Value) -> String {
        if let Some(members) = data.as_object_mut() {
            members.insert("type".into(), kind.into());
            members.insert("sequence_number".into(), self.events.into());
        }
        self.events += 1;
        event(Some(kind), &data)
    }
}

impl Narrator for ResponseNarrator {
    fn opening(&mut self) -> String {
        let data = json!({ "response": self.body });
        let mut text = self.event("response.created", data.clone());
        text.push_str(&self.event("response.in_progress", data));
        text
    }

    fn answered(&mut self, answered: &Answered) -> String {
        let begun = message(self.request, "in_progress", Vec::new());
        let nothing = OutputText::new(String::new());
        let part = OutputText::new(answered.text.clone());
        let whole = message(self.request, "completed", vec![part.clone()]);
        let body = self.body.clone().answered(self.request, answered, self.replayed);
        let id = begun.id.clone();
        let text = &answered.text;
        let at = |extra: Value| {
            let mut data = json!({"item_id": id, "output_index": 0, "content_index": 0});
            if let (Some(data), Value::Object(extra)) = (data.as_object_mut(), extra) {
                data.extend(extra);
            }
            data
        };
        let events = [
            ("response.output_item.added", json!({"output_index": 0, "item": begun})),
            ("response.content_part.added", at(json!({ "part": nothing }))),
            ("response.output_text.delta", at(json!({"delta": text, "logprobs": []}))),
            ("response.output_text.done", at(json!({"text": text, "logprobs": []}))),
            ("response.content_part.done", at(json!({ "part": part }))),
            ("response.output_item.done", json!({"output_index": 0, "item": whole})),
            ("response.completed", json!({ "response": body })),
        ];
        events.into_iter().map(|(kind, data)| self.event(kind, data)).collect()
    }

    fn failed(&mut self, problem: &Problem) -> String {
        let body = self.body.clone().failed(problem);
        let mut text = self.event("response.failed", json!({ "response": body }));
        // Clients that do not look at how a response ended raise this one.
        let detail = problem.detail();
        let error = json!({
            "code": detail.code,
            "message": detail.message,
            "param": detail.param,
            "error": detail,
        });
        text.push_str(&self.event("error", error));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::Trouble, openai::examples::answered};

    fn narrator() -> ResponseNarrator {
        let body = ResponseBody::begun(7, "waggle".into(), None, Default::default());
        ResponseNarrator::new(7, false, body)
    }

    /// The data of each event, each of which is named as its type.
    fn data(text: &str) -> Vec<Value> {
        let events = text.trim_end().split("\n\n");
        let read = |event: &str| -> Value {
            let (name, data) = event.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str());
            data
        };
        events.map(read).collect()
    }

    #[test]
    fn streams_should_have_the_events_that_sdks_expect_when_answered() {
        let mut narrator = narrator();
        let text = narrator.opening() + &narrator.answered(&answered("4\n2"));
        let events = data(&text);
        let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(
            types,
            [
                "response.created",
                "response.in_progress",
                "response.output_item.added",
                "response.content_part.added",
                "response.output_text.delta",
                "response.output_text.done",
                "response.content_part.done",
                "response.output_item.done",
                "response.completed",
            ]
        );
        for (number, event) in events.iter().enumerate() {
            assert_eq!(event["sequence_number"], number);
        }
        assert_eq!(events[0]["response"]["status"], "in_progress");
        assert_eq!(events[4]["delta"], "4\n2");
        assert_eq!(events[4]["item_id"], events[2]["item"]["id"]);
        let response = &events[8]["response"];
        assert_eq!(response["output"][0]["content"][0]["text"], "4\n2");
        assert_eq!(response["waggle"]["round"], 12);
        assert_eq!(response["usage"]["total_tokens"], 0);
    }

    #[test]
    fn streams_should_end_with_an_error_when_the_round_fails() {
        let mut narrator = narrator();
        let unwon = Trouble::Unsure { until_block: 3 };
        let text = narrator.opening() + &narrator.failed(&Problem::Trouble(unwon));
        let events = data(&text);
        assert_eq!(events.len(), 4);
        assert_eq!(events[2]["type"], "response.failed");
        assert_eq!(events[2]["response"]["error"]["code"], "outcome_unknown");
        assert_eq!(events[3]["type"], "error");
        assert_eq!(events[3]["error"]["code"], "outcome_unknown");
    }
}
