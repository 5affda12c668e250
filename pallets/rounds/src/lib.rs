//! # Rounds
//!
//! A client asks a prompt; a swarm of agents answers it, grades each other's answers blindly, and
//! the chain picks, pays and remembers. This pallet is the state machine of one such *round*, from
//! submission to settlement or cancellation, and the door through which agents act.
//!
//! - **Nobody copies.** All is sealed, then opened; who grades whom is drawn after all answers.
//! - **Nobody grabs.** Where a domain has more members than a round *seats*, lots are drawn.
//! - **Fast.** A phase ends in the block of its last expected act; deadlines are for the absent.
//! - **Acts, not transactions.** A signature inside, no fee, no nonce, the same on any carrier.
//! - **Bounded.** Every loop, map and hook has a limit; hooks work under a weight meter.
//! - **Not here.** Other pallets' affairs, behind `waggle_primitives::traits`; arithmetic, in
//!   `waggle_primitives`; a node's work, in `hook`. Words are explained in [`types`].
//!
//! ## Properties
//! - **Liveness.** Each running round is on the agenda once; it skips no block; anyone may `poke`.
//! - **One step at most.** However late a due round is, the next phase has its full time.
//! - **Once.** A member makes each move, and an owner enters a round, at most once, with any key.
//! - **Conservation.** Money is on hold until the end; then it is released, paid or forfeited.
//! - **Nothing left** but result, candidates and what was sealed, for `ResultRetention` blocks.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

mod acts;
mod admission;
mod agenda;
pub mod api;
#[cfg(any(feature = "runtime-benchmarks", test))]
pub mod benchmarking;
mod candidates;
mod clients;
mod constants;
mod costs;
mod duties;
mod ending;
mod examined;
pub mod hook;
mod members;
pub mod migrations;
mod moves;
mod newcomers;
mod phases;
mod places;
mod pool;
pub mod refusal;
mod scope;
mod seats;
mod seed;
mod submission;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
mod views;
pub mod weights;
mod withdrawal;

#[cfg(test)]
#[allow(unreachable_pub)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use refusal::Refusal;
pub use types::BlockNumberOf;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::waggle-rounds";

