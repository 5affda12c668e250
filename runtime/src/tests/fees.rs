//! Fees, tips, nonces and mortality of clients' transactions: as on any Substrate chain; and where
//! fees and tips go.

use super::{
    chain::Chain,
    client::{implicit, with_genesis, with_versions, Client, Signing},
    swarm::{submit, Agent, RoundsCall},
};
use crate::{
    configs::money::TreasuryAccount, Balance, Balances, Hash, Rounds, Runtime, RuntimeEvent,
    TransactionPayment, UncheckedExtrinsic, Validators, EXISTENTIAL_DEPOSIT, MICRO_WAG, MILLI_WAG,
    SEAT_PRICE, VALIDATORS_FEE_SHARE, VERSION, WAG,
};
use codec::Encode;
use frame_support::traits::{fungible::Mutate, tokens::Preservation};
use pallet_transaction_payment::Event::TransactionFeePaid;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::Era,
    transaction_validity::{InvalidTransaction, TransactionValidity, TransactionValidityError},
    ApplyExtrinsicResult, DispatchError,
};
use waggle_primitives::domain::GENERAL;

fn bob() -> Client {
    Client::known(Sr25519Keyring::Bob)
}

fn treasury(chain: &mut Chain) -> Balance {
    chain.ask(|| Balances::free_balance(TreasuryAccount::get()))
}

fn pot(chain: &mut Chain) -> Balance {
    chain.ask(|| Balances::free_balance(Validators::pot()))
}

/// What the treasury and the validators have got together.
pub(crate) fn collected(chain: &mut Chain) -> Balance {
    treasury(chain) + pot(chain)
}

/// The validators' part of a fee.
fn of_validators(fee: Balance) -> Balance {
    VALIDATORS_FEE_SHARE.mul_floor(fee)
}

/// What asking costs now besides the fee of the transaction.
fn asking(chain: &mut Chain, call: &RoundsCall) -> Balance {
    let RoundsCall::submit { terms, .. } = call else { panic!("{call:?} asks nothing") };
    chain.ask(|| Rounds::fee_now(GENERAL, terms))
}

/// What the chain tells clients that a transaction will cost.
fn announced(chain: &mut Chain, transaction: &UncheckedExtrinsic) -> Balance {
    let length = transaction.encoded_size() as u32;
    chain.ask(|| TransactionPayment::query_info(transaction.clone(), length)).partial_fee
}

/// Fee and tip of the only transaction that paid any.
fn paid(events: &[RuntimeEvent]) -> (Balance, Balance) {
    let mut paid = events.iter().filter_map(|event| match event {
        RuntimeEvent::TransactionPayment(TransactionFeePaid { actual_fee, tip, .. }) => {
            Some((*actual_fee, *tip))
        }
        _ => None,
    });
    let first = paid.next().expect("somebody pays");
    assert_eq!(paid.next(), None);
    first
}

fn refused(invalid: InvalidTransaction) -> TransactionValidityError {
    invalid.into()
}

/// What the pool and then a block say of a transaction.
fn fate(
    chain: &mut Chain,
    transaction: UncheckedExtrinsic,
) -> (TransactionValidity, ApplyExtrinsicResult) {
    let validity = chain.validate(transaction.clone());
    let (mut results, _) = chain.block(vec![transaction]);
    (validity, results.remove(0))
}

#[test]
fn submit_should_cost_what_the_chain_announces() {
    for prompt in ["37+12", &"?".repeat(waggle_primitives::MAX_PROMPT_BYTES as usize)] {
        let mut chain = Chain::dev();
        let asking = asking(&mut chain, &submit(prompt, WAG, 4));
        assert!(asking >= 4 * SEAT_PRICE);
        let call = bob().sign(&mut chain, submit(prompt, WAG, 4), 0);
        let free = bob().free(&mut chain);
        let before = (treasury(&mut chain), pot(&mut chain));
        let fee = announced(&mut chain, &call);
        let length = call.encoded_size() as Balance;
        let events = chain.block_of(vec![call]);
        assert_eq!(paid(&events), (fee, 0));
        assert_eq!(
            bob().free(&mut chain),
            free - WAG - fee - asking,
            "the reward is on hold, the fees are gone"
        );
        let part = of_validators(fee);
        assert_eq!(treasury(&mut chain), before.0 + fee - part + asking);
        assert_eq!(pot(&mut chain), before.1 + part, "nothing of what asking costs");
        assert!(fee > length * MICRO_WAG, "each byte has its price");
    }
}

