//! A chain without a node: blocks with real BABE pre-digests, executed one after the other by [`Executive`].

use crate::{
    genesis_config_presets::{get_preset, DEV_PRESET},
    transactions::extension,
    AccountId, Address, Babe, Block, Executive, Hash, Header, Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig,
    SignedPayload, System, UncheckedExtrinsic, PRESET_SLOT_MS,
};
use frame_support::{
    genesis_builder_helper::build_state,
    storage::{with_transaction, TransactionOutcome},
};
use serde_json::Value;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryVRFPreDigest};
use sp_core::{crypto::VrfSecret, Encode, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::{DigestItem, Era},
    traits::Header as _,
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, Digest, DispatchError,
};

/// The slot of the first block: some time after 1970.
const FIRST_SLOT: u64 = 7_000_000_000;

/// A chain with the genesis of the preset `dev`.
pub struct Chain {
    storage: sp_io::TestExternalities,
    best: (u32, Hash),
    slot: u64,
}

/// `patch` merged into `target`, as RFC 7386 says and as nodes do with presets.
fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(target.entry(key).or_insert(Value::Null), value);
            }
        }
        (target, patch) => *target = patch,
    }
}

/// The whole genesis of the preset `id`, with `change` made to it.
pub fn genesis(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
    merge(&mut genesis, serde_json::from_slice(&get_preset(&id.into()).unwrap()).unwrap());
    change(&mut genesis);
    genesis
}

/// The state of block 0.
pub fn genesis_state(genesis: Value) -> Result<sp_io::TestExternalities, String> {
    let mut storage = sp_io::TestExternalities::new_empty();
    storage.execute_with(|| build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&genesis).unwrap()))?;
    storage.commit_all().unwrap();
    Ok(storage)
}

impl Chain {
    /// The chain `dev` after its first block: only then does its state know the hash of its genesis.
    pub fn dev() -> Self {
        Self::with_genesis_hash(Hash::repeat_byte(7))
    }

    /// As [`Chain::dev`], for a genesis with this hash.
    pub fn with_genesis_hash(hash: Hash) -> Self {
        let storage = genesis_state(genesis(DEV_PRESET, |_| ())).unwrap();
        let mut chain = Self { storage, best: (0, hash), slot: FIRST_SLOT };
        chain.block_of(vec![]);
        chain
    }

    /// Number of the newest block.
    pub fn height(&self) -> u32 {
        self.best.0
    }

    /// Ask the state of the newest block.
    pub fn ask<R>(&mut self, question: impl FnOnce() -> R) -> R {
        self.storage.execute_with(question)
    }

    /// What the author of the slot proves about it. Alice is the only validator.
    fn pre_digest(slot: u64) -> PreDigest {
        let epoch = pallet_babe::EpochIndex::<Runtime>::get();
        let data = sp_consensus_babe::make_vrf_sign_data(&Babe::randomness(), slot.into(), epoch);
        let vrf_signature = Sr25519Keyring::Alice.pair().vrf_sign(&data);
        PreDigest::SecondaryVRF(SecondaryVRFPreDigest { authority_index: 0, slot: slot.into(), vrf_signature })
    }

    /// Make and execute the next block. Returns what became of each transaction, and the events.
    pub fn block(&mut self, transactions: Vec<UncheckedExtrinsic>) -> (Vec<ApplyExtrinsicResult>, Vec<RuntimeEvent>) {
        let (parent, slot) = (self.best, self.slot);
        let (header, results, events) = self.storage.execute_with(|| {
            let digest = Digest { logs: vec![DigestItem::babe_pre_digest(Self::pre_digest(slot))] };
            let number = parent.0 + 1;
            Executive::initialize_block(&Header::new(number, Hash::zero(), Hash::zero(), parent.1, digest));
            let now = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: slot * PRESET_SLOT_MS });
            Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(now)).unwrap().unwrap();
            let results = transactions.into_iter().map(Executive::apply_extrinsic).collect();
            let events = System::events().into_iter().map(|record| record.event).collect();
            (Executive::finalize_block(), results, events)
        });
        self.storage.commit_all().unwrap();
        self.best = (*header.number(), header.hash());
        self.slot += 1;
        (results, events)
    }

    /// Make a block in which all of `transactions` must succeed. Returns the events.
    pub fn block_of(&mut self, transactions: Vec<UncheckedExtrinsic>) -> Vec<RuntimeEvent> {
        let (results, events) = self.block(transactions);
        for (index, result) in results.into_iter().enumerate() {
            assert_eq!(result, Ok(Ok(())), "transaction {index} of block {}", self.height());
        }
        events
    }

    /// What the pool says of a transaction after the newest block.
    pub fn validate(&mut self, transaction: UncheckedExtrinsic) -> TransactionValidity {
        let hash = self.best.1;
        self.storage.execute_with(|| {
            with_transaction(|| {
                let validity = Executive::validate_transaction(TransactionSource::External, transaction, hash);
                TransactionOutcome::Rollback(Ok::<_, DispatchError>(validity))
            })
            .unwrap()
        })
    }

    /// A transaction of `account`.
    pub fn signed(&mut self, account: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
        let call = call.into();
        self.storage.execute_with(|| {
            let id: AccountId = account.to_account_id();
            let extension = extension(System::account_nonce(&id), Era::Immortal);
            let payload = SignedPayload::new(call.clone(), extension.clone()).unwrap();
            let signature = payload.using_encoded(|bytes| account.pair().sign(bytes));
            UncheckedExtrinsic::new_signed(call, Address::Id(id), signature.into(), extension)
        })
    }
}

/// The block's form is one that a node can decode.
#[test]
fn blocks_should_decode_as_encoded() {
    let mut chain = Chain::dev();
    let remark = chain.signed(Sr25519Keyring::Bob, frame_system::Call::remark { remark: vec![1, 2, 3] });
    let block = <Block as sp_runtime::traits::Block>::new(
        Header::new(1, Hash::zero(), Hash::zero(), Hash::zero(), Digest::default()),
        vec![remark],
    );
    assert_eq!(<Block as codec::Decode>::decode(&mut &block.encode()[..]).unwrap().encode(), block.encode());
}
