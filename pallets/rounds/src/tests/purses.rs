//! Accounts with little money: at the existential deposit, just below what they need, locked, or
//! gone.

use super::swarm::*;
use crate::{mock::*, types::Ending, Refusal};
use frame_support::{
    assert_noop, assert_ok,
    traits::{LockableCurrency, WithdrawReasons},
};
use pallet_waggle_tickets::{Error as TicketsError, Event as TicketsEvent};
use sp_runtime::{traits::Dispatchable, DispatchResult};
use waggle_primitives::{view::Duty, RoundId, RoundTerms};

const ED: u128 = EXISTENTIAL_DEPOSIT;

/// A call by `who`, as a block makes it.
fn call(who: AccountId, call: impl Into<RuntimeCall>) -> DispatchResult {
    call.into().dispatch(RuntimeOrigin::signed(who)).map(|_| ()).map_err(|failure| failure.error)
}

fn pay(from: AccountId, dest: AccountId, value: u128) -> DispatchResult {
    call(from, pallet_balances::Call::<Test>::transfer_allow_death { dest, value })
}

/// Let `who` have just `left` that is not on hold.
fn leave(who: AccountId, left: u128) {
    assert_ok!(pay(who, STRANGER, Balances::free_balance(who) - left));
    assert_eq!(Balances::free_balance(who), left);
}

fn submit(who: AccountId, reward: u128, min_agents: u32, max_agents: u32) -> DispatchResult {
    let terms = RoundTerms { reward, ..terms(min_agents, max_agents) };
    let (prompt, domain) = (prompt(PROMPT), GENERAL);
    call(who, crate::Call::<Test>::submit { prompt, domain, terms, sealed_truth: NO_TRUTH })
}

fn is_asked(agent: u8, round: RoundId) -> bool {
    Rounds::duties(&key(agent))
        .iter()
        .any(|duty| matches!(duty, Duty::Answer { round: of, .. } if *of == round))
}

fn exists(who: AccountId) -> bool {
    frame_system::Account::<Test>::contains_key(who)
}

/// What the tickets pallet tells of this block so far.
fn told() -> Vec<TicketsEvent<Test>> {
    System::read_events_for_pallet()
}

#[test]
fn agent_should_enter_when_its_owner_keeps_exactly_the_existential_deposit() {
    on_chain(|| {
        let round = ask(4, 4);
        leave(owner(0), TICKET + ED - 1);
        assert!(!is_asked(0, round));
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::CannotPayTicket.into());
        assert_ok!(pay(STRANGER, owner(0), 1));
        assert!(is_asked(0, round));
        all_commit(round, &[0]);
        assert_eq!((Balances::free_balance(owner(0)), held(owner(0))), (ED, TICKET));
    });
}

#[test]
fn agent_should_sit_out_dear_rounds_only_when_its_owner_has_little() {
    on_chain(|| {
        let dear = ask(4, 4);
        assert_ok!(submit(CLIENT, MINIMUM_REWARD, 4, 4));
        let cheap = dear + 1;
        leave(owner(0), MINIMUM_TICKET + ED);
        assert!(is_asked(0, cheap) && !is_asked(0, dear));
        assert_eq!(refusal_of(commit_answer(0, dear, b"1")), Refusal::CannotPayTicket.into());
        all_commit(cheap, &[0]);
        assert_ok!(submit(CLIENT, MINIMUM_REWARD, 4, 4));
        assert!(!is_asked(0, cheap + 1), "the ticket of the round it is in is spent");
    });
}

#[test]
fn agent_should_be_refused_when_its_owners_money_is_locked() {
    on_chain(|| {
        let round = ask(4, 4);
        let free = Balances::free_balance(owner(0));
        // The bond on hold counts towards the lock.
        let lock =
            |amount| Balances::set_lock(*b"savings ", &owner(0), amount, WithdrawReasons::all());
        lock(free + BOND - TICKET + 1);
        assert!(!is_asked(0, round));
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::CannotPayTicket.into());
        lock(free + BOND - TICKET);
        assert!(is_asked(0, round));
        all_commit(round, &[0]);
        // Locked afterwards, it is at stake all the same.
        lock(free + BOND);
        run_to(12);
        assert_eq!(
            (held(owner(0)), wealth(owner(0))),
            (0, ENDOWMENT),
            "cancelled for want of more agents"
        );
        let next = ask(4, 4);
        assert_eq!(refusal_of(commit_answer(0, next, b"1")), Refusal::CannotPayTicket.into());
    });
}

