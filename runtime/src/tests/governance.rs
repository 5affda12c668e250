//! Referenda and the technical committee on the real runtime: what they reach, and when.

use super::{
    chain::Chain,
    every_call::{every_call, name},
};
use crate::{
    configs::{governance::ROOT_TRACK, money::TreasuryAccount},
    constants::*,
    origins::{EnsureWhitelistedCaller, HoldReason, Origin},
    AccountId, Address, Balance, Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin,
};
use codec::Encode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    storage::{with_transaction, TransactionOutcome},
    traits::{fungible::InspectHold, schedule::DispatchTime, Bounded, EnsureOrigin},
    weights::Weight,
};
use frame_system::RawOrigin;
use pallet_balances::Holds;
use pallet_collective::{Call as CommitteeCall, Event as CommitteeEvent};
use pallet_conviction_voting::{AccountVote, Call as VotingCall, Conviction, Vote};
use pallet_referenda::{Call as ReferendaCall, ReferendumInfo, ReferendumInfoFor, TracksInfo};
use pallet_waggle_examinations::Examiners;
use pallet_whitelist::Call as WhitelistCall;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::{
    traits::{BlakeTwo256, Dispatchable, Hash as _},
    DispatchError, DispatchResult,
};
use waggle_primitives::domain::GENERAL;

/// What each well-known account votes with, of a million.
const STAKE: Balance = 900_000 * WAG;

/// Something that only root does.
fn appoint() -> RuntimeCall {
    let who = Ferdie.to_account_id();
    RuntimeCall::Examinations(pallet_waggle_examinations::Call::appoint {
        domain: GENERAL,
        who,
        budget: WAG,
    })
}

fn root() -> OriginCaller {
    RawOrigin::<AccountId>::Root.into()
}

/// Whether it was done.
fn is_appointed(chain: &mut Chain) -> bool {
    chain.ask(|| Examiners::<Runtime>::contains_key((GENERAL, Ferdie.to_account_id())))
}

/// A block with this call of `account`, which must succeed.
fn by(chain: &mut Chain, account: Sr25519Keyring, call: RuntimeCall) -> Vec<RuntimeEvent> {
    let transaction = chain.signed(account, call);
    chain.block_of(vec![transaction])
}

/// Go on to the block `until`. Only those are made in which something is scheduled.
fn go_to(chain: &mut Chain, until: u32) {
    while chain.height() < until {
        let height = chain.height();
        let next = chain.ask(|| {
            assert_eq!(pallet_waggle_rounds::Rounds::<Runtime>::count(), 0);
            let scheduled = pallet_scheduler::Agenda::<Runtime>::iter_keys();
            let next = scheduled.filter(|block| *block > height).fold(until, u32::min);
            // No round is missed, and the hooks need not look at each block between.
            pallet_waggle_rounds::AgendaCursor::<Runtime>::put(next);
            pallet_waggle_rounds::ExpiryCursor::<Runtime>::put(next);
            next
        });
        chain.skip(next - height - 1);
        chain.block_of(vec![]);
    }
}

/// Dave submits a referendum on `call` with this origin, and Eve pays for its decision. Returns its
/// number, and the block of the submission.
fn submit(chain: &mut Chain, origin: impl Into<OriginCaller>, call: &RuntimeCall) -> (u32, u32) {
    let index = chain.ask(pallet_referenda::ReferendumCount::<Runtime>::get);
    let proposal = Bounded::Inline(call.encode().try_into().expect("the call is short"));
    let call = ReferendaCall::submit {
        proposal_origin: Box::new(origin.into()),
        proposal,
        enactment_moment: DispatchTime::After(0),
    };
    by(chain, Dave, RuntimeCall::Referenda(call));
    let submitted = chain.height();
    by(chain, Eve, RuntimeCall::Referenda(ReferendaCall::place_decision_deposit { index }));
    (index, submitted)
}

