//! What validators are paid.

use crate::{mock::*, Authored, Event, WeightInfo};
use frame_support::{assert_ok, dispatch::DispatchClass};

/// Put `amount` into the pot.
fn fill_pot(amount: u128) {
    let pot = Validators::pot();
    assert_ok!(Balances::transfer_keep_alive(RuntimeOrigin::signed(9), pot, amount));
}

fn pot() -> u128 {
    free(Validators::pot())
}

#[test]
fn authors_should_share_the_pot_by_their_blocks_when_the_next_session_starts() {
    build_and_execute(3, || {
        make_blocks(1, 1);
        make_blocks(2, 3);
        fill_pot(50);
        let before = [1, 2, 3].map(free);
        next_session();
        let paid = Event::ValidatorsPaid { session: 1, blocks: 4, amount: 48 };
        assert_eq!(events(), vec![paid]);
        let after = [1, 2, 3].map(free);
        assert_eq!(after, [before[0] + 12, before[1] + 36, before[2]]);
        assert_eq!(pot(), EXISTENTIAL_DEPOSIT + 2, "rounding leaves something");
        assert_eq!(Authored::<Test>::iter().count(), 0);

        // What is left waits for the next time.
        make_blocks(3, 1);
        next_session();
        assert_eq!(free(3), before[2] + 2);
        assert_eq!(pot(), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn a_validator_that_left_should_be_paid_for_its_blocks() {
    build_and_execute(3, || {
        make_blocks(3, 2);
        fill_pot(20);
        assert_ok!(report(3, 1));
        let before = free(3);
        next_session();
        assert_eq!(free(3), before + 20);
    });
}

#[test]
fn an_author_whose_account_is_gone_should_leave_its_part_in_the_pot() {
    build_and_execute(3, || {
        // Each gets less than an existential deposit.
        make_blocks(77, 1);
        make_blocks(1, 1);
        let before = free(1);
        fill_pot(2);
        next_session();
        assert_eq!((free(1), free(77)), (before + 1, 0));
        assert_eq!(events(), vec![Event::ValidatorsPaid { session: 1, blocks: 2, amount: 1 }]);
        assert_eq!(pot(), EXISTENTIAL_DEPOSIT + 1);
    });
}

#[test]
fn nobody_should_be_paid_when_nobody_made_a_block() {
    build_and_execute(3, || {
        fill_pot(50);
        next_session();
        assert_eq!((pot(), events()), (EXISTENTIAL_DEPOSIT + 50, vec![]));
    });
}

#[test]
fn the_pot_should_be_opened_when_the_treasury_can_spare_it() {
    build_and_execute(3, || {
        let pot_account = Validators::pot();
        let everything = |from: AccountId, to: AccountId| {
            let all = Balances::transfer_all(RuntimeOrigin::signed(from), to, false);
            assert_ok!(all);
        };
        everything(pot_account, 9);
        everything(TREASURY, 8);
        next_session();
        assert_eq!(pot(), 0, "nobody can open it");
        assert_ok!(Balances::transfer_keep_alive(RuntimeOrigin::signed(8), TREASURY, 4));
        next_session();
        assert_eq!((pot(), free(TREASURY)), (2, 2));
    });
}

#[test]
fn the_weight_of_counting_and_paying_should_be_registered() {
    build_and_execute(3, || {
        let mandatory = || *System::block_weight().get(DispatchClass::Mandatory);
        let before = mandatory();
        make_blocks(1, 2);
        let counted = before + <() as WeightInfo>::note_author().saturating_mul(2);
        assert_eq!(mandatory(), counted);
        next_session();
        assert_eq!(mandatory(), counted + <() as WeightInfo>::pay());
        next_session();
        assert_eq!(mandatory(), counted + <() as WeightInfo>::pay(), "nobody was paid");
    });
}
