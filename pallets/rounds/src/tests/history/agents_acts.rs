//! What agents send: what their duties ask for, at once or late, alone or with others; and what
//! nobody asked for.

use super::{model::Grading, History, KEYS};
use crate::{mock::*, tests::swarm::*, Error, Event, Refusal};
use sp_runtime::{traits::Dispatchable, DispatchError};
use waggle_primitives::{
    assignment, seal::encode_grades, view::Duty, Act, AgentKey, Grade, Phase, RoundId, SealStep,
    SignedAct,
};

/// How many sent acts are remembered, to be sent again.
const ARCHIVE: usize = 300;

impl History {
    /// Some agents look at the newest block and decide what to send, and when.
    pub(crate) fn plan_acts(&mut self) {
        for _ in 0..6 {
            let agent = self.chance.below(KEYS.into()) as u8;
            let duties = Rounds::duties(&key(agent));
            self.check_duties(&key(agent), &duties);
            for duty in duties {
                if !self.chance.percent(self.mood.zeal) {
                    continue;
                }
                let signed = self.act_for(agent, duty);
                let late = if self.chance.percent(self.mood.delay) {
                    self.chance.between(1, 8)
                } else {
                    0
                };
                self.post.push((self.model.now + 1 + late, signed.clone()));
                if self.chance.percent(2) {
                    let mut forged = signed.clone();
                    forged.signature.0[0] ^= 1;
                    self.post.push((self.model.now + 1, forged));
                }
                if self.chance.percent(5) {
                    let again = self.chance.between(0, 4);
                    self.post.push((self.model.now + 1 + again, signed));
                }
            }
        }
    }

    /// The duties are those of the model; and the pool takes what they ask for.
    fn check_duties(&self, agent: &AgentKey, duties: &[Duty<u128>]) {
        let next = self.model.now + 1;
        let owner = self.model.owner_of(agent);
        let mut expected = Vec::new();
        for (id, round) in &self.model.rounds {
            let Some((phase, deadline)) = round.standing(next) else { continue };
            let player = round.players.iter().find(|player| player.key == *agent);
            let is_asked = match (phase, player) {
                (Phase::Answering, None) => owner.is_some_and(|owner| {
                    owner != round.client
                        && !round.players.iter().any(|player| player.owner == owner)
                        && self.model.came_in_time(owner, round)
                        && self.model.check_stake(owner, round.ticket, round.ticket).is_ok()
                }),
                (Phase::OpeningAnswers, Some(player)) => player.answer_key.is_none(),
                // The seed is drawn when the opening phase ends, which may be in the next block.
                (Phase::Grading, Some(player)) => {
                    round.seed.is_some()
                        && player.answer_key.is_some()
                        && player.grading == Grading::None
                }
                (Phase::OpeningGrades, Some(player)) => {
                    matches!(player.grading, Grading::Sealed(_))
                }
                _ => false,
            };
            if is_asked {
                expected.push((*id, phase, deadline));
            }
        }
        let told: Vec<_> =
            duties.iter().map(|duty| (duty.round(), duty_phase(duty), duty.deadline())).collect();
        assert_eq!(told, expected, "duties of {agent:?}");
    }

    /// What this agent sends for a duty.
    fn act_for(&mut self, agent: u8, duty: Duty<u128>) -> SignedAct {
        match duty {
            Duty::Answer { round, .. } => {
                let answer = self.answer(agent, round);
                commit_answer(agent, round, &answer)
            }
            Duty::OpenAnswer { round, .. } => open_answer(agent, round),
            Duty::Grade { round, candidates, .. } if self.chance.percent(8) => {
                commit_bytes(agent, round, &vec![0xff; 2 * candidates.len()])
            }
            Duty::Grade { round, candidates, .. } => {
                let grades: Vec<_> = candidates
                    .iter()
                    .map(|candidate| self.grade_of(agent, &candidate.answer))
                    .collect();
                commit_bytes(agent, round, &encode_grades(&grades))
            }
            Duty::OpenGrades { round, .. } => open_grades(agent, round),
        }
    }

