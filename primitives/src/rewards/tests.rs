//! What [`super`] promises: not a unit is lost or made, and everybody gets what the rules say.

use super::*;
use crate::{
    score::{weights, Aggregation},
    simulation::{any_grades, fixed},
    types::Grade,
};
use proptest::prelude::*;

const RULES: PaymentRules = PaymentRules {
    ticket_ratio: Perbill::from_percent(10),
    winner_share: Perbill::from_percent(70),
    poor_answer_forfeit: Perbill::from_percent(50),
};

/// Owned parts of an [`Outcome`].
#[derive(Clone, Debug)]
struct Round {
    rules: PaymentRules,
    reward: u128,
    ticket: u128,
    committed: usize,
    opened: Vec<usize>,
    kept_word: Vec<bool>,
    scores: Vec<Fixed>,
    closeness: Vec<Fixed>,
    winner: usize,
}

impl Round {
    fn settle(&self) -> Payments<u128> {
        settle(
            &self.rules,
            &Outcome {
                reward: self.reward,
                ticket: self.ticket,
                committed: self.committed,
                opened: &self.opened,
                kept_word: &self.kept_word,
                scores: &self.scores,
                winner: self.winner,
                closeness: &self.closeness,
            },
        )
    }

    /// Four agents; number 1 did not open its answer; all others kept their word.
    fn of_four() -> Self {
        Round {
            rules: RULES,
            reward: 1_000,
            ticket: 100,
            committed: 4,
            opened: vec![0, 2, 3],
            kept_word: vec![true; 3],
            scores: vec![fixed(0.4), fixed(0.9), fixed(0.6)],
            closeness: vec![fixed(1.0), fixed(0.5), fixed(0.5)],
            winner: 1,
        }
    }
}

fn any_round() -> impl Strategy<Value = Round> {
    let part = || (0..=1_000_000_000u32).prop_map(Perbill::from_parts);
    let amount = || prop_oneof![0..1_000u128, 0..=u128::MAX / 200, Just(u128::MAX / 200)];
    let fraction = || (0..=10_000u16).prop_map(|basis_points| Grade::new(basis_points).unwrap().to_fixed());
    let agent = move || (prop::bool::weighted(0.9), prop::bool::weighted(0.8), fraction(), fraction());
    (part(), part(), amount(), amount(), prop::collection::vec(agent(), 2..=100)).prop_map(
        |(winner_share, poor_answer_forfeit, reward, ticket, agents)| {
            let opened: Vec<usize> = (0..agents.len()).filter(|agent| agents[*agent].0).collect();
            let of = |agent: &usize| agents[*agent];
            let scores: Vec<Fixed> = opened.iter().map(|agent| of(agent).2).collect();
            Round {
                rules: PaymentRules { winner_share, poor_answer_forfeit, ..RULES },
                reward,
                ticket,
                committed: agents.len(),
                kept_word: opened.iter().map(|agent| of(agent).1).collect(),
                closeness: opened.iter().map(|agent| of(agent).3).collect(),
                winner: (0..scores.len()).max_by_key(|place| scores[*place]).unwrap_or(0),
                opened,
                scores,
            }
        },
    )
}

