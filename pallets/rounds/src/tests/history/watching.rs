//! What a step changed on the chain, beside what it should have changed.

use super::{
    accounts,
    model::{spendable, Effects},
    name_of, History, PROVIDED_FOR,
};
use crate::{mock::*, Event};
use frame_support::traits::fungible::Inspect;
use waggle_primitives::Phase;

/// What a step changed as seen from outside.
pub(super) struct Seen {
    pub(super) effects: Effects,
    /// Money that the tickets pallet says it burnt.
    pub(super) burnt: u128,
    /// Money that the balances pallet removed as dust, from accounts that keep less than the
    /// existential deposit.
    pub(super) dust: u128,
    /// Whether all of that came from accounts that another pallet provides for.
    is_dust_of_the_provided_for: bool,
    /// Whether some payment could not be made.
    is_undeliverable: bool,
    /// What the treasury paid for answers in vain.
    consoled: Vec<(AccountId, u128)>,
}

impl History {
    /// Do something, and see what it changed. Events are taken from the chain.
    pub(super) fn watch<R>(&mut self, step: impl FnOnce() -> R) -> (R, Seen) {
        System::reset_events();
        let before: Vec<_> =
            accounts().map(|account| (account, Balances::total_balance(&account))).collect();
        let done = step();
        let mut seen = Seen {
            effects: Effects::default(),
            burnt: 0,
            dust: 0,
            is_dust_of_the_provided_for: true,
            is_undeliverable: false,
            consoled: Vec::new(),
        };
        for (account, before) in before {
            let after = Balances::total_balance(&account);
            if after != before {
                seen.effects.gain(account, after as i128 - before as i128);
            }
        }
        for record in System::events() {
            match record.event {
                RuntimeEvent::Rounds(event) => {
                    self.tally.count(format!("event {}", name_of(&event)));
                    self.count_ending(&event);
                    seen.effects.events.push(event);
                }
                RuntimeEvent::Tickets(event) => {
                    self.tally.count(format!("event {}", name_of(&event)));
                    match event {
                        pallet_waggle_tickets::Event::DustBurnt { amount, .. } => {
                            seen.burnt += amount
                        }
                        pallet_waggle_tickets::Event::Undeliverable { .. } => {
                            seen.is_undeliverable = true
                        }
                        pallet_waggle_tickets::Event::Consoled { owner, amount, .. } => {
                            seen.consoled.push((owner, amount));
                        }
                        _ => {}
                    }
                }
                RuntimeEvent::Agents(event) => {
                    self.tally.count(format!("event {}", name_of(&event)))
                }
                RuntimeEvent::Domains(event) => {
                    self.tally.count(format!("event {}", name_of(&event)))
                }
                RuntimeEvent::Ratings(event) => {
                    self.tally.count(format!("event {}", name_of(&event)))
                }
                RuntimeEvent::Balances(pallet_balances::Event::DustLost { account, amount }) => {
                    self.tally.count("event DustLost");
                    seen.dust += amount;
                    seen.is_dust_of_the_provided_for &= PROVIDED_FOR.contains(&account);
                }
                _ => {}
            }
        }
        System::reset_events();
        (done, seen)
    }

    fn count_ending(&mut self, event: &Event<Test>) {
        match event {
            Event::Cancelled { reason, .. } => self.tally.count(format!("cancelled: {reason:?}")),
            Event::Settled { round, .. } => {
                if crate::MinScores::<Test>::contains_key(round) {
                    self.tally.count("good enough for its client");
                }
                let result = crate::Results::<Test>::get(round).expect("it has just ended");
                if crate::AskedIn::<Test>::contains_key(round) {
                    self.tally.count("settled in another domain");
                }
                let opened = result.members.iter().filter(|member| member.opened_answer).count();
                if opened == 1 {
                    self.tally.count("settled with one answer");
                } else if result.grades.is_empty() {
                    self.tally.count("settled without grades");
                } else if (opened as u32) < result.terms.min_agents {
                    self.tally.count("settled with fewer than were asked for");
                }
            }
            Event::NobodyWon { round, returned, .. } => {
                let result = crate::Results::<Test>::get(round).expect("it has just ended");
                if *returned * 10 > result.terms.reward * 3 {
                    self.tally.count("not good enough, without skill");
                }
            }
            Event::PhaseChanged { phase: Phase::OpeningAnswers, .. }
                if Randomness::get().is_none() =>
            {
                self.tally.count("seed from the parent hash")
            }
            _ => {}
        }
    }

    /// Compare what a step of the protocol changed with what it should have changed.
    pub(super) fn compare(&mut self, seen: Seen, mut expected: Effects) {
        assert_eq!(seen.effects.events, expected.events);
        check_consolation(&seen.consoled, &mut expected);
        let lost = seen.burnt + seen.dust;
        self.model.issuance -= lost;
        // Everybody else keeps the existential deposit while something is at stake.
        assert!(seen.is_dust_of_the_provided_for, "the protocol made dust");
        if seen.is_undeliverable || lost > 0 {
            // Who gets what is then the tickets pallet's affair; that nothing is made or lost is
            // still ours.
            assert_eq!(seen.effects.gains.values().sum::<i128>(), -(lost as i128));
        } else {
            expected.gains.retain(|_, gain| *gain != 0);
            assert_eq!(seen.effects.gains, expected.gains);
        }
    }
}

/// Everybody who answered in vain was consoled, as far as the treasury reached; what it paid is
/// part of what was to be expected.
fn check_consolation(consoled: &[(AccountId, u128)], expected: &mut Effects) {
    let full = Prices::get().vain_answer;
    let mut missing = std::mem::take(&mut expected.in_vain);
    let income = expected.gains.get(&TREASURY).copied().unwrap_or_default();
    for (owner, amount) in consoled {
        let place = missing.iter().position(|one| one == owner);
        let place = place.expect("only those who answered in vain are consoled");
        if *amount == full {
            missing.swap_remove(place);
        }
        assert!(*amount <= full);
        expected.gain(*owner, *amount as i128);
        expected.gain(TREASURY, -(*amount as i128));
    }
    // What came into the treasury in this step may have come later.
    let is_poor = (spendable(TREASURY) as i128) < full as i128 + income;
    assert!(
        full == 0 || is_poor || missing.iter().all(|owner| PROVIDED_FOR.contains(owner)),
        "somebody who answered in vain was not consoled"
    );
}
