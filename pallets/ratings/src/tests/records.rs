//! Reading and replacing what is known of agents.

use crate::{mock::*, Event, Records, Standings};
use frame_support::traits::{GetStorageVersion, StorageVersion};
use waggle_primitives::{
    calibration::Calibration,
    choice::Standing,
    domain::GENERAL,
    record::RatingRecord,
    rule::{Known, Rule},
    traits::Ratings as _,
    Fixed,
};

/// What is known of an agent that has given `grades` grades, one in a round, which went with the
/// others' like this: the more, the better.
pub(crate) fn standing(product: (u128, u128), grades: u32) -> Known {
    let grading = Calibration {
        grades: Fixed::from_u32(grades),
        said: Fixed::from_rational(grades.into(), 2),
        heard: Fixed::from_rational(grades.into(), 2),
        said_squared: Fixed::from_rational(grades.into(), 3),
        heard_squared: Fixed::from_rational(grades.into(), 3),
        product: Fixed::from_rational(product.0, product.1),
        uncertainty: Fixed::from_rational(1, 10),
        rounds: grades,
    };
    Known::Standing(Standing { grading, ..Default::default() })
}

/// What a rule of single answers knows.
fn record() -> Known {
    let deviations = Fixed::from_rational(1, 10);
    Known::Record(RatingRecord { deviations, grades: Fixed::from_u32(3), ..Default::default() })
}

#[test]
fn get_should_return_a_newcomer_when_nothing_is_known() {
    build_and_execute(|| {
        for rule in [Rule::default(), Rule::PAPER] {
            Judging::set(rule);
            assert_eq!(Ratings::rule(), rule);
            assert_eq!(Ratings::get(GENERAL, &1), rule.newcomer());
        }
        assert!(
            !Standings::<Test>::contains_key(GENERAL, 1)
                && !Records::<Test>::contains_key(GENERAL, 1)
        );
    });
}

#[test]
fn set_should_replace_what_is_known_and_tell_both_ratings() {
    build_and_execute(|| {
        let (first, second) = (standing((2, 1), 6), standing((1, 1), 6));
        assert!(first.rating() > second.rating());
        Ratings::set(GENERAL, &1, first);
        assert_eq!(Ratings::get(GENERAL, &1), first);
        Ratings::set(GENERAL, &1, second);
        assert_eq!(Ratings::get(GENERAL, &1), second);
        let newcomer = Rule::default().newcomer();
        assert_eq!(Ratings::get(GENERAL, &2), newcomer);
        let changed = |before: Known, after: Known| Event::RatingChanged {
            domain: GENERAL,
            agent: 1,
            before: before.rating(),
            after: after.rating(),
        };
        assert_eq!(events(), vec![changed(newcomer, first), changed(first, second)]);
    });
}

#[test]
fn set_should_do_nothing_when_nothing_changed() {
    build_and_execute(|| {
        Ratings::set(GENERAL, &1, Rule::default().newcomer());
        assert!(!Standings::<Test>::contains_key(GENERAL, 1));
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        let _ = events();
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        assert_eq!(events(), vec![]);
    });
}

#[test]
fn set_should_store_nothing_of_a_newcomer() {
    build_and_execute(|| {
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        Ratings::set(GENERAL, &1, Rule::default().newcomer());
        assert!(!Standings::<Test>::contains_key(GENERAL, 1));
    });
}

#[test]
fn each_domain_should_know_its_own() {
    build_and_execute(|| {
        let (here, there) = (standing((2, 1), 6), standing((1, 1), 6));
        Ratings::set(GENERAL, &1, here);
        let newcomer = Ratings::get(3, &1);
        assert_eq!(newcomer, Rule::default().newcomer());
        let _ = events();
        Ratings::set(3, &1, there);
        assert_eq!((Ratings::get(GENERAL, &1), Ratings::get(3, &1)), (here, there));
        let (before, after) = (newcomer.rating(), there.rating());
        assert_eq!(events(), vec![Event::RatingChanged { domain: 3, agent: 1, before, after }]);

        Judging::set(Rule::PAPER);
        Ratings::set(3, &1, record());
        assert_eq!(Ratings::get(3, &1), record());
        assert_eq!(Ratings::get(GENERAL, &1), Rule::PAPER.newcomer());
    });
}

#[test]
fn each_kind_of_rule_should_know_its_own() {
    build_and_execute(|| {
        Ratings::set(GENERAL, &1, standing((2, 1), 6));
        Judging::set(Rule::PAPER);
        assert_eq!(Ratings::get(GENERAL, &1), Rule::PAPER.newcomer());
        Ratings::set(GENERAL, &1, record());
        assert_eq!(Ratings::get(GENERAL, &1), record());
        Judging::set(Rule::default());
        assert_eq!(Ratings::get(GENERAL, &1), standing((2, 1), 6));
    });
}

#[test]
fn the_storage_version_is_set_at_genesis() {
    build_and_execute(|| {
        assert_eq!(Ratings::on_chain_storage_version(), StorageVersion::new(2));
        assert_eq!(Ratings::in_code_storage_version(), StorageVersion::new(2));
    });
}

#[test]
fn try_state_should_fail_when_a_newcomer_is_stored() {
    build_and_execute(|| {
        Records::<Test>::insert(GENERAL, 1, RatingRecord::default());
        assert!(Ratings::do_try_state().is_err());
        Records::<Test>::remove(GENERAL, 1);
        Standings::<Test>::insert(GENERAL, 1, Standing::default());
        assert!(Ratings::do_try_state().is_err());
        Standings::<Test>::remove(GENERAL, 1);
    });
}
