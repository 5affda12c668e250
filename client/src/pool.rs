//! A node's pool: it takes signed transactions in, or refuses them, and tells what becomes of them.
//!
//! What it refuses is not sent. Of everything else nobody knows until a block has it, or none can
//! have it any more ([`crate::taken`]).

use crate::{
    chain::{root_cause, BlockHash, Chain},
    signed::Signed,
    taken::{taken_in, Taken},
    Failure,
};
use std::time::Duration;
use subxt::{
    client::OnlineClientAtBlockImpl,
    error::{BackendError, ExtrinsicError, RpcError},
    rpcs,
    tx::{SubmittableTransaction, TransactionProgress, TransactionStatus},
    PolkadotConfig,
};

/// How long the pool is watched until it tells that a block has the transaction.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(60);

// What the pool says with its reply (JSON-RPC error codes of `author_submitAndWatchExtrinsic`).
/// The transaction is invalid: outdated, for instance, because a block took its nonce meanwhile.
pub(crate) const INVALID: i32 = 1_010;
/// It was invalid a moment ago, so it is not looked at again.
pub(crate) const BANNED: i32 = 1_012;
/// The pool has these very bytes already.
const ALREADY_IMPORTED: i32 = 1_013;
/// The pool has another one with its nonce, which is worth no less to the author of a block.
pub(crate) const TOO_LOW_PRIORITY: i32 = 1_014;

/// A transaction that can be sent: its bytes, and the connection.
pub(crate) type Ready =
    SubmittableTransaction<PolkadotConfig, OnlineClientAtBlockImpl<PolkadotConfig>>;
/// What the pool tells of one that it has.
pub(crate) type News = TransactionProgress<PolkadotConfig, OnlineClientAtBlockImpl<PolkadotConfig>>;

/// Why nobody can say that a transaction was taken.
#[derive(Debug, thiserror::Error)]
pub enum SendFailure {
    /// The node's pool did not take it in: if these bytes were never sent before, nothing is spent,
    /// now or later.
    #[error("the chain refused: {reason}")]
    Rejected {
        /// The node's error code.
        code: i32,
        /// What it said.
        reason: String,
    },
    /// It was sent, or may have been, and may still be taken: look for it
    /// ([`crate::taken::find`]).
    #[error("it may still be taken: {0}")]
    Unsure(Failure),
}

/// Send the bytes, and wait until they are in a best block. They may have been sent before.
///
/// # Errors
/// [`SendFailure::Rejected`] if the pool said no; [`SendFailure::Unsure`] for everything after
/// which a block may still take them.
pub async fn send_and_watch(chain: &Chain, signed: &Signed) -> Result<Taken, SendFailure> {
    let ready = ready(chain, signed).await.map_err(SendFailure::Unsure)?;
    let news = send(chain, &ready).await?;
    let block = watch(chain, news).await.map_err(SendFailure::Unsure)?;
    match taken_in(chain, block, signed).await {
        Ok(Some(taken)) => Ok(taken),
        Ok(None) => {
            let reason = "another transaction has its nonce".into();
            Err(SendFailure::Unsure(Failure::Refused(reason)))
        }
        Err(failure) => Err(SendFailure::Unsure(failure)),
    }
}

/// Make ready to send. Nothing is sent yet; the node is asked for nothing if the bytes were signed
/// over this connection.
pub(crate) async fn ready(chain: &Chain, signed: &Signed) -> Result<Ready, Failure> {
    let at = chain.sender().await?;
    Ok(at.transactions().from_bytes(signed.bytes.clone()))
}

/// Give a transaction to the node's pool.
pub(crate) async fn send(chain: &Chain, ready: &Ready) -> Result<News, SendFailure> {
    ready.submit_and_watch().await.map_err(|error| match refusal(&error) {
        Some(code) => SendFailure::Rejected { code, reason: root_cause(&error) },
        None => SendFailure::Unsure(chain.failed(error)),
    })
}

/// The code with which the node itself said no. `None`: it did not. It has the transaction, or may
/// have it, for what was sent over a connection that broke may have arrived.
fn refusal(error: &ExtrinsicError) -> Option<i32> {
    let ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(
        rpcs::Error::User(reply),
    ))) = error
    else {
        return None;
    };
    (reply.code != ALREADY_IMPORTED).then_some(reply.code)
}

/// Follow what the pool tells until it says that a best block has the transaction, which it also
/// says of one whose nonce another one has in that block: look there ([`taken_in`]).
///
/// # Errors
/// Why the pool tells no more; a block may still take the transaction.
pub(crate) async fn watch(chain: &Chain, mut news: News) -> Result<BlockHash, Failure> {
    let told = tokio::time::timeout(INCLUSION_TIMEOUT, async {
        while let Some(status) = news.next().await {
            match status.map_err(|error| chain.failed(error))? {
                TransactionStatus::InBestBlock(included)
                | TransactionStatus::InFinalizedBlock(included) => {
                    return Ok(included.block_hash());
                }
                // Out of this node's pool, but other nodes may have it.
                TransactionStatus::Error { message }
                | TransactionStatus::Invalid { message }
                | TransactionStatus::Dropped { message } => return Err(Failure::Refused(message)),
                _ => {}
            }
        }
        Err(Failure::Refused("the node stopped watching the transaction".into()))
    });
    told.await.unwrap_or(Err(Failure::NoBlocks(INCLUSION_TIMEOUT.as_secs())))
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
    fn transaction_should_not_count_as_refused_when_the_pool_has_it_already() {
        assert_eq!(refusal(&replied(ALREADY_IMPORTED)), None);
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
}
