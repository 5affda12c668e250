//! A round and an agent as the chain shows them, for unit tests.

use crate::{types::AgentInRound, AccountId, Agent, AgentDetail, Round};
use waggle_primitives::{
    rule::Judgement,
    view::{AgentPast, RoundBlocks, RoundState},
    AgentKey, Fixed, RoundTerms,
};

/// An agent that kept its word.
pub(crate) fn agent(number: u8, paid: u128, forfeited: u128) -> AgentInRound {
    AgentInRound {
        owner: AccountId::from([number; 32]),
        key: AgentKey::from_raw([number; 32]),
        answer: None,
        opened_answer: true,
        opened_grades: true,
        assigned: Vec::new(),
        judgement: Judgement::Unjudged,
        paid,
        forfeited,
    }
}

/// A round with two agents.
pub(crate) fn round(state: RoundState) -> Round {
    Round {
        id: 3,
        client: AccountId::from([9; 32]),
        prompt: Vec::new(),
        terms: RoundTerms { reward: 100, answering_blocks: 10, min_agents: 2, max_agents: 2 },
        ticket: 10,
        state,
        blocks: RoundBlocks {
            submitted: 5,
            answering_ended: Some(8),
            ended: Some(11),
            ..Default::default()
        },
        seed: None,
        agents: vec![agent(0, 80, 0), agent(1, 20, 5)],
        grades: Vec::new(),
        seats: None,
        winning_answer: None,
        returned: 0,
        treasury: 0,
    }
}

/// All about an agent that has been in no round.
pub(crate) fn detail() -> AgentDetail {
    AgentDetail {
        agent: Agent {
            owner: AccountId::from([4; 32]),
            key: AgentKey::from_raw([4; 32]),
            model: b"scout".to_vec(),
            topics: Vec::new(),
            rating: Fixed::from_rational(1, 2),
            bias: Fixed::default(),
            quality: None,
            rounds: 0,
            retired: false,
        },
        bond: 10,
        open_rounds: 0,
        since: 2,
        limits: None,
        absences: Some(0),
        unbond_from: None,
        past: AgentPast::default(),
    }
}
