//! The calls' weights.

use super::scene::*;
use crate::{mock::*, Call, WeightInfo};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, pallet_prelude::Authorize};
use waggle_primitives::audit::AuditAct;

/// The weights of the mock.
type Weights = ();

#[test]
fn each_call_should_have_its_weight() {
    let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
    let domain = DOMAIN;
    assert_eq!(
        weight(Call::set_terms { domain, terms: None }),
        <Weights as WeightInfo>::set_terms()
    );
    assert_eq!(weight(Call::offer { domain }), <Weights as WeightInfo>::offer());
    assert_eq!(weight(Call::withdraw_offer { domain }), <Weights as WeightInfo>::withdraw_offer());
    assert_eq!(weight(Call::fund { domain, amount: 1 }), <Weights as WeightInfo>::fund());
    assert_eq!(weight(Call::lift { domain, owner: 1 }), <Weights as WeightInfo>::lift());
}

#[test]
fn acts_should_weigh_more_the_longer_they_are() {
    build_and_execute(|| {
        audit(AUDITORS);
        play(&SWARM, 1);
        begin_epoch(1);
        for act in [commit(21, honest), open(21, 0, honest)] {
            let bytes = act.encoded_size() as u32;
            let weight = match act.act {
                AuditAct::Commit { .. } => <Weights as WeightInfo>::commit(),
                AuditAct::Open { .. } => <Weights as WeightInfo>::open(bytes),
            };
            let call = call(act);
            assert_eq!(call.get_dispatch_info().call_weight, weight);
            assert_eq!(call.weight_of_authorize(), <Weights as WeightInfo>::authorize(bytes));
        }
        let (short, long) = (open(21, 0, failing), open(21, 0, honest));
        let weight = |act| call(act).get_dispatch_info().call_weight;
        assert!(weight(short).ref_time() < weight(long).ref_time());
    });
}
