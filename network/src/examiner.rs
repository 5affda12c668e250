//! An examiner of a network of one's own: `//Alice`, who governs there, appoints it.

use crate::Failure;
use subxt::dynamic::Value;
use subxt_signer::sr25519::Keypair;
use waggle_cli::examine::tell;
use waggle_client::{
    account::{account_id, development},
    chain::Chain,
    random::random_bytes,
    transaction::transact,
};
use waggle_primitives::{examination, DomainId, Hash32, RoundId};

/// An account that may tell the truth of a domain's rounds.
pub struct Examiner(Keypair);

impl Examiner {
    /// Appoint the development account `suri` for a domain. The treasury pays back `budget` at
    /// most, in the chain's smallest unit.
    ///
    /// # Errors
    /// If the chain does not take it.
    pub async fn appoint(
        chain: &Chain,
        domain: DomainId,
        suri: &str,
        budget: u128,
    ) -> Result<Self, Failure> {
        let examiner = development(suri)?;
        let appoint = Value::named_variant(
            "appoint",
            [
                ("domain", Value::u128(domain.into())),
                ("who", Value::from_bytes(account_id(&examiner).0)),
                ("budget", Value::u128(budget)),
            ],
        );
        let call = Value::unnamed_variant("Examinations", [appoint]);
        transact(chain, &development("//Alice")?, "Sudo", "sudo", (call,)).await?;
        Ok(Self(examiner))
    }

    /// Tell the truth of a round that was settled.
    ///
    /// # Errors
    /// If the chain does not take it.
    pub async fn tell(
        &self,
        chain: &Chain,
        round: RoundId,
        secret: &Secret,
    ) -> Result<(), Failure> {
        tell(chain, &self.0, round, &secret.truth, &secret.salt).await?;
        Ok(())
    }
}

/// A right answer that nobody knows until it is told.
pub struct Secret {
    truth: String,
    salt: Hash32,
}

impl Secret {
    /// Of this answer.
    ///
    /// # Errors
    /// If the operating system has no randomness.
    pub fn new(truth: String) -> Result<Self, Failure> {
        Ok(Self { truth, salt: random_bytes()? })
    }

    /// What `payer` submits with the question.
    pub fn sealed_for(&self, payer: &Keypair) -> Hash32 {
        examination::seal(&account_id(payer).0, &self.salt, self.truth.as_bytes())
    }
}
