/** The domains that are audited. */

import { useEffect } from 'preact/hooks';
import type { AuditView } from '../chain/audits.ts';
import { whole } from '../chain/numbers.ts';
import { Nothing, Wag, Waiting } from '../parts/words.tsx';
import { audits } from '../state/audits.ts';
import { stageText } from './audit/Work.tsx';

export function Audits() {
  useEffect(() => audits.open(), []);
  const all = audits.state.value.value;
  return (
    <>
      <h1>Audits</h1>
      <p class="lead">
        Whether members of a domain run what they claim. Auditors that are drawn by lot look at the
        answers of rounds that nobody could foresee; what counts is their median.
      </p>
      {all === undefined ? (
        <Waiting what="the audits" />
      ) : all.length === 0 ? (
        <Nothing>No domain is audited: governance says which are.</Nothing>
      ) : (
        <ul class="cards">
          {all.map((audit) => (
            <li key={audit.domain}>
              <Card audit={audit} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Card({ audit }: { audit: AuditView }) {
  const { domain, epoch, rounds, samples, auditors, purse, work } = audit;
  return (
    <article class="card">
      <div class="card-top">
        <h2>
          <a href={`#/audits/${domain}`}>Domain {domain}</a>
        </h2>
      </div>
      <p class="card-facts number">
        Epoch {epoch}: {whole(samples)} samples of {whole(rounds)} rounds · {auditors} auditors
        offer · purse <Wag of={purse} unit />
      </p>
      <p class="card-facts number">
        {work
          ? `Epoch ${work.epoch}: ${stageText(work)}, ${work.judged} of ${work.samples} judged`
          : 'No work is under way.'}
      </p>
    </article>
  );
}