proptest! {
    #[test]
    fn money_is_conserved(round in any_round()) {
        let payments = round.settle();
        prop_assert_eq!(payments.paid.len(), round.committed);
        prop_assert_eq!(payments.forfeited.len(), round.committed);
        prop_assert!(payments.forfeited.iter().all(|forfeit| *forfeit <= round.ticket));
        let paid: u128 = payments.paid.iter().sum();
        let forfeited: u128 = payments.forfeited.iter().sum();
        prop_assert_eq!(paid + payments.treasury, round.reward + forfeited);
    }

    #[test]
    fn everybody_gets_what_the_rules_say(round in any_round()) {
        let payments = round.settle();
        let median = median(round.scores.clone()).unwrap_or_default();
        for agent in 0..round.committed {
            let place = round.opened.iter().position(|opened| *opened == agent);
            let kept_word = place.is_some_and(|place| round.kept_word[place]);
            let is_winner = place == Some(round.winner);
            let expected = match place {
                Some(place) if kept_word && round.scores[place] < median => round.rules.poor_answer_forfeit * round.ticket,
                _ if kept_word => 0,
                _ => round.ticket,
            };
            prop_assert!(payments.forfeited[agent].abs_diff(expected) <= 1);
            if is_winner {
                prop_assert!(payments.paid[agent] >= round.rules.winner_share.mul_floor(round.reward));
            } else if !kept_word {
                prop_assert_eq!(payments.paid[agent], 0);
            }
        }
    }

    #[test]
    fn nothing_overflows(round in any_round(), reward: u128, ticket: u128) {
        let round = Round { reward, ticket, ..round };
        prop_assert!(round.settle().forfeited.iter().all(|forfeit| *forfeit <= ticket));
    }

    #[test]
    fn a_ticket_costs_its_part_of_the_reward_but_never_less_than_the_minimum(reward: u128, minimum: u128) {
        let price = ticket_price(&RULES, minimum, reward);
        prop_assert!(price >= minimum);
        prop_assert!(price == minimum || price.abs_diff(reward / 10) <= 1);
    }

    #[test]
    fn closeness_is_a_part_of_one(seed: [u8; 32], n in 2usize..20) {
        let grades = any_grades(&seed, n);
        let closeness = closeness(&weights(Aggregation::Precision, &[], &grades), &grades);
        prop_assert_eq!(closeness.len(), n);
        prop_assert!(closeness.iter().all(|part| (Fixed::zero()..=Fixed::one()).contains(part)));
    }
}

#[test]
fn a_round_is_paid_as_by_hand() {
    // The median is 0.6: agent 0 is below and pays half its ticket to the winner, agent 2. Rankers share 300 as 2:1:1.
    let payments = Round::of_four().settle();
    assert_eq!(payments.paid, [150, 0, 700 + 50 + 75, 75]);
    assert_eq!(payments.forfeited, [50, 100, 0, 0]);
    assert_eq!(payments.treasury, 100);
}

#[test]
fn the_best_answer_wins_even_if_its_agent_did_not_rank() {
    let payments = Round { kept_word: vec![true, false, true], ..Round::of_four() }.settle();
    assert_eq!(payments.paid, [200, 0, 700 + 50, 100]);
    assert_eq!(payments.forfeited, [50, 100, 100, 0]);
    assert_eq!(payments.treasury, 200);
}

#[test]
fn of_an_even_number_the_middle_two_make_the_median() {
    let round = Round {
        opened: vec![0, 1, 2, 3],
        kept_word: vec![true; 4],
        scores: vec![fixed(0.1), fixed(0.4), fixed(0.6), fixed(0.9)],
        closeness: vec![fixed(1.0); 4],
        winner: 3,
        ..Round::of_four()
    };
    assert_eq!(round.settle().forfeited, [50, 50, 0, 0]);
    let equal = Round { scores: vec![fixed(0.5); 4], ..round };
    assert_eq!(equal.settle().forfeited, [0; 4]);
}

#[test]
fn when_nobody_is_close_the_treasury_gets_the_rankers_part_and_always_the_dust() {
    let nobody = Round { closeness: vec![Fixed::zero(); 3], ..Round::of_four() }.settle();
    assert_eq!((nobody.paid, nobody.treasury), (vec![0, 0, 750, 0], 100 + 300));
    let dust = Round { closeness: vec![fixed(1.0); 3], reward: 1_003, ..Round::of_four() }.settle();
    // 702 for the winner, 301 for three rankers: 100 each, one is left.
    assert_eq!((dust.paid, dust.treasury), (vec![100, 0, 702 + 50 + 100, 100], 100 + 1));
}

#[test]
fn closeness_is_the_mean_distance_from_what_the_others_say() {
    // Newcomers: place 0 says 1, the other one and the prior 0.5; place 1 is measured by (1 + 0.5)/2.
    let said = |basis_points| vec![(2, Grade::new(basis_points).unwrap())];
    let grades = GradeMatrix { given: vec![said(10_000), said(5_000), vec![]] };
    let closeness = closeness(&weights(Aggregation::Precision, &[], &grades), &grades);
    assert_eq!(closeness, [fixed(0.5), fixed(0.75), Fixed::zero()]);
}
