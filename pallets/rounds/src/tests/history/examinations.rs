//! Examinations in a history. Each client seals what it takes for right, and an examiner tells it
//! of the rounds that are over: once or twice, of settled and of cancelled ones, and now and then
//! something else. When it does depends on the round alone.

use super::{
    model::{spendable, Effects, Model},
    History,
};
use crate::mock::*;
use pallet_waggle_examinations::Error;
use sp_runtime::DispatchError;
use std::collections::{BTreeMap, BTreeSet};
use waggle_primitives::{
    examination, grades::GradeMatrix, rule::Known, AgentIndex, Hash32, RoundId,
};

/// Who examines in the general domain.
const EXAMINER: AccountId = 50;
/// What the treasury may pay back in all: it does not last to the end.
const BUDGET: u128 = 20_000;
/// The salt of all seals.
const SALT: Hash32 = [6; 32];

/// What the model knows of examinations.
#[derive(Clone)]
pub(crate) struct Truths {
    /// The rounds, running or over, whose seal is kept.
    pub(crate) sealed: BTreeSet<RoundId>,
    /// By index, what the opened answers said of settled rounds whose result is kept.
    pub(crate) said: BTreeMap<RoundId, Vec<Option<String>>>,
    /// What is left of the examiner's budget.
    budget: u128,
}

impl Truths {
    /// Those of a chain without rounds. Appoints the examiner.
    pub(crate) fn begin() -> Self {
        Examinations::appoint(RuntimeOrigin::root(), GENERAL, EXAMINER, BUDGET)
            .expect("there is room");
        Self { sealed: BTreeSet::new(), said: BTreeMap::new(), budget: BUDGET }
    }

    /// A result is pruned.
    pub(crate) fn forget(&mut self, round: RoundId) {
        self.sealed.remove(&round);
        self.said.remove(&round);
    }
}

/// What is right in this round: one of the three answers to every other prompt.
fn truth_of(round: RoundId) -> String {
    (round / 2 % 3).to_string()
}

/// What this client of this round seals.
pub(crate) fn seal_of(round: RoundId, client: AccountId) -> Hash32 {
    examination::seal(&client, &SALT, truth_of(round).as_bytes())
}

impl Model {
    /// A round is examined, and its client gets this back.
    fn examine(&mut self, id: RoundId, reimbursed: u128) -> Effects {
        let result = self.results[&id].clone();
        let opened: Vec<AgentIndex> = (0..)
            .zip(&result.members)
            .filter(|(_, member)| member.opened_answer)
            .map(|(index, _)| index)
            .collect();
        let place_of = |index: AgentIndex| opened.iter().position(|opened| *opened == index);
        let mut given = vec![Vec::new(); opened.len()];
        for entry in &result.grades {
            let (grader, author) = (place_of(entry.grader), place_of(entry.author));
            given[grader.unwrap()].push((author.unwrap(), entry.grade));
        }
        let (said, truth) = (&self.truths.said[&id], truth_of(id));
        let right: Vec<bool> =
            opened.iter().map(|index| said[*index as usize].as_ref() == Some(&truth)).collect();
        let owners: Vec<AccountId> =
            opened.iter().map(|index| result.members[*index as usize].owner).collect();
        let before: Vec<Known> = owners.iter().map(|owner| self.known_of(GENERAL, owner)).collect();
        let after = Judging::get().examine(&before, &right, &GradeMatrix { given });
        for (owner, after) in owners.iter().zip(after) {
            if self.memberships.contains_key(&(GENERAL, *owner)) {
                self.known.insert((GENERAL, *owner), after);
            }
        }
        self.truths.sealed.remove(&id);
        self.truths.budget -= reimbursed;
        let mut effects = Effects::default();
        effects.gain(result.client, reimbursed as i128);
        effects.gain(TREASURY, -(reimbursed as i128));
        effects
    }

    /// What the treasury can pay the client of a settled round back now.
    fn reimbursement(&self, id: RoundId) -> u128 {
        let result = &self.results[&id];
        let sum = |amount: fn(&crate::types::MemberResult<AccountId>) -> u128| -> u128 {
            result.members.iter().map(amount).sum()
        };
        let cost = sum(|member| member.paid) + result.treasury - sum(|member| member.forfeited);
        let amount = cost.min(self.truths.budget).min(spendable(TREASURY));
        let is_alive = System::account(result.client).data.free + amount >= EXISTENTIAL_DEPOSIT;
        if is_alive {
            amount
        } else {
            0
        }
    }
}

impl History {
    /// The examiner tells the truth of rounds that ended some blocks ago.
    pub(crate) fn examine(&mut self) {
        let now = self.model.now;
        let results = self.model.results.iter();
        let due: Vec<RoundId> = results
            .filter(|(id, result)| result.blocks.ended == now.checked_sub((**id % 13) as u32))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            self.reveal(STRANGER, id, &truth_of(id));
            if id % 5 == 0 {
                self.reveal(EXAMINER, id, "something else");
            } else {
                self.reveal(EXAMINER, id, &truth_of(id));
                self.reveal(EXAMINER, id, &truth_of(id));
            }
        }
    }

    fn reveal(&mut self, who: AccountId, round: RoundId, truth: &str) {
        let is_judged =
            self.model.results.get(&round).is_some_and(|result| result.ending.is_judged());
        let is_general = !self.model.asked_in.contains_key(&round);
        let failure: Option<DispatchError> = if who != EXAMINER || !is_general {
            Some(Error::<Test>::NotExaminer.into())
        } else if !is_judged {
            Some(Error::<Test>::NoResult.into())
        } else if !self.model.truths.sealed.contains(&round) {
            Some(Error::<Test>::NothingSealed.into())
        } else if truth != truth_of(round) {
            Some(Error::<Test>::WrongTruth.into())
        } else {
            None
        };
        let reimbursed = if failure.is_none() { self.model.reimbursement(round) } else { 0 };
        if reimbursed > 0 {
            self.tally.count("client paid back");
        }
        let made = pallet_waggle_examinations::Call::<Test>::reveal {
            round,
            truth: truth.as_bytes().to_vec().try_into().unwrap(),
            salt: SALT,
        };
        self.make(who, "reveal", made, failure, |model| model.examine(round, reimbursed));
    }
}
