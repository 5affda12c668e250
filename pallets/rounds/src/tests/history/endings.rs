//! How the model's rounds end: who should get what, and what should be left.

use super::{
    domains,
    model::{Effects, Grading, Model, Next, Player, Round},
};
use crate::{
    mock::*,
    types::{Answer, Ending, MemberResult, RoundResult},
    Event,
};
use waggle_primitives::{
    assignment,
    candidates::Candidates,
    grades::GradeMatrix,
    rewards::{self, Outcome},
    rule::{Judgement, Known},
    seal,
    view::{GradeEntry, RatingPoint},
    CancelReason, Grade, RoundId, MAX_RATING_POINTS,
};

impl Model {
    /// A round ends with an answer, and a winner if that is good enough.
    pub(crate) fn settle(&mut self, id: RoundId) -> Effects {
        let round = self.rounds[&id].clone();
        let seed = round.seed.expect("the seed was drawn");
        let opened = round.opened();
        let graded: Vec<Vec<(usize, Grade)>> = opened
            .iter()
            .zip(assignment::assign(&seed, opened.len()))
            .map(|(index, authors)| match &round.players[*index as usize].grading {
                Grading::Opened(grades) => {
                    authors.into_iter().zip(grades.iter().copied()).collect()
                }
                _ => Vec::new(),
            })
            .collect();
        let matrix = GradeMatrix { given: graded };
        let owner_at = |place: usize| round.players[opened[place] as usize].owner;
        let before: Vec<Known> =
            (0..opened.len()).map(|place| self.known_of(round.domain, &owner_at(place))).collect();
        let candidacies = round.candidacies();
        let numbers: Vec<Option<u32>> =
            opened.iter().map(|index| candidacies[*index as usize]).collect();
        let candidates = Candidates::of(&numbers);
        let verdict = Judging::get()
            .asking(domains::question_of(round.domain))
            .judge(&before, &candidates, &matrix, &seed)
            .expect("somebody opened an answer");
        let best = opened[verdict.winner];
        let (score, min_score) = (verdict.scores[verdict.winner], round.terms.min_score);
        let is_won = min_score.basis_points() == 0 || score >= min_score.to_fixed();
        let payments = rewards::settle(
            &Rules::get(),
            &Outcome {
                reward: round.terms.reward,
                ticket: round.ticket,
                committed: round.players.len(),
                opened: &opened.iter().map(|index| *index as usize).collect::<Vec<_>>(),
                kept_word: &matrix
                    .given
                    .iter()
                    .map(|grades| !grades.is_empty() || opened.len() == 1)
                    .collect::<Vec<_>>(),
                scores: &verdict.scores,
                candidates: &candidates,
                winner: verdict.winner,
                is_won,
                skill: &verdict.skill,
            },
        );

        let mut effects = Effects::default();
        effects.gain(round.client, payments.returned as i128 - round.terms.reward as i128);
        effects.gain(TREASURY, payments.treasury as i128);
        let mut members = Vec::new();
        for (index, player) in (0..).zip(&round.players) {
            let (paid, forfeited) =
                (payments.paid[index as usize], payments.forfeited[index as usize]);
            assert_word_is_kept(&round, player, forfeited);
            effects.gain(player.owner, paid as i128 - forfeited as i128);
            let place = opened.iter().position(|opened| *opened == index);
            let of = (round.domain, player.owner);
            let is_rated = place.is_some_and(|place| before[place] != verdict.after[place]);
            if let Some(place) = place.filter(|_| is_rated) {
                self.known.insert(of, verdict.after[place]);
            }
            self.remember(id, of, is_won && best == index, (paid, forfeited), is_rated);
            members.push(MemberResult {
                judgement: place.map(|place| verdict.judgements[place]).unwrap_or_default(),
                ..member_result(player, paid, forfeited)
            });
        }
        let grades = opened.iter().zip(&matrix.given).flat_map(|(grader, given)| {
            given.iter().map(|(place, grade)| GradeEntry {
                grader: *grader,
                author: opened[*place],
                grade: *grade,
            })
        });
        let champion = &round.players[best as usize];
        let answer = seal::decrypt(&champion.answer_key.unwrap(), &champion.sealed.ciphertext);
        let result = RoundResult {
            ending: if is_won {
                Ending::Settled { winner: best }
            } else {
                Ending::NobodyWon { best }
            },
            members: members.try_into().unwrap(),
            grades: grades.collect::<Vec<_>>().try_into().unwrap(),
            winning_answer: is_won.then(|| Answer::try_from(answer).unwrap()),
            treasury: payments.treasury,
            ..self.bare_result(&round)
        };
        self.close(id, result);
        let (returned, treasury) = (payments.returned, payments.treasury);
        effects.events.push(if is_won {
            Event::Settled {
                round: id,
                index: best,
                winner: champion.owner,
                score,
                paid: payments.paid[best as usize],
                returned,
                treasury,
            }
        } else {
            Event::NobodyWon { round: id, best, score, returned, treasury }
        });
        effects
    }

