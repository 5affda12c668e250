//! A round: who sits in it, what they answer, and how they grade.

use super::{
    agents::Agent,
    farm::GRADES,
    questions::{Answer, Question},
    Junk,
};
use crate::{draws::Draws, replay::rounds::Played, world::nearest_grade};
use waggle_primitives::{
    assignment::assign, candidates::Candidates, grades::GradeMatrix, Grade, Hash32,
};

/// How often agents of one model are right, on average.
const TWINS_SKILL: f64 = 0.6;
/// Below it an answer looks more wrong than right.
const POOR_LOOKS: f64 = 0.5;

/// Who sits at a place.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiments) enum Player {
    /// Answers and grades as well as it can.
    Honest(Agent),
    /// Gives junk. Grades its ring 1 and all others 0.
    Ring,
    /// Gives junk. Grades at random.
    Lazy,
    /// Answers as well as it can. Grades everything with the middle.
    Idle(Agent),
    /// Answers as well as it can. Opens no grades.
    Mute(Agent),
    /// Answers as well as it can. Grades what equals its own answer 1, what looks no worse than
    /// that 0, and the rest as it sees it.
    Rival(Agent),
    /// The same where its own answer looks poor; else as it sees.
    Spoiler(Agent),
    /// Answers as well as it can. Grades what equals its own answer 1, what its bloc answers as it
    /// sees it, and the rest 0.
    Bloc(Agent),
    /// One model under several names: all of them give the same answer, and see others' alike.
    Twin,
    /// Has been told the right answer. Gives it, and grades by it.
    Informed,
    /// Has been told the right answer. Gives a wrong one, and grades by the right one.
    Decoy,
}

/// The answers of a round that several give.
struct Shared {
    junk: Answer,
    twins: Answer,
}

impl Player {
    /// Whether it keeps its word and means no harm.
    pub(super) fn is_honest(&self) -> bool {
        matches!(self, Player::Honest(_))
    }

    fn opens_grades(&self) -> bool {
        !matches!(self, Player::Mute(_))
    }

    fn answer(
        &self,
        question: &Question,
        junk: Junk,
        shared: &Shared,
        draws: &mut Draws,
    ) -> Answer {
        match (self, junk) {
            (
                Player::Honest(agent)
                | Player::Idle(agent)
                | Player::Mute(agent)
                | Player::Rival(agent)
                | Player::Spoiler(agent)
                | Player::Bloc(agent),
                _,
            ) => question.answer(agent.skill, draws),
            (Player::Twin, _) => shared.twins,
            (Player::Informed, _) => question.right(draws),
            (Player::Decoy, _) => question.wrong(draws),
            (Player::Ring | Player::Lazy, Junk::Copied) => shared.junk,
            (Player::Ring | Player::Lazy, Junk::Apart) => question.own_junk(draws),
        }
    }

    /// What it says of an answer, beside its `own`.
    fn grade(&self, author: &Player, own: &Answer, answer: &Answer, draws: &mut Draws) -> Grade {
        match self {
            Player::Honest(agent) | Player::Mute(agent) => agent.grade(answer, draws),
            Player::Ring if author.is_honest() => Grade::MIN,
            Player::Ring => Grade::MAX,
            Player::Lazy => nearest_grade(draws.uniform()),
            Player::Idle(_) => nearest_grade(0.5),
            Player::Rival(_) if answer.key.is_some() && answer.key == own.key => Grade::MAX,
            Player::Rival(_) if answer.looks >= own.looks => Grade::MIN,
            Player::Rival(agent) => agent.grade(answer, draws),
            Player::Spoiler(agent) if own.looks < POOR_LOOKS => {
                Player::Rival(*agent).grade(author, own, answer, draws)
            }
            Player::Spoiler(agent) => agent.grade(answer, draws),
            Player::Bloc(_) if answer.key.is_some() && answer.key == own.key => Grade::MAX,
            Player::Bloc(agent) if matches!(author, Player::Bloc(_)) => agent.grade(answer, draws),
            Player::Bloc(_) => Grade::MIN,
            Player::Twin => nearest_grade(answer.looks + answer.error),
            Player::Informed | Player::Decoy => {
                let [praise, condemnation] = GRADES;
                let said = if answer.quality > 0.5 { praise } else { condemnation };
                Grade::new(said).unwrap_or_default()
            }
        }
    }
}

/// A round, and what no rule sees of it: by place, who sits there and how good its answer is.
pub(in crate::experiments) struct Round {
    pub(in crate::experiments) players: Vec<Player>,
    pub(in crate::experiments) quality: Vec<f64>,
    pub(in crate::experiments) played: Played,
}

impl Round {
    /// Everybody answers, and grades what the round's seed assigns to it.
    pub(in crate::experiments) fn of(
        question: &Question,
        players: Vec<Player>,
        junk: Junk,
        draws: &mut Draws,
    ) -> Self {
        let seed = draws.hash();
        let shared = shared(question, &players, draws);
        let answers: Vec<Answer> =
            players.iter().map(|player| player.answer(question, junk, &shared, draws)).collect();
        let given = given(&seed, &players, &answers, draws);
        let keys: Vec<Option<usize>> = answers.iter().map(|answer| answer.key).collect();
        let candidates = Candidates::of(&keys);
        let quality = answers.iter().map(|answer| answer.quality).collect();
        Self {
            players,
            quality,
            played: Played {
                seed,
                candidates,
                question: question.kind(),
                grades: GradeMatrix { given },
            },
        }
    }
}