#[test]
fn locked_ticket_should_be_forfeited_all_the_same() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        Balances::set_lock(*b"savings ", &owner(0), ENDOWMENT, WithdrawReasons::all());
        run_to(12);
        assert!(matches!(result(round).ending, Ending::Cancelled { .. }));
        assert_eq!((held(owner(0)), wealth(owner(0))), (0, ENDOWMENT - TICKET));
        assert_eq!(wealth(TREASURY), ENDOWMENT + 4 * TICKET);
    });
}

#[test]
fn client_should_keep_exactly_the_existential_deposit_when_the_reward_takes_the_rest() {
    on_chain(|| {
        leave(CLIENT, REWARD + ED - 1);
        assert_noop!(submit(CLIENT, REWARD, 4, 4), TicketsError::<Test>::RewardUnaffordable);
        assert_ok!(submit(CLIENT, REWARD - 1, 4, 4));
        assert_eq!((Balances::free_balance(CLIENT), held(CLIENT)), (ED, REWARD - 1));
        // It can neither spend its last money nor disappear while it owes.
        assert!(pay(CLIENT, STRANGER, 1).is_err() && pay(CLIENT, STRANGER, ED).is_err());
        run_to(12);
        assert_eq!((Balances::free_balance(CLIENT), held(CLIENT)), (REWARD + ED - 1, 0));
    });
}

#[test]
fn client_should_be_left_with_the_existential_deposit_when_its_round_settles() {
    on_chain(|| {
        leave(CLIENT, REWARD + ED);
        let round = play(&[0, 1, 2, 3, 4]);
        assert!(matches!(result(round).ending, Ending::Settled { .. }));
        assert_eq!((Balances::free_balance(CLIENT), wealth(CLIENT)), (ED, ED));
        assert!(exists(CLIENT));
        // Now that nothing holds it, it may go; its round stays readable.
        assert_ok!(pay(CLIENT, STRANGER, ED));
        assert!(!exists(CLIENT));
        assert_eq!(result(round).client, CLIENT);
    });
}

#[test]
fn client_should_get_its_reward_back_when_it_has_nothing_else() {
    on_chain(|| {
        leave(CLIENT, REWARD + ED);
        let round = ask(4, 4);
        run_to(12);
        assert!(matches!(result(round).ending, Ending::Cancelled { .. }));
        assert_eq!((Balances::free_balance(CLIENT), wealth(CLIENT)), (REWARD + ED, REWARD + ED));
    });
}

#[test]
fn owner_should_not_be_reaped_while_its_agent_is_registered() {
    on_chain(|| {
        leave(owner(0), ED);
        assert!(pay(owner(0), STRANGER, 1).is_err() && pay(owner(0), STRANGER, ED).is_err());
        let sweep =
            pallet_balances::Call::<Test>::transfer_all { dest: STRANGER, keep_alive: false };
        assert_ok!(call(owner(0), sweep));
        assert_eq!((Balances::free_balance(owner(0)), wealth(owner(0))), (ED, ED + BOND));
        assert!(exists(owner(0)));
    });
}

#[test]
fn winner_should_be_paid_when_its_owner_has_nothing_but_its_stake() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        leave(owner(3), ED);
        all_open(round, &[0, 1, 2, 3]);
        all_grade(round, &[0, 1, 2, 3]);
        all_open_grades(round, &[0, 1, 2, 3]);
        let result = result(round);
        assert_eq!(result.ending, Ending::Settled { winner: 3 });
        assert_eq!(Balances::free_balance(owner(3)), ED + TICKET + result.members[3].paid);
    });
}

#[test]
fn loser_should_be_left_with_its_bond_when_its_ticket_was_all_it_had() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        leave(owner(0), ED);
        run_to(12);
        assert!(matches!(result(round).ending, Ending::Cancelled { .. }));
        assert_eq!((Balances::free_balance(owner(0)), wealth(owner(0))), (ED, ED + BOND));
        // It sits rounds out, but it may still leave with its bond.
        assert!(!is_asked(0, ask(4, 4)));
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        run_to(17);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
        assert_eq!(Balances::free_balance(owner(0)), ED + BOND);
    });
}

