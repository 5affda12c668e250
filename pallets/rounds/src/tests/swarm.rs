//! Agents that play rounds: acts as an honest node would make them, and the ways in which they
//! reach the chain.

use crate::{mock::*, Refusal};
use frame_support::{assert_ok, dispatch::DispatchResultWithPostInfo, pallet_prelude::Authorize};
use sp_core::{ed25519, Pair};
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, UnknownTransaction,
        ValidTransaction,
    },
    DispatchError,
};
use waggle_primitives::{
    registration::registration_payload,
    seal::{encode_grades, SealContext},
    view::Duty,
    Act, AgentSignature, Grade, Hash32, RoundId, RoundTerms, SealStep, Sealed, SignedAct,
};

/// What the client asks.
pub(crate) const PROMPT: &[u8] = b"37+12";
/// What the client pays.
pub(crate) const REWARD: u128 = 1_000;
/// What a ticket costs then: two fifths of a fair share in a swarm of four.
pub(crate) const TICKET: u128 = 100;

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

/// Terms for `min..=max` agents and ten blocks of answering.
pub(crate) fn terms(min_agents: u32, max_agents: u32) -> RoundTerms<u128> {
    RoundTerms {
        reward: REWARD,
        answering_blocks: 10,
        min_agents,
        max_agents,
        min_score: Grade::MIN,
    }
}

/// The client asks for `min..=max` agents.
pub(crate) fn ask(min_agents: u32, max_agents: u32) -> RoundId {
    ask_sealed(min_agents, max_agents, NO_TRUTH)
}

/// The client asks for `min..=max` agents, and seals this.
pub(crate) fn ask_sealed(min_agents: u32, max_agents: u32, sealed_truth: Hash32) -> RoundId {
    ask_in(GENERAL, terms(min_agents, max_agents), sealed_truth)
}

/// The client asks in a domain, and seals this.
pub(crate) fn ask_in(domain: DomainId, terms: RoundTerms<u128>, sealed_truth: Hash32) -> RoundId {
    let round = crate::NextRound::<Test>::get();
    Rounds::submit(RuntimeOrigin::signed(CLIENT), prompt(PROMPT), domain, terms, sealed_truth)
        .expect("the terms are fine");
    round
}

/// A prompt.
pub(crate) fn prompt(text: &[u8]) -> crate::types::Prompt {
    text.to_vec().try_into().expect("a short prompt")
}

/// The context of a seal on this chain.
pub(crate) fn context(pair: &ed25519::Pair, round: RoundId, step: SealStep) -> SealContext {
    SealContext { scope: scope(round, step), round, agent: pair.public(), step }
}

/// The key of an agent's seal.
pub(crate) fn seal_key(agent: u8, round: RoundId, step: SealStep) -> Hash32 {
    let pair = pair(agent);
    let context = context(&pair, round, step);
    context.key(&pair.sign(&context.key_message()))
}

/// What acts and seals in this round cover; of a round that has no scope yet or no more, what they
/// might cover.
pub(crate) fn scope(round: RoundId, step: SealStep) -> Hash32 {
    Rounds::scope(round, step).unwrap_or_else(Rounds::genesis_hash)
}

/// `act` with the signature of `pair`.
pub(crate) fn sign(pair: &ed25519::Pair, act: Act) -> SignedAct {
    let signature = pair.sign(&act.signing_payload(&scope(act.round(), act.step())));
    SignedAct { agent: pair.public(), act, signature }
}

/// What shows that the holder of key number `number` agrees to act for `owner`.
pub(crate) fn proof(number: u8, owner: AccountId) -> AgentSignature {
    pair(number).sign(&registration_payload(&Rounds::genesis_hash(), &owner))
}

/// `owner` takes key number `number` instead of its own.
pub(crate) fn rotate(owner: AccountId, number: u8) {
    assert_ok!(Agents::rotate_key(RuntimeOrigin::signed(owner), key(number), proof(number, owner)));
}

