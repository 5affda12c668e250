//! What auditors get of judged rounds.

use super::swarm::*;
use crate::{mock::*, WeightInfo};
use frame_support::{traits::Hooks, weights::Weight};
use waggle_primitives::{
    attendance::LearningRules,
    audit::sample::MAX_SAMPLE_ANSWER_BYTES,
    traits::{SampledRound, TakenAnswer},
    RoundId,
};

type Weights = <Test as crate::Config>::WeightInfo;

/// The last block in which the round's phase goes on.
fn deadline(round: RoundId) -> u32 {
    crate::Rounds::<Test>::get(round).expect("the round runs").deadline
}

/// What auditors get of an agent.
fn taken(agent: u8, text: &[u8], kept_word: bool) -> TakenAnswer<AccountId> {
    TakenAnswer { owner: owner(agent), text: text.to_vec(), kept_word }
}

/// What auditors got of the only round of which they got something.
fn kept() -> SampledRound<AccountId> {
    let [(_, _, sample)]: [_; 1] = Kept::get().try_into().expect("one round");
    sample
}

#[test]
fn auditors_should_get_what_they_want_with_who_kept_its_word() {
    on_chain(|| {
        Wanted::set(vec![1, 3, 4, 5]);
        next_block();
        let round = ask(4, 6);
        all_commit(round, &[0, 1, 2, 3, 4, 5]);
        all_open(round, &[0, 1, 2, 3, 4]);
        run_to(deadline(round) + 1);
        all_grade(round, &[0, 1, 2, 3, 4]);
        next_block();
        all_open_grades(round, &[0, 1, 2, 3]);
        assert_eq!((Told::get(), Kept::get()), (vec![], vec![]), "before it is judged");
        run_to(deadline(round) + 2);

        let seed = result(round).seed.unwrap();
        assert_ne!(seed, [0; 32]);
        assert_eq!(result(round).blocks.submitted, 2);
        assert_eq!(Told::get(), [(GENERAL, 2, seed, 6)]);
        let sample = SampledRound {
            round,
            prompt: PROMPT.to_vec(),
            answers: vec![
                taken(1, &answer_of(1), true),
                taken(3, &answer_of(3), true),
                taken(4, &answer_of(4), false),
                taken(5, b"", false),
            ],
        };
        assert_eq!(Kept::get(), [(GENERAL, seed, sample)]);
    });
}

#[test]
fn auditors_should_be_told_the_round_s_domain() {
    on_chain(|| {
        let field = found(Question::Open, &[1, 2, 3, 4]);
        Wanted::set(vec![0]);
        let round = play_in(field, &[1, 2, 3, 4]);
        let domains = || Told::get().into_iter().map(|(domain, ..)| domain).collect::<Vec<_>>();
        assert_eq!(domains(), [field]);
        assert_eq!((kept().round, kept().answers), (round, vec![taken(1, &answer_of(1), true)]));
    });
}

#[test]
fn auditors_should_get_as_much_of_an_answer_as_is_kept_and_a_character_more() {
    on_chain(|| {
        Wanted::set(vec![3]);
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2]);
        let longest = format!("{:0>16384}", quality_of(3));
        assert_eq!(send(commit_answer(3, round, longest.as_bytes())), Ok(()));
        let agents = [0, 1, 2, 3];
        all_open(round, &agents);
        next_block();
        all_grade(round, &agents);
        next_block();
        all_open_grades(round, &agents);
        let beginning = &longest.as_bytes()[..MAX_SAMPLE_ANSWER_BYTES as usize + 4];
        assert_eq!(kept().answers, [taken(3, beginning, true)]);
    });
}

#[test]
fn whoever_has_nobody_to_grade_should_have_kept_its_word() {
    on_chain(|| {
        Wanted::set(vec![1, 2]);
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        all_open(round, &[2]);
        run_to(deadline(round) + 1);
        assert_eq!(kept().answers, [taken(1, b"", false), taken(2, &answer_of(2), true)]);
    });
}

#[test]
fn auditors_should_get_nothing_of_a_round_that_was_cancelled() {
    on_chain(|| {
        Wanted::set(vec![0]);
        let nobody_came = ask(4, 5);
        let nobody_opened = ask(4, 4);
        all_commit(nobody_opened, &[0, 1, 2, 3]);
        run_to(20);
        for round in [nobody_came, nobody_opened] {
            assert!(!result(round).ending.is_judged());
        }
        assert_eq!((Told::get(), Kept::get()), (vec![], vec![]));
    });
}

#[test]
fn auditors_should_get_nothing_of_a_round_that_was_not_worth_coming() {
    on_chain(|| {
        Wanted::set(vec![0]);
        for rules in [
            LearningRules { reward_per_seat: REWARD / 4 + 1, ..Default::default() },
            LearningRules { answering_blocks: 11, ..Default::default() },
        ] {
            Learning::set(rules);
            assert!(result(play(&[0, 1, 2, 3])).ending.is_judged());
            assert_eq!((Told::get(), Kept::get()), (vec![], vec![]));
        }
        Learning::set(LearningRules {
            reward_per_seat: REWARD / 4,
            answering_blocks: 10,
            ..Default::default()
        });
        play(&[0, 1, 2, 3]);
        assert_eq!(kept().answers, [taken(0, &answer_of(0), true)]);
    });
}

#[test]
fn auditors_should_be_told_of_each_judged_round_once() {
    on_chain(|| {
        for _ in 0..3 {
            play(&[0, 1, 2, 3]);
            next_block();
        }
        assert_eq!((Told::get().len(), Kept::get()), (3, vec![]), "they want nothing");
    });
}

#[test]
fn a_member_that_is_not_there_should_be_passed_over() {
    on_chain(|| {
        Wanted::set(vec![2, 7]);
        play(&[0, 1, 2, 3]);
        assert_eq!(kept().answers, [taken(2, &answer_of(2), true)]);
    });
}

/// What it costs to settle a round of four at the end of the block.
fn cost_of_settlement() -> Weight {
    let agents = [0, 1, 2, 3];
    let round = ask(4, 4);
    all_commit(round, &agents);
    all_open(round, &agents);
    next_block();
    all_grade(round, &agents);
    next_block();
    for agent in agents {
        assert_eq!(send(open_grades(agent, round)), Ok(()));
    }
    let spent = Rounds::on_idle(System::block_number(), Weight::MAX);
    assert!(result(round).ending.is_judged());
    next_block();
    spent
}

#[test]
fn only_a_sample_should_cost_what_a_sample_costs() {
    on_chain(|| {
        let plain = cost_of_settlement();
        Wanted::set(vec![1, 2]);
        let sampled = cost_of_settlement();
        assert_eq!(sampled, plain.saturating_add(Weights::sample(2)));
    });
}
