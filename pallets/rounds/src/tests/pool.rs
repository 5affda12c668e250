//! What the transaction pool admits, and as what.

use super::swarm::*;
use crate::{mock::*, pool::act_priority, Refusal};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{GetDispatchInfo, Pays},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::{Pair, H256};
use sp_runtime::{
    traits::{DispatchTransaction, Dispatchable},
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, UnknownTransaction,
    },
    DispatchError,
};
use waggle_primitives::{act::ActKind, Act, RoundTerms};

#[test]
fn admitted_act_should_be_unique_short_lived_and_propagated() {
    on_chain(|| {
        let round = ask(4, 5);
        let validity = pool_says(&single(commit_answer(0, round, b"1"))).unwrap();
        assert_eq!(
            validity.provides,
            [(&b"waggle"[..], key(0), round, ActKind::CommitAnswer).encode()]
        );
        assert!(validity.requires.is_empty());
        assert!(validity.propagate);
        // Submitted in block 1 with ten blocks of answering: good for inclusion in blocks 2 to 11.
        assert_eq!(validity.longevity, 10);
        assert_eq!(validity.priority, act_priority(ActKind::CommitAnswer, TICKET));
        let same_move = pool_says(&single(commit_answer(0, round, b"2"))).unwrap();
        assert_eq!(same_move.provides, validity.provides);
    });
}

#[test]
fn later_steps_should_go_first() {
    let kinds =
        [ActKind::CommitAnswer, ActKind::OpenAnswer, ActKind::CommitGrades, ActKind::OpenGrades];
    for ticket in [0, TICKET, u64::MAX.into(), u128::MAX] {
        let priorities: Vec<_> = kinds.into_iter().map(|kind| act_priority(kind, ticket)).collect();
        assert!(priorities.windows(2).all(|pair| pair[0] < pair[1]), "{priorities:?}");
    }
}

#[test]
fn entering_should_go_first_where_more_is_at_stake() {
    on_chain(|| {
        let cheap = ask(4, 5);
        let dear = crate::NextRound::<Test>::get();
        let terms = RoundTerms { reward: 10 * REWARD, ..terms(4, 5) };
        let client = RuntimeOrigin::signed(CLIENT);
        assert_ok!(Rounds::submit(client, prompt(PROMPT), GENERAL, terms, NO_TRUTH));
        let priority = |round| pool_says(&single(commit_answer(0, round, b"1"))).unwrap().priority;
        assert_eq!((priority(cheap), priority(dear)), (TICKET as u64 + 1, 10 * TICKET as u64 + 1));
    });
}

#[test]
fn acts_should_pay_when_an_account_sends_them() {
    // An authorised call pays nothing because nobody signs the transaction. If the call itself were
    // free, any account could fill blocks with signed ones that fail.
    on_chain(|| {
        let round = ask(4, 5);
        let act = commit_answer(0, round, b"1");
        for call in [single(act.clone()), batch(vec![act])] {
            assert_eq!(call.get_dispatch_info().pays_fee, Pays::Yes);
            let refused =
                RuntimeCall::from(call).dispatch(RuntimeOrigin::signed(owner(0))).unwrap_err();
            assert_eq!(refused.error, DispatchError::BadOrigin);
            assert_eq!(refused.post_info.pays_fee, Pays::Yes);
        }
    });
}

#[test]
fn pool_should_refuse_a_wrong_signature() {
    on_chain(|| {
        let round = ask(4, 5);
        let mut forged = commit_answer(0, round, b"1");
        forged.agent = key(1);
        assert_eq!(refusal_of(forged), Refusal::BadSignature.into());
        let mut altered = commit_answer(0, round, b"1");
        altered.act = commit_answer(0, round, b"2").act;
        assert_eq!(refusal_of(altered), Refusal::BadSignature.into());
    });
}

#[test]
fn pool_should_refuse_a_replay_from_another_round() {
    on_chain(|| {
        let (round, other) = (ask(4, 5), ask(4, 5));
        let mut replayed = commit_answer(0, round, b"1");
        let sealed = sealed_answer_of(&replayed);
        replayed.act = Act::CommitAnswer { round: other, sealed };
        assert_eq!(refusal_of(replayed), Refusal::BadSignature.into());
    });
}

