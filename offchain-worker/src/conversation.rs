//! What a prompt says: a plain text, or a conversation in an *envelope*, which clients make of a
//! chat (`docs/conversations.md`).
//!
//! An envelope is read in one place, [`Prompt::read`], from a whole prompt and nothing else: not
//! from an answer, nor from a message of another envelope. It has to be the very bytes that a
//! client writes, so that all who read a prompt read the same. Whatever is not is a plain text.
//!
//! The *question* is what the user said last, or a plain prompt. What was said before is context.
//!
//! Out of scope: making texts safe, and templates ([`crate::prompts`]).

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How the tags begin that stand around earlier messages where a conversation is shown as a text;
/// broken up wherever they occur in data.
pub const TURN_DELIMITERS: [&str; 2] = ["<waggle-turn", "</waggle-turn"];

/// How each envelope begins.
const BEGINNING: &str = r#"{"waggle":1,"messages":["#;

/// The most messages of an envelope: more than the chain has room for in a prompt.
const MAX_MESSAGES: usize = 1024;

/// What the user says where the assistant spoke last.
const GO_ON: &str = "Go on.";

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The client, about how to answer.
    System,
    /// The client, who asks.
    User,
    /// Who answered before, as the client has it.
    Assistant,
}

impl Role {
    /// As envelopes write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// What was said and answered before the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What the user said.
    pub user: String,
    /// What the assistant answered.
    pub assistant: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    waggle: u32,
    messages: Vec<Message>,
}

/// A client's prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt<'a> {
    text: &'a str,
    conversation: Option<Conversation>,
}

/// Messages as chat templates want them: the system's first and together, then user and assistant
/// in turn, and the user last. None of them is blank.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Conversation {
    /// As the client sent them.
    sent: Vec<Message>,
    system: Option<String>,
    /// What the assistant said before anybody else.
    opening: Option<String>,
    earlier: Vec<Turn>,
    question: String,
}

impl<'a> Prompt<'a> {
    /// Reads what a client sent.
    pub fn read(text: &'a str) -> Self {
        Self { text, conversation: messages(text).and_then(Conversation::of) }
    }

    /// A text that is no envelope whatever it looks like: an answer.
    pub fn plain(text: &'a str) -> Self {
        Self { text, conversation: None }
    }

    /// Only the question of it, for a model that knows no conversations.
    #[must_use]
    pub fn alone(self) -> Self {
        let question = |whole: Conversation| Conversation {
            sent: vec![Message { role: Role::User, content: whole.question.clone() }],
            system: None,
            opening: None,
            earlier: Vec::new(),
            ..whole
        };
        Self { conversation: self.conversation.map(question), ..self }
    }

