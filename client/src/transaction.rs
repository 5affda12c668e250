//! Signed transactions: built from the chain's metadata, sent, and watched until they are in a best
//! block.

use crate::{
    account::account_id,
    chain::{root_cause, BlockHash, BlockId, Chain},
    Failure,
};
use std::time::{Duration, Instant};
use subxt::{
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{self, At},
    error::{DispatchError, TransactionEventsError},
    ext::{scale_encode::EncodeAsFields, scale_value::Composite},
    extrinsics::ExtrinsicEvents,
    tx::TransactionStatus,
    PolkadotConfig,
};
use subxt_signer::sr25519::Keypair;

/// How long to wait for a transaction to get into a block.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(60);

/// A transaction that is in a best block and succeeded.
pub struct Done {
    /// The block.
    pub block: BlockId,
    /// When it was sent.
    pub sent: Instant,
    /// From sending to learning that it is in a block.
    pub inclusion: Duration,
    events: ExtrinsicEvents<PolkadotConfig>,
}

impl Done {
    /// The number in `field` of the first event of `pallet` that has one.
    pub fn event_field(&self, pallet: &str, field: &str) -> Option<u128> {
        let mut events =
            self.events.iter().filter_map(Result::ok).filter(|event| event.pallet_name() == pallet);
        events.find_map(|event| {
            event.decode_fields_unchecked_as::<Composite<()>>().ok()?.at(field)?.as_u128()
        })
    }
}

/// Send `pallet.call(arguments)`, signed and paid by `payer`, and wait until it is in a best block.
///
/// # Errors
/// [`Failure::Refused`] if the pool or the runtime does not take it, [`Failure::NoBlocks`] if no
/// block did within a minute.
pub async fn transact<Arguments: EncodeAsFields>(
    chain: &Chain,
    payer: &Keypair,
    pallet: &str,
    call: &str,
    arguments: Arguments,
) -> Result<Done, Failure> {
    let call = dynamic::tx(pallet, call, arguments);
    let nonce = chain.next_nonce(&account_id(payer)).await?;
    let parameters = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new().nonce(nonce).build();
    let mut transactions =
        chain.client().transactions().await.map_err(|error| chain.failed(error))?;
    let signed = transactions.create_signed(&call, payer, parameters).await;
    let signed = signed.map_err(|error| Failure::Refused(root_cause(&error)))?;

    let sent = Instant::now();
    let mut progress =
        signed.submit_and_watch().await.map_err(|error| Failure::Refused(root_cause(&error)))?;
    let included = tokio::time::timeout(INCLUSION_TIMEOUT, async {
        while let Some(status) = progress.next().await {
            match status.map_err(|error| chain.failed(error))? {
                TransactionStatus::InBestBlock(included)
                | TransactionStatus::InFinalizedBlock(included) => return Ok(included),
                TransactionStatus::Error { message }
                | TransactionStatus::Invalid { message }
                | TransactionStatus::Dropped { message } => return Err(Failure::Refused(message)),
                _ => continue,
            }
        }
        Err(Failure::Refused("the node stopped watching the transaction".into()))
    });
    let included = included.await.map_err(|_| Failure::NoBlocks(INCLUSION_TIMEOUT.as_secs()))??;
    let inclusion = sent.elapsed();
    let events = included.wait_for_success().await.map_err(|error| refusal(chain, error))?;
    let hash: BlockHash = included.block_hash();
    let at = included.at().await.map_err(|error| chain.failed(error))?;
    Ok(Done { block: BlockId { number: at.block_number() as u32, hash }, sent, inclusion, events })
}

/// What the runtime said, with the name of its error where it has one.
fn refusal(chain: &Chain, error: TransactionEventsError) -> Failure {
    match error {
        TransactionEventsError::ExtrinsicFailed(DispatchError::Module(module)) => {
            Failure::Refused(module.to_string())
        }
        TransactionEventsError::ExtrinsicFailed(other) => Failure::Refused(other.to_string()),
        other => chain.failed(other),
    }
}
