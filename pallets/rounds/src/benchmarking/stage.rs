//! What the benchmarks start from: rounds that were really played up to some point, with swarms of
//! any size.
//!
//! All agent keys are in the node's keystore, because registrations need a proof. Acts are played
//! without signatures, which only the authorisation looks at, and signed where that is what is
//! measured.

use super::setup::Setup;
use crate::{
    places::Places,
    types::{AgentIndices, GradesStatus, Member, RoundRecord},
    BlockNumberOf, Draws, MemberByKey, NextRound, OpenedGrades, Pallet, Rounds,
};
use alloc::{format, vec, vec::Vec};
use codec::Encode;
use core::marker::PhantomData;
use frame_benchmarking::account;
use frame_support::{traits::Get, BoundedVec};
use sp_io::hashing::blake2_256;
use waggle_primitives::{
    act::{SealedAnswer, SealedGrades},
    answering::AnswerRecord,
    assignment::grades_per_agent,
    calibration::Calibration,
    choice::Standing,
    lots::{Draw, Lots, Seats},
    rule::Known,
    seal::{encode_grades, SealContext},
    traits::{Domains, Ratings, RoundOutcome, Ticketing},
    Act, AgentIndex, AgentKey, AgentSignature, Fixed, Grade, Hash32, RoundId, RoundTerms, SealStep,
    SignedAct, AGENT_KEY_TYPE, MAX_PROMPT_BYTES, MAX_RATING_POINTS, MAX_SWARM, MIN_SWARM,
};

/// A round on the stage.
pub(super) struct Stage<T> {
    /// The round.
    pub(super) round: RoundId,
    /// The agents that may play in it.
    agents: Vec<AgentKey>,
    /// How long each answer is, in bytes.
    answer_bytes: u32,
    _runtime: PhantomData<T>,
}

impl<T: Setup> Stage<T> {
    /// A new round with a prompt of the greatest length, for as many agents as a swarm may have,
    /// and these agents with their answers of `answer_bytes` bytes.
    pub(super) fn asked(agents: Vec<AgentKey>, answer_bytes: u32) -> Self {
        Self::asked_by(0, agents, answer_bytes)
    }

    /// As [`Self::asked`], of client number `client`.
    pub(super) fn asked_by(client: u32, agents: Vec<AgentKey>, answer_bytes: u32) -> Self {
        let round = NextRound::<T>::get();
        let client: T::AccountId = account("client", client, 0);
        T::endow(&client);
        let prompt = vec![b'?'; MAX_PROMPT_BYTES as usize].try_into().expect("as long as allowed");
        Pallet::<T>::do_submit(client, prompt, T::domain(), terms::<T>(), [7; 32])
            .expect("the terms are fine");
        // However many agents the chain has besides: its seats are for these.
        Draws::<T>::kill();
        Self::set_seats(round, Seats::ForAll { members: agents.len() as u32 });
        // And it goes on with however few they are: all but one of a swarm may be absent.
        Rounds::<T>::mutate(round, |record| {
            record.as_mut().expect("the round is running").terms.min_agents = 1;
        });
        Self { round, agents, answer_bytes, _runtime: PhantomData }
    }

    fn set_seats(round: RoundId, seats: Seats) {
        Rounds::<T>::mutate(round, |record| {
            record.as_mut().expect("the round is running").seats = seats;
        });
    }

    /// Draw the seats among so many agents that a lot takes longest to find, with a seat for this
    /// one.
    pub(super) fn draw_for(&self, agent: u32) {
        let members = 4_097;
        let number = T::Domains::number_of(T::domain(), &owner::<T>(agent), u32::MAX);
        let number = number.expect("the agent is on the roster");
        let has_seat = |seed: &Hash32| {
            Lots::new(*seed, members).lot_of(number).is_some_and(|lot| lot < MAX_SWARM)
        };
        let seed = (0u32..).map(|seed| seed.using_encoded(blake2_256)).find(has_seat);
        let seed = seed.expect("some seed draws it");
        Self::set_seats(self.round, Seats::Drawn { members, seed });
    }

    /// Draw its seats among so many agents with this seed, long after it was submitted.
    pub(super) fn draw_among(&self, members: u32, seed: Hash32) {
        Self::set_seats(self.round, Seats::Drawn { members, seed });
        let later = self.record().blocks.submitted + 10 * T::absence_period();
        frame_system::Pallet::<T>::set_block_number(later.into());
    }

