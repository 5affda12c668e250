//! Whether an agent wants a job: by topic, length, load, price and its own estimate of competence.
//!
//! Only prompts to answer can be declined. An agent that declines commits nothing, so no ticket is
//! taken from it and the round costs it nothing; an agent that has committed an answer owes grades,
//! and not to give them costs it its ticket.
//!
//! *Competence* is how well the agent's own answers to the prompt agree: of `samples` answers, the
//! share of the most frequent one. It needs chance in its answers, or a model without any would
//! always agree with itself.
//!
//! Topics are looked for in each of a prompt's [`Forms`], and answers are compared as they are
//! normalised: what nobody sees makes no difference. Of a conversation a topic that is wanted is
//! looked for in what the user said last, one that is not in all that is said.

use crate::{
    conversation::Prompt,
    disguise::Forms,
    final_line::compared,
    protocol::{Price, Task},
    sanitise::normalise,
};
use regex::RegexSet;
use std::collections::HashMap;

/// What an agent asks of a prompt. The default takes everything.
#[derive(Clone, Debug, Default)]
pub struct Willingness {
    /// Topics: if there are any, one of these patterns must match the prompt.
    pub topics: Option<RegexSet>,
    /// Topics that it does not want: none of these patterns may match the prompt.
    pub not_topics: Option<RegexSet>,
    /// The longest prompt, in bytes.
    pub max_prompt_bytes: Option<usize>,
    /// The most jobs that may wait for its model when a prompt comes.
    pub max_waiting: Option<usize>,
    /// The least reward of a round, in the chain's smallest unit.
    pub min_reward: Option<u128>,
    /// The most that a ticket may cost, in the chain's smallest unit.
    pub max_ticket: Option<u128>,
    /// The most that a client may ask an answer to score, in basis points.
    pub max_min_score: Option<u16>,
    /// How sure it must be of its answer.
    pub competence: Option<Competence>,
}

/// How an agent estimates its competence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Competence {
    /// How many answers are compared, at least 2.
    pub samples: usize,
    /// The least share of the most frequent one, `0.0..=1.0`.
    pub min_agreement: f64,
}

/// Why an agent does not want a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwilling {
    /// Not its topic, or one that it does not want.
    #[error("the agent does not want this topic")]
    Topic,
    /// Too long.
    #[error("the prompt has {bytes} bytes, the agent wants at most {limit}")]
    Length {
        /// Of the prompt.
        bytes: usize,
        /// Of the agent.
        limit: usize,
    },
    /// Too much to do. This does not last: the same post may be taken a moment later.
    #[error("{waiting} jobs wait already, the agent wants at most {limit}")]
    Load {
        /// Jobs that wait for its model.
        waiting: usize,
        /// Of the agent.
        limit: usize,
    },
    /// Too little.
    #[error("the reward is {offered}, the agent wants at least {least}")]
    Reward {
        /// What the client pays.
        offered: u128,
        /// Of the agent.
        least: u128,
    },
    /// Too much.
    #[error("the ticket costs {asked}, the agent pays at most {most}")]
    Ticket {
        /// What the round takes.
        asked: u128,
        /// Of the agent.
        most: u128,
    },
    /// Too picky: nobody may win.
    #[error("an answer has to score {asked} of 10000, the agent takes at most {most}")]
    MinScore {
        /// What the client asks for.
        asked: u16,
        /// Of the agent.
        most: u16,
    },
    /// The node does not say what the round pays.
    #[error("the agent has a price, and the job names no reward or ticket")]
    NoPrice,
}

impl Unwilling {
    /// The reason as a label of metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Length { .. } => "length",
            Self::Load { .. } => "load",
            Self::Reward { .. } | Self::Ticket { .. } | Self::MinScore { .. } | Self::NoPrice => {
                "price"
            }
        }
    }
}

