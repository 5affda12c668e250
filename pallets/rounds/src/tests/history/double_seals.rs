//! Double seals in a history: true ones and false ones, reported by accounts and by nodes, once and
//! again, of keys that agents have, had, or never had.

use super::{
    model::{Effects, Model},
    History, CLIENTS, KEYS,
};
use crate::{mock::*, tests::swarm::terms};
use frame_support::{dispatch::Pays, pallet_prelude::Authorize};
use pallet_waggle_agents::{AgentStatus, BarredKeys, Call, Error};
use sp_core::Pair;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, UnknownTransaction,
    },
    DispatchError,
};
use waggle_primitives::{
    seal::SealContext, Act, AgentKey, DoubleSeal, Hash32, RoundId, ScopeParts, SealStep, SignedAct,
};

/// Two acts, and what they are said to cover.
pub(super) type Evidence = DoubleSeal<AccountId>;

/// How much evidence is remembered, to be shown again.
const REMEMBERED: usize = 20;
/// How many keys are barred at most, of those that owners choose from: a long history would have
/// none left. Those that go are forgotten by chain and model alike.
const BARRED: usize = 4;

impl History {
    /// Somebody reports a double seal, or what is none.
    pub(super) fn report(&mut self) {
        let evidence = self.evidence();
        let key = *evidence.agent();
        let verdict = self.model.verdict_on_report(&evidence);
        if verdict.is_ok() && self.model.formers.values().any(|(former, _)| *former == key) {
            self.tally.count("double seal of a former key");
        }
        if self.chance.percent(50) {
            self.report_of_an_account(&evidence, verdict);
        } else {
            self.report_of_a_node(&evidence, verdict);
        }
        if self.reported.len() == REMEMBERED {
            self.reported.remove(0);
        }
        self.reported.push(evidence);
        self.forget_keys();
    }

    fn report_of_an_account(
        &mut self,
        evidence: &Evidence,
        verdict: Result<AccountId, Error<Test>>,
    ) {
        // Owners too, of their own agents among others.
        let who =
            if self.chance.percent(50) { *self.chance.pick(&CLIENTS) } else { self.some_owner() };
        let (owner, failure) = match verdict {
            Ok(owner) => (Some(owner), None),
            Err(error) => (None, Some(DispatchError::from(error))),
        };
        let key = *evidence.agent();
        self.make(who, "report", call(evidence), failure, |model| {
            model.punish(owner.expect("whoever is to be punished is known"), key, Some(who))
        });
    }

    /// A node puts it into its pool, and its block's author into a block, whatever the pool said.
    fn report_of_a_node(&mut self, evidence: &Evidence, verdict: Result<AccountId, Error<Test>>) {
        let call = call(evidence);
        let said = call.authorize(TransactionSource::Local).expect("reports are authorised calls");
        assert_eq!(said.map(|_| ()), verdict.as_ref().map(|_| ()).map_err(refusal_of));
        let (done, seen) = self
            .watch(|| RuntimeCall::from(call).dispatch(frame_system::RawOrigin::Authorized.into()));
        let expected = match verdict {
            Ok(owner) => {
                assert_eq!(done.expect("what is authorised happens").pays_fee, Pays::No);
                self.tally.count("report of a node succeeded");
                self.model.punish(owner, *evidence.agent(), None)
            }
            Err(error) => {
                let error = DispatchError::from(error);
                assert_eq!(done.unwrap_err().error, error);
                let DispatchError::Module(error) = error else { panic!("{error:?}") };
                let why = error.message.unwrap_or_default();
                self.tally.count(format!("report of a node failed: {why}"));
                Effects::default()
            }
        };
        self.compare(seen, expected);
    }

    /// What somebody shows: made up, sent by agents, or shown before.
    fn evidence(&mut self) -> Evidence {
        match self.chance.below(20) {
            0..=3 if !self.reported.is_empty() => {
                self.tally.count("evidence shown again");
                self.chance.pick(&self.reported).clone()
            }
            4 | 5 if !self.archive.is_empty() => {
                let first = self.chance.pick(&self.archive).clone();
                let second = self.chance.pick(&self.archive).clone();
                let step = first.act.step();
                Evidence { scope: scope_of(first.act.round(), step), first, second }
            }
            6..=12 => self.true_evidence(),
            _ => self.false_evidence(),
        }
    }

    /// An agent seals two things in a scope, be it that of a round or of none that there ever was.
    fn true_evidence(&mut self) -> Evidence {
        let (agent, round) = (self.some_reported_agent(), self.some_round());
        let step = if self.chance.percent(50) { SealStep::Answer } else { SealStep::Grades };
        let scope = scope_of(round, step);
        let hash = scope.hash(&Rounds::genesis_hash());
        let [first, second] = [&b"no"[..], b"yes"].map(|text| seal(agent, hash, round, step, text));
        let evidence = Evidence { scope, first, second };
        assert_eq!(evidence.verify(&Rounds::genesis_hash()), Ok(()));
        evidence
    }