#[test]
fn failed_call_should_pay_all_the_same() {
    let mut chain = Chain::dev();
    let call = bob().sign(&mut chain, submit("", WAG, 4), 0);
    let (free, fee) = (bob().free(&mut chain), announced(&mut chain, &call));
    let (results, events) = chain.block(vec![call]);
    let expected: DispatchError = pallet_waggle_rounds::Error::<Runtime>::EmptyPrompt.into();
    assert_eq!(results, [Ok(Err(expected))]);
    assert_eq!(paid(&events), (fee, 0));
    assert_eq!(bob().free(&mut chain), free - fee);
    assert_eq!(bob().nonce(&mut chain), 1, "and its nonce is used up");
}

#[test]
fn reward_that_the_client_does_not_have_should_cost_the_fee_only() {
    let mut chain = Chain::dev();
    let free = bob().free(&mut chain);
    let call = bob().sign(&mut chain, submit("37+12", free, 4), 0);
    let fee = announced(&mut chain, &call);
    let (results, _) = chain.block(vec![call]);
    let expected: DispatchError =
        pallet_waggle_tickets::Error::<Runtime>::RewardUnaffordable.into();
    assert_eq!(results, [Ok(Err(expected))]);
    assert_eq!(bob().free(&mut chain), free - fee);
}

#[test]
fn tip_should_raise_the_priority_and_go_to_the_validators() {
    let mut chain = Chain::dev();
    let without = bob().sign(&mut chain, submit("37+12", WAG, 4), 0);
    let with = bob().sign(&mut chain, submit("37+12", WAG, 4), MILLI_WAG);
    let (cheap, dear) = (chain.validate(without).unwrap(), chain.validate(with.clone()).unwrap());
    assert!(dear.priority > cheap.priority, "{dear:?} {cheap:?}");
    assert_eq!(dear.provides, cheap.provides, "so the pool keeps the one with the tip");
    let before = (treasury(&mut chain), pot(&mut chain));
    let fee = announced(&mut chain, &with);
    let asking = asking(&mut chain, &submit("37+12", WAG, 4));
    let events = chain.block_of(vec![with]);
    assert_eq!(paid(&events), (fee + MILLI_WAG, MILLI_WAG));
    let part = of_validators(fee);
    assert_eq!(treasury(&mut chain), before.0 + fee - part + asking);
    assert_eq!(pot(&mut chain), before.1 + part + MILLI_WAG);
}

#[test]
fn fees_should_go_to_the_treasury_while_there_is_no_pot() {
    let mut chain = Chain::dev();
    let (all, issued) = (pot(&mut chain), chain.ask(Balances::total_issuance));
    assert_eq!(all, EXISTENTIAL_DEPOSIT, "the treasury has opened it at genesis");
    let to = Sr25519Keyring::Ferdie.to_account_id();
    chain
        .ask(|| Balances::transfer(&Validators::pot(), &to, all, Preservation::Expendable))
        .expect("it has as much");
    let remark = frame_system::Call::<Runtime>::remark { remark: vec![1] };
    let call = bob().sign(&mut chain, remark, 1);
    let before = treasury(&mut chain);
    let events = chain.block_of(vec![call]);
    let (fee, _) = paid(&events);
    assert!(fee > 1 && of_validators(fee) + 1 < EXISTENTIAL_DEPOSIT, "{fee}");
    assert_eq!((treasury(&mut chain), pot(&mut chain)), (before + fee, 0));
    assert_eq!(chain.ask(Balances::total_issuance), issued);
}

