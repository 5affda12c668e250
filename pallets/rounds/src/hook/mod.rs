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
//!    about. A question that was answered on another fork is not answered anew (`memory`).
//! 6. *Two runs overlap.* Opening is harmless to do twice. Of the worker only one run at a time
//!    asks for an agent; should two do so all the same, both send the act that was stored first.
//!
//! ## Terms
//! **Run**: one call for one block. **Job**: what the worker is asked, by id. **Turn**: an agent's
//! right to talk to the worker in a run. **Number**: an agent's position in the order in which a
//! run serves them. **Memo**: what is remembered from run to run. **Trouble**: why a job brought no
//! act.
//!
//! ## Out of scope
//! Deciding whether an act is admissible ([`crate::Refusal`]): what the state shows as a duty is
//! done, and what the chain refuses is refused. Restarting the worker. Choosing which rounds to
//! enter: the worker is told what a round pays and costs, and declines what its agent does not
//! want, which costs the agent nothing.

pub mod acting;
pub mod course;
pub mod memory;
pub mod outbox;
pub mod protocol;
pub mod slot;
pub mod timing;
pub mod trouble;
pub mod turns;
pub mod worker;

#[cfg(test)]
mod tests;

use crate::{types::RoundRecord, Config, Pallet, Rounds};
use acting::{Agent, Purpose};
use alloc::vec::Vec;
use course::Course;
use frame_system::pallet_prelude::BlockNumberFor;
use memory::Memo;
use outbox::Outbox;
use protocol::{Field, JobTimes, Outcome, Price, Task};
use sp_core::{hexdisplay::HexDisplay, Get};
use sp_runtime::traits::SaturatedConversion;
use timing::Timing;
use trouble::Trouble;
use turns::Turns;
use waggle_primitives::{
    traits::Domains,
    view::{Candidate, Duty},
    AgentIndex, AgentKey, Grade, RoundId, SignedAct,
};
use worker::{Exchange, Reply, MAX_JOBS_PER_RUN, SLICE};

/// A job that has been posted.
struct Job {
    /// The agent's number in the run.
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
    Answering(Price, Field),
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
        for (number, agent) in self.agents.clone().iter().enumerate() {
            // One agent's duties at a time: together they could be larger than a runtime's memory.
            for duty in Pallet::<T>::duties(&agent.key()) {
                self.serve(number, agent, duty);
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
    fn serve(&mut self, number: usize, agent: &Agent, duty: Duty<u128>) {
        let round = duty.round();
        // What is owed in this state has its scope in this state.
        let Some(scope) = Pallet::<T>::scope(round, duty.step()) else { return };
        let purpose = Purpose { round, scope };
        match duty {
            Duty::OpenAnswer { .. } => self.act(&agent.key(), round, agent.open_answer(purpose)),
            Duty::OpenGrades { .. } => self.act(&agent.key(), round, agent.open_grades(purpose)),
            Duty::Answer { prompt, deadline, reward, ticket, .. } => {
                let Some((field, min_score)) = Self::asked(round) else { return };
                let kind = Kind::Answering(Price { reward, ticket, min_score }, field);
                self.ask(number, agent, Work { purpose, deadline, prompt, kind });
            }
            Duty::Grade { prompt, own_answer, candidates, deadline, .. } => {
                let kind = Kind::Grading(Grading { own_answer, candidates });
                self.ask(number, agent, Work { purpose, deadline, prompt, kind });
            }
        }
    }

    /// Where the round was asked, and what its best answer has to score. `None` if the state knows
    /// it no longer.
    fn asked(round: RoundId) -> Option<(Field, Grade)> {
        let RoundRecord { domain, terms, .. } = Rounds::<T>::get(round)?;
        let field = Field { domain, question: T::Domains::question_of(domain)? };
        Some((field, terms.min_score))
    }

    /// Take the act that the work has led to in an earlier block, or ask the worker for it.
    fn ask(&mut self, number: usize, agent: &Agent, work: Work) {
        let Work { purpose, deadline, prompt, kind } = &work;
        let (task, wanted, memo, wait_ms) = match kind {
            Kind::Answering(price, field) => (
                Task::Answer { prompt, price: *price, field: *field },
                Wanted::Answer,
                Memo::Answer,
                self.timing.answer_wait_ms,
            ),
            Kind::Grading(Grading { own_answer, candidates }) => (
                Task::Grade { prompt, own_answer, candidates },
                Wanted::Grades(candidates.iter().map(|candidate| candidate.author).collect()),
                Memo::Grades,
                self.timing.grade_wait_ms,
            ),
        };
        let (key, round) = (agent.key(), purpose.round);
        if let Some(act) = memory::recall(memo, &key, purpose) {
            self.outbox.add::<T>(act);
            return;
        }
        if !self.exchange.has_room() || !self.turns.take(number, &key, self.timing.turn) {
            return;
        }
        let id = task.job_id(purpose, &key);
        let times = JobTimes { deadline_ms: self.timing.until_block(self.now, *deadline), wait_ms };
        let job = Job { agent: number, purpose: *purpose, wanted };
        match self.exchange.post(job, task.body(&id, &key, times)) {
            Ok(()) => {
                log::debug!(
                    target: trouble::LOG_TARGET,
                    "agent {:?} posts job {:?} of round {round}",
                    HexDisplay::from(&key.0),
                    HexDisplay::from(&id),
                );
                self.turns.job_posted(number);
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
            // Another run may have been quicker, with another text: its act is the one to send.
            Ok(Some((memo, act))) => match memory::remember(memo, &job.purpose, act) {
                Some(act) => self.outbox.add::<T>(act),
                None => Trouble::Unremembered.report(&key, job.purpose.round),
            },
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
fn result(agent: &Agent, job: &Job, reply: &Reply) -> Result<Option<(Memo, SignedAct)>, Trouble> {
    let (memo, act) = match &job.wanted {
        Wanted::Answer => match protocol::read_answer(reply)? {
            Outcome::Pending => return Ok(None),
            Outcome::Done(answer) => (Memo::Answer, agent.commit_answer(job.purpose, &answer)),
        },
        Wanted::Grades(authors) => match protocol::read_grades(reply, authors)? {
            Outcome::Pending => return Ok(None),
            Outcome::Done(grades) => (Memo::Grades, agent.commit_grades(job.purpose, &grades)),
        },
    };
    act.map(|act| Some((memo, act))).ok_or(Trouble::Unsigned)
}
