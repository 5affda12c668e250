//! What is measured, and what the benchmarks need of this runtime. Only with the feature
//! `runtime-benchmarks`, which no chain runs with. `./scripts/weights` makes `src/weights/` of the
//! results.

use crate::{
    AccountId, Agents, Balances, Rounds, Runtime, RuntimeOrigin, System, Treasury,
    EXISTENTIAL_DEPOSIT, WAG,
};
use alloc::vec;
use codec::{Decode, Encode};
use frame_support::traits::fungible::Mutate;
use pallet_waggle_agents::{MAX_MODEL_BYTES, MAX_TOPICS_BYTES};
use sp_consensus_babe::{digests::PreDigest, BABE_ENGINE_ID};
use sp_runtime::generic::DigestItem;
use waggle_primitives::{
    registration::registration_payload, AgentKey, Hash32, RoundId, AGENT_KEY_TYPE,
};

// Left out: session (its benchmarks need pallet-staking), babe and grandpa (theirs measure the
// proof of an equivocation only), authorship, offences, tickets and ratings (no calls, no hooks).
frame_benchmarking::define_benchmarks!(
    [frame_system, frame_system_benchmarking::Pallet::<Runtime>]
    [frame_system_extensions, frame_system_benchmarking::extensions::Pallet::<Runtime>]
    [pallet_timestamp, crate::Timestamp]
    [pallet_balances, crate::Balances]
    [pallet_transaction_payment, crate::TransactionPayment]
    [pallet_treasury, crate::Treasury]
    [pallet_sudo, crate::Sudo]
    [pallet_waggle_agents, crate::Agents]
    [pallet_waggle_examinations, crate::Examinations]
    [pallet_waggle_rounds, crate::Rounds]
    [pallet_waggle_validators, crate::Validators]
);

/// What every account of a benchmark has.
const ENDOWMENT: u128 = 1_000_000 * WAG;

impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

impl pallet_waggle_rounds::benchmarking::Setup for Runtime {
    fn endow(account: &AccountId) {
        for account in [account, &Treasury::account_id()] {
            let endowed = Balances::mint_into(account, ENDOWMENT);
            assert_eq!(endowed, Ok(ENDOWMENT));
        }
    }

    // Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
    #[allow(clippy::expect_used)]
    fn register(owner: &AccountId, key: AgentKey) {
        let payload = registration_payload(&Rounds::genesis_hash(), owner);
        let proof = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &key, &payload)
            .expect("the keystore has the key");
        let model = vec![b'm'; MAX_MODEL_BYTES as usize].try_into().expect("as long as allowed");
        let topics = vec![b't'; MAX_TOPICS_BYTES as usize].try_into().expect("as long as allowed");
        let registered =
            Agents::register(RuntimeOrigin::signed(owner.clone()), key, proof, model, topics);
        assert_eq!(registered, Ok(()));
    }

    fn max_absences() -> u32 {
        crate::MAX_ABSENCES
    }

    fn absence_period() -> u32 {
        crate::ABSENCE_PERIOD
    }

    /// A pre-digest of a secondary slot, with a VRF output that nobody will look at twice.
    fn provide_randomness() {
        const SECONDARY_VRF: u8 = 3;
        let pre_digest = (SECONDARY_VRF, 0u32, 1u64, [0u8; 32], [0u8; 64]).encode();
        assert!(PreDigest::decode(&mut &pre_digest[..]).is_ok());
        System::deposit_log(DigestItem::PreRuntime(BABE_ENGINE_ID, pre_digest));
    }
}

impl pallet_waggle_examinations::benchmarking::Setup for Runtime {
    fn settled_round(agents: u32, grades: u32, truth: &[u8], salt: &Hash32) -> RoundId {
        let endowed = Balances::mint_into(&Treasury::account_id(), ENDOWMENT);
        assert_eq!(endowed, Ok(ENDOWMENT));
        pallet_waggle_rounds::benchmarking::settled::<Runtime>(agents, grades, truth, salt)
    }
}

/// Who is paid in the treasury's benchmarks.
pub struct TreasuryArguments;

impl pallet_treasury::ArgumentsFactory<(), AccountId> for TreasuryArguments {
    fn create_asset_kind(_: u32) {}

    fn create_beneficiary(seed: [u8; 32]) -> AccountId {
        let beneficiary = AccountId::new(seed);
        let endowed = Balances::mint_into(&beneficiary, EXISTENTIAL_DEPOSIT);
        assert_eq!(endowed, Ok(EXISTENTIAL_DEPOSIT));
        beneficiary
    }
}
