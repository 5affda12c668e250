//! The calls' weights.

use crate::{mock::*, Call, WeightInfo};
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use waggle_primitives::choice::Question;

/// The weight of founding a domain with texts of these lengths.
fn found(title: usize, description: usize) -> Weight {
    let (title, description) = (vec![b't'; title], vec![b'd'; description]);
    let call = Call::<Test>::found {
        title: title.try_into().unwrap(),
        description: description.try_into().unwrap(),
        question: Question::Open,
    };
    call.get_dispatch_info().call_weight
}

#[test]
fn the_weight_of_founding_should_grow_with_both_texts() {
    assert_eq!(found(1, 0), <() as WeightInfo>::found(1, 0));
    assert_eq!(found(64, 512), <() as WeightInfo>::found(64, 512));
    assert!(found(64, 0).ref_time() > found(1, 0).ref_time());
    assert!(found(1, 512).ref_time() > found(1, 0).ref_time());
}

#[test]
fn each_call_should_have_its_weight() {
    let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
    assert_eq!(weight(Call::join { domain: 1 }), <() as WeightInfo>::join());
    assert_eq!(weight(Call::leave { domain: 1 }), <() as WeightInfo>::leave());
    assert_eq!(weight(Call::rejoin { domain: 1 }), <() as WeightInfo>::rejoin());
    assert_eq!(weight(Call::claim { domain: 1, claim: None }), <() as WeightInfo>::claim());
    assert_eq!(weight(Call::fund { domain: 1, amount: 1 }), <() as WeightInfo>::fund());
    assert_eq!(weight(Call::collect { domain: 1, owner: 1 }), <() as WeightInfo>::collect());
}
