//! The form of transactions, and how the off-chain hook makes its own.
//!
//! The hook's transactions are *authorised calls*: they have no signer, no nonce and no fee. [`AuthorizeCall`] comes first,
//! so that the pallet's own check makes them acceptable before any other extension looks at them.
//!
//! Reports of equivocations, which nodes make by themselves too, are *bare*: a call and nothing else, taken only from a
//! block's author.

use crate::{Address, Nonce, Runtime, RuntimeCall, Signature, System};
use frame_system::{
    offchain::{CreateAuthorizedTransaction, CreateBare, CreateTransaction, CreateTransactionBase},
    AuthorizeCall, CheckEra, CheckGenesis, CheckNonZeroSender, CheckNonce, CheckSpecVersion, CheckTxVersion,
    CheckWeight, WeightReclaim,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_runtime::generic::{self, Era};

/// What is checked of each transaction, in this order. Clients must know it: it is part of what they sign.
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
    WeightReclaim<Runtime>,
);

/// For how many blocks a transaction of the hook is valid at most: a power of two, and so many blocks in a row make different
/// transactions of the same act.
const RESENT_WITHIN: u64 = 128;

/// A transaction as it comes in.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What an account signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// The extension of a transaction with `nonce` and no tip that is valid for as long as `era` says.
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
        // No account stands behind the call, so its nonce is never looked at; what limits its life is the pool's check
        // of the call itself, at every block. The era tells apart what is sent in different blocks: a node sends a transaction
        // to each peer once, and a peer that found the act out of place, on another fork or a block behind, would never hear
        // of the same bytes again. It begins with the parent, which a node that is a block behind knows too.
        let parent = System::block_number().saturating_sub(1);
        extension(0, Era::mortal(RESENT_WITHIN, parent.into()))
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
