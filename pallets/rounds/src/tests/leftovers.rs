//! What rounds leave in state: while they run, when they are over, and when their results are
//! pruned.

use super::{census::*, swarm::*};
use crate::{mock::*, types::Ending};
use std::collections::BTreeMap;
use waggle_primitives::{CancelReason, Grade, RoundId, RoundTerms, SignedAct};

/// What may have grown when all is over, and why.
const MAY_GROW: &[(&str, &str, &str)] = &[
    ("Rounds", "NextRound", "ids are never given twice"),
    ("Rounds", "CounterForRounds", "a zero is written out once the first round has come and gone"),
    ("Rounds", "AgendaCursor", "how far the hook has come"),
    ("Rounds", "ExpiryCursor", "how far the hook has come"),
    ("Ratings", "Standings", "what is known of agents goes when they leave"),
    ("Ratings", "Pasts", "what is known of agents goes when they leave"),
    ("System", "BlockHash", "hashes of the last blocks, kept as long as the runtime says"),
    ("System", "Number", "of the current block"),
    ("System", "ExtrinsicData", "of the current block"),
    ("System", "Events", "of the current block"),
    ("System", "EventCount", "of the current block"),
    ("System", "ExecutionPhase", "of the current block"),
    ("System", "Digest", "of the current block"),
    ("System", "ParentHash", "of the current block"),
];

/// The text that the client sends in these tests: long enough to be found nowhere by chance.
const QUESTION: &[u8] = b"which of the following towns lies furthest north, and how do you know?";

fn answer(agent: u8) -> Vec<u8> {
    let reason = "because of the midnight sun and what it read in an atlas";
    format!("agent {agent} thinks it is Tromso, {reason}").into_bytes()
}

/// The ciphertext of an agent's answer.
fn ciphertext(agent: u8, round: RoundId) -> Vec<u8> {
    sealed_answer_of(&commit_answer(agent, round, &answer(agent))).ciphertext.into_inner()
}

/// Whether these bytes stand anywhere in the state, keys included.
fn is_in_state(bytes: &[u8]) -> bool {
    let contains = |text: &[u8]| text.windows(bytes.len()).any(|window| window == bytes);
    state().iter().any(|(key, value)| contains(key) || contains(value))
}

/// How far the agents 0 to 4 go in a round, in which four are enough.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Story {
    Settled,
    NobodyComes,
    TwoCommit,
    NobodyOpens,
    OneOpens,
    TwoOpen,
    NobodyGrades,
    NobodyOpensGrades,
    AllGradesMalformed,
    NobodyWins,
}

const STORIES: [Story; 10] = [
    Story::Settled,
    Story::NobodyComes,
    Story::TwoCommit,
    Story::NobodyOpens,
    Story::OneOpens,
    Story::TwoOpen,
    Story::NobodyGrades,
    Story::NobodyOpensGrades,
    Story::AllGradesMalformed,
    Story::NobodyWins,
];

impl Story {
    fn ending(self) -> Option<CancelReason> {
        match self {
            Story::NobodyComes | Story::TwoCommit => Some(CancelReason::TooFewCommitted),
            Story::NobodyOpens => Some(CancelReason::TooFewOpened),
            _ => None,
        }
    }

    /// Play it until it is over.
    fn play(self) -> RoundId {
        let round = crate::NextRound::<Test>::get();
        let client = RuntimeOrigin::signed(CLIENT);
        let min_score = if self == Story::NobodyWins { Grade::MAX } else { Grade::MIN };
        let terms = RoundTerms { min_score, ..terms(4, 5) };
        Rounds::submit(client, prompt(QUESTION), GENERAL, terms, NO_TRUTH)
            .expect("the terms are fine");
        let go = |count: u8, act: &dyn Fn(u8) -> SignedAct| {
            for agent in 0..count {
                assert_eq!(send(act(agent)), Ok(()));
            }
            next_block();
        };
        let (commits, openings) = match self {
            Story::NobodyComes => (0, 0),
            Story::TwoCommit => (2, 0),
            Story::NobodyOpens => (5, 0),
            Story::OneOpens => (5, 1),
            Story::TwoOpen => (5, 2),
            _ => (5, 5),
        };
        go(commits, &|agent| commit_answer(agent, round, &answer(agent)));
        go(openings, &|agent| open_answer(agent, round));
        if openings == 5 && self != Story::NobodyGrades {
            let grades = if self == Story::AllGradesMalformed { [0xff; 4] } else { [0x10; 4] };
            go(5, &|agent| commit_bytes(agent, round, &grades));
            if self != Story::NobodyOpensGrades {
                go(5, &|agent| open_grades(agent, round));
            }
        }
        for _ in 0..20 {
            next_block();
        }
        let expected = self.ending().map(|reason| Ending::Cancelled { reason });
        let is_won = matches!(result(round).ending, Ending::Settled { .. });
        assert_eq!(is_won, expected.is_none() && self != Story::NobodyWins, "{self:?}");
        assert_eq!(result(round).ending, expected.unwrap_or(result(round).ending), "{self:?}");
        assert_eq!(result(round).winning_answer.is_some(), is_won);
        round
    }
}

