//! Development agents that do what the chain's own runtime API calls their duties.

use crate::chain::{Chain, Transaction};
use waggle_primitives::{
    seal::encode_grades, view::Duty, Grade, Hash32, RoundId, SealStep, SignedAct,
};
use waggle_runtime::{
    genesis_config_presets::dev_agent_seed, Balance, Runtime, RuntimeCall, System,
};
use waggle_testing::Signer;

/// The right answer to everything.
pub(crate) const RIGHT: &[u8] = b"49";

/// Development agent `number`. Agent 0 answers wrongly; all grade rightly.
pub(crate) struct Agent {
    number: u32,
    signer: Signer,
}

impl Agent {
    /// Development agent `number`.
    pub(crate) fn dev(number: u32) -> Self {
        Self { number, signer: Signer::of_phrase(&dev_agent_seed(number)) }
    }

    /// The transaction for its next duty in `round`, if it has one.
    pub(crate) fn act(&self, chain: &mut Chain, round: RoundId) -> Option<Transaction> {
        let duties: Vec<Duty<Balance>> = chain.api("WaggleApi_duties", self.signer.key());
        let duty = duties.into_iter().find(|duty| duty.round() == round)?;
        let scope = scope(chain, round, duty.step());
        let signed = self.act_on(duty, scope);
        let call = RuntimeCall::Rounds(pallet_waggle_rounds::Call::<Runtime>::act { signed });
        Some(chain.authorised(call))
    }

    fn act_on(&self, duty: Duty<Balance>, scope: Hash32) -> SignedAct {
        match duty {
            Duty::Answer { round, .. } => {
                let answer = if self.number == 0 { b"48" } else { RIGHT };
                self.signer.commit_answer(scope, round, answer)
            }
            Duty::OpenAnswer { round, .. } => self.signer.open_answer(scope, round),
            Duty::Grade { round, candidates, .. } => {
                let grades: Vec<_> = candidates
                    .iter()
                    .map(|candidate| {
                        Grade::new(if candidate.answer == RIGHT { 9_000 } else { 1_000 }).unwrap()
                    })
                    .collect();
                self.signer.commit_grades(scope, round, &encode_grades(&grades))
            }
            Duty::OpenGrades { round, .. } => self.signer.open_grades(scope, round),
        }
    }
}

/// A block in which each of `agents` does its next duty in `round`, if it has one.
pub(crate) fn act(chain: &mut Chain, agents: &[Agent], round: RoundId) {
    let transactions = agents.iter().filter_map(|agent| agent.act(chain, round)).collect();
    chain.block_of(transactions);
}

/// What agents sign in this round: the chain alone, unless its code knows better.
fn scope(chain: &mut Chain, round: RoundId, step: SealStep) -> Hash32 {
    if chain.version().spec_version == 1 {
        return chain.ask(|| System::block_hash(0)).0;
    }
    chain.api::<Option<Hash32>>("WaggleApi_scope", (round, step)).expect("the round runs")
}
