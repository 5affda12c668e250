//! The hook: how a node works for its agents that are auditors, once for each new best block.
//!
//! A run reads from the state what each agent with a key in this node's keystore owes
//! ([`crate::Pallet::audit_duties`]), asks the worker for what is not known of the samples yet,
//! seals all of it in one commit when it is complete, and opens it sample by sample. The plumbing
//! is that of the hook of rounds ([`pallet_waggle_rounds::hook`]).
//!
//! ## Scenarios
//! 1. *A job takes longer than a block.* The worker replies `pending`, and a later block asks again
//!    for the same job. Audits have time: half an epoch.
//! 2. *Rounds are running.* They go first: their hook runs before this one in the same call, few
//!    jobs of audits are under way at a time, and no run waits for a model.
//! 3. *A job fails, or the worker is down.* The log gets one line, and later blocks ask again,
//!    until the last tenth of the stage has come. Then what there is is sealed.
//! 4. *The worker declines*: it has no such sentence model, or not these weights. For these samples
//!    that is final: nothing was found.
//! 5. *Two runs overlap, or the node is killed.* What was found first is what is kept (`memory`),
//!    and salts follow from the keystore's signatures: there is one commit for each committee.
//! 6. *The database is lost between commit and opening.* What was sealed cannot be opened: the log
//!    says so, and the chain counts the samples as not done.
//!
//! ## Out of scope
//! Offering to audit, which owners do. Whether findings are right: the chain compares them with
//! those of others.

pub mod memory;
pub mod plan;
pub mod protocol;
pub mod sealing;

#[cfg(test)]
mod tests;

use crate::{Call, Committed, Config, Pallet, Sample, Samples, Works};
use alloc::vec::Vec;
use codec::Encode;
use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::BlockNumberFor};
use memory::{Found, Part};
use pallet_waggle_rounds::hook::{
    acting::Agent,
    outbox::submit,
    protocol::{JobTimes, Outcome},
    timing::Timing,
    trouble::{self, Matter, Trouble},
    worker::{Exchange, Reply, SLICE},
};
use plan::{Kind, MAX_JOBS_PER_RUN};
use protocol::Job;
use sp_core::{
    hexdisplay::HexDisplay,
    offchain::{Duration, Timestamp},
    Get,
};
use sp_runtime::traits::SaturatedConversion;
use waggle_primitives::{
    audit::{
        embedding::Embedding,
        replay::Replay,
        sample::Findings,
        view::{AuditDuty, AuditWork},
        SignedAuditAct,
    },
    claim::Claim,
    traits::AuditedDomains,
    AgentKey,
};

/// Most samples of a domain that one run opens for an agent: 16 KiB each.
pub const MAX_OPENED_PER_RUN: usize = 4;
/// Longest time that a run talks to the worker, whatever the slot duration, in milliseconds. It
/// replies at once: no reply waits for a result.
const MAX_RUN: u64 = 800;

/// Work for all agents of this node, on the state of block `now`.
pub fn run<T: Config>(now: BlockNumberFor<T>) {
    let agents = Agent::all();
    if agents.is_empty() {
        return;
    }
    let slot_ms = T::SlotDuration::get();
    let timing = Timing::new(sp_io::offchain::timestamp(), slot_ms);
    let time = slot_ms.saturating_mul(4).div_euclid(10).min(MAX_RUN);
    let deadline = timing.start.add(Duration::from_millis(time));
    let run = Run::<T> {
        now: now.saturated_into(),
        exchange: Exchange::new(deadline),
        deadline,
        timing,
        jobs: 0,
        _runtime: Default::default(),
    };
    run.go(&agents);
}

/// A job that has been posted for an agent.
struct Posted {
    agent: AgentKey,
    work: AuditWork,
    job: Job,
}

struct Run<T> {
    now: u32,
    timing: Timing,
    deadline: Timestamp,
    exchange: Exchange<Posted>,
    jobs: usize,
    _runtime: core::marker::PhantomData<T>,
}

