//! # Audits
//!
//! Does a member of a domain run what it claims? Rounds that were judged are sampled; auditors
//! drawn by lot say what they find in the answers, under seal; the chain takes their medians, adds
//! up over an epoch what they say of each member, and suspends whoever is flagged twice in a row.
//! What is found, and how surely, is in `docs/verification.md`.
//!
//! ## Terms
//! * **Terms**: that a domain is audited, and with which sentence model. Governance says so.
//! * **Epoch**: that of domains, for which claims hold.
//! * **Sample**: a round of an epoch whose answers are kept. Which rounds are, follows from seeds
//!   that nobody knows before the answers are open.
//! * **Auditor**: an agent that *offers* to audit a domain. The **committee** of an epoch's samples
//!   is drawn among those by lot, when the epoch is over.
//! * **Findings**: what an auditor says of the answers of a sample: where they lie, and how likely
//!   their tokens are.
//! * **Standing**: what the last epoch that was judged said of a member.
//! * **Purse**: what anybody gave to pay a domain's auditors with.
//!
//! ## Scenarios
//! * An epoch is over. Some blocks draw a committee, among offers that stay as they are meanwhile.
//!   In the first half of the next epoch its members examine all samples and commit the seals of
//!   what they find; in the third quarter they open them, sample by sample; in the last one the
//!   chain judges, a sample at a time, as blocks have room.
//! * Fewer than five auditors offer, the epoch has no samples, or blocks had no room for so long
//!   that auditors would have too little time: the epoch is passed over, and nobody is flagged or
//!   cleared.
//! * An auditor does not open, or is far from the medians: for that sample it is not paid. If it is
//!   so in more than half of them, its offer is gone.
//! * An epoch says too little of a member: what it says goes on into the next one.
//! * A member is flagged by the same kind of evidence twice in a row, also if it has left
//!   meanwhile: it is suspended, and a part of its bond goes to the treasury. Governance may lift
//!   that. Else it comes back by leaving the domain and joining it anew, as a newcomer.
//!
//! ## Properties
//! * No minority of those who say something of an answer moves what is said beyond what honest
//!   auditors said; and none of a committee says anything where all others say nothing.
//! * Nothing is a pass or a flag that is absent: no result, no kin, too few prompts.
//! * No seat, weight or pay of rounds depends on who is an auditor.
//! * Total issuance never changes. The purses' account has what the purses have, or more.
//!
//! ## Bounds
//! At most `MaxAudited` domains are audited, each with [`MAX_SAMPLES`] samples of an epoch, of
//! [`MAX_SAMPLE_ANSWERS`] answers each, and a committee of [`MAX_COMMITTEE`]. The hook does one
//! step after the other under the block's meter. Offers and standings are paid for with agents'
//! bonds.
//!
//! ## Out of scope
//! How embeddings and likelihoods are computed (the worker), what the statistics are
//! (`waggle_primitives::audit`), and questions asked to have something to sample: that is what
//! examiners do, whose rounds nobody can tell from others.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

mod admission;
pub mod api;
#[cfg(any(feature = "runtime-benchmarks", test))]
pub mod benchmarking;
mod committee;
pub mod hook;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
mod judging;
mod leaving;
// The macros that make a runtime want public items.
#[cfg(test)]
#[allow(unreachable_pub)]
mod mock;
mod offers;
mod purses;
mod refusal;
mod sampling;
mod suspension;
#[cfg(test)]
mod tests;
mod types;
mod views;
pub mod weights;
mod work;

