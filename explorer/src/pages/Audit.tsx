/** How one domain is audited: what was said of its members, and the work that is under way. */

import { useEffect, useMemo } from 'preact/hooks';
import { type AuditView, byMargin } from '../chain/audits.ts';
import { whole } from '../chain/numbers.ts';
import { MeasureHeads, Measures } from '../parts/Measures.tsx';
import { Scroller } from '../parts/Scroller.tsx';
import { AgentLink, Fact, Nothing, Wag, Waiting } from '../parts/words.tsx';
import { audits, auditsIn, type Standings } from '../state/audits.ts';
import { Work } from './audit/Work.tsx';

/** Members that are listed. */
const MOST = 200;

export function Audit({ id }: { id: number }) {
  useEffect(() => audits.open(), []);
  const watch = auditsIn(id);
  useEffect(() => watch.open(), [watch]);
  const all = audits.state.value.value;
  const audit = all?.find(({ domain }) => domain === id);
  const standings = watch.state.value.value;
  return (
    <>
      <h1>
        Audit of <a href={`#/domains/${id}`}>domain {id}</a>
      </h1>
      {all === undefined && <Waiting what={`the audit of domain ${id}`} />}
      {all !== undefined && audit === undefined && <Nothing>Domain {id} is not audited.</Nothing>}
      {audit && <About audit={audit} />}
      {audit && standings === undefined && <Waiting what="what was said of its members" />}
      {audit && standings && <Members standings={standings} />}
      {audit?.work && <Work work={audit.work} />}
    </>
  );
}

function About({ audit }: { audit: AuditView }) {
  return (
    <dl class="facts">
      <Fact name={`Samples in epoch ${audit.epoch}`}>
        <span class="number">
          {whole(audit.samples)} of {whole(audit.rounds)} rounds
        </span>
      </Fact>
      <Fact name="Auditors that offer">
        <span class="number">{whole(audit.auditors)}</span>
      </Fact>
      <Fact name="Purse">
        <Wag of={audit.purse} unit />
      </Fact>
      <Fact name="Sentence model">
        <span class="address breakable">{audit.embedder}</span>, {audit.dimensions} dimensions
      </Fact>
    </dl>
  );
}

function Members({ standings: { rules, members } }: { standings: Standings }) {
  const sorted = useMemo(() => byMargin(members), [members]);
  return (
    <section aria-labelledby="standings">
      <h2 id="standings">What was said of its members</h2>
      {members.length === 0 ? (
        <Nothing>Nothing yet: no epoch was judged.</Nothing>
      ) : (
        <Scroller name="Members, nearest to a flag first">
          <table class="standings">
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <MeasureHeads rules={rules} />
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, MOST).map(([owner, standing]) => (
                <tr key={owner}>
                  <th scope="row">
                    <AgentLink owner={owner} />
                  </th>
                  <Measures standing={standing} rules={rules} />
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
      {members.length > MOST && <p class="hint">The {MOST} with the greatest margins are shown.</p>}
    </section>
  );
}
