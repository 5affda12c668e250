//! Transactions that are signed, sent, and waited for in one go, and sent again with another nonce
//! if others take theirs.
//!
//! Of one account, the pool has one transaction for each nonce. Within a process they queue behind
//! each other (`turns`). Another process, or the same account at another node, may take the nonce
//! first: then the pool refuses this transaction, or drops it later for the other one, and it is
//! signed again with the next nonce. That is done only if the pool refused it, or once final blocks
//! have another one with its nonce: what is sent twice is paid twice.
//!
//! A transaction is mortal, so that one of which nothing is heard any more is over some day.

use crate::{
    account::account_id,
    chain::{BlockId, Chain},
    pool::{ready, send, watch, News, SendFailure, BANNED, INVALID, TOO_LOW_PRIORITY},
    random::random_number,
    signed::{sign, Signed},
    taken::{find_until, taken_in, Found, Taken},
    turns::turn_of,
    AccountId, Failure,
};
use std::time::{Duration, Instant};
use subxt::{dynamic, ext::scale_encode::EncodeAsFields, tx::Payload};
use subxt_signer::sr25519::Keypair;

/// How long after it was sent final blocks are looked through for a transaction of which the pool
/// tells nothing: some more than it lives on a chain with slots of 250 ms.
const FATE_TIMEOUT: Duration = Duration::from_secs(80);
/// Pause before final blocks are looked at again.
const FATE_PAUSE: Duration = Duration::from_millis(250);
/// For how many blocks a transaction lives. Fewer than the chain remembers hashes of blocks.
const LIFETIME: u32 = 256;
/// How often a transaction is signed whose nonce others take.
const ATTEMPTS: u32 = 24;
/// Shortest pause before the next time, in milliseconds, and how much longer it may be: processes
/// that met once should not meet again.
const PAUSE_MS: (u32, u32) = (50, 250);

/// A transaction that is in a best block and succeeded.
pub struct Done {
    /// The block.
    pub block: BlockId,
    /// When it was sent.
    pub sent: Instant,
    /// From sending to learning that it is in a block.
    pub inclusion: Duration,
    /// As the block has it.
    pub(crate) taken: Taken,
}