impl Willingness {
    /// Whether the agent wants `task`, when `waiting` jobs wait for its model. Grades are always
    /// wanted.
    ///
    /// # Errors
    /// [`Unwilling`] with the first reason against it.
    pub fn consider(&self, task: &Task, price: &Price, waiting: usize) -> Result<(), Unwilling> {
        let Task::Answer { prompt, .. } = task else { return Ok(()) };
        if let Some(limit) = self.max_prompt_bytes.filter(|limit| prompt.len() > *limit) {
            return Err(Unwilling::Length { bytes: prompt.len(), limit });
        }
        if !self.wants_topic(prompt) {
            return Err(Unwilling::Topic);
        }
        if let Some(least) = self.min_reward {
            let offered = price.reward.ok_or(Unwilling::NoPrice)?;
            if offered < least {
                return Err(Unwilling::Reward { offered, least });
            }
        }
        if let Some(most) = self.max_ticket {
            let asked = price.ticket.ok_or(Unwilling::NoPrice)?;
            if asked > most {
                return Err(Unwilling::Ticket { asked, most });
            }
        }
        let asked = price.min_score;
        if let Some(most) = self.max_min_score.filter(|most| asked > *most) {
            return Err(Unwilling::MinScore { asked, most });
        }
        match self.max_waiting.filter(|limit| waiting > *limit) {
            Some(limit) => Err(Unwilling::Load { waiting, limit }),
            None => Ok(()),
        }
    }

    fn wants_topic(&self, prompt: &str) -> bool {
        if self.topics.is_none() && self.not_topics.is_none() {
            return true;
        }
        let prompt = Prompt::read(prompt);
        let found =
            |topics: &RegexSet, text: &str| Forms::of(text).any(|form| topics.is_match(form));
        let is_wanted = self.topics.as_ref().is_none_or(|topics| found(topics, prompt.question()));
        let unwanted = |topics: &RegexSet| {
            prompt.passages().iter().any(|passage| found(topics, passage.as_ref()))
        };
        is_wanted && !self.not_topics.as_ref().is_some_and(unwanted)
    }
}

