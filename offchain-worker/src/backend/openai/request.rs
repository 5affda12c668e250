//! The bodies of requests: what a chat is in OpenAI's protocol, in a dialect of it, and with what a
//! server taught.
//!
//! Over the protocol's fields go the dialect's, over these the operator's. What the operator omits,
//! or the server once refused, is not sent.

use super::{dialect::Dialect, spec::OpenAiSpec};
use crate::backend::{Chat, Generation, Sampling, ToolCall, ToolDescription};
use serde_json::{json, Map, Value};
use std::collections::BTreeSet;

/// What a server taught by refusing a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    /// `max_tokens` is called `max_completion_tokens`.
    CompletionTokens,
    /// The template refuses a system message: the user's begins with it.
    MergeSystem,
    /// It refuses a field, which is left out.
    Omit(String),
}

/// All that a server taught.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lessons {
    completion_tokens: bool,
    merge_system: bool,
    omit: BTreeSet<String>,
}

impl Lessons {
    /// Whether that is new.
    pub(super) fn learn(&mut self, lesson: Lesson) -> bool {
        match lesson {
            Lesson::CompletionTokens => !std::mem::replace(&mut self.completion_tokens, true),
            Lesson::MergeSystem => !std::mem::replace(&mut self.merge_system, true),
            Lesson::Omit(field) => self.omit.insert(field),
        }
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    /// An answer or a part of it.
    Answer(&'a Sampling, &'a Generation),
    /// The probabilities of one token.
    Grade,
}

/// The body of a request for `chat`.
pub(super) fn body(
    spec: &OpenAiSpec,
    dialect: Option<Dialect>,
    lessons: &Lessons,
    chat: &Chat,
    purpose: Purpose<'_>,
) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut set = |key: &str, value: Value| drop(fields.insert(key.to_string(), value));
    set("model", spec.model.clone().into());
    set("stream", false.into());
    let prefill = dialect.and_then(Dialect::prefill).filter(|_| chat.prefill.is_some());
    set("messages", messages(chat, lessons.merge_system, prefill.is_some()));
    match purpose {
        Purpose::Answer(sampling, limits) => {
            set("max_tokens", limits.max_tokens.into());
            set("temperature", sampling.temperature.into());
            if sampling.temperature > 0.0 {
                // Some servers take no more than 31 bits.
                set("seed", (limits.seed >> 33).into());
            }
            let known = dialect.is_none_or(Dialect::knows_top_k);
            for (key, value) in [
                ("top_p", sampling.top_p.map(Value::from)),
                ("top_k", sampling.top_k.filter(|_| known).map(Value::from)),
                ("min_p", sampling.min_p.filter(|_| known).map(Value::from)),
            ] {
                if let Some(value) = value {
                    set(key, value);
                }
            }
        }
        Purpose::Grade => {
            // At a temperature of 1 what servers report is what the model means, before or after
            // sampling.
            set("max_tokens", 1.into());
            set("temperature", 1.0.into());
            set("top_p", 1.0.into());
            set("logprobs", true.into());
            set("top_logprobs", spec.top_logprobs.into());
        }
    }
    if !chat.tools.is_empty() {
        set("tools", chat.tools.iter().map(tool).collect());
    }
    if lessons.completion_tokens {
        if let Some(limit) = fields.remove("max_tokens") {
            fields.insert("max_completion_tokens".to_string(), limit);
        }
    }
    fields.extend(dialect.map(Dialect::without_thinking).unwrap_or_default());
    fields.extend(prefill.unwrap_or_default());
    let own = match purpose {
        Purpose::Answer(..) => &spec.fields.answer,
        Purpose::Grade => &spec.fields.grade,
    };
    fields.extend(spec.fields.all.clone().into_iter().chain(own.clone()));
    for field in spec.fields.omit.iter().chain(&lessons.omit) {
        fields.remove(field);
    }
    fields
}

/// A tool as the protocol describes it.
fn tool(tool: &ToolDescription) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }})
}

