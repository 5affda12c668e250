//! The verification of a receipt.

use crate::{format::hash_of, keys, state::State, trust::Voters, Receipt, Refusal, Verdict};
use codec::{Decode, DecodeAll};
use waggle_primitives::{Hash32, RoundId};

/// What the receipt with these bytes shows, on the chain whose genesis block has the hash
/// `genesis`. Reads nothing else, no clock and no network. Takes some milliseconds.
///
/// # Errors
/// What makes the receipt not one: see [`Refusal`].
pub fn verify(bytes: &[u8], genesis: Hash32) -> Result<Verdict, Refusal> {
    let Receipt { round, genesis: first, voters, changes, block, result: proof } =
        Receipt::from_bytes(bytes)?;
    let mut voters = Voters::at_genesis(genesis.into(), &first, &voters)?;
    for change in &changes {
        voters = voters.after(change)?;
    }
    voters.check(&block)?;

    let state = State::new(&proof, block.header.state_root);
    let result = read(&state, &keys::result(round), round)?.ok_or(Refusal::NoResult(round))?;
    Ok(Verdict {
        genesis,
        block: block.header.number,
        block_hash: hash_of(&block.header),
        validators: voters.list.len(),
        changes: changes.len(),
        round,
        candidates: read(&state, &keys::candidacies(round), round)?.unwrap_or_default(),
        domain: read(&state, &keys::asked_in(round), round)?.unwrap_or_default(),
        min_score: read(&state, &keys::min_score(round), round)?.unwrap_or_default(),
        result,
    })
}

/// What a state has of `round` under `key`. `None`: it is shown that there is nothing.
fn read<Value: Decode>(
    state: &State,
    key: &[u8],
    round: RoundId,
) -> Result<Option<Value>, Refusal> {
    let value = state.get(key).map_err(|_| Refusal::ResultUnproven(round))?;
    value
        .map(|value| Value::decode_all(&mut value.as_slice()))
        .transpose()
        .map_err(|_| Refusal::ResultUnreadable(round))
}
