//! The accounts that pay: derived from one parent, because the chain lets an account have few
//! rounds at once, and because transactions of one account wait for each other.
//!
//! What is known of them here only chooses well; that an account has one transaction in the air at
//! most, and no nonce twice, is the store's promise. A nonce that is remembered wrongly makes the
//! node refuse a transaction: then it is forgotten, and read from the chain again.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use subxt_signer::{sr25519::Keypair, DeriveJunction};
use waggle_client::{account::account_id, AccountId};

/// How long an account is left alone that turned out to be busy for another gateway.
const BUSY_ELSEWHERE: Duration = Duration::from_secs(1);

/// A derived account.
pub(crate) struct Payer {
    /// Its key pair.
    pub(crate) keypair: Keypair,
    /// The account.
    pub(crate) account: AccountId,
}

/// All derived accounts.
pub(crate) struct Payers {
    payers: Vec<Payer>,
    states: Mutex<Vec<State>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// What it can spend. `None`: not read yet.
    free: Option<u128>,
    /// What its transaction in the air may cost.
    in_the_air: Option<u128>,
    /// Rounds of its that run for this gateway.
    rounds: u32,
    /// Until when it is left alone.
    not_before: Option<Instant>,
    /// Its next nonce. `None`: the chain has to be asked.
    nonce: Option<u64>,
}

impl State {
    fn can_take(&self, costs: u128, rounds: u32, now: Instant) -> bool {
        self.in_the_air.is_none()
            && self.rounds < rounds
            && self.not_before.is_none_or(|not_before| not_before <= now)
            && self.free.is_some_and(|free| free > costs)
    }
}

impl Payers {
    /// The first `number` accounts of `parent`: `//waggle//0` and on.
    pub(crate) fn of(parent: &Keypair, number: u32) -> Self {
        let payers: Vec<Payer> = (0..number).map(|index| derived(parent, index)).collect();
        let states = Mutex::new(vec![State::default(); payers.len()]);
        Self { payers, states }
    }

    /// An account by its number.
    pub(crate) fn get(&self, number: u32) -> Option<&Payer> {
        self.payers.get(number as usize)
    }