impl<T: Config> Run<T> {
    fn go(mut self, agents: &[Agent]) {
        // Where a run's limit leaves some out, others are first in later blocks.
        for agent in plan::in_turn(agents.to_vec(), self.now) {
            for duty in Pallet::<T>::audit_duties(&agent.key()) {
                match duty {
                    AuditDuty::Examine { work } => self.examine(&agent, &work),
                    AuditDuty::Open { work, samples } => open::<T>(&agent, &work, &samples),
                }
            }
        }
        while !self.exchange.is_idle() && sp_io::offchain::timestamp() < self.deadline {
            for (posted, reply) in self.exchange.poll(sp_io::offchain::timestamp().add(SLICE)) {
                conclude(&posted, reply);
            }
        }
        for Posted { agent, work, .. } in self.exchange.abandon() {
            report(&Trouble::Silent, &agent, &work);
        }
    }

    /// Send the commit, make it, or ask the worker for what it lacks.
    fn examine(&mut self, agent: &Agent, work: &AuditWork) {
        let key = agent.key();
        if let Some(commit) = memory::recall_commit(&key, work) {
            return send::<T>(commit);
        }
        let missing = plan::missing(&key, work);
        if missing.is_empty() || plan::is_late(self.now, work, T::Domains::epoch_blocks()) {
            return commit::<T>(agent, work);
        }
        for (sample, kind) in plan::in_turn(missing, self.now) {
            if self.jobs >= MAX_JOBS_PER_RUN || !self.exchange.has_room() {
                return;
            }
            self.find_out(&key, work, sample, kind);
        }
    }

    /// Ask the worker for one part of what is to be found out about a sample, if there is anything
    /// to ask.
    fn find_out(&mut self, agent: &AgentKey, work: &AuditWork, number: u32, kind: Kind) {
        let Some(sample) = Samples::<T>::get((work.domain, work.epoch), number) else { return };
        let asked = match kind {
            Kind::Embed => plan::with_text(&sample),
            Kind::Replay => plan::replayable(&sample, own_claim::<T>(agent, work).as_ref()),
        };
        let job = Job { sample: number, kind, answers: sample.answers.len(), asked };
        if job.asked.is_empty() {
            return settle(agent, work, &job);
        }
        let Some(body) = self.body(agent, work, &sample, &job) else { return };
        self.jobs = self.jobs.saturating_add(1);
        let posted = Posted { agent: *agent, work: work.clone(), job };
        if self.exchange.post(posted, body).is_err() {
            report(&Trouble::Unreachable, agent, work);
        }
    }

    /// The request for a job. `None` if the state does not say enough, which cannot be.
    fn body(
        &self,
        agent: &AgentKey,
        work: &AuditWork,
        sample: &Sample<T::AccountId>,
        job: &Job,
    ) -> Option<Vec<u8>> {
        let deadline_ms = self.timing.until_block(self.now, work.deadline);
        let times = JobTimes { deadline_ms, wait_ms: 0 };
        match job.kind {
            Kind::Embed => Some(protocol::embed(agent, work, sample, job, times)),
            Kind::Replay => {
                let model = own_claim::<T>(agent, work)?.model;
                let question = T::Domains::question_of(work.domain)?;
                protocol::replay(agent, work, sample, job, (&model, question), times)
            }
        }
    }
}

/// What an auditor's own agent claims in the domain: what its worker can replay.
fn own_claim<T: Config>(agent: &AgentKey, work: &AuditWork) -> Option<Claim> {
    let committee = Works::<T>::get(work.domain)?.committee;
    let auditor = committee.into_iter().find(|auditor| auditor.key == *agent)?;
    T::Domains::claim_of(work.domain, &auditor.owner)
}

/// Keep what is known of a job that need not be posted.
fn settle(agent: &AgentKey, work: &AuditWork, job: &Job) {
    let is_kept = match job.kind {
        // There is nothing to embed: that is known, and can be opened.
        Kind::Embed => {
            let found = Found::Something(job.in_place(Vec::new()));
            memory::remember::<Embedding>(agent, work, job.sample, found).is_some()
        }
        Kind::Replay => {
            memory::remember::<Replay>(agent, work, job.sample, Found::Nothing).is_some()
        }
    };
    if !is_kept {
        report(&Trouble::Unremembered, agent, work);
    }
}

