//! Transactions that are signed first and sent later: for whoever must write down what it is about
//! to pay before it pays, and find out afterwards whether it did.
//!
//! A [`Signed`] is bytes. Sending the same bytes twice pays once, for an account's nonce is used up
//! by the first of them that is taken; and after [`Signed::until_block`] no block takes them. So
//! who keeps the bytes can always say of them: taken ([`find`]), never to be taken ([`Standing`]),
//! or still open, in which case they may be sent again.

use crate::{
    account::account_id,
    chain::{root_cause, BlockId, Chain},
    submit::{terms_value, Prompt},
    AccountId, Failure,
};
use std::time::Duration;
use subxt::{
    client::{OnlineClientAtBlock, OnlineClientAtBlockImpl},
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{self, At, Value},
    error::{BackendError, DispatchError, ExtrinsicError, RpcError},
    ext::{scale_encode::EncodeAsFields, scale_value::Composite},
    extrinsics::ExtrinsicEvents,
    tx::{TransactionInBlock, TransactionStatus},
    PolkadotConfig,
};
use subxt_signer::sr25519::Keypair;
use waggle_primitives::Hash32;

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
    pub round: Option<u64>,
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
    /// None of the blocks did.
    Nowhere,
    /// Not found, but not all of the blocks could be read.
    Unreadable,
}

/// A call's pallet, name and arguments.
pub struct Call<'a, Arguments> {
    /// The pallet.
    pub pallet: &'a str,
    /// The call.
    pub name: &'a str,
    /// Its arguments, as the chain's metadata names them.
    pub arguments: Arguments,
}

/// Sign a call without sending it.
///
/// # Errors
/// [`Failure::Refused`] if this chain has no such call; the node's failures.
pub async fn sign<Arguments: EncodeAsFields>(
    chain: &Chain,
    signing: Signing<'_>,
    call: Call<'_, Arguments>,
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
    let at = chain.client().at_block_hash_and_number(best.hash, best.number.into()).await;
    let at = at.map_err(|error| chain.failed(error))?;
    let parameters = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new()
        .nonce(nonce)
        .mortal_from_unchecked(lifetime.into(), from_block.into(), birth)
        .build();
    let call = dynamic::tx(call.pallet, call.name, call.arguments);
    let refused = |error: ExtrinsicError| Failure::Refused(root_cause(&error));
    let mut signable =
        at.transactions().create_signable_offline(&call, parameters).map_err(refused)?;
    let signed = signable.sign(payer).map_err(refused)?;
    Ok(Signed {
        hash: signed.hash().0,
        bytes: signed.into_encoded(),
        nonce,
        from_block,
        until_block: last_block(from_block, lifetime),
    })
}

/// Sign the submission of a prompt. `prompt.sealed` should be given: whoever signs again would seal
/// other bytes.
///
/// # Errors
/// Those of [`sign`]; [`Failure::NoRandomness`].
pub async fn sign_submission(
    chain: &Chain,
    signing: Signing<'_>,
    prompt: &Prompt<'_>,
) -> Result<Signed, Failure> {
    let Prompt { text, domain, terms, sealed } = *prompt;
    let sealed = sealed.map_or_else(crate::random::random_bytes, Ok)?;
    let arguments = (text.as_bytes().to_vec(), domain, terms_value(terms), sealed);
    sign(chain, signing, Call { pallet: "Rounds", name: "submit", arguments }).await
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
    let arguments = (Value::unnamed_composite(calls),);
    sign(chain, signing, Call { pallet: "Utility", name: "batch_all", arguments }).await
}

/// Send the bytes, and wait until they are in a best block. They may have been sent before.
///
/// # Errors
/// [`SendFailure::Rejected`] if the pool said no; [`SendFailure::Unsure`] for everything after
/// which a block may still take them.
pub async fn send_and_watch(chain: &Chain, signed: &Signed) -> Result<Taken, SendFailure> {
    let best = chain.best_block().await.map_err(SendFailure::Unsure)?;
    let at = chain.client().at_block_hash_and_number(best.hash, best.number.into()).await;
    let at = at.map_err(|error| SendFailure::Unsure(chain.failed(error)))?;
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
    taken(chain, &included).await.map_err(SendFailure::Unsure)
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
        match find_in(chain, BlockId { number, hash }, &signed.hash).await? {
            Found::Nowhere => {}
            Found::Unreadable => complete = false,
            found => return Ok(found),
        }
    }
    Ok(if complete { Found::Nowhere } else { Found::Unreadable })
}