    /// All of them, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Payer)> {
        (0u32..).zip(&self.payers)
    }

    /// Whether an account could take an order that may cost so much, with at most `rounds` at once.
    pub(crate) fn can_take(&self, costs: u128, rounds: u32) -> bool {
        let now = Instant::now();
        self.states().iter().any(|state| state.can_take(costs, rounds, now))
    }

    /// How many could take another order, whatever it costs.
    pub(crate) fn free(&self, rounds: u32) -> usize {
        let now = Instant::now();
        self.states().iter().filter(|state| state.can_take(0, rounds, now)).count()
    }

    /// What the richest account has.
    pub(crate) fn richest(&self) -> u128 {
        self.states().iter().filter_map(|state| state.free).max().unwrap_or_default()
    }

    /// Take an account for an order that may cost so much: the one with the fewest rounds.
    pub(crate) fn take(&self, costs: u128, rounds: u32) -> Option<u32> {
        let now = Instant::now();
        let mut states = self.states();
        let able = (0u32..).zip(states.iter_mut());
        let able = able.filter(|(_, state)| state.can_take(costs, rounds, now));
        let (number, state) = able.min_by_key(|(_, state)| state.rounds)?;
        state.in_the_air = Some(costs);
        Some(number)
    }

    /// An account has a transaction in the air that an earlier process sent.
    pub(crate) fn hold(&self, number: u32, costs: u128) {
        self.change(number, |state| {
            state.in_the_air = Some(costs);
            state.nonce = None;
        });
    }

    /// The account's transaction, which had this nonce, is in a block: it cost so much, and began a
    /// round or did not.
    pub(crate) fn landed(&self, number: u32, nonce: u64, cost: u128, has_round: bool) {
        self.change(number, |state| {
            state.in_the_air = None;
            state.nonce = nonce.checked_add(1);
            state.free = state.free.map(|free| free.saturating_sub(cost));
            state.rounds = state.rounds.saturating_add(u32::from(has_round));
        });
    }

    /// Nothing came of what the account was taken for.
    pub(crate) fn give_back(&self, number: u32) {
        self.change(number, |state| {
            state.in_the_air = None;
            state.nonce = None;
        });
    }

    /// The account is busy for another gateway.
    pub(crate) fn leave_alone(&self, number: u32) {
        self.change(number, |state| {
            state.in_the_air = None;
            state.nonce = None;
            state.not_before = Some(Instant::now() + BUSY_ELSEWHERE);
        });
    }

    /// A round that an earlier process began runs.
    pub(crate) fn round_runs(&self, number: u32) {
        self.change(number, |state| state.rounds = state.rounds.saturating_add(1));
    }

    /// A round of the account is over, and `returned` came back to it.
    pub(crate) fn round_ended(&self, number: u32, returned: u128) {
        self.change(number, |state| {
            state.rounds = state.rounds.saturating_sub(1);
            state.free = state.free.map(|free| free.saturating_add(returned));
        });
    }

    /// The chain says that the account can spend so much. Not believed while a transaction is in
    /// the air, which may or may not be in it.
    pub(crate) fn has(&self, number: u32, free: u128) {
        self.change(number, |state| {
            if state.in_the_air.is_none() || state.free.is_none() {
                state.free = Some(free);
            }
        });
    }

    /// The account's next nonce, if it is known.
    pub(crate) fn nonce(&self, number: u32) -> Option<u64> {
        self.states().get(number as usize).and_then(|state| state.nonce)
    }

    /// The chain says that the account's next nonce is this one. Not believed while a transaction
    /// is in the air, nor if it is known better.
    pub(crate) fn stands_at(&self, number: u32, nonce: u64) {
        self.change(number, |state| {
            if state.in_the_air.is_none() && state.nonce.is_none() {
                state.nonce = Some(nonce);
            }
        });
    }

    /// Blocks may have been given up, and transactions with them: no nonce is known any more.
    pub(crate) fn forget_nonces(&self) {
        for state in self.states().iter_mut() {
            state.nonce = None;
        }
    }

    fn change(&self, number: u32, change: impl FnOnce(&mut State)) {
        if let Some(state) = self.states().get_mut(number as usize) {
            change(state);
        }
    }

    fn states(&self) -> MutexGuard<'_, Vec<State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn derived(parent: &Keypair, index: u32) -> Payer {
    let path = [DeriveJunction::hard("waggle"), DeriveJunction::hard(index)];
    let keypair = parent.derive(path);
    let account = account_id(&keypair);
    Payer { keypair, account }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::account::development;

    fn payers(number: u32) -> Payers {
        Payers::of(&development("//Alice").unwrap(), number)
    }

    #[test]
    fn accounts_should_be_those_of_the_documented_paths() {
        let payers = payers(2);
        for (number, payer) in payers.iter() {
            let same = development(&format!("//Alice//waggle//{number}")).unwrap();
            assert_eq!(payer.account, account_id(&same));
        }
        assert_ne!(payers.get(0).unwrap().account, payers.get(1).unwrap().account);
        assert!(payers.get(2).is_none());
    }

    #[test]
    fn accounts_should_take_one_transaction_at_a_time() {
        let payers = payers(1);
        assert_eq!(payers.take(10, 8), None, "nobody knows what it has");
        payers.has(0, 100);
        assert_eq!(payers.take(100, 8), None, "nothing would be left for the deposit");
        assert_eq!(payers.take(10, 8), Some(0));
        assert_eq!(payers.take(10, 8), None);
        payers.landed(0, 5, 60, true);
        assert_eq!(payers.take(50, 8), None, "it has 40 left");
        assert_eq!(payers.take(10, 8), Some(0));
        payers.give_back(0);
        assert!(payers.can_take(10, 8));
    }

    #[test]
    fn accounts_should_have_as_many_rounds_as_they_may() {
        let payers = payers(2);
        payers.has(0, 1_000);
        payers.has(1, 1_000);
        for _ in 0..4 {
            let number = payers.take(10, 2).unwrap();
            payers.landed(number, 5, 10, true);
        }
        assert_eq!(payers.take(10, 2), None);
        assert_eq!(payers.free(2), 0);
        payers.round_ended(1, 10);
        assert_eq!(payers.take(10, 2), Some(1));
    }

    #[test]
    fn nonces_should_be_known_until_something_else_may_have_used_them() {
        let payers = payers(1);
        payers.has(0, 1_000);
        assert_eq!(payers.nonce(0), None);
        payers.stands_at(0, 5);
        assert_eq!((payers.nonce(0), payers.take(10, 8)), (Some(5), Some(0)));
        payers.landed(0, 5, 10, true);
        payers.stands_at(0, 5);
        assert_eq!(payers.nonce(0), Some(6), "what was read before it landed is old");
        payers.forget_nonces();
        assert_eq!((payers.nonce(0), payers.take(10, 8)), (None, Some(0)));
        payers.stands_at(0, 6);
        assert_eq!(payers.nonce(0), None, "a transaction is in the air");
        payers.landed(0, 6, 10, true);
        for unsure in [Payers::give_back, Payers::leave_alone] {
            payers.stands_at(0, 7);
            assert_eq!(payers.nonce(0), Some(7));
            unsure(&payers, 0);
            assert_eq!(payers.nonce(0), None);
        }
    }

    #[test]
    fn accounts_should_be_left_alone_when_busy_elsewhere() {
        let payers = payers(1);
        payers.has(0, 1_000);
        assert_eq!(payers.take(10, 2), Some(0));
        payers.leave_alone(0);
        assert!(!payers.can_take(10, 2));
        assert_eq!(payers.richest(), 1_000);
    }
}
