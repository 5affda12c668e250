//! The bodies that go out, as OpenAI has them, and what the description says of those that come in.
//!
//! Counts of tokens are always 0: agents do not tell how many tokens they read and wrote, and a
//! guess would be taken for a fact. What an answer cost is in its receipt.

use crate::{desk::Answered, store::RequestId};
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};
use utoipa::ToSchema;
use waggle_client::amount::Amount;
use waggle_primitives::RoundId;

/// What paid for an answer, and where to see it. Amounts are WAG as decimal strings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// The gateway's number of the order, by which its operator finds it.
    #[schema(value_type = i64)]
    pub(crate) request: RequestId,
    /// The round.
    #[schema(value_type = u64)]
    pub(crate) round: RoundId,
    /// The number of the block in which the round was settled.
    pub(crate) block: u32,
    /// The hash of that block: with it, any node proves the receipt.
    pub(crate) block_hash: String,
    /// Whether that block was final when this was written.
    pub(crate) finalised: bool,
    /// The owner of the agent whose answer was chosen.
    pub(crate) winner: String,
    /// The model that the winner declares.
    pub(crate) winner_model: String,
    /// What was paid to agents.
    #[schema(value_type = String)]
    pub(crate) reward: Amount,
    /// What was paid for asking.
    #[schema(value_type = String)]
    pub(crate) fee: Amount,
    /// How many agents took part.
    pub(crate) agents: usize,
    /// How long it took, in seconds.
    pub(crate) seconds: f64,
    /// Whether this is the answer to an earlier request with the same Idempotency-Key, which was
    /// paid for only once.
    pub(crate) replayed: bool,
}

impl Receipt {
    /// The receipt of an answer.
    pub(crate) fn of(request: RequestId, answered: &Answered, replayed: bool) -> Self {
        Self {
            request,
            round: answered.round,
            block: answered.block,
            block_hash: answered.block_hash.clone(),
            finalised: answered.finalised,
            winner: answered.winner.clone(),
            winner_model: answered.model.clone(),
            reward: answered.reward,
            fee: answered.fee,
            agents: answered.agents,
            seconds: answered.elapsed.as_secs_f64(),
            replayed,
        }
    }
}

/// A whole chat completion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatCompletion {
    /// `chatcmpl-` and the number of the order.
    pub(crate) id: String,
    /// `chat.completion`.
    pub(crate) object: &'static str,
    /// When it was written, in seconds since 1970.
    pub(crate) created: u64,
    /// The model that was asked for.
    pub(crate) model: String,
    /// Exactly one.
    pub(crate) choices: Vec<Choice>,
    /// Zeros.
    pub(crate) usage: Usage,
    /// Always null.
    pub(crate) system_fingerprint: Option<String>,
    /// What paid for it.
    pub(crate) waggle: Receipt,
}

/// The chosen answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Choice {
    /// 0.
    pub(crate) index: u32,
    /// The answer.
    pub(crate) message: AssistantMessage,
    /// Always null.
    pub(crate) logprobs: Option<String>,
    /// `stop`.
    pub(crate) finish_reason: &'static str,
}

/// A message of the swarm.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssistantMessage {
    /// `assistant`.
    pub(crate) role: &'static str,
    /// The chosen answer: text of a stranger.
    pub(crate) content: String,
    /// Always null.
    pub(crate) refusal: Option<String>,
}

/// A part of a streamed chat completion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatChunk {
    /// As of every chunk of the stream.
    pub(crate) id: String,
    /// `chat.completion.chunk`.
    pub(crate) object: &'static str,
    /// As of every chunk of the stream.
    pub(crate) created: u64,
    /// The model that was asked for.
    pub(crate) model: String,
    /// One, or none in the chunk that has the usage.
    pub(crate) choices: Vec<ChunkChoice>,
    /// Zeros in the last chunk, if usage was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) usage: Option<Usage>,
    /// Always null.
    pub(crate) system_fingerprint: Option<String>,
    /// What paid for it, in the chunk that says that the answer is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waggle: Option<Receipt>,
}

/// What a chunk adds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChunkChoice {
    /// 0.
    pub(crate) index: u32,
    /// What is new.
    pub(crate) delta: Delta,
    /// Always null.
    pub(crate) logprobs: Option<String>,
    /// `stop` once the answer is whole.
    pub(crate) finish_reason: Option<&'static str>,
}

/// What is new in a chunk.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Delta {
    /// `assistant`, in the first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<&'static str>,
    /// The chosen answer, once it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
}

/// Counts of tokens, which nobody knows: zeros.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// 0.
    pub(crate) prompt_tokens: u32,
    /// 0.
    pub(crate) completion_tokens: u32,
    /// 0.
    pub(crate) total_tokens: u32,
}

/// What models there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelList {
    /// `list`.
    pub(crate) object: &'static str,
    /// All of them.
    pub(crate) data: Vec<ModelEntry>,
}

/// A model: a domain, and a swarm.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelEntry {
    /// Its name.
    pub(crate) id: String,
    /// `model`.
    pub(crate) object: &'static str,
    /// Always 0: domains have no dates.
    pub(crate) created: u64,
    /// `waggle`.
    pub(crate) owned_by: &'static str,
    /// What asking it means.
    pub(crate) waggle: ModelTerms,
}

/// What asking a model means.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelTerms {
    /// The number of the domain.
    pub(crate) domain: u32,
    /// The domain's title: text of whoever founded it.
    pub(crate) title: String,
    /// How many agents are members of the domain.
    pub(crate) members: u32,
    /// What is paid for an answer, in WAG.
    #[schema(value_type = String)]
    pub(crate) reward: Amount,
    /// How many agents have to answer.
    pub(crate) min_agents: u32,
    /// How many agents answer at most.
    pub(crate) max_agents: u32,
    /// Whether an answer is given only once its block is final.
    pub(crate) finalised: bool,
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
