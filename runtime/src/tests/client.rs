//! Accounts that sign transactions, with whatever nonce, tip and mortality a test wants.

use super::chain::Chain;
use crate::{
    transactions::extension, AccountId, Address, Balance, Balances, Hash, Nonce, RuntimeCall,
    SignedPayload, System, TxExtension, UncheckedExtrinsic,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_core::{sr25519, Encode, Pair};
use sp_runtime::{generic::Era, traits::TransactionExtension};

/// What a signature covers in addition to call and extension, as the chain fills it in.
pub(crate) type Implicit = <TxExtension as TransactionExtension<RuntimeCall>>::Implicit;

/// An account that signs.
#[derive(Clone)]
pub(crate) struct Client(sr25519::Pair);

/// How a transaction is signed.
#[derive(Clone)]
pub(crate) struct Signing {
    /// The account's nonce.
    pub(crate) nonce: Nonce,
    /// What the signer offers beyond the fee.
    pub(crate) tip: Balance,
    /// For how long.
    pub(crate) era: Era,
}

impl Signing {
    /// With this nonce, without a tip, for ever.
    pub(crate) fn nonce(nonce: Nonce) -> Self {
        Self { nonce, tip: 0, era: Era::Immortal }
    }

    fn extension(&self) -> TxExtension {
        let mut extension = extension(self.nonce, self.era);
        extension.8 = ChargeTransactionPayment::from(self.tip);
        extension
    }
}

impl Client {
    /// The account with these secret bytes.
    pub(crate) fn of_secret(secret: &[u8; 32]) -> Self {
        Self(sr25519::Pair::from_seed(secret))
    }

    /// A well-known, rich account.
    pub(crate) fn known(account: sp_keyring::Sr25519Keyring) -> Self {
        Self(account.pair())
    }

    /// The account of this secret phrase or path.
    pub(crate) fn of_phrase(phrase: &str) -> Self {
        Self(sr25519::Pair::from_string(phrase, None).unwrap())
    }

    /// Its address.
    pub(crate) fn account(&self) -> AccountId {
        AccountId::new(self.0.public().0)
    }

    /// What it can spend on the newest block.
    pub(crate) fn free(&self, chain: &mut Chain) -> Balance {
        let account = self.account();
        chain.ask(|| Balances::free_balance(account))
    }

    /// Its nonce on the newest block.
    pub(crate) fn nonce(&self, chain: &mut Chain) -> Nonce {
        let account = self.account();
        chain.ask(|| System::account_nonce(account))
    }

    /// `call` with the next nonce and this tip.
    pub(crate) fn sign(
        &self,
        chain: &mut Chain,
        call: impl Into<RuntimeCall>,
        tip: Balance,
    ) -> UncheckedExtrinsic {
        let signing = Signing { tip, ..Signing::nonce(self.nonce(chain)) };
        self.sign_on(chain, call, &signing)
    }

    /// `call` as this says.
    pub(crate) fn sign_on(
        &self,
        chain: &mut Chain,
        call: impl Into<RuntimeCall>,
        signing: &Signing,
    ) -> UncheckedExtrinsic {
        let implicit = chain.ask(|| signing.extension().implicit()).unwrap();
        self.sign_over(call, signing, implicit)
    }

    /// `call` as this says, signed for the chain that `implicit` describes.
    pub(crate) fn sign_over(
        &self,
        call: impl Into<RuntimeCall>,
        signing: &Signing,
        implicit: Implicit,
    ) -> UncheckedExtrinsic {
        let (call, extension) = (call.into(), signing.extension());
        let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
        let signature = payload.using_encoded(|bytes| self.0.sign(bytes));
        UncheckedExtrinsic::new_signed(
            call,
            Address::Id(self.account()),
            signature.into(),
            extension,
        )
    }
}

/// What the newest block has for a signature to cover.
pub(crate) fn implicit(chain: &mut Chain) -> Implicit {
    chain.ask(|| Signing::nonce(0).extension().implicit()).unwrap()
}

/// `implicit` with another genesis hash.
pub(crate) fn with_genesis(mut implicit: Implicit, genesis: Hash) -> Implicit {
    implicit.4 = genesis;
    implicit
}

/// `implicit` with these versions of the runtime and of its transactions.
pub(crate) fn with_versions(mut implicit: Implicit, spec: u32, transaction: u32) -> Implicit {
    (implicit.2, implicit.3) = (spec, transaction);
    implicit
}
