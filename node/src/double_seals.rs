//! Notices agents that seal two different things for one step of one round, and reports them.
//!
//! Every block that this node imports is looked at, those of other forks too: there an agent that
//! wants to choose afterwards what it said says something else. The commits in a block's acts are
//! kept with what their signatures cover, which the block's state tells; a second, different one
//! makes the evidence. Reports go into this node's pool as authorised calls, which need no account.
//!
//! What an attacker can grow: `COMMITS` commits of `BYTES` together, the oldest of which go first,
//! and `REPORTS` reports. What is not signed in the round's scope is not kept, so nobody
//! puts a forged act in an honest one's place.
//!
//! Out of scope: acts that never were in a block, which whoever has seen them may report with an
//! account; acts inside other calls, which are none; what a report does, which is the runtime's
//! affair. Blocks are read as the runtime lays them out that this node was built with: under a
//! later one with another layout nothing is noticed until the node is upgraded.

use crate::types::{Block, Client};
use codec::{Compact, Decode, Encode};
use futures::StreamExt;
use pallet_waggle_rounds::{api::WaggleApi, Call as RoundsCall};
use sc_client_api::{BlockBackend, BlockchainEvents};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus::{BlockOrigin, SyncOracle};
use sp_core::hexdisplay::HexDisplay;
use sp_runtime::generic::Preamble;
use std::{
    collections::{btree_map::Entry, BTreeMap, VecDeque},
    sync::Arc,
};
use substrate_prometheus_endpoint::{Counter, U64};
use waggle_primitives::{
    act::ActKind, AgentKey, DoubleSeal, Hash32, RoundId, ScopeParts, SealStep, SignedAct,
};
use waggle_runtime::{AccountId, Address, Hash, Runtime, RuntimeCall, Signature, TxExtension};

/// Most commits that are kept.
const COMMITS: usize = 4_096;
/// Most bytes of them.
const BYTES: usize = 16 * 1024 * 1024;
/// Most double seals that are being reported at a time.
const REPORTS: usize = 64;
/// In how many best blocks a report is made again, for as long as the state does not know of it:
/// one can get lost with a block that is given up.
const PATIENCE: u32 = 200;

/// What this module logs under.
const LOG_TARGET: &str = "waggle::double-seals";

/// What comes before the call in a transaction.
type Front = Preamble<Address, Signature, TxExtension>;

/// What there may be one commit for: agent, round, kind, and scope.
type Place = (AgentKey, RoundId, ActKind, Hash32);

/// Looks at blocks, and reports.
pub struct DoubleSealWatch<S> {
    client: Arc<Client>,
    pool: OffchainTransactionPoolFactory<Block>,
    sync: S,
    genesis: Hash32,
    commits: Commits,
    reports: VecDeque<Report>,
    counter: Option<Counter<U64>>,
}

/// A report on its way.
struct Report {
    evidence: DoubleSeal<AccountId>,
    /// In how many best blocks it is made still.
    left: u32,
}

/// The first commit for each place, of the newest places.
#[derive(Default)]
struct Commits {
    first: BTreeMap<Place, Commit>,
    /// The places, oldest first.
    order: VecDeque<Place>,
    bytes: usize,
}

/// A commit that was in a block.
struct Commit {
    signed: SignedAct,
    /// Whether another one has been found.
    is_doubled: bool,
}

impl Commits {
    /// Note a commit that was in a block of the chain with this genesis hash, whose signature
    /// should cover `scope`. Returns the evidence if it is the second for its place; a third one is
    /// no news.
    fn note(
        &mut self,
        scope: &ScopeParts<AccountId>,
        genesis: &Hash32,
        signed: SignedAct,
    ) -> Option<DoubleSeal<AccountId>> {
        let hash = scope.hash(genesis);
        let place = (signed.agent, signed.act.round(), signed.act.kind(), hash);
        match self.first.get_mut(&place) {
            Some(first) if first.is_doubled || first.signed.act == signed.act => None,
            Some(first) => {
                let evidence = DoubleSeal {
                    scope: scope.clone(),
                    first: first.signed.clone(),
                    second: signed,
                };
                evidence.verify(genesis).ok()?;
                first.is_doubled = true;
                Some(evidence)
            }
            None => {
                if signed.verify(&hash) {
                    self.keep(place, signed);
                }
                None
            }
        }
    }

