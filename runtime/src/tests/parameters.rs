//! Parameters that FRAME's own integrity tests do not compare.

use super::swarm::{submit, RoundsCall};
use crate::{
    configs::{
        protocol::{Asking, PoolPays},
        RuntimeBlockWeights,
    },
    constants::*,
    AllPalletsWithSystem, RuntimeCall,
};
use codec::MaxEncodedLen;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::PalletsInfoAccess,
};
use pallet_waggle_domains::Service;
use sp_core::ed25519::{Public, Signature};
use sp_runtime::FixedPointNumber;
use waggle_primitives::{
    act::Act, claim::Declarations, rating::MIN_RATED_AGENTS, Sealed, SignedAct, MAX_ANSWER_BYTES,
    MAX_BATCH, MIN_SWARM,
};

/// A call that does not fit into a block could never be made.
fn assert_fits(call: RoundsCall) {
    let name = format!("{call:?}").chars().take(40).collect::<String>();
    let weight = RuntimeCall::Rounds(call).get_dispatch_info().total_weight();
    let limit = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_extrinsic.unwrap();
    assert!(weight.all_lte(limit), "{name} weighs {weight:?}, above {limit:?}");
}

fn signed(act: Act) -> SignedAct {
    SignedAct { agent: Public::default(), act, signature: Signature::default() }
}

fn longest_answer() -> Act {
    let ciphertext = vec![0; MAX_ANSWER_BYTES as usize].try_into().unwrap();
    Act::CommitAnswer { round: 0, sealed: Sealed { ciphertext, commitment: [0; 32] } }
}

#[test]
fn every_call_should_fit_into_a_block() {
    assert_fits(submit(&"?".repeat(waggle_primitives::MAX_PROMPT_BYTES as usize), WAG, 100));
    assert_fits(RoundsCall::poke { round: 0 });
    for act in [
        longest_answer(),
        Act::OpenAnswer { round: 0, key: [0; 32] },
        Act::OpenGrades { round: 0, key: [0; 32] },
    ] {
        assert_fits(RoundsCall::act { signed: signed(act.clone()) });
        let batch = vec![signed(act); MAX_BATCH as usize];
        assert_fits(RoundsCall::act_batch { acts: batch.try_into().unwrap() });
    }
}

#[test]
fn a_block_should_hold_the_longest_answers_of_a_full_swarm() {
    let answers = waggle_primitives::MAX_SWARM * (MAX_ANSWER_BYTES + 200);
    assert!(NORMAL_DISPATCH_RATIO.mul_floor(BLOCK_BYTES) > answers);
}

#[test]
fn an_agent_should_afford_its_bond_and_many_tickets() {
    const { assert!(MINIMUM_TICKET >= EXISTENTIAL_DEPOSIT && AGENT_BOND >= EXISTENTIAL_DEPOSIT) };
    let smallest_swarm =
        POOR_ANSWER_LOSS.saturating_mul_int(MINIMUM_REWARD) / u128::from(MIN_SWARM);
    assert!(smallest_swarm <= MINIMUM_REWARD, "nobody stakes more than the client");
    const { assert!(UNBONDING_BLOCKS >= MAX_ANSWERING_BLOCKS) };
}

/// What is answered at the beginning of an epoch of domains is judged before the second one after
/// it begins, or an epoch later if blocks are full.
#[test]
fn a_bond_should_be_held_until_all_that_its_agent_answered_is_judged() {
    const { assert!(UNBONDING_BLOCKS >= 3 * DOMAIN_EPOCH_BLOCKS) };
    const { assert!(SUSPENSION_BLOCKS > UNBONDING_BLOCKS, "who retires is barred for longer") };
}

/// Or whoever grades its rivals down would gain by it for ever: nothing would be learnt of it.
#[test]
fn the_smallest_swarm_should_be_able_to_teach() {
    const { assert!(MIN_SWARM >= LEARNING_GRADERS && MIN_SWARM as usize >= MIN_RATED_AGENTS) };
}

/// Or whoever asks in order to serve, with agents of its own on all seats, would rob reward pools.
#[test]
fn a_pool_should_pay_less_for_a_round_served_than_its_seat_cost() {
    let (seat, paid) = (Asking::get().seat, PoolPays::get().most_for_round);
    assert!(paid > 0 && 2 * paid <= seat, "{paid} of {seat}");
}

/// They go with the membership, and have no deposit of their own. Nor has the mark of a suspension,
/// and of one that has left, until it is forgotten.
#[test]
fn an_agents_bond_should_be_more_than_a_deposit_for_its_claims_and_what_it_served() {
    const MARK: u32 = 4;
    let served = 1 + COLLECTION_EPOCHS * Service::max_encoded_len() as u32;
    let (claims, keys) = (Declarations::max_encoded_len() as u32, 3 * (32 + 12 + 48));
    let membership = deposit(3, claims + served + MARK + keys);
    assert!(u128::from(MAX_MEMBERSHIPS) * membership < AGENT_BOND);
}

/// Or who asks in order to be sampled, and audits with agents of its own, would rob purses.
#[test]
fn an_auditor_should_be_paid_less_for_an_answer_than_its_seat_cost() {
    let of_all = u128::from(AUDIT_COMMITTEE) * PAY_FOR_FINDING;
    assert!(2 * of_all <= Asking::get().seat, "{of_all}");
}

/// However long the attacker's rounds last, and although all of them begin and end together, which
/// is the cheapest way. `spam::seats` tries one of them.
#[test]
fn all_places_should_cost_more_than_a_hundred_wag_a_minute_whatever_answering_time_is_asked_for() {
    const MINUTE: u128 = 240;
    let prices = Asking::get();
    let phases = OPENING_ANSWERS_BLOCKS + GRADING_BLOCKS + OPENING_GRADES_BLOCKS;
    for answering in [MIN_ANSWERING_BLOCKS, 40, 240, 2_400, MAX_ANSWERING_BLOCKS] {
        let blocks = answering + phases;
        let room = |running| prices.room(blocks, running, MAX_OPEN_ROUNDS);
        let rooms: u128 = (1..=MAX_OPEN_ROUNDS).map(room).sum();
        // Each phase ends in the block after its deadline.
        let at_most = u128::from(blocks + 4);
        assert!(rooms * MINUTE / at_most > 100 * WAG, "{answering}: {rooms} in {at_most} blocks");
    }
}

/// FRAME begins the pallets' `on_idle` with another one in each block, and goes on in their order.
#[test]
fn settlements_should_go_before_audits_in_all_blocks_but_a_few() {
    let pallets: Vec<_> = AllPalletsWithSystem::infos().iter().map(|info| info.name).collect();
    let place = |name: &str| pallets.iter().position(|pallet| *pallet == name).unwrap();
    let audits_first = place("Audits").checked_sub(place("Rounds")).unwrap();
    assert!(audits_first * 10 <= pallets.len(), "{audits_first} of {}", pallets.len());
}

#[test]
fn hook_should_have_room_for_all_rounds_that_may_run() {
    let rounds = u64::from(MAX_OPEN_ROUNDS);
    assert!(
        pallet_waggle_rounds::hook::memory::MEMOS >= rounds,
        "or rounds that run push each other out of its memory"
    );
    assert!(
        pallet_waggle_rounds::hook::worker::MAX_JOBS_PER_RUN as u64 >= 4 * rounds,
        "four agents in all of them"
    );
}
