//! What the experiment `rings` promises of the chain's default rule.

use waggle_evidence::{
    draws::Draws,
    effort::{Bench, Effort},
    experiments::rings::{farmed, measure, Adversary, Case, Figures, Junk, Known, Questions},
};
use waggle_primitives::{
    candidates::Candidates,
    choice::{judge, Question, Standing},
    grades::GradeMatrix,
    Grade,
};

/// Swarms of ten, as they are published.
fn measured(questions: Questions, cases: &[Case]) -> Vec<Figures> {
    measure(&Bench::silent(Effort::Full), questions, 10, cases)
}

fn copied(adversary: Adversary, share: f64) -> Case {
    Case { adversary, junk: Junk::Copied, share }
}

#[test]
fn new_rings_should_hardly_win_under_the_default() {
    for questions in Questions::ALL {
        let apart = Case { junk: Junk::Apart, ..copied(Adversary::NewRing, 0.3) };
        for figures in measured(questions, &[copied(Adversary::NewRing, 0.3), apart]) {
            let wins = figures.wins;
            assert!(figures.rounds >= 400);
            assert!(wins.default.part <= 0.05, "{questions:?}: {wins:?}");
            assert!(wins.default.part <= wins.version_3.part, "{questions:?}: {wins:?}");
        }
    }
}

#[test]
fn copied_junk_should_hardly_win_when_no_ring_praises_it() {
    for questions in Questions::ALL {
        let figures = &measured(questions, &[copied(Adversary::LazyCopies, 0.3)])[0];
        let wins = figures.wins;
        assert!(wins.default.part <= 0.03, "{questions:?}: {wins:?}");
        assert!(wins.default.part <= wins.version_3.part, "{questions:?}: {wins:?}");
    }
}

#[test]
fn the_default_should_choose_best_where_all_are_honest() {
    let figures = &measured(Questions::Closed, &[copied(Adversary::Nobody, 0.0)])[0];
    let (quality, sure) = (figures.quality, figures.quality.default.half_width);
    assert!(quality.default.mean - sure > quality.majority.mean, "{quality:?}");
    assert!(quality.default.mean > quality.version_3.mean, "{quality:?}");
    assert_eq!(figures.wins.default.part, 0.0);
}

#[test]
fn sleeping_rings_should_win_less_under_the_default() {
    for questions in Questions::ALL {
        let figures = &measured(questions, &[copied(Adversary::SleepingRing, 0.3)])[0];
        let wins = figures.wins;
        assert!(wins.default.part <= 0.7 * wins.version_3.part, "{questions:?}: {wins:?}");
    }
}

#[test]
fn adversaries_should_be_paid_next_to_nothing_for_their_grades() {
    let adversaries = Adversary::ALL.into_iter().filter(|other| *other != Adversary::Nobody);
    let cases: Vec<Case> = adversaries.map(|adversary| copied(adversary, 0.3)).collect();
    for questions in Questions::ALL {
        for figures in measured(questions, &cases) {
            assert!(figures.pay.default.mean <= 0.05, "{:?}: {:?}", figures.case, figures.pay);
        }
    }
}

#[test]
fn cases_should_not_depend_on_each_other() {
    let bench = Bench::silent(Effort::Fast);
    let cases = [copied(Adversary::SleepingRing, 0.2), copied(Adversary::FarmedRing, 0.2)];
    let together = measure(&bench, Questions::Open, 10, &cases);
    let alone = measure(&bench, Questions::Open, 10, &cases[1..]);
    assert_eq!(together[1].wins, alone[0].wins);
    assert_eq!(together[1].quality, alone[0].quality);
}

/// An answer's score by its author's record alone: all are graded alike.
fn scores(standings: &[Standing]) -> Vec<f64> {
    let n = standings.len();
    let middle = Grade::new(5_000).unwrap();
    let given = |grader: usize| {
        (0..n).filter(|answer| *answer != grader).map(|answer| (answer, middle)).collect()
    };
    let grades = GradeMatrix { given: (0..n).map(given).collect() };
    let apart = Candidates::apart(n);
    let verdict = judge(standings, &apart, &grades, Question::Open, &[7; 32]).unwrap();
    verdict.scores.iter().map(|score| score.to_float()).collect()
}

#[test]
fn a_farmed_record_should_count_for_no_more_than_its_cap() {
    let Known { standing, .. } = farmed(1, &mut Draws::of("a farmed record", 0))[0];
    let newcomer = Standing::default();
    let claimed = standing.answering.quality().to_float() - newcomer.answering.quality().to_float();
    assert!(claimed > 0.2, "{claimed}");

    let mut standings = [newcomer; 10];
    standings[0].answering = standing.answering;
    let scores = scores(&standings);
    let gained = scores[0] - scores[1];
    // The record weighs 12 beside nine graders of weight 3, and counts 0.08 at most.
    assert!(gained > 0.01 && gained <= 0.08 * 12.0 / 39.0 + 1e-9, "{gained}");
}