/// The most frequent of `answers` that are not empty, the first of equally frequent ones, and its
/// share of all. Case, white space and what [`normalise`] evens make no difference, and to a closed
/// question only the last line counts where there is one; the answer is given as it was said.
pub fn most_frequent(answers: &[String], is_closed: bool) -> Option<(&str, f64)> {
    let form = |answer: &str| {
        let answer = if is_closed { compared(answer) } else { answer };
        let seen = normalise(answer, true).to_lowercase();
        seen.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    for (index, answer) in
        answers.iter().enumerate().filter(|(_, answer)| !answer.trim().is_empty())
    {
        counts.entry(form(answer)).or_insert((0, index)).0 += 1;
    }
    let (count, first) =
        counts.into_values().min_by_key(|(count, first)| (usize::MAX - count, *first))?;
    Some((answers.get(first)?, count as f64 / answers.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Field;

    fn answer(prompt: &str) -> Task {
        Task::Answer { prompt: prompt.into(), max_bytes: 10, field: Field::default() }
    }

    fn consider(
        willingness: &Willingness,
        prompt: &str,
        price: Price,
        waiting: usize,
    ) -> Result<(), Unwilling> {
        willingness.consider(&answer(prompt), &price, waiting)
    }

    const FREE: Price = Price { reward: None, ticket: None, min_score: 0 };

    #[test]
    fn default_should_want_everything() {
        assert_eq!(consider(&Willingness::default(), &"x".repeat(100_000), FREE, 1_000), Ok(()));
    }

    #[test]
    fn topics_should_be_wanted_or_not() {
        let set = |patterns: &[&str]| Some(RegexSet::new(patterns).unwrap());
        let agent = Willingness {
            topics: set(&[r"^\d", "(?i)river"]),
            not_topics: set(&["poem"]),
            ..Default::default()
        };
        assert_eq!(consider(&agent, "37+12", FREE, 0), Ok(()));
        assert_eq!(consider(&agent, "Three Rivers?", FREE, 0), Ok(()));
        assert_eq!(consider(&agent, "Three lakes?", FREE, 0), Err(Unwilling::Topic));
        assert_eq!(consider(&agent, "A poem on a river", FREE, 0), Err(Unwilling::Topic));
    }

    #[test]
    fn topics_should_be_found_when_something_hides_them() {
        let set = |pattern: &str| Some(RegexSet::new([pattern]).unwrap());
        let agent = Willingness {
            topics: set(r"^\d+\s*[+-]"),
            not_topics: set("(?i)poem"),
            ..Default::default()
        };
        assert_eq!(consider(&agent, "\u{200b}３７＋１２", FREE, 0), Ok(()));
        for hidden in ["1+1, a po\u{200b}em", "1+1, ｐｏｅｍ", "1+1, po\u{308}em", "1+1, pоеm"]
        {
            assert_eq!(consider(&agent, hidden, FREE, 0), Err(Unwilling::Topic), "{hidden:?}");
        }
    }

    #[test]
    fn topics_of_a_conversation_should_be_wanted_in_its_question_and_unwanted_anywhere() {
        let set = |pattern: &str| Some(RegexSet::new([pattern]).unwrap());
        let agent =
            Willingness { topics: set(r"^\d"), not_topics: set("^A poem"), ..Default::default() };
        let of = |system: &str, question: &str| {
            let system = format!(r#"{{"role":"system","content":"{system}"}}"#);
            let question = format!(r#"{{"role":"user","content":"{question}"}}"#);
            let prompt = format!(r#"{{"waggle":1,"messages":[{system},{question}]}}"#);
            consider(&agent, &prompt, FREE, 0)
        };
        assert_eq!(of("Be brief.", "37+12"), Ok(()));
        assert_eq!(of("37+12", "What?"), Err(Unwilling::Topic));
        assert_eq!(of("A poem, please.", "37+12"), Err(Unwilling::Topic));
    }

    #[test]
    fn length_and_load_should_be_bounded() {
        let agent =
            Willingness { max_prompt_bytes: Some(3), max_waiting: Some(2), ..Default::default() };
        assert_eq!(consider(&agent, "abc", FREE, 2), Ok(()));
        assert_eq!(
            consider(&agent, "abcd", FREE, 0),
            Err(Unwilling::Length { bytes: 4, limit: 3 })
        );
        assert_eq!(consider(&agent, "abc", FREE, 3), Err(Unwilling::Load { waiting: 3, limit: 2 }));
    }

    #[test]
    fn price_should_be_right_and_known() {
        let price = |reward, ticket| Price { reward: Some(reward), ticket: Some(ticket), ..FREE };
        let agent = Willingness { min_reward: Some(10), max_ticket: Some(3), ..Default::default() };
        assert_eq!(consider(&agent, "x", price(10, 3), 0), Ok(()));
        assert_eq!(
            consider(&agent, "x", price(9, 3), 0),
            Err(Unwilling::Reward { offered: 9, least: 10 })
        );
        assert_eq!(
            consider(&agent, "x", price(10, 4), 0),
            Err(Unwilling::Ticket { asked: 4, most: 3 })
        );
        assert_eq!(consider(&agent, "x", FREE, 0), Err(Unwilling::NoPrice));
    }

    #[test]
    fn what_an_answer_has_to_score_should_be_bounded() {
        let agent = Willingness { max_min_score: Some(4_500), ..Default::default() };
        let price = |min_score| Price { min_score, ..FREE };
        assert_eq!(consider(&agent, "x", FREE, 0), Ok(()));
        assert_eq!(consider(&agent, "x", price(4_500), 0), Ok(()));
        assert_eq!(
            consider(&agent, "x", price(4_501), 0),
            Err(Unwilling::MinScore { asked: 4_501, most: 4_500 })
        );
        assert_eq!(consider(&Willingness::default(), "x", price(10_000), 0), Ok(()));
    }

    #[test]
    fn grades_should_never_be_declined() {
        let agent = Willingness {
            max_prompt_bytes: Some(0),
            min_reward: Some(u128::MAX),
            ..Default::default()
        };
        let task = Task::Grade { prompt: "long".into(), reference: None, candidates: vec![] };
        assert_eq!(agent.consider(&task, &FREE, 1_000), Ok(()));
    }

    #[test]
    fn most_frequent_should_ignore_form_and_prefer_the_first() {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let most_frequent = |answers: &[&str], is_closed: bool| {
            let answers = texts(answers);
            let (answer, share) = super::most_frequent(&answers, is_closed)?;
            Some((answer.to_string(), share))
        };
        let some = |answer: &str, share: f64| Some((answer.to_string(), share));
        assert_eq!(most_frequent(&["a", "B b", "b  B", ""], false), some("B b", 0.5));
        assert_eq!(most_frequent(&["x", "y"], false), some("x", 0.5));
        let forms = ["ｘ１…", "y", "x\u{200b}1...", "é", "e\u{301}"];
        assert_eq!(most_frequent(&forms, false), some("ｘ１…", 0.4), "as it was said");
        assert_eq!(most_frequent(&["", " "], false), None);
        assert_eq!(most_frequent(&[], false), None);
        let ways = ["x\nAnswer: 48", "y\nAnswer: 49", "z\n**Answer:** 49."];
        assert_eq!(most_frequent(&ways, true), some(ways[1], 2.0 / 3.0));
        assert_eq!(most_frequent(&ways, false), some(ways[0], 1.0 / 3.0));
    }
}
