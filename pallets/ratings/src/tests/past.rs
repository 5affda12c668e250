//! What agents' rounds brought them.

use super::records::standing;
use crate::{mock::*, Past, Pasts};
use waggle_primitives::{
    domain::GENERAL,
    traits::{OnAgents, Ratings as _, RoundOutcome},
    view::{AgentPast, RatingPoint},
    RoundId, MAX_RATING_POINTS,
};

fn outcome(round: RoundId) -> RoundOutcome {
    RoundOutcome { round, domain: GENERAL, won: false, paid: 0, forfeited: 0, rated: false }
}

#[test]
fn past_should_be_empty_before_the_first_round_is_over() {
    build_and_execute(|| assert_eq!(Ratings::past(&1), AgentPast::default()));
}

#[test]
fn past_should_add_up_what_rounds_brought() {
    build_and_execute(|| {
        Ratings::round_ended(&1, RoundOutcome { won: true, paid: 70, ..outcome(3) });
        Ratings::round_ended(&1, RoundOutcome { paid: 5, forfeited: 20, ..outcome(4) });
        Ratings::round_ended(&2, RoundOutcome { forfeited: 1, ..outcome(4) });
        let expected = AgentPast { rounds: 2, won: 1, paid: 75, forfeited: 20, ratings: vec![] };
        assert_eq!(Ratings::past(&1), expected);
        assert_eq!(Ratings::past(&2), AgentPast { rounds: 1, forfeited: 1, ..Default::default() });
    });
}

#[test]
fn past_should_keep_the_last_ratings_when_there_are_more_than_fit() {
    build_and_execute(|| {
        let rounds = u64::from(MAX_RATING_POINTS) + 3;
        let mut points = Vec::new();
        for round in 0..rounds {
            let known = standing((u128::from(round) + 1, 10), 200);
            Ratings::set(GENERAL, &1, known);
            Ratings::round_ended(&1, RoundOutcome { rated: true, ..outcome(round) });
            points.push(RatingPoint { round, rating: known.rating() });
        }
        // An unrated round leaves no point.
        Ratings::round_ended(&1, outcome(rounds));
        let past = Ratings::past(&1);
        assert_eq!(u64::from(past.rounds), rounds + 1);
        assert_eq!(past.ratings, points[3..]);
    });
}

#[test]
fn past_should_be_of_all_domains_with_the_ratings_of_each_round_s_own() {
    build_and_execute(|| {
        let (here, there) = (standing((2, 1), 6), standing((1, 1), 6));
        assert_ne!(here.rating(), there.rating());
        Ratings::set(GENERAL, &1, here);
        Ratings::set(3, &1, there);
        let newcomer = Ratings::get(4, &1);
        for (round, domain) in [(0, GENERAL), (1, 3), (2, 4), (3, GENERAL)] {
            Ratings::round_ended(&1, RoundOutcome { domain, rated: true, ..outcome(round) });
        }
        let past = Ratings::past(&1);
        assert_eq!(past.rounds, 4);
        let ratings: Vec<_> = past.ratings.iter().map(|point| point.rating).collect();
        let known = [here, there, newcomer, here];
        assert_eq!(ratings, known.map(|known| known.rating()));
    });
}

#[test]
fn past_should_go_with_the_agent() {
    build_and_execute(|| {
        Ratings::round_ended(&1, outcome(0));
        Ratings::round_ended(&2, outcome(0));
        Ratings::removed(&1);
        assert!(!Pasts::<Test>::contains_key(1));
        assert!(Pasts::<Test>::contains_key(2));
    });
}

#[test]
fn try_state_should_fail_when_a_past_makes_no_sense() {
    build_and_execute(|| {
        for past in [Past::default(), Past { rounds: 1, won: 2, ..Default::default() }] {
            Pasts::<Test>::insert(1, past);
            assert!(Ratings::do_try_state().is_err());
        }
        Pasts::<Test>::remove(1);
    });
}
