//! What the benchmarks start from: committees at work on samples, and members of which something is
//! known.
//!
//! All agent keys are in the node's keystore, because registrations and acts need signatures.

use crate::{
    AuditTerms, Audited, Auditor, Auditors, Committed, Config, OfferOf, Offers, Pallet, Sample,
    SampledAnswer, Samples, Sampling, Samplings, Standing, Standings, Tallies, Work, Works,
    MAX_COMMITTEE,
};
use alloc::{format, vec, vec::Vec};
use frame_support::{traits::Get, BoundedVec};
use waggle_primitives::{
    audit::{
        act::{seal, Seals},
        conduct::Conduct,
        contrast::Votes,
        distance::Deviations,
        replay::Replay,
        sample::{
            Finding, Findings, MAX_SAMPLES, MAX_SAMPLE_ANSWERS, MAX_SAMPLE_ANSWER_BYTES,
            MAX_SAMPLE_PROMPT_BYTES,
        },
        standing::Row,
        tally::{Since, MAX_CLAIMS},
        AuditAct, Embedding, SignedAuditAct, Tally, Verdict,
    },
    claim::{
        ClaimedModel, ClaimedSampling, Epoch, ALL, MAX_MODEL_NAME_BYTES, MAX_QUANTISATION_BYTES,
    },
    traits::AuditedDomains,
    AgentKey, Claim, DomainId, Fixed, Hash32, AGENT_KEY_TYPE,
};

/// What the benchmarks need of the runtime: this pallet has no agents, members or randomness.
pub trait Setup: Config {
    /// The domain that the benchmarks audit.
    fn domain() -> DomainId;
    /// Register agent number `number`, which was not there, with this key, whose secret is in the
    /// keystore, and let it be a member of [`Setup::domain`]. Returns its owner, which has money.
    fn agent(number: u32, key: AgentKey) -> Self::AccountId;
    /// Give this block the randomness that blocks of this chain have.
    fn provide_randomness();
}

/// An owner, and the key of its agent.
type Agent<T> = (<T as frame_system::Config>::AccountId, AgentKey);

/// The salt of all seals.
const SALT: Hash32 = [3; 32];

/// Go to a block.
pub(super) fn to_block<T: Config>(number: u32) {
    frame_system::Pallet::<T>::set_block_number(number.into());
}

/// How the domain is audited.
pub(super) fn terms(dimensions: u32) -> AuditTerms {
    AuditTerms { embedder: [1; 32], dimensions: dimensions as u16 }
}

/// Register agents `first` to `first + count - 1`.
pub(super) fn hire<T: Setup>(first: u32, count: u32) -> Vec<Agent<T>> {
    let numbers = first..first + count;
    numbers
        .map(|number| {
            // A secret as it is, rather than one derived from a phrase, which takes milliseconds.
            let secret = format!("0x{:064x}", number + 1).into_bytes();
            let key = sp_io::crypto::ed25519_generate(AGENT_KEY_TYPE, Some(secret));
            (T::agent(number, key), key)
        })
        .collect()
}

/// These offer to audit the domain.
pub(super) fn offer_all<T: Setup>(agents: &[Agent<T>]) {
    let domain = T::domain();
    for (owner, _) in agents {
        let number = Offers::<T>::get(domain);
        Auditors::<T>::insert(domain, number, owner);
        OfferOf::<T>::insert(domain, owner, number);
        Offers::<T>::insert(domain, number + 1);
    }
}

/// The longest claim.
fn longest_claim() -> Claim {
    let model = ClaimedModel {
        name: BoundedVec::truncate_from(vec![b'm'; MAX_MODEL_NAME_BYTES as usize]),
        weights: Some([4; 32]),
        quantisation: BoundedVec::truncate_from(vec![b'q'; MAX_QUANTISATION_BYTES as usize]),
        sampling: ClaimedSampling { temperature: 7_000, top_p: ALL, top_k: 40, min_p: 500 },
    };
    Claim { model, knowledge: Some([4; 32]) }
}

/// So many rounds were sampled in `epoch`, with prompts and answers of the greatest length by these
/// members.
pub(super) fn sampled<T: Setup>(epoch: Epoch, samples: u32, members: &[T::AccountId]) {
    let answer = |owner: &T::AccountId| SampledAnswer {
        owner: owner.clone(),
        claim: Some(longest_claim()),
        text: BoundedVec::truncate_from(vec![b'a'; MAX_SAMPLE_ANSWER_BYTES as usize]),
        kept_word: true,
    };
    let answers: Vec<_> = members.iter().map(answer).collect();
    let prompt = vec![b'p'; MAX_SAMPLE_PROMPT_BYTES as usize];
    let sample = Sample {
        round: 1,
        prompt: Some(BoundedVec::truncate_from(prompt)),
        answers: BoundedVec::truncate_from(answers),
    };
    for number in 0..samples {
        Samples::<T>::insert((T::domain(), epoch), number, &sample);
    }
    Samplings::<T>::insert(T::domain(), Sampling { epoch, rounds: samples, samples });
}

