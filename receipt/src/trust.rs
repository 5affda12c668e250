//! Who finalises blocks: from genesis through all changes, each made final by those before it.

use crate::{
    finality,
    format::{hash_of, FinalBlock, Header},
    keys,
    state::State,
    Refusal,
};
use codec::DecodeAll;
use sp_consensus_grandpa::{
    AuthorityList, ConsensusLog, ScheduledChange, SetId, GRANDPA_ENGINE_ID,
};
use sp_core::H256;
use sp_runtime::generic::OpaqueDigestItemId;
use sp_trie::StorageProof;

/// Those whose votes count, at some point of the chain.
pub(crate) struct Voters {
    /// How many sets there were before.
    pub(crate) set: SetId,
    /// Who they are.
    pub(crate) list: AuthorityList,
    /// The last block whose place in the chain is known.
    last: u32,
}

impl Voters {
    /// Those after the genesis block, whose hash is `expected`.
    pub(crate) fn at_genesis(
        expected: H256,
        genesis: &Header,
        proof: &StorageProof,
    ) -> Result<Self, Refusal> {
        let found = hash_of(genesis);
        if found != expected {
            return Err(Refusal::OtherChain(found));
        }
        if genesis.number != 0 {
            return Err(Refusal::NotGenesis(genesis.number));
        }
        let value = State::new(proof, genesis.state_root).get(&keys::voters());
        let value = value.ok().flatten().ok_or(Refusal::VotersUnproven)?;
        let list = AuthorityList::decode_all(&mut value.as_slice());
        Ok(Self { set: 0, list: list.map_err(|_| Refusal::VotersUnproven)?, last: 0 })
    }

    /// Those after `block`, which changes who they are.
    pub(crate) fn after(self, block: &FinalBlock) -> Result<Self, Refusal> {
        let number = self.check(block)?;
        let next = change_in(&block.header)?.ok_or(Refusal::NoChange(number))?;
        if next.delay != 0 {
            return Err(Refusal::UnknownChange(number));
        }
        Ok(Self { set: self.set.saturating_add(1), list: next.next_authorities, last: number })
    }

    /// That they have finalised `block`, and that it comes after all known before. Its number.
    pub(crate) fn check(&self, block: &FinalBlock) -> Result<u32, Refusal> {
        let number = block.header.number;
        if number <= self.last {
            return Err(Refusal::OutOfOrder(number));
        }
        finality::check(block, self.set, &self.list)
            .map_err(|because| Refusal::NotFinal { block: number, because })?;
        Ok(number)
    }
}

/// Whether `header` changes who finalises blocks, in a way that receipts follow.
pub fn changes_voters(header: &Header) -> bool {
    matches!(change_in(header), Ok(Some(_)))
}

/// The change of who finalises blocks that a header schedules. Of several, the first counts.
fn change_in(header: &Header) -> Result<Option<ScheduledChange<u32>>, Refusal> {
    let of_grandpa = OpaqueDigestItemId::Consensus(&GRANDPA_ENGINE_ID);
    let mut scheduled = None;
    for item in header.digest.logs() {
        match item.try_to::<ConsensusLog<u32>>(of_grandpa) {
            Some(ConsensusLog::ForcedChange(..)) => {
                return Err(Refusal::UnknownChange(header.number))
            }
            Some(ConsensusLog::ScheduledChange(change)) if scheduled.is_none() => {
                scheduled = Some(change);
            }
            _ => {}
        }
    }
    Ok(scheduled)
}
