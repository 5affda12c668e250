//! What is measured must be such as a chain can come to.

use super::*;
use crate::{
    mock::{check_invariants, Test},
    tests::benchmarking::chain,
};

#[test]
fn rounds_on_the_stage_should_hold_the_invariants() {
    for set_up in [
        || answering::<Test>(1),
        opening::<Test>,
        grading,
        opening_grades,
        || due_to_be_settled(7, 1),
        || grades_sealed(2, 1),
    ] {
        chain().execute_with(|| {
            set_up();
            check_invariants();
        });
    }
}

#[test]
fn settled_rounds_should_hold_the_invariants_and_list_the_grades_that_are_wanted() {
    for (agents, grades) in [(2, 1), (7, 5), (7, MAX_GRADES)] {
        chain().execute_with(|| {
            let round = settled::<Test>(agents, grades, b"49", &[7; 32]);
            let result = Results::<Test>::get(round).expect("the round is over");
            let counted = (result.members.len() as u32, result.grades.len() as u32);
            assert_eq!(counted, (agents, grades));
            check_invariants();
        });
    }
}
