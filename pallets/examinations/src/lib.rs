//! # Examinations
//!
//! Who may examine rounds, and what that may cost the treasury. What a swarm says of itself cannot
//! tell when most of it errs alike; a question whose right answer somebody knows can.
//!
//! ## Terms
//! * **Examination**: a round whose client sealed the right answer with its prompt, see
//!   [`waggle_primitives::examination`]. All other clients submit random bytes in its place.
//! * **Truth**: the right answer. **Salt**: 32 secret bytes, without which the truth could be
//!   guessed from its seal.
//! * **Examiner**: an account that governance trusts to know right answers in a domain. It tells
//!   truth and salt when a round of that domain has been settled, and before its result is pruned:
//!   it *reveals* them. Who is to examine several domains is appointed for each.
//! * **Budget**: what the treasury may still pay back for the rounds of one domain that an examiner
//!   reveals.
//!
//! ## Scenarios
//! * Governance appoints an examiner for a domain. From some account that nobody connects with it,
//!   it asks there what it knows the answer to. The swarm answers, grades and is paid as ever. The
//!   examiner reveals: what is known of the agents in the domain learns from the truth, and the
//!   asking account gets back what the round cost it.
//! * The budget or the treasury has less than that: they pay what they have, and agents learn all
//!   the same.
//! * An examiner reveals what was not sealed, or too late: it pays the fee, and nothing changes.
//!   So it goes if the round is of another domain.
//! * Governance dismisses an examiner. What it sealed and has not revealed stays sealed.
//!
//! ## Properties
//! * Before it is revealed, an examination cannot be told from other rounds by what is on chain.
//! * A round is examined at most once: the seal goes when it is opened.
//! * No more leaves the treasury than the budgets allow, and never its existential deposit.
//! * Examiners are trusted: one that lies about right answers, or asks agents of its own, does the
//!   harm of a lying majority in its domain and spends up to its budget, until it is dismissed.
//!
//! ## Bounds
//! At most `MaxExaminers` examiners, those of all domains together, who leave by `dismiss`. No
//! hooks.
//!
//! ## Out of scope
//! Rounds and what they teach, domains, and the treasury's money, are other pallets', behind
//! `waggle_primitives::traits`. Nobody asks here whether there is a domain: an examiner of one that
//! is not founded yet has nothing to examine.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