/// All well-known accounts vote alike.
fn all_vote(chain: &mut Chain, poll_index: u32, aye: bool) {
    let vote = AccountVote::Standard {
        vote: Vote { aye, conviction: Conviction::Locked1x },
        balance: STAKE,
    };
    let votes = Sr25519Keyring::iter()
        .map(|account| {
            let call = RuntimeCall::ConvictionVoting(VotingCall::vote { poll_index, vote });
            chain.signed(account, call)
        })
        .collect();
    chain.block_of(votes);
}

/// Alice moves that the committee do `call`, all of `ayes` vote for it, and Dave, who is no member,
/// closes it. What came of the call; nothing if the motion was not closed.
fn committee_does(
    chain: &mut Chain,
    call: RuntimeCall,
    ayes: &[Sr25519Keyring],
) -> Option<DispatchResult> {
    let index = chain.ask(pallet_collective::ProposalCount::<Runtime>::get);
    let (proposal, length_bound) = (BlakeTwo256::hash_of(&call), call.encoded_size() as u32);
    let weight = call.get_dispatch_info().call_weight;
    let propose = CommitteeCall::propose { threshold: 2, proposal: Box::new(call), length_bound };
    by(chain, Alice, RuntimeCall::TechnicalCommittee(propose));
    for member in ayes {
        let vote = CommitteeCall::vote { proposal, index, approve: true };
        by(chain, *member, RuntimeCall::TechnicalCommittee(vote));
    }
    let close = CommitteeCall::close {
        proposal_hash: proposal,
        index,
        proposal_weight_bound: weight,
        length_bound,
    };
    let transaction = chain.signed(Dave, RuntimeCall::TechnicalCommittee(close));
    let (_, events) = chain.block(vec![transaction]);
    events.into_iter().find_map(|event| match event {
        RuntimeEvent::TechnicalCommittee(CommitteeEvent::Executed { result, .. }) => Some(result),
        _ => None,
    })
}

fn dispatch_whitelisted(call: RuntimeCall) -> RuntimeCall {
    let call = Box::new(call);
    RuntimeCall::Whitelist(WhitelistCall::dispatch_whitelisted_call_with_preimage { call })
}

fn whitelist(call: &RuntimeCall) -> RuntimeCall {
    let call_hash = BlakeTwo256::hash_of(call);
    RuntimeCall::Whitelist(WhitelistCall::whitelist_call { call_hash })
}

/// What `what` returns; all that it changes is undone.
fn tried<R>(chain: &mut Chain, what: impl FnOnce() -> R) -> R {
    chain
        .ask(|| with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(what()))))
        .expect("it is rolled back")
}

#[test]
fn root_referendum_should_act_after_its_delays_and_not_before() {
    let mut chain = Chain::governed();
    let issuance = chain.ask(Balances::total_issuance);
    let (index, submitted) = submit(&mut chain, root(), &appoint());
    all_vote(&mut chain, index, true);
    // Two hours to prepare, two days in which the votes must stay for it, two days to enactment.
    let confirmed = submitted + 2 * HOUR + 2 * DAY;
    go_to(&mut chain, confirmed - 1);
    let info = chain.ask(|| ReferendumInfoFor::<Runtime>::get(index));
    assert!(matches!(info, Some(ReferendumInfo::Ongoing(_))), "{info:?}");
    go_to(&mut chain, confirmed + 2 * DAY - 1);
    let info = chain.ask(|| ReferendumInfoFor::<Runtime>::get(index));
    assert!(matches!(info, Some(ReferendumInfo::Approved(..))), "{info:?}");
    assert!(!is_appointed(&mut chain), "two days between approval and enactment");
    go_to(&mut chain, confirmed + 2 * DAY + 2);
    assert!(is_appointed(&mut chain));
    // The deposits come back.
    let refund = ReferendaCall::refund_submission_deposit { index };
    by(&mut chain, Dave, RuntimeCall::Referenda(refund));
    let refund = ReferendaCall::refund_decision_deposit { index };
    by(&mut chain, Eve, RuntimeCall::Referenda(refund));
    chain.ask(|| {
        for account in [Dave, Eve].map(|account| account.to_account_id()) {
            // Their votes, and Dave's bond as a validator, have reasons; deposits have none.
            let holds = Holds::<Runtime>::get(&account);
            let with_reason: Balance = holds.iter().map(|hold| hold.amount).sum();
            assert_eq!(Balances::reserved_balance(&account), with_reason, "{account}");
        }
        assert_eq!(Balances::total_issuance(), issuance);
    });
}