pub use pallet::*;
pub use refusal::Refusal;
pub use types::{
    AuditTerms, Auditor, Sample, SampledAnswer, Sampling, Standing, Work, KINDS_OF_EVIDENCE,
    MAX_COMMITTEE,
};
#[cfg(doc)]
use waggle_primitives::audit::sample::{MAX_SAMPLES, MAX_SAMPLE_ANSWERS};
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::waggle-audits";

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::{hook, types::*, WeightInfo};
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::{fungible, StorageVersion},
        PalletId,
    };
    use frame_system::{
        ensure_authorized, offchain::CreateAuthorizedTransaction, pallet_prelude::*,
    };
    use sp_runtime::Perbill;
    use waggle_primitives::{
        audit::{
            act::Seals, sample::Findings, standing::Evidence, AuditRules, SignedAuditAct, Tally,
        },
        claim::Epoch,
        lots::Draw,
        traits::{AgentRegistry, AuditedDomains, BlockRandomness, Bonds},
        AgentKey, DomainId,
    };

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<Hash = sp_core::H256, RuntimeEvent: From<Event<Self>>>
        + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Who says which domains are audited, and lifts suspensions.
        type Governance: EnsureOrigin<Self::RuntimeOrigin>;

        /// Who is an agent.
        type Agents: AgentRegistry<Self::AccountId>;

        /// Which domains there are, what their members claim, and who is suspended.
        type Domains: AuditedDomains<Self::AccountId>;

        /// Whose bonds are slashed.
        type Bonds: Bonds<Self::AccountId>;

        /// The currency of purses.
        type Currency: fungible::Mutate<Self::AccountId, Balance = u128>;

        /// What committees are drawn with.
        type BlockRandomness: BlockRandomness;

        /// How many blocks draw a committee.
        #[pallet::constant]
        type DrawBlocks: Get<u32>;

        /// When evidence speaks against somebody.
        #[pallet::constant]
        type Rules: Get<AuditRules>;

        /// How many auditors work on a domain's samples: 5 to [`MAX_COMMITTEE`].
        #[pallet::constant]
        type CommitteeSize: Get<u32>;

        /// What an auditor is paid for each answer of which it said what the median says, in the
        /// chain's smallest unit, as far as the purse reaches.
        #[pallet::constant]
        type PayForFinding: Get<u128>;

        /// The part of its bond that a member loses that is suspended.
        #[pallet::constant]
        type SuspensionSlash: Get<Perbill>;

        /// What the account of all purses is derived from.
        #[pallet::constant]
        type PursesId: Get<PalletId>;

        /// How many domains may be audited. At least 1.
        #[pallet::constant]
        type MaxAudited: Get<u32>;

        /// Slot duration in milliseconds: what the hook reckons its times from.
        type SlotDuration: Get<u64>;

        /// What the work costs.
        type WeightInfo: WeightInfo;
    }

    /// The domains that are audited, and how. At most `MaxAudited`.
    #[pallet::storage]
    pub type Audited<T: Config> = CountedStorageMap<_, Twox64Concat, DomainId, AuditTerms>;

    /// How many agents offer to audit each domain.
    #[pallet::storage]
    pub type Offers<T: Config> = StorageMap<_, Twox64Concat, DomainId, u32, ValueQuery>;

    /// Who offers to audit each domain, by number, without gaps.
    #[pallet::storage]
    pub type Auditors<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Twox64Concat, u32, T::AccountId>;

    /// The number of each owner's offer. Mirrors [`Auditors`].
    #[pallet::storage]
    pub type OfferOf<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, T::AccountId, u32>;

    /// The draws of committees that are under way. Meanwhile nobody offers, and no offer is taken
    /// back: whoever knows what will be drawn could choose who is drawn by it.
    #[pallet::storage]
    pub type Draws<T: Config> = StorageMap<_, Twox64Concat, DomainId, Draw>;

    /// What is there to pay each domain's auditors with, without the existential deposit that each
    /// purse keeps. Never removed.
    #[pallet::storage]
    pub type Purses<T: Config> = StorageMap<_, Twox64Concat, DomainId, u128>;

    /// How far the sampling of each audited domain is.
    #[pallet::storage]
    pub type Samplings<T: Config> = StorageMap<_, Twox64Concat, DomainId, Sampling>;

    /// The samples of each domain, of the epoch that is sampled and of the one that is audited, by
    /// number. Removed when they were judged.
    #[pallet::storage]
    pub type Samples<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        (DomainId, Epoch),
        Twox64Concat,
        u32,
        Sample<T::AccountId>,
    >;

    /// The work on each domain's samples. Removed when they were judged.
    #[pallet::storage]
    pub type Works<T: Config> = StorageMap<_, Twox64Concat, DomainId, Work<T::AccountId>>;

    /// What auditors at work have committed: the seals that they have not opened.
    #[pallet::storage]
    pub type Committed<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, AgentKey, Seals>;

    /// What auditors at work have opened, by domain and sample.
    #[pallet::storage]
    pub type Opened<T: Config> =
        StorageDoubleMap<_, Twox64Concat, (DomainId, u32), Blake2_128Concat, AgentKey, Findings>;

    /// What the samples that were judged say of each member, while the others are not yet.
    #[pallet::storage]
    pub type Tallies<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, T::AccountId, Tally>;

    /// What the last epoch that was judged said of each member. Removed when the member has left
    /// and answers for nothing any more.
    #[pallet::storage]
    pub type Standings<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Blake2_128Concat, T::AccountId, Standing>;

    /// Who left each domain, by the epoch that was sampled then. Removed some blocks after the work
    /// on its samples is over.
    #[pallet::storage]
    pub type Leavers<T: Config> =
        StorageDoubleMap<_, Twox64Concat, (DomainId, Epoch), Blake2_128Concat, T::AccountId, ()>;

    /// The epochs whose samples are done with and whose leavers are not all forgotten.
    #[pallet::storage]
    pub type Settled<T: Config> =
        StorageDoubleMap<_, Twox64Concat, DomainId, Twox64Concat, Epoch, ()>;

    /// What the pallet tells.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Governance said how a domain is audited from now on, or that it is not.
        TermsSet {
            /// The domain.
            domain: DomainId,
            /// How. `None`: it is audited no more.
            terms: Option<AuditTerms>,
        },
        /// An agent offers to audit a domain.
        Offered {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
        },
        /// An agent does not offer any more to audit a domain.
        OfferEnded {
            /// The domain.
            domain: DomainId,
            /// The agent's owner.
            owner: T::AccountId,
            /// Whether that is because it failed in more than half of an epoch's samples.
            failed: bool,
        },
        /// Somebody put money into a domain's purse.
        PurseFunded {
            /// The domain.
            domain: DomainId,
            /// Who paid.
            funder: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// A committee was drawn for the samples of an epoch.
        CommitteeDrawn {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// How many samples there are.
            samples: u32,
            /// Who is on it.
            auditors: Vec<T::AccountId>,
        },
        /// The samples of an epoch are not audited: there are none, or too few auditors, or they
        /// would have too little time.
        EpochPassedOver {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// How many samples there were.
            samples: u32,
            /// How many agents offered to audit it.
            auditors: u32,
        },
        /// An auditor committed what it found.
        FindingsCommitted {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// The auditor.
            agent: AgentKey,
        },
        /// An auditor opened what it found in a sample.
        FindingsOpened {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// The number of the sample.
            sample: u32,
            /// The auditor.
            agent: AgentKey,
        },
        /// A sample was judged.
        SampleJudged {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// The number of the sample.
            sample: u32,
            /// How many auditors had opened what they found.
            auditors: u32,
        },
        /// An auditor was paid for what it found in an epoch's samples.
        AuditorPaid {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// The auditor's owner.
            owner: T::AccountId,
            /// How much.
            amount: u128,
        },
        /// An epoch's evidence speaks against a member.
        MemberFlagged {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// The member's owner.
            owner: T::AccountId,
            /// Which evidence.
            evidence: Evidence,
            /// How many times in a row.
            in_a_row: u32,
        },
        /// A member was suspended from a domain.
        MemberSuspended {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
            /// The member's owner.
            owner: T::AccountId,
            /// Which evidence.
            evidence: Evidence,
            /// What of its bond went to the treasury.
            slashed: u128,
        },
        /// All members of which an epoch's samples say something were judged.
        EpochJudged {
            /// The domain.
            domain: DomainId,
            /// The epoch.
            epoch: Epoch,
        },
        /// Governance lifted a suspension. What was slashed stays slashed.
        SuspensionLifted {
            /// The domain.
            domain: DomainId,
            /// The member's owner.
            owner: T::AccountId,
        },
    }

    /// Why a call was refused. Nothing changed.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no domain of this number.
        NoSuchDomain,
        /// Embeddings have 1 to 1 024 dimensions.
        InvalidTerms,
        /// As many domains are audited as may be.
        TooManyAudited,
        /// The domain is not audited.
        NotAudited,
        /// The account owns no agent that may enter rounds.
        NotAnAgent,
        /// The caller's agent offers this already.
        AlreadyOffered,
        /// The caller's agent does not offer this.
        NotOffered,
        /// A committee is being drawn, for some blocks: offers neither come nor go meanwhile.
        DrawUnderWay,
        /// A purse takes no less than the existential deposit at once.
        TooLittle,
        /// The account's balance does not cover the amount and the existential deposit.
        FundingUnaffordable,
        /// The member is not suspended.
        NotSuspended,
        /// The samples of this epoch are not audited now.
        NoSuchWork,
        /// The agent is not on the committee.
        NotOnCommittee,
        /// This is not the time for the act: too early or too late.
        WrongStage,
        /// The auditor has done that already.
        AlreadyDone,
        /// There are as many seals as samples.
        WrongLength,
        /// Nothing was sealed for this sample.
        NothingSealed,
        /// The findings are not what was sealed, not as many as the sample has answers, or of other
        /// dimensions than the domain's model.
        WrongFindings,
        /// The signature is not the agent's over this act in this scope.
        BadSignature,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Draws committees and judges samples, as far as the block has room.
        fn on_idle(_: BlockNumberFor<T>, room: Weight) -> Weight {
            Self::work_off(room)
        }

        fn offchain_worker(block_number: BlockNumberFor<T>) {
            hook::run::<T>(block_number);
        }

        fn integrity_test() {
            let size = T::CommitteeSize::get();
            assert!((5..=MAX_COMMITTEE).contains(&size), "a committee has 5 to 15 members");
            assert!(T::MaxAudited::get() >= 1, "somebody is audited");
            let fits = Self::dearest_step().all_lte(Self::share_of_block());
            assert!(fits, "each step of the hook fits into its part of a block");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    /// What is audited from the beginning.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The domains and their terms. At most `MaxAudited`.
        pub audited: Vec<(DomainId, AuditTerms)>,
        /// The runtime.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (domain, terms) in &self.audited {
                assert!(terms.is_valid(), "audits.audited: dimensions are 1 to 1024");
                Audited::<T>::insert(domain, terms);
            }
            assert!(Audited::<T>::count() <= T::MaxAudited::get(), "audits.audited: too many");
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Have a domain audited from now on, or with `None` no more: work that is under way is
        /// ended and nothing comes of it. Where it is audited already, work that is under way goes
        /// on by the terms with which it began.
        ///
        /// Origin: `Governance`.
        ///
        /// Emits [`Event::TermsSet`].
        /// Errors: [`Error::NoSuchDomain`], [`Error::InvalidTerms`], [`Error::TooManyAudited`],
        /// [`Error::NotAudited`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_terms())]
        pub fn set_terms(
            origin: OriginFor<T>,
            domain: DomainId,
            terms: Option<AuditTerms>,
        ) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_set_terms(domain, terms)
        }

        /// Offer the caller's agent as an auditor of a domain. It need not be a member. Its node
        /// must have a worker with the domain's sentence model.
        ///
        /// Origin: signed, by the agent's owner.
        ///
        /// Emits [`Event::Offered`].
        /// Errors: [`Error::NotAudited`], [`Error::NotAnAgent`], [`Error::AlreadyOffered`],
        /// [`Error::DrawUnderWay`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::offer())]
        pub fn offer(origin: OriginFor<T>, domain: DomainId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_offer(domain, owner)
        }

        /// Take the offer back. Work that is under way goes on.
        ///
        /// Origin: signed, by the agent's owner.
        ///
        /// Emits [`Event::OfferEnded`].
        /// Errors: [`Error::NotOffered`], [`Error::DrawUnderWay`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::withdraw_offer())]
        pub fn withdraw_offer(origin: OriginFor<T>, domain: DomainId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_withdraw_offer(domain, owner)
        }

        /// Put money into a domain's purse. It does not come back.
        ///
        /// Origin: signed, by anybody.
        /// * `amount`: at least the existential deposit, and twice that for the first time.
        ///
        /// Emits [`Event::PurseFunded`].
        /// Errors: [`Error::NotAudited`], [`Error::TooLittle`], [`Error::FundingUnaffordable`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::fund())]
        pub fn fund(origin: OriginFor<T>, domain: DomainId, amount: u128) -> DispatchResult {
            let funder = ensure_signed(origin)?;
            Self::do_fund(domain, funder, amount)
        }

        /// Lift a member's suspension. Its rows of flags begin anew; what was slashed stays so.
        ///
        /// Origin: `Governance`.
        ///
        /// Emits [`Event::SuspensionLifted`].
        /// Errors: [`Error::NotSuspended`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::lift())]
        pub fn lift(origin: OriginFor<T>, domain: DomainId, owner: T::AccountId) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_lift(domain, owner)
        }

        /// One move of an auditor, with its signature.
        ///
        /// Origin: authorised: the act was checked, signature included, when the transaction was
        /// validated. No account signs it, so it costs no fee; from an account it fails, and costs
        /// one.
        ///
        /// Emits [`Event::FindingsCommitted`] or [`Event::FindingsOpened`].
        /// Errors: from [`Error::NoSuchWork`] to [`Error::BadSignature`].
        #[pallet::call_index(5)]
        #[pallet::weight(Pallet::<T>::weight_of(signed))]
        #[pallet::authorize(Self::authorize)]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize(signed.encoded_size() as u32))]
        pub fn audit(origin: OriginFor<T>, signed: SignedAuditAct) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_audit(&signed)
        }
    }
}
