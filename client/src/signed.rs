//! Transactions that are signed first and sent later: for whoever must write down what it is about
//! to pay before it pays, and find out afterwards whether it did.
//!
//! A [`Signed`] is bytes. Sending the same bytes twice pays once, for an account's nonce is used up
//! by the first of them that is taken; and after [`Signed::until_block`] no block takes them. So
//! who keeps the bytes can always say of them: taken ([`find`]), never to be taken ([`Standing`]),
//! or still open, in which case they may be sent again.

use crate::{
    account::account_id,
    chain::{root_cause, BlockHash, BlockId, Chain},
    AccountId, Failure,
};
use std::time::Duration;
use subxt::{
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{self, At, Value},
    error::{BackendError, DispatchError, ExtrinsicError, RpcError},
    events::Phase,
    ext::scale_value::Composite,
    tx::{Payload, TransactionStatus},
    PolkadotConfig,
};
use subxt_signer::sr25519::Keypair;
use waggle_primitives::{Hash32, RoundId};

/// How long to wait for a transaction to get into a block before its sender has to look for it.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(60);
/// Fewest and most blocks that a transaction may live: powers of two, as the chain counts them.
const LIFETIMES: (u32, u32) = (32, 2_048);
/// How far the block from which a life is counted is behind the best one: a re-org that takes that
/// block away ends the transaction.
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
    /// The account's nonce. `None`: the next one, counting what waits in the node's pool.
    pub nonce: Option<u64>,
    /// For how many blocks the bytes are good, counted from 16 before the best one; rounded up to a
    /// power of two within 32..=2048.
    pub lifetime: u32,
}

/// What became of a transaction that a block took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The block.
    pub block: BlockId,
    /// What the runtime said, with the name of its error. `Ok`: it did what was asked.
    pub result: Result<(), String>,
    /// The round that a submission began.
    pub round: Option<RoundId>,
    /// What a submission paid for asking, in the chain's smallest unit.
    pub asking_fee: u128,
    /// The fee of the transaction itself, in the chain's smallest unit; paid for failed ones too.
    pub fee: u128,
}

/// Why nobody can say that a transaction was taken.
#[derive(Debug, thiserror::Error)]
pub enum SendFailure {
    /// The node's pool did not take it in: if these bytes were never sent before, nothing is spent,
    /// now or later.
    #[error("the chain refused: {0}")]
    Rejected(String),
    /// It was sent, or may have been, and may still be taken: look for it ([`find`]).
    #[error("it may still be taken: {0}")]
    Unsure(Failure),
}

/// Where an account stands, by which its owner can tell what can still happen to a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The best block.
    pub best: BlockId,
    /// The next nonce as of the best block.
    pub best_nonce: u64,
    /// Number of the last final block.
    pub finalised: u32,
    /// The next nonce as of the last final block.
    pub finalised_nonce: u64,
}

/// What a search through blocks came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A block of the best chain took it.
    Taken(Taken),
    /// This block of the best chain took it, but the node has discarded the state that says how it
    /// went ([`buried_round`]).
    Buried(BlockId),
    /// None of the blocks did.
    Nowhere,
    /// Not found, but not all of the blocks could be read.
    Unreadable,
}

/// Sign a call without sending it.
///
/// # Errors
/// [`Failure::Refused`] if this chain has no such call; the node's failures.
pub async fn sign<Call: Payload>(
    chain: &Chain,
    signing: Signing<'_>,
    call: &Call,
) -> Result<Signed, Failure> {
    let Signing { payer, nonce, lifetime } = signing;
    let nonce = match nonce {
        Some(nonce) => nonce,
        None => chain.next_nonce(&account_id(payer)).await?,
    };
    let lifetime = lifetime.clamp(LIFETIMES.0, LIFETIMES.1).next_power_of_two();
    let best = chain.best_block().await?;
    let from_block = best.number.saturating_sub(BORN_BEFORE);
    let birth = chain.block_hash(from_block).await?.ok_or_else(|| Failure::Unreadable {
        what: "best chain",
        reason: format!("block {from_block} is not there"),
    })?;
    let at = chain.at(best.hash).await?;
    let parameters = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new()
        .nonce(nonce)
        .mortal_from_unchecked(lifetime.into(), from_block.into(), birth)
        .build();
    let refused = |error: ExtrinsicError| Failure::Refused(root_cause(&error));
    let mut signable =
        at.transactions().create_signable_offline(call, parameters).map_err(refused)?;
    let signed = signable.sign(payer).map_err(refused)?;
    Ok(Signed {
        hash: signed.hash().0,
        bytes: signed.into_encoded(),
        nonce,
        from_block,
        until_block: last_block(from_block, lifetime),
    })
}