#[test]
fn root_referendum_should_be_rejected_when_money_is_against_it() {
    let mut chain = Chain::governed();
    let (index, submitted) = submit(&mut chain, root(), &appoint());
    all_vote(&mut chain, index, false);
    go_to(&mut chain, submitted + 2 * HOUR + 7 * DAY + 2);
    let info = chain.ask(|| ReferendumInfoFor::<Runtime>::get(index));
    assert!(matches!(info, Some(ReferendumInfo::Rejected(..))), "{info:?}");
    go_to(&mut chain, submitted + 20 * DAY);
    assert!(!is_appointed(&mut chain));
}

#[test]
fn root_referendum_should_be_rejected_when_too_little_money_votes() {
    let mut chain = Chain::governed();
    let (index, submitted) = submit(&mut chain, root(), &appoint());
    // One account's part of fourteen: all votes, but never a tenth of all money.
    let vote = AccountVote::Standard {
        vote: Vote { aye: true, conviction: Conviction::Locked6x },
        balance: STAKE,
    };
    let call = VotingCall::vote { poll_index: index, vote };
    by(&mut chain, Bob, RuntimeCall::ConvictionVoting(call));
    go_to(&mut chain, submitted + 2 * HOUR + 7 * DAY + 2);
    let info = chain.ask(|| ReferendumInfoFor::<Runtime>::get(index));
    assert!(matches!(info, Some(ReferendumInfo::Rejected(..))), "{info:?}");
}

/// What Bob has on hold for his votes.
fn voting(chain: &mut Chain) -> Balance {
    chain.ask(|| Balances::balance_on_hold(&HoldReason::Vote.into(), &Bob.to_account_id()))
}

/// A reward is paid whatever is locked, so money that votes must not be a reward: it would vote
/// once more on every account that it came to.
#[test]
fn money_should_not_vote_and_be_at_stake_when_it_could_be_both() {
    let mut chain = Chain::governed();
    let (index, _) = submit(&mut chain, root(), &appoint());
    let vote = |balance| {
        let vote = Vote { aye: true, conviction: Conviction::Locked1x };
        let vote = AccountVote::Standard { vote, balance };
        RuntimeCall::ConvictionVoting(VotingCall::vote { poll_index: index, vote })
    };
    let ask = |reward| RuntimeCall::Rounds(super::swarm::submit("37+12", reward, 4));
    by(&mut chain, Bob, ask(500_000 * WAG));
    // Of a million 10 000 are his bond.
    let more = chain.signed(Bob, vote(500_000 * WAG));
    let refused: DispatchError =
        pallet_conviction_voting::Error::<Runtime>::InsufficientFunds.into();
    assert_eq!(chain.block(vec![more]).0, [Ok(Err(refused))]);
    assert_eq!(voting(&mut chain), 0);
    by(&mut chain, Bob, vote(300_000 * WAG));
    by(&mut chain, Bob, vote(400_000 * WAG));
    assert_eq!(voting(&mut chain), 400_000 * WAG);
    // Nor the other way around, nor may it be sent away.
    let more = chain.signed(Bob, ask(200_000 * WAG));
    assert!(matches!(chain.block(vec![more]).0[..], [Ok(Err(_))]));
    let gift = pallet_balances::Call::<Runtime>::transfer_allow_death {
        dest: Address::Id(Eve.to_account_id()),
        value: 200_000 * WAG,
    };
    let gift = chain.signed(Bob, gift);
    assert!(matches!(chain.block(vec![gift]).0[..], [Ok(Err(_))]));
    // It is free again with its vote gone.
    by(
        &mut chain,
        Bob,
        RuntimeCall::ConvictionVoting(VotingCall::remove_vote { class: None, index }),
    );
    let target = Address::Id(Bob.to_account_id());
    let unlock = VotingCall::unlock { class: ROOT_TRACK, target };
    by(&mut chain, Bob, RuntimeCall::ConvictionVoting(unlock));
    assert_eq!(voting(&mut chain), 0);
    by(&mut chain, Bob, ask(200_000 * WAG));
}

