//! On which block the author builds in a slot, and why.

use crate::{
    builder::Blocks,
    plan::{Plan, Plans},
    sight::Sight,
};
use pallet_waggle_rounds::api::WaggleApi;
use sc_consensus_babe::{authorship::claim_slot, BabeWorkerHandle};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus::Error;
use sp_consensus_babe::{Slot, SlotDuration};
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Header as _;
use sp_timestamp::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use waggle_node::{
    service::Authorship,
    types::{Block, Client, Pool, SelectChain},
};
use waggle_primitives::{
    seal::encode_grades,
    view::{Duty, RoundView},
    AgentKey, Grade, Hash32, RoundId, SealStep, SignedAct,
};
use waggle_runtime::{genesis_config_presets::dev_agent_seed, AccountId, Hash, Header};
use waggle_testing::Signer;

/// Names the agent that answers late, by its number.
const LATE: &str = "WAGGLE_HOSTILE_LATE";
/// Names the agent that answers twice.
const TWICE: &str = "WAGGLE_HOSTILE_TWICE";
/// How many of the newest rounds it looks at.
const ROUNDS: u32 = 16;

/// Chooses the block to build on.
#[derive(Clone)]
pub(crate) struct Heads {
    honest: SelectChain,
    author: Arc<Author>,
}

/// The hostile author.
struct Author {
    client: Arc<Client>,
    pool: Arc<Pool>,
    keystore: KeystorePtr,
    babe: BabeWorkerHandle<Block>,
    slot_duration: SlotDuration,
    plans: Plans,
    late: Option<Signer>,
    twice: Option<Signer>,
    first_seal: Mutex<Option<FirstSeal>>,
}

/// A block of the author's with the first of two commits.
#[derive(Clone, Copy)]
struct FirstSeal {
    round: RoundId,
    /// What it stands on.
    parent: Hash,
    number: u32,
}

/// A round that the agent which waits could enter now, with an answer that it has read.
struct Prey {
    round: RoundId,
    parent: Hash,
    /// The parent's number.
    above: u32,
    answer: Vec<u8>,
}

/// How it makes blocks.
pub(crate) fn author(honest: Authorship) -> (Heads, Blocks) {
    let Authorship { client, select_chain, pool, keystore, babe, slot_duration, .. } = honest;
    let plans = Plans::default();
    let author = Author {
        client: client.clone(),
        pool: pool.clone(),
        keystore,
        babe,
        slot_duration,
        plans: plans.clone(),
        late: agent_named_by(LATE),
        twice: agent_named_by(TWICE),
        first_seal: Mutex::default(),
    };
    let heads = Heads { honest: select_chain, author: Arc::new(author) };
    (heads, Blocks { client, pool, plans })
}

/// The development agent whose number the variable has.
fn agent_named_by(variable: &str) -> Option<Signer> {
    let number = std::env::var(variable).ok()?.parse().ok()?;
    Some(Signer::of_phrase(&dev_agent_seed(number)))
}

#[async_trait::async_trait]
impl sp_consensus::SelectChain<Block> for Heads {
    async fn leaves(&self) -> Result<Vec<Hash>, Error> {
        sp_consensus::SelectChain::<Block>::leaves(&self.honest).await
    }

    async fn best_chain(&self) -> Result<Header, Error> {
        let best = self.honest.best_chain().await?;
        match self.author.choose(&best).await {
            Ok(parent) => Ok(parent),
            Err(reason) => {
                log::warn!("hostile: nothing in this slot: {reason}");
                Ok(best)
            }
        }
    }

    async fn finality_target(&self, base: Hash, most: Option<u32>) -> Result<Hash, Error> {
        sp_consensus::SelectChain::<Block>::finality_target(&self.honest, base, most).await
    }
}

impl Author {
    /// The block to build on in the slot that has begun, where `best` is the best one.
    async fn choose(&self, best: &Header) -> Result<Header, String> {
        let slot = Slot::from_timestamp(Timestamp::current(), self.slot_duration);
        let sight = Sight::of(&self.client, &self.pool, best).map_err(said)?;
        let prey = self.prey(best, &sight, slot)?;
        let epoch = self.babe.epoch_data_for_child_of(best.hash(), *best.number(), slot).await;
        let Some((claim, _)) = claim_slot(slot, &epoch.map_err(said)?, &self.keystore) else {
            return Ok(best.clone());
        };
        let plan = self.plan(best, &sight, prey, claim.is_primary())?;
        let parent = self.client.header(plan.parent).map_err(said)?;
        self.plans.put(plan);
        parent.ok_or_else(|| "the parent is gone".to_owned())
    }

    /// The newest round that the agent which waits could enter if this slot were a primary one of
    /// the author's. The log has all such rounds.
    fn prey(&self, best: &Header, sight: &Sight, slot: Slot) -> Result<Option<Prey>, String> {
        let Some(late) = self.late.as_ref().map(Signer::key) else { return Ok(None) };
        let finalised = self.client.info().finalized_number;
        let mut found = None;
        for view in self.rounds(best.hash())? {
            let Some(prey) = prey_in(&view, &late, sight, finalised) else { continue };
            let blocks = sight.above(prey.above).len();
            log::info!("hostile: could round {} slot {} blocks {blocks}", prey.round, *slot);
            found = found.or(Some(prey));
        }
        Ok(found)
    }

