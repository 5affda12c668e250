//! The hook: how a node acts for its agents, once for each new best block.
//!
//! A run reads from the state what each agent with a key in this node's keystore owes
//! ([`crate::Pallet::duties`]), opens what must be opened, asks the worker for answers and grades,
//! seals what it says, and sends the signed acts to the transaction pool.
//!
//! ## Scenarios
//! 1. *An inference takes longer than a block.* The worker replies `pending`; the next block asks
//!    for the same job again. Nothing waits for a model, and nothing of a run lasts beyond
//!    [`Timing::deadline`], well under a slot.
//! 2. *A job hangs, or the reply is nonsense.* The agent does nothing in this block, the log gets
//!    one line, the other agents of the node go on: all requests are under way at the same time.
//! 3. *The worker is down.* One line; every block asks again, so that the round goes on when it is
//!    back.
//! 4. *The node is killed.* The next run finds the duties in the state, and the keystore makes the
//!    same seal keys again.
//! 5. *A re-org.* The new best block's state has other duties; jobs are identified by what they are
//!    about.
//! 6. *Two runs overlap.* Opening is harmless to do twice. Of the worker only one run at a time
//!    asks for an agent.
//!
//! ## Terms
//! **Run**: one call for one block. **Job**: what the worker is asked, by id. **Turn**: an agent's
//! right to talk to the worker in a run. **Trouble**: why a job brought no act.
//!
//! ## Out of scope
//! Deciding whether an act is admissible ([`crate::Refusal`]): what the state shows as a duty is
//! done, and what the chain refuses is refused. Restarting the worker. Choosing which rounds to
//! enter: the worker is told what a round pays and costs, and declines what its agent does not
//! want, which costs the agent nothing.

pub mod acting;
pub mod course;
pub mod memory;
pub mod protocol;
pub mod trouble;
pub mod worker;

#[cfg(test)]
mod tests;

use crate::{Config, Pallet};
use acting::{Agent, Outbox, Purpose};
use alloc::{
    collections::{btree_map::Entry, BTreeMap},
    vec::Vec,
};
use course::Course;
use frame_system::pallet_prelude::BlockNumberFor;
use memory::{Slot, Turn};
use protocol::{JobTimes, Outcome, Price, Task};
use sp_core::{
    hexdisplay::HexDisplay,
    offchain::{Duration, Timestamp},
    Get,
};
use sp_runtime::traits::SaturatedConversion;
use trouble::Trouble;
use waggle_primitives::{
    view::{Candidate, Duty},
    AgentIndex, AgentKey, Hash32, RoundId, SignedAct,
};
use worker::{Exchange, Reply, MAX_JOBS_PER_RUN, SLICE};

/// Longest time that a run talks to the worker, whatever the slot duration.
const MAX_RUN: u64 = 2_000;

/// When things happen in a run, all derived from the slot duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When the run began.
    pub start: Timestamp,
    /// When the run stops waiting for the worker: after 8/10 of a slot, at most 2 s.
    pub deadline: Timestamp,
    /// For how long an agent's turn is taken at most: twice as long as the run talks to the
    /// worker.
    pub turn: Duration,
    /// How long the worker may hold back a reply about an answer: a tenth of a slot, at most 100
    /// ms.
    pub answer_wait_ms: u64,
    /// How long the worker may hold back a reply about grades: 7/10 of a slot, at most 1 s. A
    /// reply that misses this block costs the whole swarm one more, so nearly all of the slot
    /// is given to it: what comes later would reach the next block's author too late.
    pub grade_wait_ms: u64,
    /// When acts are sent to the pool: after 2/10 and 4/10 of a slot, at most 400 and 800 ms. The
    /// next block begins with the next slot, so waiting costs nothing; see [`Outbox`].
    pub sending: [Timestamp; 2],
    slot_ms: u64,
}

impl Timing {
    /// The times of a run that begins at `start`.
    pub fn new(start: Timestamp, slot_ms: u64) -> Self {
        let part = |tenths: u64, at_most: u64| (slot_ms.saturating_mul(tenths) / 10).min(at_most);
        let after = |millis| start.add(Duration::from_millis(millis));
        let run = part(8, MAX_RUN);
        Self {
            start,
            deadline: after(run),
            turn: Duration::from_millis(run.saturating_mul(2)),
            answer_wait_ms: part(1, 100),
            grade_wait_ms: part(7, 1_000),
            sending: [after(part(2, 400)), after(part(4, 800))],
            slot_ms,
        }
    }

