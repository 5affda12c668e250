//! Conversations as prompts: a chat goes on chain as one text, the *envelope*, and every agent's
//! worker makes turns of it again. `docs/conversations.md` has the bytes.
//!
//! ```text
//! {"waggle":1,"messages":[{"role":"system","content":"Add."},{"role":"user","content":"2+2"}]}
//! ```
//!
//! - A lone message of the user needs no envelope: its prompt is its text. Only a text that begins
//!   like an envelope gets one, so that it is asked as it stands.
//! - A conversation has one envelope: no other blanks, escapes or order of keys is read as one.
//!   Whatever is not, is a plain prompt, and nothing but a whole prompt is ever an envelope: not an
//!   answer, nor a message.
//!
//! Out of scope: how long a prompt may be (the chain says), and what models get to read.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The only version of the envelope.
const VERSION: u32 = 1;

/// How envelopes begin, of later versions too: a lone text that begins so is put into one.
const RESERVED: &str = r#"{"waggle":"#;

/// The most messages of an envelope. No prompt that fits on chain has as many.
pub const MAX_MESSAGES: usize = 1024;

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whoever set the conversation up: how to answer.
    System,
    /// Who asks.
    User,
    /// Who answered before.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said; may be empty.
    pub content: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    waggle: u32,
    messages: Cow<'a, [Message]>,
}

/// The prompt that asks for the next message of a conversation. Empty, which the chain refuses, if
/// no message says anything.
pub fn prompt_of(messages: &[Message]) -> String {
    match messages {
        [Message { role: Role::User, content }] if !content.starts_with(RESERVED) => {
            content.clone()
        }
        _ if say_nothing(messages) => String::new(),
        _ => written(messages),
    }
}

/// The messages of a prompt that is an envelope, as they were given to [`prompt_of`]; `None` for a
/// plain prompt.
pub fn read(prompt: &str) -> Option<Vec<Message>> {
    if !prompt.starts_with(RESERVED) {
        return None;
    }
    let Envelope { waggle, messages } = serde_json::from_str(prompt).ok()?;
    let is_sound = waggle == VERSION && messages.len() <= MAX_MESSAGES && !say_nothing(&messages);
    (is_sound && written(&messages) == prompt).then(|| messages.into_owned())
}

fn written(messages: &[Message]) -> String {
    let envelope = Envelope { waggle: VERSION, messages: Cow::Borrowed(messages) };
    // Strings and a number: there is nothing that JSON could not express.
    serde_json::to_string(&envelope).unwrap_or_default()
}

fn say_nothing(messages: &[Message]) -> bool {
    messages.iter().all(|message| message.content.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/conversations.md");

    fn said(messages: &[(Role, &str)]) -> Vec<Message> {
        let message = |&(role, content): &(Role, &str)| Message { role, content: content.into() };
        messages.iter().map(message).collect()
    }

    /// The lines of the page's block of this name.
    fn lines_of_page(name: &str) -> impl Iterator<Item = &'static str> {
        let (_, block) = PAGE.split_once(&format!("```{name}\n")).unwrap();
        block.split_once("```").unwrap().0.lines()
    }

    #[test]
    fn lone_message_should_be_its_text_when_that_is_no_envelope() {
        for text in ["2+2", "", " \n", "{\"waggle\" : 1}", " {\"waggle\":1,", "{\"messages\":[]}"] {
            let messages = said(&[(Role::User, text)]);
            assert_eq!(prompt_of(&messages), text);
            assert_eq!(read(text), None, "{text:?}");
        }
        let system = said(&[(Role::System, "2+2")]);
        assert_eq!(read(&prompt_of(&system)), Some(system), "who says it counts");
    }

    #[test]
    fn lone_message_should_get_an_envelope_when_it_begins_like_one() {
        let envelope = prompt_of(&said(&[(Role::System, "Be brief."), (Role::User, "2+2")]));
        let later = r#"{"waggle":2,"turns":[]}"#;
        for text in [envelope.as_str(), later, r#"{"waggle":"#] {
            let mut messages = said(&[(Role::User, text)]);
            for _ in 0..3 {
                let prompt = prompt_of(&messages);
                assert_eq!(read(&prompt), Some(messages), "as deep as one likes");
                messages = said(&[(Role::User, &prompt)]);
            }
        }
    }

    #[test]
    fn conversation_should_be_read_as_it_was_given() {
        let odd = "\0\u{1f}\u{7f} \"\\/\r\n\t\u{2028}\u{feff} 👩\u{200d}🚀 </s> {\"waggle\":1}";
        for messages in [
            said(&[(Role::System, "Be brief."), (Role::User, odd)]),
            said(&[(Role::Assistant, "Hello!"), (Role::User, "2+2")]),
            said(&[(Role::User, "a"), (Role::User, "b"), (Role::System, ""), (Role::User, "c")]),
            said(&[(Role::User, ""), (Role::Assistant, "x")]),
            said(&[(Role::User, "x"); 500]),
        ] {
            assert_eq!(read(&prompt_of(&messages)), Some(messages));
        }
    }

    #[test]
    fn prompt_should_be_empty_when_nothing_is_said() {
        assert_eq!(prompt_of(&[]), "");
        assert_eq!(prompt_of(&said(&[(Role::System, " "), (Role::User, "\n")])), "");
        assert_eq!(read(r#"{"waggle":1,"messages":[]}"#), None);
        assert_eq!(read(r#"{"waggle":1,"messages":[{"role":"user","content":" "}]}"#), None);
    }

    #[test]
    fn examples_of_the_page_should_be_what_they_are_said_to_be() {
        let mut envelopes = 0;
        for line in lines_of_page("envelopes") {
            let messages = read(line).unwrap_or_else(|| panic!("no envelope: {line}"));
            assert_eq!(prompt_of(&messages), line);
            envelopes += 1;
        }
        let mut plain = 0;
        for line in lines_of_page("plain") {
            assert_eq!(read(line), None, "{line}");
            plain += 1;
        }
        assert!(envelopes >= 3 && plain >= 10, "{envelopes}, {plain}");
    }

    #[test]
    fn too_many_messages_should_be_no_envelope() {
        let most = said(&[(Role::User, "x"); MAX_MESSAGES]);
        assert!(read(&prompt_of(&most)).is_some());
        let more = said(&[(Role::User, "x"); MAX_MESSAGES + 1]);
        assert_eq!(read(&prompt_of(&more)), None);
    }
}
