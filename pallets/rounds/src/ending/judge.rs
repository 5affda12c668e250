//! What the grades of a round say: scores, the winner, what is learnt of the agents.

use super::gather::Gathered;
use crate::{Config, Pallet};
use waggle_primitives::{
    rule::{self, Judgement, Rule},
    traits::{Domains, Ratings},
    AgentIndex, DomainId, Fixed,
};

/// What the grades of a round say.
pub(crate) struct Verdict<AccountId> {
    /// Who gave the best answer, and wins if it is good enough for the client.
    pub(crate) best: Best<AccountId>,
    /// All that the round's rule says, by place.
    pub(crate) said: rule::Verdict,
}

/// Who gave the best answer of a round.
pub(crate) struct Best<AccountId> {
    /// Its index.
    pub(crate) index: AgentIndex,
    /// Its owner.
    pub(crate) owner: AccountId,
    /// The score of its answer.
    pub(crate) score: Fixed,
}

impl<T: Config> Pallet<T> {
    /// Scores, the best answer, skill and what is learnt, by the chain's rule for the questions of
    /// the domain. `None` if nobody opened an answer.
    pub(crate) fn judge(
        domain: DomainId,
        gathered: &Gathered<T::AccountId>,
    ) -> Option<Verdict<T::AccountId>> {
        let Gathered { members, places, candidates, seed, grades, before } = gathered;
        let said = Self::rule_in(domain).judge(before, candidates, grades, seed)?;
        let index = places.index_at(said.winner)?;
        let best = Best {
            index,
            owner: members.get(index as usize)?.owner.clone(),
            score: *said.scores.get(said.winner)?,
        };
        Some(Verdict { best, said })
    }

    /// The chain's rule, for the questions of this domain.
    fn rule_in(domain: DomainId) -> Rule {
        let rule = T::Ratings::rule();
        T::Domains::question_of(domain).map_or(rule, |question| rule.asking(question))
    }
}

impl<AccountId> Verdict<AccountId> {
    /// What is kept of the member at this place, if it has one.
    pub(super) fn judgement_at(&self, place: Option<usize>) -> Judgement {
        place.and_then(|place| self.said.judgements.get(place)).copied().unwrap_or_default()
    }
}
