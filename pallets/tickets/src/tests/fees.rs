//! What clients pay for asking, and what agents get that answered in vain.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok, traits::fungible::MutateFreeze};
use sp_runtime::{DispatchError, DispatchResult};
use waggle_primitives::{traits::Ticketing, RoundId};

fn charge(round: RoundId, client: &AccountId, fee: u128) -> DispatchResult {
    <Tickets as Ticketing<_>>::charge(round, client, fee)
}

#[test]
fn charge_should_move_the_fee_to_the_treasury() {
    build_and_execute(|| {
        assert_ok!(charge(7, &CLIENT, 300));
        assert_eq!((free(CLIENT), free(TREASURY)), (ENDOWMENT - 300, 310));
        assert_eq!(events(), [Event::FeePaid { round: 7, client: CLIENT, amount: 300 }]);
    });
}

#[test]
fn charge_should_do_nothing_when_asking_is_free() {
    build_and_execute(|| {
        assert_ok!(charge(7, &CLIENT, 0));
        assert_eq!((free(CLIENT), events()), (ENDOWMENT, vec![]));
    });
}

#[test]
fn charge_should_fail_when_the_client_would_not_keep_the_existential_deposit_or_what_is_frozen() {
    build_and_execute(|| {
        let unaffordable: DispatchError = Error::<Test>::FeeUnaffordable.into();
        assert_noop!(charge(7, &CLIENT, ENDOWMENT - 9), unaffordable);
        assert_ok!(Balances::set_freeze(&1, &CLIENT, ENDOWMENT - 200));
        assert_noop!(charge(7, &CLIENT, 201), unaffordable);
        assert_ok!(charge(7, &CLIENT, 200));
    });
}

#[test]
fn console_should_pay_each_owner_as_far_as_the_treasury_reaches() {
    build_and_execute(|| {
        assert_ok!(charge(7, &CLIENT, 250));
        events();
        Tickets::console(7, &[2, 3, 4], 100);
        assert_eq!([2, 3, 4].map(free), [100, 100, 50].map(|more| ENDOWMENT + more));
        assert_eq!(free(TREASURY), 10, "it keeps the existential deposit");
        let told = |owner, amount| Event::Consoled { round: 7, owner, amount };
        assert_eq!(events(), [told(2, 100), told(3, 100), told(4, 50)]);
        Tickets::console(8, &[2], 100);
        assert_eq!(events(), []);
    });
}
