/**
 * A round as JSON, with the fields of `waggle watch --json` (`docs/json.md`), as far as the page
 * knows them: for whoever wants to compute the outcome again.
 */

import { fixed, wag } from './numbers.ts';
import { cancelReason } from './stage.ts';
import { decode } from './text.ts';
import type { AgentInRound, RoundView, Seats } from './views.ts';

/** What besides its view goes into a round's report. */
export interface Besides {
  prompt?: Uint8Array;
  answers: (Uint8Array | undefined)[];
  candidates: (number | undefined)[];
  seats?: Seats;
  assigned: number[][];
  /** The models that the agents declare, by owner. */
  models: Map<string, string>;
}

const STATUS = { Settled: 'settled', NobodyWon: 'nobody_won', Cancelled: 'cancelled' } as const;

/** The report. */
export function report(view: RoundView, besides: Besides): Record<string, unknown> {
  const name = (index: number) => view.agents[index]?.owner ?? String(index);
  const { state, blocks, terms } = view;
  const assigned = view.agents.map(({ assigned }, index) =>
    assigned.length > 0 ? assigned : (besides.assigned[index] ?? []),
  );
  const because = cancelReason(view);
  return {
    round: Number(view.id),
    status: state.type === 'Running' ? 'running' : STATUS[state.type],
    ...(because !== undefined && { cancelled_because: because }),
    min_score: terms.min_score === 0 ? null : terms.min_score / 10_000,
    ...(state.type === 'NobodyWon' && { best: name(state.value.best) }),
    prompt: besides.prompt ? decode(besides.prompt) : null,
    client: view.client,
    domain: view.domain,
    seats: seatsOf(view.seats ?? besides.seats),
    answers: view.agents.map((agent, index) => answerOf(agent, index, besides)),
    grades: view.grades.map(({ grader, author, grade }) => ({
      grader: name(grader),
      author: name(author),
      grade: grade / 10_000,
    })),
    winner: state.type === 'Settled' ? name(state.value.winner) : null,
    winner_text: view.winning_answer ? decode(view.winning_answer) : null,
    k: Math.max(0, ...assigned.map((authors) => authors.length)),
    seed: view.seed ?? null,
    assignment: assigned
      .map((authors, index) => ({ grader: name(index), authors: authors.map(name) }))
      .filter(({ authors }) => authors.length > 0),
    payments: {
      reward: wag(terms.reward),
      returned: wag(view.returned),
      ticket: wag(view.ticket),
      treasury: wag(view.treasury),
      agents: view.agents.map(({ owner, paid, forfeited }) => ({
        agent: owner,
        paid: wag(paid),
        forfeited: wag(forfeited),
      })),
    },
    blocks: {
      submitted: blocks.submitted,
      answering_ended: blocks.answering_ended ?? null,
      opening_answers_ended: blocks.opening_answers_ended ?? null,
      grading_ended: blocks.grading_ended ?? null,
      settled: state.type === 'Cancelled' ? null : (blocks.ended ?? null),
      ended: blocks.ended ?? null,
    },
  };
}

function seatsOf(seats: Seats | undefined): Record<string, unknown> | null {
  if (!seats) {
    return null;
  }
  const kind = seats.type.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const { members } = seats.value;
  const hasSeed = seats.type === 'Drawn' || seats.type === 'Widened';
  return { kind, members, ...(hasSeed && { seed: seats.value.seed ?? null }) };
}

function answerOf(agent: AgentInRound, index: number, besides: Besides): Record<string, unknown> {
  const { judgement } = agent;
  const value = judgement.type === 'Unjudged' ? undefined : judgement.value;
  const calibrated = judgement.type === 'Calibrated' ? judgement.value : undefined;
  const bias = judgement.type === 'Separate' ? judgement.value.bias : undefined;
  const number = (some: bigint | undefined) => (some === undefined ? null : fixed(some));
  const text = besides.answers[index];
  return {
    agent: agent.owner,
    index,
    key: agent.key.replace(/^0x/, ''),
    model: besides.models.get(agent.owner) ?? '',
    text: text ? decode(text) : null,
    candidate: besides.candidates[index] ?? null,
    opened_answer: agent.opened_answer,
    opened_grades: agent.opened_grades,
    score: number(value?.score),
    prior: number(calibrated?.prior),
    weight: number(value?.weight),
    mean: number(calibrated?.reading.mean),
    spread: number(calibrated?.reading.spread),
    bias: number(bias),
    rating_before: number(value?.rating_before),
    rating_after: number(value?.rating_after),
  };
}
