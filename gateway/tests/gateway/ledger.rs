//! The gateway's money, to the smallest unit: what its accounts have less must be what its rounds
//! cost, and the fees of its transactions, all of which are on chain.

use crate::process::{PAYER, PAYERS};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use subxt::{
    dynamic,
    ext::scale_decode::{self, DecodeAsFields, DecodeAsType},
};
use waggle_client::{
    account::{account_id, development},
    chain::{BlockHash, BlockId, Chain},
    AccountId,
};
use waggle_primitives::{view::RoundState, RoundId};

/// How long rounds may take to begin, and to end when nobody waits for them any more.
const DEADLINE: Duration = Duration::from_secs(180);

/// An account, as far as it is read here.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccountInfo {
    data: Money,
}

/// The money of an account.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Money {
    free: u128,
    reserved: u128,
}

/// Somebody asked.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Submitted {
    round: RoundId,
    client: AccountId,
    reward: u128,
    fee: u128,
}

/// Somebody paid for a transaction.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct FeePaid {
    who: AccountId,
    actual_fee: u128,
    tip: u128,
}

/// What the accounts of a gateway had at a block.
pub(crate) struct Ledger {
    chain: Chain,
    accounts: BTreeSet<[u8; 32]>,
    block: BlockId,
    owned: u128,
}

/// What happened since.
pub(crate) struct Spent {
    /// The gateway's rounds, all over.
    pub(crate) rounds: Vec<RoundId>,
    /// What they cost, fees included.
    pub(crate) total: u128,
}

impl Ledger {
    /// As of now, of the node at `url`, where no round of the gateway runs.
    pub(crate) async fn now(url: &str) -> Self {
        let chain = Chain::connect(url).await.unwrap();
        let payers = (0..PAYERS).map(|number| format!("{PAYER}//waggle//{number}"));
        let all = payers.chain([PAYER.to_owned()]);
        let accounts = all.map(|suri| account_id(&development(&suri).unwrap()).0).collect();
        let block = chain.best_block().await.unwrap();
        let mut ledger = Self { chain, accounts, block, owned: 0 };
        ledger.owned = ledger.owned_at(block).await;
        ledger
    }

    /// Wait until the gateway's rounds are over, and see that its accounts have less by exactly
    /// what these rounds cost and what its transactions did.
    pub(crate) async fn check(&self) -> Spent {
        let rounds = self.rounds_over().await;
        // Of one block: nothing moves any more.
        let block = self.chain.best_block().await.unwrap();
        let mut total = 0;
        for submitted in &rounds {
            let round = self.chain.round(submitted.round, block.hash).await.unwrap();
            let round = round.expect("the chain keeps results longer than a test takes");
            total += submitted.reward - round.returned + submitted.fee;
        }
        for number in self.block.number + 1..=block.number {
            let fees: Vec<FeePaid> =
                self.events(number, "TransactionPayment", "TransactionFeePaid").await;
            let own = fees.iter().filter(|fee| self.accounts.contains(&fee.who.0));
            total += own.map(|fee| fee.actual_fee + fee.tip).sum::<u128>();
        }
        let less = self.owned - self.owned_at(block).await;
        let rounds: Vec<RoundId> = rounds.iter().map(|submitted| submitted.round).collect();
        assert_eq!(less, total, "every unit is accounted for by the rounds {rounds:?}");
        Spent { rounds, total }
    }

    /// Go on after the node was away.
    pub(crate) async fn reconnect(&mut self) {
        self.chain = Chain::reconnect(self.chain.url()).await.unwrap();
    }

    /// Wait until the gateway's accounts have begun `count` rounds since.
    pub(crate) async fn until_begun(&self, count: usize) {
        let begin = Instant::now();
        loop {
            let begun = self.submitted().await.len();
            if begun >= count {
                return;
            }
            assert!(begin.elapsed() < DEADLINE, "{begun} of {count} rounds have begun");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The gateway's rounds since, once all are over.
    async fn rounds_over(&self) -> Vec<Submitted> {
        let begin = Instant::now();
        loop {
            let rounds = self.submitted().await;
            let best = self.chain.best_block().await.unwrap();
            let mut running = 0;
            for submitted in &rounds {
                let round = self.chain.round(submitted.round, best.hash).await.unwrap();
                let state = round.map(|round| round.state);
                running += usize::from(matches!(state, Some(RoundState::Running { .. })));
            }
            if running == 0 {
                return rounds;
            }
            assert!(begin.elapsed() < DEADLINE, "{running} rounds go on");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn submitted(&self) -> Vec<Submitted> {
        let best = self.chain.best_block().await.unwrap();
        let mut all = Vec::new();
        for number in self.block.number + 1..=best.number {
            let submitted: Vec<Submitted> = self.events(number, "Rounds", "Submitted").await;
            all.extend(submitted.into_iter().filter(|one| self.accounts.contains(&one.client.0)));
        }
        all
    }

    async fn owned_at(&self, block: BlockId) -> u128 {
        let state = self.chain.client().at_block(block.hash).await.unwrap();
        let mut owned = 0;
        for account in &self.accounts {
            let address = dynamic::storage::<([u8; 32],), AccountInfo>("System", "Account");
            let info = state.storage().try_fetch(address, (*account,)).await.unwrap();
            let money = info.map(|info| info.decode().unwrap().data);
            owned += money.map_or(0, |money| money.free + money.reserved);
        }
        owned
    }

    async fn events<E: DecodeAsFields>(&self, number: u32, pallet: &str, name: &str) -> Vec<E> {
        let hash: BlockHash = self.chain.block_hash(number).await.unwrap().expect("a block");
        let at = self.chain.client().at_block(hash).await.unwrap();
        let all = at.events().fetch().await.unwrap();
        all.iter()
            .map(|event| event.expect("events are readable"))
            .filter(|event| event.pallet_name() == pallet && event.event_name() == name)
            .map(|event| event.decode_fields_unchecked_as().expect("the event is of this type"))
            .collect()
    }
}
