//! What [`super`] promises: not a unit is lost or made, and everybody gets what the rules say.

use super::*;
use crate::{
    grades::GradeMatrix,
    simulation::{any_grades, fixed},
    types::Grade,
};
use proptest::prelude::*;

const RULES: PaymentRules = PaymentRules {
    winner_share: Perbill::from_percent(70),
    poor_answer_loss: Fixed::from_rational(3, 20),
    unwon_share: Perbill::from_percent(75),
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
    /// What the answers come to, by place; `None` equals nothing.
    finals: Vec<Option<u8>>,
    skill: Vec<Fixed>,
    winner: usize,
    is_won: bool,
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
                candidates: &Candidates::of(&self.finals),
                winner: self.winner,
                is_won: self.is_won,
                skill: &self.skill,
            },
        )
    }

    /// The places whose answers equal the one at `place`, itself among them.
    fn equals(&self, place: usize) -> Vec<usize> {
        let is_equal = |other: &usize| {
            let (own, other) = (self.finals[place], self.finals[*other]);
            own.is_some() && own == other
        };
        (0..self.opened.len()).filter(|other| *other == place || is_equal(other)).collect()
    }

    /// What the answer at `place` counts as: the mean score of those that equal it.
    fn counts_as(&self, place: usize) -> Fixed {
        mean(&self.equals(place).iter().map(|place| self.scores[*place]).collect::<Vec<_>>())
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
            finals: vec![None; 3],
            skill: vec![fixed(1.0), fixed(0.5), fixed(0.5)],
            winner: 1,
            is_won: true,
        }
    }

    /// The same, in which the best answer is not good enough.
    fn unwon(self) -> Self {
        Round { is_won: false, ..self }
    }

    /// Of the reward, what those who opened share if nobody wins.
    fn unwon_part(&self) -> u128 {
        self.rules.unwon_share.mul_floor(self.rules.winner_share.mul_floor(self.reward))
    }
}