    /// Time from the block `now` until the last block in which an act is accepted; at least a slot.
    fn until_block(&self, now: u32, deadline: u32) -> u64 {
        u64::from(deadline.saturating_sub(now).max(1)).saturating_mul(self.slot_ms)
    }
}

/// A job that has been posted.
struct Job {
    id: Hash32,
    /// The agent's place in the run.
    agent: usize,
    purpose: Purpose,
    wanted: Wanted,
}

/// What a job is to bring.
enum Wanted {
    Answer,
    /// One grade for each of these authors, in this order.
    Grades(Vec<AgentIndex>),
}

/// What the state asks of the worker for an agent.
struct Work {
    purpose: Purpose,
    deadline: u32,
    prompt: Vec<u8>,
    kind: Kind,
}

enum Kind {
    Answering(Price),
    Grading(Grading),
}

struct Grading {
    own_answer: Vec<u8>,
    candidates: Vec<Candidate>,
}

/// Act for all agents of this node, on the state of block `now`.
pub fn run<T: Config>(now: BlockNumberFor<T>) {
    let agents = in_turn(Agent::all(), now.saturated_into());
    if agents.is_empty() {
        return;
    }
    let timing = Timing::new(sp_io::offchain::timestamp(), T::SlotDuration::get());
    Run::<T> {
        now: now.saturated_into(),
        outbox: Outbox::new(&timing.sending),
        exchange: Exchange::new(timing.deadline),
        turns: Turns::default(),
        course: Course::new(timing.start),
        agents,
        timing,
        _runtime: Default::default(),
    }
    .go();
}

/// The agents in the order in which this block serves them: where a run's limits leave some out,
/// others are first in the next block.
fn in_turn(mut agents: Vec<Agent>, now: u32) -> Vec<Agent> {
    let first =
        (now as usize).saturating_mul(MAX_JOBS_PER_RUN).checked_rem(agents.len()).unwrap_or(0);
    agents.rotate_left(first);
    agents
}

struct Run<T> {
    now: u32,
    timing: Timing,
    agents: Vec<Agent>,
    outbox: Outbox,
    exchange: Exchange<Job>,
    turns: Turns,
    course: Course,
    _runtime: core::marker::PhantomData<T>,
}

impl<T: Config> Run<T> {
    fn go(mut self) {
        for (place, agent) in self.agents.clone().iter().enumerate() {
            // One agent's duties at a time: together they could be larger than a runtime's memory.
            for duty in Pallet::<T>::duties(&agent.key()) {
                self.serve(place, agent, duty);
            }
        }
        self.course.duties_read();
        self.turns.end_idle();
        self.follow_up();
        let Self { exchange, agents, course, now, outbox, .. } = self;
        course.over(now, outbox.count(), outbox.sent());
        for job in exchange.abandon() {
            if let Some(agent) = agents.get(job.agent) {
                Trouble::Silent.report(&agent.key(), job.purpose.round);
            }
        }
    }

    /// Do what can be done at once, and post what cannot.
    fn serve(&mut self, place: usize, agent: &Agent, duty: Duty<u128>) {
        let round = duty.round();
        // What is owed in this state has its scope in this state.
        let Some(scope) = Pallet::<T>::scope(round, duty.step()) else { return };
        let purpose = Purpose { round, scope };
        match duty {
            Duty::OpenAnswer { .. } => self.act(&agent.key(), round, agent.open_answer(purpose)),
            Duty::OpenGrades { .. } => self.act(&agent.key(), round, agent.open_grades(purpose)),
            Duty::Answer { prompt, deadline, reward, ticket, .. } => {
                let kind = Kind::Answering(Price { reward, ticket });
                self.ask(place, agent, Work { purpose, deadline, prompt, kind });
            }
            Duty::Grade { prompt, own_answer, candidates, deadline, .. } => {
                let kind = Kind::Grading(Grading { own_answer, candidates });
                self.ask(place, agent, Work { purpose, deadline, prompt, kind });
            }
        }
    }

