//! Domains in a history: the general one, and a field for open questions, which agents join and
//! leave. As seats are not drawn here, nobody is absent, and all members that have not retired are
//! on the roster.

use super::{
    model::{Effects, Model, Round},
    History,
};
use crate::mock::*;
use pallet_waggle_agents::AgentRecord;
use pallet_waggle_domains::Error;
use std::collections::{BTreeMap, BTreeSet};

/// The domain that is there besides the general one.
pub(crate) const FIELD: DomainId = 1;

/// Found the field. Returns since when who is a member of what.
pub(crate) fn begin() -> BTreeMap<(DomainId, AccountId), u32> {
    let title = b"a field".to_vec().try_into().expect("short enough");
    let founder = RuntimeOrigin::signed(STRANGER);
    Domains::found(founder, title, Default::default(), question_of(FIELD)).expect("it can pay");
    // Of the field there is a population before anybody joins, or it could not be counted.
    assert_eq!(Domains::join(RuntimeOrigin::signed(owner(0)), FIELD), Ok(()));
    let members = pallet_waggle_domains::Memberships::<Test>::iter();
    members.map(|(domain, owner, member)| ((domain, owner), member.since)).collect()
}

/// What kind of questions are asked in the domain.
pub(crate) fn question_of(domain: DomainId) -> Question {
    if domain == FIELD {
        Question::Open
    } else {
        Question::Closed
    }
}

impl Model {
    /// Whether the owner's agent was a member of the round's domain when it was submitted.
    pub(crate) fn came_in_time(&self, owner: AccountId, round: &Round) -> bool {
        let since = self.memberships.get(&(round.domain, owner));
        since.is_some_and(|since| *since < round.blocks.submitted)
    }

    /// How many agents are on the roster of the domain.
    pub(crate) fn roster_size(&self, domain: DomainId) -> u32 {
        let is_on_it = |(of, owner): &&(DomainId, AccountId)| {
            *of == domain && self.agents.get(owner).is_some_and(AgentRecord::is_active)
        };
        self.memberships.keys().filter(is_on_it).count() as u32
    }

    /// How many places there are on both rosters.
    pub(crate) fn on_rosters(&self) -> usize {
        (self.roster_size(GENERAL) + self.roster_size(FIELD)) as usize
    }

    /// How many agents are members of anything.
    pub(crate) fn owners_with_domains(&self) -> usize {
        self.memberships.keys().map(|(_, owner)| *owner).collect::<BTreeSet<_>>().len()
    }
}

impl History {
    pub(super) fn join(&mut self) {
        let who = self.some_owner();
        let domain = self.chance.weighted(&[(2, GENERAL), (6, FIELD), (1, FIELD + 1)]);
        let failure = if !self.model.agents.get(&who).is_some_and(AgentRecord::is_active) {
            Some(Error::<Test>::NotAnAgent.into())
        } else if domain > FIELD {
            Some(Error::<Test>::NoSuchDomain.into())
        } else if self.model.memberships.contains_key(&(domain, who)) {
            Some(Error::<Test>::AlreadyMember.into())
        } else {
            None
        };
        let made = pallet_waggle_domains::Call::<Test>::join { domain };
        self.make(who, "join", made, failure, |model| {
            model.memberships.insert((domain, who), model.now);
            Effects::default()
        });
    }

    pub(super) fn leave(&mut self) {
        let who = self.some_owner();
        let domain = if self.chance.percent(40) { GENERAL } else { FIELD };
        let failure = if !self.model.memberships.contains_key(&(domain, who)) {
            Some(Error::<Test>::NotMember.into())
        } else if self.model.agents.get(&who).is_some_and(|agent| agent.open_rounds > 0) {
            Some(Error::<Test>::RoundsOpen.into())
        } else {
            None
        };
        let made = pallet_waggle_domains::Call::<Test>::leave { domain };
        self.make(who, "leave", made, failure, |model| {
            model.memberships.remove(&(domain, who));
            model.known.remove(&(domain, who));
            Effects::default()
        });
    }
}