    /// Let its seats be for all, as if too few of those drawn had come.
    pub(super) fn widen(&self) {
        Self::set_seats(self.round, Seats::Widened { members: MAX_SWARM, seed: None });
    }

    /// Let its seats be drawn; only one more block is missing.
    pub(super) fn begin_draw(&self) {
        Self::set_seats(self.round, Seats::Drawing { members: MAX_SWARM });
        let mut draw = Draw::new(self.round);
        for author in 1..T::DrawBlocks::get().max(1) {
            // No author is that one, so that there are two in any case.
            draw.add(u32::MAX - author % 2, &[1; 32]);
        }
        Draws::<T>::mutate(|draws| draws.try_push((self.round, draw)).expect("few enough"));
    }

    /// The round, as stored.
    pub(super) fn record(&self) -> RoundRecord<T::AccountId> {
        Rounds::<T>::get(self.round).expect("the round is running")
    }

    /// Let time pass until the round is due, without the hook. Returns the block.
    pub(super) fn until_due(&self) -> u32 {
        let due = self.record().deadline + 1;
        frame_system::Pallet::<T>::set_block_number(due.into());
        due
    }

    /// These agents enter the round.
    pub(super) fn all_commit(&self, agents: impl IntoIterator<Item = u32>) {
        for agent in agents {
            self.play(agent, self.commit_answer(agent));
        }
    }

    /// This agent enters the round with this answer.
    pub(super) fn commits(&self, agent: u32, answer: &[u8]) {
        self.play(agent, self.commit_text(agent, answer));
    }

    /// Let the phase end by its deadline.
    pub(super) fn pass_deadline(&self) {
        let due = self.until_due();
        Pallet::<T>::finish_phase(self.round, self.record(), due);
    }

    /// These agents open their answers.
    pub(super) fn all_open(&self, agents: impl IntoIterator<Item = u32>) {
        for agent in agents {
            self.play(agent, self.open_answer(agent));
        }
    }

    /// These agents commit their grades.
    pub(super) fn all_grade(&self, agents: impl IntoIterator<Item = u32>) {
        for agent in agents {
            self.play(agent, self.commit_grades(agent));
        }
    }

    /// These agents open their grades.
    pub(super) fn all_open_grades(&self, agents: impl IntoIterator<Item = u32>) {
        for agent in agents {
            self.play(agent, self.open_grades(agent));
        }
    }

    /// Agent number `agent` does this.
    fn play(&self, agent: u32, act: Act) {
        Pallet::<T>::do_act(&self.unsigned(agent, act)).expect("the act is admitted");
    }

    /// An act of agent number `agent` as it is dispatched: its signature has been looked at before.
    pub(super) fn unsigned(&self, agent: u32, act: Act) -> SignedAct {
        SignedAct { agent: self.key(agent), act, signature: AgentSignature::default() }
    }

    /// An act of agent number `agent` as it comes in.
    pub(super) fn signed(&self, agent: u32, act: Act) -> SignedAct {
        let payload = act.signing_payload(&self.scope(act.step()));
        let signature = sp_io::crypto::ed25519_sign(AGENT_KEY_TYPE, &self.key(agent), &payload);
        SignedAct {
            agent: self.key(agent),
            act,
            signature: signature.expect("the keystore has the key"),
        }
    }

    fn key(&self, agent: u32) -> AgentKey {
        self.agents[agent as usize]
    }

    /// Agent number `agent` enters with an answer that begins with its number.
    pub(super) fn commit_answer(&self, agent: u32) -> Act {
        let mut answer = format!("{agent} ").into_bytes();
        answer.resize(self.answer_bytes as usize, b'x');
        self.commit_text(agent, &answer)
    }

    /// Agent number `agent` enters with this answer.
    fn commit_text(&self, agent: u32, answer: &[u8]) -> Act {
        let sealed: Option<SealedAnswer> =
            self.context(agent, SealStep::Answer).seal(&self.seal_key(agent), answer);
        Act::CommitAnswer { round: self.round, sealed: sealed.expect("not longer than allowed") }
    }

