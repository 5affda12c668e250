//! Sealing, opening and signing what was found out, with the agent's key.
//!
//! The salts of all seals follow from one signature of the keystore, which signs the same message
//! the same way every time: nothing secret is stored.

use alloc::vec::Vec;
use pallet_waggle_rounds::hook::acting::Agent;
use waggle_primitives::{
    audit::{
        act::{self, AuditAct, Seals},
        sample::Findings,
        view::AuditWork,
        SignedAuditAct,
    },
    AgentKey, AgentSignature, Hash32,
};

/// What the salts of an agent's seals follow from.
pub struct Salts(AgentSignature);

impl Salts {
    /// The seal of what was found out about a sample.
    pub fn seal(
        &self,
        agent: &AgentKey,
        work: &AuditWork,
        sample: u32,
        findings: &Findings,
    ) -> Hash32 {
        act::seal(&work.scope, agent, sample, &act::salt(&self.0, sample), findings)
    }
}

/// The salts of the agent's seals in this work. `None` if the keystore does not sign.
pub fn salts(agent: &Agent, work: &AuditWork) -> Option<Salts> {
    agent.signature(&act::salt_message(&work.scope, &agent.key())).map(Salts)
}

/// Seal and sign what was found out about all samples, by number. `None` if the keystore does not
/// sign, or there are too many.
pub fn commit(
    agent: &Agent,
    work: &AuditWork,
    found: &[Option<Findings>],
) -> Option<SignedAuditAct> {
    let (key, salts) = (agent.key(), salts(agent, work)?);
    let seals: Vec<Option<Hash32>> = (0u32..)
        .zip(found)
        .map(|(sample, findings)| {
            findings.as_ref().map(|findings| salts.seal(&key, work, sample, findings))
        })
        .collect();
    let seals = Seals::try_from(seals).ok()?;
    sign(agent, work, AuditAct::Commit { domain: work.domain, epoch: work.epoch, seals })
}

/// Open what was found out about one of them. `None` if the keystore does not sign.
pub fn open(
    agent: &Agent,
    work: &AuditWork,
    sample: u32,
    salts: &Salts,
    findings: Findings,
) -> Option<SignedAuditAct> {
    let salt = act::salt(&salts.0, sample);
    let AuditWork { domain, epoch, .. } = *work;
    sign(agent, work, AuditAct::Open { domain, epoch, sample, salt, findings })
}

fn sign(agent: &Agent, work: &AuditWork, act: AuditAct) -> Option<SignedAuditAct> {
    let signature = agent.signature(&act.signing_payload(&work.scope))?;
    Some(SignedAuditAct { agent: agent.key(), act, signature })
}
