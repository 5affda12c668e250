//! Valid input, to be spoilt: every call of our pallets, every act, the arguments of the runtime
//! APIs, on a chain that has rounds in all phases.

use crate::{
    genesis_config_presets::dev_owner_seed,
    tests::{
        chain::Chain,
        client::Client,
        swarm::{submit, Agent, RoundsCall},
    },
    AccountId, Hash, Rounds, Runtime, RuntimeCall, WAG,
};
use codec::Encode;
use frame_support::traits::{schedule::DispatchTime, Bounded, GetCallName};
use pallet_waggle_audits::AuditTerms;
use sp_core::Pair;
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::TransactionSource;
use std::collections::BTreeSet;
use waggle_primitives::{
    audit::{act::scope, sample::Finding, AuditAct, Embedding, SignedAuditAct},
    choice::Question,
    claim::{ClaimedModel, ClaimedSampling},
    registration::registration_payload,
    Claim, DoubleSeal, Hash32, RoundId, SealStep, SignedAct, StakeLimits, MAX_BATCH,
    MAX_PROMPT_BYTES,
};

/// Who signs: clients and agents' owners. Not the account that may use sudo.
pub(crate) fn signers() -> Vec<Client> {
    let clients =
        [Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave].map(Client::known);
    clients
        .into_iter()
        .chain((0..3).map(|owner| Client::of_phrase(&dev_owner_seed(owner))))
        .collect()
}

