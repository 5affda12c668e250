//! What the hook and the worker say to each other about samples: jobs of the kinds `embed` and
//! `replay` of `docs/worker-protocol.md`, seen from the node.
//!
//! What leaves this file is one result for each answer that was asked about, in their order, or a
//! [`Trouble`].

use super::plan::Kind;
use crate::{Sample, SampledAnswer};
use alloc::{borrow::Cow, format, string::String, vec::Vec};
use codec::Encode;
use pallet_waggle_rounds::hook::{
    protocol::{hex, outcome, question_name, request, text, JobTimes, Outcome},
    trouble::Trouble,
    worker::Reply,
};
use serde::{Deserialize, Serialize};
use sp_io::hashing::blake2_256;
use waggle_primitives::{
    audit::{embedding::Embedding, replay::Replay, view::AuditWork},
    choice::Question,
    claim::{ClaimedModel, ClaimedSampling},
    AgentKey, DomainId, Hash32,
};

/// What the worker is asked about a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The number of the sample.
    pub sample: u32,
    /// What is to be found out.
    pub kind: Kind,
    /// How many answers the sample has.
    pub answers: usize,
    /// Which of them the worker is asked about, by number, ascending.
    pub asked: Vec<usize>,
}

impl Job {
    /// The id under which the worker knows the job. The scope stands for the samples; the model is
    /// part of it, because an agent may claim another one meanwhile.
    fn id(&self, agent: &AgentKey, work: &AuditWork, model: &Hash32) -> Hash32 {
        let kind = match self.kind {
            Kind::Embed => 0u8,
            Kind::Replay => 1,
        };
        (b"waggle/audit/job", work.scope, agent, self.sample, kind, model).using_encoded(blake2_256)
    }

    /// These results, one for each answer that was asked about, as one for each answer of the
    /// sample.
    pub fn in_place<P>(&self, results: Vec<Option<P>>) -> Vec<Option<P>> {
        let mut all: Vec<Option<P>> = Vec::new();
        all.resize_with(self.answers, || None);
        for (number, result) in self.asked.iter().zip(results) {
            if let Some(place) = all.get_mut(*number) {
                *place = result;
            }
        }
        all
    }

    /// The answers that are asked about.
    fn of<'a, AccountId>(
        &self,
        sample: &'a Sample<AccountId>,
    ) -> Vec<(u32, &'a SampledAnswer<AccountId>)> {
        let numbered = (0u32..).zip(sample.answers.iter());
        numbered.filter(|(number, _)| self.asked.contains(&(*number as usize))).collect()
    }
}

/// A job on the wire.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum JobBody<'a> {
    Embed {
        embedder: String,
        texts: Vec<Cow<'a, str>>,
        #[serde(flatten)]
        times: JobTimes,
    },
    Replay {
        model: String,
        prompt: Cow<'a, str>,
        question: &'static str,
        domain: DomainId,
        sampling: Sampling,
        answers: Vec<AnswerText<'a>>,
        #[serde(flatten)]
        times: JobTimes,
    },
}

/// How answers are drawn, in the units of claims.
#[derive(Serialize)]
struct Sampling {
    temperature: u32,
    top_p: u16,
    top_k: u32,
    min_p: u16,
}

impl From<ClaimedSampling> for Sampling {
    fn from(claimed: ClaimedSampling) -> Self {
        let ClaimedSampling { temperature, top_p, top_k, min_p } = claimed;
        Self { temperature, top_p, top_k, min_p }
    }
}

#[derive(Serialize)]
struct AnswerText<'a> {
    author: u32,
    text: Cow<'a, str>,
}

/// The body of `POST /v1/jobs` that asks where answers lie.
pub fn embed<AccountId>(
    agent: &AgentKey,
    work: &AuditWork,
    sample: &Sample<AccountId>,
    job: &Job,
    times: JobTimes,
) -> Vec<u8> {
    let texts = job.of(sample).into_iter().map(|(_, answer)| text(&answer.text)).collect();
    let body = JobBody::Embed { embedder: hex(&work.embedder), texts, times };
    request(&job.id(agent, work, &work.embedder), agent, body)
}

/// The body of `POST /v1/jobs` that asks how likely answers are to this model, in the domain's kind
/// of questions. `None` if the model has no weights, or the prompt is not kept.
pub fn replay<AccountId>(
    agent: &AgentKey,
    work: &AuditWork,
    sample: &Sample<AccountId>,
    job: &Job,
    (model, question): (&ClaimedModel, Question),
    times: JobTimes,
) -> Option<Vec<u8>> {
    let (weights, prompt) = (model.weights?, sample.prompt.as_ref()?);
    let answers = job.of(sample).into_iter();
    let body = JobBody::Replay {
        model: hex(&weights),
        prompt: text(prompt),
        question: question_name(question),
        domain: work.domain,
        sampling: model.sampling.into(),
        answers: answers
            .map(|(author, answer)| AnswerText { author, text: text(&answer.text) })
            .collect(),
        times,
    };
    Some(request(&job.id(agent, work, &weights), agent, body))
}

#[derive(Deserialize)]
struct EmbedDone {
    embeddings: Vec<Option<Vec<i8>>>,
}

#[derive(Deserialize)]
struct ReplayDone {
    replays: Vec<Option<AnswerReplay>>,
}

#[derive(Deserialize)]
struct AnswerReplay {
    author: u32,
    tokens: u32,
    surprise: u64,
    entropy: u64,
    variance: u64,
}

/// The embeddings in a reply: one for each of `asked` texts, of so many `dimensions`, or none of a
/// text.
pub fn read_embeddings(
    reply: &Reply,
    asked: usize,
    dimensions: u16,
) -> Result<Outcome<Vec<Option<Embedding>>>, Trouble> {
    let Outcome::Done(EmbedDone { embeddings }) = outcome(reply)? else {
        return Ok(Outcome::Pending);
    };
    same_length(embeddings.len(), asked)?;
    let wrong = embeddings.iter().flatten().find(|quanta| quanta.len() != usize::from(dimensions));
    if let Some(quanta) = wrong {
        let length = quanta.len();
        return Err(Trouble::Malformed(format!("{length} dimensions where {dimensions} are due")));
    }
    let read = embeddings.into_iter().map(|quanta| quanta.and_then(Embedding::new)).collect();
    Ok(Outcome::Done(read))
}

/// The replays in a reply: one for each of the answers `asked` about, by number, or none of an
/// answer.
pub fn read_replays(
    reply: &Reply,
    asked: &[usize],
) -> Result<Outcome<Vec<Option<Replay>>>, Trouble> {
    let Outcome::Done(ReplayDone { replays }) = outcome(reply)? else {
        return Ok(Outcome::Pending);
    };
    same_length(replays.len(), asked.len())?;
    let mut read = Vec::new();
    for (replay, number) in replays.into_iter().zip(asked) {
        let Some(AnswerReplay { author, tokens, surprise, entropy, variance }) = replay else {
            read.push(None);
            continue;
        };
        if author as usize != *number {
            let reason = format!("a replay of answer {author} where {number} is due");
            return Err(Trouble::Malformed(reason));
        }
        read.push(Some(Replay { tokens, surprise, entropy, variance }));
    }
    Ok(Outcome::Done(read))
}

fn same_length(results: usize, asked: usize) -> Result<(), Trouble> {
    if results == asked {
        return Ok(());
    }
    Err(Trouble::Malformed(format!("{results} results where {asked} are due")))
}
