//! Simulated agents: they hold the development agents' keys and do what the off-chain hook would
//! do, with the duties that the chain itself names, so that nothing here knows the state machine.

use super::chain::Chain;
use crate::{
    genesis_config_presets::dev_agent_seed, transactions::extension, AccountId, Balance, Rounds,
    RuntimeCall, UncheckedExtrinsic,
};
use sp_core::{ed25519, ConstU32, Pair};
use sp_runtime::{generic::Era, BoundedVec};
use waggle_primitives::{
    registration::registration_payload,
    seal::{encode_grades, SealContext},
    view::Duty,
    Act, AgentKey, AgentSignature, Grade, Hash32, RoundId, RoundTerms, SealStep, SignedAct,
};

/// Calls of the rounds pallet.
pub type RoundsCall = pallet_waggle_rounds::Call<crate::Runtime>;

/// A simulated agent.
#[derive(Clone)]
pub struct Agent(ed25519::Pair);

impl Agent {
    /// Development agent `number`.
    pub fn dev(number: u32) -> Self {
        Self::of_seed(&dev_agent_seed(number))
    }

    /// The agent with this secret.
    pub fn of_seed(seed: &str) -> Self {
        Self(ed25519::Pair::from_string(seed, None).unwrap())
    }

    /// The agent with these secret bytes.
    pub fn of_secret(secret: &[u8; 32]) -> Self {
        Self(ed25519::Pair::from_seed(secret))
    }

    /// Its agent key.
    pub fn key(&self) -> AgentKey {
        self.0.public()
    }

    /// What it owes or may do after the newest block.
    pub fn duties(&self, chain: &mut Chain) -> Vec<Duty<Balance>> {
        let key = self.key();
        chain.ask(|| Rounds::duties(&key))
    }

    /// `act`, signed for its round on this chain.
    pub fn sign(&self, chain: &mut Chain, act: Act) -> SignedAct {
        let scope = scope(chain, act.round(), act.step());
        SignedAct { agent: self.key(), signature: self.0.sign(&act.signing_payload(&scope)), act }
    }

    /// Its signature for `owner`, as registrations need it.
    pub fn prove(&self, chain: &mut Chain, owner: &AccountId) -> AgentSignature {
        let genesis = chain.ask(Rounds::genesis_hash);
        self.0.sign(&registration_payload(&genesis, owner))
    }

    fn context(&self, chain: &mut Chain, round: RoundId, step: SealStep) -> SealContext {
        SealContext { scope: scope(chain, round, step), round, agent: self.key(), step }
    }

    fn seal_key(&self, context: &SealContext) -> [u8; 32] {
        context.key(&self.0.sign(&context.key_message()))
    }

    /// Enter the round with `answer`.
    pub fn commit_answer(&self, chain: &mut Chain, round: RoundId, answer: &str) -> SignedAct {
        let context = self.context(chain, round, SealStep::Answer);
        let sealed = context.seal(&self.seal_key(&context), answer.as_bytes()).unwrap();
        self.sign(chain, Act::CommitAnswer { round, sealed })
    }

    /// Open the answer.
    pub fn open_answer(&self, chain: &mut Chain, round: RoundId) -> SignedAct {
        let context = self.context(chain, round, SealStep::Answer);
        self.sign(chain, Act::OpenAnswer { round, key: self.seal_key(&context) })
    }

    /// Commit `grades`.
    pub fn commit_grades(&self, chain: &mut Chain, round: RoundId, grades: &[Grade]) -> SignedAct {
        let context = self.context(chain, round, SealStep::Grades);
        let sealed = context.seal(&self.seal_key(&context), &encode_grades(grades)).unwrap();
        self.sign(chain, Act::CommitGrades { round, sealed })
    }

    /// Open the grades.
    pub fn open_grades(&self, chain: &mut Chain, round: RoundId) -> SignedAct {
        let context = self.context(chain, round, SealStep::Grades);
        self.sign(chain, Act::OpenGrades { round, key: self.seal_key(&context) })
    }

    /// The act that its first duty calls for: it answers every prompt with `answer`, and gives
    /// answers that are `right` nine tenths and others one tenth.
    pub fn act(&self, chain: &mut Chain, answer: &str, right: &str) -> Option<SignedAct> {
        let duty = self.duties(chain).into_iter().next()?;
        Some(self.act_on(chain, duty, answer, right))
    }

    /// The act that `duty` calls for.
    pub fn act_on(
        &self,
        chain: &mut Chain,
        duty: Duty<Balance>,
        answer: &str,
        right: &str,
    ) -> SignedAct {
        match duty {
            Duty::Answer { round, .. } => self.commit_answer(chain, round, answer),
            Duty::OpenAnswer { round, .. } => self.open_answer(chain, round),
            Duty::Grade { round, candidates, .. } => {
                let grade = |answer: &[u8]| if answer == right.as_bytes() { 9_000 } else { 1_000 };
                let grades: Vec<_> = candidates
                    .iter()
                    .map(|candidate| Grade::new(grade(&candidate.answer)).unwrap())
                    .collect();
                self.commit_grades(chain, round, &grades)
            }
            Duty::OpenGrades { round, .. } => self.open_grades(chain, round),
        }
    }
}

/// An act in a transaction of its own.
pub fn transaction(signed: SignedAct) -> UncheckedExtrinsic {
    authorised(RoundsCall::act { signed })
}

/// An authorised call as the hook sends it.
pub fn authorised(call: RoundsCall) -> UncheckedExtrinsic {
    UncheckedExtrinsic::new_transaction(RuntimeCall::Rounds(call), extension(0, Era::Immortal))
}

/// A client's prompt to a swarm of `agents`.
pub fn submit(prompt: &str, reward: Balance, agents: u32) -> RoundsCall {
    RoundsCall::submit {
        prompt: BoundedVec::<u8, ConstU32<{ waggle_primitives::MAX_PROMPT_BYTES }>>::try_from(
            prompt.as_bytes().to_vec(),
        )
        .unwrap(),
        terms: RoundTerms {
            reward,
            answering_blocks: 40,
            min_agents: agents.min(3),
            max_agents: agents,
        },
    }
}

/// What acts and seals in this round cover; of a round that has no scope yet or no more, what they
/// might cover.
fn scope(chain: &mut Chain, round: RoundId, step: SealStep) -> Hash32 {
    chain.ask(|| Rounds::scope(round, step).unwrap_or_else(Rounds::genesis_hash))
}
