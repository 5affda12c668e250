//! What asking costs besides the reward, and taking a question back.

use super::swarm::*;
use crate::{mock::*, types::Ending, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};
use waggle_primitives::{price::AskingPrices, CancelReason, RoundId};

const PRICES: AskingPrices = AskingPrices { seat: 20, crowded_block: 40, vain_answer: 8 };

/// On a chain on which asking costs something.
fn on_dear_chain(test: impl FnOnce()) {
    on_chain(|| {
        Prices::set(PRICES);
        test();
    });
}

fn submit(min_agents: u32, max_agents: u32) -> DispatchResult {
    let terms = terms(min_agents, max_agents);
    Rounds::submit(RuntimeOrigin::signed(CLIENT), prompt(PROMPT), GENERAL, terms, NO_TRUTH)
}

fn withdraw(who: AccountId, round: RoundId) -> DispatchResult {
    Rounds::withdraw(RuntimeOrigin::signed(who), round)
}

#[test]
fn asking_should_cost_its_seats_and_the_room_that_is_scarce() {
    on_dear_chain(|| {
        // Twenty blocks with all phases; of four rounds that may run a sixteenth of the full price,
        // four, nine, all.
        let mut left = ENDOWMENT;
        for (running, share) in [(1, 1), (2, 4), (3, 9), (4, 16)] {
            assert_ok!(submit(4, 5));
            let fee = 5 * 20 + 20 * 40 * share / 16;
            left -= fee;
            assert_eq!((wealth(CLIENT), held(CLIENT)), (left, running * REWARD));
            assert!(matches!(events()[..], [Event::Submitted { fee: told, .. }] if told == fee));
        }
        assert_eq!(wealth(TREASURY), ENDOWMENT + (ENDOWMENT - left));
    });
}

#[test]
fn asking_should_fail_when_the_client_cannot_pay_the_fee_or_the_reward_after_it() {
    on_dear_chain(|| {
        let fee = 5 * 20 + 20 * 40 / 16;
        let keep = |amount| {
            let away = Balances::free_balance(CLIENT) - amount - EXISTENTIAL_DEPOSIT;
            let to = RuntimeOrigin::signed(CLIENT);
            assert_ok!(Balances::transfer_allow_death(to, STRANGER, away));
        };
        keep(fee + REWARD - 1);
        let poor = pallet_waggle_tickets::Error::<Test>::RewardUnaffordable;
        assert_noop!(frame_support::storage::with_storage_layer(|| submit(4, 5)), poor);
        keep(fee - 1);
        let broke = pallet_waggle_tickets::Error::<Test>::FeeUnaffordable;
        assert_noop!(submit(4, 5), broke);
    });
}

#[test]
fn nobody_should_pay_more_for_room_than_it_offers_for_the_answer() {
    on_dear_chain(|| {
        for _ in 0..2 {
            assert_ok!(submit(4, 5));
        }
        // With a third round it is 450 for 20 blocks.
        let ask = |reward| {
            let terms = waggle_primitives::RoundTerms { reward, ..terms(4, 5) };
            Rounds::submit(RuntimeOrigin::signed(CLIENT), prompt(PROMPT), GENERAL, terms, NO_TRUTH)
        };
        assert_noop!(ask(449), Error::<Test>::TooCrowded);
        assert_ok!(ask(450));
    });
}

#[test]
fn who_answered_in_vain_should_be_consoled_out_of_the_fee() {
    on_dear_chain(|| {
        let round = ask(4, 5);
        let fee = 5 * 20 + 20 * 40 / 16;
        all_commit(round, &[0, 1]);
        run_to(12);
        let reason = CancelReason::TooFewCommitted;
        assert_eq!(result(round).ending, Ending::Cancelled { reason });
        assert_eq!(wealth(owner(0)), ENDOWMENT + PRICES.vain_answer);
        assert_eq!(wealth(owner(1)), ENDOWMENT + PRICES.vain_answer);
        assert_eq!(wealth(CLIENT), ENDOWMENT - fee, "the reward is back, the fee is not");
        assert_eq!(wealth(TREASURY), ENDOWMENT + fee - 2 * PRICES.vain_answer);
        // A client whose own agents answer in vain gets back no more than half of what it paid.
        assert!(2 * PRICES.vain_answer <= fee / 2);
    });
}

#[test]
fn who_broke_its_word_should_not_be_consoled() {
    on_dear_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(5);
        let reason = CancelReason::TooFewOpened;
        assert_eq!(result(round).ending, Ending::Cancelled { reason });
        assert_eq!(wealth(owner(0)), ENDOWMENT - TICKET);
    });
}

#[test]
fn withdrawing_should_return_the_reward_and_keep_the_fee() {
    on_dear_chain(|| {
        let round = ask(4, 5);
        let fee = ENDOWMENT - wealth(CLIENT);
        events();
        assert_ok!(withdraw(CLIENT, round));
        let reason = CancelReason::Withdrawn;
        assert_eq!(events(), [Event::Cancelled { round, reason, treasury: 0 }]);
        assert_eq!(result(round).ending, Ending::Cancelled { reason });
        assert_eq!((wealth(CLIENT), held(CLIENT)), (ENDOWMENT - fee, 0));
        assert_noop!(withdraw(CLIENT, round), Error::<Test>::NoSuchRound);
        // Nothing of it is left on the agenda.
        run_to(15);
        assert_eq!(events(), []);
    });
}

#[test]
fn withdrawing_should_fail_when_an_agent_has_answered() {
    on_dear_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0]);
        assert_noop!(withdraw(CLIENT, round), Error::<Test>::HasAnswers);
    });
}

#[test]
fn withdrawing_should_fail_when_another_account_wants_it() {
    on_dear_chain(|| {
        let round = ask(4, 5);
        for who in [STRANGER, owner(0), TREASURY] {
            assert_noop!(withdraw(who, round), Error::<Test>::NotTheClient);
        }
        assert_noop!(withdraw(CLIENT, round + 1), Error::<Test>::NoSuchRound);
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
            assert_noop!(Rounds::withdraw(origin, round), DispatchError::BadOrigin);
        }
    });
}

#[test]
#[should_panic(expected = "answering in vain would bring money")]
fn integrity_test_should_fail_when_a_vain_answer_brings_more_than_a_seat_costs() {
    on_chain(|| {
        Prices::set(AskingPrices { seat: 1, crowded_block: 0, vain_answer: 2 });
        <Rounds as frame_support::traits::Hooks<u32>>::integrity_test();
    });
}
