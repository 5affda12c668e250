//! How rounds end: scores, winner, payments, ratings; or refunds. Either way a result is all that
//! stays.

use crate::{
    types::{
        Answer, Ending, GradesStatus, Judgement, Member, MemberResult, RoundRecord, RoundResult,
    },
    Config, Event, Expiries, MemberByKey, MemberByOwner, Members, OpenedGrades, Pallet, Prompts,
    Results, Rounds, SealedAnswers, SealedGrades,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
    defensive,
    traits::{ConstU32, Defensive, Get},
    BoundedVec,
};
use waggle_primitives::{
    assignment, rating,
    rating::RatingRecord,
    rewards::{self, Outcome, Payments},
    score::{self, Aggregation, GradeMatrix, GraderWeights},
    seal,
    traits::{AgentRegistry, Ratings, RoundOutcome, Ticketing},
    view::GradeEntry,
    AgentIndex, CancelReason, Fixed, Hash32, RoundId, MAX_GRADES, MAX_SWARM,
};

/// What the grades of a round say, by place.
pub(crate) struct Verdict {
    /// Place of the winner.
    winner: usize,
    /// Scores of the answers.
    scores: Vec<Fixed>,
    /// What each grader's word counted.
    weights: GraderWeights,
    /// Rating records before the round.
    before: Vec<RatingRecord>,
    /// Rating records after the round.
    after: Vec<RatingRecord>,
}

impl<T: Config> Pallet<T> {
    /// End a round with a winner: pay everybody, learn from the grades, leave the result. The
    /// caller has removed the agenda entry and made sure that somebody opened well-formed
    /// grades.
    pub(crate) fn settle(round: RoundId, record: RoundRecord<T::AccountId>, now: u32) {
        let members = Self::members_of(round, &record);
        let seed = record.seed.defensive_unwrap_or_default();
        let matrix = Self::grade_matrix(round, &record, &seed);
        let verdict = Self::judge(&record, Self::records_before(&record, &members), &matrix, &seed);
        let Some((verdict, winner, champion)) = verdict
            .and_then(|(verdict, index)| Some((verdict, index, members.get(index as usize)?)))
        else {
            defensive!("a round with grades has a winner");
            return Self::cancel(round, record, CancelReason::NoGrades, now);
        };
        let payments = Self::payments(&record, &matrix, &verdict);
        let owners: Vec<T::AccountId> = members.iter().map(|member| member.owner.clone()).collect();
        T::Ticketing::settle(round, &record.client, &owners, &payments);
        let mut rated = BTreeSet::new();
        for (index, (before, after)) in
            record.opened.iter().zip(verdict.before.iter().zip(&verdict.after))
        {
            if let Some(owner) = owners.get(*index as usize).filter(|_| before != after) {
                T::Ratings::set(owner, *after);
                rated.insert(*index);
            }
        }
        Self::remember(round, &owners, &payments, Some(winner), &rated);

        let winning_answer = Self::opened_answer(round, winner, Some(champion));
        let grades = grade_entries(&record, &matrix);
        let results = member_results(&record, &members, Some(&verdict), &payments);
        let treasury = payments.treasury;
        let score = verdict.scores.get(verdict.winner).copied().unwrap_or_default();
        let paid = payments.paid.get(winner as usize).copied().unwrap_or_default();
        let outcome = Remains {
            ending: Ending::Settled { winner },
            members: results,
            grades,
            winning_answer,
            treasury,
        };
        Self::close(round, record, &members, outcome, now);
        let winner_owner = champion.owner.clone();
        Self::deposit_event(Event::Settled {
            round,
            index: winner,
            winner: winner_owner,
            score,
            paid,
            treasury,
        });
    }

