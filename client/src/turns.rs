//! Whose turn it is to send: transactions of one account queue behind each other within a process,
//! or two of them would have one nonce.
//!
//! A turn lasts from reading the nonce until the node's pool has the transaction. Other processes
//! of the same account know nothing of it: what happens then is [`crate::transaction`]'s affair.

use crate::AccountId;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

/// Held by whoever sends for an account.
pub(crate) type Turn = tokio::sync::Mutex<()>;

/// Accounts for which somebody sends or waits, and no others: nobody could make it grow.
static TURNS: Mutex<BTreeMap<[u8; 32], Weak<Turn>>> = Mutex::new(BTreeMap::new());

/// The one turn of an account, as long as anybody has it.
pub(crate) fn turn_of(account: &AccountId) -> Arc<Turn> {
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.retain(|_, turn| turn.strong_count() > 0);
    if let Some(turn) = turns.get(&account.0).and_then(Weak::upgrade) {
        return turn;
    }
    let turn = Arc::new(Turn::default());
    turns.insert(account.0, Arc::downgrade(&turn));
    turn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turn_should_be_one_for_each_account() {
        let [alice, bob] = [0xa1, 0xb0].map(|byte| AccountId::from([byte; 32]));
        let (first, second, others) = (turn_of(&alice), turn_of(&alice), turn_of(&bob));
        let held = first.try_lock();
        assert!(held.is_ok() && second.try_lock().is_err(), "the account has sent before");
        assert!(others.try_lock().is_ok(), "another account need not wait");
        drop(held);
        assert!(second.try_lock().is_ok());
    }

    #[test]
    fn turns_should_be_forgotten_when_nobody_sends() {
        let account = AccountId::from([0xc0; 32]);
        let turn = Arc::downgrade(&turn_of(&account));
        assert!(turn.upgrade().is_none());
        drop(turn_of(&AccountId::from([0xd0; 32])));
        let turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!turns.contains_key(&account.0));
    }
}