    /// Agent number `agent` opens its answer.
    pub(super) fn open_answer(&self, agent: u32) -> Act {
        Act::OpenAnswer { round: self.round, key: self.seal_key(agent) }
    }

    /// Agent number `agent` commits as many grades as the assignment asks for. Answers differ in
    /// worth and graders in taste, so that about half of the answers are below the median and
    /// each grader's rating changes.
    pub(super) fn commit_grades(&self, agent: u32) -> Act {
        let index =
            MemberByKey::<T>::get(self.round, self.key(agent)).expect("the agent is in the round");
        let record = self.record();
        let assigned = Places::of(&record)
            .assignment(record.seed)
            .given_to(index)
            .expect("the agent has to grade");
        let grades: Vec<Grade> = assigned.into_iter().map(|author| grade(index, author)).collect();
        let sealed: Option<SealedGrades> = self
            .context(agent, SealStep::Grades)
            .seal(&self.seal_key(agent), &encode_grades(&grades));
        Act::CommitGrades { round: self.round, sealed: sealed.expect("few enough") }
    }

    /// Agent number `agent` opens its grades.
    pub(super) fn open_grades(&self, agent: u32) -> Act {
        Act::OpenGrades { round: self.round, key: self.seal_key(agent) }
    }

    /// Let each answer have one grade, and the last agent have given none: instead of it, another
    /// one gives two. At least [`MIN_SWARM`] agents, all of which opened their answers.
    pub(super) fn let_each_answer_have_one_grade(&self) {
        let record = self.record();
        let places = Places::of(&record);
        let assignment = places.assignment(record.seed);
        let assigned_to = |grader| assignment.given_to(grader).expect("the agent has to grade");
        let last = self.agents.len() as AgentIndex - 1;
        // Who is first, and who is second, of those assigned differs from grader to grader.
        let left_over = assigned_to(last)[0];
        for grader in 0..last {
            let authors = assigned_to(grader);
            let count = if authors[1] == left_over { 2 } else { 1 };
            let grades: Vec<Grade> =
                authors.into_iter().take(count).map(|author| grade(grader, author)).collect();
            OpenedGrades::<T>::insert(self.round, grader, BoundedVec::truncate_from(grades));
        }
    }

    /// Whether what is known of each agent is something else than [`Self::give_pasts`] said.
    pub(super) fn has_taught_of_all(&self) -> bool {
        (0..self.agents.len() as u32)
            .all(|agent| T::Ratings::get(T::domain(), &owner::<T>(agent)) != seasoned(agent))
    }

    fn context(&self, agent: u32, step: SealStep) -> SealContext {
        SealContext { scope: self.scope(step), round: self.round, agent: self.key(agent), step }
    }

    fn scope(&self, step: SealStep) -> Hash32 {
        Pallet::<T>::scope(self.round, step).expect("the round runs")
    }

    /// The key of both seals of agent number `agent`.
    fn seal_key(&self, agent: u32) -> Hash32 {
        ("seal", agent).using_encoded(blake2_256)
    }

    /// Give all agents a past as long as it is kept, and a rating.
    pub(super) fn give_pasts(&self) {
        for agent in 0..self.agents.len() as u32 {
            let owner = owner::<T>(agent);
            T::Ratings::set(T::domain(), &owner, seasoned(agent));
            for round in 0..MAX_RATING_POINTS {
                let outcome = RoundOutcome {
                    round: round.into(),
                    domain: T::domain(),
                    won: false,
                    paid: 1,
                    forfeited: 1,
                    rated: true,
                };
                T::Ratings::round_ended(&owner, outcome);
            }
        }
    }
}

/// The first `agents` agents have seats and do not come, so often in a row. Takes no time.
pub(super) fn all_stay_away<T: Setup>(agents: u32, times: u32) {
    let now = frame_system::Pallet::<T>::block_number();
    for time in 1..=times {
        let later = BlockNumberOf::<T>::from(time) * T::absence_period().into();
        frame_system::Pallet::<T>::set_block_number(now + later);
        for agent in 0..agents {
            T::Domains::was_absent(T::domain(), &owner::<T>(agent));
        }
    }
    frame_system::Pallet::<T>::set_block_number(now);
}

