//! Who decides what, and how long it takes: referenda of all token holders, and a technical
//! committee that can make them faster or cancel them, and nothing else. `docs/governance.md` says
//! it in words; the durations and deposits are in [`crate::constants`].
//!
//! Root is reached by a referendum of the track `root`, or by one of the track `whitelisted` about
//! a call that the committee has whitelisted. On the development chains sudo reaches it too.

use crate::{
    configs::{votes::VotingMoney, RuntimeBlockWeights},
    constants::*,
    origins::{EnsureWhitelistedCaller, Origin},
    AccountId, Balance, Balances, BlockNumber, OriginCaller, Preimage, Referenda, Runtime,
    RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, Scheduler, System, Treasury,
};
use alloc::borrow::Cow;
use frame_support::{
    parameter_types,
    traits::{
        fungible::HoldConsideration, tokens::currency::ActiveIssuanceOf, AsEnsureOriginWithArg,
        ConstU128, ConstU32, EitherOfDiverse, EqualPrivilegeOnly, LinearStoragePrice,
    },
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned, RawOrigin};
use pallet_collective::{DefaultVote, EnsureProportionAtLeast, MemberCount};
use pallet_referenda::{Curve, Track, TrackInfo, TracksInfo};
use sp_runtime::{str_array, FixedI64, Perbill};

/// Two thirds of the technical committee.
type TwoThirdsOfCommittee = EnsureProportionAtLeast<AccountId, (), 2, 3>;

/// The track of calls as root.
pub const ROOT_TRACK: u16 = 0;
/// The track of calls that the committee has whitelisted.
pub const WHITELISTED_TRACK: u16 = 1;

const fn percent(of_hundred: u128) -> FixedI64 {
    FixedI64::from_rational(of_hundred, 100)
}

/// A bound that falls from `begin` to `end` percent over the whole time for the decision.
const fn falling(begin: u128, end: u128) -> Curve {
    Curve::make_linear(1, 1, percent(end), percent(begin))
}

/// What it takes to be approved. *Approval* is the part of the votes that are for it, conviction
/// counted; *support* the part of all money but the treasury's that is for it, without conviction.
const TRACKS: [Track<u16, Balance, BlockNumber>; 2] = [
    Track {
        id: ROOT_TRACK,
        info: TrackInfo {
            name: str_array("root"),
            max_deciding: 2,
            decision_deposit: ROOT_DECISION_DEPOSIT,
            prepare_period: 2 * HOUR,
            decision_period: 7 * DAY,
            confirm_period: 2 * DAY,
            min_enactment_period: 2 * DAY,
            min_approval: falling(100, 66),
            min_support: falling(50, 10),
        },
    },
    Track {
        id: WHITELISTED_TRACK,
        info: TrackInfo {
            name: str_array("whitelisted"),
            max_deciding: 20,
            decision_deposit: WHITELISTED_DECISION_DEPOSIT,
            prepare_period: 10 * MINUTE,
            decision_period: 3 * DAY,
            confirm_period: 10 * MINUTE,
            min_enactment_period: 10 * MINUTE,
            min_approval: falling(100, 66),
            min_support: falling(25, 5),
        },
    },
];

/// The tracks of referenda.
pub struct Tracks;

impl TracksInfo<Balance, BlockNumber> for Tracks {
    type Id = u16;
    type RuntimeOrigin = OriginCaller;

    fn tracks() -> impl Iterator<Item = Cow<'static, Track<u16, Balance, BlockNumber>>> {
        TRACKS.iter().map(Cow::Borrowed)
    }

    fn track_for(origin: &OriginCaller) -> Result<u16, ()> {
        match origin {
            OriginCaller::system(RawOrigin::Root) => Ok(ROOT_TRACK),
            OriginCaller::Origins(Origin::WhitelistedCaller) => Ok(WHITELISTED_TRACK),
            _ => Err(()),
        }
    }
}

