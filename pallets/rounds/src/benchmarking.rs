//! Benchmarks of each piece of work that [`WeightInfo`](crate::WeightInfo) names, in its dearest
//! case: prompts and answers of the greatest length, swarms of the greatest size.
//!
//! Those marked `extra` measure whole calls and a whole hook, or the cheaper ones of several ways.
//! No weight is made of them: they are there to be compared with the sum of their pieces
//! (`./scripts/weights --extra`).
//!
//! They run as tests on the mock, and, with the feature `runtime-benchmarks`, on the real runtime,
//! where `./scripts/weights` makes the runtime's weights of them.

// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod settled;
mod setup;
mod stage;
#[cfg(test)]
mod stages;
mod swarms;

pub use settled::settled;
pub use setup::Setup;

use crate::{
    ending::Gathered, places::Places, seats::NAMES_IN_BLOCK, Agenda, AgendaCursor, Call, Config,
    Draws, Expiries, Pallet, Results, Rolls, Rounds,
};
use alloc::{vec, vec::Vec};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{Get, Hooks},
    weights::WeightMeter,
};
use frame_system::RawOrigin;
use sp_runtime::SaturatedConversion;
use stage::Stage;
use swarms::*;
use waggle_primitives::{
    assignment::assign,
    audit::sample::MAX_SAMPLE_ANSWERS,
    candidates::Candidates,
    grades::GradeMatrix,
    lots::{Lots, Seats},
    reward_pool::MAX_COUNTED,
    traits::Domains,
    Phase, RoundId, MAX_ANSWER_BYTES, MAX_BATCH, MAX_GRADES, MAX_PROMPT_BYTES, MAX_SWARM,
    MIN_SWARM,
};

#[benchmarks(where T: Setup)]
mod benchmarks {
    use super::*;

    /// A prompt of `p` bytes.
    #[benchmark]
    fn submit(p: Linear<1, MAX_PROMPT_BYTES>) {
        let client: T::AccountId = whitelisted_caller();
        T::endow(&client);
        stage::hire::<T>(MAX_SWARM + 1);
        let draws = T::MaxOpenRounds::get() - 1;
        (1..=draws).for_each(|round| Pallet::<T>::begin_draw(1_000 + RoundId::from(round)));
        let prompt = vec![b'?'; p as usize].try_into().expect("as long as allowed");

        #[extrinsic_call]
        submit(RawOrigin::Signed(client), prompt, T::domain(), stage::terms::<T>(), [7; 32]);

        assert_eq!((Rounds::<T>::count(), Draws::<T>::get().len() as u32), (1, draws + 1));
    }

    /// The check of an entry with `b` bytes of answer: of the four acts it looks at most.
    #[benchmark]
    fn authorize_act(b: Linear<1, MAX_ANSWER_BYTES>) {
        let stage = answering::<T>(b);
        stage.draw_for(0);
        let act = stage.signed(0, stage.commit_answer(0));
        let passed;

        #[block]
        {
            passed = is_authorised::<T>(&act);
        }

        assert!(passed);
    }

    /// The check of an opening, in a full swarm.
    #[benchmark(extra)]
    fn authorize_open_answer() {
        let stage = opening::<T>();
        let act = stage.signed(0, stage.open_answer(0));
        let passed;

        #[block]
        {
            passed = is_authorised::<T>(&act);
        }

        assert!(passed);
    }

    /// The check of sealed grades, in a full swarm.
    #[benchmark(extra)]
    fn authorize_commit_grades() {
        let stage = grading::<T>();
        let act = stage.signed(0, stage.commit_grades(0));
        let passed;

        #[block]
        {
            passed = is_authorised::<T>(&act);
        }

        assert!(passed);
    }

    /// The check of an opening of grades, in a full swarm.
    #[benchmark(extra)]
    fn authorize_open_grades() {
        let stage = opening_grades::<T>();
        let act = stage.signed(0, stage.open_grades(0));
        let passed;

        #[block]
        {
            passed = is_authorised::<T>(&act);
        }

        assert!(passed);
    }

    /// The check of a batch of `a` entries, all of the greatest length: `a` times
    /// [`authorize_act`].
    #[benchmark(extra)]
    fn authorize_batch(a: Linear<1, MAX_BATCH>) {
        let stage = Stage::<T>::asked(stage::hire::<T>(a), MAX_ANSWER_BYTES);
        let acts = entries(&stage, a);
        let passed;

        #[block]
        {
            passed = Pallet::<T>::check_batch(&acts).is_ok();
        }

        assert!(passed);
    }