/// Sign a transfer to each of `accounts`, in one transaction: all are paid, or none.
///
/// # Errors
/// Those of [`sign`].
pub async fn sign_transfers(
    chain: &Chain,
    signing: Signing<'_>,
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
    sign(chain, signing, &call).await
}

/// Send the bytes, and wait until they are in a best block. They may have been sent before.
///
/// # Errors
/// [`SendFailure::Rejected`] if the pool said no; [`SendFailure::Unsure`] for everything after
/// which a block may still take them.
pub async fn send_and_watch(chain: &Chain, signed: &Signed) -> Result<Taken, SendFailure> {
    let best = chain.best_block().await.map_err(SendFailure::Unsure)?;
    let at = chain.at(best.hash).await.map_err(SendFailure::Unsure)?;
    let transaction = at.transactions().from_bytes(signed.bytes.clone());
    let mut progress = transaction.submit_and_watch().await.map_err(|error| {
        if is_answer(&error) {
            SendFailure::Rejected(root_cause(&error))
        } else {
            SendFailure::Unsure(chain.failed(error))
        }
    })?;
    let included = tokio::time::timeout(INCLUSION_TIMEOUT, async {
        while let Some(status) = progress.next().await {
            match status.map_err(|error| chain.failed(error))? {
                TransactionStatus::InBestBlock(included)
                | TransactionStatus::InFinalizedBlock(included) => return Ok(included),
                // Out of this node's pool, but other nodes may have it.
                TransactionStatus::Error { message }
                | TransactionStatus::Invalid { message }
                | TransactionStatus::Dropped { message } => return Err(Failure::Refused(message)),
                _ => continue,
            }
        }
        Err(Failure::Refused("the node stopped watching the transaction".into()))
    });
    let included = match included.await {
        Ok(included) => included.map_err(SendFailure::Unsure)?,
        Err(_) => return Err(SendFailure::Unsure(Failure::NoBlocks(INCLUSION_TIMEOUT.as_secs()))),
    };
    // The pool also says so of one whose nonce another one has in that block.
    match taken_in(chain, included.block_hash(), &signed.bytes).await {
        Ok(Some(taken)) => Ok(taken),
        Ok(None) => {
            let reason = "another transaction has its nonce".into();
            Err(SendFailure::Unsure(Failure::Refused(reason)))
        }
        Err(failure) => Err(SendFailure::Unsure(failure)),
    }
}

async fn taken_in(chain: &Chain, hash: BlockHash, bytes: &[u8]) -> Result<Option<Taken>, Failure> {
    let body = chain.body(hash).await?;
    let Some(index) = body.iter().position(|own| own == bytes) else { return Ok(None) };
    let number = chain.at(hash).await?.block_number() as u32;
    read(chain, BlockId { number, hash }, index as u32).await.map(Some)
}

/// What a pool says that has these very bytes already.
const ALREADY_IMPORTED: i32 = 1_013;

/// Whether the node itself said no, rather than that the connection failed: what was sent over a
/// broken connection may have arrived.
fn is_answer(error: &ExtrinsicError) -> bool {
    matches!(
        error,
        ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(
            subxt::rpcs::Error::User(said)
        ))) if said.code != ALREADY_IMPORTED
    )
}

/// Look for a transaction in the best chain's blocks from after `signed.from_block` to its last
/// one, or to the best block.
///
/// # Errors
/// The node's failures.
pub async fn find(chain: &Chain, signed: &Signed) -> Result<Found, Failure> {
    let best = chain.best_block().await?;
    let mut complete = true;
    for number in signed.from_block.saturating_add(1)..=signed.until_block.min(best.number) {
        let Some(hash) = chain.block_hash(number).await? else {
            complete = false;
            continue;
        };
        match find_in(chain, BlockId { number, hash }, &signed.bytes).await? {
            Found::Nowhere => {}
            Found::Unreadable => complete = false,
            found => return Ok(found),
        }
    }
    Ok(if complete { Found::Nowhere } else { Found::Unreadable })
}

