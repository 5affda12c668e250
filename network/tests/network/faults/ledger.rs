//! The money of accounts, and of a whole chain at one block: what must be the same before and after
//! any fault.
//!
//! Rewards and tickets move between accounts and fees go to the treasury and the validators, so no
//! single balance stays. What stays is the sum over all accounts, which is the total issuance, and,
//! once every round is over, the sum on hold: agents' and validators' bonds.

use std::collections::BTreeMap;
use subxt::{
    dynamic,
    ext::scale_decode::{self, DecodeAsType},
};
use waggle_client::{
    chain::{BlockId, Chain},
    AccountId,
};

/// An account, as far as it is read here.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccountInfo {
    data: Money,
}

/// The money of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(crate) struct Money {
    /// What is not on hold.
    pub(crate) free: u128,
    /// On hold, for whatever reason.
    pub(crate) reserved: u128,
}

impl Money {
    /// All of it.
    pub(crate) fn owned(&self) -> u128 {
        self.free + self.reserved
    }

    /// That of `account` in the best block.
    pub(crate) async fn of(chain: &Chain, account: &AccountId) -> Self {
        let best = chain.best_block().await.unwrap();
        let state = chain.client().at_block(best.hash).await.unwrap();
        let address = dynamic::storage::<(AccountId,), AccountInfo>("System", "Account");
        let info = state.storage().fetch(address, (*account,)).await.unwrap();
        info.decode().unwrap().data
    }

    /// That of all accounts in block `at`.
    pub(crate) async fn of_all(chain: &Chain, at: BlockId) -> BTreeMap<AccountId, Self> {
        let state = chain.client().at_block(at.hash).await.unwrap();
        let address = dynamic::storage::<(AccountId,), AccountInfo>("System", "Account");
        let mut entries = state.storage().iter(address, ()).await.unwrap();
        let mut all = BTreeMap::new();
        while let Some(entry) = entries.next().await {
            let entry = entry.unwrap();
            let (account,) = entry.key().unwrap().decode().unwrap();
            all.insert(account, entry.value().decode().unwrap().data);
        }
        all
    }
}

/// The account of the pallet with this identity.
pub(crate) fn of_pallet(identity: &[u8; 8]) -> AccountId {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(b"modl");
    bytes[4..12].copy_from_slice(identity);
    bytes.into()
}

/// The sums over all accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// What the chain says that there is.
    pub(crate) issuance: u128,
    /// What the accounts have, on hold or not.
    pub(crate) owned: u128,
    /// What is on hold.
    pub(crate) held: u128,
}

impl Ledger {
    /// Read all accounts as of block `at`.
    pub(crate) async fn read(chain: &Chain, at: BlockId) -> Self {
        let state = chain.client().at_block(at.hash).await.unwrap();
        let issuance = dynamic::storage::<(), u128>("Balances", "TotalIssuance");
        let issuance = state.storage().fetch(issuance, ()).await.unwrap().decode().unwrap();
        let accounts = Money::of_all(chain, at).await;
        let owned: u128 = accounts.values().map(Money::owned).sum();
        let held: u128 = accounts.values().map(|money| money.reserved).sum();
        assert_eq!(owned, issuance, "the accounts have what there is, at block {}", at.number);
        Self { issuance, owned, held }
    }

    /// The same, as of the best block of the node at `url`.
    pub(crate) async fn now(url: &str) -> Self {
        let chain = Chain::connect(url).await.unwrap();
        let best = chain.best_block().await.unwrap();
        Self::read(&chain, best).await
    }
}
