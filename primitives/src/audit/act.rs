//! What auditors do: they commit what they found out about all samples of an epoch, and open it
//! sample by sample, so that none can copy from another.
//!
//! The salt of a seal follows from a signature of the agent key, like the keys of answers' seals
//! ([`crate::seal`]): nothing secret is stored. Acts cover a *scope*: the chain, the domain, the
//! epoch and what the committee was drawn with. On another fork the samples may be others, and the
//! scope is another one.

use super::sample::{Findings, MAX_SAMPLES};
use crate::{
    claim::Epoch,
    domain::DomainId,
    types::{AgentKey, AgentSignature, Hash32},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_crypto_hashing::blake2_256;
use sp_runtime::{traits::Verify, BoundedVec};

/// The seals of what an auditor found out about each sample; `None` where it found out nothing.
pub type Seals = BoundedVec<Option<Hash32>, ConstU32<MAX_SAMPLES>>;

/// What acts and seals of auditors are bound to: `blake2_256("waggle/audit" ‖ genesis ‖ domain ‖
/// epoch ‖ seed)`, with the hash of the genesis block and the seed that the committee was drawn
/// with.
pub fn scope(genesis: &Hash32, domain: DomainId, epoch: Epoch, seed: &Hash32) -> Hash32 {
    (b"waggle/audit", genesis, domain, epoch, seed).using_encoded(blake2_256)
}

/// The message whose signature by the agent key yields the salts of its seals in this scope.
pub fn salt_message(scope: &Hash32, agent: &AgentKey) -> Vec<u8> {
    (b"waggle/audit/salt", scope, agent).encode()
}

/// The salt of the seal of sample number `sample`, from the signature over [`salt_message`].
pub fn salt(signature: &AgentSignature, sample: u32) -> Hash32 {
    (b"waggle/audit/key", signature, sample).using_encoded(blake2_256)
}

/// The seal of findings: `blake2_256("waggle/audit/seal" ‖ scope ‖ agent ‖ sample ‖ salt ‖
/// findings)`.
pub fn seal(
    scope: &Hash32,
    agent: &AgentKey,
    sample: u32,
    salt: &Hash32,
    findings: &Findings,
) -> Hash32 {
    (b"waggle/audit/seal", scope, agent, sample, salt, findings).using_encoded(blake2_256)
}

/// One move of an auditor.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub enum AuditAct {
    /// Commit what was found out about all samples of the epoch.
    Commit {
        /// The domain.
        domain: DomainId,
        /// The epoch of the samples.
        epoch: Epoch,
        /// By number of the sample. As many as there are samples.
        seals: Seals,
    },
    /// Open what was found out about one of them.
    Open {
        /// The domain.
        domain: DomainId,
        /// The epoch of the samples.
        epoch: Epoch,
        /// The number of the sample.
        sample: u32,
        /// The salt of its seal.
        salt: Hash32,
        /// What was sealed.
        findings: Findings,
    },
}

impl AuditAct {
    /// The domain and the epoch that the act is about.
    pub fn work(&self) -> (DomainId, Epoch) {
        match self {
            AuditAct::Commit { domain, epoch, .. } | AuditAct::Open { domain, epoch, .. } => {
                (*domain, *epoch)
            }
        }
    }

    /// The number of the sample that is opened; `None` of a commit.
    pub fn sample(&self) -> Option<u32> {
        match self {
            AuditAct::Commit { .. } => None,
            AuditAct::Open { sample, .. } => Some(*sample),
        }
    }

    /// The 32 bytes that the agent key signs: `blake2_256("waggle/audit/act" ‖ scope ‖ act)`.
    pub fn signing_payload(&self, scope: &Hash32) -> Hash32 {
        (b"waggle/audit/act", scope, self).using_encoded(blake2_256)
    }
}

/// An auditor's act with its signature.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct SignedAuditAct {
    /// The agent key that signed.
    pub agent: AgentKey,
    /// What the auditor does.
    pub act: AuditAct,
    /// Over [`AuditAct::signing_payload`].
    pub signature: AgentSignature,
}

impl SignedAuditAct {
    /// Whether the signature is the agent's, in this scope.
    pub fn verify(&self, scope: &Hash32) -> bool {
        self.signature.verify(&self.act.signing_payload(scope)[..], &self.agent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{sample::Finding, Embedding};
    use sp_core::{ed25519, Pair};

    const SCOPE: Hash32 = [3; 32];

    fn findings(value: i8) -> Findings {
        let embedding = Embedding::new(vec![value, 1]);
        Findings::truncate_from(vec![Finding { embedding, replay: None }])
    }

    #[test]
    fn a_seal_should_bind_everything_that_it_is_about() {
        let (agent, other) = (AgentKey::from_raw([1; 32]), AgentKey::from_raw([2; 32]));
        let of = seal(&SCOPE, &agent, 4, &[9; 32], &findings(5));
        assert_eq!(of, seal(&SCOPE, &agent, 4, &[9; 32], &findings(5)));
        for another in [
            seal(&[4; 32], &agent, 4, &[9; 32], &findings(5)),
            seal(&SCOPE, &other, 4, &[9; 32], &findings(5)),
            seal(&SCOPE, &agent, 5, &[9; 32], &findings(5)),
            seal(&SCOPE, &agent, 4, &[8; 32], &findings(5)),
            seal(&SCOPE, &agent, 4, &[9; 32], &findings(6)),
        ] {
            assert_ne!(of, another);
        }
    }

    #[test]
    fn a_signature_should_hold_in_its_scope_alone() {
        let pair = ed25519::Pair::from_seed(&[5; 32]);
        let act = AuditAct::Commit { domain: 1, epoch: 2, seals: Default::default() };
        let signature = pair.sign(&act.signing_payload(&SCOPE));
        let signed = SignedAuditAct { agent: pair.public(), act, signature };
        assert!(signed.verify(&SCOPE));
        assert!(!signed.verify(&[4; 32]));
        let act = AuditAct::Commit { domain: 1, epoch: 3, seals: Default::default() };
        assert!(!SignedAuditAct { act, ..signed }.verify(&SCOPE));
    }
}
