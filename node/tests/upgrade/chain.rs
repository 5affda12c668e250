//! A chain without a node: blocks of real wasm, executed one after the other in the node's
//! executor.
//!
//! State is read through the runtime API of whatever code the chain has. Reading it with this
//! build's own types is right only for what no upgrade has changed, and so is sending this build's
//! calls.

use codec::{Decode, Encode};
use sc_chain_spec::GenesisConfigBuilderRuntimeCaller;
use sc_executor::WasmExecutor;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryVRFPreDigest};
use sp_core::{
    crypto::VrfSecret,
    storage::well_known_keys::CODE,
    traits::{CallContext, CodeExecutor, ReadRuntimeVersionExt, RuntimeCode, WrappedRuntimeCode},
    Pair,
};
use sp_io::{SubstrateHostFunctions, TestExternalities};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::{DigestItem, Era},
    traits::Header as _,
    ApplyExtrinsicResult, Digest,
};
use sp_version::RuntimeVersion;
use waggle_runtime::{
    genesis_config_presets::DEV_PRESET, transactions::extension, AccountId, Address, Babe, Hash,
    Header, Nonce, Runtime, RuntimeCall, Signature, System, UncheckedExtrinsic, PRESET_SLOT_MS,
};

/// Released wasm by its spec version: the first one, and the one before this build's.
pub(crate) const RELEASED: [(u32, &[u8]); 2] = [
    (1, include_bytes!("waggle_runtime_1.compact.compressed.wasm")),
    (5, include_bytes!("waggle_runtime_5.compact.compressed.wasm")),
];

/// This build's wasm.
pub(crate) fn this_build() -> &'static [u8] {
    waggle_runtime::WASM_BINARY.expect("built with its wasm: unset SKIP_WASM_BUILD")
}

/// A transaction as a block has it: encoded, with its length in front. So it may have a call that
/// only earlier versions know.
pub(crate) type Transaction = Vec<u8>;

/// How the encoding of a signed transaction begins: the format's version, and that it is signed.
const SIGNED: u8 = 4 | 0b1000_0000;
/// The same of one without a signature but with extensions, of which there is one set, number 0.
const GENERAL: [u8; 2] = [5 | 0b0100_0000, 0];
/// The first spec version in which a transaction says whether its signature covers the hash of the
/// metadata. It says so in the last byte of the extensions, and of what is signed with them.
const METADATA_HASH: u32 = 6;
/// Of longer payloads their hash is signed.
const LONGEST_PAYLOAD: usize = 256;

/// The slot of the first block: some time after 1970.
const FIRST_SLOT: u64 = 7_000_000_000;

/// A chain with the genesis of the preset `dev`.
pub(crate) struct Chain {
    storage: TestExternalities,
    executor: WasmExecutor<SubstrateHostFunctions>,
    best: (u32, Hash),
    slot: u64,
}

impl Chain {
    /// The chain `dev` that this wasm makes, after its first block: only then does its state know
    /// the hash of its genesis.
    pub(crate) fn dev(wasm: &[u8]) -> Self {
        let genesis = GenesisConfigBuilderRuntimeCaller::<SubstrateHostFunctions>::new(wasm)
            .get_storage_for_named_preset(Some(&DEV_PRESET.to_owned()))
            .unwrap();
        let executor = WasmExecutor::builder().build();
        let mut storage = TestExternalities::new_with_code(wasm, genesis);
        // What lets `set_code` see which version it is given.
        storage.register_extension(ReadRuntimeVersionExt::new(executor.clone()));
        let mut chain =
            Self { storage, executor, best: (0, Hash::repeat_byte(7)), slot: FIRST_SLOT };
        chain.block_of(vec![]);
        chain
    }

    /// Number of the newest block.
    pub(crate) fn height(&self) -> u32 {
        self.best.0
    }

    fn code(&mut self) -> Vec<u8> {
        self.storage.execute_with(|| sp_io::storage::get(CODE)).expect("a chain has code").to_vec()
    }