/// A signed commit of `answer`.
pub(crate) fn commit_answer(agent: u8, round: RoundId, answer: &[u8]) -> SignedAct {
    let pair = pair(agent);
    let key = seal_key(agent, round, SealStep::Answer);
    let sealed =
        context(&pair, round, SealStep::Answer).seal(&key, answer).expect("a short answer");
    sign(&pair, Act::CommitAnswer { round, sealed })
}

/// A signed opening of the answer.
pub(crate) fn open_answer(agent: u8, round: RoundId) -> SignedAct {
    sign(&pair(agent), Act::OpenAnswer { round, key: seal_key(agent, round, SealStep::Answer) })
}

/// A signed commit of these bytes as grades.
pub(crate) fn commit_bytes(agent: u8, round: RoundId, plaintext: &[u8]) -> SignedAct {
    let pair = pair(agent);
    let key = seal_key(agent, round, SealStep::Grades);
    let sealed = context(&pair, round, SealStep::Grades).seal(&key, plaintext).expect("few grades");
    sign(&pair, Act::CommitGrades { round, sealed })
}

/// A signed commit of the grades that the candidates deserve, read from the agent's duty.
pub(crate) fn commit_grades(agent: u8, round: RoundId) -> SignedAct {
    commit_bytes(agent, round, &encode_grades(&deserved_grades(agent, round)))
}

/// A signed opening of the grades.
pub(crate) fn open_grades(agent: u8, round: RoundId) -> SignedAct {
    sign(&pair(agent), Act::OpenGrades { round, key: seal_key(agent, round, SealStep::Grades) })
}

/// An answer whose text says what it is worth: agent 0's is the worst.
pub(crate) fn answer_of(agent: u8) -> Vec<u8> {
    quality_of(agent).to_string().into_bytes()
}

/// What the answer of an agent is worth, in basis points.
pub(crate) fn quality_of(agent: u8) -> u16 {
    1_000 + 700 * u16::from(agent)
}

/// What an honest agent thinks of the answers it has to grade, in order.
pub(crate) fn deserved_grades(agent: u8, round: RoundId) -> Vec<Grade> {
    let duty = Rounds::duties(&key(agent)).into_iter().find_map(|duty| match duty {
        Duty::Grade { round: of, candidates, .. } if of == round => Some(candidates),
        _ => None,
    });
    duty.expect("the agent has to grade")
        .into_iter()
        .map(|candidate| {
            let text = String::from_utf8(candidate.answer).expect("answers are digits");
            Grade::new(text.parse().expect("answers are numbers"))
                .expect("answers are at most 10 000")
        })
        .collect()
}

/// What the pool says of a call in the block after the current one.
pub(crate) fn pool_says(call: &crate::Call<Test>) -> Result<ValidTransaction, Failure> {
    let now = System::block_number();
    System::set_block_number(now + 1);
    let verdict = authorize(call);
    System::set_block_number(now);
    verdict
}