/// A chain with a round in each phase and one that is over, and what would be valid on it.
pub(crate) struct Scene {
    /// The chain.
    pub(crate) chain: Chain,
    /// The agents in its rounds.
    pub(crate) agents: Vec<Agent>,
    /// Acts that the next block would accept.
    pub(crate) acts: Vec<SignedAct>,
    /// Calls.
    pub(crate) calls: Vec<RuntimeCall>,
    /// Functions of the runtime APIs with arguments.
    pub(crate) arguments: Vec<(&'static str, Vec<u8>)>,
}

/// Agents in each round.
const SWARM: u32 = 5;

impl Scene {
    /// The chain as it begins.
    pub(crate) fn new() -> Self {
        let mut chain = Chain::dev();
        let agents: Vec<_> = (0..SWARM + 2).map(Agent::dev).collect();
        // Round r has had 4 − r of the four steps.
        for _ in 0..5 {
            let call = chain.signed(Sr25519Keyring::Bob, submit("37+12", WAG, SWARM));
            chain.block_of(vec![call]);
        }
        for round in 0..5 {
            for _ in round..4 {
                let acts = acts_in(&mut chain, &agents[..SWARM as usize], Some(round));
                chain.block_of(acts.into_iter().map(crate::tests::swarm::transaction).collect());
            }
        }
        let acts = acts_in(&mut chain, &agents, None);
        // Of one that is in no round.
        let evidence = agents[SWARM as usize + 1].two_answers(&mut chain, 4);
        let calls = calls(&mut chain, &acts, &evidence);
        let arguments = arguments(&mut chain, &agents, &calls);
        Self { chain, agents, acts, calls, arguments }
    }
}

/// What `agents` owe or may do, in one round or in all.
fn acts_in(chain: &mut Chain, agents: &[Agent], round: Option<RoundId>) -> Vec<SignedAct> {
    let mut acts = vec![];
    for agent in agents {
        for duty in agent.duties(chain) {
            acts.push(agent.act_on(chain, duty, "49", "49"));
        }
    }
    acts.retain(|act| round.is_none_or(|round| act.act.round() == round));
    acts
}

fn calls(
    chain: &mut Chain,
    acts: &[SignedAct],
    evidence: &DoubleSeal<AccountId>,
) -> Vec<RuntimeCall> {
    type AgentsCall = pallet_waggle_agents::Call<Runtime>;
    type AuditsCall = pallet_waggle_audits::Call<Runtime>;
    type DomainsCall = pallet_waggle_domains::Call<Runtime>;
    type ValidatorsCall = pallet_waggle_validators::Call<Runtime>;
    type ExaminationsCall = pallet_waggle_examinations::Call<Runtime>;
    let bob = Sr25519Keyring::Bob.to_account_id();
    let genesis = chain.ask(Rounds::genesis_hash);
    let pair = sp_core::ed25519::Pair::from_seed(&[5; 32]);
    let (key, proof) = (pair.public(), pair.sign(&registration_payload(&genesis, &bob)));
    let model = || b"model".to_vec().try_into().unwrap();
    let topics = || b"sums".to_vec().try_into().unwrap();
    let truth = || b"49".to_vec().try_into().unwrap();
    let mut calls: Vec<RuntimeCall> = vec![
        AgentsCall::register { key, proof, model: model(), topics: topics() }.into(),
        AgentsCall::rotate_key { new_key: key, proof }.into(),
        AgentsCall::set_profile { model: model(), topics: topics() }.into(),
        AgentsCall::set_limits { limits: Some(StakeLimits { ticket: WAG, at_stake: WAG }) }.into(),
        AgentsCall::set_limits { limits: None }.into(),
        AgentsCall::retire {}.into(),
        AgentsCall::unbond {}.into(),
        AgentsCall::report_double_seal { evidence: Box::new(evidence.clone()) }.into(),
        DomainsCall::found {
            title: b"a field".to_vec().try_into().unwrap(),
            description: Default::default(),
            question: Question::Open,
        }
        .into(),
        DomainsCall::join { domain: 0 }.into(),
        DomainsCall::rejoin { domain: 0 }.into(),
        DomainsCall::leave { domain: 0 }.into(),
        DomainsCall::claim { domain: 0, claim: Some(claim()) }.into(),
        DomainsCall::claim { domain: 0, claim: None }.into(),
        DomainsCall::fund { domain: 0, amount: WAG }.into(),
        DomainsCall::collect { domain: 0, owner: bob.clone() }.into(),
        submit("37+12", WAG, 4).into(),
        submit(&"?".repeat(MAX_PROMPT_BYTES as usize), WAG, 100).into(),
        RoundsCall::poke { round: 1 }.into(),
        RoundsCall::withdraw { round: 4 }.into(),
        RoundsCall::act_batch { acts: Default::default() }.into(),
        RoundsCall::act_batch {
            acts: acts[..acts.len().min(MAX_BATCH as usize)].to_vec().try_into().unwrap(),
        }
        .into(),
        ValidatorsCall::add_validator { validator: bob.clone() }.into(),
        ValidatorsCall::remove_validator { validator: bob.clone() }.into(),
        ValidatorsCall::bond {}.into(),
        ValidatorsCall::unbond {}.into(),
        ExaminationsCall::appoint { domain: 0, who: bob.clone(), budget: WAG }.into(),
        ExaminationsCall::dismiss { domain: 0, who: bob.clone() }.into(),
        ExaminationsCall::reveal { round: 0, truth: truth(), salt: [7; 32] }.into(),
        AuditsCall::set_terms { domain: 0, terms: Some(terms()) }.into(),
        AuditsCall::set_terms { domain: 0, terms: None }.into(),
        AuditsCall::offer { domain: 0 }.into(),
        AuditsCall::withdraw_offer { domain: 0 }.into(),
        AuditsCall::fund { domain: 0, amount: WAG }.into(),
        AuditsCall::lift { domain: 0, owner: bob.clone() }.into(),
        AuditsCall::audit { signed: audit_act(&pair, &genesis, seals()) }.into(),
        AuditsCall::audit { signed: audit_act(&pair, &genesis, opening()) }.into(),
        // What surrounds ours.
        frame_system::Call::remark { remark: vec![1; 100] }.into(),
        frame_system::Call::set_storage { items: vec![(vec![1], vec![2]); 3] }.into(),
        pallet_balances::Call::transfer_keep_alive { dest: bob.into(), value: WAG }.into(),
        pallet_session::Call::purge_keys {}.into(),
    ];
    calls.extend(acts.iter().map(|act| RoundsCall::act { signed: act.clone() }.into()));
    let wrapped: Vec<RuntimeCall> = calls.iter().take(8).flat_map(wrapped).collect();
    calls.extend(wrapped);
    calls
}

/// How a domain may be audited.
fn terms() -> AuditTerms {
    AuditTerms { embedder: [3; 32], dimensions: 384 }
}

/// What an auditor may commit.
fn seals() -> AuditAct {
    let seals = vec![Some([4; 32]), None].try_into().unwrap();
    AuditAct::Commit { domain: 0, epoch: 0, seals }
}

/// What an auditor may open.
fn opening() -> AuditAct {
    let found = Finding { embedding: Embedding::new(vec![1; 384]), replay: None };
    let findings = vec![found, Finding::default()].try_into().unwrap();
    AuditAct::Open { domain: 0, epoch: 0, sample: 1, salt: [5; 32], findings }
}

/// An auditor's act with its signature. Nobody is at work: its scope is made up.
fn audit_act(pair: &sp_core::ed25519::Pair, genesis: &Hash32, act: AuditAct) -> SignedAuditAct {
    let scope = scope(genesis, 0, 0, &[6; 32]);
    let signature = pair.sign(&act.signing_payload(&scope));
    SignedAuditAct { agent: pair.public(), act, signature }
}

/// What a member may claim.
fn claim() -> Claim {
    let sampling = ClaimedSampling { temperature: 7_000, top_p: 9_500, top_k: 40, min_p: 0 };
    let model = ClaimedModel {
        name: b"model".to_vec().try_into().unwrap(),
        weights: Some([1; 32]),
        quantisation: b"q4_k".to_vec().try_into().unwrap(),
        sampling,
    };
    Claim { model, knowledge: Some([2; 32]) }
}

/// What carries other calls, with `call` in it.
fn wrapped(call: &RuntimeCall) -> Vec<RuntimeCall> {
    let (real, inside) = (Sr25519Keyring::Bob.to_account_id(), || Box::new(call.clone()));
    vec![
        RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: inside() }),
        RuntimeCall::Utility(pallet_utility::Call::force_batch { calls: vec![call.clone(); 3] }),
        RuntimeCall::Utility(pallet_utility::Call::as_derivative { index: 1, call: inside() }),
        RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 {
            other_signatories: vec![real.clone()],
            call: inside(),
        }),
        RuntimeCall::Proxy(pallet_proxy::Call::proxy {
            real: real.into(),
            force_proxy_type: None,
            call: inside(),
        }),
        RuntimeCall::Referenda(pallet_referenda::Call::submit {
            proposal_origin: Box::new(frame_system::RawOrigin::<AccountId>::Root.into()),
            proposal: Bounded::Inline(call.encode().try_into().unwrap_or_default()),
            enactment_moment: DispatchTime::After(1),
        }),
    ]
}

