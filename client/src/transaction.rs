//! Signed transactions: built from the chain's metadata, sent, and watched until they are in a best
//! block.
//!
//! Of one account, the pool has one transaction for each nonce. Within a process they queue behind
//! each other (`turns`). Another process, or the same account at another node, may take the nonce
//! first: then the pool refuses this transaction, or drops it later for the other one, and it is
//! built again with the next nonce. That is done only if the pool refused it, or once final blocks
//! have another one with its nonce: what is sent twice is paid twice.
//!
//! A transaction is mortal, so that one of which nothing is heard any more is over some day. Its
//! era counts from shortly before the best block, not from the last final one: it lives as long
//! when finality lags.

use crate::{
    account::account_id,
    chain::{root_cause, BlockHash, BlockId, Chain},
    random::random_number,
    turns::turn_of,
    AccountId, Failure,
};
use std::time::{Duration, Instant};
use subxt::{
    client::OnlineClientAtBlockImpl,
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{self, At},
    error::{BackendError, DispatchError, EventsError, ExtrinsicError, RpcError},
    events::{Event, Events, Phase},
    ext::{scale_encode::EncodeAsFields, scale_value::Composite},
    rpcs,
    tx::{Payload, SubmittableTransaction, TransactionProgress, TransactionStatus},
    ArcMetadata, OnlineClientAtBlock, PolkadotConfig,
};
use subxt_signer::sr25519::Keypair;

/// How long the pool is watched until it tells that a block has the transaction.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(60);
/// How long after it was sent final blocks are looked through for a transaction of which the pool
/// tells nothing: some more than it lives on a chain with slots of 250 ms.
const FATE_TIMEOUT: Duration = Duration::from_secs(80);
/// Pause before final blocks are looked at again.
const FATE_PAUSE: Duration = Duration::from_millis(250);
/// For how many blocks a transaction lives, from its birth block on. A power of two, as eras have
/// it, and fewer than the chain remembers hashes of blocks.
const LIFETIME: u32 = 256;
/// How far its birth block is behind the best one: a re-org that takes the birth block away ends
/// the transaction.
const BORN_BEFORE: u32 = 16;
/// How often a transaction is built whose nonce others take.
const ATTEMPTS: u32 = 24;
/// Shortest pause before the next time, in milliseconds, and how much longer it may be: processes
/// that met once should not meet again.
const PAUSE_MS: (u32, u32) = (50, 250);

// What the pool says with its refusal (JSON-RPC error codes of `author_submitAndWatchExtrinsic`).
/// The transaction is invalid: outdated, for instance, because a block took its nonce meanwhile.
const INVALID: i32 = 1010;
/// It was invalid a moment ago, so it is not looked at again.
const BANNED: i32 = 1012;
/// The pool has it already.
const ALREADY_IMPORTED: i32 = 1013;
/// The pool has another one with its nonce, which is worth no less to the author of a block.
const TOO_LOW_PRIORITY: i32 = 1014;

/// A transaction that is in a best block and succeeded.
pub struct Done {
    /// The block.
    pub block: BlockId,
    /// When it was sent.
    pub sent: Instant,
    /// From sending to learning that it is in a block.
    pub inclusion: Duration,
    /// Of the whole block.
    events: Events<PolkadotConfig>,
    /// Its place in the block.
    index: u32,
}

impl Done {
    /// The number in `field` of the first event of `pallet` that has one.
    pub fn event_field(&self, pallet: &str, field: &str) -> Option<u128> {
        let own = self.own_events().filter_map(Result::ok);
        own.filter(|event| event.pallet_name() == pallet).find_map(|event| {
            event.decode_fields_unchecked_as::<Composite<()>>().ok()?.at(field)?.as_u128()
        })
    }

    /// The events of this transaction; errors are anybody's.
    fn own_events(&self) -> impl Iterator<Item = Result<Event<'_, PolkadotConfig>, EventsError>> {
        let own = Phase::ApplyExtrinsic(self.index);
        let all = self.events.iter();
        all.filter(move |event| !event.as_ref().is_ok_and(|event| event.phase() != own))
    }

    /// Why the runtime did not do what the transaction asks for, with the name of the runtime's
    /// error where it has one. `None`: it did.
    fn refusal(&self, chain: &Chain, metadata: ArcMetadata) -> Result<Option<String>, Failure> {
        for event in self.own_events() {
            let event = event.map_err(|error| chain.failed(error))?;
            if event.pallet_name() == "System" && event.event_name() == "ExtrinsicFailed" {
                let error = DispatchError::decode_from(event.field_bytes(), metadata);
                return Ok(Some(match error {
                    Ok(DispatchError::Module(module)) => module.to_string(),
                    Ok(other) => other.to_string(),
                    Err(unreadable) => unreadable.to_string(),
                }));
            }
        }
        Ok(None)
    }
}

