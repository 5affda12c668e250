//! What the runtime API shows of an agent.

use crate::mock::*;
use frame_support::assert_ok;
use waggle_primitives::{
    traits::AgentRegistry,
    view::{AgentDetail, AgentPast, AgentView, MembershipView},
    StakeLimits,
};

/// Two agents of genesis.
fn with_two_agents(test: impl FnOnce()) {
    Chain::default()
        .with_agent(1, key(1), b"a")
        .with_agent(2, key(2), b"b")
        .build_and_execute(test);
}

/// What is to be seen of the agent of `owner`.
fn view(owner: u8, model: &[u8], retired: bool) -> AgentView<AccountId> {
    let (model, topics) = (model.to_vec(), vec![]);
    AgentView { owner: owner.into(), key: key(owner), model, topics, retired }
}

/// What others know of it.
fn known() -> (AgentPast<u128>, Vec<MembershipView>) {
    let membership = |domain| MembershipView {
        domain,
        since: 5,
        absences: Some(1),
        rating: Default::default(),
        bias: Default::default(),
        quality: None,
        rounds: 3,
        claim: None,
        next_claim: None,
        collectable: 0,
        suspended: None,
    };
    (AgentPast { rounds: 4, ..Default::default() }, vec![membership(0), membership(7)])
}

#[test]
fn view_should_show_the_agent_retired_or_not() {
    with_two_agents(|| {
        assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
        assert_eq!(Agents::view(&1), Some(view(1, b"a", false)));
        assert_eq!(Agents::view(&2), Some(view(2, b"b", true)));
        assert_eq!(Agents::view(&3), None);
    });
}

#[test]
fn detail_should_show_what_is_kept_and_what_others_know() {
    with_two_agents(|| {
        assert_ok!(Agents::entered_round(&1));
        let limits = Some(StakeLimits { ticket: 5, at_stake: 12 });
        assert_ok!(Agents::set_limits(RuntimeOrigin::signed(1), limits));
        let (past, memberships) = known();
        let expected = AgentDetail {
            agent: view(1, b"a", false),
            bond: Bond::get(),
            open_rounds: 1,
            since: 0,
            limits,
            unbond_from: None,
            memberships: memberships.clone(),
            past: past.clone(),
        };
        assert_eq!(Agents::detail(&1, past, memberships), Some(expected));
    });
}

#[test]
fn detail_should_tell_from_when_on_the_bond_is_free_until_it_is() {
    with_two_agents(|| {
        System::set_block_number(9);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
        let detail = || Agents::detail(&2, known().0, known().1);
        let unbond_from = 9 + UnbondingBlocks::get();
        assert_eq!(detail().unwrap().unbond_from.map(u64::from), Some(unbond_from));
        System::set_block_number(unbond_from);
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(2)));
        assert_eq!(detail(), None);
    });
}

#[test]
fn owner_with_key_should_find_the_owner_until_the_agent_has_left() {
    with_two_agents(|| {
        assert_eq!(Agents::owner_with_key(&key(2)), Some(2));
        assert_eq!(Agents::owner_with_key(&key(3)), None);
        assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
        assert_eq!(Agents::owner_with_key(&key(2)), Some(2));
        System::set_block_number(1 + UnbondingBlocks::get());
        assert_ok!(Agents::unbond(RuntimeOrigin::signed(2)));
        assert_eq!(Agents::owner_with_key(&key(2)), None);
    });
}
