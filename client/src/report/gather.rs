//! Putting a report together from the views of a finished round.

use super::json::{
    Answer, Blocks, Grade, Payment, Payments, PhasesMs, RoundReport, Rule, Seats, Status,
    WorkAssignment,
};
use crate::{
    amount::Amount,
    chain::Chain,
    failure::cancel_reason,
    follow::Ended,
    submit::Submitted,
    types::{asked_score, kind, number, AgentInRound},
    who::Who,
    Failure, Round,
};
use waggle_primitives::{
    rating::Estimator,
    rule::{Judgement, Rule as ChainRule},
    view::{RoundBlocks, RoundState},
    weighting::Aggregation,
    AgentIndex,
};

/// What the client's own clock said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// Milliseconds from sending the prompt to learning that it is in a block.
    submission_ms: u64,
    /// Milliseconds from sending the prompt to learning that the round is over.
    total_ms: u64,
}

impl Timing {
    /// Of a round that this client submitted and followed to its end.
    pub fn of(submitted: &Submitted, ended: &Ended) -> Self {
        Self {
            submission_ms: submitted.inclusion.as_millis() as u64,
            total_ms: ended.seen.saturating_duration_since(submitted.sent).as_millis() as u64,
        }
    }
}

/// Gather everything about a finished round. `timing` if it is the client's own.
pub async fn gather(
    chain: &Chain,
    ended: &Ended,
    timing: Option<Timing>,
) -> Result<RoundReport, Failure> {
    let round = &ended.round;
    let Outcome { status, winner, best, cancelled_because } = outcome(round)?;
    let before = before_the_end(chain, round).await?;
    let models = declared_models(chain, ended).await?;
    let candidates = chain.candidates(round.id, ended.block.hash).await?;
    let (constants, domain) = (chain.constants().await?, chain.domain(round.domain).await?);
    let name = |index: AgentIndex| agent_name(round, index);

    let answers = round.agents.iter().enumerate().map(|(index, agent)| {
        let earlier = before.as_ref().and_then(|before| before.agents.get(index));
        let bytes = agent.answer.as_ref().or(earlier.and_then(|earlier| earlier.answer.as_ref()));
        let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let model = models.get(index).cloned().unwrap_or_default();
        answer(index, agent, text, model, candidates.get(index).copied().flatten())
    });
    let answers: Vec<Answer> = answers.collect();
    let grades = round.grades.iter().map(|entry| Grade {
        grader: name(entry.grader),
        author: name(entry.author),
        grade: f64::from(entry.grade.basis_points()) / 10_000.0,
    });
    let assignment = assignment(round, before.as_ref());
    let prompt =
        before.as_ref().map(|before| before.prompt.as_slice()).filter(|prompt| !prompt.is_empty());
    Ok(RoundReport {
        round: round.id,
        status,
        cancelled_because,
        min_score: asked_score(round.terms.min_score),
        best,
        prompt: prompt.map(|prompt| String::from_utf8_lossy(prompt).into_owned()),
        client: round.client.to_string(),
        domain: domain.id,
        seats: before.as_ref().and_then(|before| before.seats).map(Seats::from),
        answers,
        grades: grades.collect(),
        winner,
        winner_text: round
            .winning_answer
            .as_ref()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
        expected: None,
        k: assignment.iter().map(|work| work.authors.len()).max().unwrap_or_default(),
        seed: round.seed.map(|seed| format!("0x{}", hex::encode(seed))),
        assignment,
        rule: rule(constants.rule.asking(domain.question)),
        payments: payments(round),
        phases_ms: phases(chain, &round.blocks, timing).await?,
        blocks: blocks(chain, round, status).await?,
        memory: None,
    })
}

