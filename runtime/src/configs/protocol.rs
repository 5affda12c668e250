//! The protocol's parameters. What they mean is in `docs/protocol.md` and in the pallets; their
//! values are in [`crate::constants`].

use crate::{
    configs::money::TreasuryAccount, constants::*, randomness::VrfOutput, slots::SlotDuration,
    AccountId, Agents, Audits, Balances, Domains, Ratings, Rounds, Runtime, RuntimeHoldReason,
    Tickets,
};
use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32},
    PalletId,
};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;
use waggle_primitives::{
    attendance::LearningRules, choice::Question, price::AskingPrices, reward_pool::PoolRules,
    rewards::PaymentRules, rule::Rule,
};

parameter_types! {
    /// How rounds are judged, and agents known. What kind of questions it is for, their domain
    /// says.
    pub const JudgingRule: Rule = Rule::Calibrated(Question::Closed);
    /// Who gets which part of what.
    pub const Payment: PaymentRules = PaymentRules {
        winner_share: WINNER_SHARE,
        poor_answer_loss: POOR_ANSWER_LOSS,
        unwon_share: UNWON_SHARE,
    };
    /// Which rounds change what is known of agents.
    pub const Learning: LearningRules = LearningRules {
        reward_per_seat: LEARNING_REWARD_PER_SEAT,
        answering_blocks: LEARNING_ANSWERING_BLOCKS,
        present: LEARNING_PRESENT,
        graders: LEARNING_GRADERS,
    };
    /// What a reporter gets of a bond that is taken.
    pub const ReporterShare: Perbill = REPORTER_SHARE;
    /// What the account of all reward pools is derived from.
    pub const PoolsId: PalletId = PalletId(*b"wag/pool");
    /// What reward pools pay.
    pub const PoolPays: PoolRules =
        PoolRules { epoch_part: POOL_EPOCH_PART, most_for_round: POOL_PAYS_FOR_ROUND };
    /// What asking costs besides the reward.
    pub const Asking: AskingPrices = AskingPrices {
        seat: SEAT_PRICE,
        crowded_block: CROWDED_BLOCK_PRICE,
        vain_answer: VAIN_ANSWER_PAY,
    };
}

impl pallet_waggle_agents::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Bond = ConstU128<AGENT_BOND>;
    type UnbondingBlocks = ConstU32<UNBONDING_BLOCKS>;
    type Treasury = TreasuryAccount;
    type ReporterShare = ReporterShare;
    type OnAgents = (Domains, Ratings);
    type WeightInfo = crate::weights::pallet_waggle_agents::WeightInfo<Runtime>;
}

impl pallet_waggle_domains::Config for Runtime {
    type Agents = Agents;
    type Currency = Balances;
    type Treasury = TreasuryAccount;
    type FoundingFee = ConstU128<FOUNDING_FEE>;
    type MaxMemberships = ConstU32<MAX_MEMBERSHIPS>;
    type MembershipBlocks = ConstU32<UNBONDING_BLOCKS>;
    type MaxAbsences = ConstU32<MAX_ABSENCES>;
    type AbsencePeriod = ConstU32<ABSENCE_PERIOD>;
    type DefaultEpochBlocks = ConstU32<DOMAIN_EPOCH_BLOCKS>;
    type SuspensionBlocks = ConstU32<SUSPENSION_BLOCKS>;
    type PoolsId = PoolsId;
    type PoolRules = PoolPays;
    type CollectionEpochs = ConstU32<COLLECTION_EPOCHS>;
    type OnMemberLeft = (Ratings, Audits);
    type WeightInfo = crate::weights::pallet_waggle_domains::WeightInfo<Runtime>;
}

impl pallet_waggle_tickets::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Treasury = TreasuryAccount;
    type MinimumTicket = ConstU128<MINIMUM_TICKET>;
    type MinimumReward = ConstU128<MINIMUM_REWARD>;
}

impl pallet_waggle_ratings::Config for Runtime {
    type Rule = JudgingRule;
}

impl pallet_waggle_rounds::Config for Runtime {
    type AgentRegistry = Agents;
    type Domains = Domains;
    type Ticketing = Tickets;
    type Ratings = Ratings;
    type Audits = Audits;
    type BlockRandomness = VrfOutput;
    type PaymentRules = Payment;
    type AskingPrices = Asking;
    type LearningRules = Learning;
    type DrawBlocks = ConstU32<DRAW_BLOCKS>;
    type MinAnsweringBlocks = ConstU32<MIN_ANSWERING_BLOCKS>;
    type MaxAnsweringBlocks = ConstU32<MAX_ANSWERING_BLOCKS>;
    type OpeningAnswersBlocks = ConstU32<OPENING_ANSWERS_BLOCKS>;
    type GradingBlocks = ConstU32<GRADING_BLOCKS>;
    type OpeningGradesBlocks = ConstU32<OPENING_GRADES_BLOCKS>;
    type ResultRetention = ConstU32<RESULT_RETENTION>;
    type MaxOpenRounds = ConstU32<MAX_OPEN_ROUNDS>;
    type MaxOpenRoundsPerClient = ConstU32<MAX_OPEN_ROUNDS_PER_CLIENT>;
    type SlotDuration = SlotDuration<Runtime>;
    type WeightInfo = crate::weights::pallet_waggle_rounds::WeightInfo<Runtime>;
}

impl pallet_waggle_examinations::Config for Runtime {
    type Governance = EnsureRoot<AccountId>;
    type Rounds = Rounds;
    type Reimbursement = Tickets;
    type MaxExaminers = ConstU32<MAX_EXAMINERS>;
    type WeightInfo = crate::weights::pallet_waggle_examinations::WeightInfo<Runtime>;
}