fn arguments(
    chain: &mut Chain,
    agents: &[Agent],
    calls: &[RuntimeCall],
) -> Vec<(&'static str, Vec<u8>)> {
    let bob: AccountId = Sr25519Keyring::Bob.to_account_id();
    let key = agents[0].key();
    // One that is not there: making one takes a tenth of a second.
    let mut arguments: Vec<(&'static str, Vec<u8>)> = vec![
        ("WaggleApi_duties", key.encode()),
        ("WaggleApi_scope", (4u64, SealStep::Answer).encode()),
        ("WaggleApi_scope_parts", (4u64, SealStep::Answer).encode()),
        ("WaggleApi_round", 0u64.encode()),
        ("WaggleApi_candidates", 0u64.encode()),
        ("WaggleApi_recent_rounds", 10u32.encode()),
        ("WaggleApi_domains", (0u32, 10u32).encode()),
        ("WaggleApi_agents", (0u32, None::<AccountId>, 10u32).encode()),
        ("WaggleApi_agent", bob.encode()),
        ("WaggleApi_agent_of_key", key.encode()),
        ("WaggleApi_constants", vec![]),
        ("AuditsApi_audits", vec![]),
        ("AuditsApi_audit_sample", (0u32, 0u32, 0u32).encode()),
        ("AuditsApi_standing", (0u32, bob.clone()).encode()),
        ("AuditsApi_standings", (0u32, None::<AccountId>, 10u32).encode()),
        ("AuditsApi_audit_duties", key.encode()),
        ("AccountNonceApi_account_nonce", bob.encode()),
        ("SessionKeys_decode_session_keys", vec![7u8; 64].encode()),
        ("GenesisBuilder_preset_names", vec![]),
        ("GenesisBuilder_get_preset", Option::<Vec<u8>>::None.encode()),
        ("GenesisBuilder_get_preset", Some(b"honey".to_vec()).encode()),
        ("Metadata_metadata_versions", vec![]),
        ("BabeApi_current_epoch", vec![]),
        ("GrandpaApi_current_set_id", vec![]),
        (
            "TransactionPaymentApi_query_weight_to_fee",
            frame_support::weights::Weight::from_parts(1, 1).encode(),
        ),
        ("TransactionPaymentApi_query_length_to_fee", 1u32.encode()),
        (
            "RuntimeViewFunction_execute_view_function",
            (Hash::repeat_byte(1), Hash::repeat_byte(2), vec![1u8]).encode(),
        ),
    ];
    for call in calls.iter().take(12) {
        let transaction = chain.signed(Sr25519Keyring::Bob, call.clone());
        let length = transaction.encoded_size() as u32;
        let hash = Hash::repeat_byte(7);
        arguments.extend([
            (
                "TaggedTransactionQueue_validate_transaction",
                (TransactionSource::External, transaction.clone(), hash).encode(),
            ),
            ("TransactionPaymentApi_query_info", (transaction.clone(), length).encode()),
            ("TransactionPaymentApi_query_fee_details", (transaction, length).encode()),
            ("TransactionPaymentCallApi_query_call_info", (call.clone(), length).encode()),
        ]);
    }
    arguments
}

