//! The protocol between the worker and a program: one JSON object a line each way, described in
//! `docs/agents.md`.
//!
//! ```text
//! {"id":1,"kind":"answer","prompt":"37+12","notes":[],"max_bytes":16384}
//!                                                           {"id":1,"answer":"49"}
//! {"id":2,"kind":"grade","prompt":"37+12","reference":"49","candidates":["49","48"]}
//!                                                           {"id":2,"grades":[1.0,0.0]}
//! {"id":3,"kind":"before","prompt":"37+12"}
//!                                                           {"id":3,"notes":["37+12 = 49"]}
//! {"id":4,"kind":"after","prompt":"37+12","answer":"48"}
//!                                                           {"id":4,"answer":"49"}
//! {"id":5,"kind":"call","arguments":"{\"expression\": \"37+12\"}"}
//!                                                           {"id":5,"output":"49"}
//! ```
//!
//! Where the prompt is a conversation, `prompt` is all of it as a text, and `messages` has the
//! turns (`docs/conversations.md`).

use super::error::ProgramError;
use crate::{conversation::Message, sanitise::cut};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest reason of a program that is passed on, in bytes.
const REASON_BYTES: usize = 200;

/// What a program is asked.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Question<'a> {
    /// An expert system: answer this.
    Answer {
        /// The client's prompt, a conversation as a text.
        prompt: &'a str,
        /// The conversation, if it is one: the question last.
        #[serde(skip_serializing_if = "is_plain")]
        messages: &'a [Message],
        /// What the agent's units found out.
        notes: &'a [String],
        /// The longest answer, in bytes.
        max_bytes: usize,
    },
    /// An expert system: grade these.
    Grade {
        /// The client's prompt, a conversation as a text.
        prompt: &'a str,
        /// The conversation, if it is one: the question last.
        #[serde(skip_serializing_if = "is_plain")]
        messages: &'a [Message],
        /// The agent's own answer.
        reference: Option<&'a str>,
        /// The answers to grade.
        candidates: Vec<&'a str>,
    },
    /// A unit: what is there to say before the module answers?
    Before {
        /// The client's prompt, a conversation as a text.
        prompt: &'a str,
        /// The conversation, if it is one: the question last.
        #[serde(skip_serializing_if = "is_plain")]
        messages: &'a [Message],
    },
    /// A unit: may this answer leave?
    After {
        /// The client's prompt, a conversation as a text.
        prompt: &'a str,
        /// The conversation, if it is one: the question last.
        #[serde(skip_serializing_if = "is_plain")]
        messages: &'a [Message],
        /// The answer so far.
        answer: &'a str,
    },
    /// A unit: a model calls it as a tool.
    Call {
        /// What the model wrote as arguments: meant to be JSON, but a model may write anything.
        arguments: &'a str,
    },
}

#[derive(Serialize)]
struct Line<'a> {
    id: u64,
    #[serde(flatten)]
    question: &'a Question<'a>,
}

/// Whether there is no conversation to tell of.
fn is_plain(messages: &&[Message]) -> bool {
    messages.is_empty()
}

/// What a program replies. Which fields it needs depends on the question; unknown ones are ignored.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// The question's id.
    pub id: u64,
    /// An answer: of an expert system; or a unit's, instead of the module's.
    pub answer: Option<String>,
    /// One share of 1.0 for each candidate, in their order.
    pub grades: Option<Vec<f64>>,
    /// There will be no answer, and why.
    pub decline: Option<String>,
    /// What the module should know.
    pub notes: Vec<String>,
    /// Of a call.
    pub output: Option<String>,
}

/// The line of a question, with its end.
pub fn write(id: u64, question: &Question<'_>) -> String {
    // Strings, numbers and lists of them: there is nothing that JSON could not express.
    let mut line = serde_json::to_string(&Line { id, question }).unwrap_or_default();
    line.push('\n');
    line
}

/// Reads the reply to the question `id`.
///
/// # Errors
/// [`ProgramError::Malformed`]; the text holds nothing of the line, which may hold prompts.
pub fn read(id: u64, line: &[u8]) -> Result<Reply, ProgramError> {
    let reply: Reply = serde_json::from_slice(line).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "a field of the wrong type",
            _ => "not JSON",
        };
        ProgramError::Malformed(format!("{what}, column {}", error.column()))
    })?;
    if reply.id != id {
        return Err(ProgramError::Malformed(format!("its id is {}, not {id}", reply.id)));
    }
    Ok(reply)
}