    /// The same with something in it that is not so.
    fn false_evidence(&mut self) -> Evidence {
        let mut evidence = self.true_evidence();
        let Evidence { scope, first, second } = &mut evidence;
        let (round, step) = (first.act.round(), first.act.step());
        let hash = scope.hash(&Rounds::genesis_hash());
        let other = self.chance.below(KEYS.into()) as u8;
        match self.chance.below(7) {
            0 => second.clone_from(first),
            1 => *second = seal(other, Hash32::default(), round, step, b"yes"),
            2 => second.agent = AgentKey::default(),
            3 => scope.terms.reward += 1,
            4 => scope.seed = if scope.seed.is_some() { None } else { Some([7; 32]) },
            5 => first.signature.0[0] ^= 1,
            _ => {
                let key = hash;
                second.act = match step {
                    SealStep::Answer => Act::OpenAnswer { round, key },
                    SealStep::Grades => Act::OpenGrades { round, key },
                };
            }
        }
        assert!(evidence.verify(&Rounds::genesis_hash()).is_err());
        evidence
    }

    /// The number of a key that somebody answers for, or had before, or that is barred; or any.
    fn some_reported_agent(&mut self) -> u8 {
        let any = self.chance.below(KEYS.into()) as u8;
        let (model, kind) = (&self.model, self.chance.below(10));
        let is_wanted = |(_, key): &(u8, &AgentKey)| match kind {
            0..=5 => model.formers.values().any(|(former, until)| {
                former == *key && model.now < *until && !model.barred.contains(*key)
            }),
            6 => model.barred.contains(*key),
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

    /// Forget barred keys that are no agent's, if there are too many: as if they were new ones.
    fn forget_keys(&mut self) {
        while self.model.barred.len() > BARRED {
            let is_free = |key: &&AgentKey| {
                !self.model.agents.values().any(|agent| agent.key == **key)
                    && !self.model.formers.values().any(|(former, _)| former == *key)
            };
            let Some(key) = self.model.barred.iter().find(is_free).copied() else { return };
            self.model.barred.remove(&key);
            BarredKeys::<Test>::remove(key);
        }
    }
}

impl Model {
    /// Who is to be punished for what this proves; or why nobody is.
    fn verdict_on_report(&self, evidence: &Evidence) -> Result<AccountId, Error<Test>> {
        evidence.check_acts().map_err(|_| Error::<Test>::NoDoubleSeal)?;
        let key = evidence.agent();
        if self.barred.contains(key) {
            return Err(Error::AlreadyPunished);
        }
        let has = self.agents.iter().find(|(_, agent)| agent.key == *key).map(|(owner, _)| *owner);
        let had =
            self.formers.iter().find(|(_, (former, until))| former == key && self.now < *until);
        let owner = has.or(had.map(|(owner, _)| *owner)).ok_or(Error::<Test>::NobodysKey)?;
        if self.agents[&owner].bond == 0 {
            return Err(Error::AlreadyPunished);
        }
        evidence.verify(&Rounds::genesis_hash()).map_err(|_| Error::<Test>::NoDoubleSeal)?;
        Ok(owner)
    }

    /// The bond is taken: a tenth is the reporter's, if there is one, the rest the treasury's.
    fn punish(&mut self, owner: AccountId, key: AgentKey, reporter: Option<AccountId>) -> Effects {
        let now = self.now;
        let agent = self.agents.get_mut(&owner).expect("somebody answers for the key");
        let bond = std::mem::take(&mut agent.bond);
        if agent.is_active() {
            agent.status = AgentStatus::Retired { since: now };
        }
        self.barred.insert(key);
        let mut effects = Effects::default();
        let part = if reporter.is_some() { bond / 10 } else { 0 };
        effects.gain(owner, -(bond as i128));
        effects.gain(TREASURY, (bond - part) as i128);
        if let Some(reporter) = reporter {
            effects.gain(reporter, part as i128);
        }
        effects
    }
}

fn call(evidence: &Evidence) -> Call<Test> {
    Call::report_double_seal { evidence: Box::new(evidence.clone()) }
}

/// What the pool says where dispatch says this.
fn refusal_of(error: &Error<Test>) -> TransactionValidityError {
    match error {
        Error::NobodysKey => UnknownTransaction::CannotLookup.into(),
        Error::AlreadyPunished => InvalidTransaction::Stale.into(),
        _ => InvalidTransaction::BadProof.into(),
    }
}

/// What is sealed in this step of the round, or might be if it does not run or is not that far.
fn scope_of(round: RoundId, step: SealStep) -> ScopeParts<AccountId> {
    Rounds::scope_parts(round, step).unwrap_or_else(|| ScopeParts {
        client: CLIENT,
        terms: terms(4, 8),
        prompt_hash: [round as u8; 32],
        seed: (step == SealStep::Grades).then_some([5; 32]),
        domain: GENERAL,
    })
}

/// What the agent with this key seals in a scope.
fn seal(agent: u8, scope: Hash32, round: RoundId, step: SealStep, text: &[u8]) -> SignedAct {
    let pair = pair(agent);
    let context = SealContext { scope, round, agent: pair.public(), step };
    let key = context.key(&pair.sign(&context.key_message()));
    let act = match step {
        SealStep::Answer => {
            let sealed = context.seal(&key, text).expect("it is short enough");
            Act::CommitAnswer { round, sealed }
        }
        SealStep::Grades => {
            let sealed = context.seal(&key, text).expect("it is short enough");
            Act::CommitGrades { round, sealed }
        }
    };
    SignedAct { agent: pair.public(), signature: pair.sign(&act.signing_payload(&scope)), act }
}