#[test]
fn whitelisted_call_should_be_done_by_a_fast_referendum() {
    let mut chain = Chain::governed();
    let whitelisted = committee_does(&mut chain, whitelist(&appoint()), &[Alice, Charlie]);
    assert_eq!(whitelisted, Some(Ok(())));
    let proposal = dispatch_whitelisted(appoint());
    let (index, submitted) = submit(&mut chain, Origin::WhitelistedCaller, &proposal);
    all_vote(&mut chain, index, true);
    go_to(&mut chain, submitted + 30 * MINUTE - 1);
    assert!(!is_appointed(&mut chain), "ten minutes each to prepare, to confirm and to enact");
    go_to(&mut chain, submitted + 30 * MINUTE + 2);
    assert!(is_appointed(&mut chain));
    // It was good for once.
    let hash = BlakeTwo256::hash_of(&appoint());
    assert!(!chain.ask(|| pallet_whitelist::WhitelistedCall::<Runtime>::contains_key(hash)));
}

#[test]
fn fast_referendum_should_do_nothing_when_the_committee_whitelists_nothing() {
    let mut chain = Chain::governed();
    let proposal = dispatch_whitelisted(appoint());
    let (index, submitted) = submit(&mut chain, Origin::WhitelistedCaller, &proposal);
    all_vote(&mut chain, index, true);
    go_to(&mut chain, submitted + 30 * MINUTE + 2);
    let info = chain.ask(|| ReferendumInfoFor::<Runtime>::get(index));
    assert!(matches!(info, Some(ReferendumInfo::Approved(..))), "{info:?}");
    assert!(!is_appointed(&mut chain));
    // Nor does it by what it says directly.
    let (direct, submitted) = submit(&mut chain, Origin::WhitelistedCaller, &appoint());
    all_vote(&mut chain, direct, true);
    go_to(&mut chain, submitted + 30 * MINUTE + 2);
    assert!(!is_appointed(&mut chain));
    // For a day the committee may still whitelist it; then anybody may have it done.
    let whitelisted = committee_does(&mut chain, whitelist(&appoint()), &[Alice, Bob]);
    assert_eq!(whitelisted, Some(Ok(())));
    by(&mut chain, Ferdie, proposal);
    assert!(is_appointed(&mut chain));
}

#[test]
fn committee_should_do_nothing_with_less_than_two_thirds() {
    let mut chain = Chain::governed();
    assert_eq!(committee_does(&mut chain, whitelist(&appoint()), &[Bob]), None);
    // One member's motion is made at once, with one vote of three.
    let other = dispatch_whitelisted(appoint());
    let motion = whitelist(&other);
    let call = CommitteeCall::propose {
        threshold: 1,
        length_bound: motion.encoded_size() as u32,
        proposal: Box::new(motion),
    };
    by(&mut chain, Alice, RuntimeCall::TechnicalCommittee(call));
    for call in [appoint(), other] {
        let hash = BlakeTwo256::hash_of(&call);
        assert!(!chain.ask(|| pallet_whitelist::WhitelistedCall::<Runtime>::contains_key(hash)));
    }
}

