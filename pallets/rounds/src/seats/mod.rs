//! Who may take the seats of a round.
//!
//! | file | what it decides |
//! | --- | --- |
//! | this one | for whom the seats of a round are, and whether somebody is among them |
//! | `draw` | the draw: whose randomness, and when it is over |
//! | `roll` | who had a seat and did not come; and whether a round teaches anything |

mod draw;
mod roll;

#[cfg(any(feature = "runtime-benchmarks", test))]
pub(crate) use roll::NAMES_IN_BLOCK;

use crate::{types::RoundRecord, Config, Pallet, Refusal};
use frame_support::{ensure, traits::Get};
use waggle_primitives::{lots::Seats, traits::Domains, DomainId, RoundTerms};

impl<T: Config> Pallet<T> {
    /// Who may take the seats of a round that begins now: all members of its domain, if no more of
    /// them are on the roster than there are seats; else those who will be drawn.
    pub(crate) fn seats_of_new_round(domain: DomainId, terms: &RoundTerms<u128>) -> Seats {
        let members = T::Domains::roster_size(domain);
        if members <= terms.max_agents || T::DrawBlocks::get() == 0 {
            Seats::ForAll { members }
        } else {
            Seats::Drawing { members }
        }
    }

    /// Whether the agent of `owner` may take a seat in block `now`.
    pub(crate) fn check_seat(
        owner: &T::AccountId,
        record: &RoundRecord<T::AccountId>,
        now: u32,
    ) -> Result<(), Refusal> {
        match record.seats {
            // If the round goes on at all, it is open to all now. A full one is refused as such.
            _ if now > record.deadline || record.committed >= record.terms.max_agents => Ok(()),
            Seats::Widened { .. } => Ok(()),
            Seats::Drawing { .. } => Err(Refusal::TooEarly),
            Seats::ForAll { .. } => {
                let is_full = record.committed.saturating_sub(record.entitled)
                    >= Self::seats_of_guests(&record.seats, &record.terms);
                ensure!(!is_full || Self::is_entitled(owner, record), Refusal::NotDrawn);
                Ok(())
            }
            Seats::Drawn { .. } => {
                ensure!(Self::is_entitled(owner, record), Refusal::NotDrawn);
                Ok(())
            }
        }
    }

    /// How many seats there are for agents that have no right to one: what those on the roster
    /// leave, however fast the others are.
    pub(crate) fn seats_of_guests(seats: &Seats, terms: &RoundTerms<u128>) -> u32 {
        match seats {
            Seats::ForAll { members } => terms.max_agents.saturating_sub(*members),
            Seats::Widened { .. } => terms.max_agents,
            Seats::Drawing { .. } | Seats::Drawn { .. } => 0,
        }
    }

    /// The same seats, open to all: once too few of those came who had a right to them, and others
    /// could not take their places. `None` if nobody was left out.
    pub(crate) fn widened(seats: &Seats, terms: &RoundTerms<u128>) -> Option<Seats> {
        let are_guests_left_out =
            || T::DrawBlocks::get() > 0 && Self::seats_of_guests(seats, terms) < terms.min_agents;
        match *seats {
            Seats::Drawn { members, seed } => Some(Seats::Widened { members, seed: Some(seed) }),
            Seats::ForAll { members } if are_guests_left_out() => {
                Some(Seats::Widened { members, seed: None })
            }
            _ => None,
        }
    }

    /// Whether the agent of `owner` has a right to a seat in the round: its lot was drawn, or it
    /// was on the roster before a round that has seats for all.
    pub(crate) fn is_entitled(owner: &T::AccountId, record: &RoundRecord<T::AccountId>) -> bool {
        if T::DrawBlocks::get() == 0 {
            return true;
        }
        let before = record.blocks.submitted;
        let Some(number) = T::Domains::number_of(record.domain, owner, before) else {
            return false;
        };
        match record.seats.lots() {
            None => true,
            Some(lots) => lots.lot_of(number).is_some_and(|lot| lot < record.terms.max_agents),
        }
    }
}
