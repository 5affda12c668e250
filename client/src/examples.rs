//! A round, an agent and domains as the chain shows them, for unit tests here and in crates
//! that show them (feature `examples`).

use crate::{
    amount::WAG, types::AgentInRound, AccountId, Agent, AgentDetail, Audit, Domain, Member, Round,
    Standing,
};
use codec::{Decode, Encode};
use waggle_primitives::{
    audit::{
        conduct::{Conduct, ConductBounds},
        sample::Stage,
        standing::Evidence,
        view::{AuditProgress, AuditorView},
        AuditRules, Verdict,
    },
    choice::Question,
    claim::{ClaimedModel, ClaimedSampling, Declared},
    domain::GENERAL,
    rule::Judgement,
    view::{AgentPast, ClaimView, MembershipView, RoundBlocks, RoundState},
    AgentKey, Claim, DomainId, Fixed, Grade, RoundTerms,
};

/// An agent that kept its word.
pub fn agent(number: u8, paid: u128, forfeited: u128) -> AgentInRound {
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

/// A round of the general domain, with two agents.
pub fn round(state: RoundState) -> Round {
    Round {
        id: 3,
        client: AccountId::from([9; 32]),
        domain: GENERAL,
        prompt: Vec::new(),
        terms: RoundTerms {
            reward: 100,
            answering_blocks: 10,
            min_agents: 2,
            max_agents: 2,
            min_score: Grade::MIN,
        },
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

/// An agent that has been in no round, as a member of a domain.
pub fn member(domain: DomainId) -> Member {
    Member {
        agent: Agent {
            owner: AccountId::from([4; 32]),
            key: AgentKey::from_raw([4; 32]),
            model: b"scout".to_vec(),
            topics: Vec::new(),
            retired: false,
        },
        membership: MembershipView {
            domain,
            since: 7,
            absences: Some(0),
            rating: Fixed::from_rational(1, 2),
            bias: Fixed::default(),
            quality: None,
            rounds: 0,
            claim: None,
            next_claim: None,
            collectable: 0,
            suspended: None,
        },
    }
}

/// A claim that holds from epoch 5 on.
pub fn claim() -> ClaimView {
    let sampling = ClaimedSampling { temperature: 7_000, top_p: 9_500, top_k: 40, min_p: 0 };
    let model = ClaimedModel {
        name: b"weaver".to_vec().try_into().expect("it is short"),
        weights: Some([1; 32]),
        quantisation: b"q4k".to_vec().try_into().expect("it is short"),
        sampling,
    };
    let claim = Some(Claim { model, knowledge: None });
    ClaimView { declared: Declared { from_epoch: 5, claim }, digest: Some([7; 32]) }
}

/// All about the same agent, a member of the general domain only.
pub fn detail() -> AgentDetail {
    let Member { agent, membership } = member(GENERAL);
    AgentDetail {
        agent,
        bond: 10,
        open_rounds: 0,
        since: 2,
        limits: None,
        unbond_from: None,
        memberships: vec![membership],
        past: AgentPast::default(),
    }
}

/// A domain with three members.
pub fn domain(id: DomainId, question: Question) -> Domain {
    Domain {
        id,
        title: b"Verses".to_vec(),
        description: b"Poems of four lines.".to_vec(),
        question,
        founded: 5,
        members: 3,
        on_roster: 2,
        pool: None,
    }
}

/// A domain that is audited, with work of one auditor.
pub fn audit(domain: DomainId) -> Audit {
    let auditor = AuditorView {
        owner: AccountId::from([5; 32]),
        key: AgentKey::from_raw([5; 32]),
        has_committed: true,
        opened: 4,
    };
    let work = AuditProgress {
        epoch: 11,
        stage: Stage::Opening,
        deadline: Some(900),
        samples: 20,
        judged: 0,
        committee: vec![auditor],
    };
    Audit {
        domain,
        embedder: [2; 32],
        dimensions: 768,
        purse: WAG * 5 / 2,
        auditors: 7,
        epoch: 12,
        rounds: 40,
        samples: 32,
        work: Some(work),
    }
}

/// A member that nothing speaks against, of one other claim in its domain.
pub fn standing() -> Standing {
    let nothing = Verdict::NotEnough { have: 0, want: 100 };
    Standing {
        epoch: 11,
        claim: Some([7; 32]),
        prompts: 20,
        margins: vec![([8; 32], Fixed::from_inner(-4 * 10i128.pow(17)), 20)],
        distance: Fixed::from_rational(3, 2),
        replay: None,
        tokens: 0,
        conduct: Conduct { seats: 20, exceptions: 1, ..Default::default() },
        verdicts: vec![(Evidence::Contrast, Verdict::Pass, 0), (Evidence::Replay, nothing, 0)],
        suspended: None,
    }
}

/// The rules that were measured, with a fifth of the seats for faults of conduct.
pub fn audit_rules() -> AuditRules {
    let part = Decode::decode(&mut &200_000_000u32.encode()[..]).expect("a part in billionths");
    let conduct = ConductBounds { least_seats: 8, timeouts: part, slow: part, exceptions: part };
    AuditRules {
        contrast: Default::default(),
        distance: Default::default(),
        replay: Default::default(),
        conduct,
        far: Fixed::from_rational(1, 100),
    }
}
