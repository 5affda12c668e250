//! The money of a whole chain at one block: what must be the same before and after any fault.
//!
//! Rewards and tickets move between accounts and fees go to the treasury and the validators, so no
//! single balance stays. What stays is the sum over all accounts, which is the total issuance, and,
//! once every round is over, the sum on hold: agents' and validators' bonds.

use subxt::{
    dynamic,
    ext::scale_decode::{self, DecodeAsType},
};
use waggle_cli::chain::{BlockId, Chain};

/// An account, as far as it is read here.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccountInfo {
    data: AccountData,
}

/// Its money.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccountData {
    free: u128,
    /// On hold, for whatever reason.
    reserved: u128,
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
        let accounts = dynamic::storage::<([u8; 32],), AccountInfo>("System", "Account");
        let mut accounts = state.storage().iter(accounts, ()).await.unwrap();
        let (mut owned, mut held) = (0, 0);
        while let Some(account) = accounts.next().await {
            let data = account.unwrap().value().decode().unwrap().data;
            owned += data.free + data.reserved;
            held += data.reserved;
        }
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