    fn keep(&mut self, place: Place, signed: SignedAct) {
        self.bytes = self.bytes.saturating_add(signed.encoded_size());
        self.first.insert(place, Commit { signed, is_doubled: false });
        self.order.push_back(place);
        while self.order.len() > COMMITS || self.bytes > BYTES {
            let Some(oldest) = self.order.pop_front() else { return };
            if let Some(commit) = self.first.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(commit.signed.encoded_size());
            }
        }
    }
}

/// The commits in a transaction, as a block has it: in acts alone and in batches, whoever sends
/// them.
///
/// Other calls are not decoded. They can hold calls that hold calls, deeper than the stack of a
/// native thread.
fn commits_in(transaction: &[u8]) -> Vec<SignedAct> {
    let mut acts = acts_in(transaction).unwrap_or_default();
    acts.retain(|signed| {
        matches!(signed.act.kind(), ActKind::CommitAnswer | ActKind::CommitGrades)
    });
    acts
}

/// The acts in a transaction, as a block or the pool has it. `None` if it is another call, or none
/// of this runtime.
pub fn acts_in(mut input: &[u8]) -> Option<Vec<SignedAct>> {
    Compact::<u32>::decode(&mut input).ok()?;
    Front::decode(&mut input).ok()?;
    let (pallet, mut call) = input.split_first()?;
    if *pallet != pallet_index() {
        return None;
    }
    match RoundsCall::<Runtime>::decode(&mut call).ok()? {
        RoundsCall::act { signed } => Some(vec![signed]),
        RoundsCall::act_batch { acts } => Some(acts.into_inner()),
        _ => None,
    }
}

/// What calls of the rounds pallet begin with.
fn pallet_index() -> u8 {
    let call = RuntimeCall::Rounds(RoundsCall::poke { round: 0 });
    call.encode().first().copied().unwrap_or_default()
}

impl<S: SyncOracle> DoubleSealWatch<S> {
    /// Watch what `client` imports, and put reports into the pool of `pool`; count what was found
    /// with `counter`. While `sync` catches up with the chain nothing is looked at: it is mostly
    /// too old, and was reported by others.
    pub fn new(
        client: Arc<Client>,
        pool: OffchainTransactionPoolFactory<Block>,
        sync: S,
        counter: Option<Counter<U64>>,
    ) -> Self {
        Self {
            genesis: client.info().genesis_hash.0,
            client,
            pool,
            sync,
            commits: Commits::default(),
            reports: VecDeque::new(),
            counter,
        }
    }

    /// Go on until the chain ends with the node.
    pub async fn follow(mut self) {
        let mut blocks = self.client.every_import_notification_stream();
        while let Some(block) = blocks.next().await {
            if block.origin == BlockOrigin::NetworkInitialSync || self.sync.is_major_syncing() {
                continue;
            }
            if let Err(error) = self.look(block.hash) {
                log::debug!(target: LOG_TARGET, "block {} cannot be read: {error}", block.hash);
            }
            if block.is_new_best {
                self.report(block.hash);
            }
        }
    }

