//! Whether an auditor's act is admitted: the checks that the pool and the block share, and how the
//! pool is to treat what passes them.
//!
//! [`Pallet::admit`] reads and never writes. The pool validates for the block after the one whose
//! state it reads, and `frame_system` tells that number.

use crate::{
    weights::WeightInfo, Audited, Committed, Config, Opened, Pallet, Refusal, Samples, Work, Works,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::{
    traits::{SaturatedConversion, Zero},
    transaction_validity::{TransactionSource, TransactionValidityWithRefund, ValidTransaction},
};
use waggle_primitives::{
    audit::{
        act::{scope, seal},
        sample::{Findings, Stage},
        AuditAct, SignedAuditAct,
    },
    claim::Epoch,
    traits::AuditedDomains,
    AgentKey, DomainId, Hash32,
};

/// What acts' tags in the pool begin with.
const TAG: &[u8] = b"waggle/audit";

/// Priority in the pool: below all acts of rounds, also below entering the cheapest one, whose
/// priority is a ticket of some ten millions; and above transactions without a tip. Acts are free,
/// large and many at once, but have a quarter of an epoch's blocks to get in.
const PRIORITY: u64 = 1 << 20;

/// An act that passed, but for its signature.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Last block in which the act is accepted.
    deadline: u32,
    /// What the act must be signed for.
    scope: Hash32,
}

impl<T: Config> Pallet<T> {
    /// The block being executed; in the pool, the one that would have the transaction; off chain,
    /// the block whose state is read.
    pub(crate) fn current_block() -> u32 {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// What acts and seals cover in the work on a domain's samples ([`scope`]).
    pub(crate) fn scope_of(domain: DomainId, work: &Work<T::AccountId>) -> Hash32 {
        let H256(genesis) = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        scope(&genesis, domain, work.epoch, &work.seed)
    }

    /// What an act costs.
    pub(crate) fn weight_of(signed: &SignedAuditAct) -> Weight {
        match &signed.act {
            AuditAct::Commit { .. } => T::WeightInfo::commit(),
            AuditAct::Open { .. } => T::WeightInfo::open(signed.encoded_size() as u32),
        }
    }

    /// Whether a signed act would be admitted in this block; with it, how the pool is to treat it.
    pub(crate) fn authorize(
        _: TransactionSource,
        signed: &SignedAuditAct,
    ) -> TransactionValidityWithRefund {
        Self::check(signed).map(|validity| (validity, Weight::zero())).map_err(Into::into)
    }

    /// The same. The signature comes last: where something else is wrong, it is not looked at.
    pub(crate) fn check(signed: &SignedAuditAct) -> Result<ValidTransaction, Refusal> {
        let now = Self::current_block();
        let admitted = Self::admit(&signed.agent, &signed.act, now)?;
        ensure!(signed.verify(&admitted.scope), Refusal::BadSignature);
        let (domain, epoch) = signed.act.work();
        let left = admitted.deadline.saturating_sub(now);
        Ok(ValidTransaction {
            priority: PRIORITY,
            requires: Vec::new(),
            provides: alloc::vec![(TAG, signed.agent, domain, epoch, signed.act.sample()).encode()],
            longevity: u64::from(left).saturating_add(1),
            propagate: true,
        })
    }

    /// Whether this act, apart from its signature, is admitted in block `now`.
    pub(crate) fn admit(agent: &AgentKey, act: &AuditAct, now: u32) -> Result<Admitted, Refusal> {
        let (domain, epoch) = act.work();
        let work = Self::work_on(domain, epoch)?;
        // Who it is comes first: a stranger learns that it is one, whatever the work is at.
        let is_auditor = work.committee.iter().any(|auditor| auditor.key == *agent);
        ensure!(is_auditor, Refusal::NotOnCommittee);
        let deadline = Self::deadline_of(act, epoch, now)?;
        let scope = Self::scope_of(domain, &work);
        match act {
            AuditAct::Commit { seals, .. } => {
                ensure!(!Committed::<T>::contains_key(domain, agent), Refusal::AlreadyDone);
                ensure!(seals.len() as u32 == work.samples, Refusal::WrongLength);
            }
            AuditAct::Open { sample, salt, findings, .. } => {
                let sealed = Self::seal_of(domain, agent, *sample)?;
                let said = seal(&scope, agent, *sample, salt, findings);
                ensure!(said == sealed, Refusal::WrongFindings);
                Self::check_shape(domain, &work, *sample, findings)?;
            }
        }
        Ok(Admitted { deadline, scope })
    }

    /// The work on the samples of this epoch.
    fn work_on(domain: DomainId, epoch: Epoch) -> Result<Work<T::AccountId>, Refusal> {
        let work = Works::<T>::get(domain);
        if let Some(work) = work.filter(|work| work.epoch == epoch) {
            return Ok(work);
        }
        // It begins in the next epoch, or, where the state is behind, in the next block.
        let may_begin = epoch.saturating_add(1) >= T::Domains::epoch();
        let is_ahead = may_begin && Audited::<T>::contains_key(domain);
        Err(if is_ahead { Refusal::NotBegun } else { Refusal::NoSuchWork })
    }

    /// The deadline of the stage that an act wants, if that is the stage at block `now`.
    fn deadline_of(act: &AuditAct, epoch: Epoch, now: u32) -> Result<u32, Refusal> {
        let blocks = T::Domains::epoch_blocks();
        let stage = Stage::at(now, epoch, blocks);
        match (act, stage) {
            (AuditAct::Open { .. }, Stage::Examining) => Err(Refusal::TooEarly),
            (AuditAct::Commit { .. }, Stage::Examining)
            | (AuditAct::Open { .. }, Stage::Opening) => {
                stage.last_block(epoch, blocks).ok_or(Refusal::TooLate)
            }
            (AuditAct::Commit { .. }, Stage::Opening) | (_, Stage::Judging) => {
                Err(Refusal::TooLate)
            }
        }
    }

    /// The seal of what an auditor has not opened yet.
    fn seal_of(domain: DomainId, agent: &AgentKey, sample: u32) -> Result<Hash32, Refusal> {
        let has_opened = Opened::<T>::contains_key((domain, sample), agent);
        ensure!(!has_opened, Refusal::AlreadyDone);
        let seals = Committed::<T>::get(domain, agent).ok_or(Refusal::NothingSealed)?;
        seals.get(sample as usize).copied().flatten().ok_or(Refusal::NothingSealed)
    }

    /// Whether there are as many findings as the sample has answers, with embeddings of as many
    /// dimensions as the domain's model has: others would say nothing, in as much room as there is.
    fn check_shape(
        domain: DomainId,
        work: &Work<T::AccountId>,
        number: u32,
        findings: &Findings,
    ) -> Result<(), Refusal> {
        let dimensions = usize::from(work.terms.dimensions);
        let mut embeddings = findings.iter().filter_map(|finding| finding.embedding.as_ref());
        let do_fit = embeddings.all(|embedding| embedding.dimensions() == dimensions);
        ensure!(do_fit, Refusal::WrongFindings);
        let sample =
            Samples::<T>::get((domain, work.epoch), number).ok_or(Refusal::NothingSealed)?;
        ensure!(sample.answers.len() == findings.len(), Refusal::WrongFindings);
        Ok(())
    }
}