async fn find_in(chain: &Chain, block: BlockId, bytes: &[u8]) -> Result<Found, Failure> {
    let body = match chain.body(block.hash).await {
        Ok(body) => body,
        Err(Failure::Unreadable { .. }) => return Ok(Found::Unreadable),
        Err(failure) => return Err(failure),
    };
    let Some(index) = body.iter().position(|own| own == bytes) else { return Ok(Found::Nowhere) };
    match read(chain, block, index as u32).await {
        Ok(taken) => Ok(Found::Taken(taken)),
        // Either the node fails, or the state that says how it went has been pruned.
        Err(failure) => match chain.best_block().await {
            Ok(_) => Ok(Found::Buried(block)),
            Err(_) => Err(failure),
        },
    }
}

/// The round that `client` began in `block`, of which the events are not there any more. `None`: it
/// began none there, or its result has been pruned too.
///
/// # Errors
/// The node's failures.
pub async fn buried_round(
    chain: &Chain,
    block: BlockId,
    client: &AccountId,
) -> Result<Option<RoundId>, Failure> {
    let best = chain.best_block().await?;
    let Some(newest) = chain.recent_rounds(1).await?.first().map(|newest| newest.id) else {
        return Ok(None);
    };
    // Rounds are numbered in the order of their submissions, and forgotten from the oldest on.
    let (mut before, mut from) = (0, newest.saturating_add(1));
    while before < from {
        let middle = before + (from - before) / 2;
        let view = chain.round(middle, best.hash).await?;
        if view.is_some_and(|view| view.blocks.submitted >= block.number) {
            from = middle;
        } else {
            before = middle.saturating_add(1);
        }
    }
    for id in from..=newest {
        match chain.round(id, best.hash).await? {
            Some(view) if view.blocks.submitted > block.number => break,
            Some(view) if view.client == *client => return Ok(Some(id)),
            _ => {}
        }
    }
    Ok(None)
}

/// Where `account` stands now.
///
/// # Errors
/// The node's failures.
pub async fn standing(chain: &Chain, account: &AccountId) -> Result<Standing, Failure> {
    let best = chain.best_block().await?;
    let best_nonce = chain.nonce_at(account, best.hash).await?;
    let last = chain.finalised_block().await?;
    let finalised_nonce = chain.nonce_at(account, last.hash).await?;
    Ok(Standing { best, best_nonce, finalised: last.number, finalised_nonce })
}

/// The last block that takes what was signed at `from` for `lifetime` blocks.
fn last_block(from: u32, lifetime: u32) -> u32 {
    from.saturating_add(lifetime).saturating_sub(1)
}

/// What became of the transaction in this place of a block, as its events say.
async fn read(chain: &Chain, block: BlockId, index: u32) -> Result<Taken, Failure> {
    let at = chain.at(block.hash).await?;
    let events = at.events().fetch().await.map_err(|error| chain.failed(error))?;
    let mut taken = Taken { block, result: Ok(()), round: None, asking_fee: 0, fee: 0 };
    for event in events.iter() {
        let event = event.map_err(|error| chain.failed(error))?;
        if event.phase() != Phase::ApplyExtrinsic(index) {
            continue;
        }
        let field = |name: &str| {
            let fields = event.decode_fields_unchecked_as::<Composite<()>>().ok()?;
            fields.at(name)?.as_u128()
        };
        match (event.pallet_name(), event.event_name()) {
            ("System", "ExtrinsicFailed") => {
                let error = DispatchError::decode_from(event.field_bytes(), at.metadata());
                taken.result = Err(match error {
                    Ok(DispatchError::Module(module)) => module.to_string(),
                    Ok(other) => other.to_string(),
                    Err(unreadable) => unreadable.to_string(),
                });
            }
            ("Rounds", "Submitted") => {
                taken.round = field("round").map(|round| round as RoundId);
                taken.asking_fee = field("fee").unwrap_or_default();
            }
            ("TransactionPayment", "TransactionFeePaid") => {
                taken.fee = field("actual_fee").unwrap_or_default();
            }
            _ => {}
        }
    }
    Ok(taken)
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