    /// Look at the acts of block `at`.
    fn look(&mut self, at: Hash) -> Result<(), sp_blockchain::Error> {
        let body = self.client.block_body(at)?.unwrap_or_default();
        let commits: Vec<_> =
            body.iter().flat_map(|transaction| commits_in(&transaction.encode())).collect();
        // Many of them are of one round.
        let mut scopes = BTreeMap::<(RoundId, ActKind), Option<ScopeParts<AccountId>>>::new();
        for signed in commits {
            let (round, kind) = (signed.act.round(), signed.act.kind());
            let scope = match scopes.entry((round, kind)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    unknown.insert(self.scope(at, round, signed.act.step())?)
                }
            };
            let Some(scope) = scope else { continue };
            if let Some(evidence) = self.commits.note(scope, &self.genesis, signed) {
                self.found(evidence);
            }
        }
        Ok(())
    }

    fn scope(
        &self,
        at: Hash,
        round: RoundId,
        step: SealStep,
    ) -> Result<Option<ScopeParts<AccountId>>, sp_blockchain::Error> {
        let api = self.client.runtime_api();
        Ok(WaggleApi::<Block, AccountId>::scope_parts(&*api, at, round, step)?)
    }

    fn found(&mut self, evidence: DoubleSeal<AccountId>) {
        log::warn!(
            "🐝 An agent has sealed two different things in round {}: 0x{} is reported",
            evidence.round(),
            HexDisplay::from(&evidence.agent().0),
        );
        if let Some(counter) = &self.counter {
            counter.inc();
        }
        if self.reports.len() >= REPORTS {
            self.reports.pop_front();
        }
        self.reports.push_back(Report { evidence, left: PATIENCE });
    }

    /// Report once more what the state of the best block `at` does not know of.
    fn report(&mut self, at: Hash) {
        for report in &mut self.reports {
            report.left = report.left.saturating_sub(1);
            let mut api = self.client.runtime_api();
            api.register_extension(self.pool.offchain_transaction_pool(at));
            let evidence = report.evidence.clone();
            let reported = WaggleApi::<Block, AccountId>::report_double_seal(&*api, at, evidence);
            if let Err(error) = reported {
                log::debug!(target: LOG_TARGET, "a double seal cannot be reported: {error}");
            }
        }
        self.reports.retain(|report| report.left > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_runtime::{generic::Era, OpaqueExtrinsic};
    use waggle_primitives::{domain::GENERAL, Grade, RoundTerms};
    use waggle_runtime::{transactions::extension, UncheckedExtrinsic};
    use waggle_testing::Signer;

    const GENESIS: Hash32 = [7; 32];

    fn signer(number: u8) -> Signer {
        Signer::of_secret(&[number; 32])
    }

    fn scope(number: u8) -> ScopeParts<AccountId> {
        ScopeParts {
            client: [number; 32].into(),
            terms: RoundTerms {
                reward: 20,
                answering_blocks: 10,
                min_agents: 2,
                max_agents: 3,
                min_score: Grade::MIN,
            },
            prompt_hash: [number; 32],
            seed: None,
            domain: GENERAL,
        }
    }

    /// What agent `agent` says in round 5 of this scope.
    fn answer(agent: u8, scope: &ScopeParts<AccountId>, answer: &[u8]) -> SignedAct {
        signer(agent).commit_answer(scope.hash(&GENESIS), 5, answer)
    }

    /// A transaction as a node has it in a block.
    fn in_a_block(call: impl Into<RuntimeCall>) -> Vec<u8> {
        let extension = extension(0, Era::Immortal);
        let transaction = UncheckedExtrinsic::new_transaction(call.into(), extension).encode();
        OpaqueExtrinsic::decode(&mut &transaction[..]).expect("it is one").encode()
    }

    #[test]
    fn a_second_answer_should_be_evidence_whichever_comes_first() {
        let here = scope(1);
        for [first, second] in [[&b"48"[..], &b"49"[..]], [b"49", b"48"]] {
            let mut commits = Commits::default();
            let (first, second) = (answer(1, &here, first), answer(1, &here, second));
            assert_eq!(commits.note(&here, &GENESIS, first.clone()), None);
            let found = commits.note(&here, &GENESIS, second.clone());
            let evidence = found.expect("two answers to one question");
            assert_eq!((&evidence.first, &evidence.second), (&first, &second));
            assert_eq!(evidence.verify(&GENESIS), Ok(()));
            assert_eq!(commits.note(&here, &GENESIS, second), None, "it was told");
            assert_eq!(commits.note(&here, &GENESIS, answer(1, &here, b"50")), None);
        }
    }

    #[test]
    fn honest_acts_should_be_no_evidence() {
        let (here, there) = (scope(1), scope(2));
        let mut commits = Commits::default();
        let mut note = |scope: &_, signed| commits.note(scope, &GENESIS, signed);
        assert_eq!(note(&here, answer(1, &here, b"49")), None);
        assert_eq!(note(&here, answer(1, &here, b"49")), None, "the same on another fork");
        assert_eq!(note(&there, answer(1, &there, b"48")), None, "another question");
        assert_eq!(note(&here, answer(2, &here, b"48")), None, "another agent");
        let later = signer(1).commit_answer(here.hash(&GENESIS), 6, b"48");
        assert_eq!(note(&here, later), None, "another round");
    }

    #[test]
    fn forged_acts_should_neither_be_kept_nor_believed() {
        let here = scope(1);
        let mut commits = Commits::default();
        let forged = SignedAct { agent: signer(1).key(), ..answer(2, &here, b"48") };
        assert_eq!(commits.note(&here, &GENESIS, forged.clone()), None);
        assert!(commits.first.is_empty());
        assert_eq!(commits.note(&here, &GENESIS, answer(1, &here, b"49")), None);
        assert_eq!(commits.note(&here, &GENESIS, forged), None);
        assert!(commits.note(&here, &GENESIS, answer(1, &here, b"50")).is_some());
    }

    #[test]
    fn the_oldest_commits_should_be_forgotten() {
        let here = scope(1);
        let hash = here.hash(&GENESIS);
        let mut commits = Commits::default();
        let short = |round| signer(1).commit_answer(hash, round, b"49");
        for round in 0..COMMITS as u64 + 10 {
            commits.note(&here, &GENESIS, short(round));
        }
        assert_eq!((commits.first.len(), commits.order.len()), (COMMITS, COMMITS));
        let other = |round| signer(1).commit_answer(hash, round, b"50");
        assert_eq!(commits.note(&here, &GENESIS, other(0)), None, "it is as the first of round 0");
        assert!(commits.note(&here, &GENESIS, other(COMMITS as u64)).is_some());

        let long = vec![0; waggle_primitives::MAX_ANSWER_BYTES as usize];
        for round in 10_000..10_000 + 2 * (BYTES / long.len()) as u64 {
            commits.note(&here, &GENESIS, signer(1).commit_answer(hash, round, &long));
        }
        assert!(commits.bytes <= BYTES && commits.first.len() == commits.order.len());
        let kept: usize = commits.first.values().map(|commit| commit.signed.encoded_size()).sum();
        assert_eq!(commits.bytes, kept);
    }

    #[test]
    fn commits_should_be_found_in_acts_and_batches_whoever_sends_them() {
        let here = scope(1);
        let (hash, signed) = (here.hash(&GENESIS), answer(1, &here, b"49"));
        let grades = signer(2).commit_grades(hash, 5, &[1, 0]);
        let opening = signer(1).open_answer(hash, 5);
        let act = |signed: &SignedAct| RoundsCall::<Runtime>::act { signed: signed.clone() };
        assert_eq!(commits_in(&in_a_block(act(&signed))), std::slice::from_ref(&signed));
        assert_eq!(commits_in(&in_a_block(act(&opening))), []);
        let acts = vec![signed.clone(), opening, grades.clone()].try_into().expect("a few");
        let batch = RoundsCall::<Runtime>::act_batch { acts };
        assert_eq!(commits_in(&in_a_block(batch)), [signed.clone(), grades]);
        let bare = UncheckedExtrinsic::new_bare(act(&signed).into()).encode();
        assert_eq!(commits_in(&bare), std::slice::from_ref(&signed));
        let by_an_account = UncheckedExtrinsic::new_signed(
            act(&signed).into(),
            Address::Id([1; 32].into()),
            sp_core::sr25519::Signature::default().into(),
            extension(0, Era::Immortal),
        );
        assert_eq!(commits_in(&by_an_account.encode()), [signed]);
    }

    #[test]
    fn other_transactions_should_be_let_alone() {
        let poke = RoundsCall::<Runtime>::poke { round: 5 };
        assert_eq!(commits_in(&in_a_block(poke)), []);
        let other = frame_system::Call::<Runtime>::remark { remark: vec![1, 2, 3] };
        assert_eq!(commits_in(&in_a_block(other)), []);
        for bytes in [&b""[..], &[4], &[0; 40], &[0xff; 40]] {
            assert_eq!(commits_in(bytes), []);
        }
    }
}
