//! Simulated agents: they hold the development agents' keys and do what the off-chain hook would
//! do, with the duties that the chain itself names, so that nothing here knows the state machine.

use super::chain::Chain;
use crate::{
    genesis_config_presets::dev_agent_seed, transactions::extension, AccountId, Balance, Rounds,
    RuntimeCall, UncheckedExtrinsic,
};
use sp_core::ConstU32;
use sp_runtime::{generic::Era, BoundedVec};
use waggle_primitives::{
    domain::GENERAL, seal::encode_grades, view::Duty, Act, AgentKey, AgentSignature, DoubleSeal,
    Grade, Hash32, RoundId, RoundTerms, SealStep, SignedAct, MIN_SWARM,
};
use waggle_testing::Signer;

/// Calls of the rounds pallet.
pub(crate) type RoundsCall = pallet_waggle_rounds::Call<crate::Runtime>;

/// What is sealed for a round that is no examination.
pub(crate) const NO_TRUTH: Hash32 = [0; 32];

/// A simulated agent.
#[derive(Clone)]
pub(crate) struct Agent(Signer);

impl Agent {
    /// Development agent `number`.
    pub(crate) fn dev(number: u32) -> Self {
        Self::of_seed(&dev_agent_seed(number))
    }

    /// The agent with this secret.
    pub(crate) fn of_seed(seed: &str) -> Self {
        Self(Signer::of_phrase(seed))
    }

    /// The agent with these secret bytes.
    pub(crate) fn of_secret(secret: &[u8; 32]) -> Self {
        Self(Signer::of_secret(secret))
    }

    /// Its agent key.
    pub(crate) fn key(&self) -> AgentKey {
        self.0.key()
    }

    /// What it owes or may do after the newest block.
    pub(crate) fn duties(&self, chain: &mut Chain) -> Vec<Duty<Balance>> {
        let key = self.key();
        chain.ask(|| Rounds::duties(&key))
    }

    /// `act`, signed for its round on this chain.
    pub(crate) fn sign(&self, chain: &mut Chain, act: Act) -> SignedAct {
        let scope = scope(chain, act.round(), act.step());
        self.0.sign(&scope, act)
    }

    /// Its signature for `owner`, as registrations need it.
    pub(crate) fn prove(&self, chain: &mut Chain, owner: &AccountId) -> AgentSignature {
        let genesis = chain.ask(Rounds::genesis_hash);
        self.0.prove(&genesis, owner)
    }

    /// Enter the round with `answer`.
    pub(crate) fn commit_answer(
        &self,
        chain: &mut Chain,
        round: RoundId,
        answer: &str,
    ) -> SignedAct {
        self.0.commit_answer(scope(chain, round, SealStep::Answer), round, answer.as_bytes())
    }

    /// Open the answer.
    pub(crate) fn open_answer(&self, chain: &mut Chain, round: RoundId) -> SignedAct {
        self.0.open_answer(scope(chain, round, SealStep::Answer), round)
    }

    /// Commit `grades`.
    pub(crate) fn commit_grades(
        &self,
        chain: &mut Chain,
        round: RoundId,
        grades: &[Grade],
    ) -> SignedAct {
        let scope = scope(chain, round, SealStep::Grades);
        self.0.commit_grades(scope, round, &encode_grades(grades))
    }

    /// Open the grades.
    pub(crate) fn open_grades(&self, chain: &mut Chain, round: RoundId) -> SignedAct {
        self.0.open_grades(scope(chain, round, SealStep::Grades), round)
    }

    /// Evidence that it answered twice in this running round.
    pub(crate) fn two_answers(&self, chain: &mut Chain, round: RoundId) -> DoubleSeal<AccountId> {
        let parts = chain.ask(|| Rounds::scope_parts(round, SealStep::Answer)).expect("it runs");
        let genesis = chain.ask(Rounds::genesis_hash);
        self.0.two_answers(&genesis, parts, round)
    }

    /// The act that its first duty calls for: it answers every prompt with `answer`, and gives
    /// answers that are `right` nine tenths and others one tenth.
    pub(crate) fn act(&self, chain: &mut Chain, answer: &str, right: &str) -> Option<SignedAct> {
        let duty = self.duties(chain).into_iter().next()?;
        Some(self.act_on(chain, duty, answer, right))
    }

    /// The act that `duty` calls for.
    pub(crate) fn act_on(
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
pub(crate) fn transaction(signed: SignedAct) -> UncheckedExtrinsic {
    authorised(RoundsCall::act { signed })
}

/// An authorised call as the hook, or the node, sends it.
pub(crate) fn authorised(call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
    UncheckedExtrinsic::new_transaction(call.into(), extension(0, Era::Immortal))
}

/// A client's prompt to a swarm of `agents`, of which four are enough, of the general domain.
pub(crate) fn submit(prompt: &str, reward: Balance, agents: u32) -> RoundsCall {
    RoundsCall::submit {
        prompt: BoundedVec::<u8, ConstU32<{ waggle_primitives::MAX_PROMPT_BYTES }>>::try_from(
            prompt.as_bytes().to_vec(),
        )
        .unwrap(),
        domain: GENERAL,
        terms: RoundTerms {
            reward,
            answering_blocks: 40,
            min_agents: MIN_SWARM,
            max_agents: agents,
            min_score: Grade::MIN,
        },
        sealed_truth: NO_TRUTH,
    }
}

/// What acts and seals in this round cover; of a round that has no scope yet or no more, what they
/// might cover.
fn scope(chain: &mut Chain, round: RoundId, step: SealStep) -> Hash32 {
    chain.ask(|| Rounds::scope(round, step).unwrap_or_else(Rounds::genesis_hash))
}
