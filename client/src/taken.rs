//! What became of a signed transaction, as blocks have it: which one took it, how it went there,
//! and whether one may yet take it.
//!
//! A block has a transaction if it has its bytes. That its account's nonce is used up says less:
//! another transaction may have used it.

use crate::{
    chain::{BlockHash, BlockId, Chain},
    signed::Signed,
    AccountId, Failure,
};
use subxt::{
    dynamic::At, error::DispatchError, events::Phase, ext::scale_value::Composite, ArcMetadata,
};
use waggle_primitives::RoundId;

/// What became of a transaction that a block took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The block.
    pub block: BlockId,
    /// What the runtime said, with the name of its error. `Ok`: it did what was asked.
    pub result: Result<(), String>,
    /// The round that a submission began.
    pub round: Option<RoundId>,
    /// What a submission paid for asking, in the chain's smallest unit.
    pub asking_fee: u128,
    /// The fee of the transaction itself, in the chain's smallest unit; paid for failed ones too.
    pub fee: u128,
    /// What it caused, in order. Empty if the node has discarded it.
    pub events: Vec<Event>,
}

/// Something that a transaction caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pallet: String,
    name: String,
    fields: Composite<()>,
}

impl Taken {
    fn new(block: BlockId, result: Result<(), String>, events: Vec<Event>) -> Self {
        let number = |pallet: &str, name: &str, field: &str| {
            let event = events.iter().find(|event| event.pallet == pallet && event.name == name)?;
            event.number(field)
        };
        let round = number("Rounds", "Submitted", "round").map(|round| round as RoundId);
        let asking_fee = number("Rounds", "Submitted", "fee").unwrap_or_default();
        let fee = number("TransactionPayment", "TransactionFeePaid", "actual_fee");
        Self { block, result, round, asking_fee, fee: fee.unwrap_or_default(), events }
    }

    /// The number in `field` of the first event of `pallet` that has one.
    pub fn event_field(&self, pallet: &str, field: &str) -> Option<u128> {
        let of_pallet = |event: &&Event| event.pallet == pallet;
        self.events.iter().filter(of_pallet).find_map(|event| event.number(field))
    }
}

impl Event {
    /// The number in this field.
    fn number(&self, field: &str) -> Option<u128> {
        self.fields.at(field)?.as_u128()
    }
}

/// Where an account stands, by which its owner can tell what can still happen to a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The best block.
    pub best: BlockId,
    /// The next nonce as of the best block.
    pub best_nonce: u64,
    /// Number of the last final block.
    pub finalised: u32,
    /// The next nonce as of the last final block.
    pub finalised_nonce: u64,
}

/// What a search through blocks came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A block of the best chain took it.
    Taken(Taken),
    /// This block of the best chain took it, but the node has discarded the state that says how it
    /// went ([`buried_round`]).
    Buried(BlockId),
    /// None of the blocks did.
    Nowhere,
    /// Not found, but not all of the blocks could be read.
    Unreadable,
}

/// Look for a transaction in the best chain's blocks from after `signed.from_block` to its last
/// one, or to the best block.
///
/// # Errors
/// The node's failures.
pub async fn find(chain: &Chain, signed: &Signed) -> Result<Found, Failure> {
    let best = chain.best_block().await?;
    find_until(chain, signed, best.number).await
}

/// As [`find`], but no further than to block `last`.
pub(crate) async fn find_until(
    chain: &Chain,
    signed: &Signed,
    last: u32,
) -> Result<Found, Failure> {
    let mut complete = true;
    for number in signed.from_block.saturating_add(1)..=signed.until_block.min(last) {
        let Some(hash) = chain.block_hash(number).await? else {
            complete = false;
            continue;
        };
        match find_in(chain, BlockId { number, hash }, signed).await? {
            Found::Nowhere => {}
            Found::Unreadable => complete = false,
            found => return Ok(found),
        }
    }
    Ok(if complete { Found::Nowhere } else { Found::Unreadable })
}

async fn find_in(chain: &Chain, block: BlockId, signed: &Signed) -> Result<Found, Failure> {
    let place = match place_in(chain, block.hash, signed).await {
        Ok(place) => place,
        Err(Failure::Unreadable { .. }) => return Ok(Found::Unreadable),
        Err(failure) => return Err(failure),
    };
    let Some(index) = place else { return Ok(Found::Nowhere) };
    match read(chain, block.hash, index).await {
        Ok(taken) => Ok(Found::Taken(taken)),
        // Either the node fails, or the state that says how it went has been pruned.
        Err(failure) => match chain.best_block().await {
            Ok(_) => Ok(Found::Buried(block)),
            Err(_) => Err(failure),
        },
    }
}

/// The transaction as this block took it. `None`: the block does not have it.
pub(crate) async fn taken_in(
    chain: &Chain,
    block: BlockHash,
    signed: &Signed,
) -> Result<Option<Taken>, Failure> {
    match place_in(chain, block, signed).await? {
        Some(index) => read(chain, block, index).await.map(Some),
        None => Ok(None),
    }
}