#[test]
fn corpus_should_have_every_call_of_our_pallets_and_acts_of_every_kind() {
    let scene = Scene::new();
    let kinds: BTreeSet<_> = scene.acts.iter().map(|act| act.act.kind()).collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    let names = |pallet: &str| -> BTreeSet<&str> {
        use frame_support::traits::GetCallMetadata;
        let all = scene.calls.iter().map(|call| call.get_call_metadata());
        all.filter(|call| call.pallet_name == pallet).map(|call| call.function_name).collect()
    };
    let expected = |names: &'static [&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(names("Agents"), expected(pallet_waggle_agents::Call::<Runtime>::get_call_names()));
    assert_eq!(names("Rounds"), expected(pallet_waggle_rounds::Call::<Runtime>::get_call_names()));
    assert_eq!(
        names("Domains"),
        expected(pallet_waggle_domains::Call::<Runtime>::get_call_names())
    );
    assert_eq!(names("Audits"), expected(pallet_waggle_audits::Call::<Runtime>::get_call_names()));
    assert_eq!(
        names("Validators"),
        expected(pallet_waggle_validators::Call::<Runtime>::get_call_names())
    );
    assert_eq!(
        names("Examinations"),
        expected(pallet_waggle_examinations::Call::<Runtime>::get_call_names())
    );
    assert_eq!(
        names("Tickets"),
        expected(pallet_waggle_tickets::Call::<Runtime>::get_call_names())
    );
    assert_eq!(
        names("Ratings"),
        expected(pallet_waggle_ratings::Call::<Runtime>::get_call_names())
    );
}
