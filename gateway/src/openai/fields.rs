//! Reading requests: JSON whose mistakes are told with the name of the parameter that has them.
//!
//! Three kinds of parameters: what a swarm can do; what it cannot do and which changes nothing of
//! the answer that was asked for, or only by chance (temperature, seeds, lengths), which has no
//! effect; and what would have made it another answer, which is refused. A `null` is as good as
//! nothing everywhere. What is in none of OpenAI's documents has no effect either: clients of other
//! servers send it.

use super::problem::Problem;
use serde_json::{Map, Value};
use waggle_client::conversation::{Message, Role};

/// The longest name of a model that is looked for, in bytes.
const MAX_MODEL_BYTES: usize = 256;
/// The most messages of a conversation.
const MAX_MESSAGES: usize = waggle_client::conversation::MAX_MESSAGES;

/// The members of a JSON object, which is at `path` in the request; the request itself is at "".
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The members of `value`.
    pub(crate) fn of(value: &'a Value, path: impl Into<String>) -> Result<Self, Problem> {
        let path = path.into();
        match value.as_object() {
            Some(object) => Ok(Self { object, path }),
            None if path.is_empty() => Err(Problem::NotJson("it is no object".into())),
            None => Err(Problem::WrongType { param: path, expected: "an object" }),
        }
    }

    /// What errors call a member.
    pub(crate) fn name(&self, field: &str) -> String {
        if self.path.is_empty() {
            field.to_owned()
        } else {
            format!("{}.{field}", self.path)
        }
    }

    /// A member, if it is there and not null.
    pub(crate) fn get(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field).filter(|value| !value.is_null())
    }

    /// A member that has to be there.
    pub(crate) fn needed(&self, field: &str) -> Result<&'a Value, Problem> {
        self.get(field).ok_or_else(|| Problem::Missing(self.name(field)))
    }

    /// A text, if it is there.
    pub(crate) fn text(&self, field: &str) -> Result<Option<&'a str>, Problem> {
        let text = self
            .get(field)
            .map(|value| value.as_str().ok_or_else(|| self.wrong_type(field, "a string")));
        text.transpose()
    }

    /// Whether something is asked for; nothing is false.
    pub(crate) fn flag(&self, field: &str) -> Result<bool, Problem> {
        let flag = self
            .get(field)
            .map(|value| value.as_bool().ok_or_else(|| self.wrong_type(field, "true or false")));
        Ok(flag.transpose()?.unwrap_or_default())
    }

    /// The name of a model.
    pub(crate) fn model(&self) -> Result<String, Problem> {
        let model = self.text("model")?.ok_or_else(|| Problem::Missing(self.name("model")))?;
        if model.len() > MAX_MODEL_BYTES {
            return Err(self.wrong_value("model", "no model has so long a name"));
        }
        Ok(model.to_owned())
    }

    /// Refuse what a swarm cannot do.
    pub(crate) fn refuse(&self, refused: &[Refused]) -> Result<(), Problem> {
        for &Refused { field, harmless, reason } in refused {
            if self.get(field).is_some_and(|value| !harmless(value)) {
                return Err(Problem::Unsupported { param: self.name(field), reason });
            }
        }
        Ok(())
    }

    /// A member has another type than it should have.
    pub(crate) fn wrong_type(&self, field: &str, expected: &'static str) -> Problem {
        Problem::WrongType { param: self.name(field), expected }
    }

    /// A member has a value that means nothing.
    pub(crate) fn wrong_value(&self, field: &str, reason: &str) -> Problem {
        Problem::WrongValue { param: self.name(field), reason: reason.to_owned() }
    }
}

/// A parameter that is refused, unless its value asks for nothing.
pub(crate) struct Refused {
    /// Its name.
    pub(crate) field: &'static str,
    /// Whether a value asks for nothing that a swarm does not do.
    pub(crate) harmless: fn(&Value) -> bool,
    /// Why it is refused.
    pub(crate) reason: &'static str,
}

/// No value is harmless.
pub(crate) fn never(_: &Value) -> bool {
    false
}

/// An empty text, list or object.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// False.
pub(crate) fn is_false(value: &Value) -> bool {
    *value == Value::Bool(false)
}

/// The number 0.
pub(crate) fn is_zero(value: &Value) -> bool {
    value.as_u64() == Some(0)
}

/// The number 1.
pub(crate) fn is_one(value: &Value) -> bool {
    value.as_u64() == Some(1)
}

/// A choice of tools that chooses none where there are none.
pub(crate) fn is_no_choice(value: &Value) -> bool {
    matches!(value.as_str(), Some("none" | "auto"))
}

/// A format that is plain text.
pub(crate) fn is_text_format(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("text")
}

/// A list of nothing but "text".
pub(crate) fn is_text_only(value: &Value) -> bool {
    let is_text = |value: &Value| value.as_str() == Some("text");
    value.as_array().is_some_and(|list| list.iter().all(is_text))
}

/// The JSON of a body.
pub(crate) fn json(body: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::NotJson(error.to_string()))
}

/// The messages in a list that is at `path`; `parts` are the types that parts of text may have.
pub(crate) fn messages(
    list: &[Value],
    path: &str,
    parts: &[&str],
) -> Result<Vec<Message>, Problem> {
    let wrong = |reason: &str| Problem::WrongValue { param: path.into(), reason: reason.into() };
    if list.is_empty() {
        return Err(wrong("there has to be a message"));
    }
    if list.len() > MAX_MESSAGES {
        return Err(wrong(&format!("there may be at most {MAX_MESSAGES} messages")));
    }
    let messages: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(index, value)| message(value, &format!("{path}[{index}]"), parts))
        .collect::<Result<_, _>>()?;
    if messages.last().is_some_and(|last| last.role == Role::Assistant) {
        return Err(Problem::Unsupported {
            param: format!("{path}[{}]", messages.len() - 1),
            reason: "an agent cannot go on in the middle of an answer; the last message has to \
                     ask for something",
        });
    }
    Ok(messages)
}

