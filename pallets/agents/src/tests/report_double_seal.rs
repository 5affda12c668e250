//! `report_double_seal`.

use crate::{
    mock::*, AgentStatus, Agents as AgentsMap, BarredKeys, Call, Error, Event, OwnerOf, WeightInfo,
};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchErrorWithPostInfo, GetDispatchInfo, Pays},
    pallet_prelude::Authorize,
};
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, UnknownTransaction,
        ValidTransaction,
    },
    DispatchError,
};
use waggle_primitives::{traits::AgentRegistry, DoubleSeal, SealStep, SignedAct, MAX_ANSWER_BYTES};
use waggle_testing::Signer;

/// Who reports.
const REPORTER: AccountId = 4;

/// What a reporter gets.
fn share() -> u128 {
    Bond::get() / 10
}

/// The error of a report of [`REPORTER`], which changes nothing.
#[track_caller]
fn refused(evidence: DoubleSeal<AccountId>, error: Error<Test>) {
    let refused = sp_io::storage::root(Default::default());
    let DispatchErrorWithPostInfo { error: found, post_info } =
        report(REPORTER, evidence).unwrap_err();
    assert_eq!(found, DispatchError::from(error));
    assert_eq!(post_info.pays_fee, Pays::Yes);
    assert_eq!(sp_io::storage::root(Default::default()), refused, "nothing changed");
}

/// What the pool says of a node's report.
fn pool_says(
    evidence: DoubleSeal<AccountId>,
) -> Result<ValidTransaction, TransactionValidityError> {
    let call = Call::<Test>::report_double_seal { evidence: Box::new(evidence) };
    let says = call.authorize(TransactionSource::External).expect("it is an authorised call");
    says.map(|(validity, unspent)| {
        assert_eq!(unspent, Default::default());
        validity
    })
}

/// A node's report is in this block.
fn report_of_a_node(evidence: DoubleSeal<AccountId>) {
    assert_ok!(pool_says(evidence.clone()));
    let call = Call::<Test>::report_double_seal { evidence: Box::new(evidence) };
    assert_ok!(RuntimeCall::from(call).dispatch(frame_system::RawOrigin::Authorized.into()));
}

#[test]
fn two_answers_should_cost_the_bond_and_pay_the_reporter() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(Agents::entered_round(&1));
        let (_, _, issued) = (events(), Listener::take(), Balances::total_issuance());
        System::set_block_number(5);
        let done = report(REPORTER, two_answers(1)).unwrap();
        assert_eq!(done.pays_fee, Pays::No);
        let agent = AgentsMap::<Test>::get(1).unwrap();
        assert_eq!((agent.bond, agent.open_rounds), (0, 1), "its rounds go on");
        assert!(Agents::is_punished(&1) && !Agents::is_punished(&REPORTER));
        assert_eq!(agent.status, AgentStatus::Retired { since: 5 });
        assert_eq!(Listener::take(), vec![Told::Retired { owner: 1 }]);
        assert_eq!((bond_of(1), Balances::free_balance(1)), (0, ENDOWMENT - Bond::get()));
        assert_eq!(Balances::free_balance(REPORTER), ENDOWMENT + share());
        assert_eq!(Balances::free_balance(TREASURY), Bond::get() - share());
        assert_eq!(Balances::total_issuance(), issued);
        let unbond_from = 5 + UnbondingBlocks::get();
        let punished = Event::DoubleSealPunished {
            owner: 1,
            key: key(1),
            round: 7,
            slashed: Bond::get(),
            reporter: Some(REPORTER),
            paid: share(),
        };
        assert_eq!(events(), vec![Event::AgentRetired { owner: 1, unbond_from }, punished]);
    });
}

