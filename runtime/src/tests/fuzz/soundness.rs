//! Whether the state is what it should be.

use crate::{
    tests::chain::Chain, AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason,
    AGENT_BOND, VALIDATOR_BOND,
};
use frame_support::traits::fungible::InspectHold;
use pallet_balances::Holds;
use pallet_referenda::{ReferendumInfo, ReferendumInfoFor};
use pallet_waggle_agents::Agents;
use pallet_waggle_rounds::{Event, OpenRoundsOf, Rounds};
use pallet_waggle_tickets::{Rewards, Stakes};
use std::collections::BTreeMap;

/// What must not change.
pub(crate) struct Books {
    issuance: Balance,
}

impl Books {
    /// The books of a chain as it begins.
    pub(crate) fn open(chain: &mut Chain) -> Self {
        Self { issuance: chain.ask(Balances::total_issuance) }
    }

    /// After each block: no money made or lost, and nothing entered for free without effect.
    pub(crate) fn check(&self, chain: &mut Chain, events: &[RuntimeEvent]) {
        assert_eq!(chain.ask(Balances::total_issuance), self.issuance);
        let idle = events
            .iter()
            .find(|event| matches!(event, RuntimeEvent::Rounds(Event::ActRefused { .. })));
        assert_eq!(idle, None, "an act in a batch had no effect");
    }
}

/// All that can be checked of a state: what is on hold is explained, counts are right, and whatever
/// the pallets check themselves.
pub(crate) fn check_state(chain: &mut Chain) {
    chain.ask(|| {
        let mut explained = BTreeMap::<AccountId, Balance>::new();
        let mut explain =
            |account: AccountId, amount: Balance| *explained.entry(account).or_default() += amount;
        for (owner, agent) in Agents::<Runtime>::iter() {
            // Nothing where it was taken.
            assert!(agent.bond == AGENT_BOND || agent.bond == 0, "{}", agent.bond);
            explain(owner, agent.bond);
        }
        for validator in pallet_waggle_validators::Bonds::<Runtime>::iter_keys() {
            let reason = pallet_waggle_validators::HoldReason::ValidatorBond.into();
            let held = Balances::balance_on_hold(&reason, &validator);
            assert_eq!(held, VALIDATOR_BOND, "nobody offends here");
            explain(validator, held);
        }
        for (round, owner, ticket) in Stakes::<Runtime>::iter() {
            assert!(Rounds::<Runtime>::contains_key(round), "a ticket of a round that is over");
            explain(owner, ticket);
        }
        for (round, reward) in Rewards::<Runtime>::iter() {
            assert!(Rounds::<Runtime>::contains_key(round), "a reward of a round that is over");
            explain(reward.client, reward.amount);
        }
        let mut reserved = 0;
        for (account, info) in frame_system::Account::<Runtime>::iter() {
            let expected = explained.remove(&account).unwrap_or_default();
            let holds = Holds::<Runtime>::get(&account);
            let ours = holds.iter().filter(|hold| {
                use RuntimeHoldReason::{Agents, Tickets, Validators};
                matches!(hold.id, Agents(_) | Tickets(_) | Validators(_))
            });
            let held: Balance = ours.map(|hold| hold.amount).sum();
            assert_eq!(held, expected, "{account}");
            reserved += info.data.reserved - holds.iter().map(|hold| hold.amount).sum::<Balance>();
        }
        assert_eq!(reserved, deposits(), "what is reserved without a reason");
        assert!(explained.is_empty(), "{explained:?}");
        let mut open = BTreeMap::<AccountId, u32>::new();
        for (_, record) in Rounds::<Runtime>::iter() {
            *open.entry(record.client).or_default() += 1;
        }
        assert_eq!(OpenRoundsOf::<Runtime>::iter().collect::<BTreeMap<_, _>>(), open);
        assert_eq!(Rounds::<Runtime>::count() as usize, Rounds::<Runtime>::iter().count());
        pallet_waggle_rounds::Pallet::<Runtime>::check_state().expect("the rounds' own checks");
        pallet_waggle_tickets::Pallet::<Runtime>::do_try_state().expect("the tickets' own checks");
        pallet_waggle_agents::Pallet::<Runtime>::do_try_state().expect("the agents' own checks");
        pallet_waggle_ratings::Pallet::<Runtime>::do_try_state().expect("the ratings' own checks");
        pallet_waggle_validators::Pallet::<Runtime>::do_try_state()
            .expect("the validators' own checks");
        pallet_waggle_examinations::Pallet::<Runtime>::do_try_state()
            .expect("the examinations' own checks");
        pallet_waggle_domains::Pallet::<Runtime>::do_try_state().expect("the domains' own checks");
        pallet_waggle_audits::Pallet::<Runtime>::do_try_state().expect("the audits' own checks");
    });
}

/// What the pallets around ours have reserved. They do not always say on whose account: a pure
/// proxy's deposit is that of whoever made it.
fn deposits() -> Balance {
    let proxies = pallet_proxy::Proxies::<Runtime>::iter_values().map(|(_, deposit)| deposit);
    let announced =
        pallet_proxy::Announcements::<Runtime>::iter_values().map(|(_, deposit)| deposit);
    let multisigs =
        pallet_multisig::Multisigs::<Runtime>::iter_values().map(|multisig| multisig.deposit);
    let referenda = ReferendumInfoFor::<Runtime>::iter_values().map(|info| {
        let (submission, decision) = match info {
            ReferendumInfo::Ongoing(status) => {
                (Some(status.submission_deposit), status.decision_deposit)
            }
            ReferendumInfo::Approved(_, submission, decision)
            | ReferendumInfo::Rejected(_, submission, decision)
            | ReferendumInfo::Cancelled(_, submission, decision)
            | ReferendumInfo::TimedOut(_, submission, decision) => (submission, decision),
            ReferendumInfo::Killed(_) => (None, None),
        };
        let both = [submission, decision].into_iter().flatten();
        both.map(|deposit| deposit.amount).sum::<Balance>()
    });
    proxies.chain(announced).chain(multisigs).chain(referenda).sum()
}
