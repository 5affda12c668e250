//! How the transaction pool is to treat acts: which it takes, in which order, and for how long.

use crate::{admission::Admitted, moves::Move, newcomers::Newcomers, Config, Pallet, Refusal};
use alloc::{collections::BTreeSet, vec::Vec};
use codec::Encode;
use frame_support::{ensure, traits::ConstU32, weights::Weight, BoundedVec};
use sp_runtime::transaction_validity::{
    TransactionSource, TransactionValidityWithRefund, ValidTransaction,
};
use waggle_primitives::{act::ActKind, SignedAct, MAX_BATCH};

/// What acts' tags in the pool begin with.
const TAG: &[u8] = b"waggle";

/// Priority in the pool of a batch of members' acts. Above all tips, because a round waits for its
/// last act and there are few: three for each ticket that somebody has at stake, of at most 250
/// bytes.
pub(crate) const BATCH_PRIORITY: u64 = 1 << 60;

/// Priority in the pool of entering a round: the ticket, in the smallest unit. Entering is free for
/// whoever can pay a ticket, in any number of rounds and with the longest bodies of all acts, so it
/// must neither push out who pays nor stand in the way of rounds in which more is at stake. A
/// transaction's priority is its tip times how often it fits into a block: where that is 200, a tip
/// of a two-hundredth of the ticket goes first.
pub(crate) fn entry_priority(ticket: u128) -> u64 {
    u64::try_from(ticket).unwrap_or(u64::MAX).min(BATCH_PRIORITY / 2)
}

/// Priority of an act of its own in a round with this ticket: above batches, so that a batch of
/// somebody else's making, which falls with any of its acts, cannot keep an agent's own transaction
/// out of the pool. Later steps go first: they free the swarm.
pub(crate) fn act_priority(kind: ActKind, ticket: u128) -> u64 {
    match kind {
        ActKind::CommitAnswer => entry_priority(ticket).saturating_add(1),
        ActKind::OpenAnswer => BATCH_PRIORITY.saturating_add(2),
        ActKind::CommitGrades => BATCH_PRIORITY.saturating_add(3),
        ActKind::OpenGrades => BATCH_PRIORITY.saturating_add(4),
    }
}

impl<T: Config> Pallet<T> {
    /// Whether a signed act would be admitted in this block; with it, how the pool is to treat it.
    pub(crate) fn authorize_act(
        _: TransactionSource,
        signed: &SignedAct,
    ) -> TransactionValidityWithRefund {
        Self::check_act(signed).map(|validity| (validity, Weight::zero())).map_err(Into::into)
    }

    /// Whether all acts of a batch would be admitted in this block.
    pub(crate) fn authorize_batch(
        _: TransactionSource,
        acts: &BoundedVec<SignedAct, ConstU32<MAX_BATCH>>,
    ) -> TransactionValidityWithRefund {
        Self::check_batch(acts).map(|validity| (validity, Weight::zero())).map_err(Into::into)
    }

    /// Whether a signed act is admitted in this block, and how the pool is to treat it. The
    /// signature comes last: everything else costs less.
    pub(crate) fn check_act(signed: &SignedAct) -> Result<ValidTransaction, Refusal> {
        let now = Self::current_block();
        let admitted = Self::admit(&signed.agent, &signed.act, now)?;
        ensure!(signed.verify(&admitted.scope), Refusal::BadSignature);
        Ok(ValidTransaction {
            priority: act_priority(signed.act.kind(), admitted.record.ticket),
            requires: Vec::new(),
            provides: alloc::vec![tag(signed)],
            longevity: admitted.blocks_left(now),
            propagate: true,
        })
    }

    /// Whether all acts of a batch are admitted in this block, no two are the same move, and all
    /// can happen one after the other.
    pub(crate) fn check_batch(acts: &[SignedAct]) -> Result<ValidTransaction, Refusal> {
        ensure!(!acts.is_empty(), Refusal::EmptyBatch);
        let tags: BTreeSet<Vec<u8>> = acts.iter().map(tag).collect();
        ensure!(tags.len() == acts.len(), Refusal::RepeatedAct);
        let now = Self::current_block();
        let mut longevity = u64::MAX;
        let mut newcomers = Newcomers::default();
        let mut scopes = Vec::with_capacity(acts.len());
        for signed in acts {
            let admitted = Self::admit(&signed.agent, &signed.act, now)?;
            longevity = longevity.min(admitted.blocks_left(now));
            scopes.push(admitted.scope);
            if let Move::Enter { owner, .. } = admitted.action {
                newcomers.add::<T>(admitted.round, &admitted.record, owner)?;
            }
        }
        // Signatures cost most, so they come last.
        let are_signed = acts.iter().zip(&scopes).all(|(signed, scope)| signed.verify(scope));
        ensure!(are_signed, Refusal::BadSignature);
        Ok(ValidTransaction {
            priority: newcomers.cheapest_ticket().map_or(BATCH_PRIORITY, entry_priority),
            requires: Vec::new(),
            provides: tags.into_iter().collect(),
            longevity,
            propagate: true,
        })
    }
}

impl<T: Config> Admitted<'_, T> {
    /// Blocks for which an act stays admissible, block `now` included.
    fn blocks_left(&self, now: u32) -> u64 {
        u64::from(self.deadline.saturating_sub(now)).saturating_add(1)
    }
}

/// What is unique to a move: the pool keeps one transaction for each.
fn tag(signed: &SignedAct) -> Vec<u8> {
    (TAG, signed.agent, signed.act.round(), signed.act.kind()).encode()
}