/// The client's terms: any swarm that may be asked for, and a reward whose parts are worth a
/// transfer to each of its agents.
pub(super) fn terms<T: Setup>() -> RoundTerms<u128> {
    RoundTerms {
        reward: T::Ticketing::minimum_reward() * 10_000,
        answering_blocks: T::MinAnsweringBlocks::get(),
        min_agents: MIN_SWARM,
        max_agents: MAX_SWARM,
        // Any but 0: it is kept with the result.
        min_score: Grade::new(1).expect("at most 10 000"),
    }
}

/// Owner number `agent`.
fn owner<T: Setup>(agent: u32) -> T::AccountId {
    account("owner", agent, 0)
}

/// Register `agents` agents, give their owners money, and begin the next block, for they may not
/// enter rounds of this one. Returns their keys.
pub(super) fn hire<T: Setup>(agents: u32) -> Vec<AgentKey> {
    let now = frame_system::Pallet::<T>::block_number();
    let keys = (0..agents)
        .map(|agent| {
            // A secret as it is, rather than one derived from a phrase, which takes milliseconds.
            let secret = format!("0x{:064x}", agent + 1).into_bytes();
            let key = sp_io::crypto::ed25519_generate(AGENT_KEY_TYPE, Some(secret));
            let owner = owner::<T>(agent);
            T::endow(&owner);
            T::register(&owner, key);
            key
        })
        .collect();
    frame_system::Pallet::<T>::set_block_number(now + BlockNumberOf::<T>::from(1u32));
    keys
}

/// An answer of `bytes` bytes whose final answer is as dear as any: each of its letters is looked
/// up in Unicode's tables and grows by half when it becomes small, and all of them are hashed.
pub(super) fn dear_to_fold(bytes: u32) -> Vec<u8> {
    let letter = "\u{130}";
    let mut answer = letter.repeat(bytes as usize / letter.len()).into_bytes();
    answer.resize(bytes as usize, b'x');
    answer
}

/// What the grader with this index says of an answer.
pub(super) fn grade(grader: AgentIndex, author: AgentIndex) -> Grade {
    let basis_points = (author * 80 + grader * 7 % 500) % 10_001;
    Grade::new(basis_points as u16).expect("at most 10 000")
}

/// What is known of an agent that has graded and answered before, with digits to reckon with: its
/// grades went with the others' to some degree.
pub(super) fn seasoned(agent: u32) -> Known {
    let more = u128::from(agent);
    let grading = Calibration {
        grades: Fixed::from_rational(2_000, 3),
        said: Fixed::from_rational(2_000 + more, 7),
        heard: Fixed::from_rational(2_300 + more, 7),
        said_squared: Fixed::from_rational(2_000, 13),
        heard_squared: Fixed::from_rational(2_400, 13),
        product: Fixed::from_rational(1_900 + 2 * more, 13),
        uncertainty: Fixed::from_rational(30, 7),
        rounds: MAX_RATING_POINTS,
    };
    let answering = AnswerRecord {
        got: Fixed::from_rational(100 + more, 7),
        answers: Fixed::from_rational(230, 7),
    };
    Known::Standing(Standing { grading, answering })
}

/// A swarm that gave `grades` grades, and no larger than it takes: by place, as many grades each as
/// the assignment asks for, fewer at the end.
pub(super) fn grades_by_place(grades: u32) -> Vec<usize> {
    let mut left = grades as usize;
    let swarm = (2..=MAX_SWARM as usize)
        .find(|n| n * grades_per_agent(*n) >= left)
        .unwrap_or(MAX_SWARM as usize);
    (0..swarm)
        .map(|_| {
            let given = grades_per_agent(swarm).min(left);
            left -= given;
            given
        })
        .collect()
}

/// The first `n` indices.
pub(super) fn indices(n: usize) -> AgentIndices {
    BoundedVec::truncate_from((0..n as AgentIndex).collect())
}

/// The members of a swarm of `agents`, all of which kept their word.
pub(super) fn members<T: Setup>(agents: u32) -> Vec<Member<T::AccountId>> {
    (0..agents)
        .map(|agent| Member {
            owner: owner::<T>(agent),
            key: AgentKey::default(),
            answer_commitment: [0; 32],
            answer_key: Some([0; 32]),
            grades: GradesStatus::Opened,
        })
        .collect()
}
