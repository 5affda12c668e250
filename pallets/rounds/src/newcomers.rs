//! What the newcomers of one batch take together. Each of them could enter alone; without this
//! check a batch could carry many for one free seat, or one owner into many rounds with the money
//! for a single ticket, and all but one would fill the block without effect and without a fee.

use crate::{types::RoundRecord, Config, Pallet, Refusal};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use waggle_primitives::RoundId;

/// The newcomers of a batch so far.
pub(crate) struct Newcomers<AccountId> {
    /// Members that each round would have, and how many of them by right.
    members: BTreeMap<RoundId, (u32, u32)>,
    /// The tickets of each owner, added up.
    tickets: BTreeMap<AccountId, u128>,
    /// The cheapest ticket.
    cheapest: Option<u128>,
}

// By hand, because accounts have no default.
impl<AccountId> Default for Newcomers<AccountId> {
    fn default() -> Self {
        Self { members: BTreeMap::new(), tickets: BTreeMap::new(), cheapest: None }
    }
}

impl<AccountId: Clone + Ord> Newcomers<AccountId> {
    /// `owner` enters `round` too. Refused without a seat, without the money, or beyond its limits.
    pub(crate) fn add<T: Config<AccountId = AccountId>>(
        &mut self,
        round: RoundId,
        record: &RoundRecord<AccountId>,
        owner: AccountId,
    ) -> Result<(), Refusal> {
        let (members, entitled) =
            self.members.entry(round).or_insert((record.committed, record.entitled));
        *members = members.saturating_add(1);
        *entitled = entitled.saturating_add(Pallet::<T>::is_entitled(&owner, record).into());
        ensure!(*members <= record.terms.max_agents, Refusal::SwarmFull);
        let guests = members.saturating_sub(*entitled);
        let free = Pallet::<T>::seats_of_guests(&record.seats, &record.terms);
        ensure!(guests <= free, Refusal::NotDrawn);
        let tickets = self.tickets.entry(owner.clone()).or_insert(0);
        *tickets = tickets.saturating_add(record.ticket);
        Pallet::<T>::check_stake(&owner, record.ticket, *tickets)?;
        self.cheapest =
            Some(self.cheapest.map_or(record.ticket, |ticket| ticket.min(record.ticket)));
        Ok(())
    }
}

impl<AccountId> Newcomers<AccountId> {
    /// The cheapest ticket. `None` if nobody enters a round.
    pub(crate) fn cheapest_ticket(&self) -> Option<u128> {
        self.cheapest
    }
}