/// One agent's part: what its view does not say is given.
fn answer(
    index: usize,
    agent: &AgentInRound,
    text: Option<String>,
    model: String,
    candidate: Option<u32>,
) -> Answer {
    let ratings = agent.judgement.ratings();
    let (prior, reading, bias) = match agent.judgement {
        Judgement::Unjudged => (None, None, None),
        Judgement::Separate { bias, .. } => (None, None, Some(bias)),
        Judgement::Calibrated { prior, reading, .. } => (Some(prior), Some(reading), None),
    };
    Answer {
        agent: agent.owner.to_string(),
        index: index as u32,
        key: hex::encode(agent.key.0),
        model,
        text,
        candidate,
        opened_answer: agent.opened_answer,
        opened_grades: agent.opened_grades,
        score: agent.judgement.score().map(number),
        prior: prior.map(number),
        weight: agent.judgement.weight().map(number),
        mean: reading.map(|reading| number(reading.mean)),
        spread: reading.map(|reading| number(reading.spread)),
        bias: bias.map(number),
        rating_before: ratings.map(|(before, _)| number(before)),
        rating_after: ratings.map(|(_, after)| number(after)),
    }
}

/// How a round ended.
#[derive(Debug, PartialEq)]
struct Outcome {
    status: Status,
    /// Whose answer was chosen.
    winner: Option<String>,
    /// Whose answer was not good enough, but the best.
    best: Option<String>,
    cancelled_because: Option<String>,
}

fn outcome(round: &Round) -> Result<Outcome, Failure> {
    let of = |status| Outcome { status, winner: None, best: None, cancelled_because: None };
    match &round.state {
        RoundState::Settled { winner } => {
            Ok(Outcome { winner: Some(agent_name(round, *winner)), ..of(Status::Settled) })
        }
        RoundState::NobodyWon { best } => {
            Ok(Outcome { best: Some(agent_name(round, *best)), ..of(Status::NobodyWon) })
        }
        RoundState::Cancelled { reason } => {
            let cancelled_because = Some(cancel_reason(reason).to_owned());
            Ok(Outcome { cancelled_because, ..of(Status::Cancelled) })
        }
        RoundState::Running { .. } => Err(Failure::NotOver(round.id)),
    }
}

/// The round as it stood one block before it ended, if the node still has that state.
async fn before_the_end(chain: &Chain, round: &Round) -> Result<Option<Round>, Failure> {
    let Some(number) = round.blocks.ended.and_then(|ended| ended.checked_sub(1)) else {
        return Ok(None);
    };
    at_block(chain, round, number).await
}

/// The round as of block `number`. `None` if the node has discarded that state.
async fn at_block(chain: &Chain, round: &Round, number: u32) -> Result<Option<Round>, Failure> {
    let Some(hash) = chain.block_hash(number).await? else { return Ok(None) };
    Ok(chain.round(round.id, hash).await.unwrap_or_default())
}

/// The models that the round's agents declare, by index; nothing of one that has left for good.
async fn declared_models(chain: &Chain, ended: &Ended) -> Result<Vec<String>, Failure> {
    let mut models = Vec::with_capacity(ended.round.agents.len());
    for agent in &ended.round.agents {
        let found = chain.find_agent(Who::Owner(agent.owner), Some(ended.block.hash)).await?;
        let model = found.map(|detail| String::from_utf8_lossy(&detail.agent.model).into_owned());
        models.push(model.unwrap_or_default());
    }
    Ok(models)
}

fn agent_name(round: &Round, index: AgentIndex) -> String {
    round
        .agents
        .get(index as usize)
        .map(|agent| agent.owner.to_string())
        .unwrap_or_else(|| index.to_string())
}

/// Who had to grade whom: the chain drops it at settlement, so it comes from the block before.
fn assignment(round: &Round, before: Option<&Round>) -> Vec<WorkAssignment> {
    let has_any = |round: &&Round| round.agents.iter().any(|agent| !agent.assigned.is_empty());
    let Some(source) = Some(round).filter(has_any).or(before.filter(has_any)) else {
        return Vec::new();
    };
    let assigned = source.agents.iter().filter(|agent| !agent.assigned.is_empty());
    assigned
        .map(|agent| WorkAssignment {
            grader: agent.owner.to_string(),
            authors: agent.assigned.iter().map(|author| agent_name(round, *author)).collect(),
        })
        .collect()
}