    /// An agent answers a prompt once and keeps to it, whatever branch it is on. Every other
    /// prompt has three answers that can be given.
    fn answer(&self, agent: u8, round: RoundId) -> Vec<u8> {
        let answer = format!("{} by {agent} in {round}", quality_of(agent));
        let answer = match round % 2 {
            0 => answer,
            _ => format!("{answer}\nAnswer: {}", agent % 3),
        };
        answer.into_bytes()
    }

    /// What an agent thinks of an answer: its worth, give or take; or nothing like it.
    fn grade_of(&mut self, agent: u8, answer: &[u8]) -> Grade {
        let text = String::from_utf8_lossy(answer);
        let worth: i64 = text.split(' ').next().and_then(|worth| worth.parse().ok()).unwrap_or(0);
        let error = self.chance.between(0, 500 + 300 * u32::from(agent)) as i64;
        let grade =
            if agent == 3 { 10_000 - worth } else { worth + error - 250 - 150 * i64::from(agent) };
        Grade::new(grade.clamp(0, 10_000) as u16).expect("within bounds")
    }

    /// The acts that arrive in this block reach the chain, with some that nobody asked for among
    /// them.
    pub(crate) fn deliver_acts(&mut self) {
        let now = self.model.now;
        let (due, later) =
            std::mem::take(&mut self.post).into_iter().partition(|(block, _)| *block <= now);
        self.post = later;
        let mut due: Vec<SignedAct> = due.into_iter().map(|(_, signed): (u32, _)| signed).collect();
        for _ in 0..self.chance.between(0, self.mood.nonsense) {
            due.push(self.nonsense());
        }
        self.chance.shuffle(&mut due);
        while !due.is_empty() {
            if self.chance.percent(25) {
                let size = self.chance.between(1, 8).min(due.len() as u32);
                let acts = due.split_off(due.len() - size as usize);
                self.send_batch(acts);
            } else if let Some(signed) = due.pop() {
                self.send_alone(signed);
            }
        }
        if self.chance.percent(1) {
            self.send_batch(Vec::new());
        }
    }

    /// An act of any agent in any round, right in few ways or none.
    fn nonsense(&mut self) -> SignedAct {
        if !self.archive.is_empty() && self.chance.percent(30) {
            return self.chance.pick(&self.archive).clone();
        }
        let round = self.some_round();
        let agent = self.some_agent(round);
        let opened = self.model.rounds.get(&round).map_or(2, |round| round.opened().len());
        let k = assignment::grades_per_agent(opened);
        let mut signed = match self.chance.below(8) {
            0 => commit_answer(agent, round, b""),
            1 => commit_answer(agent, round, &self.answer(agent, round)),
            2 => open_answer(agent, round),
            3 => sign(&pair(agent), Act::OpenAnswer { round, key: self.chance.bytes() }),
            4 => commit_bytes(agent, round, &vec![1; 2 * k]),
            5 => commit_bytes(agent, round, &vec![1; 2 * k + 2]),
            6 => sign(
                &pair(agent),
                Act::OpenGrades { round, key: seal_key(agent, round, SealStep::Answer) },
            ),
            _ => open_grades(agent, round),
        };
        if self.chance.percent(10) {
            // Somebody else's seal, or somebody else's name.
            let stolen = self.chance.below(KEYS.into()) as u8;
            match &mut signed.act {
                Act::CommitAnswer { sealed, .. } => {
                    *sealed = sealed_answer_of(&commit_answer(
                        stolen,
                        round,
                        &self.answer(stolen, round),
                    ));
                    signed = sign(&pair(agent), signed.act);
                }
                _ => signed.agent = key(stolen),
            }
        }
        if self.chance.percent(10) {
            signed.signature.0[0] ^= 1;
        }
        signed
    }

