//! Double seals in a history: now and then an agent seals doubly, which a node and an account both
//! report; more often somebody reports what proves nothing.

use super::{History, Sent};
use crate::{
    tests::{
        client::Client,
        swarm::{authorised, Agent},
    },
    Runtime,
};
use pallet_waggle_agents::{Agents, Call, FormerKeys};
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::{
    InvalidTransaction, TransactionValidityError, UnknownTransaction,
};
use waggle_primitives::AgentKey;

/// After so many blocks an agent seals doubly. Each time an owner is out for three hours.
const DOUBLE_SEALS: u32 = 400;

impl History {
    /// Reports that are sent after the newest block.
    pub(super) fn plan_reports(&mut self) {
        let height = self.chain.height();
        let is_true = height.is_multiple_of(DOUBLE_SEALS);
        if !is_true && !self.chance.percent(2) {
            return;
        }
        let Some(round) = self.ledger.rounds.keys().next_back().copied() else { return };
        // Keys of before, every other time.
        let former = (height / DOUBLE_SEALS) % 2 == 1;
        let agent = self.some_registered_agent(former);
        let mut evidence = agent.two_answers(&mut self.chain, round);
        if !is_true {
            match self.chance.below(4) {
                0 => evidence.second = evidence.first.clone(),
                1 => evidence.scope.terms.reward += 1,
                2 => evidence.second.agent = AgentKey::default(),
                _ => evidence.second.signature.0[0] ^= 1,
            }
        }
        let call = Call::<Runtime>::report_double_seal { evidence: Box::new(evidence) };
        let signed = Client::known(Sr25519Keyring::Ferdie).sign(&mut self.chain, call.clone(), 0);
        let late = self.chance.between(0, 3);
        self.post.push((height + 1 + self.chance.between(0, 1), Sent::Report(authorised(call))));
        self.post.push((height + 1 + late, Sent::Paid(signed)));
        if is_true {
            // Owners choose from as many keys as before.
            let spare = format!("//Spare//{}", self.keys.len());
            self.keys.push(Agent::of_seed(&spare));
        }
    }

    /// An agent whose key is registered, or was before that of its owner; if there is none any.
    fn some_registered_agent(&mut self, former: bool) -> Agent {
        let wanted: Vec<AgentKey> = self.chain.ask(|| {
            if former {
                FormerKeys::<Runtime>::iter_values().map(|former| former.key).collect()
            } else {
                Agents::<Runtime>::iter_values().map(|agent| agent.key).collect()
            }
        });
        let known = self.keys.iter().filter(|agent| wanted.contains(&agent.key()));
        let known: Vec<Agent> = known.cloned().collect();
        let choices = if known.is_empty() { &self.keys } else { &known };
        self.chance.pick(choices).clone()
    }
}

/// Why a report of a node is refused.
pub(super) fn reason(error: TransactionValidityError) -> &'static str {
    match error {
        TransactionValidityError::Invalid(InvalidTransaction::BadProof) => "BadProof",
        TransactionValidityError::Invalid(InvalidTransaction::Stale) => "Stale",
        TransactionValidityError::Unknown(UnknownTransaction::CannotLookup) => "CannotLookup",
        other => panic!("a report is not refused with {other:?}"),
    }
}
