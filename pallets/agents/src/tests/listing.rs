//! The list for the runtime API.

use crate::{mock::*, AgentRecord, AgentStatus, Agents as AgentsMap, MAX_LISTED};
use frame_support::assert_ok;
use sp_core::crypto::UncheckedFrom;
use waggle_primitives::{
    rule::{Known, Rule},
    traits::AgentRegistry,
    view::AgentView,
    AgentKey,
};
use waggle_testing::mocks::OneKnown;

#[test]
fn views_should_show_each_agent_with_its_rating() {
    Chain::default().with_agent(1, key(1), b"a").with_agent(2, key(2), b"b").build_and_execute(
        || {
            assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
            let mut views = Agents::views::<OneKnown>();
            views.sort_by_key(|view| view.owner);
            let view = |owner: u8, model: &[u8], known: Known, retired| AgentView {
                owner: owner.into(),
                key: key(owner),
                model: model.to_vec(),
                topics: vec![],
                rating: known.rating(),
                bias: known.bias(),
                quality: known.quality(),
                rounds: known.rounds(),
                retired,
            };
            assert_eq!(
                views,
                vec![
                    view(1, b"a", OneKnown::standing(), false),
                    view(2, b"b", Rule::default().newcomer(), true)
                ]
            );
        },
    );
}

#[test]
fn detail_should_show_bond_rounds_and_past_by_owner_and_by_key() {
    Chain::default().with_agent(1, key(1), b"a").with_agent(2, key(2), b"b").build_and_execute(
        || {
            assert_ok!(Agents::entered_round(&1));
            let detail = Agents::detail::<OneKnown>(&1).unwrap();
            assert_eq!(
                (detail.bond, detail.open_rounds, detail.unbond_from, detail.past.rounds),
                (Bond::get(), 1, None, 4)
            );
            assert_eq!((detail.agent.owner, detail.agent.rounds), (1, 3));
            assert_eq!((detail.since, detail.limits), (0, None));
            assert_eq!(Agents::detail_of_key::<OneKnown>(&key(1)), Some(detail));
            Agents::left_round(&1);

            assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
            let retired = Agents::detail_of_key::<OneKnown>(&key(2)).unwrap();
            assert!(retired.agent.retired);
            let unbond_from = retired.unbond_from.unwrap();
            System::set_block_number(unbond_from.into());
            assert_ok!(Agents::unbond(RuntimeOrigin::signed(2)));
            assert_eq!(Agents::detail::<OneKnown>(&2), None);
            assert_eq!(Agents::detail_of_key::<OneKnown>(&key(2)), None);
        },
    );
}

#[test]
fn listed_should_stop_at_its_bound() {
    build_and_execute(|| {
        for owner in 0..MAX_LISTED as u64 + 5 {
            let mut bytes = [0u8; 32];
            bytes[..8].copy_from_slice(&owner.to_le_bytes());
            let key = AgentKey::unchecked_from(bytes);
            let record = AgentRecord {
                key,
                model: Default::default(),
                topics: Default::default(),
                bond: 0,
                status: AgentStatus::Active,
                open_rounds: 0,
            };
            AgentsMap::<Test>::insert(owner, record);
            crate::OwnerOf::<Test>::insert(key, owner);
        }
        assert_eq!(Agents::listed().len(), MAX_LISTED);
    });
}