/// What the call's authorisation says in the current block.
pub(crate) fn authorize(call: &crate::Call<Test>) -> Result<ValidTransaction, Failure> {
    match call.authorize(TransactionSource::External).expect("acts are authorised calls") {
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

/// Dispatch a call as if it had been authorised.
pub(crate) fn dispatch(call: crate::Call<Test>) -> DispatchResultWithPostInfo {
    RuntimeCall::from(call).dispatch(frame_system::RawOrigin::Authorized.into())
}

/// The call that carries one act.
pub(crate) fn single(act: SignedAct) -> crate::Call<Test> {
    crate::Call::act { signed: act }
}

/// The call that carries several acts.
pub(crate) fn batch(acts: Vec<SignedAct>) -> crate::Call<Test> {
    crate::Call::act_batch { acts: acts.try_into().expect("a short batch") }
}

/// An act's whole way in the current block: authorised, then dispatched.
pub(crate) fn send(act: SignedAct) -> Result<(), Failure> {
    authorize(&single(act.clone()))?;
    dispatch(single(act)).map(|_| ()).map_err(|error| Failure::Failed(error.error))
}

/// The reason why both pool and dispatch refuse an act; they must agree.
pub(crate) fn refusal_of(act: SignedAct) -> Failure {
    let refused = authorize(&single(act.clone())).expect_err("the act is refused");
    // Dispatch leaves the signature to the authorisation.
    if refused != Refusal::BadSignature.into() {
        dispatch(single(act)).expect_err("what the pool refuses, dispatch refuses");
    }
    refused
}

/// These agents commit their answers.
pub(crate) fn all_commit(round: RoundId, agents: &[u8]) {
    for agent in agents {
        assert_eq!(send(commit_answer(*agent, round, &answer_of(*agent))), Ok(()));
    }
}

/// These agents open their answers.
pub(crate) fn all_open(round: RoundId, agents: &[u8]) {
    for agent in agents {
        assert_eq!(send(open_answer(*agent, round)), Ok(()));
    }
}

/// These agents commit their grades.
pub(crate) fn all_grade(round: RoundId, agents: &[u8]) {
    let acts: Vec<_> = agents.iter().map(|agent| commit_grades(*agent, round)).collect();
    for act in acts {
        assert_eq!(send(act), Ok(()));
    }
}

/// These agents open their grades, and the block ends.
pub(crate) fn all_open_grades(round: RoundId, agents: &[u8]) {
    for agent in agents {
        assert_eq!(send(open_grades(*agent, round)), Ok(()));
    }
    end_block();
}

/// A round that these agents, four at least, play without delay, one block for each step after the
/// commits.
pub(crate) fn play(agents: &[u8]) -> RoundId {
    play_in(GENERAL, agents)
}

/// As [`play`], in a domain.
pub(crate) fn play_in(domain: DomainId, agents: &[u8]) -> RoundId {
    let round = ask_in(domain, terms(4, agents.len() as u32), NO_TRUTH);
    all_commit(round, agents);
    next_block();
    all_open(round, agents);
    next_block();
    all_grade(round, agents);
    next_block();
    all_open_grades(round, agents);
    round
}

/// A round of these agents of which only the first `present` open their answers, and go on without
/// delay when the time of the others is over.
pub(crate) fn play_with_absent(agents: &[u8], present: usize) -> RoundId {
    let round = ask(4, agents.len() as u32);
    let present = &agents[..present];
    all_commit(round, agents);
    all_open(round, present);
    run_to(crate::Rounds::<Test>::get(round).expect("the round runs").deadline + 1);
    all_grade(round, present);
    next_block();
    all_open_grades(round, present);
    round
}

/// What is on hold on an account, for whatever reason of the tickets pallet.
pub(crate) fn held(account: AccountId) -> u128 {
    use frame_support::traits::fungible::hold::Inspect;
    [pallet_waggle_tickets::HoldReason::Reward, pallet_waggle_tickets::HoldReason::Ticket]
        .into_iter()
        .map(|reason| Balances::balance_on_hold(&reason.into(), &account))
        .sum()
}

/// What an account has, on hold or not.
pub(crate) fn wealth(account: AccountId) -> u128 {
    use frame_support::traits::fungible::Inspect;
    Balances::total_balance(&account)
}

/// The result of an ended round.
pub(crate) fn result(round: RoundId) -> crate::types::RoundResult<AccountId> {
    crate::Results::<Test>::get(round).expect("the round is over")
}

/// A sealed text that is not the agent's own: taken from another act.
pub(crate) fn sealed_answer_of(act: &SignedAct) -> Sealed<frame_support::traits::ConstU32<16_384>> {
    match &act.act {
        Act::CommitAnswer { sealed, .. } => sealed.clone(),
        _ => panic!("not a commit of an answer"),
    }
}

/// What the hook spends in each block to see that there are no draws and no rolls.
pub(crate) fn looks() -> frame_support::weights::Weight {
    use crate::WeightInfo;
    type Weights = <Test as crate::Config>::WeightInfo;
    Weights::draw_seats(0).saturating_add(Weights::call_roll(0))
}
