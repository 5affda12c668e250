/** All domains. */

import { useEffect } from 'preact/hooks';
import { Line } from '../parts/Text.tsx';
import { Wag, Waiting } from '../parts/words.tsx';
import { domains } from '../state/domains.ts';

/** Domains that are listed. */
const MOST = 500;

export function Domains() {
  useEffect(() => domains.open(), []);
  const all = domains.state.value.value;
  return (
    <>
      <h1>Domains</h1>
      <p class="lead">
        Fields of questions, each with members, ratings and a roster of its own. Every round is
        asked in one.
      </p>
      {all === undefined ? (
        <Waiting what="the domains" />
      ) : (
        <ul class="cards">
          {all
            .slice(0, MOST)
            .map(({ id, title, description, question, members, on_roster, pool }) => (
              <li key={id}>
                <article class="card">
                  <div class="card-top">
                    <h2>
                      <a href={`#/domains/${id}`}>
                        <Line of={title.length > 0 ? title : `Domain ${id}`} most={60} />
                      </a>
                    </h2>
                    <span class="index number">{id}</span>
                  </div>
                  <p class="card-prompt">
                    <Line of={description} most={160} />
                  </p>
                  <p class="card-facts number">
                    {members} members, {on_roster} on the roster ·{' '}
                    {question.type === 'Open' ? 'open questions' : 'closed questions'}
                    {pool && (
                      <>
                        {' '}
                        · pool <Wag of={pool.balance} unit />
                      </>
                    )}
                  </p>
                </article>
              </li>
            ))}
        </ul>
      )}
      {all && all.length > MOST && <p class="hint">The first {MOST} are shown.</p>}
    </>
  );
}
