//! What outlives a run, and what does not grow.

use super::{desk::Desk, offchain};
use crate::hook::memory::{recall, remember, Memo, MEMOS};
use waggle_primitives::{Act, AgentKey, AgentSignature, SignedAct};

fn act(agent: u8, round: u64) -> SignedAct {
    SignedAct {
        agent: AgentKey::from_raw([agent; 32]),
        act: Act::OpenAnswer { round, key: [7; 32] },
        signature: AgentSignature::from_raw([9; 64]),
    }
}

#[test]
fn act_should_be_recalled_for_the_same_job_only() {
    offchain(&Desk::new(0)).execute_with(|| {
        let (one, other) = (AgentKey::from_raw([1; 32]), AgentKey::from_raw([2; 32]));
        remember(Memo::Answer, 5, [1; 32], &act(1, 5));
        assert_eq!(recall(Memo::Answer, &one, 5, &[1; 32]), Some(act(1, 5)));
        assert_eq!(
            recall(Memo::Answer, &one, 5, &[2; 32]),
            None,
            "another job of the round, after a re-org"
        );
        assert_eq!(recall(Memo::Grades, &one, 5, &[1; 32]), None);
        assert_eq!(recall(Memo::Answer, &other, 5, &[1; 32]), None);
        assert_eq!(recall(Memo::Answer, &one, 6, &[1; 32]), None);
    });
}

#[test]
fn later_rounds_should_overwrite_earlier_ones() {
    offchain(&Desk::new(0)).execute_with(|| {
        let agent = AgentKey::from_raw([1; 32]);
        for round in 0..=MEMOS {
            remember(Memo::Answer, round, [round as u8; 32], &act(1, round));
        }
        assert_eq!(recall(Memo::Answer, &agent, 0, &[0; 32]), None);
        for round in 1..=MEMOS {
            assert_eq!(
                recall(Memo::Answer, &agent, round, &[round as u8; 32]),
                Some(act(1, round))
            );
        }
    });
}