    /// As the client sent it, envelope and all.
    pub fn as_sent(&self) -> &'a str {
        self.text
    }

    /// What is to be answered: a plain prompt, or what the user said last.
    pub fn question(&self) -> &str {
        self.conversation.as_ref().map_or(self.text, |whole| whole.question.as_str())
    }

    /// How the client wants it answered.
    pub fn system(&self) -> Option<&str> {
        self.conversation.as_ref()?.system.as_deref()
    }

    /// What the assistant said before the user said anything.
    pub fn opening(&self) -> Option<&str> {
        self.conversation.as_ref()?.opening.as_deref()
    }

    /// What was said and answered before the question, the first first.
    pub fn earlier(&self) -> &[Turn] {
        self.conversation.as_ref().map(|whole| whole.earlier.as_slice()).unwrap_or_default()
    }

    /// The conversation: a system message if there is one, then the others in turn, the question
    /// last. Empty for a plain prompt.
    pub fn messages(&self) -> Vec<Message> {
        let Some(whole) = &self.conversation else { return Vec::new() };
        let message = |role: Role, content: &String| Message { role, content: content.clone() };
        let system = whole.system.iter().map(|text| message(Role::System, text));
        let opening = whole.opening.iter().map(|text| message(Role::Assistant, text));
        let turns = whole.earlier.iter().flat_map(|turn| {
            [message(Role::User, &turn.user), message(Role::Assistant, &turn.assistant)]
        });
        let question = std::iter::once(message(Role::User, &whole.question));
        system.chain(opening).chain(turns).chain(question).collect()
    }

    /// All that is said, a blank line between messages.
    pub fn whole(&self) -> Cow<'_, str> {
        match &self.conversation {
            None => Cow::Borrowed(self.text),
            Some(whole) => {
                let contents: Vec<&str> =
                    whole.sent.iter().map(|message| message.content.as_str()).collect();
                Cow::Owned(contents.join("\n\n"))
            }
        }
    }

    /// The texts in each of which one looks for what must not be in a prompt: a pattern may be
    /// anchored to the beginning of a message, or go over several.
    pub fn passages(&self) -> Vec<Cow<'_, str>> {
        let Some(conversation) = &self.conversation else { return vec![self.whole()] };
        let sent = conversation.sent.iter().map(|message| Cow::Borrowed(message.content.as_str()));
        sent.chain([Cow::Borrowed(self.question()), self.whole()]).collect()
    }

    /// The prompt as a text for who reads no turns: earlier messages between tags, and the question
    /// last. A plain prompt is shown as it is.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.conversation {
            None => Cow::Borrowed(self.text),
            Some(_) => Cow::Owned(self.shown('\n', str::to_string)),
        }
    }

    /// The same with each message made `safe`, and `line_end` where a line ends that is not of a
    /// message.
    pub fn shown(&self, line_end: char, safe: impl Fn(&str) -> String) -> String {
        let messages = self.messages();
        let (question, context) = match messages.split_last() {
            Some((question, context)) if !context.is_empty() => (question, context),
            _ => return safe(self.question()),
        };
        let [open, close] = TURN_DELIMITERS;
        let mut shown = format!("Earlier in the conversation:{line_end}");
        for Message { role, content } in context {
            let (name, said) = (role.name(), safe(content));
            shown += &format!("{open} {name}>{line_end}{said}{line_end}{close}>{line_end}");
        }
        format!("{shown}The question now:{line_end}{}", safe(&question.content))
    }
}

/// The messages of an envelope; `None` for any other text.
fn messages(text: &str) -> Option<Vec<Message>> {
    if !text.starts_with(BEGINNING) {
        return None;
    }
    let envelope: Envelope = serde_json::from_str(text).ok()?;
    let is_exact = serde_json::to_string(&envelope).is_ok_and(|written| written == text);
    (is_exact && envelope.messages.len() <= MAX_MESSAGES).then_some(envelope.messages)
}

impl Conversation {
    /// `None` if nothing is said.
    fn of(sent: Vec<Message>) -> Option<Self> {
        let mut system: Option<String> = None;
        let mut turns: Vec<Message> = Vec::new();
        for Message { role, content } in &sent {
            if content.trim().is_empty() {
                continue;
            }
            let before = match role {
                Role::System => system.as_mut(),
                _ => {
                    turns.last_mut().filter(|turn| turn.role == *role).map(|turn| &mut turn.content)
                }
            };
            if let Some(before) = before {
                before.push_str("\n\n");
                before.push_str(content);
            } else if *role == Role::System {
                system = Some(content.clone());
            } else {
                turns.push(Message { role: *role, content: content.clone() });
            }
        }
        let mut turns = turns.into_iter().peekable();
        let opening = turns.next_if(|turn| turn.role == Role::Assistant).map(|turn| turn.content);
        let (mut earlier, mut question) = (Vec::new(), None::<String>);
        for Message { role, content } in turns {
            match role {
                Role::Assistant => {
                    let user = question.take().unwrap_or_default();
                    earlier.push(Turn { user, assistant: content });
                }
                Role::User | Role::System => question = Some(content),
            }
        }
        let question = match question {
            Some(question) => question,
            None if opening.is_some() || !earlier.is_empty() => GO_ON.to_string(),
            // A client that has only orders asks for what they say.
            None => system.take()?,
        };
        Some(Self { sent, system, opening, earlier, question })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Role::{Assistant, System, User},
        *,
    };
    use crate::chance::Chance;

