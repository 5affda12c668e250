//! What acts and pokes cost: what a call is charged before it runs, and what an act spends at
//! least.

use crate::{weights::WeightInfo, Config, Pallet};
use alloc::collections::BTreeSet;
use frame_support::weights::Weight;
use waggle_primitives::{act::ActKind, Act, SignedAct, MAX_ANSWER_BYTES, MAX_SWARM};

impl<T: Config> Pallet<T> {
    /// What checking an act costs.
    pub(crate) fn weight_of_authorisation(act: &Act) -> Weight {
        T::WeightInfo::authorize_act(act.sealed_bytes())
    }

    /// What checking a batch costs.
    pub(crate) fn weight_of_batch_authorisation(acts: &[SignedAct]) -> Weight {
        acts.iter().fold(Weight::zero(), |weight, signed| {
            weight.saturating_add(Self::weight_of_authorisation(&signed.act))
        })
    }

    /// What an act costs by itself at most, whether or not it ends a phase. How long an answer is
    /// that is opened, the act does not say.
    pub(crate) fn weight_of_act(act: &Act) -> Weight {
        match act.kind() {
            ActKind::CommitAnswer => T::WeightInfo::commit_answer(act.sealed_bytes()),
            ActKind::OpenAnswer => T::WeightInfo::open_answer(MAX_ANSWER_BYTES),
            ActKind::CommitGrades => T::WeightInfo::commit_grades(),
            ActKind::OpenGrades => T::WeightInfo::open_grades(),
        }
    }

    /// What an act costs at most: it may find its round due, and it may be the last one of its
    /// phase.
    pub(crate) fn worst_case_weight(act: &Act) -> Weight {
        Self::weight_of_any_act(act).saturating_add(Self::weight_of_draw(act.kind()))
    }

    /// What a batch costs at most. A round's seed is drawn once, however many acts it gets.
    pub(crate) fn worst_case_weight_of_batch(acts: &[SignedAct]) -> Weight {
        let mut drawn = BTreeSet::new();
        acts.iter().fold(Weight::zero(), |weight, SignedAct { act, .. }| {
            let is_first = act.kind() != ActKind::OpenAnswer || drawn.insert(act.round());
            let draw = if is_first { Self::weight_of_draw(act.kind()) } else { Weight::zero() };
            weight.saturating_add(Self::weight_of_any_act(act)).saturating_add(draw)
        })
    }

    /// What a poke costs at most: it may end the round, and draw its seed.
    pub(crate) fn worst_case_weight_of_poke() -> Weight {
        T::WeightInfo::poke()
            .saturating_add(T::WeightInfo::change_phase(MAX_SWARM))
            .saturating_add(T::WeightInfo::end_round(MAX_SWARM, MAX_ANSWER_BYTES))
    }

    /// The act, and a plain change of phase before and after it.
    fn weight_of_any_act(act: &Act) -> Weight {
        Self::weight_of_act(act).saturating_add(T::WeightInfo::change_phase(0).saturating_mul(2))
    }

    /// What grows with the swarm and happens once in a round: drawing the seed, by the last opening
    /// of an answer. Grades do not draw the seed of a round that is due to be assigned: they could
    /// not be signed before. Acts never end a round.
    fn weight_of_draw(kind: ActKind) -> Weight {
        match kind {
            ActKind::OpenAnswer => T::WeightInfo::change_phase(MAX_SWARM),
            ActKind::CommitAnswer | ActKind::CommitGrades | ActKind::OpenGrades => Weight::zero(),
        }
    }
}