/// What only messages have, and a swarm cannot do.
const REFUSED: [Refused; 3] = [
    Refused { field: "tool_calls", harmless: is_empty, reason: "agents call no tools" },
    Refused { field: "function_call", harmless: never, reason: "agents call no functions" },
    Refused { field: "audio", harmless: never, reason: "agents read text alone" },
];

fn message(value: &Value, path: &str, parts: &[&str]) -> Result<Message, Problem> {
    let fields = Fields::of(value, path)?;
    if fields.text("type")?.is_some_and(|kind| kind != "message") {
        return Err(Problem::Unsupported {
            param: path.into(),
            reason: "agents read messages alone: no calls, results, references or reasoning",
        });
    }
    let role = fields.text("role")?.ok_or_else(|| Problem::Missing(fields.name("role")))?;
    let role = match role {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" | "function" => {
            return Err(Problem::Unsupported {
                param: fields.name("role"),
                reason: "agents call no tools, so that there are no results either",
            })
        }
        _ => {
            let reason = "it is one of system, developer, user and assistant";
            return Err(fields.wrong_value("role", reason));
        }
    };
    fields.refuse(&REFUSED)?;
    let content = content(fields.needed("content")?, &fields.name("content"), parts)?;
    Ok(Message { role, content })
}

/// A text, or a list of parts that are texts; parts are put on lines of their own.
fn content(value: &Value, path: &str, parts: &[&str]) -> Result<String, Problem> {
    let list = match value {
        Value::String(text) => return Ok(text.clone()),
        Value::Array(list) => list,
        _ => {
            let expected = "a string or a list of parts of text";
            return Err(Problem::WrongType { param: path.into(), expected });
        }
    };
    let mut texts = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let at = format!("{path}[{index}]");
        let part = Fields::of(value, at.clone())?;
        let kind = part.text("type")?.ok_or_else(|| Problem::Missing(part.name("type")))?;
        if !parts.contains(&kind) {
            let reason = "agents read text alone: no images, sounds, files or refusals";
            return Err(Problem::Unsupported { param: at, reason });
        }
        let text = part.text("text")?.ok_or_else(|| Problem::Missing(part.name("text")))?;
        texts.push(text);
    }
    Ok(texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(list: Value) -> Result<Vec<Message>, Problem> {
        messages(list.as_array().unwrap(), "messages", &["text"])
    }

    fn param(list: Value) -> Option<String> {
        read(list).unwrap_err().detail().param
    }

    #[test]
    fn messages_should_be_read_when_they_are_text() {
        let parts = json!([{"type": "text", "text": "2"}, {"type": "text", "text": "+2"}]);
        let found = read(json!([
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": parts},
            {"role": "assistant", "content": "4", "tool_calls": [], "refusal": null},
            {"role": "user", "content": "", "name": "ada"},
        ]))
        .unwrap();
        let found: Vec<_> =
            found.iter().map(|message| (message.role, message.content.as_str())).collect();
        assert_eq!(
            found,
            [
                (Role::System, "Be brief."),
                (Role::User, "2\n+2"),
                (Role::Assistant, "4"),
                (Role::User, "")
            ]
        );
    }

    #[test]
    fn messages_should_be_refused_by_name_when_they_are_wrong() {
        let user = json!({"role": "user", "content": "hi"});
        let image = json!({"type": "image_url", "image_url": {"url": "data:,"}});
        let text = json!({"type": "text", "text": "see"});
        for (list, expected) in [
            (json!([]), "messages"),
            (json!(["hi"]), "messages[0]"),
            (json!([{"content": "hi"}]), "messages[0].role"),
            (json!([{"role": "robot", "content": "hi"}]), "messages[0].role"),
            (json!([{"role": 1, "content": "hi"}]), "messages[0].role"),
            (json!([user, {"role": "tool", "content": "hi"}]), "messages[1].role"),
            (json!([{"role": "user"}]), "messages[0].content"),
            (json!([{"role": "assistant", "content": null}, user]), "messages[0].content"),
            (json!([{"role": "user", "content": 5}]), "messages[0].content"),
            (json!([{"role": "user", "content": ["hi"]}]), "messages[0].content[0]"),
            (json!([{"role": "user", "content": [{"text": "a"}]}]), "messages[0].content[0].type"),
            (json!([{"role": "user", "content": [text, image]}]), "messages[0].content[1]"),
            (
                json!([{"role": "user", "content": [{"type": "text", "text": 1}]}]),
                "messages[0].content[0].text",
            ),
            (
                json!([{"role": "assistant", "content": "", "tool_calls": [{}]}, user]),
                "messages[0].tool_calls",
            ),
            (json!([user, {"role": "assistant", "content": "The"}]), "messages[1]"),
            (json!([{"type": "item_reference", "id": "x"}]), "messages[0]"),
        ] {
            assert_eq!(param(list.clone()).as_deref(), Some(expected), "{list}");
        }
        let many = vec![user; MAX_MESSAGES + 1];
        assert_eq!(param(json!(many)).as_deref(), Some("messages"));
    }

    #[test]
    fn bodies_should_be_refused_when_they_are_no_objects() {
        assert!(matches!(json(b"{\"model\":"), Err(Problem::NotJson(_))));
        assert!(matches!(json("[".repeat(100_000).as_bytes()), Err(Problem::NotJson(_))));
        assert!(matches!(Fields::of(&json!([]), ""), Err(Problem::NotJson(_))));
    }
}