/// Members of the committee that are silent have voted no.
pub struct SilenceIsNo;

impl DefaultVote for SilenceIsNo {
    fn default_vote(_: Option<bool>, _: MemberCount, _: MemberCount, _: MemberCount) -> bool {
        false
    }
}

/// The part `share` of a block.
fn part_of_block(share: Perbill) -> Weight {
    let block = RuntimeBlockWeights::get().max_block;
    Weight::from_parts(share.mul_floor(block.ref_time()), share.mul_floor(block.proof_size()))
}

parameter_types! {
    /// What a preimage costs as long as it is there: two entries with 64 bytes, …
    pub const PreimageBase: Balance = deposit(2, 64);
    /// … and what each of its bytes does.
    pub const PreimageByte: Balance = deposit(0, 1);
    /// What that is on hold for.
    pub const PreimageHold: RuntimeHoldReason =
        RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
    /// What scheduled calls may use of a block. Heavier ones are never made, `system.set_code`
    /// among them: upgrades are authorised by their hash.
    pub MaximumSchedulerWeight: Weight = part_of_block(SCHEDULER_SHARE);
    /// How heavy a motion of the committee may be.
    pub MaxMotionWeight: Weight = part_of_block(Perbill::from_percent(10));
}

impl pallet_preimage::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHold,
        LinearStoragePrice<PreimageBase, PreimageByte, Balance>,
    >;
}

impl pallet_scheduler::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type MaximumWeight = MaximumSchedulerWeight;
    type ScheduleOrigin = EnsureRoot<AccountId>;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type MaxScheduledPerBlock = ConstU32<MAX_SCHEDULED_PER_BLOCK>;
    type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
}

impl pallet_collective::Config for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = ConstU32<MOTION_BLOCKS>;
    type MaxProposals = ConstU32<MAX_MOTIONS>;
    type MaxMembers = ConstU32<MAX_COMMITTEE>;
    type DefaultVote = SilenceIsNo;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
    type SetMembersOrigin = EnsureRoot<AccountId>;
    type MaxProposalWeight = MaxMotionWeight;
    type DisapproveOrigin = EnsureRoot<AccountId>;
    type KillOrigin = EnsureRoot<AccountId>;
    type Consideration = ();
}

impl pallet_whitelist::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WhitelistOrigin = TwoThirdsOfCommittee;
    type DispatchWhitelistedOrigin = EnsureWhitelistedCaller;
    type Preimages = Preimage;
    type DeferredDispatchExpiration = ConstU32<WHITELIST_PATIENCE>;
    type BlockNumberProvider = System;
    type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
}

impl pallet_conviction_voting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_conviction_voting::weights::SubstrateWeight<Runtime>;
    type Currency = VotingMoney;
    type Polls = Referenda;
    type MaxTurnout = ActiveIssuanceOf<Balances, AccountId>;
    type MaxVotes = ConstU32<MAX_VOTES>;
    type VoteLockingPeriod = ConstU32<VOTE_LOCKING_BLOCKS>;
    type BlockNumberProvider = System;
    type VotingHooks = ();
}

impl pallet_referenda::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
    type Scheduler = Scheduler;
    type Currency = Balances;
    type SubmitOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
    type CancelOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TwoThirdsOfCommittee>;
    // Nobody but root takes deposits away: the committee moves no money.
    type KillOrigin = EnsureRoot<AccountId>;
    type Slash = Treasury;
    type Votes = Balance;
    type Tally = pallet_conviction_voting::TallyOf<Runtime>;
    type SubmissionDeposit = ConstU128<SUBMISSION_DEPOSIT>;
    type MaxQueued = ConstU32<MAX_QUEUED_REFERENDA>;
    type UndecidingTimeout = ConstU32<UNDECIDED_BLOCKS>;
    type AlarmInterval = ConstU32<1>;
    type Tracks = Tracks;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
}

impl crate::origins::Config for Runtime {}
