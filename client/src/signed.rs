//! Transactions that are signed first and sent later: for whoever must write down what it is about
//! to pay before it pays, and find out afterwards whether it did.
//!
//! A [`Signed`] is bytes. Sending the same bytes twice pays once, for an account's nonce is used up
//! by the first of them that is taken; and after [`Signed::until_block`] no block takes them. So
//! who keeps the bytes can always say of them: taken ([`crate::taken::find`]), never to be taken
//! ([`crate::taken::Standing`]), or still open, in which case they may be sent again
//! ([`crate::pool`]).

use crate::{
    account::account_id,
    chain::{root_cause, BlockId, Chain},
    AccountId, Failure,
};
use subxt::{
    client::OnlineClientAtBlock,
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{self, Value},
    error::ExtrinsicError,
    tx::Payload,
    PolkadotConfig,
};
use subxt_signer::sr25519::Keypair;
use waggle_primitives::Hash32;

/// Fewest and most blocks that a transaction may live: powers of two, as the chain counts them.
const LIFETIMES: (u32, u32) = (32, 2_048);
/// How far the block from which a life is counted is behind the best one: a re-org that takes that
/// block away ends the transaction. It is counted from there, not from the last final block, so
/// that a transaction lives as long when finality lags.
const BORN_BEFORE: u32 = 16;

/// A signed transaction, as bytes that may be kept and sent at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The extrinsic, SCALE-encoded.
    pub bytes: Vec<u8>,
    /// Blake2b-256 of the bytes: what it is called in blocks.
    pub hash: Hash32,
    /// The nonce of the account that signed it.
    pub nonce: u64,
    /// The block from which its life is counted: a later one takes it.
    pub from_block: u32,
    /// Last block that may take it.
    pub until_block: u32,
}

/// How to sign: by whom, and for how long.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    /// Who signs and pays.
    pub payer: &'a Keypair,
    /// The account's nonce.
    pub nonce: u64,
    /// For how many blocks the bytes are good, counted from 16 before that of the
    /// [`Footing`]; rounded up to a power of two within 32..=2048.
    pub lifetime: u32,
}

/// What has to be known of the chain to sign: its runtime, and the block from which lives are
/// counted. It is good for some seconds, and signs without asking the node for anything.
///
/// An old one does no harm: a runtime that came since refuses what it signs, and a re-org that took
/// the block away does too.
#[derive(Clone)]
pub struct Footing {
    at: OnlineClientAtBlock<PolkadotConfig>,
    birth: BlockId,
}

impl Footing {
    /// As of the best block.
    ///
    /// # Errors
    /// The node's failures.
    pub async fn read(chain: &Chain) -> Result<Self, Failure> {
        Self::at(chain, chain.best_block().await?).await
    }

    /// As of this block of the best chain.
    ///
    /// # Errors
    /// The node's failures.
    pub async fn at(chain: &Chain, best: BlockId) -> Result<Self, Failure> {
        let number = best.number.saturating_sub(BORN_BEFORE);
        let (hash, at) = tokio::try_join!(chain.block_hash(number), chain.at_known(best))?;
        let hash = hash.ok_or_else(|| Failure::Unreadable {
            what: "best chain",
            reason: format!("block {number} is not there"),
        })?;
        chain.send_with(&at);
        Ok(Self { at, birth: BlockId { number, hash } })
    }

    /// Sign a call without sending it.
    ///
    /// # Errors
    /// [`Failure::Refused`] if this chain has no such call.
    pub fn sign<Call: Payload>(
        &self,
        signing: Signing<'_>,
        call: &Call,
    ) -> Result<Signed, Failure> {
        let Signing { payer, nonce, lifetime } = signing;
        let lifetime = lifetime.clamp(LIFETIMES.0, LIFETIMES.1).next_power_of_two();
        let BlockId { number: from_block, hash: birth } = self.birth;
        let parameters = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new()
            .nonce(nonce)
            .mortal_from_unchecked(lifetime.into(), from_block.into(), birth)
            .build();
        let refused = |error: ExtrinsicError| Failure::Refused(root_cause(&error));
        let mut signable =
            self.at.transactions().create_signable_offline(call, parameters).map_err(refused)?;
        let signed = signable.sign(payer).map_err(refused)?;
        Ok(Signed {
            hash: signed.hash().0,
            bytes: signed.into_encoded(),
            nonce,
            from_block,
            until_block: last_block(from_block, lifetime),
        })
    }
}

/// Sign a call with the account's next nonce, counting what waits in the node's pool, without
/// sending it.
///
/// # Errors
/// [`Failure::Refused`] if this chain has no such call; the node's failures.
pub async fn sign<Call: Payload>(
    chain: &Chain,
    payer: &Keypair,
    lifetime: u32,
    call: &Call,
) -> Result<Signed, Failure> {
    let account = account_id(payer);
    let (nonce, footing) = tokio::try_join!(chain.next_nonce(&account), Footing::read(chain))?;
    footing.sign(Signing { payer, nonce, lifetime }, call)
}

/// Sign a transfer to each of `accounts`, in one transaction with the payer's next nonce: all are
/// paid, or none.
///
/// # Errors
/// Those of [`sign`].
pub async fn sign_transfers(
    chain: &Chain,
    payer: &Keypair,
    lifetime: u32,
    transfers: &[(AccountId, u128)],
) -> Result<Signed, Failure> {
    let calls = transfers.iter().map(|(account, amount)| {
        let transfer = Value::named_variant(
            "transfer_keep_alive",
            [
                ("dest", Value::unnamed_variant("Id", [Value::from_bytes(account.0)])),
                ("value", Value::u128(*amount)),
            ],
        );
        Value::unnamed_variant("Balances", [transfer])
    });
    let call = dynamic::tx("Utility", "batch_all", (Value::unnamed_composite(calls),));
    sign(chain, payer, lifetime, &call).await
}

/// The last block that takes what was signed at `from` for `lifetime` blocks.
fn last_block(from: u32, lifetime: u32) -> u32 {
    from.saturating_add(lifetime).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use subxt::utils::Era;

    #[test]
    fn transactions_should_live_for_the_era_that_they_are_signed_for() {
        for (from, lifetime) in [(1_000, 64), (1_023, 16), (0, 2_048)] {
            let Era::Mortal { period, phase } = Era::mortal(u64::from(lifetime), u64::from(from))
            else {
                panic!("an era that ends");
            };
            // As the chain counts: a block belongs to the era that began at the last block whose
            // number has the era's phase.
            let birth = |block: u64| (block.max(phase) - phase) / period * period + phase;
            let last = u64::from(last_block(from, lifetime));
            assert_eq!(birth(last), u64::from(from));
            assert_ne!(birth(last + 1), u64::from(from));
        }
    }
}
