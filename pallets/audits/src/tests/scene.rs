//! What the tests start from: rounds that were judged, and auditors that look at them.
//!
//! An answer is three bytes: the model that wrote it, its author, and the prompt. Where it lies
//! follows from that, in four dimensions: [`embed`].

use crate::{mock::*, AuditTerms, Refusal, Sample, Standings, Work, Works};
use codec::Encode;
use frame_support::{assert_ok, pallet_prelude::Authorize};
use sp_core::Pair;
use sp_io::hashing::blake2_256;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, UnknownTransaction,
        ValidTransaction,
    },
    DispatchError,
};
use std::ops::RangeInclusive;
use waggle_primitives::{
    audit::{
        act::{salt, salt_message, seal},
        sample::{Finding, Findings},
        standing::Evidence,
        AuditAct, Embedding, SignedAuditAct, Verdict,
    },
    claim::Epoch,
    traits::{SampledRound, SampledRounds, TakenAnswer},
    DomainId, Hash32,
};

/// The domain of the tests.
pub(crate) const DOMAIN: DomainId = 1;
/// The auditors of most tests: as many as a committee has.
pub(crate) const AUDITORS: RangeInclusive<AccountId> = 21..=25;
/// Who fills purses.
pub(crate) const FUNDER: AccountId = 50;
/// How many rounds are judged in most epochs: more than a verdict takes.
pub(crate) const ROUNDS_PLAYED: u32 = 10;

/// A member: its owner, the model that it claims, and the one that it runs.
pub(crate) type Member = (AccountId, u8, u8);

/// Who claims one model and runs another.
pub(crate) const LIAR: AccountId = 4;
/// Four members that claim one model, of which one lies, and three that claim another.
pub(crate) const SWARM: [Member; 7] = [
    (1, b'A', b'A'),
    (2, b'A', b'A'),
    (3, b'A', b'A'),
    (LIAR, b'A', b'B'),
    (5, b'B', b'B'),
    (6, b'B', b'B'),
    (7, b'B', b'B'),
];

/// How the domain is audited.
pub(crate) fn terms() -> AuditTerms {
    AuditTerms { embedder: [5; 32], dimensions: 4 }
}

/// Have the domain audited by these, and paid for.
pub(crate) fn audit(auditors: RangeInclusive<AccountId>) {
    assert_ok!(Audits::set_terms(RuntimeOrigin::root(), DOMAIN, Some(terms())));
    assert_ok!(Audits::fund(RuntimeOrigin::signed(FUNDER), DOMAIN, 20_000 + DEPOSIT));
    for auditor in auditors {
        assert_ok!(Audits::offer(RuntimeOrigin::signed(auditor), DOMAIN));
    }
    let _ = events();
}

/// These members claim what they claim.
pub(crate) fn all_claim(members: &[Member]) {
    for (owner, claimed, _) in members {
        Claims::mutate(|claims| claims.insert((DOMAIN, *owner), claim(*claimed)));
    }
}

/// Where an answer lies: answers of a model to a prompt differ by one quantum only. `None` of what
/// is no answer, and of the model `?`.
pub(crate) fn embed(text: &[u8]) -> Option<Embedding> {
    let &[model, author, prompt] = text else { return None };
    let (x, y) = match model {
        b'A' => (100, 10),
        b'B' => (10, 100),
        b'C' => (-60, -60),
        _ => return None,
    };
    let by_chance = (author + prompt) % 3;
    Embedding::new(vec![x, y, 20 + (prompt % 10) as i8, by_chance as i8 - 1])
}

/// A round is judged in which these answers were given to a prompt of this block. Empty ones were
/// not opened. Returns whether they are kept.
pub(crate) fn judged(answers: &[(AccountId, Vec<u8>)]) -> bool {
    judged_late(System::block_number(), answers)
}

/// A round is judged that was submitted in block `submitted`.
pub(crate) fn judged_late(submitted: u32, answers: &[(AccountId, Vec<u8>)]) -> bool {
    let round = Rounds::get();
    Rounds::set(round + 1);
    let seed = seed_of(round);
    let wanted = Audits::wanted(DOMAIN, submitted, &seed, answers.len() as u32);
    if wanted.is_empty() {
        return false;
    }
    let taken = wanted.into_iter().map(|index| {
        let (owner, text) = answers[index as usize].clone();
        TakenAnswer { owner, kept_word: !text.is_empty(), text }
    });
    let answers = taken.collect();
    Audits::keep(DOMAIN, &seed, SampledRound { round, prompt: b"Why?".to_vec(), answers });
    true
}

/// The seed of a round's assignment.
pub(crate) fn seed_of(round: u64) -> Hash32 {
    ("round", round).using_encoded(blake2_256)
}

