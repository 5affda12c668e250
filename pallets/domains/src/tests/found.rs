//! `found`, and which domains there are.

use crate::{mock::*, Domain, Error, Event, Founded};
use codec::{Decode, Encode};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::DispatchResult,
    traits::{GetStorageVersion, StorageVersion},
};
use sp_runtime::DispatchError::BadOrigin;
use waggle_primitives::{
    choice::Question,
    domain::{GENERAL, MAX_DESCRIPTION_BYTES, MAX_TITLE_BYTES},
    traits::Domains as _,
};

/// What an account founds.
fn found_by(founder: AccountId) -> DispatchResult {
    let origin = RuntimeOrigin::signed(founder);
    Domains::found(origin, title("Chess"), description("Who mates?"), Question::Open)
}

#[test]
fn found_should_keep_the_domain_and_pay_the_treasury() {
    build_and_execute(|| {
        let issuance = Balances::total_issuance();
        System::set_block_number(7);
        assert_ok!(found_by(1));
        let expected = Domain {
            title: title("Chess"),
            description: description("Who mates?"),
            question: Question::Open,
            founded: 7,
        };
        assert_eq!(Founded::<Test>::get(1), Some(expected));
        assert_eq!(Balances::free_balance(1), ENDOWMENT - FoundingFee::get());
        assert_eq!(Balances::free_balance(TREASURY), TREASURE + FoundingFee::get());
        assert_eq!(Balances::total_issuance(), issuance);
        let event = Event::DomainFounded { domain: 1, founder: 1, question: Question::Open };
        assert_eq!(events(), vec![event]);
    });
}

#[test]
fn found_should_give_its_founder_no_part_in_it() {
    build_and_execute(|| {
        register(1);
        assert_ok!(found_by(1));
        assert_eq!((Domains::member_since(1, &1), Domains::roster_size(1)), (None, 0));
    });
}

#[test]
fn domains_should_be_numbered_in_the_order_in_which_they_are_founded() {
    build_and_execute(|| {
        for (domain, question) in
            [(1, Question::Closed), (2, Question::Open), (3, Question::Closed)]
        {
            assert_eq!(Domains::question_of(domain), None);
            assert_eq!(found(question), domain);
            assert_eq!(Domains::question_of(domain), Some(question));
        }
        assert_eq!(Domains::question_of(4), None);
        assert_eq!(Domains::question_of(u32::MAX), None);
    });
}

#[test]
fn the_general_domain_should_be_there_from_the_beginning_for_closed_questions() {
    build_and_execute(|| {
        assert_eq!(Domains::question_of(GENERAL), Some(Question::Closed));
        assert_eq!(Founded::<Test>::count(), 0);
    });
}

#[test]
fn found_should_take_texts_of_all_lengths_that_are_allowed() {
    build_and_execute(|| {
        let longest = "x".repeat(MAX_TITLE_BYTES as usize);
        let text = "y".repeat(MAX_DESCRIPTION_BYTES as usize);
        for (name, about) in [("x", ""), (longest.as_str(), text.as_str())] {
            let origin = RuntimeOrigin::signed(1);
            assert_ok!(Domains::found(origin, title(name), description(about), Question::Open));
        }
        assert_eq!(Founded::<Test>::get(2).unwrap().description, description(&text));
    });
}

#[test]
fn found_should_take_a_title_that_is_taken() {
    build_and_execute(|| {
        assert_ok!(found_by(1));
        assert_ok!(found_by(2));
        assert_eq!(Founded::<Test>::count(), 2);
    });
}

#[test]
fn found_should_leave_the_founder_the_existential_deposit() {
    build_and_execute(|| {
        assert_ok!(found_by(THRIFTY));
        assert_eq!(Balances::free_balance(THRIFTY), ExistentialDeposit::get());
    });
}

#[test]
fn found_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(
                Domains::found(origin, title("Chess"), description(""), Question::Open),
                BadOrigin
            );
        }
    });
}

#[test]
fn found_should_fail_when_the_title_is_empty() {
    build_and_execute(|| {
        let origin = RuntimeOrigin::signed(1);
        assert_noop!(
            Domains::found(origin, title(""), description("Who mates?"), Question::Open),
            Error::<Test>::EmptyTitle
        );
    });
}

#[test]
fn found_should_fail_when_fee_and_existential_deposit_are_not_covered() {
    build_and_execute(|| {
        for founder in [POOR, 42] {
            assert_noop!(found_by(founder), Error::<Test>::FeeUnaffordable);
        }
    });
}

#[test]
fn found_should_fail_when_the_fee_is_on_hold_for_something_else() {
    build_and_execute(|| {
        register(BOUND);
        assert_noop!(found_by(BOUND), Error::<Test>::FeeUnaffordable);
        retire(BOUND);
        unbond(BOUND);
        assert_ok!(found_by(BOUND));
    });
}

#[test]
fn a_call_with_too_long_a_text_should_not_decode() {
    let call = |title: u32, description: u32| {
        let (title, description) = (vec![b't'; title as usize], vec![b'd'; description as usize]);
        (0u8, title, description, Question::Open).encode()
    };
    for (title, description, fits) in [
        (MAX_TITLE_BYTES, MAX_DESCRIPTION_BYTES, true),
        (MAX_TITLE_BYTES + 1, 0, false),
        (1, MAX_DESCRIPTION_BYTES + 1, false),
    ] {
        let decoded = crate::Call::<Test>::decode(&mut &call(title, description)[..]);
        assert_eq!(decoded.is_ok(), fits);
    }
}

#[test]
fn the_storage_version_is_set_at_genesis() {
    build_and_execute(|| {
        assert_eq!(Domains::on_chain_storage_version(), StorageVersion::new(1));
        assert_eq!(Domains::in_code_storage_version(), StorageVersion::new(1));
    });
}
