//! The form of transactions, and how the off-chain hook makes its own.
//!
//! The hook's transactions are *authorised calls*: they have no signer, no nonce and no fee.
//! [`AuthorizeCall`] comes first, so that the pallet's own check makes them acceptable before any
//! other extension looks at them.
//!
//! [`CheckMetadataHash`] lets a signature cover the hash of the metadata, so that a wallet without
//! a network shows what it signs. A build without the feature `metadata-hash` knows no such hash
//! and refuses these signatures; those that do not cover it are as good as ever.
//!
//! Reports of equivocations, which nodes make by themselves too, are *bare*: a call and nothing
//! else, taken only from a block's author.

use crate::{slots::SlotDuration, Address, Nonce, Runtime, RuntimeCall, Signature, System};
use frame_metadata_hash_extension::CheckMetadataHash;
use frame_support::traits::Get;
use frame_system::{
    offchain::{CreateAuthorizedTransaction, CreateBare, CreateTransaction, CreateTransactionBase},
    AuthorizeCall, CheckEra, CheckGenesis, CheckNonZeroSender, CheckNonce, CheckSpecVersion,
    CheckTxVersion, CheckWeight, WeightReclaim,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_runtime::generic::{self, Era};

/// What is checked of each transaction, in this order. Clients must know it: it is part of what
/// they sign.
pub type TxExtension = (
    AuthorizeCall<Runtime>,
    CheckNonZeroSender<Runtime>,
    CheckSpecVersion<Runtime>,
    CheckTxVersion<Runtime>,
    CheckGenesis<Runtime>,
    CheckEra<Runtime>,
    CheckNonce<Runtime>,
    CheckWeight<Runtime>,
    ChargeTransactionPayment<Runtime>,
    CheckMetadataHash<Runtime>,
    WeightReclaim<Runtime>,
);

/// How long a transaction of the hook stays in pools, in milliseconds, but two blocks at least;
/// then the hook's next one of the same act replaces it.
const PATIENCE_MS: u64 = 500;

/// A transaction as it comes in.
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What an account signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// The extension of a transaction with `nonce` and no tip that is valid for as long as `era` says,
/// and does not cover the metadata's hash.
pub fn extension(nonce: Nonce, era: Era) -> TxExtension {
    (
        AuthorizeCall::new(),
        CheckNonZeroSender::new(),
        CheckSpecVersion::new(),
        CheckTxVersion::new(),
        CheckGenesis::new(),
        CheckEra::from(era),
        CheckNonce::from(nonce),
        CheckWeight::new(),
        ChargeTransactionPayment::from(0),
        CheckMetadataHash::new(false),
        WeightReclaim::new(),
    )
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<LocalCall> CreateTransaction<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    type Extension = TxExtension;

    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_transaction(call, extension)
    }
}

impl<LocalCall> CreateAuthorizedTransaction<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    fn create_extension() -> TxExtension {
        // A node sends a transaction to each peer once, and its pool keeps one of each act. So a
        // peer that found the act untimely, on another fork or a block behind, hears of
        // it again only when other bytes come and the old ones are gone. No account stands
        // behind the call: its nonce is never looked at, and makes the bytes other ones in each
        // block. The era makes the old ones go. It begins with the parent, which a node that is a
        // block behind knows too.
        let block = System::block_number();
        let patience = PATIENCE_MS.checked_div(SlotDuration::<Runtime>::get()).unwrap_or(0).max(2);
        let parent = u64::from(block.saturating_sub(1));
        extension(block, Era::mortal(patience.saturating_add(2), parent))
    }
}

impl<LocalCall> CreateBare<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
