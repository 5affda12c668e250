//! `try_state` sees what is wrong.

use crate::{
    mock::*, Barred, BarredNumbers, Claims, DomainsOf, EpochBlocks, Membership, Memberships,
    Payout, Payouts, Pool, Pools, Populations, RosterPlace, Rosters, Served, Service, Suspensions,
};
use frame_support::BoundedVec;
use pallet_waggle_agents::{AgentStatus, Agents as AgentsMap};
use sp_runtime::TryRuntimeError;
use waggle_primitives::{
    choice::Question,
    claim::{ClaimedModel, ClaimedSampling, Declarations},
    domain::GENERAL,
    Claim, DomainId,
};

/// Break the state of a chain with agents 1 and 2, of which 2 is not on the roster, and domain 1
/// without members; see `message`, and mend it.
fn sees(message: &'static str, break_it: impl FnOnce(), mend_it: impl FnOnce()) {
    build_and_execute(|| {
        registered(2);
        stay_away(GENERAL, 2, 3);
        assert_eq!(found(Question::Closed), 1);
        assert_eq!(Domains::do_try_state(), Ok(()));
        break_it();
        assert_eq!(Domains::do_try_state(), Err(TryRuntimeError::Other(message)));
        mend_it();
    });
}

/// Say that the agent of `owner` is a member of these domains.
fn says(owner: AccountId, domains: &[DomainId]) {
    DomainsOf::<Test>::insert(owner, BoundedVec::truncate_from(domains.to_vec()));
}

/// Change what is kept of a member of the general domain.
fn change(owner: AccountId, change: impl FnOnce(&mut Membership<u64>)) {
    Memberships::<Test>::mutate(GENERAL, owner, |membership| {
        change(membership.as_mut().unwrap());
    });
}

/// The place with this number.
fn place(number: u32) -> Option<RosterPlace<u64>> {
    Some(RosterPlace { number, since: 1, former: None })
}

#[test]
fn try_state_should_fail_when_an_agent_without_domains_is_kept() {
    sees("an agent without domains is kept", || says(3, &[]), || DomainsOf::<Test>::remove(3));
}

#[test]
fn try_state_should_fail_when_a_member_is_no_agent() {
    sees("a member is no agent", || says(3, &[GENERAL]), || DomainsOf::<Test>::remove(3));
}

#[test]
fn try_state_should_fail_when_a_member_is_of_no_domain() {
    sees("a member of no domain", || says(1, &[GENERAL, 2]), || says(1, &[GENERAL]));
}

#[test]
fn try_state_should_fail_when_members_and_their_domains_do_not_mirror_each_other() {
    sees(
        "a domain of an agent that is no member",
        || says(1, &[GENERAL, 1]),
        || says(1, &[GENERAL]),
    );
    let stranger: Membership<u64> =
        Membership { since: 1, place: None, absences: 0, absent_at: None, rejoined: None };
    sees(
        "a member whose domains do not say so",
        || Memberships::<Test>::insert(1, 1, stranger),
        || Memberships::<Test>::remove(1, 1),
    );
}

#[test]
fn try_state_should_fail_when_members_are_miscounted() {
    sees(
        "the count of members is wrong",
        || Populations::<Test>::mutate(GENERAL, |population| population.members += 1),
        || Populations::<Test>::mutate(GENERAL, |population| population.members -= 1),
    );
}

#[test]
fn try_state_should_fail_when_a_roster_is_longer_or_shorter_than_counted() {
    sees(
        "a number beyond a roster",
        || Rosters::<Test>::insert(GENERAL, 1, 2),
        || Rosters::<Test>::remove(GENERAL, 1),
    );
    sees(
        "a roster has a gap",
        || Rosters::<Test>::remove(GENERAL, 0),
        || Rosters::<Test>::insert(GENERAL, 0, 1),
    );
}

#[test]
fn try_state_should_fail_when_numbers_and_places_do_not_mirror_each_other() {
    sees(
        "one on a roster is no member",
        || Rosters::<Test>::insert(GENERAL, 0, 3),
        || Rosters::<Test>::insert(GENERAL, 0, 1),
    );
    sees(
        "one on a roster has no place",
        || Rosters::<Test>::insert(GENERAL, 0, 2),
        || Rosters::<Test>::insert(GENERAL, 0, 1),
    );
    sees(
        "a place with another number",
        || change(1, |membership| membership.place = place(1)),
        || change(1, |membership| membership.place = place(0)),
    );
    sees(
        "a member has a place that the roster does not know",
        || change(2, |membership| membership.place = place(1)),
        || change(2, |membership| membership.place = None),
    );
}

#[test]
fn try_state_should_fail_when_one_should_have_left_the_roster() {
    sees(
        "one on a roster should have left it",
        || change(1, |membership| membership.absences = 3),
        || change(1, |membership| membership.absences = 0),
    );
    let status = |status| {
        AgentsMap::<Test>::mutate(1, |agent| agent.as_mut().unwrap().status = status);
    };
    sees(
        "one on a roster is no active agent",
        || status(AgentStatus::Retired { since: 1 }),
        || status(AgentStatus::Active),
    );
}