    /// An entry with `b` bytes of answer that is not the last one, of an agent that has been taken
    /// off the roster.
    #[benchmark]
    fn commit_answer(b: Linear<1, MAX_ANSWER_BYTES>) {
        let stage = answering::<T>(b);
        stage.widen();
        stage::all_stay_away::<T>(1, T::max_absences());
        let signed = stage.unsigned(0, stage.commit_answer(0));

        #[extrinsic_call]
        act(RawOrigin::Authorized, signed);

        assert_eq!(stage.record().committed, MAX_SWARM - 1);
    }

    /// The opening of an answer of `b` bytes, in a full swarm whose other answers are open but one.
    #[benchmark]
    fn open_answer(b: Linear<1, MAX_ANSWER_BYTES>) {
        T::provide_randomness();
        let stage = Stage::<T>::asked(stage::hire::<T>(MAX_SWARM), 1);
        stage.commits(0, &stage::dear_to_fold(b));
        stage.all_commit(1..MAX_SWARM);
        stage.all_open(2..MAX_SWARM);
        let signed = stage.unsigned(0, stage.open_answer(0));

        #[extrinsic_call]
        act(RawOrigin::Authorized, signed);

        assert_eq!(stage.record().opened.len() as u32, MAX_SWARM - 1);
    }

    /// Sealed grades, in a full swarm, that are not the last ones.
    #[benchmark]
    fn commit_grades() {
        let stage = grading::<T>();
        let signed = stage.unsigned(0, stage.commit_grades(0));

        #[extrinsic_call]
        act(RawOrigin::Authorized, signed);

        assert_eq!(stage.record().grades_committed, MAX_SWARM - 1);
    }

    /// The opening of grades, in a full swarm, that is not the last one.
    #[benchmark]
    fn open_grades() {
        let stage = opening_grades::<T>();
        let signed = stage.unsigned(0, stage.open_grades(0));

        #[extrinsic_call]
        act(RawOrigin::Authorized, signed);

        assert_eq!(stage.record().well_formed, MAX_SWARM - 1);
    }

    /// A batch of `a` entries, all of the greatest length: `a` times [`commit_answer`].
    #[benchmark(extra)]
    fn act_batch(a: Linear<1, MAX_BATCH>) {
        let stage = Stage::<T>::asked(stage::hire::<T>(a), MAX_ANSWER_BYTES);
        let acts = entries(&stage, a);

        #[extrinsic_call]
        act_batch(RawOrigin::Authorized, acts);

        assert_eq!(stage.record().committed, a);
    }

    /// The end of the block in which a full swarm has opened its grades: [`agenda_step`], [`poke`],
    /// [`settle_round`] and [`judge`].
    #[benchmark(extra)]
    fn on_idle() {
        let stage = grades_sealed::<T>(MAX_SWARM, MAX_ANSWER_BYTES);
        stage.all_open_grades(0..MAX_SWARM);
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            Pallet::<T>::on_idle(now, WeightMeter::new().limit());
        }

