/** What a round made of its agents: scores, weights, ratings, and the money. */

import { decimals, fixed } from '../../chain/numbers.ts';
import { isRunning, winnerOf } from '../../chain/stage.ts';
import type { AgentInRound, RoundView } from '../../chain/views.ts';
import { Scroller } from '../../parts/Scroller.tsx';
import { AgentLink, Fact, Wag } from '../../parts/words.tsx';

export function Judged({ view }: { view: RoundView }) {
  if (isRunning(view)) {
    return null;
  }
  const winner = winnerOf(view);
  const isSeparate = view.agents.some(({ judgement }) => judgement.type === 'Separate');
  const { reward } = view.terms;
  return (
    <section aria-labelledby="judged">
      <h2 id="judged">Judgement and payments</h2>
      <Scroller name="Judgement and payments by agent">
        <table class="judged">
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col" class="right">
                Score
              </th>
              <th scope="col" class="right">
                {isSeparate ? 'Bias' : 'Prior'}
              </th>
              <th scope="col" class="right">
                Weight
              </th>
              <th scope="col" class="right">
                Rating before
              </th>
              <th scope="col" class="right">
                after
              </th>
              <th scope="col" class="right">
                Paid
              </th>
              <th scope="col" class="right">
                Forfeited
              </th>
            </tr>
          </thead>
          <tbody>
            {view.agents.map((agent, index) => (
              <Agent key={agent.owner} agent={agent} index={index} isWinner={index === winner} />
            ))}
          </tbody>
        </table>
      </Scroller>
      <dl class="facts">
        <Fact name="Reward">
          <Wag of={reward} unit />
        </Fact>
        <Fact name="Returned to the client">
          <Wag of={view.returned} unit />
        </Fact>
        <Fact name="To the treasury">
          <Wag of={view.treasury} unit />
        </Fact>
        <Fact name="Ticket">
          <Wag of={view.ticket} unit />
        </Fact>
      </dl>
    </section>
  );
}

function Agent({
  agent: { owner, judgement, paid, forfeited },
  index,
  isWinner,
}: {
  agent: AgentInRound;
  index: number;
  isWinner: boolean;
}) {
  const value = judgement.type === 'Unjudged' ? undefined : judgement.value;
  const own =
    judgement.type === 'Calibrated'
      ? judgement.value.prior
      : judgement.type === 'Separate'
        ? judgement.value.bias
        : undefined;
  const number = (some: bigint | undefined, places: number) =>
    decimals(some === undefined ? undefined : fixed(some), places);
  const change = value ? fixed(value.rating_after) - fixed(value.rating_before) : 0;
  return (
    <tr class={isWinner ? 'winner' : undefined}>
      <th scope="row">
        <span class="index number">{index}</span> <AgentLink owner={owner} />
        {isWinner && <span class="visually-hidden">, the winner</span>}
      </th>
      <td class="right number">{number(value?.score, 3)}</td>
      <td class="right number">{number(own, 3)}</td>
      <td class="right number">{number(value?.weight, 2)}</td>
      <td class="right number">{number(value?.rating_before, 3)}</td>
      <td class="right number">
        {number(value?.rating_after, 3)}
        {value && change !== 0 && (
          <span class={change > 0 ? 'up' : 'down'}>
            <span aria-hidden="true">{change > 0 ? ' ▲' : ' ▼'}</span>
            <span class="visually-hidden">{change > 0 ? ', risen' : ', fallen'}</span>
          </span>
        )}
      </td>
      <td class="right">
        <Wag of={paid} />
      </td>
      <td class="right">
        <Wag of={forfeited} />
      </td>
    </tr>
  );
}