#[test]
fn silent_members_should_have_voted_no() {
    let mut chain = Chain::governed();
    let call = whitelist(&appoint());
    assert_eq!(committee_does(&mut chain, call.clone(), &[Bob]), None);
    go_to(&mut chain, MOTION_BLOCKS + 20);
    let close = CommitteeCall::close {
        proposal_hash: BlakeTwo256::hash_of(&call),
        index: 0,
        proposal_weight_bound: call.get_dispatch_info().call_weight,
        length_bound: call.encoded_size() as u32,
    };
    let events = by(&mut chain, Dave, RuntimeCall::TechnicalCommittee(close));
    let is_disapproved = events.iter().any(|event| {
        matches!(event, RuntimeEvent::TechnicalCommittee(CommitteeEvent::Disapproved { .. }))
    });
    assert!(is_disapproved, "{events:?}");
}

#[test]
fn committee_should_cancel_a_referendum_and_take_no_deposit() {
    let mut chain = Chain::governed();
    let (index, submitted) = submit(&mut chain, root(), &appoint());
    all_vote(&mut chain, index, true);
    let treasury = chain.ask(|| Balances::free_balance(TreasuryAccount::get()));
    let kill = RuntimeCall::Referenda(ReferendaCall::kill { index });
    let refused = committee_does(&mut chain, kill, &[Alice, Bob, Charlie]);
    assert_eq!(refused, Some(Err(DispatchError::BadOrigin)));
    let cancel = RuntimeCall::Referenda(ReferendaCall::cancel { index });
    assert_eq!(committee_does(&mut chain, cancel, &[Alice, Bob]), Some(Ok(())));
    go_to(&mut chain, submitted + 5 * DAY);
    assert!(!is_appointed(&mut chain));
    let refund = ReferendaCall::refund_decision_deposit { index };
    by(&mut chain, Eve, RuntimeCall::Referenda(refund));
    // Fees only.
    assert!(chain.ask(|| Balances::free_balance(TreasuryAccount::get())) < treasury + WAG);
}

/// The names of the calls of the runtime that do more for this origin than say that it is wrong.
fn reached_by(chain: &mut Chain, origin: impl Fn() -> RuntimeOrigin) -> Vec<String> {
    let reached = every_call().into_iter().filter(|call| {
        let result = tried(chain, || call.clone().dispatch(origin()));
        !matches!(result, Err(error) if error.error == DispatchError::BadOrigin)
    });
    reached.map(|call| name(&call)).collect()
}

/// What anybody may do, or does nothing by itself.
const HARMLESS: [&str; 6] = [
    "System.remark",
    "System.apply_authorized_upgrade",
    "Utility.batch",
    "Utility.batch_all",
    "Utility.force_batch",
    "Utility.if_else",
];

#[test]
fn committee_should_reach_nothing_but_the_whitelist_and_cancelling() {
    let mut chain = Chain::governed();
    let mut reached = reached_by(&mut chain, || {
        pallet_collective::RawOrigin::<AccountId, ()>::Members(3, 3).into()
    });
    reached.retain(|call| !HARMLESS.contains(&call.as_str()));
    let expected =
        ["Whitelist.whitelist_call", "Whitelist.remove_whitelisted_call", "Referenda.cancel"];
    reached.sort();
    let mut expected = expected.map(String::from);
    expected.sort();
    assert_eq!(reached, expected);
    // Nor with a member alone.
    let mut reached = reached_by(&mut chain, || {
        pallet_collective::RawOrigin::<AccountId, ()>::Member(Alice.to_account_id()).into()
    });
    reached.retain(|call| !HARMLESS.contains(&call.as_str()));
    assert_eq!(reached, Vec::<String>::new());
}

#[test]
fn whitelisted_caller_should_reach_nothing_but_whitelisted_calls() {
    let mut chain = Chain::governed();
    let mut reached = reached_by(&mut chain, || Origin::WhitelistedCaller.into());
    reached.retain(|call| !HARMLESS.contains(&call.as_str()));
    reached.sort();
    assert_eq!(
        reached,
        [
            "Whitelist.dispatch_whitelisted_call",
            "Whitelist.dispatch_whitelisted_call_with_preimage"
        ]
    );
    for other in [RuntimeOrigin::root(), RuntimeOrigin::signed(Alice.to_account_id())] {
        assert!(EnsureWhitelistedCaller::try_origin(other).is_err());
    }
}

