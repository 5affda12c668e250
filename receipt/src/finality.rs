//! Whether a block is final: GRANDPA's votes for it, counted.
//!
//! As `sc-consensus-grandpa` (`justification.rs`) does for nodes, but without the node's host
//! functions, so that it runs in browsers.

use crate::{
    format::{hash_of, FinalBlock, Header},
    refusal::Unproven,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use finality_grandpa::{validate_commit, voter_set::VoterSet, Chain, Error, Message};
use sp_consensus_grandpa::{localized_payload_with_buffer, AuthorityList, SetId};
use sp_core::{ed25519, Pair, H256};

/// Votes that one voter can have in a justification: a second one only if it contradicts itself.
const VOTES_OF_ONE: usize = 2;

/// That the voters of set `set` have finalised `block`.
pub(crate) fn check(
    block: &FinalBlock,
    set: SetId,
    voters: &AuthorityList,
) -> Result<(), Unproven> {
    let FinalBlock { header, justification } = block;
    let commit = &justification.commit;
    if (commit.target_hash, commit.target_number) != (hash_of(header), header.number) {
        return Err(Unproven::OtherBlock);
    }
    if commit.precommits.len() > voters.len().saturating_mul(VOTES_OF_ONE) {
        return Err(Unproven::TooManyVotes);
    }
    let voters = VoterSet::new(voters.iter().cloned()).ok_or(Unproven::NoVoters)?;
    let mut payload = Vec::new();
    for signed in &commit.precommits {
        if !voters.contains(&signed.id) {
            return Err(Unproven::Stranger);
        }
        let vote = Message::Precommit(signed.precommit.clone());
        localized_payload_with_buffer(justification.round, set, &vote, &mut payload);
        let (signature, voter): (&ed25519::Signature, &ed25519::Public) =
            (signed.signature.as_ref(), signed.id.as_ref());
        if !ed25519::Pair::verify(signature, &payload, voter) {
            return Err(Unproven::Signature);
        }
    }
    let ancestry = Ancestry::of(&justification.votes_ancestries);
    match validate_commit(commit, &voters, &ancestry) {
        Ok(counted) if counted.is_valid() => {}
        Ok(_) | Err(_) => return Err(Unproven::TooFew),
    }
    let votes = commit.precommits.iter().map(|signed| &signed.precommit);
    let lowest = votes.clone().min_by_key(|vote| vote.target_number).ok_or(Unproven::TooFew)?;
    let mut used = BTreeSet::new();
    for vote in votes.filter(|vote| vote.target_hash != lowest.target_hash) {
        let route = ancestry.ancestry(lowest.target_hash, vote.target_hash);
        used.insert(vote.target_hash);
        used.extend(route.map_err(|_| Unproven::Ancestry)?);
    }
    // What leads nowhere has no business in a receipt.
    if !used.iter().eq(ancestry.parents.keys()) {
        return Err(Unproven::Ancestry);
    }
    Ok(())
}

/// The parents of blocks, by hash.
struct Ancestry {
    parents: BTreeMap<H256, H256>,
}

impl Ancestry {
    fn of(headers: &[Header]) -> Self {
        let parents = headers.iter().map(|header| (hash_of(header), header.parent_hash));
        Self { parents: parents.collect() }
    }
}

impl Chain<H256, u32> for Ancestry {
    fn ancestry(&self, base: H256, block: H256) -> Result<Vec<H256>, Error> {
        let mut route = Vec::new();
        let mut current = block;
        // A block has one parent, so no way is longer than there are headers.
        for _ in 0..=self.parents.len() {
            if current == base {
                // Without the base itself.
                route.pop();
                return Ok(route);
            }
            current = *self.parents.get(&current).ok_or(Error::NotDescendent)?;
            route.push(current);
        }
        Err(Error::NotDescendent)
    }
}
