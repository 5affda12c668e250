//! What agents' acts and seals are good for, in addition to the round's number.
//!
//! A round's number is a count. Before a block is final another fork can have given the same number
//! to another client's prompt, at another price; and after a re-org an act in the one round would
//! be an act in the other: an answer to a question that was not asked there, a ticket that its
//! agent did not agree to. So what agents sign, and the keys of what they seal, depend on the
//! round's *scope*: the chain, the client, its terms, the prompt and the domain, and for grades the
//! seed of the assignment as well. The same question on both forks has the same scope, and acts
//! survive a re-org between them.

use crate::{types::RoundRecord, BlockNumberOf, BoundFrom, Config, Pallet, Rounds};
use sp_core::H256;
use waggle_primitives::{Hash32, RoundId, ScopeParts, SealStep};

impl<T: Config> Pallet<T> {
    /// Hash of block 0: part of everything that agents sign and seal.
    pub fn genesis_hash() -> Hash32 {
        let H256(hash) = frame_system::Pallet::<T>::block_hash(BlockNumberOf::<T>::from(0u32));
        hash
    }

    /// The scope of a running round. `None` if it is not running, or if its assignment has not been
    /// drawn yet and the scope of grades is asked for.
    pub fn scope(round: RoundId, step: SealStep) -> Option<Hash32> {
        Self::scope_of(round, &Rounds::<T>::get(round)?, step)
    }

    /// What [`Self::scope`] is made of, besides the chain. `None` also of rounds before
    /// [`BoundFrom`], whose scope is the chain alone.
    pub fn scope_parts(round: RoundId, step: SealStep) -> Option<ScopeParts<T::AccountId>> {
        let record = Rounds::<T>::get(round)?;
        if round < BoundFrom::<T>::get() {
            return None;
        }
        Self::parts_of(&record, step)
    }

    /// The scope of the round with this record; of rounds before [`BoundFrom`], the genesis hash.
    /// `None` if the assignment has not been drawn yet and the scope of grades is asked for.
    pub(crate) fn scope_of(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        step: SealStep,
    ) -> Option<Hash32> {
        let parts = Self::parts_of(record, step)?;
        let genesis = Self::genesis_hash();
        Some(if round < BoundFrom::<T>::get() { genesis } else { parts.hash(&genesis) })
    }

    fn parts_of(
        record: &RoundRecord<T::AccountId>,
        step: SealStep,
    ) -> Option<ScopeParts<T::AccountId>> {
        let seed = match step {
            SealStep::Answer => None,
            SealStep::Grades => Some(record.seed?),
        };
        Some(ScopeParts {
            client: record.client.clone(),
            terms: record.terms.clone(),
            prompt_hash: record.prompt_hash,
            seed,
            domain: record.domain,
        })
    }
}