#[test]
fn nonce_should_be_refused_when_it_is_used_up() {
    let mut chain = Chain::dev();
    let call = bob().sign(&mut chain, submit("37+12", WAG, 4), 0);
    chain.block_of(vec![call.clone()]);
    let (pool, block) = fate(&mut chain, call);
    assert_eq!(pool, Err(refused(InvalidTransaction::Stale)));
    assert_eq!(
        block,
        Err(refused(InvalidTransaction::Stale)),
        "a replay is refused by a block too"
    );
}

#[test]
fn nonce_should_wait_in_the_pool_when_it_is_ahead() {
    let mut chain = Chain::dev();
    let next = bob().sign_on(&mut chain, submit("37+12", WAG, 4), &Signing::nonce(0));
    let ahead = bob().sign_on(&mut chain, submit("37+12", WAG, 4), &Signing::nonce(1));
    let (pool, block) = fate(&mut chain, ahead.clone());
    assert_eq!(block, Err(refused(InvalidTransaction::Future)));
    assert_eq!(
        pool.unwrap().requires,
        chain.validate(next.clone()).unwrap().provides,
        "it waits for the one before"
    );
    chain.block_of(vec![next, ahead]);
    assert_eq!(bob().nonce(&mut chain), 2);
}

#[test]
fn transaction_should_be_refused_when_the_account_cannot_pay_its_fee() {
    let mut chain = Chain::dev();
    let poor = Client::of_secret(&[1; 32]);
    let call = poor.sign(&mut chain, submit("37+12", WAG, 4), 0);
    let payment = Err(refused(InvalidTransaction::Payment));
    assert_eq!(chain.validate(call.clone()), payment, "an account that does not exist");
    // The fee and the existential deposit, less one; then exactly that.
    let fee = announced(&mut chain, &call);
    let transfer = |value| pallet_balances::Call::<Runtime>::transfer_keep_alive {
        dest: poor.account().into(),
        value,
    };
    let grant = bob().sign(&mut chain, transfer(fee + EXISTENTIAL_DEPOSIT - 1), 0);
    chain.block_of(vec![grant]);
    let (pool, block) = fate(&mut chain, call.clone());
    assert_eq!((pool, block), (payment, Err(refused(InvalidTransaction::Payment))));
    let grant = bob().sign(&mut chain, transfer(EXISTENTIAL_DEPOSIT), 0);
    chain.block_of(vec![grant]);
    assert!(chain.validate(call).is_ok());
}

#[test]
fn transaction_should_be_refused_when_its_time_is_over() {
    let mut chain = Chain::dev();
    let era = Era::mortal(4, u64::from(chain.height()) - 1);
    let call =
        bob().sign_on(&mut chain, submit("37+12", WAG, 4), &Signing { era, ..Signing::nonce(0) });
    let longevity = chain.validate(call.clone()).unwrap().longevity;
    assert!(longevity <= 4, "the pool forgets it in time: {longevity}");
    for _ in 0..4 {
        chain.block_of(vec![]);
    }
    // The blocks that it was signed for are behind: its signature covers a hash that is not asked
    // for any more.
    let (pool, block) = fate(&mut chain, call);
    assert_eq!(pool, Err(refused(InvalidTransaction::BadProof)));
    assert_eq!(block, Err(refused(InvalidTransaction::BadProof)));
}

#[test]
fn transaction_should_be_refused_when_it_is_born_in_a_block_that_is_not_known() {
    let mut chain = Chain::dev();
    let signing = Signing { era: Era::mortal(64, 40), ..Signing::nonce(0) };
    let signed_for = implicit(&mut chain);
    let call = bob().sign_over(submit("37+12", WAG, 4), &signing, signed_for);
    let (pool, block) = fate(&mut chain, call);
    assert_eq!(pool, Err(refused(InvalidTransaction::AncientBirthBlock)));
    assert_eq!(block, Err(refused(InvalidTransaction::AncientBirthBlock)));
}

