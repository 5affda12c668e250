//! A chain without a node: blocks with real BABE pre-digests, executed one after the other by
//! [`Executive`].

use crate::{
    genesis_config_presets::{get_preset, DEV_PRESET, GOVERNED_PRESET, LOCAL_PRESET},
    transactions::extension,
    AccountId, Address, Babe, Block, Executive, Hash, Header, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeGenesisConfig, SignedPayload, System, UncheckedExtrinsic, PRESET_SLOT_MS,
};
use frame_support::{
    genesis_builder_helper::build_state,
    storage::{with_transaction, TransactionOutcome},
};
use serde_json::Value;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryVRFPreDigest};
use sp_core::{crypto::VrfSecret, sr25519, Encode, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::{DigestItem, Era},
    traits::Header as _,
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, Digest, DispatchError,
};

/// The slot of the first block: some time after 1970.
const FIRST_SLOT: u64 = 7_000_000_000;

/// A chain with the genesis of a preset.
pub(crate) struct Chain {
    storage: sp_io::TestExternalities,
    best: (u32, Hash),
    slot: u64,
    author: sr25519::Pair,
}

/// The state after a block, and that block: where another branch may begin.
pub(crate) struct Snapshot {
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
pub(crate) fn genesis(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
    merge(&mut genesis, serde_json::from_slice(&get_preset(&id.into()).unwrap()).unwrap());
    change(&mut genesis);
    genesis
}

/// The state of block 0.
pub(crate) fn genesis_state(genesis: Value) -> Result<sp_io::TestExternalities, String> {
    let mut storage = sp_io::TestExternalities::new_empty();
    storage.execute_with(|| {
        build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&genesis).unwrap())
    })?;
    storage.commit_all().unwrap();
    Ok(storage)
}

impl Chain {
    /// The chain `dev` after its first block: only then does its state know the hash of its
    /// genesis.
    pub(crate) fn dev() -> Self {
        Self::with_genesis_hash(Hash::repeat_byte(7))
    }

    /// As [`Chain::dev`], for a genesis with this hash.
    pub(crate) fn with_genesis_hash(hash: Hash) -> Self {
        Self::of_preset(DEV_PRESET, hash)
    }

    /// The chain `local`, with four validators, after its first block.
    pub(crate) fn local() -> Self {
        Self::of_preset(LOCAL_PRESET, Hash::repeat_byte(7))
    }

    /// The chain `governed`: `local` without sudo's key, after its first block.
    pub(crate) fn governed() -> Self {
        Self::of_preset(GOVERNED_PRESET, Hash::repeat_byte(7))
    }

    /// As [`Chain::dev`], with this change to the genesis.
    pub(crate) fn with_genesis(change: impl FnOnce(&mut Value)) -> Self {
        Self::started(DEV_PRESET, Hash::repeat_byte(7), change)
    }

    /// As [`Chain::local`], with this change to the genesis.
    pub(crate) fn local_with_genesis(change: impl FnOnce(&mut Value)) -> Self {
        Self::started(LOCAL_PRESET, Hash::repeat_byte(7), change)
    }

    fn of_preset(id: &str, hash: Hash) -> Self {
        Self::started(id, hash, |_| ())
    }

    fn started(id: &str, hash: Hash, change: impl FnOnce(&mut Value)) -> Self {
        let storage = genesis_state(genesis(id, change)).unwrap();
        let mut chain = Self {
            storage,
            best: (0, hash),
            slot: FIRST_SLOT,
            author: Sr25519Keyring::Alice.pair(),
        };
        chain.block_of(vec![]);
        chain
    }

    /// Let the validator with this BABE key make all blocks from now on. Alice does until then.
    pub(crate) fn set_author(&mut self, author: sr25519::Pair) {
        self.author = author;
    }

    /// Go on to the first block of the next session, as if all slots until then had been missed.
    /// Returns its events.
    pub(crate) fn next_session(&mut self) -> Vec<RuntimeEvent> {
        self.slot = self.ask(|| *Babe::next_epoch().start_slot);
        self.block_of(vec![])
    }

    /// Let this many slots pass without a block.
    pub(crate) fn miss_slots(&mut self, slots: u64) {
        self.slot += slots;
    }

    /// The slot of the newest block.
    pub(crate) fn slot(&self) -> u64 {
        self.slot - 1
    }

    /// The state, to be given what a node gives to its runtime.
    pub(crate) fn storage(&mut self) -> &mut sp_io::TestExternalities {
        &mut self.storage
    }

