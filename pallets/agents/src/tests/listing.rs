//! The list for the runtime API.

use crate::{mock::*, AgentRecord, AgentStatus, Agents as AgentsMap, MAX_LISTED};
use frame_support::assert_ok;
use sp_core::crypto::UncheckedFrom;
use waggle_primitives::{rating::RatingRecord, traits::Ratings, view::AgentView, AgentKey, Fixed};

/// Ratings in which owner 1 is known and everybody else is a newcomer.
struct OneKnown;

fn known() -> RatingRecord {
    RatingRecord { grades: Fixed::from_u32(9), deviations: Fixed::from_u32(1), rounds: 3, ..Default::default() }
}

impl Ratings<AccountId> for OneKnown {
    fn get(agent: &AccountId) -> RatingRecord {
        if *agent == 1 {
            known()
        } else {
            RatingRecord::default()
        }
    }
    fn set(_: &AccountId, _: RatingRecord) {}
}

#[test]
fn views_should_show_each_agent_with_its_rating() {
    Chain::default().with_agent(1, key(1), b"a").with_agent(2, key(2), b"b").build_and_execute(|| {
        assert_ok!(Agents::retire(RuntimeOrigin::signed(2)));
        let mut views = Agents::views::<OneKnown>();
        views.sort_by_key(|view| view.owner);
        let view = |owner: u8, model: &[u8], record: RatingRecord, retired| AgentView {
            owner: owner.into(),
            key: key(owner),
            model: model.to_vec(),
            topics: vec![],
            rating: record.rating(),
            bias: record.bias(),
            rounds: record.rounds,
            retired,
        };
        assert_eq!(views, vec![view(1, b"a", known(), false), view(2, b"b", RatingRecord::default(), true)]);
    });
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