/// Send `pallet.call(arguments)`, signed and paid by `payer`, and wait until it is in a best block.
///
/// # Errors
/// [`Failure::Refused`] if the pool or the runtime does not take it; [`Failure::Unsure`] if a block
/// may still take it. After all others nothing was sent.
pub async fn transact<Arguments: EncodeAsFields>(
    chain: &Chain,
    payer: &Keypair,
    pallet: &str,
    call: &str,
    arguments: Arguments,
) -> Result<Done, Failure> {
    let call = dynamic::tx(pallet, call, arguments);
    for _ in 0..ATTEMPTS {
        if let Some(done) = attempt(chain, payer, &call).await? {
            return Ok(done);
        }
        let (shortest, more) = PAUSE_MS;
        let pause = shortest + random_number()? % more;
        tokio::time::sleep(Duration::from_millis(pause.into())).await;
    }
    let account = account_id(payer);
    Err(Failure::Refused(format!(
        "{ATTEMPTS} times another transaction of {account} took the nonce: does a program of yours \
         send many?"
    )))
}

/// A signed transaction.
type Signed = SubmittableTransaction<PolkadotConfig, OnlineClientAtBlockImpl<PolkadotConfig>>;
/// What the pool tells of one.
type News = TransactionProgress<PolkadotConfig, OnlineClientAtBlockImpl<PolkadotConfig>>;

/// A transaction that the pool has, or may have.
struct Sent {
    account: AccountId,
    nonce: u64,
    bytes: Vec<u8>,
    /// The block that its era counts from.
    born: u32,
    at: Instant,
}

impl Sent {
    /// The last block that may have it.
    fn until(&self) -> u32 {
        self.born.saturating_add(LIFETIME - 1)
    }

    fn unsure(&self) -> Failure {
        Failure::Unsure { account: self.account, nonce: self.nonce, until_block: self.until() }
    }
}

/// What the node says at once.
enum Reply {
    /// The pool has the transaction, and tells what becomes of it.
    Pooled(Box<News>),
    /// The pool has it not, because another one took its nonce.
    Outrun,
    /// Nothing that could be relied on: the pool may have it.
    Open,
}

/// Build the call with the account's next nonce, send it, and wait until it is in a best block.
/// `None`: another transaction took the nonce, and no block will have this one.
async fn attempt<Call: Payload>(
    chain: &Chain,
    payer: &Keypair,
    call: &Call,
) -> Result<Option<Done>, Failure> {
    let turn = turn_of(&account_id(payer));
    let waited = turn.lock().await;
    let (transaction, sent) = build(chain, payer, call).await?;
    let reply = send(chain, &transaction, &sent).await?;
    drop(waited);
    match reply {
        Reply::Outrun => return Ok(None),
        Reply::Open => {}
        Reply::Pooled(news) => {
            let watched = tokio::time::timeout(INCLUSION_TIMEOUT, watch(chain, &sent, *news));
            if let Some(done) = watched.await.unwrap_or(Ok(None))? {
                return Ok(Some(done));
            }
        }
    }
    fate(chain, &sent).await.map_err(|failure| match failure {
        refused @ Failure::Refused(_) => refused,
        // The node tells nothing: that is no news of the transaction.
        _ => sent.unsure(),
    })
}

/// The call as a transaction with the account's next nonce, counting what waits in the pool.
async fn build<Call: Payload>(
    chain: &Chain,
    payer: &Keypair,
    call: &Call,
) -> Result<(Signed, Sent), Failure> {
    let account = account_id(payer);
    let best = chain.best_block().await?;
    let born = best.number.saturating_sub(BORN_BEFORE);
    let birth = chain.block_hash(born).await?.ok_or_else(|| Failure::Unreadable {
        what: "recent blocks",
        reason: format!("there is no block {born}"),
    })?;
    let nonce = chain.next_nonce(&account).await?;
    let at = chain.at(best.hash).await?;
    let era = Era { born, birth };
    let transaction = sign(&at, payer, call, nonce, era)?;
    let bytes = transaction.encoded().to_vec();
    Ok((transaction, Sent { account, nonce, bytes, born, at: Instant::now() }))
}

/// From which block a transaction's era counts.
struct Era {
    born: u32,
    birth: BlockHash,
}

fn sign<Call: Payload>(
    at: &OnlineClientAtBlock<PolkadotConfig>,
    payer: &Keypair,
    call: &Call,
    nonce: u64,
    Era { born, birth }: Era,
) -> Result<Signed, Failure> {
    let parameters = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new()
        .nonce(nonce)
        .mortal_from_unchecked(LIFETIME.into(), born.into(), birth)
        .build();
    let built = at.transactions().create_signable_offline(call, parameters);
    let signed = built.and_then(|mut built| built.sign(payer));
    signed.map_err(|error| Failure::Refused(root_cause(&error)))
}

/// Give the transaction to the node's pool.
async fn send(chain: &Chain, transaction: &Signed, sent: &Sent) -> Result<Reply, Failure> {
    let (code, reason) = match transaction.submit_and_watch().await {
        Ok(news) => return Ok(Reply::Pooled(Box::new(news))),
        Err(error) => (refusal(&error), root_cause(&error)),
    };
    match code {
        None | Some(ALREADY_IMPORTED) => Ok(Reply::Open),
        Some(TOO_LOW_PRIORITY) => Ok(Reply::Outrun),
        Some(INVALID | BANNED) => {
            // Whether that is because of its nonce, the account's next one tells.
            let next = chain.next_nonce(&sent.account).await;
            if next.is_ok_and(|next| next > sent.nonce) {
                Ok(Reply::Outrun)
            } else {
                Err(Failure::Refused(reason))
            }
        }
        Some(_) => Err(Failure::Refused(reason)),
    }
}

