//! What an act is good for: nothing but the round that its agent saw, whatever another fork calls
//! by the same number.

use super::swarm::*;
use crate::{
    migrations::{BindLaterRounds, V2ToV3},
    mock::*,
    types::{Prompt, RoundRecord},
    BoundFrom, Refusal,
};
use frame_support::{
    assert_ok,
    storage::{transactional::with_transaction_unchecked, TransactionOutcome},
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};
use waggle_primitives::{Grade, RoundId, RoundTerms, SealStep, SignedAct};

/// What happens on a fork: afterwards the chain is what it was.
fn on_a_fork<R>(happens: impl FnOnce() -> R) -> R {
    with_transaction_unchecked(|| TransactionOutcome::Rollback(happens()))
}

fn submit(client: AccountId, text: &[u8], terms: RoundTerms<u128>) -> RoundId {
    let round = crate::NextRound::<Test>::get();
    let text: Prompt = prompt(text);
    assert_ok!(Rounds::submit(RuntimeOrigin::signed(client), text, GENERAL, terms, NO_TRUTH));
    round
}

/// A round in which agents 0 to 3 have to grade, after a draw from this randomness.
fn assigned(randomness: u8) -> RoundId {
    let round = ask(4, 4);
    Randomness::set(Some([randomness; 32]));
    all_commit(round, &[0, 1, 2, 3]);
    next_block();
    all_open(round, &[0, 1, 2, 3]);
    next_block();
    round
}

fn record(round: RoundId) -> RoundRecord<AccountId> {
    crate::Rounds::<Test>::get(round).expect("the round runs")
}

#[test]
fn an_answer_should_count_for_no_other_round_of_the_same_number() {
    on_chain(|| {
        let stolen = |round: RoundId, of: &SignedAct| {
            assert_eq!(round, of.act.round(), "the forks count alike");
            authorize(&single(of.clone()))
        };
        let refused = || Err(Refusal::BadSignature.into());
        let here = on_a_fork(|| commit_answer(0, submit(CLIENT, PROMPT, terms(4, 5)), b"49"));
        let dearer = RoundTerms { reward: 2 * REWARD, ..terms(4, 5) };
        on_a_fork(|| {
            assert_eq!(stolen(submit(CLIENT, b"another question", terms(4, 5)), &here), refused())
        });
        on_a_fork(|| {
            assert_eq!(stolen(submit(CLIENT, PROMPT, dearer), &here), refused(), "another ticket")
        });
        on_a_fork(|| {
            assert_eq!(
                stolen(submit(STRANGER, PROMPT, terms(4, 5)), &here),
                refused(),
                "another client"
            )
        });
        let picky = RoundTerms { min_score: Grade::MAX, ..terms(4, 5) };
        on_a_fork(|| {
            assert_eq!(stolen(submit(CLIENT, PROMPT, picky), &here), refused(), "pickier")
        });
        on_a_fork(|| {
            let field = found(Question::Open, &[0]);
            let round = ask_in(field, terms(4, 5), NO_TRUTH);
            assert_eq!(stolen(round, &here), refused(), "another domain")
        });
        // Asked again, a block later: an act survives a re-org that changes nothing.
        next_block();
        assert_ok!(stolen(submit(CLIENT, PROMPT, terms(4, 5)), &here));
    });
}

#[test]
fn seals_of_two_forks_should_have_different_keys() {
    on_chain(|| {
        let key =
            |text| on_a_fork(|| seal_key(0, submit(CLIENT, text, terms(4, 5)), SealStep::Answer));
        assert_eq!(key(PROMPT), key(PROMPT));
        assert_ne!(
            key(PROMPT),
            key(b"another question"),
            "or two ciphertexts would show where the answers differ"
        );
    });
}

#[test]
fn grades_should_count_for_no_other_assignment() {
    on_chain(|| {
        let (here, seed) = on_a_fork(|| {
            let round = assigned(1);
            (commit_grades(0, round), record(round).seed)
        });
        on_a_fork(|| {
            let round = assigned(1);
            assert_eq!((round, record(round).seed), (here.act.round(), seed));
            assert_ok!(authorize(&single(here.clone())));
        });
        let round = assigned(2);
        assert_ne!(record(round).seed, seed);
        assert_eq!(refusal_of(here), Refusal::BadSignature.into());
        assert_eq!(send(commit_grades(0, round)), Ok(()));
    });
}

#[test]
fn nobody_should_grade_before_the_assignment_is_drawn() {
    on_chain(|| {
        let round = ask(4, 4);
        all_commit(round, &[0, 1, 2, 3]);
        next_block();
        all_open(round, &[0, 1]);
        let due = record(round).deadline + 1;
        System::set_block_number(due);
        assert_eq!(Rounds::scope(round, SealStep::Grades), None);
        assert_eq!(refusal_of(commit_bytes(0, round, &[0, 0])), Refusal::TooEarly.into());
        assert_ok!(Rounds::poke(RuntimeOrigin::signed(STRANGER), round));
        assert_eq!(send(commit_grades(0, round)), Ok(()));
    });
}

#[test]
fn rounds_that_ran_before_the_upgrade_should_go_on_as_they_began() {
    on_chain(|| {
        // As version 2 had it: everything is bound to the chain alone.
        BoundFrom::<Test>::put(u64::MAX);
        let old = ask(4, 4);
        all_commit(old, &[0, 1, 2, 3]);
        assert_eq!(Rounds::scope(old, SealStep::Answer), Some(Rounds::genesis_hash()));
        StorageVersion::new(2).put::<Rounds>();

        let before = BindLaterRounds::<Test>::before();
        assert!(
            BindLaterRounds::<Test>::after(before.clone()).is_err(),
            "nothing has been done yet"
        );
        V2ToV3::<Test>::on_runtime_upgrade();
        assert_ok!(BindLaterRounds::<Test>::after(before));
        assert_eq!(Rounds::on_chain_storage_version(), StorageVersion::new(3));
        V2ToV3::<Test>::on_runtime_upgrade();
        assert_eq!(BoundFrom::<Test>::get(), old + 1);
        next_block();
        all_open(old, &[0, 1, 2, 3]);
        let new = ask(4, 4);
        assert_ne!(Rounds::scope(new, SealStep::Answer), Some(Rounds::genesis_hash()));
        all_commit(new, &[0, 1, 2, 3]);
        next_block();
        for round in [old, new] {
            all_open(round, if round == old { &[] } else { &[0, 1, 2, 3] });
            all_grade(round, &[0, 1, 2, 3]);
            all_open_grades(round, &[0, 1, 2, 3]);
            assert!(matches!(result(round).ending, crate::types::Ending::Settled { .. }));
        }
    });
}