#[test]
fn pool_should_refuse_an_act_of_another_chain() {
    on_chain(|| {
        let round = ask(4, 5);
        let here = Rounds::genesis_hash();
        frame_system::BlockHash::<Test>::insert(0, H256([77; 32]));
        let foreign = commit_answer(0, round, b"1");
        frame_system::BlockHash::<Test>::insert(0, H256(here));
        assert_eq!(refusal_of(foreign), Refusal::BadSignature.into());
    });
}

#[test]
fn pool_should_refuse_by_code() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0]);
        let code = |act| match pool_says(&single(act)) {
            Err(Failure::Refused(code)) => code,
            other => panic!("refused with a code, not {other:?}"),
        };
        assert_eq!(code(commit_answer(AGENTS, round, b"1")), 1, "an unregistered key");
        let wrong = sign(&pair(1), commit_answer(2, round, b"1").act);
        let forged = waggle_primitives::SignedAct { agent: key(2), ..wrong };
        assert_eq!(code(forged), 2, "a wrong signature");
        assert_eq!(code(commit_answer(1, round + 1, b"1")), 17, "no such round yet");
        assert_eq!(code(open_answer(0, round)), 17, "a phase that lies ahead");
        assert_eq!(code(commit_answer(0, round, b"1")), 6, "a second act in the same step");
    });
}

#[test]
fn pool_should_look_at_the_round_as_it_will_be_in_the_next_block() {
    on_chain(|| {
        let round = ask(4, 5);
        all_commit(round, &[0, 1, 2, 3]);
        run_to(10);
        assert!(pool_says(&single(commit_answer(4, round, b"1"))).is_ok());
        assert_eq!(pool_says(&single(open_answer(0, round))), Err(Refusal::TooEarly.into()));
        next_block();
        // Block 11 is the last one of answering, so block 12 is the first one of opening.
        assert_eq!(
            pool_says(&single(commit_answer(4, round, b"1"))),
            Err(Refusal::DeadlinePassed.into())
        );
        let validity = pool_says(&single(open_answer(0, round))).unwrap();
        assert_eq!(validity.longevity, 4);
        // And what the pool admits for block 12, block 12 accepts.
        next_block();
        assert_eq!(send(open_answer(0, round)), Ok(()));
    });
}

#[test]
fn act_should_fail_when_the_origin_is_not_authorised() {
    on_chain(|| {
        let round = ask(4, 5);
        for origin in
            [RuntimeOrigin::none(), RuntimeOrigin::root(), RuntimeOrigin::signed(owner(0))]
        {
            let act = commit_answer(0, round, b"1");
            assert_noop!(Rounds::act(origin, act).map_err(|e| e.error), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn transaction_extension_should_carry_an_act_without_an_account() {
    on_chain(|| {
        let round = ask(4, 5);
        let carry = |act| {
            let call = RuntimeCall::from(single(act));
            let info = call.get_dispatch_info();
            let extension =
                <Test as CreateAuthorizedTransaction<crate::Call<Test>>>::create_extension();
            extension.dispatch_transaction(RuntimeOrigin::none(), call, &info, 0, 0)
        };
        assert!(carry(commit_answer(0, round, b"1")).unwrap().is_ok());
        assert_eq!(
            carry(commit_answer(0, round, b"1")).unwrap_err(),
            TransactionValidityError::Invalid(InvalidTransaction::Custom(
                Refusal::AlreadyActed.code()
            ))
        );
    });
}

#[test]
fn every_refusal_should_have_its_own_code_and_error() {
    for (code, refusal) in (1..).zip(Refusal::ALL) {
        assert_eq!(refusal.code(), code);
        let invalid: TransactionValidityError = InvalidTransaction::Custom(code).into();
        let unknown: TransactionValidityError = UnknownTransaction::Custom(code).into();
        // What may be admitted in a later block is no reason to ban the transaction.
        let is_for_later = matches!(refusal, Refusal::TooEarly | Refusal::NotDrawn);
        let expected = if is_for_later { unknown } else { invalid };
        assert_eq!(TransactionValidityError::from(refusal), expected);
        assert_eq!(format!("{:?}", crate::Error::<Test>::from(refusal)), format!("{refusal:?}"));
    }
}

#[test]
fn source_should_not_matter() {
    use frame_support::pallet_prelude::Authorize;
    on_chain(|| {
        let round = ask(4, 5);
        let call = single(commit_answer(0, round, b"1"));
        for source in
            [TransactionSource::External, TransactionSource::Local, TransactionSource::InBlock]
        {
            assert!(call.authorize(source).unwrap().is_ok());
        }
        let pair = pair(0);
        assert!(pair.public() == key(0));
    });
}
