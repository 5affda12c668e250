//! The money behind votes. It is put on hold, where `pallet_conviction_voting` asks for a lock.
//!
//! A lock lies over what is on hold for something else. A reward is paid from its hold whatever is
//! locked: so the same money could have voted, been paid to an agent of the same client, and voted
//! again, as often as rounds end. What is on hold for votes can be on hold for nothing else.

use crate::{
    origins::HoldReason, AccountId, Balance, Balances, BlockNumber, Runtime, RuntimeHoldReason,
};
use frame_support::traits::{
    fungible::{Inspect, InspectHold, MutateHold},
    tokens::{DepositConsequence, Fortitude, Preservation, Provenance, WithdrawConsequence},
    BalanceStatus, Currency, ExistenceRequirement, LockIdentifier, LockableCurrency,
    ReservableCurrency, SignedImbalance, WithdrawReasons,
};
use sp_runtime::{DispatchError, DispatchResult};

/// What the money behind votes is on hold for.
const VOTE: RuntimeHoldReason = RuntimeHoldReason::Origins(HoldReason::Vote);

type Positive = <Balances as Currency<AccountId>>::PositiveImbalance;
type Negative = <Balances as Currency<AccountId>>::NegativeImbalance;

/// The currency of votes: [`Balances`], but the balance is what may vote, and a lock is a hold. For
/// one pallet only: there are no locks of several names.
pub struct VotingMoney;

impl VotingMoney {
    /// What `who` may vote with: what is free, but for the existential deposit, and what votes
    /// already.
    fn votable(who: &AccountId) -> Balance {
        let free = <Balances as Inspect<AccountId>>::reducible_balance(
            who,
            Preservation::Preserve,
            Fortitude::Polite,
        );
        free.saturating_add(Self::voting(who))
    }

    /// What is on hold for votes.
    fn voting(who: &AccountId) -> Balance {
        <Balances as InspectHold<AccountId>>::balance_on_hold(&VOTE, who)
    }

    /// Have exactly `amount` on hold for votes. The pallet asks for no more than [`Self::votable`].
    fn hold(who: &AccountId, amount: Balance) {
        let held = <Balances as MutateHold<AccountId>>::set_on_hold(&VOTE, who, amount);
        if held.is_err() {
            frame_support::defensive!("nobody votes with more than is free");
        }
    }
}

impl LockableCurrency<AccountId> for VotingMoney {
    type Moment = BlockNumber;
    type MaxLocks = <Runtime as pallet_balances::Config>::MaxLocks;

    fn set_lock(_: LockIdentifier, who: &AccountId, amount: Balance, _: WithdrawReasons) {
        Self::hold(who, amount);
    }

    fn extend_lock(_: LockIdentifier, who: &AccountId, amount: Balance, _: WithdrawReasons) {
        Self::hold(who, amount.max(Self::voting(who)));
    }

    fn remove_lock(_: LockIdentifier, who: &AccountId) {
        Self::hold(who, 0);
    }
}

// What follows is what the balances do: the pallet's bounds ask for it, and it uses none of it but
// `total_balance`.

impl Currency<AccountId> for VotingMoney {
    type Balance = Balance;
    type PositiveImbalance = Positive;
    type NegativeImbalance = Negative;

    fn total_balance(who: &AccountId) -> Balance {
        Self::votable(who)
    }

    fn can_slash(who: &AccountId, value: Balance) -> bool {
        <Balances as Currency<AccountId>>::can_slash(who, value)
    }

    fn total_issuance() -> Balance {
        <Balances as Currency<AccountId>>::total_issuance()
    }

    fn active_issuance() -> Balance {
        <Balances as Currency<AccountId>>::active_issuance()
    }

    fn minimum_balance() -> Balance {
        <Balances as Currency<AccountId>>::minimum_balance()
    }

    fn burn(amount: Balance) -> Positive {
        <Balances as Currency<AccountId>>::burn(amount)
    }

    fn issue(amount: Balance) -> Negative {
        <Balances as Currency<AccountId>>::issue(amount)
    }

    fn free_balance(who: &AccountId) -> Balance {
        <Balances as Currency<AccountId>>::free_balance(who)
    }

