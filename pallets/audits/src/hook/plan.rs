//! What an auditor has to find out yet, and in which order it asks.

use super::memory;
use crate::Sample;
use alloc::vec::Vec;
use waggle_primitives::{
    audit::{
        embedding::Embedding, replay::Replay, sample::MAX_SAMPLE_ANSWER_BYTES, view::AuditWork,
    },
    AgentKey, Claim,
};

/// Most jobs that one run posts: as many of audits are under way at a time. The worker has rounds
/// to serve.
pub const MAX_JOBS_PER_RUN: usize = 4;
/// For how many blocks the same come first. Long enough for a job to be done, so that no more than
/// a few are under way; then others have their turn, lest jobs that always fail hold up the rest.
const TURN_BLOCKS: u32 = 64;
/// So many blocks are left for the commit at least.
const LEAST_MARGIN: u32 = 4;

/// What the worker is asked about a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Where its answers lie.
    Embed,
    /// How likely their tokens are.
    Replay,
}

/// What nothing is known of yet: the numbers of samples, ascending, each with what is to be found
/// out.
pub fn missing(agent: &AgentKey, work: &AuditWork) -> Vec<(u32, Kind)> {
    let mut missing = Vec::new();
    for sample in 0..work.samples {
        if memory::recall::<Embedding>(agent, work, sample).is_none() {
            missing.push((sample, Kind::Embed));
        }
        if memory::recall::<Replay>(agent, work, sample).is_none() {
            missing.push((sample, Kind::Replay));
        }
    }
    missing
}

/// These in the order in which block `now` serves them.
pub fn in_turn<One>(mut all: Vec<One>, now: u32) -> Vec<One> {
    let turn = now.div_euclid(TURN_BLOCKS) as usize;
    let first = turn.saturating_mul(MAX_JOBS_PER_RUN).checked_rem(all.len()).unwrap_or(0);
    all.rotate_left(first);
    all
}

/// Whether the last tenth of the time for examining has come, at block `now` of epochs of `blocks`
/// blocks: a commit has to be in a block, and may be lost on the way.
pub fn is_late(now: u32, work: &AuditWork, blocks: u32) -> bool {
    let margin = blocks.div_euclid(20).max(LEAST_MARGIN);
    now.saturating_add(margin) >= work.deadline
}

/// The numbers of the answers that say something.
pub fn with_text<AccountId>(sample: &Sample<AccountId>) -> Vec<usize> {
    let answers = sample.answers.iter().enumerate();
    answers.filter(|(_, answer)| !answer.text.is_empty()).map(|(number, _)| number).collect()
}

/// The numbers of the answers whose tokens an auditor that claims `own` can replay: those with the
/// same claim, of which all is kept. None without the weights, or without the prompt.
pub fn replayable<AccountId>(sample: &Sample<AccountId>, own: Option<&Claim>) -> Vec<usize> {
    let Some(own) = own.filter(|own| own.model.weights.is_some() && sample.prompt.is_some()) else {
        return Vec::new();
    };
    let is_whole = |text: &[u8]| !text.is_empty() && text.len() < MAX_SAMPLE_ANSWER_BYTES as usize;
    let answers = sample.answers.iter().enumerate();
    answers
        .filter(|(_, answer)| answer.claim.as_ref() == Some(own) && is_whole(&answer.text))
        .map(|(number, _)| number)
        .collect()
}
