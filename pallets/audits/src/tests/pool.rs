//! How the transaction pool treats acts.

use super::scene::*;
use crate::{mock::*, Error, Refusal};
use codec::Encode;
use frame_support::dispatch::{GetDispatchInfo, Pays};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_runtime::{
    traits::DispatchTransaction,
    transaction_validity::{InvalidTransaction, TransactionValidityError, UnknownTransaction},
};

#[test]
fn acts_should_be_unique_propagated_and_good_until_their_stage_ends() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 2);
        begin_epoch(1);
        let validity = authorize(commit(21, honest)).unwrap();
        let tag = |sample: Option<u32>| {
            vec![(&b"waggle/audit"[..], key(21), DOMAIN, 0u32, sample).encode()]
        };
        assert_eq!(validity.provides, tag(None));
        assert!(validity.requires.is_empty() && validity.propagate);
        // In block 41 of those up to 59.
        assert_eq!((validity.longevity, validity.priority), (19, 1 << 20));
        assert_eq!(authorize(commit(21, lying)).unwrap().provides, validity.provides);
        assert_ne!(authorize(commit(22, honest)).unwrap().provides, validity.provides);

        examine(&all_honest);
        let validity = authorize(open(21, 1, honest)).unwrap();
        assert_eq!(validity.provides, tag(Some(1)));
        assert_eq!(validity.longevity, 10);
        run_to(judging_of(0) - 1);
        assert_eq!(authorize(open(21, 1, honest)).unwrap().longevity, 1);
    });
}

#[test]
fn acts_should_pay_when_an_account_sends_them() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 2);
        begin_epoch(1);
        let info = call(commit(21, honest)).get_dispatch_info();
        assert_eq!(info.pays_fee, Pays::Yes);
    });
}

#[test]
fn transaction_extension_should_carry_an_act_without_an_account() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 2);
        begin_epoch(1);
        let carry = |act| {
            let call = RuntimeCall::from(call(act));
            let info = call.get_dispatch_info();
            let extension =
                <Test as CreateAuthorizedTransaction<crate::Call<Test>>>::create_extension();
            extension.dispatch_transaction(RuntimeOrigin::none(), call, &info, 0, 0)
        };
        assert!(carry(commit(21, honest)).unwrap().is_ok());
        assert_eq!(
            carry(commit(21, honest)).unwrap_err(),
            TransactionValidityError::Invalid(InvalidTransaction::Custom(
                Refusal::AlreadyDone.code()
            ))
        );
    });
}

#[test]
fn refusals_should_have_codes_that_rounds_do_not_have() {
    let refusals = [
        Refusal::NoSuchWork,
        Refusal::NotOnCommittee,
        Refusal::TooLate,
        Refusal::AlreadyDone,
        Refusal::WrongLength,
        Refusal::NothingSealed,
        Refusal::WrongFindings,
        Refusal::BadSignature,
        Refusal::TooEarly,
        Refusal::NotBegun,
    ];
    for (code, refusal) in (101..).zip(refusals) {
        assert_eq!(refusal.code(), code);
        assert!(pallet_waggle_rounds::Refusal::ALL.iter().all(|other| other.code() != code));
        // What may be admitted in a later block is no reason to ban the transaction.
        let expected: TransactionValidityError =
            if matches!(refusal, Refusal::TooEarly | Refusal::NotBegun) {
                UnknownTransaction::Custom(code).into()
            } else {
                InvalidTransaction::Custom(code).into()
            };
        assert_eq!(TransactionValidityError::from(refusal), expected);
    }
    let late = format!("{:?}", Error::<Test>::from(Refusal::TooLate));
    assert_eq!(late, format!("{:?}", Error::<Test>::from(Refusal::TooEarly)));
}
