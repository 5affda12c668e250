//! Audits: when evidence speaks against a member, and what follows. What the statistics find with
//! these numbers is in `docs/verification.md`; how many audit what for how much, in
//! [`crate::constants`].

use crate::{
    constants::*, randomness::VrfOutput, slots::SlotDuration, AccountId, Agents, Balances, Domains,
    Runtime,
};
use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32},
    PalletId,
};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;
use waggle_primitives::{
    audit::{
        conduct::ConductBounds, contrast::ContrastRules, distance::DistanceRules,
        replay::ReplayRules, AuditRules,
    },
    Fixed,
};

parameter_types! {
    /// When evidence speaks against a member, or an auditor.
    pub Rules: AuditRules = AuditRules {
        // Epochs of 8 or 12 prompts flag honest members too often: see "Short epochs" on the page.
        contrast: ContrastRules { least_prompts: AUDIT_PROMPTS, ..Default::default() },
        // Gaia's three flag honest members too often: up to 0.3 % of their epochs, twice in a row.
        distance: DistanceRules { least_prompts: AUDIT_PROMPTS, deviations: Fixed::from_u32(5) },
        replay: ReplayRules::default(),
        // Samples show who did not open or grade what it had committed to. Who does not come, or is
        // slow, the rosters see.
        conduct: ConductBounds {
            least_seats: 10,
            timeouts: Perbill::one(),
            slow: Perbill::one(),
            exceptions: Perbill::from_percent(20),
        },
        // Embeddings of one text by one model differ by rounding alone, which is far below.
        far: Fixed::from_rational(5, 100),
    };
    /// What a suspended member loses of its bond.
    pub const Slash: Perbill = SUSPENSION_SLASH;
    /// What the account of all purses is derived from.
    pub const PursesId: PalletId = PalletId(*b"wag/audt");
}

impl pallet_waggle_audits::Config for Runtime {
    type Governance = EnsureRoot<AccountId>;
    type Agents = Agents;
    type Domains = Domains;
    type Bonds = Agents;
    type Currency = Balances;
    type BlockRandomness = VrfOutput;
    type DrawBlocks = ConstU32<DRAW_BLOCKS>;
    type Rules = Rules;
    type CommitteeSize = ConstU32<AUDIT_COMMITTEE>;
    type PayForFinding = ConstU128<PAY_FOR_FINDING>;
    type SuspensionSlash = Slash;
    type PursesId = PursesId;
    type MaxAudited = ConstU32<MAX_AUDITED>;
    type SlotDuration = SlotDuration<Runtime>;
    type WeightInfo = crate::weights::pallet_waggle_audits::WeightInfo<Runtime>;
}