/// So many rounds are judged in which these members answered.
pub(crate) fn play(members: &[Member], rounds: u32) {
    for _ in 0..rounds {
        let prompt = Rounds::get() as u8;
        let answer = |(owner, _, runs): &Member| (*owner, vec![*runs, *owner as u8, prompt]);
        judged(&members.iter().map(answer).collect::<Vec<_>>());
    }
}

/// Go to the second block of an epoch: the work on the samples of the last one has begun.
pub(crate) fn begin_epoch(epoch: Epoch) {
    run_to(epoch * EPOCH_BLOCKS + 1);
}

/// The first block in which findings of the samples of `epoch` may be opened.
pub(crate) fn opening_of(epoch: Epoch) -> u32 {
    (epoch + 1) * EPOCH_BLOCKS + EPOCH_BLOCKS / 2
}

/// The first block in which samples of `epoch` are judged.
pub(crate) fn judging_of(epoch: Epoch) -> u32 {
    (epoch + 1) * EPOCH_BLOCKS + EPOCH_BLOCKS * 3 / 4
}

/// The work on the domain's samples.
pub(crate) fn work() -> Work<AccountId> {
    Works::<Test>::get(DOMAIN).expect("samples are worked on")
}

/// The owners on the committee, in its order.
pub(crate) fn committee() -> Vec<AccountId> {
    work().committee.iter().map(|auditor| auditor.owner).collect()
}

/// Sample number `number` of the work.
pub(crate) fn sample(number: u32) -> Sample<AccountId> {
    crate::Samples::<Test>::get((DOMAIN, work().epoch), number).expect("the sample is kept")
}

/// What an auditor says of a sample.
pub(crate) type Say = fn(&Sample<AccountId>) -> Findings;

/// Findings of these embeddings.
pub(crate) fn findings(embeddings: Vec<Option<Embedding>>) -> Findings {
    let found = embeddings.into_iter().map(|embedding| Finding { embedding, replay: None });
    Findings::truncate_from(found.collect())
}

/// What is.
pub(crate) fn honest(sample: &Sample<AccountId>) -> Findings {
    findings(sample.answers.iter().map(|answer| embed(&answer.text)).collect())
}

/// That everybody ran one model. (That all ran each other's would look the same as the truth: who
/// is near to whom would not change.)
pub(crate) fn lying(sample: &Sample<AccountId>) -> Findings {
    let alike = |text: &[u8]| -> Vec<u8> {
        let others = text.iter().skip(1).copied();
        text.first().map(|_| b'B').into_iter().chain(others).collect()
    };
    findings(sample.answers.iter().map(|answer| embed(&alike(&answer.text))).collect())
}

/// Nothing.
pub(crate) fn failing(sample: &Sample<AccountId>) -> Findings {
    findings(vec![None; sample.answers.len()])
}

/// What acts and seals cover.
pub(crate) fn scope() -> Hash32 {
    Audits::scope_of(DOMAIN, &work())
}

/// An act with the signature of the agent of `owner`.
pub(crate) fn signed(owner: AccountId, act: AuditAct) -> SignedAuditAct {
    signed_for(&scope(), owner, act)
}

/// An act that is signed for a scope.
pub(crate) fn signed_for(scope: &Hash32, owner: AccountId, act: AuditAct) -> SignedAuditAct {
    let signature = pair(owner).sign(&act.signing_payload(scope));
    SignedAuditAct { agent: key(owner), act, signature }
}

/// The salt of an auditor's seal of a sample.
pub(crate) fn salt_of(owner: AccountId, number: u32) -> Hash32 {
    salt(&pair(owner).sign(&salt_message(&scope(), &key(owner))), number)
}

/// An auditor's seal of what it says of a sample.
pub(crate) fn seal_of(owner: AccountId, number: u32, say: Say) -> Hash32 {
    seal(&scope(), &key(owner), number, &salt_of(owner, number), &say(&sample(number)))
}

/// An auditor commits these seals.
pub(crate) fn commit_seals(owner: AccountId, seals: Vec<Option<Hash32>>) -> SignedAuditAct {
    let (epoch, seals) = (work().epoch, seals.try_into().expect("no more than samples"));
    signed(owner, AuditAct::Commit { domain: DOMAIN, epoch, seals })
}

/// An auditor commits what it says of all samples.
pub(crate) fn commit(owner: AccountId, say: Say) -> SignedAuditAct {
    let numbers = 0..work().samples;
    commit_seals(owner, numbers.map(|number| Some(seal_of(owner, number, say))).collect())
}