#[test]
fn transaction_should_be_refused_when_it_is_signed_for_another_chain_or_runtime() {
    let mut chain = Chain::dev();
    let here = implicit(&mut chain);
    let sign = |implicit| bob().sign_over(submit("37+12", WAG, 4), &Signing::nonce(0), implicit);
    let (spec, transaction) = (VERSION.spec_version, VERSION.transaction_version);
    for elsewhere in [
        with_genesis(here, Hash::repeat_byte(8)),
        with_versions(here, spec + 1, transaction),
        with_versions(here, spec, transaction + 1),
    ] {
        let (pool, block) = fate(&mut chain, sign(elsewhere));
        assert_eq!(pool, Err(refused(InvalidTransaction::BadProof)));
        assert_eq!(block, Err(refused(InvalidTransaction::BadProof)));
    }
    chain.block_of(vec![sign(here)]);
}

#[test]
fn act_should_cost_nothing_by_itself_and_the_full_fee_when_an_account_sends_it() {
    let mut chain = Chain::dev();
    let ask = bob().sign(&mut chain, submit("37+12", WAG, 4), 0);
    chain.block_of(vec![ask]);
    let act = Agent::dev(0).commit_answer(&mut chain, 0, "49");
    let issued = chain.ask(Balances::total_issuance);
    for call in [
        RoundsCall::act { signed: act.clone() },
        RoundsCall::act_batch { acts: vec![act.clone(); 16].try_into().unwrap() },
    ] {
        let signed = bob().sign(&mut chain, call, 0);
        let (free, fee) = (bob().free(&mut chain), announced(&mut chain, &signed));
        let length = signed.encoded_size() as Balance;
        let (results, events) = chain.block(vec![signed]);
        assert_eq!(results, [Ok(Err(DispatchError::BadOrigin))]);
        assert_eq!(paid(&events), (fee, 0));
        assert_eq!(bob().free(&mut chain), free - fee);
        assert!(fee > length * MICRO_WAG);
    }
    let events = chain.block_of(vec![super::swarm::transaction(act)]);
    assert!(
        !events.iter().any(|event| matches!(event, RuntimeEvent::TransactionPayment(_))),
        "{events:?}"
    );
    assert_eq!(chain.ask(Balances::total_issuance), issued, "fees are moved, not burnt");
}

#[test]
fn poke_should_pay_when_there_was_nothing_to_do() {
    let mut chain = Chain::dev();
    let ask = bob().sign(&mut chain, submit("37+12", WAG, 4), 0);
    chain.block_of(vec![ask]);
    for round in [0, 7] {
        let poke = bob().sign(&mut chain, RoundsCall::poke { round }, 0);
        let free = bob().free(&mut chain);
        let (results, events) = chain.block(vec![poke]);
        assert!(matches!(results[0], Ok(Err(DispatchError::Module(_)))), "{results:?}");
        assert_eq!(bob().free(&mut chain), free - paid(&events).0);
    }
}

#[test]
fn fees_should_rise_while_blocks_are_full_and_fall_back_when_they_are_not() {
    let mut chain = Chain::dev();
    let multiplier = |chain: &mut Chain| chain.ask(TransactionPayment::next_fee_multiplier);
    let least = multiplier(&mut chain);
    chain.block_of(vec![]);
    assert_eq!(multiplier(&mut chain), least, "they do not fall below the weight's own price");
    for _ in 0..4 {
        let nonce = bob().nonce(&mut chain);
        let remark = || frame_system::Call::<Runtime>::remark { remark: vec![0; 32] };
        let mut calls = Vec::new();
        // As many as do not fit: transactions fill three quarters of a block.
        for more in 0..400 {
            calls.push(bob().sign_on(&mut chain, remark(), &Signing::nonce(nonce + more)));
        }
        let (results, _) = chain.block(calls);
        assert!(results.iter().any(Result::is_err), "the block is full");
    }
    let risen = multiplier(&mut chain);
    assert!(risen > least, "{risen:?}");
    for _ in 0..40 {
        chain.block_of(vec![]);
    }
    assert_eq!(multiplier(&mut chain), least);
}
