//! The calls' weights.

use crate::{mock::*, Call, WeightInfo};
use frame_support::dispatch::GetDispatchInfo;

#[test]
fn the_weight_of_a_profile_should_grow_with_its_length() {
    let call = |length: usize| Call::<Test>::set_profile {
        model: vec![0; length].try_into().unwrap(),
        topics: Default::default(),
    };
    assert_eq!(call(0).get_dispatch_info().call_weight, <() as WeightInfo>::set_profile(0, 0));
    assert!(
        call(64).get_dispatch_info().call_weight.ref_time()
            > call(0).get_dispatch_info().call_weight.ref_time()
    );
}
