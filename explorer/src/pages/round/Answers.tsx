/** The answers of a round. Equal ones stand together, as the candidates that are chosen among. */

import { useMemo } from 'preact/hooks';
import { decimals, fixed } from '../../chain/numbers.ts';
import { winnerOf } from '../../chain/stage.ts';
import type { RoundView } from '../../chain/views.ts';
import { Line, Text } from '../../parts/Text.tsx';
import { AgentLink, Nothing } from '../../parts/words.tsx';

/** Agents whose answers are equal, or one that has not opened its answer. */
interface Group {
  candidate: number | undefined;
  agents: number[];
  score: number;
}

/** The agents by candidate: the winner's first, then by the best score among them. */
function groupsOf(view: RoundView, numbers: (number | undefined)[]): Group[] {
  const groups = new Map<number, Group>();
  const alone: Group[] = [];
  for (const [index, agent] of view.agents.entries()) {
    const { judgement } = agent;
    const score = judgement.type === 'Unjudged' ? -1 : fixed(judgement.value.score);
    const candidate = agent.opened_answer ? numbers[index] : undefined;
    const group = candidate === undefined ? undefined : groups.get(candidate);
    if (group) {
      group.agents.push(index);
      group.score = Math.max(group.score, score);
    } else {
      const first = { candidate, agents: [index], score };
      if (candidate === undefined) {
        alone.push(first);
      } else {
        groups.set(candidate, first);
      }
    }
  }
  const winner = winnerOf(view);
  const rank = (group: Group) =>
    winner !== undefined && group.agents.includes(winner) ? 2 : group.score;
  return [...groups.values(), ...alone].sort((a, b) => rank(b) - rank(a));
}

export function Answers({
  view,
  answers,
  numbers,
  models,
  isGone,
}: {
  view: RoundView;
  answers: (Uint8Array | undefined)[];
  numbers: (number | undefined)[];
  models: Map<string, string>;
  isGone: boolean;
}) {
  const groups = useMemo(() => groupsOf(view, numbers), [view, numbers]);
  const winner = winnerOf(view);
  return (
    <section aria-labelledby="answers">
      <h2 id="answers">
        Answers <span class="count number">{view.agents.length}</span>
      </h2>
      {view.agents.length === 0 && <Nothing>Nobody has answered yet.</Nothing>}
      <ul class="candidates">
        {groups.map((group) => {
          const isWon = winner !== undefined && group.agents.includes(winner);
          return (
            <li key={group.agents[0]} class={isWon ? 'candidate candidate-won' : 'candidate'}>
              {group.agents.length > 1 && (
                <p class="candidate-size">
                  {group.agents.length} equal answers{isWon ? ', the winning ones' : ''}
                </p>
              )}
              <ul class="answers">
                {group.agents.map((index) => (
                  <Answer
                    key={index}
                    view={view}
                    index={index}
                    bytes={answers[index] ?? (index === winner ? view.winning_answer : undefined)}
                    model={models.get(view.agents[index]?.owner ?? '') ?? ''}
                    isGone={isGone}
                    isWinner={index === winner}
                  />
                ))}
              </ul>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Answer({
  view,
  index,
  bytes,
  model,
  isGone,
  isWinner,
}: {
  view: RoundView;
  index: number;
  bytes: Uint8Array | undefined;
  model: string;
  isGone: boolean;
  isWinner: boolean;
}) {
  const agent = view.agents[index];
  if (!agent) {
    return null;
  }
  const { judgement, owner, opened_answer } = agent;
  const score = judgement.type === 'Unjudged' ? undefined : fixed(judgement.value.score);
  return (
    <li class="one-answer">
      <p class="answer-head">
        <span class="index number">{index}</span>
        <AgentLink owner={owner} />
        {model !== '' && (
          <span class="model">
            <Line of={model} most={40} />
          </span>
        )}
        {isWinner && <span class="won">winner</span>}
        {score !== undefined && (
          <span class="score number">
            <span class="unit">score </span>
            {decimals(score, 3)}
          </span>
        )}
      </p>
      {bytes ? (
        <Text of={bytes} name="answer" />
      ) : (
        <p class="muted">
          {!opened_answer
            ? view.state.type === 'Running'
              ? 'sealed'
              : 'never opened'
            : isGone
              ? 'this node no longer has the text'
              : '…'}
        </p>
      )}
    </li>
  );
}
