/** One domain: what it is, how its members are rated, and how that went. */

import { useEffect, useMemo } from 'preact/hooks';
import { fixed, whole } from '../chain/numbers.ts';
import type { DomainView, RoundView } from '../chain/views.ts';
import { Chart, MOST_SERIES, type Series } from '../parts/Chart.tsx';
import { Text } from '../parts/Text.tsx';
import { Block, Fact, Nothing, shortAddress, Wag, Waiting } from '../parts/words.tsx';
import { domains, type Standing, standingsIn } from '../state/domains.ts';
import { endedIn, endings } from '../state/rounds.ts';
import { Leaderboard } from './domain/Leaderboard.tsx';

export function Domain({ id }: { id: number }) {
  useEffect(() => domains.open(), []);
  const watch = standingsIn(id);
  useEffect(() => watch.open(), [watch]);
  const all = domains.state.value.value;
  const domain = all?.find((one) => one.id === id);
  const members = watch.state.value.value;
  return (
    <>
      <h1>Domain {id}</h1>
      {all === undefined && <Waiting what={`domain ${id}`} />}
      {all !== undefined && domain === undefined && <Nothing>There is no domain {id}.</Nothing>}
      {domain && <About domain={domain} />}
      {domain && members === undefined && <Waiting what="its members" />}
      {domain && members && <Members id={id} members={members} />}
    </>
  );
}

function About({ domain }: { domain: DomainView }) {
  const { title, description, question, founded, members, on_roster, pool } = domain;
  return (
    <section aria-label="What it is">
      {title.length > 0 && (
        <div class="domain-title">
          <Text of={title} name="title" />
        </div>
      )}
      {description.length > 0 && <Text of={description} name="description" />}
      <dl class="facts">
        <Fact name="Questions">{question.type === 'Open' ? 'open' : 'closed'}</Fact>
        <Fact name="Members">
          <span class="number">{whole(members)}</span>
        </Fact>
        <Fact name="On the roster">
          <span class="number">{whole(on_roster)}</span>
        </Fact>
        <Fact name="Founded">
          {founded === 0 ? 'from the beginning' : <Block number={founded} />}
        </Fact>
        <Fact name="Reward pool">{pool ? <Wag of={pool.balance} unit /> : 'none'}</Fact>
        {pool && (
          <Fact name={`Served in epoch ${pool.epoch}`}>
            <span class="number">{whole(pool.rounds)} rounds</span>
          </Fact>
        )}
        {pool && pool.owed > 0n && (
          <Fact name="Still owed">
            <Wag of={pool.owed} unit />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Members({ id, members }: { id: number; members: Standing[] }) {
  return (
    <>
      <Ratings id={id} members={members} />
      <Leaderboard members={members} />
    </>
  );
}

/** The ratings of those that are rated best, over the rounds that are known here. */
function Ratings({ id, members }: { id: number; members: Standing[] }) {
  // Goes up with each round that ended: then it is time to look again.
  const ended = endings.value;
  const rounds = useMemo(() => endedIn(id), [id, ended]);
  const lines = useMemo(() => linesOf(members, rounds), [members, rounds]);
  return (
    <section aria-labelledby="ratings">
      <h2 id="ratings">Ratings over time</h2>
      {lines.rounds.length < 2 ? (
        <div class="chart chart-empty">
          <Nothing>There is something to see after two judged rounds.</Nothing>
        </div>
      ) : (
        <Chart
          title={`Ratings after rounds ${lines.rounds[0]} to ${lines.rounds.at(-1)}`}
          rounds={lines.rounds}
          series={lines.series}
        />
      )}
    </section>
  );
}

function linesOf(members: Standing[], rounds: RoundView[]): { rounds: number[]; series: Series[] } {
  const judged = rounds.filter(({ agents }) =>
    agents.some(({ judgement }) => judgement.type !== 'Unjudged'),
  );
  const best = [...members]
    .sort((a, b) => Number(b.member.membership.rating - a.member.membership.rating))
    .slice(0, MOST_SERIES)
    .map(({ member }) => member.agent.owner);
  const series = best.map((owner) => ({
    name: shortAddress(owner),
    values: judged.map(({ agents }) => {
      const judgement = agents.find((agent) => agent.owner === owner)?.judgement;
      return judgement && judgement.type !== 'Unjudged'
        ? fixed(judgement.value.rating_after)
        : null;
    }),
  }));
  return {
    rounds: judged.map(({ id }) => Number(id)),
    series: series.filter(({ values }) => values.some((value) => value !== null)),
  };
}