    /// End a round without a winner: the client gets its reward back, members that kept their word
    /// so far their tickets. The caller has removed the agenda entry.
    pub(crate) fn cancel(
        round: RoundId,
        record: RoundRecord<T::AccountId>,
        reason: CancelReason,
        now: u32,
    ) {
        let members = Self::members_of(round, &record);
        let owners: Vec<T::AccountId> = members.iter().map(|member| member.owner.clone()).collect();
        let kept_word: Vec<bool> = members
            .iter()
            .map(|member| match reason {
                CancelReason::TooFewCommitted => true,
                CancelReason::TooFewOpened => member.answer_key.is_some(),
                CancelReason::NoGrades => member.grades == GradesStatus::Opened,
            })
            .collect();
        T::Ticketing::cancel(round, &record.client, &owners, &kept_word);

        let forfeited: Vec<u128> =
            kept_word.iter().map(|kept| if *kept { 0 } else { record.ticket }).collect();
        let treasury = forfeited.iter().fold(0u128, |sum, part| sum.saturating_add(*part));
        let payments = Payments { paid: Vec::new(), forfeited, treasury };
        Self::remember(round, &owners, &payments, None, &BTreeSet::new());
        let members_results = member_results(&record, &members, None, &payments);
        let outcome = Remains {
            ending: Ending::Cancelled { reason },
            members: members_results,
            grades: Default::default(),
            winning_answer: None,
            treasury,
        };
        Self::close(round, record, &members, outcome, now);
        Self::deposit_event(Event::Cancelled { round, reason, treasury });
    }

    /// Write into each member's past what the round brought it.
    fn remember(
        round: RoundId,
        owners: &[T::AccountId],
        payments: &Payments<u128>,
        winner: Option<AgentIndex>,
        rated: &BTreeSet<AgentIndex>,
    ) {
        for (index, owner) in (0..MAX_SWARM).zip(owners) {
            let part_of =
                |amounts: &[u128]| amounts.get(index as usize).copied().unwrap_or_default();
            let outcome = RoundOutcome {
                round,
                won: winner == Some(index),
                paid: part_of(&payments.paid),
                forfeited: part_of(&payments.forfeited),
                rated: rated.contains(&index),
            };
            T::Ratings::round_ended(owner, outcome);
        }
    }

    /// The members of a round, by index.
    pub(crate) fn members_of(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
    ) -> Vec<Member<T::AccountId>> {
        let members: Vec<_> =
            (0..record.committed).filter_map(|index| Members::<T>::get(round, index)).collect();
        if members.len() != record.committed as usize {
            defensive!("members are numbered without gaps");
        }
        members
    }

    /// The opened grades, by places.
    fn grade_matrix(
        round: RoundId,
        record: &RoundRecord<T::AccountId>,
        seed: &Hash32,
    ) -> GradeMatrix {
        let assigned = assignment::assign(seed, record.opened.len());
        let given = record
            .opened
            .iter()
            .zip(assigned)
            .map(|(index, authors)| match OpenedGrades::<T>::get(round, index) {
                Some(grades) => authors.into_iter().zip(grades).collect(),
                None => Vec::new(),
            })
            .collect();
        GradeMatrix { given }
    }

    /// What is known of the graders before the round, by place.
    fn records_before(
        record: &RoundRecord<T::AccountId>,
        members: &[Member<T::AccountId>],
    ) -> Vec<RatingRecord> {
        record
            .opened
            .iter()
            .filter_map(|index| members.get(*index as usize))
            .map(|member| T::Ratings::get(&member.owner))
            .collect()
    }

    /// Scores, winner (also as an index) and ratings.
    pub(crate) fn judge(
        record: &RoundRecord<T::AccountId>,
        before: Vec<RatingRecord>,
        matrix: &GradeMatrix,
        seed: &Hash32,
    ) -> Option<(Verdict, AgentIndex)> {
        let aggregation = T::Aggregation::get();
        let weights = score::weights(aggregation, &before, matrix);
        let scores = score::scores(aggregation, &weights, matrix);
        let winner = score::winner(&scores, seed)?;
        let index = *record.opened.get(winner)?;
        let after = rating::update(T::Estimator::get(), &before, matrix);
        Some((Verdict { winner, scores, weights, before, after }, index))
    }

    /// Who gets what.
    pub(crate) fn payments(
        record: &RoundRecord<T::AccountId>,
        matrix: &GradeMatrix,
        verdict: &Verdict,
    ) -> Payments<u128> {
        let opened: Vec<usize> = record.opened.iter().map(|index| *index as usize).collect();
        let kept_word: Vec<bool> = matrix.given.iter().map(|grades| !grades.is_empty()).collect();
        // Skill compares with the means that ratings are learnt from, whatever the scores are made
        // with.
        let weights = score::weights(Aggregation::Precision, &verdict.before, matrix);
        let skill = rewards::skill(&weights, matrix);
        rewards::settle(
            &T::PaymentRules::get(),
            &Outcome {
                reward: record.terms.reward,
                ticket: record.ticket,
                committed: record.committed as usize,
                opened: &opened,
                kept_word: &kept_word,
                scores: &verdict.scores,
                winner: verdict.winner,
                skill: &skill,
            },
        )
    }