/// Where in this block the transaction is. `None`: the block does not have it.
async fn place_in(
    chain: &Chain,
    block: BlockHash,
    signed: &Signed,
) -> Result<Option<u32>, Failure> {
    let body = chain.body(block).await?;
    Ok(body.iter().position(|own| *own == signed.bytes).map(|index| index as u32))
}

/// What became of the transaction in this place of a block, as its events say.
async fn read(chain: &Chain, hash: BlockHash, index: u32) -> Result<Taken, Failure> {
    let at = chain.at(hash).await?;
    let all = at.events().fetch().await.map_err(|error| chain.failed(error))?;
    let mut result = Ok(());
    let mut events = Vec::new();
    for event in all.iter() {
        let event = event.map_err(|error| chain.failed(error))?;
        if event.phase() != Phase::ApplyExtrinsic(index) {
            continue;
        }
        let (pallet, name) = (event.pallet_name(), event.event_name());
        if pallet == "System" && name == "ExtrinsicFailed" {
            result = Err(refusal(event.field_bytes(), at.metadata()));
        }
        if let Ok(fields) = event.decode_fields_unchecked_as::<Composite<()>>() {
            events.push(Event { pallet: pallet.to_owned(), name: name.to_owned(), fields });
        }
    }
    let block = BlockId { number: at.block_number() as u32, hash };
    Ok(Taken::new(block, result, events))
}

/// Why the runtime did not do what a transaction asks for, with the name of the runtime's error
/// where it has one.
fn refusal(error: &[u8], metadata: ArcMetadata) -> String {
    match DispatchError::decode_from(error, metadata) {
        Ok(DispatchError::Module(module)) => module.to_string(),
        Ok(other) => other.to_string(),
        Err(unreadable) => unreadable.to_string(),
    }
}

/// The round that `client` began in `block`, of which the events are not there any more. `None`: it
/// began none there, or its result has been pruned too.
///
/// # Errors
/// The node's failures.
pub async fn buried_round(
    chain: &Chain,
    block: BlockId,
    client: &AccountId,
) -> Result<Option<RoundId>, Failure> {
    let best = chain.best_block().await?;
    let Some(newest) = chain.recent_rounds(1).await?.first().map(|newest| newest.id) else {
        return Ok(None);
    };
    // Rounds are numbered in the order of their submissions, and forgotten from the oldest on.
    let (mut before, mut from) = (0, newest.saturating_add(1));
    while before < from {
        let middle = before + (from - before) / 2;
        let view = chain.round(middle, best.hash).await?;
        if view.is_some_and(|view| view.blocks.submitted >= block.number) {
            from = middle;
        } else {
            before = middle.saturating_add(1);
        }
    }
    for id in from..=newest {
        match chain.round(id, best.hash).await? {
            Some(view) if view.blocks.submitted > block.number => break,
            Some(view) if view.client == *client => return Ok(Some(id)),
            _ => {}
        }
    }
    Ok(None)
}

/// Where `account` stands now.
///
/// # Errors
/// The node's failures.
pub async fn standing(chain: &Chain, account: &AccountId) -> Result<Standing, Failure> {
    let best = chain.best_block().await?;
    let best_nonce = chain.nonce_at(account, best.hash).await?;
    let last = chain.finalised_block().await?;
    let finalised_nonce = chain.nonce_at(account, last.hash).await?;
    Ok(Standing { best, best_nonce, finalised: last.number, finalised_nonce })
}

#[cfg(test)]
mod tests {
    use super::*;
    use subxt::dynamic::Value;

    fn event(pallet: &str, name: &str, fields: &[(&str, u128)]) -> Event {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::u128(*value)));
        let fields = Composite::Named(fields.collect());
        Event { pallet: pallet.into(), name: name.into(), fields }
    }

    fn taken(events: Vec<Event>) -> Taken {
        Taken::new(BlockId { number: 60, hash: BlockHash::zero() }, Ok(()), events)
    }

    #[test]
    fn round_and_fees_should_be_read_when_a_block_took_a_submission() {
        let taken = taken(vec![
            event("Balances", "Held", &[("fee", 1)]),
            event("Rounds", "Submitted", &[("round", 3), ("fee", 20)]),
            event("TransactionPayment", "TransactionFeePaid", &[("actual_fee", 7), ("tip", 0)]),
        ]);
        assert_eq!((taken.round, taken.asking_fee, taken.fee), (Some(3), 20, 7));
    }

    #[test]
    fn no_round_should_be_read_when_another_event_tells_of_one() {
        let taken = taken(vec![event("Rounds", "Withdrawn", &[("round", 3), ("fee", 20)])]);
        assert_eq!((taken.round, taken.asking_fee, taken.fee), (None, 0, 0));
    }

    #[test]
    fn field_should_be_that_of_the_first_event_that_has_it() {
        let taken = taken(vec![
            event("Balances", "Held", &[("domain", 1)]),
            event("Domains", "Joined", &[("index", 2)]),
            event("Domains", "Founded", &[("domain", 3)]),
            event("Domains", "Founded", &[("domain", 4)]),
        ]);
        assert_eq!(taken.event_field("Domains", "domain"), Some(3));
        assert_eq!(taken.event_field("Domains", "fee"), None);
    }
}