    /// The newest block and its state.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut storage = sp_io::TestExternalities::new_empty();
        storage.backend = self.storage.backend.clone();
        Snapshot { storage, best: self.best, slot: self.slot }
    }

    /// Go back to an older block, to build another branch on it.
    pub(crate) fn return_to(&mut self, snapshot: Snapshot) {
        self.storage.backend = snapshot.storage.backend;
        (self.best, self.slot) = (snapshot.best, snapshot.slot);
    }

    /// Go on as if this many empty blocks had been made: the next block's number says so, and the
    /// rounds' hooks catch up from there. What was scheduled in these blocks is left out.
    pub(crate) fn skip(&mut self, blocks: u32) {
        self.best.0 += blocks;
        let height = self.best.0;
        self.storage.execute_with(|| {
            System::set_block_number(height);
            pallet_scheduler::IncompleteSince::<Runtime>::put(height + 1);
        });
        self.storage.commit_all().unwrap();
    }

    /// Number of the newest block.
    pub(crate) fn height(&self) -> u32 {
        self.best.0
    }

    /// Ask the state of the newest block.
    pub(crate) fn ask<R>(&mut self, question: impl FnOnce() -> R) -> R {
        self.storage.execute_with(question)
    }

    /// What `author` proves about a slot of the running epoch, or of the next if that begins with
    /// it.
    pub(crate) fn pre_digest(author: &sr25519::Pair, slot: u64) -> PreDigest {
        let (now, next) = (Babe::current_epoch(), Babe::next_epoch());
        // Before the first block there is no first slot from which to count.
        let epoch = if *Babe::genesis_slot() != 0 && *next.start_slot <= slot { next } else { now };
        let key = author.public().into();
        let index = epoch.authorities.iter().position(|(authority, _)| *authority == key);
        let data = sp_consensus_babe::make_vrf_sign_data(
            &epoch.randomness,
            slot.into(),
            epoch.epoch_index,
        );
        PreDigest::SecondaryVRF(SecondaryVRFPreDigest {
            authority_index: index.expect("the author is a validator of the epoch") as u32,
            slot: slot.into(),
            vrf_signature: author.vrf_sign(&data),
        })
    }

    /// Make and execute the next block. Returns what became of each transaction, and the events.
    pub(crate) fn block(
        &mut self,
        transactions: Vec<UncheckedExtrinsic>,
    ) -> (Vec<ApplyExtrinsicResult>, Vec<RuntimeEvent>) {
        self.compose(|push| transactions.into_iter().map(push).collect())
    }

    /// Make and execute the next block of what `composer` pushes into it. As in a node, what cannot
    /// be pushed leaves nothing behind. Returns what the composer returns, and the events.
    pub(crate) fn compose<R>(
        &mut self,
        composer: impl FnOnce(&mut dyn FnMut(UncheckedExtrinsic) -> ApplyExtrinsicResult) -> R,
    ) -> (R, Vec<RuntimeEvent>) {
        let (parent, slot, author) = (self.best, self.slot, self.author.clone());
        let (header, made, events) = self.storage.execute_with(|| {
            let digest =
                Digest { logs: vec![DigestItem::babe_pre_digest(Self::pre_digest(&author, slot))] };
            let number = parent.0 + 1;
            Executive::initialize_block(&Header::new(
                number,
                Hash::zero(),
                Hash::zero(),
                parent.1,
                digest,
            ));
            let now =
                RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: slot * PRESET_SLOT_MS });
            Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(now)).unwrap().unwrap();
            let made = composer(&mut |transaction| {
                with_transaction(|| match Executive::apply_extrinsic(transaction) {
                    Ok(result) => TransactionOutcome::Commit(Ok::<_, DispatchError>(Ok(result))),
                    Err(refusal) => TransactionOutcome::Rollback(Ok(Err(refusal))),
                })
                .unwrap()
            });
            let header = Executive::finalize_block();
            // Now only: in a block without transactions the hooks come last.
            (header, made, System::events().into_iter().map(|record| record.event).collect())
        });
        self.storage.commit_all().unwrap();
        self.best = (*header.number(), header.hash());
        self.slot += 1;
        (made, events)
    }

    /// Make a block in which all of `transactions` must succeed. Returns the events.
    pub(crate) fn block_of(&mut self, transactions: Vec<UncheckedExtrinsic>) -> Vec<RuntimeEvent> {
        let (results, events) = self.block(transactions);
        for (index, result) in results.into_iter().enumerate() {
            assert_eq!(result, Ok(Ok(())), "transaction {index} of block {}", self.height());
        }
        events
    }

    /// What the pool says after the newest block of a transaction that came from somewhere else.
    pub(crate) fn validate(&mut self, transaction: UncheckedExtrinsic) -> TransactionValidity {
        self.validate_from(TransactionSource::External, transaction)
    }

    /// What the pool says of a transaction after the newest block.
    pub(crate) fn validate_from(
        &mut self,
        source: TransactionSource,
        transaction: UncheckedExtrinsic,
    ) -> TransactionValidity {
        let hash = self.best.1;
        self.storage.execute_with(|| {
            with_transaction(|| {
                let validity = Executive::validate_transaction(source, transaction, hash);
                TransactionOutcome::Rollback(Ok::<_, DispatchError>(validity))
            })
            .unwrap()
        })
    }

    /// A transaction of `account`.
    pub(crate) fn signed(
        &mut self,
        account: Sr25519Keyring,
        call: impl Into<RuntimeCall>,
    ) -> UncheckedExtrinsic {
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
    let remark =
        chain.signed(Sr25519Keyring::Bob, frame_system::Call::remark { remark: vec![1, 2, 3] });
    let block = <Block as sp_runtime::traits::Block>::new(
        Header::new(1, Hash::zero(), Hash::zero(), Hash::zero(), Digest::default()),
        vec![remark],
    );
    assert_eq!(
        <Block as codec::Decode>::decode(&mut &block.encode()[..]).unwrap().encode(),
        block.encode()
    );
}