/// The sizes of all items but those that may grow.
fn lasting() -> BTreeMap<(String, String), Size> {
    let may_grow =
        |pallet: &str, item: &str| MAY_GROW.iter().any(|(p, i, _)| (*p, *i) == (pallet, item));
    census().into_iter().filter(|((pallet, item), _)| !may_grow(pallet, item)).collect()
}

/// Build blocks until all results are pruned.
fn outlast_results() {
    for _ in 0..=ResultRetention::get() {
        next_block();
    }
}

#[test]
fn state_should_be_as_large_as_before_when_all_results_are_pruned() {
    on_chain(|| {
        let before = lasting();
        for story in STORIES {
            story.play();
        }
        assert_ne!(lasting(), before, "results are still there");
        outlast_results();
        assert_eq!(lasting(), before);
        let census = census();
        for item in ["NextRound", "CounterForRounds", "AgendaCursor", "ExpiryCursor"] {
            assert_eq!(census[&("Rounds".into(), item.into())].keys, 1, "{item}");
        }
        // One entry for each agent that was in a round, and for none else.
        assert_eq!(census[&("Ratings".into(), "Pasts".into())].keys, 5);
        assert_eq!(census[&("Ratings".into(), "Standings".into())].keys, 5);
    });
}

#[test]
fn agents_should_leave_nothing_behind_when_they_have_left() {
    on_chain(|| {
        for agent in 0..AGENTS {
            Agents::retire(RuntimeOrigin::signed(owner(agent))).expect("it is active");
        }
        run_to(10);
        for agent in 1..AGENTS {
            Agents::unbond(RuntimeOrigin::signed(owner(agent))).expect("its time has come");
        }
        Agents::unbond(RuntimeOrigin::signed(owner(0))).expect("its time has come");
        let left: Vec<_> = census()
            .into_keys()
            .filter(|(pallet, item)| {
                pallet != "System" && pallet != "Balances" && !item.starts_with(':')
            })
            .collect();
        let expected = [
            ("Agents", "CounterForAgents"),
            ("Domains", "EpochBlocks"),
            // How many members the general domain has: none.
            ("Domains", "Populations"),
            ("Rounds", "AgendaCursor"),
            ("Rounds", "ExpiryCursor"),
        ];
        assert_eq!(left, expected.map(|(pallet, item)| (pallet.to_string(), item.to_string())));
    });
}

#[test]
fn ratings_should_go_with_the_agents_of_settled_rounds() {
    on_chain(|| {
        Story::Settled.play();
        outlast_results();
        for agent in 0..5 {
            Agents::retire(RuntimeOrigin::signed(owner(agent))).expect("it is active");
        }
        run_to(System::block_number() + 5);
        for agent in 0..5 {
            Agents::unbond(RuntimeOrigin::signed(owner(agent))).expect("its time has come");
        }
        assert!(!census()
            .keys()
            .any(|(pallet, item)| pallet == "Ratings" && !item.starts_with(':')));
    });
}

#[test]
fn prompt_and_answers_should_not_outlive_their_round() {
    for story in STORIES {
        on_chain(|| {
            let round = story.play();
            assert!(!is_in_state(QUESTION), "{story:?}: the prompt");
            let winner = match result(round).ending {
                Ending::Settled { winner } => Some(winner),
                Ending::Cancelled { .. } | Ending::NobodyWon { .. } => None,
            };
            for agent in 0..5 {
                assert!(
                    !is_in_state(&ciphertext(agent, round)),
                    "{story:?}: what agent {agent} sealed"
                );
                assert_eq!(
                    is_in_state(&answer(agent)),
                    winner == Some(agent.into()),
                    "{story:?}: agent {agent}"
                );
            }
            outlast_results();
            assert!(
                (0..5).all(|agent| !is_in_state(&answer(agent))),
                "{story:?}: the winning answer"
            );
        });
    }
}

#[test]
fn prompt_and_answers_should_be_in_state_once_while_the_round_runs() {
    on_chain(|| {
        let count = |bytes: &[u8]| {
            state()
                .iter()
                .filter(|(_, value)| value.windows(bytes.len()).any(|window| window == bytes))
                .count()
        };
        let client = RuntimeOrigin::signed(CLIENT);
        Rounds::submit(client, prompt(QUESTION), GENERAL, terms(4, 5), NO_TRUTH)
            .expect("the terms are fine");
        assert_eq!(send(commit_answer(0, 0, &answer(0))), Ok(()));
        assert_eq!((count(QUESTION), count(&ciphertext(0, 0)), count(&answer(0))), (1, 1, 0));
        // This search would find what it looks for.
        frame_support::storage::unhashed::put_raw(b"somewhere", &answer(0));
        assert!(is_in_state(&answer(0)));
    });
}