fn any_round() -> impl Strategy<Value = Round> {
    let part = || (0..=1_000_000_000u32).prop_map(Perbill::from_parts);
    let amount = || prop_oneof![0..1_000u128, 0..=u128::MAX / 200, Just(u128::MAX / 200)];
    let fraction =
        || (0..=10_000u16).prop_map(|basis_points| Grade::new(basis_points).unwrap().to_fixed());
    let agent = move || {
        let said = prop::option::weighted(0.8, 0..5u8);
        (prop::bool::weighted(0.9), prop::bool::weighted(0.8), fraction(), fraction(), said)
    };
    (
        (part(), part(), prop::bool::weighted(0.7)),
        (0..=3_000u128).prop_map(|thousandths| Fixed::from_rational(thousandths, 1_000)),
        amount(),
        amount(),
        prop::collection::vec(agent(), 2..=100),
    )
        .prop_map(
            |((winner_share, unwon_share, is_won), poor_answer_loss, reward, ticket, agents)| {
                let opened: Vec<usize> =
                    (0..agents.len()).filter(|agent| agents[*agent].0).collect();
                let of = |agent: &usize| agents[*agent];
                let scores: Vec<Fixed> = opened.iter().map(|agent| of(agent).2).collect();
                Round {
                    rules: PaymentRules { winner_share, poor_answer_loss, unwon_share },
                    reward,
                    ticket,
                    committed: agents.len(),
                    kept_word: opened.iter().map(|agent| of(agent).1).collect(),
                    skill: opened.iter().map(|agent| of(agent).3).collect(),
                    finals: opened.iter().map(|agent| of(agent).4).collect(),
                    winner: (0..scores.len()).max_by_key(|place| scores[*place]).unwrap_or(0),
                    is_won,
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
        prop_assert_eq!(paid + payments.returned + payments.treasury, round.reward + forfeited);
        // The client is spared the graders' part if none is paid, and some of the winners' if none
        // are.
        let winners_part = round.rules.winner_share.mul_floor(round.reward);
        let saved = if round.is_won { 0 } else { winners_part - round.unwon_part() };
        let skill = round.skill.iter().zip(&round.kept_word).any(|(skill, kept_word)| {
            *kept_word && *skill > Fixed::zero()
        });
        let graders_part = if skill { 0 } else { round.reward - winners_part };
        prop_assert_eq!(payments.returned, saved + graders_part);
    }

    #[test]
    fn everybody_gets_what_the_rules_say(round in any_round()) {
        let payments = round.settle();
        let counts: Vec<Fixed> =
            (0..round.opened.len()).map(|place| round.counts_as(place)).collect();
        let median = median(counts.clone()).unwrap_or_default();
        let winners =
            if round.opened.is_empty() { Vec::new() } else { round.equals(round.winner) };
        for index in 0..round.committed {
            let place = round.opened.iter().position(|opened| *opened == index);
            let kept_word = place.is_some_and(|place| round.kept_word[place]);
            let is_winner = place.is_some_and(|place| winners.contains(&place));
            let shares = round.rules.poor_answer_loss.saturating_mul_int(round.reward);
            let loss = (shares / round.opened.len().max(1) as u128).min(round.ticket);
            let expected = match place {
                Some(place) if kept_word && counts[place] < median && !is_winner => loss,
                _ if kept_word => 0,
                _ => round.ticket,
            };
            prop_assert!(payments.forfeited[index].abs_diff(expected) <= 1);
            if place.is_some() && !round.is_won {
                let part = round.unwon_part() / round.opened.len() as u128;
                prop_assert!(payments.paid[index] >= part);
                prop_assert!(kept_word || payments.paid[index] == part);
            } else if is_winner {
                let winner_part = round.rules.winner_share.mul_floor(round.reward);
                prop_assert!(payments.paid[index] >= winner_part / winners.len() as u128);
            } else if !kept_word {
                prop_assert_eq!(payments.paid[index], 0);
            }
        }
    }

    /// Those who give equal answers lose alike, and win alike but for their grading.
    #[test]
    fn equal_answers_share_one_fate(round in any_round()) {
        let payments = Round { skill: vec![Fixed::zero(); round.skill.len()], ..round.clone() }
            .settle();
        for place in 0..round.opened.len() {
            for other in round.equals(place) {
                if round.kept_word[place] != round.kept_word[other] {
                    continue;
                }
                let (one, two) = (round.opened[place], round.opened[other]);
                prop_assert_eq!(payments.paid[one], payments.paid[two]);
                prop_assert_eq!(payments.forfeited[one], payments.forfeited[two]);
            }
        }
    }

    /// However many give it: an answer brings the winner's part, once.
    #[test]
    fn an_answer_brings_no_more_when_more_give_it(round in any_round()) {
        let unskilled = Round { skill: vec![Fixed::zero(); round.skill.len()], ..round };
        let paid: u128 = unskilled.settle().paid.iter().sum();
        prop_assert!(paid <= unskilled.rules.winner_share.mul_floor(unskilled.reward));
    }

    /// All together, whatever the client asks for: so nobody does better where it asks for more.
    #[test]
    fn agents_get_no_more_where_nobody_wins(round in any_round()) {
        let (won, unwon) = (Round { is_won: true, ..round.clone() }, round.unwon());
        let (won, unwon) = (won.settle(), unwon.settle());
        prop_assert_eq!(&unwon.forfeited, &won.forfeited);
        prop_assert!(unwon.paid.iter().sum::<u128>() <= won.paid.iter().sum::<u128>() + 100);
        prop_assert!(unwon.returned >= won.returned);
    }

    /// Whoever makes another one lose used to gain by it.
    #[test]
    fn nobody_gains_by_what_others_lose(round in any_round()) {
        let paid: u128 = round.settle().paid.iter().sum();
        prop_assert!(paid <= round.reward);
    }

    #[test]
    fn nothing_overflows(round in any_round(), reward: u128, ticket: u128) {
        let round = Round { reward, ticket, ..round };
        prop_assert!(round.settle().forfeited.iter().all(|forfeit| *forfeit <= ticket));
    }

    #[test]
    fn a_ticket_covers_the_loss_in_every_swarm_and_costs_the_minimum_at_least(
        reward in 0..u128::MAX / 3,
        minimum: u128,
        agents in MIN_SWARM as usize..=100,
    ) {
        let price = ticket_price(&RULES, minimum, reward);
        prop_assert!(price >= minimum);
        let loss = reward / 20 * 3 / u128::from(MIN_SWARM);
        prop_assert!(price == minimum || price.abs_diff(loss) <= 3);
        prop_assert!(price >= poor_answer_loss(&RULES, reward, agents));
    }

    #[test]
    fn skill_is_a_part_of_one(seed: [u8; 32], n in 2usize..20) {
        let grades = any_grades(&seed, n);
        let skill = skill(&Comparisons::of(&[], &grades));
        prop_assert_eq!(skill.len(), n);
        prop_assert!(skill.iter().all(|part| (Fixed::zero()..=Fixed::from_u32(1)).contains(part)));
    }

    /// Whatever it says: no number is as near to several others as their own mean.
    #[test]
    fn who_grades_everything_alike_has_no_skill(
        seed: [u8; 32],
        n in 2usize..20,
        grader in 0usize..20,
        basis_points in 0..=10_000u16,
    ) {
        let mut grades = any_grades(&seed, n);
        for (_, grade) in &mut grades.given[grader % n] {
            *grade = Grade::new(basis_points).unwrap();
        }
        let skill = skill(&Comparisons::of(&[], &grades));
        // The mean itself comes as near as that, so rounding may leave a trace.
        prop_assert!(skill[grader % n] < fixed(1e-12), "{:?}", skill[grader % n]);
    }
}

#[test]
fn a_round_is_paid_as_by_hand() {
    // The median is 0.6: agent 0 is below and loses 0.15 of a third of 1 000. Agent 2 wins. Graders
    // share 300 as 2:1:1.
    let payments = Round::of_four().settle();
    assert_eq!(payments.paid, [150, 0, 700 + 75, 75]);
    assert_eq!(payments.forfeited, [50, 100, 0, 0]);
    assert_eq!(payments.treasury, 50 + 100);
}

#[test]
fn the_best_answer_wins_even_if_its_agent_did_not_grade() {
    let payments = Round { kept_word: vec![true, false, true], ..Round::of_four() }.settle();
    assert_eq!(payments.paid, [200, 0, 700, 100]);
    assert_eq!(payments.forfeited, [50, 100, 100, 0]);
    assert_eq!(payments.treasury, 50 + 200);
}

#[test]
fn where_nobody_wins_all_who_opened_share_a_part_and_the_client_gets_the_rest_back() {
    // Three quarters of 700 for three, 175 each; graders and losses as ever.
    let payments = Round::of_four().unwon().settle();
    assert_eq!(payments.paid, [150 + 175, 0, 75 + 175, 75 + 175]);
    assert_eq!(payments.forfeited, [50, 100, 0, 0]);
    assert_eq!((payments.returned, payments.treasury), (175, 50 + 100));
    // Who opened is paid for that, whether or not it graded; and loses its ticket for not grading.
    let silent = Round { kept_word: vec![false; 3], ..Round::of_four() }.unwon().settle();
    assert_eq!((silent.paid, silent.forfeited), (vec![175, 0, 175, 175], vec![100; 4]));
    assert_eq!((silent.returned, silent.treasury), (175 + 300, 400));
    // Who is alone gets the whole part.
    let alone = Round {
        opened: vec![2],
        kept_word: vec![true],
        scores: vec![fixed(0.4)],
        finals: vec![None],
        skill: vec![Fixed::zero()],
        winner: 0,
        ..Round::of_four()
    };
    let alone = alone.unwon().settle();
    assert_eq!((alone.paid, alone.returned), (vec![0, 0, 525, 0], 175 + 300));
    assert_eq!((alone.forfeited, alone.treasury), (vec![100, 100, 0, 100], 300));
}

/// With the runtime's parts. Nobody can tell such answers apart, so that half of them are poor and
/// no grader has skill.
#[test]
fn a_question_that_nobody_can_answer_costs_honest_agents_nothing_and_junk_what_it_may_cost() {
    let rules = PaymentRules { poor_answer_loss: Fixed::from_u32(1), ..RULES };
    let reward = 20_000_000_000_000;
    // In smaller ones, which come about if fewer open than committed, the ticket caps what is lost.
    for n in MIN_SWARM as usize..=100 {
        let round = Round {
            rules,
            reward,
            ticket: ticket_price(&rules, 1, reward),
            committed: n,
            opened: (0..n).collect(),
            kept_word: vec![true; n],
            scores: (0..n).map(|place| fixed(0.3 + 0.001 * place as f64)).collect(),
            finals: vec![None; n],
            skill: vec![Fixed::zero(); n],
            winner: n - 1,
            is_won: false,
        };
        let payments = round.settle();
        let gains: Vec<i128> = payments
            .paid
            .iter()
            .zip(&payments.forfeited)
            .map(|(paid, forfeited)| *paid as i128 - *forfeited as i128)
            .collect();
        let all: i128 = gains.iter().sum();
        assert!(all > 0, "{n}: {all}");
        // Whoever is always poor, because others are honest, loses.
        let poor = gains.iter().zip(&payments.forfeited).filter(|(_, forfeited)| **forfeited > 0);
        assert_eq!(poor.clone().count(), n / 2);
        assert!(poor.clone().all(|(gain, _)| *gain < 0), "{n}: {gains:?}");
        // And what the client reads costs it more than half.
        assert!(payments.returned < reward / 2, "{n}: {}", payments.returned);
    }
}

#[test]
fn of_an_even_number_the_middle_two_make_the_median() {
    let round = Round {
        opened: vec![0, 1, 2, 3],
        kept_word: vec![true; 4],
        scores: vec![fixed(0.1), fixed(0.4), fixed(0.6), fixed(0.9)],
        finals: vec![None; 4],
        skill: vec![fixed(1.0); 4],
        winner: 3,
        ..Round::of_four()
    };
    assert_eq!(round.settle().forfeited, [37, 37, 0, 0]);
    let equal = Round { scores: vec![fixed(0.5); 4], ..round };
    assert_eq!(equal.settle().forfeited, [0; 4]);
}

#[test]
fn who_gives_the_winning_answer_shares_the_prize_and_equal_answers_are_poor_together() {
    let round = Round {
        committed: 6,
        opened: vec![0, 1, 2, 3, 4, 5],
        kept_word: vec![true; 6],
        scores: [0.3, 0.8, 0.6, 0.1, 0.2, 0.7].map(fixed).to_vec(),
        finals: vec![Some(1), Some(2), Some(2), Some(3), Some(3), None],
        skill: vec![fixed(1.0); 6],
        winner: 1,
        ..Round::of_four()
    };
    // They count as 0.3, 0.7, 0.7, 0.15, 0.15, 0.7, of which the median is 0.5. Three are below and
    // lose 0.15 of a sixth of 1 000 each; agents 1 and 2 share 700; 50 each for grading.
    let payments = round.settle();
    assert_eq!(payments.forfeited, [25, 0, 0, 25, 25, 0]);
    assert_eq!(payments.paid, [50, 350 + 50, 350 + 50, 50, 50, 50]);
    assert_eq!(payments.treasury, 3 * 25);
    // By itself, agent 2 would be no winner; and where all answers are equal, none is poor.
    let alone = Round { finals: vec![None; 6], ..round.clone() }.settle();
    assert_eq!(alone.paid, [50, 700 + 50, 50, 50, 50, 50]);
    let agreed = Round { finals: vec![Some(1); 6], ..round }.settle();
    assert_eq!((agreed.forfeited, agreed.paid), (vec![0; 6], vec![116 + 50; 6]));
}

#[test]
fn the_winning_answer_is_not_poor_whatever_others_who_gave_it_scored() {
    // The winner's answer counts as 0.4, below the median of 0.5.
    let round = Round {
        scores: [0.6, 0.2, 0.5].map(fixed).to_vec(),
        finals: vec![Some(1), Some(1), None],
        winner: 0,
        ..Round::of_four()
    };
    assert_eq!(round.counts_as(0), fixed(0.4));
    assert_eq!(round.settle().forfeited, [0, 100, 0, 0]);
    let four = Round {
        committed: 5,
        opened: vec![0, 1, 2, 3, 4],
        kept_word: vec![true; 5],
        scores: [0.6, 0.2, 0.5, 0.5, 0.5].map(fixed).to_vec(),
        finals: vec![Some(1), Some(1), None, None, None],
        skill: vec![fixed(1.0); 5],
        ..round
    };
    assert_eq!(four.settle().forfeited, [0; 5]);
}

#[test]
fn where_nobody_has_skill_the_client_keeps_the_graders_part_and_the_treasury_gets_the_dust() {
    let nobody = Round { skill: vec![Fixed::zero(); 3], ..Round::of_four() }.settle();
    assert_eq!((nobody.paid, nobody.treasury), (vec![0, 0, 700, 0], 50 + 100));
    assert_eq!(nobody.returned, 300);
    // Nor are those paid who broke their word, however skilled.
    let alone = Round { kept_word: vec![true, false, false], ..Round::of_four() };
    let alone = Round { skill: [0.0, 1.0, 1.0].map(fixed).to_vec(), ..alone }.settle();
    assert_eq!((alone.returned, alone.paid), (300, vec![0, 0, 700, 0]));
    let dust = Round { skill: vec![fixed(1.0); 3], reward: 1_003, ..Round::of_four() }.settle();
    // 702 for the winner, 301 for three graders: 100 each, one is left.
    assert_eq!((dust.paid, dust.treasury), (vec![100, 0, 702 + 100, 100], 50 + 100 + 1));
}

#[test]
fn skill_is_the_part_of_the_others_spread_that_the_grades_account_for() {
    let of = |grades: [[u16; 2]; 3]| {
        let said = |grader: usize, [first, second]: [u16; 2]| {
            let graded = [(grader + 1) % 3, (grader + 2) % 3];
            vec![(graded[0], Grade::new(first).unwrap()), (graded[1], Grade::new(second).unwrap())]
        };
        let given =
            grades.into_iter().enumerate().map(|(grader, grades)| said(grader, grades)).collect();
        let grades = GradeMatrix { given };
        skill(&Comparisons::of(&[], &grades))
    };
    // Place 0 grades places 1 and 2, of which the others say 0.75 and 0.25: a spread of 2 · 0.25².
    // With 0.7 and 0.4 it errs by 0.05² + 0.15², a fifth of that.
    let skills = of([[7_000, 4_000], [2_500, 5_000], [5_000, 7_500]]);
    assert_eq!(skills[0], fixed(0.8));
    // The others see no difference: there is nothing to account for.
    assert_eq!(of([[7_000, 4_000], [5_000, 5_000], [5_000, 5_000]])[0], Fixed::zero());
    // Newcomers who agree have all the skill there is.
    assert_eq!(of([[9_000, 2_000], [2_000, 6_000], [6_000, 9_000]]), [fixed(1.0); 3]);
}