/// An auditor opens what it said of a sample.
pub(crate) fn open(owner: AccountId, number: u32, say: Say) -> SignedAuditAct {
    let act = AuditAct::Open {
        domain: DOMAIN,
        epoch: work().epoch,
        sample: number,
        salt: salt_of(owner, number),
        findings: say(&sample(number)),
    };
    signed(owner, act)
}

/// Those of the committee for whom `says` has something, by their numbers on it, examine all
/// samples, commit and open. It is time to judge afterwards.
pub(crate) fn work_through(says: impl Fn(usize) -> Option<Say>) {
    examine(&says);
    open_all(&says);
}

/// They examine and commit, and it is time to open.
pub(crate) fn examine(says: &impl Fn(usize) -> Option<Say>) {
    for (number, owner) in committee().into_iter().enumerate() {
        if let Some(say) = says(number) {
            assert_eq!(send(commit(owner, say)), Ok(()));
        }
    }
    run_to(opening_of(work().epoch));
}

/// They open all samples, and it is time to judge.
pub(crate) fn open_all(says: &impl Fn(usize) -> Option<Say>) {
    for (number, owner) in committee().into_iter().enumerate() {
        let Some(say) = says(number) else { continue };
        for sample in 0..work().samples {
            assert_eq!(send(open(owner, sample, say)), Ok(()));
        }
    }
    run_to(judging_of(work().epoch));
}

/// All of the committee are honest.
pub(crate) fn all_honest(_: usize) -> Option<Say> {
    Some(honest)
}

/// An epoch is over in which these members answered, and its samples are worked on and judged by
/// such a committee.
pub(crate) fn whole_epoch(members: &[Member], says: impl Fn(usize) -> Option<Say>) {
    play(members, ROUNDS_PLAYED);
    begin_epoch(System::block_number() / EPOCH_BLOCKS + 1);
    work_through(says);
    next_block();
    assert!(!Works::<Test>::contains_key(DOMAIN), "all is judged");
}

/// What the last epoch said of a member by this evidence, and how many flags in a row that makes.
pub(crate) fn verdict(owner: AccountId, evidence: Evidence) -> (Verdict, u32) {
    let standing = Standings::<Test>::get(DOMAIN, owner).expect("something was said");
    let found = standing.verdicts.iter().find(|(kind, _, _)| *kind == evidence);
    found.map(|(_, verdict, row)| (*verdict, row.flags())).expect("of all kinds")
}

/// Whether the last epoch spoke against a member.
pub(crate) fn is_flagged(owner: AccountId) -> bool {
    let standing = Standings::<Test>::get(DOMAIN, owner).expect("something was said");
    standing.verdicts.iter().any(|(_, verdict, _)| *verdict == Verdict::Flag)
}

/// Whether a member is suspended.
pub(crate) fn is_suspended(owner: AccountId) -> bool {
    Suspended::get().contains_key(&(DOMAIN, owner))
}

/// Why an act did not happen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The pool, or the block before dispatch, refused it.
    Refused(u8),
    /// Its dispatch failed.
    Failed(DispatchError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal.code())
    }
}

/// The call that carries an act.
pub(crate) fn call(signed: SignedAuditAct) -> crate::Call<Test> {
    crate::Call::audit { signed }
}

/// What the authorisation of an act says in the current block.
pub(crate) fn authorize(signed: SignedAuditAct) -> Result<ValidTransaction, Failure> {
    match call(signed).authorize(TransactionSource::External).expect("acts are authorised calls") {
        Ok((validity, unspent)) => {
            assert_eq!(unspent, Default::default());
            Ok(validity)
        }
        Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(code)))
        | Err(TransactionValidityError::Unknown(UnknownTransaction::Custom(code))) => {
            Err(Failure::Refused(code))
        }
        Err(error) => panic!("an act is refused with a code, not with {error:?}"),
    }
}

/// An act's whole way in the current block: authorised, then dispatched.
pub(crate) fn send(signed: SignedAuditAct) -> Result<(), Failure> {
    authorize(signed.clone())?;
    dispatch(signed).map_err(Failure::Failed)
}

/// Dispatch an act that was authorised.
pub(crate) fn dispatch(signed: SignedAuditAct) -> Result<(), DispatchError> {
    let origin = frame_system::RawOrigin::Authorized.into();
    RuntimeCall::from(call(signed)).dispatch(origin).map(|_| ()).map_err(|error| error.error)
}

/// The reason why both pool and dispatch refuse an act; they must agree.
pub(crate) fn refusal_of(signed: SignedAuditAct) -> Failure {
    let refused = authorize(signed.clone()).expect_err("the act is refused");
    // Dispatch leaves the signature to the authorisation.
    if refused != Refusal::BadSignature.into() {
        dispatch(signed).expect_err("what the pool refuses, dispatch refuses");
    }
    refused
}
