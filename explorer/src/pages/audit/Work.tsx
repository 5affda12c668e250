/** The work on the samples of an epoch, and who does it. */

import type { AuditProgress } from '../../chain/audits.ts';
import { Scroller } from '../../parts/Scroller.tsx';
import { AgentLink, Block, Fact } from '../../parts/words.tsx';

const STAGES = { Examining: 'examining', Opening: 'opening', Judging: 'judging' } as const;

/** What is done now, in a word. */
export function stageText({ stage }: AuditProgress): string {
  return STAGES[stage.type];
}

export function Work({ work }: { work: AuditProgress }) {
  const { epoch, deadline, samples, judged, committee } = work;
  return (
    <section aria-labelledby="work">
      <h2 id="work">Work on epoch {epoch}</h2>
      <dl class="facts">
        <Fact name="Stage">
          {stageText(work)}
          {deadline !== undefined && (
            <>
              , until <Block number={deadline} />
            </>
          )}
        </Fact>
        <Fact name="Samples judged">
          <span class="number">
            {judged} of {samples}
          </span>
        </Fact>
      </dl>
      <Scroller name="The committee">
        <table>
          <thead>
            <tr>
              <th scope="col">Auditor</th>
              <th scope="col">Committed</th>
              <th scope="col" class="right">
                Opened
              </th>
            </tr>
          </thead>
          <tbody>
            {committee.map(({ owner, has_committed, opened }) => (
              <tr key={owner}>
                <th scope="row">
                  <AgentLink owner={owner} />
                </th>
                <td>{has_committed ? 'yes' : 'not yet'}</td>
                <td class="right number">
                  {opened} of {samples - judged}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}