/// Keep what has become of a job.
fn conclude(posted: &Posted, reply: Result<Reply, Trouble>) {
    let Posted { work, job, .. } = posted;
    if reply.is_ok() {
        trouble::worker_replied();
    }
    match job.kind {
        Kind::Embed => keep(
            posted,
            reply.and_then(|reply| {
                protocol::read_embeddings(&reply, job.asked.len(), work.dimensions)
            }),
        ),
        Kind::Replay => {
            keep(posted, reply.and_then(|reply| protocol::read_replays(&reply, &job.asked)))
        }
    }
}

fn keep<P: Part>(posted: &Posted, outcome: Result<Outcome<Vec<Option<P>>>, Trouble>) {
    let Posted { agent, work, job } = posted;
    let found = match outcome {
        Ok(Outcome::Pending) => return,
        Ok(Outcome::Done(results)) => Found::Something(job.in_place(results)),
        Err(trouble) => {
            report(&trouble, agent, work);
            match trouble {
                Trouble::Declined(_) => Found::Nothing,
                _ => return,
            }
        }
    };
    if memory::remember(agent, work, job.sample, found).is_none() {
        report(&Trouble::Unremembered, agent, work);
    }
}

/// Seal what was found about all samples, and send it. What is missing counts as nothing found from
/// now on, so that a late reply changes nothing.
fn commit<T: Config>(agent: &Agent, work: &AuditWork) {
    let key = agent.key();
    let found: Option<Vec<Option<Findings>>> =
        (0..work.samples).map(|sample| memory::settled(&key, work, sample)).collect();
    let Some(found) = found else { return report(&Trouble::Unremembered, &key, work) };
    if found.iter().all(Option::is_none) {
        // There is nothing to open, so nothing to commit.
        return;
    }
    let Some(act) = sealing::commit(agent, work, &found) else {
        return report(&Trouble::Unsigned, &key, work);
    };
    match memory::remember_commit(work, act) {
        Some(act) => send::<T>(act),
        None => report(&Trouble::Unremembered, &key, work),
    }
}

/// Open some of these samples.
fn open<T: Config>(agent: &Agent, work: &AuditWork, samples: &[u32]) {
    let key = agent.key();
    let Some(salts) = sealing::salts(agent, work) else {
        return report(&Trouble::Unsigned, &key, work);
    };
    let Some(seals) = Committed::<T>::get(work.domain, key) else { return };
    let mut opened = 0usize;
    for sample in samples {
        let sealed = seals.get(*sample as usize).copied().flatten();
        let findings = memory::recall_findings(&key, work, *sample)
            .filter(|findings| Some(salts.seal(&key, work, *sample, findings)) == sealed);
        let Some(findings) = findings else {
            report(&Trouble::Forgotten, &key, work);
            continue;
        };
        match sealing::open(agent, work, *sample, &salts, findings) {
            Some(act) => send::<T>(act),
            None => return report(&Trouble::Unsigned, &key, work),
        }
        opened = opened.saturating_add(1);
        if opened >= MAX_OPENED_PER_RUN {
            return;
        }
    }
}

/// Give an act to the pool, at once: it is timely in many blocks, and as long as the state shows
/// the duty, each block sends it again.
fn send<T: Config>(signed: SignedAuditAct) {
    log::debug!(
        target: trouble::LOG_TARGET,
        "agent {} sends its part of the audit of {:?}: {}",
        HexDisplay::from(&signed.agent.0),
        signed.act.work(),
        signed.act.sample().map_or("the seals", |_| "a sample"),
    );
    let call = Call::<T>::audit { signed };
    let extrinsic =
        <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
    submit(extrinsic.encode());
}

/// Say what went wrong, unless it has been said of this epoch's audit.
fn report(trouble: &Trouble, agent: &AgentKey, work: &AuditWork) {
    let slot = memory::trouble_key(agent, work);
    let domain = work.domain;
    trouble.report_in(
        agent,
        Matter {
            name: &format_args!("the audit of domain {domain}"),
            slot,
            number: work.epoch.into(),
        },
    );
}
