//! What an auditor remembers from one block to the next, in persistent offchain storage.
//!
//! Of each sample there are two parts, from two jobs of the worker: embeddings and replays. A part
//! that is there stays as it is in its scope: openings have to show what was sealed. Everything is
//! kept in slots ([`pallet_waggle_rounds::hook::slot`]), in which later epochs push out earlier
//! ones.

use alloc::vec::Vec;
use codec::{Codec, Decode, Encode};
use pallet_waggle_rounds::hook::slot;
use waggle_primitives::{
    audit::{
        embedding::Embedding,
        replay::Replay,
        sample::{Finding, Findings},
        view::AuditWork,
        SignedAuditAct,
    },
    AgentKey, DomainId, Hash32,
};

/// How many domains of an agent are remembered at a time: more than are audited.
pub const SLOTS: DomainId = 64;
/// How many scopes of a sample are remembered: the last epoch's, or another fork's, beside this
/// one's.
pub const SCOPES: usize = 2;
/// How many commits of a domain are remembered.
pub const COMMITS: usize = 4;

/// One part of what is found out about an answer.
pub trait Part: Codec + Clone {
    /// What tells its slots from those of the other part.
    const NAME: u8;
}

impl Part for Embedding {
    const NAME: u8 = 0;
}

impl Part for Replay {
    const NAME: u8 = 1;
}

/// What was found out about the answers of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Found<P> {
    /// Nothing: the worker declined, or time was over.
    Nothing,
    /// One for each of its answers, in their order.
    Something(Vec<Option<P>>),
}

impl<P> Found<P> {
    /// One for each answer, if anything was found.
    pub fn into_parts(self) -> Option<Vec<Option<P>>> {
        match self {
            Found::Nothing => None,
            Found::Something(parts) => Some(parts),
        }
    }
}

fn slot_of(work: &AuditWork) -> Option<DomainId> {
    work.domain.checked_rem(SLOTS)
}

fn part_key<P: Part>(agent: &AgentKey, work: &AuditWork, sample: u32) -> Vec<u8> {
    (b"waggle/audit/found", P::NAME, agent, slot_of(work), sample).encode()
}

fn commit_key(agent: &AgentKey, work: &AuditWork) -> Vec<u8> {
    (b"waggle/audit/commit", agent, slot_of(work)).encode()
}

/// Where is kept what the log has heard of an agent's audit of a domain.
pub(super) fn trouble_key(agent: &AgentKey, work: &AuditWork) -> Vec<u8> {
    (b"waggle/audit/trouble", agent, slot_of(work)).encode()
}

/// What was found out. `None`: nothing is known yet.
pub fn recall<P: Part>(agent: &AgentKey, work: &AuditWork, sample: u32) -> Option<Found<P>> {
    let of_scope = |(scope, _): &(Hash32, Found<P>)| *scope == work.scope;
    slot::find(&part_key::<P>(agent, work, sample), of_scope).map(|(_, found)| found)
}

/// Remember what was found out, unless something is remembered. Returns what is remembered from now
/// on. `None` if nothing could be written.
pub fn remember<P: Part>(
    agent: &AgentKey,
    work: &AuditWork,
    sample: u32,
    found: Found<P>,
) -> Option<Found<P>> {
    let key = part_key::<P>(agent, work, sample);
    let of_scope = |(scope, _): &(Hash32, Found<P>)| *scope == work.scope;
    slot::keep_first(&key, (work.scope, found), SCOPES, of_scope).map(|(_, found)| found)
}

/// What there is to seal of a sample; `Some(None)` if nothing was found. What is missing counts as
/// nothing found from now on. `None` if that could not be written.
pub fn settled(agent: &AgentKey, work: &AuditWork, sample: u32) -> Option<Option<Findings>> {
    let embeddings = remember::<Embedding>(agent, work, sample, Found::Nothing)?;
    let replays = remember::<Replay>(agent, work, sample, Found::Nothing)?;
    Some(findings(embeddings, replays))
}

/// What was sealed of a sample. `None` if it is not remembered, or nothing was found.
pub fn recall_findings(agent: &AgentKey, work: &AuditWork, sample: u32) -> Option<Findings> {
    findings(recall(agent, work, sample)?, recall(agent, work, sample)?)
}

/// One finding for each answer of a sample. `None` if neither part was found: that is not sealed.
fn findings(embeddings: Found<Embedding>, replays: Found<Replay>) -> Option<Findings> {
    let (embeddings, replays) = (embeddings.into_parts(), replays.into_parts());
    let answers = embeddings.as_ref().map(Vec::len).or(replays.as_ref().map(Vec::len))?;
    let mut embeddings = embeddings.into_iter().flatten();
    let mut replays = replays.into_iter().flatten();
    let findings: Vec<Finding> = (0..answers)
        .map(|_| Finding {
            embedding: embeddings.next().flatten(),
            replay: replays.next().flatten(),
        })
        .collect();
    Findings::try_from(findings).ok()
}

/// The commit of the agent, if there is one.
pub fn recall_commit(agent: &AgentKey, work: &AuditWork) -> Option<SignedAuditAct> {
    slot::find(&commit_key(agent, work), |act: &SignedAuditAct| serves(act, work))
}

/// Remember the commit, unless there is one already. Returns the one that is remembered, which
/// alone may be sent. `None` if nothing could be written.
pub fn remember_commit(work: &AuditWork, act: SignedAuditAct) -> Option<SignedAuditAct> {
    slot::keep_first(&commit_key(&act.agent, work), act.clone(), COMMITS, |earlier| {
        serves(earlier, work)
    })
}

/// Whether this is what was committed for the work. The signature says so: it covers the scope.
fn serves(act: &SignedAuditAct, work: &AuditWork) -> bool {
    act.act.work() == (work.domain, work.epoch) && act.verify(&work.scope)
}