#[test]
fn a_node_should_report_without_an_account_and_leave_all_to_the_treasury() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        let _ = events();
        let validity = pool_says(two_answers(1)).unwrap();
        assert_eq!(validity.provides, [(&b"waggle/double-seal"[..], key(1)).encode()]);
        assert!(validity.propagate && validity.requires.is_empty());
        report_of_a_node(two_answers(1));
        assert_eq!(Balances::free_balance(TREASURY), Bond::get());
        assert!(events().contains(&Event::DoubleSealPunished {
            owner: 1,
            key: key(1),
            round: 7,
            slashed: Bond::get(),
            reporter: None,
            paid: 0,
        }));
        let stale = TransactionValidityError::Invalid(InvalidTransaction::Stale);
        assert_eq!(pool_says(two_answers(1)), Err(stale));
    });
}

#[test]
fn a_report_should_fail_when_the_origin_is_neither_an_account_nor_authorised() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            let call = Agents::report_double_seal(origin, Box::new(two_answers(1)));
            assert_noop!(call.map_err(|failed| failed.error), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn two_lists_of_grades_should_count_as_two_answers_do() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        let signer = Signer::of_secret(&[1; 32]);
        let mut parts = scope();
        parts.seed = Some([6; 32]);
        let hash = parts.hash(&GENESIS);
        let commit = |grades: &[u8]| signer.commit_grades(hash, 7, grades);
        let evidence = DoubleSeal { scope: parts, first: commit(&[0, 1]), second: commit(&[1, 0]) };
        assert_ok!(report(REPORTER, evidence));
        assert_eq!(bond_of(1), 0);
    });
}

#[test]
fn a_double_seal_should_be_punished_once() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(report(REPORTER, two_answers(1)));
        refused(two_answers(1), Error::AlreadyPunished);
        // Nor when the owner comes back with another key, nor when somebody else wants this one.
        System::set_block_number(1 + UnbondingBlocks::get());
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        refused(two_answers(1), Error::AlreadyPunished);
        assert_ok!(register(1, 2));
        assert_noop!(register(2, 1), Error::<Test>::KeyBarred);
        assert_ok!(register(3, 3));
        let rotation = Agents::rotate_key(RuntimeOrigin::signed(3), key(1), proof(1, 3));
        assert_eq!(rotation, Err(Error::<Test>::KeyBarred.into()));
        refused(two_answers(1), Error::AlreadyPunished);
        assert_eq!(bond_of(1), Bond::get());
    });
}

#[test]
fn unbond_should_work_when_the_bond_is_gone() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(report(REPORTER, two_answers(1)));
        System::set_block_number(UnbondingBlocks::get());
        assert_noop!(Agents::unbond(RuntimeOrigin::signed(1)), Error::<Test>::BondLocked);
        System::set_block_number(1 + UnbondingBlocks::get());
        let _ = events();
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert_eq!(events(), vec![Event::AgentUnbonded { owner: 1, key: key(1), bond: 0 }]);
        assert_eq!(Balances::free_balance(1), ENDOWMENT - Bond::get());
        assert_eq!(OwnerOf::<Test>::get(key(1)), None);
        assert!(BarredKeys::<Test>::contains_key(key(1)));
    });
}

#[test]
fn retired_agents_should_be_punished_until_they_have_left() {
    build_and_execute(|| {
        for owner in [1, 2] {
            assert_ok!(register(owner, owner as u8));
            assert_ok!(Agents::retire(RuntimeOrigin::signed(owner)));
        }
        System::set_block_number(1 + UnbondingBlocks::get());
        let _ = Listener::take();
        assert_ok!(report(REPORTER, two_answers(1)));
        assert_eq!(Listener::take(), vec![], "it had retired");
        assert_eq!(AgentsMap::<Test>::get(1).unwrap().status, AgentStatus::Retired { since: 1 });
        assert_eq!(bond_of(1), 0);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(1)));
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(2)));
        refused(two_answers(2), Error::NobodysKey);
    });
}