#[test]
fn try_state_should_fail_when_a_suspended_one_is_no_member_or_on_the_roster() {
    let suspended = |owner: AccountId| {
        (
            move || Suspensions::<Test>::insert(GENERAL, owner, 1),
            move || Suspensions::<Test>::remove(GENERAL, owner),
        )
    };
    let (break_it, mend_it) = suspended(3);
    sees("a suspended one is no member", break_it, mend_it);
    let (break_it, mend_it) = suspended(1);
    sees("a suspended one is on the roster", break_it, mend_it);
}

#[test]
fn try_state_should_fail_when_the_queue_of_those_who_are_barred_has_a_gap() {
    let sees = |numbers: (u64, u64), barred: u64| {
        sees(
            "the queue has a gap",
            move || {
                BarredNumbers::<Test>::put(numbers);
                Barred::<Test>::insert(barred, (GENERAL, 3));
            },
            move || {
                BarredNumbers::<Test>::kill();
                Barred::<Test>::remove(barred);
            },
        );
    };
    sees((0, 0), 0);
    sees((1, 2), 0);
    sees((0, 2), 0);
}

#[test]
fn try_state_should_fail_when_epochs_have_no_blocks() {
    sees(
        "an epoch without blocks",
        || EpochBlocks::<Test>::put(0),
        || EpochBlocks::<Test>::put(EPOCH_BLOCKS),
    );
}

/// Say that the agent of `owner` claims the model of this name in the general domain.
fn claims(owner: AccountId, name: &[u8]) {
    let model = ClaimedModel {
        name: BoundedVec::truncate_from(name.to_vec()),
        weights: None,
        quantisation: Default::default(),
        sampling: ClaimedSampling { temperature: 0, top_p: 1, top_k: 0, min_p: 0 },
    };
    let declared = Declarations::default().declare(0, Some(Claim { model, knowledge: None }));
    Claims::<Test>::insert(GENERAL, owner, declared);
}

#[test]
fn try_state_should_fail_when_a_claim_is_nobodys_or_out_of_range() {
    let forget = || Claims::<Test>::remove(GENERAL, 1);
    sees("a claim of no member", || claims(3, b"m"), || Claims::<Test>::remove(GENERAL, 3));
    sees("a claim that is out of range", || claims(1, b""), forget);
    let status = |status| {
        AgentsMap::<Test>::mutate(2, |agent| agent.as_mut().unwrap().status = status);
    };
    sees(
        "a claim of no active agent",
        || {
            claims(2, b"m");
            status(AgentStatus::Retired { since: 1 });
        },
        || {
            Claims::<Test>::remove(GENERAL, 2);
            status(AgentStatus::Active);
        },
    );
}

/// Change a pool that has 100 and counts two rounds in epoch 0, and owes 20 for one of an epoch
/// that agent 1 served.
fn sees_of_pool(message: &'static str, break_it: impl FnOnce()) {
    let (one, two) = (Service { epoch: 7, rounds: 1 }, Service { epoch: 0, rounds: 2 });
    let payout = Payout { epoch: 7, rounds: 1, amount: 20, left: 20 };
    let as_it_was = || {
        Pools::<Test>::insert(GENERAL, Pool { balance: 100, epoch: 0, rounds: 2 });
        Payouts::<Test>::insert(GENERAL, BoundedVec::truncate_from(vec![payout]));
        Served::<Test>::insert(GENERAL, 1, BoundedVec::truncate_from(vec![one]));
        Served::<Test>::insert(GENERAL, 2, BoundedVec::truncate_from(vec![two]));
    };
    build_and_execute(|| {
        registered(2);
        fund(GENERAL, 120);
        as_it_was();
        assert_eq!(Domains::do_try_state(), Ok(()));
        break_it();
        assert_eq!(Domains::do_try_state(), Err(TryRuntimeError::Other(message)));
        let _ = Served::<Test>::clear_prefix(GENERAL, 9, None);
        Pools::<Test>::remove(9);
        Payouts::<Test>::remove(9);
        as_it_was();
    });
}

#[test]
fn try_state_should_fail_when_a_pool_is_not_what_it_should_be() {
    let pool = Pool { balance: 100, epoch: 0, rounds: 2 };
    sees_of_pool("a pool of no domain", || Pools::<Test>::insert(9, pool));
    sees_of_pool("a pool that is empty", || {
        Pools::<Test>::insert(GENERAL, Pool { balance: 9, ..pool });
    });
    sees_of_pool("a pool has no money", || {
        Pools::<Test>::insert(GENERAL, Pool { balance: 101, ..pool });
    });
    sees_of_pool("rounds that were served and not counted", || {
        Pools::<Test>::insert(GENERAL, Pool { rounds: 1, ..pool });
    });
    sees_of_pool("pay without a pool", || {
        Payouts::<Test>::insert(9, BoundedVec::truncate_from(vec![]));
    });
}

#[test]
fn try_state_should_fail_when_pay_is_not_what_is_owed() {
    let payout = Payout { epoch: 7, rounds: 1, amount: 20, left: 20 };
    let owes = |payout| Payouts::<Test>::insert(GENERAL, BoundedVec::truncate_from(vec![payout]));
    sees_of_pool("less is left than is owed", || owes(Payout { left: 19, ..payout }));
    sees_of_pool("more is left than there was", || owes(Payout { amount: 19, ..payout }));
    sees_of_pool("one who served is no member", || {
        let served = vec![Service { epoch: 3, rounds: 1 }];
        Served::<Test>::insert(GENERAL, 3, BoundedVec::truncate_from(served));
    });
}