fn rule(rule: ChainRule) -> Rule {
    match rule {
        ChainRule::Calibrated(question) => Rule::Calibrated { question: kind(question) },
        ChainRule::Separate { aggregation, estimator } => Rule::Separate {
            aggregation: match aggregation {
                Aggregation::Precision => "precision",
                Aggregation::Sharpened => "sharpened",
                Aggregation::WeightedSum => "weighted_sum",
            },
            estimator: match estimator {
                Estimator::LeaveOneOut => "leave_one_out",
                Estimator::Paper => "paper",
            },
        },
    }
}

fn payments(round: &Round) -> Payments {
    Payments {
        reward: Amount(round.terms.reward),
        returned: Amount(round.returned),
        ticket: Amount(round.ticket),
        treasury: Amount(round.treasury),
        agents: round
            .agents
            .iter()
            .map(|agent| Payment {
                agent: agent.owner.to_string(),
                paid: Amount(agent.paid),
                forfeited: Amount(agent.forfeited),
            })
            .collect(),
    }
}

async fn phases(
    chain: &Chain,
    blocks: &RoundBlocks,
    timing: Option<Timing>,
) -> Result<PhasesMs, Failure> {
    let mut times = [None; 5];
    let ends = [
        Some(blocks.submitted),
        blocks.answering_ended,
        blocks.opening_answers_ended,
        blocks.grading_ended,
        blocks.ended,
    ];
    for (time, end) in times.iter_mut().zip(ends) {
        if let Some(number) = end {
            *time = chain.block_time(number).await?;
        }
    }
    let [submitted, answered, opened, graded, ended] = times;
    let between = |from: Option<u64>, to: Option<u64>| Some(to?.saturating_sub(from?));
    Ok(PhasesMs {
        submission: timing.map(|timing| timing.submission_ms),
        answering: between(submitted, answered),
        opening_answers: between(answered, opened),
        grading: between(opened, graded),
        opening_grades: between(graded, ended),
        total: timing.map(|timing| timing.total_ms).or(between(submitted, ended)),
    })
}

async fn blocks(chain: &Chain, round: &Round, status: Status) -> Result<Blocks, Failure> {
    let times = &round.blocks;
    let settled = times.ended.filter(|_| status != Status::Cancelled);
    let last_commit = last_commit(chain, round).await?;
    Ok(Blocks {
        submitted: times.submitted,
        last_commit,
        answering_ended: times.answering_ended,
        opening_answers_ended: times.opening_answers_ended,
        grading_ended: times.grading_ended,
        settled,
        ended: times.ended,
        commit_to_settlement: settled.and_then(|settled| settled.checked_sub(last_commit?)),
    })
}