    /// Take the act that the work has led to in an earlier block, or ask the worker for it.
    fn ask(&mut self, place: usize, agent: &Agent, work: Work) {
        let Work { purpose, deadline, prompt, kind } = &work;
        let (task, wanted, slot, wait_ms) = match kind {
            Kind::Answering(price) => (
                Task::Answer { prompt, price: *price },
                Wanted::Answer,
                Slot::Answer,
                self.timing.answer_wait_ms,
            ),
            Kind::Grading(Grading { own_answer, candidates }) => (
                Task::Grade { prompt, own_answer, candidates },
                Wanted::Grades(candidates.iter().map(|candidate| candidate.author).collect()),
                Slot::Grades,
                self.timing.grade_wait_ms,
            ),
        };
        let (key, round) = (agent.key(), purpose.round);
        let id = task.job_id(purpose, &key);
        if let Some(act) = memory::recall(slot, &key, round, &id) {
            self.outbox.add::<T>(act);
            return;
        }
        if !self.exchange.has_room() || !self.turns.take(place, &key, self.timing.turn) {
            return;
        }
        let times = JobTimes { deadline_ms: self.timing.until_block(self.now, *deadline), wait_ms };
        match self
            .exchange
            .post(Job { id, agent: place, purpose: *purpose, wanted }, task.body(&id, &key, times))
        {
            Ok(()) => {
                log::debug!(
                    target: trouble::LOG_TARGET,
                    "agent {:?} posts job {:?} of round {round}",
                    HexDisplay::from(&key.0),
                    HexDisplay::from(&id),
                );
                self.turns.job_posted(place);
                self.course.job_posted();
            }
            Err(_) => Trouble::Unreachable.report(&key, round),
        }
    }

    /// Wait for replies and act on each as it comes; meanwhile, send acts when it is time.
    fn follow_up(&mut self) {
        loop {
            let time = sp_io::offchain::timestamp();
            self.outbox.send_due(time);
            if self.exchange.is_idle() {
                match self.outbox.next() {
                    Some(next) => sp_io::offchain::sleep_until(next),
                    None => return,
                }
            } else if time < self.timing.deadline {
                for (job, reply) in self.exchange.poll(time.add(SLICE)) {
                    self.conclude(job, reply);
                }
            } else {
                return;
            }
        }
    }

    /// Act on what has become of a job.
    fn conclude(&mut self, job: Job, reply: Result<Reply, Trouble>) {
        let Some(agent) = self.agents.get(job.agent).cloned() else { return };
        let key = agent.key();
        self.course.job_replied();
        if reply.is_ok() {
            trouble::worker_replied();
        }
        match reply.and_then(|reply| result(&agent, &job, &reply)) {
            Ok(Some((slot, act))) => {
                memory::remember(slot, job.purpose.round, job.id, &act);
                self.outbox.add::<T>(act);
            }
            Ok(None) => {}
            Err(trouble) => trouble.report(&key, job.purpose.round),
        }
        self.turns.job_over(job.agent);
    }

    fn act(&mut self, key: &AgentKey, round: RoundId, act: Option<SignedAct>) {
        match act {
            Some(act) => self.outbox.add::<T>(act),
            None => Trouble::Unsigned.report(key, round),
        }
    }
}

/// The act that a reply leads to, and where it is remembered; `None` while the job is pending.
fn result(agent: &Agent, job: &Job, reply: &Reply) -> Result<Option<(Slot, SignedAct)>, Trouble> {
    let (slot, act) = match &job.wanted {
        Wanted::Answer => match protocol::read_answer(reply)? {
            Outcome::Pending => return Ok(None),
            Outcome::Done(answer) => (Slot::Answer, agent.commit_answer(job.purpose, &answer)),
        },
        Wanted::Grades(authors) => match protocol::read_grades(reply, authors)? {
            Outcome::Pending => return Ok(None),
            Outcome::Done(grades) => (Slot::Grades, agent.commit_grades(job.purpose, &grades)),
        },
    };
    act.map(|act| Some((slot, act))).ok_or(Trouble::Unsigned)
}

/// The turns this run has taken, by the agent's place, with the number of its jobs under way.
#[derive(Default)]
struct Turns(BTreeMap<usize, (Turn, u32)>);

impl Turns {
    /// Whether the agent at `place` has its turn in this run; takes it if nobody has.
    fn take(&mut self, place: usize, key: &AgentKey, bound: Duration) -> bool {
        match self.0.entry(place) {
            Entry::Occupied(_) => true,
            Entry::Vacant(vacant) => {
                Turn::take(key, bound).map(|turn| vacant.insert((turn, 0))).is_some()
            }
        }
    }

    fn job_posted(&mut self, place: usize) {
        if let Some((_, jobs)) = self.0.get_mut(&place) {
            *jobs = jobs.saturating_add(1);
        }
    }

    /// The turn ends with the agent's last job: another run need not wait for other agents' jobs.
    fn job_over(&mut self, place: usize) {
        if let Some((_, jobs)) = self.0.get_mut(&place) {
            *jobs = jobs.saturating_sub(1);
        }
        self.end_idle();
    }

    fn end_idle(&mut self) {
        self.0.retain(|_, (_, jobs)| *jobs > 0);
    }
}
