//! What nodes and clients may ask the runtime.

use crate::{
    configs::consensus::BABE_GENESIS_EPOCH_CONFIG, genesis_config_presets, AccountId, Agents,
    Audits, Babe, Balance, Block, Domains, Executive, Grandpa, Hash, Historical, InherentDataExt,
    Nonce, Ratings, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys, System,
    TransactionPayment, UncheckedExtrinsic, EPOCH_SLOTS, VERSION,
};
use alloc::{boxed::Box, vec::Vec};
use codec::Encode;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::KeyOwnerProofSystem,
    weights::Weight,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_transaction_payment_rpc_runtime_api as fees;
use pallet_waggle_rounds::Pallet as Rounds;
use sp_api::impl_runtime_apis;
use sp_consensus_babe::{
    BabeConfiguration, Epoch, EquivocationProof, OpaqueKeyOwnershipProof, Slot,
};
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;
use waggle_primitives::{
    audit::view::{AuditDuty, AuditView, SampleView, StandingView},
    claim::Epoch as DomainEpoch,
    traits::Ratings as _,
    view::{AgentDetail, DomainView, Duty, MemberView, ProtocolConstants, RoundView},
    AgentKey, DomainId, DoubleSeal, Hash32, RoundId, ScopeParts, SealStep,
};

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block)
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: InherentData,
        ) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            transaction: UncheckedExtrinsic,
            block_hash: Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, transaction, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_consensus_babe::BabeApi<Block> for Runtime {
        fn configuration() -> BabeConfiguration {
            let epoch_config = Babe::epoch_config().unwrap_or(BABE_GENESIS_EPOCH_CONFIG);
            BabeConfiguration {
                slot_duration: Babe::slot_duration(),
                epoch_length: EPOCH_SLOTS,
                c: epoch_config.c,
                authorities: Babe::authorities().to_vec(),
                randomness: Babe::randomness(),
                allowed_slots: epoch_config.allowed_slots,
            }
        }

        fn current_epoch_start() -> Slot {
            Babe::current_epoch_start()
        }

        fn current_epoch() -> Epoch {
            Babe::current_epoch()
        }

        fn next_epoch() -> Epoch {
            Babe::next_epoch()
        }

        fn generate_key_ownership_proof(
            _slot: Slot,
            authority: sp_consensus_babe::AuthorityId,
        ) -> Option<OpaqueKeyOwnershipProof> {
            let proof = Historical::prove((sp_consensus_babe::KEY_TYPE, authority))?;
            Some(OpaqueKeyOwnershipProof::new(proof.encode()))
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: EquivocationProof<<Block as BlockT>::Header>,
            key_owner: OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            // Of two reports of one offence the pool keeps the first, and BABE's import makes one
            // without signatures.
            if !sp_consensus_babe::check_equivocation_proof(equivocation.clone()) {
                return None;
            }
            Babe::submit_unsigned_equivocation_report(equivocation, key_owner.decode()?)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> sp_consensus_grandpa::SetId {
            pallet_grandpa::CurrentSetId::<Runtime>::get()
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: sp_consensus_grandpa::EquivocationProof<Hash, NumberFor<Block>>,
            key_owner: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(equivocation, key_owner.decode()?)
        }

        fn generate_key_ownership_proof(
            _set: sp_consensus_grandpa::SetId,
            authority: sp_consensus_grandpa::AuthorityId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            let proof = Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority))?;
            Some(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(
            owner: Vec<u8>,
            seed: Option<Vec<u8>>,
        ) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl fees::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(
            transaction: <Block as BlockT>::Extrinsic,
            length: u32,
        ) -> fees::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(transaction, length)
        }

        fn query_fee_details(
            transaction: <Block as BlockT>::Extrinsic,
            length: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_fee_details(transaction, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl fees::TransactionPaymentCallApi<Block, Balance, RuntimeCall> for Runtime {
        fn query_call_info(
            call: RuntimeCall,
            length: u32,
        ) -> pallet_transaction_payment::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, length)
        }

        fn query_call_fee_details(
            call: RuntimeCall,
            length: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis_config_presets::get_preset)
        }

        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            genesis_config_presets::preset_names()
        }
    }

    impl pallet_waggle_rounds::api::WaggleApi<Block, AccountId> for Runtime {
        fn duties(agent: AgentKey) -> Vec<Duty<Balance>> {
            Rounds::<Runtime>::duties(&agent)
        }

        fn scope(id: RoundId, step: SealStep) -> Option<Hash32> {
            Rounds::<Runtime>::scope(id, step)
        }

        fn scope_parts(id: RoundId, step: SealStep) -> Option<ScopeParts<AccountId>> {
            Rounds::<Runtime>::scope_parts(id, step)
        }

        fn report_double_seal(evidence: DoubleSeal<AccountId>) -> Option<()> {
            type Call = pallet_waggle_agents::Call<Runtime>;
            if !Agents::can_be_punished(&evidence) {
                return None;
            }
            let call = Call::report_double_seal { evidence: Box::new(evidence) };
            let report = <Runtime as CreateAuthorizedTransaction<Call>>::
                create_authorized_transaction(call.into());
            sp_io::offchain::submit_transaction(report.encode()).ok()
        }

        fn round(id: RoundId) -> Option<RoundView<AccountId, Balance>> {
            Rounds::<Runtime>::round(id)
        }

        fn candidates(id: RoundId) -> Vec<Option<u32>> {
            Rounds::<Runtime>::candidates(id)
        }

        fn recent_rounds(limit: u32) -> Vec<RoundView<AccountId, Balance>> {
            Rounds::<Runtime>::recent_rounds(limit)
        }

        fn domains(from: DomainId, limit: u32) -> Vec<DomainView> {
            Domains::listed(from, limit)
        }

        fn agents(
            domain: DomainId,
            after: Option<AccountId>,
            limit: u32,
        ) -> Vec<MemberView<AccountId>> {
            Domains::members::<Ratings>(domain, after.as_ref(), limit)
                .into_iter()
                .filter_map(|(owner, membership)| {
                    Some(MemberView { agent: Agents::view(&owner)?, membership })
                })
                .collect()
        }

        fn agent(owner: AccountId) -> Option<AgentDetail<AccountId, Balance>> {
            let memberships = Domains::memberships_of::<Ratings>(&owner);
            Agents::detail(&owner, Ratings::past(&owner), memberships)
        }

        fn agent_of_key(key: AgentKey) -> Option<AgentDetail<AccountId, Balance>> {
            Self::agent(Agents::owner_with_key(&key)?)
        }

        fn constants() -> ProtocolConstants<Balance> {
            Rounds::<Runtime>::protocol_constants()
        }
    }

    impl pallet_waggle_audits::api::AuditsApi<Block, AccountId> for Runtime {
        fn audits() -> Vec<AuditView<AccountId>> {
            Audits::audits()
        }

        fn audit_sample(
            domain: DomainId,
            epoch: DomainEpoch,
            number: u32,
        ) -> Option<SampleView<AccountId>> {
            Audits::audit_sample(domain, epoch, number)
        }

        fn standing(domain: DomainId, owner: AccountId) -> Option<StandingView> {
            Audits::standing(domain, &owner)
        }

        fn standings(
            domain: DomainId,
            after: Option<AccountId>,
            limit: u32,
        ) -> Vec<(AccountId, StandingView)> {
            Audits::standings(domain, after.as_ref(), limit)
        }

        fn audit_duties(agent: AgentKey) -> Vec<AuditDuty> {
            Audits::audit_duties(&agent)
        }
    }

    impl crate::self_check::SelfCheckApi<Block> for Runtime {
        fn digest(seed: Hash32) -> Hash32 {
            waggle_primitives::selfcheck::digest(&seed)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            use frame_support::traits::StorageInfoTrait;
            let mut list = Vec::<frame_benchmarking::BenchmarkList>::new();
            list_benchmarks!(list, extra);
            (list, crate::AllPalletsWithSystem::storage_info())
        }

        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            use frame_support::traits::WhitelistedStorageKeys;
            let whitelist = crate::AllPalletsWithSystem::whitelisted_storage_keys();
            let mut batches = Vec::<frame_benchmarking::BenchmarkBatch>::new();
            let params = (&config, &whitelist);
            add_benchmarks!(params, batches);
            Ok(batches)
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        // A failed check stops the trial: nothing of this runs on a chain.
        #[allow(clippy::expect_used)]
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            let weight =
                Executive::try_runtime_upgrade(checks).expect("the upgrade passes its checks");
            (weight, crate::configs::RuntimeBlockWeights::get().max_block)
        }

        #[allow(clippy::expect_used)]
        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("the block passes its checks")
        }
    }
}