/// The block of the last answer commit. A phase that ended because everybody had committed ended in
/// that block; for one that ended at its deadline the block is searched for in the states since.
async fn last_commit(chain: &Chain, round: &Round) -> Result<Option<u32>, Failure> {
    let (committed, end) =
        (round.agents.len(), round.blocks.answering_ended.or(round.blocks.ended));
    let Some(end) = end else { return Ok(None) };
    if committed == 0 {
        return Ok(None);
    }
    if committed >= round.terms.max_agents as usize {
        return Ok(Some(end));
    }
    let (mut before, mut at) = (round.blocks.submitted, end);
    while at - before > 1 {
        let middle = before + (at - before) / 2;
        match at_block(chain, round, middle).await? {
            Some(view) if view.agents.len() >= committed => at = middle,
            Some(_) => before = middle,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{agent, round};
    use waggle_primitives::{calibration::Reading, choice::Question, CancelReason, Fixed, Phase};

    #[test]
    fn running_rounds_should_have_no_outcome() {
        let running = RoundState::Running { phase: Phase::Grading, deadline: 20 };
        assert!(matches!(outcome(&round(running)), Err(Failure::NotOver(3))));
        let settled = round(RoundState::Settled { winner: 1 });
        let winner = settled.agents[1].owner.to_string();
        let of = |status| Outcome { status, winner: None, best: None, cancelled_because: None };
        let expected = Outcome { winner: Some(winner.clone()), ..of(Status::Settled) };
        assert_eq!(outcome(&settled).unwrap(), expected);
        let unwon = round(RoundState::NobodyWon { best: 1 });
        let expected = Outcome { best: Some(winner), ..of(Status::NobodyWon) };
        assert_eq!(outcome(&unwon).unwrap(), expected);
        let reason = CancelReason::NoGrades;
        let cancelled_because = Some(cancel_reason(&reason).to_owned());
        let cancelled = round(RoundState::Cancelled { reason });
        let expected = Outcome { cancelled_because, ..of(Status::Cancelled) };
        assert_eq!(outcome(&cancelled).unwrap(), expected);
    }

    #[test]
    fn answer_should_tell_what_its_rule_knows_and_nothing_else() {
        let [half, weight] = [Fixed::from_rational(1, 2), Fixed::from_u32(3)];
        let shown = |judgement: Judgement| {
            answer(0, &AgentInRound { judgement, ..agent(0, 0, 0) }, None, String::new(), None)
        };
        let unjudged = shown(Judgement::Unjudged);
        assert_eq!((unjudged.score, unjudged.weight, unjudged.rating_after), (None, None, None));
        let separate = shown(Judgement::Separate {
            score: half,
            weight,
            bias: Fixed::from_rational(1, 4),
            rating_before: half,
            rating_after: half,
        });
        assert_eq!((separate.score, separate.weight), (Some(0.5), Some(3.0)));
        assert_eq!((separate.prior, separate.mean, separate.spread), (None, None, None));
        assert_eq!(separate.bias, Some(0.25));
        let calibrated = shown(Judgement::Calibrated {
            score: half,
            prior: Fixed::from_rational(3, 4),
            weight,
            reading: Reading { mean: half, spread: Fixed::from_rational(1, 4) },
            rating_before: half,
            rating_after: Fixed::from_rational(3, 4),
        });
        assert_eq!((calibrated.score, calibrated.weight), (Some(0.5), Some(3.0)));
        assert_eq!((calibrated.prior, calibrated.bias), (Some(0.75), None));
        assert_eq!((calibrated.mean, calibrated.spread), (Some(0.5), Some(0.25)));
        let ratings = (calibrated.rating_before, calibrated.rating_after);
        assert_eq!(ratings, (Some(0.5), Some(0.75)));
    }

    #[test]
    fn assignment_should_come_from_the_block_before_when_the_result_has_none() {
        let ended = round(RoundState::Settled { winner: 0 });
        assert!(assignment(&ended, None).is_empty());
        let mut before = round(RoundState::Running { phase: Phase::OpeningGrades, deadline: 20 });
        before.agents[0].assigned = vec![1];
        let work = assignment(&ended, Some(&before));
        assert_eq!(work.len(), 1);
        assert_eq!(work[0].grader, ended.agents[0].owner.to_string());
        assert_eq!(work[0].authors, [ended.agents[1].owner.to_string()]);
    }

    #[test]
    fn numbers_should_be_those_of_the_chain() {
        assert_eq!(number(Fixed::from_rational(1, 4)), 0.25);
        assert_eq!(number(Fixed::from_inner(-500_000_000_000_000_000)), -0.5);
    }

    #[test]
    fn rule_should_have_the_documented_form() {
        let json = |chosen: ChainRule| serde_json::to_value(rule(chosen)).unwrap();
        assert_eq!(
            json(ChainRule::default()),
            serde_json::json!({ "name": "calibrated", "question": "closed" })
        );
        assert_eq!(
            json(ChainRule::default().asking(Question::Open)),
            serde_json::json!({ "name": "calibrated", "question": "open" })
        );
        assert_eq!(
            json(ChainRule::PAPER),
            serde_json::json!({
                "name": "separate",
                "aggregation": "weighted_sum",
                "estimator": "paper",
            })
        );
    }
}