impl Done {
    /// The number in `field` of the first event of `pallet` that has one.
    pub fn event_field(&self, pallet: &str, field: &str) -> Option<u128> {
        self.taken.event_field(pallet, field)
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

/// A transaction that the pool has, or may have.
struct Sent {
    account: AccountId,
    signed: Signed,
    at: Instant,
}

impl Sent {
    /// The transaction as done. `inclusion`: from sending to learning that a block has it.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the runtime did not do what it asks for.
    fn done(&self, taken: Taken, inclusion: Duration) -> Result<Done, Failure> {
        taken.result.clone().map_err(Failure::Refused)?;
        Ok(Done { block: taken.block, sent: self.at, inclusion, taken })
    }

    fn unsure(&self) -> Failure {
        let Signed { nonce, until_block, .. } = self.signed;
        Failure::Unsure { account: self.account, nonce, until_block }
    }

    fn expired(&self) -> Failure {
        let until = self.signed.until_block;
        Failure::Refused(format!("no block took the transaction until {until}, when it expired"))
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

/// Sign the call with the account's next nonce, send it, and wait until it is in a best block.
/// `None`: another transaction took the nonce, and no block will have this one.
async fn attempt<Call: Payload>(
    chain: &Chain,
    payer: &Keypair,
    call: &Call,
) -> Result<Option<Done>, Failure> {
    let account = account_id(payer);
    let turn = turn_of(&account);
    let waited = turn.lock().await;
    let signed = sign(chain, payer, LIFETIME, call).await?;
    let (sent, reply) = give(chain, account, signed).await?;
    drop(waited);
    match reply {
        Reply::Outrun => return Ok(None),
        Reply::Open => {}
        Reply::Pooled(news) => {
            if let Some((taken, inclusion)) = included(chain, &sent, *news).await {
                return sent.done(taken, inclusion).map(Some);
            }
        }
    }
    match fate(chain, &sent).await? {
        Some(taken) => sent.done(taken, sent.at.elapsed()).map(Some),
        None => Ok(None),
    }
}

/// Give the transaction to the node's pool.
///
/// # Errors
/// [`Failure::Refused`] if the pool does not take it. After all others nothing was sent.
async fn give(chain: &Chain, account: AccountId, signed: Signed) -> Result<(Sent, Reply), Failure> {
    let ready = ready(chain, &signed).await?;
    let sent = Sent { account, signed, at: Instant::now() };
    let reply = match send(chain, &ready).await {
        Ok(news) => Reply::Pooled(Box::new(news)),
        Err(SendFailure::Unsure(_)) => Reply::Open,
        Err(SendFailure::Rejected { code, reason }) => {
            if !is_outrun(chain, &sent, code).await {
                return Err(Failure::Refused(reason));
            }
            Reply::Outrun
        }
    };
    Ok((sent, reply))
}

/// Whether the pool refused the transaction with this code because another one took its nonce.
async fn is_outrun(chain: &Chain, sent: &Sent, code: i32) -> bool {
    match code {
        TOO_LOW_PRIORITY => true,
        INVALID | BANNED => {
            // Whether that is because of its nonce, the account's next one tells.
            let next = chain.next_nonce(&sent.account).await;
            next.is_ok_and(|next| next > sent.signed.nonce)
        }
        _ => false,
    }
}

/// Wait until the pool tells of a best block that has the transaction, and how long after it was
/// sent that was. `None`: the pool tells no more, and a block may still take it.
async fn included(chain: &Chain, sent: &Sent, news: News) -> Option<(Taken, Duration)> {
    let block = watch(chain, news).await.ok()?;
    let inclusion = sent.at.elapsed();
    let taken = taken_in(chain, block, &sent.signed).await.ok()??;
    Some((taken, inclusion))
}

/// What became of a transaction of which the pool tells no more, as final blocks have it. `None`:
/// they have another one with its nonce.
///
/// # Errors
/// [`Failure::Refused`] if it expired; [`Failure::Unsure`] if a block may still take it, or if the
/// node does not tell, which is no news of the transaction.
async fn fate(chain: &Chain, sent: &Sent) -> Result<Option<Taken>, Failure> {
    let unsure = |_| sent.unsure();
    loop {
        let last = chain.finalised_block().await.map_err(unsure)?;
        let next = chain.nonce_at(&sent.account, last.hash).await.map_err(unsure)?;
        let is_outrun = next > sent.signed.nonce;
        if is_outrun || last.number >= sent.signed.until_block {
            return match find_until(chain, &sent.signed, last.number).await.map_err(unsure)? {
                Found::Taken(taken) => Ok(Some(taken)),
                Found::Nowhere if is_outrun => Ok(None),
                Found::Nowhere => Err(sent.expired()),
                Found::Buried(_) | Found::Unreadable => Err(sent.unsure()),
            };
        }
        if sent.at.elapsed() > FATE_TIMEOUT {
            return Err(sent.unsure());
        }
        tokio::time::sleep(FATE_PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::BlockHash;
    use waggle_primitives::Hash32;

    fn sent() -> Sent {
        let signed = Signed {
            bytes: Vec::new(),
            hash: Hash32::default(),
            nonce: 5,
            from_block: 1_000,
            until_block: 1_255,
        };
        Sent { account: AccountId::from([7; 32]), signed, at: Instant::now() }
    }

    fn taken(result: Result<(), String>) -> Taken {
        let block = BlockId { number: 1_003, hash: BlockHash::zero() };
        Taken { block, result, round: None, asking_fee: 0, fee: 1, events: Vec::new() }
    }

    #[test]
    fn transaction_should_count_as_refused_when_the_runtime_did_not_do_it() {
        let inclusion = Duration::from_millis(300);
        let done = sent().done(taken(Ok(())), inclusion).ok().unwrap();
        assert_eq!((done.block.number, done.inclusion), (1_003, inclusion));
        let refused = sent().done(taken(Err("NotEnough".into())), inclusion).err().unwrap();
        assert!(matches!(refused, Failure::Refused(reason) if reason == "NotEnough"));
    }

    #[test]
    fn unsure_should_say_until_when_the_transaction_lives_and_how_to_see() {
        let sent = sent();
        let unsure = sent.unsure();
        assert!(matches!(unsure, Failure::Unsure { until_block: 1_255, nonce: 5, .. }));
        let (text, account) = (unsure.to_string(), sent.account.to_string());
        for part in ["1255", "`waggle rounds`", "beyond 5", &account] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        assert_eq!(unsure.exit_code(), 1, "nothing is wrong with the input");
    }
}
