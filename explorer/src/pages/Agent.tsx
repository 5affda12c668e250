/** One agent: whose it is, what it declares, how it is rated, and its last rounds. */

import { useEffect, useMemo } from 'preact/hooks';
import { decimals, fixed, whole } from '../chain/numbers.ts';
import { stageOf } from '../chain/stage.ts';
import type { AgentDetail, Claim, ClaimView, MembershipView } from '../chain/views.ts';
import { Chart } from '../parts/Chart.tsx';
import { MeasureHeads, Measures } from '../parts/Measures.tsx';
import { Scroller } from '../parts/Scroller.tsx';
import { Line, Text } from '../parts/Text.tsx';
import { Block, Fact, Nothing, StagePill, Wag, Waiting } from '../parts/words.tsx';
import { auditsOf } from '../state/audits.ts';
import { agentOf } from '../state/domains.ts';
import { endings, roundsOf, running } from '../state/rounds.ts';
import { Roster } from './domain/Leaderboard.tsx';

/** Rounds that are listed. */
const MOST_ROUNDS = 20;

export function Agent({ owner }: { owner: string }) {
  const watch = agentOf(owner);
  useEffect(() => watch.open(), [watch]);
  const { value, isMissing } = watch.state.value;
  return (
    <>
      <h1>Agent</h1>
      <p class="address breakable owner">{owner}</p>
      {value ? (
        <Whole detail={value} owner={owner} />
      ) : isMissing ? (
        <Nothing>No agent is registered for this account, or it has left for good.</Nothing>
      ) : (
        <Waiting what="the agent" />
      )}
    </>
  );
}

function Whole({ detail, owner }: { detail: AgentDetail; owner: string }) {
  const { agent, past, limits } = detail;
  return (
    <>
      <dl class="facts">
        <Fact name="Model">
          <Line of={agent.model} most={80} />
        </Fact>
        <Fact name="State">
          {detail.unbond_from === undefined ? (
            'active'
          ) : (
            <>
              retired, bond free from <Block number={detail.unbond_from} />
            </>
          )}
        </Fact>
        <Fact name="Rounds">
          <span class="number">
            {whole(past.rounds)} over, {whole(past.won)} won, {detail.open_rounds} running
          </span>
        </Fact>
        <Fact name="Paid">
          <Wag of={past.paid} unit />
        </Fact>
        <Fact name="Forfeited">
          <Wag of={past.forfeited} unit />
        </Fact>
        <Fact name="Bond">
          {detail.bond === 0n ? (
            'taken: it sealed doubly, and its key is barred'
          ) : (
            <Wag of={detail.bond} unit />
          )}
        </Fact>
        <Fact name="May stake">
          {limits ? (
            <>
              <Wag of={limits.ticket} unit /> a ticket, <Wag of={limits.at_stake} unit /> at once
            </>
          ) : (
            'all that its owner can spend'
          )}
        </Fact>
        <Fact name="Registered">
          <Block number={detail.since} />
        </Fact>
        <Fact name="Agent key">
          <span class="address breakable">{agent.key}</span>
        </Fact>
      </dl>
      {agent.topics.length > 0 && (
        <section aria-labelledby="topics">
          <h2 id="topics">Topics it declares</h2>
          <Text of={agent.topics} name="topics" />
        </section>
      )}
      <Past detail={detail} />
      <Memberships detail={detail} />
      <Audited owner={owner} />
      <LastRounds owner={owner} />
    </>
  );
}

/** Its ratings after its last rated rounds. */
function Past({ detail: { past } }: { detail: AgentDetail }) {
  const { rounds, series } = useMemo(
    () => ({
      rounds: past.ratings.map(({ round }) => Number(round)),
      series: [{ name: 'Rating', values: past.ratings.map(({ rating }) => fixed(rating)) }],
    }),
    [past],
  );
  return (
    <section aria-labelledby="past">
      <h2 id="past">Rating after its last rated rounds</h2>
      {rounds.length < 2 ? (
        <div class="chart chart-empty">
          <Nothing>There is something to see after two rated rounds.</Nothing>
        </div>
      ) : (
        <Chart
          title={`Rating after rounds ${rounds[0]} to ${rounds.at(-1)}`}
          rounds={rounds}
          series={series}
        />
      )}
    </section>
  );
}

