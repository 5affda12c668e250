//! Balances, fees and the treasury.
//!
//! Half of the fees of transactions and all tips are the validators', the rest goes to the
//! treasury, as forfeited tickets do: total issuance does not change. The treasury is spent by the
//! root origin, at once: no proposals, nothing burnt.

use crate::{
    AccountId, Balance, Balances, BlockNumber, Runtime, RuntimeEvent, RuntimeFreezeReason,
    RuntimeHoldReason, System, Validators, EXISTENTIAL_DEPOSIT, MICRO_WAG, VALIDATORS_FEE_SHARE,
};
use frame_support::{
    parameter_types,
    traits::{
        fungible::{Balanced, Credit},
        tokens::{imbalance::ResolveTo, PayFromAccount, UnityAssetBalanceConversion},
        ConstU128, ConstU32, ConstU8, Imbalance, OnUnbalanced, VariantCountOf,
    },
    weights::{ConstantMultiplier, IdentityFee},
    PalletId,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use pallet_treasury::TreasuryAccountId;
use sp_runtime::{
    traits::{IdentityLookup, One},
    FixedPointNumber, Permill, Perquintill,
};

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = crate::weights::pallet_balances::WeightInfo<Runtime>;
    type Balance = Balance;
    type DustRemoval = ResolveTo<TreasuryAccountId<Runtime>, Balances>;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

parameter_types! {
    /// Fees of weight rise while blocks are fuller than this, and fall while they are emptier.
    pub const TargetFullness: Perquintill = Perquintill::from_percent(25);
    /// By how much, for each block: full blocks raise them by a fifth in a minute at 250 ms, and
    /// sixfold in ten.
    pub FeeStep: Multiplier = Multiplier::saturating_from_rational(1, 1_000);
    /// They never fall below the weight's own price, …
    pub LeastFee: Multiplier = Multiplier::one();
    /// … nor rise above ten times that: acts fill blocks too, and have been paid at a fixed price.
    pub MostFee: Multiplier = Multiplier::saturating_from_integer(10);
    /// The treasury's identity.
    pub const TreasuryPalletId: PalletId = PalletId(*b"py/trsry");
    /// The treasury's account.
    pub TreasuryAccount: AccountId = pallet_treasury::Pallet::<Runtime>::account_id();
    /// How often the treasury looks for approved spends: daily at 250 ms.
    pub const SpendPeriod: BlockNumber = 345_600;
    /// How long an approved spend may be claimed: 30 days at 250 ms.
    pub const PayoutPeriod: BlockNumber = 10_368_000;
    /// Nothing is burnt.
    pub const Burn: Permill = Permill::zero();
    /// What the root origin may spend at once: all.
    pub const SpendLimit: Balance = Balance::MAX;
}

/// Money on its way.
type InTransit = Credit<AccountId, Balances>;

/// Where fees go: [`VALIDATORS_FEE_SHARE`] of them, and tips, into the validators' pot, the rest to
/// the treasury. To the treasury goes all, while there is no pot that could take so little.
pub struct ToValidatorsAndTreasury;

impl OnUnbalanced<InTransit> for ToValidatorsAndTreasury {
    /// The fee comes first, then the tip if there is one.
    fn on_unbalanceds(mut fee_and_tip: impl Iterator<Item = InTransit>) {
        let fee = fee_and_tip.next().unwrap_or_default();
        let part = VALIDATORS_FEE_SHARE.mul_floor(fee.peek());
        let (part, mut rest) = fee.split(part);
        let validators = fee_and_tip.fold(part, |sum, tip| sum.merge(tip));
        if let Err(validators) = validators.drop_zero() {
            if let Err(refused) = Balances::resolve(&Validators::pot(), validators) {
                rest.subsume(refused);
            }
        }
        ResolveTo::<TreasuryAccountId<Runtime>, Balances>::on_unbalanced(rest);
    }

    fn on_nonzero_unbalanced(fee: InTransit) {
        Self::on_unbalanceds(core::iter::once(fee));
    }
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, ToValidatorsAndTreasury>;
    type WeightToFee = IdentityFee<Balance>;
    type LengthToFee = ConstantMultiplier<Balance, ConstU128<MICRO_WAG>>;
    type FeeMultiplierUpdate =
        TargetedFeeAdjustment<Self, TargetFullness, FeeStep, LeastFee, MostFee>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = crate::weights::pallet_transaction_payment::WeightInfo<Runtime>;
}

impl pallet_treasury::Config for Runtime {
    type Currency = Balances;
    type RejectOrigin = EnsureRoot<AccountId>;
    type RuntimeEvent = RuntimeEvent;
    type SpendPeriod = SpendPeriod;
    type Burn = Burn;
    type PalletId = TreasuryPalletId;
    type BurnDestination = ();
    type WeightInfo = crate::weights::pallet_treasury::WeightInfo<Runtime>;
    type SpendFunds = ();
    type MaxApprovals = ConstU32<100>;
    type SpendOrigin = EnsureRootWithSuccess<AccountId, SpendLimit>;
    type AssetKind = ();
    type Beneficiary = AccountId;
    type BeneficiaryLookup = IdentityLookup<AccountId>;
    type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
    type BalanceConverter = UnityAssetBalanceConversion;
    type PayoutPeriod = PayoutPeriod;
    type BlockNumberProvider = System;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::TreasuryArguments;
}