/// The code with which the node refused a transaction. `None`: it did not, it may have it.
fn refusal(error: &ExtrinsicError) -> Option<i32> {
    let ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(
        rpcs::Error::User(reply),
    ))) = error
    else {
        return None;
    };
    Some(reply.code)
}

/// Follow what the pool tells until a best block has the transaction. `None`: the pool tells no
/// more, and a block may still take it.
async fn watch(chain: &Chain, sent: &Sent, mut news: News) -> Result<Option<Done>, Failure> {
    while let Some(Ok(status)) = news.next().await {
        match status {
            TransactionStatus::InBestBlock(included)
            | TransactionStatus::InFinalizedBlock(included) => {
                return match taken(chain, sent, included.block_hash()).await {
                    // The pool also says so of one whose nonce another one has in that block.
                    Ok(done) => Ok(done),
                    Err(refused @ Failure::Refused(_)) => Err(refused),
                    Err(_) => Ok(None),
                };
            }
            // Here it is out of the pool; other nodes may have it.
            TransactionStatus::Error { .. }
            | TransactionStatus::Invalid { .. }
            | TransactionStatus::Dropped { .. } => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}

/// What became of a transaction of which the pool tells no more, as final blocks have it. `None`:
/// they have another one with its nonce.
async fn fate(chain: &Chain, sent: &Sent) -> Result<Option<Done>, Failure> {
    loop {
        let last = chain.finalised_block().await?;
        let is_outrun = chain.nonce_at(&sent.account, last.hash).await? > sent.nonce;
        if is_outrun || last.number >= sent.until() {
            for number in sent.born.saturating_add(1)..=last.number.min(sent.until()) {
                // Without one of them nothing is known.
                let block = chain.block_hash(number).await?.ok_or_else(|| sent.unsure())?;
                if let Some(done) = taken(chain, sent, block).await? {
                    return Ok(Some(done));
                }
            }
            return if is_outrun { Ok(None) } else { Err(expired(sent)) };
        }
        if sent.at.elapsed() > FATE_TIMEOUT {
            return Err(sent.unsure());
        }
        tokio::time::sleep(FATE_PAUSE).await;
    }
}

fn expired(sent: &Sent) -> Failure {
    let until = sent.until();
    Failure::Refused(format!("no block took the transaction until {until}, when it expired"))
}

/// The transaction as done in this block. `None`: the block does not have it.
///
/// # Errors
/// [`Failure::Refused`] if the runtime did not do what it asks for.
async fn taken(chain: &Chain, sent: &Sent, block: BlockHash) -> Result<Option<Done>, Failure> {
    let inclusion = sent.at.elapsed();
    let index = chain.body(block).await?.iter().position(|own| *own == sent.bytes);
    let Some(index) = index else { return Ok(None) };
    let at = chain.at(block).await?;
    let events = at.events().fetch().await.map_err(|error| chain.failed(error))?;
    let block = BlockId { number: at.block_number() as u32, hash: block };
    let done = Done { block, sent: sent.at, inclusion, events, index: index as u32 };
    match done.refusal(chain, at.metadata())? {
        Some(reason) => Err(Failure::Refused(reason)),
        None => Ok(Some(done)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replied(code: i32) -> ExtrinsicError {
        let reply = rpcs::UserError { code, message: "no".into(), data: None };
        let error = RpcError::ClientError(rpcs::Error::User(reply));
        ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(error))
    }

    #[test]
    fn refusal_should_be_known_by_its_code_when_the_node_replies() {
        for code in [INVALID, BANNED, TOO_LOW_PRIORITY, 1_016] {
            assert_eq!(refusal(&replied(code)), Some(code));
        }
    }

    #[test]
    fn transaction_should_not_count_as_refused_when_the_node_does_not_reply() {
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let errors = [
            RpcError::ClientError(rpcs::Error::Client(Box::new(broken))),
            RpcError::SubscriptionDropped,
        ];
        for error in errors {
            let error = ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(error));
            assert_eq!(refusal(&error), None, "{error}");
        }
    }

    #[test]
    fn unsure_should_say_until_when_the_transaction_lives_and_how_to_see() {
        let account = AccountId::from([7; 32]);
        let bytes = Vec::new();
        let sent = Sent { account, nonce: 5, bytes, born: 1_000, at: Instant::now() };
        let unsure = sent.unsure();
        assert!(matches!(unsure, Failure::Unsure { until_block: 1_255, nonce: 5, .. }));
        let (text, account) = (unsure.to_string(), account.to_string());
        for part in ["1255", "`waggle rounds`", "beyond 5", &account] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        assert_eq!(unsure.exit_code(), 1, "nothing is wrong with the input");
    }
}