    /// A round ends without one.
    pub(crate) fn cancel(&mut self, id: RoundId, reason: CancelReason) -> Effects {
        let round = self.rounds[&id].clone();
        let is_withdrawn = reason == CancelReason::Withdrawn && !round.is_answered();
        assert!(is_withdrawn || round.next() == Next::Cancellation(reason));
        let mut effects = Effects::default();
        let mut members = Vec::new();
        for player in &round.players {
            let has_kept_word = match reason {
                CancelReason::TooFewCommitted | CancelReason::Withdrawn => true,
                CancelReason::TooFewOpened => player.answer_key.is_some(),
                CancelReason::NoGrades => unreachable!("such rounds are settled"),
            };
            let forfeited = if has_kept_word { 0 } else { round.ticket };
            effects.gain(player.owner, -(forfeited as i128));
            effects.gain(TREASURY, forfeited as i128);
            self.remember(id, (round.domain, player.owner), false, (0, forfeited), false);
            members.push(member_result(player, 0, forfeited));
            if reason == CancelReason::TooFewCommitted {
                effects.in_vain.push(player.owner);
            }
        }
        let treasury = members.iter().map(|member| member.forfeited).sum();
        let result = RoundResult {
            members: members.try_into().unwrap(),
            treasury,
            ending: Ending::Cancelled { reason },
            ..self.bare_result(&round)
        };
        self.close(id, result);
        effects.events.push(Event::Cancelled { round: id, reason, treasury });
        effects
    }

    /// What all results of a round have in common.
    fn bare_result(&self, round: &Round) -> RoundResult<AccountId> {
        let record = round.record();
        RoundResult {
            client: record.client,
            terms: record.terms.into(),
            ticket: record.ticket,
            prompt_hash: record.prompt_hash,
            ending: match round.next() {
                Next::Cancellation(reason) => Ending::Cancelled { reason },
                _ => Ending::Settled { winner: 0 },
            },
            blocks: waggle_primitives::view::RoundBlocks { ended: Some(self.now), ..record.blocks },
            seed: record.seed,
            members: Default::default(),
            grades: Default::default(),
            winning_answer: None,
            treasury: 0,
        }
    }

    fn close(&mut self, id: RoundId, result: RoundResult<AccountId>) {
        let round = self.rounds.remove(&id).unwrap();
        assert!(
            self.now <= round.latest_end(self.tight_blocks),
            "round {id} was stuck beyond its deadlines"
        );
        for player in &round.players {
            self.agents.get_mut(&player.owner).expect("nobody leaves in a round").open_rounds -= 1;
        }
        if result.ending.is_judged() {
            self.truths.said.insert(id, round.said());
        }
        self.results.insert(id, result);
        if round.terms.min_score != Grade::MIN {
            self.min_scores.insert(id, round.terms.min_score);
        }
        if round.domain != GENERAL {
            self.asked_in.insert(id, round.domain);
        }
        if !round.opened().is_empty() {
            self.candidacies.insert(id, round.candidacies());
        }
    }

    /// What is known of the agent of this owner in a domain.
    pub(super) fn known_of(&self, domain: DomainId, owner: &AccountId) -> Known {
        self.known.get(&(domain, *owner)).copied().unwrap_or(Judging::get().newcomer())
    }

    fn remember(
        &mut self,
        round: RoundId,
        (domain, owner): (DomainId, AccountId),
        won: bool,
        (paid, lost): (u128, u128),
        is_rated: bool,
    ) {
        let rating = self.known_of(domain, &owner).rating();
        let past = self.pasts.entry(owner).or_default();
        past.rounds += 1;
        past.won += u32::from(won);
        past.paid += paid;
        past.forfeited += lost;
        if is_rated {
            past.ratings.push(RatingPoint { round, rating });
            let surplus = past.ratings.len().saturating_sub(MAX_RATING_POINTS as usize);
            past.ratings.drain(..surplus);
        }
    }
}

/// What the protocol promises of a ticket: all of it is lost by breaking one's word, what a poor
/// answer loses in a swarm of this size, or nothing, otherwise.
fn assert_word_is_kept(round: &Round, player: &Player, forfeited: u128) {
    let opened = round.opened().len() as u128;
    let has_nobody_to_grade = opened == 1 && player.answer_key.is_some();
    if matches!(player.grading, Grading::Opened(_)) || has_nobody_to_grade {
        assert!(
            forfeited == 0 || forfeited == (round.terms.reward * 2 / 5 / opened).min(round.ticket)
        );
    } else {
        assert_eq!(forfeited, round.ticket);
    }
}

fn member_result(player: &Player, paid: u128, forfeited: u128) -> MemberResult<AccountId> {
    MemberResult {
        owner: player.owner,
        key: player.key,
        opened_answer: player.answer_key.is_some(),
        opened_grades: matches!(player.grading, Grading::Opened(_)),
        judgement: Judgement::Unjudged,
        paid,
        forfeited,
    }
}