    /// What to do with a slot of one's own.
    fn plan(
        &self,
        best: &Header,
        sight: &Sight,
        prey: Option<Prey>,
        is_primary: bool,
    ) -> Result<Plan, String> {
        let at = best.hash();
        if let (true, Some(late), Some(prey)) = (is_primary, &self.late, prey) {
            if sight.outweighs(prey.above) {
                let replaced = sight.above(prey.above);
                log::info!("hostile: late round {} blocks {}", prey.round, replaced.len());
                let commit = self.answer(late, at, prey.round, &prey.answer)?;
                let acts = commit.into_iter().collect();
                return Ok(Plan { parent: prey.parent, acts, replaced });
            }
        }
        if let Some(plan) = self.seal_again(at, sight)? {
            return Ok(plan);
        }
        let mut acts = Vec::new();
        for agent in [&self.late, &self.twice].into_iter().flatten() {
            acts.extend(self.duties(agent, at)?);
        }
        acts.extend(self.seal_first(best)?);
        Ok(Plan { parent: at, acts, replaced: Vec::new() })
    }

    /// The block with the first of two commits, if there is one without a second.
    fn first_seal(&self) -> MutexGuard<'_, Option<FirstSeal>> {
        self.first_seal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first of two commits, to go into a block on `best`, if a round asks for it.
    fn seal_first(&self, best: &Header) -> Result<Option<SignedAct>, String> {
        let Some(twice) = &self.twice else { return Ok(None) };
        let at = best.hash();
        let asked = |duty: &Duty<u128>| matches!(duty, Duty::Answer { .. });
        let Some(duty) = self.duties_of(twice, at)?.into_iter().find(asked) else {
            return Ok(None);
        };
        let first = FirstSeal { round: duty.round(), parent: at, number: *best.number() };
        *self.first_seal() = Some(first);
        self.answer(twice, at, first.round, b"one")
    }

    /// A block beside that with the first commit, if its parent can still have another child.
    fn seal_again(&self, at: Hash, sight: &Sight) -> Result<Option<Plan>, String> {
        let first = self.first_seal().take();
        let (Some(first), Some(twice)) = (first, &self.twice) else { return Ok(None) };
        let is_there = sight.hash(first.number) == Some(first.parent);
        if !is_there || first.number < self.client.info().finalized_number {
            return Ok(None);
        }
        let Some(commit) = self.answer(twice, at, first.round, b"two")? else { return Ok(None) };
        log::info!("hostile: twice round {}", first.round);
        let replaced = sight.above(first.number);
        Ok(Some(Plan { parent: first.parent, acts: vec![commit], replaced }))
    }

    /// What the agent owes in rounds that it is in: it goes on as an honest one would, but does not
    /// look at what it grades.
    fn duties(&self, agent: &Signer, at: Hash) -> Result<Vec<SignedAct>, String> {
        let mut acts = Vec::new();
        for duty in self.duties_of(agent, at)? {
            let round = duty.round();
            let Some(scope) = self.scope(at, round, duty.step())? else { continue };
            match duty {
                Duty::Answer { .. } => {}
                Duty::OpenAnswer { .. } => acts.push(agent.open_answer(scope, round)),
                Duty::Grade { candidates, .. } => {
                    let half = Grade::new(5_000).unwrap_or_default();
                    let grades = encode_grades(&vec![half; candidates.len()]);
                    acts.push(agent.commit_grades(scope, round, &grades));
                }
                Duty::OpenGrades { .. } => acts.push(agent.open_grades(scope, round)),
            }
        }
        Ok(acts)
    }

    fn answer(
        &self,
        agent: &Signer,
        at: Hash,
        round: RoundId,
        text: &[u8],
    ) -> Result<Option<SignedAct>, String> {
        let scope = self.scope(at, round, SealStep::Answer)?;
        Ok(scope.map(|scope| agent.commit_answer(scope, round, text)))
    }

    fn rounds(&self, at: Hash) -> Result<Vec<RoundView<AccountId, u128>>, String> {
        let api = self.client.runtime_api();
        WaggleApi::<Block, AccountId>::recent_rounds(&*api, at, ROUNDS).map_err(said)
    }

    fn duties_of(&self, agent: &Signer, at: Hash) -> Result<Vec<Duty<u128>>, String> {
        let api = self.client.runtime_api();
        WaggleApi::<Block, AccountId>::duties(&*api, at, agent.key()).map_err(said)
    }

    fn scope(&self, at: Hash, round: RoundId, step: SealStep) -> Result<Option<Hash32>, String> {
        let api = self.client.runtime_api();
        WaggleApi::<Block, AccountId>::scope(&*api, at, round, step).map_err(said)
    }
}

/// What there is to gain in a round for the agent with this key. Nothing where the last block for
/// answers is final, where the swarm is full, where the agent is in it, or where no answer can be
/// read.
fn prey_in(
    view: &RoundView<AccountId, u128>,
    late: &AgentKey,
    sight: &Sight,
    finalised: u32,
) -> Option<Prey> {
    // Answering ends in the block after the last one for answers, which stands on `above`.
    let above = view.blocks.answering_ended?.checked_sub(2)?;
    let is_full = view.agents.len() as u32 >= view.terms.max_agents;
    let is_in = view.agents.iter().any(|agent| agent.key == *late);
    if above < finalised || is_full || is_in {
        return None;
    }
    let answer = sight.answer(view.id)?;
    Some(Prey { round: view.id, parent: sight.hash(above)?, above, answer })
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