fn messages(chat: &Chat, merge_system: bool, prefill: bool) -> Value {
    let merged;
    let chat = if merge_system {
        merged = chat.without_system();
        &merged
    } else {
        chat
    };
    let system = chat.system.iter().map(|text| json!({"role": "system", "content": text}));
    let earlier = chat.earlier.iter().flat_map(|turn| {
        [
            json!({"role": "user", "content": turn.user}),
            json!({"role": "assistant", "content": turn.assistant}),
        ]
    });
    let user = std::iter::once(json!({"role": "user", "content": chat.user}));
    let mut messages: Vec<Value> = system.chain(earlier).chain(user).collect();
    for exchange in &chat.exchanges {
        let call = |call: &ToolCall| {
            let function = json!({"name": call.name, "arguments": call.arguments});
            json!({"id": call.id, "type": "function", "function": function})
        };
        let calls: Vec<Value> = exchange.calls.iter().map(call).collect();
        messages.push(json!({"role": "assistant", "content": exchange.text, "tool_calls": calls}));
        for (call, result) in exchange.calls.iter().zip(&exchange.results) {
            messages.push(json!({"role": "tool", "tool_call_id": call.id, "content": result}));
        }
    }
    if let Some(text) = chat.prefill.as_ref().filter(|_| prefill) {
        messages.push(json!({"role": "assistant", "content": text}));
    }
    Value::Array(messages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Turn;

    fn spec() -> OpenAiSpec {
        OpenAiSpec::new("http://127.0.0.1:1/v1".parse().unwrap(), "m".into(), vec![])
    }

    fn chat() -> Chat {
        Chat {
            system: Some("Be brief.".into()),
            user: "2+2".into(),
            prefill: Some("Grade: ".into()),
            ..Chat::default()
        }
    }

    fn grade(spec: &OpenAiSpec, dialect: Option<Dialect>) -> Value {
        body(spec, dialect, &Lessons::default(), &chat(), Purpose::Grade).into()
    }

    #[test]
    fn messages_should_be_the_turns_in_their_order() {
        let earlier = vec![Turn { user: "1+1".into(), assistant: "2".into() }];
        let chat = Chat { earlier, ..chat() };
        let message = |role: &str, content: &str| json!({"role": role, "content": content});
        let last = [message("assistant", "2"), message("user", "2+2")];
        let [answer, question] = &last;
        let whole =
            json!([message("system", "Be brief."), message("user", "1+1"), answer, question]);
        assert_eq!(messages(&chat, false, false), whole);
        let merged = json!([message("user", "Be brief.\n\n1+1"), answer, question]);
        assert_eq!(messages(&chat, true, false), merged);
    }

    #[test]
    fn thinking_should_be_switched_off_as_each_server_has_it() {
        let of = |dialect| grade(&spec(), Some(dialect));
        assert_eq!(of(Dialect::Vllm)["chat_template_kwargs"]["enable_thinking"], false);
        assert_eq!(of(Dialect::LlamaCpp)["chat_template_kwargs"]["enable_thinking"], false);
        assert_eq!(of(Dialect::Ollama)["reasoning_effort"], "none");
        assert_eq!(of(Dialect::MistralRs)["enable_thinking"], false);
        for dialect in [Some(Dialect::OpenAi), Some(Dialect::LmStudio), None] {
            let body = grade(&spec(), dialect);
            let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
            let plain = ["logprobs", "max_tokens", "messages", "model", "stream", "temperature"];
            let plain = plain.into_iter().chain(["top_logprobs", "top_p"]).collect::<Vec<_>>();
            let sorted: BTreeSet<_> = keys.iter().map(String::as_str).collect();
            assert_eq!(sorted.into_iter().collect::<Vec<_>>(), plain);
        }
    }

    #[test]
    fn prefill_should_go_only_to_servers_that_go_on_from_it() {
        let last = |dialect| {
            let body = grade(&spec(), dialect);
            let last = body["messages"].as_array().unwrap().last().unwrap().clone();
            (last, body["continue_final_message"] == true, body["add_generation_prompt"] == false)
        };
        let prefill = json!({"role": "assistant", "content": "Grade: "});
        let user = json!({"role": "user", "content": "2+2"});
        assert_eq!(last(Some(Dialect::Vllm)), (prefill.clone(), true, true));
        assert_eq!(last(Some(Dialect::LlamaCpp)), (prefill, false, false));
        assert_eq!(last(Some(Dialect::Ollama)), (user.clone(), false, false));
        assert_eq!(last(None), (user, false, false));
    }

    #[test]
    fn operator_should_add_and_remove_fields() {
        let mut spec = spec();
        let fields = |value: Value| value.as_object().cloned().unwrap();
        spec.fields.all = fields(json!({"a": 1, "b": 1, "chat_template_kwargs": {"x": 1}}));
        spec.fields.answer = fields(json!({"b": 2, "seed": 5}));
        spec.fields.grade = fields(json!({"b": 3}));
        spec.fields.omit = vec!["top_p".into(), "temperature".into()];
        let graded = grade(&spec, Some(Dialect::Vllm));
        assert_eq!((&graded["a"], &graded["b"]), (&json!(1), &json!(3)));
        assert_eq!(graded["chat_template_kwargs"], json!({"x": 1}));
        assert!(graded.get("top_p").is_none() && graded.get("temperature").is_none());
        let (warm, limits) = (
            Sampling { temperature: 0.7, top_p: Some(0.9), top_k: Some(40), min_p: Some(0.1) },
            Generation { max_tokens: 9, until: None, seed: u64::MAX },
        );
        let answer = |spec: &OpenAiSpec, dialect| {
            let purpose = Purpose::Answer(&warm, &limits);
            Value::from(body(spec, dialect, &Lessons::default(), &chat(), purpose))
        };
        assert_eq!(
            (&answer(&spec, None)["b"], &answer(&spec, None)["seed"]),
            (&json!(2), &json!(5))
        );
        let plain = answer(&self::spec(), None);
        assert_eq!((&plain["seed"], &plain["top_k"]), (&json!(0x7fff_ffff), &json!(40)));
        assert!(answer(&self::spec(), Some(Dialect::OpenAi)).get("top_k").is_none());
    }

    #[test]
    fn lessons_should_change_requests_and_be_new_once() {
        let mut lessons = Lessons::default();
        for lesson in
            [Lesson::CompletionTokens, Lesson::MergeSystem, Lesson::Omit("temperature".into())]
        {
            assert!(lessons.learn(lesson.clone()));
            assert!(!lessons.learn(lesson));
        }
        let body = Value::from(body(&spec(), None, &lessons, &chat(), Purpose::Grade));
        assert_eq!(body["max_completion_tokens"], 1);
        assert!(body.get("max_tokens").is_none() && body.get("temperature").is_none());
        let merged = json!([{"role": "user", "content": "Be brief.\n\n2+2"}]);
        assert_eq!(body["messages"], merged);
    }
}
