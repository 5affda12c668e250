//! What must hold of this pallet's storage in every block.

use crate::{
    places::Places, types::GradesStatus, Agenda, AgendaCursor, AskedIn, Candidacies, CandidateKeys,
    Config, Draws, Expiries, ExpiryCursor, FinalAnswers, MemberByKey, MemberByOwner, Members,
    MinScores, NextRound, OpenRoundsOf, OpenedGrades, Pallet, Prompts, Results, Rounds,
    SealedAnswers, SealedGrades, SealedTruths,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;
use waggle_primitives::{domain::GENERAL, lots::Seats, traits::Domains, Grade, Phase, RoundId};

impl<T: Config> Pallet<T> {
    /// Checks all invariants. For tests and `try-runtime`.
    ///
    /// - Counters equal what they count; each member has its two indices and its ciphertext.
    /// - A round's phase, seed and blocks agree; no complete phase is left standing but the last.
    /// - Each running round stands on the agenda once, in the block after its deadline; each result
    ///   on the expiries once.
    /// - Only opened answers have final answers, only results tell candidates, only those of
    ///   judged rounds what they come to.
    /// - There is a draw for each round whose seats are being drawn, and nobody has one yet.
    /// - Nothing is sealed but for rounds that run or have a result.
    /// - Of results a minimum score is kept where there is one.
    /// - Nothing is left of ended rounds but their results.
    pub fn check_state() -> Result<(), TryRuntimeError> {
        let running: BTreeSet<RoundId> = Rounds::<T>::iter_keys().collect();
        ensure!(running.len() as u32 == Rounds::<T>::count(), "the counter of rounds is off");
        ensure!(Rounds::<T>::count() <= T::MaxOpenRounds::get(), "too many rounds are running");
        for round in &running {
            Self::check_round(*round)?;
        }
        Self::check_clients()?;
        Self::check_leftovers(&running)?;
        Self::check_agenda(&running)?;
        Self::check_results(&running)
    }

    /// The count of each client's rounds is right, and there is none for clients without.
    pub(crate) fn check_clients() -> Result<(), TryRuntimeError> {
        let mut running = BTreeMap::<T::AccountId, u32>::new();
        for record in Rounds::<T>::iter_values() {
            let count = running.entry(record.client).or_default();
            *count = count.saturating_add(1);
        }
        ensure!(
            OpenRoundsOf::<T>::iter().collect::<BTreeMap<_, _>>() == running,
            "the counts of clients' rounds are off"
        );
        Ok(())
    }

    fn check_round(round: RoundId) -> Result<(), TryRuntimeError> {
        let record = Rounds::<T>::get(round).ok_or("a listed round runs")?;
        ensure!(round < NextRound::<T>::get(), "a round has an id that was not given out");
        ensure!(Prompts::<T>::contains_key(round), "a running round has no prompt");
        ensure!(T::Domains::question_of(record.domain).is_some(), "a round of no domain");
        let is_last = record.phase == Phase::OpeningGrades;
        ensure!(is_last || !Self::is_complete(&record), "a complete phase was not ended");
        ensure!(record.committed <= record.terms.max_agents, "too many members");
        ensure!(
            Members::<T>::iter_prefix(round).count() as u32 == record.committed,
            "the number of members differs from the counter"
        );

        let (mut opened, mut grades_committed, mut grades_opened, mut well_formed) =
            (Vec::new(), 0u32, 0u32, 0u32);
        let k = Places::of(&record).grades_each();
        for index in 0..record.committed {
            let member =
                Members::<T>::get(round, index).ok_or("members are not numbered without gaps")?;
            ensure!(
                MemberByKey::<T>::get(round, member.key) == Some(index),
                "a member is not found by its key"
            );
            ensure!(
                MemberByOwner::<T>::get(round, &member.owner) == Some(index),
                "a member is not found by its owner"
            );
            ensure!(member.owner != record.client, "the client is in its own round");
            ensure!(SealedAnswers::<T>::contains_key(round, index), "a member has no answer");
            if member.answer_key.is_some() {
                opened.push(index);
            }
            ensure!(
                SealedGrades::<T>::contains_key(round, index)
                    == matches!(member.grades, GradesStatus::Committed { .. }),
                "sealed grades do not match the member's status"
            );
            let grades = OpenedGrades::<T>::get(round, index);
            ensure!(
                grades.is_some() == (member.grades == GradesStatus::Opened),
                "opened grades do not match the member's status"
            );
            ensure!(
                grades.is_none_or(|grades| grades.len() == k),
                "a grader has not graded exactly k answers"
            );
            if member.grades != GradesStatus::Missing {
                ensure!(member.answer_key.is_some(), "a member graded without opening its answer");
                grades_committed = grades_committed.saturating_add(1);
            }
            if matches!(member.grades, GradesStatus::Opened | GradesStatus::Malformed) {
                grades_opened = grades_opened.saturating_add(1);
            }
            if member.grades == GradesStatus::Opened {
                well_formed = well_formed.saturating_add(1);
            }
        }
        ensure!(opened == record.opened.to_vec(), "the list of opened answers is off");
        ensure!(
            FinalAnswers::<T>::get(round).keys().all(|index| opened.contains(index)),
            "a final answer of an answer that is not open"
        );
        ensure!(
            (grades_committed, grades_opened, well_formed)
                == (record.grades_committed, record.grades_opened, record.well_formed),
            "the counters of grades are off"
        );

        let is_drawn = Draws::<T>::get().iter().any(|(drawn, _)| *drawn == round);
        ensure!(
            is_drawn == matches!(record.seats, Seats::Drawing { .. }),
            "the draws do not match the rounds"
        );
        ensure!(!is_drawn || record.committed == 0, "a member before the seats were drawn");

        ensure!(record.entitled <= record.committed, "more members by right than members");

        let blocks = &record.blocks;
        ensure!(
            record.seed.is_some() == (record.phase >= Phase::Grading),
            "the seed does not match the phase"
        );
        ensure!(
            record.randomness.is_none() || record.phase >= Phase::OpeningAnswers,
            "randomness of a block in which answering went on"
        );
        ensure!(
            blocks.answering_ended.is_some() == (record.phase >= Phase::OpeningAnswers)
                && blocks.opening_answers_ended.is_some() == (record.phase >= Phase::Grading)
                && blocks.grading_ended.is_some() == (record.phase >= Phase::OpeningGrades)
                && blocks.ended.is_none(),
            "the blocks do not match the phase"
        );
        Ok(())
    }

    fn check_leftovers(running: &BTreeSet<RoundId>) -> Result<(), TryRuntimeError> {
        let members: usize = Members::<T>::iter_keys().count();
        ensure!(
            Members::<T>::iter_keys().all(|(round, _)| running.contains(&round)),
            "members of an ended round"
        );
        ensure!(
            MemberByKey::<T>::iter_keys().count() == members,
            "an index by key without a member"
        );
        ensure!(
            MemberByOwner::<T>::iter_keys().count() == members,
            "an index by owner without a member"
        );
        ensure!(SealedAnswers::<T>::iter_keys().count() == members, "an answer without a member");
        ensure!(
            SealedGrades::<T>::iter_keys()
                .all(|(round, index)| Members::<T>::contains_key(round, index)),
            "sealed grades without a member"
        );
        ensure!(
            OpenedGrades::<T>::iter_keys()
                .all(|(round, index)| Members::<T>::contains_key(round, index)),
            "opened grades without a member"
        );
        ensure!(
            FinalAnswers::<T>::iter_keys().all(|round| running.contains(&round)),
            "final answers of an ended round"
        );
        ensure!(
            Draws::<T>::get().iter().all(|(round, _)| running.contains(round)),
            "a draw for an ended round"
        );
        ensure!(Prompts::<T>::iter_keys().count() == running.len(), "a prompt of an ended round");
        Ok(())
    }

    fn check_agenda(running: &BTreeSet<RoundId>) -> Result<(), TryRuntimeError> {
        let entries: Vec<(u32, RoundId)> = Agenda::<T>::iter_keys().collect();
        ensure!(entries.len() == running.len(), "the agenda does not hold each running round once");
        for (block, round) in entries {
            let record =
                Rounds::<T>::get(round).ok_or("the agenda holds a round that does not run")?;
            ensure!(
                block == record.deadline.saturating_add(1),
                "the agenda names another block than the deadline"
            );
            ensure!(block >= AgendaCursor::<T>::get(), "the agenda's cursor has passed a round by");
        }
        Ok(())
    }

    fn check_results(running: &BTreeSet<RoundId>) -> Result<(), TryRuntimeError> {
        let entries: Vec<(u32, RoundId)> = Expiries::<T>::iter_keys().collect();
        ensure!(
            entries.len() == Results::<T>::iter_keys().count(),
            "the expiries do not hold each result once"
        );
        ensure!(
            Candidacies::<T>::iter_keys().all(Results::<T>::contains_key),
            "candidates without a result"
        );
        ensure!(
            AskedIn::<T>::iter()
                .all(|(round, domain)| domain != GENERAL && Results::<T>::contains_key(round)),
            "a domain without a result, or the general one"
        );
        ensure!(
            MinScores::<T>::iter()
                .all(|(round, min_score)| min_score != Grade::MIN
                    && Results::<T>::contains_key(round)),
            "a minimum score without a result, or none"
        );
        ensure!(
            SealedTruths::<T>::iter_keys()
                .all(|round| running.contains(&round) || Results::<T>::contains_key(round)),
            "a sealed truth of a round that is forgotten"
        );
        for (round, keys) in CandidateKeys::<T>::iter() {
            let judged = Results::<T>::get(round).is_some_and(|result| result.ending.is_judged());
            ensure!(judged, "candidates' keys of a round that was not judged");
            let numbers: BTreeSet<u32> =
                Candidacies::<T>::get(round).into_iter().flatten().collect();
            ensure!(numbers.len() == keys.len(), "not as many keys as candidates");
        }
        for (block, round) in entries {
            let result = Results::<T>::get(round).ok_or("an expiry without a result")?;
            ensure!(!running.contains(&round), "a running round has a result");
            let ended = result.blocks.ended.ok_or("a result without an end")?;
            ensure!(
                block == ended.saturating_add(T::ResultRetention::get()),
                "an expiry in another block"
            );
            ensure!(
                block >= ExpiryCursor::<T>::get(),
                "the expiries' cursor has passed a result by"
            );
        }
        Ok(())
    }
}