/// Reads up to the end of a line, which is not part of the result.
///
/// # Errors
/// [`ProgramError::TooLong`] as soon as the line has more than `limit` bytes, and then what was
/// read of it is gone; [`ProgramError::Ended`] without its end.
pub async fn bounded_line(
    input: &mut (impl AsyncBufRead + Unpin),
    limit: usize,
) -> Result<Vec<u8>, ProgramError> {
    let mut line = Vec::new();
    loop {
        let piece = input.fill_buf().await.map_err(|_| ProgramError::Ended)?;
        if piece.is_empty() {
            return Err(ProgramError::Ended);
        }
        let end = piece.iter().position(|byte| *byte == b'\n');
        let taken = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
        let used = taken.len() + usize::from(end.is_some());
        let fits = line.len() + taken.len() <= limit;
        if fits {
            line.extend_from_slice(taken);
        }
        input.consume(used);
        if !fits {
            return Err(ProgramError::TooLong(limit));
        }
        if end.is_some() {
            return Ok(line);
        }
    }
}

/// A program's reason as one short line.
pub fn one_line(reason: &str) -> String {
    cut(&crate::sanitise::normalise(reason, true), REASON_BYTES).trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chance::{fuzzing_chance, fuzzing_until},
        conversation::Role,
    };

    #[test]
    fn questions_should_have_the_documented_form() {
        let notes = ["a \"note\"\n".to_string()];
        let plain: [Message; 0] = [];
        let (prompt, messages) = ("37\n+12", plain.as_slice());
        let line = write(1, &Question::Answer { prompt, messages, notes: &notes, max_bytes: 9 });
        let answer =
            r#"{"id":1,"kind":"answer","prompt":"37\n+12","notes":["a \"note\"\n"],"max_bytes":9}"#;
        assert_eq!(line, format!("{answer}\n"));
        let (prompt, reference, candidates) = ("p", None, vec!["a", "b"]);
        let line = write(2, &Question::Grade { prompt, messages, reference, candidates });
        let grade =
            r#"{"id":2,"kind":"grade","prompt":"p","reference":null,"candidates":["a","b"]}"#;
        assert_eq!(line, format!("{grade}\n"));
        assert_eq!(line.matches('\n').count(), 1, "one line, whatever strangers write");
        let messages = [(Role::System, "s"), (Role::User, "p")]
            .map(|(role, content)| Message { role, content: content.to_string() });
        let line = write(3, &Question::Before { prompt, messages: &messages });
        let before = r#"{"id":3,"kind":"before","prompt":"p","messages":"#.to_string()
            + r#"[{"role":"system","content":"s"},{"role":"user","content":"p"}]}"#;
        assert_eq!(line, format!("{before}\n"));
    }

    #[test]
    fn errors_should_not_repeat_what_the_program_said() {
        for line in ["secret", "{\"id\": 1, \"answer\": 5, \"secret\": 1}", "{\"id\": \"secret\"}"]
        {
            assert!(!read(1, line.as_bytes()).unwrap_err().to_string().contains("secret"));
        }
    }

    #[tokio::test]
    async fn lines_should_be_read_one_by_one_within_the_limit() {
        let mut input: &[u8] = b"one\n\ntwo\nlonger than that\nrest";
        assert_eq!(bounded_line(&mut input, 5).await.unwrap(), b"one");
        assert_eq!(bounded_line(&mut input, 5).await.unwrap(), b"");
        assert_eq!(bounded_line(&mut input, 3).await.unwrap(), b"two");
        assert_eq!(bounded_line(&mut input, 5).await, Err(ProgramError::TooLong(5)));
        assert_eq!(bounded_line(&mut &b"rest"[..], 5).await, Err(ProgramError::Ended));
    }

    /// Whatever a program writes, reading it ends in a reply to this question or an error, within
    /// the limit.
    #[tokio::test]
    async fn any_bytes_should_be_read_without_harm() {
        let seeds: [&[u8]; 6] = [
            b"{\"id\":1,\"answer\":\"49\"}\n",
            b"{\"id\":1,\"grades\":[1.0,0.0,1e999,-1]}\n",
            b"{\"id\":1,\"decline\":\"no\",\"notes\":[\"x\"]}\n",
            b"{\"id\":1,\"output\":null,\"id\":1}\n",
            b"[[[[[[[[[[[[[[[[\n",
            "{\"id\":18446744073709551616,\"answer\":\"\\ud800é\"}\n".as_bytes(),
        ];
        let (mut chance, until) = (fuzzing_chance(11), fuzzing_until());
        let (mut lines, mut replies) = (0u64, 0u64);
        while std::time::Instant::now() < until {
            for _ in 0..1_000 {
                let seed = seeds[chance.below(seeds.len())];
                let text = chance.mutated(seed);
                let mut input = text.as_slice();
                match bounded_line(&mut input, 64).await {
                    Ok(line) => {
                        assert!(line.len() <= 64 && !line.contains(&b'\n'));
                        if let Ok(reply) = read(1, &line) {
                            assert_eq!(reply.id, 1);
                            replies += 1;
                        }
                    }
                    Err(error) => {
                        assert!(matches!(error, ProgramError::TooLong(64) | ProgramError::Ended))
                    }
                }
                lines += 1;
            }
        }
        println!("{lines} lines read, {replies} of them replies");
        assert!(replies > 0 && replies < lines);
    }
}