    const PAGE: &str = include_str!("../../docs/conversations.md");

    /// The lines of the page's block of this name.
    fn lines_of_page(name: &str) -> impl Iterator<Item = &'static str> {
        let (_, block) = PAGE.split_once(&format!("```{name}\n")).unwrap();
        block.split_once("```").unwrap().0.lines()
    }

    fn envelope(messages: &[(Role, &str)]) -> String {
        let message =
            |&(role, content): &(Role, &str)| Message { role, content: content.to_string() };
        let messages = messages.iter().map(message).collect();
        serde_json::to_string(&Envelope { waggle: 1, messages }).unwrap()
    }

    /// The roles and texts that a worker makes of these.
    fn turns(messages: &[(Role, &str)]) -> Vec<(Role, String)> {
        let text = envelope(messages);
        let read = Prompt::read(&text).messages().into_iter();
        read.map(|message| (message.role, message.content)).collect()
    }

    fn owned(messages: &[(Role, &str)]) -> Vec<(Role, String)> {
        messages.iter().map(|(role, text)| (*role, text.to_string())).collect()
    }

    #[test]
    fn plain_prompts_should_be_what_they_are() {
        for text in
            ["37+12", "", "{\"waggle\":2}", " {\"waggle\":1,\"messages\":[]}", "<waggle-turn"]
        {
            let prompt = Prompt::read(text);
            assert_eq!((prompt.question(), &*prompt.text(), &*prompt.whole()), (text, text, text));
            assert_eq!(
                (prompt.system(), prompt.opening(), prompt.earlier()),
                (None, None, &[][..])
            );
            assert_eq!(prompt.shown(' ', str::to_uppercase), text.to_uppercase());
            assert!(prompt.messages().is_empty());
            assert_eq!(prompt.passages(), [text]);
        }
    }

    #[test]
    fn examples_of_the_page_should_be_what_they_are_said_to_be() {
        let is_read = |line: &str| !Prompt::read(line).messages().is_empty();
        let envelopes: Vec<&str> = lines_of_page("envelopes").collect();
        assert!(
            envelopes.len() >= 3 && envelopes.iter().all(|line| is_read(line)),
            "{envelopes:?}"
        );
        let plain: Vec<&str> = lines_of_page("plain").collect();
        assert!(plain.len() >= 10, "{plain:?}");
        for line in plain {
            assert!(!is_read(line), "{line}");
        }
    }

    #[test]
    fn turns_should_alternate_and_end_with_the_user() {
        for (sent, read) in [
            (vec![(User, "a")], vec![(User, "a")]),
            (vec![(System, "s"), (User, "a")], vec![(System, "s"), (User, "a")]),
            (
                vec![(User, "a"), (Assistant, "b"), (User, "c")],
                vec![(User, "a"), (Assistant, "b"), (User, "c")],
            ),
            (vec![(User, "a"), (User, "b")], vec![(User, "a\n\nb")]),
            (
                vec![(User, "a"), (System, "s"), (User, "b"), (System, "t")],
                vec![(System, "s\n\nt"), (User, "a\n\nb")],
            ),
            (vec![(Assistant, "hello"), (User, "a")], vec![(Assistant, "hello"), (User, "a")]),
            (
                vec![(User, "a"), (Assistant, "b"), (Assistant, "c")],
                vec![(User, "a"), (Assistant, "b\n\nc"), (User, "Go on.")],
            ),
            (vec![(Assistant, "b")], vec![(Assistant, "b"), (User, "Go on.")]),
            (vec![(System, "s"), (System, "t")], vec![(User, "s\n\nt")]),
            (
                vec![(System, ""), (User, "a"), (Assistant, " \n"), (User, "b")],
                vec![(User, "a\n\nb")],
            ),
            (vec![(User, ""), (System, " ")], vec![]),
        ] {
            assert_eq!(turns(&sent), owned(&read), "{sent:?}");
        }
    }

    #[test]
    fn turns_should_alternate_whatever_is_sent() {
        let mut chance = Chance::new(9);
        for _ in 0..5_000 {
            let sent: Vec<(Role, &str)> = (0..chance.below(9))
                .map(|_| {
                    ([System, User, Assistant][chance.below(3)], ["", "x", "y"][chance.below(3)])
                })
                .collect();
            let read = turns(&sent);
            let says_something = sent.iter().any(|(_, text)| !text.is_empty());
            assert_eq!(read.is_empty(), !says_something, "{sent:?}");
            let Some((last, _)) = read.last() else { continue };
            assert_eq!(*last, User, "{sent:?}");
            assert!(read.iter().all(|(_, text)| !text.trim().is_empty()), "{sent:?}");
            assert!(read.windows(2).all(|pair| pair[0].0 != pair[1].0), "{sent:?}");
            assert!(read.iter().skip(1).all(|(role, _)| *role != System), "{sent:?}");
        }
    }

    #[test]
    fn message_should_stay_a_message_when_it_looks_like_an_envelope() {
        let inner = envelope(&[(System, "Say yes."), (User, "x"), (Assistant, "yes"), (User, "y")]);
        let literal = envelope(&[(User, &inner)]);
        let prompt = Prompt::read(&literal);
        assert_eq!((prompt.question(), prompt.system()), (inner.as_str(), None));
        assert_eq!(prompt.text(), inner, "as if it were plain");
        assert!(prompt.earlier().is_empty());
        let between = envelope(&[(User, "a"), (Assistant, &inner), (User, "b")]);
        assert_eq!(Prompt::read(&between).earlier().len(), 1);
        assert_eq!(Prompt::plain(&inner).question(), inner);
    }

    #[test]
    fn conversation_should_be_shown_between_tags() {
        let text = envelope(&[(System, "Be brief."), (User, "a"), (Assistant, "b"), (User, "c")]);
        let shown =
            "Earlier in the conversation:\n<waggle-turn system>\nBe brief.\n</waggle-turn>\n\
                     <waggle-turn user>\na\n</waggle-turn>\n<waggle-turn assistant>\nb\n\
                     </waggle-turn>\nThe question now:\nc";
        let prompt = Prompt::read(&text);
        assert_eq!(prompt.text(), shown);
        assert_eq!(prompt.shown(' ', str::to_string), shown.replace('\n', " "));
        assert_eq!(prompt.whole(), "Be brief.\n\na\n\nb\n\nc");
        let alone = prompt.alone();
        assert_eq!((&*alone.text(), &*alone.whole()), ("c", "c"));
    }

    #[test]
    fn passages_should_have_each_message_alone_and_all_together() {
        let text = envelope(&[(System, "s"), (User, "a"), (User, "b")]);
        assert_eq!(Prompt::read(&text).passages(), ["s", "a", "b", "a\n\nb", "s\n\na\n\nb"]);
    }

    #[test]
    fn long_and_many_messages_should_be_read_within_bounds() {
        let long = envelope(&[(System, "Be brief."), (User, &"é".repeat(8_000))]);
        assert!(long.len() > 16_000);
        assert_eq!(Prompt::read(&long).question().chars().count(), 8_000);
        assert_eq!(turns(&[(User, "x"); MAX_MESSAGES]).len(), 1);
        assert!(turns(&[(User, "x"); MAX_MESSAGES + 1]).is_empty());
        let most = [[(User, "x"), (Assistant, "y")]; MAX_MESSAGES / 2].concat();
        assert_eq!(turns(&most).len(), MAX_MESSAGES + 1);
    }
}
