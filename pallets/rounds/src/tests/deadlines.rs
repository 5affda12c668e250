//! Deadlines: for the absent, in the hook, in calls, and when there is more to do than fits in a
//! block.

use super::swarm::*;
use crate::{
    mock::*, types::Ending, weights::WeightInfo, AgendaCursor, Event, Refusal, Rounds as RoundsMap,
};
use frame_support::{assert_ok, weights::WeightMeter};
use waggle_primitives::{view::RoundBlocks, CancelReason, Phase};

type Weights = <Test as crate::Config>::WeightInfo;

fn phase(round: u64) -> Option<Phase> {
    RoundsMap::<Test>::get(round).map(|record| record.phase)
}

#[test]
fn each_phase_should_end_in_the_block_after_its_deadline_when_somebody_is_absent() {
    on_chain(|| {
        let round = ask(4, 10);
        all_commit(round, &[0, 1, 2, 3, 4]);
        run_to(11);
        assert_eq!(phase(round), Some(Phase::Answering));
        next_block();
        assert_eq!(
            events(),
            [Event::PhaseChanged { round, phase: Phase::OpeningAnswers, deadline: 15 }]
        );
        all_open(round, &[0, 1, 2, 3]);
        run_to(15);
        assert_eq!(phase(round), Some(Phase::OpeningAnswers));
        next_block();
        assert_eq!(events(), [Event::PhaseChanged { round, phase: Phase::Grading, deadline: 20 }]);
        all_grade(round, &[0, 1, 2]);
        run_to(20);
        assert_eq!(phase(round), Some(Phase::Grading));
        next_block();
        assert_eq!(
            events(),
            [Event::PhaseChanged { round, phase: Phase::OpeningGrades, deadline: 24 }]
        );
        all_open_grades(round, &[0, 1]);
        run_to(24);
        assert_eq!(phase(round), Some(Phase::OpeningGrades));
        next_block();
        let result = result(round);
        assert!(matches!(result.ending, Ending::Settled { .. }));
        assert_eq!(
            result.blocks,
            RoundBlocks {
                submitted: 1,
                answering_ended: Some(12),
                opening_answers_ended: Some(16),
                grading_ended: Some(21),
                ended: Some(25),
            }
        );
        let forfeited: Vec<_> = result.members.iter().map(|member| member.forfeited).collect();
        assert_eq!(
            forfeited[2..],
            [TICKET, TICKET, TICKET],
            "no grades opened, none committed, no answer opened"
        );
    });
}

#[test]
fn act_should_move_a_due_round_on_when_the_hook_has_not_come_by() {
    on_chain(|| {
        let none = || WeightMeter::with_limit(Default::default());
        let round = ask(4, 10);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(11);
        next_block_with(&mut none());
        assert_eq!(phase(round), Some(Phase::Answering));
        all_open(round, &[0, 1]);
        assert_eq!(
            events()[..2],
            [
                Event::PhaseChanged { round, phase: Phase::OpeningAnswers, deadline: 15 },
                Event::AnswerOpened { round, index: 0 }
            ]
        );
        for _ in 12..16 {
            next_block_with(&mut none());
        }
        // Nobody can grade before the seed is drawn, so no act draws it here.
        assert_eq!(refusal_of(commit_bytes(0, round, &[0; 2])), Refusal::TooEarly.into());
        assert_ok!(Rounds::poke(RuntimeOrigin::signed(STRANGER), round));
        assert_eq!(send(commit_bytes(0, round, &[0; 2])), Ok(()));
        assert_eq!(phase(round), Some(Phase::Grading));
        for _ in 16..21 {
            next_block_with(&mut none());
        }
        all_open_grades(round, &[0]);
        assert!(
            matches!(result(round).ending, Ending::Settled { .. }),
            "the only grader has opened"
        );
    });
}

#[test]
fn act_should_be_refused_when_the_round_is_due_to_end() {
    on_chain(|| {
        let round = ask(4, 10);
        all_commit(round, &[0, 1]);
        run_to(11);
        next_block_with(&mut WeightMeter::with_limit(Default::default()));
        assert_eq!(refusal_of(open_answer(0, round)), Refusal::WrongPhase.into());
        assert_eq!(phase(round), Some(Phase::Answering));
        next_block();
        assert_eq!(
            result(round).ending,
            Ending::Cancelled { reason: CancelReason::TooFewCommitted }
        );
    });
}

#[test]
fn due_rounds_should_carry_over_in_order_when_the_meter_runs_out() {
    on_chain(|| {
        MaxOpenRounds::set(10);
        MaxOpenRoundsPerClient::set(10);
        let rounds: Vec<_> = (0..5).map(|_| ask(4, 5)).collect();
        run_to(11);
        // Enough for the cursor, the way to the due block and one cancellation.
        let one = looks()
            .saturating_add(Weights::agenda())
            .saturating_add(Weights::agenda_step().saturating_mul(2))
            .saturating_add(Weights::cancel_round(0));
        for done in 1..=5 {
            next_block_with(&mut WeightMeter::with_limit(one));
            assert_eq!(RoundsMap::<Test>::count(), 5 - done);
            assert_eq!(events().len(), 1);
        }
        assert!(rounds.iter().all(|round| phase(*round).is_none()));
        run_to(20);
        assert_eq!(AgendaCursor::<Test>::get(), 21);
    });
}

#[test]
fn cursor_should_never_pass_a_due_round_by() {
    on_chain(|| {
        let round = ask(4, 5);
        // Blocks that allow one step each: the cursor falls behind, and catches up.
        let step = Weights::agenda().saturating_add(Weights::agenda_step());
        for _ in 1..15 {
            next_block_with(&mut WeightMeter::with_limit(step));
        }
        assert_eq!(phase(round), Some(Phase::Answering));
        for _ in 15..30 {
            next_block_with(&mut WeightMeter::with_limit(Default::default()));
        }
        assert!(AgendaCursor::<Test>::get() <= 12);
        next_block();
        assert_eq!(phase(round), None);
        assert_eq!(result(round).blocks.ended, Some(31));
    });
}

#[test]
fn hook_should_not_consume_more_than_it_is_given() {
    on_chain(|| {
        for _ in 0..MaxOpenRounds::get() {
            let round = ask(4, 5);
            all_commit(round, &[0, 1, 2, 3]);
        }
        run_to(11);
        for limit in (0..4_000_000_000).step_by(250_000_000) {
            let mut meter =
                WeightMeter::with_limit(frame_support::weights::Weight::from_parts(limit, 0));
            next_block_with(&mut meter);
            assert!(meter.consumed().all_lte(meter.limit()));
        }
    });
}

#[test]
fn next_phase_should_have_its_full_time_however_late_the_round_is() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        for _ in 1..40 {
            next_block_with(&mut WeightMeter::with_limit(Default::default()));
        }
        next_block();
        let deadline = System::block_number() + 3;
        assert_eq!(
            events(),
            [Event::PhaseChanged { round, phase: Phase::OpeningAnswers, deadline }]
        );
    });
}

#[test]
fn no_act_should_be_charged_for_a_settlement() {
    on_chain(|| {
        use frame_support::dispatch::GetDispatchInfo;
        let round = ask(4, 4);
        let settlement = Weights::settlement(100, 0).ref_time();
        let opening = single(open_grades(0, round)).get_dispatch_info().call_weight.ref_time();
        assert!(opening < settlement, "{opening} {settlement}");
    });
}