    /// An agent that is in the round, or whose owner asked, or any other; the last one is never
    /// registered.
    fn some_agent(&mut self, round: RoundId) -> u8 {
        let any = self.chance.below(u64::from(KEYS) + 1) as u8;
        let Some(running) = self.model.rounds.get(&round) else { return any };
        let is_wanted = |(_, key): &(u8, &AgentKey)| match any % 3 {
            0 => running.players.iter().any(|player| player.key == **key),
            1 => self.model.owner_of(key) == Some(running.client),
            _ => false,
        };
        let wanted: Vec<u8> =
            (0..).zip(&self.keys).filter(is_wanted).map(|(agent, _)| agent).collect();
        if wanted.is_empty() {
            any
        } else {
            *self.chance.pick(&wanted)
        }
    }

    /// The id of a round that runs, most of the time.
    pub(crate) fn some_round(&mut self) -> RoundId {
        let running: Vec<_> = self.model.rounds.keys().copied().collect();
        if running.is_empty() || self.chance.percent(15) {
            return self.chance.below(self.model.next_round + 2);
        }
        *self.chance.pick(&running)
    }

    /// Remember that an act was sent.
    fn note(&mut self, signed: &SignedAct) {
        if let Some(fork) = &mut self.fork {
            fork.sent.push(signed.clone());
        }
        if self.archive.len() < ARCHIVE {
            self.archive.push(signed.clone());
        } else {
            let replaced = self.chance.below(ARCHIVE as u64) as usize;
            self.archive[replaced] = signed.clone();
        }
    }

    /// An act goes alone. Pool, block and model agree on what becomes of it.
    fn send_alone(&mut self, signed: SignedAct) {
        let is_replayed = self.fork.is_none() && self.given_up.contains(&signed);
        self.note(&signed);
        let verdict = self.model.verdict(&signed, self.model.now);
        let call = single(signed.clone());
        assert_eq!(authorize(&call).map(|_| ()), verdict.map_err(Failure::from), "{signed:?}");
        let outcome = if verdict.is_ok() { "admitted" } else { "refused" };
        if is_replayed {
            self.tally.count(format!("act of a given-up branch {outcome}"));
        }
        match verdict {
            Ok(()) => {
                self.count_admitted(&signed);
                let (done, seen) = self.watch(|| dispatch(call));
                done.expect("what is authorised happens");
                let expected = self.act(&signed);
                self.compare(seen, expected);
            }
            Err(refusal) => {
                self.tally.count(format!("act refused: {refusal:?}"));
                // Dispatch leaves the signature to the authorisation.
                if refusal != Refusal::BadSignature {
                    let (done, seen) = self.watch(|| dispatch(call));
                    assert_eq!(
                        done.unwrap_err().error,
                        DispatchError::from(Error::<Test>::from(refusal))
                    );
                    self.compare(seen, Default::default());
                }
            }
        }
    }

    /// Let the model act, and count how phases end.
    fn act(&mut self, signed: &SignedAct) -> super::Effects {
        let round = signed.act.round();
        let was_due = self.model.now > self.model.rounds[&round].deadline;
        let effects = self.model.act(&signed.agent, &signed.act);
        let ended = effects.events.iter().filter(|event| ends_a_phase(event)).count();
        if was_due {
            self.tally.count("phase ended by an act of the next one");
        }
        if ended > usize::from(was_due) {
            self.tally.count("phase ended by its last act");
        }
        effects
    }

    fn count_admitted(&mut self, signed: &SignedAct) {
        let Some(round) = self.model.rounds.get(&signed.act.round()) else { return };
        let Some(player) = round.players.iter().find(|player| player.key == signed.agent) else {
            return;
        };
        match self.model.agents.get(&player.owner) {
            Some(agent) if agent.key != signed.agent => {
                self.tally.count("act of a member with a key of long ago")
            }
            Some(agent) if !agent.is_active() => {
                self.tally.count("act of a member that has retired")
            }
            _ => {}
        }
    }