    fn ensure_can_withdraw(
        who: &AccountId,
        amount: Balance,
        reasons: WithdrawReasons,
        new_balance: Balance,
    ) -> DispatchResult {
        <Balances as Currency<AccountId>>::ensure_can_withdraw(who, amount, reasons, new_balance)
    }

    fn transfer(
        source: &AccountId,
        dest: &AccountId,
        value: Balance,
        existence: ExistenceRequirement,
    ) -> DispatchResult {
        <Balances as Currency<AccountId>>::transfer(source, dest, value, existence)
    }

    fn slash(who: &AccountId, value: Balance) -> (Negative, Balance) {
        <Balances as Currency<AccountId>>::slash(who, value)
    }

    fn deposit_into_existing(who: &AccountId, value: Balance) -> Result<Positive, DispatchError> {
        <Balances as Currency<AccountId>>::deposit_into_existing(who, value)
    }

    fn deposit_creating(who: &AccountId, value: Balance) -> Positive {
        <Balances as Currency<AccountId>>::deposit_creating(who, value)
    }

    fn withdraw(
        who: &AccountId,
        value: Balance,
        reasons: WithdrawReasons,
        liveness: ExistenceRequirement,
    ) -> Result<Negative, DispatchError> {
        <Balances as Currency<AccountId>>::withdraw(who, value, reasons, liveness)
    }

    fn make_free_balance_be(
        who: &AccountId,
        balance: Balance,
    ) -> SignedImbalance<Balance, Positive> {
        <Balances as Currency<AccountId>>::make_free_balance_be(who, balance)
    }
}

impl ReservableCurrency<AccountId> for VotingMoney {
    fn can_reserve(who: &AccountId, value: Balance) -> bool {
        <Balances as ReservableCurrency<AccountId>>::can_reserve(who, value)
    }

    fn slash_reserved(who: &AccountId, value: Balance) -> (Negative, Balance) {
        <Balances as ReservableCurrency<AccountId>>::slash_reserved(who, value)
    }

    fn reserved_balance(who: &AccountId) -> Balance {
        <Balances as ReservableCurrency<AccountId>>::reserved_balance(who)
    }

    fn reserve(who: &AccountId, value: Balance) -> DispatchResult {
        <Balances as ReservableCurrency<AccountId>>::reserve(who, value)
    }

    fn unreserve(who: &AccountId, value: Balance) -> Balance {
        <Balances as ReservableCurrency<AccountId>>::unreserve(who, value)
    }

    fn repatriate_reserved(
        slashed: &AccountId,
        beneficiary: &AccountId,
        value: Balance,
        status: BalanceStatus,
    ) -> Result<Balance, DispatchError> {
        <Balances as ReservableCurrency<AccountId>>::repatriate_reserved(
            slashed,
            beneficiary,
            value,
            status,
        )
    }
}

impl Inspect<AccountId> for VotingMoney {
    type Balance = Balance;

    fn total_issuance() -> Balance {
        <Balances as Inspect<AccountId>>::total_issuance()
    }

    fn active_issuance() -> Balance {
        <Balances as Inspect<AccountId>>::active_issuance()
    }

    fn minimum_balance() -> Balance {
        <Balances as Inspect<AccountId>>::minimum_balance()
    }

    fn total_balance(who: &AccountId) -> Balance {
        Self::votable(who)
    }

    fn balance(who: &AccountId) -> Balance {
        <Balances as Inspect<AccountId>>::balance(who)
    }

    fn reducible_balance(who: &AccountId, preservation: Preservation, force: Fortitude) -> Balance {
        <Balances as Inspect<AccountId>>::reducible_balance(who, preservation, force)
    }

    fn can_deposit(who: &AccountId, amount: Balance, provenance: Provenance) -> DepositConsequence {
        <Balances as Inspect<AccountId>>::can_deposit(who, amount, provenance)
    }

    fn can_withdraw(who: &AccountId, amount: Balance) -> WithdrawConsequence<Balance> {
        <Balances as Inspect<AccountId>>::can_withdraw(who, amount)
    }
}