#[test]
fn owners_should_answer_for_their_former_key_for_a_while() {
    build_and_execute(|| {
        for (owner, new) in [(1, 11), (2, 12)] {
            assert_ok!(register(owner, owner as u8));
            let origin = RuntimeOrigin::signed(owner);
            assert_ok!(Agents::rotate_key(origin, key(new), proof(new, owner)));
        }
        System::set_block_number(UnbondingBlocks::get());
        assert_ok!(report(REPORTER, two_answers(1)));
        assert_eq!((bond_of(1), Agents::key_of(&1)), (0, None));
        refused(two_answers(11), Error::AlreadyPunished);
        System::set_block_number(1 + UnbondingBlocks::get());
        refused(two_answers(2), Error::NobodysKey);
        // What the new key does is another affair.
        assert_ok!(report(REPORTER, two_answers(12)));
        assert_eq!(bond_of(2), 0);
    });
}

#[test]
fn a_report_should_fail_when_the_key_is_nobodys() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        refused(two_answers(2), Error::NobodysKey);
        let unknown = TransactionValidityError::Unknown(UnknownTransaction::CannotLookup);
        assert_eq!(pool_says(two_answers(2)), Err(unknown), "a node that is behind bans nothing");
    });
}

#[test]
fn a_report_should_fail_when_it_proves_no_double_seal() {
    build_and_execute(|| {
        for owner in [1, 2] {
            assert_ok!(register(owner, owner as u8));
        }
        let (good, others) = (two_answers(1), two_answers(2));
        let signer = Signer::of_secret(&[1; 32]);
        let elsewhere = signer.two_answers(&[78; 32], scope(), 7);
        let mut another_question = good.clone();
        another_question.scope.prompt_hash = [6; 32];
        let opening = signer.open_answer(scope().hash(&GENESIS), 7);
        let later = signer.commit_answer(scope().hash(&GENESIS), 8, b"two");
        let forged = SignedAct { agent: key(1), ..others.second.clone() };
        let with = |second: SignedAct| DoubleSeal { second, ..good.clone() };
        for (what, evidence) in [
            ("the same act twice", with(good.first.clone())),
            ("an opening", with(opening)),
            ("another round", with(later)),
            ("another agent", with(others.second.clone())),
            ("a forged signature", with(forged)),
            ("another question", another_question),
            ("another chain", elsewhere),
        ] {
            refused(evidence.clone(), Error::NoDoubleSeal);
            let invalid = TransactionValidityError::Invalid(InvalidTransaction::BadProof);
            assert_eq!(pool_says(evidence), Err(invalid), "{what}");
        }
        assert_eq!((bond_of(1), bond_of(2)), (Bond::get(), Bond::get()));
    });
}

#[test]
fn who_reports_itself_should_lose_nine_tenths() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        assert_ok!(report(1, two_answers(1)));
        assert_eq!(Balances::free_balance(1), ENDOWMENT - Bond::get() + share());
        assert_eq!((bond_of(1), Balances::free_balance(TREASURY)), (0, Bond::get() - share()));
    });
}

#[test]
fn the_weight_of_a_report_should_grow_with_what_was_sealed() {
    let mut evidence = two_answers(1);
    let weighs = |evidence: &DoubleSeal<AccountId>| {
        let evidence = Box::new(evidence.clone());
        let info = Call::<Test>::report_double_seal { evidence }.get_dispatch_info();
        assert_eq!(info.pays_fee, Pays::Yes, "what fails pays");
        info.call_weight
    };
    assert_eq!(weighs(&evidence), <() as WeightInfo>::report_double_seal(6));
    let signer = Signer::of_secret(&[1; 32]);
    let long = vec![0; MAX_ANSWER_BYTES as usize];
    let context = signer.context([0; 32], 7, SealStep::Answer);
    let sealed = context.seal(&[0; 32], &long).expect("not longer than allowed");
    evidence.second =
        signer.sign(&[0; 32], waggle_primitives::Act::CommitAnswer { round: 7, sealed });
    assert_eq!(weighs(&evidence), <() as WeightInfo>::report_double_seal(MAX_ANSWER_BYTES + 3));
}