/// What an auditor finds out about a sample, in so many dimensions: what the others do, but for a
/// quantum in every second dimension.
pub(super) fn findings(dimensions: u32, auditor: u32) -> Findings {
    let quantum = |answer: u32, dimension: u32| {
        let by_chance = (1 - dimension % 2) * ((auditor * 5 + dimension) % 3);
        ((answer * 7 + dimension * 13) % 16 + by_chance) as i8 + 40
    };
    let finding = |answer: u32| Finding {
        embedding: Embedding::new((0..dimensions).map(|at| quantum(answer, at)).collect()),
        replay: Some(Replay {
            tokens: 300 + auditor,
            surprise: 300_000,
            entropy: 300_000,
            variance: 300_000,
        }),
    };
    BoundedVec::truncate_from((0..MAX_SAMPLE_ANSWERS).map(finding).collect())
}

/// A committee of the greatest size examines as many samples as there can be of epoch 0, and its
/// members, which offer to go on, have committed. The next epoch is sampled.
pub(super) fn at_work<T: Setup>(dimensions: u32) -> Work<T::AccountId> {
    let domain = T::domain();
    let agents = hire::<T>(0, MAX_COMMITTEE);
    offer_all::<T>(&agents);
    let members: Vec<_> = agents.iter().map(|(owner, _)| owner.clone()).collect();
    let mut answers = members.clone();
    // One more than there are auditors; nobody looks at whose they are.
    answers.extend(members.first().cloned());
    sampled::<T>(0, MAX_SAMPLES, &answers);
    Samplings::<T>::insert(domain, Sampling { epoch: 1, ..Default::default() });
    Audited::<T>::insert(domain, terms(dimensions));
    let auditor = |(owner, key)| Auditor { owner, key, done: 0, findings: 0 };
    let work = Work {
        epoch: 0,
        terms: terms(dimensions),
        seed: [2; 32],
        samples: MAX_SAMPLES,
        judged: 0,
        committee: BoundedVec::truncate_from(agents.into_iter().map(auditor).collect()),
    };
    for auditor in &work.committee {
        let seals = Seals::truncate_from(vec![Some([9; 32]); MAX_SAMPLES as usize]);
        Committed::<T>::insert(domain, auditor.key, seals);
    }
    Works::<T>::insert(domain, &work);
    to_block::<T>(T::Domains::epoch_blocks());
    work
}

/// The first auditor's opening of the first sample, which it has sealed, at the time for that.
pub(super) fn open_by<T: Setup>(work: &Work<T::AccountId>, findings: Findings) -> AuditAct {
    let (domain, agent) = (T::domain(), work.committee[0].key);
    let sealed = seal(&Pallet::<T>::scope_of(domain, work), &agent, 0, &SALT, &findings);
    let seals = Seals::truncate_from(vec![Some(sealed); MAX_SAMPLES as usize]);
    Committed::<T>::insert(domain, agent, seals);
    let blocks = T::Domains::epoch_blocks();
    to_block::<T>(blocks + blocks / 2);
    AuditAct::Open { domain, epoch: work.epoch, sample: 0, salt: SALT, findings }
}

/// An act with the first auditor's signature.
pub(super) fn signed<T: Setup>(work: &Work<T::AccountId>, act: AuditAct) -> SignedAuditAct {
    let agent = work.committee[0].key;
    let payload = act.signing_payload(&Pallet::<T>::scope_of(T::domain(), work));
    let signature = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &agent, &payload);
    SignedAuditAct { agent, act, signature: signature.expect("the keystore has the key") }
}

/// Let an epoch have said as much as can be of a member of a domain, and the samples of the next
/// one the same: all evidence speaks against it. Also for the benchmarks of pallet-waggle-domains,
/// where the runtime calls it: its domain is sampled, so a member that leaves is remembered.
pub fn make_known<T: Config>(domain: DomainId, owner: &T::AccountId) {
    let prompts = MAX_SAMPLES;
    let much = Fixed::from_u32(prompts);
    let votes = Votes { lean: much, apart: much, prompts };
    let other = |claim: u32| ([claim as u8; 32], votes);
    let tally = Tally {
        claim: Some(longest_claim().digest()),
        prompts,
        contrasts: BoundedVec::truncate_from((0..MAX_CLAIMS).map(other).collect()),
        deviations: Deviations { excess: much, variance: Fixed::from_u32(1), prompts },
        replay: Replay { tokens: 10_000, surprise: u64::MAX, entropy: 1, variance: 1 },
        conduct: Conduct { seats: prompts, timeouts: 0, slow: 0, exceptions: prompts },
    };
    let row = Row::default().after(Verdict::Flag);
    let flags = tally.verdicts(&T::Rules::get());
    let verdicts: Vec<_> =
        flags.into_iter().map(|(evidence, verdict)| (evidence, verdict, row)).collect();
    let verdicts = BoundedVec::truncate_from(verdicts);
    Tallies::<T>::insert(domain, owner, &tally);
    if !Samplings::<T>::contains_key(domain) {
        let epoch = T::Domains::epoch();
        Samplings::<T>::insert(domain, Sampling { epoch, ..Default::default() });
    }
    Standings::<T>::insert(
        domain,
        owner,
        Standing { epoch: 0, tally, since: Since::default(), verdicts },
    );
    if !OfferOf::<T>::contains_key(domain, owner) {
        let number = Offers::<T>::get(domain);
        Auditors::<T>::insert(domain, number, owner);
        OfferOf::<T>::insert(domain, owner, number);
        Offers::<T>::insert(domain, number + 1);
    }
}
