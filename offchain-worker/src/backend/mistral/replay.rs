//! Replays: prompt and answer go through the model once, and the engine shows the logits of every
//! token.
//!
//! mistral.rs does that for one request at a time, and not along with others; the semaphore of the
//! backend sees to it. It computes one token more than it is asked for, so that one more has to fit
//! into the context. What its prefix cache (on GPUs) still holds has no logits: an answer of which
//! that is so cannot be judged.

use super::{engine, failure, repeated, Asked, MistralBackend, END_TOKENS};
use crate::backend::{first_line, replay::Replay, BackendError, Chat, Sampling};
use candle_core::{DType, Tensor};
use either::Either;
use mistralrs::{Response, SamplingParams};
use tracing::debug;

/// Blanks that are single tokens in common vocabularies. White space around an answer is cut off,
/// so a place of one of these says nothing.
const BLANKS: [&str; 12] =
    [" ", "  ", "   ", "    ", "\t", "\n", "\n\n", "\n\n\n", " \n", " \n\n", "\r\n", "\r\n\r\n"];

/// The most logits of a replay: a gigabyte of them.
const MOST_LOGITS: usize = 1 << 28;

impl MistralBackend {
    /// See [`crate::backend::Backend::replay`].
    pub(super) async fn replayed(
        &self,
        chat: &Chat,
        reply: &str,
        sampling: &Sampling,
    ) -> Result<Option<Replay>, BackendError> {
        let mut ids = match self.tokens(chat).await {
            Err(BackendError::TooLong { .. }) => return Ok(None),
            other => other?,
        };
        let text = Either::Right(reply.to_string());
        let reply = self.model.tokenize(text, None, false, false, None).await.map_err(engine)?;
        ids.extend(&reply);
        let fits = self.context_tokens.is_none_or(|context| ids.len() < context);
        if !fits || reply.is_empty() {
            return Ok(None);
        }
        let most = MOST_LOGITS / self.vocabulary(ids.get(..2).unwrap_or(&ids)).await?.max(1);
        if ids.len() > most {
            debug!(tokens = ids.len(), most, "too long for a replay");
            return Ok(None);
        }
        let ends = self.ends().await?.to_vec();
        let logits = self.logits(&ids).await?;
        let sampling = sampling.clone();
        let read = move || read(&logits, &reply, &sampling, &ends);
        let read = tokio::task::spawn_blocking(read).await;
        let read = read.map_err(|error| BackendError::Engine(error.to_string()))?;
        read.map_err(|error| BackendError::Refused(first_line(&error)))
    }

    /// The logits with which the model would choose what follows each of `ids`: a row for each, or
    /// for the last of them, if the engine has a cache.
    async fn logits(&self, ids: &[u32]) -> Result<Tensor, BackendError> {
        let attempt = || async move {
            let sampling = SamplingParams { max_len: Some(1), ..SamplingParams::deterministic() };
            let asked = Asked { ids: ids.to_vec(), sampling, processor: None, raw: true };
            match self.ask(asked, None).await? {
                Some(Response::Raw { logits_chunks, .. }) => {
                    let missing = || BackendError::Engine("the engine showed no logits".into());
                    logits_chunks.into_iter().next_back().ok_or_else(missing)
                }
                Some(other) => Err(failure(&other)),
                None => Err(BackendError::Engine("its turn never came".to_string())),
            }
        };
        repeated("a replay", attempt).await
    }

    /// How many tokens there are to choose from; `some` are any of them.
    async fn vocabulary(&self, some: &[u32]) -> Result<usize, BackendError> {
        let count = || async move {
            let logits = self.logits(some).await?;
            logits.dims().last().copied().ok_or_else(|| {
                BackendError::Refused("the engine does not show logits of prompts".to_string())
            })
        };
        self.vocabulary.get_or_try_init(count).await.copied()
    }

    /// The sorted ids of ends and blanks that are single tokens.
    async fn ends(&self) -> Result<&[usize], BackendError> {
        let find = || async move {
            let mut found = Vec::new();
            for text in END_TOKENS.into_iter().chain(BLANKS) {
                let text = Either::Right(text.to_string());
                let ids = self.model.tokenize(text, None, false, false, None).await;
                if let [id] = *ids.map_err(engine)?.as_slice() {
                    found.extend(usize::try_from(id));
                }
            }
            found.sort_unstable();
            found.dedup();
            Ok(found)
        };
        self.ends.get_or_try_init(find).await.map(Vec::as_slice)
    }
}

/// Judges the tokens of `reply` by `logits`, whose last row is what would follow them. `None` if
/// there is nothing to judge, or not a row for each.
fn read(
    logits: &Tensor,
    reply: &[u32],
    sampling: &Sampling,
    ends: &[usize],
) -> candle_core::Result<Option<Replay>> {
    let (rows, _) = logits.dims2()?;
    // The row before the first token of the reply chooses it.
    let Some(first) = rows.checked_sub(reply.len().saturating_add(1)) else { return Ok(None) };
    let mut replay = Replay::default();
    for (row, token) in (first..).zip(reply) {
        let row = logits.get(row)?.to_dtype(DType::F32)?.to_vec1::<f32>()?;
        let token = usize::try_from(*token).unwrap_or(usize::MAX);
        if !replay.add(&row, sampling, token, ends) {
            return Err(candle_core::Error::Msg("its logits are no numbers".to_string()));
        }
    }
    Ok((replay.tokens > 0).then_some(replay))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    const WARM: Sampling = Sampling { temperature: 1.0, ..Sampling::GREEDY };

    fn logits(rows: &[[f32; 3]]) -> Tensor {
        let all: Vec<f32> = rows.concat();
        Tensor::from_vec(all, (rows.len(), 3), &Device::Cpu).unwrap()
    }

    #[test]
    fn each_token_should_be_judged_by_the_row_before_it() {
        let sure =
            |token: usize| std::array::from_fn(|place| if place == token { 99.0 } else { 0. });
        let right = logits(&[sure(0), sure(2), sure(1), sure(0)]);
        let replay = read(&right, &[2, 1], &WARM, &[]).unwrap().unwrap();
        assert_eq!((replay.tokens, replay.surprise), (2, 0));
        let late = logits(&[sure(0), sure(0), sure(2), sure(1)]);
        assert!(read(&late, &[2, 1], &WARM, &[]).unwrap().unwrap().surprise > 0);
    }

    #[test]
    fn nothing_should_be_said_without_rows_or_tokens() {
        let two = logits(&[[0.0; 3]; 2]);
        assert_eq!(read(&two, &[1, 1], &WARM, &[]).unwrap(), None, "three are needed");
        assert_eq!(read(&two, &[1], &WARM, &[1]).unwrap(), None, "nothing but an end");
        assert!(read(&logits(&[[f32::NAN; 3]; 2]), &[1], &WARM, &[]).is_err());
    }
}