    /// The plaintext of an opened answer.
    pub(crate) fn opened_answer(
        round: RoundId,
        index: AgentIndex,
        member: Option<&Member<T::AccountId>>,
    ) -> Option<Answer> {
        let key = member?.answer_key?;
        let sealed = SealedAnswers::<T>::get(round, index)?;
        Answer::try_from(seal::decrypt(&key, &sealed)).ok()
    }

    /// Replace everything that is stored for a round by its result.
    fn close(
        round: RoundId,
        record: RoundRecord<T::AccountId>,
        members: &[Member<T::AccountId>],
        remains: Remains<T::AccountId>,
        now: u32,
    ) {
        for (index, member) in (0..record.committed).zip(members) {
            Members::<T>::remove(round, index);
            MemberByKey::<T>::remove(round, member.key);
            MemberByOwner::<T>::remove(round, &member.owner);
            SealedAnswers::<T>::remove(round, index);
            SealedGrades::<T>::remove(round, index);
            OpenedGrades::<T>::remove(round, index);
            T::AgentRegistry::left_round(&member.owner);
        }
        Prompts::<T>::remove(round);
        Rounds::<T>::remove(round);
        Self::uncount_round_of(&record.client);

        let mut blocks = record.blocks;
        blocks.ended = Some(now);
        Results::<T>::insert(
            round,
            RoundResult {
                client: record.client,
                terms: record.terms,
                ticket: record.ticket,
                prompt_hash: record.prompt_hash,
                ending: remains.ending,
                blocks,
                seed: record.seed,
                members: remains.members,
                grades: remains.grades,
                winning_answer: remains.winning_answer,
                treasury: remains.treasury,
            },
        );
        Expiries::<T>::insert(now.saturating_add(T::ResultRetention::get()), round, ());
    }
}

/// What a round leaves beside its record.
struct Remains<AccountId> {
    ending: Ending,
    members: BoundedVec<MemberResult<AccountId>, ConstU32<MAX_SWARM>>,
    grades: BoundedVec<GradeEntry, ConstU32<MAX_GRADES>>,
    winning_answer: Option<Answer>,
    treasury: u128,
}

/// The grades as they are kept: places become indices.
pub(crate) fn grade_entries<AccountId>(
    record: &RoundRecord<AccountId>,
    matrix: &GradeMatrix,
) -> BoundedVec<GradeEntry, ConstU32<MAX_GRADES>> {
    let entries = record
        .opened
        .iter()
        .zip(&matrix.given)
        .flat_map(|(grader, given)| {
            given.iter().map(move |(author, grade)| (*grader, *author, *grade))
        })
        .filter_map(|(grader, author, grade)| {
            record.opened.get(author).map(|author| GradeEntry { grader, author: *author, grade })
        })
        .collect();
    BoundedVec::truncate_from(entries)
}

/// The members as they are kept.
fn member_results<AccountId: Clone>(
    record: &RoundRecord<AccountId>,
    members: &[Member<AccountId>],
    verdict: Option<&Verdict>,
    payments: &Payments<u128>,
) -> BoundedVec<MemberResult<AccountId>, ConstU32<MAX_SWARM>> {
    let results = members
        .iter()
        .enumerate()
        .map(|(index, member)| {
            let place = record.opened.binary_search(&(index as AgentIndex)).ok();
            MemberResult {
                owner: member.owner.clone(),
                key: member.key,
                opened_answer: member.answer_key.is_some(),
                opened_grades: member.grades == GradesStatus::Opened,
                judgement: verdict
                    .zip(place)
                    .and_then(|(verdict, place)| judgement(verdict, place)),
                paid: payments.paid.get(index).copied().unwrap_or_default(),
                forfeited: payments.forfeited.get(index).copied().unwrap_or_default(),
            }
        })
        .collect();
    BoundedVec::truncate_from(results)
}

fn judgement(verdict: &Verdict, place: usize) -> Option<Judgement> {
    Some(Judgement {
        score: *verdict.scores.get(place)?,
        weight: *verdict.weights.weights.get(place)?,
        bias: *verdict.weights.biases.get(place)?,
        rating_before: verdict.before.get(place)?.rating(),
        rating_after: verdict.after.get(place)?.rating(),
    })
}