async fn find_in(chain: &Chain, block: BlockId, wanted: &Hash32) -> Result<Found, Failure> {
    let at = chain.client().at_block_hash_and_number(block.hash, block.number.into()).await;
    let Ok(at) = at else { return Ok(Found::Unreadable) };
    let extrinsics = match at.extrinsics().fetch().await {
        Ok(extrinsics) => extrinsics,
        Err(error) if is_broken(chain).await => return Err(chain.failed(error)),
        Err(_) => return Ok(Found::Unreadable),
    };
    // Acts of agents that cannot be decoded are none of ours.
    let ours = extrinsics.iter().filter_map(Result::ok).find(|one| one.hash().0 == *wanted);
    let Some(ours) = ours else { return Ok(Found::Nowhere) };
    match ours.events().await {
        Ok(events) => Ok(Found::Taken(read(&at, block, &events))),
        Err(error) if is_broken(chain).await => Err(chain.failed(error)),
        // It is there, but the state that says how it went has been pruned.
        Err(_) => Ok(Found::Unreadable),
    }
}

/// Whether the node answers nothing at all any more.
async fn is_broken(chain: &Chain) -> bool {
    chain.best_block().await.is_err()
}

/// Where `account` stands now.
///
/// # Errors
/// The node's failures.
pub async fn standing(chain: &Chain, account: &AccountId) -> Result<Standing, Failure> {
    let best = chain.best_block().await?;
    let at = chain.client().at_block_hash_and_number(best.hash, best.number.into()).await;
    let at = at.map_err(|error| chain.failed(error))?;
    let best_nonce =
        at.transactions().account_nonce(account).await.map_err(|error| chain.failed(error))?;
    let last = chain.client().at_current_block().await.map_err(|error| chain.failed(error))?;
    let finalised_nonce =
        last.transactions().account_nonce(account).await.map_err(|error| chain.failed(error))?;
    Ok(Standing { best, best_nonce, finalised: last.block_number() as u32, finalised_nonce })
}

/// The last block that takes what was signed at `from` for `lifetime` blocks.
fn last_block(from: u32, lifetime: u32) -> u32 {
    from.saturating_add(lifetime).saturating_sub(1)
}

async fn taken(
    chain: &Chain,
    included: &TransactionInBlock<PolkadotConfig, OnlineClientAtBlockImpl<PolkadotConfig>>,
) -> Result<Taken, Failure> {
    let at = included.at().await.map_err(|error| chain.failed(error))?;
    let block = BlockId { number: at.block_number() as u32, hash: included.block_hash() };
    let events = included.fetch_events().await.map_err(|error| chain.failed(error))?;
    Ok(read(&at, block, &events))
}

/// What a transaction's events say.
fn read(
    at: &OnlineClientAtBlock<PolkadotConfig>,
    block: BlockId,
    events: &ExtrinsicEvents<PolkadotConfig>,
) -> Taken {
    let field = |pallet: &str, name: &str, field: &str| {
        let mut all = events.iter().filter_map(Result::ok);
        let event =
            all.find(|event| event.pallet_name() == pallet && event.event_name() == name)?;
        event.decode_fields_unchecked_as::<Composite<()>>().ok()?.at(field)?.as_u128()
    };
    let failed = events
        .iter()
        .filter_map(Result::ok)
        .find(|event| event.pallet_name() == "System" && event.event_name() == "ExtrinsicFailed");
    let result = match failed {
        None => Ok(()),
        Some(event) => Err(match DispatchError::decode_from(event.field_bytes(), at.metadata()) {
            Ok(DispatchError::Module(module)) => module.to_string(),
            Ok(other) => other.to_string(),
            Err(error) => root_cause(&error),
        }),
    };
    Taken {
        block,
        result,
        round: field("Rounds", "Submitted", "round").map(|round| round as u64),
        asking_fee: field("Rounds", "Submitted", "fee").unwrap_or_default(),
        fee: field("TransactionPayment", "TransactionFeePaid", "actual_fee").unwrap_or_default(),
    }
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
