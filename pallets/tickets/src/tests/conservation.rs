//! Over random rounds: money moves, none is made or lost, and everybody gets what the payments say.

use super::{open, payments};
use crate::{mock::*, Event};
use proptest::{collection::vec, prelude::*, sample::subsequence};
use waggle_primitives::{rewards::Payments, traits::Ticketing};

/// A round: who is in it, what is at stake, and how it ends.
#[derive(Clone, Debug)]
struct Round {
    owners: Vec<AccountId>,
    reward: u128,
    ticket: u128,
    ending: Ending,
}

#[derive(Clone, Debug)]
enum Ending {
    Settled(Payments<u128>),
    Cancelled(Vec<bool>),
}

/// Up to eight agents, the client among them or not.
fn owners() -> impl Strategy<Value = Vec<AccountId>> {
    subsequence((1..=ACCOUNTS).collect::<Vec<_>>(), 0..=8).prop_shuffle()
}

/// Payments that conserve: the pool (forfeits, and what of the reward does not go back to the
/// client) is cut in as many parts as there are agents, and the treasury.
fn conserving(reward: u128, ticket: u128, agents: usize) -> impl Strategy<Value = Payments<u128>> {
    (
        vec(prop_oneof![Just(0), Just(ticket), 0..=ticket], agents),
        vec(any::<u64>(), agents),
        prop_oneof![Just(0), Just(reward), 0..=reward],
    )
        .prop_map(move |(forfeited, cuts, returned)| {
            let pool = reward - returned + forfeited.iter().sum::<u128>();
            let mut cuts: Vec<u128> =
                cuts.into_iter().map(|cut| u128::from(cut) % (pool + 1)).collect();
            cuts.sort();
            let mut last = 0;
            let paid: Vec<u128> =
                cuts.iter().map(|cut| cut - std::mem::replace(&mut last, *cut)).collect();
            Payments { returned, ..payments(&paid, &forfeited, pool - last) }
        })
}

fn round() -> impl Strategy<Value = Round> {
    (owners(), 50..5_000u128, 20..1_000u128).prop_flat_map(|(owners, reward, ticket)| {
        let agents = owners.len();
        let ending = prop_oneof![
            3 => conserving(reward, ticket, agents).prop_map(Ending::Settled),
            1 => vec(any::<bool>(), agents).prop_map(Ending::Cancelled),
        ];
        ending.prop_map(move |ending| Round { owners: owners.clone(), reward, ticket, ending })
    })
}

/// What a round should change of an account's free balance, from before it began, by the definition
/// of payments.
fn expected(round: &Round, account: AccountId) -> i128 {
    let signed = |amount: u128| i128::try_from(amount).unwrap();
    let index = round.owners.iter().position(|owner| *owner == account);
    match &round.ending {
        Ending::Settled(payments) => {
            let spent = signed(round.reward) - signed(payments.returned);
            let as_client = if account == CLIENT { -spent } else { 0 };
            let as_agent = index.map_or(0, |index| {
                signed(payments.paid[index]) - signed(payments.forfeited[index])
            });
            let as_treasury = if account == TREASURY { signed(payments.treasury) } else { 0 };
            as_client + as_agent + as_treasury
        }
        Ending::Cancelled(keeps) => {
            let lost = keeps.iter().filter(|keeps| !**keeps).count() as i128;
            let as_agent =
                index.map_or(0, |index| if keeps[index] { 0 } else { -signed(round.ticket) });
            as_agent + if account == TREASURY { lost * signed(round.ticket) } else { 0 }
        }
    }
}

fn end(id: u64, round: &Round) {
    match &round.ending {
        Ending::Settled(payments) => Tickets::settle(id, &CLIENT, &round.owners, payments),
        Ending::Cancelled(keeps) => Tickets::cancel(id, &CLIENT, &round.owners, keeps),
    }
}

/// What the events of the end of one round say that an account gained or lost since the round
/// began.
fn told(round: &Round, events: &[Event<Test>], account: AccountId) -> i128 {
    let sum = |amount: &dyn Fn(&Event<Test>) -> Option<u128>| {
        events.iter().filter_map(amount).map(|amount| i128::try_from(amount).unwrap()).sum::<i128>()
    };
    let paid = sum(&|event| match event {
        Event::RewardPaid { to, amount, .. } if *to == account => Some(*amount),
        Event::TreasuryPaid { amount, .. } if account == TREASURY => Some(*amount),
        Event::RewardReturned { client, amount, .. } if *client == account => Some(*amount),
        _ => None,
    });
    let forfeited = sum(&|event| match event {
        Event::TicketForfeited { owner, amount, .. } if *owner == account => Some(*amount),
        _ => None,
    });
    let reward = if account == CLIENT { i128::try_from(round.reward).unwrap() } else { 0 };
    paid - forfeited - reward
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rounds_conserve_money_and_pay_what_they_should(
        rounds in vec(round(), 1..5),
        by_turns in any::<bool>(),
    ) {
        build_and_execute(|| {
            let accounts = || (1..=ACCOUNTS).chain([TREASURY]);
            let before: Vec<u128> = accounts().map(free).collect();
            let mut told_of: Vec<i128> = vec![0; before.len()];
            let mut finish = |id: usize, round: &Round| {
                end(id as u64, round);
                let events = events();
                for (sum, account) in told_of.iter_mut().zip(accounts()) {
                    *sum += told(round, &events, account);
                }
                Tickets::do_try_state().unwrap();
            };
            for (id, round) in rounds.iter().enumerate() {
                open(id as u64, round.reward, &round.owners, round.ticket);
                if by_turns {
                    finish(id, round);
                }
            }
            if !by_turns {
                for (id, round) in rounds.iter().enumerate().rev() {
                    finish(id, round);
                }
            }
            for ((account, before), told) in accounts().zip(before).zip(told_of) {
                let now = i128::try_from(free(account)).unwrap();
                let change = now - i128::try_from(before).unwrap();
                let expected: i128 = rounds.iter().map(|round| expected(round, account)).sum();
                assert_eq!(change, expected, "account {account}");
                assert_eq!(told, change, "events of account {account}");
                assert_eq!(held(account), (0, 0));
            }
        });
    }

    #[test]
    fn payments_that_do_not_add_up_move_no_more_than_there_is(
        owners in owners(),
        paid in vec(any::<u64>(), 0..10),
        forfeited in vec(any::<u64>(), 0..10),
    ) {
        build_and_execute(|| {
            open(7, 1_000, &owners, 250);
            let wide = |amounts: &[u64]| -> Vec<u128> {
                amounts.iter().map(|amount| u128::from(amount % 2_000)).collect()
            };
            Tickets::settle(7, &CLIENT, &owners, &payments(&wide(&paid), &wide(&forfeited), 0));
            for account in (1..=ACCOUNTS).chain([TREASURY]) {
                assert_eq!(held(account), (0, 0));
            }
            for account in 2..=ACCOUNTS {
                assert!(free(account) >= ENDOWMENT - 250);
            }
        });
    }
}