        assert_eq!(
            Results::<T>::get(stage.round).map(|result| result.grades.len() as u32),
            Some(MAX_GRADES)
        );
    }

    /// The end of the opening phase by its deadline: `n` agents opened their answers, one did not.
    #[benchmark]
    fn change_phase(n: Linear<2, { MAX_SWARM - 1 }>) {
        T::provide_randomness();
        let stage = Stage::<T>::asked(stage::hire::<T>(n + 1), MAX_ANSWER_BYTES);
        stage.all_commit(0..n + 1);
        if n + 1 < MAX_SWARM {
            stage.pass_deadline();
        }
        stage.all_open(0..n);
        let (due, record) = (stage.until_due(), stage.record());

        #[block]
        {
            Pallet::<T>::finish_phase(stage.round, record, due);
            // As at the end of the time for answers.
            Rolls::<T>::insert(stage.round, n);
        }

        assert_eq!(stage.record().phase, Phase::Grading);
    }

    /// Settlement of a round of `n` agents with answers of `b` bytes, each of which got one grade,
    /// so that the round teaches something of all of them: what grows with the number of grades is
    /// [`judge`]'s. In smaller rounds nothing is learnt.
    #[benchmark]
    fn settle_round(n: Linear<MIN_SWARM, MAX_SWARM>, b: Linear<1, MAX_ANSWER_BYTES>) {
        let stage = due_to_be_settled::<T>(n, b);
        stage.let_each_answer_have_one_grade();
        let (mut record, due) = (stage.record(), stage.until_due());
        // As rounds are that teach, however few agents this one has.
        record.terms.answering_blocks = T::LearningRules::get().answering_blocks;
        record.well_formed = n;

        #[block]
        {
            Pallet::<T>::finish_phase(stage.round, record, due);
        }

        let result = Results::<T>::get(stage.round).expect("the round is over");
        assert!(matches!(result.ending, crate::types::Ending::Settled { .. }));
        assert_eq!((result.members.len() as u32, result.grades.len() as u32), (n, n));
        assert!(stage.has_taught_of_all(), "what is known of some agent is not written");
    }

    /// `n` agents served in a round, in another epoch than that in which the domain's reward pool
    /// was touched last.
    #[benchmark]
    fn note_service(n: Linear<1, MAX_COUNTED>) {
        stage::hire::<T>(n);
        let owners: Vec<_> =
            stage::members::<T>(n).into_iter().map(|member| member.owner).collect();
        T::fill_pool();

        #[block]
        {
            T::Domains::served(T::domain(), &owners);
        }

        assert!(T::has_served(&owners[0]));
    }

    /// Handing `n` answers of the greatest length over to auditors, of members that claim as much
    /// as they may.
    #[benchmark]
    fn sample(n: Linear<MIN_SWARM, MAX_SAMPLE_ANSWERS>) {
        let stage = due_to_be_settled::<T>(n, MAX_ANSWER_BYTES);
        let (round, record) = (stage.round, stage.record());
        let gathered = Pallet::<T>::gather(round, &record);
        let owners: Vec<_> = gathered.members.iter().map(|member| member.owner.clone()).collect();
        T::have_audited(&owners);
        let sampled;

        #[block]
        {
            sampled = Pallet::<T>::sample(round, &record, &gathered);
        }

        assert_eq!(sampled, n);
    }

    /// What is made of `g` grades, apart from storage: weights, scores, winner, ratings, payments,
    /// and their listing in the result.
    #[benchmark]
    fn judge(g: Linear<2, MAX_GRADES>) {
        let given = stage::grades_by_place(g);
        let swarm = given.len();
        let mut record = Stage::<T>::asked(Vec::new(), 1).record();
        record.opened = stage::indices(swarm);
        record.committed = swarm as u32;
        let seed = [9; 32];
        let given = assign(&seed, swarm)
            .into_iter()
            .zip(given)
            .enumerate()
            .map(|(grader, (graded, grades))| {
                let grade = |author: usize| (author, stage::grade(grader as u32, author as u32));
                graded.into_iter().take(grades).map(grade).collect()
            })
            .collect();
        let gathered = Gathered {
            members: stage::members::<T>(swarm as u32),
            places: Places::of(&record),
            // As many as there can be, each of two answers: that is where most is looked for.
            candidates: Candidates::of(
                &(0..swarm).map(|place| Some(place / 2)).collect::<Vec<_>>(),
            ),
            seed,
            grades: GradeMatrix { given },
            before: (0..swarm as u32).map(stage::seasoned).collect(),
        };
        let listed;

        #[block]
        {
            let verdict = Pallet::<T>::judge(T::domain(), &gathered).expect("there are grades");
            let payments = Pallet::<T>::payments(&record, &gathered, &verdict);
            let entries = gathered.grade_entries();
            listed = (entries.len() as u32, entries.encode(), payments);
        }

        assert_eq!(listed.0, g);
    }

    /// Cancellation of a round of `n` agents that get their tickets back and are consoled, because
    /// too few came: the dearest way to cancel.
    #[benchmark]
    fn cancel_round(n: Linear<1, { MAX_SWARM - 1 }>) {
        let stage = Stage::<T>::asked(stage::hire::<T>(n), MAX_ANSWER_BYTES);
        stage.all_commit(0..n);
        stage.give_pasts();
        let due = stage.until_due();
        let mut record = stage.record();
        record.terms.min_agents = MAX_SWARM;
        // As if nobody had had the time to draw its seats.
        stage.begin_draw();
        record.seats = stage.record().seats;

        #[block]
        {
            Pallet::<T>::finish_phase(stage.round, record, due);
        }

        let result = Results::<T>::get(stage.round).expect("the round is over");
        assert_eq!(result.treasury, 0);
    }

    /// Cancellation of a round of `n` agents that all lose their tickets, because nobody opened an
    /// answer.
    #[benchmark(extra)]
    fn cancel_round_with_forfeits(n: Linear<2, MAX_SWARM>) {
        T::provide_randomness();
        let stage = Stage::<T>::asked(stage::hire::<T>(n), MAX_ANSWER_BYTES);
        stage.all_commit(0..n);
        stage.give_pasts();
        let due = stage.until_due();
        let mut record = stage.record();
        record.phase = Phase::OpeningAnswers;

        #[block]
        {
            Pallet::<T>::finish_phase(stage.round, record, due);
        }

        let result = Results::<T>::get(stage.round).expect("the round is over");
        assert_eq!(result.treasury, result.ticket * u128::from(n));
    }

    /// A block's contribution to `d` draws, with which all of them are over.
    #[benchmark]
    fn draw_seats(d: Linear<0, 64>) {
        let draws = d.min(T::MaxOpenRounds::get());
        let stages: Vec<_> =
            (0..draws).map(|client| Stage::<T>::asked_by(client, Vec::new(), 1)).collect();
        stages.iter().for_each(Stage::begin_draw);
        T::provide_randomness();
        let now = frame_system::Pallet::<T>::block_number().saturated_into();
        let mut meter = WeightMeter::new();

        #[block]
        {
            Pallet::<T>::contribute_to_draws(now, &mut meter);
        }

        assert!(stages.iter().all(|stage| matches!(stage.record().seats, Seats::Drawn { .. })));
    }

    /// Finding a roll, and calling `n` names of it: all have stayed away once too often, of a
    /// roster of twice as many as a swarm may have.
    #[benchmark]
    fn call_roll(n: Linear<1, NAMES_IN_BLOCK>) {
        let agents = 2 * MAX_SWARM;
        let stage = Stage::<T>::asked(stage::hire::<T>(agents), 1);
        stage::all_stay_away::<T>(agents, T::max_absences() - 1);
        let members = T::Domains::roster_size(T::domain());
        stage.draw_among(members, [5; 32]);
        let in_a_larger_one = Lots::new([5; 32], 4_097);
        Rolls::<T>::insert(stage.round, n);
        let mut meter = WeightMeter::new();

        #[block]
        {
            Pallet::<T>::call_rolls(&mut meter);
            // A lot may take longer to find.
            for lot in 0..n {
                let _ = in_a_larger_one.number_with(lot);
            }
        }

        // Some that got another's number are not called any more.
        assert!(members - T::Domains::roster_size(T::domain()) >= n / 2);
        assert!(!Rolls::<T>::contains_key(stage.round));
    }

    /// Looking at a round that is not due: what a poke costs apart from the end of the phase.
    #[benchmark]
    fn poke() {
        let caller: T::AccountId = whitelisted_caller();
        let stage = opening_grades::<T>();
        let refused;

        #[block]
        {
            refused = Pallet::<T>::poke(RawOrigin::Signed(caller).into(), stage.round).is_err();
        }

        assert!(refused);
    }

    /// An agenda on which nothing is due.
    #[benchmark]
    fn agenda() {
        let now = 10;
        AgendaCursor::<T>::put(now + 1);
        let mut meter = WeightMeter::new();

        #[block]
        {
            Pallet::<T>::advance_due_rounds(now, &mut meter);
        }

        assert_eq!(AgendaCursor::<T>::get(), now + 1);
    }

    /// Finding a round that is due in a block, and reading it.
    #[benchmark]
    fn agenda_step() {
        let stage = opening_grades::<T>();
        let due = stage.until_due();
        let found;

        #[block]
        {
            // Looking for the next key reaches into the database, but is not counted as a read;
            // this is.
            let _ = Agenda::<T>::contains_key(due, stage.round);
            found = Agenda::<T>::iter_key_prefix(due).next().and_then(Rounds::<T>::get);
        }

        assert!(found.is_some());
    }

    /// Removing the result of a full swarm.
    #[benchmark]
    fn prune() {
        let stage = due_to_be_settled::<T>(MAX_SWARM, MAX_ANSWER_BYTES);
        Pallet::<T>::finish_phase(stage.round, stage.record(), stage.until_due());
        let (block, round) = Expiries::<T>::iter_keys().next().expect("the result expires");

        #[block]
        {
            Pallet::<T>::prune_result(block, round);
        }

        assert!(!Results::<T>::contains_key(round));
    }

    /// The hook in a block in which `r` rounds of seven agents are due to be settled.
    #[benchmark(extra)]
    fn on_poll(r: Linear<0, 64>) {
        let rounds = r.min(T::MaxOpenRounds::get());
        let swarm = 7;
        let agents = stage::hire::<T>(swarm);
        let stages: Vec<_> = (0..rounds)
            .map(|client| Stage::<T>::asked_by(client, agents.clone(), MAX_ANSWER_BYTES))
            .collect();
        T::provide_randomness();
        stages.iter().for_each(|stage| stage.all_commit(0..swarm));
        let mut now = 0;
        for stage in &stages {
            stage.pass_deadline();
            stage.all_open(0..swarm);
            stage.all_grade(0..swarm);
            stage.all_open_grades(0..swarm - 1);
        }
        for stage in &stages {
            now = stage.until_due();
        }
        AgendaCursor::<T>::put(now);
        let mut meter = WeightMeter::new();

        #[block]
        {
            Pallet::<T>::advance_due_rounds(now, &mut meter);
            Pallet::<T>::prune_expired_results(now, &mut meter);
        }

        assert_eq!((Rounds::<T>::count(), Results::<T>::iter_keys().count() as u32), (0, rounds));
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::benchmarking::chain(), crate::mock::Test);
}