    /// Several acts go together. What the pool would not take is put into a block all the same, now
    /// and then, if all signatures are good: each act then stands for itself.
    fn send_batch(&mut self, acts: Vec<SignedAct>) {
        for signed in &acts {
            self.note(signed);
        }
        let verdict = self.model.verdict_on_batch(&acts);
        let call = batch(acts.clone());
        assert_eq!(authorize(&call).map(|_| ()), verdict.map_err(Failure::from), "{acts:?}");
        match verdict {
            Ok(()) => self.tally.count("batch admitted"),
            Err(refusal) => self.tally.count(format!("batch refused: {refusal:?}")),
        }
        if verdict == Err(Refusal::EmptyBatch) {
            let (done, seen) = self.watch(|| dispatch(call));
            assert_eq!(done.unwrap_err().error, DispatchError::from(Error::<Test>::EmptyBatch));
            return self.compare(seen, Default::default());
        }
        if verdict.is_err()
            && (self.chance.percent(50) || !acts.iter().all(|signed| self.model.is_signed(signed)))
        {
            // Its authors send what is left one by one.
            return acts.into_iter().for_each(|signed| self.send_alone(signed));
        }
        let (done, seen) = self.watch(|| dispatch(call));
        done.expect("a batch goes on");
        // Settlements before the last act change what owners can spend, which the model reads from
        // the chain: so it is asked about money as the events tell it.
        let mut expected = super::Effects::default();
        let mut events = seen.effects.events.iter();
        for signed in &acts {
            let refusal = self.model.refusal(&signed.agent, &signed.act, self.model.now);
            let has_failed =
                events.clone().next().is_some_and(|event| is_refusal_of(event, signed));
            let effects = match refusal {
                Some(refusal) if refusal != Refusal::CannotPayTicket || has_failed => {
                    refused(signed, Error::<Test>::from(refusal).into())
                }
                None if has_failed => refused(signed, Error::<Test>::CannotPayTicket.into()),
                _ => self.act(signed),
            };
            events.by_ref().take(effects.events.len()).for_each(drop);
            if has_failed {
                assert!(
                    verdict.is_err() || has_locked_money(&self.model, signed),
                    "the pool let a useless act in"
                );
            }
            expected.extend(effects);
        }
        self.compare(seen, expected);
    }

    /// From an account, an act is a call like any other, and fails.
    pub(crate) fn send_from_an_account(&mut self) {
        if self.archive.is_empty() {
            return;
        }
        let signed = self.chance.pick(&self.archive).clone();
        let (done, seen) = self
            .watch(|| RuntimeCall::from(single(signed)).dispatch(RuntimeOrigin::signed(STRANGER)));
        assert_eq!(done.unwrap_err().error, DispatchError::BadOrigin);
        self.tally.count("act from an account failed: BadOrigin");
        self.compare(seen, Default::default());
    }
}

/// Whether the act's owner has money that some lock keeps from it: then the end of a round in which
/// it forfeits a ticket leaves it less to spend than before.
fn has_locked_money(model: &super::Model, signed: &SignedAct) -> bool {
    model.owner_of(&signed.agent).is_some_and(|owner| System::account(owner).data.frozen > 0)
}

fn refused(signed: &SignedAct, error: DispatchError) -> super::Effects {
    let event = Event::ActRefused {
        agent: signed.agent,
        round: signed.act.round(),
        kind: signed.act.kind(),
        error,
    };
    super::Effects { events: vec![event], ..Default::default() }
}

fn is_refusal_of(event: &Event<Test>, signed: &SignedAct) -> bool {
    matches!(event, Event::ActRefused { agent, round, kind, .. }
        if (*agent, *round, *kind) == (signed.agent, signed.act.round(), signed.act.kind()))
}

fn ends_a_phase(event: &Event<Test>) -> bool {
    matches!(
        event,
        Event::PhaseChanged { .. }
            | Event::Settled { .. }
            | Event::NobodyWon { .. }
            | Event::Cancelled { .. }
    )
}

fn duty_phase(duty: &Duty<u128>) -> Phase {
    match duty {
        Duty::Answer { .. } => Phase::Answering,
        Duty::OpenAnswer { .. } => Phase::OpeningAnswers,
        Duty::Grade { .. } => Phase::Grading,
        Duty::OpenGrades { .. } => Phase::OpeningGrades,
    }
}
