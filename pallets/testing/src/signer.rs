//! An agent's key, and what an agent signs and seals with it, as an honest node does.

use sp_core::{ed25519, Pair};
use waggle_primitives::{
    registration::registration_payload, seal::SealContext, Act, AgentKey, AgentSignature,
    DoubleSeal, Hash32, RoundId, ScopeParts, SealStep, SignedAct,
};

/// An agent's key pair. `scope` is what acts and seals in the round cover; the chain tells it.
#[derive(Clone)]
pub struct Signer(ed25519::Pair);

impl Signer {
    /// The one with this secret phrase.
    pub fn of_phrase(phrase: &str) -> Self {
        Self(ed25519::Pair::from_string(phrase, None).expect("the phrase is well-formed"))
    }

    /// The one with these secret bytes.
    pub fn of_secret(secret: &[u8; 32]) -> Self {
        Self(ed25519::Pair::from_seed(secret))
    }

    /// The agent key.
    pub fn key(&self) -> AgentKey {
        self.0.public()
    }

    /// The signature that shows that the key's holder wants `owner`, on the chain with this genesis
    /// hash.
    pub fn prove<AccountId: codec::Encode>(
        &self,
        genesis: &Hash32,
        owner: &AccountId,
    ) -> AgentSignature {
        self.0.sign(&registration_payload(genesis, owner))
    }

    /// `act`, signed.
    pub fn sign(&self, scope: &Hash32, act: Act) -> SignedAct {
        SignedAct { agent: self.key(), signature: self.0.sign(&act.signing_payload(scope)), act }
    }

    /// What the agent's seal is bound to.
    pub fn context(&self, scope: Hash32, round: RoundId, step: SealStep) -> SealContext {
        SealContext { scope, round, agent: self.key(), step }
    }

    /// The key of the agent's seal.
    pub fn seal_key(&self, scope: Hash32, round: RoundId, step: SealStep) -> Hash32 {
        let context = self.context(scope, round, step);
        context.key(&self.0.sign(&context.key_message()))
    }

    /// A commit of `answer`.
    pub fn commit_answer(&self, scope: Hash32, round: RoundId, answer: &[u8]) -> SignedAct {
        let context = self.context(scope, round, SealStep::Answer);
        let key = self.seal_key(scope, round, SealStep::Answer);
        let sealed = context.seal(&key, answer).expect("the answer is short enough");
        self.sign(&scope, Act::CommitAnswer { round, sealed })
    }

    /// The opening of the answer.
    pub fn open_answer(&self, scope: Hash32, round: RoundId) -> SignedAct {
        let key = self.seal_key(scope, round, SealStep::Answer);
        self.sign(&scope, Act::OpenAnswer { round, key })
    }

    /// A commit of grades, or of other bytes instead of them.
    pub fn commit_grades(&self, scope: Hash32, round: RoundId, plaintext: &[u8]) -> SignedAct {
        let context = self.context(scope, round, SealStep::Grades);
        let key = self.seal_key(scope, round, SealStep::Grades);
        let sealed = context.seal(&key, plaintext).expect("the grades are few enough");
        self.sign(&scope, Act::CommitGrades { round, sealed })
    }

    /// The opening of the grades.
    pub fn open_grades(&self, scope: Hash32, round: RoundId) -> SignedAct {
        let key = self.seal_key(scope, round, SealStep::Grades);
        self.sign(&scope, Act::OpenGrades { round, key })
    }

    /// Evidence that it answered one question twice, as no honest node does, on the chain with this
    /// genesis hash.
    pub fn two_answers<AccountId: codec::Encode>(
        &self,
        genesis: &Hash32,
        scope: ScopeParts<AccountId>,
        round: RoundId,
    ) -> DoubleSeal<AccountId> {
        let hash = scope.hash(genesis);
        let [first, second] =
            [&b"one"[..], b"two"].map(|answer| self.commit_answer(hash, round, answer));
        DoubleSeal { scope, first, second }
    }
}
