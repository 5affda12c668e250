//! Acting for an agent: sealing, opening and signing with its key.
//!
//! The key of a seal is a signature, and the keystore signs the same message the same way every
//! time: nothing secret is stored, and a node that starts again in the middle of a round opens what
//! it sealed before.

use alloc::vec::Vec;
use sp_application_crypto::RuntimeAppPublic;
use waggle_primitives::{
    agent_crypto,
    seal::{encode_grades, SealContext},
    Act, AgentKey, AgentSignature, Grade, Hash32, RoundId, SealStep, SignedAct,
};

/// What an act is for: the round, and what signatures and seals cover in addition to its
/// number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// The round.
    pub round: RoundId,
    /// Its scope, for the act's step: [`crate::Pallet::scope`].
    pub scope: Hash32,
}

/// An agent whose key is in this node's keystore.
#[derive(Clone, Debug)]
pub struct Agent {
    signer: agent_crypto::Public,
}

impl Agent {
    /// The agents of this node, in the order of their keys.
    pub fn all() -> Vec<Self> {
        let mut signers = agent_crypto::Public::all();
        signers.sort();
        signers.into_iter().map(|signer| Self { signer }).collect()
    }

    /// The agent's public key.
    pub fn key(&self) -> AgentKey {
        self.signer.clone().into()
    }

    /// The agent's signature over a message. `None` if the keystore does not sign.
    pub fn signature(&self, message: &[u8]) -> Option<AgentSignature> {
        self.signer.sign(&message).map(Into::into)
    }

    /// Seal and sign an answer. `None` if the keystore does not sign, or the answer is too long.
    pub fn commit_answer(&self, purpose: Purpose, answer: &[u8]) -> Option<SignedAct> {
        let context = self.context(purpose, SealStep::Answer);
        let sealed = context.seal(&self.seal_key(&context)?, answer)?;
        self.sign(purpose, Act::CommitAnswer { round: purpose.round, sealed })
    }

    /// Seal and sign grades. `None` if the keystore does not sign, or there are too many.
    pub fn commit_grades(&self, purpose: Purpose, grades: &[Grade]) -> Option<SignedAct> {
        let context = self.context(purpose, SealStep::Grades);
        let sealed = context.seal(&self.seal_key(&context)?, &encode_grades(grades))?;
        self.sign(purpose, Act::CommitGrades { round: purpose.round, sealed })
    }

    /// Open the sealed answer. `None` if the keystore does not sign.
    pub fn open_answer(&self, purpose: Purpose) -> Option<SignedAct> {
        let key = self.seal_key(&self.context(purpose, SealStep::Answer))?;
        self.sign(purpose, Act::OpenAnswer { round: purpose.round, key })
    }

    /// Open the sealed grades. `None` if the keystore does not sign.
    pub fn open_grades(&self, purpose: Purpose) -> Option<SignedAct> {
        let key = self.seal_key(&self.context(purpose, SealStep::Grades))?;
        self.sign(purpose, Act::OpenGrades { round: purpose.round, key })
    }

    fn context(&self, Purpose { round, scope }: Purpose, step: SealStep) -> SealContext {
        SealContext { scope, round, agent: self.key(), step }
    }

    fn seal_key(&self, context: &SealContext) -> Option<Hash32> {
        Some(context.key(&self.signature(&context.key_message())?))
    }

    fn sign(&self, purpose: Purpose, act: Act) -> Option<SignedAct> {
        let signature = self.signature(&act.signing_payload(&purpose.scope))?;
        Some(SignedAct { agent: self.key(), act, signature })
    }
}