#[test]
fn owner_should_be_reaped_after_it_left_and_may_come_again() {
    on_chain(|| {
        assert_ok!(Agents::retire(RuntimeOrigin::signed(owner(0))));
        run_to(6);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(owner(0))));
        assert_ok!(pay(owner(0), STRANGER, ENDOWMENT));
        assert!(!exists(owner(0)));
        let round = ask(4, 4);
        assert_eq!(refusal_of(commit_answer(0, round, b"1")), Refusal::UnknownAgent.into());

        let register = || {
            let made = pallet_waggle_agents::Call::<Test>::register {
                key: key(0),
                proof: proof(0, owner(0)),
                model: Default::default(),
                topics: Default::default(),
            };
            call(owner(0), made)
        };
        let unaffordable = pallet_waggle_agents::Error::<Test>::BondUnaffordable;
        assert_noop!(register(), unaffordable);
        assert_ok!(pay(STRANGER, owner(0), BOND + ED - 1));
        assert_noop!(register(), pallet_waggle_agents::Error::<Test>::BondUnaffordable);
        assert_ok!(pay(STRANGER, owner(0), 1 + TICKET));
        assert_ok!(register());
        next_block();
        all_commit(ask(4, 4), &[0]);
        assert_eq!((Balances::free_balance(owner(0)), held(owner(0))), (ED, TICKET));
    });
}

#[test]
fn bond_should_leave_the_existential_deposit_when_another_pallet_provides_for_the_owner() {
    on_chain(|| {
        let newcomer = 77;
        assert_ok!(pay(STRANGER, newcomer, BOND + ED));
        System::inc_providers(&newcomer);
        assert_ok!(pay(newcomer, STRANGER, 5));
        let issued = Balances::total_issuance();
        let made = pallet_waggle_agents::Call::<Test>::register {
            key: key(AGENTS),
            proof: proof(AGENTS, newcomer),
            model: Default::default(),
            topics: Default::default(),
        };
        assert_noop!(call(newcomer, made), pallet_waggle_agents::Error::<Test>::BondUnaffordable);
        assert_eq!((wealth(newcomer), Balances::total_issuance()), (BOND + 5, issued));
    });
}

#[test]
fn dust_of_a_settlement_should_stay_where_it_was_held_when_the_treasury_is_gone() {
    on_chain(|| {
        let odd = REWARD + 5;
        assert_ok!(pay(TREASURY, STRANGER, ENDOWMENT));
        assert!(!exists(TREASURY));
        let issued = Balances::total_issuance();
        let round = crate::NextRound::<Test>::get();
        assert_ok!(submit(CLIENT, odd, 4, 5));
        for agent in 0..5 {
            assert_eq!(send(commit_answer(agent, round, b"5000")), Ok(()));
        }
        all_open(round, &[0, 1, 2, 3, 4]);
        all_grade(round, &[0, 1, 2, 3, 4]);
        all_open_grades(round, &[0, 1, 2, 3, 4]);
        // All give the same answer and share 703; nobody shows skill.
        let dust = result(round).treasury;
        assert!(dust > 0 && dust < ED, "rounding leaves {dust}");
        assert!(told().contains(&TicketsEvent::Undeliverable {
            round,
            to: TREASURY,
            amount: dust
        }));
        let paid: u128 = result(round).members.iter().map(|member| member.paid).sum();
        assert_eq!((paid, wealth(CLIENT)), (700, ENDOWMENT - 700), "{dust} stays with the client");
        assert!(!exists(TREASURY));
        assert_eq!(Balances::total_issuance(), issued);
    });
}

#[test]
fn forfeits_should_bring_the_treasury_back_when_it_is_gone() {
    on_chain(|| {
        assert_ok!(pay(TREASURY, STRANGER, ENDOWMENT));
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(12);
        assert!(matches!(result(round).ending, Ending::Cancelled { .. }));
        assert_eq!(wealth(TREASURY), 4 * TICKET);
    });
}
