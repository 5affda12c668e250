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
use waggle_primitives::{lots::Seats, traits::AgentRegistry, RoundTerms};

impl<T: Config> Pallet<T> {
    /// Who may take the seats of a round that begins now: all agents, if no more of them are on the
    /// roster than there are seats; else those who will be drawn.
    pub(crate) fn seats_of_new_round(terms: &RoundTerms<u128>) -> Seats {
        let members = T::AgentRegistry::members();
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
                    >= Self::seats_of_guests(record);
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
    pub(crate) fn seats_of_guests(record: &RoundRecord<T::AccountId>) -> u32 {
        match record.seats {
            Seats::ForAll { members } => record.terms.max_agents.saturating_sub(members),
            Seats::Widened { .. } => record.terms.max_agents,
            Seats::Drawing { .. } | Seats::Drawn { .. } => 0,
        }
    }

    /// Whether a round for all has fewer seats for guests than it needs agents: where those on the
    /// roster do not come, others cannot take their places.
    pub(crate) fn leaves_guests_out(record: &RoundRecord<T::AccountId>) -> bool {
        T::DrawBlocks::get() > 0 && Self::seats_of_guests(record) < record.terms.min_agents
    }

    /// Whether the agent of `owner` has a right to a seat in the round: its lot was drawn, or it
    /// was on the roster before a round that has seats for all.
    pub(crate) fn is_entitled(owner: &T::AccountId, record: &RoundRecord<T::AccountId>) -> bool {
        if T::DrawBlocks::get() == 0 {
            return true;
        }
        let Some(number) = T::AgentRegistry::number_of(owner, record.blocks.submitted) else {
            return false;
        };
        match record.seats.lots() {
            None => true,
            Some(lots) => lots.lot_of(number).is_some_and(|lot| lot < record.terms.max_agents),
        }
    }
}
