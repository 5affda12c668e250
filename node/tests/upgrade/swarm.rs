//! Development agents that do what the chain's own runtime API calls their duties.

use crate::chain::Chain;
use sp_core::{ed25519, Pair};
use sp_runtime::generic::Era;
use sp_version::RuntimeVersion;
use waggle_primitives::{
    seal::{encode_grades, SealContext},
    view::Duty,
    Act, Grade, Hash32, RoundId, SealStep, SignedAct,
};
use waggle_runtime::{
    genesis_config_presets::dev_agent_seed, transactions::extension, Balance, Runtime, RuntimeCall,
    System, UncheckedExtrinsic,
};

/// The right answer to everything.
pub const RIGHT: &[u8] = b"49";

/// Development agent `number`. Agent 0 answers wrongly; all grade rightly.
pub struct Agent {
    number: u32,
    pair: ed25519::Pair,
}

impl Agent {
    /// Development agent `number`.
    pub fn dev(number: u32) -> Self {
        Self { number, pair: ed25519::Pair::from_string(&dev_agent_seed(number), None).unwrap() }
    }

    /// The transaction for its next duty in `round`, if it has one.
    pub fn act(&self, chain: &mut Chain, round: RoundId) -> Option<UncheckedExtrinsic> {
        let duties: Vec<Duty<Balance>> = chain.api("WaggleApi_duties", self.pair.public());
        let duty = duties.into_iter().find(|duty| duty.round() == round)?;
        let scope = scope(chain, round, duty.step());
        let act = self.act_for(duty, scope)?;
        let signature = self.pair.sign(&act.signing_payload(&scope));
        let signed = SignedAct { agent: self.pair.public(), act, signature };
        let call = RuntimeCall::Rounds(pallet_waggle_rounds::Call::<Runtime>::act { signed });
        Some(UncheckedExtrinsic::new_transaction(call, extension(0, Era::Immortal)))
    }

    fn act_for(&self, duty: Duty<Balance>, scope: Hash32) -> Option<Act> {
        let seal = |round, step| {
            let context = SealContext { scope, round, agent: self.pair.public(), step };
            let key = context.key(&self.pair.sign(&context.key_message()));
            (context, key)
        };
        match duty {
            Duty::Answer { round, .. } => {
                let answer = if self.number == 0 { b"48" } else { RIGHT };
                let (context, key) = seal(round, SealStep::Answer);
                Some(Act::CommitAnswer { round, sealed: context.seal(&key, answer)? })
            }
            Duty::OpenAnswer { round, .. } => {
                Some(Act::OpenAnswer { round, key: seal(round, SealStep::Answer).1 })
            }
            Duty::Grade { round, candidates, .. } => {
                let grades: Vec<_> = candidates
                    .iter()
                    .map(|candidate| {
                        Grade::new(if candidate.answer == RIGHT { 9_000 } else { 1_000 }).unwrap()
                    })
                    .collect();
                let (context, key) = seal(round, SealStep::Grades);
                Some(Act::CommitGrades {
                    round,
                    sealed: context.seal(&key, &encode_grades(&grades))?,
                })
            }
            Duty::OpenGrades { round, .. } => {
                Some(Act::OpenGrades { round, key: seal(round, SealStep::Grades).1 })
            }
        }
    }
}

/// A block in which each of `agents` does its next duty in `round`, if it has one.
pub fn act(chain: &mut Chain, agents: &[Agent], round: RoundId) {
    let transactions = agents.iter().filter_map(|agent| agent.act(chain, round)).collect();
    chain.block_of(transactions);
}

/// What agents sign in this round: the chain alone, unless its code knows better.
fn scope(chain: &mut Chain, round: RoundId, step: SealStep) -> Hash32 {
    if chain.api::<RuntimeVersion>("Core_version", ()).spec_version == 1 {
        return chain.ask(|| System::block_hash(0)).0;
    }
    chain.api::<Option<Hash32>>("WaggleApi_scope", (round, step)).expect("the round runs")
}