#[cfg(any(feature = "runtime-benchmarks", test))]
pub mod benchmarking;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod invariants;
// The macros that make a runtime want public items.
#[cfg(test)]
#[allow(unreachable_pub)]
mod mock;
mod office;
mod revelation;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::WeightInfo;
    use frame_support::{
        dispatch::WithPostDispatchInfo, pallet_prelude::*, traits::StorageVersion,
    };
    use frame_system::pallet_prelude::*;
    use waggle_primitives::{
        examination::MAX_TRUTH_BYTES,
        traits::{ExaminedRounds, Reimbursement},
        DomainId, Hash32, RoundId, MAX_GRADES, MAX_SWARM,
    };

    /// The version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The pallet's parameters.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who appoints and dismisses examiners.
        type Governance: EnsureOrigin<Self::RuntimeOrigin>;

        /// The rounds that are examined.
        type Rounds: ExaminedRounds<Self::AccountId>;

        /// Who pays clients back, in the chain's smallest unit.
        type Reimbursement: Reimbursement<Self::AccountId>;

        /// Examiners at most, those of all domains together. At least 1.
        #[pallet::constant]
        type MaxExaminers: Get<u32>;

        /// What the calls cost.
        type WeightInfo: WeightInfo;
    }

    /// The examiners of each domain, and what is left of their budgets, in the chain's smallest
    /// unit. Written by `appoint` and `reveal`, removed by `dismiss`.
    #[pallet::storage]
    pub type Examiners<T: Config> =
        CountedStorageMap<_, Blake2_128Concat, (DomainId, T::AccountId), u128, OptionQuery>;

    /// What the pallet tells. Amounts in the chain's smallest unit.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Governance appointed an examiner for a domain, or gave it another budget there.
        ExaminerAppointed {
            /// The domain.
            domain: DomainId,
            /// Its account.
            examiner: T::AccountId,
            /// What the treasury may pay back for it from now on.
            budget: u128,
        },
        /// Governance dismissed an examiner of a domain.
        ExaminerDismissed {
            /// The domain.
            domain: DomainId,
            /// Its account.
            examiner: T::AccountId,
            /// What was left of its budget.
            left: u128,
        },
        /// An examiner told the right answer to a round's question. The ratings pallet's events say
        /// what that changed.
        Examined {
            /// The round.
            round: RoundId,
            /// How many answers were right.
            right: u32,
            /// How many agents opened their answers.
            agents: u32,
            /// What the treasury paid the round's client back.
            reimbursed: u128,
        },
    }

    /// Why a call was refused. Nothing changed.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is no examiner of the domain. A round of which nothing is kept counts as the
        /// general domain's.
        NotExaminer,
        /// There are as many examiners as there may be: dismiss one first.
        TooManyExaminers,
        /// The round was not judged: it is not over yet, was cancelled, never was, or its result
        /// has been pruned.
        NoResult,
        /// Nothing is sealed for the round: it has been examined, or it began when the chain knew
        /// of no examinations.
        NothingSealed,
        /// Truth and salt are not what was sealed, as of every round that is no examination.
        WrongTruth,
        /// Nothing is left of the truth without blanks and punctuation: no answer could equal it.
        EmptyTruth,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxExaminers::get() > 0, "there is room for an examiner");
            let largest = T::BlockWeights::get().get(DispatchClass::Normal).max_extrinsic;
            let reveal = T::WeightInfo::reveal(MAX_SWARM, MAX_GRADES);
            assert!(
                largest.is_none_or(|largest| reveal.all_lte(largest)),
                "the truth of a large round would never be included"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Appoint an examiner for a domain, or give one another budget there: higher or lower, it
        /// replaces what is left.
        ///
        /// Origin: `Governance`.
        /// * `domain`: the domain whose rounds it may reveal.
        /// * `who`: its account.
        /// * `budget`: what the treasury may pay back for those, in the chain's smallest unit.
        ///
        /// Emits [`Event::ExaminerAppointed`].
        /// Errors: [`Error::TooManyExaminers`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::appoint())]
        pub fn appoint(
            origin: OriginFor<T>,
            domain: DomainId,
            who: T::AccountId,
            budget: u128,
        ) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_appoint(domain, who, budget)
        }

        /// Dismiss an examiner of a domain. It stays one of the others for which it was appointed.
        ///
        /// Origin: `Governance`.
        /// * `domain`: the domain.
        /// * `who`: its account.
        ///
        /// Emits [`Event::ExaminerDismissed`].
        /// Errors: [`Error::NotExaminer`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::dismiss())]
        pub fn dismiss(
            origin: OriginFor<T>,
            domain: DomainId,
            who: T::AccountId,
        ) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_dismiss(domain, who)
        }

        /// Tell the right answer to a round's question: what is known of its agents learns from it,
        /// and its client is paid back what the round cost, as far as the caller's budget and the
        /// treasury reach.
        ///
        /// Origin: signed, by an examiner of the round's domain. Free if it was an examination,
        /// else the price of a look at the round.
        /// * `round`: a round that has been settled and whose result is kept.
        /// * `truth`: the right answer, as it was sealed: at most [`MAX_TRUTH_BYTES`] bytes.
        /// * `salt`: the salt of the seal.
        ///
        /// Emits [`Event::Examined`].
        /// Errors: [`Error::NotExaminer`], [`Error::NoResult`], [`Error::NothingSealed`],
        /// [`Error::WrongTruth`], [`Error::EmptyTruth`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::reveal(MAX_SWARM, MAX_GRADES))]
        pub fn reveal(
            origin: OriginFor<T>,
            round: RoundId,
            truth: BoundedVec<u8, ConstU32<MAX_TRUTH_BYTES>>,
            salt: Hash32,
        ) -> DispatchResultWithPostInfo {
            let examiner = ensure_signed(origin)?;
            let looked = T::WeightInfo::reveal(0, 0);
            let spent = Self::do_reveal(examiner, round, &truth, &salt)
                .map_err(|error| error.with_weight(looked))?;
            Ok((Some(spent), Pays::No).into())
        }
    }
}
