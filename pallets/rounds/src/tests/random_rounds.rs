//! Rounds of agents that behave at random: whatever they do or leave undone, money and storage must come out right.

use super::swarm::*;
use crate::{mock::*, types::Ending, Results};
use proptest::prelude::*;
use waggle_primitives::{assignment, view::Duty, RoundId};

/// How an agent behaves in a round: how many blocks it waits before each step, or that it leaves the step out.
#[derive(Clone, Debug)]
struct Behaviour {
    answers: Option<u8>,
    opens: Option<u8>,
    grades: Option<u8>,
    reveals: Option<u8>,
    is_malformed: bool,
    sends_batches: bool,
}

fn step() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![6 => Just(Some(0)), 3 => (1u8..3).prop_map(Some), 2 => Just(None)]
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    (step(), step(), step(), step(), prop::bool::weighted(0.1), any::<bool>()).prop_map(
        |(answers, opens, grades, reveals, is_malformed, sends_batches)| Behaviour {
            answers,
            opens,
            grades,
            reveals,
            is_malformed,
            sends_batches,
        },
    )
}

/// The act that the agent makes in this block for this duty, if it makes one now.
fn reaction(
    agent: u8,
    behaviour: &Behaviour,
    duty: Duty<u128>,
    patience: &mut [Option<u8>; 4],
) -> Option<waggle_primitives::SignedAct> {
    let step = match duty {
        Duty::Answer { .. } => 0,
        Duty::OpenAnswer { .. } => 1,
        Duty::Grade { .. } => 2,
        Duty::OpenGrades { .. } => 3,
    };
    let waits = patience[step]?;
    if waits > 0 {
        patience[step] = Some(waits - 1);
        return None;
    }
    Some(match duty {
        Duty::Answer { round, .. } => commit_answer(agent, round, &answer_of(agent)),
        Duty::OpenAnswer { round, .. } => open_answer(agent, round),
        Duty::Grade { round, candidates, .. } if behaviour.is_malformed => {
            commit_bytes(agent, round, &vec![0xff; 2 * candidates.len()])
        }
        Duty::Grade { round, .. } => commit_grades(agent, round),
        Duty::OpenGrades { round, .. } => open_grades(agent, round),
    })
}

/// Play one round to its end with these agents.
fn play_out(behaviours: &[Behaviour], min_agents: u32, max_agents: u32, hook_works: &[bool]) -> RoundId {
    let round = ask(min_agents, max_agents);
    let mut patience: Vec<_> = behaviours.iter().map(|b| [b.answers, b.opens, b.grades, b.reveals]).collect();
    for block in 0..80 {
        let mut alone = Vec::new();
        let mut together = Vec::new();
        for (agent, behaviour) in behaviours.iter().enumerate() {
            for duty in Rounds::duties(&key(agent as u8)) {
                if let Some(act) = reaction(agent as u8, behaviour, duty, &mut patience[agent]) {
                    if behaviour.sends_batches {
                        together.push(act)
                    } else {
                        alone.push(act)
                    }
                }
            }
        }
        if hook_works[block % hook_works.len()] {
            next_block();
        } else {
            next_block_with(&mut frame_support::weights::WeightMeter::with_limit(Default::default()));
        }
        for act in alone {
            // It may be refused: an act before it may have ended the phase.
            let _ = send(act);
        }
        if !together.is_empty() {
            let call = batch(together);
            if authorize(&call).is_ok() {
                dispatch(call).expect("a batch goes on");
            }
        }
        if Results::<Test>::contains_key(round) {
            return round;
        }
    }
    panic!("the round did not end");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..Default::default() })]

    #[test]
    fn money_should_be_conserved_and_nothing_held_whatever_agents_do(
        behaviours in prop::collection::vec(behaviour(), 2..9),
        min_agents in 2u32..4,
        spare in 0u32..6,
        mut hook_works in prop::collection::vec(prop::bool::weighted(0.7), 1..8),
    ) {
        // A hook that never works would leave rounds to `poke` alone.
        hook_works.push(true);
        chain().execute_with(|| {
            let issuance = Balances::total_issuance();
            let round = play_out(&behaviours, min_agents, min_agents + spare, &hook_works);
            assert_eq!(Balances::total_issuance(), issuance);
            let result = result(round);
            assert_eq!(held(CLIENT), 0);
            for agent in 0..AGENTS {
                assert_eq!(held(owner(agent)), 0);
            }
            for member in &result.members {
                assert_eq!(wealth(member.owner), ENDOWMENT + member.paid - member.forfeited);
            }
            assert_eq!(wealth(TREASURY), ENDOWMENT + result.treasury);
            let settled = matches!(result.ending, Ending::Settled { .. });
            assert_eq!(wealth(CLIENT), if settled { ENDOWMENT - REWARD } else { ENDOWMENT });
            let opened = result.members.iter().filter(|member| member.opened_answer).count();
            let ranked = result.members.iter().filter(|member| member.opened_grades).count();
            if settled {
                assert_eq!(result.grades.len(), ranked * assignment::ranks_per_agent(opened));
            }
            for member in result.members.iter().filter(|member| settled && !member.opened_grades) {
                assert_eq!(member.forfeited, TICKET);
            }
            assert!(crate::Rounds::<Test>::iter().next().is_none());
            check_invariants();
        });
    }
}