    fn call(&mut self, code: &[u8], method: &str, arguments: &[u8]) -> Vec<u8> {
        let fetcher = WrappedRuntimeCode(code.into());
        let code = RuntimeCode {
            code_fetcher: &fetcher,
            heap_pages: None,
            hash: sp_io::hashing::blake2_256(code).to_vec(),
        };
        let context = CallContext::Onchain { import: false };
        let (result, _) =
            self.executor.call(&mut self.storage.ext(), &code, method, arguments, context);
        result.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// What the runtime API of the chain's code says, on the state of the newest block.
    pub(crate) fn api<R: Decode>(&mut self, method: &str, arguments: impl Encode) -> R {
        let code = self.code();
        let answer = self.call(&code, method, &arguments.encode());
        R::decode(&mut answer.as_slice()).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The version of the chain's code.
    pub(crate) fn version(&mut self) -> RuntimeVersion {
        self.api("Core_version", ())
    }

    /// Look at the state of the newest block with this build's types.
    pub(crate) fn ask<R>(&mut self, question: impl FnOnce() -> R) -> R {
        self.storage.execute_with(question)
    }

    /// What the author of the slot proves about it. Alice is the only validator.
    fn pre_digest(slot: u64) -> PreDigest {
        let epoch = pallet_babe::EpochIndex::<Runtime>::get();
        let data = sp_consensus_babe::make_vrf_sign_data(&Babe::randomness(), slot.into(), epoch);
        let vrf_signature = Sr25519Keyring::Alice.pair().vrf_sign(&data);
        PreDigest::SecondaryVRF(SecondaryVRFPreDigest {
            authority_index: 0,
            slot: slot.into(),
            vrf_signature,
        })
    }

    /// Make and execute the next block. Returns what became of each transaction.
    ///
    /// As in a node, the whole block runs on the code of its parent's state, and new code in the
    /// next one.
    pub(crate) fn block(&mut self, transactions: Vec<Transaction>) -> Vec<ApplyExtrinsicResult> {
        let code = self.code();
        let slot = self.slot;
        let digest =
            self.ask(|| Digest { logs: vec![DigestItem::babe_pre_digest(Self::pre_digest(slot))] });
        let header = Header::new(self.best.0 + 1, Hash::zero(), Hash::zero(), self.best.1, digest);
        self.call(&code, "Core_initialize_block", &header.encode());
        let now =
            RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: slot * PRESET_SLOT_MS });
        let results = std::iter::once(UncheckedExtrinsic::new_bare(now).encode())
            .chain(transactions)
            .map(|transaction| {
                let result = self.call(&code, "BlockBuilder_apply_extrinsic", &transaction);
                ApplyExtrinsicResult::decode(&mut result.as_slice()).unwrap()
            })
            .skip(1)
            .collect();
        let header = self.call(&code, "BlockBuilder_finalize_block", &[]);
        let header = Header::decode(&mut header.as_slice()).unwrap();
        self.storage.commit_all().unwrap();
        self.best = (*header.number(), header.hash());
        self.slot += 1;
        results
    }

    /// Make a block in which all of `transactions` must succeed.
    pub(crate) fn block_of(&mut self, transactions: Vec<Transaction>) {
        for (index, result) in self.block(transactions).into_iter().enumerate() {
            assert_eq!(result, Ok(Ok(())), "transaction {index} of block {}", self.height());
        }
    }

    /// A transaction of `account` for the code that the chain has. `call` is one that this code
    /// knows: one of this build's, or an older one as it was encoded.
    pub(crate) fn signed(&mut self, account: Sr25519Keyring, call: impl Encode) -> Transaction {
        let RuntimeVersion { spec_version, transaction_version, .. } = self.version();
        let id: AccountId = account.to_account_id();
        self.ask(|| {
            let extension = extension_for(spec_version, System::account_nonce(&id));
            let genesis = System::block_hash(0);
            // What is signed and not sent: by `CheckSpecVersion`, `CheckTxVersion`, `CheckGenesis`
            // and, because it is immortal, `CheckEra`.
            let implicit = (spec_version, transaction_version, genesis, genesis).encode();
            let no_hash = if spec_version < METADATA_HASH { vec![] } else { None::<()>.encode() };
            let payload = [call.encode(), extension.clone(), implicit, no_hash].concat();
            let signature = match payload.len() {
                0..=LONGEST_PAYLOAD => account.pair().sign(&payload),
                _ => account.pair().sign(&sp_io::hashing::blake2_256(&payload)),
            };
            let sender = (SIGNED, Address::Id(id), Signature::from(signature)).encode();
            [sender, extension, call.encode()].concat().encode()
        })
    }

    /// A transaction of nobody, as the hook sends acts, for the code that the chain has.
    pub(crate) fn authorised(&mut self, call: impl Encode) -> Transaction {
        let extension = extension_for(self.version().spec_version, 0);
        [GENERAL.to_vec(), extension, call.encode()].concat().encode()
    }

    /// A transaction by which `account` makes this call as root. Alice is governance.
    pub(crate) fn as_root(
        &mut self,
        account: Sr25519Keyring,
        call: impl Into<RuntimeCall>,
    ) -> Transaction {
        let call = Box::new(call.into());
        let weight = frame_support::weights::Weight::zero();
        let sudo = pallet_sudo::Call::sudo_unchecked_weight { call, weight };
        self.signed(account, RuntimeCall::Sudo(sudo))
    }

    /// A transaction by which governance gives the chain new code.
    pub(crate) fn set_code(&mut self, wasm: &[u8]) -> Transaction {
        self.set_code_by(Sr25519Keyring::Alice, wasm)
    }

    /// As [`Self::set_code`], by `account`.
    pub(crate) fn set_code_by(&mut self, account: Sr25519Keyring, wasm: &[u8]) -> Transaction {
        self.as_root(account, frame_system::Call::<Runtime>::set_code { code: wasm.to_vec() })
    }
}

/// The extensions of a transaction with this nonce for the code of this version.
fn extension_for(spec_version: u32, nonce: Nonce) -> Vec<u8> {
    let mut extension = extension(nonce, Era::Immortal).encode();
    if spec_version < METADATA_HASH {
        extension.pop();
    }
    extension
}
