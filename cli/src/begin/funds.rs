//! What an agent's owner needs before it can register: the bond, and money for tickets. From the
//! faucet on a development chain; elsewhere somebody has to send it.

use crate::{
    dialogue::Dialogue,
    failure::Failure,
    faucet::{self, FaucetArgs},
    progress::Progress,
};
use std::time::{Duration, Instant};
use waggle_client::{
    amount::{Amount, WAG},
    chain::Chain,
    node::ChainType,
    observer::Observer,
    AccountId,
};

/// What the transactions of a beginning cost at most.
const FEES: u128 = WAG;
/// Pause between two looks at the account.
const PAUSE: Duration = Duration::from_secs(3);

/// What is needed, and how to come by it.
pub(crate) struct Funding<'a> {
    /// Where it is seen.
    pub(crate) chain: &'a Chain,
    /// What kind of chain that is.
    pub(crate) kind: &'a ChainType,
    /// Who needs it.
    pub(crate) account: AccountId,
    /// For tickets, besides the bond.
    pub(crate) tickets: Amount,
    /// How long to wait for it.
    pub(crate) patience: Duration,
}

impl Funding<'_> {
    /// Return when the account has enough.
    ///
    /// # Errors
    /// [`Failure::Unfunded`] if it does not come in time.
    pub(crate) async fn until_there(
        &self,
        dialogue: Dialogue,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let needed = Amount(self.chain.bond().await?.saturating_add(self.tickets.0 + FEES));
        let free = self.free().await?;
        if free >= needed {
            progress.done(format!("the owner has {free} WAG"));
            return Ok(());
        }
        if self.kind.is_for_development() {
            let question = "Take the money from the development faucet?";
            if progress.suspended(|| dialogue.agrees(question, "--yes"))? {
                return self.take(needed, free, progress).await;
            }
        }
        self.wait(needed, progress).await
    }

    async fn take(
        &self,
        needed: Amount,
        free: Amount,
        observer: &impl Observer,
    ) -> Result<(), Failure> {
        let lacking = needed.0.saturating_sub(free.0).clamp(faucet::USUAL.0, faucet::MOST.0);
        let (address, amount) = (self.account.to_string(), Amount(lacking));
        observer.doing("taking money from the development faucet");
        let given = faucet::give(self.chain.url(), &FaucetArgs { address, amount }).await?;
        observer.done(&format!("the faucet gave {} WAG", given.amount));
        let free = self.free().await?;
        if free < needed {
            Err(self.unfunded(needed, free))
        } else {
            Ok(())
        }
    }

    async fn wait(&self, needed: Amount, observer: &impl Observer) -> Result<(), Failure> {
        observer.note(&format!(
            "Have {needed} WAG sent to the owner's account: bond, tickets and fees.\n  {}",
            self.account
        ));
        let begin = Instant::now();
        loop {
            let free = self.free().await?;
            if free >= needed {
                observer.done(&format!("the owner has {free} WAG"));
                return Ok(());
            }
            if begin.elapsed() > self.patience {
                return Err(self.unfunded(needed, free));
            }
            observer.doing(&format!("waiting for money: {free} of {needed} WAG are there"));
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn free(&self) -> Result<Amount, Failure> {
        Ok(Amount(self.chain.free_balance(&self.account).await?))
    }

    fn unfunded(&self, needed: Amount, free: Amount) -> Failure {
        Failure::Unfunded {
            account: self.account.to_string(),
            free: free.to_string(),
            needed: needed.to_string(),
        }
    }
}
