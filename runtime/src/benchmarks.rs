//! What is measured, and what the benchmarks need of this runtime. Only with the feature
//! `runtime-benchmarks`, which no chain runs with. `./scripts/weights` makes `src/weights/` of the
//! results.

use crate::{
    AccountId, Agents, Balances, Domains, Ratings, Rounds, Runtime, RuntimeOrigin, System,
    Treasury, EXISTENTIAL_DEPOSIT, WAG,
};
use alloc::vec;
use codec::{Decode, Encode};
use frame_support::{traits::fungible::Mutate, BoundedVec};
use pallet_waggle_agents::{MAX_MODEL_BYTES, MAX_TOPICS_BYTES};
use pallet_waggle_audits::{AuditTerms, Audited};
use pallet_waggle_domains::{Domain, Founded, Served};
use sp_consensus_babe::{digests::PreDigest, BABE_ENGINE_ID};
use sp_runtime::generic::DigestItem;
use waggle_primitives::{
    answering::AnswerRecord,
    choice::{Question, Standing},
    domain::{MAX_DESCRIPTION_BYTES, MAX_TITLE_BYTES},
    registration::registration_payload,
    rule::Known,
    traits::Ratings as _,
    AgentKey, DomainId, Fixed, Hash32, RoundId, AGENT_KEY_TYPE,
};

// Left out: session (its benchmarks need pallet-staking), babe and grandpa (theirs measure the
// proof of an equivocation only), authorship, offences, tickets and ratings (no calls, no hooks),
// and governance's, proxies, multisig and utility, which are rare and keep polkadot-sdk's weights.
frame_benchmarking::define_benchmarks!(
    [frame_system, frame_system_benchmarking::Pallet::<Runtime>]
    [frame_system_extensions, frame_system_benchmarking::extensions::Pallet::<Runtime>]
    [pallet_timestamp, crate::Timestamp]
    [pallet_balances, crate::Balances]
    [pallet_transaction_payment, crate::TransactionPayment]
    [pallet_treasury, crate::Treasury]
    [pallet_sudo, crate::Sudo]
    [pallet_waggle_agents, crate::Agents]
    [pallet_waggle_audits, crate::Audits]
    [pallet_waggle_domains, crate::Domains]
    [pallet_waggle_examinations, crate::Examinations]
    [pallet_waggle_rounds, crate::Rounds]
    [pallet_waggle_validators, crate::Validators]
);

/// What every account of a benchmark has.
const ENDOWMENT: u128 = 1_000_000 * WAG;

/// Register an agent of `owner`, with a profile as long as it may be.
// Nothing of this is ever on a chain, and a benchmark that cannot go on has to stop.
#[allow(clippy::expect_used)]
fn register(owner: &AccountId, key: AgentKey) {
    let payload = registration_payload(&Rounds::genesis_hash(), owner);
    let proof = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &key, &payload)
        .expect("the keystore has the key");
    let model = BoundedVec::truncate_from(vec![b'm'; MAX_MODEL_BYTES as usize]);
    let topics = BoundedVec::truncate_from(vec![b't'; MAX_TOPICS_BYTES as usize]);
    let registered =
        Agents::register(RuntimeOrigin::signed(owner.clone()), key, proof, model, topics);
    assert_eq!(registered, Ok(()));
}

impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

impl pallet_waggle_rounds::benchmarking::Setup for Runtime {
    fn endow(account: &AccountId) {
        for account in [account, &Treasury::account_id()] {
            let endowed = Balances::mint_into(account, ENDOWMENT);
            assert_eq!(endowed, Ok(ENDOWMENT));
        }
    }

    /// With texts as long as they may be.
    fn domain() -> DomainId {
        const FIELD: DomainId = 1;
        if !Founded::<Runtime>::contains_key(FIELD) {
            let domain = Domain {
                title: BoundedVec::truncate_from(vec![b't'; MAX_TITLE_BYTES as usize]),
                description: BoundedVec::truncate_from(vec![b'd'; MAX_DESCRIPTION_BYTES as usize]),
                question: Question::Closed,
                founded: 0,
            };
            Founded::<Runtime>::insert(FIELD, domain);
        }
        FIELD
    }

    fn register(owner: &AccountId, key: AgentKey) {
        register(owner, key);
        let joined = Domains::join(RuntimeOrigin::signed(owner.clone()), Self::domain());
        assert_eq!(joined, Ok(()));
    }

    fn fill_pool() {
        pallet_waggle_domains::benchmarking::fill_pool::<Runtime>(Self::domain());
    }

    fn has_served(owner: &AccountId) -> bool {
        Served::<Runtime>::contains_key(Self::domain(), owner)
    }

    /// In an epoch that does not end.
    fn have_audited(owners: &[AccountId]) {
        pallet_waggle_domains::EpochBlocks::<Runtime>::put(u32::MAX);
        let terms = AuditTerms { embedder: [1; 32], dimensions: 384 };
        Audited::<Runtime>::insert(Self::domain(), terms);
        for owner in owners {
            pallet_waggle_domains::benchmarking::claim_and_serve::<Runtime>(Self::domain(), owner);
        }
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

impl pallet_waggle_domains::benchmarking::Setup for Runtime {
    fn agent(number: u32) -> AccountId {
        let owner = frame_benchmarking::account("domains", number, 0);
        <Self as pallet_waggle_rounds::benchmarking::Setup>::endow(&owner);
        // No secret of other benchmarks.
        let secret = alloc::format!("0x{number:056x}d0a1a000").into_bytes();
        register(&owner, sp_io::crypto::ed25519_generate(AGENT_KEY_TYPE, Some(secret)));
        owner
    }

    fn make_known(domain: DomainId, owner: &AccountId) {
        let answering = AnswerRecord { got: Fixed::from_u32(1), answers: Fixed::from_u32(2) };
        let standing = Standing { answering, ..Default::default() };
        Ratings::set(domain, owner, Known::Standing(standing));
    }
}

impl pallet_waggle_agents::benchmarking::Setup for Runtime {
    fn join_domains(owner: &AccountId) {
        pallet_waggle_domains::benchmarking::join_domains::<Runtime>(owner);
    }
}

impl pallet_waggle_audits::benchmarking::Setup for Runtime {
    fn domain() -> DomainId {
        <Self as pallet_waggle_rounds::benchmarking::Setup>::domain()
    }

    fn agent(number: u32, key: AgentKey) -> AccountId {
        use pallet_waggle_rounds::benchmarking::Setup;
        let owner = frame_benchmarking::account("audits", number, 0);
        <Self as Setup>::endow(&owner);
        <Self as Setup>::register(&owner, key);
        owner
    }

    fn provide_randomness() {
        <Self as pallet_waggle_rounds::benchmarking::Setup>::provide_randomness();
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