/// What twins say is drawn only where there are some: so the draws of all other rounds stay what
/// they are without them.
fn shared(question: &Question, players: &[Player], draws: &mut Draws) -> Shared {
    let junk = question.shared_junk(draws);
    let are_there_twins = players.iter().any(|player| matches!(player, Player::Twin));
    let twins = if are_there_twins { question.answer(TWINS_SKILL, draws) } else { junk };
    Shared { junk, twins }
}

/// By place, what everybody says of which answers.
fn given(
    seed: &Hash32,
    players: &[Player],
    answers: &[Answer],
    draws: &mut Draws,
) -> Vec<Vec<(usize, Grade)>> {
    let of = |(grader, graded): (usize, Vec<usize>)| {
        let (player, own) = (&players[grader], &answers[grader]);
        if !player.opens_grades() {
            return Vec::new();
        }
        let grade =
            |answer: usize| (answer, player.grade(&players[answer], own, &answers[answer], draws));
        graded.into_iter().map(grade).collect()
    };
    assign(seed, players.len()).into_iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::rings::Questions;

    fn closed(players: &[Player]) -> Round {
        let mut draws = Draws::of("players", 0);
        let question = Question::drawn(Questions::Closed, &mut draws);
        Round::of(&question, players.to_vec(), Junk::Copied, &mut draws)
    }

    fn honest() -> Player {
        Player::Honest(Agent::drawn(&mut Draws::of("an honest player", 0)))
    }

    #[test]
    fn rings_should_praise_their_own_and_nobody_else() {
        let mut draws = Draws::of("praise", 0);
        for (junk, candidates) in [(Junk::Copied, 8), (Junk::Apart, 10)] {
            let question = Question::drawn(Questions::Open, &mut draws);
            let players = [vec![Player::Ring; 3], vec![honest(); 7]].concat();
            let round = Round::of(&question, players, junk, &mut draws);
            assert_eq!(round.played.candidates.count(), candidates);
            assert!(round.quality[..3].iter().all(|quality| *quality == 0.2));
            for (answer, grade) in round.played.grades.given[..3].iter().flatten() {
                assert_eq!(*grade, if *answer < 3 { Grade::MAX } else { Grade::MIN });
            }
        }
    }

    #[test]
    fn mute_players_should_answer_and_open_no_grades() {
        let Player::Honest(agent) = honest() else { panic!("it is honest") };
        let round = closed(&[Player::Mute(agent), honest(), honest(), honest()]);
        assert_eq!(round.played.answers(), 4);
        let counts: Vec<usize> = round.played.grades.given.iter().map(Vec::len).collect();
        assert_eq!(counts, [0, 2, 2, 2]);
    }

    #[test]
    fn twins_should_give_one_answer_and_see_all_others_alike() {
        let round = closed(&[vec![Player::Twin; 6], vec![honest(); 4]].concat());
        assert!((1..6).all(|place| round.played.candidates.are_equal(0, place)));
        let mut said = [None; 10];
        for (answer, grade) in round.played.grades.given[..6].iter().flatten() {
            assert_eq!(*said[*answer].get_or_insert(*grade), *grade);
        }
    }

    #[test]
    fn who_was_told_the_right_answer_should_grade_by_it() {
        let players = [vec![Player::Informed; 3], vec![Player::Decoy; 3]].concat();
        let round = closed(&players);
        assert_eq!(round.quality, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        for (answer, grade) in round.played.grades.given.iter().flatten() {
            assert_eq!(grade.basis_points(), GRADES[usize::from(*answer >= 3)]);
        }
    }

    #[test]
    fn rivals_should_condemn_what_looks_better_and_praise_what_is_the_same() {
        let agent = Agent::drawn(&mut Draws::of("a rival", 0));
        let own = Answer { key: Some(0), quality: 0.0, looks: 0.5, error: 0.0 };
        let mut draws = Draws::of("rivals", 0);
        let mut said = |key, looks| {
            let answer = Answer { key: Some(key), looks, ..own };
            Player::Rival(agent).grade(&honest(), &own, &answer, &mut draws)
        };
        assert_eq!(said(1, 0.5), Grade::MIN);
        assert_eq!(said(1, 0.9), Grade::MIN);
        assert_eq!(said(0, 0.5), Grade::MAX);
    }

    #[test]
    fn spoilers_should_be_rivals_only_where_their_own_answer_looks_poor() {
        let agent = Agent::drawn(&mut Draws::of("a spoiler", 0));
        let better = Answer { key: Some(1), quality: 1.0, looks: 0.9, error: 0.0 };
        for (looks, is_fair) in [(POOR_LOOKS - 0.01, false), (POOR_LOOKS, true)] {
            let own = Answer { key: Some(0), looks, ..better };
            let (mut draws, mut same) = (Draws::of("spoilers", 0), Draws::of("spoilers", 0));
            let said = Player::Spoiler(agent).grade(&honest(), &own, &better, &mut draws);
            let seen = agent.grade(&better, &mut same);
            assert_eq!(said, if is_fair { seen } else { Grade::MIN });
        }
    }

    #[test]
    fn a_bloc_should_condemn_all_answers_but_its_own() {
        let agent = Agent::drawn(&mut Draws::of("a bloc", 0));
        let players = [vec![Player::Bloc(agent); 4], vec![honest(); 6]].concat();
        let round = closed(&players);
        for (grader, given) in round.played.grades.given[..4].iter().enumerate() {
            for (answer, grade) in given {
                if round.played.candidates.are_equal(grader, *answer) {
                    assert_eq!(*grade, Grade::MAX);
                } else if *answer >= 4 {
                    assert_eq!(*grade, Grade::MIN);
                }
            }
        }
    }
}
