//! Claims and when they hold.

use super::*;
use proptest::prelude::*;

/// A claim of the model with this number.
fn claim(number: u8) -> Claim {
    Claim {
        model: ClaimedModel {
            name: BoundedVec::truncate_from(vec![b'm', number]),
            weights: Some([number; 32]),
            quantisation: BoundedVec::truncate_from(b"q4k".to_vec()),
            sampling: ClaimedSampling { temperature: 7_000, top_p: ALL, top_k: 0, min_p: 0 },
        },
        knowledge: None,
    }
}

fn declared(from_epoch: Epoch, claim: Option<Claim>) -> Declared {
    Declared { from_epoch, claim }
}

#[test]
fn epoch_of_should_count_whole_epochs() {
    for (block, epoch) in [(0, 0), (9, 0), (10, 1), (19, 1), (20, 2)] {
        assert_eq!(epoch_of(block, 10), epoch);
    }
    assert_eq!((epoch_of(7, 0), epoch_of(u32::MAX, 1)), (0, u32::MAX));
}

#[test]
fn is_valid_should_refuse_what_is_out_of_range() {
    assert!(claim(1).is_valid());
    let wrong = |change: fn(&mut ClaimedModel)| {
        let mut wrong = claim(1);
        change(&mut wrong.model);
        !wrong.is_valid()
    };
    assert!(wrong(|model| model.name = Default::default()));
    assert!(wrong(|model| model.sampling.temperature = MAX_TEMPERATURE + 1));
    assert!(wrong(|model| model.sampling.top_p = 0));
    assert!(wrong(|model| model.sampling.top_p = ALL + 1));
    assert!(wrong(|model| model.sampling.min_p = ALL + 1));
    assert!(!wrong(|model| model.quantisation = Default::default()));
    assert!(!wrong(|model| model.sampling.temperature = MAX_TEMPERATURE));
}

#[test]
fn digest_should_differ_where_anything_does() {
    let same = claim(1).digest();
    assert_eq!(claim(1).digest(), same);
    let with_knowledge = Claim { knowledge: Some([0; 32]), ..claim(1) };
    let mut warmer = claim(1);
    warmer.model.sampling.temperature += 1;
    for other in [claim(2), with_knowledge, warmer] {
        assert_ne!(other.digest(), same);
    }
}

/// For whoever computes it elsewhere.
#[test]
fn digest_should_be_the_hash_of_the_domain_separator_and_the_claim() {
    let mut bytes = b"waggle/claim".to_vec();
    bytes.extend(claim(3).encode());
    assert_eq!(claim(3).digest(), blake2_256(&bytes));
    let encoded = claim(3).encode();
    assert_eq!(&encoded[..3], [8, b'm', 3], "a length, then the name");
}

#[test]
fn a_claim_should_hold_from_the_next_epoch_on() {
    let first = Declarations::default().declare(4, Some(claim(1)));
    assert_eq!((first.at(4), first.after(4)), (None, first.next.as_ref()));
    for epoch in [5, 6, 1_000] {
        assert_eq!(first.at(epoch), Some(&declared(5, Some(claim(1)))));
        assert_eq!(first.after(epoch), None);
    }
    let second = first.declare(9, Some(claim(2)));
    assert_eq!(second.at(9), Some(&declared(5, Some(claim(1)))));
    assert_eq!(second.at(10), Some(&declared(10, Some(claim(2)))));
}

#[test]
fn a_second_declaration_in_an_epoch_should_replace_the_first() {
    let declarations = Declarations::default()
        .declare(1, Some(claim(1)))
        .declare(4, Some(claim(2)))
        .declare(4, Some(claim(3)));
    assert_eq!(declarations.at(4), Some(&declared(2, Some(claim(1)))));
    assert_eq!(declarations.at(5), Some(&declared(5, Some(claim(3)))));
}

#[test]
fn to_declare_what_holds_should_change_nothing() {
    let settled = Declarations::default().declare(1, Some(claim(1)));
    let again = settled.clone().declare(7, Some(claim(1)));
    assert_eq!((again.at(8), again.after(7)), (settled.at(8), None));
    let changed_its_mind = settled.clone().declare(7, Some(claim(2))).declare(7, Some(claim(1)));
    assert_eq!(changed_its_mind, again, "it counts from epoch 2 still");
}

#[test]
fn a_withdrawal_should_hold_from_the_next_epoch_on() {
    let withdrawn = Declarations::default().declare(1, Some(claim(1))).declare(3, None);
    assert_eq!(withdrawn.at(3), Some(&declared(2, Some(claim(1)))));
    assert_eq!(withdrawn.at(4), Some(&declared(4, None)));
    assert!(!withdrawn.is_over(3) && withdrawn.is_over(4));
    assert!(Declarations::default().declare(3, None).is_over(3), "there was nothing");
    let at_once = Declarations::default().declare(3, Some(claim(1))).declare(3, None);
    assert!(at_once.is_over(3), "it had not begun");
}

#[test]
fn a_claim_should_be_bounded() {
    assert_eq!(Claim::max_encoded_len(), (2 + 64) + 33 + (1 + 16) + 12 + 33);
}

proptest! {
    /// Whatever is declared when: what holds in an epoch is what was declared last before it.
    #[test]
    fn what_holds_should_be_the_last_declaration_of_an_earlier_epoch(
        steps in prop::collection::vec((0u32..4, prop::option::of(0u8..3)), 1..20),
    ) {
        let (mut declarations, mut epoch) = (Declarations::default(), 0);
        let (mut holds, mut waits) = (None, None);
        for (passed, number) in steps {
            if passed > 0 {
                if let Some(waited) = waits.take() {
                    holds = waited;
                }
            }
            epoch += passed;
            let said = |declared: Option<&Declared>| {
                declared.and_then(|declared| declared.claim.clone())
            };
            prop_assert_eq!(said(declarations.at(epoch)), holds.clone());
            let next = number.map(claim);
            declarations = declarations.declare(epoch, next.clone());
            prop_assert_eq!(said(declarations.at(epoch)), holds.clone());
            prop_assert_eq!(said(declarations.at(epoch + 1)), next.clone());
            waits = Some(next);
        }
    }
}