// The macro writes code that expects.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use crate::types::{Member, *};
    use frame_support::{dispatch::WithPostDispatchInfo, pallet_prelude::*, weights::WeightMeter};
    use frame_system::{
        ensure_authorized, offchain::CreateAuthorizedTransaction, pallet_prelude::*,
    };
    use sp_runtime::traits::SaturatedConversion;
    use waggle_primitives::{
        act::ActKind,
        attendance::LearningRules,
        lots::Draw,
        price::AskingPrices,
        rewards::PaymentRules,
        traits::{AgentRegistry, BlockRandomness, Domains, Ratings, SampledRounds, Ticketing},
        AgentIndex, AgentKey, CancelReason, DomainId, Fixed, Grade, Hash32, Phase, RoundId,
        RoundTerms, SignedAct, MAX_BATCH, MAX_PROMPT_BYTES,
    };

    /// The layout of this pallet's storage.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(4);

    /// See the crate's documentation.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime decides. The hash has 32 bytes: agents sign the hash of the genesis block.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<Hash = sp_core::H256> + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Who is an agent.
        type AgentRegistry: AgentRegistry<Self::AccountId>;
        /// Which domains there are, and who may answer in them.
        type Domains: Domains<Self::AccountId>;
        /// Who holds and pays the money, in the chain's smallest unit.
        type Ticketing: Ticketing<Self::AccountId, Balance = u128>;
        /// Who remembers what is known of agents, and by which rule rounds are judged.
        type Ratings: Ratings<Self::AccountId>;
        /// Who has some of the rounds audited.
        type Audits: SampledRounds<Self::AccountId>;

        /// Where the seed of the assignment comes from.
        type BlockRandomness: BlockRandomness;

        /// Who gets which part of the reward and of forfeited tickets.
        #[pallet::constant]
        type PaymentRules: Get<PaymentRules>;

        /// What asking costs besides the reward.
        #[pallet::constant]
        type AskingPrices: Get<AskingPrices>;

        /// Which rounds change what is known of agents, and are worth coming to.
        #[pallet::constant]
        type LearningRules: Get<LearningRules>;

        /// How many blocks draw seats, where agents are more. 0: whoever comes first has a seat.
        #[pallet::constant]
        type DrawBlocks: Get<u32>;

        /// Shortest time for answers that a client may ask for, in blocks. At least 1.
        #[pallet::constant]
        type MinAnsweringBlocks: Get<u32>;
        /// Longest time for answers that a client may ask for, in blocks.
        #[pallet::constant]
        type MaxAnsweringBlocks: Get<u32>;

        /// Time to open answers, in blocks after the one in which answering ended. At least 1.
        #[pallet::constant]
        type OpeningAnswersBlocks: Get<u32>;
        /// Time to grade, in blocks after the one in which opening ended. At least 1.
        #[pallet::constant]
        type GradingBlocks: Get<u32>;
        /// Time to open grades, in blocks after the one in which grading ended. At least 1.
        #[pallet::constant]
        type OpeningGradesBlocks: Get<u32>;

        /// How long results stay in state, in blocks after the end of the round. At least 1.
        #[pallet::constant]
        type ResultRetention: Get<u32>;

        /// Most rounds that may run at once: bounds what [`Pallet::duties`] looks at.
        #[pallet::constant]
        type MaxOpenRounds: Get<u32>;
        /// Most rounds of one client that may run at once: no account stops others. At least 1.
        #[pallet::constant]
        type MaxOpenRoundsPerClient: Get<u32>;

        /// Slot duration in milliseconds: shown to clients only.
        type SlotDuration: Get<u64>;

        /// What the work costs.
        type WeightInfo: WeightInfo;
    }

    /// The id of the next round: how many have been submitted so far.
    #[pallet::storage]
    pub type NextRound<T: Config> = StorageValue<_, RoundId, ValueQuery>;

    /// The first round whose acts and seals are bound to what it is about, not to the chain alone.
    #[pallet::storage]
    pub type BoundFrom<T: Config> = StorageValue<_, RoundId, ValueQuery>;

    /// The running rounds, at most `MaxOpenRounds`. Removed when the round ends.
    #[pallet::storage]
    pub type Rounds<T: Config> =
        CountedStorageMap<_, Twox64Concat, RoundId, RoundRecord<T::AccountId>>;

    /// The draws of seats that are under way.
    #[pallet::storage]
    pub type Draws<T: Config> =
        StorageValue<_, BoundedVec<(RoundId, Draw), T::MaxOpenRounds>, ValueQuery>;

    /// The rounds whose roll is to be called, and how many names of it are left.
    #[pallet::storage]
    pub type Rolls<T: Config> = StorageMap<_, Twox64Concat, RoundId, u32>;

    /// How many of [`Rounds`] each client has. Clients without one have no entry.
    #[pallet::storage]
    pub type OpenRoundsOf<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The prompts of running rounds. Removed when the round ends.
    #[pallet::storage]
    pub type Prompts<T: Config> = StorageMap<_, Twox64Concat, RoundId, Prompt>;

    /// What each client sealed, random bytes or a truth, until that is told or the result goes.
    #[pallet::storage]
    pub type SealedTruths<T: Config> = StorageMap<_, Twox64Concat, RoundId, Hash32>;

    /// The members of running rounds, by index. Removed when the round ends.
    #[pallet::storage]
    pub type Members<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundId, Twox64Concat, AgentIndex, Member<T::AccountId>>;

    /// The member that entered with this agent key. Mirrors [`Members`].
    #[pallet::storage]
    pub type MemberByKey<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundId, Blake2_128Concat, AgentKey, AgentIndex>;

    /// The member of this owner, who enters a round once, with any key. Mirrors [`Members`].
    #[pallet::storage]
    pub type MemberByOwner<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundId, Blake2_128Concat, T::AccountId, AgentIndex>;

    /// The answers' ciphertexts, by index, until the round ends. [`Members`] has the opened keys.
    #[pallet::storage]
    pub type SealedAnswers<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundId, Twox64Concat, AgentIndex, Answer>;

    /// What the opened answers of a running round come to. Removed when the round ends.
    #[pallet::storage]
    pub type FinalAnswers<T: Config> =
        StorageMap<_, Twox64Concat, RoundId, FinalAnswerKeys, ValueQuery>;

    /// The sealed grades, by index, until they are opened or the round ends.
    #[pallet::storage]
    pub type SealedGrades<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundId, Twox64Concat, AgentIndex, GradesCiphertext>;

    /// The opened, well-formed grades, by index, in the order assigned, until the round ends.
    #[pallet::storage]
    pub type OpenedGrades<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundId, Twox64Concat, AgentIndex, Grades>;

    /// The rounds due in a block, the one after their deadline. Each running round is in it once.
    #[pallet::storage]
    pub type Agenda<T: Config> = StorageDoubleMap<_, Twox64Concat, u32, Twox64Concat, RoundId, ()>;
    /// The oldest block of [`Agenda`] that has not been worked off: nothing stands in an older one.
    #[pallet::storage]
    pub type AgendaCursor<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// The results of ended rounds, for `ResultRetention` blocks.
    #[pallet::storage]
    pub type Results<T: Config> = StorageMap<_, Twox64Concat, RoundId, RoundResult<T::AccountId>>;

    /// Which answers of ended rounds were equal, as long as [`Results`]. Nothing if none is open.
    #[pallet::storage]
    pub type Candidacies<T: Config> =
        StorageMap<_, Twox64Concat, RoundId, CandidateNumbers, ValueQuery>;
    /// What the candidates of judged rounds come to, as long as [`Results`].
    #[pallet::storage]
    pub type CandidateKeys<T: Config> =
        StorageMap<_, Twox64Concat, RoundId, KeysByCandidate, ValueQuery>;
    /// The domains of ended rounds, as long as [`Results`]. Nothing of the general one's.
    #[pallet::storage]
    pub type AskedIn<T: Config> = StorageMap<_, Twox64Concat, RoundId, DomainId, ValueQuery>;
    /// What answers had to score in ended rounds, as long as [`Results`]. Nothing if any would do.
    #[pallet::storage]
    pub type MinScores<T: Config> = StorageMap<_, Twox64Concat, RoundId, Grade, ValueQuery>;

    /// The results that are to be removed in a block. Each result is in it exactly once.
    #[pallet::storage]
    pub type Expiries<T: Config> =
        StorageDoubleMap<_, Twox64Concat, u32, Twox64Concat, RoundId, ()>;
    /// The oldest block of [`Expiries`] that has not been worked off.
    #[pallet::storage]
    pub type ExpiryCursor<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A client asked.
        Submitted {
            /// The new round.
            round: RoundId,
            /// Who asked and pays.
            client: T::AccountId,
            /// The domain whose members may answer.
            domain: DomainId,
            /// The reward, now on hold on the client's account.
            reward: u128,
            /// What it paid for asking, which stays paid.
            fee: u128,
            /// What a ticket costs in this round.
            ticket: u128,
            /// Blake2b-256 of the prompt.
            prompt_hash: Hash32,
            /// Last block for answers, until [`Event::SeatsDrawn`] tells another.
            deadline: u32,
        },
        /// The seats of a round were drawn: the time for answers begins.
        SeatsDrawn {
            /// The round.
            round: RoundId,
            /// How many agents they were drawn among.
            members: u32,
            /// What the lots follow from.
            seed: Hash32,
            /// Last block in which answers may be committed.
            deadline: u32,
        },
        /// An agent entered a round; the ticket is on hold on its owner's account.
        AnswerCommitted {
            /// The round.
            round: RoundId,
            /// The agent's index in this round.
            index: AgentIndex,
            /// The agent's owner.
            owner: T::AccountId,
            /// The agent key.
            agent: AgentKey,
        },
        /// An agent opened its answer.
        AnswerOpened {
            /// The round.
            round: RoundId,
            /// The agent's index.
            index: AgentIndex,
        },
        /// An agent committed its grades.
        GradesCommitted {
            /// The round.
            round: RoundId,
            /// The agent's index.
            index: AgentIndex,
        },
        /// An agent opened its grades, and they were well-formed.
        GradesOpened {
            /// The round.
            round: RoundId,
            /// The agent's index.
            index: AgentIndex,
        },
        /// An agent opened what is no list of grades: they count as not opened.
        GradesMalformed {
            /// The round.
            round: RoundId,
            /// The agent's index. It forfeits its ticket at the end.
            index: AgentIndex,
        },
        /// A phase ended and the next began: answering again, for all, if too few with a seat came.
        PhaseChanged {
            /// The round.
            round: RoundId,
            /// The phase that began.
            phase: Phase,
            /// Last block in which its acts are accepted.
            deadline: u32,
        },
        /// A round ended with a winner, and everybody was paid.
        Settled {
            /// The round.
            round: RoundId,
            /// The winner's index.
            index: AgentIndex,
            /// The winner's owner.
            winner: T::AccountId,
            /// The score of the winning answer.
            score: Fixed,
            /// What the winner was paid beyond its ticket.
            paid: u128,
            /// What of the reward went back to the client.
            returned: u128,
            /// What went to the treasury.
            treasury: u128,
        },
        /// A round ended, everybody was paid, and no answer was good enough for the client.
        NobodyWon {
            /// The round.
            round: RoundId,
            /// The index of whoever came nearest.
            best: AgentIndex,
            /// The score of its answer, below the client's `min_score`.
            score: Fixed,
            /// What of the reward went back to the client.
            returned: u128,
            /// What went to the treasury.
            treasury: u128,
        },
        /// A round ended without an answer: whoever kept its word has its money back.
        Cancelled {
            /// The round.
            round: RoundId,
            /// Why.
            reason: CancelReason,
            /// Forfeited tickets, now the treasury's.
            treasury: u128,
        },
        /// A result was removed from state.
        ResultPruned {
            /// The round.
            round: RoundId,
        },
        /// An act in a batch was refused; the others went on.
        ActRefused {
            /// The agent key that signed it.
            agent: AgentKey,
            /// The act's round.
            round: RoundId,
            /// Which move it was.
            kind: ActKind,
            /// Why.
            error: DispatchError,
        },
    }

    /// Why a call failed. Those of acts are also reasons for the pool: see [`Refusal`].
    #[pallet::error]
    pub enum Error<T> {
        /// The prompt is empty. The client's fault.
        EmptyPrompt,
        /// There is no domain of this number. The client's fault.
        NoSuchDomain,
        /// Not within `MinAnsweringBlocks..=MaxAnsweringBlocks`. The client's fault.
        AnsweringTimeOutOfBounds,
        /// Not `MIN_SWARM <= min_agents <= max_agents <= MAX_SWARM`. The client's fault.
        SwarmOutOfBounds,
        /// The reward is below the minimum. The client's fault.
        RewardTooSmall,
        /// `MaxOpenRounds` rounds are running. Try again when one has ended.
        TooManyOpenRounds,
        /// `MaxOpenRoundsPerClient` rounds of this client are running. Try again when one ends.
        TooManyRoundsOfClient,
        /// Room costs more than the reward: so many rounds run. Offer more, or try again later.
        TooCrowded,
        /// The round's deadline has not passed: there is nothing to do for it.
        NotDue,
        /// The caller is not the round's client.
        NotTheClient,
        /// An agent has answered: the question cannot be withdrawn any more.
        HasAnswers,
        /// The agent key is not registered, or its owner has retired.
        UnknownAgent,
        /// The signature is not the agent's over this act on this chain.
        BadSignature,
        /// The round is over, or was never submitted.
        NoSuchRound,
        /// The round has left the act's phase behind.
        WrongPhase,
        /// The act's phase is over: its deadline has passed.
        DeadlinePassed,
        /// The agent, or another key of its owner, has made this move already.
        AlreadyActed,
        /// The agent did not enter this round, and cannot any more.
        NotInRound,
        /// The owner cannot pay the ticket.
        CannotPayTicket,
        /// The key does not open the agent's seal in this round.
        WrongKey,
        /// The sealed grades are not two bytes for each answer to grade.
        WrongLength,
        /// As many agents as the client asked for have committed.
        SwarmFull,
        /// The agent's owner is the round's client.
        OwnRound,
        /// The sealed answer is empty.
        EmptyAnswer,
        /// The agent missed the step before.
        MissedStep,
        /// A batch without acts.
        EmptyBatch,
        /// A batch that holds the same move of the same agent in the same round twice.
        RepeatedAct,
        /// The act's phase, or the round itself, lies ahead.
        TooEarly,
        /// The agent did not join the round's domain before the round was submitted.
        JoinedTooLate,
        /// The ticket is beyond what the owner lets its agent put at stake.
        BeyondLimits,
        /// The agent has no seat: others were drawn, or have a right to those that are left.
        NotDrawn,
        /// The round's seats are drawn, or being drawn: the question cannot be withdrawn now.
        SeatsTaken,
    }

    #[pallet::extra_constants]
    impl<T: Config> Pallet<T> {
        /// Why the pool refuses acts. It says `Custom` and a number, the index of one of these.
        #[pallet::constant_name(Refusals)]
        fn refusals() -> alloc::vec::Vec<Refusal> {
            Refusal::ALL.to_vec()
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Draws seats, moves due rounds on, removes old results, calls rolls, as far as that fits.
        fn on_poll(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
            Self::work_off_what_is_due(now.saturated_into(), meter);
        }

        /// Settles the rounds whose last grades were opened in this block, if it has room.
        fn on_idle(now: BlockNumberFor<T>, room: Weight) -> Weight {
            Self::settle_complete_rounds(now.saturated_into(), room)
        }

        fn offchain_worker(block_number: BlockNumberFor<T>) {
            hook::run::<T>(block_number);
        }

        fn integrity_test() {
            Self::check_constants();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Ask the members of a domain a prompt of 1..=[`MAX_PROMPT_BYTES`] bytes, which is public:
        /// opens a round and holds the reward on the caller's account until it ends. The `terms`
        /// are reward, answering time, size of the swarm and what an answer has to score (0: any
        /// will do); `sealed_truth` is 32 random bytes or, in an examination, the seal of the right
        /// answer. Origin: signed by the client. Emits [`Event::Submitted`]. Errors: from
        /// [`Error::EmptyPrompt`] to [`Error::TooCrowded`]; the tickets pallet's if the client
        /// cannot pay.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::submit(prompt.len() as u32))]
        pub fn submit(
            origin: OriginFor<T>,
            prompt: BoundedVec<u8, ConstU32<MAX_PROMPT_BYTES>>,
            domain: DomainId,
            terms: RoundTerms<u128>,
            sealed_truth: Hash32,
        ) -> DispatchResult {
            let client = ensure_signed(origin)?;
            Self::do_submit(client, prompt, domain, terms, sealed_truth)
        }

        /// One move of an agent: act, agent, signature. Origin: authorised: the act was checked,
        /// signature included, when the transaction was validated. No account signs it, so it costs
        /// no fee; from an account it fails, and costs one. Emits an event from
        /// [`Event::AnswerCommitted`] on, and [`Event::PhaseChanged`] if its phase expects no more.
        /// Errors: those of [`Refusal`]; the registry's and the tickets pallet's for newcomers.
        #[pallet::call_index(1)]
        #[pallet::weight(Pallet::<T>::worst_case_weight(&signed.act))]
        #[pallet::authorize(Self::authorize_act)]
        #[pallet::weight_of_authorize(Pallet::<T>::weight_of_authorisation(&signed.act))]
        pub fn act(origin: OriginFor<T>, signed: SignedAct) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            Ok(Some(Self::do_act(&signed)?).into())
        }

        /// Several acts at once, of one agent or many: 1..=[`MAX_BATCH`] different ones. All must
        /// be admissible, one after the other, when the transaction is validated: no more newcomers
        /// than a round has seats, no more tickets than owners can and may pay. An act that fails
        /// in the block all the same is rolled back alone. Origin: authorised; no fee, as for
        /// [`Pallet::act`]. Emits what its acts emit, and [`Event::ActRefused`] for each one that
        /// failed. Errors: [`Error::EmptyBatch`].
        #[pallet::call_index(2)]
        #[pallet::weight(Pallet::<T>::worst_case_weight_of_batch(acts))]
        #[pallet::authorize(Self::authorize_batch)]
        #[pallet::weight_of_authorize(Pallet::<T>::weight_of_batch_authorisation(acts))]
        pub fn act_batch(
            origin: OriginFor<T>,
            acts: BoundedVec<SignedAct, ConstU32<MAX_BATCH>>,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            Ok(Some(Self::do_act_batch(&acts)?).into())
        }

        /// Move a due round on without waiting for the chain to come to it. Origin: signed by
        /// anyone; free if the round was due, else the price of a look at it. Emits an event from
        /// [`Event::PhaseChanged`] to [`Event::Cancelled`]. Errors: [`Error::NoSuchRound`],
        /// [`Error::NotDue`].
        #[pallet::call_index(3)]
        #[pallet::weight(Pallet::<T>::worst_case_weight_of_poke())]
        pub fn poke(origin: OriginFor<T>, round: RoundId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let looked = T::WeightInfo::poke();
            let spent = Self::do_poke(round).map_err(|error| error.with_weight(looked))?;
            Ok((Some(looked.saturating_add(spent)), Pays::No).into())
        }

        /// Withdraw a question that nobody has answered: the reward comes back, the fee does not.
        /// Origin: signed by the round's client. Emits [`Event::Cancelled`]. Errors:
        /// [`Error::NoSuchRound`], [`Error::NotTheClient`], [`Error::HasAnswers`],
        /// [`Error::SeatsTaken`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::poke().saturating_add(T::WeightInfo::cancel_round(0)))]
        pub fn withdraw(origin: OriginFor<T>, round: RoundId) -> DispatchResult {
            let client = ensure_signed(origin)?;
            Self::do_withdraw(&client, round)
        }
    }
}
