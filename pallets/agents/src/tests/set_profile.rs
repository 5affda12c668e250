//! `set_profile`.

use crate::{mock::*, Agents as AgentsMap, Error, Event, Model, Topics};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

fn profile() -> (Model, Topics) {
    (b"tiny-qwen".to_vec().try_into().unwrap(), b"sorting".to_vec().try_into().unwrap())
}

#[test]
fn set_profile_should_replace_model_and_topics_only() {
    build_and_execute(|| {
        assert_ok!(register(1, 1));
        let before = AgentsMap::<Test>::get(1).unwrap();
        let _ = events();
        let (model, topics) = profile();
        assert_ok!(Agents::set_profile(RuntimeOrigin::signed(1), model.clone(), topics.clone()));
        assert_eq!(AgentsMap::<Test>::get(1), Some(crate::AgentRecord { model, topics, ..before }));
        assert_eq!(events(), vec![Event::ProfileSet { owner: 1 }]);
    });
}

#[test]
fn set_profile_should_fail_when_the_origin_is_not_signed() {
    build_and_execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Agents::set_profile(origin, profile().0, profile().1), BadOrigin);
        }
    });
}

#[test]
fn set_profile_should_fail_when_there_is_no_agent() {
    build_and_execute(|| {
        let call = Agents::set_profile(RuntimeOrigin::signed(1), profile().0, profile().1);
        assert_noop!(call, Error::<Test>::NotRegistered);
    });
}
