//! The set at the start.

use crate::{mock::*, Member, Validators as Set};
use frame_support::traits::KeyOwnerProofSystem;
use sp_runtime::key_types::DUMMY;

#[test]
fn the_set_should_begin_as_the_validators_of_the_session() {
    genesis(3).execute_with(|| {
        let expected: Vec<_> = (1..=3).map(|account| Member { account, since: 0 }).collect();
        assert_eq!(Set::<Test>::get().into_inner(), expected);
        assert_eq!(Session::validators(), vec![1, 2, 3]);
        assert!((1..=3).all(|account| held(account) == BOND), "they can pay");
        assert_eq!(free(Validators::pot()), EXISTENTIAL_DEPOSIT, "the treasury opens the pot");
    });
}

#[test]
fn keys_of_the_first_sessions_should_be_provable_later() {
    genesis(3).execute_with(|| {
        let key = keys(2).dummy;
        let prove = || Historical::prove((DUMMY, codec::Encode::encode(&key))).unwrap();
        let first = prove();
        next_session();
        let second = prove();
        next_session();
        for proof in [first, second] {
            assert_eq!(
                Historical::check_proof((DUMMY, codec::Encode::encode(&key)), proof),
                Some((2, ()))
            );
        }
    });
}

#[test]
fn a_chain_without_validators_should_have_an_empty_set() {
    genesis(0).execute_with(|| {
        assert!(set().is_empty());
        assert_eq!(Historical::historical_root(0), None);
    });
}