#[test]
fn nobody_should_use_sudo_when_it_has_no_key() {
    let mut chain = Chain::governed();
    let mut calls = every_call();
    calls.retain(|call| matches!(call, RuntimeCall::Sudo(_)));
    assert!(calls.len() >= 4, "{calls:?}");
    for account in Sr25519Keyring::iter() {
        for call in &calls {
            let origin = RuntimeOrigin::signed(account.to_account_id());
            let result = tried(&mut chain, || call.clone().dispatch(origin));
            let refused = pallet_sudo::Error::<Runtime>::RequireSudo.into();
            assert_eq!(result.unwrap_err().error, refused, "{}", name(call));
        }
    }
    let sudo = pallet_sudo::Call::sudo { call: Box::new(appoint()) };
    let transaction = chain.signed(Alice, RuntimeCall::Sudo(sudo));
    let refused = pallet_sudo::Error::<Runtime>::RequireSudo.into();
    assert_eq!(chain.block(vec![transaction]).0, [Ok(Err(refused))]);
    assert!(!is_appointed(&mut chain));
}

#[test]
fn referenda_should_speak_for_root_and_whitelisted_callers_only() {
    let mut chain = Chain::governed();
    let origins: [OriginCaller; 3] = [
        RawOrigin::Signed(Alice.to_account_id()).into(),
        RawOrigin::<AccountId>::None.into(),
        pallet_collective::RawOrigin::<AccountId, ()>::Members(3, 3).into(),
    ];
    for origin in origins {
        let call = ReferendaCall::submit {
            proposal_origin: Box::new(origin),
            proposal: Bounded::Inline(appoint().encode().try_into().unwrap()),
            enactment_moment: DispatchTime::After(0),
        };
        let transaction = chain.signed(Dave, RuntimeCall::Referenda(call));
        let refused = pallet_referenda::Error::<Runtime>::NoTrack.into();
        assert_eq!(chain.block(vec![transaction]).0, [Ok(Err(refused))]);
    }
}

/// As `docs/governance.md` says.
#[test]
fn tracks_should_be_those_of_the_page() {
    let tracks: Vec<_> = crate::configs::governance::Tracks::tracks()
        .map(|track| {
            let info = &track.info;
            (
                info.decision_deposit / WAG,
                info.prepare_period / MINUTE,
                info.decision_period / DAY,
                info.confirm_period / MINUTE,
                info.min_enactment_period / MINUTE,
            )
        })
        .collect();
    assert_eq!(tracks, [(1_000, 120, 7, 2_880, 2_880), (100, 10, 3, 10, 10)]);
    assert_eq!(DAY, 24 * 60 * 60 * 4, "at 250 ms");
    // Whoever decides bears what comes of it.
    const { assert!(VOTE_LOCKING_BLOCKS >= 2 * DAY) };
}

#[test]
fn scheduled_calls_should_have_a_fifth_of_a_block_and_room_for_an_authorised_upgrade() {
    let most: Weight = <Runtime as pallet_scheduler::Config>::MaximumWeight::get();
    let block = crate::MAXIMUM_BLOCK_WEIGHT;
    assert_eq!(most.ref_time(), block.ref_time() / 5);
    let weight = |call: frame_system::Call<Runtime>| {
        RuntimeCall::System(call).get_dispatch_info().call_weight
    };
    let code_hash = Default::default();
    assert!(weight(frame_system::Call::authorize_upgrade { code_hash }).all_lte(most));
    // So upgrades are authorised by hash: the code itself would never be taken.
    assert!(weight(frame_system::Call::set_code { code: vec![] }).any_gt(most));
    let blocks = crate::configs::RuntimeBlockWeights::get();
    let largest = blocks.get(DispatchClass::Operational).max_extrinsic;
    let apply = weight(frame_system::Call::apply_authorized_upgrade { code: vec![] });
    assert!(largest.is_none_or(|largest| apply.all_lte(largest)), "or nobody could bring it");
}