function Memberships({ detail: { memberships, agent } }: { detail: AgentDetail }) {
  return (
    <section aria-labelledby="memberships">
      <h2 id="memberships">Domains</h2>
      {memberships.length === 0 ? (
        <Nothing>It is a member of no domain.</Nothing>
      ) : (
        <Scroller name="Domains of which it is a member">
          <table>
            <thead>
              <tr>
                <th scope="col">Domain</th>
                <th scope="col" class="right">
                  Rating
                </th>
                <th scope="col" class="right">
                  Bias
                </th>
                <th scope="col" class="right">
                  Quality
                </th>
                <th scope="col" class="right">
                  Rated rounds
                </th>
                <th scope="col">Seats</th>
                <th scope="col">Claims</th>
                <th scope="col" class="right">
                  To collect
                </th>
              </tr>
            </thead>
            <tbody>
              {memberships.map((membership) => (
                <Membership
                  key={membership.domain}
                  membership={membership}
                  isRetired={agent.retired}
                />
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
    </section>
  );
}

function Membership({ membership, isRetired }: { membership: MembershipView; isRetired: boolean }) {
  const { domain, rating, bias, quality, rounds, claim, next_claim } = membership;
  return (
    <tr>
      <th scope="row">
        <a href={`#/domains/${domain}`}>Domain {domain}</a>
      </th>
      <td class="right number">{decimals(fixed(rating), 3)}</td>
      <td class="right number">{decimals(fixed(bias), 3)}</td>
      <td class="right number">
        {decimals(quality === undefined ? undefined : fixed(quality), 3)}
      </td>
      <td class="right number">{rounds}</td>
      <td>
        <Roster membership={membership} isRetired={isRetired} />
      </td>
      <td>
        <Claimed view={claim} />
        {next_claim && (
          <>
            {' '}
            from epoch {next_claim.declared.from_epoch}: <Claimed view={next_claim} />
          </>
        )}
      </td>
      <td class="right">
        <Wag of={membership.collectable} />
      </td>
    </tr>
  );
}

/** What it says that it answers with, in a line. */
function Claimed({ view }: { view: ClaimView | undefined }) {
  const claim: Claim | undefined = view?.declared.claim;
  if (!claim) {
    return <>nothing</>;
  }
  const { name, quantisation, sampling, weights } = claim.model;
  return (
    <>
      <Line of={name} most={64} />
      {weights !== undefined && <span title={weights}>, weights {weights.slice(0, 10)}…</span>}
      {quantisation.length > 0 && (
        <>
          , <Line of={quantisation} most={16} />
        </>
      )}
      , temperature {sampling.temperature / 10_000}
    </>
  );
}

/** What audits said of it, if they said anything. */
function Audited({ owner }: { owner: string }) {
  const watch = auditsOf(owner);
  useEffect(() => watch.open(), [watch]);
  const said = watch.state.value.value;
  if (!said || said.domains.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="audits">
      <h2 id="audits">Audits</h2>
      <Scroller name="What audits said of it">
        <table class="standings">
          <thead>
            <tr>
              <th scope="col">Domain</th>
              <MeasureHeads rules={said.rules} />
            </tr>
          </thead>
          <tbody>
            {said.domains.map(({ domain, standing }) => (
              <tr key={domain}>
                <th scope="row">
                  <a href={`#/audits/${domain}`}>Domain {domain}</a>
                </th>
                <Measures standing={standing} rules={said.rules} />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}

/** Its rounds among those that are known here. */
function LastRounds({ owner }: { owner: string }) {
  // They change with the rounds, and say when to look again.
  const news = [endings.value, running.value];
  const rounds = useMemo(() => roundsOf(owner, MOST_ROUNDS), [owner, ...news]);
  return (
    <section aria-labelledby="last-rounds">
      <h2 id="last-rounds">Last rounds</h2>
      {rounds.length === 0 ? (
        <Nothing>None among the newest rounds.</Nothing>
      ) : (
        <Scroller name="Its last rounds">
          <table>
            <thead>
              <tr>
                <th scope="col">Round</th>
                <th scope="col">Stage</th>
                <th scope="col" class="right">
                  Score
                </th>
                <th scope="col" class="right">
                  Paid
                </th>
                <th scope="col" class="right">
                  Forfeited
                </th>
                <th scope="col">Kept its word</th>
              </tr>
            </thead>
            <tbody>
              {rounds.map((view) => {
                const agent = view.agents.find((one) => one.owner === owner);
                const isOver = view.state.type !== 'Running';
                const kept = agent?.opened_answer && agent.opened_grades;
                const judgement = agent?.judgement;
                return (
                  <tr key={view.id}>
                    <th scope="row">
                      <a href={`#/rounds/${view.id}`}>Round {Number(view.id)}</a>
                    </th>
                    <td>
                      <StagePill stage={stageOf(view)} />
                    </td>
                    <td class="right number">
                      {judgement && judgement.type !== 'Unjudged'
                        ? decimals(fixed(judgement.value.score), 3)
                        : ''}
                    </td>
                    <td class="right">{agent && isOver && <Wag of={agent.paid} />}</td>
                    <td class="right">{agent && isOver && <Wag of={agent.forfeited} />}</td>
                    <td>{isOver ? (kept ? 'yes' : 'no') : ''}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroller>
      )}
    </section>
  );
}
